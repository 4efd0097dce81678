"""The state of a ledger: what its journal, read from the first row to the last, adds up to."""

from __future__ import annotations

from .accounts import Account, Accounts
from .chart import Side
from .holds import Hold, Holds, HoldState
from .instructions import AnyIds, Ids, RisingIds
from .journal import Journal
from .legs import legs
from .rows import Kind, Row

__all__ = ["State"]

_NO_FLOOR = -(2**200)
_NO_CEILING = 2**200

_POSTS = frozenset({Kind.POST, Kind.MOVE})
_FINAL = {
    Kind.RELEASE: HoldState.POSTED,
    Kind.VOID: HoldState.VOIDED,
    Kind.EXPIRE: HoldState.EXPIRED,
}


class State:
    """Accounts, balances, holds and instruction ids.

    ``posted`` holds for each account the sum of its credits less the sum of its debits, so the
    balances of a book and currency add up to zero. ``floor`` and ``ceiling`` say how far an
    account may go: a guarded account that stands in credit not below what is held in it, one that
    stands in debit not above what is held in it, with the sign turned. Holds never touch
    ``posted``.
    """

    __slots__ = ("accounts", "ceiling", "floor", "holds", "ids", "journal", "posted")

    def __init__(self, journal: Journal, *, rising_ids: bool = False) -> None:
        self.journal = journal
        self.accounts = Accounts()
        self.posted: list[int] = []
        self.floor: list[int] = []
        self.ceiling: list[int] = []
        self.holds = Holds()
        self.ids: Ids = RisingIds() if rising_ids else AnyIds()

    def fold(self, start: int = 0) -> None:
        """Take all rows of the journal from the row ``start`` on, which begins a transaction."""
        first = start
        for row in self.journal.rows(start):
            self.take(row, first)
            if not row.continued:
                first = row.number + 1

    def take(self, row: Row, first: int) -> None:
        """Let a row of the journal have its effect; its transaction begins with row ``first``."""
        kind, debit, credit, amount = row.kind, row.debit, row.credit, row.amount
        if kind in _POSTS:
            for drawn, fed in self.pairs(row):
                self.posted[drawn] -= amount
                self.posted[fed] += amount
        elif kind is Kind.HOLD:
            self.holds.add(debit, amount, None if row.ref < 0 else row.ref)
            self._hold(debit, amount)
        elif kind in _FINAL:
            hold = self.holds[credit]
            self.holds.resolve(credit, _FINAL[kind])
            self._hold(hold.account, -hold.amount)
        elif kind is Kind.OPEN:
            self._open(row)
        if row.instruction is not None:
            self.ids[row.instruction] = first

    def admits(self, row: Row) -> bool:
        """Say whether a row names only what there is; a damaged one may not."""
        accounts, holds = self.accounts, len(self.holds)
        if row.kind is Kind.OPEN:
            return self._can_open(row)
        if row.kind in _POSTS:
            known = row.debit < len(accounts) and row.credit < len(accounts)
            return known and bool(self.pairs(row))
        if row.kind is Kind.HOLD:
            known = row.debit < len(accounts) and row.credit == holds
            return known and accounts.rows[row.debit].guarded
        if row.kind in _FINAL:
            return row.credit < holds
        return row.kind is not Kind.NONE

    def _can_open(self, row: Row) -> bool:
        text = self.journal.text
        names = text(row.debit), text(row.credit), text(row.amount)
        if not all(names) or self.accounts.find(*names) is not None:
            return False
        account = Account.of_flags(*names, row.ref)
        return not account.tokens or self.accounts.can_stand(account)

    def pairs(self, row: Row) -> tuple[tuple[int, int], ...]:
        """Return the postings of a row, each a pair of debit and credit account."""
        if row.kind is Kind.POST:
            return ((row.debit, row.credit),)
        if row.kind is Kind.MOVE:
            payer, payee = self.accounts.legs[row.debit], self.accounts.legs[row.credit]
            if payer is not None and payee is not None:
                return legs(payer, payee)
        return ()

    def _open(self, row: Row) -> None:
        text = self.journal.text
        names = text(row.debit), text(row.credit), text(row.amount)
        account = Account.of_flags(*names, row.ref)
        self.accounts.add(account)
        self.posted.append(0)
        in_credit = account.side is Side.CREDIT
        self.floor.append(0 if account.guarded and in_credit else _NO_FLOOR)
        self.ceiling.append(0 if account.guarded and not in_credit else _NO_CEILING)

    def _hold(self, account: int, amount: int) -> None:
        if self.accounts.rows[account].side is Side.CREDIT:
            self.floor[account] += amount
        else:
            self.ceiling[account] -= amount

    def held(self, account: int) -> int:
        """Return what is held in an account."""
        row = self.accounts.rows[account]
        if not row.guarded:
            return 0
        return self.floor[account] if row.side is Side.CREDIT else -self.ceiling[account]

    def balance(self, account: int) -> int:
        """Return the balance of an account, positive on its normal side."""
        in_credit = self.accounts.rows[account].side is Side.CREDIT
        return self.posted[account] if in_credit else -self.posted[account]

    def all_holds(self) -> list[Hold]:
        """Return every hold, in order."""
        return [self.holds[number] for number in range(len(self.holds))]
