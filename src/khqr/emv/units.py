"""In which unit a length counts.

EMVCo says *characters* (MPM 1.0 §4.4.1.1), read here as Unicode code points. The official
KHQR SDKs count UTF-16 units, and some encoders count bytes. The three agree on ASCII, and
the first two on everything up to U+FFFF.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from enum import StrEnum
from itertools import accumulate

__all__ = ["KHQR_ORDER", "LengthUnit", "measure", "ruler", "units_for"]


class LengthUnit(StrEnum):
    """What one step of a length is.

    >>> LengthUnit("utf16") is LengthUnit.UTF16
    True
    """

    CODE_POINT = "codepoint"
    UTF16 = "utf16"
    UTF8 = "utf8"


KHQR_ORDER = (LengthUnit.UTF16, LengthUnit.CODE_POINT, LengthUnit.UTF8)
"""The order in which a KHQR is tried, as its official SDKs count UTF-16 units."""


def units_for(text: str, order: tuple[LengthUnit, ...] = KHQR_ORDER) -> tuple[LengthUnit, ...]:
    """Return the units of ``order`` that are worth a try: for ASCII all agree, so one is.

    >>> len(units_for("ABC")), len(units_for("ក"))
    (1, 3)
    """
    return (LengthUnit.CODE_POINT,) if text.isascii() else order


Advance = Callable[[int, int], int]
"""From an index and a length to the index behind it, or -1 where the text ends before or the
length would split a character."""


def _utf16_width(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _utf8_width(character: str) -> int:
    return len(character.encode("utf-8", "surrogatepass"))


_WIDTHS: dict[LengthUnit, Callable[[str], int]] = {
    LengthUnit.UTF16: _utf16_width,
    LengthUnit.UTF8: _utf8_width,
}


def measure(text: str, unit: LengthUnit = LengthUnit.CODE_POINT) -> int:
    """Return the length of ``text`` in ``unit``.

    >>> [measure("ក😀", unit) for unit in LengthUnit]
    [2, 3, 7]
    """
    if unit is LengthUnit.CODE_POINT or text.isascii():
        return len(text)
    return sum(map(_WIDTHS[unit], text))


def ruler(text: str, unit: LengthUnit) -> Advance:
    """Return the function that finds where a value of a given length ends in ``text``.

    >>> ruler("ab😀c", LengthUnit.UTF16)(0, 4), ruler("ab😀c", LengthUnit.UTF16)(0, 3)
    (3, -1)
    """
    size = len(text)
    if unit is LengthUnit.UTF16 and len(text.encode("utf-16-le", "surrogatepass")) == 2 * size:
        unit = LengthUnit.CODE_POINT  # nothing beyond U+FFFF, so the two units agree
    if unit is LengthUnit.CODE_POINT or text.isascii():

        def advance(start: int, length: int) -> int:
            end = start + length
            return end if end <= size else -1

        return advance

    positions = [0, *accumulate(map(_WIDTHS[unit], text))]

    def advance_in_units(start: int, length: int) -> int:
        target = positions[start] + length
        end = bisect_left(positions, target)
        return end if end <= size and positions[end] == target else -1

    return advance_in_units
