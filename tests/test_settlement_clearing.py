"""Clearing: batches that the journal makes, cut-off, netting, and settlement on the value date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import product, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearing_material import ALIPAY, DAY, STEPS, VIETNAM, Link, at
from khqr.settlement import BookKind, Books, Ledger, Money, Posting, SettlementError
from khqr.settlement.books.example import example_books, run_example
from khqr.settlement.clearing.batch import BATCH_MOVES, Batch, BatchEvent, BatchState
from khqr.settlement.clearing.calendar import (
    Calendar,
    cycle_ends,
    cycle_of,
    day_number,
    day_of,
    day_text,
)
from khqr.settlement.clearing.clearing import Clearing
from khqr.settlement.clearing.crossings import Due
from khqr.settlement.clearing.files import settlement_file
from khqr.settlement.clearing.mirror import mirrors
from khqr.settlement.links import Netting, Terms
from material import EXAMPLES

EPOCH = date(1970, 1, 1)
DATES = st.dates()


def refused(name: str, call: Callable[[], object]) -> str:
    with pytest.raises(SettlementError) as refusal:
        call()
    assert refusal.value.name == name
    return refusal.value.message


# Days.


@given(DATES)
def test_days_are_those_of_the_standard_library(day: date) -> None:
    number = (day - EPOCH).days
    assert day_text(number) == day.isoformat()
    assert day_number(day.isoformat()) == number


@pytest.mark.parametrize(
    "text",
    ["2025-02-29", "2025-06-31", "2025-13-01", "2025-00-01", "2025-01-00", "2025-1-1", "",
     "٢٠٢٥-٠١-٠١", "2025-01-01\n", "20250101"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    refused("DATE_INVALID", lambda: day_number(text))


def test_a_date_is_text() -> None:
    for wrong in (None, EPOCH):
        with pytest.raises(TypeError, match="a date is str"):
            Calendar([wrong])  # type: ignore[list-item] # what is refused


@settings(max_examples=min(EXAMPLES, 500))
@given(DATES, st.sets(st.integers(0, 20), max_size=8), st.integers(0, 5))
def test_value_dates_by_counting_days(day: date, free: set[int], days: int) -> None:
    """A slow model: walk on day by day with the dates of the standard library."""
    if day.year > 9900:
        day = day.replace(year=2025, day=1)
    holidays = [(day + timedelta(offset)).isoformat() for offset in free]
    expected, left = day, days
    while True:
        works = expected.weekday() < 5 and expected.isoformat() not in holidays
        if works and not left:
            break
        expected += timedelta(1)
        if left and expected.weekday() < 5 and expected.isoformat() not in holidays:
            left -= 1
    calendar = Calendar(holidays)
    number = (day - EPOCH).days
    assert day_text(calendar.value_date(number, days)) == expected.isoformat()
    assert calendar.works(calendar.value_date(number, days))


def test_a_calendar_refuses_what_it_could_never_end_with() -> None:
    for weekend in (range(7), [7], "56"):
        with pytest.raises(TypeError, match="a working day"):
            Calendar(weekend=weekend)  # type: ignore[arg-type] # what is refused
    refused("DATE_INVALID", lambda: Calendar().value_date(0, 10**5000))
    refused("DATE_INVALID", lambda: day_text(10**5000))
    for wrong in (1.5, None, "5", True):
        with pytest.raises(TypeError, match="a day is int"):
            day_text(wrong)  # type: ignore[arg-type] # what is refused
        with pytest.raises(TypeError, match="are int"):
            Calendar().value_date(wrong, 1)  # type: ignore[arg-type] # what is refused
    with pytest.raises(TypeError, match="and float"):
        Calendar().value_date(0, 1.5)  # type: ignore[arg-type] # what is refused
    with pytest.raises(TypeError, match="not one text"):
        Calendar("2025-06-18")
    for days in (-1, 367):
        refused("DATE_INVALID", lambda days=days: Calendar().value_date(0, days))  # type: ignore[misc] # mypy cannot infer a default of a lambda


@settings(max_examples=min(EXAMPLES, 500))
@given(st.integers(0, 2**44), st.integers(-12, 14))
def test_a_cycle_ends_where_the_next_begins(time: int, hours: int) -> None:
    cycle = cycle_of(time, hours)
    assert cycle_ends(cycle - 1, hours) <= time < cycle_ends(cycle, hours)
    assert cycle_of(cycle_ends(cycle, hours), hours) == cycle + 1


def test_alipay_cuts_off_at_midnight_of_utc_plus_8() -> None:
    assert cycle_ends(day_number("2025-06-15"), 8) == at("2025-06-15 16:00")


# The machine.


def test_the_machine_has_the_moves_of_the_table_and_no_other() -> None:
    moves = {(one.value, event.value, two.value) for (one, event), two in BATCH_MOVES.items()}
    assert moves == {
        ("open", "cut off", "cut off"),
        ("cut off", "clear", "cleared"),
        ("cleared", "settle", "settled"),
        ("cleared", "dispute", "disputed"),
        ("disputed", "settle", "settled"),
    }
    for state, event in product(BatchState, BatchEvent):
        batch = Batch("x-1", 1, 1, 1, state)
        if (state, event) in BATCH_MOVES:
            assert batch.after(event).state is BATCH_MOVES[state, event]
            assert batch.after(event).after(event) == batch.after(event)
        elif batch.is_past(event):
            assert batch.after(event) == batch
        else:
            refused("BATCH_NOT_DUE", lambda batch=batch, event=event: batch.after(event))  # type: ignore[misc] # mypy cannot infer a default of a lambda


def test_a_batch_goes_its_way_step_by_step() -> None:
    link = Link()
    link.run("F8a", "F8b")
    clearing, batch = link.clearing, "alipayplus-20250615"
    assert clearing.batch(batch).state is BatchState.OPEN
    assert "open until" in refused("BATCH_NOT_DUE", lambda: clearing.cut_off(batch))
    refused("BATCH_NOT_DUE", lambda: clearing.clear(batch))
    refused("BATCH_NOT_DUE", lambda: clearing.settle(batch))
    refused("BATCH_NOT_DUE", lambda: clearing.dispute(batch, "too much"))
    link.day("2025-06-15 16:00")
    assert clearing.cut_off(batch).state is BatchState.CUT_OFF
    assert clearing.cut_off(batch).state is BatchState.CUT_OFF
    assert clearing.clear(batch).state is BatchState.CLEARED
    assert "2025-06-17" in refused("BATCH_NOT_DUE", lambda: clearing.settle(batch))
    link.day("2025-06-16 15:59:59")
    refused("BATCH_NOT_DUE", lambda: clearing.settle(batch))
    link.day("2025-06-16 16:00")
    assert clearing.settle(batch).state is BatchState.SETTLED
    rows = len(link.ledger.journal)
    for step in (clearing.cut_off, clearing.clear, clearing.settle):
        assert step(batch).state is BatchState.SETTLED
    assert len(link.ledger.journal) == rows
    refused("BATCH_NOT_DUE", lambda: clearing.dispute(batch, "too late"))
    assert link.broken() == set()


def test_a_disputed_batch_settles_and_keeps_its_note() -> None:
    link = Link()
    link.run("F8a")
    link.day("2025-06-15 16:00")
    link.due()
    batch = "alipayplus-20250615"
    assert link.clearing.dispute(batch, "item 7 is unknown").state is BatchState.DISPUTED
    assert link.clearing.dispute(batch, "item 8 too").note == "item 8 too"
    assert link.clearing.clear(batch).state is BatchState.DISPUTED
    for note in ("", "x" * 201, "a\nb"):
        refused("MISSING_FIELDS", lambda note=note: link.clearing.dispute(batch, note))  # type: ignore[misc] # mypy cannot infer a default of a lambda
    assert link.broken() == set()
    link.day("2025-06-17 00:00")
    link.due()
    assert link.clearing.batch(batch)[4:6] == (BatchState.SETTLED, "item 8 too")
    assert link.broken() == set()


# The figures of the example.


def example() -> Link:
    """Everything of the example up to netting."""
    link = Link(funded=False)
    for name, _ in takewhile(lambda step: not step[0].startswith("F13"), STEPS):
        link.run(name)
    return link


def test_net_positions_of_the_example() -> None:
    link = example()
    alipay, vietnam = link.clearings
    positions = {one.party: one for one in alipay.positions("alipayplus-20250615")}
    assert {name: one.net for name, one in positions.items()} == {
        "S": -1510, "MPP": -500, "ACQ": 1980, "ALP": 30,
    }  # fmt: skip
    assert positions["S"][2:] == (2, -990, 1, -500, -20, -1510)
    assert positions["MPP"][2:] == (1, -990, 1, 500, -10, -500)
    assert positions["ALP"][2:] == (2, 0, 1, 0, 30, 30)
    corridor = {one.party: one.net for one in vietnam.positions("vietnam-20250615")}
    assert corridor == {"S": 62_500, "F": -62_500, "X": 0}


def test_clearing_ends_where_the_example_ends() -> None:
    link = example()
    assert link.broken() == set()
    link.day("2025-06-18 00:00")
    link.due()
    assert link.broken() == set()
    by_hand = example_books(clock=lambda: 0)
    run_example(by_hand)
    ours, theirs = link.ledger.state, by_hand.ledger.state
    balances = {
        account[:3]: posted for account, posted in zip(ours.accounts.rows, ours.posted, strict=True)
    }
    expected = {
        account[:3]: posted
        for account, posted in zip(theirs.accounts.rows, theirs.posted, strict=True)
    }
    assert balances == expected
    assert {one.difference for one in mirrors(link.ledger)} == {0}


def test_what_clearing_posts_of_the_example() -> None:
    link = example()
    link.day("2025-06-18 00:00")
    link.due()
    posted = []
    for row in link.ledger.journal.rows():
        if isinstance(row.instruction, str) and row.instruction.startswith(("net/", "settle/")):
            first = link.ledger.outcome(row.instruction)
            assert first is not None
            if first.row == row.number:
                posted.append((row.instruction, row.amount))
    assert posted == [
        ("net/alipayplus-20250615/MPP", 500),
        ("net/alipayplus-20250615/S", 990),
        ("settle/alipayplus-20250615/MPP", 500),
        ("settle/alipayplus-20250615/S", 1510),
        ("settle/alipayplus-20250615/ACQ", 1980),
        ("net/vietnam-20250615/F", 62_500),
        ("net/vietnam-20250615/S", 62_500),
        ("settle/vietnam-20250615/F", 62_500),
        ("settle/vietnam-20250615/S", 62_500),
    ]


# Which batch.


def test_each_transaction_is_in_the_batch_of_its_time() -> None:
    link = Link()
    before = link.inbound("MPP", 100)
    link.day("2025-06-15 15:59:59")
    last = link.inbound("MPP", 100)
    link.day("2025-06-15 16:00")
    first = link.inbound("MPP", 100)
    link.clearing.catch_up()
    names = [link.clearing.batch_of(row).id[-8:] for row in (before, last, first)]
    assert names == ["20250615", "20250615", "20250616"]
    assert [one.row for one in link.clearing.crossings("alipayplus-20250615")] == [before, last]
    message = refused("NOT_FOUND", lambda: link.clearing.batch_of(before + 1))
    assert "crosses the link" in message
    refused("NOT_FOUND", lambda: link.clearing.batch("alipayplus-20250614"))


def test_a_clock_that_jumps_back_still_gives_one_batch() -> None:
    link = Link()
    link.day("2025-06-15 16:00")
    first = link.inbound("MPP", 100)
    link.due()
    link.day("2025-06-15 10:00")
    second = link.inbound("MPP", 200)
    link.clearing.catch_up()
    assert {link.clearing.batch_of(row).id for row in (first, second)} == {"alipayplus-20250616"}
    assert link.states() == {"20250615": "cleared", "20250616": "open"}
    assert link.broken() == set()


def test_a_cut_off_between_payment_and_credit_changes_nothing() -> None:
    link = Link()
    link.run("F8a")
    link.day("2025-06-15 16:00")
    link.due()
    link.run("F8b")
    link.due()
    assert len(link.clearing.crossings("alipayplus-20250615")) == 1
    assert link.clearing.crossings("alipayplus-20250616") == ()
    assert link.broken() == set()


def test_a_batch_past_its_cut_off_takes_nothing() -> None:
    """Only a journal that was changed has a row in a cycle that is over."""
    link = Link()
    link.run("F8a")
    link.day("2025-06-15 16:00")
    link.due()
    link.ledger._engine._last = at("2025-06-15 15:00")
    link.ledger._engine._stamp = link.ledger._engine._last << 8
    link.time = 0
    link.inbound("MPP", 100)
    link.day("2025-06-15 17:00")
    good = link.inbound("MPP", 200)
    assert "2025-06-15" in refused("BATCH_CLOSED", link.clearing.catch_up)
    link.clearing.catch_up()
    assert link.clearing.batch_of(good).id == "alipayplus-20250616"
    assert link.broken() >= {"I14", "I15"}


def test_an_audit_meets_a_row_in_a_batch_past_its_cut_off() -> None:
    link = Link(ALIPAY)
    link.day("2025-06-15 16:00")
    link.due()
    assert link.broken() == set()
    link.ledger._engine._last = at("2025-06-15 15:00")
    link.ledger._engine._stamp = link.ledger._engine._last << 8
    link.time = 0
    row = link.inbound("MPP", 100)
    messages = [violation.message for violation in link.sweep() if violation.name == "I15"]
    assert messages == [
        f"BATCH_CLOSED: row {row} lies in 2025-06-15, which is cut off",
        f"row {row} is in the batches of [], not of [20254]",
    ]
    assert link.broken() == {"I15"}
    link.day("2025-06-20 00:00")
    link.due()
    assert link.broken() == {"I15", "I17"}


def test_what_clearing_posts_is_in_no_batch() -> None:
    link = Link()
    link.run("F8a", "F8b", "F11d")
    link.day("2025-06-18 00:00")
    link.due()
    crossings = [len(link.clearing.crossings(one.id)) for one in link.clearing.batches]
    assert crossings == [2, 0, 0, 0]


def test_an_empty_cycle_is_a_batch_and_settles() -> None:
    link = Link()
    link.day("2025-06-19 00:00")
    assert [batch.state.value for batch in link.due() if "alipay" in batch.id] == [
        "settled", "settled", "settled", "cleared",
    ]  # fmt: skip
    assert link.states()["20250619"] == "open"
    assert link.clearing.transfers("alipayplus-20250615") == []
    assert link.broken() == set()


def test_batches_begin_with_the_journal() -> None:
    """A clearing that is made later has the same batches."""
    link = Link()
    link.day("2025-06-18 00:00")
    link.inbound("MPP", 100)
    later = Clearing(link.books, ALIPAY)
    link.clearing.catch_up()
    assert later.batches == link.clearing.batches
    empty = Clearing(Books(Ledger(clock=lambda: at("2025-06-18 00:00")), {}), ALIPAY)
    assert [batch.id for batch in empty.batches] == ["alipayplus-20250618"]


def test_a_clock_that_jumps_centuries_is_refused() -> None:
    link = Link()
    link.time += 60_000 * DAY
    refused("CLOCK_INVALID", link.clearing.run_due)


# Value dates.


def test_no_value_date_on_weekends_and_holidays() -> None:
    """Friday, Saturday and Sunday settle on one day, and a holiday moves it on."""
    link = Link(ALIPAY, holidays=("2025-06-18",))
    link.day("2025-06-23 00:00")
    link.clearing.catch_up()
    dates = {one.id[-2:]: day_text(one.value_date)[-2:] for one in link.clearing.batches}
    assert dates == {
        "15": "17", "16": "19", "17": "20", "18": "20", "19": "23", "20": "24", "21": "24",
        "22": "24", "23": "25",
    }  # fmt: skip


# Money.


def test_a_debtor_without_nostro_holds_its_batch_up_and_pays_later() -> None:
    link = Link(ALIPAY)
    cash = {"amount": Money("CNY", 9000)}
    link.books.run("deposit", {"bank": "ACQ", "account": "wallet:p"}, cash)
    link.inbound("ACQ", 500)
    link.inbound("MPP", 700)
    link.day("2025-06-18 00:00")
    batch = next(one for one in link.due() if one.id.endswith("15"))
    assert batch.state is BatchState.CLEARED
    assert batch.refusal.startswith("INSUFFICIENT_FUNDS: nostro of ACQ in USD has 0 available")
    assert link.balance("MPP due_to:ALP") == 0  # it paid
    assert link.balance("ALP due_to:S") == 1200  # nobody is paid before all have
    assert link.broken() == set()
    message = refused("INSUFFICIENT_FUNDS", lambda: link.clearing.settle(batch.id))
    assert "500 are needed" in message
    link.books.run("endow", {"book": "ACQ"}, {"amount": Money("USD", 500)})
    moved = link.due()
    assert [(one.id, one.state.value, one.refusal) for one in moved] == [(batch.id, "settled", "")]
    assert link.balance("S nostro") == 1_000_000 + 1200
    assert link.broken() == set()


def test_what_both_ends_owe_alike_is_set_off() -> None:
    link = Link(ALIPAY)
    both = link.books.steps("net", {"one": "S", "other": "ALP"}, {"amount": Money("USD", 700)})
    link.ledger.transact([Posting(credit, debit, units) for debit, credit, units in both])
    link.day("2025-06-18 00:00")
    link.due()
    assert link.clearing.batch("alipayplus-20250615").state is BatchState.SETTLED
    assert link.balance("ALP due_to:S") == link.balance("S nostro") - 1_000_000 == 0
    assert link.broken() == set()


def test_debtors_pay_before_the_hub_does() -> None:
    """The hub has nothing of its own, and what comes in covers what goes out."""
    link = Link(ALIPAY, funded=True)
    link.ledger.post(
        link.books.account("ALP", "capital", "USD"), link.books.account("ALP", "nostro", "USD"),
        1_000_000,
    )  # fmt: skip
    link.inbound("MPP", 900)
    link.day("2025-06-18 00:00")
    link.due()
    assert link.balance("ALP nostro") == 0
    assert link.states()["20250615"] == "settled"
    assert link.broken() == set()


def test_gross_settles_each_transaction_by_itself() -> None:
    link = Link(replace(ALIPAY, netting=Netting.GROSS))
    paid = link.inbound("MPP", 990, 10)
    link.inbound("MPP", 500, back=paid)
    link.day("2025-06-18 00:00")
    assert len(link.clearing.transfers("alipayplus-20250615")) == 4
    link.due()
    assert link.clearing.transfers("alipayplus-20250615")[0].amount == 1000
    assert link.balance("MPP nostro") == 1_000_000 - 1000 + 500
    assert link.balance("S nostro") == 1_000_000 + 990 - 500
    assert link.balance("ALP nostro") == 1_000_000 + 10
    assert link.broken() == set()


def test_what_is_taken_back_of_an_earlier_batch_is_settled_too() -> None:
    """A reversal may lessen a debt below zero; what is set off is then restored."""
    link = Link(ALIPAY)
    link.inbound("MPP", 700)
    link.day("2025-06-16 12:00")
    steps = link.books.steps(
        "inbound",
        {"hub": "ALP", "sponsor": "S", "wallet": "MPP", "payer": "wallet:p", "payee_bank": "B",
         "payee": "susp_in"},
        {"paid": Money("CNY", 1), "gross": Money("USD", 300), "net": Money("USD", 300),
         "settled": Money("KHR", 1)},
    )  # fmt: skip
    link.ledger.transact([Posting(credit, debit, units) for debit, credit, units in steps[1:4]])
    assert link.broken() == set()
    link.day("2025-06-25 00:00")
    link.due()
    assert link.balance("S nostro") == 1_000_000 + 400
    assert set(link.states().values()) >= {"settled"}
    assert {link.balance(f"ALP {side}:{party}") for side in ("due_to", "due_from")
            for party in ("S", "MPP")} == {0}  # fmt: skip
    assert link.broken() == set()


def test_clearing_begun_anew_posts_nothing_again() -> None:
    link = example()
    link.day("2025-06-18 00:00")
    link.due()
    chain = link.ledger.chain
    again = Clearing(Books(link.ledger, link_kinds(link)), ALIPAY)
    again.run_due()
    assert link.ledger.chain == chain
    assert again.batches == link.clearing.batches
    assert link.ledger.replay().chain == chain


def link_kinds(link: Link) -> dict[str, BookKind]:
    return {code: kind for code, kind in link.books.kinds.items() if code not in {"NBC", "TOK"}}


def test_a_ledger_read_back_clears_to_the_same_end() -> None:
    """Stopped after some steps, read back from its journal, and run on."""
    link = example()
    link.day("2025-06-15 16:30")
    link.due()
    copy = link.ledger.replay()
    link.day("2025-06-18 00:00")
    link.due()
    books = Books(copy, link_kinds(link))
    for terms in (ALIPAY, VIETNAM):
        Clearing(books, terms).run_due()
    assert copy.chain == link.ledger.chain


def test_many_at_once_settle_once() -> None:
    link = example()
    link.day("2025-06-18 00:00")
    others = [Clearing(link.books, ALIPAY) for _ in range(3)]
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(one.run_due) for one in [*others, link.clearing] * 2]
        assert all(call.result(timeout=30) is not None for call in calls)
    assert {one.batches for one in others} == {link.clearing.batches}
    assert link.broken() == set()


@pytest.mark.parametrize("name", ["", "a/b", "a_b", "x" * 33, "ថ"])
def test_names_of_links_that_cannot_be_part_of_an_id(name: str) -> None:
    refused("INSTRUCTION_ID_INVALID", lambda: Link(replace(VIETNAM, name=name)))


def test_terms_that_are_none() -> None:
    with pytest.raises(TypeError, match="and dict"):
        Clearing(Link().books, {})  # type: ignore[arg-type] # what is refused
    for hours in (-13, 15, "8"):
        with pytest.raises(TypeError, match="-12 to 14"):
            Link(replace(VIETNAM, hours_east=hours))  # type: ignore[arg-type] # what is refused
    with pytest.raises(TypeError, match="Netting is 'daily', 'gross'"):
        Link(replace(VIETNAM, netting="weekly"))  # type: ignore[arg-type] # what is refused


# A slow model: balances of a hub by plain counters.

OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["in", "out", "back", "wait", "due", "weird"]),
        st.sampled_from(["MPP", "ACQ"]),
        st.integers(1, 900),
        st.integers(0, 9),
    ),
    max_size=25,
)


@settings(max_examples=min(EXAMPLES, 150), deadline=None)
@given(OPERATIONS, st.sampled_from(Netting), st.integers(0, 3), st.integers(-11, 13))
def test_any_run_settles_to_the_last_cent(
    operations: list[tuple[str, str, int, int]], netting: Netting, days: int, hours: int
) -> None:
    terms = replace(ALIPAY, netting=netting, value_days=days, hours_east=hours)
    link = Link(terms)
    link.enrich("ACQ", "MPP")
    model: Counter[str] = Counter()
    paid: list[tuple[int, str, int]] = []
    for kind, party, units, fee in operations:
        if kind == "in":
            row = link.inbound(party, units, fee)
            paid.append((row, party, units))
            model.update({party: -units - fee, "S": units, "ALP": fee})
        elif kind == "out":
            link.outbound(party, units, fee)
            model.update({"S": -units - fee, party: units, "ALP": fee})
        elif kind == "back" and paid:
            row, wallet, most = paid.pop()
            part = 1 + units % most
            link.inbound(wallet, part, back=row)
            model.update({"S": -part, wallet: part})
        elif kind == "wait":
            link.time += units * 300_000
        elif kind == "due":
            link.due()
        elif kind == "weird":
            link.time -= units * 1000
        assert link.broken() == set()
    link.time = max(link.time, link.ledger.expire()) + 9 * DAY
    link.due()
    assert link.broken() == set()
    assert {one.state for one in link.clearing.batches[:-9]} <= {BatchState.SETTLED}
    for party in ("S", "MPP", "ACQ", "ALP"):
        assert link.balance(f"{party} nostro") == 1_000_000 + model[party], party
    assert {one.difference for one in mirrors(link.ledger)} == {0}


def test_a_party_that_both_owes_and_is_owed() -> None:
    due = Due("S", owed=990, owes=2500)
    assert (due.net, due.set_off) == (-1510, 990)
    assert Terms(name="a", sponsor="S", partner="X", currency="VND").value_days == 1


def test_a_partner_has_one_clearing_in_a_currency() -> None:
    """A second one would pay the same debts once more."""
    link = Link(VIETNAM)
    link.run("F10c")
    other = Clearing(link.books, replace(VIETNAM, name=f"{VIETNAM.name}-2"))
    link.time += 3 * DAY
    assert link.clearing.run_due()[0].state is BatchState.SETTLED
    nostro = link.books.balance("X", "nostro", "VND")
    for call in (other.run_due, other.read, lambda: other.batches):
        refused("BATCH_CLOSED", call)
    assert link.books.balance("X", "nostro", "VND") == nostro


def test_a_note_is_text_and_a_day_is_of_the_calendar() -> None:
    link = Link(ALIPAY)
    for wrong in (b"note", ["note"], None, Money("USD", 1)):
        with pytest.raises(TypeError, match="a note is str"):
            link.clearing.dispute(link.clearing.batches[0].id, wrong)  # type: ignore[arg-type] # what is refused
    refused("NOT_FOUND", lambda: link.clearing.batch(10**5000))  # type: ignore[arg-type] # what is refused
    refused("NOT_FOUND", lambda: link.clearing.batch_of(10**5000))
    for day in (10**5000, -(10**5000), 2_932_897, -719_529):
        refused("DATE_INVALID", lambda day=day: day_of(day))  # type: ignore[misc] # mypy cannot infer a default of a lambda
        refused("DATE_INVALID", lambda day=day: Calendar([day]))  # type: ignore[misc] # mypy cannot infer a default of a lambda
        refused(
            "DATE_INVALID",
            lambda day=day: settlement_file(link.clearing, day, "S", agreement="D"),  # type: ignore[misc] # mypy cannot infer a default of a lambda
        )
    assert day_of(2_932_896) == day_number("9999-12-31")
    assert day_of(-719_528) == day_number("0000-01-01")
    with pytest.raises(TypeError, match="not bool"):
        Calendar([True])


def test_a_link_of_the_same_name_has_not_paid_what_is_due_here() -> None:
    link = Link(VIETNAM, replace(ALIPAY, name=VIETNAM.name, hours_east=7, value_days=1))
    link.run("F10c", "F8a")
    link.time += 3 * DAY
    one, other = link.clearings
    assert one.run_due()[0].state is BatchState.SETTLED
    assert other.run_due()[0].state is BatchState.CLEARED
    assert "IDEMPOTENCY_MISMATCH" in other.batches[0].refusal
    assert link.audit.sweep() == []
