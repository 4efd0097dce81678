"""The data objects of a KHQR: attribute, path, limit and error numbers, once.

Encoder, decoder, amendment and checks all read this table. Limits count UTF-16 units; numbers are
those of the official SDK, bakong-khqr 1.0.20. The order is the order of emission.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "ACCOUNT_TEMPLATES",
    "ADDITIONAL",
    "FIELDS_BY_PATH",
    "INDIVIDUAL",
    "LANGUAGE",
    "MERCHANT",
    "MERCHANT_DETAILS",
    "TIMES",
    "UNIONPAY",
    "Field",
    "is_bakong_account",
]


class Field(NamedTuple):
    """One data object that carries a text of a code.

    Attributes:
        attribute: the attribute of `khqr.Individual` or `khqr.Merchant`.
        path: where it stands in the payload.
        maximum: longest value, in UTF-16 units.
        too_long: the SDK's error number for a longer value.
        missing: the SDK's error number where the value must be there and is not.
        required: whether every payload has it.
    """

    attribute: str
    path: str
    maximum: int
    too_long: int
    missing: int | None = None
    required: bool = False

    @property
    def finding(self) -> str:
        """The stem of the finding codes about this field."""
        return f"khqr.{self.attribute.replace('_', '-')}"


UNIONPAY = Field("unionpay_account", "15", 99, too_long=43)

INDIVIDUAL = (
    Field("bakong_account_id", "29.00", 32, too_long=6, missing=1, required=True),
    Field("account_information", "29.01", 32, too_long=35),
    Field("acquiring_bank", "29.02", 32, too_long=33, missing=31),
)
"""Inside object 29."""

MERCHANT = (
    Field("bakong_account_id", "30.00", 32, too_long=6, missing=1, required=True),
    Field("merchant_id", "30.01", 32, too_long=32, missing=30, required=True),
    Field("acquiring_bank", "30.02", 32, too_long=33, missing=31, required=True),
)
"""Inside object 30."""

ACCOUNT_TEMPLATES = {"29": INDIVIDUAL, "30": MERCHANT}

MERCHANT_DETAILS = (
    Field("merchant_category_code", "52", 4, too_long=18, missing=25, required=True),
    Field("merchant_name", "59", 25, too_long=7, missing=2, required=True),
    Field("merchant_city", "60", 15, too_long=21, missing=27, required=True),
)
"""Under the root."""

ADDITIONAL = (
    Field("bill_number", "62.01", 25, too_long=10, missing=10),
    Field("mobile_number", "62.02", 25, too_long=34, missing=34),
    Field("store_label", "62.03", 25, too_long=11, missing=11),
    Field("terminal_label", "62.07", 25, too_long=12, missing=12),
    Field("purpose_of_transaction", "62.08", 25, too_long=42, missing=42),
)
"""Inside object 62."""

LANGUAGE = (
    Field("language_preference", "64.00", 2, too_long=38, missing=38),
    Field("merchant_name_alternate_language", "64.01", 25, too_long=40, missing=39),
    Field("merchant_city_alternate_language", "64.02", 15, too_long=41, missing=41),
)
"""Inside object 64."""

TIMES = (
    Field("created_at", "99.00", 13, too_long=49),
    Field("expires_at", "99.01", 13, too_long=49, missing=45),
)
"""Inside object 99: milliseconds since 1970, 13 digits."""

FIELDS_BY_PATH = {
    field.path: field
    for field in (
        UNIONPAY,
        *INDIVIDUAL,
        *MERCHANT,
        *MERCHANT_DETAILS,
        *ADDITIONAL,
        *LANGUAGE,
        *TIMES,
    )
}


def is_bakong_account(text: str) -> bool:
    """Whether ``text`` is ``name@bank``: one at sign, with something on either side.

    >>> is_bakong_account("demo_user@devb"), is_bakong_account("demo@"), is_bakong_account("a@b@c")
    (True, False, False)
    """
    name, _, bank = text.partition("@")
    return bool(name and bank and "@" not in bank)
