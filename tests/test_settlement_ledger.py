"""The ledger call by call: what it takes, what it refuses, and what stays the same."""

from __future__ import annotations

import ast
import pickle
import random
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr.settlement
from khqr import KhqrError
from khqr.settlement import (
    REFUSALS,
    Account,
    Books,
    HoldState,
    InstructionState,
    Ledger,
    Money,
    Movement,
    Posting,
    Result,
    SettlementError,
    Side,
    instruction_id,
    major_units,
    minor_units,
)
from khqr.settlement.ledger.chart import BookKind
from khqr.settlement.ledger.instructions import RisingIds
from khqr.settlement.ledger.journal import GENESIS, Journal
from khqr.settlement.ledger.rows import Kind
from khqr.settlement.money import ALIPAYPLUS, BAKONG, BOOKS, LARGEST, rescaled

ROOM = Path(khqr.settlement.__file__).parent
NOW = 1_750_000_000_000


class Bank:
    """One book with cash and two customers, and a clock that can be set."""

    def __init__(self, **options: Any) -> None:
        self.time = NOW
        self.ledger = Ledger(clock=lambda: self.time, **options)
        self.cash = self.ledger.open("A", "cash", "KHR", side=Side.DEBIT)
        self.u, self.v = (
            self.ledger.open("A", name, "KHR", side=Side.CREDIT, guarded=True)
            for name in ("casa:u", "casa:v")
        )
        self.nostro = self.ledger.open("A", "nostro", "KHR", side=Side.DEBIT, guarded=True)
        self.ledger.post(self.cash, self.u, 1000)

    def refused(self, name: str, call: Callable[[], object]) -> SettlementError:
        with pytest.raises(SettlementError) as refusal:
            call()
        assert refusal.value.name == name
        return refusal.value


def test_every_name_of_a_refusal_is_in_the_table() -> None:
    used: set[str] = set()
    for path in ROOM.rglob("*.py"):
        used |= set(re.findall(r'SettlementError\(\s*"([A-Z_]+)"', path.read_text()))
    assert used <= set(REFUSALS)
    assert {"UNBALANCED", "IDEMPOTENCY_MISMATCH", "HOLD_AMOUNT_EXCEEDED"} <= used
    assert REFUSALS["ACCOUNT_ID_INVALID"].open_api == (12,)
    assert REFUSALS["ACCOUNT_ID_INVALID"].sdk == (3, 6)
    assert len({row.when for row in REFUSALS.values()}) == len(REFUSALS)


def test_a_refusal_is_a_khqr_error_and_travels() -> None:
    first = SettlementError("ALREADY_REFUSED", "row 5", first="INSUFFICIENT_SETTLEMENT_BALANCE")
    again = pickle.loads(pickle.dumps(first))
    assert issubclass(type(again), KhqrError)
    assert (again.name, again.message, again.first) == (first.name, "row 5", first.first)
    assert str(again) == "ALREADY_REFUSED: row 5"
    assert again.open_api == (3,)


def test_no_float_and_no_clock_in_the_room() -> None:
    """Money is exact and time comes from outside: proved on the syntax trees of the room."""
    for path in ROOM.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), where
            assert not (isinstance(node, ast.Name) and node.id == "float"), where
            assert not isinstance(getattr(node, "op", None), ast.Div), where
            if isinstance(node, ast.Import):
                assert {name.name for name in node.names}.isdisjoint({"time", "random"}), where
            if isinstance(node, ast.ImportFrom):
                assert node.module not in {"time", "datetime", "random", "secrets", "uuid"}, where


# Postings.


def test_a_posting_moves_its_amount_and_nothing_else() -> None:
    bank = Bank()
    row = bank.ledger.post(bank.u, bank.v, 250)
    assert bank.ledger.balance(bank.u) == 750
    assert bank.ledger.balance(bank.v) == 250
    assert bank.ledger.balance(bank.cash) == 1000
    assert sum(bank.ledger.state.posted) == 0
    (entry,) = bank.ledger.postings(row)
    assert (str(entry.debit), entry.credit.party, entry.amount) == ("casa:u of A in KHR", "v", 250)


def test_a_guarded_account_of_either_side_never_crosses_zero() -> None:
    bank = Bank()
    ledger = bank.ledger
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.u, bank.v, 1001))
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.cash, bank.nostro, 1))
    ledger.post(bank.nostro, bank.u, 7)
    assert ledger.balance(bank.nostro) == 7
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.u, bank.nostro, 8))
    ledger.post(bank.u, bank.nostro, 7)
    ledger.post(bank.u, bank.v, 1000)
    assert ledger.balance(bank.u) == 0


@pytest.mark.parametrize("amount", [0, -1, 2**63, 10**30])
def test_amounts_that_are_refused(amount: int) -> None:
    bank = Bank()
    name = "AMOUNT_TOO_LARGE" if amount > 0 else "AMOUNT_NOT_POSITIVE"
    before = bank.ledger.chain
    steps = [Posting(bank.u, bank.v, amount)]
    bank.refused(name, lambda: bank.ledger.post(bank.u, bank.v, amount, 1))
    bank.refused(name, lambda: bank.ledger.move(bank.u, bank.v, amount))
    bank.refused(name, lambda: bank.ledger.transact(steps))
    bank.refused(name, lambda: bank.ledger.hold(bank.u, amount))
    (result,) = bank.ledger.post_many([(bank.u, bank.v, amount, None)])
    assert isinstance(result, SettlementError)
    assert bank.ledger.chain == before


