"""What the files at the Alipay+ edge look like: their names, their columns, their cells.

The names are of the documents of Alipay+, which could be read in part. The columns are a choice of
this library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...errors import quote
from ..errors import SettlementError
from ..money import ALIPAYPLUS, BOOKS, rescaled
from .calendar import day_number, day_text
from .cells import broken

__all__ = [
    "ITEM_COLUMNS",
    "SETTLED_COLUMNS",
    "FileName",
    "Item",
    "SettledBatch",
    "cell_text",
    "cell_value",
]

_PART = r"[A-Za-z0-9.\-]{1,64}"
_NAME = re.compile(
    rf"(transactionItems|settlement)_({_PART})_([A-Z]{{3}})_({_PART})_({_PART})_([0-9]{{3,6}})\.csv",
    re.ASCII,
)


class FileName(NamedTuple):
    """The name of a file, by its parts.

    Attributes:
        kind: ``transactionItems`` or ``settlement``.
        participant: code of the book that the file is for.
        currency: the currency of everything in it.
        batch: id of the clearing batch, or of the settlement batch.
        agreement: number of the contract.
        sequence: 1 for the first file of a batch.

    >>> name = FileName("settlement", "S", "USD", "alipayplus-20250617", "DEMO1", 1)
    >>> str(name)
    'settlement_S_USD_alipayplus-20250617_DEMO1_001.csv'
    >>> FileName.read(str(name)) == name
    True
    """

    kind: str
    participant: str
    currency: str
    batch: str
    agreement: str
    sequence: int

    def __str__(self) -> str:
        *parts, sequence = self
        return f"{'_'.join(str(part) for part in parts)}_{sequence:03}.csv"

    @classmethod
    def read(cls, text: str) -> FileName:
        """Return the parts of a name.

        Raises:
            SettlementError: ``FILE_BROKEN`` if it is none.
        """
        match = _NAME.fullmatch(text)
        if match is None:
            raise SettlementError(
                "FILE_BROKEN",
                f"{quote(text[:200])} is not named kind_participant_CUR_batch_agreement_seq.csv",
            )
        kind, participant, currency, batch, agreement, sequence = match.groups()
        return cls(kind, participant, currency, batch, agreement, int(sequence))


class Item(NamedTuple):
    """One crossing as one participant has it; minor units of the books, negative if it pays.

    Attributes:
        hash: what the transaction is known by, 64 hexadecimal digits.
        kind: ``PAYMENT`` or ``REFUND``.
        time: milliseconds since 1970.
        currency: the currency in which the link settles.
        amount: what it brings the participant before the fee.
        fee: what the partner took, negative.
        net: what it brings.
    """

    hash: str
    kind: str
    time: int
    currency: str
    amount: int
    fee: int
    net: int


class SettledBatch(NamedTuple):
    """One clearing batch of one participant that was settled; minor units of the books.

    Attributes:
        batch: id of the clearing batch.
        value_date: the day on which it settled, counted from 1970.
        currency: the currency in which the link settles.
        payments: how many payments.
        paid: what they brought.
        refunds: how many refunds.
        refunded: what they brought.
        fees: what the partner took, negative.
        net: what was paid to the participant, or by it if negative.
    """

    batch: str
    value_date: int
    currency: str
    payments: int
    paid: int
    refunds: int
    refunded: int
    fees: int
    net: int


class _Form(NamedTuple):
    """How the cells of a column are written and read; the currency is that of the file."""

    expected: str
    pattern: re.Pattern[str]
    write: Callable[[Any, str], object] = lambda cell, _: cell
    read: Callable[[str, str], Any] = lambda cell, _: cell


def _same_currency(cell: str, currency: str) -> str:
    if cell != currency:
        raise SettlementError("CURRENCY_MISMATCH", f"{cell}, the file is in {currency}")
    return cell


_FORMS = {
    "hash": _Form("64 hexadecimal digits", re.compile(r"[0-9a-f]{64}")),
    "kind": _Form("PAYMENT or REFUND", re.compile("PAYMENT|REFUND")),
    "batch": _Form("the id of a batch", re.compile(_PART, re.ASCII)),
    "currency": _Form("the currency", re.compile("[A-Z]{3}"), read=_same_currency),
    "count": _Form(
        "a whole number", re.compile("0|[1-9][0-9]{0,17}"), read=lambda cell, _: int(cell)
    ),
    "date": _Form(
        "a date",
        re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        lambda day, _: day_text(day),
        lambda cell, _: day_number(cell),
    ),
    "amount": _Form(
        "smallest units of the currency",
        re.compile("0|-?[1-9][0-9]{0,24}"),
        lambda units, currency: rescaled(units, currency, BOOKS, ALIPAYPLUS),
        lambda cell, currency: rescaled(int(cell), currency, ALIPAYPLUS, BOOKS),
    ),
}

ITEM_COLUMNS: Mapping[str, str] = {
    "item_hash": "hash",
    "item_type": "kind",
    "time": "count",
    "currency": "currency",
    "amount": "amount",
    "fee": "amount",
    "net": "amount",
}
"""Columns of a file of items, in order, each with the form of its cells."""

SETTLED_COLUMNS: Mapping[str, str] = {
    "clearing_batch": "batch",
    "value_date": "date",
    "currency": "currency",
    "payments": "count",
    "paid": "amount",
    "refunds": "count",
    "refunded": "amount",
    "fees": "amount",
    "net": "amount",
}
"""Columns of a settlement file, in order, each with the form of its cells."""


def cell_text(column: str, value: object, currency: str) -> object:
    """Return what is written of a value."""
    return _form(column).write(value, currency)


def cell_value(line: int, column: str, cell: str, currency: str) -> object:
    """Return what is read of a cell.

    Raises:
        SettlementError: ``FILE_BROKEN`` with line and column.
    """
    form = _form(column)
    if not form.pattern.fullmatch(cell):
        raise broken(line, column, f"{quote(cell[:80])}; expected {form.expected}")
    try:
        value: object = form.read(cell, currency)
    except SettlementError as problem:
        raise broken(line, column, problem.message) from None
    return value


def _form(column: str) -> _Form:
    return _FORMS[ITEM_COLUMNS.get(column) or SETTLED_COLUMNS[column]]
