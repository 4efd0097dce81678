"""The figures of a run, and the page that shows them: what is counted, and that it adds up."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from khqr.errors import KhqrError, MissingDependency
from khqr.model import moment_at
from khqr.settlement import Audit, Invariant, Ledger, Money, SettlementError, Simulation
from khqr.settlement.clearing import Clearing, CrossBorderRow, cross_border
from khqr.settlement.ledger.rows import Kind
from khqr.settlement.links import CrossState, Direction, PartnerAnswer
from khqr.settlement.payments.limits import DAY, business_day, day_starts
from khqr.settlement.report import (
    BankRow,
    Figures,
    InvariantRow,
    VolumeRow,
    figures_of,
    html,
)
from khqr.settlement.report import page as page_module
from khqr.settlement.report.charts import both_ways
from khqr.settlement.report.counting import banks_of
from khqr.settlement.report.drawing import drawn
from khqr.settlement.report.stretches import stretches
from khqr.settlement.report.words import amount_text, clock_text, day_text, shown
from links_world import World
from material import EXAMPLES
from report_material import START, Run, half_year, of_everything

EVERYTHING = of_everything()
FIGURES = figures_of(EVERYTHING.sim, first=EVERYTHING.first, title="A <b>small</b> run")
NOTHING = half_year(0, 0, title="Nothing")


# What is counted.


def test_a_bank_row_adds_up_and_ends_where_the_ledger_does() -> None:
    for figures in (FIGURES, figures_of(EVERYTHING.sim)):
        assert [(row.bank, row.currency) for row in figures.banks] == [
            ("deva", "KHR"), ("deva", "USD"), ("devb", "KHR"), ("devb", "USD"),
        ]  # fmt: skip
        for row in figures.banks:
            assert row.opening + row.issued - row.redeemed + row.net == row.closing
            assert row.closing == EVERYTHING.sim.books.balance(row.bank, "bsa", row.currency)
        for currency in ("KHR", "USD"):
            assert sum(row.net for row in figures.banks if row.currency == currency) == 0


def test_the_rows_of_the_banks_by_hand() -> None:
    deva, deva_usd, devb, _ = FIGURES.banks
    sent = 4_100 * 15 + 9_000 + 50_000
    assert (deva.opening, deva.issued) == (10_000_000, 0)
    assert (deva.count_out, deva.value_out) == (7, sent)
    assert (deva.count_in, deva.value_in) == (1, 4_000)
    assert (devb.count_in, devb.value_in, devb.count_out) == (7, sent, 1)
    assert (deva_usd.value_out, deva_usd.count_out) == (1_250, 1)
    assert (deva.held, devb.held) == (1_234, 0)
    assert (deva.in_suspense, devb.in_suspense) == (0, 50_000)
    from_nothing = figures_of(EVERYTHING.sim).banks[0]
    assert (from_nothing.opening, from_nothing.issued) == (0, 10_000_000)


def test_redeemed_tokens_are_no_payment() -> None:
    run = Run()
    run.sim.books.run("redeem", {"bank": "deva"}, {"amount": Money("KHR", 300)})
    row = figures_of(run.sim, first=run.first).banks[0]
    assert (row.redeemed, row.value_out, row.closing) == (300, 0, 10_000_000 - 300)


def test_states_and_refusals() -> None:
    assert FIGURES.states == {
        "acknowledged": 7, "held": 1, "partially refunded": 1, "received": 1, "rejected": 2,
    }  # fmt: skip
    assert FIGURES.refusals == {"INSUFFICIENT_FUNDS": 2}
    assert FIGURES.rows == len(EVERYTHING.sim.ledger.journal)
    assert FIGURES.chain == EVERYTHING.sim.ledger.chain
    late = figures_of(EVERYTHING.sim, first=FIGURES.rows)
    assert (late.states, late.refusals, late.volume) == ({}, {}, ())
    assert all(row.opening == row.closing for row in late.banks)


def test_volume_is_what_the_payments_say() -> None:
    hours: dict[tuple[int, str], list[int]] = defaultdict(list)
    for payment in EVERYTHING.sim.payments.values():
        if payment.committed_at is not None and payment.money is not None:
            hour = moment_at(payment.committed_at).replace(minute=0, second=0, microsecond=0)
            key = int(hour.timestamp()) * 1000, payment.money.currency
            hours[key].append(payment.money.units)
    rows = {(row.start, row.currency): (row.payments, row.value) for row in FIGURES.volume}
    assert rows == {key: (len(units), sum(units)) for key, units in hours.items()}
    assert list(FIGURES.volume) == sorted(FIGURES.volume)


def test_a_long_run_is_counted_by_days() -> None:
    run = Run()
    for _ in range(3):
        run.wallet("sokha@devb", 100)
        run.now += 6 * DAY
    volume = figures_of(run.sim).volume
    assert [row.start for row in volume] == [
        day_starts(business_day(START) + days) for days in (0, 6, 12)
    ]


def test_balances_are_sums_of_accounts() -> None:
    ledger = EVERYTHING.sim.ledger
    assert sum(FIGURES.balances.values()) == sum(
        ledger.balance(number) for number in range(len(ledger.state.accounts))
    )
    assert FIGURES.balances["devb", "wallet", "KHR"] == sum(
        ledger.balance(number)
        for number, account in enumerate(ledger.state.accounts.rows)
        if account.book == "devb" and account.name.startswith("wallet:") and "KHR" in account
    )
    assert FIGURES.balances["TOK", "holder", "KHR"] == FIGURES.balances["NBC", "bsa", "KHR"]


def test_a_broken_invariant_is_counted() -> None:
    assert all(row.broken == 0 for row in FIGURES.invariants)
    assert [row.name for row in FIGURES.invariants][:3] == ["I1", "I2", "I3"]
    run = Run()
    bad = Invariant("X1", "never", lambda _: iter(["one", "two"]))
    good = Invariant("X2", "always", lambda _: iter(()))
    figures = figures_of(run.sim, audit=Audit(run.sim.ledger, [bad, good]))
    assert figures.invariants == (InvariantRow("X1", "never", 2), InvariantRow("X2", "always", 0))
    page = html(figures)
    assert "1 of 2 invariants broken" in page
    assert page.count('<td class="number below whole">') == 2  # of the invariant, and the total


# What went over links.


def over_links() -> tuple[World, Clearing]:
    """Payments in and out, with every end that one can have, a refund and a cancel among them."""
    world = World()
    clearing = Clearing(world.sim.books, world.links.terms["alipayplus"])
    world.pay_in(world.shop("41000"))
    refunded = world.pay_in(world.shop("8200", bill_number="2"))
    world.links.refund(refunded.id, 4_100)
    world.time += 3_600_000
    world.pay_out(world.order())
    for answers in (["U"], ["F"], ["U", "S"]):
        world.answers += [PartnerAnswer(answer) for answer in answers]
        text = f"https://qr.example.com/2810000412345678901200{len(answers)}{answers[0]}"
        paid = world.pay_out(world.order(text=text.replace("U", "7").replace("F", "8")))
        if len(answers) == 2:
            assert world.links.cancel(paid.id).state is CrossState.CANCELLED
    world.answers.append(PartnerAnswer.FAILURE)
    world.pay_in(world.shop("500", bill_number="3"))
    return world, clearing


def test_what_crossed_is_counted_once() -> None:
    world, clearing = over_links()
    figures = figures_of(world.sim, clearings=[clearing])
    hours: dict[tuple[int, str], list[int]] = defaultdict(list)
    hour = START // 3_600_000 * 3_600_000
    for payment in world.links.payments.values():
        went, time = payment.direction is Direction.OUTBOUND, payment.committed_at
        money = payment.debited if went else payment.money
        if went:
            assert payment.hop is not None
            time = world.sim.ledger.journal.row(payment.hop).time
        if time is not None:
            assert money is not None
            hours[hour + (time - hour) // 3_600_000 * 3_600_000, money.currency].append(money.units)
    assert {(row.start, row.currency): (row.payments, row.value) for row in figures.volume} == {
        key: (len(units), sum(units)) for key, units in hours.items()
    }
    assert sum(row.payments for row in figures.volume) == 2 + 4
    assert figures.states == {
        "acknowledged": 1, "cancelled": 1, "committed": 1, "failed": 2, "partially refunded": 1,
        "unknown": 1,
    }  # fmt: skip
    assert sum(figures.states.values()) == len(world.links.payments)
    late = figures_of(world.sim, first=figures.rows, clearings=[clearing])
    assert (late.volume, late.states, late.links) == ((), {}, figures.links)


def test_the_rows_of_links_are_those_of_clearing() -> None:
    world, clearing = over_links()
    figures = figures_of(world.sim, clearings=[clearing])
    assert figures.links == tuple(cross_border(clearing))
    days = [list(rows) for _, rows in groupby(figures.links, lambda row: row.batch)]
    assert [[row.party for row in rows] for rows in days] == [
        ["MPP", "S", "ALP"], ["ACQ", "S", "ALP"],
    ]  # fmt: skip
    for rows in days:
        for name in ("paid", "refunded", "fees", "net"):
            assert sum(getattr(row, name) for row in rows) == 0
    assert all(row.paid + row.refunded + row.fees == row.net for row in figures.links)
    assert (days[0][0].payments, days[0][0].refunds) == (2, 1)
    sheets = {sheet.caption: sheet for sheet in SHEETS(html(figures))}
    made = sheets["Net positions of links in USD"]
    made.check()
    assert [row[1] for row in made.rows] == ["MPP", "S", "ALP", "ACQ", "S", "ALP"]
    assert made.total[-1] == "0.00"
    assert figures_of(world.sim).links == ()


def test_links_and_clearing_are_audited() -> None:
    world, clearing = over_links()
    rows = figures_of(world.sim, clearings=[clearing]).invariants
    names = [row.name for row in rows]
    assert names == [rule.name for rule in world.links.audit().invariants] + ["I15", "I17"]
    assert "I15" not in {row.name for row in figures_of(world.sim).invariants}
    assert not any(row.broken for row in rows)
    waits = next(one for one in world.links.payments.values() if one.state is CrossState.UNKNOWN)
    world.sim.ledger.post(
        world.sim.ledger.find("S", f"out_hold:{waits.held_as}", "KHR"),
        world.sim.ledger.find("S", "fxpos", "KHR"),
        5,
    )
    rows = figures_of(world.sim, clearings=[clearing]).invariants
    found = [(row.name, row.statement.partition(" ")[0]) for row in rows if row.broken]
    assert ("I9", "money") in found
    assert ("I9", "a") not in found  # the ledger's own check of that name


def test_clearings_that_are_none() -> None:
    world, clearing = over_links()
    with pytest.raises(TypeError, match="a link is cleared by a Clearing, not str"):
        figures_of(world.sim, clearings=["alipayplus"])  # type: ignore[list-item] # the refusal is the test
    with pytest.raises(SettlementError, match="ACCOUNT_DIFFERS: alipayplus is cleared in other"):
        figures_of(Run().sim, clearings=[clearing])
    again = Clearing(world.sim.books, clearing.terms)
    with pytest.raises(SettlementError, match="ACCOUNT_DIFFERS: alipayplus is cleared 2 times"):
        figures_of(world.sim, clearings=[clearing, again])


def slow_banks(ledger: Ledger, first: int) -> list[dict[str, int | str]]:
    """Count as somebody would who has only the banks' own books."""
    found = []
    for number, account in enumerate(ledger.state.accounts.rows):
        if account.name != "bsa":
            continue
        sums: dict[str, int] = defaultdict(int)
        for row in ledger.journal.rows():
            for debit, credit in ledger.state.pairs(row):
                for one, other, way in ((debit, credit, "in"), (credit, debit, "out")):
                    if one != number:
                        continue
                    if row.number < first:
                        sums["opening"] += row.amount if way == "in" else -row.amount
                    elif ledger.account(other).name == "nbc_current":
                        sums["issued" if way == "in" else "redeemed"] += row.amount
                    else:
                        sums[f"value_{way}"] += row.amount
                        sums[f"count_{way}"] += 1
        names = ("opening", "issued", "redeemed", "count_in", "value_in", "count_out", "value_out")
        found.append(
            {"bank": account.book, "currency": account.currency}
            | {name: sums[name] for name in names}
            | {"closing": ledger.balance(number)}
        )
    return sorted(found, key=lambda one: (one["bank"], one["currency"]))


