"""From text to a consumer-presented code and back: Base64 (RFC 4648 §4) around BER-TLV."""

from __future__ import annotations

import base64
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from ...errors import DecodeError, EncodeError, Finding, Severity
from ..limits import MAX_PAYLOAD
from ..source import payload_text
from .ber import FILLER, BerFault, BerObject, read_level, write
from .catalogue import cpm_finding
from .code import ConsumerCode
from .dictionary import APPLICATION_TEMPLATE, COMMON_TEMPLATE, FORMAT_INDICATOR, OPAQUE
from .rules import Place, applications_of, judge

__all__ = ["check", "decode", "encode", "is_consumer_code"]

MAX_DEPTH = 8
"""How many templates may stand inside each other; EMVCo uses two."""

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_BREAKS = re.compile(r"[\r\n]")
_ENTERED = frozenset({APPLICATION_TEMPLATE, COMMON_TEMPLATE})
_BEGINNING = "hQVDUFY"
"""The characters that every code begins with: object 85 of five bytes, and ``CPV`` (§5.1.1.1)."""


class _Reading(NamedTuple):
    """A code as far as it could be read, and every finding about it."""

    code: ConsumerCode
    findings: tuple[Finding, ...]


def is_consumer_code(text: str) -> bool:
    """Whether ``text`` begins as every consumer-presented code does (§5.1.1.1).

    >>> is_consumer_code("hQVDUFYwMQ=="), is_consumer_code("000201")
    (True, False)
    """
    return text.startswith(_BEGINNING)


def decode(text: str | bytes, *, lenient: bool = False) -> ConsumerCode:
    """Return what a consumer-presented code says.

    Args:
        text: the text of the symbol, at most 4,096 characters, or its ASCII bytes.
        lenient: forgive line breaks in the Base64 and filler bytes between objects.

    Raises:
        DecodeError: if a rule is broken; ``findings`` has all of them, and no card data.
        TypeError: for anything but text and bytes.

    Source: EMVCo CPM 1.0 §5.1.1.

    >>> code = decode("hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=")
    >>> code.applications
    (Application(adf_name='A0 00 00 00 55 55 55', track2='************3458'),)
    >>> code.applications[0].pan.reveal()
    '1234567890123458'
    """
    reading = _read(text, lenient=lenient)
    if any(finding.severity is Severity.ERROR for finding in reading.findings):
        raise DecodeError("the text is not a consumer-presented code", reading.findings)
    return replace(reading.code, findings=reading.findings)


def check(text: str | bytes, *, lenient: bool = False) -> tuple[Finding, ...]:
    """Return every finding about a consumer-presented code, in the order of its text.

    Args:
        text: as for `decode`; any content is judged, none raises.
        lenient: as for `decode`.

    Raises:
        TypeError: for anything but text and bytes.

    Source: EMVCo CPM 1.0 §5.1.1.

    >>> [finding.code for finding in check("hQVDUFYwMQ==")]
    ['cpm.no-application-template']
    """
    try:
        return _read(text, lenient=lenient).findings
    except DecodeError as refusal:
        return refusal.findings


def encode(code: ConsumerCode | Iterable[BerObject]) -> str:
    """Return the text of a code: the one it was read from, character for character.

    The text holds card data in clear. Of a code that was read leniently, line breaks are gone.

    Args:
        code: what `decode` gave, or the objects under the root.

    Raises:
        EncodeError: if what would be written breaks a rule; ``findings`` has all of them.
        TypeError: for anything but a code and objects.

    Source: EMVCo CPM 1.0 §3.1, §5.1.1.

    >>> text = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8="
    >>> encode(decode(text)) == text
    True
    """
    objects = tuple(code)
    for item in objects:
        if not isinstance(item, BerObject):
            raise TypeError(f"a code is made of BerObject, not {type(item).__name__}")
    text = base64.b64encode(write(objects)).decode("ascii")
    # Filler can only stand in a code that was read leniently, and is written back as it was.
    filled = isinstance(code, ConsumerCode) and any(
        finding.code == "cpm.filler" for finding in code.findings
    )
    problems = [item for item in check(text, lenient=filled) if item.severity is Severity.ERROR]
    if problems:
        raise EncodeError("the consumer-presented code cannot be written", problems)
    return text


