"""QRIS of Indonesia: the national object, beside those of each acquirer.

[observed] in 8 to 22 codes. The acquirers' templates in 26 to 50 have identifiers of their own,
which stay unknown. [unverified] Criteria other than ``UMI`` and ``UKE``.
"""

from __future__ import annotations

from .description import Presence, Scheme, warn_at
from .fields import EmvFields
from .rows import text

__all__ = ["SCHEMES", "QrisFields"]


class QrisFields(EmvFields):
    """What the national object of a QRIS says."""

    __slots__ = ()

    nmid = text("*.02", "ans", 15, pattern="ID[0-9]{13}")
    criteria = text("*.03", "ans", 3)


SCHEMES = (
    Scheme(
        name="qris",
        title="QRIS",
        source="public codes (observed)",
        grade="observed",
        country="ID",
        currencies=("360",),
        guids=("id.co.qris.www", "id.or.gpnqr.www"),
        usual="51",
        fields=QrisFields,
        presence=(Presence(required="01 52 59 60", advised="61"),),
        severities={"name.too-long": warn_at("59"), "guid.missing": warn_at("62.98.00")},
    ),
)
