"""Where a payload holds what may say who somebody is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..emv.payload import Payload
from ..emv.tlv import read_level
from ..emv.tree import DataObject
from ..emv.units import Advance, ruler
from .personal import AMOUNTS, inner_objects, is_personal, personal_length

__all__ = ["Span", "is_bare", "personal_spans", "sealed_end"]

_HEADER = 4
_FIRST_UNRESERVED = "80"
_SEALED_END = re.compile(r"6304[0-9A-Fa-f]{4}\Z")


class Span(NamedTuple):
    """A part of the text that is to be replaced: from ``start`` to ``end``, in characters."""

    start: int
    end: int
    is_amount: bool = False


def personal_spans(payload: Payload, *, amounts: bool = False) -> list[Span]:
    """Return the personal parts of a payload, in its order; none is empty.

    Args:
        payload: a payload, or what could be read of one.
        amounts: whether amounts of money are wanted too.

    >>> from khqr.emv.payload import parse
    >>> personal_spans(parse("000201" "5909Demo User" "6304F2C1"))
    [Span(start=10, end=19, is_amount=False)]
    """
    text = str(payload)
    advance = ruler(text, payload.length_unit)
    spans = [span for item in payload for span in _within(text, item, "", advance)]
    spans += _unread(payload.objects[-1].end, sealed_end(payload) or len(text))
    return [span for span in spans if span.start < span.end and (amounts or not span.is_amount)]


def sealed_end(payload: Payload) -> int | None:
    """Return where a check sum ends a text that was not read to its end, or None.

    >>> from khqr.emv.payload import parse
    >>> sealed_end(parse("0002015999Demo6304F2C1", recover=True))
    14
    """
    found = _SEALED_END.search(str(payload), payload.objects[-1].end)
    return None if found is None else found.start()


def _within(text: str, item: DataObject, guid: str, advance: Advance) -> Iterator[Span]:
    """Yield the personal parts of one object, which stands in a template of ``guid``."""
    if item.objects:
        network = next((child.value for child in item.objects if child.id == "00"), "")
        for child in item.objects:
            yield from _within(text, child, network, advance)
        yield from _unread(item.objects[-1].end, item.end)
        return
    if item.fault is not None and item.fault.code != "template.not-tlv" and not is_bare(item):
        yield from _unread(item.value_offset, item.end)
        return
    if not is_personal(item.path, guid, item.value):
        if item.path in AMOUNTS:
            yield Span(item.value_offset, item.end, is_amount=True)
        return
    kept = inner_objects(guid, item.id)
    level = read_level(text, item.value_offset, item.end, advance)
    if kept is not None and level.fault is None:
        yield from (Span(part.value_start, part.end) for part in level.spans if part.id not in kept)
        return
    is_account = item.id == "00" and "." in item.path
    length = personal_length(item.value) if is_account else len(item.value)
    yield Span(item.value_offset, item.value_offset + length)


def is_bare(item: DataObject) -> bool:
    """Whether an unreserved template holds a bare value, as live codes do, and no objects."""
    return "." not in item.path and item.path >= _FIRST_UNRESERVED and not item.objects


def _unread(start: int, end: int) -> Iterator[Span]:
    """Yield what is left of a level that could not be read on, behind the header that broke it."""
    yield Span(min(start + _HEADER, end), end)
