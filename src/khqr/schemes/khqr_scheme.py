"""KHQR, the anchor: what a Bakong account in a template says.

Its rules are those of the profile ``khqr``, in a room of their own.

[observed] in the official SDK, bakong-khqr 1.0.20. A KHQR has no identifier in the usual sense:
the account, ``name@bank``, stands where others have theirs.
"""

from __future__ import annotations

from .description import Scheme
from .fields import EmvFields
from .rows import moment, text

__all__ = ["SCHEMES", "KhqrFields"]


class KhqrFields(EmvFields):
    """What a KHQR says; `khqr.decode` gives the same as a value that can be encoded again."""

    __slots__ = ()

    bakong_account_id = text("*.00", "ans", 1, 32, presence="M")
    account_information = text("29*.01", "S", 1, 32)
    merchant_id = text("30*.01", "S", 1, 32)
    acquiring_bank = text("*.02", "S", 1, 32)
    unionpay_account = text("15")
    created_at = moment("99.00")
    expires_at = moment("99.01")


SCHEMES = (
    Scheme(
        name="khqr",
        title="KHQR",
        source="bakong-khqr 1.0.20",
        grade="observed",
        country="KH",
        currencies=("116", "840"),
        usual="29, 30",
        fields=KhqrFields,
        data_tags=frozenset({"99"}),
    ),
)
