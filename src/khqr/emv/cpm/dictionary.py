"""Every data object of EMVCo CPM: tag, name, format, length, and whether it is card data, once.

Tables 6.1, 6.2 and A.1 of *EMV QR Code Specification for Payment Systems, Consumer-Presented
Mode*, version 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from .ber import FILLER
from .concealed import Concealed, shown_bytes, shown_text

__all__ = [
    "APPLICATION_TEMPLATE",
    "COMMON_TEMPLATE",
    "FORMAT_INDICATOR",
    "OPAQUE",
    "TAGS",
    "Tag",
    "entry",
    "fits",
    "shown",
    "track2_fields",
]

FORMAT_INDICATOR = "85"
APPLICATION_TEMPLATE = "61"
COMMON_TEMPLATE = "62"
OPAQUE = frozenset({"63", "64"})
"""The transparent templates, whose content is for the issuer alone (§5.1.1.7, §5.1.1.8)."""

Format = Literal["ans", "an", "b", "cn", "n", "track2"]


class Tag(NamedTuple):
    """What the specification says of one data object.

    Attributes:
        name: the name in the specification.
        format: how the bytes are read; ``b`` is any bytes.
        minimum: shortest value in bytes.
        maximum: longest value in bytes, 65535 where nothing is said.
        is_card_data: whether the value is shown masked.
    """

    name: str
    format: Format
    minimum: int = 0
    maximum: int = 65535
    is_card_data: bool = False


TAGS: dict[str, Tag] = {
    FORMAT_INDICATOR: Tag("Payload Format Indicator", "an", 5, 5),
    APPLICATION_TEMPLATE: Tag("Application Template", "b", is_card_data=True),
    COMMON_TEMPLATE: Tag("Common Data Template", "b", is_card_data=True),
    "63": Tag("Application Specific Transparent Template", "b", is_card_data=True),
    "64": Tag("Common Data Transparent Template", "b", is_card_data=True),
    "4F": Tag("Application Definition File (ADF) Name", "b", 5, 16),
    "50": Tag("Application Label", "ans", 1, 16),
    "57": Tag("Track 2 Equivalent Data", "track2", 1, 19, is_card_data=True),
    "5A": Tag("Application PAN", "cn", 1, 10, is_card_data=True),
    "5F20": Tag("Cardholder Name", "ans", 2, 26, is_card_data=True),
    "5F2D": Tag("Language Preference", "an", 2, 8),
    "5F50": Tag("Issuer URL", "ans"),
    "9F08": Tag("Application Version Number", "b", 2, 2),
    "9F19": Tag("Token Requestor ID", "n", 6, 6),
    "9F24": Tag("Payment Account Reference", "an", 29, 29, is_card_data=True),
    "9F25": Tag("Last 4 Digits of PAN", "n", 2, 2),
    FILLER: Tag("Filler", "b"),
}

_OTHER = Tag("Unrecognised object", "b", is_card_data=True)
"""Nobody knows what stands in it, so it is shown as card data is."""

_TEXTS: dict[Format, re.Pattern[str]] = {
    "ans": re.compile(r"[\x20-\x7e]*"),
    "an": re.compile(r"[A-Za-z0-9]*"),
    "n": re.compile(r"[0-9]*"),
    "cn": re.compile(r"[0-9]+F*"),
}
_PATTERNS = {
    "5F2D": re.compile(r"(?:[A-Za-z]{2}){1,4}"),
    "5F50": re.compile(r"(?i:tel|mailto):[\x20-\x7e]+"),
    "9F24": re.compile(r"[0-9A-Z]{29}"),
}
"""What three objects look like beyond their format: languages, the issuer's URL, the reference."""

_TRACK2 = re.compile(r"([0-9]{1,19})D([0-9]{4})([0-9]{3})([0-9]*)F?")


def entry(tag: str) -> Tag:
    """Return what is known of ``tag``, which may be any.

    >>> entry("5A").name, entry("DF01").name
    ('Application PAN', 'Unrecognised object')
    """
    return TAGS.get(tag, _OTHER)


def track2_fields(value: bytes) -> tuple[str, str, str, str] | None:
    """Return PAN, expiry as YYMM, service code and discretionary data (Table 6.2), or None.

    >>> track2_fields(bytes.fromhex("1234567890123458D191220112345F"))
    ('1234567890123458', '1912', '201', '12345')
    """
    found = _TRACK2.fullmatch(value.hex().upper())
    if found is None:
        return None
    pan, expiry, service_code, discretionary = found.groups()
    return pan, expiry, service_code, discretionary


def fits(tag: str, value: bytes) -> bool:
    """Whether ``value`` has the length and the characters that the table asks for.

    >>> fits("9F25", bytes.fromhex("3458")), fits("9F25", bytes.fromhex("345F"))
    (True, False)
    """
    known = entry(tag)
    if not known.minimum <= len(value) <= known.maximum:
        return False
    if known.format == "b":
        return True
    if known.format == "track2":
        return track2_fields(value) is not None
    pattern = _PATTERNS.get(tag, _TEXTS[known.format])
    return pattern.fullmatch(_text(known.format, value)) is not None


def _text(written: Format, value: bytes) -> str:
    return value.hex().upper() if written in {"cn", "n"} else value.decode("latin-1")


def shown(tag: str, value: bytes) -> str:
    """Return a value for people: text as text, bytes as hexadecimal, card data masked.

    Of what is not as the table asks, and might be anything, only the length is said.

    >>> shown("50", b"Product1"), shown("5A", bytes.fromhex("1234567890123458"))
    ('Product1', '************3458')
    >>> shown("63", bytes(12))
    '<12 bytes>'
    """
    known = entry(tag)
    mask = _MASKS.get(known.format)
    if not fits(tag, value):
        return f"<{len(value)} bytes>"
    if known.is_card_data:
        return mask(value) if mask else f"<{len(value)} bytes>"
    return shown_bytes(value) if known.format == "b" else shown_text(_text(known.format, value))


def _masked_pan(value: bytes) -> str:
    return str(Concealed(value.hex().upper().rstrip("F"), last=True))


def _masked_track2(value: bytes) -> str:
    fields = track2_fields(value)
    return str(Concealed(fields[0] if fields else "", last=True))


_MASKS: dict[Format, Callable[[bytes], str]] = {
    "cn": _masked_pan,
    "track2": _masked_track2,
    "ans": lambda value: "*" * len(value),
    "an": lambda value: "*" * len(value),
}
