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
        ids: first row of what is posted to the end to the id of the payment.
        out_holds: numbers of the accounts in which money of such payments waits.
    """

    def __init__(self, links: Links) -> None:
        self._links = links
        self._ledger = links.simulation.ledger
        self._compensations = Compensations(self._ledger)
        self._said: dict[str, dict[str, tuple[CrossPayment, list[str]]]] = defaultdict(dict)
        self._payments = 0
        self._accounts = 0
        self.rows: dict[str, int] = {}
        self.hops: dict[str, int] = {}
        self.ids: dict[int, str] = {}
        self.out_holds: list[int] = []

    def read_on(self, audit: Audit) -> None:
        """Note what the rows say that this sweep of an audit has read."""
        for key in audit.touched:
            sent, slash, payment_id = str(key).partition("/")
            if slash and sent in {"pay", "paid"}:
                self._note(sent, payment_id)
        accounts = self._ledger.state.accounts.rows
        for number in range(self._accounts, len(accounts)):
            if accounts[number].name.startswith("out_hold:"):
                self.out_holds.append(number)
        self._accounts = len(accounts)

    def _note(self, sent: str, payment_id: str) -> None:
        payment = self._links.payments.get(payment_id)
        outcome = self._ledger.outcome(f"{sent}/{payment_id}")
        if payment is None or outcome is None or outcome.state is not InstructionState.COMMITTED:
            return
        if sent == "pay" and payment.direction is Direction.OUTBOUND:
            self.hops[payment_id] = outcome.row
        elif (sent == "pay") is (payment.direction is Direction.INBOUND):
            self.rows[payment_id] = outcome.row
            self.ids[outcome.row] = payment_id

    def new_payments(self) -> Iterator[CrossPayment]:
        """Yield the payments that came since the last call, posted or not."""
        payments = self._links.payments
        yield from islice(payments.values(), self._payments, None)
        self._payments = len(payments)

    def compensations(self) -> list[Compensation]:
        """Return all transactions that compensate others."""
        return self._compensations.read_on()

    def is_compensated(self, row: int) -> bool:
        """Say whether a transaction is compensated."""
        self._compensations.read_on()
        return row in self._compensations.originals

    def each(self, name: str, check: Callable[[CrossPayment, int], Iterator[str]]) -> Iterator[str]:
        """Yield what a check says of each payment that is posted; it is asked only about new ones.

        Args:
            name: of the check, under which is kept what it said.
            check: takes a payment and the first row of what was posted.
        """
        known, payments = self._said[name], self._links.payments
        for payment_id, row in self.rows.items():
            payment, before = payments[payment_id], known.get(payment_id)
            if before is None or before[0] is not payment:
                known[payment_id] = before = payment, list(check(payment, row))
            yield from before[1]
