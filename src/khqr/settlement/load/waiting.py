"""The clock that payments move on, and what their banks credit a day or two later."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from ..errors import SettlementError
from ..ledger.rows import LARGEST_TIME
from ..payments.limits import business_day, day_starts
from .register import Register

__all__ = ["Waiting"]


class Waiting(Register):
    """A register whose clock goes on, and which keeps what is still to be credited.

    Attributes:
        waiting: business day to what is credited on it: suspense account, account and amount of
            each payment.
        lock: the lock of the ledger.
    """

    waiting: dict[int, array[int]]

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type] # as Register takes them
        self.waiting = {}
        self.lock = self.ledger.locked()
        self.go_on(self.time)

    def go_on(self, time: int) -> None:
        """Let the clock go on to a time, never back, and begin a new day where one begins."""
        if time > self.time or self.day < 0:
            self.time = max(time, self.time)
            self.ledger.expire()
            day = business_day(self.time)
            if day != self.day:
                self.day = day
                self.used = array("q", bytes(8 * len(self.used)))
                self.changes += 1

    def wait(self, day: int, credit: Iterable[int]) -> None:
        """Keep a credit, its suspense account, account and amount, until a business day."""
        self.waiting.setdefault(day, array("q")).extend(credit)

    def credit_due(self, time: int) -> int:
        """Let banks credit what is due by a time, and return how many payments that were.

        Each is a posting of its own, in the order of the payments.
        """
        if type(time) is not int:
            raise TypeError(f"a time is an int of milliseconds, not {type(time).__name__}")
        if not 0 <= time <= LARGEST_TIME:
            raise SettlementError("CLOCK_INVALID", f"{time:#x} ms is no time of a row")
        with self.lock:
            self.go_on(time)
            due = [day for day in sorted(self.waiting) if day_starts(day) <= self.time]
            return sum(self._credit(day) for day in due)

    def _credit(self, day: int) -> int:
        """Credit what is due on a day; what cannot be credited waits on, and is raised."""
        due = self.waiting.pop(day)
        thirds = (due[0::3], due[1::3], due[2::3])
        items = [
            (debit, credit, amount, None) for debit, credit, amount in zip(*thirds, strict=True)
        ]
        results = self.ledger.post_many(items)
        for item, result in zip(items, results, strict=True):
            if isinstance(result, SettlementError):
                self.wait(day, (item[0], item[1], item[2]))
        for result in results:
            if isinstance(result, SettlementError):
                raise result
        return len(items)
