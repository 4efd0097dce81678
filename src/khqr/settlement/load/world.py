"""Banks, payers, shops and their codes: the world that traffic runs in.

The names are invented. Some banks are larger than others; some payers are known less well, are
frozen or are poor; some shops are credited a day or two later.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from ...codec import encode
from ...model import Individual, Merchant, milliseconds, moment_at
from ..money import BAKONG
from ..payments.desk import Customer
from ..payments.limits import Tier, day_starts
from ..payments.payment import Source
from .dice import zipf
from .plan import SHARES, Plan
from .register import CURRENCIES
from .straight_through import StraightThrough

if TYPE_CHECKING:
    from .columns import Numbers

__all__ = ["World"]

_TIERS = ((4, Tier.BASIC), (16, Tier.PARTIAL), (998, Tier.FULL), (1000, Tier.NONE))
"""Of a hundred payers the first have the first tier, and so on; one of a thousand has none."""

_FILLED = {Tier.NONE: 100, Tier.BASIC: 2_000, Tier.PARTIAL: 12_000, Tier.FULL: 60_000}
_MEAN = 340
"""Dollars of a payment, about."""
_POOR = 150
"""Dollars that a payer's account is filled up to."""

_STARTS = {"KHR": 100, "USD": 1_00}
"""What the pattern of a dynamic code asks for; every code that is shown has its own amount."""

_LIFE = 600_000


class World:
    """A register full of customers and codes, as a plan says.

    Attributes:
        bank: who pays and is paid.
        names: codes of the banks, the largest first.
        payers_each: payers of riel; as many of dollars come behind them.
        targets: minor units that a payer's account is filled up to, by payer.
        tills: the account that it is filled from, by payer.
        shops: shops in each currency.
        wallets: wallets that are paid by code, in each currency.
        static_codes, dynamic_codes, wallet_codes: number of the first code of each currency.
        unknown_code: a code whose payee there is not.
        currency_of: currency of each code, by number.
    """

    def __init__(self, plan: Plan) -> None:
        import numpy as np

        start = day_starts(plan.first_day) - 1
        self.plan = plan
        self.names = [f"bank{number:02}" for number in range(1, plan.banks + 1)]
        self.bank = StraightThrough(
            self.names, start=start, per_payment={"KHR": 40_000_000, "USD": 9_800_00}
        )
        self._places = _spread(zipf(plan.banks), plan.payers)
        self.payers_each = max(1, plan.payers // 2)
        self.targets: list[int] = []
        self.tills: list[int] = []
        self.shops, self.wallets = plan.shops, max(1, self.payers_each // 8)
        self._at = moment_at(start)
        self._add_payers()
        self._add_shops()
        self.unknown_code = self.bank.add_code(
            encode(Individual(bakong_account_id="nobody@bank01", merchant_name="Demo User"))
        )
        self.currency_of = np.array(self.bank.currency_of, np.int64)

    def home_of(self, number: int, *, shop: bool = False) -> str:
        """Return the bank of a payer or a shop; the last bank has no shops."""
        place = self._places[number % len(self._places)]
        return self.names[0 if shop and place == len(self.names) - 1 else place]

    def settles(self, place: int, currency: str) -> int:
        """Return the settlement balance that a bank wants free in the morning.

        It is a part of what its payers send in a day. The last bank, to which nobody pays anything,
        wants about all of it, which on busy days is too little.
        """
        plan = self.plan
        share = SHARES["dollars"] if currency == "USD" else 100 - SHARES["dollars"]
        daily = plan.payments * _MEAN * share // (100 * plan.days)
        part = self._places.count(place) * daily // len(self._places)
        wanted = part * (115 if place == plan.banks - 1 else 60) // 100
        return max(wanted, 1_000) * (4_000 if currency == "KHR" else 100)

    def _add_payers(self) -> None:
        wallets: list[list[str]] = []
        for place, currency in enumerate(CURRENCIES):
            wallets.append([])
            for number in range(self.payers_each):
                home = self.home_of(number)
                frozen = number % 1000 == 501
                wallet = (number % 8 < 3 or number % 2) and home != self.names[-1]
                source = Source.WALLET if wallet else Source.ACCOUNT
                customer = Customer(f"u{place}.{number}@{home}", _tier(number), 0, frozen)
                self.bank.add_payer(customer, source, (currency,))
                self.targets.append(_target(number, currency))
                self.tills.append(self.bank.books.account(home, "casa:wages", currency))
                if source is Source.WALLET:
                    wallets[place].append(customer.id)
        self.wallets = min(self.wallets, *(len(names) for names in wallets))
        self.wallet_codes = self._codes(
            [
                encode(
                    Individual(bakong_account_id=name, merchant_name="Demo User", currency=currency)
                )
                for name in wallets[place][: self.wallets]
            ]
            for place, currency in enumerate(CURRENCIES)
        )

    def _add_shops(self) -> None:
        for number in range(self.shops):
            days = (0, 0, 0, 1, 0, 0, 0, 1, 0, 2)[number % 10]
            home = self.home_of(number, shop=True)
            self.bank.add_customer(Customer(f"m{number}@{home}", Tier.FULL, days))
        self.static_codes = self._codes(
            [self.shop_code(number, currency) for number in range(self.shops)]
            for currency in CURRENCIES
        )
        self.dynamic_codes = self._codes(
            [
                self.shop_code(number, currency, "", _STARTS[currency], _LIFE)
                for number in range(self.shops)
            ]
            for currency in CURRENCIES
        )

    def shop_code(
        self, number: int, currency: str, bill: str = "", units: int = 0, life: int = 0, at: int = 0
    ) -> str:
        """Return the text of a shop's code: a static one, or a dynamic one where it has a life."""
        home = self.home_of(number, shop=True)
        made = self._at if not at else moment_at(at)
        dynamic = bool(life)
        return encode(
            Merchant(
                bakong_account_id=f"khqr@{home}",
                merchant_name="Demo Shop",
                merchant_id=f"m{number}",
                acquiring_bank="Demo Bank",
                currency=currency,
                amount=Decimal(units).scaleb(-BAKONG[currency]) if dynamic else None,
                bill_number=bill or None,
                expires_at=moment_at(milliseconds(made) + life) if dynamic else None,
            ),
            at=made,
        )

    def _codes(self, texts: Iterable[list[str]]) -> Numbers:
        """Enter lists of codes, and return the number of the first of each list."""
        import numpy as np

        firsts = []
        for listed in texts:
            firsts.append(len(self.bank.codes))
            for text in listed:
                self.bank.add_code(text)
        return np.array(firsts, np.int64)


def _tier(number: int) -> Tier:
    place = 999 if number % 1000 == 999 else number % 100
    return next(tier for edge, tier in _TIERS if place < edge)


def _target(number: int, currency: str) -> int:
    """Return what a payer's account is filled up to: less if less may leave, and little if poor."""
    dollars = _FILLED[_tier(number)] if number % 40 != 17 else _POOR
    return dollars * (4_000 if currency == "KHR" else 100)


def _spread(weights: list[int], count: int) -> list[int]:
    """Return places for so many, each as often as its weight says, mixed."""
    total, before, spread = sum(weights), 0, []
    for place, weight in enumerate(weights):
        first, last = (count * edge // total for edge in (before, before + weight))
        spread += [place] * max(1, last - first)
        before += weight
    step = next(step for step in (7919, 7907, 7901) if len(spread) % step)
    return [spread[number * step % len(spread)] for number in range(len(spread))]
