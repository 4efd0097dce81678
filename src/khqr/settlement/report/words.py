"""Amounts, counts and times as people read them: thousands apart, the clock of Phnom Penh."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..clearing import calendar
from ..money import BAKONG, major_units
from ..payments.limits import DAY, business_day, day_starts

__all__ = ["LONGEST", "amount_text", "clock_text", "count_text", "day_text", "in_order", "shown"]

LONGEST = 80
"""Characters of a name that are shown."""

_MINUTE = 60_000


def amount_text(units: int, currency: str) -> str:
    """Return minor units in major units, with the decimals of the currency.

    Raises:
        SettlementError: for a currency that the books do not have.

    >>> amount_text(1_250_050, "USD"), amount_text(-41_000, "KHR")
    ('12,500.50', '-41,000')
    """
    return format(major_units(units, currency), ",")


def in_order(currencies: Iterable[str]) -> list[str]:
    """Return each currency once: those of Bakong first.

    >>> in_order(["USD", "CNY", "KHR", "USD"])
    ['KHR', 'USD', 'CNY']
    """
    return sorted(set(currencies), key=lambda currency: (currency not in BAKONG, currency))


def count_text(number: int) -> str:
    """Return a number of things.

    >>> count_text(35_400_000)
    '35,400,000'
    """
    return format(number, ",")


def day_text(time: int) -> str:
    """Return the day in Phnom Penh of a time in milliseconds since 1970.

    >>> day_text(1_750_000_000_000), day_text(17 * 3_600_000 - 1), day_text(-(10**12))
    ('2025-06-15', '1970-01-01', '1938-04-25')
    """
    return calendar.day_text(business_day(time))


def clock_text(time: int) -> str:
    """Return the day and the minute in Phnom Penh of a time in milliseconds since 1970.

    >>> clock_text(1_750_000_000_000)
    '2025-06-15 22:06'
    """
    minutes = (time - day_starts(business_day(time))) % DAY // _MINUTE
    return f"{day_text(time)} {minutes // 60:02d}:{minutes % 60:02d}"


def shown(text: str) -> str:
    r"""Return a name for a page: what cannot be seen is written out, and it is never long.

    >>> shown("Demo\u202eShop")
    'Demo\\u202eShop'
    """
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in cut)
