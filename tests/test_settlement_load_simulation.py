"""Straight-through payments beside the simulation, which holds before it posts: the same ends.

Their journals differ, as one has holds and the other has none. Refusals and balances do not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

import khqr
from khqr.model import moment_at
from khqr.settlement import Customer, Money, SettlementError, Simulation, Source, Tier
from khqr.settlement.load.straight_through import StraightThrough
from material import EXAMPLES

START = 1_750_000_000_000
BANKS = ("deva", "devb")
PAYERS = (
    ("dara", "deva", Tier.FULL, Source.WALLET, 30_000),
    ("dara", "deva", Tier.FULL, Source.ACCOUNT, 8_000),
    ("poor", "deva", Tier.FULL, Source.WALLET, 50),
    ("new", "devb", Tier.NONE, Source.WALLET, 5_000),
    ("some", "devb", Tier.BASIC, Source.ACCOUNT, 9_000_000),
    ("m1", "devb", Tier.FULL, Source.ACCOUNT, 7_000),
)
SHOPS = {"m1": 0, "m2": 1}


class Offer(NamedTuple):
    """A code, and its text."""

    text: str
    dynamic: bool


def merchant(shop: str) -> khqr.Merchant:
    return khqr.Merchant(
        bakong_account_id="khqr@devb",
        merchant_name="Demo Shop",
        merchant_id=shop,
        acquiring_bank="Dev Bank",
    )


def codes() -> list[Offer]:
    at = moment_at(START)
    offers = [
        khqr.encode(khqr.Individual(bakong_account_id="dara@deva", merchant_name="Demo User")),
        *(khqr.encode(merchant(shop)) for shop in SHOPS),
    ]
    bills = [
        khqr.encode(
            replace(merchant(shop), amount=Decimal(amount), bill_number=f"INV-{number}"),
            at=at,
            expires_in=timedelta(seconds=30 + 30 * number),
        )
        for number, (shop, amount) in enumerate([("m1", 40), ("m2", 4_000), ("m1", 2_500_000)])
    ]
    return [Offer(text, dynamic=False) for text in offers] + [
        Offer(text, dynamic=True) for text in bills
    ]


CODES = codes()
PAYMENTS = st.lists(
    st.tuples(
        st.integers(0, len(PAYERS) - 1),
        st.integers(0, len(CODES) - 1),
        st.sampled_from([0, 1, 40, 49, 4_000, 1_999_960, 2_500_000]),
        st.sampled_from([0, 1, 20_000, 40_000, 86_400_000]),
    ),
    min_size=1,
    max_size=25,
)


class Simulated:
    """The simulation, with all payers and shops."""

    def __init__(self) -> None:
        self.time, numbers = START, count(1)
        self.sim = Simulation(BANKS, clock=lambda: self.time, ids=lambda: str(next(numbers)))
        for bank in BANKS:
            self.sim.fund_bank(bank, Money("KHR", 3_000_000))
        for name, bank, tier, source, units in PAYERS:
            self.sim.add_customer(name, bank, tier=tier)
            self.sim.fund(f"{name}@{bank}", Money("KHR", units), source)
        for shop, days in SHOPS.items():
            self.sim.add_customer(shop, "devb", credit_days=days)

    def pay(self, payer: int, code: int, amount: int) -> str:
        name, bank, _, source, _ = PAYERS[payer]
        try:
            self.sim.pay(
                CODES[code].text, payer=f"{name}@{bank}", source=source, amount=amount or None
            )
        except SettlementError as refusal:
            return refusal.name
        return ""

    def balances(self) -> dict[tuple[str, str, str], int]:
        return balances_of(self.sim.ledger.state.accounts.rows, self.sim.ledger.balance)


def balances_of(rows: object, balance: object) -> dict[tuple[str, str, str], int]:
    assert isinstance(rows, list)
    assert callable(balance)
    found = {account[:3]: balance(number) for number, account in enumerate(rows)}
    return {name: units for name, units in found.items() if units}


class Straight:
    """The same world, straight through."""

    def __init__(self) -> None:
        self.bank, self.numbers = StraightThrough(BANKS, start=START), count(1)
        for bank in BANKS:
            self.bank.fund_bank(bank, Money("KHR", 3_000_000))
        for name, bank, tier, source, units in PAYERS:
            payer = self.bank.add_payer(Customer(f"{name}@{bank}", tier), source)
            self.bank.fund(payer, Money("KHR", units))
        for shop, days in SHOPS.items():
            self.bank.add_customer(Customer(f"{shop}@devb", credit_days=days))
        for offer in CODES:
            self.bank.add_code(offer.text)

    def pay(self, payer: int, code: int, amount: int, time: int) -> str:
        serial = code if CODES[code].dynamic else -1
        try:
            self.bank.pay(next(self.numbers), payer, code, amount, time=time, serial=serial)
        except SettlementError as refusal:
            return refusal.name
        return ""


@settings(max_examples=min(EXAMPLES, 150))
@given(items=PAYMENTS)
def test_the_simulation_refuses_the_same_and_ends_with_the_same_balances(
    items: list[tuple[int, int, int, int]],
) -> None:
    one, other = Simulated(), Straight()
    for payer, code, amount, later in items:
        one.time += later
        one.sim.credit_due()
        other.bank.credit_due(one.time)
        refusal = one.pay(payer, code, amount)
        event(refusal or "paid")
        said = other.pay(payer, code, amount, one.time)
        if said == "UNBALANCED":  # looked at first there, where two rules refuse
            assert refusal
        else:
            assert said == refusal
    state = other.bank.ledger.state
    assert balances_of(state.accounts.rows, other.bank.ledger.balance) == one.balances()
    assert one.sim.audit().sweep() == []