def test_the_banks_are_what_their_own_books_say() -> None:
    ledgers = (EVERYTHING.sim.ledger, over_links()[0].sim.ledger)
    for ledger in ledgers:
        starts = [row.number + 1 for row in ledger.journal.rows() if not row.continued]
        for first in (0, *starts[::5], starts[-1]):
            rows = banks_of(ledger, first)
            assert [
                {name: getattr(row, name) for name in BankRow._fields[:10]} for row in rows
            ] == slow_banks(ledger, first)
            for row in rows:
                assert row.opening + row.issued - row.redeemed + row.net == row.closing


def test_what_figures_of_refuses() -> None:
    simulation = Simulation(["deva"], clock=lambda: 0, ids=str)
    for first in (-1, 1):
        with pytest.raises(SettlementError, match=f"NOT_FOUND: the journal has no row {first}"):
            figures_of(simulation, first=first)
    with pytest.raises(TypeError, match="a row is known by an int, not str"):
        figures_of(simulation, first="1")  # type: ignore[arg-type] # the refusal is the test


@settings(max_examples=min(EXAMPLES, 8), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["sokha@devb", "kiosk@deva", "bill", "refund", "nobody@devb"]),
            st.integers(1, 400_000),
            st.sampled_from(["KHR", "USD"]),
            st.integers(0, 3 * DAY),
        ),
        max_size=12,
    )
)
def test_any_run_adds_up(calls: list[tuple[str, int, str, int]]) -> None:
    run = Run()
    for what, units, currency, wait in calls:
        run.now += wait
        paid = [key for key, one in run.sim.payments.items() if one.row is not None]
        if what == "bill":
            run.bill(units, f"INV-{run.now}")
        elif what == "refund" and paid:
            try:
                run.sim.refund(paid[units % len(paid)])
            except SettlementError as refusal:
                assert refusal.name in {"REFUND_EXCEEDS_ORIGINAL", "INSUFFICIENT_FUNDS"}  # noqa: PT017 - most are carried out
        elif what != "refund":
            run.wallet(what, units if currency == "KHR" else f"0.{units % 99 + 1:02d}", currency)
    figures = figures_of(run.sim, first=run.first)
    for row in figures.banks:
        assert row.opening + row.issued - row.redeemed + row.net == row.closing
        assert row.closing == figures.balances[row.bank, "bsa", row.currency]
    settled = [one for one in run.sim.payments.values() if one.committed_at is not None]
    assert sum(row.payments for row in figures.volume) == len(settled)
    assert sum(figures.states.values()) == len(run.sim.payments)
    refusals = [row for row in run.sim.ledger.journal.rows() if row.kind is Kind.REFUSE]
    assert sum(figures.refusals.values()) == len(refusals)
    for made in SHEETS(html(figures)):
        made.check()


