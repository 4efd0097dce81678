"""The sections about positions: banks, links abroad, and the balances of all books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ..clearing.crossborder import CrossBorderRow
from ..ledger.chart import CENTRAL_BANK, CHART, TOKEN_LEDGER
from .charts import both_ways, stacked
from .figures import BankRow, Figures
from .parts import MOST_BARS, OTHERS, Part, Picture, Section, Swatch, picture
from .tables import Column, Table, folded, table
from .words import count_text, in_order, shown

__all__ = ["balances", "banks", "links"]

_ORDER = {
    kind: place for place, kind in enumerate(dict.fromkeys(k for b in CHART.values() for k in b))
}
"""Kind of account to its place in the chart of accounts."""
_MOST_KINDS = 24
"""Kinds of account with a column of their own; charts of accounts have less."""

_OWED = ("wallet", "casa", "susp_in", "out_hold")
_KINDS = {
    "wallet": "wallets",
    "casa": "accounts",
    "susp_in": "in suspense, not yet credited",
    "out_hold": "on the way abroad",
}


def _sum_of_banks(rows: Sequence[BankRow]) -> BankRow:
    sums = (sum(column) for column in zip(*(row[2:] for row in rows), strict=True))
    return BankRow(OTHERS, rows[0].currency, *sums)


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


def banks(figures: Figures) -> Section:
    """Return gross and net positions of each bank, and its settlement account."""
    parts = []
    used = [row for row in figures.banks if any(row[2:])]
    for currency in in_order(row.currency for row in used):
        rows = [row for row in used if row.currency == currency]
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
            chart = picture(
                partial(both_ways, drawn_rows, currency),
                label,
                Swatch("in", "came in"),
                Swatch("out", "went out"),
                Swatch("net", "net of both"),
            )
            pictures = (chart,)
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


def _sum_of_links(rows: Sequence[CrossBorderRow]) -> CrossBorderRow:
    sums = (sum(column) for column in zip(*(row[3:9] for row in rows), strict=True))
    return CrossBorderRow._make([OTHERS, "", rows[0].currency, *sums, "", "", ""])


def _state(row: CrossBorderRow) -> str:
    return f"{row.state}: {row.note}" if row.note else row.state


_LINKS = (
    Column("Batch", lambda row: row.batch),
    Column("Party", lambda row: row.party),
    Column("Value date", lambda row: row.value_date),
    Column("State", _state),
    Column("Payments", lambda row: row.payments, adds=False),
    Column("Paid", lambda row: row.paid, money=True),
    Column("Refunds", lambda row: row.refunds, adds=False),
    Column("Refunded", lambda row: row.refunded, money=True),
    Column("Fees", lambda row: row.fees, money=True),
    Column("Net", lambda row: row.net, money=True),
)
"""One payment touches several parties, so how many touch each adds up to nothing that is."""


def links(figures: Figures) -> Section:
    """Return what the parties of links are owed."""
    parts = []
    used = [row for row in figures.links if any(row[3:9])]
    for currency in in_order(row.currency for row in used):
        rows = [row for row in used if row.currency == currency]
        lines = folded(rows, _sum_of_links)
        made = table(f"Net positions of links in {currency}", lines, _LINKS, currency, texts=4)
        parts.append(Part(currency, (), (made,)))
    note = (
        "What each party gets of each batch: paid, refunded and fees make net, and what a party "
        "pays is less than zero. The last party of a batch is the partner, which keeps the fees. "
        "Each amount of a batch adds up to zero. Days on which nothing crossed are left out."
    )
    return Section("links", "Links abroad", note, tuple(parts))


def balances(figures: Figures) -> Section:
    """Return the balances by book and kind of account."""
    parts = []
    for currency in in_order(currency for _, _, currency in figures.balances):
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
    names = set(list(dict.fromkeys(name for name, _, _ in rows))[:MOST_BARS])
    rows = [row for row in rows if row[0] in names]
    kinds = [kind for kind in _OWED if any(row[1] == kind for row in rows)]
    if rows:
        label = (
            f"What {count_text(len(names))} books owe their customers in {currency}, by kind of "
            "account. The table below has the figures."
        )
        legend = (Swatch(f"kind-{n}", _KINDS[kind]) for n, kind in enumerate(kinds))
        yield picture(partial(stacked, rows, kinds, currency), label, *legend)


def _books(sums: _Sums, currency: str) -> Iterator[Table]:
    books = list(dict.fromkeys(book for book, _ in sums))
    own = (CENTRAL_BANK, TOKEN_LEDGER)
    for caption, chosen in (
        ("Banks and partners", [book for book in books if book not in own]),
        ("The central bank", [book for book in books if book == CENTRAL_BANK]),
        ("The register of tokens", [book for book in books if book == TOKEN_LEDGER]),
    ):
        kinds = _kinds(sums, set(chosen))
        named, found = set(kinds), {book: dict[str, int]() for book in chosen}
        for (book, kind), units in sums.items():
            if book in found:
                name = kind if kind in named else OTHERS
                found[book][name] = found[book].get(name, 0) + units
        if any(units for kinds_of in found.values() for units in kinds_of.values()):
            lines = folded(list(found.items()), _sum_of_books)
            columns = [Column("Book", lambda row: row[0]), *(_kind(kind) for kind in kinds)]
            yield table(f"{caption} in {currency}", lines, columns, currency)


def _kinds(sums: _Sums, books: set[str]) -> list[str]:
    """Return the kinds of account of books in the order of the chart; of very many, not all."""
    found = {kind for book, kind in sums if book in books}
    kinds = sorted(found, key=lambda kind: (_ORDER.get(kind, len(_ORDER)), kind))
    return kinds if len(kinds) <= _MOST_KINDS else [*kinds[: _MOST_KINDS - 1], OTHERS]


_Line = tuple[str, dict[str, int]]


def _sum_of_books(lines: Sequence[_Line]) -> _Line:
    kinds = dict.fromkeys(kind for _, kinds in lines for kind in kinds)
    return OTHERS, {kind: sum(line.get(kind, 0) for _, line in lines) for kind in kinds}


def _kind(kind: str) -> Column:
    return Column(shown(kind), lambda row: row[1].get(kind, ""), money=True)