def test_the_largest_amount_passes_and_a_balance_may_be_larger() -> None:
    bank = Bank()
    for _ in range(3):
        bank.ledger.post(bank.cash, bank.v, LARGEST)
    assert bank.ledger.balance(bank.v) == 3 * LARGEST
    assert bank.ledger.replay().balance(bank.v) == 3 * LARGEST


@pytest.mark.parametrize("bad", [1.0, "1", None, Decimal(1), True, b"1", [], 1j])
def test_wrong_types_are_type_errors_and_change_nothing(bad: Any) -> None:
    bank = Bank()
    ledger, before = bank.ledger, bank.ledger.chain
    calls: list[Callable[[], object]] = [
        lambda: ledger.post(bad, bank.v, 1),
        lambda: ledger.post(bank.u, bad, 1),
        lambda: ledger.post(bank.u, bank.v, bad),
        lambda: ledger.move(bad, bank.v, 1),
        lambda: ledger.hold(bad, 1),
        lambda: ledger.hold(bank.u, bad),
        lambda: ledger.void(bad),
        lambda: ledger.transact([Posting(bad, bank.v, 1)]),
        lambda: ledger.transact([Posting(bank.u, bank.v, bad)]),
        lambda: ledger.post_many([(bank.u, bank.v, bad, None)]),
    ]
    if not isinstance(bad, str):
        calls += [
            lambda: ledger.open(bad, "cash", "KHR", side=Side.DEBIT),
            lambda: ledger.open("A", "cash", bad, side=Side.DEBIT),
        ]
        if bad is not None:
            calls += [
                lambda: ledger.post(bank.u, bank.v, 1, bad),
                lambda: ledger.begin(bad, b""),
                lambda: ledger.outcome(bad),
            ]
    if bad is not None:
        calls += [
            lambda: ledger.hold(bank.u, 1, expires_at=bad),
            lambda: ledger.transact([Posting(bank.u, bank.v, 1)], hold=bad),
            lambda: ledger.transact([Posting(bank.u, bank.v, 1)], reference=bad),
        ]
    for call in calls:
        with pytest.raises(TypeError):
            call()
    assert ledger.chain == before


def test_a_step_is_a_posting_or_a_movement() -> None:
    bank = Bank()
    with pytest.raises(TypeError, match="a step is a Posting or a Movement, not tuple"):
        bank.ledger.transact([(bank.u, bank.v, 1)])  # type: ignore[list-item] # the refusal is the test


def test_accounts_that_do_not_exist() -> None:
    bank = Bank()
    for number in (-1, 4, 10**20, -(10**20)):
        bank.refused("UNKNOWN_ACCOUNT", lambda n=number: bank.ledger.post(n, bank.v, 1))  # type: ignore[misc] # a default binds the loop variable
        bank.refused("UNKNOWN_ACCOUNT", lambda n=number: bank.ledger.post(bank.v, n, 1))  # type: ignore[misc] # as above
        bank.refused("UNKNOWN_ACCOUNT", lambda n=number: bank.ledger.balance(n))  # type: ignore[misc] # as above
        bank.refused("UNKNOWN_ACCOUNT", lambda n=number: bank.ledger.hold(n, 1))  # type: ignore[misc] # as above
    bank.refused("UNKNOWN_ACCOUNT", lambda: bank.ledger.find("A", "casa:x", "KHR"))
    assert bank.ledger.find("A", "casa:u", "KHR") == bank.u


def test_unbalanced_and_mixed_requests() -> None:
    bank = Bank()
    ledger, before = bank.ledger, bank.ledger.chain
    other = ledger.open("B", "casa:u", "KHR", side=Side.CREDIT)
    dollars = ledger.open("A", "casa:u", "USD", side=Side.CREDIT)
    before = ledger.chain
    bank.refused("UNBALANCED", lambda: ledger.post(bank.u, other, 1))
    bank.refused("UNBALANCED", lambda: ledger.post(bank.u, bank.u, 1))
    bank.refused("CURRENCY_MISMATCH", lambda: ledger.post(bank.u, dollars, 1))
    steps = [Posting(bank.u, bank.v, 1), Posting(bank.u, dollars, 1)]
    bank.refused("CURRENCY_MISMATCH", lambda: ledger.transact(steps, 1))
    bank.refused("UNKNOWN_ACCOUNT", lambda: ledger.move(bank.u, bank.v, 1))
    assert ledger.chain == before


def test_linked_postings_are_all_or_nothing_and_apply_in_order() -> None:
    bank = Bank()
    ledger, before = bank.ledger, bank.ledger.chain
    through = [Posting(bank.v, bank.u, 5), Posting(bank.u, bank.v, 5)]
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.transact(through))
    assert ledger.chain == before
    row = ledger.transact(through[::-1])
    assert [entry.amount for entry in ledger.postings(row)] == [5, 5]
    assert [part.continued for part in ledger.journal.rows(row)] == [True, False]
    assert ledger.balance(bank.u) == 1000


@pytest.mark.parametrize("steps", [0, 1001])
def test_a_transaction_has_one_to_a_thousand_steps(steps: int) -> None:
    bank = Bank()
    many = [Posting(bank.cash, bank.v, 1)] * steps
    bank.refused("TRANSACTION_TOO_LARGE", lambda: bank.ledger.transact(many))
    assert bank.ledger.transact([Posting(bank.cash, bank.v, 1)] * 1000) > 0


