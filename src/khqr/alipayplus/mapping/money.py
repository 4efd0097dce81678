"""Amounts between the two sides, in whole numbers from end to end.

A KHQR writes riel without decimals. Alipay+ counts the smallest unit of ISO 4217, and there riel
has two decimals. Nothing is rounded: what does not fit is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ...currency import KHR, USD, amount_text
from ...errors import quote
from ..messages import Amount
from ..results import AmountError, CurrencyNotSupported
from .policy import ISO_MINOR_UNITS

__all__ = ["decimal_of", "from_minor", "to_minor"]

_CURRENCIES = {KHR.code: KHR, USD.code: USD}
_MOST_DIGITS = 40


def to_minor(
    amount: Decimal, currency: str, minor_units: Mapping[str, int] = ISO_MINOR_UNITS
) -> int:
    """Return an amount of a KHQR in the smallest unit of the other side.

    Args:
        amount: more than zero, with no more decimals than a KHQR of the currency can carry.
        currency: ``KHR`` or ``USD``.
        minor_units: decimals on the other side, by currency.

    Raises:
        AmountError: for zero and less, for a fraction of a riel or cent, for no number, and for
            what 13 characters cannot hold.
        CurrencyNotSupported: for another currency.

    >>> to_minor(Decimal("10000"), "KHR"), to_minor(Decimal("1.5"), "USD")
    (1000000, 150)
    """
    exponent, decimals = _exponent(currency, minor_units), _CURRENCIES[currency].decimals
    sign, digits, power = amount.as_tuple()
    if not isinstance(power, int) or len(digits) > _MOST_DIGITS or abs(power) > _MOST_DIGITS:
        raise AmountError(f"the amount {quote(str(amount))} is no number that a code can carry")
    number = int("".join(map(str, digits)))
    if sign or not number:
        raise AmountError(f"the amount is {amount}, expected more than zero")
    whole, rest = _shifted(number, power + decimals)
    if rest:
        raise AmountError(f"the amount {amount} {currency} has more than {decimals} decimals")
    if amount_text(amount, _CURRENCIES[currency]) is None:
        raise AmountError(f"the amount {amount} {currency} is too long for a KHQR")
    value, rest = _shifted(whole, exponent - decimals)
    if rest:
        raise AmountError(f"the amount {amount} {currency} has more than {exponent} decimals")
    return value


def from_minor(
    value: int, currency: str, minor_units: Mapping[str, int] = ISO_MINOR_UNITS
) -> Decimal:
    """Return the amount of a KHQR for so many of the smallest unit of the other side.

    Raises:
        AmountError: for zero and less, for a fraction of a riel, and for what 13 characters
            cannot hold.
        CurrencyNotSupported: for another currency than riel and dollar.

    >>> from_minor(1000000, "KHR"), from_minor(150, "USD"), from_minor(100, "USD")
    (Decimal('10000'), Decimal('1.50'), Decimal('1'))
    """
    exponent, target = _exponent(currency, minor_units), _CURRENCIES[currency]
    if value < 1:
        raise AmountError(f"the amount is {value}, expected more than zero")
    number, rest = _shifted(value, target.decimals - exponent)
    if rest:
        part = "riel" if target is KHR else "cent"
        raise AmountError(f"{value} of the smallest unit of {currency} is a fraction of a {part}")
    whole, cents = divmod(number, 10**target.decimals)
    text = f"{whole}.{cents:0{target.decimals}d}" if cents else str(whole)
    amount = Decimal(text)
    if amount_text(amount, target) is None:
        raise AmountError(f"the amount {quote(text)} {currency} is too long for a KHQR")
    return amount


def decimal_of(amount: Amount, minor_units: Mapping[str, int]) -> Decimal:
    """Return the amount of a message as that of a KHQR."""
    return from_minor(amount.value, amount.currency, minor_units)


def _exponent(currency: str, minor_units: Mapping[str, int]) -> int:
    if currency not in _CURRENCIES or currency not in minor_units:
        raise CurrencyNotSupported(f"the currency is {quote(currency)}, a KHQR has KHR or USD")
    return minor_units[currency]


def _shifted(number: int, places: int) -> tuple[int, int]:
    """Return ``number`` with its point moved right by ``places``, and what falls off behind it."""
    power: int = 10 ** abs(places)
    return (number * power, 0) if places >= 0 else divmod(number, power)
