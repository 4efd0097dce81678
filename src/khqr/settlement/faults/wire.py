"""The wire between clients and a simulation: it delivers their requests as a plan of faults says.

A client that gets no answer sends the same request again under the same id. It asks after a payment
whose end it does not know, and never pays again under another id. A choice of this library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...errors import quote
from ..clearing.clearing import Clearing
from ..errors import SettlementError
from ..links.links import Links
from ..links.payment import CrossState
from ..payments.limits import DAY
from ..payments.paying import HOLD_LIFE
from ..payments.payment import PaymentState
from ..payments.simulation import Simulation
from .carrier import Carrier, NoAnswer, Stopped
from .plan import FaultPlan
from .requests import CALLS, Call, Clock, Ref, Request, Sent

__all__ = ["Stopped", "Wire"]

PATIENCE = 8
"""How often a client sends a request before it leaves it for later."""

TIMEOUT = 5_000
"""Milliseconds that a client waits for an answer."""


class Wire(Carrier):
    """Delivers requests to a simulation as a plan says, and tells what clients know of them.

    Args:
        simulation: what takes the requests; its clock must be ``clock``.
        clock: the clock that the plan moves.
        plan: what happens to each message.
        calls: how requests are delivered, by name.
        clearings: the clearing of each link.

    Attributes:
        happened: fault to how often it happened.
        stops: where the process died, to how often.
        sent: what clients know, in the order of the requests.
        messages: how many messages were sent while there were faults.
    """

    def __init__(
        self,
        simulation: Simulation,
        clock: Clock,
        plan: FaultPlan,
        calls: Mapping[str, Call] = CALLS,
        clearings: Iterable[Clearing] = (),
    ) -> None:
        super().__init__(simulation, clock, plan, calls, clearings)
        self.sent: list[Sent] = []
        self._answers: dict[str, Any] = {}

    def run(self, scenario: Sequence[Request]) -> list[Sent]:
        """Send all requests, one after the other, and return what the clients know."""
        return [self.send(request) for request in scenario]

    def send(self, request: Request) -> Sent:
        """Send one request until it is answered, or the client loses patience.

        Raises:
            SettlementError: ``NOT_FOUND`` for a call that the wire does not know, and
                ``MISSING_FIELDS`` for a request that could not be sent again or asked after.
            TypeError: for arguments that the call does not take.
        """
        arguments = {name: self._known(value) for name, value in request.arguments.items()}
        request = request._replace(arguments=arguments)
        if request.call not in self.calls:
            raise SettlementError("NOT_FOUND", f"no call {quote(str(request.call))}; see CALLS")
        try:
            self._payment(request)
        except KeyError as missing:
            raise SettlementError(
                "MISSING_FIELDS", f"{request.call!r} needs {missing} to be sent again"
            ) from None
        sent = self._insist(request)
        self.sent.append(sent)
        return sent

    def _known(self, value: object) -> object:
        """Return what a `Ref` stands for; what was never answered is asked for by its label."""
        if isinstance(value, list):
            return [self._known(one) for one in value]
        if not isinstance(value, Ref):
            return value
        return getattr(self._answers.get(value.label), value.attribute, value.label)

    def finish(self) -> None:
        """Let faults end: deliver what is late, and let clients ask for what they do not know.

        The clock goes on until no hold is left, and then by three days, so that what is credited
        later is. What is without an answer from abroad then is cancelled. Where there is clearing,
        the clock goes on by ten days more, and every batch settles that can.
        """
        self._healthy = True
        self._deliver_late(everything=True)
        self.sent = [sent if sent.is_answered else self._insist(sent.request) for sent in self.sent]
        self.clock.time = max(self.clock.time, self.simulation.now()) + HOLD_LIFE + 1
        self.sent = [sent if sent.is_answered else self._insist(sent.request) for sent in self.sent]
        for payment in list(self.simulation.payments.values()):
            if payment.state is PaymentState.UNKNOWN:
                self.simulation.inquire(payment.id)
        if self.links is not None:
            self._end_abroad(self.links)
        self.clock.time += 3 * DAY
        self.simulation.credit_due()
        if self.clearings:
            self.clock.time += 10 * DAY
        for clearing in self.clearings.values():
            clearing.run_due()

    def _end_abroad(self, links: Links) -> None:
        """Inquire about what is without an answer from abroad, and cancel what stays so."""
        for payment in list(links.payments.values()):
            if payment.state in {CrossState.WAITING, CrossState.UNKNOWN}:
                self._quietly(Request("links.inquire", {"payment_id": payment.id}))
            if links.payments[payment.id].state in {CrossState.UNKNOWN, CrossState.CANCELLING}:
                self._quietly(Request("links.cancel", {"payment_id": payment.id}))

    # A client.

    def _insist(self, request: Request) -> Sent:
        for _ in range(PATIENCE):
            try:
                answer = self._message(request)
            except NoAnswer:
                self.clock.time += TIMEOUT
                continue
            except SettlementError as refusal:
                if refusal.name in _UNDER_WAY and self._payment(request):
                    return self._ask(request)
                return Sent(request, refusal=self._first(refusal))
            if request.call == "links.cancel" and answer.state is CrossState.CANCELLING:
                continue  # it is sent until it is done
            if request.label:
                self._answers[request.label] = answer
            sent = Sent(request, answer, returned=True)
            return sent if sent.is_answered else self._ask(request)
        return Sent(request)

    @staticmethod
    def _first(refusal: SettlementError) -> str:
        """Return why it was refused the first time; a second one only says that it was."""
        return refusal.first or refusal.name

    def _ask(self, request: Request) -> Sent:
        """Ask after a payment that is under way, and submit it if only that is missing."""
        key, abroad = self._payment(request), request.call.startswith("links.")
        following = ["links.inquire", "links.send"] if abroad else ["inquire", "submit"]
        if request.call not in {"pay", "links.pay"}:
            following = following[:1]
        answer: Any = None
        for call in following:
            try:
                answer = self._message(Request(call, {"payment_id": key}))
            except NoAnswer:
                self.clock.time += TIMEOUT
                return Sent(request)
            except SettlementError as refusal:
                return Sent(request, refusal=self._first(refusal))
            if answer.state not in {PaymentState.HELD, CrossState.HELD}:
                break
        return Sent(request, answer, returned=True)


_UNDER_WAY = {"IN_FLIGHT", "RESULT_UNKNOWN"}
