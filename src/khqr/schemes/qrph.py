"""QR Ph of the Philippines: codes of merchants, and of persons.

[observed] in 14 codes; no specification was read. ``ph.ppmi.qrph`` marks data of QR Ph in 62, 80
and 88 and is no network of its own. [unverified] The digits of the flag in 28.05.
"""

from __future__ import annotations

from .description import Presence, Scheme, accept, accept_all
from .fields import EmvFields
from .rows import text

__all__ = ["SCHEMES", "QrPhFields"]

_MERCHANT = ("ph.ppmi.p2m",)
_PERSON = ("com.p2pqrpay",)


class QrPhFields(EmvFields):
    """What a QR Ph says; ``***`` in 62 asks the payer."""

    __slots__ = ()

    bic = text("*.01", "ans", 11, presence="M")
    network_id = text("*.02", "N", 8, guids=_PERSON, presence="M")
    merchant_id = text("*.03", "ans", guids=_MERCHANT, presence="M")
    person_id = text("*.03", "ans", guids=_PERSON)
    account = text("*.04", "ans")
    flags = text("*.05", "N", 3, guids=_MERCHANT)
    mobile = text("*.05", "ans", guids=_PERSON)


SCHEMES = (
    Scheme(
        name="qrph",
        title="QR Ph",
        source="public codes (observed)",
        grade="observed",
        country="PH",
        currencies=("608",),
        guids=(*_MERCHANT, *_PERSON),
        usual="27, 28",
        data_guids=("ph.ppmi.qrph",),
        fields=QrPhFields,
        presence=(Presence(required="01 52 59 60"),),
        severities={"additional.unallocated": accept_all, "mcc.unknown": accept("6016")},
    ),
)
