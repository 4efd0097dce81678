"""Statements: what one end says has moved, row by row, so that two ends can be compared.

Our rows come from the journal and from batches; the other end's from its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import quote
from ..errors import SettlementError
from ..ledger.accounts import Accounts
from ..ledger.chart import CENTRAL_BANK
from ..ledger.rows import Kind, Row
from ..ledger.view import View
from ..money import BAKONG, minor_units
from ..payments.limits import business_day
from .calendar import day_number
from .cells import broken, read_cells
from .layout import Item

__all__ = [
    "SUCCESS",
    "Columns",
    "StatementRow",
    "domestic_statement",
    "item_statement",
    "read_statement",
]

SUCCESS = "SUCCESS"
"""The status of everything that is in the journal."""


class StatementRow(NamedTuple):
    """One movement as one end has it.

    Attributes:
        hash: what it is known by, 64 hexadecimal digits, or an empty text if the file has none.
        currency: the currency.
        units: minor units.
        sender: who gives, such as ``khqr@deva`` or the code of a book.
        receiver: who gets.
        day: the business date, counted from 1970.
        status: what became of it.
        place: where it stands: row of the journal, or line of the file.
    """

    hash: str
    currency: str
    units: int
    sender: str
    receiver: str
    day: int
    status: str = SUCCESS
    place: int = 0


def domestic_statement(ledger: View, start: int = 0, *, bank: str = "") -> Iterator[StatementRow]:
    """Yield every hop between institutions that the journal has.

    A hop that was posted by hand, and not by the leg rule, is one between the institutions' own
    wallets.

    Args:
        ledger: whose journal is read.
        start: first row of the transaction to begin with.
        bank: code of the institution whose hops are wanted, or all.

    >>> from khqr.settlement.books.example import example_books, run_example
    >>> books = example_books(clock=lambda: 1_750_000_000_000)
    >>> rows = run_example(books)
    >>> for row in domestic_statement(books.ledger, rows["F6a"], bank="A"):
    ...     print(row.sender, row.receiver, row.units, row.currency, row.day)
    ...     break
    khqr@A khqr@B 50000 KHR 20254
    """
    if type(start) is not int or start < 0:
        raise TypeError("a row is known by an int from 0 on")
    accounts, journal, first, known = ledger.state.accounts, ledger.journal, start, ""
    for row in journal.rows(start):
        hop = _hop(row, accounts)
        if hop is not None and bank in {"", *hop.banks}:
            known = known or journal.row_hash(first)
            day = business_day(row.time)
            yield StatementRow(known, hop.currency, row.amount, *hop.ends, day, SUCCESS, row.number)
        if not row.continued:
            first, known = row.number + 1, ""


class _Hop(NamedTuple):
    """The two institutions of a hop, the holders of the tokens that it moves, and the currency."""

    banks: tuple[str, str]
    ends: tuple[str, str]
    currency: str


def _hop(row: Row, accounts: Accounts) -> _Hop | None:
    if row.kind is Kind.MOVE:
        payer, payee = accounts.legs[row.debit], accounts.legs[row.credit]
        if payer is None or payee is None or payer.unit == payee.unit:
            return None
        debit, credit = accounts.rows[payer.account], accounts.rows[payee.account]
        return _Hop((debit.book, credit.book), (debit.holder, credit.holder), debit.currency)
    if row.kind is Kind.POST:  # the middle of a hop, where it is written out by hand
        debit, credit = accounts.rows[row.debit], accounts.rows[row.credit]
        if debit.book == CENTRAL_BANK and {debit.name[:4], credit.name[:4]} == {"bsa:"}:
            banks = debit.party, credit.party
            return _Hop(banks, (f"khqr@{banks[0]}", f"khqr@{banks[1]}"), debit.currency)
    return None


def item_statement(
    items: Iterable[Item], participant: str, partner: str, cycle: int
) -> Iterator[StatementRow]:
    """Yield the items of a batch as movements between a participant and the partner.

    Args:
        items: of one participant, ours or read from a file.
        participant: code of its book.
        partner: code of the partner's book.
        cycle: the day of the batch.
    """
    for place, item in enumerate(items, start=1):
        ends = (partner, participant) if item.net >= 0 else (participant, partner)
        yield StatementRow(item.hash, item.currency, abs(item.net), *ends, cycle, SUCCESS, place)


_NEEDED = ("hash", "currency", "amount", "sender", "receiver", "day", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the columns of a counterparty's file are called, and how its cells are read.

    Banks' own tools have columns for all of these, and for bank codes, times, fee and tax, which
    are not compared. That ``BSA_DATE`` is the business date is our reading; the other names here
    are a choice of this library.

    Attributes:
        hash: the hash; an empty cell is a movement known by its other cells.
        currency: alphabetic code.
        amount: major units, as in ``12.50``.
        sender: the account that gives.
        receiver: the account that gets.
        day: the business date, as ``YYYY-MM-DD`` or ``YYYYMMDD``.
        status: what became of it, or an empty text if the file has no such column.
        statuses: word of the file to the word that is compared.
        decimals: decimals of each currency in the file.
    """

    hash: str = "HASH"
    currency: str = "CURRENCY"
    amount: str = "AMOUNT"
    sender: str = "SENDER_ACCOUNT"
    receiver: str = "RECEIVER_ACCOUNT"
    day: str = "BSA_DATE"
    status: str = "STATUS"
    statuses: Mapping[str, str] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=lambda: BAKONG)

    def __post_init__(self) -> None:
        for name in _NEEDED:
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"the name of the column of {name} is str")
        if not isinstance(self.statuses, Mapping) or not isinstance(self.decimals, Mapping):
            raise TypeError("statuses and decimals are mappings")
        if not all(type(places) is int and 0 <= places <= 18 for places in self.decimals.values()):
            raise TypeError("decimals are whole numbers from 0 to 18")


