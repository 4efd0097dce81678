"""What must be true of payments, refunds, rates and limits, held against the journal.

A choice of this library. Each check reads what was posted and what is held, and works out anew
what the payments' own counters and states should say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .audit import Audit, Invariant
from .holds import HoldState
from .instructions import InstructionState
from .journal import Kind
from .limits import Used, business_day
from .payments import Payment

if TYPE_CHECKING:
    from .paying import Paying

__all__ = ["payment_invariants"]


def payment_invariants(simulation: Paying) -> tuple[Invariant, ...]:
    """Return the invariants of the payments of a simulation, for a longer tuple of an `Audit`."""

    def posted(payment: Payment) -> int | None:
        outcome = simulation.ledger.outcome(f"pay/{payment.id}")
        done = outcome is not None and outcome.state is InstructionState.COMMITTED
        return outcome.row if outcome is not None and done else None

    def once(_: Audit) -> Iterator[str]:
        paid: dict[str, int] = defaultdict(int)
        for payment in list(simulation.payments.values()):
            row, code = posted(payment), payment.code
            if row is None:
                continue
            paid[code.key] += 1
            time = simulation.ledger.journal.row(row).time
            if code.expires_at is not None and time > code.expires_at:
                yield f"payment {payment.id} was posted {time - code.expires_at} ms too late"
            if code.dynamic and paid[code.key] == 2:
                yield f"payment {payment.id} is the second by one dynamic code"

    def converted(_: Audit) -> Iterator[str]:
        used: set[str] = set()
        for payment in list(simulation.payments.values()):
            row = posted(payment)
            if row is None or payment.money is None:
                continue
            entries = list(simulation.ledger.postings(row))
            out = [one for one in entries if one.debit.name == payment.account]
            if not payment.quote:
                if any(one.debit.currency != payment.money.currency for one in entries):
                    yield f"payment {payment.id} was converted without a quote"
                continue
            quote = simulation.quotes[payment.quote]
            sold = sum(one.amount for one in out if one.credit.name == "fxpos")
            spread = sum(one.amount for one in out if one.credit.name == "fx_income")
            above, below = quote.rate
            given, owed = sold * 100 * below, payment.money.units * above
            least = 100 * below
            if quote.sold == "USD":
                given, owed, least = sold * above, payment.money.units * 100 * below, above
            if not 0 <= given - owed < least:
                yield f"payment {payment.id} gives {sold} {quote.sold}, not rounded up"
            if spread != quote.spread:
                yield f"payment {payment.id} has a spread of {spread}, agreed {quote.spread}"
            bought = sum(one.amount for one in entries if one.debit.name == "fxpos")
            if bought != payment.money.units:
                yield f"payment {payment.id} lacks a leg"
            if payment.quote in used or simulation.ledger.journal.row(row).time > quote.expires_at:
                yield f"payment {payment.id} was posted by a quote that was over"
            used.add(payment.quote)

    def refunded(audit: Audit) -> Iterator[str]:
        originals = {posted(one): one for one in list(simulation.payments.values())}
        back: dict[int, int] = defaultdict(int)
        journal, accounts = audit.ledger.journal, audit.ledger.state.accounts.rows
        for row in journal.rows():
            payment = originals.get(row.amount) if row.kind is Kind.REFERENCE else None
            if payment is None or payment.money is None:
                continue
            if row.time - (journal.row(row.amount).time) > simulation.refund_window:
                yield f"row {row.number} refunds {payment.id} after its time"
            for part in journal.transaction(row.number):
                if part.kind is Kind.MOVE:
                    back[row.amount] += part.amount
                    if accounts[part.debit].currency != payment.money.currency:
                        yield f"row {part.number} refunds {payment.id} in another currency"
            if back[row.amount] > payment.money.units:
                yield f"{back[row.amount]} of {payment.money.units} of {payment.id} went back"

    def within(audit: Audit) -> Iterator[str]:
        used: dict[Used, int] = defaultdict(int)
        alive = {HoldState.PENDING, HoldState.POSTED}
        for payment in list(simulation.payments.values()):
            if payment.hold is None or payment.debited is None:
                continue
            hold = audit.ledger.find_hold(payment.hold)
            # an expired one is given back by the next call of the simulation
            if hold.state in alive or payment.id in simulation.pending:
                day = business_day(payment.confirmed_at)
                used[Used(payment.payer, payment.debited.currency, day)] += hold.amount
        counted = {use: units for use, units in simulation.limits.used.items() if units}
        if counted != dict(used):
            yield f"the limits count {counted}, held and paid are {dict(used)}"

    return (
        Invariant("I7", "a dynamic code is paid once, and none after its time", once),
        Invariant("I8", "a conversion has one quote, both legs, and is rounded up", converted),
        Invariant("I10", "refunds never exceed their payment, in its currency and time", refunded),
        Invariant("I13", "the used limit is what is held and paid", within),
    )
