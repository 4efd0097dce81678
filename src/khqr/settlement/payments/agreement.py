"""Where a payment says it is, held against its instruction, its hold and its credit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ...model import Routing
from ..ledger.holds import HoldState
from ..ledger.instructions import InstructionState, Outcome
from .payment import Payment, PaymentState

if TYPE_CHECKING:
    from .paying import Paying

__all__ = ["disagreements"]

_S, _I, _H = PaymentState, InstructionState, HoldState

_CREDITED = {_S.ACKNOWLEDGED, _S.PARTIALLY_REFUNDED, _S.REFUNDED}
_POSTED = {_S.RECEIVED, _S.REFUNDED_BY_RECEIVER, *_CREDITED}
_OVER = {_S.REJECTED, _S.VOIDED, _S.EXPIRED, _S.FAILED}

_INSTRUCTION: Mapping[PaymentState, set[InstructionState]] = {
    _S.CREATED: {_I.IN_FLIGHT},
    _S.HELD: {_I.IN_FLIGHT},
    _S.UNKNOWN: {_I.IN_FLIGHT, _I.COMMITTED},
    **{state: {_I.REFUSED, _I.IN_FLIGHT} for state in _OVER},
    **{state: {_I.COMMITTED} for state in _POSTED},
}
"""State to the states that its instruction may have. A refused one is in flight again only where a
stop interrupted it when it was sent once more."""

_HOLD: Mapping[PaymentState, set[HoldState]] = {
    _S.HELD: {_H.PENDING, _H.EXPIRED},
    _S.UNKNOWN: {_H.PENDING, _H.EXPIRED, _H.POSTED},
    _S.VOIDED: {_H.VOIDED},
    _S.EXPIRED: {_H.VOIDED, _H.EXPIRED},
    _S.FAILED: {_H.VOIDED, _H.EXPIRED},
    **{state: {_H.POSTED} for state in _POSTED},
}


def disagreements(simulation: Paying, payment: Payment, outcome: Outcome | None) -> Iterator[str]:
    """Yield where a payment is not what the ledger says of it; ``outcome`` is its instruction's."""
    ledger, state = simulation.ledger, payment.state
    name = f"payment {payment.id} is {state.value}, and"
    if outcome is None or outcome.state not in _INSTRUCTION.get(state, set()):
        yield f"{name} its instruction is {'unknown' if outcome is None else outcome.state.value}"
        return
    if payment.row is not None and (outcome.state, outcome.row) != (_I.COMMITTED, payment.row):
        yield f"{name} its hop is not in row {payment.row}"
    if outcome.state is _I.COMMITTED and payment.row is None:
        yield f"{name} its hop is posted in row {outcome.row}"
    holds = _HOLD.get(state)
    if holds is not None and not payment.link:
        hold = None if payment.hold is None else ledger.find_hold(payment.hold).state
        if hold not in holds:
            yield f"{name} its hold is {'missing' if hold is None else hold.name.lower()}"
    if payment.code.routing is not Routing.WALLET:
        credit = ledger.outcome(f"credit/{payment.id}")
        credited = credit is not None and credit.state is _I.COMMITTED
        if credited is not (state in _CREDITED):
            yield f"{name} its payee was {'credited' if credited else 'not credited'}"
