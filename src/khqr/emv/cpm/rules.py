"""The rules C2 to C10: what a consumer-presented code that was read has to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ...errors import Finding, Severity
from .ber import FILLER, BerObject
from .catalogue import cpm_finding
from .code import Application
from .dictionary import (
    APPLICATION_TEMPLATE,
    COMMON_TEMPLATE,
    FORMAT_INDICATOR,
    OPAQUE,
    TAGS,
    fits,
)

__all__ = ["Place", "applications_of", "judge"]

Place = Callable[[int], int]
"""From a position in the data, in bytes, to one in the text, in characters."""

_VERSION = b"CPV01"
_FIRST = frozenset({FORMAT_INDICATOR, APPLICATION_TEMPLATE, COMMON_TEMPLATE})
_AT_MOST = {APPLICATION_TEMPLATE: 2, COMMON_TEMPLATE: 1}
_NUMBER_OF_CARD = frozenset({"57", "5A"})


def judge(
    objects: Sequence[BerObject], applications: Sequence[Application], place: Place
) -> Iterator[Finding]:
    """Yield what the rules say of a code whose objects could be walked.

    Args:
        objects: the objects under the root.
        applications: what `applications_of` gives for them.
        place: where a byte of the data stands in the text.
    """
    real = [item for item in objects if item.tag != FILLER]
    yield from _version(real[0], place)
    yield from _adf_names(real, place)
    if not any(item.tag == APPLICATION_TEMPLATE for item in real):
        message = "there is no application template, expected one or two objects 61"
        yield cpm_finding("cpm.no-application-template", "61", place(real[-1].end), message)
    elif not applications:
        message = "no application template has an ADF name of 5 to 16 bytes"
        yield cpm_finding("cpm.no-application-left", "61", place(real[-1].end), message)
    some_passes = any(application.ok for application in applications)
    severity = Severity.WARNING if some_passes else Severity.ERROR
    said = {}
    for application in applications:
        for finding in application.findings:
            said[finding] = replace(finding, severity=severity)
    yield from said.values()
    yield from _arrangement(real, place)
    yield from _values(real, place)


def applications_of(objects: Sequence[BerObject], place: Place) -> tuple[Application, ...]:
    """Return the applications among ``objects``, each with its own findings (C3, C4, C9)."""
    common = tuple(
        child for item in objects if item.tag == COMMON_TEMPLATE for child in item.objects
    )
    eligible = (item for item in objects if item.tag == APPLICATION_TEMPLATE and _has_adf(item))
    return tuple(
        Application(item, common, tuple(_problems(item, common, place))) for item in eligible
    )


def _adf(item: BerObject) -> BerObject | None:
    return next((child for child in item.objects if child.tag == "4F"), None)


def _has_adf(item: BerObject) -> bool:
    name = _adf(item)
    return name is not None and fits("4F", name.value)


def _version(first: BerObject, place: Place) -> Iterator[Finding]:
    if first.value != _VERSION:
        hint = "only version 01 of consumer-presented mode is known"
        yield cpm_finding(
            "cpm.version", "85", place(first.value_start), "version is not CPV01", hint=hint
        )


def _adf_names(objects: Sequence[BerObject], place: Place) -> Iterator[Finding]:
    for item in objects:
        if item.tag != APPLICATION_TEMPLATE:
            continue
        name = _adf(item)
        if name is None:
            message = "the application has no ADF name (4F) and is skipped"
            yield cpm_finding("cpm.adf-missing", "61.4F", place(item.end), message)
        elif not fits("4F", name.value):
            message = f"the ADF name has {len(name.value)} bytes, expected 5 to 16; it is skipped"
            yield cpm_finding("cpm.adf-length", "61.4F", place(name.value_start), message)


def _problems(item: BerObject, common: tuple[BerObject, ...], place: Place) -> Iterator[Finding]:
    """Yield why an application cannot be chosen."""
    listed = [("61", child) for child in item.objects] + [("62", child) for child in common]
    seen: Counter[str] = Counter()
    for template, child in listed:
        if child.is_template or child.tag == FILLER:
            continue
        seen[child.tag] += 1
        if seen[child.tag] == 2:
            message = f"object {child.tag} stands more than once in 61 and 62 together"
            path = f"{template}.{child.tag}"
            yield cpm_finding("cpm.duplicate", path, place(child.start), message)
    if not _NUMBER_OF_CARD & seen.keys():
        message = "neither 57 nor 5A is in the application or in 62"
        yield cpm_finding("cpm.pan-missing", "61", place(item.end), message)


def _arrangement(objects: Sequence[BerObject], place: Place) -> Iterator[Finding]:
    """Yield C6 and C10: which templates there are, and in which order."""
    others = False
    seen: Counter[str] = Counter()
    for item in objects:
        seen[item.tag] += 1
        if item.tag not in _FIRST:
            others = True
        elif others:
            message = f"object {item.tag} stands behind objects that are not 85, 61 or 62"
            yield cpm_finding("cpm.order", item.tag, place(item.start), message)
        if seen[item.tag] == _AT_MOST.get(item.tag, 0) + 1 and item.tag in _AT_MOST:
            message = f"object {item.tag} stands there more than {_AT_MOST[item.tag]} time(s)"
            yield cpm_finding("cpm.too-many-templates", item.tag, place(item.start), message)


def _values(objects: Sequence[BerObject], place: Place) -> Iterator[Finding]:
    """Yield which objects inside 61 and 62 are not as the table of objects asks."""
    for item in objects:
        if item.tag not in _AT_MOST:
            continue
        for child in item.objects:
            known = TAGS.get(child.tag)
            if known is None or child.tag in OPAQUE or child.tag == "4F":
                continue
            if not fits(child.tag, child.value):
                message = (
                    f"{known.name} has {len(child.value)} bytes that do not fit format "
                    f"{known.format}, {known.minimum} to {known.maximum} bytes"
                )
                path = f"{item.tag}.{child.tag}"
                yield cpm_finding("cpm.value", path, place(child.value_start), message)
