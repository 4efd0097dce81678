"""A code for a merchant, paid through the merchant's bank: object 30."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, final

from ..currency import KHR, Currency, amount_from
from .values import (
    DEFAULT_CITY,
    DEFAULT_MERCHANT_CATEGORY,
    Routing,
    aware_moment,
    draft_of,
    refuse_other_types,
    shown,
    texts_only,
)

__all__ = ["Merchant", "frozen_merchant"]


@final
@dataclass(frozen=True, slots=True, init=False, repr=False)
class Merchant:
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
        if not texts_only(
            (
                bakong_account_id,
                merchant_name,
                merchant_city,
                merchant_category_code,
                merchant_id,
                acquiring_bank,
                unionpay_account,
                bill_number,
                mobile_number,
                store_label,
                terminal_label,
                purpose_of_transaction,
                language_preference,
                merchant_name_alternate_language,
                merchant_city_alternate_language,
            )
        ):
            refuse_other_types(locals())
        return _frozen(
            _Draft(
                bakong_account_id or "",
                merchant_name or "",
                DEFAULT_CITY if merchant_city is None else merchant_city,
                currency if currency is KHR else Currency.of(currency),
                amount_from(amount),
                merchant_category_code or DEFAULT_MERCHANT_CATEGORY,
                merchant_id or "",
                acquiring_bank or "",
                unionpay_account or None,
                bill_number or None,
                mobile_number or None,
                store_label or None,
                terminal_label or None,
                purpose_of_transaction or None,
                language_preference or None,
                merchant_name_alternate_language or None,
                merchant_city_alternate_language or None,
                None if created_at is None else aware_moment("created_at", created_at),
                None if expires_at is None else aware_moment("expires_at", expires_at),
            )
        )

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


def _frozen(draft: Any) -> Merchant:
    """Let a draft, which has the same memory layout, become the frozen value.

    Setting the fields of a frozen dataclass one by one costs several times as much, and decoding
    would feel it.
    """
    draft.__class__ = Merchant
    value: Merchant = draft
    return value


def frozen_merchant(*values: Any) -> Merchant:
    """Return the value with ``values`` in field order, taken as they are."""
    return _frozen(_Draft(*values))
