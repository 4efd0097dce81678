"""How rows are written, and how instruction ids that are known are answered.

Rows go to the journal first and then to the state. A process that stops in between loses nothing:
the state is read back from the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from ...errors import quote
from ..errors import REFUSALS, SettlementError
from .instructions import STATES, InstructionState, Outcome, Refused, checked_id, recorded_digest
from .journal import Journal
from .rows import CONTINUED, LARGEST_TIME, NO_ID, Kind
from .state import State
from .steps import Step

__all__ = ["Clock", "Writer"]

Clock = Callable[[], int]
"""Gives the time as milliseconds since 1970, UTC. The ledger never looks at another clock."""


class Writer:
    """A journal, the state that it adds up to, and the time."""

    def __init__(
        self, journal: Journal, clock: Clock, refused: Refused, *, rising_ids: bool
    ) -> None:
        if journal.is_torn:
            raise SettlementError(
                "JOURNAL_BROKEN",
                f"row {len(journal) - 1}, the last one, says that its transaction goes on; "
                "recover the ledger that wrote it",
            )
        self.journal = journal
        self.state = State(journal, rising_ids=rising_ids)
        self.state.fold()
        self._packed, self._chain = journal.packed, journal.sha.update
        self._clock = clock
        self.refused = refused
        self._last = journal.row(-1).time if len(journal) else 0
        self._stamp = self._last << 8
        self._posted, self._floor = self.state.posted, self.state.floor
        self._ceiling, self._holds = self.state.ceiling, self.state.holds
        self._ids, self._due = self.state.ids, self.state.holds.due
        self.between: Callable[[], None] | None = None
        self.within: Callable[[], None] | None = None
        self._find = self._ids.find
        self._reference = journal.reference
        self._units, self._legs = self.state.accounts.units, self.state.accounts.legs

    def now(self) -> int:
        """Read the clock, and return the time of what is written next."""
        self.at(self._clock())
        return self._last

    def at(self, now: int) -> None:
        """Go on to a time, or stay if it is earlier, and end the holds whose time has passed."""
        if now > self._last:
            if type(now) is not int:
                raise TypeError(f"the clock gives an int of milliseconds, not {type(now).__name__}")
            if now > LARGEST_TIME:
                raise SettlementError("CLOCK_INVALID", "the clock is past what a row can hold")
            self._last, self._stamp = now, now << 8
        if self._due and self._due[0][0] < self._last:
            self.expire()

    def expire(self) -> int:
        """End the holds whose time has passed, and return how many."""
        count = 0
        while (number := self._holds.past(self._last)) is not None:
            self.write((Kind.EXPIRE, 0, number, 0))
            count += 1
        return count

    def write(self, *steps: Step, instruction: int | str | None = None, ref: int = NO_ID) -> int:
        """Write rows that were checked, as one transaction: to the journal, then to the state."""
        flag, numbered = self._reference(instruction)
        first, last = len(self.journal), len(steps) - 1
        for place, (kind, debit, credit, amount) in enumerate(steps):
            stamp = self._stamp | kind | flag | (CONTINUED if place < last else 0)
            self.journal.append(debit, credit, amount, stamp, numbered if flag else ref)
            if self.within is not None and place < last:
                self.within()
        if self.between is not None:
            self.between()
        for row in self.journal.rows(first):
            self.state.take(row, first)
        return first

    def begin(self, instruction: int | str, digest: tuple[int, int]) -> int | None:
        """Write down that an instruction is in flight, unless it is known."""
        checked_id(instruction)
        known = self._find(instruction)
        if known is not None and self.answer(known, digest):
            return known
        self.now()
        self.write((Kind.BEGIN, 0, *digest), instruction=instruction)
        return None

    def refuse(self, instruction: int | str, name: str) -> int:
        """Write down that an instruction in flight is refused."""
        if name not in REFUSALS:
            raise SettlementError("NOT_FOUND", f"there is no refusal {quote(name)}")
        checked_id(instruction)
        known = self._ids.get(instruction)
        row = None if known is None else self.journal.row(known)
        if row is None or row.kind is not Kind.BEGIN:
            raise SettlementError("NOT_FOUND", "the instruction is not in flight")
        self.now()
        number = self.journal.number_of(name)
        return self.write((Kind.REFUSE, number, row.credit, row.amount), instruction=instruction)

    def outcome(self, row: int) -> Outcome:
        """Return what the row of an instruction id says."""
        state = STATES.get(self.journal.kind(row), InstructionState.COMMITTED)
        refused = state is InstructionState.REFUSED
        return Outcome(
            state, row, self.journal.text(self.journal.row(row).debit) if refused else ""
        )

    def answer(self, known: int, digest: tuple[int, int]) -> bool:
        """Say whether a known id was committed; False lets a refused one run again."""
        if recorded_digest(self.journal.transaction(known)) != digest:
            raise SettlementError(
                "IDEMPOTENCY_MISMATCH", f"the id in row {known} was sent with another body"
            )
        state, row, refusal = self.outcome(known)
        if state is InstructionState.COMMITTED:
            return True
        if state is InstructionState.IN_FLIGHT:
            raise SettlementError("IN_FLIGHT", f"the instruction in row {row} has no result yet")
        if self.refused is Refused.RETRY:
            return False
        raise SettlementError(
            "ALREADY_REFUSED", f"row {row} refused it: {refusal}; use a new id", first=refusal
        )

    def note(
        self, refusal: SettlementError, instruction: int | str | None, digest: tuple[int, int]
    ) -> NoReturn:
        """Write down that an id is refused, if the reason is one that spends it; then refuse."""
        if instruction is not None and REFUSALS[refusal.name].burns:
            name = self.journal.number_of(refusal.name)
            flag, ref = self._reference(instruction)
            stamp = self._stamp | Kind.REFUSE | flag
            self._ids[instruction] = self.journal.append(name, *digest, stamp, ref)
        raise refusal

    def in_flight(
        self, instruction: int | str | None, digest: tuple[int, int]
    ) -> int | tuple[int, int]:
        """Return the digest of a body in flight, or the row if it was carried out like this."""
        checked_id(instruction)
        known = None if instruction is None else self._ids.get(instruction)
        if known is None:
            raise SettlementError("NOT_FOUND", "the instruction is not in flight; begin it first")
        rows = list(self.journal.transaction(known))
        if rows[0].kind is Kind.BEGIN:
            return rows[0].credit, rows[0].amount
        if rows[0].kind is Kind.BODY and recorded_digest(rows[1:]) == digest:
            return known
        raise SettlementError(
            "IDEMPOTENCY_MISMATCH", f"row {known} says that the instruction ended otherwise"
        )
