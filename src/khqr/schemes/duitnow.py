"""DuitNow QR of Malaysia.

[spec] PayNet's developer pages, *Merchant-presented mode, QR data object* 1.5, for the root.
[second-hand] The objects inside 26 and 62. [observed] in 813 codes: 26.01 always has six digits,
14 names exceed 25 characters. [unverified] Object 82: what is hashed and how. It is kept, and
never made; any edit makes it stale.
"""

from __future__ import annotations

from ..emv.dictionary import ADDITIONAL_DATA, ROOT, Entry
from .description import Presence, Scheme, accept, warn_at
from .fields import EmvFields
from .rows import text

__all__ = ["DUITNOW", "SCHEMES", "DuitNowFields"]


class DuitNowFields(EmvFields):
    """What a DuitNow code says."""

    __slots__ = ()

    acquirer_id = text("*.01", "N", 6, presence="M")
    merchant_id = text("*.02", "ans", 1, 28, presence="M")
    descriptor = text("*.03", "ans", 1, 20)
    mobile = text("*.04", "ans", 1, 15)
    postal_code = text("61", "N", 5)
    tax_id = text("62.10", "ans", 1, 20)
    channel = text("62.11", "ans", 3)
    reference_1 = text("62.90", "S")
    reference_2 = text("62.91", "S")
    geolocation = text("62.92", "S")
    integrity_hash = text("82", "ans", 32, 64, pattern="([0-9A-Fa-f]{2})+")


_PLAIN = Entry("DuitNow reference", "S")
_DICTIONARY = ROOT.with_entries(
    {
        "62": Entry(
            "Additional Data Field Template",
            "S",
            inside=ADDITIONAL_DATA.with_entries(dict.fromkeys(("90", "91", "92"), _PLAIN)),
        ),
        "82": Entry("DuitNow integrity hash", "S"),
    }
)

DUITNOW = Scheme(
    name="duitnow",
    title="DuitNow QR",
    source="PayNet developer pages, QR data object 1.5",
    grade="spec",
    country="MY",
    currencies=("458",),
    guids=("a0000006150001",),
    usual="26",
    fields=DuitNowFields,
    presence=(Presence(required="01 52 59 60"),),
    severities={
        "pfi.value": accept("02"),
        "name.too-long": warn_at("59"),
        "mcc.unknown": accept("1111"),
    },
    dictionary=_DICTIONARY,
    opaque=frozenset({"82"}),
    data_tags=frozenset({"82"}),
)
SCHEMES = (DUITNOW,)
