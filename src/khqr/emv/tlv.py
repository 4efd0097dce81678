"""Data objects in a row: two digits of ID, two digits of length, the value.

This module knows the grammar of EMVCo MPM 1.0 §3.2 and §4.4 and nothing of payment. It reads
one level; it never recurses, and a break ends the level with everything before it kept.
"""

from __future__ import annotations

from typing import NamedTuple

from .units import Advance, LengthUnit, measure

__all__ = ["Fault", "Level", "Span", "read_level", "two_digits", "write_object"]

_HEADER = 4

_TWO_DIGITS = {f"{number:02d}": number for number in range(100)}
"""Every two ASCII digits and their number. A look-up accepts nothing else: no sign, no blank,
no digit of another script."""


class Span(NamedTuple):
    """A data object in the text: its ID, and where it starts and ends."""

    id: str
    start: int
    end: int

    @property
    def value_start(self) -> int:
        """The index of the first character of the value."""
        return self.start + _HEADER


class Fault(NamedTuple):
    """Why a level could not be read on: a finding code, where, and the ID if it was read."""

    code: str
    offset: int
    id: str


class Level(NamedTuple):
    """The objects of one level, and the break that ended it, if one did."""

    spans: list[Span]
    fault: Fault | None


def two_digits(text: str) -> int | None:
    """Return the number that exactly two ASCII digits write, or None for anything else.

    >>> two_digits("07"), two_digits("-4"), two_digits("០៣")
    (7, None, None)
    """
    return _TWO_DIGITS.get(text)


def read_level(text: str, start: int, stop: int, advance: Advance) -> Level:
    """Read the objects between ``start`` and ``stop``.

    >>> from khqr.emv.units import ruler
    >>> text = "000201" + "6199AB"
    >>> read_level(text, 0, len(text), ruler(text, LengthUnit.CODE_POINT))
    Level(spans=[Span(id='00', start=0, end=6)], fault=Fault(code='tlv.length-overrun', \
offset=8, id='61'))
    """
    spans: list[Span] = []
    index = start
    while index < stop:
        object_id = text[index : index + 2]
        value_start = index + _HEADER
        if value_start > stop:
            return Level(spans, Fault("tlv.header-truncated", index, ""))
        if object_id not in _TWO_DIGITS:
            return Level(spans, Fault("tlv.id-not-digits", index, ""))
        length = _TWO_DIGITS.get(text[index + 2 : value_start])
        if length is None:
            return Level(spans, Fault("tlv.length-not-digits", index + 2, object_id))
        end = advance(value_start, length)
        if end < 0 or end > stop:
            return Level(spans, Fault("tlv.length-overrun", index + 2, object_id))
        spans.append(Span(object_id, index, end))
        index = end
    return Level(spans, None)


def write_object(object_id: str, value: str, unit: LengthUnit = LengthUnit.CODE_POINT) -> str:
    """Return the text of one object; the caller has made sure that the length fits.

    >>> write_object("59", "Demo User")
    '5909Demo User'
    """
    return f"{object_id}{measure(value, unit):02d}{value}"