def test_a_reference_names_a_transaction_that_has_posted() -> None:
    bank = Bank()
    ledger = bank.ledger
    first = ledger.transact([Posting(bank.u, bank.v, 5), Posting(bank.u, bank.v, 6)])
    back = [Posting(bank.v, bank.u, 5)]
    for row in (0, first + 1, len(ledger.journal), 2**62):
        bank.refused("ORIGINAL_NOT_COMMITTED", lambda r=row: ledger.transact(back, reference=r))  # type: ignore[misc] # a default binds the loop variable
    bank.refused("NOT_FOUND", lambda: ledger.transact(back, reference=-1))
    again = ledger.transact(back, "A/1", reference=first)
    assert ledger.journal.row(again).kind is Kind.REFERENCE
    assert ledger.transact(back, "A/1", reference=first) == again
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.transact(back, "A/1"))


# Instruction ids.


def test_an_id_takes_effect_once() -> None:
    bank = Bank()
    ledger = bank.ledger
    row = ledger.post(bank.u, bank.v, 10, "A/1")
    chain = ledger.chain
    assert ledger.post(bank.u, bank.v, 10, "A/1") == row
    assert ledger.post_many([(bank.u, bank.v, 10, "A/1")]) == [row]
    assert ledger.transact([Posting(bank.u, bank.v, 10)], "A/1") == row
    for other in [(bank.v, bank.u, 10), (bank.u, bank.v, 11)]:
        bank.refused("IDEMPOTENCY_MISMATCH", lambda o=other: ledger.post(*o, "A/1"))  # type: ignore[misc,call-arg] # a default binds the loop variable
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.move(bank.u, bank.v, 10, "A/1"))
    assert ledger.chain == chain
    outcome = ledger.outcome("A/1")
    assert outcome is not None
    assert (outcome.state, outcome.row) == (InstructionState.COMMITTED, row)
    assert ledger.outcome("A/2") is None


def test_a_burnt_id_answers_with_its_refusal() -> None:
    bank = Bank()
    ledger = bank.ledger
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.v, bank.u, 10, 7))
    chain = ledger.chain
    again = bank.refused("ALREADY_REFUSED", lambda: ledger.post(bank.v, bank.u, 10, 7))
    assert (again.first, again.open_api) == ("INSUFFICIENT_FUNDS", (1,))
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.post(bank.v, bank.u, 11, 7))
    ledger.post(bank.u, bank.v, 100)
    bank.refused("ALREADY_REFUSED", lambda: ledger.post(bank.v, bank.u, 10, 7))
    outcome = ledger.outcome(7)
    assert outcome is not None
    assert (outcome.state, outcome.refusal) == (InstructionState.REFUSED, "INSUFFICIENT_FUNDS")
    assert ledger.chain != chain


def test_an_id_that_may_be_tried_again() -> None:
    bank = Bank(refused="retry")
    ledger = bank.ledger
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.v, bank.u, 10, 7))
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.v, bank.u, 10, 7))
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.post(bank.v, bank.u, 11, 7))
    ledger.post(bank.u, bank.v, 100)
    row = ledger.post(bank.v, bank.u, 10, 7)
    assert ledger.post(bank.v, bank.u, 10, 7) == row
    assert ledger.replay().post(bank.v, bank.u, 10, 7) == row


def test_a_request_without_form_spends_no_id() -> None:
    bank = Bank()
    bank.refused("UNBALANCED", lambda: bank.ledger.post(bank.u, bank.u, 1, "A/1"))
    bank.refused("UNKNOWN_ACCOUNT", lambda: bank.ledger.post(bank.u, 99, 1, "A/1"))
    assert bank.ledger.outcome("A/1") is None
    bank.ledger.post(bank.u, bank.v, 1, "A/1")


@pytest.mark.parametrize("key", ["", "x" * 129, "a\nb", "\ud800", -1, 2**63])
def test_ids_that_are_refused(key: int | str) -> None:
    bank = Bank()
    bank.refused("INSTRUCTION_ID_INVALID", lambda: bank.ledger.post(bank.u, bank.v, 1, key))
    bank.refused("INSTRUCTION_ID_INVALID", lambda: bank.ledger.begin(key, b""))
    bank.refused("INSTRUCTION_ID_INVALID", lambda: bank.ledger.outcome(key))


def test_ids_at_the_edge() -> None:
    bank = Bank()
    for key in ("x" * 128, "ដេវ/១", 0, 2**63 - 1, "0"):
        row = bank.ledger.post(bank.u, bank.v, 1, key)
        assert bank.ledger.post(bank.u, bank.v, 1, key) == row
        assert bank.ledger.journal.row(row).instruction == key
    assert len(bank.ledger.state.ids) == 5
    assert bank.ledger.replay().state.ids == bank.ledger.state.ids


def test_the_participant_is_part_of_an_id() -> None:
    assert instruction_id("A", 1) == "A/1" != instruction_id("B", 1)
    with pytest.raises(SettlementError, match="INSTRUCTION_ID_INVALID"):
        instruction_id("A/1", 1)