def read_statement(lines: Iterable[str], columns: Columns | None = None) -> Iterator[StatementRow]:
    """Yield the rows of a counterparty's file, one by one.

    Args:
        lines: the lines of the file, such as an open file; the first has the names of columns.
        columns: what they are called.

    Raises:
        SettlementError: ``FILE_BROKEN`` with line and column.
        TypeError: if a line is not text.

    >>> file = ["HASH,CURRENCY,AMOUNT,SENDER_ACCOUNT,RECEIVER_ACCOUNT,BSA_DATE,STATUS",
    ...         f"{'a' * 64},USD,12.50,khqr@deva,khqr@devb,2025-06-15,SUCCESS"]
    >>> [(row.units, row.sender, row.day) for row in read_statement(file)]
    [(1250, 'khqr@deva', 20254)]
    """
    columns = Columns() if columns is None else columns
    if not isinstance(columns, Columns):
        raise TypeError(f"columns are Columns, not {type(columns).__name__}")
    heading: list[str] = []
    places: dict[str, int] = {}
    for line, cells in read_cells(lines):
        if not heading:
            heading = cells
            places = _places(cells, columns, line)
        elif len(cells) != len(heading):
            raise broken(line, "", f"{len(cells)} cells, the heading has {len(heading)}")
        else:
            yield _row({name: cells[place] for name, place in places.items()}, columns, line)
    if not heading:
        raise broken(1, "", "the file is empty; expected a heading")


def _places(heading: list[str], columns: Columns, line: int) -> dict[str, int]:
    places = {}
    for name in _NEEDED:
        column: str = getattr(columns, name)
        if name == "status" and not column:
            continue
        if heading.count(column) != 1:
            raise broken(line, column, f"expected once among {quote(','.join(heading)[:200])}")
        places[name] = heading.index(column)
    return places


def _row(cells: dict[str, str], columns: Columns, line: int) -> StatementRow:
    known = cells["hash"].lower()
    if known and (len(known) != 64 or not set(known) <= _HEX):
        raise broken(line, columns.hash, f"{quote(known[:80])} is not 64 hexadecimal digits")
    name = "amount"
    try:
        units = minor_units(cells["amount"], cells["currency"], columns.decimals)
        name, text = "day", cells["day"]
        if len(text) == 8:
            text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        day = day_number(text)
    except SettlementError as problem:
        raise broken(line, getattr(columns, name), problem.message) from None
    status = cells.get("status", SUCCESS)
    status = columns.statuses.get(status, status)
    return StatementRow(
        known, cells["currency"], units, cells["sender"], cells["receiver"], day, status, line
    )


_HEX = frozenset("0123456789abcdef")
