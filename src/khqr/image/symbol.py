"""A payload as a QR symbol: SVG, PNG, PDF, EPS, or blocks in a terminal.

EMVCo MPM 1.0 §4.12 asks for byte mode, and for an ECI header that says UTF-8 where a character is
outside 0x20-0x7E; both are done here. Error correction is level M unless asked otherwise, it is
never raised silently, and the same payload always gives the same bytes. A symbol is black on
white: no colours are offered, since a reader needs the contrast.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Unpack, cast

from .blocks import ErrorCorrection
from .drawable import TITLE, Symbol
from .making import MAKING, Engine, Making, make, many
from .segments import Segmentation
from .sizes import SIZING, PrintWarning, Sizing, known

__all__ = [
    "Drawing",
    "Engine",
    "ErrorCorrection",
    "Making",
    "PrintWarning",
    "Segmentation",
    "Sizing",
    "Symbol",
    "data_uri",
    "eps",
    "make",
    "many",
    "pdf",
    "png",
    "svg",
    "terminal",
]


class Drawing(Making, Sizing, total=False):
    """How a symbol is made, and how large it is drawn: `Making` and `Sizing`."""


def svg(
    payload: str | bytes,
    *,
    title: str = TITLE,
    inline: bool = False,
    **drawing: Unpack[Drawing],
) -> str:
    """Return the symbol of a payload as SVG: `make`, then `Symbol.svg`.

    >>> svg("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A", size_mm=30).count("<path")
    2
    """
    making, sizing = _split(drawing)
    return make(payload, **making).svg(title=title, inline=inline, **sizing)


def png(payload: str | bytes, **drawing: Unpack[Drawing]) -> bytes:
    """Return the symbol of a payload as PNG: `make`, then `Symbol.png`.

    >>> png("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A")[1:4]
    b'PNG'
    """
    making, sizing = _split(drawing)
    return make(payload, **making).png(**sizing)


def pdf(
    payload: str | bytes,
    *,
    title: str = TITLE,
    created: datetime | None = None,
    **drawing: Unpack[Drawing],
) -> bytes:
    """Return the symbol of a payload as PDF: `make`, then `Symbol.pdf`.

    >>> pdf("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A")[:8]
    b'%PDF-1.4'
    """
    making, sizing = _split(drawing)
    return make(payload, **making).pdf(title=title, created=created, **sizing)


def eps(
    payload: str | bytes,
    *,
    title: str = TITLE,
    created: datetime | None = None,
    **drawing: Unpack[Drawing],
) -> str:
    """Return the symbol of a payload as EPS: `make`, then `Symbol.eps`.

    >>> eps("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A").splitlines()[0]
    '%!PS-Adobe-3.0 EPSF-3.0'
    """
    making, sizing = _split(drawing)
    return make(payload, **making).eps(title=title, created=created, **sizing)


def terminal(
    payload: str | bytes,
    *,
    invert: bool = False,
    ansi: bool = False,
    quiet_zone: int = 4,
    allow_narrow: bool = False,
    **making: Unpack[Making],
) -> str:
    """Return the symbol of a payload as half blocks: `make`, then `Symbol.terminal`.

    The level of error correction is L where nothing is said, to stay small on a screen.

    >>> len(terminal("00020101021129180014demo_user@devb5204599953031165802KH"
    ...              "5909Demo User6010Phnom Penh6304119A").splitlines())
    23
    """
    known(making, MAKING)
    settings: Making = {"error": "L", **making}
    return make(payload, **settings).terminal(
        invert=invert, ansi=ansi, quiet_zone=quiet_zone, allow_narrow=allow_narrow
    )


def data_uri(
    payload: str | bytes, kind: Literal["svg", "png"] = "svg", **drawing: Unpack[Drawing]
) -> str:
    """Return the symbol of a payload as a ``data:`` address: `make`, then `Symbol.data_uri`.

    >>> data_uri("00020101021129180014demo_user@devb5204599953031165802KH"
    ...          "5909Demo User6010Phnom Penh6304119A", "png")[:22]
    'data:image/png;base64,'
    """
    making, sizing = _split(drawing)
    return make(payload, **making).data_uri(kind, **sizing)


def _split(drawing: Drawing) -> tuple[Making, Sizing]:
    """Part the arguments of a one-line call."""
    known(drawing, MAKING | SIZING)
    making = {name: value for name, value in drawing.items() if name in MAKING}
    sizing = {name: value for name, value in drawing.items() if name in SIZING}
    return cast("Making", making), cast("Sizing", sizing)
