"""A code for a merchant, paid through the merchant's bank: object 30."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, final

from ..currency import KHR, Currency, amount_from, currency_of
from .values import (
    DEFAULT_CITY,
    DEFAULT_MERCHANT_CATEGORY,
    Routing,
    aware_moment,
    blank,
    draft_of,
    field_names,
    refuse_other_types,
    shown,
)

__all__ = ["Merchant", "frozen_merchant"]


class _Memory:
    __slots__ = field_names("merchant_id")


@final
@dataclass(frozen=True, slots=True, init=False, repr=False)
class Merchant(_Memory):
    """A code that pays a merchant through the merchant's bank: object 30.

    Lengths count UTF-16 units, as the official SDK does; that differs from characters only
    beyond U+FFFF. An empty text in an optional field means that it is absent. Nothing is cut,
    trimmed or folded; what cannot be written is refused by `khqr.encode`, all of it at once.

    Args:
        bakong_account_id: Bakong account to pay, ``name@bank``, at most 32.
        merchant_name: name shown to the payer, 1 to 25.
        merchant_city: at most 15; empty or None gives ``Phnom Penh``.
        currency: `khqr.KHR`, `khqr.USD`, or a code such as ``"USD"`` or ``"840"``.
        amount: `int`, `str` or `Decimal`, never `float`; None, zero or ``""`` lets the payer
            choose.
        merchant_category_code: four digits of ISO 18245.
        merchant_id: the bank's number for the merchant, 1 to 32.
        acquiring_bank: name of the bank, at most 32.
        unionpay_account: object 15, at most 99; only with riel.
        bill_number: at most 25.
        mobile_number: at most 25.
        store_label: at most 25.
        terminal_label: at most 25.
        purpose_of_transaction: at most 25.
        language_preference: two letters, such as ``km``; goes with the alternate name.
        merchant_name_alternate_language: at most 25.
        merchant_city_alternate_language: at most 15.
        created_at: aware `datetime`, to the millisecond; `khqr.encode` has a clock of its own.
        expires_at: aware `datetime`; a code with an amount must have one.

    Raises:
        TypeError: for a wrong Python type, such as a `float` amount.
        EncodeError: for a `datetime` without a time zone.

    Source: bakong-khqr 1.0.20 (names, limits, defaults).

    >>> Merchant(bakong_account_id="khqr@devb", merchant_name="Demo Coffee", merchant_id="000123",
    ...          acquiring_bank="Dev Bank").routing
    <Routing.MERCHANT: 'merchant'>
    """

    bakong_account_id: str
    merchant_name: str
    merchant_city: str
    currency: Currency
    amount: Decimal | None
    merchant_category_code: str
    merchant_id: str
    acquiring_bank: str
    unionpay_account: str | None
    bill_number: str | None
    mobile_number: str | None
    store_label: str | None
    terminal_label: str | None
    purpose_of_transaction: str | None
    language_preference: str | None
    merchant_name_alternate_language: str | None
    merchant_city_alternate_language: str | None
    created_at: datetime | None
    expires_at: datetime | None

    def __new__(
        cls,
        *,
        bakong_account_id: str,
        merchant_name: str,
        merchant_city: str | None = DEFAULT_CITY,
        currency: Currency | str = KHR,
        amount: int | str | Decimal | None = None,
        merchant_category_code: str | None = DEFAULT_MERCHANT_CATEGORY,
        merchant_id: str,
        acquiring_bank: str,
        unionpay_account: str | None = None,
        bill_number: str | None = None,
        mobile_number: str | None = None,
        store_label: str | None = None,
        terminal_label: str | None = None,
        purpose_of_transaction: str | None = None,
        language_preference: str | None = None,
        merchant_name_alternate_language: str | None = None,
        merchant_city_alternate_language: str | None = None,
        created_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> Merchant:
        """Bring the arguments to the types of the fields."""
        if not (
            bakong_account_id.__class__ is str
            and merchant_name.__class__ is str
            and (merchant_city is None or merchant_city.__class__ is str)
            and (merchant_category_code is None or merchant_category_code.__class__ is str)
            and merchant_id.__class__ is str
            and acquiring_bank.__class__ is str
            and (unionpay_account is None or unionpay_account.__class__ is str)
            and (bill_number is None or bill_number.__class__ is str)
            and (mobile_number is None or mobile_number.__class__ is str)
            and (store_label is None or store_label.__class__ is str)
            and (terminal_label is None or terminal_label.__class__ is str)
            and (purpose_of_transaction is None or purpose_of_transaction.__class__ is str)
            and (language_preference is None or language_preference.__class__ is str)
            and (
                merchant_name_alternate_language is None
                or merchant_name_alternate_language.__class__ is str
            )
            and (
                merchant_city_alternate_language is None
                or merchant_city_alternate_language.__class__ is str
            )
        ):
            refuse_other_types(locals())
        draft = blank(_Draft)
        draft.bakong_account_id = bakong_account_id or ""
        draft.merchant_name = merchant_name or ""
        draft.merchant_city = DEFAULT_CITY if merchant_city is None else merchant_city
        draft.currency = currency if currency is KHR else currency_of(currency)
        draft.amount = None if amount is None else amount_from(amount)
        draft.merchant_category_code = merchant_category_code or DEFAULT_MERCHANT_CATEGORY
        draft.merchant_id = merchant_id or ""
        draft.acquiring_bank = acquiring_bank or ""
        draft.unionpay_account = unionpay_account or None
        draft.bill_number = bill_number or None
        draft.mobile_number = mobile_number or None
        draft.store_label = store_label or None
        draft.terminal_label = terminal_label or None
        draft.purpose_of_transaction = purpose_of_transaction or None
        draft.language_preference = language_preference or None
        draft.merchant_name_alternate_language = merchant_name_alternate_language or None
        draft.merchant_city_alternate_language = merchant_city_alternate_language or None
        draft.created_at = None if created_at is None else aware_moment("created_at", created_at)
        draft.expires_at = None if expires_at is None else aware_moment("expires_at", expires_at)
        draft.__class__ = Merchant
        value: Merchant = draft
        return value

    @property
    def routing(self) -> Routing:
        """Where the money goes, by the documented rule."""
        return Routing.MERCHANT

    __repr__ = shown

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, str]]:
        return (), {
            "bakong_account_id": "",
            "merchant_name": "",
            "merchant_id": "",
            "acquiring_bank": "",
        }


_Draft = draft_of(Merchant)


def frozen_merchant(*values: Any) -> Merchant:
    """Return the value with ``values`` in field order, taken as they are."""
    draft = _Draft(*values)
    draft.__class__ = Merchant
    value: Merchant = draft
    return value
