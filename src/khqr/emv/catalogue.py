"""Every finding that the EMVCo rules can give: code, rule number, severity, clause, once.

The rule numbers R1-R71 are those of the rule table in the documentation; a rule without a code
says what is *not* a finding. Clauses are those of EMVCo MPM 1.0; a policy is this library's own.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import Finding, Severity

__all__ = ["CATALOGUE", "POLICY", "Locator", "Rule", "error", "warning"]

POLICY = "library policy"


class Rule(NamedTuple):
    """Number, severity and clause of a finding code."""

    number: str
    severity: Severity
    clause: str


def _mpm(clause: str) -> str:
    return f"EMVCo MPM 1.0 {clause}"


def error(number: str, clause: str) -> Rule:
    """Return the row of a finding that breaks a rule."""
    return Rule(number, Severity.ERROR, clause)


def warning(number: str, clause: str) -> Rule:
    """Return the row of a finding that departs from good practice."""
    return Rule(number, Severity.WARNING, clause)


CATALOGUE: dict[str, Rule] = {
    "payload.empty": error("R1", _mpm("§4.2.1.1")),
    "payload.not-utf8": error("R68", _mpm("§1.4.3")),
    "payload.over-limit": error("R9", POLICY),
    "tlv.header-truncated": error("R2", _mpm("§3.2")),
    "tlv.id-not-digits": error("R3", _mpm("§4.3.1.1")),
    "tlv.length-not-digits": error("R4", _mpm("§4.4.1.2")),
    "tlv.length-zero": error("R5", _mpm("§4.4.1.2")),
    "tlv.length-overrun": error("R6", _mpm("§4.4.1.1")),
    "payload.trailing-data": error("R7", _mpm("§4.6.1.2")),
    "payload.leading-data": error("R8", _mpm("§4.6.1.1")),
    "payload.too-long": warning("R9", _mpm("§4.1")),
    "template.not-tlv": error("R10", _mpm("§3.2")),
    "tlv.duplicate-id": error("R11", _mpm("§4.3.1.2")),
    "pfi.not-first": error("R13", _mpm("§4.6.1.1")),
    "pfi.value": error("R14", _mpm("§4.7.1.1")),
    "poi.value": error("R15", _mpm("§4.7.2.1")),
    "root.missing": error("R16", _mpm("§4.2.1.1")),
    "merchant-account.missing": error("R17", _mpm("§4.7.9.1")),
    "crc.missing": error("R18", _mpm("§4.2.1.1")),
    "crc.not-last": error("R19", _mpm("§4.6.1.2")),
    "crc.length": error("R20", _mpm("Table 3.6")),
    "crc.not-hex": error("R21", _mpm("§4.7.3.2")),
    "crc.mismatch": error("R22", _mpm("§4.7.3.1")),
    "crc.lower-case": warning("R23", POLICY),
    "mcc.format": error("R24", _mpm("Table 3.6")),
    "currency.format": error("R25", _mpm("Table 3.6")),
    "amount.too-long": error("R26", _mpm("Table 3.6")),
    "tip.format": error("R27", _mpm("Table 3.6")),
    "fee-fixed.too-long": error("R28", _mpm("Table 3.6")),
    "fee-percent.too-long": error("R29", _mpm("Table 3.6")),
    "country.format": error("R30", _mpm("§4.7.13.1")),
    "name.too-long": error("R31", _mpm("Table 3.6")),
    "city.too-long": error("R32", _mpm("Table 3.6")),
    "postal-code.too-long": error("R33", _mpm("Table 3.6")),
    "country.unknown": error("R34", _mpm("§4.7.13.1")),
    "currency.unknown": error("R35", _mpm("§4.7.5.1")),
    "mcc.unknown": warning("R36", _mpm("§4.7.12.1")),
    "amount.not-numeric": error("R37", _mpm("§4.7.4.1")),
    "amount.zero": error("R37", _mpm("§4.7.4.1")),
    "amount.no-integer-digit": warning("R38", POLICY),
    "amount.too-many-decimals": warning("R39", _mpm("§4.7.4.1")),
    "tip.value": error("R40", _mpm("§4.7.6.1")),
    "fee-fixed.missing": error("R41", _mpm("§4.7.7.1")),
    "fee-fixed.unexpected": error("R41", _mpm("§4.7.7.1")),
    "fee-percent.missing": error("R42", _mpm("§4.7.8.1")),
    "fee-percent.unexpected": error("R42", _mpm("§4.7.8.1")),
    "fee-fixed.zero": error("R43", _mpm("§4.7.7.1")),
    "fee-fixed.not-numeric": error("R43", _mpm("§4.7.7.3")),
    "fee-percent.range": error("R44", _mpm("§4.7.8.1")),
    "fee-percent.not-numeric": error("R44", _mpm("§4.7.8.3")),
    "poi.static-with-amount": warning("R46", POLICY),
    "poi.dynamic-without-amount": warning("R46", POLICY),
    "guid.missing": error("R47", _mpm("§4.7.11.2")),
    "guid.too-long": error("R47", _mpm("§4.7.11.2")),
    "additional.empty": error("R50", _mpm("§4.8.1.1")),
    "additional.too-long": error("R51", _mpm("Table 3.7")),
    "consumer-data.value": error("R53", _mpm("§4.8.1.3")),
    "tax-id.too-long": error("R54", "EMVCo MPM 1.1, second-hand"),
    "channel.length": error("R54", "EMVCo MPM 1.1, second-hand"),
    "additional.rfu": warning("R55", _mpm("Table 4.3")),
    "additional.unallocated": warning("R56", _mpm("Table 3.7")),
    "language.missing": error("R58", _mpm("§4.9.1.1")),
    "language.code": error("R59", _mpm("§4.9.2.1")),
    "language.too-long": error("R60", _mpm("Table 3.8")),
    "language.rfu": warning("R61", _mpm("§4.9.1.1")),
    "root.rfu": warning("R62", _mpm("§4.10")),
    "charset.not-numeric": error("R64", _mpm("§4.5.1.1")),
    "charset.not-ans": error("R65", _mpm("§4.5.2.1")),
    "charset.control": error("R66", POLICY),
    "charset.surrogate": error("R66", POLICY),
    "charset.not-nfc": warning("R66", _mpm("§4.5.3.1")),
    "encode.value-empty": error("R69", _mpm("§4.4.1.2")),
    "encode.value-too-long": error("R69", _mpm("§4.4.1.1")),
    "encode.id-invalid": error("R69", _mpm("§4.3.1.1")),
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
