"""The formats of a run, in one table: from payloads to the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..image import card, symbol
from ..image.symbol import ErrorCorrection

__all__ = ["FORMATS", "Format", "Style"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a picture looks.

    Attributes:
        error: level of error correction.
        scale: units or pixels a module; by default what suits the format.
    """

    error: ErrorCorrection = "M"
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        suffix: what the names of its files end with.
        draw: gives the bytes of a file for its payloads.
        per_file: how many rows a file holds.
        is_scanned: whether `khqr.image.scan` reads its files.
        is_scaled: whether a scale means something.
    """

    suffix: str
    draw: Callable[[Sequence[str], Style], bytes]
    per_file: int = 1
    is_scanned: bool = False
    is_scaled: bool = False


def _text(payloads: Sequence[str], _: Style) -> bytes:
    return payloads[0].encode()


def _svg(payloads: Sequence[str], style: Style) -> bytes:
    scale = style.scale or 4
    return symbol.svg(payloads[0], scale=scale, error=style.error, engine="fast").encode()


def _png(payloads: Sequence[str], style: Style) -> bytes:
    return symbol.png(payloads[0], scale=style.scale or 8, error=style.error, engine="fast")


def _pdf(payloads: Sequence[str], style: Style) -> bytes:
    return symbol.pdf(payloads[0], scale=style.scale or 4, error=style.error, engine="fast")


def _card(payloads: Sequence[str], style: Style) -> bytes:
    return card.png(payloads[0], error=style.error)


def _sheet(payloads: Sequence[str], style: Style) -> bytes:
    return card.sheet(payloads, error=style.error)


FORMATS = {
    "svg": Format(".svg", _svg, is_scaled=True),
    "png": Format(".png", _png, is_scanned=True, is_scaled=True),
    "pdf": Format(".pdf", _pdf, is_scaled=True),
    "card": Format(".png", _card, is_scanned=True),
    "sheet": Format(".pdf", _sheet, per_file=100),
    "txt": Format(".txt", _text),
}
"""Every format by its name. A format whose files hold several rows has a larger ``per_file``."""
