"""How payments over links go on after a stop in the midst of a call.

The journal is the truth. What survives a stop is the journal, and the payments and refunds as they
were kept last; where a payment is follows from its instructions and its hold. A payment whose
asking broke off has no answer: inquire. A choice of this library.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ..ledger.instructions import InstructionState
from ..payments.payment import Refund
from ..payments.quotes import QuoteEvent
from .ends import Ends
from .payment import CrossPayment, CrossState
from .terms import Direction

__all__ = ["recover"]

_S = CrossState
_SENT = frozenset({_S.WAITING, _S.UNKNOWN, _S.CANCELLING})
_HELD_ONCE = frozenset(_S) - {_S.CREATED, _S.REJECTED}
_REFUSED = {
    _S.CREATED: _S.REJECTED,
    _S.WAITING: _S.FAILED,
    _S.UNKNOWN: _S.FAILED,
    _S.CANCELLING: _S.CANCELLED,
}
"""State in which a stop was to where its refusal leads; from ``HELD`` that is said by its name."""

_GIVEN_UP = {"HOLD_ALREADY_VOIDED": _S.VOIDED, "HOLD_EXPIRED": _S.EXPIRED}


def recover(ends: Ends) -> None:
    """Bring every payment, and the rates that payments keep, to what the journal says."""
    back: dict[str, list[Refund]] = defaultdict(list)
    for refund in ends.simulation.refunds.values():
        back[refund.payment].append(refund)
    for payment in list(ends.payments.values()):
        after = _recovered(ends, payment, back)
        if after != payment:
            ends.keep(after)
    ends.quotes.reset()
    for payment in ends.payments.values():
        if payment.state in _HELD_ONCE:
            ends.settle_rates(payment, QuoteEvent.CONFIRMED)
            if payment.row is not None:
                ends.settle_rates(payment, QuoteEvent.POSTED)
            elif payment.state not in {_S.HELD, *_SENT}:
                ends.settle_rates(payment, QuoteEvent.ENDED)


def _recovered(ends: Ends, payment: CrossPayment, back: Mapping[str, list[Refund]]) -> CrossPayment:
    outcome = ends.simulation.ledger.outcome(f"pay/{payment.id}")
    assert outcome is not None  # it is begun before the payment is kept
    if outcome.state is InstructionState.REFUSED:
        return _after_refusal(ends, payment, outcome.refusal)
    if outcome.state is InstructionState.IN_FLIGHT:
        return _in_flight(ends, payment)
    row: int | None = outcome.row
    if payment.direction is Direction.OUTBOUND:
        payment = _after_hop(ends, payment, outcome.row)
        row = _committed(ends, f"paid/{payment.id}")
    if row is not None:
        payment = _posted(ends, payment, row)
        return _refunded(payment, back.get(payment.id, ()))
    return _unanswered(payment)


def _committed(ends: Ends, sent: str) -> int | None:
    """Return the row of an instruction, if it was carried out."""
    outcome = ends.simulation.ledger.outcome(sent)
    done = outcome is not None and outcome.state is InstructionState.COMMITTED
    return outcome.row if outcome is not None and done else None


def _unanswered(payment: CrossPayment) -> CrossPayment:
    return payment._replace(state=_S.UNKNOWN) if payment.state is _S.WAITING else payment


def _after_refusal(ends: Ends, payment: CrossPayment, name: str) -> CrossPayment:
    if payment.state is _S.CREATED:
        return payment._replace(state=_S.REJECTED, hold=None, refusal=name)
    ends.free_hold(payment)
    if payment.refusal:
        return payment
    state = _REFUSED.get(payment.state) or _GIVEN_UP.get(name, _S.FAILED)
    return payment._replace(state=state, refusal=name)


def _in_flight(ends: Ends, payment: CrossPayment) -> CrossPayment:
    if payment.state is _S.CREATED:
        placed = _is_placed(ends, payment)
        return payment._replace(state=_S.HELD) if placed else payment._replace(hold=None)
    if payment.state in _SENT:
        ends.simulation.interrupted.discard(f"pay/{payment.id}")
    return _unanswered(payment)


def _is_placed(ends: Ends, payment: CrossPayment) -> bool:
    """Say whether the hold with the number that the payment was to get was placed."""
    holds = ends.simulation.ledger.state.holds
    return payment.hold is not None and payment.hold < len(holds)


def _after_hop(ends: Ends, payment: CrossPayment, row: int) -> CrossPayment:
    """Return a payment that goes out, whose hop was posted, and perhaps came back."""
    if payment.hop is None:
        time = ends.simulation.ledger.journal.row(row).time
        payment = payment._replace(hop=row, sent_at=time, state=_S.WAITING)
    back = _committed(ends, ends.unused(f"reversed/{payment.id}"))
    if back is None or payment.back is not None:
        return payment
    if payment.state is _S.CANCELLING:
        return payment._replace(back=back, state=_S.CANCELLED)
    return payment._replace(back=back, state=_S.FAILED, refusal="PARTNER_DECLINED")


def _posted(ends: Ends, payment: CrossPayment, row: int) -> CrossPayment:
    if payment.row is not None:
        return payment
    time = ends.simulation.ledger.journal.row(row).time
    return payment._replace(row=row, committed_at=time, state=_S.COMMITTED)


def _refunded(payment: CrossPayment, back: list[Refund] | tuple[()]) -> CrossPayment:
    """Return a payment with what went back of it."""
    if not back:
        return payment
    assert payment.money is not None
    refunded = sum(one.money.units for one in back)
    returned = sum(one.credited.units for one in back)
    state = _S.REFUNDED if refunded == payment.money.units else _S.PARTIALLY_REFUNDED
    if payment.state in {_S.CANCELLING, _S.CANCELLED}:
        state = _S.CANCELLED
    return payment._replace(refunded=refunded, returned=returned, state=state)