def test_an_instruction_in_flight() -> None:
    bank = Bank()
    ledger, steps = bank.ledger, [Posting(bank.u, bank.v, 5)]
    assert ledger.begin("A/1", b"pay five") is None
    bank.refused("IN_FLIGHT", lambda: ledger.begin("A/1", b"pay five"))
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.begin("A/1", b"pay six"))
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.post(bank.u, bank.v, 5, "A/1"))
    row = ledger.transact(steps, "A/1", begun=True)
    assert ledger.begin("A/1", b"pay five") == row
    assert ledger.transact(steps, "A/1", begun=True) == row
    other = [Posting(bank.u, bank.v, 6)]
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.transact(other, "A/1", begun=True))
    bank.refused("NOT_FOUND", lambda: ledger.refuse("A/1", "LIMIT_PER_DAY"))
    bank.refused("NOT_FOUND", lambda: ledger.transact(steps, "A/2", begun=True))
    assert ledger.replay().begin("A/1", b"pay five") == row


def test_an_instruction_that_is_refused_on_its_way() -> None:
    bank = Bank()
    ledger = bank.ledger
    ledger.begin("A/1", b"pay")
    short = [Posting(bank.v, bank.u, 5)]
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.transact(short, "A/1", begun=True))
    bank.refused("IN_FLIGHT", lambda: ledger.begin("A/1", b"pay"))
    bank.refused("NOT_FOUND", lambda: ledger.refuse("A/1", "NONSENSE"))
    ledger.refuse("A/1", "INSUFFICIENT_FUNDS")
    again = bank.refused("ALREADY_REFUSED", lambda: ledger.begin("A/1", b"pay"))
    assert again.first == "INSUFFICIENT_FUNDS"
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.transact(short, "A/1", begun=True))
    with pytest.raises(TypeError):
        ledger.transact(short, begun=True)


def test_rising_ids() -> None:
    bank = Bank(rising_ids=True)
    ledger = bank.ledger
    rows = [ledger.post(bank.u, bank.v, 1, key) for key in (3, 4, 9)]
    assert [ledger.post(bank.u, bank.v, 1, key) for key in (9, 4, 3)] == rows[::-1]
    bank.refused("INSTRUCTION_ID_INVALID", lambda: ledger.post(bank.u, bank.v, 1, 5))
    bank.refused("INSTRUCTION_ID_INVALID", lambda: ledger.post(bank.u, bank.v, 1, "10"))
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.post(bank.u, bank.v, 2, 9))
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.v, bank.u, 10**6, 12))
    bank.refused("ALREADY_REFUSED", lambda: ledger.post(bank.v, bank.u, 10**6, 12))
    assert ledger.outcome(5) is None
    assert ledger.outcome("x") is None
    again = ledger.replay()
    assert isinstance(again.state.ids, RisingIds)
    assert len(again.state.ids) == 4
    assert again.post(bank.u, bank.v, 1, 4) == rows[1]


# Holds.


def test_a_hold_sets_aside_and_posts_in_part() -> None:
    bank = Bank()
    ledger = bank.ledger
    hold = ledger.hold(bank.u, 600)
    assert (ledger.balance(bank.u), ledger.held(bank.u), ledger.available(bank.u)) == (
        1000,
        600,
        400,
    )
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.u, bank.v, 401))
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.hold(bank.u, 401))
    row = ledger.transact([Posting(bank.u, bank.v, 250)], hold=hold)
    assert ledger.journal.row(row).amount == 250
    assert (ledger.balance(bank.u), ledger.held(bank.u)) == (750, 0)
    assert ledger.find_hold(hold).state is HoldState.POSTED
    steps = [Posting(bank.u, bank.v, 1)]
    bank.refused("HOLD_ALREADY_POSTED", lambda: ledger.transact(steps, hold=hold))
    bank.refused("HOLD_ALREADY_POSTED", lambda: ledger.void(hold))


def test_a_hold_in_an_account_that_stands_in_debit() -> None:
    bank = Bank()
    ledger = bank.ledger
    ledger.post(bank.nostro, bank.u, 100)
    hold = ledger.hold(bank.nostro, 80)
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.u, bank.nostro, 21))
    ledger.post(bank.u, bank.nostro, 20)
    ledger.transact([Posting(bank.u, bank.nostro, 80)], hold=hold)
    assert ledger.balance(bank.nostro) == ledger.held(bank.nostro) == 0


def test_what_a_hold_refuses() -> None:
    bank = Bank()
    ledger = bank.ledger
    hold = ledger.hold(bank.u, 600)
    many = [Posting(bank.u, bank.v, 601)]
    bank.refused("HOLD_AMOUNT_EXCEEDED", lambda: ledger.transact(many, hold=hold))
    there_and_back = [Posting(bank.u, bank.v, 5), Posting(bank.v, bank.u, 5)]
    bank.refused("HOLD_INVALID", lambda: ledger.transact(there_and_back, hold=hold))
    bank.refused("HOLD_INVALID", lambda: ledger.hold(bank.cash, 1))
    assert (ledger.held(bank.cash), ledger.available(bank.cash)) == (0, 1000)
    bank.refused("HOLD_INVALID", lambda: ledger.hold(bank.u, 1, expires_at=NOW - 1))
    bank.refused("NOT_FOUND", lambda: ledger.void(1))
    bank.refused("NOT_FOUND", lambda: ledger.void(-1))
    bank.refused("NOT_FOUND", lambda: ledger.find_hold(1))
    bank.refused("NOT_FOUND", lambda: ledger.transact(many, hold=9))
    assert ledger.held(bank.u) == 600
    ledger.void(hold)
    bank.refused("HOLD_ALREADY_VOIDED", lambda: ledger.void(hold))
    assert ledger.held(bank.u) == 0


