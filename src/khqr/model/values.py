"""What both kinds of code share: defaults, moments, and how a frozen value is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, make_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from ..errors import EncodeError

__all__ = [
    "DEFAULTS",
    "DEFAULT_CITY",
    "DEFAULT_MERCHANT_CATEGORY",
    "EPOCH",
    "MILLISECOND",
    "Routing",
    "aware_moment",
    "blank",
    "draft_of",
    "field_names",
    "milliseconds",
    "moment_after",
    "moment_at",
    "refuse_other_types",
    "shown",
]

DEFAULT_CITY = "Phnom Penh"
DEFAULT_MERCHANT_CATEGORY = "5999"
DEFAULTS = {"merchant_city": DEFAULT_CITY, "merchant_category_code": DEFAULT_MERCHANT_CATEGORY}
"""What the official SDK writes where nothing was given."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
_NOT_TEXT = frozenset({"cls", "currency", "amount", "created_at", "expires_at"})

blank: Any = object.__new__
"""Makes an empty draft, whose fields are then set one by one."""


class Routing(StrEnum):
    """Where the money of a code goes (NBC's guideline of 2020).

    ``WALLET``: the Bakong account itself. ``REMITTANCE``: the bank's settlement account, for the
    account in ``account_information``. ``MERCHANT``: the same, for ``merchant_id``. The rule is
    what the documents say; codes in the field do not always keep to it.
    """

    WALLET = "wallet"
    REMITTANCE = "remittance"
    MERCHANT = "merchant"


def milliseconds(moment: datetime) -> int:
    """Return an aware ``moment`` as whole milliseconds since 1970, as object 99 holds it.

    >>> milliseconds(datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC))
    1750000000000
    """
    return (moment - EPOCH) // MILLISECOND


def moment_at(value: int) -> datetime:
    """Return the moment ``value`` milliseconds after 1970, in UTC.

    >>> moment_at(1750000000001).isoformat()
    '2025-06-15T15:06:40.001000+00:00'
    """
    return EPOCH + timedelta(0, value // 1000, value % 1000 * 1000)


def aware_moment(name: str, value: datetime | None) -> datetime | None:
    """Return ``value`` in UTC and to the millisecond, which is what a KHQR can carry.

    Raises:
        TypeError: for anything but a `datetime`.
        EncodeError: for a `datetime` without a time zone, which names no moment.

    >>> aware_moment("at", datetime(2025, 6, 15, 22, 6, 40, 999_999, tzinfo=UTC)).microsecond
    999000
    """
    if value is None:
        return None
    if type(value) is not datetime or value.tzinfo is not UTC:
        value = _in_utc(name, value)
    spare = value.microsecond % 1000
    return value.replace(microsecond=value.microsecond - spare) if spare else value


def _in_utc(name: str, value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"{name} is an aware datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise EncodeError(
            f"{name} has no time zone and names no moment; "
            "pass an aware datetime, such as datetime.now(timezone.utc)"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise EncodeError(f"{name} lies outside the years 1 to 9999 in UTC") from None


def moment_after(start: datetime, life: timedelta) -> datetime:
    """Return the moment at which a code that was made at ``start`` expires.

    Raises:
        TypeError: for anything but a `timedelta`.
        EncodeError: if it lies beyond the year 9999.

    >>> moment_after(moment_at(1750000000000), timedelta(minutes=5)).minute
    11
    """
    if not isinstance(life, timedelta):
        raise TypeError(f"expires_in is a timedelta, not {type(life).__name__}")
    try:
        moment = start + life
    except OverflowError:
        raise EncodeError("expires_in leads out of the years 1 to 9999") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def refuse_other_types(given: Mapping[str, object]) -> None:
    """Raise a `TypeError` for the first argument that should be text and is not.

    A subclass of `str`, such as a `StrEnum`, is text and passes.
    """
    for name, value in given.items():
        if name not in _NOT_TEXT and value is not None and not isinstance(value, str):
            raise TypeError(f"{name} is str, not {type(value).__name__}")


def field_names(account_detail: str) -> tuple[str, ...]:
    """Return the names of all fields in their order; the kinds differ in the sixth alone."""
    return (
        "bakong_account_id",
        "merchant_name",
        "merchant_city",
        "currency",
        "amount",
        "merchant_category_code",
        account_detail,
        "acquiring_bank",
        "unionpay_account",
        "bill_number",
        "mobile_number",
        "store_label",
        "terminal_label",
        "purpose_of_transaction",
        "language_preference",
        "merchant_name_alternate_language",
        "merchant_city_alternate_language",
        "created_at",
        "expires_at",
    )


def draft_of(cls: type) -> Any:
    """Return a mutable class with the memory of the frozen dataclass ``cls``: that of its base.

    A draft is filled and then becomes the value, by its ``__class__``. Setting the fields of a
    frozen dataclass one by one costs several times as much; so would a draft without that base,
    whose layout CPython would have to compare each time.
    """
    names = [field.name for field in fields(cls)]
    bases = cls.__bases__
    return make_dataclass(
        f"_{cls.__name__}Draft", names, bases=bases, slots=True, eq=False, repr=False
    )


def shown(value: Any) -> str:
    """Return a value as its constructor call, without what was left at None."""
    parts = ((field.name, getattr(value, field.name)) for field in fields(value))
    listed = ", ".join(f"{name}={item!r}" for name, item in parts if item is not None)
    return f"{type(value).__name__}({listed})"
