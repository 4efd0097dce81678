"""What can be read from a ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from threading import RLock
from typing import NamedTuple, Self

from ..errors import SettlementError, one_of
from .accounts import Account
from .engine import Engine
from .holds import Hold
from .instructions import Outcome, Refused, checked_id
from .journal import Journal
from .steps import unknown_account
from .writer import Clock

__all__ = ["Entry", "View"]


class Entry(NamedTuple):
    """One posting as it is read: the account debited, the account credited, minor units."""

    debit: Account
    credit: Account
    amount: int


class View:
    """The reading half of a `khqr.settlement.Ledger`.

    Attributes:
        journal: every row that was written.
        state: what they add up to.
        refused: what becomes of a refused instruction id.
    """

    @classmethod
    def from_journal(
        cls,
        journal: Journal,
        *,
        clock: Clock,
        refused: Refused | str = Refused.BURN,
        rising_ids: bool = False,
    ) -> Self:
        """Return the ledger that a journal adds up to; it goes on writing into that journal.

        Raises:
            SettlementError: ``JOURNAL_BROKEN`` if the last transaction is not whole.
        """
        ledger = cls.__new__(cls)
        ledger._use(Engine(journal, clock, one_of(Refused, refused), rising_ids=rising_ids))
        return ledger

    def _use(self, engine: Engine) -> None:
        self._lock = RLock()
        self._go_on(engine)

    def _go_on(self, engine: Engine) -> None:
        self._engine = engine
        self._post, self._move = engine.post, engine.move
        self.refused = engine.refused
        self.journal = engine.journal
        self.state = engine.state

    def replay(self) -> Self:
        """Return the ledger that a copy of the journal adds up to, read from its first row.

        Raises:
            SettlementError: ``JOURNAL_BROKEN`` if the last transaction is not whole; `recover`.

        >>> from khqr.settlement import Ledger, Side
        >>> ledger = Ledger(clock=lambda: 0)
        >>> ledger.open("devb", "cash", "KHR", side=Side.DEBIT)
        0
        >>> ledger.replay().chain == ledger.chain
        True
        """
        with self._lock:
            again = type(self).__new__(type(self))
            again._use(self._engine.replayed())
            return again

    def recover(self) -> None:
        """Bring balances, holds and ids to what the journal says, in place.

        For a ledger that was stopped between writing to its journal and to its balances. Rows at
        the end whose transaction is not whole never took effect: they are taken out again, see
        `khqr.settlement.ledger.journal.Journal.drop_torn`.
        """
        with self._lock:
            self._go_on(self._engine.recovered())

    def watch(
        self, between: Callable[[], None] | None, within: Callable[[], None] | None = None
    ) -> None:
        """Have something called whenever rows are in the journal and not yet in the balances.

        It is for playing a stop: what it raises leaves the ledger as a stopped process would, to
        be mended by `recover`. Single posts and movements do not call it.

        Args:
            between: is called when a transaction is in the journal and not in the balances.
            within: is called when the first rows of a transaction are in the journal, and its
                other rows are not.
        """
        with self._lock:
            self._engine.between, self._engine.within = between, within

    def locked(self) -> AbstractContextManager[bool]:
        """Keep other threads out, for several calls that belong together."""
        return self._lock

    def find(self, book: str, name: str, currency: str) -> int:
        """Return the number of an account.

        Raises:
            SettlementError: ``UNKNOWN_ACCOUNT``.
        """
        return self.state.accounts.number(book, name, currency)

    def account(self, number: int) -> Account:
        """Return an account by its number."""
        rows = self.state.accounts.rows
        if not 0 <= number < len(rows):
            raise unknown_account(number)
        return rows[number]

    def balance(self, account: int) -> int:
        """Return what an account has, positive on its normal side; holds change nothing in it."""
        self.account(account)
        return self.state.balance(account)

    def held(self, account: int) -> int:
        """Return what is held in an account."""
        self.account(account)
        return self.state.held(account)

    def available(self, account: int) -> int:
        """Return the balance of an account less what is held in it."""
        with self._lock:
            return self.balance(account) - self.held(account)

    def find_hold(self, number: int) -> Hold:
        """Return a hold as it is now.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        return self.state.holds[number]

    def outcome(self, instruction: int | str) -> Outcome | None:
        """Return what is known of an instruction id, or None."""
        checked_id(instruction)
        with self._lock:
            row = self.state.ids.get(instruction)
            return None if row is None else self._engine.outcome(row)

    def postings(self, row: int) -> Iterator[Entry]:
        """Yield every posting of the transaction that begins with a row, movements by their legs.

        Raises:
            SettlementError: ``NOT_FOUND`` if there is no such row.
        """
        if not 0 <= row < len(self.journal):
            raise SettlementError("NOT_FOUND", f"the journal has no row {row}")
        accounts = self.state.accounts.rows
        for part in self.journal.transaction(row):
            for debit, credit in self.state.pairs(part):
                yield Entry(accounts[debit], accounts[credit], part.amount)

    @property
    def chain(self) -> str:
        """The chain of the journal after its last row, as 64 hexadecimal digits."""
        with self._lock:
            return self.journal.chain