def test_a_hold_may_be_posted_up_to_its_very_end() -> None:
    bank = Bank()
    ledger, steps = bank.ledger, [Posting(bank.u, bank.v, 1)]
    one, two = (ledger.hold(bank.u, 500, expires_at=NOW + 10) for _ in range(2))
    bank.time += 10
    ledger.transact(steps, hold=one)
    bank.time += 1
    bank.refused("HOLD_EXPIRED", lambda: ledger.transact(steps, "A/1", hold=two))
    bank.refused("HOLD_EXPIRED", lambda: ledger.void(two))
    assert ledger.held(bank.u) == 0
    assert ledger.find_hold(two) == (two, bank.u, 500, NOW + 10, HoldState.EXPIRED)
    again = bank.refused("ALREADY_REFUSED", lambda: ledger.transact(steps, "A/1", hold=two))
    assert again.first == "HOLD_EXPIRED"


def test_an_expired_hold_is_free_for_the_next_payment() -> None:
    bank = Bank()
    bank.ledger.hold(bank.u, 1000, expires_at=NOW)
    bank.refused("INSUFFICIENT_FUNDS", lambda: bank.ledger.post(bank.u, bank.v, 1))
    bank.time += 1
    row = bank.ledger.post(bank.u, bank.v, 1000)
    assert [part.kind for part in bank.ledger.journal.rows(row - 1)] == [Kind.EXPIRE, Kind.POST]


# Time.


def test_the_time_of_the_journal_never_goes_back() -> None:
    bank = Bank()
    bank.time += 5
    bank.ledger.post(bank.u, bank.v, 1)
    bank.time -= 100
    row = bank.ledger.post(bank.u, bank.v, 1)
    assert bank.ledger.journal.row(row).time == NOW + 5
    assert bank.ledger.expire() == NOW + 5
    bank.time += 101
    assert bank.ledger.expire() == NOW + 6


def test_clocks_that_are_refused() -> None:
    bank = Bank()
    bank.time = 2**60
    bank.refused("CLOCK_INVALID", lambda: bank.ledger.post(bank.u, bank.v, 1))
    bank.time = NOW + 0.5  # type: ignore[assignment] # the refusal is the test
    with pytest.raises(TypeError, match="the clock gives an int of milliseconds, not float"):
        bank.ledger.post(bank.u, bank.v, 1)
    assert bank.ledger.balance(bank.v) == 0


# Accounts.


def test_an_account_is_opened_once() -> None:
    bank = Bank()
    chain = bank.ledger.chain
    assert bank.ledger.open("A", "cash", "KHR", side=Side.DEBIT) == bank.cash
    bank.refused("ACCOUNT_DIFFERS", lambda: bank.ledger.open("A", "cash", "KHR", side=Side.CREDIT))
    for book, name, currency, refusal in [
        ("", "cash", "KHR", "ACCOUNT_ID_INVALID"),
        ("A", "x" * 65, "KHR", "ACCOUNT_ID_INVALID"),
        ("A", "a\tb", "KHR", "ACCOUNT_ID_INVALID"),
        ("A", "\udc00", "KHR", "ACCOUNT_ID_INVALID"),
        ("A", "cash", "khr", "CURRENCY_NOT_SUPPORTED"),
        ("A", "cash", "៛៛៛", "CURRENCY_NOT_SUPPORTED"),
    ]:
        with pytest.raises(SettlementError, match=refusal):
            bank.ledger.open(book, name, currency, side=Side.DEBIT)
    with pytest.raises(SettlementError, match="ACCOUNT_ID_INVALID"):
        bank.ledger.open("A", "x", "KHR", side=Side.DEBIT, tokens="theirs")
    with pytest.raises(SettlementError, match="UNKNOWN_ACCOUNT: no account 'bsa' of 'A'"):
        bank.ledger.open("A", "wallet:u", "KHR", side=Side.CREDIT, tokens="customer")
    assert bank.ledger.chain == chain
    assert bank.ledger.account(bank.u) == Account("A", "casa:u", "KHR", Side.CREDIT, guarded=True)


@pytest.mark.parametrize("bad", ["left", None, 5, ["debit"], "x" * 10**6])
def test_choices_that_there_are_not(bad: Any) -> None:
    bank = Bank()
    calls: list[Callable[[], object]] = [
        lambda: bank.ledger.open("A", "x", "KHR", side=bad),
        lambda: Ledger(clock=lambda: 0, refused=bad),
        lambda: Ledger.from_journal(Journal(), clock=lambda: 0, refused=bad),
        lambda: Books(bank.ledger, {"Q": bad}),
        lambda: Books(bank.ledger, {5: BookKind.HUB}),  # type: ignore[dict-item] # the refusal is the test
        lambda: bank.ledger.post_many([(1, 2)]),  # type: ignore[list-item] # as above
    ]
    for call in calls:
        with pytest.raises(TypeError) as problem:
            call()
        assert len(str(problem.value)) < 200
    with pytest.raises(TypeError, match="the name of an account is str, not int"):
        Books(bank.ledger, {"Q": BookKind.HUB}).account("Q", 5, "KHR")  # type: ignore[arg-type] # as above


