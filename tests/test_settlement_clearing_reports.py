"""Reports and files of clearing: their figures, their identities, and files that are hostile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearing_material import ALIPAY, STEPS, Link
from khqr.settlement import Books, Ledger, Money, Posting, SettlementError
from khqr.settlement.books.example import PARTICIPANTS, example_books, run_example
from khqr.settlement.clearing import cells as cells_module
from khqr.settlement.clearing import files as files_module
from khqr.settlement.clearing.cells import read_cells, written
from khqr.settlement.clearing.crossborder import cross_border
from khqr.settlement.clearing.domestic import Domestic, DomesticRow, summed
from khqr.settlement.clearing.files import (
    item_files,
    items_of,
    read_items,
    read_settlement,
    settlement_file,
)
from khqr.settlement.clearing.layout import ITEM_COLUMNS, FileName, Item, SettledBatch
from khqr.settlement.clearing.mirror import Mirror, mirrors
from khqr.settlement.links import Terms
from khqr.settlement.payments.limits import DAY, business_day
from material import EXAMPLES


def refused(name: str, call: Callable[[], object]) -> str:
    with pytest.raises(SettlementError) as refusal:
        call()
    assert refusal.value.name == name
    return refusal.value.message


def example() -> Link:
    link = Link(funded=False)
    for name, _ in takewhile(lambda step: not step[0].startswith("F13"), STEPS):
        link.run(name)
    return link


# The domestic report.


def test_the_domestic_report_of_the_example() -> None:
    books = example_books(clock=lambda: 1_750_000_000_000)
    run_example(books)
    rows = {row.bank: row for row in Domestic(books.ledger).rows(20_254) if row.currency == "KHR"}
    assert {bank: row[3:] for bank, row in rows.items()} == {
        "A": (0, 500_000_000, 0, 3, 91_000, 8, 279_000, 91_000, 0, 499_812_000, 7_000, 0),
        "B": (0, 500_000_000, 10_000, 7, 207_000, 3, 70_500, 0, 70_500, 500_126_500, 61_000, 0),
        "S": (0, 500_000_000, 0, 4, 153_500, 3, 102_000, 20_500, 41_000, 500_051_500, 0, 0),
    }
    assert {bank: row.net for bank, row in rows.items()} == {
        "A": -188_000, "B": 136_500, "S": 51_500,
    }  # fmt: skip
    assert sum(row.net for row in rows.values()) == 0


def domestic_books(time: list[int]) -> Books:
    books = Books(Ledger(clock=lambda: time[0]), PARTICIPANTS)
    for currency, bank in (("KHR", "A"), ("KHR", "B"), ("USD", "A"), ("USD", "B")):
        amount = {"amount": Money(currency, 10_000)}
        for flow in ("reserve", "issue"):
            books.run(flow, {"bank": bank}, amount)
        books.run("deposit", {"bank": bank, "account": "casa:u"}, amount)
    return books


class Banks:
    """Two banks that do what they are told, and what is expected of the report on them."""

    def __init__(self) -> None:
        self.time = [1_750_000_000_000]
        self.books = domestic_books(self.time)
        self.report = Domestic(self.books.ledger)
        self.paid: list[tuple[int, str, str, int]] = []
        self.holds: list[int] = []
        self.closed: dict[tuple[str, str], int] = {}

    def pay(self, bank: str, currency: str, units: int) -> None:
        money = {"amount": Money(currency, units)}
        row = self.books.run("pay", {**ends(bank), "payer": "casa:u", "payee": "susp_in"}, money)
        self.paid.append((row, bank, currency, units))

    def back(self, *_: object) -> None:
        if self.paid:
            row, payer, currency, most = self.paid.pop()
            money = {"amount": Money(currency, 1 + most // 2)}
            who = {**ends(payer), "payer": "casa:u", "payee": "susp_in"}
            self.books.run("refund", who, money, reference=row)

    def credit(self, bank: str, currency: str, units: int) -> None:
        money = {"amount": Money(currency, units)}
        self.books.run("credit", {"bank": bank, "account": "casa:m"}, money)

    def issue(self, bank: str, currency: str, units: int) -> None:
        for flow in ("reserve", "issue"):
            self.books.run(flow, {"bank": bank}, {"amount": Money(currency, units)})

    def redeem(self, bank: str, currency: str, units: int) -> None:
        self.books.run("redeem", {"bank": bank}, {"amount": Money(currency, units)})

    def hold(self, bank: str, currency: str, units: int) -> None:
        funds = self.books.account(bank, "casa:u", currency)
        self.holds.append(self.books.ledger.hold(funds, units))

    def void(self, *_: object) -> None:
        if self.holds:
            self.books.ledger.void(self.holds.pop())

    def by_hand(self, bank: str, currency: str, units: int) -> None:
        """The postings of a hop, without the leg rule."""
        other = ends(bank)["payee_bank"]
        legs = (
            ("NBC", f"bsa:{bank}", f"bsa:{other}"),
            (bank, "fxpos", "bsa"),
            (other, "bsa", "fxpos"),
            ("TOK", f"khqr@{bank}", f"khqr@{other}"),
        )
        account = self.books.account
        self.books.ledger.transact(
            [Posting(account(book, one, currency), account(book, two, currency), units)
             for book, one, two in legs]
        )  # fmt: skip

    def night(self, *_: object) -> None:
        """Check the day, and go on to the next but one or two."""
        self.closed = {row[:2]: row.closing for row in self.check()}
        self.time[0] += (1 + len(self.paid) % 3) * DAY

    def check(self) -> list[DomesticRow]:
        rows = self.report.rows(business_day(self.time[0]))
        assert len(rows) == 4
        for row in rows:
            book, currency = key = row[:2]
            assert row.opening == self.closed.get(key, 0)
            change = row.closing - row.opening
            assert row.value_in - row.value_out == change - row.issued + row.redeemed
            assert row.closing == self.books.balance(book, "bsa", currency)
            assert row.in_suspense == self.books.balance(book, "susp_in", currency)
            assert row.held == self.books.ledger.held(self.books.account(book, "casa:u", currency))
            assert sum(one.net for one in rows if one.currency == currency) == 0
        return rows


def ends(bank: str) -> dict[str, str]:
    return {"payer_bank": bank, "payee_bank": "B" if bank == "A" else "A"}


MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["pay", "back", "credit", "issue", "redeem", "hold", "void", "by_hand", "night"]
        ),
        st.sampled_from("AB"),
        st.sampled_from(["KHR", "USD"]),
        st.integers(1, 4000),
    ),
    max_size=30,
)
SHORT = {"INSUFFICIENT_FUNDS", "INSUFFICIENT_SETTLEMENT_BALANCE"}


@settings(max_examples=min(EXAMPLES, 150), deadline=None)
@given(MOVES)
def test_the_identity_of_the_domestic_report(moves: list[tuple[str, str, str, int]]) -> None:
    banks = Banks()
    for move, *what in moves:
        try:
            getattr(banks, move)(*what)
        except SettlementError as refusal:
            if refusal.name not in SHORT:
                raise
        banks.check()
    for row in banks.report.whole():
        assert row.opening == 0
        assert row.closing == banks.books.balance(row.bank, "bsa", row.currency)
        assert row.closing == row.issued - row.redeemed + row.net
    again = Domestic(banks.books.ledger)
    assert again.whole() == banks.report.whole()
    assert [again.rows(day) for day in again.days()] == [
        banks.report.rows(day) for day in banks.report.days()
    ]


def test_a_day_without_movement_opens_and_closes_alike() -> None:
    time = [1_750_000_000_000]
    books = domestic_books(time)
    report, day = Domestic(books.ledger), 20_254
    before = report.rows(day)
    assert report.rows(day - 1) == []
    for row, quiet in zip(before, report.rows(day + 7), strict=True):
        assert quiet == DomesticRow(
            row.bank, row.currency, day + 7, opening=row.closing, closing=row.closing
        )


def test_the_day_ends_at_midnight_in_phnom_penh() -> None:
    time = [17 * 3_600_000 - 1]
    books = domestic_books(time)
    who = {"payer_bank": "A", "payee_bank": "B", "payer": "casa:u", "payee": "susp_in"}
    for _ in range(2):
        books.run("pay", who, {"amount": Money("KHR", 5)})
        time[0] += 1
    report = Domestic(books.ledger)
    assert report.days() == [0, 1]
    assert [row.value_out for day in (0, 1) for row in report.rows(day)[:1]] == [5, 5]
    assert report.whole()[0].count_out == 2


def test_there_is_nothing_to_sum() -> None:
    with pytest.raises(TypeError, match="no row"):
        summed([])


# The cross-border report.


def test_a_count_may_begin_at_a_row() -> None:
    """What was before is the opening, also what was in suspense and on hold then."""
    link = example()
    ledger = link.ledger
    ledger.hold(link.books.account("A", "casa:u", "KHR"), 7)
    first = len(ledger.journal)
    before = {(row.bank, row.currency): row for row in Domestic(ledger).whole()}
    begun = Domestic(ledger, first)
    for row in begun.whole():
        then = before[row.bank, row.currency]
        assert row == DomesticRow(
            *then[:3], opening=then.closing, closing=then.closing,
            in_suspense=then.in_suspense, held=then.held,
        )  # fmt: skip
    assert {row.held for row in begun.whole() if row[:2] == ("A", "KHR")} == {7}
    link.day("2025-06-20 09:00")
    link.books.run("issue", {"bank": "A"}, {"amount": Money("KHR", 40)})
    (grown,) = (row for row in begun.whole() if row[:2] == ("A", "KHR"))
    assert (grown.issued, grown.closing - grown.opening, grown.day) == (40, 40, 20_259)
    assert begun.whole() == Domestic(ledger, first).whole()
    assert Domestic(ledger, len(ledger.journal) + 1).whole() == Domestic(ledger).whole()


@pytest.mark.parametrize("first", [-1, "0", 1.0, None, True])
def test_a_count_begins_at_a_row_that_is_one(first: Any) -> None:
    with pytest.raises(TypeError, match="a row is known by an int from 0 on"):
        Domestic(example().ledger, first)


def test_the_cross_border_report_of_the_example() -> None:
    link = example()
    link.day("2025-06-16 00:00")
    link.due()
    rows = [row for row in cross_border(link.clearing) if row.batch.endswith("15")]
    assert [row[1:] for row in rows] == [
        ("ACQ", "USD", 1, 1980, 0, 0, 0, 1980, "2025-06-17", "cleared", ""),
        ("MPP", "USD", 1, -990, 1, 500, -10, -500, "2025-06-17", "cleared", ""),
        ("S", "USD", 2, -990, 1, -500, -20, -1510, "2025-06-17", "cleared", ""),
        ("ALP", "USD", 2, 0, 1, 0, 30, 30, "2025-06-17", "cleared", ""),
    ]
    link.clearing.dispute("alipayplus-20250615", "see item 7")
    assert {row[10:] for row in cross_border(link.clearing)[:4]} == {("disputed", "see item 7")}


def test_every_column_of_a_batch_sums_to_zero() -> None:
    link = example()
    for clearing in link.clearings:
        for column in ("paid", "refunded", "fees", "net"):
            assert sum(getattr(row, column) for row in cross_border(clearing)) == 0
        for row in cross_border(clearing):
            assert row.paid + row.refunded + row.fees == row.net


# The mirror.


def test_the_mirror_shows_which_book_differs() -> None:
    link = example()
    assert len(mirrors(link.ledger)) == 21
    assert {one.difference for one in mirrors(link.ledger)} == {0}
    books = link.books
    link.ledger.post(books.account("S", "fxpos", "USD"), books.account("S", "due_to:ALP", "USD"), 7)
    wrong = [one for one in mirrors(link.ledger) if one.difference]
    assert wrong == [Mirror("ALP", "due_from:S", "S", "due_to:ALP", "USD", 2500, 2507)]
    assert wrong[0].difference == -7


# Files.

EDGE = "transactionItems_S_USD_alipayplus-20250615_DEMO1_001.csv"


def test_the_items_of_the_example() -> None:
    link = example()
    link.day("2025-06-15 16:00")
    link.due()
    (file,) = item_files(link.clearing, "alipayplus-20250615", "S", agreement="DEMO1")
    assert str(file.name) == EDGE
    items = read_items(EDGE, file.lines)
    assert items == items_of(link.clearing, "alipayplus-20250615", "S")
    assert [one[1:] for one in items] == [
        ("PAYMENT", 1_750_000_000_000, "USD", 990, 0, 990),
        ("PAYMENT", 1_750_000_000_000, "USD", -1980, -20, -2000),
        ("REFUND", 1_750_000_000_000, "USD", -500, 0, -500),
    ]
    row = link.originals["F8a"]
    assert items[0].hash == link.ledger.journal.row_hash(row)
    position = link.clearing.positions("alipayplus-20250615")[2]
    assert sum(one.net for one in items) == position.net == -1510


def test_the_settlement_file_of_the_example() -> None:
    link = example()
    link.day("2025-06-16 16:00")
    empty = settlement_file(link.clearing, "2025-06-17", "S", agreement="DEMO1")
    assert str(empty.name) == "settlement_S_USD_alipayplus-20250617_DEMO1_001.csv"
    assert len(empty.lines) == 1
    link.due()
    file = settlement_file(link.clearing, 20_256, "S", agreement="DEMO1")
    assert read_settlement(str(file.name), file.lines) == [
        SettledBatch("alipayplus-20250615", 20_256, "USD", 2, -990, 1, -500, -20, -1510)
    ]
    assert "rate" not in file.lines[0]
    with pytest.raises(ValueError, match="FILE_BROKEN"):
        read_items(str(file.name), file.lines)


def test_an_empty_cycle_still_yields_files() -> None:
    link = Link(ALIPAY)
    link.day("2025-06-18 00:00")
    link.due()
    (file,) = item_files(link.clearing, "alipayplus-20250615", "S", agreement="DEMO1")
    assert read_items(str(file.name), file.lines) == []
    settled = settlement_file(link.clearing, "2025-06-17", "S", agreement="DEMO1")
    assert read_settlement(str(settled.name), settled.lines) == []


def test_three_cycles_settle_in_one_file_after_a_weekend() -> None:
    link = Link(Terms(name="alipayplus", sponsor="S", partner="ALP", currency="USD", hours_east=8))
    for day in ("2025-06-20 01:00", "2025-06-21 01:00", "2025-06-22 01:00"):
        link.day(day)
        link.inbound("MPP", 100)
    link.day("2025-06-23 01:00")
    link.due()
    file = settlement_file(link.clearing, "2025-06-23", "S", agreement="DEMO1")
    rows = read_settlement(str(file.name), file.lines)
    assert [row.batch[-2:] for row in rows] == ["20", "21", "22"]
    assert {row.net for row in rows} == {100}


def test_many_items_are_several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "ITEMS_IN_A_FILE", 2)
    link = Link(ALIPAY)
    for cents in range(1, 6):
        link.inbound("MPP", cents)
    link.day("2025-06-15 16:00")
    link.due()
    files = list(item_files(link.clearing, "alipayplus-20250615", "S", agreement="DEMO1"))
    assert [file.name.sequence for file in files] == [1, 2, 3]
    read = [item for file in files for item in read_items(str(file.name), file.lines)]
    assert [item.net for item in read] == [1, 2, 3, 4, 5]


def test_riel_has_two_decimals_at_the_edge() -> None:
    terms = Terms(name="riel", sponsor="S", partner="ALP", currency="KHR", hours_east=8)
    link = Link(terms)
    link.books.run(
        "refund.inbound",
        {"hub": "ALP", "sponsor": "S", "wallet": "MPP", "payer": "wallet:p", "payee_bank": "A",
         "payee": "casa:u"},
        {"returned": Money("KHR", 41), "owed": Money("KHR", 41), "credited": Money("CNY", 1)},
    )  # fmt: skip
    link.day("2025-06-15 16:00")
    link.due()
    (file,) = item_files(link.clearing, "riel-20250615", "MPP", agreement="DEMO1")
    assert file.lines[1].endswith(",KHR,4100,0,4100\n")
    assert read_items(str(file.name), file.lines)[0].net == 41
    wrong = file.lines[1].replace("4100", "4150")
    message = refused("FILE_BROKEN", lambda: read_items(str(file.name), [file.lines[0], wrong]))
    assert message == "line 2, column amount: 4150 KHR is not divisible by 100"


def test_files_that_cannot_be_made() -> None:
    link = Link(ALIPAY)

    def make(agreement: str) -> None:
        list(item_files(link.clearing, "alipayplus-20250615", "S", agreement=agreement))

    refused("BATCH_NOT_DUE", lambda: make("DEMO1"))
    link.day("2025-06-15 16:00")
    link.due()
    with pytest.raises(TypeError, match="not None"):
        make(None)  # type: ignore[arg-type] # what is refused
    refused("FILE_BROKEN", lambda: make("DEMO_1"))
    refused("FILE_BROKEN", lambda: make("../../etc"))
    refused("NOT_FOUND", lambda: list(item_files(link.clearing, "x", "S", agreement="A")))
    refused("DATE_INVALID", lambda: settlement_file(link.clearing, "soon", "S", agreement="A"))


NAMES = st.builds(
    FileName,
    st.sampled_from(["transactionItems", "settlement"]),
    st.from_regex(r"[A-Za-z0-9]{1,16}", fullmatch=True),
    st.from_regex("[A-Z]{3}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9.\-]{1,64}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9.\-]{1,64}", fullmatch=True),
    st.integers(1, 999_999),
)


@settings(max_examples=min(EXAMPLES, 200))
@given(NAMES)
def test_names_read_back(name: FileName) -> None:
    assert FileName.read(str(name)) == name


@settings(max_examples=min(EXAMPLES, 500))
@given(st.text())
def test_other_names_do_not(text: str) -> None:
    refused("FILE_BROKEN", lambda: FileName.read(text))


AMOUNTS = st.integers(-(10**18), 10**18)
ITEMS = st.builds(
    lambda known, kind, time, amount, fee: Item(
        known, kind, time, "USD", amount, fee, amount + fee
    ),
    st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    st.sampled_from(["PAYMENT", "REFUND"]),
    st.integers(0, 2**54),
    AMOUNTS,
    AMOUNTS,
)


@settings(max_examples=min(EXAMPLES, 100))
@given(st.lists(ITEMS, max_size=5))
def test_items_read_back(items: list[Item]) -> None:
    file = files_module._file(FileName.read(EDGE), ITEM_COLUMNS, items)
    assert read_items(EDGE, file.lines) == items


HEAD = "item_hash,item_type,time,currency,amount,fee,net"
GOOD = f"{'a' * 64},PAYMENT,1750000000000,USD,990,0,990"
BROKEN: dict[str, tuple[list[str], str]] = {
    "empty": ([], "line 1: the file is empty"),
    "heading": ([GOOD], "line 1: the heading is item_hash"),
    "short": ([HEAD, GOOD[:-4]], "line 2: 6 cells, the heading has 7"),
    "long": ([HEAD, GOOD + ",5"], "line 2: 8 cells, the heading has 7"),
    "hash": ([HEAD, GOOD.replace("a", "A", 1)], "line 2, column item_hash: "),
    "kind": ([HEAD, GOOD.replace("PAYMENT", "=cmd()")], "line 2, column item_type: "),
    "time": ([HEAD, GOOD.replace("1750000000000", "1e12")], "line 2, column time: "),
    "currency": ([HEAD, GOOD.replace("USD", "KHR")], "column currency: KHR, the file is in USD"),
    "sum": ([HEAD, GOOD, GOOD[:-3] + "991"], "line 3, column net: it is not amount and fee"),
    "float": ([HEAD, GOOD.replace("990", "9.90")], "line 2, column amount: "),
    "zero": ([HEAD, GOOD.replace(",0,", ",-0,")], "line 2, column fee: "),
    "digits": ([HEAD, GOOD.replace(",0,", ",٠,")], "line 2, column fee: "),
    "huge": ([HEAD, GOOD.replace(",0,", f",{'9' * 99},")], "line 2, column fee: "),
    "endless": ([HEAD, "9" * 5000], "line 2: a line has at most 4096 characters"),
    "quote": ([HEAD, '"' + GOOD, GOOD + '"'], "line 2: unexpected end of data; a record is one"),
    "null": ([HEAD, GOOD + "\0"], "line 2"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_files_that_are_broken(case: str) -> None:
    lines, expected = BROKEN[case]
    assert expected in refused("FILE_BROKEN", lambda: read_items(EDGE, lines))


def test_a_settlement_file_that_does_not_add_up() -> None:
    name = "settlement_S_USD_alipayplus-20250617_DEMO1_001.csv"
    head = "clearing_batch,value_date,currency,payments,paid,refunds,refunded,fees,net"
    line = "alipayplus-20250615,2025-06-17,USD,2,-990,1,-500,-20,-1511"
    message = refused("FILE_BROKEN", lambda: read_settlement(name, [head, line]))
    assert message == "line 2, column net: it is not paid, refunded and fees added up"
    wrong = line.replace("06-17", "06-31").replace("1511", "1510")
    message = refused("FILE_BROKEN", lambda: read_settlement(name, [head, wrong]))
    assert "column value_date" in message


def test_a_file_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_module, "MOST_LINES", 3)

    def endless() -> Iterable[str]:
        yield HEAD
        while True:
            yield GOOD

    assert refused("FILE_BROKEN", lambda: read_items(EDGE, endless())).startswith("line 4")


def test_what_is_no_file() -> None:
    with pytest.raises(TypeError, match="open the file as text"):
        list(read_cells([b"a,b"]))  # type: ignore[list-item] # what is refused
    with pytest.raises(TypeError, match="not as one text"):
        list(read_cells("a,b"))


@settings(max_examples=min(EXAMPLES, 500))
@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\r\n\0"), max_size=9),
                         min_size=1, max_size=4), max_size=4))  # fmt: skip
def test_cells_read_back(rows: list[list[str]]) -> None:
    read = [cells for _, cells in read_cells(written([["heading"], *rows]))]
    assert read[1:] == rows


@settings(max_examples=min(EXAMPLES, 500))
@given(st.lists(st.text(max_size=40), max_size=5))
def test_lines_of_anything_are_refused(lines: list[str]) -> None:
    if any(line.rstrip("\r\n") for line in lines):
        refused("FILE_BROKEN", lambda: read_items(EDGE, [HEAD, *lines]))
    else:
        assert read_items(EDGE, [HEAD, *lines]) == []
