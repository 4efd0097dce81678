"""The common merchant code of Korea, by BC Card.

[observed] in four codes. [unverified] ZeroPay's format, which is not recognised.
"""

from __future__ import annotations

from .description import Presence, Scheme
from .fields import EmvFields
from .rows import text

__all__ = ["SCHEMES", "KoreaFields"]


class KoreaFields(EmvFields):
    """What a Korean code says; 64 stands behind 62, and its language in lower case."""

    __slots__ = ()

    merchant_number = text("*.05", "N", 9, presence="M")
    unionpay_account = text("15")


SCHEMES = (
    Scheme(
        name="kr_bc",
        title="Korea common MPM (BC Card)",
        source="public codes (observed)",
        grade="observed",
        country="KR",
        currencies=("410",),
        guids=("d4100000014010",),
        usual="26",
        fields=KoreaFields,
        presence=(Presence(required="01 52 59 60", advised="61 64"),),
    ),
)
