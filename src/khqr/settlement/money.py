"""Amounts at the edges: major units as people write them, minor units as the books hold them.

The riel is a trap. ISO 4217, and so most currency libraries and Alipay+, give it two decimals;
Bakong and KHQR have none. So exponents stand here, one table for each programme, and never come
from a currency library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from ..errors import quote
from .errors import SettlementError

__all__ = [
    "ALIPAYPLUS",
    "BAKONG",
    "BOOKS",
    "LARGEST",
    "Money",
    "major_units",
    "minor_units",
    "rescaled",
]

BAKONG: Mapping[str, int] = {"KHR": 0, "USD": 2}
"""Decimals on Bakong, as public wallet code has them (``khr#nbc``, ``usd#nbc``)."""

_FOREIGN = {"CNY": 2, "JPY": 0, "KRW": 0, "MYR": 2, "THB": 2, "VND": 0}

ALIPAYPLUS: Mapping[str, int] = {"KHR": 2, "USD": 2, **_FOREIGN}
"""Decimals in amounts of Alipay+: the smallest unit of ISO 4217; its documents do not name KHR."""

BOOKS: Mapping[str, int] = {**BAKONG, **_FOREIGN}
"""Decimals in the books of this simulator: Bakong's, and ISO 4217 for what Bakong does not have."""

LARGEST = 2**63 - 1
"""The largest amount of one posting in minor units, a choice of this library."""

_PLAIN = re.compile(r"[0-9]{1,19}(?:\.[0-9]{1,19})?", re.ASCII)


class Money(NamedTuple):
    """An amount in minor units, and its currency.

    >>> Money.of("12.50", "USD")
    Money(currency='USD', units=1250)
    """

    currency: str
    units: int

    @classmethod
    def of(cls, amount: int | str | Decimal, currency: str) -> Money:
        """Return an amount in major units as money; see `minor_units`."""
        return cls(currency, minor_units(amount, currency))


def minor_units(
    amount: int | str | Decimal, currency: str, decimals: Mapping[str, int] = BOOKS
) -> int:
    """Return an amount in major units as whole minor units; never rounds.

    Args:
        amount: digits with at most one point, a whole number, or a `Decimal`.
        currency: alphabetic code of ISO 4217.
        decimals: the table of the programme that the amount comes from.

    Raises:
        SettlementError: ``AMOUNT_NOT_POSITIVE`` for zero, a sign, an exponent, and what is no
            number; ``AMOUNT_PRECISION`` for a fraction of a minor unit; ``AMOUNT_TOO_LARGE``;
            ``CURRENCY_NOT_SUPPORTED`` for a currency that the table lacks.
        TypeError: for `float` and other types.

    >>> minor_units("12.50", "USD"), minor_units(41_000, "KHR")
    (1250, 41000)
    >>> minor_units("0.5", "KHR")
    Traceback (most recent call last):
    khqr.settlement.errors.SettlementError: AMOUNT_PRECISION: 0.5 KHR; KHR has 0 decimals here
    """
    places = _places(currency, decimals)
    if isinstance(amount, bool) or not isinstance(amount, int | str | Decimal):
        raise TypeError(f"an amount is int, str or Decimal, not {type(amount).__name__}")
    text = _text(amount)
    if not _PLAIN.fullmatch(text):
        raise SettlementError(
            "AMOUNT_NOT_POSITIVE",
            f"the amount is {quote(text)}; write digits with at most one point, as in '12.50'",
        )
    whole, _, fraction = text.partition(".")
    kept, lost = fraction[:places].ljust(places, "0"), fraction[places:]
    if lost.strip("0"):
        raise SettlementError(
            "AMOUNT_PRECISION", f"{text} {currency}; {currency} has {places} decimals here"
        )
    units = int(whole + kept)
    if not units:
        raise SettlementError("AMOUNT_NOT_POSITIVE", f"the amount is zero {currency}")
    if units > LARGEST:
        raise SettlementError("AMOUNT_TOO_LARGE", f"{text} {currency} is over {LARGEST} units")
    return units


def _text(amount: int | str | Decimal) -> str:
    if isinstance(amount, int):  # a huge one would take long to write out
        return (
            str(amount)
            if amount.bit_length() <= 64
            else f"an integer of {amount.bit_length()} bits"
        )
    return str(amount)


def _places(currency: str, decimals: Mapping[str, int]) -> int:
    if not isinstance(currency, str):
        raise TypeError(f"a currency is a code such as 'KHR', not {type(currency).__name__}")
    places = decimals.get(currency)
    if places is None:
        raise SettlementError(
            "CURRENCY_NOT_SUPPORTED",
            f"{quote(currency)} is not one of {', '.join(sorted(decimals))}",
        )
    return places


def major_units(units: int, currency: str, decimals: Mapping[str, int] = BOOKS) -> Decimal:
    """Return minor units as a `Decimal` in major units, with the decimals of the programme.

    >>> major_units(1250, "USD"), major_units(-41_000, "KHR")
    (Decimal('12.50'), Decimal('-41000'))
    """
    places = _places(currency, decimals)
    if type(units) is not int:
        raise TypeError(f"minor units are an int, not {type(units).__name__}")
    if units.bit_length() > 256:  # balances may grow beyond one posting, but not to this
        raise SettlementError("AMOUNT_TOO_LARGE", f"{units.bit_length()} bits of {currency}")
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(places + 1, "0")
    return Decimal(f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits)


def rescaled(
    units: int, currency: str, source: Mapping[str, int], target: Mapping[str, int]
) -> int:
    """Return the minor units of one programme in those of another; never rounds.

    Raises:
        SettlementError: ``AMOUNT_PRECISION`` if nothing but rounding would do.

    >>> rescaled(41_000, "KHR", BAKONG, ALIPAYPLUS)
    4100000
    >>> rescaled(4_100_050, "KHR", ALIPAYPLUS, BAKONG)
    Traceback (most recent call last):
    khqr.settlement.errors.SettlementError: AMOUNT_PRECISION: 4100050 KHR is not divisible by 100
    """
    before, after = _places(currency, source), _places(currency, target)
    factor: int = 10 ** abs(after - before)
    if after >= before:
        return units * factor
    kept, lost = divmod(units, factor)
    if lost:
        raise SettlementError(
            "AMOUNT_PRECISION", f"{units} {currency} is not divisible by {factor}"
        )
    return kept
