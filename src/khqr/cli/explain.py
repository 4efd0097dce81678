"""A code explained object by object: number, name, span, value, and what the value means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from ..checks import Report, check
from ..codec.readable import readable
from ..currency import Currency
from ..emv import cpm
from ..emv.cpm.dictionary import entry as tag_of
from ..emv.cpm.dictionary import shown
from ..emv.dictionary import Dictionary
from ..emv.payload import Payload
from ..emv.source import payload_text
from ..emv.tlv import read_level
from ..emv.tree import DataObject
from ..emv.units import ruler
from ..errors import DecodeError, Finding, Severity
from ..model import moment_at
from ..schemes.recognise import recognised_text
from .names import dictionary_of, names, opened_paths
from .printable import printable

__all__ = ["Explained", "Row", "explain", "explained", "rows"]


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

    @property
    def span(self) -> str:
        """The part of the text that the object covers, as Python writes it."""
        return f"{self.offset}:{self.end}"


class Explained(NamedTuple):
    """All that is said about a text.

    Attributes:
        text: the text, or None where it may not be shown since it holds card data.
        rows: every object that could be read.
        report: every finding.
    """

    text: str | None
    rows: tuple[Row, ...]
    report: Report


def explained(payload: str | bytes, *, profile: str = "auto") -> Explained:
    """Return all that is said about any text; none is refused.

    A consumer-presented code is explained too; its values are masked and its text is not there.

    >>> explained("Demo Shop").report.errors[0].code
    'tlv.id-not-digits'
    """
    try:
        text = payload_text(payload)
    except DecodeError:
        return Explained("", (), check(payload, profile=profile))
    if cpm.is_consumer_code(text):
        findings = cpm.check(text)
        return Explained(None, _consumer_rows(text, findings), Report(findings, "consumer"))
    try:
        listed = tuple(rows(text, profile=profile))
    except DecodeError:
        listed = _parameter_rows(text, profile)  # if there is none, the report says why
    return Explained(text, listed, check(text, profile=profile))


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
    titles = names(source, report.profile)
    opened = opened_paths(source)
    dictionary = dictionary_of(report.profile)
    worst = _worst(report)
    crc = "91" if report.profile == "thaislip" else "63"
    for item in source:
        for row in _rows(item, dictionary, titles=titles, worst=worst):
            inside = tuple(_opened(source, row, titles, worst)) if row.path in opened else ()
            if row.path == crc:
                said = "wrong" if row.problem is Severity.ERROR else "right"
                yield row._replace(meaning=said)
            else:
                yield row._replace(value="") if inside else row
            yield from inside


def _opened(
    source: Payload, row: Row, titles: Mapping[str, str], worst: Mapping[str, Severity]
) -> Iterator[Row]:
    """Yield what is inside a value that its scheme alone reads as a template."""
    text = str(source)
    advance = ruler(text, source.length_unit)
    level = read_level(text, row.offset + 4, row.end, advance)
    if level.fault is not None:
        return
    for span in level.spans:
        path = f"{row.path}.{span.id}"
        name = titles.get(path, "Scheme Specific Data")
        value = text[span.value_start : span.end]
        yield Row(path, name, value, "", worst.get(path), span.start, span.end)


def _parameter_rows(text: str, profile: str) -> tuple[Row, ...]:
    """Return a row for every parameter of a link or a barcode, and none for any other text."""
    found = recognised_text(text)
    if found is None:
        return ()
    worst = _worst(check(text, profile=profile))
    scheme, parameters = found
    start = text.find("?") + 1 if scheme.name == "upi_uri" else int(text[0] == "|")
    parting = {"upi_uri": "[^&#]+", "thai_barcode": r"(?:(?<=[|\n])|(?<=\r)(?!\n))[^\r\n]*"}
    spans = re.compile(parting.get(scheme.name, "(?s:.+)")).finditer(text, start)
    listed = []
    for (name, value), span in zip(parameters, spans, strict=False):
        title = f"{scheme.title}: {name}"
        listed.append(Row(name, title, value, "", worst.get(name), *span.span()))
    return tuple(listed)


def _worst(findings: Iterable[Finding]) -> dict[str, Severity]:
    worst: dict[str, Severity] = {}
    for finding in findings:
        if worst.get(finding.path) is not Severity.ERROR:
            worst[finding.path] = finding.severity
    return worst


def _rows(
    item: DataObject,
    dictionary: Dictionary,
    *,
    titles: Mapping[str, str],
    worst: Mapping[str, Severity],
) -> Iterator[Row]:
    entry = dictionary.entry(item.id)
    name = titles.get(item.path, entry.name)
    meaning = _MEANINGS[item.path](item.value) if item.path in _MEANINGS else ""
    value, problem = "" if item.objects else item.value, worst.get(item.path)
    yield Row(item.path, name, value, meaning, problem, item.offset, item.end)
    for child in item.objects:
        yield from _rows(child, entry.inside or dictionary, titles=titles, worst=worst)


def _consumer_rows(text: str, findings: tuple[Finding, ...]) -> tuple[Row, ...]:
    try:
        code = cpm.decode(text)
    except DecodeError:
        return ()
    worst = _worst(findings)
    return tuple(row for item in code for row in _card_rows(item, "", worst))


def _card_rows(item: cpm.BerObject, above: str, worst: Mapping[str, Severity]) -> Iterator[Row]:
    path = above + item.tag
    value = "" if item.objects else shown(item.tag, item.value)
    # Four characters of Base64 hold three bytes: an object begins and ends inside a character.
    start, end = item.start * 4 // 3, -(-item.end * 4 // 3)
    yield Row(path, tag_of(item.tag).name, value, "", worst.get(path), start, end)
    for child in item.objects:
        yield from _card_rows(child, path + ".", worst)


def explain(payload: str | bytes | Payload, *, profile: str = "auto") -> str:
    """Return a payload as a table of plain text, one line an object.

    >>> print(explain("00020152045999"))
    00       0:6      Payload Format Indicator       01
    52       6:14     Merchant Category Code         5999
    """
    return table(tuple(rows(payload, profile=profile)))


def table(listed: tuple[Row, ...]) -> str:
    """Return rows as a table of plain text: path, span, name, value and meaning.

    >>> table(())
    ''
    """
    width = max((2 * row.depth + len(row.name) for row in listed), default=0) + 2
    lines = []
    for row in listed:
        name = "  " * row.depth + row.name
        meaning = f"  ({row.meaning})" if row.meaning else ""
        value = printable(row.value)
        beginning = f"{row.path:8} {row.span:8} {name:{max(width, 30)}}"
        lines.append(f"{beginning} {value}{meaning}".rstrip())
    return "\n".join(lines)