def _read(text: str | bytes, *, lenient: bool) -> _Reading:
    written = payload_text(text, limit=MAX_PAYLOAD)
    data, place, findings = _unwrapped(written, lenient=lenient)
    level = read_level(data, 0, len(data), filler=lenient)
    if level.fault is not None:
        findings.append(_broken("", level.fault, place))
    objects = tuple(
        _entered(data, item, findings, place, lenient=lenient) for item in level.objects
    )
    findings += _fillers(objects, place)
    first = next((item for item in objects if item.tag != FILLER), None)
    refused = any(finding.severity is Severity.ERROR for finding in findings)
    if not refused and (first is None or first.tag != FORMAT_INDICATOR):
        found = "the data is empty" if first is None else f"the first object is {first.tag}"
        findings.append(cpm_finding("cpm.first-not-85", "85", 0, f"{found}, expected 85"))
        refused = True
    if refused:
        findings.sort(key=lambda finding: finding.offset)
        raise DecodeError("the text is not a consumer-presented code", findings)
    applications = applications_of(objects, place)
    findings += judge(objects, applications, place)
    findings.sort(key=lambda finding: finding.offset)
    return _Reading(ConsumerCode(objects, applications), tuple(findings))


def _unwrapped(text: str, *, lenient: bool) -> tuple[bytes, Place, list[Finding]]:
    """Return the bytes inside the Base64, where each stands in the text, and what was forgiven."""
    breaks = [found.start() for found in _BREAKS.finditer(text)] if lenient else []
    findings = []
    whole = text
    if breaks:
        whole = _BREAKS.sub("", text)
        message = f"{len(breaks)} line break character(s) stand in the Base64"
        findings.append(cpm_finding("cpm.line-break", "", breaks[0], message))
    try:
        data = base64.b64decode(whole, validate=True)
    except ValueError:  # binascii.Error is one, and characters beyond ASCII give another
        data = None
    if data is None or base64.b64encode(data) != whole.encode():
        raise DecodeError("the text is not a consumer-presented code", [_not_base64(text)])
    # The breaks before a character move it; kept counts how many others stand before each break.
    kept = [position - index for index, position in enumerate(breaks)]
    return data, lambda byte: _moved(byte * 4 // 3, kept), findings


def _moved(position: int, kept: Sequence[int]) -> int:
    return position + bisect_right(kept, position)


def _not_base64(text: str) -> Finding:
    foreign = _NOT_BASE64.search(text)
    if foreign is None:
        message = "padding or length is not that of Base64"
        return cpm_finding("cpm.not-base64", "", len(text), message)
    message = f"{foreign[0]!r} is not of the Base64 alphabet"
    hint = "line breaks are forgiven by lenient=True" if foreign[0] in "\r\n" else ""
    return cpm_finding("cpm.not-base64", "", foreign.start(), message, hint=hint)


def _broken(path: str, fault: BerFault, place: Place) -> Finding:
    message = f"byte {fault.position} of the data: {fault.reason}"
    return cpm_finding("cpm.not-ber-tlv", path, place(fault.position), message)


def _entered(
    data: bytes, item: BerObject, findings: list[Finding], place: Place, *, lenient: bool
) -> BerObject:
    """Return an object under the root with its objects; what cannot be read is a finding."""
    if item.tag not in _ENTERED:
        return _explored(data, item, findings, place, depth=1)
    level = read_level(data, item.value_start, item.end, filler=lenient)
    if level.fault is not None:
        findings.append(_broken(item.tag, level.fault, place))
        return item
    inside = (_explored(data, child, findings, place, depth=2) for child in level.objects)
    return replace(item, objects=tuple(inside))


def _explored(
    data: bytes, item: BerObject, findings: list[Finding], place: Place, *, depth: int
) -> BerObject:
    """Return a template that EMVCo does not know with its objects, or opaque as it was."""
    if not item.is_template or item.tag in OPAQUE:
        return item
    level = read_level(data, item.value_start, item.end)
    if level.fault is not None or not level.objects:
        return item
    if depth == MAX_DEPTH:
        if not any(finding.code == "cpm.too-deep" for finding in findings):
            message = f"more than {MAX_DEPTH} templates stand inside each other"
            findings.append(cpm_finding("cpm.too-deep", "", place(item.start), message))
        return item
    inside = (_explored(data, child, findings, place, depth=depth + 1) for child in level.objects)
    return replace(item, objects=tuple(inside))


def _fillers(objects: Sequence[BerObject], place: Place) -> list[Finding]:
    levels = (objects, *(item.objects for item in objects))
    found = [item for level in levels for item in level if item.tag == FILLER]
    if not found:
        return []
    message = f"{len(found)} filler byte(s) 00 stand between objects"
    return [cpm_finding("cpm.filler", "", place(min(item.start for item in found)), message)]