def test_a_hold_ends_within_time() -> None:
    bank = Bank()
    for end in (-1, 0, 2**60, 2**70):
        bank.refused("HOLD_INVALID", lambda e=end: bank.ledger.hold(bank.u, 1, expires_at=e))  # type: ignore[misc] # a default binds the loop variable
    assert bank.ledger.held(bank.u) == 0


def test_balances_that_nobody_writes_out() -> None:
    with pytest.raises(SettlementError, match="AMOUNT_TOO_LARGE: 16610 bits of USD"):
        major_units(10**5000, "USD")
    with pytest.raises(TypeError, match="minor units are an int, not str"):
        major_units("1", "USD")  # type: ignore[arg-type] # the refusal is the test


def test_flags_come_back() -> None:
    for side in Side:
        for tokens in ("", "own", "customer"):
            account = Account("A", "x:y", "KHR", side, True, tokens, True)
            assert Account.of_flags("A", "x:y", "KHR", account.flags()) == account


# Batches, chain and replay.


def traffic(seed: int) -> list[tuple[int, int, int, int | str | None]]:
    """Return postings between four accounts: some lack money, some are sent twice."""
    source = random.Random(seed)
    items: list[tuple[int, int, int, int | str | None]] = []
    for number in range(600):
        debit, credit = source.sample(range(4), 2)
        key = source.choice([None, number, f"A/{number}"])
        items.append((debit, credit, source.randrange(1, 400), key))
        if source.random() < 0.1:
            items.append(source.choice(items))
    return items


def comparable(result: Result) -> object:
    return result if isinstance(result, int) else (result.name, str(result))


@pytest.mark.parametrize("size", [1, 7, 600, 5000])
@pytest.mark.parametrize("step", [0, 3])
def test_a_batch_is_the_same_as_single_calls(size: int, step: int) -> None:
    items = traffic(11)

    def bank_with_clock() -> Ledger:
        ticks = count(NOW, step)
        bank = Bank()
        bank.ledger._engine._clock = lambda: next(ticks)
        return bank.ledger

    one, many = bank_with_clock(), bank_with_clock()
    singles: list[Result] = []
    for item in items:
        try:
            singles.append(one.post(*item))
        except SettlementError as refusal:
            singles.append(refusal)
    batches: list[Result] = []
    for start in range(0, len(items), size):
        batches += many.post_many(items[start : start + size])
    assert list(map(comparable, singles)) == list(map(comparable, batches))
    assert {type(result) for result in singles} == {int, SettlementError}
    assert one.chain == many.chain == one.replay().chain
    assert one.state.posted == many.state.posted


def test_a_batch_of_movements_is_the_same_as_single_calls() -> None:
    ledgers = []
    for batch in (False, True):
        books = Books(Ledger(clock=lambda: NOW), dict.fromkeys("AB", BookKind.INSTITUTION))
        for bank in "AB":
            for flow in ("reserve", "issue"):
                books.run(flow, {"bank": bank}, {"amount": Money("KHR", 1000)})
        books.run("deposit", {"bank": "A", "account": "casa:u"}, {"amount": Money("KHR", 900)})
        payer, payee = books.account("A", "casa:u", "KHR"), books.account("B", "casa:m", "KHR")
        items = [(payer, payee, 70, number) for number in range(15)]
        if batch:
            results = books.ledger.move_many(items)
            assert [isinstance(result, int) for result in results] == [True] * 12 + [False] * 3
        else:
            for item in items:
                try:
                    books.ledger.move(*item)
                except SettlementError:
                    assert item[3] >= 12
        ledgers.append(books.ledger)
    assert ledgers[0].chain == ledgers[1].chain
    again = ledgers[0].replay()
    assert again.state.posted == ledgers[1].state.posted


def test_an_error_in_a_batch_leaves_what_came_before_in_the_chain() -> None:
    bank = Bank()
    with pytest.raises(TypeError):
        bank.ledger.post_many([(bank.u, bank.v, 1, None), (bank.u, bank.v, "1", None)])  # type: ignore[list-item] # the refusal is the test
    assert bank.ledger.balance(bank.v) == 1
    assert bank.ledger.chain == bank.ledger.journal.recomputed()


def test_the_chain_holds_every_chain_before_it() -> None:
    bank = Bank()
    remembered = [(len(bank.ledger.journal), bank.ledger.chain)]
    for number in range(20):
        bank.ledger.post(bank.u, bank.v, 1, f"A/{number}" if number % 3 else number)
        remembered.append((len(bank.ledger.journal), bank.ledger.chain))
    assert len({chain for _, chain in remembered}) == len(remembered)
    for length, chain in remembered:
        assert bank.ledger.journal.recomputed(length) == chain


def test_an_empty_journal() -> None:
    journal = Journal()
    assert journal.chain == Journal().copy().chain == journal.recomputed()
    assert list(journal.rows()) == []
    with pytest.raises(IndexError):
        journal.row(0)
    with pytest.raises(SettlementError, match="NOT_FOUND: the journal has no row 0"):
        list(Ledger(clock=lambda: 0).postings(0))
    assert Ledger(clock=lambda: 0).replay().chain == journal.chain
    assert GENESIS.endswith(b"\n")


