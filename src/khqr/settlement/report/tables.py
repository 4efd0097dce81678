"""Tables that add up: a total is the sum of the very rows above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from .words import amount_text, count_text, shown

__all__ = ["MOST_ROWS", "Cell", "Column", "Table", "folded", "table"]

MOST_ROWS = 200
"""Rows of one table; of more, the last ones are summed up in one row."""


class Cell(NamedTuple):
    """What stands in a cell, and whether it is a number below zero, or one that should be zero."""

    text: str
    below: bool = False


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        title: its heading.
        value: gives the value of a row: a text, a count or minor units.
        money: whether it is an amount in the table's currency.
        adds: whether it has a total.
        zero: whether everything but zero is a fault.
    """

    title: str
    value: Callable[[Any], int | str]
    money: bool = False
    adds: bool = True
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is shown.

    Attributes:
        caption: what it is about.
        heads: the headings; that of the first column heads the names of the rows.
        rows: the cells, row by row.
        total: the last row, or an empty one where nothing is to be added.
        texts: columns from the left that are texts and no numbers.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...]
    texts: int


def table(
    caption: str, rows: Sequence[Any], columns: Sequence[Column], currency: str = "", texts: int = 1
) -> Table:
    """Return rows as a table with its totals.

    >>> made = table("Fruit", [("apple", 3), ("pear", 4)],
    ...              [Column("name", lambda row: row[0]), Column("number", lambda row: row[1])])
    >>> [cell.text for cell in made.total]
    ['Total', '7']
    """
    values = [[column.value(row) for column in columns] for row in rows]
    shown_rows = [
        tuple(_cell(value, column, currency) for value, column in zip(row, columns, strict=True))
        for row in values
    ]
    total: list[Cell] = []
    for place, column in enumerate(columns):
        numbers = [row[place] for row in values]
        if place == 0:
            total.append(Cell("Total"))
        elif place < texts or not column.adds:
            total.append(Cell(""))
        else:
            total.append(_cell(sum(n for n in numbers if type(n) is int), column, currency))
    heads = tuple(column.title for column in columns)
    return Table(caption, heads, tuple(shown_rows), tuple(total) if rows else (), texts)


def _cell(value: int | str, column: Column, currency: str) -> Cell:
    if isinstance(value, str):
        return Cell(shown(value))
    text = amount_text(value, currency) if column.money else count_text(value)
    return Cell(text, value < 0 or (column.zero and value > 0))


_Row = TypeVar("_Row")


def folded(
    rows: Sequence[_Row], add: Callable[[Sequence[_Row]], _Row], most: int = MOST_ROWS
) -> list[_Row]:
    """Return at most ``most`` rows: all from the last of them on are added up in one.

    >>> folded([1, 2, 3, 4], sum, most=3)
    [1, 2, 7]
    """
    if len(rows) <= most:
        return list(rows)
    return [*rows[: most - 1], add(rows[most - 1 :])]
