"""Every finding that the EMVCo rules can give: code, rule number, severity, clause, once.

The rule numbers R1-R71 are those of the rule table in the documentation; a rule without a code
says what is *not* a finding. Clauses are those of EMVCo MPM 1.0; a policy is this library's own.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import Finding, Severity

__all__ = ["CATALOGUE", "POLICY", "Locator", "Rule"]

POLICY = "library policy"


class Rule(NamedTuple):
    """Number, severity and clause of a finding code."""

    number: str
    severity: Severity
    clause: str


def _mpm(clause: str) -> str:
    return f"EMVCo MPM 1.0 {clause}"


def _error(number: str, clause: str) -> Rule:
    return Rule(number, Severity.ERROR, clause)


def _warning(number: str, clause: str) -> Rule:
    return Rule(number, Severity.WARNING, clause)


CATALOGUE: dict[str, Rule] = {
    "payload.empty": _error("R1", _mpm("§4.2.1.1")),
    "payload.not-utf8": _error("R68", _mpm("§1.4.3")),
    "payload.over-limit": _error("R9", POLICY),
    "tlv.header-truncated": _error("R2", _mpm("§3.2")),
    "tlv.id-not-digits": _error("R3", _mpm("§4.3.1.1")),
    "tlv.length-not-digits": _error("R4", _mpm("§4.4.1.2")),
    "tlv.length-zero": _error("R5", _mpm("§4.4.1.2")),
    "tlv.length-overrun": _error("R6", _mpm("§4.4.1.1")),
    "payload.trailing-data": _error("R7", _mpm("§4.6.1.2")),
    "payload.leading-data": _error("R8", _mpm("§4.6.1.1")),
    "payload.too-long": _warning("R9", _mpm("§4.1")),
    "template.not-tlv": _error("R10", _mpm("§3.2")),
    "tlv.duplicate-id": _error("R11", _mpm("§4.3.1.2")),
    "pfi.not-first": _error("R13", _mpm("§4.6.1.1")),
    "pfi.value": _error("R14", _mpm("§4.7.1.1")),
    "poi.value": _error("R15", _mpm("§4.7.2.1")),
    "root.missing": _error("R16", _mpm("§4.2.1.1")),
    "merchant-account.missing": _error("R17", _mpm("§4.7.9.1")),
    "crc.missing": _error("R18", _mpm("§4.2.1.1")),
    "crc.not-last": _error("R19", _mpm("§4.6.1.2")),
    "crc.length": _error("R20", _mpm("Table 3.6")),
    "crc.not-hex": _error("R21", _mpm("§4.7.3.2")),
    "crc.mismatch": _error("R22", _mpm("§4.7.3.1")),
    "crc.lower-case": _warning("R23", POLICY),
    "mcc.format": _error("R24", _mpm("Table 3.6")),
    "currency.format": _error("R25", _mpm("Table 3.6")),
    "amount.too-long": _error("R26", _mpm("Table 3.6")),
    "tip.format": _error("R27", _mpm("Table 3.6")),
    "fee-fixed.too-long": _error("R28", _mpm("Table 3.6")),
    "fee-percent.too-long": _error("R29", _mpm("Table 3.6")),
    "country.format": _error("R30", _mpm("§4.7.13.1")),
    "name.too-long": _error("R31", _mpm("Table 3.6")),
    "city.too-long": _error("R32", _mpm("Table 3.6")),
    "postal-code.too-long": _error("R33", _mpm("Table 3.6")),
    "country.unknown": _error("R34", _mpm("§4.7.13.1")),
    "currency.unknown": _error("R35", _mpm("§4.7.5.1")),
    "mcc.unknown": _warning("R36", _mpm("§4.7.12.1")),
    "amount.not-numeric": _error("R37", _mpm("§4.7.4.1")),
    "amount.zero": _error("R37", _mpm("§4.7.4.1")),
    "amount.no-integer-digit": _warning("R38", POLICY),
    "amount.too-many-decimals": _warning("R39", _mpm("§4.7.4.1")),
    "tip.value": _error("R40", _mpm("§4.7.6.1")),
    "fee-fixed.missing": _error("R41", _mpm("§4.7.7.1")),
    "fee-fixed.unexpected": _error("R41", _mpm("§4.7.7.1")),
    "fee-percent.missing": _error("R42", _mpm("§4.7.8.1")),
    "fee-percent.unexpected": _error("R42", _mpm("§4.7.8.1")),
    "fee-fixed.zero": _error("R43", _mpm("§4.7.7.1")),
    "fee-fixed.not-numeric": _error("R43", _mpm("§4.7.7.3")),
    "fee-percent.range": _error("R44", _mpm("§4.7.8.1")),
    "fee-percent.not-numeric": _error("R44", _mpm("§4.7.8.3")),
    "poi.static-with-amount": _warning("R46", POLICY),
    "poi.dynamic-without-amount": _warning("R46", POLICY),
    "guid.missing": _error("R47", _mpm("§4.7.11.2")),
    "guid.too-long": _error("R47", _mpm("§4.7.11.2")),
    "additional.empty": _error("R50", _mpm("§4.8.1.1")),
    "additional.too-long": _error("R51", _mpm("Table 3.7")),
    "consumer-data.value": _error("R53", _mpm("§4.8.1.3")),
    "tax-id.too-long": _error("R54", "EMVCo MPM 1.1, second-hand"),
    "channel.length": _error("R54", "EMVCo MPM 1.1, second-hand"),
    "additional.rfu": _warning("R55", _mpm("Table 4.3")),
    "additional.unallocated": _warning("R56", _mpm("Table 3.7")),
    "language.missing": _error("R58", _mpm("§4.9.1.1")),
    "language.code": _error("R59", _mpm("§4.9.2.1")),
    "language.too-long": _error("R60", _mpm("Table 3.8")),
    "language.rfu": _warning("R61", _mpm("§4.9.1.1")),
    "root.rfu": _warning("R62", _mpm("§4.10")),
    "charset.not-numeric": _error("R64", _mpm("§4.5.1.1")),
    "charset.not-ans": _error("R65", _mpm("§4.5.2.1")),
    "charset.control": _error("R66", POLICY),
    "charset.surrogate": _error("R66", POLICY),
    "charset.not-nfc": _warning("R66", _mpm("§4.5.3.1")),
    "encode.value-empty": _error("R69", _mpm("§4.4.1.2")),
    "encode.value-too-long": _error("R69", _mpm("§4.4.1.1")),
    "encode.id-invalid": _error("R69", _mpm("§4.3.1.1")),
}


class Locator:
    """Makes findings about one text: knows its byte positions and the catalogue.

    >>> print(Locator("000202").finding("pfi.value", "00", 4, "value is '02', expected '01'"))
    error   00 @4  pfi.value: value is '02', expected '01'
    """

    __slots__ = ("_ascii", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._ascii = text.isascii()

    def byte_offset(self, offset: int) -> int:
        """Return the UTF-8 byte position of the character at ``offset``."""
        if self._ascii:
            return offset
        return len(self._text[:offset].encode("utf-8", "surrogatepass"))

    def finding(
        self,
        code: str,
        path: str,
        offset: int,
        message: str,
        *,
        hint: str = "",
        severity: Severity | None = None,
    ) -> Finding:
        """Return the finding ``code``; its severity and clause come from the catalogue."""
        rule = CATALOGUE[code]
        return Finding(
            code=code,
            severity=severity or rule.severity,
            path=path,
            offset=offset,
            byte_offset=self.byte_offset(offset),
            message=message,
            clause=rule.clause,
            hint=hint,
        )
