"""Files of cells: written and read line by line, and never trusted.

Only what is text, of bounded length, and one record a line is read. All of it is a choice of this
library.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from ..errors import SettlementError

__all__ = ["LONGEST_LINE", "MOST_LINES", "broken", "read_cells", "written"]

LONGEST_LINE = 4_096
"""Characters of one line."""

MOST_LINES = 1_000_000
"""Lines of one file, its heading among them."""


class _Line:
    """Gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def written(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    r"""Yield rows as lines, each with its end.

    >>> list(written([["currency", "amount"], ["USD", 1510]]))
    ['currency,amount\n', 'USD,1510\n']
    """
    writer = csv.writer(_Line(), lineterminator="\n")
    for row in rows:
        line: str = writer.writerow(row)
        yield line


def broken(line: int, column: str, message: str) -> SettlementError:
    """Return the refusal of a file, with the place."""
    place = f"line {line}, column {column}" if column else f"line {line}"
    return SettlementError("FILE_BROKEN", f"{place}: {message}")


def read_cells(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line with its number from 1, the heading first.

    A byte order mark before the heading, and empty lines, are passed over.

    Raises:
        SettlementError: ``FILE_BROKEN`` for a line that is too long or cannot be read, a record of
            several lines, or too many lines.
        TypeError: if a line is not text.

    >>> list(read_cells(["currency,amount", 'USD,"15,10"']))
    [(1, ['currency', 'amount']), (2, ['USD', '15,10'])]
    """
    if isinstance(lines, str):
        raise TypeError("a file is read as its lines, not as one text; use splitlines()")
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, str):
            raise TypeError(f"a line is str, not {type(line).__name__}; open the file as text")
        if number > MOST_LINES:
            raise broken(number, "", f"a file has at most {MOST_LINES} lines")
        if len(line) > LONGEST_LINE:
            raise broken(number, "", f"a line has at most {LONGEST_LINE} characters")
        text = line.removeprefix("\ufeff") if number == 1 else line
        try:
            cells = list(csv.reader([text.rstrip("\r\n")], strict=True))
        except csv.Error as problem:
            raise broken(number, "", f"{problem}; a record is one line") from None
        if cells and cells[0]:
            yield number, cells[0]
