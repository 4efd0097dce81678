"""The run itself: rows in, pictures and results out, one row at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sized
from itertools import chain, islice
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, Unpack, get_args

from ..codec import md5
from ..errors import quote
from ..model import Code
from .columns import (
    FIELDS,
    ORDER,
    Reading,
    canonical,
    cells_of,
    payload_of,
    refuse_incomplete,
    refuse_unknown,
)
from .journal import Journal, fingerprint, writing
from .names import Naming, safe_name
from .options import Options, Settings
from .problems import Failure, Problem, RowError
from .report import ERRORS, SHOWN, ErrorList, Result, Status, Summary
from .table import Row, Table
from .workers import Drawn, Order, Work, in_order

__all__ = ["Progress", "Rows", "render", "render_each"]

Rows = Iterable[Row | Mapping[str, Any] | Code]
"""A `Table`, mappings of columns to values, or codes."""

Progress = Callable[[int, int | None, Result], object]
"""Called after each row: rows so far, all rows where that is known, and what became of the row."""


class _Good(NamedTuple):
    """A row that became a payload, and waits for its picture."""

    line: int
    payload: str
    name: str
    key: str
    cells: tuple[str, ...]


class _Step(NamedTuple):
    """The rows of one file in their order; those that failed have their result already."""

    entries: tuple[_Good | Result, ...]
    name: str
    key: str

    def order(self, journal: Journal) -> Order | None:
        """Return what is to be drawn: nothing where an earlier run did, or no row is good."""
        payloads = tuple(entry.payload for entry in self.entries if isinstance(entry, _Good))
        if not payloads or journal.has(self.name, self.key):
            return None
        return Order(self.name, payloads)


def render_each(
    rows: Rows, out: str | PathLike[str] | None, **options: Unpack[Options]
) -> Generator[Result, None, None]:
    """Draw a picture for each row, and yield what became of it, in the order of the rows.

    Rows are read, drawn and forgotten one after the other. The journal ``.khqr-batch.jsonl`` in
    the folder notes what is done; it is whole whenever the iteration is given up.

    Args:
        rows: `khqr.bulk.read_csv`, or mappings of columns to texts or values, or codes.
        out: the folder, which is made if it is not there; None only checks the rows.
        options: see `Options`.

    Raises:
        TableError: before anything is made, for columns that no code has.
        KhqrError: for options that make no sense.
        OutputError: if a file cannot be written.
        WorkersLost: if a worker process was killed.
        MissingDependency: if ``verify`` asks for a reader and none is installed.

    >>> row = {"bakong_account_id": "demo_user@devb", "merchant_name": "Demo User"}
    >>> [(result.line, result.status) for result in render_each([row, {}], None)]
    [(1, 'checked'), (2, 'failed')]
    """
    settings = Settings(**options)
    source, columns = _begun(rows, ignore_unknown=settings.ignore_unknown)
    naming = Naming(settings.name, {*FIELDS, *columns} - {"payload"})
    return _results(islice(source, settings.limit), settings, naming, out)


def _begun(rows: Rows, *, ignore_unknown: bool) -> tuple[Iterator[Row], tuple[str, ...]]:
    """Return numbered rows and the columns of the first of them, in which nothing is unknown."""
    if isinstance(rows, Table):
        refuse_unknown(rows.own_columns, ignore=ignore_unknown)
        refuse_incomplete(rows.own_columns)
        return iter(rows), rows.own_columns
    numbered = (_row(number, row) for number, row in enumerate(rows, 1))
    first = list(islice(numbered, 1))
    columns = tuple(str(name) for row in first for name in row.cells)
    refuse_unknown(columns, ignore=ignore_unknown)
    return chain(first, numbered), columns


def _row(number: int, row: Row | Mapping[str, Any] | Code) -> Row:
    return row if isinstance(row, Row) else Row(number, cells_of(row))


def _results(
    rows: Iterator[Row], settings: Settings, naming: Naming, out: str | PathLike[str] | None
) -> Generator[Result, None, None]:
    entries = _entries(rows, settings, naming)
    if out is None:
        for entry in entries:
            if isinstance(entry, Result):
                yield entry
            else:
                yield Result(entry.line, "checked", entry.payload)
        return
    folder = Path(out)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    journal = Journal(folder, resume=settings.resume)
    work = Work(folder, settings.format, settings.style, settings.verifies)
    try:
        steps = ((step, step.order(journal)) for step in _steps(entries, settings))
        for step, drawn in in_order(steps, work, settings.jobs):
            if drawn is not None and drawn.size and not any(drawn.problems):
                journal.add(step.name, step.key, drawn.size)
            yield from _outcomes(step, drawn, folder / step.name)
    finally:
        journal.close()


def _entries(rows: Iterator[Row], settings: Settings, naming: Naming) -> Iterator[_Good | Result]:
    """Yield a payload for each row, or why there is none."""
    reading = settings.reading
    for row in rows:
        try:
            yield _entry(row, settings, reading, naming)
        except RowError as error:
            yield _failed(Failure(row.line, error.problems, row.raw or _raw(row.cells)))


def _entry(row: Row, settings: Settings, reading: Reading, naming: Naming) -> _Good:
    if row.problems:
        raise RowError(row.problems)
    payload, code = payload_of(row.cells, reading)
    name = safe_name(naming.of(row.line, _values(row, payload, code)))
    first = naming.taken_by(name, row.line) if settings.kind.per_file == 1 else None
    if first is not None:
        message = f"the file of line {first} has the same name, {quote(name)}"
        raise RowError([Problem("", "row.duplicate-name", message)])
    key = fingerprint(settings.identity, canonical(row.cells))
    return _Good(row.line, payload, name, key, row.raw or _raw(row.cells))


def _failed(failure: Failure) -> Result:
    return Result(failure.line, "failed", failure=failure)


def _raw(cells: Mapping[str, Any]) -> tuple[str, ...]:
    given = (cells.get(name) for name in ORDER)
    return tuple("" if value is None else str(value) for value in given)


def _values(row: Row, payload: str, code: Code) -> Callable[[str], object]:
    """Return what gives a template the value of a column."""

    def value(name: str) -> object:
        if name == "md5":
            return md5(payload)
        return getattr(code, name, None) if name in FIELDS else row.cells.get(name)

    return value


def _steps(entries: Iterator[_Good | Result], settings: Settings) -> Iterator[_Step]:
    """Yield the files to make, each with its rows."""
    kind = settings.kind
    while held := tuple(islice(entries, kind.per_file)):
        good = [entry for entry in held if isinstance(entry, _Good)]
        if kind.per_file > 1:
            # By its lines whether good or not: mending a row keeps the name. Their number tells a
            # sheet from the one of its mended rows, which may begin and end with the same lines.
            name = f"{settings.format}-{held[0].line:06d}-{held[-1].line:06d}-{len(held)}"
            key = fingerprint([entry.key for entry in good])
        else:
            name, key = (good[0].name, good[0].key) if good else ("", "")
        yield _Step(held, name + kind.suffix, key)


def _outcomes(step: _Step, drawn: Drawn | None, path: Path) -> Iterator[Result]:
    problems = iter(drawn.problems if drawn else ())
    notes = iter(drawn.notes if drawn else ())
    for entry in step.entries:
        if isinstance(entry, Result):
            yield entry
            continue
        said = next(notes, ())
        if found := next(problems, ()):
            yield _failed(Failure(entry.line, found, entry.cells))
        else:
            status: Status = "made" if drawn else "kept"
            yield Result(entry.line, status, entry.payload, path, notes=said)


def render(
    rows: Rows,
    out: str | PathLike[str] | None,
    *,
    progress: Progress | None = None,
    total: int | None = None,
    errors: str | PathLike[str] | None = None,
    **options: Unpack[Options],
) -> Summary:
    """Draw a picture for each row into a folder, and go on where an earlier run was stopped.

    Args:
        rows: `khqr.bulk.read_csv`, or mappings of columns to texts or values, or codes.
        out: the folder, which is made if it is not there; None only checks the rows.
        progress: called after each row.
        total: the number of rows for ``progress``; that of ``rows`` where it has a length.
        errors: the list of failed rows; ``errors.csv`` in the folder by default.
        options: see `Options`.

    Raises:
        TableError, KhqrError, OutputError, WorkersLost, MissingDependency: as `render_each`.

    >>> rows = [{"bakong_account_id": "demo_user@devb", "merchant_name": "Demo User"}, {}]
    >>> import tempfile
    >>> summary = render(rows, tempfile.mkdtemp(), format="txt")
    >>> summary.made, summary.failed, str(summary.failures[0]).splitlines()[0]
    (1, 1, 'line 2, bakong_account_id: khqr.bakong-account-id.missing: bakong_account_id is \
empty, expected 1 to 32 characters')
    """
    results = render_each(rows, out, **options)
    listed = Path(errors) if errors is not None else None if out is None else Path(out, ERRORS)
    columns = rows.own_columns if isinstance(rows, Table) else ORDER
    failed = ErrorList(listed, columns)
    counts = dict.fromkeys(get_args(Status), 0)
    shown: list[Failure] = []
    if total is None and isinstance(rows, Sized):
        total = len(rows)
    limit = options.get("limit")
    if total is not None and limit is not None:
        total = min(total, limit)
    try:
        for number, result in enumerate(results, 1):
            counts[result.status] += 1
            if result.failure is not None:
                failed.add(result.failure)
                if len(shown) < SHOWN:
                    shown.append(result.failure)
            if progress is not None:
                progress(number, total, result)
        file = failed.finish()
    finally:
        failed.discard()
        results.close()
    return Summary(rows=sum(counts.values()), **counts, failures=tuple(shown), errors=file)
