"""From a CSV file to its rows, one at a time, whatever the file holds."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import quote
from .columns import COLUMNS
from .problems import Problem, TableError

__all__ = ["ERROR_COLUMNS", "Row", "Table", "read_csv"]

ERROR_COLUMNS = ("line", "field", "code", "message")
"""The columns that a list of errors has in front of those of the table it came from."""

MAX_LINE = 65_536
"""The longest line that is read, in characters."""
MAX_ROW_LINES = 20
"""How many lines a row may take, in quotes. No field of a code has two; an address may."""
MAX_COLUMNS = 1_000

_DELIMITERS = (",", ";", "\t")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_AS_UTF_8 = 'save it as "CSV UTF-8"'


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        line: the line where it begins; the header is line 1.
        cells: the texts by their columns; an empty cell stays an empty text.
        problems: why it cannot be read, where it cannot.
        raw: its cells in their order, as they were read.
    """

    line: int
    cells: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    raw: tuple[str, ...] = field(default=(), compare=False)


class Table:
    """The rows of a CSV file; each iteration reads the file anew, one row at a time.

    Attributes:
        columns: the names in the header, in their order.
        delimiter: what stands between two cells.
    """

    def __init__(self, source: str | PathLike[str] | BinaryIO, delimiter: str | None) -> None:
        self._source = source
        with _opened(source) as file:
            self._start = _peeked(file)
        header = _text(io.BytesIO(), self._start).readline()
        if not header:
            raise TableError("the table is empty; its first line must name the columns")
        if len(self._start) == MAX_LINE and not header.endswith(("\n", "\r")):
            raise TableError(f"the first line has more than {MAX_LINE} bytes")
        if "\0" in header:
            raise TableError("the first line holds NUL; is it a spreadsheet? Export it as CSV")
        self.delimiter = delimiter or _likeliest_delimiter(header)
        self.columns = _columns(header, self.delimiter)
        self._again = self.columns[: len(ERROR_COLUMNS)] == ERROR_COLUMNS

    def __iter__(self) -> Iterator[Row]:
        for line, cells, problem in self._parsed():
            if problem is not None:
                yield Row(line, {}, (problem,), tuple(cells))
            elif any(cells):
                yield self._row(line, cells)

    def count(self) -> int | None:
        """Return the number of rows, by reading the file once; None for a stream."""
        if not isinstance(self._source, (str, PathLike)):
            return None
        return sum(1 for _, cells, problem in self._parsed() if problem or any(cells))

    def _parsed(self) -> Iterator[tuple[int, list[str], Problem | None]]:
        with _opened(self._source) as file:
            lines = _lines(_text(file, self._start if _is_stream(self._source) else b""))
            next(lines, None)
            yield from _records(lines, self.delimiter)

    def _row(self, line: int, cells: list[str]) -> Row:
        width = len(self.columns)
        problem = None
        if len(cells) < width or any(cells[width:]):
            message = f"the row has {len(cells)} cells, the header has {width}"
            hint = f"; a cell that holds {quote(self.delimiter)} must stand in quotes"
            problem = Problem("", "row.cells", message + hint)
        else:
            problem = _undecodable(self.columns, cells)
        if problem is not None:
            return Row(line, {}, (problem,), tuple(cells))
        named = dict(zip(self.columns, cells, strict=False))
        if self._again:
            line = _line_before(line, named.get("line", ""))
            for name in ERROR_COLUMNS:
                del named[name]
            cells = cells[len(ERROR_COLUMNS) :]
        return Row(line, named, (), tuple(cells))

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns of the merchant's table, without those that a list of errors adds."""
        return self.columns[len(ERROR_COLUMNS) :] if self._again else self.columns


def read_csv(source: str | PathLike[str] | BinaryIO, *, delimiter: str | None = None) -> Table:
    r"""Return the rows of a CSV file, with their line numbers.

    The text is UTF-8, with or without a byte order mark. A row that cannot be read is given with
    its problem, and the next row follows. Rows with nothing but empty cells are passed over. The
    list of errors of an earlier run may be read: its rows keep the line numbers of their table.

    Args:
        source: a path, or a binary file that is open and is read once.
        delimiter: one of ``,``, ``;`` and tab; by default the one that gives the header the most
            columns that are known.

    Raises:
        TableError: for a file that is missing, empty, not a text in UTF-8, or whose header
            names a column twice.

    >>> import io
    >>> table = read_csv(io.BytesIO(b"bakong_account_id;merchant_name\nd@devb;Demo Shop\n"))
    >>> table.delimiter, [(row.line, row.cells["merchant_name"]) for row in table]
    (';', [(2, 'Demo Shop')])
    """
    if delimiter is not None and delimiter not in _DELIMITERS:
        raise TableError(f"delimiter is {quote(delimiter)}, expected a comma, a semicolon or a tab")
    return Table(source, delimiter)


