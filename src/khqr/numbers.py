"""Which of the official SDK's error numbers a finding of EMVCo's rules has in a KHQR."""

from __future__ import annotations

from dataclasses import replace

from .emv.rules import Reading
from .errors import Finding
from .fields import FIELDS_BY_PATH

__all__ = ["numbered"]

_NUMBERS: dict[str, int] = {
    "merchant-account.missing": 5,
    "amount.not-numeric": 4,
    "amount.too-long": 4,
    "amount.zero": 4,
    "country.format": 20,
    "currency.format": 19,
    "currency.unknown": 28,
    "poi.value": 48,
    "crc.missing": 24,
    "crc.length": 22,
    "crc.not-hex": 8,
    "crc.mismatch": 8,
    "payload.empty": 8,
    "payload.trailing-data": 8,
}
"""Error numbers of the official SDK for findings of EMVCo's rules."""

_NUMBERS_OF_MISSING = {"00": 23, "01": 48, "29": 1, "30": 1, "53": 9, "54": 4, "58": 26, "63": 24}
_MISSING = frozenset({"root.missing", "tlv.length-zero", "guid.missing", "language.missing"})
_TOO_LONG = frozenset(
    {
        "additional.too-long",
        "city.too-long",
        "guid.too-long",
        "language.too-long",
        "language.code",
        "mcc.format",
        "name.too-long",
    }
)


def numbered(finding: Finding, reading: Reading) -> Finding:
    """Return a finding of EMVCo's rules with the official SDK's number, where it has one."""
    number = _NUMBERS.get(finding.code)
    field = FIELDS_BY_PATH.get(finding.path)
    length = len(reading.value_at(finding))
    if finding.code in _MISSING:
        number = _NUMBERS_OF_MISSING.get(finding.path, field.missing if field else None)
        if finding.path == "64.00" and finding.code == "language.missing":
            number = 37
    elif finding.code in _TOO_LONG and field:
        number = field.too_long
    elif finding.code == "poi.value" and length > 2:
        number = 17
    elif finding.code == "pfi.value" and length > 2:
        number = 16
    elif finding.code == "charset.not-numeric":
        number = {"52": 51, "53": 28}.get(finding.path)
    return finding if number is None else replace(finding, nbc_code=number)