# Words, and stretches of time.


@settings(max_examples=min(EXAMPLES, 300))
@given(st.integers(-(10**14), 2 * 10**14))
@example(0)
@example(-1)
def test_days_are_those_of_the_calendar(time: int) -> None:
    days = business_day(time)
    year, month, day = (int(part) for part in day_text(time).rsplit("-", 2))
    assert clock_text(time).startswith(day_text(time) + " ")
    # an independent count: days before the year, the month, the day
    leaps = (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = [31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert 1 <= day <= lengths[month - 1]
    assert 365 * (year - 1) + leaps + sum(lengths[: month - 1]) + day - 719_163 == days


def test_words() -> None:
    assert amount_text(-5, "USD") == "-0.05"
    assert amount_text(49_200_000_000_000, "KHR") == "49,200,000,000,000"
    assert clock_text(day_starts(20_000) - 1)[-5:] == "23:59"
    assert shown("x" * 100) == "x" * 79 + "…"
    assert shown("a\x1b\ud800ខ្មែរ")[:14] == "a\\u001b\\ud800ខ"[:14]


@settings(max_examples=min(EXAMPLES, 300))
@given(
    st.lists(st.tuples(st.integers(-(10**10), 10**13), st.integers(0, 9), st.integers(0, 999)),
             max_size=30),
    st.integers(1, 200),
)  # fmt: skip
@example([(10**17, 1, 1), (-(10**17), 1, 1)], 5)
def test_stretches_lose_nothing(rows: list[tuple[int, int, int]], most: int) -> None:
    volume = [VolumeRow(start, "KHR", payments, value) for start, payments, value in rows]
    made = stretches(volume, most)
    assert len(made) <= most
    assert sum(one.payments for one in made) == sum(row.payments for row in volume)
    assert sum(one.value for one in made) == sum(row.value for row in volume)
    for one, two in pairwise(made):
        assert one.end == two.start
        assert two.end - two.start == one.end - one.start
    for row in volume:
        assert sum(one.start <= row.start < one.end for one in made) == 1


def test_a_single_stretch_is_a_day_or_an_hour() -> None:
    for start, width in ((day_starts(20_000), DAY), (day_starts(20_000) + 3_600_000, 3_600_000)):
        (one,) = stretches([VolumeRow(start, "KHR", 1, 1)], 9)
        assert (one.start, one.end - one.start) == (start, width)


# The page.


class Sheet:
    """A table of the page, as texts."""

    def __init__(self) -> None:
        self.caption = ""
        self.heads: list[str] = []
        self.rows: list[list[str]] = []
        self.total: list[str] = []

    def check(self) -> None:
        """Add up what is shown, column by column."""
        numeric = 0
        for place in range(1, len(self.heads)):
            cells = [row[place] for row in self.rows]
            if not self.total or not self.total[place]:
                continue
            numeric += 1
            assert number(self.total[place]) == sum(map(number, cells)), (self.caption, place)
        assert numeric or not self.total


def number(text: str) -> int:
    """Return a count or an amount as a whole number, of minor units where it has decimals."""
    assert re.fullmatch(r"(-?\d{1,3}(,\d{3})*(\.\d\d)?)?", text, re.ASCII), text
    return int(text.replace(",", "").replace(".", "") or 0)


class Reader(HTMLParser):
    """What a page is made of, and its tables."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.sheets: list[Sheet] = []
        self._part = ""
        self._row: list[str] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag == "table":
            self.sheets.append(Sheet())
        elif tag in {"thead", "tbody", "tfoot", "caption"}:
            self._part = tag
        if tag in {"th", "td", "caption"}:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"th", "td"}:
            self._row.append("".join(self._cell or []))
        elif tag == "caption":
            self.sheets[-1].caption = "".join(self._cell or [])
        elif tag == "tr":
            sheet, row = self.sheets[-1], self._row
            self._row = []
            if self._part == "thead":
                sheet.heads = row
            elif self._part == "tbody":
                sheet.rows.append(row)
            else:
                sheet.total = row
        if tag in {"th", "td", "caption"}:
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def SHEETS(text: str) -> list[Sheet]:  # noqa: N802 - reads as the name of what it gives
    reader = Reader()
    reader.feed(text)
    return reader.sheets


TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "span", "a",
    "ul", "li", "div", "dl", "dt", "dd", "nav", "section", "figure", "footer", "table", "caption",
    "thead", "tbody", "tfoot", "tr", "th", "td", "wbr", "svg", "g", "path", "line", "rect", "text",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "aria-label", "role",
    "aria-labelledby", "tabindex", "scope", "width", "height", "viewbox", "transform", "d", "x",
    "y", "x2", "y2", "fill", "stroke", "stroke-width", "stroke-miterlimit", "stroke-opacity",
    "text-anchor", "font-size", "font-weight", "opacity", "display", "fill-opacity",
}  # fmt: skip

PAGES = {
    "everything": FIGURES,
    "nothing": NOTHING,
    "one bank": half_year(1, 1, title="One bank"),
    "half a year": half_year(),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_table_adds_up(name: str) -> None:
    sheets = SHEETS(html(PAGES[name]))
    for sheet in sheets:
        sheet.check()
    assert (len(sheets) > 8) is (name != "nothing")


def test_the_tables_have_the_figures() -> None:
    sheets = {sheet.caption: sheet for sheet in SHEETS(html(FIGURES))}
    deva = FIGURES.banks[0]
    positions, account = (
        sheets[f"{name} in KHR"] for name in ("Gross and net positions", "Settlement accounts")
    )
    assert positions.heads == [
        "Bank", "Payments in", "Value in", "Payments out", "Value out", "Net",
    ]  # fmt: skip
    assert positions.rows[0] == ["deva", "1", "4,000", "7", "120,500", "-116,500"]
    assert account.rows[0][:2] == ["deva", "10,000,000"]
    for row in account.rows:
        opening, issued, redeemed, net, closing = map(number, row[1:6])
        assert opening + issued - redeemed + net == closing
    assert deva.net == -116_500
    assert sheets["Settled payments in USD"].rows[0][1:] == ["1", "12.50"]
    assert sheets["States"].rows[0] == ["acknowledged", "7"]
    assert sheets["Refusals"].rows == [
        ["INSUFFICIENT_FUNDS", "the payer's available balance is too small", "2"]
    ]
    assert sheets["Invariants"].total[-1] == "0"
    books = sheets["Banks and partners in KHR"]
    assert dict(zip(books.heads, books.rows[1], strict=True))["wallet"] == (
        amount_text(FIGURES.balances["devb", "wallet", "KHR"], "KHR")
    )


def test_volume_of_charts_and_tables_is_the_same() -> None:
    figures = half_year()
    sheets = {sheet.caption: sheet for sheet in SHEETS(html(figures))}
    for currency in ("KHR", "USD"):
        rows = [row for row in figures.volume if row.currency == currency]
        total = sheets[f"Settled payments in {currency}"].total
        assert total[1:] == [
            format(sum(row.payments for row in rows), ","),
            amount_text(sum(row.value for row in rows), currency),
        ]
    assert len(sheets["Settled payments in KHR"].rows) == 26


def test_the_page_is_the_same_every_time() -> None:
    assert html(FIGURES) == html(FIGURES)
    assert html(figures_of(of_everything().sim, first=EVERYTHING.first, title=FIGURES.title)) == (
        html(FIGURES)
    )


HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}{% raw %}",
    "</style><script>", "<!--", "a\x00\x1b[2J\u202e\ud800", "]]>", "&lt;&#0;", "x" * 5_000,
    "'+alert(1)+'", "datum.v", "",
)  # fmt: skip
texts = st.sampled_from(HOSTILE) | st.text(max_size=30) | st.text("<>&\"'{}%/=-:a0123", max_size=30)
amounts = st.integers(0, 2**200) | st.integers(0, 10**6)
signed = st.integers(-(2**200), 2**200)


@st.composite
def any_figures(draw: st.DrawFn) -> Figures:
    currencies = st.sampled_from(["KHR", "USD", "CNY", "VND"])
    times = st.integers(-(2**60), 2**60) | st.integers(START, START + 400 * DAY)
    small = st.integers(0, 4)

    def some(one: st.SearchStrategy[Any]) -> tuple[Any, ...]:
        return tuple(draw(one) for _ in range(draw(small)))

    return Figures(
        title=draw(texts),
        volume=some(st.builds(VolumeRow, times, currencies, amounts, amounts)),
        banks=some(st.builds(BankRow, texts, currencies, *[signed] * 10)),
        links=some(
            st.builds(
                CrossBorderRow, texts, texts, currencies, *[signed] * 6, *[texts] * 3
            )
        ),
        states=draw(st.dictionaries(texts, amounts, max_size=4)),
        refusals=draw(st.dictionaries(texts, amounts, max_size=4)),
        balances=draw(
            st.dictionaries(st.tuples(texts | st.just("TOK"), texts | st.just("casa"), currencies),
                            signed, max_size=6)
        ),
        invariants=some(st.builds(InvariantRow, texts, texts, st.integers(0, 3))),
        chain=draw(texts),
        rows=draw(amounts),
    )  # fmt: skip


@settings(max_examples=min(EXAMPLES, 15), deadline=None)
@given(any_figures())
def test_whatever_the_figures_are_the_page_is_harmless_and_adds_up(figures: Figures) -> None:
    text = html(figures)
    reader = Reader()
    reader.feed(text)
    assert reader.tags <= TAGS
    assert reader.attributes <= ATTRIBUTES
    assert all(link.startswith("#") and link[1:] in reader.ids for link in reader.links)
    assert len(reader.ids) == len(set(reader.ids))
    assert "url(" not in text
    for sheet in reader.sheets:
        sheet.check()
    text.encode()


def test_names_are_texts() -> None:
    text = html(half_year(2, 1, name="<script>{}", title="</title><script>"))
    assert "<script" not in text
    assert "&lt;script&gt;0" in text


def test_a_long_run_does_not_make_a_long_page() -> None:
    short, long = half_year(14, 181), half_year(14, 700)
    assert len(html(long)) < len(html(short)) * 1.1
    crowd = html(half_year(210, 3))
    sheets = {sheet.caption: sheet for sheet in SHEETS(crowd)}
    many = sheets["Gross and net positions in KHR"]
    assert len(many.rows) == 200
    assert many.rows[-1][0] == "all others"
    assert many.total[-1] == "0"
    for sheet in sheets.values():
        sheet.check()
    assert len(crowd) < 1_000_000


def test_a_bank_that_did_nothing_is_not_shown() -> None:
    rows = (
        BankRow("deva", "KHR", 0, 0, 0, 0, 0, 0, 0, 0),
        BankRow("devb", "KHR", 5, 0, 0, 0, 0, 0, 0, 5),
    )
    sheets = {sheet.caption: sheet for sheet in SHEETS(html(replace(NOTHING, banks=rows)))}
    assert [row[0] for row in sheets["Settlement accounts in KHR"].rows] == ["devb"]


def test_links_in_a_crowd() -> None:
    rows = [
        CrossBorderRow(
            "b", f"p{n}", "USD", 1, n - 253, 2, 0, 3, n - 250, "d", "s", "late" * (n == 1)
        )
        for n in range(501)
    ] + [CrossBorderRow("empty", "ALP", "USD", 0, 0, 0, 0, 0, 0, "d", "s", "")]
    sheets = {sheet.caption: sheet for sheet in SHEETS(html(replace(NOTHING, links=tuple(rows))))}
    made = sheets["Net positions of links in USD"]
    made.check()
    assert (len(made.rows), made.total[4:]) == (
        200, ["", "-15.03", "", "0.00", "15.03", "0.00"],
    )  # fmt: skip
    assert (made.rows[0][3], made.rows[1][3]) == ("s", "s: late")
    assert "empty" not in {row[0] for row in made.rows}


def test_refusals_in_a_crowd() -> None:
    broken = tuple(InvariantRow(f"I{n}", "", n % 2) for n in range(300))
    text = html(replace(NOTHING, refusals={f"R{n}": n for n in range(301)}, invariants=broken))
    checked = next(sheet for sheet in SHEETS(text) if sheet.caption == "Invariants")
    assert (len(checked.rows), checked.rows[-1], checked.total[-1]) == (
        200, ["all others", "", "51"], "150",
    )  # fmt: skip
    assert "150 of 300 invariants broken" in text
    made = next(sheet for sheet in SHEETS(text) if sheet.caption == "Refusals")
    made.check()
    assert (len(made.rows), made.rows[0], made.total[-1]) == (200, ["R300", "", "300"], "45,150")
    assert "Refusals: 301, the most frequent is R300, 300." in text


def test_what_the_page_refuses() -> None:
    with pytest.raises(TypeError, match="a page shows Figures, not dict"):
        html({})  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(SettlementError, match="CURRENCY_NOT_SUPPORTED: 'XXX' is not one of"):
        html(replace(NOTHING, volume=(VolumeRow(0, "XXX", 1, 1),)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"volume": (VolumeRow(0, "KHR", 1, 2**300),)}, "AMOUNT_TOO_LARGE: a number of 301 bits"),
        ({"volume": (VolumeRow(2**61, "KHR", 1, 1),)}, "CLOCK_INVALID"),
        ({"volume": ((0, "KHR", 1),)}, "a row of Figures has 4 values, not 3"),
        ({"volume": (VolumeRow(0, "KHR", 1, 1.5),)}, "a number in Figures is int, not float"),  # type: ignore[arg-type] # the refusal is the test
        ({"title": None}, "a name in Figures is str, not NoneType"),
        ({"states": {"failed": 10**5000}}, "AMOUNT_TOO_LARGE"),
        ({"refusals": {5: 5}}, "a name in Figures is str, not int"),
        ({"balances": {("b", "casa", "</style>"): 1}}, "CURRENCY_NOT_SUPPORTED: '</style>'"),
        (
            {"links": (CrossBorderRow("b", "p", "EUR", 1, 1, 1, 1, 1, 1, "d", "s", ""),)},
            "CURRENCY_NOT_SUPPORTED",
        ),
    ],
)
def test_what_no_run_leads_to_is_not_shown(changes: dict[str, Any], said: str) -> None:
    with pytest.raises((SettlementError, TypeError), match=re.escape(said)):
        html(replace(NOTHING, **changes))


def test_very_many_kinds_of_account() -> None:
    balances = {("b", f"k{n}", "KHR"): 1 for n in range(500)} | {("c", "k1", "KHR"): 7}
    made = next(sheet for sheet in SHEETS(html(replace(NOTHING, balances=balances))) if sheet.total)
    made.check()
    assert (len(made.heads), made.heads[-1], made.total[-1]) == (25, "all others", "477")
    assert made.rows[1].count("") == 23


def test_without_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingDependency, match=r'vl-convert-python .* "khqr\[simulate\]"'):
        html(FIGURES)
    page_module._template.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingDependency, match=r'jinja2 .* "khqr\[cli\]"'):
        html(FIGURES)


def test_only_shapes_and_texts_come_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the drawing library ever gives more, the page is not made."""
    import vl_convert

    spec = both_ways([("deva", 1, 2)], "KHR", 340)
    bads = (
        "<script>1</script>", '<g onclick="x()"/>', '<a href="x"/>', '<g style="x"/>',
        '<path fill="url(https://example.com/x)"/>',
    )  # fmt: skip
    for bad in bads:
        answer = f'<svg xmlns="http://www.w3.org/2000/svg">{bad}</svg>'
        monkeypatch.setattr(vl_convert, "vegalite_to_svg", lambda *_, a=answer, **__: a)
        with pytest.raises(KhqrError, match="which no page takes"):
            drawn(spec, "")
