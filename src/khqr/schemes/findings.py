"""Every finding that a scheme's own table can give: code and severity, once.

The tables are known second-hand or from codes in use, which depart from them now and then. So what
breaks a table is a warning when a code is read; when one is written it is refused.
"""

from __future__ import annotations

from ..emv.catalogue import Locator
from ..errors import Finding, Severity
from .description import Scheme

__all__ = ["SCHEME_CATALOGUE", "scheme_finding"]

SCHEME_CATALOGUE: dict[str, Severity] = {
    "scheme.identifier.missing": Severity.ERROR,
    "scheme.not-a-payment": Severity.ERROR,
    "scheme.payee.ambiguous": Severity.ERROR,
    "scheme.field.repeated": Severity.ERROR,
    "scheme.field.missing": Severity.WARNING,
    "scheme.field.format": Severity.WARNING,
    "scheme.field.unexpected": Severity.WARNING,
    "scheme.currency.other": Severity.WARNING,
    "scheme.country.other": Severity.WARNING,
    "scheme.crc.shortened": Severity.WARNING,
}


def scheme_finding(
    code: str,
    path: str,
    message: str,
    scheme: Scheme,
    locator: Locator,
    offset: int,
    *,
    severity: Severity | None = None,
) -> Finding:
    """Return the finding ``code``, which names its scheme in message and clause."""
    return Finding(
        code=code,
        severity=severity or SCHEME_CATALOGUE[code],
        path=path,
        offset=offset,
        byte_offset=locator.byte_offset(offset),
        message=f"{scheme.title}: {message}",
        clause=scheme.source,
    )
