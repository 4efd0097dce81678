"""A payment, and the states that it goes through: the machine as one table.

The values of the tracking status are those seen in public clients of Bakong; the machine is a
choice of this library.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from ...errors import quote
from ..errors import SettlementError
from ..money import Money
from .codes import ShownCode
from .limits import Used

__all__ = [
    "PAYMENT_MOVES",
    "TRACKING",
    "Payment",
    "PaymentEvent",
    "PaymentState",
    "Refund",
    "Source",
]


class PaymentState(StrEnum):
    """Where a payment is."""

    CREATED = "created"
    VALIDATED = "validated"
    HELD = "held"
    REJECTED = "rejected"
    VOIDED = "voided"
    EXPIRED = "expired"
    SUBMITTED = "submitted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    COMMITTED = "committed"
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    REFUNDED_BY_RECEIVER = "refunded by receiver"
    PARTIALLY_REFUNDED = "partially refunded"
    REFUNDED = "refunded"


class PaymentEvent(StrEnum):
    """What happens to a payment."""

    CHECKS_FAILED = "checks failed"
    CHECKS_PASSED = "checks passed"
    HOLD_PLACED = "hold placed"
    VOID = "void"
    TIME_PASSED = "time passed"
    SUBMIT = "submit"
    HOP_POSTED = "hop posted"
    HOP_REFUSED = "hop refused"
    NO_ANSWER = "no answer"
    READ = "read by the payee's bank"
    CREDITED = "credited"
    TURNED_BACK = "turned back"
    REFUNDED_IN_PART = "refunded in part"
    REFUNDED_WHOLLY = "refunded wholly"


_S, _E = PaymentState, PaymentEvent

PAYMENT_MOVES: Mapping[tuple[PaymentState, PaymentEvent], PaymentState] = {
    (_S.CREATED, _E.CHECKS_FAILED): _S.REJECTED,
    (_S.CREATED, _E.CHECKS_PASSED): _S.VALIDATED,
    (_S.VALIDATED, _E.HOLD_PLACED): _S.HELD,
    (_S.HELD, _E.VOID): _S.VOIDED,
    (_S.HELD, _E.TIME_PASSED): _S.EXPIRED,
    (_S.HELD, _E.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _E.HOP_POSTED): _S.COMMITTED,
    (_S.SUBMITTED, _E.HOP_REFUSED): _S.FAILED,
    (_S.SUBMITTED, _E.NO_ANSWER): _S.UNKNOWN,
    (_S.UNKNOWN, _E.HOP_POSTED): _S.COMMITTED,
    (_S.UNKNOWN, _E.HOP_REFUSED): _S.FAILED,
    (_S.COMMITTED, _E.READ): _S.RECEIVED,
    (_S.COMMITTED, _E.CREDITED): _S.ACKNOWLEDGED,
    (_S.RECEIVED, _E.CREDITED): _S.ACKNOWLEDGED,
    (_S.RECEIVED, _E.TURNED_BACK): _S.REFUNDED_BY_RECEIVER,
    (_S.ACKNOWLEDGED, _E.REFUNDED_IN_PART): _S.PARTIALLY_REFUNDED,
    (_S.ACKNOWLEDGED, _E.REFUNDED_WHOLLY): _S.REFUNDED,
    (_S.PARTIALLY_REFUNDED, _E.REFUNDED_IN_PART): _S.PARTIALLY_REFUNDED,
    (_S.PARTIALLY_REFUNDED, _E.REFUNDED_WHOLLY): _S.REFUNDED,
}
"""State and event to the next state; what is not here cannot happen."""

_ACKNOWLEDGED = "ACKNOWLEDGED_BY_FI"

TRACKING: Mapping[PaymentState, str] = {
    _S.FAILED: "FAILED_AT_ACH",
    _S.COMMITTED: "RECEIVE_AT_ACH",
    _S.RECEIVED: "RECEIVE_AT_RECEIVER_BANK",
    _S.ACKNOWLEDGED: _ACKNOWLEDGED,
    _S.PARTIALLY_REFUNDED: _ACKNOWLEDGED,
    _S.REFUNDED: _ACKNOWLEDGED,
    _S.REFUNDED_BY_RECEIVER: "REFUNDED_BY_RECEIVER",
}
"""State to the tracking status of a look-up, where it has one."""


class Source(StrEnum):
    """Where a payer's money comes from: the Bakong wallet, or an account at the bank."""

    WALLET = "wallet"
    ACCOUNT = "account"


class Payment(NamedTuple):
    """A payment as it is now; what happens to it gives a new value.

    Attributes:
        id: the instruction id, with the payer's bank before it.
        code: what was paid.
        payer: the customer, ``name@bank``.
        source: where the money comes from.
        money: what the payee gets, or None if the payment was rejected before it was known.
        state: see `PaymentState`.
        debited: what the payer gives in all, the spread included.
        quote: id of the quote, or an empty text.
        spread: minor units of the payer's currency that the bank takes on top.
        hold: number of the hold.
        use: what it counts under in the limits.
        confirmed_at: when the payer confirmed, in milliseconds since 1970.
        row: first row of the hop, once it is posted.
        hash: 64 hexadecimal digits by which the hop is known, or an empty text.
        committed_at: when the hop was posted.
        credit_due_at: when the payee's bank credits.
        acknowledged_at: when the payee was credited.
        refunded: minor units that went back to the payer's bank.
        returned: minor units that the payer got back.
        refusal: the name of the refusal, or an empty text.
        link: the name of the link that a payment from abroad came over, or an empty text. Its payer
            is then the bank that stands for the link.
    """

    id: str
    code: ShownCode
    payer: str
    source: Source
    money: Money | None = None
    state: PaymentState = PaymentState.CREATED
    debited: Money | None = None
    quote: str = ""
    spread: int = 0
    hold: int | None = None
    use: Used | None = None
    confirmed_at: int = 0
    row: int | None = None
    hash: str = ""
    committed_at: int | None = None
    credit_due_at: int | None = None
    acknowledged_at: int | None = None
    refunded: int = 0
    returned: int = 0
    refusal: str = ""
    link: str = ""

    @property
    def bank(self) -> str:
        """The payer's bank."""
        return self.payer.partition("@")[2]

    @property
    def account(self) -> str:
        """The payer's account in the bank's book."""
        name = self.payer.partition("@")[0]
        return f"wallet:{name}" if self.source is Source.WALLET else f"casa:{name}"

    @property
    def tracking(self) -> str | None:
        """The tracking status, or None before the hop."""
        return TRACKING.get(self.state)

    def after(self, event: PaymentEvent) -> Payment:
        """Return the payment after an event.

        Raises:
            SettlementError: ``NOT_FOUND`` for an event that cannot happen in its state.
        """
        state = PAYMENT_MOVES.get((self.state, event))
        if state is None:
            raise SettlementError(
                "NOT_FOUND", f"payment {quote(self.id)} is {self.state.value}: no {event.value!r}"
            )
        return self._replace(state=state)


class Refund(NamedTuple):
    """Money that went back.

    Attributes:
        id: its instruction id, with the payee's bank before it.
        payment: id of the payment.
        money: what the payee gave.
        credited: what the payer got.
        row: first row of its transaction.
    """

    id: str
    payment: str
    money: Money
    credited: Money
    row: int
