"""The payments of a chunk whose outcome may hang on their order, decided one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .columns import CODE
from .mirror import Mirror

if TYPE_CHECKING:
    from .columns import Numbers
    from .deciding import Chunk

__all__ = ["decide_in_order"]

_FUNDS, _SETTLES = CODE["INSUFFICIENT_FUNDS"], CODE["INSUFFICIENT_SETTLEMENT_BALANCE"]
_CONSUMED, _LIMIT = CODE["QR_CONSUMED"], CODE["LIMIT_PER_DAY"]


def decide_in_order(
    chunk: Chunk, mirror: Mirror, at: Numbers, doubtful: set[int], places: set[int]
) -> None:
    """Decide payments in order, keeping account of what is in doubt and of nothing else.

    Args:
        chunk: the chunk.
        mirror: balances and limits as they are before it.
        at: places of the payments.
        doubtful: accounts that may run short. All others cover whatever the chunk draws on them.
        places: customers and currencies whose limit may run short.
    """
    import numpy as np

    room = _Room(mirror, doubtful)
    posted = room.posted
    left = {place: int(mirror.caps[place] - mirror.used[place]) for place in places}
    paid: set[int] = set()
    account, payee = chunk.account[at], chunk.payee[at]
    fed = np.where(chunk.credited[at] < 0, payee, chunk.credited[at])
    between, tokens = chunk.between[at], chunk.tokens[at]
    down = [
        np.where(between, mirror.central[account], -1),
        np.where(between, mirror.bsa[payee], -1),
        np.where(tokens, mirror.holder[account], -1),
    ]
    up = [
        np.where(between, mirror.bsa[account], -1),
        np.where(between, mirror.central[payee], -1),
        np.where(tokens, mirror.holder[payee], -1),
    ]
    columns = (at, chunk.outcome[at], chunk.serials[at], chunk.amount[at], chunk.place[at])
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    ends = zip(*(column.tolist() for column in (account, fed, *down, *up)), strict=True)
    calm = doubtful.isdisjoint(mirror.banks.tolist())  # then only payers and holders are in doubt
    for (item, before, serial, amount, place), (payer, to, a, b, c, d, e, f) in zip(
        numbers, ends, strict=True
    ):
        outcome = before
        down_to, up_to = ((c,), (f,)) if calm else ((a, b, c), (d, e, f))
        if serial in paid:
            outcome = _CONSUMED
        elif not outcome:
            if amount > left.get(place, amount):
                outcome = _LIMIT
            elif payer in posted and posted[payer] - amount < room.low[payer]:
                outcome = _FUNDS
            elif not room.has(amount, down_to, up_to):
                outcome = _SETTLES
        chunk.outcome[item] = outcome
        if outcome:
            continue
        if serial >= 0:
            paid.add(serial)
        if place in left:
            left[place] -= amount
        room.change(amount, (payer, *down_to), (to, *up_to))


class _Room:
    """How far the accounts in doubt may still go: credits less debits, and between what."""

    def __init__(self, mirror: Mirror, doubtful: set[int]) -> None:
        self.posted = {number: int(mirror.posted[number]) for number in doubtful}
        self.low = {number: int(mirror.low[number]) for number in doubtful}
        self.high = {number: int(mirror.high[number]) for number in doubtful}

    def has(self, amount: int, down: tuple[int, ...], up: tuple[int, ...]) -> bool:
        """Say whether the accounts allow an amount; those that are not in doubt do."""
        posted = self.posted
        for number in down:
            if number in posted and posted[number] - amount < self.low[number]:
                return False
        for number in up:
            if number in posted and posted[number] + amount > self.high[number]:
                return False
        return True

    def change(self, amount: int, down: tuple[int, ...], up: tuple[int, ...]) -> None:
        """Let an amount go from accounts to others."""
        posted = self.posted
        for number in down:
            if number in posted:
                posted[number] -= amount
        for number in up:
            if number in posted:
                posted[number] += amount
