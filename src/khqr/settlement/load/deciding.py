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
        later: days until the credit, where it is later.
        merchant: the account credited, at once or later, or -1.
        amount: minor units that would be paid.
        place: customer and currency, under which the limit counts.
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
    later: Numbers
    merchant: Numbers
    amount: Numbers
    place: Numbers
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
        if len(ids) * int(amount.max()) >= 2**60 or _is_near(mirror, account, payee, merchant):
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
            ("UNBALANCED", account == payee),
            ("UNKNOWN_ACCOUNT", (account < 0) | (payee < 0)),
        ):
            outcome[refused] = CODE[name]
        enters = (outcome == 0) | (outcome >= CODE["QR_CONSUMED"])
        last = bank.ids.last
        before = np.maximum.accumulate(np.concatenate(([last], np.where(enters, ids, -1)[:-1])))
        outcome[ids <= before] = RESENT
        between = mirror.unit[account] != mirror.unit[payee]
        tokens = mirror.holder[account] != mirror.holder[payee]
        return cls(
            ids, times, serials, account, payee, credited, later, merchant, amount, place,
            between, tokens, outcome,
        )  # fmt: skip


def _is_near(mirror: Mirror, *accounts: Numbers) -> bool:
    return any(mirror.is_near(numbers) for numbers in (*accounts, mirror.banks))


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

    at = np.flatnonzero(live)
    between, tokens = at[chunk.between[at]], at[chunk.tokens[at]]
    accounts, sums = mirror.posted, mirror.sums
    order = np.zeros(len(live), np.bool_)
    marked = np.zeros(len(accounts), np.bool_)
    draws = [
        (at, chunk.account[at], False),
        (between, mirror.bsa[chunk.account[between]], True),
        (between, mirror.central[chunk.account[between]], False),
        (tokens, mirror.holder[chunk.account[tokens]], False),
    ]
    for of, drawn, is_debit in draws:
        np.add.at(sums, drawn, chunk.amount[of])
        room = (
            mirror.high[drawn] - accounts[drawn]
            if is_debit
            else accounts[drawn] - mirror.low[drawn]
        )
        short = sums[drawn] > room
        sums[drawn] = 0
        if short.any():
            marked[drawn[short]] = True
            order[of[short]] = True
    place = chunk.place[at]
    np.add.at(mirror.limit_sums, place, chunk.amount[at])
    over = mirror.limit_sums[place] > mirror.caps[place] - mirror.used[place]
    mirror.limit_sums[place] = 0
    order[at[over]] = True
    if marked.any():
        for of, fed in (
            (at, chunk.account[at]),
            (at, chunk.payee[at]),
            (at, np.where(chunk.credited[at] < 0, chunk.payee[at], chunk.credited[at])),
            (between, mirror.bsa[chunk.account[between]]),
            (between, mirror.bsa[chunk.payee[between]]),
            (between, mirror.central[chunk.account[between]]),
            (between, mirror.central[chunk.payee[between]]),
            (tokens, mirror.holder[chunk.account[tokens]]),
            (tokens, mirror.holder[chunk.payee[tokens]]),
        ):
            order[of[marked[fed]]] = True
    return set(np.flatnonzero(marked).tolist()), order, set(place[over].tolist())


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
