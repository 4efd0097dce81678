"""An audit: the journal read again, row by row, and the ledger held against what it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from .accounts import Account
from .chart import CENTRAL_BANK, TOKEN_LEDGER
from .holds import HoldState
from .instructions import STATES, InstructionState, Refused
from .journal import GENESIS
from .rows import Kind, Row
from .state import State
from .view import View

__all__ = ["Audit", "Invariant", "Violation"]


class Violation(NamedTuple):
    """One invariant that does not hold, and where.

    >>> print(Violation("I1", "devb in KHR is out of balance by 5"))
    I1: devb in KHR is out of balance by 5
    """

    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


class Invariant(NamedTuple):
    """A statement, and the check that yields where it is not true.

    Attributes:
        name: the stable name, such as ``I1``.
        statement: what must be true.
        check: what looks at the whole; what single rows break, `Audit` has met already.
    """

    name: str
    statement: str
    check: Callable[[Audit], Iterator[str]]


class Audit:
    """Checks a ledger by its invariants, as often as one likes.

    Each `sweep` reads the rows that came since the one before, so a sweep every few thousand calls
    costs little. Rows that were read already are not read again: an audit that is made anew reads
    everything.

    Args:
        ledger: what is checked.
        invariants: which are checked, such as `khqr.settlement.ledger.invariants.INVARIANTS`.

    Attributes:
        shadow: what the rows that were read add up to.
        held: what the holds that are pending add up to, by number of account.
        seen: what the sweep has met in the rows, by name of the invariant that it breaks.

    >>> from khqr.settlement import INVARIANTS, Ledger
    >>> Audit(Ledger(clock=lambda: 0), INVARIANTS).sweep()
    []
    """

    def __init__(self, ledger: View, invariants: Sequence[Invariant]) -> None:
        self.ledger = ledger
        self.invariants = tuple(invariants)
        self.shadow = State(ledger.journal)
        self.held: list[int] = []
        self.seen: dict[str, list[str]] = defaultdict(list)
        self.read = 0
        self.sha = sha256(GENESIS)
        self.touched: dict[int | str, InstructionState] = {}
        self.groups: dict[str, dict[tuple[str, str], list[int]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._texts = 0
        self._time = 0
        self._first = 0
        self._ids: dict[int | str, InstructionState] = {}
        self._drawn: tuple[int, int, int, int] | None = None

    def sweep(self) -> list[Violation]:
        """Read what is new, check everything, and return what does not hold."""
        return [Violation(invariant.name, message) for invariant, message in self.findings()]

    def findings(self) -> list[tuple[Invariant, str]]:
        """Do what `sweep` does, and say by which of several invariants of one name it was found."""
        with self.ledger.locked():
            self._read_on()
            found: list[tuple[Invariant, str]] = []
            for invariant in self.invariants:
                messages = [*self.seen.pop(invariant.name, ()), *invariant.check(self)]
                found += [(invariant, message) for message in messages]
            self.touched.clear()
            return found

    def _read_on(self) -> None:
        journal = self.ledger.journal
        if len(journal) < self.read:
            self.seen["I11"].append(f"the journal had {self.read} rows and has {len(journal)}")
            return
        start, stop = self.read, len(journal)
        self._texts = journal.feed(self.sha, start, stop, self._texts)
        for row in journal.rows(start, stop):
            self._look(row)
        self.read = stop

    def _look(self, row: Row) -> None:
        if row.time < self._time:
            self.seen["I14"].append(f"row {row.number} is earlier than the one before it")
        self._time = row.time
        if not self.shadow.admits(row):
            self.seen["I11"].append(f"row {row.number} names what there is not")
            return
        if row.number == self._first and row.instruction is not None:
            self._look_at_id(row, row.instruction)
        if row.kind in {Kind.RELEASE, Kind.VOID, Kind.EXPIRE}:
            self._look_at_hold(row)
        elif row.kind is Kind.HOLD:
            self.held[row.debit] += row.amount
        elif row.kind is Kind.REFERENCE and row.amount >= self._first:
            self.seen["I11"].append(f"row {row.number} compensates row {row.amount}, a later one")
        self.shadow.take(row, self._first)
        self._look_at_balances(row)
        if not row.continued:
            self._look_at_drawn(row)
            self._first = row.number + 1

    def _look_at_id(self, row: Row, key: int | str) -> None:
        """A committed id takes effect once; a refused one again only where that is agreed."""
        before, now = self._ids.get(key), STATES.get(row.kind, InstructionState.COMMITTED)
        again = self.ledger.refused is Refused.RETRY
        if before is InstructionState.COMMITTED:
            self.seen["I6"].append(f"id {key!r} takes effect again in row {row.number}")
        elif before is InstructionState.REFUSED and not again:
            self.seen["I6"].append(f"id {key!r} was refused and is used in row {row.number}")
        elif before is InstructionState.IN_FLIGHT and row.kind not in {Kind.BODY, Kind.REFUSE}:
            self.seen["I6"].append(f"id {key!r} was in flight and is new in row {row.number}")
        self._ids[key] = self.touched[key] = now

    def _look_at_hold(self, row: Row) -> None:
        hold = self.shadow.holds[row.credit]
        over = hold.expires_at is not None and row.time > hold.expires_at
        if hold.state is HoldState.PENDING:
            self.held[hold.account] -= hold.amount
        else:
            self.seen["I9"].append(f"row {row.number} ends hold {hold.number} a second time")
        if over is not (row.kind is Kind.EXPIRE):
            self.seen["I9"].append(f"row {row.number} ends hold {hold.number} out of its time")
        if row.kind is Kind.RELEASE:
            if row.amount > hold.amount:
                self.seen["I9"].append(f"row {row.number} posts more than hold {hold.number} has")
            posted = self.shadow.posted[hold.account]
            self._drawn = hold.account, posted, row.amount, hold.number

    def _look_at_drawn(self, row: Row) -> None:
        """What a transaction drew on a hold is what it says that it drew."""
        if self._drawn is not None:
            account, before, said, number = self._drawn
            if abs(self.shadow.posted[account] - before) != said:
                self.seen["I9"].append(f"row {row.number}: not {said} were drawn on hold {number}")
            self._drawn = None

    def _look_at_balances(self, row: Row) -> None:
        shadow = self.shadow
        if row.kind is Kind.OPEN:
            self._enter(len(shadow.accounts) - 1, shadow.accounts.rows[-1])
        pairs = shadow.pairs(row)
        for drawn, fed in pairs:
            if shadow.accounts.units[drawn] != shadow.accounts.units[fed] or row.amount <= 0:
                self.seen["I1"].append(
                    f"row {row.number} posts {row.amount} from {shadow.accounts.rows[drawn]} "
                    f"to {shadow.accounts.rows[fed]}"
                )
        touched = [account for pair in pairs for account in pair]
        for account in [row.debit] if row.kind is Kind.HOLD else touched:
            name, balance = shadow.accounts.rows[account], shadow.balance(account)
            if name.guarded and balance < self.held[account]:
                self.seen["I5"].append(
                    f"row {row.number} leaves {name} with {balance}, {self.held[account]} held"
                )

    def _enter(self, number: int, account: Account) -> None:
        """Enter an account under what the invariants sum up."""
        self.held.append(0)
        book, name, currency = account[:3]
        kind, _, party = name.partition(":")
        groups = self.groups
        if book == TOKEN_LEDGER:
            owner, at, bank = name.partition("@")
            if not at:
                groups["supply"]["", currency].append(number)
                return
            groups["holder"][bank, currency].append(number)
            if owner != "khqr":
                groups["user"][bank, currency].append(number)
        elif book == CENTRAL_BANK and kind == "bsa":
            groups["central"][party, currency].append(number)
        elif kind in {"bsa", "wallet"} and (account.settles or account.tokens):
            groups[kind][book, currency].append(number)
        elif kind in {"due_to", "due_from"}:
            pair = f"{book}:{party}" if kind == "due_to" else f"{party}:{book}"
            groups[kind][pair, currency].append(number)

    def total(self, group: str, key: tuple[str, str]) -> int:
        """Return the sum of the live balances of a group of accounts, on their normal side."""
        balance = self.ledger.state.balance
        return sum(balance(number) for number in self.groups[group].get(key, ()))
