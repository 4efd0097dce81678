"""What a run says: a result for each row, a list of the errors, and a summary."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, NamedTuple

from .journal import writing
from .problems import Failure
from .table import ERROR_COLUMNS

__all__ = ["ERRORS", "ErrorList", "Result", "Status", "Summary"]

ERRORS = "errors.csv"
"""The name of the list of errors in the folder of the pictures."""

SHOWN = 100
"""How many failures a summary holds; the list of errors has all of them."""

Status = Literal["made", "kept", "checked", "failed"]
"""``kept`` is what an earlier run made, ``checked`` what a run without a folder found good."""


class Result(NamedTuple):
    """What became of one row.

    Attributes:
        line: its line in the file, or its number from 1.
        status: see `Status`.
        payload: what the picture shows; None for a row that failed.
        path: the picture.
        failure: why there is none.
        notes: what the card of a row that was made does not show as it should: characters that
            its fonts do not have, a name that was cut.
    """

    line: int
    status: Status
    payload: str | None = None
    path: Path | None = None
    failure: Failure | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of all rows.

    Attributes:
        rows: how many there were.
        made: pictures that this run made.
        kept: pictures that an earlier run had made.
        checked: good rows of a run without a folder.
        failed: rows without a picture.
        failures: the first hundred of them.
        errors: the list of all of them, if there is one.
    """

    rows: int
    made: int
    kept: int
    checked: int
    failed: int
    failures: tuple[Failure, ...]
    errors: Path | None

    @property
    def ok(self) -> bool:
        """Whether no row failed."""
        return not self.failed


class ErrorList:
    """A CSV file of failed rows, which is there only after a whole run in which one failed.

    Each line says what is wrong, and then the row as it was, so that it can be mended in place
    and given to `khqr.bulk.read_csv` again. The cells of the row stand as they were; a cell that
    a spreadsheet takes for a formula was one in the merchant's table already.

    Args:
        path: the file, or None for no file.
        columns: those of the table.
    """

    def __init__(self, path: Path | None, columns: Sequence[str]) -> None:
        self._path = path
        self._columns = columns
        self._file: IO[str] | None = None

    @property
    def _fresh(self) -> Path:
        assert self._path is not None, "only a list with a path is written"
        return self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")

    def add(self, failure: Failure) -> None:
        """Write down a row that failed."""
        if self._path is None:
            return
        with writing(self._path):
            if self._file is None:
                self._file = self._fresh.open(
                    "w", encoding="utf-8-sig", errors="backslashreplace", newline=""
                )
                csv.writer(self._file).writerow([*ERROR_COLUMNS, *self._columns])
            csv.writer(self._file).writerow([*_cells(failure), *failure.cells])

    def finish(self) -> Path | None:
        """Put the list in its place and return it; without errors, take an old one away."""
        if self._path is None:
            return None
        with writing(self._path):
            if self._file is None:
                self._path.unlink(missing_ok=True)
                return None
            self._file.close()
            self._fresh.replace(self._path)
        return self._path

    def discard(self) -> None:
        """Forget the list of a run that was stopped; it does not know all the errors."""
        if self._file is not None and not self._file.closed:
            self._file.close()
            self._fresh.unlink(missing_ok=True)


def _cells(failure: Failure) -> list[str]:
    return [
        str(failure.line),
        _joined(problem.field for problem in failure.problems),
        _joined(problem.code for problem in failure.problems),
        "; ".join(problem.message for problem in failure.problems),
    ]


def _joined(parts: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(part for part in parts if part))
