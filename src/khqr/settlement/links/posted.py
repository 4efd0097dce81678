"""Which payments over links the journal says are posted, read on as it grows.

An audit may sweep very often. So a row is read once, and a payment is looked at again only when it
has become another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ..ledger.audit import Audit
from ..ledger.compensations import Compensation, Compensations
from ..ledger.instructions import InstructionState
from .payment import CrossPayment
from .terms import Direction

if TYPE_CHECKING:
    from .links import Links

__all__ = ["Posted"]


class Posted:
    """What the checks of links have read so far.

    Attributes:
        rows: id of a payment that is posted to the end to the first row of that.
        hops: id of a payment that goes out to the first row of its hop to the bank of the link.
        out_holds: numbers of the accounts in which money of such payments waits.
    """

    def __init__(self, links: Links) -> None:
        self._ledger, self._payments = links.simulation.ledger, links.payments
        self._compensations = Compensations(self._ledger)
        self._known = self._accounts = self._refunds = 0
        self._ids: dict[int, str] = {}
        self._said: dict[str, dict[str, tuple[CrossPayment, list[str]]]] = defaultdict(dict)
        self.rows: dict[str, int] = {}
        self.hops: dict[str, int] = {}
        self.out_holds: list[int] = []

    def read_on(self, audit: Audit) -> None:
        """Note what is posted by the rows that this sweep of an audit has read."""
        for key in audit.touched:
            sent, slash, payment_id = str(key).partition("/")
            if slash and payment_id in self._payments:
                outcome = self._ledger.outcome(key)
                if outcome is not None and outcome.state is InstructionState.COMMITTED:
                    self._enter(sent, payment_id, outcome.row)
        accounts = self._ledger.state.accounts.rows
        for number in range(self._accounts, len(accounts)):
            if accounts[number].name.startswith("out_hold:"):
                self.out_holds.append(number)
        self._accounts = len(accounts)

    def _enter(self, sent: str, payment_id: str, row: int) -> None:
        """Note that an instruction was posted; what stands before the payment's id says which."""
        outbound = self._payments[payment_id].direction is Direction.OUTBOUND
        if outbound and sent == "pay":
            self.hops[payment_id] = row
        elif sent == ("paid" if outbound else "pay"):
            self.rows[payment_id], self._ids[row] = row, payment_id

    def new_payments(self) -> Iterator[str]:
        """Yield the ids of the payments that came since the last call, posted or not."""
        yield from islice(self._payments, self._known, None)
        self._known = len(self._payments)

    def new_refunds(self) -> Iterator[tuple[CrossPayment, Compensation]]:
        """Yield what compensates payments that are posted, and came since the last call."""
        found = self._compensations.read_on()
        start, self._refunds = self._refunds, len(found)
        for one in found[start:]:
            payment_id = self._ids.get(one.original)
            if payment_id is not None:
                yield self._payments[payment_id], one

    def is_compensated(self, row: int) -> bool:
        """Say whether a transaction is compensated."""
        self._compensations.read_on()
        return row in self._compensations.originals

    def each(self, name: str, check: Callable[[CrossPayment, int], Iterator[str]]) -> Iterator[str]:
        """Yield what a check says of each payment that is posted; it is asked about new ones only.

        Args:
            name: of the check, under which is kept what it said.
            check: takes a payment and the first row of what was posted.
        """
        known = self._said[name]
        for payment_id, row in self.rows.items():
            payment, before = self._payments[payment_id], known.get(payment_id)
            if before is None or before[0] is not payment:
                known[payment_id] = before = payment, list(check(payment, row))
            yield from before[1]
