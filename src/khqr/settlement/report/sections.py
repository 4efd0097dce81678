"""What a page shows of a run, section by section: charts, and the tables that they are drawn of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ..errors import REFUSALS
from ..ledger.chart import CENTRAL_BANK, CHART, TOKEN_LEDGER
from ..payments.limits import DAY
from .charts import NARROW, Spec, bars, both_ways, over_time, stacked
from .drawing import drawn
from .figures import BankRow, Figures, LinkRow
from .stretches import Stretch, stretches
from .tables import Column, Table, folded, table
from .words import amount_text, clock_text, count_text, day_text, shown

__all__ = ["Part", "Picture", "Section", "Swatch", "sections_of"]

WIDE = 1040
"""Width of a picture of the whole page."""

MOST_POINTS, MOST_LINES, MOST_BARS = 190, 31, 30
"""Stretches of a chart, stretches of a table, bars with a name."""

_OTHERS = "all others"
_ORDER = {
    kind: place for place, kind in enumerate(dict.fromkeys(k for b in CHART.values() for k in b))
}
"""Kind of account to its place in the chart of accounts."""
_OWED = ("wallet", "casa", "susp_in", "out_hold")
_KINDS = {
    "wallet": "wallets",
    "casa": "accounts",
    "susp_in": "in suspense, not yet credited",
    "out_hold": "on the way abroad",
}
_GOOD = frozenset({"acknowledged", "committed", "received"})
_BAD = frozenset({"rejected", "failed", "expired", "unknown"})


class Swatch(NamedTuple):
    """A colour of a chart, and what it stands for."""

    colour: str
    title: str


class Picture(NamedTuple):
    """A chart twice: for a page, and for a phone."""

    wide: str
    narrow: str
    legend: tuple[Swatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a section: a heading, a chart where there is something to draw, tables."""

    title: str
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page.

    Attributes:
        key: its anchor.
        title: its heading.
        note: how it is to be read.
        parts: what is in it.
    """

    key: str
    title: str
    note: str
    parts: tuple[Part, ...]


def sections_of(figures: Figures) -> list[Section]:
    """Return the sections that have something in them."""
    made = (_volume, _banks, _links, _balances, _payments, _invariants)
    return [section for section in (make(figures) for make in made) if section.parts]


def _picture(draw: Callable[[int], Spec], label: str, *legend: Swatch) -> Picture:
    return Picture(drawn(draw(WIDE), label), drawn(draw(NARROW), label), legend)


def _day(row: Stretch) -> str:
    return day_text(row.start)


def _clock(row: Stretch) -> str:
    return clock_text(row.start)


def _volume(figures: Figures) -> Section:
    parts = []
    for currency in sorted({row.currency for row in figures.volume}):
        rows = [row for row in figures.volume if row.currency == currency]
        points, lines = stretches(rows, MOST_POINTS), stretches(rows, MOST_LINES)
        most = max(points, key=lambda point: point.value)
        label = (
            f"Settled value in {currency} from {day_text(points[0].start)} to "
            f"{day_text(points[-1].end - 1)} in {len(points)} bars; the highest is "
            f"{amount_text(most.value, currency)} from {clock_text(most.start)} on. "
            "The table below has the figures."
        )
        picture = _picture(partial(over_time, points, currency), label)
        whole_days = all((line.end - line.start) % DAY == 0 for line in lines)
        columns = (
            Column("From", _day if whole_days else _clock),
            Column("Payments", lambda row: row.payments),
            Column(f"Value in {currency}", lambda row: row.value, money=True),
        )
        made = table(f"Settled payments in {currency}", lines, columns, currency)
        parts.append(Part(currency, (picture,), (made,)))
    note = "What was settled, by the time at which the hop between the banks was posted."
    return Section("volume", "Volume", note, tuple(parts))


def _sum_of_banks(rows: Sequence[BankRow]) -> BankRow:
    sums = (sum(column) for column in zip(*(row[2:] for row in rows), strict=True))
    return BankRow(_OTHERS, rows[0].currency, *sums)


_FLOWS = (
    Column("Bank", lambda row: row.bank),
    Column("Payments in", lambda row: row.count_in),
    Column("Value in", lambda row: row.value_in, money=True),
    Column("Payments out", lambda row: row.count_out),
    Column("Value out", lambda row: row.value_out, money=True),
    Column("Net", lambda row: row.net, money=True),
)
_ACCOUNT = (
    Column("Bank", lambda row: row.bank),
    Column("Opening", lambda row: row.opening, money=True),
    Column("Issued", lambda row: row.issued, money=True),
    Column("Redeemed", lambda row: row.redeemed, money=True),
    Column("Net", lambda row: row.net, money=True),
    Column("Closing", lambda row: row.closing, money=True),
    Column("In suspense", lambda row: row.in_suspense, money=True),
    Column("On hold", lambda row: row.held, money=True),
)


def _banks(figures: Figures) -> Section:
    parts = []
    for currency in sorted({row.currency for row in figures.banks}):
        rows = [row for row in figures.banks if row.currency == currency]
        drawn_rows = [
            (shown(row.bank), row.value_in, row.value_out)
            for row in folded(rows, _sum_of_banks, MOST_BARS)
            if row.value_in or row.value_out
        ]
        pictures: tuple[Picture, ...] = ()
        if drawn_rows:
            label = (
                f"Value in and out of {count_text(len(rows))} settlement accounts in {currency}, "
                "and the net of both. The table below has the figures."
            )
            picture = _picture(
                partial(both_ways, drawn_rows, currency),
                label,
                Swatch("in", "came in"),
                Swatch("out", "went out"),
                Swatch("net", "net of both"),
            )
            pictures = (picture,)
        lines = folded(rows, _sum_of_banks)
        tables = (
            table(f"Gross and net positions in {currency}", lines, _FLOWS, currency),
            table(f"Settlement accounts in {currency}", lines, _ACCOUNT, currency),
        )
        parts.append(Part(currency, pictures, tables))
    note = (
        "Settlement between banks is gross and at once; the net is what it came to. Opening and "
        "issued, less redeemed, and net give closing. Money in suspense is with the payee's bank "
        "and not yet credited; money on hold is set aside for payments under way."
    )
    return Section("banks", "Banks", note, tuple(parts))


def _sum_of_links(rows: Sequence[LinkRow]) -> LinkRow:
    payments, refunds, fees, net = (
        sum(column) for column in zip(*(row[3:7] for row in rows), strict=True)
    )
    return LinkRow(_OTHERS, "", rows[0].currency, payments, refunds, fees, net, "", "")


_LINKS = (
    Column("Batch", lambda row: row.batch),
    Column("Party", lambda row: row.party),
    Column("Value date", lambda row: row.value_date),
    Column("State", lambda row: row.state),
    Column("Payments", lambda row: row.payments),
    Column("Refunds", lambda row: row.refunds),
    Column("Fees", lambda row: row.fees, money=True),
    Column("Net", lambda row: row.net, money=True),
)


def _links(figures: Figures) -> Section:
    parts = []
    for currency in sorted({row.currency for row in figures.links}):
        rows = [row for row in figures.links if row.currency == currency]
        lines = folded(rows, _sum_of_links)
        made = table(f"Net positions of links in {currency}", lines, _LINKS, currency, texts=4)
        parts.append(Part(currency, (), (made,)))
    note = (
        "What each party is owed after netting; a party that owes has less than zero. The net "
        "positions of a batch add up to zero."
    )
    return Section("links", "Links abroad", note, tuple(parts))


def _balances(figures: Figures) -> Section:
    parts = []
    for currency in sorted({currency for _, _, currency in figures.balances}):
        sums = {
            (book, kind): units
            for (book, kind, its), units in figures.balances.items()
            if its == currency
        }
        parts.append(Part(currency, tuple(_owed(sums, currency)), tuple(_books(sums, currency))))
    note = (
        "The sum of all accounts of one kind in a book, each on its normal side. The charts show "
        "what banks owe their customers."
    )
    return Section("balances", "Balances", note, tuple(parts))


_Sums = dict[tuple[str, str], int]


def _owed(sums: _Sums, currency: str) -> Iterator[Picture]:
    rows = [
        (shown(book), kind, units)
        for (book, kind), units in sums.items()
        if kind in _OWED and units > 0
    ]
    names = list(dict.fromkeys(name for name, _, _ in rows))[:MOST_BARS]
    rows = [row for row in rows if row[0] in names]
    kinds = [kind for kind in _OWED if any(row[1] == kind for row in rows)]
    if rows:
        label = (
            f"What {count_text(len(names))} books owe their customers in {currency}, by kind of "
            "account. The table below has the figures."
        )
        legend = (Swatch(f"kind-{n}", _KINDS[kind]) for n, kind in enumerate(kinds))
        yield _picture(partial(stacked, rows, kinds, currency), label, *legend)


def _books(sums: _Sums, currency: str) -> Iterator[Table]:
    books = list(dict.fromkeys(book for book, _ in sums))
    own = (CENTRAL_BANK, TOKEN_LEDGER)
    for caption, chosen in (
        ("Banks and partners", [book for book in books if book not in own]),
        ("The central bank", [book for book in books if book == CENTRAL_BANK]),
        ("The register of tokens", [book for book in books if book == TOKEN_LEDGER]),
    ):
        found = {kind for book, kind in sums if book in set(chosen)}
        kinds = sorted(found, key=lambda kind: (_ORDER.get(kind, len(_ORDER)), kind))
        lines = [(book, {kind: sums[book, kind] for kind in kinds if (book, kind) in sums})
                 for book in chosen]  # fmt: skip
        if lines:
            lines = folded(lines, _sum_of_books)
            columns = [Column("Book", lambda row: row[0]), *(_kind(kind) for kind in kinds)]
            yield table(f"{caption} in {currency}", lines, columns, currency)


_Line = tuple[str, dict[str, int]]


def _sum_of_books(lines: Sequence[_Line]) -> _Line:
    kinds = dict.fromkeys(kind for _, kinds in lines for kind in kinds)
    return _OTHERS, {kind: sum(line.get(kind, 0) for _, line in lines) for kind in kinds}


def _kind(kind: str) -> Column:
    return Column(shown(kind), lambda row: row[1].get(kind, ""), money=True)


def _payments(figures: Figures) -> Section:
    states = sorted(figures.states.items(), key=lambda pair: (-pair[1], pair[0]))
    refusals = sorted(figures.refusals.items(), key=lambda pair: (-pair[1], pair[0]))
    colours = dict.fromkeys(_GOOD, "good") | dict.fromkeys(_BAD, "bad")
    parts = []
    if states:
        counted = (Column("State", lambda row: row[0]), Column("Payments", lambda row: row[1]))
        parts.append(_counted("States", states, counted, colours, "other"))
    if refusals:
        columns = (
            Column("Refusal", lambda row: row[0]),
            Column("Raised when", lambda row: REFUSALS[row[0]].when if row[0] in REFUSALS else ""),
            Column("Times", lambda row: row[1]),
        )
        parts.append(_counted("Refusals", refusals, columns, {}, "bad", texts=2))
    note = "Where the payments are now, and why some never were: a refusal posts nothing."
    return Section("payments", "Payments", note, tuple(parts))


_Count = tuple[str, int]


def _sum_of_counts(rows: Sequence[_Count]) -> _Count:
    return _OTHERS, sum(number for _, number in rows)


def _counted(
    title: str,
    rows: Sequence[_Count],
    columns: Sequence[Column],
    colours: dict[str, str],
    colour: str,
    texts: int = 1,
) -> Part:
    bars_of = [
        (shown(name), number, colours.get(name, colour))
        for name, number in folded(rows, _sum_of_counts, MOST_BARS)
    ]
    first = f"{bars_of[0][0]}, {count_text(bars_of[0][1])}"
    label = f"{title}: {count_text(len(rows))}, the most frequent is {first}."
    picture = _picture(partial(bars, bars_of), label)
    made = table(title, folded(rows, _sum_of_counts), columns, texts=texts)
    return Part(title, (picture,), (made,))


def _invariants(figures: Figures) -> Section:
    columns = (
        Column("Invariant", lambda row: row.name),
        Column("Statement", lambda row: row.statement),
        Column("Times broken", lambda row: row.broken),
    )
    made = table("Invariants", figures.invariants, columns, texts=2)
    parts = (Part("", (), (made,)),) if figures.invariants else ()
    return Section("invariants", "Invariants", "What must be true at the end of a run.", parts)