def test_a_long_journal_is_read_in_pieces() -> None:
    bank = Bank()
    bank.ledger.post_many([(bank.u, bank.cash, 1, None), (bank.cash, bank.u, 1, None)] * 5000)
    rows = list(bank.ledger.journal.rows(3, 9000))
    assert [row.number for row in rows] == list(range(3, 9000))
    assert bank.ledger.chain == bank.ledger.journal.recomputed()
    hashes = {bank.ledger.journal.row_hash(row) for row in range(100)}
    assert len(hashes) == 100


def test_the_chain_is_the_same_everywhere() -> None:
    """The hash of known rows: it must not depend on the machine or on the order of a set."""
    program = (
        "from khqr.settlement.books.example import example_books, run_example\n"
        "books = example_books(clock=lambda: 1750000000000)\n"
        "run_example(books)\n"
        "print(books.ledger.chain)"
    )
    found = set()
    for seed in ("0", "1", "12345"):
        run = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(run.stdout.strip())
    assert found == {CHAIN_OF_THE_EXAMPLE}


CHAIN_OF_THE_EXAMPLE = "45d090cd6a9e6dbc2bf78a3d53218da7f709951493ac41d6e6b3b8328979e851"


# Money.


@given(st.integers(1, LARGEST), st.sampled_from(sorted(BOOKS)))
def test_money_goes_out_and_comes_back(units: int, currency: str) -> None:
    shown = major_units(units, currency)
    assert minor_units(shown, currency) == minor_units(str(shown), currency) == units
    assert major_units(-units, currency) == -shown
    assert shown == Decimal(units).scaleb(-BOOKS[currency])


@pytest.mark.parametrize(
    ("amount", "currency", "name"),
    [
        (0, "KHR", "AMOUNT_NOT_POSITIVE"),
        ("0.00", "USD", "AMOUNT_NOT_POSITIVE"),
        (-1, "KHR", "AMOUNT_NOT_POSITIVE"),
        ("+1", "KHR", "AMOUNT_NOT_POSITIVE"),
        ("1e3", "KHR", "AMOUNT_NOT_POSITIVE"),
        (Decimal("1E+3"), "KHR", "AMOUNT_NOT_POSITIVE"),
        (Decimal("1E+1000000"), "KHR", "AMOUNT_NOT_POSITIVE"),
        (Decimal("1E-1000000"), "KHR", "AMOUNT_NOT_POSITIVE"),
        (Decimal("NaN"), "KHR", "AMOUNT_NOT_POSITIVE"),
        (Decimal("Infinity"), "KHR", "AMOUNT_NOT_POSITIVE"),
        ("១២", "KHR", "AMOUNT_NOT_POSITIVE"),
        ("1 000", "KHR", "AMOUNT_NOT_POSITIVE"),
        ("", "KHR", "AMOUNT_NOT_POSITIVE"),
        ("1.", "USD", "AMOUNT_NOT_POSITIVE"),
        (".5", "USD", "AMOUNT_NOT_POSITIVE"),
        ("1" * 10**6, "KHR", "AMOUNT_NOT_POSITIVE"),
        (10**1000, "KHR", "AMOUNT_NOT_POSITIVE"),
        ("0.5", "KHR", "AMOUNT_PRECISION"),
        ("0.001", "USD", "AMOUNT_PRECISION"),
        (2**63, "KHR", "AMOUNT_TOO_LARGE"),
        ("9999999999999999999", "USD", "AMOUNT_TOO_LARGE"),
        ("1", "EUR", "CURRENCY_NOT_SUPPORTED"),
        ("1", "", "CURRENCY_NOT_SUPPORTED"),
    ],
)
def test_amounts_that_no_book_holds(amount: int | str | Decimal, currency: str, name: str) -> None:
    with pytest.raises(SettlementError) as refusal:
        minor_units(amount, currency)
    assert refusal.value.name == name
    assert len(str(refusal.value)) < 300


def test_trailing_zeros_are_no_fraction() -> None:
    assert minor_units("41000.00", "KHR") == 41_000
    assert minor_units(Decimal("12.500"), "USD") == 1250
    assert minor_units("1.5", "USD") == 150


@pytest.mark.parametrize("bad", [1.5, None, True, b"1"])
def test_amounts_of_other_types(bad: Any) -> None:
    with pytest.raises(TypeError, match="an amount is int, str or Decimal"):
        minor_units(bad, "KHR")
    with pytest.raises(TypeError, match="a currency is a code"):
        minor_units(1, bad)


def test_the_riel_trap() -> None:
    assert rescaled(41_000, "KHR", BAKONG, ALIPAYPLUS) == 4_100_000
    assert rescaled(4_100_000, "KHR", ALIPAYPLUS, BAKONG) == 41_000
    assert rescaled(1250, "USD", BAKONG, ALIPAYPLUS) == 1250
    with pytest.raises(SettlementError, match="AMOUNT_PRECISION"):
        rescaled(4_100_001, "KHR", ALIPAYPLUS, BAKONG)


def test_a_movement_names_both_currencies_and_both_ends() -> None:
    books = Books(Ledger(clock=lambda: NOW), dict.fromkeys("AB", BookKind.INSTITUTION))
    riel, dollar = books.account("A", "casa:u", "KHR"), books.account("B", "casa:m", "USD")
    with pytest.raises(SettlementError, match="CURRENCY_MISMATCH: casa:u of A in KHR pays"):
        books.ledger.move(riel, dollar, 1)
    with pytest.raises(SettlementError, match="UNKNOWN_ACCOUNT: bsa of A in KHR has no settle"):
        books.ledger.transact([Movement(riel, books.account("A", "bsa", "KHR"), 1)])


