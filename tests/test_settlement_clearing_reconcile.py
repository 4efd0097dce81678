"""Reconciliation: every row of both sides in exactly one class, and in the right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khqr
from clearing_material import ALIPAY, Link
from khqr.model import moment_at
from khqr.settlement import Money, SettlementError, Simulation
from khqr.settlement.books.example import example_books, run_example
from khqr.settlement.clearing.calendar import day_number, day_text
from khqr.settlement.clearing.files import item_files, items_of, read_items
from khqr.settlement.clearing.reconciliation import Reconciliation, Verdict, reconcile
from khqr.settlement.clearing.statement import (
    Columns,
    StatementRow,
    domestic_statement,
    item_statement,
    read_statement,
)
from khqr.settlement.money import major_units
from material import EXAMPLES

DAY = 20_254
V = Verdict


def refused(name: str, call: Callable[[], object]) -> str:
    with pytest.raises(SettlementError) as refusal:
        call()
    assert refusal.value.name == name
    return refusal.value.message


def row(number: int, **changed: object) -> StatementRow:
    made = StatementRow(f"{number:064x}", "KHR", 100 + number % 7, "khqr@A", "khqr@B", DAY)
    return made._replace(**changed)  # type: ignore[arg-type] # members of a row


def verdicts(ours: list[StatementRow], theirs: list[StatementRow]) -> list[str]:
    return [pair.verdict.value for pair in reconcile(ours, theirs).pairs]


def each_once(found: Reconciliation, ours: list[StatementRow], theirs: list[StatementRow]) -> None:
    """Every row of both sides stands in exactly one pair."""
    assert Counter(one.internal for one in found.pairs if one.internal) == Counter(ours)
    assert Counter(one.external for one in found.pairs if one.external) == Counter(theirs)
    alone = {V.MISSING_INTERNAL, V.DUPLICATE_EXTERNAL}
    for pair in found.pairs:
        assert (pair.internal is None) is (pair.verdict in alone)
        assert (pair.external is None) is (pair.verdict is V.MISSING_EXTERNAL)
    assert sum(found.counts.values()) == len(found.pairs)
    assert len(found.breaks) == len(found.pairs) - found.counts[V.MATCHED]


# What becomes of a row of the other end, and in which class it must then be.

MUTATIONS: dict[str, tuple[Callable[[StatementRow], list[StatementRow]], list[Verdict]]] = {
    "same": (lambda one: [one], [V.MATCHED]),
    "lacks": (lambda one: [one][1:], [V.MISSING_EXTERNAL]),
    "twice": (lambda one: [one, one], [V.MATCHED, V.DUPLICATE_EXTERNAL]),
    "thrice": (lambda one: [one] * 3, [V.MATCHED, *[V.DUPLICATE_EXTERNAL] * 2]),
    "amount": (lambda one: [one._replace(units=one.units + 1)], [V.AMOUNT_MISMATCH]),
    "currency": (lambda one: [one._replace(currency="USD")], [V.AMOUNT_MISMATCH]),
    "day": (lambda one: [one._replace(day=one.day + 1)], [V.CUTOFF_SHIFT]),
    "status": (lambda one: [one._replace(status="FAILED")], [V.STATUS_MISMATCH]),
    "day and status": (
        lambda one: [one._replace(day=one.day - 1, status="FAILED")], [V.STATUS_MISMATCH],
    ),
    "all of it": (
        lambda one: [one._replace(day=1, status="FAILED", units=1)], [V.AMOUNT_MISMATCH],
    ),
    "hash": (
        lambda one: [one._replace(hash="f" * 64)], [V.MISSING_EXTERNAL, V.MISSING_INTERNAL],
    ),
    "receiver": (
        lambda one: [one._replace(receiver="khqr@S")], [V.MISSING_EXTERNAL, V.MISSING_INTERNAL],
    ),
    "twice, once wrongly": (
        lambda one: [one._replace(units=1), one], [V.MATCHED, V.DUPLICATE_EXTERNAL],
    ),
    "twice, on two days": (
        lambda one: [one._replace(day=1), one], [V.MATCHED, V.DUPLICATE_EXTERNAL],
    ),
}  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutation_gives_exactly_its_class(mutation: str) -> None:
    change, expected = MUTATIONS[mutation]
    ours = [row(number) for number in range(5)]
    theirs = [*ours[:2], *change(ours[2]), *ours[3:]]
    found = reconcile(ours, theirs)
    each_once(found, ours, theirs)
    about = [one.verdict for one in found.pairs if ours[2] in one[1:] or one.external not in ours]
    assert sorted(about) == sorted(expected)
    assert found.counts[V.MATCHED] == 4 + expected.count(V.MATCHED)


@settings(max_examples=min(EXAMPLES, 400))
@given(
    st.lists(st.sampled_from(sorted(set(MUTATIONS) - {"hash"})), max_size=30),
    st.integers(0, 3),
    st.randoms(use_true_random=False),
)
def test_random_mutations_give_exactly_their_classes(
    names: list[str], new: int, mix: object
) -> None:
    ours = [row(number) for number in range(len(names))]
    theirs = [one for number, name in enumerate(names) for one in MUTATIONS[name][0](ours[number])]
    theirs += [row(1000 + number) for number in range(new)]
    mix.shuffle(theirs)  # type: ignore[attr-defined] # it is a Random
    found = reconcile(ours, theirs)
    each_once(found, ours, theirs)
    expected = Counter(verdict for name in names for verdict in MUTATIONS[name][1])
    expected[V.MISSING_INTERNAL] += new
    assert found.counts == {verdict: expected[verdict] for verdict in V}


SMALL = st.builds(
    StatementRow,
    st.sampled_from(["a" * 64, "b" * 64, ""]),
    st.sampled_from(["KHR", "USD"]),
    st.integers(1, 2),
    st.sampled_from(["khqr@A", "khqr@B"]),
    st.just("khqr@S"),
    st.integers(1, 2),
    st.sampled_from(["SUCCESS", "FAILED"]),
)


@settings(max_examples=min(EXAMPLES, 300))
@given(st.lists(SMALL, max_size=8), st.lists(SMALL, max_size=8))
def test_any_two_sides_are_told_apart_wholly(
    ours: list[StatementRow], theirs: list[StatementRow]
) -> None:
    found = reconcile(ours, theirs)
    each_once(found, ours, theirs)
    for pair in found.pairs:
        if pair.internal and pair.external:
            same = [one == other for one, other in zip(pair.internal, pair.external, strict=True)]
            hashed = bool(pair.external.hash)
            assert same[0] or not hashed
            if pair.verdict is V.MATCHED:
                assert all(same[1:7])
            elif pair.verdict is V.CUTOFF_SHIFT:
                assert same[1:7] == [True, True, True, True, False, True]
            elif pair.verdict is V.STATUS_MISMATCH:
                assert all(same[1:5])
                assert not same[6]
            else:
                assert hashed
                assert all(same[3:5])
                assert not all(same[1:3])


def test_files_without_hashes_match_by_all_else_and_by_nothing_less() -> None:
    ours = [row(1), row(1)._replace(hash="c" * 64), row(2), row(3)]
    theirs = [
        row(1, hash=""),
        row(1, hash=""),
        row(1, hash=""),
        row(2, hash="", day=DAY + 1),
        row(3, hash="", status="FAILED"),
        row(4, hash="", units=5),
    ]
    assert verdicts(ours, theirs) == [
        "MATCHED", "MATCHED", "CUTOFF_SHIFT", "STATUS_MISMATCH", "MISSING_INTERNAL",
        "MISSING_INTERNAL",
    ]  # fmt: skip


def test_a_row_that_is_new_to_us_and_there_twice() -> None:
    assert verdicts([], [row(1), row(1)]) == ["MISSING_INTERNAL", "DUPLICATE_EXTERNAL"]
    assert verdicts([row(1)], []) == ["MISSING_EXTERNAL"]
    assert reconcile([], []).breaks == ()
    with pytest.raises(TypeError, match="not int"):
        reconcile([], [1])  # type: ignore[list-item] # what is refused


def test_pairs_of_a_class() -> None:
    found = reconcile([row(1), row(2)], [row(2)])
    assert [one.internal for one in found.of(V.MISSING_EXTERNAL)] == [row(1)]
    assert found.counts[V.CUTOFF_SHIFT] == 0


def test_many_rows_are_compared_row_by_row() -> None:
    """A file of the size of a day; comparing each with each would never end."""
    ours = [row(number) for number in range(30_000)]
    theirs = [one for one in reversed(ours) if int(one.hash, 16) % 1000]
    theirs += [one._replace(hash="", status="LATE") for one in ours[::1000]]
    counts = reconcile(ours, theirs).counts
    assert counts[V.MATCHED] == 29_970
    assert counts[V.STATUS_MISMATCH] == 30


# Our rows.


def test_our_rows_are_the_hops_of_the_journal() -> None:
    books = example_books(clock=lambda: 1_750_000_000_000)
    rows = run_example(books)
    ours = list(domestic_statement(books.ledger))
    assert len(ours) == 16
    hop = next(one for one in ours if one.hash == books.ledger.journal.row_hash(rows["F7a"]))
    assert hop[1:7] == ("USD", 1250, "khqr@A", "khqr@B", DAY, "SUCCESS")
    assert books.ledger.journal.row(hop.place).amount == 1250
    by_bank = [list(domestic_statement(books.ledger, bank=bank)) for bank in "ABS"]
    assert [len(one) for one in by_bank] == [13, 12, 7]
    assert len(by_bank[0]) + len(by_bank[1]) + len(by_bank[2]) == 2 * len(ours)


def test_a_hop_by_hand_is_between_the_banks_themselves() -> None:
    books = example_books(clock=lambda: 1_750_000_000_000)
    rows = run_example(books)
    start = len(books.ledger.journal)
    payer, payee = (books.account("NBC", f"bsa:{bank}", "KHR") for bank in "AB")
    row = books.ledger.post(payer, payee, 7)
    (hop,) = domestic_statement(books.ledger, start)
    assert hop[1:5] == ("KHR", 7, "khqr@A", "khqr@B")
    assert hop.hash == books.ledger.journal.row_hash(row)
    assert list(domestic_statement(books.ledger, rows["F13a"])) == [hop]


def test_a_payment_is_known_by_the_hash_of_its_look_up() -> None:
    numbers = count(1)
    simulation = Simulation(
        ["deva", "devb"], clock=lambda: 1_750_000_000_000, ids=lambda: str(next(numbers))
    )
    for bank in ("deva", "devb"):
        simulation.fund_bank(bank, Money("KHR", 1_000_000))
    simulation.add_customer("dara", "deva")
    simulation.add_customer("shop1", "devb")
    simulation.fund("dara@deva", Money("KHR", 500_000), "account")
    code = khqr.encode(
        khqr.Merchant(
            bakong_account_id="khqr@devb", merchant_name="Demo Shop", merchant_id="shop1",
            acquiring_bank="Dev Bank", currency="KHR",
        ),
        at=moment_at(1_750_000_000_000),
    )  # fmt: skip
    payment = simulation.pay(code, payer="dara@deva", source="account", amount=4_100)
    (ours,) = domestic_statement(simulation.ledger)
    found = simulation.status_by_hash(ours.hash)["data"]
    assert isinstance(found, dict)
    assert payment.hash == ours.hash
    assert (found["fromAccountId"], found["toAccountId"]) == (ours.sender, ours.receiver)
    assert found["amount"] == ours.units


def file_of(rows: list[StatementRow]) -> list[str]:
    head = (
        "BSA_DATE,TIME,SENDER_BANK,SENDER_ACCOUNT,RECEIVER_ACCOUNT,CURRENCY,AMOUNT,HASH,STATUS,FEE"
    )
    return [head, *(
        f'{day_text(one.day)},10:00,"Dev, Bank",{one.sender},{one.receiver},{one.currency},'
        f"{major_units(one.units, one.currency)},{one.hash.upper()},{one.status},0"
        for one in rows
    )]  # fmt: skip


def test_a_counterparty_file_reconciles_with_the_journal() -> None:
    books = example_books(clock=lambda: 1_750_000_000_000)
    run_example(books)
    ours = list(domestic_statement(books.ledger, bank="B"))
    theirs = file_of(ours)
    assert not reconcile(ours, read_statement(theirs)).breaks
    theirs.append(theirs.pop(3).replace("2025-06-15", "20250616"))
    theirs.append(theirs[1])
    theirs.pop(2)
    counts = reconcile(ours, read_statement(["\ufeff" + theirs[0], "", *theirs[1:]])).counts
    assert {verdict: number for verdict, number in counts.items() if number} == {
        V.MATCHED: 10, V.MISSING_EXTERNAL: 1, V.CUTOFF_SHIFT: 1, V.DUPLICATE_EXTERNAL: 1,
    }  # fmt: skip


def test_columns_may_be_called_otherwise() -> None:
    columns = Columns(
        hash="id", currency="ccy", amount="value", sender="from", receiver="to", day="date",
        status="result", statuses={"OK": "SUCCESS"}, decimals={"KHR": 2},
    )  # fmt: skip
    lines = ["date,id,ccy,value,from,to,result", "2025-06-15,,KHR,41.00,a,b,OK"]
    (read,) = read_statement(lines, columns)
    assert read == StatementRow("", "KHR", 4100, "a", "b", DAY, "SUCCESS", 2)
    without = [line.rsplit(",", 1)[0] for line in lines]
    (read,) = read_statement(without, replace(columns, status=""))
    assert read.status == "SUCCESS"


GOOD = file_of([row(1)])
BROKEN: dict[str, tuple[list[str], str]] = {
    "empty": ([], "line 1: the file is empty"),
    "heading": ([GOOD[0].replace("HASH", "H")], "line 1, column HASH: expected once among "),
    "twice": ([GOOD[0].replace("FEE", "HASH")], "line 1, column HASH: expected once among "),
    "short": ([GOOD[0], GOOD[1][:-2]], "line 2: 9 cells, the heading has 10"),
    "date": ([GOOD[0], GOOD[1].replace("06-15", "06-31")], "line 2, column BSA_DATE: "),
    "digits": ([GOOD[0], GOOD[1].replace("2025-06-15", "2025061x")], "line 2, column BSA_DATE: "),
    "amount": ([GOOD[0], GOOD[1].replace(",101,", ",1e3,")], "line 2, column AMOUNT: "),
    "riel": ([GOOD[0], GOOD[1].replace(",101,", ",101.5,")], "line 2, column AMOUNT: "),
    "currency": ([GOOD[0], GOOD[1].replace("KHR", "XXX")], "line 2, column AMOUNT: 'XXX' is not"),
    "hash": ([GOOD[0], GOOD[1].replace(f"{1:064x}", "1")], "line 2, column HASH: '1' is not 64"),
    "quote": ([GOOD[0], GOOD[1].replace('Bank"', "Bank")], "line 2: "),
}


@pytest.mark.parametrize("case", BROKEN)
def test_statements_that_are_broken(case: str) -> None:
    lines, expected = BROKEN[case]
    assert expected in refused("FILE_BROKEN", lambda: list(read_statement(lines)))


# Alipay+: our batch against the file of the other end.


def test_the_items_of_a_batch_reconcile_with_a_file() -> None:
    link = Link(ALIPAY)
    for cents in (100, 200, 300):
        link.inbound("MPP", cents, 2)
    link.outbound("ACQ", 50)
    link.day("2025-06-15 16:00")
    link.due()
    batch, clearing = link.clearing.batches[0], link.clearing
    (file,) = item_files(clearing, batch.id, "S", agreement="DEMO1")
    ours = list(item_statement(items_of(clearing, batch.id, "S"), "S", "ALP", batch.cycle))
    assert [one.units for one in ours] == [100, 200, 300, 50]
    assert [one.sender for one in ours] == ["ALP", "ALP", "ALP", "S"]
    lines = [file.lines[0], *file.lines[2:], file.lines[3]]
    lines[1] = lines[1].replace(",200", ",201")
    items = read_items(str(file.name), lines)
    theirs = item_statement(items, "S", "ALP", day_number("2025-06-15"))
    assert reconcile(ours, theirs).counts == {
        V.MATCHED: 2, V.AMOUNT_MISMATCH: 1, V.MISSING_EXTERNAL: 1, V.DUPLICATE_EXTERNAL: 1,
        V.MISSING_INTERNAL: 0, V.STATUS_MISMATCH: 0, V.CUTOFF_SHIFT: 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"hash": None},
        {"status": 5},
        {"statuses": None},
        {"decimals": "USD"},
        {"decimals": {"USD": -1}},
        {"decimals": {"USD": "2"}},
        {"decimals": {"USD": True}},
    ],
)
def test_columns_that_no_file_has(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Columns(**wrong)
    with pytest.raises(TypeError, match="columns are Columns"):
        list(read_statement([], wrong))


@pytest.mark.parametrize("start", [-1, -(2**200), True, None, "0"])
def test_a_statement_begins_at_a_row(start: Any) -> None:
    """A negative row was read as one from the end, and one far below zero for ever."""
    with pytest.raises(TypeError, match="a row is known by an int from 0 on"):
        list(domestic_statement(Link().ledger, start))
