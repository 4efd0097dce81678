"""The ledger: postings that balance by construction, holds, and ids that take effect once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..errors import SettlementError, one_of
from .accounts import Account, check_names
from .chart import Side
from .engine import Engine
from .instructions import Refused, digest_of
from .journal import Journal
from .steps import Movement, Posting
from .view import View
from .writer import Clock

__all__ = ["Ledger", "Result"]

Item = tuple[int, int, int, int | str | None]
Result = int | SettlementError
"""What a batch gives for each item: the row of its transaction, or why it was refused."""


class Ledger(View):
    """Accounts in any number of books, and one journal of everything that happens to them.

    Amounts are whole minor units. An account is known by its number. What a call writes, it writes
    wholly or not at all; calls from several threads come one after the other. All names and rules
    are choices of this library.

    Args:
        clock: gives the time in milliseconds since 1970, UTC. The time of the journal never goes
            back, even if the clock does.
        refused: what becomes of a refused instruction id, see `Refused`.
        rising_ids: take only ids that are numbers and rise, for 16 bytes each.

    >>> from khqr.settlement import Ledger, Side
    >>> ledger = Ledger(clock=lambda: 1_750_000_000_000)
    >>> cash = ledger.open("devb", "cash", "KHR", side=Side.DEBIT)
    >>> dara = ledger.open("devb", "casa:dara", "KHR", side=Side.CREDIT, guarded=True)
    >>> shop = ledger.open("devb", "casa:shop", "KHR", side=Side.CREDIT, guarded=True)
    >>> row = ledger.post(cash, dara, 50_000)
    >>> row = ledger.post(dara, shop, 4_100, "devb/1")
    >>> row == ledger.post(dara, shop, 4_100, "devb/1")
    True
    >>> ledger.balance(dara), ledger.balance(shop)
    (45900, 4100)
    >>> try:
    ...     ledger.post(dara, shop, 46_000, "devb/2")
    ... except SettlementError as refusal:
    ...     print(refusal)
    INSUFFICIENT_FUNDS: casa:dara of devb in KHR has 45900 available, 46000 are needed
    """

    def __init__(
        self, *, clock: Clock, refused: Refused | str = Refused.BURN, rising_ids: bool = False
    ) -> None:
        self._use(Engine(Journal(), clock, one_of(Refused, refused), rising_ids=rising_ids))

    # Accounts.

    def open(
        self,
        book: str,
        name: str,
        currency: str,
        *,
        side: Side,
        guarded: bool = False,
        tokens: str = "",
        settles: bool = False,
    ) -> int:
        """Open an account and return its number; one that is open already stays as it is.

        Args:
            book: whose ledger it is in.
            name: its name in the book.
            currency: alphabetic code, three capital letters.
            side: the side it normally stands on.
            guarded: refuse what would take the balance less the holds below zero.
            tokens: whose tokens stand behind it in a movement: ``own``, ``customer``, or nobody's.
            settles: a shortage is called one of settlement balance, not of funds.

        Raises:
            SettlementError: ``ACCOUNT_DIFFERS`` if it is open with other properties;
                ``ACCOUNT_ID_INVALID`` or ``CURRENCY_NOT_SUPPORTED`` for names that cannot be;
                ``UNKNOWN_ACCOUNT`` if the accounts behind one with ``tokens`` are not open.
        """
        account = Account(
            book, name, currency, one_of(Side, side), bool(guarded), tokens, bool(settles)
        )
        check_names(account)
        with self._lock:
            number = self.state.accounts.find(book, name, currency)
            if number is None:
                return self._engine.open(account)
            if self.state.accounts.rows[number] != account:
                raise SettlementError("ACCOUNT_DIFFERS", f"{account} is open with other properties")
            return number

    # Posting.

    def post(
        self, debit: int, credit: int, amount: int, instruction: int | str | None = None
    ) -> int:
        """Post one amount from one account to another of the same book and currency.

        Args:
            debit: number of the account to debit.
            credit: number of the account to credit.
            amount: minor units, at least 1.
            instruction: makes it take effect once, however often it is sent.

        Returns:
            The row of the journal; for an id that was committed before, the row of then.

        Raises:
            SettlementError: by the names in `REFUSALS`; nothing was posted.
            TypeError: for numbers that are no `int`.
        """
        with self._lock:
            return self._post(debit, credit, amount, instruction)

    def move(
        self, payer: int, payee: int, amount: int, instruction: int | str | None = None
    ) -> int:
        """Move money between two accounts of one or two institutions, by the leg rule.

        It takes what `post` takes, returns what it returns, and raises what it raises.
        """
        with self._lock:
            return self._move(payer, payee, amount, instruction)

    def post_many(self, items: Iterable[Item]) -> list[Result]:
        """Post many: each item is debit, credit, amount and instruction id, as `post` takes them.

        Each stands alone: one that is refused does not hold up the others. Results, journal and
        chain are the same as if they had been posted one by one.
        """
        return self._many(self._engine.post, items)

    def move_many(self, items: Iterable[Item]) -> list[Result]:
        """Move many: each item is payer, payee, amount and instruction id; see `post_many`."""
        return self._many(self._engine.move, items)

    def _many(
        self, one: Callable[[int, int, int, int | str | None], int], items: Iterable[Item]
    ) -> list[Result]:
        results: list[Result] = []
        done = results.append
        with self._lock:
            for item in items:
                try:
                    done(one(*item))
                except SettlementError as refusal:
                    done(refusal)
        return results

    def transact(
        self,
        steps: Sequence[Posting | Movement],
        instruction: int | str | None = None,
        *,
        hold: int | None = None,
        reference: int | None = None,
        begun: bool = False,
    ) -> int:
        """Post several steps as one transaction: all of them, or none.

        The steps apply in order, and each must find what it draws on.

        Args:
            steps: `Posting` and `Movement` values, 1 to 1,000.
            instruction: makes it take effect once.
            hold: number of a hold that the transaction draws on; what it leaves of it is released.
            reference: first row of a transaction that this one compensates.
            begun: the instruction was announced by `begin`, and this carries it out.

        Returns:
            The first row of the transaction.

        Raises:
            SettlementError: as `post` raises it, and by the names ``HOLD_…``.
        """
        with self._lock:
            return self._engine.transact(steps, instruction, hold, reference, begun=begun)

    # Holds.

    def hold(self, account: int, amount: int, *, expires_at: int | None = None) -> int:
        """Set an amount of a guarded account aside, and return the number of the hold.

        Args:
            account: number of the account.
            amount: minor units, at least 1.
            expires_at: the last moment at which it may be posted, in milliseconds since 1970.

        Raises:
            SettlementError: if less is available, or ``HOLD_INVALID``.
        """
        with self._lock:
            return self._engine.hold(account, amount, expires_at)

    def void(self, hold: int) -> int:
        """Release a hold, and return the row that says so.

        Raises:
            SettlementError: ``HOLD_ALREADY_POSTED``, ``HOLD_ALREADY_VOIDED``, ``HOLD_EXPIRED`` or
                ``NOT_FOUND``.
        """
        with self._lock:
            return self._engine.void(hold)

    def expire(self) -> int:
        """End the holds whose time has passed, and return the time; every call that posts does."""
        with self._lock:
            return self._engine.now()

    # Instructions that take more than one call.

    def begin(self, instruction: int | str, body: bytes) -> int | None:
        """Announce an instruction, which is then in flight.

        Args:
            instruction: its id.
            body: everything that the instruction says; kept as a digest.

        Returns:
            None if it is to be carried out now; the row of its transaction if it was before.

        Raises:
            SettlementError: ``IN_FLIGHT``, ``ALREADY_REFUSED`` or ``IDEMPOTENCY_MISMATCH``.
        """
        with self._lock:
            return self._engine.begin(instruction, digest_of(body))

    def refuse(self, instruction: int | str, name: str) -> int:
        """Refuse an instruction that is in flight, by a name in `REFUSALS`; return the row."""
        with self._lock:
            return self._engine.refuse(instruction, name)
