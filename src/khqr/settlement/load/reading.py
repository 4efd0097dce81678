"""Pieces of a journal as columns, and the accounts that they are about as arrays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from ..ledger.accounts import Accounts
from ..ledger.chart import Side
from ..ledger.journal import Journal
from ..ledger.rows import CONTINUED, ROW_SIZE, Kind
from ..payments.limits import DAY

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .columns import Numbers

    Flags = npt.NDArray[np.bool_]

__all__ = ["PIECE", "ROW", "Piece", "Shape"]

ROW = [("debit", "<u4"), ("credit", "<u4"), ("amount", "<i8"), ("stamp", "<i8"), ("ref", "<i8")]
"""A row of the journal, as `khqr.settlement.ledger.journal` packs it."""

PIECE = 2**18
"""Rows that are read at a time."""

_EAST = 7 * 3_600_000
"""As `khqr.settlement.payments.limits.business_day` has it."""

Event = tuple["Numbers", "Numbers", "Numbers"]
"""Places of rows, accounts, and what the rows add to the credits less debits of each."""


@dataclass(slots=True)
class Piece:
    """Rows of a journal, by columns."""

    numbers: Numbers
    kind: Numbers
    flags: Numbers
    time: Numbers
    debit: Numbers
    credit: Numbers
    amount: Numbers
    ref: Numbers

    @classmethod
    def of(cls, journal: Journal, first: int, last: int) -> Self:
        """Read the rows from ``first`` up to ``last``."""
        import numpy as np

        raw = bytes(journal.packed[first * ROW_SIZE : last * ROW_SIZE])
        rows = np.frombuffer(raw, np.dtype(ROW))
        stamp = rows["stamp"]
        return cls(
            np.arange(first, last),
            stamp & 0x0F,
            stamp & 0xF0,
            stamp >> 8,
            rows["debit"].astype(np.int64),
            rows["credit"].astype(np.int64),
            rows["amount"].astype(np.int64),
            rows["ref"].astype(np.int64),
        )

    def at(self, chosen: Flags) -> Self:
        """Return some of the rows."""
        return type(self)(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @property
    def start(self) -> int:
        """The number of the first row."""
        return int(self.numbers[0])

    @property
    def largest(self) -> int:
        """The largest amount of a posting or movement."""
        posting = (self.kind == Kind.POST) | (self.kind == Kind.MOVE)
        amounts = self.amount[posting]
        return max(int(amounts.max()), -int(amounts.min())) if len(amounts) else 0

    def holds_only(self, kinds: Collection[Kind]) -> bool:
        """Say whether all rows are of some kinds, and their ids are numbers."""
        import numpy as np

        known = np.isin(self.kind, [kind.value for kind in kinds])
        return bool(known.all()) and not (self.flags & 0x40).any()

    def places(self, kind: Kind) -> list[int]:
        """Return the numbers of the rows of a kind."""
        return [int(number) for number in self.numbers[self.kind == kind]]

    def earlier_than(self, before: int) -> list[int]:
        """Return the numbers of rows whose time is before that of the row in front of them."""
        import numpy as np

        past = np.concatenate(([before], self.time))[:-1]
        return [int(number) for number in self.numbers[self.time < past]]

    def first_of_transaction(self, continued: bool) -> Flags:
        """Say which rows begin a transaction."""
        import numpy as np

        follows = (self.flags & CONTINUED) > 0
        return ~np.concatenate(([continued], follows))[:-1]

    def days(self) -> list[tuple[int, int, int]]:
        """Return the business days of the rows, each with its first place and the one behind it."""
        import numpy as np

        days = (self.time + _EAST) // DAY
        edges = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
        return [(int(days[first]), first, last) for first, last in pairwise(edges) if first < last]

    def names_known(self, before: int, opens: list[int], shape: Shape) -> Flags:
        """Say which rows name accounts that are open by then, and have legs where they move."""
        import numpy as np

        opened = before + np.searchsorted(np.array(opens, np.int64), self.numbers)
        posts, moves = self.kind == Kind.POST, self.kind == Kind.MOVE
        last = len(shape.unit) - 1
        known = (self.debit < opened) & (self.credit < opened)
        legs = (
            (shape.bsa[np.minimum(self.debit, last)] >= 0)
            & (shape.bsa[np.minimum(self.credit, last)] >= 0)
            if last >= 0
            else known
        )
        sound: Flags = ~(posts | moves) | (known & (~moves | legs))
        return sound


class Shape:
    """What accounts are, as arrays: their unit, what stands behind them, whether guarded."""

    def __init__(self, accounts: Accounts) -> None:
        import numpy as np

        rows = accounts.rows
        self.unit = np.array(accounts.units, np.int64)
        self.currencies = sorted({row.currency for row in rows})
        names = {currency: number for number, currency in enumerate(self.currencies)}
        self.currency = np.array([names[row.currency] for row in rows], np.int64)
        nothing = (-1, -1, -1)
        behind = np.array([leg[3:] if leg else nothing for leg in accounts.legs], np.int64)
        self.bsa, self.central, self.holder = behind.reshape(-1, 3).T
        self.sign = np.array([1 if row.side is Side.CREDIT else -1 for row in rows], np.int64)
        self.guarded = np.array([row.guarded for row in rows], np.bool_)

    def mixes(self, posting: Piece) -> Flags:
        """Say which rows have two books or currencies, or no amount."""
        import numpy as np

        posts = posting.kind == Kind.POST
        wrong = np.where(
            posts,
            self.unit[posting.debit] != self.unit[posting.credit],
            self.currency[posting.debit] != self.currency[posting.credit],
        )
        mixed: Flags = wrong | (posting.amount <= 0)
        return mixed

    def events(self, posting: Piece) -> list[Event]:
        """Return what the rows do to each account, movements by the leg rule."""
        import numpy as np

        every = np.arange(len(posting.kind))
        moves = every[posting.kind == Kind.MOVE]
        debit, credit, amount = posting.debit, posting.credit, posting.amount
        hops = moves[self.unit[debit[moves]] != self.unit[credit[moves]]]
        tokens = moves[self.holder[debit[moves]] != self.holder[credit[moves]]]
        return [
            (every, debit, -amount),
            (every, credit, amount),
            (hops, self.bsa[debit[hops]], amount[hops]),
            (hops, self.central[debit[hops]], -amount[hops]),
            (hops, self.bsa[credit[hops]], -amount[hops]),
            (hops, self.central[credit[hops]], amount[hops]),
            (tokens, self.holder[debit[tokens]], -amount[tokens]),
            (tokens, self.holder[credit[tokens]], amount[tokens]),
        ]

    def short(self, posted: Numbers, *events: Event) -> list[tuple[int, int]]:
        """Return the places of rows that leave a guarded account below zero, with the account.

        An account that has more than all that is drawn on it cannot be short. The others are
        looked at after each of their rows.
        """
        import numpy as np

        drawn = np.zeros(len(posted), np.int64)
        for _, account, change in events:
            np.add.at(drawn, account, np.minimum(change * self.sign[account], 0))
        doubtful = self.guarded & (posted * self.sign + drawn < 0)
        if not doubtful.any():
            return []
        chosen = [
            (place[keep], account[keep], (change * self.sign[account])[keep])
            for place, account, change in events
            for keep in (doubtful[account],)
        ]
        places, accounts, changes = (np.concatenate(column) for column in zip(*chosen, strict=True))
        order = np.lexsort((places, accounts))
        places, accounts, changes = places[order], accounts[order], changes[order]
        sums = np.cumsum(changes)
        begins = np.concatenate(([True], accounts[1:] != accounts[:-1]))
        base = np.maximum.accumulate(np.where(begins, np.arange(len(sums)), 0))
        balance = posted[accounts] * self.sign[accounts] + sums - (sums - changes)[base]
        # two events of one account in one row count together: after the last of them
        last = np.concatenate((begins[1:] | (places[1:] != places[:-1]), [True]))
        wrong = np.flatnonzero((balance < 0) & last)
        return list(zip(places[wrong].tolist(), accounts[wrong].tolist(), strict=True))
