"""What can be wrong with a table, with one of its rows, and with a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..errors import DecodeError, EncodeError, Finding, KhqrError, Severity
from ..fields import ACCOUNT_TEMPLATES, ADDITIONAL, FIELDS_BY_PATH, LANGUAGE

__all__ = ["Failure", "OutputError", "Problem", "RowError", "TableError", "WorkersLost"]

_FIELDS = {
    **{path: field.attribute for path, field in FIELDS_BY_PATH.items()},
    **{
        number: " ".join(field.attribute for field in fields)
        for number, fields in {**ACCOUNT_TEMPLATES, "62": ADDITIONAL, "64": LANGUAGE}.items()
    },
    "53": "currency",
    "54": "amount",
}
"""Which columns a finding is about, by its path."""

_HINTS = {
    "khqr.expires-at.missing": "fill in a column expires_in, as in 10m, or expires_at",
    "khqr.language-preference.missing": "fill in the column language_preference, as in km",
}
"""What to do about a finding in a table, where its own hint speaks to a Python programmer."""


class TableError(KhqrError):
    """A table cannot be used at all: no header, unknown columns, not a text file.

    >>> issubclass(TableError, KhqrError)
    True
    """


class OutputError(KhqrError):
    """A file cannot be written; what was made before stays, and a second run goes on from there.

    >>> issubclass(OutputError, KhqrError)
    True
    """


class WorkersLost(KhqrError):  # noqa: N818 - says what happened, as the others do
    """A worker process ended without a word; a second run goes on where this one stopped.

    >>> print(WorkersLost())
    a worker process ended without an answer: it was killed, or had no memory left, or the \
program calls render outside of "if __name__ == '__main__':"; run it again to go on, with jobs=1 \
if it comes back
    """

    def __init__(self) -> None:
        super().__init__(
            "a worker process ended without an answer: it was killed, or had no memory left, or "
            "the program calls render outside of \"if __name__ == '__main__':\"; run it again to "
            "go on, with jobs=1 if it comes back"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), ()


class Problem(NamedTuple):
    """One thing that is wrong with a row.

    Attributes:
        field: the columns it is about, with a space between; empty for the row as a whole.
        code: stable identifier, of a finding or ``row.…``.
        message: what was found, what was expected, what to do.
    """

    field: str
    code: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.field, self.code, self.message) if part)


class RowError(KhqrError):
    """A row cannot become a code; ``problems`` holds every reason at once.

    >>> print(RowError([Problem("amount", "row.type", "money is never a float")]))
    amount: row.type: money is never a float
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.problems,)


class Failure(NamedTuple):
    """A row that gave no picture.

    Attributes:
        line: its line in the file, the header being line 1; of rows that come from no file, its
            number, from 1.
        problems: every reason.
        cells: the row as it was read, to be written into the list of errors.

    >>> print(Failure(12, (Problem("merchant_name", "khqr.merchant-name.missing", "is empty"),)))
    line 12, merchant_name: khqr.merchant-name.missing: is empty
    """

    line: int
    problems: tuple[Problem, ...]
    cells: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(f"line {self.line}, {problem}" for problem in self.problems)


def problems_of(error: KhqrError, field: str = "") -> tuple[Problem, ...]:
    """Return an exception of the library as problems of a row.

    Args:
        error: what a function of the library raised.
        field: the column that was at fault where the exception does not know it.

    >>> problems_of(DecodeError("the payload is empty"), "payload")
    (Problem(field='payload', code='row.refused', message='the payload is empty'),)
    """
    if isinstance(error, RowError):
        return error.problems
    findings = error.findings if isinstance(error, (DecodeError, EncodeError)) else ()
    grave = [item for item in findings if item.severity is Severity.ERROR]
    if not grave:
        return (Problem(field, "row.refused", str(error)),)
    return tuple(_problem(finding, field) for finding in grave)


def _problem(finding: Finding, field: str) -> Problem:
    advice = _HINTS.get(finding.code, finding.hint)
    hint = f" ({advice})" if advice else ""
    return Problem(
        field or _FIELDS.get(finding.path, finding.path), finding.code, finding.message + hint
    )
