"""Whether a run ended well: everything is final, or it is said what it waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..clearing.batch import Batch, BatchState
from ..clearing.calendar import cycle_of
from ..clearing.clearing import Clearing
from ..clearing.whole import whole_audit
from ..ledger.audit import Audit, Violation
from ..ledger.holds import HoldState
from ..links.links import Links
from ..links.payment import OPEN, CrossPayment, CrossState
from ..payments.payment import Payment, PaymentState
from ..payments.simulation import Simulation

__all__ = ["Settled", "Waiting", "settled"]

_S = PaymentState
_FINAL = frozenset(
    {
        _S.REJECTED,
        _S.VOIDED,
        _S.EXPIRED,
        _S.FAILED,
        _S.ACKNOWLEDGED,
        _S.REFUNDED_BY_RECEIVER,
        _S.PARTIALLY_REFUNDED,
        _S.REFUNDED,
    }
)


class Waiting(StrEnum):
    """What a payment that is in no final state waits for, or a batch that is not settled."""

    SUBMISSION = "confirmed; its hold ends by itself"
    ANSWER = "no answer came; inquire"
    CREDIT = "credited on a later day"
    CREDIT_RUN = "due; run credit_due"
    RETURN = "nobody to credit; returned once the bank has the settlement balance"
    RESEND = "interrupted by a stop; send it again under its id"
    PARTNER = "sent abroad and no answer came; inquire, later cancel"
    CANCEL = "its cancel is not done; send it again"
    CUT_OFF = "a batch whose cycle is over; run clearing"
    VALUE_DATE = "a batch that settles on a later day"
    SETTLEMENT = "a batch that could not settle, or is due; run clearing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of the payments of a run.

    Attributes:
        states: state to the number of payments in it.
        abroad: the same of payments over links.
        waiting: what payments and batches wait for, to their number.
        unexplained: ids of payments that are in no final state and wait for nothing.
        interrupted: instructions in flight that a stop interrupted, and that nobody sent again.
        broken: the invariants that do not hold.
        replayed: whether the journal alone leads to the same balances, holds and chain.
    """

    states: Mapping[PaymentState, int]
    abroad: Mapping[CrossState, int]
    waiting: Mapping[Waiting, int]
    unexplained: tuple[str, ...]
    interrupted: tuple[str, ...]
    broken: tuple[Violation, ...]
    replayed: bool

    @property
    def ok(self) -> bool:
        """Whether all invariants hold and every payment is final or explained."""
        return self.replayed and not (self.unexplained or self.broken)


def settled(
    simulation: Simulation, audit: Audit | None = None, clearings: Iterable[Clearing] = ()
) -> Settled:
    """Return what became of the payments of a simulation, with every invariant checked.

    Args:
        simulation: what was run.
        audit: one that has gone along; a new one of everything if None.
        clearings: the clearing of each link, to say what batches wait for.

    >>> from itertools import count
    >>> simulation = Simulation(["deva"], clock=lambda: 0, ids=lambda: "1")
    >>> settled(simulation).ok
    True
    """
    now, clearings = simulation.now(), tuple(clearings)
    states: Counter[PaymentState] = Counter()
    waiting: Counter[Waiting] = Counter()
    unexplained = []
    for payment in simulation.payments.values():
        states[payment.state] += 1
        if payment.state not in _FINAL:
            reason = _reason(simulation, payment, now)
            if reason is None:
                unexplained.append(payment.id)
            else:
                waiting[reason] += 1
    links = simulation.abroad
    crossing = links.payments.values() if isinstance(links, Links) else ()
    abroad = Counter(payment.state for payment in crossing)
    waiting += Counter(_reason_abroad(one) for one in crossing if one.state in OPEN)
    for clearing in clearings:
        clearing.catch_up()
    waiting += Counter(
        _reason_of_batch(batch, now, cycle_of(now, clearing.terms.hours_east))
        for clearing in clearings
        for batch in clearing.batches[:-1]
        if batch.state is not BatchState.SETTLED
    )
    ledger, again = simulation.ledger, simulation.ledger.replay()
    same = (
        again.chain == ledger.chain
        and again.state.posted == ledger.state.posted
        and again.state.floor == ledger.state.floor
        and again.state.ceiling == ledger.state.ceiling
        and again.state.holds.states == ledger.state.holds.states
    )
    return Settled(
        states=states,
        abroad=abroad,
        waiting=waiting,
        unexplained=tuple(unexplained),
        interrupted=tuple(sorted(simulation.interrupted)),
        broken=tuple((whole_audit(simulation, clearings) if audit is None else audit).sweep()),
        replayed=same,
    )


def _reason(simulation: Simulation, payment: Payment, now: int) -> Waiting | None:
    """Return what a payment waits for, or None if nothing will ever happen to it by itself."""
    if payment.state is _S.UNKNOWN:
        return Waiting.ANSWER
    if payment.state is _S.HELD and payment.hold is not None:
        pending = simulation.ledger.find_hold(payment.hold).state is HoldState.PENDING
        return Waiting.SUBMISSION if pending else None
    if payment.state is _S.RECEIVED and payment.credit_due_at is not None:
        if f"{payment.code.beneficiary}@{payment.code.bank}" not in simulation.customers:
            return Waiting.RETURN
        return Waiting.CREDIT if payment.credit_due_at > now else Waiting.CREDIT_RUN
    if f"pay/{payment.id}" in simulation.interrupted:
        return Waiting.RESEND
    return None


def _reason_abroad(payment: CrossPayment) -> Waiting:
    return {
        CrossState.CREATED: Waiting.RESEND,
        CrossState.HELD: Waiting.SUBMISSION,
        CrossState.CANCELLING: Waiting.CANCEL,
    }.get(payment.state, Waiting.PARTNER)


def _reason_of_batch(batch: Batch, now: int, today: int) -> Waiting:
    if batch.state is BatchState.OPEN and now >= batch.cut_off:
        return Waiting.CUT_OFF
    return Waiting.VALUE_DATE if today < batch.value_date else Waiting.SETTLEMENT
