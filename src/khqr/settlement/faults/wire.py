"""The wire between clients and a simulation: it delivers their requests as a plan of faults says.

A client that gets no answer sends the same request again under the same id. It asks after a payment
whose end it does not know, and never pays again under another id. A choice of this library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...errors import quote
from ..clearing.clearing import Clearing
from ..errors import SettlementError
from ..links.links import Links
from ..links.payment import CrossPayment, CrossState, PartnerAnswer
from ..money import BAKONG, Money
from ..payments.desk import Answer
from ..payments.paying import HOLD_LIFE
from ..payments.payment import PaymentState
from ..payments.simulation import Simulation
from ..payments.stops import Stop
from .plan import Fate, Fault, FaultPlan
from .requests import CALLS, Call, Clock, Ref, Request, Sent

__all__ = ["Stopped", "Wire"]

PATIENCE = 8
"""How often a client sends a request before it leaves it for later."""

TIMEOUT = 5_000
"""Milliseconds that a client waits for an answer."""


class Stopped(BaseException):
    """The process died at a `Stop`. No error: nothing in a simulation may catch it."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.value)
        self.stop = stop


class _NoAnswer(Exception):  # noqa: N818 - the client waits in vain; nothing is wrong with the call
    """Nothing came back in time."""


class Wire:
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
        self.simulation, self.clock, self.plan = simulation, clock, plan
        self.clearings = {one.terms.name: one for one in clearings}
        self.calls = calls
        self.happened: Counter[Fault] = Counter()
        self.stops: Counter[Stop] = Counter()
        self.sent: list[Sent] = []
        self._answers: dict[str, Any] = {}
        self._late: list[tuple[int, Request]] = []
        self.messages = 0
        self._healthy = False
        self._hop = Answer.GIVEN
        self._silent = False
        self._lost: set[str] = set()
        simulation.link = lambda _: self._hop
        links = simulation.abroad
        self.links = links if isinstance(links, Links) else None
        if self.links is not None:
            self._partner, self.links.ask = self.links.ask, self._ask_partner

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
        self.clock.time += 3 * _DAY
        self.simulation.credit_due()
        if self.clearings:
            self.clock.time += 10 * _DAY
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
            except _NoAnswer:
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

    def _payment(self, request: Request) -> str:
        return self.calls[request.call].payment(request.arguments)

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
            except _NoAnswer:
                self.clock.time += TIMEOUT
                return Sent(request)
            except SettlementError as refusal:
                return Sent(request, refusal=self._first(refusal))
            if answer.state not in {PaymentState.HELD, CrossState.HELD}:
                break
        return Sent(request, answer, returned=True)

    # The wire.

    def _message(self, request: Request) -> Any:
        self._deliver_late()
        if self._healthy:
            return self._deliver(request)
        number, self.messages = self.messages, self.messages + 1
        fate = self.plan.fate(number)
        if self.plan.is_down(self._participant(request), self.clock.time):
            self.happened[Fault.DOWN] += 1
            raise _NoAnswer
        if fate.fault is None:
            return self._deliver(request)
        return self._suffer(request, fate, fate.fault)

    def _suffer(self, request: Request, fate: Fate, fault: Fault) -> Any:
        """Deliver a message to which something happens."""
        if not self._can_happen(request, fault):
            return self._deliver(request)
        self.happened[fault] += 1
        if fault is Fault.LOST_REQUEST:
            raise _NoAnswer
        if fault is Fault.DELAYED:
            self._late.append((self.messages + fate.delay, request))
            raise _NoAnswer
        if fault is Fault.CRASH:
            return self._crash(request, fate.stop)
        if fault is Fault.CLOCK_FORWARD:
            self.clock.time += fate.jump
        elif fault is Fault.CLOCK_BACK:
            self.clock.time = max(0, self.clock.time - fate.jump)
        elif fault is Fault.NIGHT:
            self.clock.time += _DAY + fate.jump
        elif fault in _HOPS:
            self._hop = _HOPS[fault]
        elif fault is Fault.SILENT_PARTNER:
            self._silent = True
        elif fault is Fault.SHORT_BALANCE:
            return self._short(request)
        elif fault is Fault.DUPLICATE:
            self._quietly(request)
        elif fault in {Fault.EXPIRED_QUOTE, Fault.LATE_AFTER_CANCEL}:
            return self._between(request, fate, fault)
        try:
            answer = self._deliver(request)
        finally:
            self._hop, self._silent = Answer.GIVEN, False
        if fault is Fault.SILENT_PARTNER:
            # the answer comes late and by itself, twice
            key = self._payment(request)
            self._late += [(self.messages + fate.delay, self._notice(key))] * 2
        if fault is Fault.LOST_ANSWER:
            raise _NoAnswer
        return answer

    def _can_happen(self, request: Request, fault: Fault) -> bool:
        paying = request.call in {"pay", "links.pay"}
        if fault is Fault.SILENT_PARTNER:
            return request.call in {"links.pay", "links.send"}
        return paying or fault not in {
            Fault.EXPIRED_QUOTE,
            Fault.LATE_AFTER_CANCEL,
            Fault.SHORT_BALANCE,
        }

    def _between(self, request: Request, fate: Fate, fault: Fault) -> Any:
        """Let something happen between the two halves of a payment."""
        if request.call == "links.pay":
            return self._between_abroad(request, fate, fault)
        held = self._deliver(request._replace(call="confirm"))
        submit = Request("submit", {"payment_id": held.id})
        if held.state is not PaymentState.HELD:
            return self._deliver(submit)
        if fault is Fault.EXPIRED_QUOTE:
            if held.quote:
                until = self.simulation.quotes[held.quote].expires_at
                self.clock.time = max(self.clock.time, until + 1)
            return self._deliver(submit)
        self._late.append((self.messages + fate.delay, submit))
        return self._deliver(Request("void", {"payment_id": held.id}))

    def _between_abroad(self, request: Request, fate: Fate, fault: Fault) -> Any:
        assert self.links is not None
        held = self._deliver(request._replace(call="links.confirm"))
        named = {"payment_id": held.id}
        if fault is Fault.EXPIRED_QUOTE and held.quotes and held.state is CrossState.HELD:
            until = min(self.links.quote(one).expires_at for one in held.quotes)
            self.clock.time = max(self.clock.time, until + 1)
        self._silent = fault is Fault.LATE_AFTER_CANCEL
        try:
            sent = self._deliver(Request("links.send", named))
        finally:
            self._silent = False
        if fault is Fault.LATE_AFTER_CANCEL and sent.state is CrossState.UNKNOWN:
            self._late.append((self.messages + fate.delay, self._notice(held.id)))
            return self._deliver(Request("links.cancel", named))
        return sent

    def _notice(self, key: str) -> Request:
        return Request("links.notify", {"payment_id": key, "answer": None})

    def _short(self, request: Request) -> Any:
        """Let the bank that settles have no settlement balance while a payment is delivered."""
        bank = str(request.arguments["payer"]).partition("@")[2]
        if request.call == "links.pay" and self.links is not None:
            terms = self.links.terms.get(str(request.arguments["link"]))
            bank = bank if terms is None else terms.sponsor
        books, taken = self.simulation.books, []
        for currency in sorted(BAKONG):
            own = books.balance("TOK", f"khqr@{bank}", currency)
            if own > 0:
                taken.append({"amount": Money(currency, own)})
                books.run("redeem", {"bank": bank}, taken[-1])
        try:
            return self._deliver(request)
        finally:
            for what in taken:
                books.run("issue", {"bank": bank}, what)

    def _ask_partner(self, payment: CrossPayment) -> PartnerAnswer:
        """Answer for the other end of a link, as far as an answer comes through."""
        if self._hop is Answer.NEVER_ARRIVED:
            self._lost.add(payment.id)
        if self._silent or self._hop is not Answer.GIVEN:
            return PartnerAnswer.UNKNOWN
        return self._told(payment)

    def _told(self, payment: CrossPayment) -> PartnerAnswer:
        if payment.id in self._lost and payment.state is not CrossState.CANCELLING:
            return PartnerAnswer.FAILURE  # it never arrived, so nobody knows of it
        return self._partner(payment)

    def _crash(self, request: Request, passes: int) -> Any:
        left = passes

        def watch(stop: Stop) -> None:
            nonlocal left
            if not left:
                raise Stopped(stop)
            left -= 1

        self.simulation.watch(watch)
        try:
            return self._deliver(request)
        except Stopped as stopped:
            self.stops[stopped.stop] += 1
            self.simulation.watch(None)
            self.simulation.recover()
            raise _NoAnswer from None
        finally:
            self.simulation.watch(None)

    def _deliver(self, request: Request) -> Any:
        room, _, call = request.call.rpartition(".")
        arguments = dict(request.arguments)
        target: object = self.simulation
        if room == "links":
            if self.links is None:
                raise SettlementError("NOT_FOUND", "the simulation has no links")
            target = self.links
            if call == "notify" and arguments["answer"] is None:
                arguments["answer"] = self._told(self.links.find(arguments["payment_id"]))
        elif room == "clearing":
            name = str(arguments.pop("clears", ""))
            if name not in self.clearings:
                raise SettlementError("NOT_FOUND", f"no clearing of {quote(name)}")
            target = self.clearings[name]
        return self.calls[request.call].deliver(target, **arguments)

    def _quietly(self, request: Request) -> None:
        """Deliver a message whose answer nobody waits for."""
        try:
            self._deliver(request)
        except SettlementError:
            return

    def _deliver_late(self, *, everything: bool = False) -> None:
        due = [request for when, request in self._late if everything or when <= self.messages]
        self._late = [] if everything else [one for one in self._late if one[0] > self.messages]
        for request in due:
            self._quietly(request)

    def _participant(self, request: Request) -> str:
        """Return the bank that a message goes to, as far as its arguments say."""
        arguments = request.arguments
        if "payer" in arguments:
            return str(arguments["payer"]).partition("@")[2]
        return str(arguments.get("bank") or arguments.get("payment_id", "")).partition("/")[0]


_UNDER_WAY = {"IN_FLIGHT", "RESULT_UNKNOWN"}
_DAY = 86_400_000
_HOPS = {Fault.HOP_LOST: Answer.NEVER_ARRIVED, Fault.HOP_UNANSWERED: Answer.LOST}
