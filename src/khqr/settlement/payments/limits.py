"""How much a customer may send in a day, by how well the bank knows the customer.

The caps are those that law firms report of the central bank's circular of 2021 on electronic
know-your-customer; whether riel and dollar share one cap is not stated. That each currency has its
own, that the day is that of Phnom Penh, and that every outgoing payment of a customer counts, are
choices of this library. `LimitMode.SHARED` is the other reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from ..errors import SettlementError, one_of

__all__ = [
    "CAPS",
    "DAY",
    "RIEL_OF",
    "LimitMode",
    "Limits",
    "Tier",
    "Used",
    "business_day",
    "day_starts",
]

DAY = 86_400_000
"""Milliseconds of a day; Phnom Penh keeps no summer time."""

_EAST = 7 * 3_600_000


class Tier(StrEnum):
    """How well a customer is known. ``NONE`` may receive and not pay."""

    NONE = "none"
    BASIC = "basic"
    PARTIAL = "partial"
    FULL = "full"
    BACKBONE = "backbone"


CAPS: Mapping[Tier, Mapping[str, int]] = {
    Tier.NONE: {},
    Tier.BASIC: {"KHR": 2_000_000, "USD": 500_00},
    Tier.PARTIAL: {"KHR": 12_000_000, "USD": 3_000_00},
    Tier.FULL: {"KHR": 40_000_000, "USD": 10_000_00},
    Tier.BACKBONE: {"KHR": 200_000_000, "USD": 50_000_00},
}
"""Tier to currency to minor units that may leave in a day. ``BACKBONE`` is from bank to bank with
full knowledge of the customer."""


RIEL_OF = {"KHR": 1, "USD": 40}
"""Currency to riel for a minor unit, where both share a cap: the caps themselves are equal at 4,000
riel for a dollar."""


class LimitMode(StrEnum):
    """Whether riel and dollar have a cap each, or share the one in riel."""

    PER_CURRENCY = "per_currency"
    SHARED = "shared"


def business_day(time: int) -> int:
    """Return the day in Phnom Penh of a time in milliseconds since 1970, counted from 1970.

    >>> business_day(17 * 3_600_000 - 1), business_day(17 * 3_600_000)
    (0, 1)
    """
    return (time + _EAST) // DAY


def day_starts(day: int) -> int:
    """Return the first moment of a day in Phnom Penh, in milliseconds since 1970.

    >>> day_starts(1) == 17 * 3_600_000
    True
    """
    return day * DAY - _EAST


class Used(NamedTuple):
    """What a use of the limit counts under: the customer, the currency, the day."""

    customer: str
    currency: str
    day: int


class Limits:
    """What customers have used of their limits: what is held, and what was paid.

    A payment counts on the day on which it was confirmed. What is voided, expires or fails gives
    it back; a refund does not.

    Args:
        caps: tier to currency to minor units in a day.
        per_payment: currency to the most minor units of one payment, where there is such a limit.
        mode: see `LimitMode`.

    >>> limits = Limits()
    >>> may = Used("dara@devb", "KHR", 20_000)
    >>> limits.take(may, 1_500_000, Tier.BASIC)
    >>> limits.take(may, 500_001, Tier.BASIC)
    Traceback (most recent call last):
    khqr.settlement.errors.SettlementError: LIMIT_PER_DAY: dara@devb has 500000 KHR left of this day
    """

    def __init__(
        self,
        caps: Mapping[Tier, Mapping[str, int]] = CAPS,
        per_payment: Mapping[str, int] | None = None,
        mode: LimitMode | str = LimitMode.PER_CURRENCY,
    ) -> None:
        self.used: dict[Used, int] = defaultdict(int)
        self._caps = caps
        self._per_payment = per_payment or {}
        self.mode = one_of(LimitMode, mode)

    def check(self, use: Used, units: int, tier: Tier) -> None:
        """Refuse an amount that the limits do not leave.

        Raises:
            SettlementError: ``KYC_TIER``, ``LIMIT_PER_TX`` or ``LIMIT_PER_DAY``.
        """
        shared = self.mode is LimitMode.SHARED
        cap = self._caps.get(tier, {}).get("KHR" if shared else use.currency)
        if cap is None:
            raise SettlementError(
                "KYC_TIER", f"{use.customer} is of the tier {tier.value!r} and may not pay"
            )
        most = self._per_payment.get(use.currency)
        if most is not None and units > most:
            raise SettlementError(
                "LIMIT_PER_TX", f"{units} {use.currency}; one payment has at most {most}"
            )
        left = self._shared(use, cap) if shared else cap - self.used.get(use, 0)
        if units > left:
            raise SettlementError(
                "LIMIT_PER_DAY", f"{use.customer} has {left} {use.currency} left of this day"
            )

    def _shared(self, use: Used, cap: int) -> int:
        """Return the minor units of a currency that a cap in riel for both leaves."""
        spent = sum(
            self.used.get(use._replace(currency=currency), 0) * riel
            for currency, riel in RIEL_OF.items()
        )
        return (cap - spent) // RIEL_OF[use.currency]

    def take(self, use: Used, units: int, tier: Tier) -> None:
        """Count an amount that is held or paid, or refuse it as `check` does."""
        self.check(use, units, tier)
        self.used[use] += units

    def give_back(self, use: Used, units: int) -> None:
        """Count an amount no longer: its hold ended, and nothing was paid."""
        self.used[use] -= units
