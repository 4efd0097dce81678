"""Straight-through payments: many at once, one by one, and by a slow model, always the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khqr.settlement import INVARIANTS, Audit, SettlementError
from khqr.settlement.load.columns import OUTCOMES
from khqr.settlement.load.straight_through import StraightThrough
from load_model import Model, Payment, columns_of, payments, small_world
from material import EXAMPLES


def one_by_one(bank: StraightThrough, items: list[Payment]) -> tuple[list[int], list[str]]:
    rows, names = [], []
    for number, payer, code, amount, time, serial, asked, expires in items:
        try:
            row = bank.pay(
                number, payer, code, amount, time=time, serial=serial, asked=asked, expires=expires
            )
            rows.append(row)
            names.append("")
        except SettlementError as refusal:
            rows.append(-1)
            names.append(refusal.name)
    return rows, names


def at_once(bank: StraightThrough, items: list[Payment], chunk: int) -> tuple[list[int], list[str]]:
    found = bank.pay_many(columns_of(items), chunk=chunk)
    return found.rows.tolist(), [OUTCOMES[number] for number in found.refusals.tolist()]


def state_of(bank: StraightThrough) -> dict[str, Any]:
    state = bank.ledger.state
    return {
        "chain": bank.ledger.chain,
        "posted": list(state.posted),
        "used": list(bank.used),
        "day": bank.day,
        "time": bank.time,
        "last": bank.ids.last,
        "ids": len(bank.ids),
        "serials": [n for n, paid in enumerate(bank.paid_serials) if paid],
        "waiting": {day: list(credits) for day, credits in bank.waiting.items()},
    }


@settings(max_examples=min(EXAMPLES, 150))
@given(items=payments(), chunk=st.integers(1, 45), more=payments())
def test_many_at_once_are_what_one_by_one_are(
    items: list[Payment], chunk: int, more: list[Payment]
) -> None:
    one, many = small_world(), small_world()
    model = Model.of(one.ledger)
    shift = max(item[0] for item in items)
    more = [(item[0] + shift, *item[1:]) for item in more]  # type: ignore[misc] # of the same length
    for turn in (items, more):
        expected = one_by_one(one, turn)
        assert at_once(many, turn, chunk) == expected
        assert state_of(many) == state_of(one)
        assert [model.pay(item) for item in turn] == expected[1]
    for name, balance in model.balances.items():
        assert Decimal(one.ledger.balance(one.ledger.find(*name))) == balance
    assert Audit(many.ledger, INVARIANTS).sweep() == []
    again = many.ledger.replay()
    assert (again.chain, again.state.posted) == (many.ledger.chain, many.ledger.state.posted)
    assert one.credit_due(one.time + 3 * 86_400_000) == many.credit_due(many.time + 3 * 86_400_000)
    assert state_of(many) == state_of(one)
    for code in ("deva", "devb", "devc"):
        for currency in ("KHR", "USD"):
            assert one.books.balance(code, "susp_in", currency) == 0
