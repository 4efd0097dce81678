"""How requests are checked and become rows: one step, several as one, accounts and holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from ..errors import SettlementError
from ..money import LARGEST
from .accounts import Account
from .chart import Side
from .holds import Hold
from .instructions import (
    RisingIds,
    body_digest,
    checked_id,
)
from .journal import Journal
from .legs import legs
from .refusing import Refusing
from .rows import LARGEST_TIME, NO_ID, NUMBER_ID, PACK, ROW_SIZE, Kind
from .steps import (
    Movement,
    Posting,
    Step,
    check_form,
    checked_number,
    checked_steps,
    unknown_account,
)

__all__ = ["Engine"]


_POST, _MOVE = Kind.POST, Kind.MOVE
"""Looked up once: a member of an enumeration takes as long to find as a row to pack."""


class Engine(Refusing):
    """What may be done to accounts. The `Ledger` holds its lock around every call."""

    def replayed(self) -> Engine:
        """Return the engine that a copy of the journal adds up to."""
        return self._over(self.journal.copy())

    def recovered(self) -> Engine:
        """Return the engine that the journal itself adds up to, which goes on writing into it."""
        self.journal.drop_torn()
        engine = self._over(self.journal)
        engine.between, engine.within = self.between, self.within
        engine._last, engine._stamp = self._last, self._stamp
        return engine

    def _over(self, journal: Journal) -> Engine:
        rising = isinstance(self._ids, RisingIds)
        return type(self)(journal, self._clock, self.refused, rising_ids=rising)

    def post(self, debit: int, credit: int, amount: int, instruction: int | str | None) -> int:
        """Post a single posting and return its row. Most calls of a ledger do nothing but this."""
        known = self.recall(_POST, debit, credit, amount, instruction)
        if known is not None:
            return known
        units = self._units
        if (
            not -1 < debit < len(units) > credit > -1
            or units[debit] != units[credit]
            or debit == credit
        ):
            self.refuse_posting(debit, credit)
        now = self._clock()
        if now != self._last or self._due:
            self.at(now)
        posted = self._posted
        left, more = posted[debit] - amount, posted[credit] + amount
        if left < self._floor[debit] or more > self._ceiling[credit]:
            self.note_short((_POST, debit, credit, amount), instruction)
        row = self.put(_POST, debit, credit, amount, instruction)
        posted[debit], posted[credit] = left, more
        return row

    def move(self, payer: int, payee: int, amount: int, instruction: int | str | None) -> int:
        """Post a single movement and return its row.

        Between two institutions this is the leg rule, `legs`, written out: no check is needed of
        what can only grow. Every audit holds the balances against the rule itself.
        """
        known = self.recall(_MOVE, payer, payee, amount, instruction)
        if known is not None:
            return known
        ends = self._legs
        if not -1 < payer < len(ends) > payee > -1:
            self.refuse_posting(payer, payee)
        one, other = ends[payer], ends[payee]
        if one is None or other is None or one.currency != other.currency or payer == payee:
            self.refuse_movement(payer, payee)
        now = self._clock()
        if now != self._last or self._due:
            self.at(now)
        posted, floor, ceiling = self._posted, self._floor, self._ceiling
        left, more = posted[payer] - amount, posted[payee] + amount
        _, unit, _, bsa, central, holder = one
        _, to_unit, _, to_bsa, to_central, to_holder = other
        if left < floor[payer] or more > ceiling[payee]:
            self.note_short((_MOVE, payer, payee, amount), instruction)
        if unit != to_unit and (
            posted[bsa] + amount > ceiling[bsa] or posted[central] - amount < floor[central]
        ):
            self.note_short((_MOVE, payer, payee, amount), instruction)
        if holder != to_holder and posted[holder] - amount < floor[holder]:
            self.note_short((_MOVE, payer, payee, amount), instruction)
        row = self.put(_MOVE, payer, payee, amount, instruction)
        posted[payer], posted[payee] = left, more
        if unit != to_unit:
            posted[bsa] += amount
            posted[central] -= amount
            posted[to_bsa] -= amount
            posted[to_central] += amount
        if holder != to_holder:
            posted[holder] -= amount
            posted[to_holder] += amount
        return row

    def recall(
        self, kind: Kind, debit: int, credit: int, amount: int, instruction: int | str | None
    ) -> int | None:
        """Refuse a step without form; return the row of an id that was committed, else None."""
        if (
            amount.__class__ is not int
            or not 0 < amount <= LARGEST
            or debit.__class__ is not int
            or credit.__class__ is not int
        ):
            check_form(debit, credit, amount)
        if instruction is None:
            return None
        if instruction.__class__ is not int or not 0 <= instruction <= LARGEST:
            checked_id(instruction)
        known = self._find(instruction)
        if known is None or not self.answer(known, body_digest([(kind, debit, credit, amount)])):
            return None
        return known

    def put(
        self, kind: Kind, debit: int, credit: int, amount: int, instruction: int | str | None
    ) -> int:
        """Write the row of a single step, and return its number; its balances come after it."""
        packed = self._packed
        row = len(packed) // ROW_SIZE
        flag, ref = NUMBER_ID, instruction
        if ref.__class__ is not int:
            flag, ref = self._reference(instruction)
        written = PACK(debit, credit, amount, self._stamp | kind | flag, ref)
        packed += written
        self._chain(written)
        if instruction is not None:
            self._ids[instruction] = row
        return row

    def pairs(self, kind: Kind, debit: int, credit: int) -> tuple[tuple[int, int], ...]:
        """Return the postings of a step, each a pair of debit and credit account."""
        units, ends = self._units, self._legs
        if not -1 < debit < len(units) > credit > -1 or debit == credit:
            self.refuse_posting(debit, credit)
        if kind is _POST:
            if units[debit] != units[credit]:
                self.refuse_posting(debit, credit)
            return ((debit, credit),)
        payer, payee = ends[debit], ends[credit]
        if payer is None or payee is None or payer.currency != payee.currency:
            self.refuse_movement(debit, credit)
        return legs(payer, payee)

    def transact(
        self,
        steps: Sequence[Posting | Movement],
        instruction: int | str | None,
        hold: int | None,
        reference: int | None,
        *,
        begun: bool,
    ) -> int:
        """Post several steps as one transaction, and return its first row."""
        rows = checked_steps(steps)
        held = -1 if hold is None else checked_number("a hold", hold)
        original = -1 if reference is None else checked_number("a row", reference)
        digest = body_digest(rows, held, original)
        head: list[Step] = []
        if begun:
            known = self.in_flight(instruction, digest)
            if isinstance(known, int):
                return known
            head.append((Kind.BODY, 0, *known))
        elif instruction is not None:
            checked_id(instruction)
            found = self._find(instruction)
            if found is not None and self.answer(found, digest):
                return found
        pairs = [(self.pairs(kind, debit, credit), amount) for kind, debit, credit, amount in rows]
        self.now()
        try:
            if original >= 0:
                self._check_original(original)
                head.append((Kind.REFERENCE, 0, 0, original))
            drawn = self._covered(pairs, self._holds.pending(held) if held >= 0 else None)
            if held >= 0:
                head.append((Kind.RELEASE, 0, held, drawn))
        except SettlementError as refusal:
            self.note(refusal, None if begun else instruction, digest)
        return self.write(*head, *rows, instruction=instruction)

    def _covered(
        self, pairs: Sequence[tuple[tuple[tuple[int, int], ...], int]], hold: Hold | None
    ) -> int:
        """Check that every posting finds what it draws on; return what is drawn on the hold."""
        posted, floor, ceiling = self._posted, self._floor, self._ceiling
        changed: dict[int, int] = {}
        account, held = (hold.account, hold.amount) if hold else (-1, 0)
        for step, amount in pairs:
            for drawn, fed in step:
                left = changed.get(drawn, posted[drawn]) - amount
                if left < floor[drawn] - (held if drawn == account else 0):
                    raise self.shortage(drawn, amount)
                changed[drawn] = left
                left = changed.get(fed, posted[fed]) + amount
                if left > ceiling[fed] + (held if fed == account else 0):
                    raise self.shortage(fed, amount)
                changed[fed] = left
        if hold is None:
            return 0
        more = changed.get(account, posted[account]) - posted[account]
        used = -more if self.state.accounts.rows[account].side is Side.CREDIT else more
        if used > held:
            raise SettlementError(
                "HOLD_AMOUNT_EXCEEDED", f"hold {hold.number} has {held}, {used} are to be posted"
            )
        if used <= 0:
            raise SettlementError(
                "HOLD_INVALID", f"the transaction draws nothing on hold {hold.number}; void it"
            )
        return used

    # Accounts and holds.

    def open(self, account: Account) -> int:
        """Open a new account, whose names were checked."""
        if account.tokens:
            self.state.accounts.behind(account)
        self.now()
        book, name, currency = (self.journal.number_of(text) for text in account[:3])
        self.write((Kind.OPEN, book, name, currency), ref=account.flags())
        return len(self._units) - 1

    def hold(self, account: int, amount: int, expires_at: int | None) -> int:
        """Place a hold and return its number."""
        check_form(account, account, amount)
        if not 0 <= account < len(self._units):
            raise unknown_account(account)
        until = NO_ID if expires_at is None else expires_at
        if type(until) is not int:
            raise TypeError(f"an expiry is an int of milliseconds, not {type(until).__name__}")
        row = self.state.accounts.rows[account]
        if not row.guarded:
            raise SettlementError("HOLD_INVALID", f"{row} is not guarded, so nothing is held in it")
        if expires_at is not None and not self.now() <= expires_at <= LARGEST_TIME:
            raise SettlementError("HOLD_INVALID", f"the hold would end at {expires_at:#x} ms")
        if self.state.balance(account) - self.state.held(account) < amount:
            raise self.shortage(account, amount)
        number = len(self._holds)
        self.write((Kind.HOLD, account, number, amount), ref=until)
        return number

    def void(self, number: int) -> int:
        """Void a hold and return the row."""
        checked_number("a hold", number)
        self.now()
        self._holds.pending(number)
        return self.write((Kind.VOID, 0, number, 0))

    def _check_original(self, row: int) -> None:
        """Refuse a reference to anything but a transaction that has posted."""
        if row < len(self.journal) and (row == 0 or not self.journal.row(row - 1).continued):
            kinds = {part.kind for part in self.journal.transaction(row)}
            if kinds & {Kind.POST, Kind.MOVE}:
                return
        raise SettlementError(
            "ORIGINAL_NOT_COMMITTED", f"row {row} is not the first of a transaction that has posted"
        )

    def note_short(self, step: Step, instruction: int | str | None) -> NoReturn:
        """Refuse a step for the first account that has too little."""
        kind, debit, credit, amount = step
        try:
            self._covered([(self.pairs(kind, debit, credit), amount)], None)
        except SettlementError as refusal:
            self.note(refusal, instruction, body_digest([step]))
        raise AssertionError("a step was refused that every account covers")
