"""The journal as JSON Lines: out, back, and what happens to a line that somebody changed."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khqr.settlement import (
    INVARIANTS,
    Audit,
    Ledger,
    Posting,
    SettlementError,
    Side,
    journal_lines,
    read_journal,
)
from khqr.settlement.books.example import example_books, run_example
from khqr.settlement.ledger.lines import LONGEST_LINE
from material import EXAMPLES

NOW = 1_750_000_000_000


def ledger_of_everything() -> Ledger:
    """Return a ledger with every kind of row."""
    time = NOW
    books = example_books(clock=lambda: time)
    run_example(books)
    ledger = books.ledger
    u, m = books.account("A", "casa:u", "KHR"), books.account("A", "casa:m", "KHR")
    ledger.transact([Posting(u, m, 400)], "ដេវ/1", hold=ledger.hold(u, 1000))
    ledger.void(ledger.hold(u, 1000))
    ledger.hold(u, 1000, expires_at=NOW)
    time += 1
    ledger.post(u, m, 2, 17)
    ledger.begin("A/1", b"body")
    ledger.begin(2, b"body")
    ledger.refuse("A/1", "LIMIT_PER_DAY")
    ledger.transact([Posting(u, m, 5)], 2, begun=True)
    with pytest.raises(SettlementError, match="INSUFFICIENT_FUNDS"):
        ledger.post(u, m, 10**9, "A/4")
    ledger.hold(u, 7)
    return ledger


def test_a_journal_goes_out_and_comes_back(tmp_path: Path) -> None:
    ledger = ledger_of_everything()
    path = tmp_path / "journal.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(journal_lines(ledger))
    with path.open(encoding="utf-8") as file:
        again = read_journal(file, clock=lambda: NOW)
    assert again.chain == ledger.chain
    assert again.state.posted == ledger.state.posted
    assert again.state.all_holds() == ledger.state.all_holds()
    assert again.state.ids == ledger.state.ids
    assert list(journal_lines(again)) == list(journal_lines(ledger))
    assert Audit(again, INVARIANTS).sweep() == []


def test_a_journal_that_was_read_goes_on() -> None:
    ledger = ledger_of_everything()
    again = read_journal(journal_lines(ledger), clock=lambda: NOW + 5)
    with pytest.raises(SettlementError, match="ALREADY_REFUSED"):
        again.begin("A/1", b"body")
    u, m = again.find("A", "casa:u", "KHR"), again.find("A", "casa:m", "KHR")
    assert again.journal.row(again.post(u, m, 1)).time == NOW + 5


def test_every_line_says_what_a_person_wants_to_know() -> None:
    lines = [json.loads(line) for line in journal_lines(ledger_of_everything())]
    posted = next(line for line in lines if line.get("id") == 17)
    assert posted == {
        "row": posted["row"],
        "kind": "post",
        "time": NOW + 1,
        "debit": ["A", "casa:u", "KHR"],
        "credit": ["A", "casa:m", "KHR"],
        "amount": 2,
        "id": 17,
        "chain": posted["chain"],
    }
    assert [line["row"] for line in lines[1:]] == list(range(len(lines) - 1))
    assert len({line["chain"] for line in lines[1:]}) == len(lines) - 1


def refused(lines: list[str], **options: Any) -> str:
    with pytest.raises(SettlementError) as refusal:
        read_journal(lines, clock=lambda: NOW, **options)
    assert refusal.value.name == "JOURNAL_BROKEN"
    assert len(str(refusal.value)) < 500
    return str(refusal.value)


@settings(max_examples=min(EXAMPLES, 200))
@given(st.data())
def test_a_changed_line_is_the_line_that_is_named(data: st.DataObject) -> None:
    lines = LINES.copy()
    number = data.draw(st.integers(1, len(lines) - 1))
    fields = json.loads(lines[number])
    key = data.draw(st.sampled_from(sorted(fields)))
    old = fields[key]
    new = data.draw(
        st.one_of(
            st.integers(-1, 3), st.none(), st.text(max_size=3), st.floats(), st.just([]),
            st.lists(st.text(max_size=3), min_size=3, max_size=3), st.just({}), st.booleans(),
        ).filter(lambda new: new != old)
    )  # fmt: skip
    lines[number] = json.dumps({**fields, key: new})
    assert f"line {number + 1}:" in refused(lines)
    del fields[key]
    lines[number] = json.dumps(fields)
    assert f"line {number + 1}:" in refused(lines)
    lines[number] = json.dumps({**json.loads(LINES[number]), "more": 1})
    assert f"line {number + 1}:" in refused(lines)


LINES = list(journal_lines(ledger_of_everything()))


@pytest.mark.parametrize(
    "line",
    [
        "", "x", "[]", "null", "1", '"text"', "{", "{}", "[" * 16_000, '{"kind":"open"}',
        '{"kind":"none","time":0}', '{"row":NaN}', "1" * 5000, "x" * (LONGEST_LINE + 1), "\ud800",
        '{"kind":"post","time":0,"debit":[],"credit":[],"amount":1}',
        '{"kind":"post","time":0,"debit":[[],[],[]],"credit":[],"amount":1}',
        '{"kind":"hold","time":0,"account":["A","casa:u","KHR"],"hold":9,"amount":1,"expires_at":0}',
        '{"kind":"hold","time":0,"account":["A","cash","KHR"],"hold":4,"amount":1,"expires_at":0}',
        '{"kind":"void","time":0,"hold":99,"amount":0}',
        '{"kind":"begin","time":0,"digest":[1],"id":1}',
        '{"kind":"refuse","time":0,"digest":[1,1],"id":1,"reason":[]}',
        '{"kind":"refuse","time":0,"digest":[1,1],"id":1,"reason":"NONSENSE"}',
        (
            '{"kind":"open","time":0,"account":["A","cash"],"side":"debit","guarded":0,"tokens":"",'
            '"settles":0}'
        ),
        (
            '{"kind":"open","time":0,"account":["A","cash","KHR"],"side":"debit","guarded":false,'
            '"tokens":"","settles":false}'
        ),
        (
            '{"kind":"open","time":0,"account":["Z","z","KHR"],"side":"debit","guarded":false,'
            '"tokens":[],"settles":false}'
        ),
        (
            '{"kind":"open","time":0,"account":["Z","z","KHR"],"side":"debit","guarded":false,'
            '"tokens":"own","settles":false}'
        ),
    ],
)  # fmt: skip
def test_hostile_lines(line: str) -> None:
    assert f"line {len(LINES) + 1}:" in refused([*LINES, line])
    assert "line 1:" in refused([line])


def test_lines_that_are_missing_or_swapped() -> None:
    assert "line 5:" in refused(LINES[:4] + LINES[5:])
    assert "line 5:" in refused([*LINES[:4], LINES[5], LINES[4], *LINES[6:]])
    assert "line 3:" in refused([*LINES[:2], LINES[1], *LINES[2:]])
    cut = next(number for number, line in enumerate(LINES) if '"continued"' in line)
    assert "the last transaction has an end" in refused(LINES[: cut + 1])
    assert len(read_journal([], clock=lambda: NOW).journal) == 0
    with pytest.raises(TypeError, match="a line is str, not bytes"):
        read_journal([b"{}"], clock=lambda: NOW)  # type: ignore[list-item] # the refusal is the test


def forged(change: Any) -> list[str]:
    """Return the lines of a ledger that broke a rule and made its chain right."""
    ledger = Ledger(clock=lambda: NOW)
    cash = ledger.open("A", "cash", "KHR", side=Side.DEBIT)
    u = ledger.open("A", "casa:u", "KHR", side=Side.CREDIT, guarded=True)
    ledger.open("B", "casa:m", "KHR", side=Side.CREDIT, guarded=True)
    ledger.post(cash, u, 5, "A/1")
    change(ledger)
    return list(journal_lines(ledger))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda ledger: ledger._engine.write((2, 1, 0, 6)), "I5"),
        (lambda ledger: ledger._engine.write((2, 1, 2, 5)), "I1"),
        (lambda ledger: ledger._engine.write((2, 0, 1, 5), instruction="A/1"), "I6"),
        (lambda ledger: ledger._engine.write((8, 0, 0, 99)), "I11"),
    ],
)
def test_a_right_chain_is_no_licence(change: Any, rule: str) -> None:
    assert f"the rows break a rule: {rule}" in refused(forged(change))


def test_writing_out_takes_little_memory() -> None:
    ledger = Ledger(clock=lambda: NOW)
    cash = ledger.open("A", "cash", "KHR", side=Side.DEBIT)
    u = ledger.open("A", "casa:u", "KHR", side=Side.CREDIT)

    def peak(lines: Iterator[str]) -> int:
        tracemalloc.start()
        for _ in lines:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    ledger.post_many([(cash, u, 1, None)] * 9_000)
    small = peak(journal_lines(ledger))
    ledger.post_many([(cash, u, 1, None)] * 6_000)
    assert peak(journal_lines(ledger)) < small * 1.2
