"""The balances, limits and tables of a register as arrays, beside the lists that they copy.

The lists are what counts. A mirror is kept from one chunk to the next, and made anew as soon as
anything else has written to the ledger or changed the register.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from .columns import Numbers
    from .straight_through import StraightThrough

__all__ = ["Mirror"]

_FEW = 8
"""One account that is written by its number takes about as long as so many in their order."""

_FAR = 2**62
"""Stands for a floor or a ceiling that there is not."""


class Mirror:
    """Arrays by account, by payer, by code and by customer.

    Attributes:
        posted: credits less debits of each account.
        low: the least that ``posted`` may be.
        high: the most that it may be.
        unit: number of book and currency of each account.
        bsa: number of the settlement account behind each account, or -1.
        central: its mirror at the central bank.
        holder: who holds the tokens behind it.
        banks: numbers of all settlement accounts and of their mirrors.
        unit_ends: units, each with its settlement account in both books.
        used: minor units used of the day's limit.
        sums: zeros by account, to add up in; whoever uses it leaves zeros behind.
        limit_sums: the same by customer and currency.
        changed: which accounts have another balance here than in the lists.
        ahead: whether any has.
        all_changed: whether so many have that all are written back, which in order costs less.
    """

    def __init__(self, bank: StraightThrough) -> None:
        import numpy as np

        state = bank.ledger.state
        self.posted = np.array(state.posted, np.int64)
        self.low = np.array([max(floor, -_FAR) for floor in state.floor], np.int64)
        self.high = np.array([min(ceiling, _FAR) for ceiling in state.ceiling], np.int64)
        self.unit = np.array(state.accounts.units, np.int64)
        nothing = (-1, -1, -1)
        behind = np.array([leg[3:] if leg else nothing for leg in state.accounts.legs])
        self.bsa, self.central, self.holder = (
            np.ascontiguousarray(column, np.int64) for column in behind.reshape(-1, 3).T
        )
        self.banks = np.array(_of_banks(bank), np.int64)
        self.used = np.array(bank.used, np.int64)
        self.caps, self.frozen = np.array(bank.caps, np.int64), np.array(bank.frozen, np.int64)
        self.accounts = np.array(bank.accounts, np.int64)
        self.customer_of = np.array(bank.customer_of, np.int64)
        self.payees = np.array(bank.payees, np.int64)
        self.credited = np.array(bank.credited, np.int64)
        self.credit_days = np.array(bank.credit_days, np.int64)
        self.currency_of = np.array(bank.currency_of, np.int64)
        self.units, self.expiries = (
            np.array(bank.units, np.int64),
            np.array(bank.expiries, np.int64),
        )
        self.per_payment = np.array(bank.per_payment, np.int64)
        self._furthest = max((abs(amount) for amount in state.posted), default=0)
        self.unit_ends = np.array(_of_units(bank), np.int64).reshape(-1, 3)
        self.sums = np.zeros(len(self.posted), np.int64)
        self.limit_sums = np.zeros(len(self.used), np.int64)
        self.changed = np.zeros(len(self.posted), np.bool_)
        self.ahead = self.all_changed = False
        self.seen = self._seen(bank)

    @staticmethod
    def _seen(bank: StraightThrough) -> tuple[int, int, int]:
        return len(bank.ledger.journal), len(bank.payees), bank.changes

    @classmethod
    def of(cls, bank: StraightThrough) -> Self | None:
        """Return the mirror of a register as it is now, or None if a balance has over 62 bits."""
        kept = bank.mirror
        if isinstance(kept, cls) and kept.seen == cls._seen(bank):
            return kept
        posted = bank.ledger.state.posted
        if posted and not -_FAR < min(posted) <= max(posted) < _FAR:
            return None
        made = bank.mirror = cls(bank)
        return made

    def can_take(self, total: int) -> bool:
        """Say whether no balance can leave 63 bits if so much is moved; then it counts as moved."""
        self._furthest += total
        if self._furthest >= _FAR:
            furthest = max(int(self.posted.max()), -int(self.posted.min()))
            self._furthest = furthest + total
        return self._furthest < _FAR

    def total(self, accounts: Numbers, amounts: Numbers) -> Numbers:
        """Return for each place the sum of the amounts of all places with its account."""
        import numpy as np

        np.add.at(self.sums, accounts, amounts)
        found = self.sums[accounts]
        self.sums[accounts] = 0
        return found

    def keep(self, bank: StraightThrough) -> None:
        """Write what was changed back into the lists."""
        import numpy as np

        if not self.ahead:
            return
        posted = bank.ledger.state.posted
        changed = np.flatnonzero(self.changed)
        if self.all_changed or _FEW * len(changed) > len(posted):
            posted[:] = self.posted.tolist()
        else:
            amounts = self.posted[changed].tolist()
            for account, amount in zip(changed.tolist(), amounts, strict=True):
                posted[account] = amount
        np.frombuffer(bank.used, np.int64)[:] = self.used
        self.changed[:] = False
        self.ahead = self.all_changed = False

    def took(self, bank: StraightThrough, accounts: list[Numbers]) -> None:
        """Note that a chunk changed the balances of accounts, here and not yet in the lists."""
        if not self.all_changed:
            for touched in accounts:
                self.changed[touched] = True
            self.all_changed = _FEW * len(accounts[0]) > len(self.posted)
        self.ahead = True
        self.seen = self._seen(bank)


def _of_banks(bank: StraightThrough) -> list[int]:
    """Return the accounts that stand behind all movements of a bank."""
    found: set[int] = set()
    for leg in bank.ledger.state.accounts.legs:
        if leg is not None:
            found |= {leg.bsa, leg.central}
    return sorted(found)


def _of_units(bank: StraightThrough) -> list[tuple[int, int, int]]:
    """Return each unit with its settlement account, in both books."""
    legs = bank.ledger.state.accounts.legs
    return sorted({(leg.unit, leg.bsa, leg.central) for leg in legs if leg is not None})
