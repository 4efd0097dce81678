"""The journal as JSON Lines, one row each, and back to the same chain.

A choice of this library. Every line carries the chain after its row, so that a reader knows at once
which line is the first that somebody changed. The chain is no signature: whoever can write the
whole file can also write a chain. So what is read is also held against the rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from ...errors import quote
from ..errors import REFUSALS, SettlementError
from ..money import LARGEST
from .accounts import Account, check_names
from .audit import Audit
from .chart import Side
from .instructions import Refused, checked_id
from .invariants import INVARIANTS
from .journal import CONTINUED, GENESIS, LARGEST_TIME, NO_ID, Journal, Kind, Row
from .ledger import Ledger
from .state import State
from .view import View
from .writer import Clock

__all__ = ["journal_lines", "read_journal"]

HEADER = {"journal": "khqr settlement", "version": 1}
LONGEST_LINE = 16_384
"""Characters; a line that is written has less than 1,500."""

_RULES = tuple(rule for rule in INVARIANTS if rule.name in {"I1", "I5", "I6", "I9", "I11", "I14"})
"""What any journal must keep to; the others are about books that a ledger may not have."""

Fields = dict[str, Any]


def journal_lines(ledger: View) -> Iterator[str]:
    r"""Yield the journal line by line, each with its end; the memory used does not grow.

    The first line says what it is. What is written while lines are taken is not among them.

    >>> from khqr.settlement import Ledger, Side
    >>> ledger = Ledger(clock=lambda: 0)
    >>> cash = ledger.open("devb", "cash", "KHR", side=Side.DEBIT)
    >>> lines = list(journal_lines(ledger))
    >>> lines[0]
    '{"journal":"khqr settlement","version":1}\n'
    >>> read_journal(lines, clock=lambda: 0).chain == ledger.chain
    True
    """
    journal, sha, text = ledger.journal, sha256(GENESIS), 0
    yield _dumped(HEADER)
    for row in journal.rows(0, len(journal)):
        text = journal.feed(sha, row.number, row.number + 1, text)
        yield _dumped(_line_of(row, ledger.state, sha.hexdigest()))


def _dumped(fields: Fields) -> str:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False) + "\n"


def _line_of(row: Row, state: State, chain: str) -> Fields:
    """Return a row as a line has it."""
    kind = row.kind.name.lower()
    fields: Fields = {"row": row.number, "kind": kind, "time": row.time}
    fields.update(_WRITE[row.kind](row, state))
    if row.instruction is not None:
        fields["id"] = row.instruction
    if row.continued:
        fields["continued"] = True
    fields["chain"] = chain
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


def read_journal(
    lines: Iterable[str],
    *,
    clock: Clock,
    refused: Refused | str = Refused.BURN,
    rising_ids: bool = False,
) -> Ledger:
    """Return the ledger whose journal the lines are.

    Args:
        lines: what `journal_lines` gave, such as an open file; read one by one.
        clock: the clock of the new ledger, which goes on from the last row.
        refused: what becomes of a refused instruction id, as in the ledger that was written.
        rising_ids: as in the ledger that was written.

    Raises:
        SettlementError: ``JOURNAL_BROKEN`` with the first line that is not what was written, or
            if the rows break a rule of the ledger.
    """
    journal = Journal()
    state, first, row = State(journal, rising_ids=rising_ids), 0, None
    for number, line in enumerate(lines, start=1):
        fields = _parsed(line, number)
        if number == 1:
            _expect(
                _dumped(fields) == _dumped(HEADER),
                number,
                f"the first line is {_dumped(HEADER).strip()}",
            )
            continue
        row = _taken(fields, number, state, first)
        first = first if row.continued else row.number + 1
    _expect(row is None or not row.continued, len(journal) + 1, "the last transaction has an end")
    ledger = Ledger.from_journal(journal, clock=clock, refused=refused, rising_ids=rising_ids)
    broken = Audit(ledger, _RULES).sweep()
    if broken:
        raise SettlementError("JOURNAL_BROKEN", f"the rows break a rule: {broken[0]}")
    return ledger


def _expect(truth: bool, line: int, expected: str) -> None:
    if not truth:
        raise SettlementError("JOURNAL_BROKEN", f"line {line}: expected that {expected}")


def _parsed(line: str, number: int) -> Fields:
    if not isinstance(line, str):
        raise TypeError(f"a line is str, not {type(line).__name__}; open the file as text")
    _expect(len(line) <= LONGEST_LINE, number, f"it has at most {LONGEST_LINE} characters")
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise SettlementError("JOURNAL_BROKEN", f"line {number}: {quote(line)} is no JSON object")
    return fields


def _taken(fields: Fields, number: int, state: State, first: int) -> Row:
    """Write the row of a line into the journal and the state."""
    journal = state.journal
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
        raise SettlementError("JOURNAL_BROKEN", f"line {number}: {problem}") from None
    journal.append(debit, credit, amount, journal.stamp(kind, time) | flags, ref)
    row = journal.row(-1)
    _expect(state.admits(row), number, "it names only what lines before it have")
    state.take(row, first)
    _expect(fields == _line_of(row, state, journal.chain), number, "the chain leads to it")
    return row


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
