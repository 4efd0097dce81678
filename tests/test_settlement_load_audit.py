"""The audit by columns: it finds what the audit by rows finds, and every planted corruption."""

from __future__ import annotations

from collections.abc import Callable
from struct import pack_into

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khqr.settlement import INVARIANTS, Audit, Side
from khqr.settlement.ledger.rows import NUMBER_ID, ROW_SIZE, Kind
from khqr.settlement.load import audit as audit_module
from khqr.settlement.load.audit import JournalAudit
from khqr.settlement.load.columns import Columns, Outcomes
from khqr.settlement.load.straight_through import StraightThrough
from khqr.settlement.load.watch import Watch
from load_model import DAY, START, Payment, columns_of, payments, small_world
from material import EXAMPLES

SOME: list[Payment] = [
    (1, 0, 1, 70, START, -1, 0, -1),
    (2, 1, 3, 50, START + 5, -1, 0, -1),
    (3, 0, 4, 80, START + 6, -1, 0, -1),
    (4, 2, 5, 0, START + 6, 3, 0, -1),
    (5, 7, 0, 900, START + 7, -1, 0, -1),
    (6, 7, 0, 901, START + 8, -1, 0, -1),
    (7, 3, 1, 60, START + DAY, -1, 0, -1),
    (8, 0, 3, 90, START + DAY, -1, 0, -1),
]


def paid_world() -> StraightThrough:
    bank = small_world()
    bank.pay_many(columns_of(SOME), chunk=3)
    return bank


def names(audit: Audit) -> set[str]:
    return {violation.name for violation in audit.sweep()}


def row_of(bank: StraightThrough, number: int) -> int:
    row = bank.ids.get(number)
    assert row is not None
    return row


def write_field(bank: StraightThrough, row: int, offset: int, kind: str, value: int) -> None:
    pack_into("<" + kind, bank.ledger.journal.packed, row * ROW_SIZE + offset, value)


def test_a_sound_journal_has_nothing_wrong_with_it() -> None:
    bank = paid_world()
    audit = JournalAudit(bank)
    assert audit.sweep() == []
    assert not audit.by_rows
    bank.pay_many(columns_of([(9, 0, 1, 5, START + DAY, -1, 0, -1)]))
    bank.pay(10, 0, 1, 5, time=START + DAY + 1)
    bank.credit_due(START + 3 * DAY)
    assert audit.sweep() == []
    assert audit.sweep() == []
    assert audit.read == len(bank.ledger.journal)


def chain(bank: StraightThrough) -> None:
    write_field(bank, row_of(bank, 1), 8, "q", 71)


def amount_below_zero(bank: StraightThrough) -> None:
    write_field(bank, row_of(bank, 1), 8, "q", -70)


def two_books(bank: StraightThrough) -> None:
    row = row_of(bank, 2) + 1  # the credit behind the hop
    assert bank.ledger.journal.row(row).kind is Kind.POST
    write_field(bank, row, 4, "I", bank.books.account("devb", "casa:m1", "KHR"))


def two_currencies(bank: StraightThrough) -> None:
    account = bank.books.account("devb", "wallet:p2", "USD")
    write_field(bank, row_of(bank, 1), 4, "I", account)


def no_such_account(bank: StraightThrough) -> None:
    write_field(bank, row_of(bank, 1), 4, "I", 99_999)


def no_legs(bank: StraightThrough) -> None:
    write_field(bank, row_of(bank, 1), 4, "I", bank.books.account("devb", "cash", "KHR"))


def opened_later(bank: StraightThrough) -> None:
    number = bank.ledger.open("devb", "casa:late", "KHR", side=Side.CREDIT)
    write_field(bank, row_of(bank, 1), 4, "I", number)


def opened_twice(bank: StraightThrough) -> None:
    journal = bank.ledger.journal
    opens = [row.number for row in journal.rows() if row.kind is Kind.OPEN]
    one = journal.packed[opens[0] * ROW_SIZE : opens[0] * ROW_SIZE + ROW_SIZE]
    journal.packed[opens[1] * ROW_SIZE : opens[1] * ROW_SIZE + ROW_SIZE] = one


