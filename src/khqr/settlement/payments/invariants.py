"""What must be true of payments, refunds, rates and limits, held against the journal.

A choice of this library. Each check reads what was posted and what is held, and works out anew
what the payments' own counters and states should say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..ledger.audit import Audit, Invariant
from ..ledger.holds import HoldState
from ..ledger.instructions import InstructionState
from ..ledger.journal import Kind
from ..ledger.view import Entry
from .limits import Used, business_day
from .payment import Payment
from .quotes import Quote

if TYPE_CHECKING:
    from .paying import Paying

__all__ = ["payment_invariants"]


def payment_invariants(simulation: Paying) -> tuple[Invariant, ...]:
    """Return the invariants of the payments of a simulation, for a longer tuple of an `Audit`."""
    checks = _Checks(simulation)
    return (
        Invariant("I7", "a dynamic code is paid once, and none after its time", checks.once),
        Invariant(
            "I8", "a conversion has one quote, both legs, and is rounded up", checks.converted
        ),
        Invariant("I10", "refunds never exceed their payment, nor its time", checks.refunded),
        Invariant("I13", "the used limit is what is held and paid", checks.within),
    )


class _Checks:
    """The checks, and what they read."""

    def __init__(self, simulation: Paying) -> None:
        self._simulation = simulation

    def _posted(self) -> Iterator[tuple[Payment, int]]:
        """Yield the payments whose hop the ledger says is posted, each with its row."""
        for payment in list(self._simulation.payments.values()):
            outcome = self._simulation.ledger.outcome(f"pay/{payment.id}")
            if outcome is not None and outcome.state is InstructionState.COMMITTED:
                yield payment, outcome.row

    def _time(self, row: int) -> int:
        return self._simulation.ledger.journal.row(row).time

    def once(self, _: Audit) -> Iterator[str]:
        paid: dict[str, int] = defaultdict(int)
        for payment, row in self._posted():
            code = payment.code
            paid[code.key] += 1
            # a wallet abroad confirms in time, and the answer may come later
            time = payment.confirmed_at if payment.link else self._time(row)
            if code.expires_at is not None and time > code.expires_at:
                yield f"payment {payment.id} was posted after the expiry of its code"
            if code.dynamic and paid[code.key] == 2:
                yield f"payment {payment.id} is the second by one dynamic code"

    def converted(self, _: Audit) -> Iterator[str]:
        used: set[str] = set()
        for payment, row in self._posted():
            if payment.link:
                continue  # its rates are the link's
            entries = list(self._simulation.ledger.postings(row))
            currencies = {one.debit.currency for one in entries}
            if not payment.quote:
                if currencies != {payment.code.currency}:
                    yield f"payment {payment.id} was converted without a quote"
                continue
            quote = self._simulation.quotes[payment.quote]
            if payment.quote in used or self._time(row) > quote.expires_at:
                yield f"payment {payment.id} was posted by a quote that was over"
            used.add(payment.quote)
            yield from _legs(payment, quote, entries)

    def refunded(self, audit: Audit) -> Iterator[str]:
        originals = {row: payment for payment, row in self._posted()}
        back: dict[int, int] = defaultdict(int)
        journal, accounts = audit.ledger.journal, audit.ledger.state.accounts.rows
        for row in journal.rows():
            payment = originals.get(row.amount) if row.kind is Kind.REFERENCE else None
            if payment is None or payment.money is None:
                continue
            if row.time - self._time(row.amount) > self._simulation.refund_window:
                yield f"row {row.number} refunds {payment.id} after its time"
            for part in journal.transaction(row.number):
                if part.kind is Kind.MOVE:
                    back[row.amount] += part.amount
                    if accounts[part.debit].currency != payment.money.currency:
                        yield f"row {part.number} refunds {payment.id} in another currency"
            if back[row.amount] > payment.money.units:
                yield f"{back[row.amount]} of {payment.money.units} of {payment.id} went back"

    def within(self, audit: Audit) -> Iterator[str]:
        used: dict[Used, int] = defaultdict(int)
        alive = {HoldState.PENDING, HoldState.POSTED}
        for payment in list(self._simulation.payments.values()):
            if payment.hold is None or payment.debited is None or payment.link:
                continue
            hold = audit.ledger.find_hold(payment.hold)
            # an expired one is given back by the next call of the simulation
            if hold.state in alive or payment.id in self._simulation.pending:
                day = business_day(payment.confirmed_at)
                used[Used(payment.payer, payment.debited.currency, day)] += hold.amount
        abroad = self._simulation.abroad
        for use, units in abroad.uses() if abroad else ():
            used[use] += units
        counted = {use: units for use, units in self._simulation.limits.used.items() if units}
        if counted != dict(used):
            yield f"the limits count {counted}, held and paid are {dict(used)}"


def _legs(payment: Payment, quote: Quote, entries: Sequence[Entry]) -> Iterator[str]:
    """Yield what is wrong with the postings of a conversion."""

    def total(debit: str, credit: str = "") -> int:
        return sum(
            one.amount
            for one in entries
            if one.debit.name == debit and credit in {"", one.credit.name}
        )

    units = 0 if payment.money is None else payment.money.units
    sold = total(payment.account, "fxpos")
    above, below = quote.rate
    if quote.sold == "KHR":
        over, least = sold * 100 * below - units * above, 100 * below
    else:
        over, least = sold * above - units * 100 * below, above
    if not 0 <= over < least:
        yield f"payment {payment.id} gives {sold} {quote.sold}, not rounded up"
    if total(payment.account, "fx_income") != quote.spread:
        yield f"payment {payment.id} has another spread than {quote.spread}"
    if total("fxpos") != units:
        yield f"payment {payment.id} lacks a leg"
