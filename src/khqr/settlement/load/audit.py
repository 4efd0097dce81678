"""An audit that reads a journal of many millions of rows by columns.

It reads what `khqr.settlement.Audit` reads row by row, works out the same from it with other code,
and lets the same invariants be checked. It knows the rows that payments, postings and refusals
write; a movement with an id is a payment. A journal with anything else in it, such as holds, or
with sums beyond 61 bits, is left to the reading row by row. Then the limits of the day are not
checked, and nothing more is added up: see ``by_rows``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..ledger.audit import Audit, Invariant
from ..ledger.invariants import INVARIANTS
from ..ledger.rows import CONTINUED, NUMBER_ID, Kind
from ..payments.limits import business_day
from .columns import require_numpy
from .reading import PIECE, Piece, Shape
from .tally import Tally

if TYPE_CHECKING:
    from .columns import Numbers
    from .reading import Flags
    from .straight_through import StraightThrough

__all__ = ["JournalAudit"]

_KNOWN = frozenset({Kind.OPEN, Kind.POST, Kind.MOVE, Kind.REFUSE})
_LARGE = 2**61
"""Sums from here on are left to Python, whose numbers have no end."""


class JournalAudit(Audit):
    """Checks the ledger of a register by the invariants of any ledger, and by the limits.

    Args:
        bank: what is checked.
        more: further invariants.
        tally: adds up what is read.

    >>> from khqr.settlement.load.straight_through import StraightThrough
    >>> JournalAudit(StraightThrough(["deva"])).sweep()
    []
    """

    def __init__(
        self, bank: StraightThrough, more: Sequence[Invariant] = (), *, tally: Tally | None = None
    ) -> None:
        require_numpy()
        limits = Invariant("I13", "the used limit is what is held and paid", self._within)
        self.bank, self.tally = bank, tally
        self.by_rows = False
        """Whether the journal had to be read row by row: then without the limits and the tally."""
        super().__init__(bank.ledger, (*INVARIANTS, limits, *more))
        self._begin()

    def _begin(self) -> None:
        import numpy as np

        self._posted: Numbers = np.zeros(0, np.int64)
        self._shape: Shape | None = None
        self._last_id, self._known_ids, self._continued = -1, 0, False
        self._day = business_day(0)
        self._known_places = -1, -1
        self._place_of: Numbers = np.zeros(0, np.int64)
        self._day_sums: Numbers = np.zeros(0, np.int64)

    def _read_on(self) -> None:
        journal = self.ledger.journal
        if self.by_rows or len(journal) < self.read:
            super()._read_on()
            return
        start, stop = self.read, len(journal)
        for first in range(start, stop, PIECE):
            piece = Piece.of(journal, first, min(first + PIECE, stop))
            if not self._take(piece):
                self._read_by_rows()
                return
        if self._known_ids != len(self.bank.ids):
            self.seen["I6"].append(
                f"the ledger knows {len(self.bank.ids)} ids, the journal {self._known_ids}"
            )
        self._texts = journal.feed(self.sha, start, stop, self._texts)
        self.read = self._first = stop
        self.shadow.posted[:] = self._posted.tolist()

    def _read_by_rows(self) -> None:
        """Read everything anew, row by row."""
        super().__init__(self.ledger, self.invariants)
        self.by_rows = True
        super()._read_on()

    # One piece of the journal.

    def _take(self, piece: Piece) -> bool:
        """Let a piece have its effect; False if it holds what is not known here."""
        if not piece.holds_only(_KNOWN) or piece.largest * len(piece.kind) >= _LARGE:
            return False
        if len(self._posted) and max(self._posted.max(), -self._posted.min()) >= _LARGE:
            return False
        before = len(self.shadow.accounts)
        opens = self._open(piece)
        self._look_at_times(piece)
        sound = self._look_at_names(piece, before, opens)
        self._look_at_ids(piece)
        posting = piece.at(sound & ((piece.kind == Kind.POST) | (piece.kind == Kind.MOVE)))
        self._look_at_amounts(posting)
        self._count_limits(posting)
        if self.tally is not None and self._shape is not None:
            self.tally.take(posting, self._shape)
        self._post(posting)
        return True

    def _open(self, piece: Piece) -> list[int]:
        """Open the accounts that the piece opens, and return the rows that did."""
        import numpy as np

        state, opens = self.shadow, []
        for number in piece.places(Kind.OPEN):
            row = self.ledger.journal.row(number)
            if not state.admits(row):
                self.seen["I11"].append(f"row {number} names what there is not")
                continue
            state.take(row, number)
            opens.append(number)
            self._enter(len(state.accounts) - 1, state.accounts.rows[-1])
        if self._shape is None or len(state.accounts) != len(self._posted):
            more = np.zeros(len(state.accounts) - len(self._posted), np.int64)
            self._posted = np.concatenate((self._posted, more))
            self._shape = Shape(state.accounts)
        return opens

    def _look_at_times(self, piece: Piece) -> None:
        early = piece.earlier_than(self._time)
        self.seen["I14"] += [f"row {row} is earlier than the one before it" for row in early[:3]]
        self._time = int(piece.time[-1])

    def _look_at_names(self, piece: Piece, before: int, opens: list[int]) -> Flags:
        """Return which rows name only accounts that were open, and that can be moved between."""
        assert self._shape is not None
        sound = piece.names_known(before, opens, self._shape)
        for row in piece.numbers[~sound][:3].tolist():
            self.seen["I11"].append(f"row {row} names what there is not")
        return sound

    def _look_at_ids(self, piece: Piece) -> None:
        """Ids rise from transaction to transaction, and the ledger knows each by its row."""
        import numpy as np

        first = piece.first_of_transaction(self._continued)
        has = (piece.flags & NUMBER_ID) > 0
        rows = np.flatnonzero(first & has)
        ids = piece.ref[rows]
        before = np.maximum.accumulate(np.concatenate(([self._last_id], ids)))[:-1]
        for row in rows[ids <= before][:3].tolist():
            self.seen["I6"].append(
                f"id {piece.ref[row]} takes effect again in row {piece.numbers[row]}"
            )
        kept_ids, kept_rows = (
            np.frombuffer(column, np.int64)[self._known_ids : self._known_ids + len(rows)]
            for column in self.bank.ids.columns()
        )
        if not (np.array_equal(kept_ids, ids) and np.array_equal(kept_rows, piece.numbers[rows])):
            self.seen["I6"].append(
                f"the ledger does not answer the ids of rows {piece.start} on by those rows"
            )
        self._known_ids += len(rows)
        if len(ids):
            self._last_id = max(self._last_id, int(ids.max()))
        self._continued = bool(piece.flags[-1] & CONTINUED)

    def _look_at_amounts(self, posting: Piece) -> None:
        assert self._shape is not None
        for row in posting.numbers[self._shape.mixes(posting)][:3].tolist():
            self.seen["I1"].append(f"row {row} posts between books or currencies, or no amount")

    # Limits.

    def _count_limits(self, posting: Piece) -> None:
        """Add up what each customer pays in a day, and look at it when the day is over."""
        import numpy as np

        places = self._places()
        missing = len(self.bank.used) - len(self._day_sums)
        self._day_sums = np.concatenate((self._day_sums, np.zeros(missing, np.int64)))
        paid = posting.at((posting.kind == Kind.MOVE) & ((posting.flags & NUMBER_ID) > 0))
        where = places[paid.debit]
        for day, first, last in paid.days():
            if day != self._day:
                self._end_day()
                self._day = day
            chosen = where[first:last] >= 0
            amounts = paid.amount[first:last][chosen]
            np.add.at(self._day_sums, where[first:last][chosen], amounts)

    def _places(self) -> Numbers:
        """Return for each account the customer and currency whose limit it uses, or -1."""
        import numpy as np

        bank = self.bank
        known = len(self._posted), len(bank.customer_of)
        if known != self._known_places:
            self._known_places = known
            width = len(bank.per_payment)
            self._place_of = np.full(len(self._posted), -1, np.int64)
            accounts = np.array(bank.accounts, np.int64)
            customers = np.repeat(np.array(bank.customer_of, np.int64), width)
            place = customers * width + np.tile(np.arange(width), len(bank.customer_of))
            has = (accounts >= 0) & (accounts < len(self._posted))
            self._place_of[accounts[has]] = place[has]
        return self._place_of

    def _over(self) -> Iterator[str]:
        """Yield who paid more in the day that was last read than anybody of the tier may."""
        import numpy as np

        caps = np.maximum(np.array(self.bank.highest_caps, np.int64), 0)
        for place in np.flatnonzero(self._day_sums > caps[: len(self._day_sums)])[:3].tolist():
            yield (
                f"customer {place // 2} paid {self._day_sums[place]} on day {self._day}, "
                f"{caps[place]} may be paid"
            )

    def _end_day(self) -> None:
        self.seen["I13"] += self._over()
        self._day_sums[:] = 0

    def _within(self, _: Audit) -> Iterator[str]:
        import numpy as np

        if self.by_rows:
            return
        yield from self._over()
        used = np.array(self.bank.used, np.int64)
        sums = np.zeros(len(used), np.int64)
        if self._day == self.bank.day:
            sums[: len(self._day_sums)] = self._day_sums
        for place in np.flatnonzero(used != sums)[:3].tolist():
            yield f"customer {place // 2}: {used[place]} used, the journal says {sums[place]}"

    # Balances.

    def _post(self, posting: Piece) -> None:
        """Fold the piece into the balances, and look at guarded accounts after each of its rows."""
        import numpy as np

        assert self._shape is not None
        shape, posted = self._shape, self._posted
        events = shape.events(posting)
        for row, account in shape.short(posted, *events)[:3]:
            name = self.shadow.accounts.rows[account]
            self.seen["I5"].append(f"row {posting.numbers[row]} leaves {name} below zero")
        for _, accounts, change in events:
            np.add.at(posted, accounts, change)