def id_again(bank: StraightThrough) -> None:
    write_field(bank, row_of(bank, 5), 24, "q", 1)


def earlier(bank: StraightThrough) -> None:
    stamp = (START - 1) << 8 | Kind.MOVE | NUMBER_ID
    write_field(bank, row_of(bank, 5), 16, "q", stamp)


def overdrawn(bank: StraightThrough) -> None:
    write_field(bank, row_of(bank, 7), 8, "q", 4_000)


def over_the_limit(bank: StraightThrough) -> None:
    write_field(bank, row_of(bank, 5), 8, "q", 3_001)


def balance(bank: StraightThrough) -> None:
    bank.ledger.state.posted[bank.accounts[0]] += 1


def token(bank: StraightThrough) -> None:
    bank.ledger.state.posted[bank.ledger.find("TOK", "khqr@deva", "KHR")] += 1


def used(bank: StraightThrough) -> None:
    bank.used[0] += 1


def row_of_an_id(bank: StraightThrough) -> None:
    bank.ids[5] = 3


def unknown_id(bank: StraightThrough) -> None:
    bank.ids[99] = 3


def removed_row(bank: StraightThrough) -> None:
    del bank.ledger.journal.packed[-ROW_SIZE:]


DEFECTS: dict[Callable[[StraightThrough], None], set[str]] = {
    chain: {"I11", "I12"},
    amount_below_zero: {"I1", "I11", "I12"},
    two_books: {"I1", "I11", "I12"},
    two_currencies: {"I1", "I11", "I12"},
    no_such_account: {"I11", "I12"},
    no_legs: {"I11", "I12"},
    opened_later: {"I11", "I12"},
    opened_twice: {"I11", "I12"},
    id_again: {"I6", "I11"},
    earlier: {"I11", "I14"},
    overdrawn: {"I5", "I11", "I12", "I13"},
    over_the_limit: {"I11", "I12", "I13"},
    balance: {"I1", "I12"},
    token: {"I1", "I3", "I12"},
    used: {"I13"},
    row_of_an_id: {"I6"},
    removed_row: {"I11", "I12"},
    unknown_id: {"I6"},
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_planted_corruption_is_found_by_its_name(
    defect: Callable[[StraightThrough], None],
) -> None:
    bank = paid_world()
    defect(bank)
    found = names(JournalAudit(bank))
    assert found >= DEFECTS[defect], found
    by_rows = names(Audit(bank.ledger, INVARIANTS))
    assert found - {"I6", "I13"} == by_rows - {"I6"}


def test_a_row_between_two_sweeps_that_vanishes_is_found() -> None:
    bank = paid_world()
    audit = JournalAudit(bank)
    assert audit.sweep() == []
    removed_row(bank)
    assert "I11" in names(audit)


@settings(max_examples=min(EXAMPLES, 40))
@given(
    items=payments(),
    place=st.integers(0, 10**6),
    value=st.integers(0, 255),
    piece=st.integers(1, 90),
)
def test_any_changed_byte_is_found_and_called_what_the_audit_by_rows_calls_it(
    items: list[Payment], place: int, value: int, piece: int
) -> None:
    bank = small_world()
    bank.pay_many(columns_of(items))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_module, "PIECE", piece)
        assert JournalAudit(bank).sweep() == []
        packed = bank.ledger.journal.packed
        place %= len(packed)
        changed = packed[place] != value
        packed[place] = value
        found = names(JournalAudit(bank))
    assert ("I11" in found) is changed
    assert found - {"I6", "I13"} == names(Audit(bank.ledger, INVARIANTS)) - {"I6"}


@settings(max_examples=min(EXAMPLES, 60))
@given(first=st.integers(0, 10**6), more=st.integers(0, 40), piece=st.integers(1, 90))
def test_rows_that_are_cut_out_are_found_by_both_audits(first: int, more: int, piece: int) -> None:
    bank = paid_world()
    packed = bank.ledger.journal.packed
    first %= len(bank.ledger.journal)
    del packed[first * ROW_SIZE : (first + 1 + more) * ROW_SIZE]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_module, "PIECE", piece)
        found = names(JournalAudit(bank))
    assert "I11" in found
    assert found - {"I6", "I13"} == names(Audit(bank.ledger, INVARIANTS)) - {"I6"}


