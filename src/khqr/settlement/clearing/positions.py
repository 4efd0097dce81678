"""What every party of a link gets of a batch, and what the partner keeps.

Payments, refunds and fees are summed and netted for each party and currency, as the documents of
Alipay+ say, which could be read in part. A fee stands with the party from whose account the partner
took it, which is a choice of this library.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .crossings import Crossing, Due, added

__all__ = ["Position", "positions_of"]


class Position(NamedTuple):
    """What one party gets of a batch, in minor units; what it pays is negative.

    ``paid + refunded + fees`` is ``net``. Over all parties of a batch, the partner with its fees
    among them, each of the four adds up to zero.

    Attributes:
        party: code of its book.
        currency: the currency in which the link settles.
        payments: how many payments touch the party.
        paid: what they bring it.
        refunds: how many refunds touch the party.
        refunded: what they bring it.
        fees: what the partner took from it as fees; for the partner, what it took from all.
        net: what the party is to get.
    """

    party: str
    currency: str
    payments: int
    paid: int
    refunds: int
    refunded: int
    fees: int
    net: int


def positions_of(
    crossings: Sequence[Crossing], partner: str, currency: str
) -> tuple[Position, ...]:
    """Return the positions of all parties in the order of their codes, and the partner's last.

    >>> dues = Due("MPP", owes=1000, fee=10), Due("S", owed=990)
    >>> for position in positions_of([Crossing(0, 0, False, dues)], "ALP", "USD"):
    ...     print(position.party, position.paid, position.fees, position.net)
    MPP -990 -10 -1000
    S 990 0 990
    ALP 0 10 10
    """
    sides = [[one for one in crossings if one.refund is refund] for refund in (False, True)]
    paid, refunded = (added(due for one in side for due in one.dues) for side in sides)
    counts = [dict.fromkeys(sums, 0) for sums in (paid, refunded)]
    for count, side in zip(counts, sides, strict=True):
        for due in (due for one in side for due in one.dues):
            count[due.party] += 1
    rows = []
    for party in sorted({*paid, *refunded}):
        one, two = paid.get(party, Due(party)), refunded.get(party, Due(party))
        brought, back, fees = one.net + one.fee, two.net + two.fee, -one.fee - two.fee
        payments, refunds = (count.get(party, 0) for count in counts)
        rows.append(
            Position(party, currency, payments, brought, refunds, back, fees, brought + back + fees)
        )
    kept = -sum(row.fees for row in rows)
    payments, refunds = (len(side) for side in sides)
    return (*rows, Position(partner, currency, payments, 0, refunds, 0, kept, kept))
