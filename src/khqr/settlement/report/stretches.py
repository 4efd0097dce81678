"""Long runs made short: what was settled, summed up by wider stretches of time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ..payments.limits import DAY, business_day, day_starts
from .figures import VolumeRow

__all__ = ["Stretch", "stretches"]

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_WIDTHS = (
    *(_MINUTE * minutes for minutes in (1, 5, 15, 30)),
    *(_HOUR * hours for hours in (1, 2, 3, 6, 12)),
    *(DAY * days for days in (1, 2, 7, 14, 28, 91, 182, 364)),
)


class Stretch(NamedTuple):
    """What was settled from ``start`` up to ``end``, in milliseconds since 1970."""

    start: int
    end: int
    payments: int
    value: int


def stretches(rows: Sequence[VolumeRow], most: int) -> list[Stretch]:
    """Return the rows of one currency as at most ``most`` stretches of one width, without gaps.

    Stretches begin at midnight in Phnom Penh, or at what divides a day evenly. Nothing is lost or
    divided: each row is counted where it starts, so the sums stay the same.

    >>> rows = [VolumeRow(day * DAY, "KHR", 1, 500) for day in range(181)]
    >>> weeks = stretches(rows, 31)
    >>> len(weeks), weeks[0].value, sum(week.payments for week in weeks)
    (26, 3500, 181)
    """
    if not rows:
        return []
    starts = sorted({row.start for row in rows})
    origin = day_starts(business_day(starts[0]))
    width = _width(starts, origin, most)
    first, last = ((start - origin) // width for start in (starts[0], starts[-1]))
    counts, values = ([0] * (last - first + 1) for _ in range(2))
    for row in rows:
        place = (row.start - origin) // width - first
        counts[place] += row.payments
        values[place] += row.value
    begins = range(origin + first * width, origin + (last + 1) * width, width)
    return [
        Stretch(start, start + width, count, value)
        for start, count, value in zip(begins, counts, values, strict=True)
    ]


def _width(starts: Sequence[int], origin: int, most: int) -> int:
    """Return the least width that the rows allow and that gives few enough stretches."""
    one = DAY if starts[0] == origin else _HOUR
    least = min((later - earlier for earlier, later in pairwise(starts)), default=one)
    width = next((width for width in _WIDTHS if width >= least), _WIDTHS[-1])
    while (starts[-1] - origin) // width - (starts[0] - origin) // width >= most:
        width = next((wider for wider in _WIDTHS if wider > width), 2 * width)
    return width