def _is_stream(source: object) -> bool:
    return not isinstance(source, (str, PathLike))


@contextmanager
def _opened(source: str | PathLike[str] | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(source, (str, PathLike)):
        yield source
        return
    shown = quote(str(source), 1000)
    try:
        is_pipe = Path(source).is_fifo()
        file = None if is_pipe else Path(source).open("rb")  # noqa: SIM115 - closed below, where reading may fail too
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise TableError(f"{shown} cannot be opened: {reason}") from None
    if file is None:
        raise TableError(f"{shown} is a pipe, which can be read once; pass it as an open file")
    with file:
        yield file


def _peeked(file: BinaryIO) -> bytes:
    """Return the beginning of a file, or say why it is no table."""
    start = file.read(MAX_LINE)
    if start.startswith(_UTF_16):
        raise TableError(f"the table is in UTF-16; {_AS_UTF_8}")
    return start


class _Joined(io.RawIOBase):
    """The beginning that was read already, and the rest of the file behind it."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = start
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._start[: len(buffer)] or self._rest.read(len(buffer))
        self._start = self._start[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


def _text(file: BinaryIO, start: bytes) -> io.TextIOWrapper:
    joined = io.BufferedReader(_Joined(start, file))
    return io.TextIOWrapper(joined, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Yield numbered lines; of one that is too long only what shows that it is."""
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        yield number, line
        while len(line) > MAX_LINE and not line.endswith(("\n", "\r")):
            line = text.readline(MAX_LINE + 1)


def _records(
    lines: Iterator[tuple[int, str]], delimiter: str
) -> Iterator[tuple[int, list[str], Problem | None]]:
    """Yield the cells of each row, or why it has none.

    A quote that is never closed costs its own line and no more: what was read in search of its
    end is then read again, line by line.
    """
    waiting: deque[tuple[int, str]] = deque()
    while True:
        first = waiting.popleft() if waiting else next(lines, None)
        if first is None:
            return
        number, text = first
        if len(text) > MAX_LINE:
            message = f"the line has more than {MAX_LINE} characters"
            yield number, [], Problem("", "row.too-long", message)
            continue
        taken: list[tuple[int, str]] = []
        try:
            pieces = chain([text], _following(waiting, lines, taken))
            yield number, next(csv.reader(pieces, delimiter=delimiter, strict=True)), None
        except csv.Error as error:
            waiting.extendleft(reversed(taken))
            yield number, [text.rstrip("\r\n")], _no_csv(error)


def _following(
    waiting: deque[tuple[int, str]],
    lines: Iterator[tuple[int, str]],
    taken: list[tuple[int, str]],
) -> Iterator[str]:
    """Yield the lines behind the first of a row, as long as one may have so many."""
    while len(taken) < MAX_ROW_LINES - 1:
        more = waiting.popleft() if waiting else next(lines, None)
        if more is None:
            return
        taken.append(more)
        if len(more[1]) > MAX_LINE:
            return
        yield more[1]


def _no_csv(error: csv.Error) -> Problem:
    if "unexpected end of data" in str(error):
        return Problem("", "row.quote", "a quote is opened in this line and never closed")
    return Problem("", "row.quote", f"the row is no CSV: {error}")


def _cells(text: str, delimiter: str) -> list[str]:
    """Return the cells of one line; none if it is no CSV."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return []


def _likeliest_delimiter(header: str) -> str:
    def rank(delimiter: str) -> tuple[int, int]:
        names = [name.strip() for name in _cells(header, delimiter)]
        return len(COLUMNS.intersection(names)), len(names)

    return max(_DELIMITERS, key=rank)


def _columns(header: str, delimiter: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in _cells(header, delimiter))
    while names and not names[-1]:
        names = names[:-1]
    if len(names) > MAX_COLUMNS:
        raise TableError(f"the header names {len(names)} columns, at most {MAX_COLUMNS} are read")
    if not all(names):
        raise TableError(f"column {names.index('') + 1} has no name in the first line")
    for name in names:
        if names.count(name) > 1:
            raise TableError(f"column {quote(name)} stands twice in the first line")
        if not name.isprintable():
            message = f"column {quote(name)} is no readable text; if it is meant to be, {_AS_UTF_8}"
            raise TableError(message)
    if not names:
        raise TableError("the first line is no CSV; it must name the columns")
    return names


def _undecodable(columns: tuple[str, ...], cells: list[str]) -> Problem | None:
    for name, cell in zip(columns, cells, strict=False):
        if not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell):
            data = cell.encode("utf-8", "surrogateescape")
            message = f"{quote(name)} is not UTF-8: {data[:40]!r}; "
            return Problem(name, "row.encoding", f"{message}perhaps Windows-1252, {_AS_UTF_8}")
    return None


def _line_before(line: int, text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else line