def test_an_id_below_zero_that_no_ledger_knows_is_found_by_both_audits() -> None:
    bank = paid_world()
    write_field(bank, row_of(bank, 1), 24, "q", -7)
    assert {"I6", "I11"} <= names(JournalAudit(bank))
    assert names(Audit(bank.ledger, INVARIANTS)) == {"I6", "I11"}


def test_rows_that_it_does_not_know_are_read_one_by_one() -> None:
    bank = paid_world()
    audit = JournalAudit(bank)
    assert audit.sweep() == []
    account = bank.accounts[0]
    hold = bank.ledger.hold(account, 5)
    assert audit.sweep() == []
    assert audit.by_rows
    bank.ledger.void(hold)
    bank.ledger.state.posted[account] += 1
    assert names(audit) >= {"I1", "I12"}


@pytest.mark.parametrize("amount", [2**61, 2**62])
def test_sums_that_need_more_than_64_bits_are_left_to_python(amount: int) -> None:
    bank = small_world()
    cash, casa = (bank.books.account("deva", name, "KHR") for name in ("cash", "casa:p1"))
    for _ in range(4):
        bank.ledger.post(cash, casa, amount)
    audit = JournalAudit(bank)
    assert audit.sweep() == []
    assert audit.by_rows


def test_an_audit_that_meets_large_balances_goes_on_row_by_row() -> None:
    bank = paid_world()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_module, "_LARGE", 60_000)
        patch.setattr(audit_module, "PIECE", 1)
        audit = JournalAudit(bank)
        assert audit.sweep() == []
    assert audit.by_rows


def test_a_wider_customer_may_later_be_a_narrower_one() -> None:
    bank = paid_world()
    customer = bank.customers["p6@devc"]
    bank.add_customer(customer._replace(tier="none"))  # type: ignore[arg-type] # by its name
    assert JournalAudit(bank).sweep() == []


# Dynamic codes: seen from outside, as the journal does not name them.


def seen(bank: StraightThrough, items: list[Payment], rows: list[int]) -> list[str]:
    import numpy as np

    watch = Watch(bank)
    columns = Columns(*(np.array(column) for column in columns_of(items)))
    watch.look(columns, Outcomes(np.array(rows, np.int64), np.zeros(len(rows), np.uint8)))
    found = [violation.message for violation in JournalAudit(bank, (watch.invariant,)).sweep()]
    watch.look(columns, Outcomes(np.array(rows, np.int64), np.zeros(len(rows), np.uint8)))
    return found


def test_a_dynamic_code_that_is_paid_twice_or_late_is_seen() -> None:
    bank = small_world()
    bank.room_for(9)
    one = (1, 0, 5, 0, START, 7, 0, -1)
    late = (2, 0, 6, 0, START + 40_001, 8, 0, -1)
    in_time = (2, 0, 6, 0, START + 40_000, 8, 0, -1)
    bank.paid_serials[7] = 1
    static = (1, 0, 1, 70, START, -1, 0, -1)
    assert seen(bank, [static, (2, *one[1:])], [499, 500]) == []
    assert seen(bank, [static], [499])[-1].startswith("the codes that count as paid")
    assert seen(bank, [one], [500]) == []
    assert seen(bank, [one, one], [500, 500]) == []  # the same payment, sent again
    assert seen(bank, [one, (2, *one[1:])], [500, 501]) == ["the dynamic code 7 is paid again"]
    bank.paid_serials[8] = 1
    assert seen(bank, [one, in_time], [500, 501]) == []
    assert seen(bank, [one, late], [500, 501]) == ["payment 2 came after the expiry of its code"]
    assert seen(bank, [one], [500]) == ["the codes that count as paid are not those that were paid"]
    assert seen(bank, [one], [-1])[-1].startswith("the codes that count as paid")