ENDS = ("casa:u", "wallet:u", "wallet:v", "susp_in", "fxpos", "fee_expense", "fee_income")


@pytest.mark.parametrize("amount", [1, 60, 101, 10_000])
def test_a_single_movement_is_the_leg_rule(amount: int) -> None:
    """Single movements are written out for speed; transactions follow the rule itself."""
    for source in [(bank, name) for bank in "AB" for name in ENDS]:
        for target in [(bank, name) for bank in "AB" for name in ENDS]:
            answers = []
            for single in (True, False):
                books = Books(Ledger(clock=lambda: NOW), dict.fromkeys("AB", BookKind.INSTITUTION))
                money = {"amount": Money("KHR", 100)}
                names = {"bank": "A", "account": "casa:u", "customer": "u"}
                for flow in ("reserve", "issue", "deposit", "load", "deposit"):
                    books.run(flow, names, money)
                payer, payee = books.account(*source, "KHR"), books.account(*target, "KHR")
                try:
                    if single:
                        books.ledger.move(payer, payee, amount)
                    else:
                        books.ledger.transact([Movement(payer, payee, amount)])
                    answer = "ok"
                except SettlementError as refusal:
                    answer = str(refusal)
                answers.append((answer, books.ledger.state.posted, books.ledger.chain))
            assert answers[0] == answers[1], (source, target)


def test_what_stands_behind_an_account_must_stand_on_its_side() -> None:
    ledger = Ledger(clock=lambda: NOW)
    ledger.open("A", "bsa", "KHR", side=Side.CREDIT, guarded=True)
    ledger.open("NBC", "bsa:A", "KHR", side=Side.CREDIT, guarded=True)
    ledger.open("TOK", "khqr@A", "KHR", side=Side.CREDIT, guarded=True)
    with pytest.raises(SettlementError, match="bsa of A in KHR must stand in debit"):
        ledger.open("A", "casa:u", "KHR", side=Side.CREDIT, tokens="own")


def test_a_bank_without_settlement_balance_cannot_pay() -> None:
    books = Books(Ledger(clock=lambda: NOW), dict.fromkeys("AB", BookKind.INSTITUTION))
    books.run("deposit", {"bank": "A", "account": "casa:u"}, {"amount": Money("KHR", 5)})
    parties = {"payer_bank": "A", "payee_bank": "B", "payer": "casa:u", "payee": "susp_in"}
    with pytest.raises(SettlementError, match="bsa of A in KHR has 0 available") as refusal:
        books.run("pay", parties, {"amount": Money("KHR", 5)}, "A/1")
    assert refusal.value.name == "INSUFFICIENT_SETTLEMENT_BALANCE"
    assert refusal.value.open_api == (3,)
    assert books.balance("A", "casa:u", "KHR") == 5


def test_a_movement_takes_effect_once() -> None:
    books = Books(Ledger(clock=lambda: NOW), dict.fromkeys("AB", BookKind.INSTITUTION))
    for flow in ("reserve", "issue", "deposit"):
        names = {"bank": "A", "account": "casa:u"}
        books.run(flow, names, {"amount": Money("KHR", 100)})
    payer, payee = books.account("A", "casa:u", "KHR"), books.account("B", "casa:m", "KHR")
    row = books.ledger.move(payer, payee, 5, "A/1")
    assert books.ledger.move(payer, payee, 5, "A/1") == row
    assert books.balance("B", "casa:m", "KHR") == 5
    for wrong in (-1, 10**6, 2**70):
        with pytest.raises(SettlementError, match="UNKNOWN_ACCOUNT"):
            books.ledger.move(payer, wrong, 5)
        with pytest.raises(SettlementError, match="IDEMPOTENCY_MISMATCH"):
            books.ledger.move(payer, wrong, 5, "A/1")


def test_a_posted_hold_is_part_of_the_body() -> None:
    bank = Bank()
    ledger, steps = bank.ledger, [Posting(bank.u, bank.v, 5)]
    one, two = ledger.hold(bank.u, 5), ledger.hold(bank.u, 5)
    row = ledger.transact(steps, "A/1", hold=one)
    assert ledger.transact(steps, "A/1", hold=one) == row
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.transact(steps, "A/1", hold=two))
    bank.refused("IDEMPOTENCY_MISMATCH", lambda: ledger.transact(steps, "A/1"))


def test_rising_ids_that_may_be_tried_again() -> None:
    bank = Bank(rising_ids=True, refused="retry")
    ledger = bank.ledger
    bank.refused("INSUFFICIENT_FUNDS", lambda: ledger.post(bank.v, bank.u, 10, 7))
    ledger.post(bank.u, bank.v, 100, 8)
    row = ledger.post(bank.v, bank.u, 10, 7)
    assert ledger.post(bank.v, bank.u, 10, 7) == row
    assert ledger.replay().post(bank.v, bank.u, 10, 7) == row


def test_the_hash_of_a_row_holds_its_id() -> None:
    hashes = set()
    for key in ("A/1", "A/2", 1, 2, None):
        bank = Bank()
        hashes.add(bank.ledger.journal.row_hash(bank.ledger.post(bank.u, bank.v, 1, key)))
    assert len(hashes) == 5
