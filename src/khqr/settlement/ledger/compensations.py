"""Which transactions compensate which, read from a journal as it grows, each row once."""

from __future__ import annotations

from typing import NamedTuple

from .rows import Kind
from .view import View

__all__ = ["Compensation", "Compensations"]


class Compensation(NamedTuple):
    """One transaction that names another.

    Attributes:
        row: the row that names it, from which on the transaction that compensates can be read.
        original: first row of what is compensated.
        time: when, in milliseconds since 1970.
    """

    row: int
    original: int
    time: int


class Compensations:
    """The compensations in a journal.

    Args:
        ledger: whose journal is read.

    >>> from khqr.settlement import Ledger, Posting, Side
    >>> ledger = Ledger(clock=lambda: 0)
    >>> one, two = (ledger.open("A", name, "KHR", side=Side.CREDIT, guarded=False)
    ...             for name in ("one", "two"))
    >>> paid = ledger.transact([Posting(one, two, 5)], "p1")
    >>> back = ledger.transact([Posting(two, one, 5)], "r1", reference=paid)
    >>> compensations = Compensations(ledger)
    >>> [one.original == paid for one in compensations.read_on()]
    [True]
    >>> paid in compensations.originals, back in compensations.originals
    (True, False)
    """

    def __init__(self, ledger: View) -> None:
        self._ledger = ledger
        self._read = 0
        self.found: list[Compensation] = []
        self.originals: set[int] = set()

    def read_on(self) -> list[Compensation]:
        """Read the rows that came since the last call, and return all that were found so far."""
        with self._ledger.locked():
            for row in self._ledger.journal.rows(self._read):
                if row.kind is Kind.REFERENCE:
                    self.found.append(Compensation(row.number, row.amount, row.time))
                    self.originals.add(row.amount)
                self._read = row.number + 1
            return self.found
