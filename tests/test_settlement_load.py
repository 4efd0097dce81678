"""Straight-through payments: many at once, one by one, and by a slow model, always the same."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khqr import KhqrError, MissingDependency
from khqr.settlement import (
    INVARIANTS,
    Audit,
    Customer,
    Money,
    Movement,
    Posting,
    SettlementError,
    Tier,
)
from khqr.settlement.load import mirror
from khqr.settlement.load.columns import LARGEST_SERIAL, OUTCOMES, Columns
from khqr.settlement.load.straight_through import StraightThrough
from load_model import DAY, START, CodeOf, Model, Payment, columns_of, payments, small_world
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
        "waiting": {day: list(due) for day, due in bank.waiting.items()},
    }


@settings(max_examples=min(EXAMPLES, 120))
@given(items=payments(), chunk=st.integers(1, 45), more=payments())
def test_many_at_once_are_what_one_by_one_are(
    items: list[Payment], chunk: int, more: list[Payment]
) -> None:
    one, many = small_world(), small_world()
    model = Model.of(one.ledger)
    shift = max(item[0] for item in items)
    more = [(item[0] + shift, *item[1:]) for item in more]
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


# One payment.


def refused(name: str, call: Any) -> SettlementError:
    with pytest.raises(SettlementError) as caught:
        call()
    assert caught.value.name == name, caught.value
    return caught.value


def test_a_payment_is_what_the_ledger_would_have_done_with_its_steps() -> None:
    """Hop and credit are one transaction, whose id the ledger itself answers in the same way."""
    bank = small_world()
    row = bank.pay(1, 0, 3, 50, time=START)
    wallet, suspense = bank.accounts[0], bank.payees[3]
    casa = bank.books.account("deva", "casa:m0", "KHR")
    steps: list[Movement | Posting] = [Movement(wallet, suspense, 50), Posting(suspense, casa, 50)]
    assert bank.ledger.transact(steps, 1) == row
    error = refused("QR_EXPIRED", lambda: bank.pay(2, 0, 6, time=START + 40_001, serial=1))
    assert str(error) == "QR_EXPIRED: the code's time has passed"
    again = refused("ALREADY_REFUSED", lambda: bank.pay(2, 0, 6, time=START + 40_001, serial=1))
    assert again.first == "QR_EXPIRED"
    by_ledger = small_world()
    by_ledger.ledger.transact(steps, 1)
    assert by_ledger.ledger.journal.packed[-64:] == bank.ledger.journal.packed[-96:-32]


def test_credit_comes_on_its_day_and_not_before() -> None:
    bank = small_world()
    bank.pay(1, 0, 4, 80, time=START)
    bank.pay(2, 0, 4, 70, time=START)
    assert bank.books.balance("devb", "susp_in", "KHR") == 150
    assert bank.credit_due(START + 1) == 0
    assert bank.credit_due(START + DAY) == 2
    assert bank.credit_due(START + DAY) == 0
    assert bank.books.balance("devb", "casa:m1", "KHR") == 150


def test_what_cannot_be_credited_waits_on() -> None:
    bank = small_world()
    bank.pay(1, 0, 4, 80, time=START)
    suspense = bank.payees[4]
    other = bank.books.account("devb", "casa:p3", "KHR")
    bank.ledger.post(suspense, other, 30)
    refused("INSUFFICIENT_FUNDS", lambda: bank.credit_due(START + DAY))
    bank.ledger.post(other, suspense, 30)
    assert bank.credit_due(START + DAY) == 1


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"number": -1}, "INSTRUCTION_ID_INVALID"),
        ({"number": 2**63}, "INSTRUCTION_ID_INVALID"),
        ({"payer": 99}, "UNKNOWN_ACCOUNT"),
        ({"payer": -1}, "UNKNOWN_ACCOUNT"),
        ({"code": 99}, "QR_INVALID"),
        ({"code": -1}, "QR_INVALID"),
        ({"amount": -5}, "AMOUNT_NOT_POSITIVE"),
        ({"amount": 2**63}, "AMOUNT_NOT_POSITIVE"),
        ({"time": -1}, "CLOCK_INVALID"),
        ({"time": 2**60}, "CLOCK_INVALID"),
        ({"serial": 1}, "QR_INVALID"),
        ({"serial": LARGEST_SERIAL + 1, "code": 5}, "QR_INVALID"),
        ({"code": 5}, "QR_INVALID"),
        ({"asked": 5}, "QR_INVALID"),
        ({"expires": START}, "QR_INVALID"),
    ],
)
def test_a_payment_that_no_column_could_hold_is_refused_both_ways(
    change: dict[str, int], name: str
) -> None:
    bank = small_world()
    item = {
        "number": 1, "payer": 0, "code": 1, "amount": 5, "time": START,
        "serial": -1, "asked": 0, "expires": -1,
    } | change  # fmt: skip
    before = state_of(bank)
    refused(name, lambda: bank.pay(**item))
    good = (1, 0, 1, 5, START, -1, 0, -1)
    columns = columns_of([good, tuple(item.values())])  # type: ignore[list-item] # of eight numbers
    with pytest.raises((SettlementError, TypeError)) as caught:
        bank.pay_many(columns)
    assert not isinstance(caught.value, SettlementError) or caught.value.name == name
    assert state_of(bank) == before


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_a_payment_is_of_whole_numbers(value: Any) -> None:
    bank = small_world()
    with pytest.raises(TypeError, match="a payment is of int"):
        bank.pay(1, 0, 1, value, time=START)
    with pytest.raises(TypeError):
        bank.pay_many(columns_of([(1, 0, 1, value, START, -1, 0, -1)])._replace(amounts=[value]))
    with pytest.raises(TypeError):
        bank.credit_due(value)


@pytest.mark.parametrize("time", [-1, 2**60])
def test_a_time_that_no_row_holds_credits_nothing(time: int) -> None:
    bank = small_world()
    refused("CLOCK_INVALID", lambda: bank.credit_due(time))
    assert bank.time == START


# Many.


def test_columns_have_one_length_and_one_dimension() -> None:
    bank = small_world()
    good = columns_of([(1, 0, 1, 5, START, -1, 0, -1)])
    with pytest.raises(TypeError, match="not of one length"):
        bank.pay_many(good._replace(ids=[1, 2]))
    with pytest.raises(TypeError, match="ids is no column"):
        bank.pay_many(good._replace(ids=np.array([[1]])))
    with pytest.raises(TypeError, match="ids holds columns of several lengths"):
        bank.pay_many(good._replace(ids=[[1], [1, 2]]))  # type: ignore[list-item] # as a caller may
    with pytest.raises(TypeError, match="payments are Columns, not tuple"):
        bank.pay_many(tuple(good))  # type: ignore[arg-type] # what a caller may hand over
    with pytest.raises(TypeError, match="chunk is a whole number"):
        bank.pay_many(good, chunk=0)


def test_no_payments_at_all_are_paid_as_well() -> None:
    bank = small_world()
    before = state_of(bank)
    found = bank.pay_many(Columns(*([[]] * 8)))
    assert (found.rows.tolist(), found.refusals.tolist()) == ([], [])
    assert state_of(bank) == before


def test_columns_of_any_width_of_integers_are_taken() -> None:
    bank, other = small_world(), small_world()
    items: list[Payment] = [(1, 0, 1, 5, START, -1, 0, -1), (2, 1, 3, 7, START + 1, -1, 0, -1)]
    expected = bank.pay_many(columns_of(items)).rows.tolist()
    columns = columns_of(items)
    narrow = columns._replace(
        codes=np.array(columns.codes, np.uint8), amounts=np.array(columns.amounts, np.int16)
    )
    assert other.pay_many(narrow).rows.tolist() == expected
    assert state_of(other) == state_of(bank)


@pytest.mark.parametrize("amount", [2**59, 2**61, 2**62, 2**63 - 1])
def test_amounts_that_64_bits_cannot_add_up_are_left_to_python(amount: int) -> None:
    banks = small_world(), small_world()
    items: list[Payment] = [
        (1, 1, 3, amount, START, -1, 0, -1),
        (2, 1, 3, 70, START, -1, 0, -1),
        (3, 1, 4, 71, START, -1, 0, -1),
        (4, 1, 5, 0, START, 2, amount, -1),
    ]
    assert at_once(banks[0], items, 9) == one_by_one(banks[1], items)
    assert state_of(banks[0]) == state_of(banks[1])


@pytest.mark.parametrize("times", [1, 3])
def test_balances_beyond_64_bits_are_left_to_python(times: int) -> None:
    banks = small_world(), small_world()
    items: list[Payment] = [(1, 1, 3, 70, START, -1, 0, -1), (2, 0, 1, 70, START, -1, 0, -1)]
    for bank in banks:
        bank.fund_bank("deva", Money("KHR", 2**61))
        bank.pay_many(columns_of(items[:1]))
        for _ in range(times):
            bank.fund(1, Money("KHR", 2**62 - 2**60))
    assert at_once(banks[0], items, 9) == one_by_one(banks[1], items)
    assert state_of(banks[0]) == state_of(banks[1])
    assert Audit(banks[0].ledger, INVARIANTS).sweep() == []


def test_holds_that_run_out_between_payments_end_at_their_time() -> None:
    banks = small_world(), small_world()
    items: list[Payment] = [
        (1, 1, 3, 600, START, -1, 0, -1),
        (2, 1, 3, 601, START + 9, -1, 0, -1),
        (3, 1, 3, 600, START + 11, -1, 0, -1),
    ]
    for bank in banks:
        bank.ledger.hold(bank.accounts[2], 300, expires_at=START + 10)
    assert at_once(banks[0], items, 9) == one_by_one(banks[1], items)
    assert state_of(banks[0]) == state_of(banks[1])
    assert Audit(banks[0].ledger, INVARIANTS).sweep() == []


@pytest.mark.parametrize(
    ("book", "name", "payer", "shop"),
    [("NBC", "bsa:deva", 0, 4), ("deva", "bsa", 0, 4), ("TOK", "khqr@devb", 3, 3)],
)
def test_a_settlement_balance_that_is_held_stops_the_hop_both_ways(
    book: str, name: str, payer: int, shop: int
) -> None:
    banks = small_world(), small_world()
    items: list[Payment] = [
        (1, payer, shop, 60, START, -1, 0, -1),
        (2, payer, shop, 50, START, -1, 0, -1),
        (3, 7, 4, 60, START, -1, 0, -1),
        (4, payer, shop, 60, START, -1, 0, -1),
        (5, payer, shop, 41, START, -1, 0, -1),
    ]
    for bank in banks:
        account = bank.ledger.find(book, name, "KHR")
        bank.ledger.hold(account, bank.ledger.balance(account) - 100)
    expected = one_by_one(banks[0], items)
    assert "INSUFFICIENT_SETTLEMENT_BALANCE" in expected[1]
    assert at_once(banks[1], items, 9) == expected
    assert state_of(banks[0]) == state_of(banks[1])


@settings(max_examples=min(EXAMPLES, 40))
@given(items=payments(), edge=st.sampled_from([27_000, 70_000, 75_000]), few=st.integers(0, 9))
def test_nothing_hangs_on_when_sums_are_left_to_python(
    items: list[Payment], edge: int, few: int
) -> None:
    one, many = small_world(), small_world()
    expected = one_by_one(one, items)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mirror, "_FAR", edge)
        patch.setattr(mirror, "_FEW", few)
        assert at_once(many, items, 7) == expected
    assert state_of(many) == state_of(one)


def test_what_is_changed_between_two_calls_is_seen() -> None:
    bank = small_world()
    item = (1, 0, 1, 5, START, -1, 0, -1)
    assert at_once(bank, [item], 9)[1] == [""]
    bank.add_customer(bank.customers["p0@deva"]._replace(frozen=True))
    assert at_once(bank, [(2, *item[1:])], 9)[1] == ["ACCOUNT_FROZEN"]
    bank.add_customer(bank.customers["p0@deva"]._replace(frozen=False))
    bank.ledger.post(bank.accounts[2], bank.books.account("deva", "cash", "KHR"), 850)
    assert at_once(bank, [(3, 1, 3, 51, START, -1, 0, -1)], 9)[1] == ["INSUFFICIENT_FUNDS"]
    assert at_once(bank, [(4, 1, 3, 50, START, -1, 0, -1)], 9)[1] == [""]


def test_without_numpy_single_calls_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = small_world()
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingDependency) as missing:
        bank.pay_many(columns_of([(1, 0, 1, 5, START, -1, 0, -1)]))
    assert missing.value.install == 'pip install "khqr[simulate]"'
    assert bank.pay(1, 0, 1, 5, time=START) > 0


# The register.


def test_customers_and_codes_that_cannot_be_are_refused() -> None:
    bank = small_world()
    refused("UNKNOWN_ACCOUNT", lambda: bank.add_customer(Customer("dara@nowhere")))
    refused("ACCOUNT_ID_INVALID", lambda: bank.add_payer(Customer("da ra@deva")))
    refused("QR_INVALID", lambda: bank.add_code("no code"))
    with pytest.raises(TypeError):
        bank.add_payer(Customer("dara@deva"), "purse")
    with pytest.raises(KhqrError):
        bank.add_code(b"\xff")


BROADER: dict[str, Any] = {"per_payment": {"KHR": 10**30}, "caps": {Tier.FULL: {"KHR": 10**30}}}


def test_limits_that_no_column_could_hold_are_none_at_all() -> None:
    for many in (False, True):
        bank = StraightThrough(["deva"], **BROADER)
        bank.fund_bank("deva", Money("KHR", 900))
        payer = bank.add_payer(Customer("dara@deva"))
        bank.add_customer(Customer("shop@deva"))
        bank.fund(payer, Money("KHR", 500))
        code = bank.add_code(CodeOf(wallet="shop").text())
        pay = at_once(bank, [(1, 0, code, 500, 1, -1, 0, -1)], 1) if many else None
        assert (pay[1] == [""]) if pay else bank.pay(1, payer, code, 500, time=1)


def test_a_tier_without_limits_may_not_pay() -> None:
    bank = StraightThrough(["deva"], caps={Tier.FULL: {"KHR": -(10**30)}})
    for tier in Tier:
        number = bank.add_customer(Customer("dara@deva", tier))
        assert list(bank.caps[2 * number : 2 * number + 2]) == [-1, -1]


@pytest.mark.parametrize("limit", ["900", 900.0, None, True])
def test_a_limit_is_a_whole_number(limit: Any) -> None:
    for more in ({"per_payment": {"KHR": limit}}, {"caps": {Tier.FULL: {"USD": limit}}}):
        with pytest.raises(TypeError, match="a limit is an int"):
            StraightThrough(["deva"], **more)


def test_what_is_no_customer_no_payer_and_no_currency_is_refused() -> None:
    bank = small_world()
    before = len(bank.customers), bank.ledger.chain
    for nobody in (None, "dara@deva", Customer(5)):  # type: ignore[arg-type] # what is tried
        with pytest.raises(TypeError, match="a customer is a Customer"):
            bank.add_customer(nobody)  # type: ignore[arg-type] # as above
    for currencies in ("USD", ["KHR", "EUR"], [5]):
        refused(
            "CURRENCY_NOT_SUPPORTED",
            lambda has=currencies: bank.add_payer(Customer("new@deva"), "wallet", has),
        )
    for payer in (-1, len(bank.customer_of), 10**50):
        refused("UNKNOWN_ACCOUNT", lambda who=payer: bank.fund(who, Money("KHR", 5)))
    refused("CURRENCY_NOT_SUPPORTED", lambda: bank.fund(0, Money("EUR", 5)))
    assert before == (len(bank.customers), bank.ledger.chain)


def test_a_dynamic_code_of_a_wallet_is_paid_once() -> None:
    bank = small_world()
    bank.pay(1, 0, 9, time=START, serial=4)
    refused("QR_CONSUMED", lambda: bank.pay(2, 2, 9, time=START, serial=4))
    bank.pay(3, 2, 9, time=START, serial=0)
    assert bank.books.balance("devc", "wallet:p6", "KHR") == 6_500
