"""Days, cycles and value dates, in whole numbers.

A day is counted from 1970-01-01, which is day 0. A cycle is a day in the zone of a link and bears
its number. The cycle from 00:00:00 to 23:59:59 UTC+8 is that of Alipay+, whose documents could be
read in part; that every other link has one too, and which days are free, are choices of this
library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...errors import quote
from ..errors import SettlementError, shown
from ..payments.limits import DAY

__all__ = ["WEEKEND", "Calendar", "cycle_ends", "cycle_of", "day_number", "day_of", "day_text"]

WEEKEND = frozenset({5, 6})
"""Saturday and Sunday: the days of a week are numbered from Monday, which is 0."""

_HOUR = 3_600_000
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_CYCLE_DAYS, _CENTURY_DAYS, _FOUR_YEARS = 146_097, 36_524, 1_461  # of the Gregorian calendar
_TO_1970 = 719_468  # days from 0000-03-01


def day_number(text: str) -> int:
    """Return the day that an ISO date names, counted from 1970-01-01.

    Args:
        text: ``YYYY-MM-DD``, by the calendar of today for all times.

    Raises:
        SettlementError: ``DATE_INVALID``.
        TypeError: for anything but text.

    >>> day_number("1970-01-01"), day_number("2025-06-15"), day_number("1969-12-31")
    (0, 20254, -1)
    """
    if not isinstance(text, str):
        raise TypeError(f"a date is str, not {type(text).__name__}")
    match = _ISO.fullmatch(text)
    if match is not None:
        year, month, day = (int(part) for part in match.groups())
        if 1 <= month <= 12 and day >= 1:
            number = _counted(year, month, day)
            if day_text(number) == text:  # the 31st of June is the 1st of July
                return number
    raise SettlementError("DATE_INVALID", f"{quote(text)} is no date; write it as in '2025-06-15'")


def day_of(day: int | str) -> int:
    """Return a day that is given as its number or as an ISO date, counted from 1970-01-01.

    Raises:
        SettlementError: ``DATE_INVALID`` for what lies outside the years 0000 to 9999.
        TypeError: for anything but a whole number and text.

    >>> day_of(20_254), day_of("2025-06-15")
    (20254, 20254)
    """
    if type(day) is not int:
        return day_number(day)  # type: ignore[arg-type] # it refuses what is no text
    if not -_TO_1970 <= day + 60 < 25 * _CYCLE_DAYS - _TO_1970:  # a year begins 60 days earlier
        raise SettlementError("DATE_INVALID", "a day lies in the years 0000 to 9999")
    return day


def _counted(year: int, month: int, day: int) -> int:
    # Years begin in March here, so that the odd day is the last one of a year.
    year -= month <= 2
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + of_year - _TO_1970


def day_text(day: int) -> str:
    """Return a day as an ISO date.

    Raises:
        SettlementError: ``DATE_INVALID`` for a number that no clock could lead to.
        TypeError: for anything but a whole number.

    >>> day_text(0), day_text(20_254)
    ('1970-01-01', '2025-06-15')
    """
    if type(day) is not int:
        raise TypeError(f"a day is int, not {type(day).__name__}")
    if day.bit_length() > 64:
        raise SettlementError("DATE_INVALID", f"a day of {day.bit_length()} bits")
    cycles, rest = divmod(day + _TO_1970, _CYCLE_DAYS)
    centuries = min(rest // _CENTURY_DAYS, 3)
    rest -= centuries * _CENTURY_DAYS
    fours, rest = divmod(rest, _FOUR_YEARS)
    years = min(rest // 365, 3)
    rest -= years * 365
    month = (5 * rest + 2) // 153
    date = rest - (153 * month + 2) // 5 + 1
    year = 400 * cycles + 100 * centuries + 4 * fours + years + (month >= 10)
    return f"{year:04}-{(month + 2) % 12 + 1:02}-{date:02}"


def cycle_of(time: int, hours_east: int) -> int:
    """Return the cycle in which a time lies: the day in a zone.

    Args:
        time: milliseconds since 1970, UTC.
        hours_east: how far the zone is east of Greenwich.

    >>> cycle_of(16 * 3_600_000 - 1, 8), cycle_of(16 * 3_600_000, 8)
    (0, 1)
    """
    return (time + hours_east * _HOUR) // DAY


def cycle_ends(cycle: int, hours_east: int) -> int:
    """Return the first moment after a cycle, in milliseconds since 1970: its cut-off.

    >>> cycle_ends(0, 8) == 16 * 3_600_000
    True
    """
    return (cycle + 1) * DAY - hours_east * _HOUR


class Calendar:
    """Which days are working days.

    Args:
        holidays: days that are free, as ISO dates or as numbers.
        weekend: days of the week that are free, from 0 for Monday to 6.

    Raises:
        SettlementError: ``DATE_INVALID`` for a holiday that is no date.
        TypeError: for other types, and for a week without a working day.

    >>> calendar = Calendar(["2025-06-18"])
    >>> friday = day_number("2025-06-13")
    >>> [day_text(calendar.value_date(friday, days)) for days in (0, 1, 2, 3)]
    ['2025-06-13', '2025-06-16', '2025-06-17', '2025-06-19']
    """

    def __init__(
        self, holidays: Iterable[int | str] = (), weekend: Iterable[int] = WEEKEND
    ) -> None:
        if isinstance(holidays, str):
            raise TypeError("holidays are a list of dates, not one text")
        self.holidays = frozenset(day_of(day) for day in holidays)
        self.weekend = frozenset(weekend)
        if not self.weekend < frozenset(range(7)):
            raise TypeError("a weekend is days from 0 to 6, and leaves a working day at least")

    def works(self, day: int) -> bool:
        """Say whether a day is a working day."""
        return (day + 3) % 7 not in self.weekend and day not in self.holidays

    def value_date(self, cycle: int, days: int) -> int:
        """Return the day on which a cycle settles: so many working days after its own day.

        With none, it is its own day or the first working day after it.

        Raises:
            SettlementError: ``DATE_INVALID`` for less than 0 or more than 366 days.

        Source: that Alipay+ settles two working days after the cycle, and on no weekend or holiday,
        is stated in its documents, which could be read in part.
        """
        if type(days) is not int or type(cycle) is not int:
            raise TypeError(
                f"a cycle and working days are int, not {type(cycle).__name__} and "
                f"{type(days).__name__}"
            )
        if not 0 <= days <= 366:
            raise SettlementError("DATE_INVALID", f"{shown(days)} working days; write 0 to 366")
        day, left = cycle, days
        while left or not self.works(day):
            day += 1
            left -= left > 0 and self.works(day)
        return day
