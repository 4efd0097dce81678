"""The door: what may be read as a payload at all, before anything is walked."""

from __future__ import annotations

from ..errors import DecodeError, Finding, quote
from .catalogue import Locator
from .limits import MAX_PAYLOAD

__all__ = ["is_blank", "leading_data", "payload_text"]

_BOM = "\ufeff"


def payload_text(payload: str | bytes, *, limit: int = MAX_PAYLOAD) -> str:
    """Return ``payload`` as text.

    Args:
        payload: text, or its UTF-8 bytes.
        limit: the longest text that is accepted, in characters.

    Raises:
        TypeError: for anything but `str` and `bytes`.
        DecodeError: for bytes that are not UTF-8 and for more than ``limit`` characters.

    >>> payload_text(b"000201")
    '000201'
    """
    if isinstance(payload, str):
        text = payload
    elif isinstance(payload, (bytes, bytearray)):
        text = _decoded(bytes(payload), limit)
    else:
        raise TypeError(f"a payload is str or UTF-8 bytes, not {type(payload).__name__}")
    if len(text) > limit:
        raise _over_limit(text[:limit], limit)
    return text


def _decoded(data: bytes, limit: int) -> str:
    if len(data) > 4 * limit:
        raise _over_limit("", limit)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        good = data[: error.start].decode()
        finding = Locator(good).finding(
            "payload.not-utf8",
            "",
            len(good),
            f"byte 0x{data[error.start]:02X} at byte {error.start} is not UTF-8",
            hint="a payload is UTF-8; decode other bytes before passing them",
        )
        raise DecodeError("the bytes are not a payload", [finding]) from error


def _over_limit(text: str, limit: int) -> DecodeError:
    finding = Locator(text).finding(
        "payload.over-limit",
        "",
        limit,
        f"more than {limit} characters, which no QR symbol holds",
        hint="pass the text of one code",
    )
    return DecodeError("the text is too long to be a payload", [finding])


def is_blank(character: str) -> bool:
    r"""Whether a character outside the payload may be forgiven: white space or a BOM.

    >>> is_blank("\n"), is_blank("\ufeff"), is_blank("\0")
    (True, True, False)
    """
    return character == _BOM or character.isspace()


def leading_data(text: str, locator: Locator) -> Finding | None:
    """Return the finding about blanks before the payload (R8), or None.

    >>> leading_data(" 000201", Locator(" 000201")).code
    'payload.leading-data'
    """
    if not text or not is_blank(text[0]):
        return None
    blanks = next((i for i, character in enumerate(text) if not is_blank(character)), len(text))
    return locator.finding(
        "payload.leading-data",
        "",
        0,
        f"{quote(text[:blanks])} stands before the payload",
        hint="remove it; khqr.check forgives it with lenient=True",
    )
