"""A payload explained object by object: number, name, value, and what the value means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..checks import check
from ..codec.readable import readable
from ..currency import Currency
from ..emv.dictionary import ROOT, Dictionary
from ..emv.payload import Payload
from ..emv.tree import DataObject
from ..errors import Severity
from ..fields import FIELDS_BY_PATH
from ..model import moment_at
from .printable import printable

__all__ = ["Row", "explain", "rows"]


class Row(NamedTuple):
    """One data object of a payload, for people.

    Attributes:
        path: the IDs from the root down, dotted.
        name: the name of the object; a KHQR's own where it has one.
        value: the value as written, empty for a template whose objects follow.
        meaning: what the value says, or empty.
        problem: the gravest severity found about the object, or None.
        offset: where the object starts in the text, in characters.
        end: where it ends.
    """

    path: str
    name: str
    value: str
    meaning: str
    problem: Severity | None
    offset: int
    end: int

    @property
    def depth(self) -> int:
        """How many templates the object stands in."""
        return self.path.count(".")


def _time(value: str) -> str:
    if len(value) != 13 or not (value.isascii() and value.isdigit()):
        return "not a time"
    return moment_at(int(value)).isoformat(sep=" ", timespec="milliseconds")


_MEANINGS: dict[str, Callable[[str], str]] = {
    "01": lambda value: {"11": "static: any number of payments", "12": "dynamic: one payment"}.get(
        value, ""
    ),
    "53": lambda value: Currency.of(value).code,
    "99.00": _time,
    "99.01": _time,
}


def rows(payload: str | bytes | Payload, *, profile: str = "auto") -> Iterator[Row]:
    """Yield a row for every object, in the order of the payload.

    >>> [row.name for row in rows("00020152045999")]
    ['Payload Format Indicator', 'Merchant Category Code']
    """
    source = readable(payload)
    report = check(str(source), profile=profile)
    worst: dict[str, Severity] = {}
    for finding in report:
        if worst.get(finding.path) is not Severity.ERROR:
            worst[finding.path] = finding.severity
    khqr = report.profile == "khqr"
    for item in source:
        yield from _rows(item, ROOT, khqr=khqr, worst=worst)


def _rows(
    item: DataObject, dictionary: Dictionary, *, khqr: bool, worst: dict[str, Severity]
) -> Iterator[Row]:
    entry = dictionary.entry(item.id)
    field = FIELDS_BY_PATH.get(item.path) if khqr else None
    name = _title(field.attribute) if field and "." in item.path else entry.name
    if khqr and item.id in {"29", "30"} and "." not in item.path:
        name = f"{entry.name}: {'individual' if item.id == '29' else 'merchant'}"
    meaning = _MEANINGS[item.path](item.value) if item.path in _MEANINGS else ""
    if item.path == "63":
        meaning = "wrong" if worst.get("63") is Severity.ERROR else "right"
    value, problem = "" if item.objects else item.value, worst.get(item.path)
    yield Row(item.path, name, value, meaning, problem, item.offset, item.end)
    for child in item.objects:
        yield from _rows(child, entry.inside or dictionary, khqr=khqr, worst=worst)


def _title(attribute: str) -> str:
    return attribute.replace("_", " ").capitalize().replace("id", "ID")


def explain(payload: str | bytes | Payload, *, profile: str = "auto") -> str:
    """Return a payload as a table of plain text, one line an object.

    >>> print(explain("00020152045999"))
    00       Payload Format Indicator       01
    52       Merchant Category Code         5999
    """
    listed = list(rows(payload, profile=profile))
    width = max((2 * row.depth + len(row.name) for row in listed), default=0) + 2
    lines = []
    for row in listed:
        name = "  " * row.depth + row.name
        meaning = f"  ({row.meaning})" if row.meaning else ""
        value = printable(row.value)
        lines.append(f"{row.path:8} {name:{max(width, 30)}} {value}{meaning}".rstrip())
    return "\n".join(lines)
