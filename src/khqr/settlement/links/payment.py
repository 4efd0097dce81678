"""A payment over a link, and the states that it goes through: the machine as one table.

A choice of this library. One machine serves both ways. Inbound, the wallet abroad is asked, and
what it confirms is posted. Outbound, the hop to the bank of the link is posted first, and the
partner's answer says whether the money goes on or comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from ...alipayplus.messages import Message
from ...errors import quote
from ..errors import REFUSALS, SettlementError
from ..money import Money
from ..payments.codes import ShownCode
from ..payments.limits import Used
from ..payments.payment import Source
from .foreign import ForeignCode
from .terms import Direction

__all__ = [
    "CROSS_MOVES",
    "OPEN",
    "CrossEvent",
    "CrossPayment",
    "CrossState",
    "PartnerAnswer",
    "Said",
]


class CrossState(StrEnum):
    """Where a payment over a link is."""

    CREATED = "created"
    REJECTED = "rejected"
    HELD = "held"
    VOIDED = "voided"
    EXPIRED = "expired"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    COMMITTED = "committed"
    PARTIALLY_REFUNDED = "partially refunded"
    REFUNDED = "refunded"


class CrossEvent(StrEnum):
    """What happens to a payment over a link."""

    CHECKS_FAILED = "checks failed"
    HOLD_PLACED = "hold placed"
    VOID = "void"
    TIME_PASSED = "time passed"
    REFUSED = "refused before it was sent"
    SENT = "sent"
    CONFIRMED = "confirmed by the partner"
    DECLINED = "declined by the partner"
    NO_ANSWER = "no answer"
    CANCEL_SENT = "cancel sent"
    CANCEL_DONE = "cancel done"
    REFUNDED_IN_PART = "refunded in part"
    REFUNDED_WHOLLY = "refunded wholly"


_S, _E = CrossState, CrossEvent

CROSS_MOVES: Mapping[tuple[CrossState, CrossEvent], CrossState] = {
    (_S.CREATED, _E.CHECKS_FAILED): _S.REJECTED,
    (_S.CREATED, _E.HOLD_PLACED): _S.HELD,
    (_S.HELD, _E.VOID): _S.VOIDED,
    (_S.HELD, _E.TIME_PASSED): _S.EXPIRED,
    (_S.HELD, _E.REFUSED): _S.FAILED,
    (_S.HELD, _E.SENT): _S.WAITING,
    (_S.WAITING, _E.CONFIRMED): _S.COMMITTED,
    (_S.WAITING, _E.DECLINED): _S.FAILED,
    (_S.WAITING, _E.NO_ANSWER): _S.UNKNOWN,
    (_S.UNKNOWN, _E.CONFIRMED): _S.COMMITTED,
    (_S.UNKNOWN, _E.DECLINED): _S.FAILED,
    (_S.UNKNOWN, _E.TIME_PASSED): _S.FAILED,
    (_S.UNKNOWN, _E.CANCEL_SENT): _S.CANCELLING,
    (_S.COMMITTED, _E.CANCEL_SENT): _S.CANCELLING,
    (_S.CANCELLING, _E.CANCEL_SENT): _S.CANCELLING,
    (_S.CANCELLING, _E.CANCEL_DONE): _S.CANCELLED,
    (_S.CANCELLING, _E.TIME_PASSED): _S.CANCELLED,
    (_S.COMMITTED, _E.REFUNDED_IN_PART): _S.PARTIALLY_REFUNDED,
    (_S.COMMITTED, _E.REFUNDED_WHOLLY): _S.REFUNDED,
    (_S.PARTIALLY_REFUNDED, _E.REFUNDED_IN_PART): _S.PARTIALLY_REFUNDED,
    (_S.PARTIALLY_REFUNDED, _E.REFUNDED_WHOLLY): _S.REFUNDED,
}
"""State and event to the next state; what is not here cannot happen. Once a cancel was sent, no
success changes anything: it has no row here."""


OPEN = frozenset({_S.CREATED, _S.HELD, _S.WAITING, _S.UNKNOWN, _S.CANCELLING})
"""States in which nobody knows yet what becomes of a payment."""


class PartnerAnswer(StrEnum):
    """What the other end answers: success, failure, or nothing that is final.

    The letters are those of Alipay+'s result status. To a cancel, ``SUCCESS`` says that it is
    done; anything else, that it must be sent again.
    """

    SUCCESS = "S"
    FAILURE = "F"
    UNKNOWN = "U"


class Said(NamedTuple):
    """A message of Alipay+ that went from one book to another, as it came out of its JSON."""

    sender: str
    receiver: str
    message: Message


class CrossPayment(NamedTuple):
    """A payment over a link as it is now; what happens to it gives a new value.

    Attributes:
        id: the instruction id, with the payer's bank or wallet before it.
        link: name of the link.
        direction: which way the money goes.
        code: what was paid: a KHQR, or a code abroad.
        payer: who pays, ``name@book``.
        source: where the money comes from.
        payee: code of the book that the money goes to, and the account in it.
        money: what the payee gets, in the currency of the code.
        gross: the same in the currency in which the link settles.
        fee: minor units of ``gross`` that the partner keeps.
        debited: what the payer gives.
        quotes: ids of the rates, from the payer's currency to the payee's.
        state: see `CrossState`.
        hold: number of the hold, if there is one.
        held_as: the payment's name in ``out_hold``, for one that goes out.
        use: what it counts under in the limits, for one that goes out.
        confirmed_at: when the payer confirmed, in milliseconds since 1970.
        sent_at: when it was sent to the partner.
        hop: first row of the hop to the bank of the link, for one that goes out.
        row: first row of what was posted at the partner's success.
        back: first row of what brought the hop back, if the partner declined or it was cancelled.
        committed_at: when that was posted.
        cancel_tries: how often a cancel was sent.
        cancel_asked: how many rows the journal had when the first was.
        refunded: minor units that the payee gave back.
        returned: minor units that the payer got back.
        refusal: the name of the refusal, or an empty text.
        messages: what was said over Alipay+, in order; corridors have no public messages.
    """

    id: str
    link: str
    direction: Direction
    code: ShownCode | ForeignCode
    payer: str
    source: Source
    payee: tuple[str, str] = ("", "")
    money: Money | None = None
    gross: Money | None = None
    fee: int = 0
    debited: Money | None = None
    quotes: tuple[str, ...] = ()
    state: CrossState = CrossState.CREATED
    hold: int | None = None
    held_as: str = ""
    use: Used | None = None
    confirmed_at: int = 0
    sent_at: int | None = None
    hop: int | None = None
    row: int | None = None
    back: int | None = None
    committed_at: int | None = None
    cancel_tries: int = 0
    cancel_asked: int | None = None
    refunded: int = 0
    returned: int = 0
    refusal: str = ""
    messages: tuple[Said, ...] = ()

    @property
    def bank(self) -> str:
        """Code of the payer's book."""
        return self.payer.partition("@")[2]

    @property
    def account(self) -> str:
        """The payer's account in that book."""
        name = self.payer.partition("@")[0]
        return f"wallet:{name}" if self.source is Source.WALLET else f"casa:{name}"

    @property
    def result_code(self) -> str:
        """What Alipay+ is answered about it; reported names where no document has one."""
        if self.refusal:
            row = REFUSALS[self.refusal]
            return (*row.alipayplus, *row.alipayplus_reported, "PROCESS_FAIL")[0]
        return "PAYMENT_IN_PROCESS" if self.state in OPEN else "SUCCESS"

    def after(self, event: CrossEvent) -> CrossPayment:
        """Return the payment after an event.

        Raises:
            SettlementError: ``NOT_FOUND`` for an event that cannot happen in its state.
        """
        state = CROSS_MOVES.get((self.state, event))
        if state is None:
            raise SettlementError(
                "NOT_FOUND", f"payment {quote(self.id)} is {self.state.value}: no {event.value!r}"
            )
        return self._replace(state=state)
