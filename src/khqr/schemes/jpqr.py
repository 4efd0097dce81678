"""JPQR of Japan.

[second-hand] Payments Japan Association, unified guideline, through one library that checks it.
[observed] in six codes, all made for tests; no genuine one was examined. [unverified] What *JPQR
Global*, the link with Bakong, adds.
"""

from __future__ import annotations

from .description import Presence, Scheme
from .fields import EmvFields
from .rows import text

__all__ = ["SCHEMES", "JpqrFields"]


class JpqrFields(EmvFields):
    """What a JPQR says: the unified store code in four parts, and the name in Japanese."""

    __slots__ = ()

    store_code_1 = text("*.01", "N", 13, presence="M")
    store_code_2 = text("*.02", "N", 4, presence="M")
    store_code_3 = text("*.03", "N", 6, presence="M")
    store_code_4 = text("*.04", "N", 6, presence="M")
    language_preference = text("64.00", "ans", 2, pattern="[Jj][Aa]")


SCHEMES = (
    Scheme(
        name="jpqr",
        title="JPQR",
        source="Payments Japan Association, unified guideline (second-hand)",
        grade="second-hand",
        country="JP",
        currencies=("392",),
        guids=("jp.or.paymentsjapan",),
        usual="26",
        fields=JpqrFields,
        unexpected=("64.02",),
        presence=(Presence(required="01 52 59 60 61 64"),),
    ),
)
