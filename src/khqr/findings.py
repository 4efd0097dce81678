"""Every finding about a KHQR beyond EMVCo's: code, severity, error number and source, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .emv.catalogue import POLICY, Locator
from .emv.tree import DataObject
from .errors import Finding, Severity
from .fields import ACCOUNT_TEMPLATES, FIELDS_BY_PATH, TIMES

__all__ = ["KHQR_CATALOGUE", "SDK", "KhqrRule", "khqr_finding", "two_payees"]

SDK = "bakong-khqr 1.0.20"
GUIDE = "NBC, QR Payment Integration 1.0.3"


class KhqrRule(NamedTuple):
    """Severity, number in the official SDK (None where it has none), and source of a finding."""

    severity: Severity
    nbc_code: int | None
    clause: str


def _error(nbc_code: int | None, clause: str = SDK) -> KhqrRule:
    return KhqrRule(Severity.ERROR, nbc_code, clause)


def _warning(nbc_code: int | None, clause: str = SDK) -> KhqrRule:
    return KhqrRule(Severity.WARNING, nbc_code, clause)


KHQR_CATALOGUE: dict[str, KhqrRule] = {
    "khqr.account-type.missing": _error(5),
    "khqr.account-type.ambiguous": _error(None, POLICY),
    **{
        f"{field.finding}.missing": _error(field.missing)
        for field in FIELDS_BY_PATH.values()
        if field.required
    },
    **{
        f"{field.finding}.too-long": _error(field.too_long)
        for field in FIELDS_BY_PATH.values()
        if field not in TIMES
    },
    "khqr.bakong-account-id.format": _error(3),
    "khqr.merchant-category-code.format": _error(51),
    "khqr.merchant-category-code.too-short": _warning(18, POLICY),
    "khqr.merchant-name.edge-space": _warning(7, POLICY),
    "khqr.currency.too-long": _error(19),
    "khqr.currency.unsupported": _error(28),
    "khqr.country.other": _warning(None, POLICY),
    "khqr.amount.missing": _error(47),
    "khqr.amount.format": _error(4),
    "khqr.unionpay-account.dollar": _error(44),
    "khqr.unionpay-account.length": _warning(43, POLICY),
    "khqr.language-preference.missing": _error(37, POLICY),
    "khqr.merchant-name-alternate-language.missing": _error(39),
    "khqr.language-preference.too-short": _warning(38, POLICY),
    "khqr.created-at.length": _error(49, POLICY),
    "khqr.expires-at.missing": _error(45),
    "khqr.expires-at.not-a-time": _error(45),
    "khqr.expires-at.length": _error(49),
    "khqr.expires-at.before-creation": _error(50),
    "khqr.expires-at.past": _error(46),
    "khqr.expires-at.far": _warning(None, GUIDE),
    "khqr.expires-at.ignored": _warning(None),
    "khqr.length-unit": _error(None, POLICY),
    "khqr.template.too-long": _error(None, "EMVCo MPM 1.0 §4.4.1.1"),
    "khqr.text.control": _error(None, POLICY),
    "khqr.text.beyond-bmp": _error(None, POLICY),
    "khqr.text.not-ascii": _warning(None, "EMVCo MPM 1.0 §4.5.2.1"),
}


def khqr_finding(
    code: str,
    path: str,
    message: str,
    *,
    offset: int = 0,
    locator: Locator | None = None,
    severity: Severity | None = None,
    nbc_code: int | None = None,
    hint: str = "",
) -> Finding:
    """Return the finding ``code``; its severity, number and source come from the catalogue.

    >>> khqr_finding("khqr.amount.missing", "54", "a dynamic code has no amount").nbc_code
    47
    """
    rule = KHQR_CATALOGUE[code]
    return Finding(
        code=code,
        severity=severity or rule.severity,
        path=path,
        offset=offset,
        byte_offset=locator.byte_offset(offset) if locator else offset,
        message=message,
        clause=rule.clause,
        hint=hint,
        nbc_code=rule.nbc_code if nbc_code is None else nbc_code,
    )


def two_payees(objects: Iterable[DataObject], locator: Locator) -> Iterator[Finding]:
    """Yield a finding if both objects 29 and 30 stand among those of the root."""
    first = ""
    for item in objects:
        if item.id not in ACCOUNT_TEMPLATES:
            continue
        first = first or item.id
        if item.id != first:
            yield khqr_finding(
                "khqr.account-type.ambiguous",
                item.id,
                "objects 29 and 30 are both there, and readers differ in whom they pay",
                offset=item.offset,
                locator=locator,
            )
            return
