"""The two files at the Alipay+ edge: the items of a batch, and what was settled on a day.

The names of the files are of the documents of Alipay+, which could be read in part; so is that an
empty cycle still yields a file, that only successful items are in it, and that a settlement report
carries no rate of exchange. The columns are a choice of this library. Amounts are in the smallest
unit by ISO 4217, as everywhere at that edge, so riel has two decimals in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...errors import quote
from ..errors import SettlementError
from .batch import BatchEvent, BatchState
from .calendar import day_of, day_text
from .cells import broken, read_cells, written
from .layout import (
    ITEM_COLUMNS,
    SETTLED_COLUMNS,
    FileName,
    Item,
    SettledBatch,
    cell_text,
    cell_value,
)
from .register import Register

__all__ = [
    "ITEMS_IN_A_FILE",
    "EdgeFile",
    "item_files",
    "items_of",
    "read_items",
    "read_settlement",
    "settlement_file",
]

ITEMS_IN_A_FILE = 100_000
"""Items after which the next file begins."""


class EdgeFile(NamedTuple):
    """A file to be sent: its name, and its lines, each with its end."""

    name: FileName
    lines: list[str]


# Writing.


def items_of(clearing: Register, batch: str, participant: str) -> list[Item]:
    """Return the crossings of a batch as one participant has them.

    Raises:
        SettlementError: ``NOT_FOUND`` if there is no such batch.
    """
    journal, currency = clearing.books.ledger.journal, clearing.terms.currency
    return [
        Item(
            journal.row_hash(crossing.row),
            "REFUND" if crossing.refund else "PAYMENT",
            crossing.time,
            currency,
            due.net + due.fee,
            -due.fee,
            due.net,
        )
        for crossing in clearing.crossings(batch)
        for due in crossing.dues
        if due.party == participant
    ]


def item_files(
    clearing: Register, batch: str, participant: str, *, agreement: str
) -> Iterator[EdgeFile]:
    """Yield the files of the items of a batch; an empty one has one file of a heading only.

    Args:
        clearing: of the link.
        batch: id of a batch that is cut off.
        participant: code of the book that the files are for.
        agreement: number of the contract, 1 to 64 letters, digits, '.' and '-'.

    Raises:
        SettlementError: ``BATCH_NOT_DUE`` for a batch that is open; ``FILE_BROKEN`` for names that
            no file can have; ``NOT_FOUND``; ``CURRENCY_NOT_SUPPORTED`` for a currency that the
            edge does not have.
    """
    if not clearing.batch(batch).is_past(BatchEvent.CUT):
        raise SettlementError("BATCH_NOT_DUE", f"batch {batch} is open; its items may grow")
    items, currency = items_of(clearing, batch, participant), clearing.terms.currency
    for number, start in enumerate(range(0, max(len(items), 1), ITEMS_IN_A_FILE), start=1):
        name = FileName("transactionItems", participant, currency, batch, agreement, number)
        yield _file(name, ITEM_COLUMNS, items[start : start + ITEMS_IN_A_FILE])


def settlement_file(
    clearing: Register, day: int | str, participant: str, *, agreement: str
) -> EdgeFile:
    """Return the file of what a participant settled on a value date.

    Several cycles settle on one day after a weekend; all of them are one settlement batch, which is
    called after the day. A batch that is not settled is not in it.

    Args:
        clearing: of the link.
        day: the value date, counted from 1970 or as an ISO date.
        participant: code of the book that the file is for.
        agreement: number of the contract, as in `item_files`.

    Raises:
        SettlementError: as `item_files` raises it, and ``DATE_INVALID``.
    """
    number = day_of(day)
    currency = clearing.terms.currency
    batch = f"{clearing.terms.name}-{day_text(number).replace('-', '')}"
    rows = [
        SettledBatch(one.id, number, currency, *position[2:])
        for one in clearing.batches
        if one.state is BatchState.SETTLED and one.value_date == number
        for position in clearing.positions(one.id)
        if position.party == participant
    ]
    name = FileName("settlement", participant, currency, batch, agreement, 1)
    return _file(name, SETTLED_COLUMNS, rows)


def _file(name: FileName, columns: Mapping[str, str], rows: Iterable[Iterable[object]]) -> EdgeFile:
    for part in (name.participant, name.agreement):
        if not isinstance(part, str):
            raise TypeError(f"participant and agreement are str, not {type(part).__name__}")
    FileName.read(str(name))
    cells = (
        [
            cell_text(column, value, name.currency)
            for column, value in zip(columns, row, strict=True)
        ]
        for row in rows
    )
    return EdgeFile(name, list(written([list(columns), *cells])))


# Reading.


def read_items(name: str, lines: Iterable[str]) -> list[Item]:
    """Return the items in a file of the other end.

    Args:
        name: the name of the file.
        lines: its lines.

    Raises:
        SettlementError: ``FILE_BROKEN`` with line and column of what is not as `item_files`
            writes it.
        TypeError: if a line is not text.

    >>> head = "item_hash,item_type,time,currency,amount,fee,net"
    >>> line = f"{'a' * 64},PAYMENT,1750000000000,USD,-2000,-20,-2020"
    >>> items = read_items("transactionItems_S_USD_alipayplus-20250615_DEMO1_001.csv", [head, line])
    >>> items[0].net
    -2020
    """
    items = []
    for line, cells in _read(name, "transactionItems", ITEM_COLUMNS, lines):
        items.append(Item(*cells))
        if items[-1].amount + items[-1].fee != items[-1].net:
            raise broken(line, "net", "it is not amount and fee added up")
    return items


def read_settlement(name: str, lines: Iterable[str]) -> list[SettledBatch]:
    """Return the rows of a settlement file of the other end; see `read_items`."""
    rows = []
    for line, cells in _read(name, "settlement", SETTLED_COLUMNS, lines):
        rows.append(SettledBatch(*cells))
        if sum((rows[-1].paid, rows[-1].refunded, rows[-1].fees)) != rows[-1].net:
            raise broken(line, "net", "it is not paid, refunded and fees added up")
    return rows


def _read(
    name: str, kind: str, columns: Mapping[str, str], lines: Iterable[str]
) -> Iterator[tuple[int, list[Any]]]:
    file, heading = FileName.read(name), list(columns)
    if file.kind != kind:
        raise SettlementError("FILE_BROKEN", f"{quote(name)} is no file of {kind}")
    seen = False
    for line, cells in read_cells(lines):
        if not seen:
            seen = True
            if cells != heading:
                raise broken(line, "", f"the heading is {','.join(heading)}")
            continue
        if len(cells) != len(heading):
            raise broken(line, "", f"{len(cells)} cells, the heading has {len(heading)}")
        yield (
            line,
            [
                cell_value(line, column, cell, file.currency)
                for column, cell in zip(heading, cells, strict=True)
            ],
        )
    if not seen:
        raise broken(1, "", f"the file is empty; the heading is {','.join(heading)}")
