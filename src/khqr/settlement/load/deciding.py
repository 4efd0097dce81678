"""What becomes of each payment of a chunk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from .columns import CODE
from .in_order import decide_in_order
from .mirror import Mirror

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .columns import Numbers
    from .straight_through import StraightThrough

    Flags = npt.NDArray[np.bool_]

__all__ = ["RESENT", "Chunk", "decide"]

RESENT = 255
"""Outcome of an id that is not above all others, until it is looked up."""


@dataclass(slots=True)
class Chunk:
    """The payments of a chunk, by columns, and what is known of them.

    Attributes:
        ids: instruction ids.
        times: never going back.
        serials: of dynamic codes, or -1.
        account: the payer's account, or -1.
        payee: where the hop goes, or -1.
        credited: the account credited at once behind it, or -1.
        fed: the account that has more in the end: the credited one, or the payee.
        later: days until the credit, where it is later.
        merchant: the account credited, at once or later, or -1.
        amount: minor units that would be paid.
        place: customer and currency, under which the limit counts.
        unit, to_unit: number of book and currency at both ends.
        holder, to_holder: who holds the tokens at both ends.
        between: whether the hop goes from one bank to another.
        tokens: whether tokens change hands.
        outcome: number in `OUTCOMES`, or `RESENT`.
    """

    ids: Numbers
    times: Numbers
    serials: Numbers
    account: Numbers
    payee: Numbers
    credited: Numbers
    fed: Numbers
    later: Numbers
    merchant: Numbers
    amount: Numbers
    place: Numbers
    unit: Numbers
    to_unit: Numbers
    holder: Numbers
    to_holder: Numbers
    between: Flags
    tokens: Flags
    outcome: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, bank: StraightThrough, mirror: Mirror, part: list[Numbers]) -> Self | None:
        """Look everything up that does not change, and refuse what can be refused by it alone.

        Returns:
            The chunk, or None if its sums might not fit into 63 bits.
        """
        import numpy as np

        ids, payers, codes, entered, times, serials, asked, expiries = part
        currency, customer = mirror.currency_of[codes], mirror.customer_of[payers]
        place = 2 * customer + currency
        account, payee = mirror.accounts[2 * payers + currency], mirror.payees[codes]
        need = np.where(asked > 0, asked, mirror.units[codes])
        amount = np.where(entered > 0, entered, need)
        later, merchant = mirror.credit_days[codes], mirror.credited[codes]
        credited = np.where(later > 0, -1, merchant)
        if not mirror.can_take(len(ids) * int(amount.max())):
            return None
        expiries = np.where(expiries < 0, mirror.expiries[codes], expiries)
        outcome = np.zeros(len(ids), np.uint8)
        for name, refused in (  # from the last rule to the first, which then stands
            ("LIMIT_PER_TX", amount > mirror.per_payment[currency]),
            ("KYC_TIER", mirror.caps[place] < 0),
            ("ACCOUNT_FROZEN", mirror.frozen[customer] > 0),
            ("QR_AMOUNT_MISMATCH", (amount == 0) | ((need > 0) & (amount != need))),
            ("QR_EXPIRED", times > expiries),
            ("QR_CONSUMED", _paid(bank, serials)),
            ("UNBALANCED", (account == payee) | (account == merchant)),
            ("UNKNOWN_ACCOUNT", (account < 0) | (payee < 0)),
        ):
            outcome[refused] = CODE[name]
        enters = (outcome == 0) | (outcome >= CODE["QR_CONSUMED"])
        last = bank.ids.last
        before = np.maximum.accumulate(np.concatenate(([last], np.where(enters, ids, -1)[:-1])))
        outcome[ids <= before] = RESENT
        fed = np.where(credited < 0, payee, credited)
        unit, to_unit = mirror.unit[account], mirror.unit[payee]
        holder, to_holder = mirror.holder[account], mirror.holder[payee]
        return cls(
            ids, times, serials, account, payee, credited, fed, later, merchant, amount, place,
            unit, to_unit, holder, to_holder, unit != to_unit, holder != to_holder, outcome,
        )  # fmt: skip


def _paid(bank: StraightThrough, serials: Numbers) -> Flags:
    """Say which serials belong to dynamic codes that were paid."""
    import numpy as np

    highest = int(serials.max())
    if highest < 0:
        return np.zeros(len(serials), np.bool_)
    bank.room_for(highest)
    return (np.frombuffer(bank.paid_serials, np.uint8)[serials] > 0) & (serials >= 0)


def decide(chunk: Chunk, mirror: Mirror) -> None:
    """Give every payment of the chunk its outcome."""
    import numpy as np

    live = chunk.outcome == 0
    doubtful, order, places = _doubtful(chunk, mirror, live)
    order = (order & live) | _repeated(chunk)
    if order.any():
        decide_in_order(chunk, mirror, np.flatnonzero(order), doubtful, places)


def _doubtful(chunk: Chunk, mirror: Mirror, live: Flags) -> tuple[set[int], Flags, set[int]]:
    """Return the accounts that may run short, the payments touching them, and limits in doubt.

    An account cannot run short if all that the chunk might draw on it is there when it begins.
    """
    import numpy as np

    amount = np.where(live, chunk.amount, 0)
    hops, moved = np.where(chunk.between, amount, 0), np.where(chunk.tokens, amount, 0)
    room = mirror.posted - mirror.low
    draws = [(chunk.account, amount, room), (chunk.holder, moved, room)]
    if not _banks_cover(mirror, int(hops.sum())):
        draws += [
            (mirror.bsa[chunk.account], hops, mirror.high - mirror.posted),
            (mirror.central[chunk.account], hops, room),
        ]
    marked = np.zeros(len(mirror.posted), np.bool_)
    for drawn, sums, left in draws:
        short = mirror.total(drawn, sums) > left[drawn]
        marked[drawn[short & (sums > 0)]] = True
    np.add.at(mirror.limit_sums, chunk.place, amount)
    left = mirror.caps - mirror.used
    order = live & (mirror.limit_sums[chunk.place] > left[chunk.place])
    mirror.limit_sums[chunk.place] = 0
    places = set(chunk.place[order].tolist())
    if marked.any():
        order |= marked[chunk.account] | marked[chunk.fed] | marked[chunk.payee]
        for behind in (mirror.bsa, mirror.central):
            order |= chunk.between & marked[behind[chunk.account]]
            order |= chunk.between & marked[behind[chunk.payee]]
        order |= chunk.tokens & (marked[chunk.holder] | marked[chunk.to_holder])
    return set(np.flatnonzero(marked).tolist()), order, places


def _banks_cover(mirror: Mirror, total: int) -> bool:
    """Say whether each bank alone has more than all banks together send: then none runs short."""
    posted, banks = mirror.posted, mirror.banks
    return bool(
        (posted[banks] - mirror.low[banks] >= total).all()
        and (mirror.high[banks] - posted[banks] >= total).all()
    )


def _repeated(chunk: Chunk) -> Flags:
    """Return the new payments of a serial that stands more than once in the chunk."""
    import numpy as np

    enters = (chunk.outcome == 0) | (chunk.outcome >= CODE["QR_CONSUMED"])
    found = np.flatnonzero((chunk.serials >= 0) & enters & (chunk.outcome != RESENT))
    repeated = np.zeros(len(chunk.ids), np.bool_)
    serials = np.sort(chunk.serials[found])
    twice = serials[1:][serials[1:] == serials[:-1]]
    if len(twice):
        repeated[found[np.isin(chunk.serials[found], twice)]] = True
    return repeated
