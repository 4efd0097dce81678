"""The batches of a link, worked out from the journal alone.

A crossing belongs to the batch of the cycle in which the time of its row lies. The time of the
journal never goes back, so that is one batch, whatever the clock does. All of it is a choice of
this library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...errors import quote
from ..books.books import Books
from ..errors import SettlementError, one_of, shown
from ..links.terms import Netting, Terms
from .batch import Batch, BatchEvent
from .calendar import WEEKEND, Calendar, cycle_ends, cycle_of, day_text
from .crossings import Crossing, Crossings
from .positions import Position, positions_of

__all__ = ["MOST_CYCLES", "Register"]

MOST_CYCLES = 50_000
"""Cycles that may pass between two looks at the clock, 136 years: a choice of this library."""

_NAME = re.compile(r"[A-Za-z0-9.\-]{1,32}", re.ASCII)


class Register:
    """The reading half of a `khqr.settlement.clearing.Clearing`.

    Attributes:
        books: where the link's payments are posted.
        terms: what both ends agreed on.
        netting: whether positions are set off.
        calendar: which days are working days.
    """

    def __init__(
        self,
        books: Books,
        terms: Terms,
        *,
        holidays: Iterable[int | str] = (),
        weekend: Iterable[int] = WEEKEND,
    ) -> None:
        if not isinstance(books, Books) or not isinstance(terms, Terms):
            raise TypeError(
                f"a clearing has Books and Terms, not {type(books).__name__} and "
                f"{type(terms).__name__}"
            )
        if not _NAME.fullmatch(terms.name):
            raise SettlementError(
                "INSTRUCTION_ID_INVALID",
                f"the link is called {quote(terms.name)}; write 1 to 32 letters, digits, '.' or "
                "'-', for the name is part of the ids of its batches",
            )
        self.books = books
        self.terms = terms
        self.netting = one_of(Netting, terms.netting)
        self.calendar = Calendar(holidays, weekend)
        self._ledger = books.ledger
        self._crossings = Crossings(books.ledger, terms)
        self._batches: list[Batch] = []
        self._places: dict[str, int] = {}
        self._items: list[list[Crossing]] = []
        self._cycle_of_row: dict[int, int] = {}
        with self._ledger.locked():
            now, journal = self._ledger.expire(), self._ledger.journal
            begin = journal.row(0).time if len(journal) else now
            self._first = cycle_of(begin, terms.hours_east)
            self.catch_up()

    @property
    def batches(self) -> tuple[Batch, ...]:
        """All batches in order, that of the cycle which runs last; cycles without crossings too."""
        self.read()
        return tuple(self._batches)

    def batch(self, batch: str) -> Batch:
        """Return a batch by its id.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        self.read()
        return self._batches[self._place(batch)]

    def crossings(self, batch: str) -> tuple[Crossing, ...]:
        """Return the crossings of a batch, in order."""
        self.read()
        return tuple(self._items[self._place(batch)])

    def positions(self, batch: str) -> tuple[Position, ...]:
        """Return what every party gets of a batch; the partner, which keeps the fees, is last."""
        return positions_of(self.crossings(batch), self.terms.partner, self.terms.currency)

    def batch_of(self, row: int) -> Batch:
        """Return the batch of the transaction that begins with a row of the journal.

        Raises:
            SettlementError: ``NOT_FOUND`` if it does not cross the link.
        """
        self.read()
        cycle = self._cycle_of_row.get(row)
        if cycle is None:
            raise SettlementError(
                "NOT_FOUND", f"no transaction in row {shown(row)} crosses the link"
            )
        return self._batches[cycle - self._first]

    def _place(self, batch: str) -> int:
        place = self._places.get(batch)
        if place is None:
            raise SettlementError("NOT_FOUND", f"no batch {shown(batch)}")
        return place

    def catch_up(self) -> int:
        """Look at the clock, read what is new, and return the time.

        Raises:
            SettlementError: as `read` raises it.
        """
        with self._ledger.locked():
            now = self._ledger.expire()
            self._open(cycle_of(now, self.terms.hours_east))
            self.read()
            return now

    def read(self) -> None:
        """Read what is new in the journal, and open the batches of the cycles that began.

        Raises:
            SettlementError: ``BATCH_CLOSED`` if a row lies in a cycle that was cut off, which only
                a journal can have that was changed; the row is then in no batch, and others are
                in theirs; and if the clearing of another link has settled debts to the same
                partner in the same currency, which are then all its. ``CLOCK_INVALID``.
        """
        with self._ledger.locked():
            journal = self._ledger.journal
            if len(journal):
                self._open(cycle_of(journal.row(-1).time, self.terms.hours_east))
            late = [one for one in self._crossings.read_on() if not self._enter(one)]
            if late:
                day = day_text(cycle_of(late[0].time, self.terms.hours_east))
                raise SettlementError(
                    "BATCH_CLOSED", f"row {late[0].row} lies in {day}, which is cut off"
                )

    def _open(self, cycle: int) -> None:
        first, terms = self._first, self.terms
        ahead = range(first + len(self._batches), cycle + 1)
        if len(ahead) > MOST_CYCLES:
            raise SettlementError(
                "CLOCK_INVALID", f"{len(ahead)} cycles have passed at once, over {MOST_CYCLES}"
            )
        for day in ahead:
            name = f"{terms.name}-{day_text(day).replace('-', '')}"
            value_date = self.calendar.value_date(day, terms.value_days)
            self._places[name] = len(self._batches)
            self._batches.append(Batch(name, day, cycle_ends(day, terms.hours_east), value_date))
            self._items.append([])

    def _enter(self, crossing: Crossing) -> bool:
        """Enter a crossing into the batch of its time, if that still takes any."""
        cycle = cycle_of(crossing.time, self.terms.hours_east)
        place = cycle - self._first
        if not 0 <= place < len(self._batches) or self._batches[place].is_past(BatchEvent.CUT):
            return False
        self._items[place].append(crossing)
        self._cycle_of_row[crossing.row] = cycle
        return True
