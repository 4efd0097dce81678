"""What must be true of payments, refunds, rates and limits, held against the journal.

A choice of this library. The checks work out anew, from what was posted and what is held, what the
payments' own counters and states should say. Each sweep looks only at the payments that changed
and the rows that came since the one before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...model import Routing
from ..ledger.audit import Audit, Invariant
from ..ledger.holds import HoldState
from ..ledger.instructions import InstructionState
from ..ledger.rows import Kind, Row
from .agreement import disagreements
from .conversion import wrong_legs
from .limits import Used, business_day
from .payment import Payment

if TYPE_CHECKING:
    from .paying import Paying

__all__ = ["payment_invariants"]

_OPEN = {HoldState.PENDING, HoldState.POSTED}


def payment_invariants(simulation: Paying) -> tuple[Invariant, ...]:
    """Return the invariants of the payments of a simulation, for a longer tuple of an `Audit`.

    ``I…`` are those of the specification; ``D…`` are derived: what states and balances say of each
    other.
    """
    checks = _Checks(simulation)
    return (
        Invariant("I7", "a dynamic code is paid once, and none after its time", checks.once),
        Invariant(
            "I8", "a conversion has one quote, both legs, and is rounded up", checks.converted
        ),
        Invariant("I10", "refunds never exceed their payment, nor its time", checks.refunded),
        Invariant("I13", "the used limit is what is held and paid", checks.within),
        Invariant("D1", "suspense holds what payees are not credited with yet", checks.suspense),
        Invariant("D2", "an outbound payment's money waits wholly, or not at all", checks.outbound),
        Invariant("D3", "a payment is where its instruction, hold and credit are", checks.agree),
    )


class _Checks:
    """The checks, and what they have read."""

    def __init__(self, simulation: Paying) -> None:
        self._simulation = simulation
        self._seen: dict[str, list[str]] = defaultdict(list)
        self._changes = self._rows = 0
        self._hops: dict[int, str] = {}
        self._paid: dict[str, str] = {}
        self._quotes: dict[str, str] = {}
        self._back: dict[int, int] = defaultdict(int)
        self._counted: dict[str, tuple[Used, int]] = {}
        self._used: dict[Used, int] = defaultdict(int)
        self._moving: set[str] = set()
        self._waits: dict[str, tuple[str, str, int]] = {}
        self._suspense: dict[tuple[str, str], int] = defaultdict(int)
        self._held_out: dict[int, int] = {}

    # Reading on.

    def _read_on(self, audit: Audit) -> None:
        changes = self._simulation.changes
        changed = dict.fromkeys(changes[self._changes :])
        self._changes = len(changes)
        for key in (*changed, *sorted(self._moving.difference(changed))):
            self._look(self._simulation.payments[key])
        journal = audit.ledger.journal
        start, self._rows = self._rows, len(journal)
        for row in journal.rows(start, self._rows):
            self._look_at_row(audit, row)
        for key in changed:
            payment = self._simulation.payments[key]
            back = 0 if payment.row is None else self._back.get(payment.row, 0)
            if back != payment.refunded:
                self._seen["D3"].append(
                    f"payment {key} says that {payment.refunded} went back, its refunds say {back}"
                )

    def _look(self, payment: Payment) -> None:
        outcome = self._simulation.ledger.outcome(f"pay/{payment.id}")
        posted = outcome is not None and outcome.state is InstructionState.COMMITTED
        if posted and outcome is not None and outcome.row not in self._hops:
            self._hops[outcome.row] = payment.id
            self._look_at_hop(payment, outcome.row)
        self._count(payment)
        self._count_suspense(payment)
        self._seen["D3"] += disagreements(self._simulation, payment, outcome)

    def _time(self, row: int) -> int:
        return self._simulation.ledger.journal.row(row).time

    def _look_at_hop(self, payment: Payment, row: int) -> None:
        code, posted = payment.code, self._time(row)
        # a wallet abroad confirms in time, and the answer may come later
        time = payment.confirmed_at if payment.link else posted
        if code.expires_at is not None and time > code.expires_at:
            self._seen["I7"].append(f"payment {payment.id} was posted after its code's expiry")
        if code.dynamic and self._paid.setdefault(code.key, payment.id) != payment.id:
            self._seen["I7"].append(f"payment {payment.id} is the second by one dynamic code")
        if payment.link:
            return  # its rates are the link's
        entries = list(self._simulation.ledger.postings(row))
        if not payment.quote:
            if {one.debit.currency for one in entries} != {code.currency}:
                self._seen["I8"].append(f"payment {payment.id} was converted without a quote")
            return
        quote = self._simulation.quotes[payment.quote]
        used = self._quotes.setdefault(payment.quote, payment.id)
        if used != payment.id or posted > quote.expires_at:
            self._seen["I8"].append(f"payment {payment.id} was posted by a quote that was over")
        self._seen["I8"] += wrong_legs(payment, quote, entries)

    def _count(self, payment: Payment) -> None:
        """Count what a payment uses of its limit: what is held, and what is paid."""
        use, units = self._counted.pop(payment.id, (None, 0))
        if use is not None:
            self._used[use] -= units
        self._moving.discard(payment.id)
        if payment.hold is None or payment.debited is None or payment.use is None or payment.link:
            return
        hold = self._simulation.ledger.find_hold(payment.hold)
        # an expired one is given back by the next call of the simulation
        if hold.state in _OPEN or payment.id in self._simulation.pending:
            day = business_day(payment.confirmed_at)
            use = Used(payment.payer, payment.debited.currency, day)
            self._counted[payment.id] = use, hold.amount
            self._used[use] += hold.amount
        if hold.state is HoldState.PENDING or payment.id in self._simulation.pending:
            self._moving.add(payment.id)

    def _count_suspense(self, payment: Payment) -> None:
        """Count what a payment has in suspense, by its state."""
        book, currency, units = self._waits.pop(payment.id, ("", "", 0))
        if units:
            self._suspense[book, currency] -= units
        if payment.row is None or payment.money is None:
            return
        over = payment.acknowledged_at is not None or payment.refunded
        if payment.code.routing is not Routing.WALLET and not over:
            book, (currency, units) = payment.code.bank, payment.money
            self._waits[payment.id] = book, currency, units
            self._suspense[book, currency] += units

    def _look_at_row(self, audit: Audit, row: Row) -> None:
        if row.kind is Kind.REFERENCE:
            self._look_at_refund(audit, row)
        state = self._simulation.ledger.state
        rows = state.accounts.rows
        for debit, credit in state.pairs(row):
            if rows[credit].name.startswith("out_hold:"):
                self._held_out.setdefault(credit, row.amount)
            for number in (debit, credit):
                name = rows[number]
                if name.name == "susp_in":
                    self._suspense.setdefault((name.book, name.currency), 0)

    def _look_at_refund(self, audit: Audit, row: Row) -> None:
        key = self._hops.get(row.amount)
        payment = None if key is None else self._simulation.payments[key]
        if payment is None or payment.money is None:
            return
        journal, accounts = audit.ledger.journal, audit.ledger.state.accounts.rows
        if row.time - self._time(row.amount) > self._simulation.refund_window:
            self._seen["I10"].append(f"row {row.number} refunds {payment.id} after its time")
        given = next(
            (one for one in journal.transaction(row.number) if one.kind is Kind.MOVE), None
        )
        if given is None:
            return
        self._back[row.amount] += given.amount
        if accounts[given.debit].currency != payment.money.currency:
            self._seen["I10"].append(f"row {row.number} refunds {payment.id} in another currency")
        back = self._back[row.amount]
        if back > payment.money.units:
            self._seen["I10"].append(f"{back} of {payment.money.units} of {payment.id} went back")

    # The checks.

    def _found(self, name: str, audit: Audit) -> list[str]:
        self._read_on(audit)
        return self._seen.pop(name, [])

    def once(self, audit: Audit) -> Iterator[str]:
        yield from self._found("I7", audit)

    def converted(self, audit: Audit) -> Iterator[str]:
        yield from self._found("I8", audit)

    def refunded(self, audit: Audit) -> Iterator[str]:
        yield from self._found("I10", audit)

    def within(self, audit: Audit) -> Iterator[str]:
        self._read_on(audit)
        counted = {use: units for use, units in self._simulation.limits.used.items() if units}
        expected = Counter(self._used)
        abroad = self._simulation.abroad
        for use, units in abroad.uses() if abroad else ():
            expected[use] += units
        used = {use: units for use, units in expected.items() if units}
        if counted != used:
            wrong = [use for use in {**counted, **used} if counted.get(use, 0) != used.get(use, 0)]
            for use in wrong[:3]:
                yield (
                    f"the limit of {use.customer} in {use.currency} counts "
                    f"{counted.get(use, 0)}, held and paid are {used.get(use, 0)}"
                )

    def suspense(self, audit: Audit) -> Iterator[str]:
        self._read_on(audit)
        for (book, currency), units in self._suspense.items():
            balance = self._simulation.books.balance(book, "susp_in", currency)
            if balance != units:
                yield f"{book} has {balance} {currency} in suspense, {units} wait for their payees"

    def outbound(self, audit: Audit) -> Iterator[str]:
        self._read_on(audit)
        for number, units in self._held_out.items():
            balance = audit.ledger.balance(number)
            if balance not in {0, units}:
                yield f"{audit.ledger.account(number)} has {balance} of {units}"

    def agree(self, audit: Audit) -> Iterator[str]:
        yield from self._found("D3", audit)
