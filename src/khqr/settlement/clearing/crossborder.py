"""The cross-border report: what each party of a link gets of each batch.

Its columns are a choice of this library.
"""

from __future__ import annotations

from typing import NamedTuple

from .calendar import day_text
from .register import Register

__all__ = ["CrossBorderRow", "cross_border"]


class CrossBorderRow(NamedTuple):
    """One party in one batch; amounts are minor units, negative for what the party pays.

    ``paid + refunded + fees`` is ``net``, and each of the four adds up to zero over a batch.

    Attributes:
        batch: id of the batch.
        party: code of the party's book; the partner, which keeps the fees, is among them.
        currency: the currency in which the link settles.
        payments: how many payments touch the party.
        paid: what they bring it.
        refunds: how many refunds touch the party.
        refunded: what they bring it.
        fees: what the partner took from it; for the partner, what it took from all.
        net: what the party is to get.
        value_date: when, as an ISO date.
        state: of the batch.
        note: why it is disputed, or why it could not be settled, or an empty text.
    """

    batch: str
    party: str
    currency: str
    payments: int
    paid: int
    refunds: int
    refunded: int
    fees: int
    net: int
    value_date: str
    state: str
    note: str


def cross_border(clearing: Register) -> list[CrossBorderRow]:
    """Return the rows of all batches of a link; an empty cycle has that of the partner.

    >>> from khqr.settlement import Books, Ledger
    >>> from khqr.settlement.links import Terms
    >>> from khqr.settlement.clearing.clearing import Clearing
    >>> terms = Terms(name="alipayplus", sponsor="S", partner="ALP", currency="USD")
    >>> books = Books(Ledger(clock=lambda: 1_750_000_000_000), {})
    >>> for row in cross_border(Clearing(books, terms)):
    ...     print(row.batch, row.party, row.net, row.value_date, row.state)
    alipayplus-20250615 ALP 0 2025-06-16 open
    """
    return [
        CrossBorderRow(
            batch.id,
            *position,
            day_text(batch.value_date),
            batch.state.value,
            batch.refusal or batch.note,
        )
        for batch in clearing.batches
        for position in clearing.positions(batch.id)
    ]
