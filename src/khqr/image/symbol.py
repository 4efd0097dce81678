"""A payload as a QR symbol: SVG, PNG, or blocks in a terminal. The symbols are made by segno.

EMVCo MPM 1.0 §4.12 asks for byte mode, and for an ECI header that says UTF-8 where a character is
outside 0x20-0x7E; both are done here. Error correction is level M unless asked otherwise, and
the same payload always gives the same bytes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

from ..codec import verify
from ..emv.source import payload_text
from ..errors import EncodeError, MissingDependency

if TYPE_CHECKING:
    import segno

__all__ = ["ErrorCorrection", "make", "png", "svg", "terminal"]

ErrorCorrection = Literal["L", "M", "Q", "H"]
"""How much of a symbol may be lost: about 7, 15, 25 or 30 percent."""

QUIET_ZONE = 4
"""Empty modules around a symbol, as ISO/IEC 18004 asks for."""


def make(
    payload: str | bytes,
    *,
    error: ErrorCorrection = "M",
    eci: bool | Literal["auto"] = "auto",
    check_crc: bool = True,
) -> segno.QRCode:
    """Return the symbol of a payload as segno's own object, for formats that are not here.

    Args:
        payload: the text of a code.
        error: level of error correction.
        eci: say in the symbol that it holds UTF-8; ``"auto"`` where EMVCo asks for it.
        check_crc: refuse a payload whose CRC is wrong, as nobody could pay it.

    Raises:
        EncodeError: for a wrong CRC, or a text that fits no symbol.
        MissingDependency: if segno is not installed.

    >>> make("00020101021129180014demo_user@devb5204599953031165802KH"
    ...      "5909Demo User6010Phnom Penh6304119A").version
    6
    """
    try:
        import segno
    except ImportError:
        raise MissingDependency("segno", needed_for="QR symbols", extra="image") from None
    text = payload_text(payload)
    if check_crc and not verify(text):
        raise EncodeError(
            "the payload has no right CRC, so its symbol could not be paid; "
            "make it with khqr.encode, or pass check_crc=False"
        )
    plain = text.isascii() and text.isprintable()
    try:
        return segno.make(
            text,
            error=error,
            mode="byte",
            encoding="utf-8",
            eci=(not plain) if eci == "auto" else eci,
            micro=False,
            boost_error=False,
        )
    except (segno.DataOverflowError, UnicodeEncodeError) as problem:
        size = len(text.encode("utf-8", "surrogatepass"))
        raise EncodeError(
            f"the payload has {size} bytes and fits no symbol of level {error}: {problem}"
        ) from None


def svg(payload: str | bytes, *, scale: float = 4, error: ErrorCorrection = "M") -> str:
    """Return the symbol as a stand-alone SVG document, ``scale`` user units a module.

    >>> svg("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A").count("<path")
    2
    """
    out = io.BytesIO()
    make(payload, error=error).save(
        out, kind="svg", scale=scale, border=QUIET_ZONE, light="#fff", title="KHQR", svgclass=None
    )
    return out.getvalue().decode()


def png(payload: str | bytes, *, scale: int = 8, error: ErrorCorrection = "M") -> bytes:
    """Return the symbol as a black and white PNG, ``scale`` pixels a module.

    >>> png("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A")[1:4]
    b'PNG'
    """
    out = io.BytesIO()
    make(payload, error=error).save(out, kind="png", scale=scale, border=QUIET_ZONE)
    return out.getvalue()


def terminal(payload: str | bytes, *, error: ErrorCorrection = "L") -> str:
    """Return the symbol as half blocks, for a terminal with light text on a dark ground.

    >>> len(terminal("00020101021129180014demo_user@devb5204599953031165802KH"
    ...              "5909Demo User6010Phnom Penh6304119A").splitlines())
    23
    """
    out = io.StringIO()
    make(payload, error=error).terminal(out, border=QUIET_ZONE, compact=True)
    return out.getvalue()
