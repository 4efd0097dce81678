"""Every finding about a consumer-presented code: rule number, severity and clause, once.

The numbers C1-C10 are those of the rule table in the documentation; a rule without a code says
what is *not* a finding. Clauses are those of *EMV QR Code Specification for Payment Systems,
Consumer-Presented Mode*, version 1.0.
"""

from __future__ import annotations

from ...errors import Finding, Severity
from ..catalogue import POLICY, Rule, error, warning

__all__ = ["CPM_CATALOGUE", "cpm_finding"]


def _cpm(clause: str) -> str:
    return f"EMVCo CPM 1.0 {clause}"


CPM_CATALOGUE: dict[str, Rule] = {
    "cpm.not-base64": error("C1", _cpm("§5.1.1.2")),
    "cpm.not-ber-tlv": error("C1", _cpm("§5.1.1.2")),
    "cpm.first-not-85": error("C1", _cpm("§5.1.1.2")),
    "cpm.line-break": warning("C1", POLICY),
    "cpm.filler": warning("C1", POLICY),
    "cpm.too-deep": error("C1", POLICY),
    "cpm.version": error("C2", _cpm("§5.1.1.3")),
    "cpm.no-application-template": error("C2", _cpm("§5.1.1.3")),
    "cpm.adf-missing": warning("C3", _cpm("§5.1.1.4")),
    "cpm.adf-length": warning("C3", _cpm("§5.1.1.4")),
    "cpm.no-application-left": error("C3", _cpm("§5.1.1.4")),
    "cpm.duplicate": error("C4", _cpm("§5.1.1.10")),
    "cpm.order": warning("C6", _cpm("§3.1")),
    "cpm.pan-missing": error("C9", _cpm("Table 6.1")),
    "cpm.too-many-templates": warning("C10", _cpm("§3.1")),
    "cpm.value": warning("Table 6.1", _cpm("Table 6.1")),
}


def cpm_finding(
    code: str,
    path: str,
    offset: int,
    message: str,
    *,
    hint: str = "",
    severity: Severity | None = None,
) -> Finding:
    """Return the finding ``code``; its severity and clause come from the catalogue.

    A message never holds the value of an object, as it may be the number of a card.

    >>> print(cpm_finding("cpm.version", "85", 2, "version is not CPV01"))
    error   85 @2  cpm.version: version is not CPV01
    """
    rule = CPM_CATALOGUE[code]
    return Finding(
        code=code,
        severity=severity or rule.severity,
        path=path,
        offset=offset,
        byte_offset=offset,  # all of Base64 is ASCII
        message=message,
        clause=rule.clause,
        hint=hint,
    )
