"""Rows of the journal as named fields, and back under the rules: what every written form shares.

A reader takes rows one by one, and refuses the first that names what there is not. At the end it
holds all of them against the rules, for whoever can write a file can also write a right chain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import quote
from ..errors import REFUSALS, SettlementError
from ..money import LARGEST
from .accounts import Account, check_names
from .audit import Audit
from .chart import Side
from .instructions import Refused, checked_id
from .invariants import INVARIANTS
from .journal import Journal
from .ledger import Ledger
from .rows import CONTINUED, LARGEST_TIME, NO_ID, Kind, Row
from .state import State
from .writer import Clock

__all__ = ["Fields", "Reader", "expect", "fields_of"]

_RULES = tuple(rule for rule in INVARIANTS if rule.name in {"I1", "I5", "I6", "I9", "I11", "I14"})
"""What any journal must keep to; the others are about books that a ledger may not have."""

Fields = dict[str, Any]
"""Name to value, as JSON could hold it; which names there are depends on the kind of row."""


def expect(truth: bool, where: str, expected: str) -> None:
    """Refuse a journal in which something is not so.

    Raises:
        SettlementError: ``JOURNAL_BROKEN``.
    """
    if not truth:
        raise SettlementError("JOURNAL_BROKEN", f"{where}: expected that {expected}")


def fields_of(row: Row, state: State) -> Fields:
    """Return a row as named fields."""
    kind = row.kind.name.lower()
    fields: Fields = {"row": row.number, "kind": kind, "time": row.time}
    fields.update(_WRITE[row.kind](row, state))
    if row.instruction is not None:
        fields["id"] = row.instruction
    if row.continued:
        fields["continued"] = True
    return fields


def _name(state: State, number: int) -> list[str]:
    return list(state.accounts.rows[number][:3])


def _open(row: Row, state: State) -> Fields:
    text = state.journal.text
    account = Account.of_flags(text(row.debit), text(row.credit), text(row.amount), row.ref)
    return {
        "account": list(account[:3]),
        "side": account.side.value,
        "guarded": account.guarded,
        "tokens": account.tokens,
        "settles": account.settles,
    }


def _post(row: Row, state: State) -> Fields:
    debit, credit = _name(state, row.debit), _name(state, row.credit)
    return {"debit": debit, "credit": credit, "amount": row.amount}


def _hold(row: Row, state: State) -> Fields:
    until = None if row.ref == NO_ID else row.ref
    account = _name(state, row.debit)
    return {"account": account, "hold": row.credit, "amount": row.amount, "expires_at": until}


def _end(row: Row, _: State) -> Fields:
    return {"hold": row.credit, "amount": row.amount}


def _reference(row: Row, _: State) -> Fields:
    return {"original": row.amount}


def _body(row: Row, _: State) -> Fields:
    return {"digest": [row.credit, row.amount]}


def _refuse(row: Row, state: State) -> Fields:
    return {"digest": [row.credit, row.amount], "reason": state.journal.text(row.debit)}


_WRITE: dict[Kind, Callable[[Row, State], Fields]] = {
    Kind.OPEN: _open,
    Kind.POST: _post,
    Kind.MOVE: _post,
    Kind.HOLD: _hold,
    Kind.RELEASE: _end,
    Kind.VOID: _end,
    Kind.EXPIRE: _end,
    Kind.REFERENCE: _reference,
    Kind.BEGIN: _body,
    Kind.BODY: _body,
    Kind.REFUSE: _refuse,
}


class Reader:
    """A journal that is read back, row by row.

    Args:
        clock: the clock of the new ledger, which goes on from the last row.
        refused: what becomes of a refused instruction id, as in the ledger that was written.
        rising_ids: as in the ledger that was written.

    Attributes:
        journal: the rows that were taken.
    """

    def __init__(self, clock: Clock, refused: Refused | str, *, rising_ids: bool) -> None:
        self.journal = Journal()
        self._state = State(self.journal, rising_ids=rising_ids)
        self._clock, self._refused, self._rising_ids = clock, refused, rising_ids
        self._first = 0

    def take(self, fields: Fields, where: str) -> None:
        """Write the row of these fields into the journal.

        Args:
            fields: as `fields_of` gave them, and nothing else.
            where: how a refusal calls the place.

        Raises:
            SettlementError: ``JOURNAL_BROKEN``.
        """
        journal, state = self.journal, self._state
        try:
            kind = Kind[str(fields["kind"]).upper()]
            time = _whole(fields["time"], LARGEST_TIME)
            debit, credit, amount, ref = _READ[kind](fields, state)
            flags = CONTINUED if fields.get("continued") is True else 0
            if "id" in fields:
                checked_id(fields["id"])
                flag, ref = journal.reference(fields["id"])
                flags |= flag
        except (LookupError, TypeError, ValueError) as problem:
            raise SettlementError("JOURNAL_BROKEN", f"{where}: {problem}") from None
        journal.append(debit, credit, amount, journal.stamp(kind, time) | flags, ref)
        row = journal.row(-1)
        expect(state.admits(row), where, "it names only what is before it")
        state.take(row, self._first)
        expect(fields == fields_of(row, state), where, "it says what its row says, and no more")
        if not row.continued:
            self._first = row.number + 1

    def ledger(self, where: str) -> Ledger:
        """Return the ledger that the rows add up to, if they keep to the rules.

        Raises:
            SettlementError: ``JOURNAL_BROKEN``.
        """
        journal = self.journal
        expect(self._first == len(journal), where, "the last transaction has an end")
        ledger = Ledger.from_journal(
            journal, clock=self._clock, refused=self._refused, rising_ids=self._rising_ids
        )
        broken = Audit(ledger, _RULES).sweep()
        if broken:
            raise SettlementError("JOURNAL_BROKEN", f"the rows break a rule: {broken[0]}")
        return ledger


def _whole(value: object, largest: int) -> int:
    if type(value) is not int or not 0 <= value <= largest:
        raise ValueError(f"{quote(str(value)[:50])} is not a number from 0 to {largest}")
    return value


Columns = tuple[int, int, int, int]


def _number(name: object, state: State) -> int:
    if not isinstance(name, list) or len(name) != 3:
        raise ValueError("an account is a list of book, name and currency")
    return state.accounts.number(*name)


def _read_open(fields: Fields, state: State) -> Columns:
    book, name, currency = fields["account"]
    side, tokens = Side(fields["side"]), fields["tokens"]
    guarded, settles = fields["guarded"] is True, fields["settles"] is True
    account = Account(book, name, currency, side, guarded, tokens, settles)
    check_names(account)
    one, two, three = (state.journal.number_of(text) for text in account[:3])
    return one, two, three, account.flags()


def _read_post(fields: Fields, state: State) -> Columns:
    debit, credit = _number(fields["debit"], state), _number(fields["credit"], state)
    return debit, credit, _whole(fields["amount"], LARGEST), NO_ID


def _read_hold(fields: Fields, state: State) -> Columns:
    until = fields["expires_at"]
    ref = NO_ID if until is None else _whole(until, LARGEST)
    account, hold = _number(fields["account"], state), _whole(fields["hold"], _WORD)
    return account, hold, _whole(fields["amount"], LARGEST), ref


def _read_end(fields: Fields, _: State) -> Columns:
    return 0, _whole(fields["hold"], _WORD), _whole(fields["amount"], LARGEST), NO_ID


def _read_reference(fields: Fields, _: State) -> Columns:
    return 0, 0, _whole(fields["original"], LARGEST), NO_ID


def _read_body(fields: Fields, _: State) -> Columns:
    one, two = fields["digest"]
    return 0, _whole(one, _WORD), _whole(two, LARGEST), NO_ID


def _read_refuse(fields: Fields, state: State) -> Columns:
    if fields["reason"] not in REFUSALS:
        raise ValueError(f"there is no refusal {quote(str(fields['reason'])[:50])}")
    _, one, two, ref = _read_body(fields, state)
    return state.journal.number_of(fields["reason"]), one, two, ref


_WORD = 2**32 - 1
_READ: dict[Kind, Callable[[Fields, State], Columns]] = {
    Kind.OPEN: _read_open,
    Kind.POST: _read_post,
    Kind.MOVE: _read_post,
    Kind.HOLD: _read_hold,
    Kind.RELEASE: _read_end,
    Kind.VOID: _read_end,
    Kind.EXPIRE: _read_end,
    Kind.REFERENCE: _read_reference,
    Kind.BEGIN: _read_body,
    Kind.BODY: _read_body,
    Kind.REFUSE: _read_refuse,
}
