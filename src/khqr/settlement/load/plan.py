"""How many payments, over which days, between whom: the plan of a run, and the half-year's.

The volume of Bakong in the first half of 2023, 35.4 million payments worth more than 12 billion
dollars, was reported by the press (observed; one source dates the number otherwise). Everything
else in a plan is a choice of this library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["HALF_YEAR", "HOURS", "SHARES", "Plan", "half_year_2023"]

FIRST_OF_2023 = 19_358
"""1 January 2023, a Sunday, in days since 1970."""

HALF_YEAR = 181
"""Days from then to 30 June."""

PAYMENTS_OF_HALF_YEAR = 35_400_000

HOURS = (
    *(6, 4, 3, 3, 5, 14, 38, 62, 66, 60, 62, 74),
    *(80, 60, 54, 56, 62, 78, 84, 76, 60, 42, 24, 12),
)
"""Weight of each hour of a day in Phnom Penh."""

SHARES = {
    # of a hundred payments
    "static": 45,
    "dynamic": 30,
    "wallet": 25,
    "dollars": 55,
    # of a hundred thousand
    "expired": 400,
    "consumed": 300,
    "unknown": 30,
    "sent again": 50,
}
"""Kinds of codes, dollars, and what goes wrong, in the traffic."""

_WEEKEND = 85
"""Weight of a Saturday or Sunday, where another day has 100."""

_GROWTH = 50
"""By how many in a hundred the last day of a plan is busier than the first."""


_MANY = 2**40
_SIZES = {
    "payments": (0, _MANY),
    "days": (1, 10_000),
    "first_day": (0, 1_000_000),
    "seed": (0, 2**128 - 1),
    "banks": (2, 90),
    "payers": (0, _MANY),
    "shops": (1, _MANY),
    "texts": (0, _MANY),
}
"""Least and most of what a plan says; the days end before the years have five digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The size of a run.

    Attributes:
        payments: how many.
        days: over how many business days.
        first_day: the first of them, in days since 1970.
        seed: what determines all of them.
        banks: between how many banks, 2 to 90.
        payers: how many wallets and accounts pay.
        shops: how many shops are paid.
        texts: of every so many dynamic codes one is really written, read and hashed; 0 for none.

    Raises:
        TypeError: for anything but whole numbers of these sizes.

    >>> [count for _, count in Plan(payments=1000, days=3).counts()]
    [236, 347, 417]
    """

    payments: int
    days: int = 7
    first_day: int = FIRST_OF_2023
    seed: int = 1
    banks: int = 8
    payers: int = 2_000
    shops: int = 200
    texts: int = 1_000

    def __post_init__(self) -> None:
        for name, (least, most) in _SIZES.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise TypeError(f"{name} of a plan is a whole number from {least} to {most}")

    def counts(self) -> Iterator[tuple[int, int]]:
        """Yield each day with the number of its payments; together they are all."""
        weights = [self._weight(number) for number in range(self.days)]
        total, before = sum(weights), 0
        for number, weight in enumerate(weights):
            first, last = (self.payments * edge // total for edge in (before, before + weight))
            before += weight
            yield self.first_day + number, last - first

    def _weight(self, number: int) -> int:
        day = self.first_day + number
        of_week = _WEEKEND if (day + 3) % 7 >= 5 else 100
        return of_week * (100 * max(self.days - 1, 1) + _GROWTH * number)


def half_year_2023(*, seed: int = 1, banks: int = 20, texts: int = 1_000) -> Plan:
    """Return the plan of the first half of 2023."""
    return Plan(
        payments=PAYMENTS_OF_HALF_YEAR,
        days=HALF_YEAR,
        seed=seed,
        banks=banks,
        payers=80_000,
        shops=4_000,
        texts=texts,
    )
