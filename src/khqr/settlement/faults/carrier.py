"""What carries messages to a simulation, its links and its clearing, and what befalls them there.

A choice of this library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...errors import quote
from ..clearing.clearing import Clearing
from ..errors import SettlementError
from ..links.links import Links
from ..links.payment import CrossState
from ..money import BAKONG, Money
from ..payments.desk import Answer
from ..payments.limits import DAY
from ..payments.payment import PaymentState
from ..payments.simulation import Simulation
from ..payments.stops import Stop
from .partner import Partner
from .plan import Fate, Fault, FaultPlan
from .requests import CALLS, Call, Clock, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Carrier", "NoAnswer", "Stopped"]

_PAYS = frozenset({"pay", "links.pay"})
_HAPPENS_TO: Mapping[Fault, frozenset[str]] = {
    **dict.fromkeys((Fault.EXPIRED_QUOTE, Fault.LATE_AFTER_CANCEL, Fault.SHORT_BALANCE), _PAYS),
    Fault.SILENT_PARTNER: frozenset({"links.pay", "links.send"}),
}
"""Fault to the calls that it can happen to; one that is not here can happen to all."""

_HOPS = {Fault.HOP_LOST: Answer.NEVER_ARRIVED, Fault.HOP_UNANSWERED: Answer.LOST}


class Stopped(BaseException):
    """The process died at a `Stop`. No error: nothing in a simulation may catch it."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.value)
        self.stop = stop


class NoAnswer(Exception):  # noqa: N818 - the client waits in vain; nothing is wrong with the call
    """Nothing came back in time."""


class Carrier:
    """The part of a `khqr.settlement.faults.Wire` between the clients and the simulation."""

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
        self.messages = 0
        self._late: list[tuple[int, Request]] = []
        self._healthy = False
        self._hop = Answer.GIVEN
        simulation.link = lambda _: self._hop
        abroad = simulation.abroad
        self.links = abroad if isinstance(abroad, Links) else None
        if self.links is not None:
            self.links.ask = self._partner = Partner(self.links.ask)
        self._during: Mapping[Fault, Callable[[Request, Fate], Any]] = {
            Fault.LOST_REQUEST: self._lose,
            Fault.LOST_ANSWER: self._lose_answer,
            Fault.DUPLICATE: self._double,
            Fault.DELAYED: self._delay,
            Fault.HOP_LOST: self._lose_hop,
            Fault.HOP_UNANSWERED: self._lose_answer_of_hop,
            Fault.LATE_AFTER_CANCEL: self._cancel_first,
            Fault.EXPIRED_QUOTE: self._wait_for_quote,
            Fault.CRASH: self._crash,
            Fault.CLOCK_FORWARD: self._go_on,
            Fault.CLOCK_BACK: self._go_back,
            Fault.SILENT_PARTNER: self._answer_later,
            Fault.SHORT_BALANCE: self._without_balance,
            Fault.NIGHT: self._sleep,
        }

    def _payment(self, request: Request) -> str:
        return self.calls[request.call].payment(request.arguments)

    def _message(self, request: Request) -> Any:
        """Carry a message as the plan says, and return its answer.

        Raises:
            NoAnswer: if none came.
        """
        self._deliver_late()
        if self._healthy:
            return self._deliver(request)
        number, self.messages = self.messages, self.messages + 1
        fate = self.plan.fate(number)
        if self.plan.is_down(self._participant(request), self.clock.time):
            self.happened[Fault.DOWN] += 1
            raise NoAnswer
        fault = fate.fault
        if fault is None or request.call not in _HAPPENS_TO.get(fault, {request.call}):
            return self._deliver(request)
        self.happened[fault] += 1
        return self._during[fault](request, fate)

    # Messages that fail.

    def _lose(self, _: Request, __: Fate) -> Any:
        raise NoAnswer

    def _lose_answer(self, request: Request, _: Fate) -> Any:
        self._deliver(request)
        raise NoAnswer

    def _double(self, request: Request, _: Fate) -> Any:
        self._quietly(request)
        return self._deliver(request)

    def _delay(self, request: Request, fate: Fate) -> Any:
        self._late.append((self.messages + fate.delay, request))
        raise NoAnswer

    def _lose_hop(self, request: Request, _: Fate) -> Any:
        return self._with_hop(request, Answer.NEVER_ARRIVED)

    def _lose_answer_of_hop(self, request: Request, _: Fate) -> Any:
        return self._with_hop(request, Answer.LOST)

    def _with_hop(self, request: Request, hop: Answer) -> Any:
        self._all_hops(hop)
        try:
            return self._deliver(request)
        finally:
            self._all_hops(Answer.GIVEN)

    def _all_hops(self, hop: Answer) -> None:
        self._hop = hop
        if self.links is not None:
            self._partner.hop = hop

    # Clocks that fail, and time that passes.

    def _go_on(self, request: Request, fate: Fate) -> Any:
        self.clock.time += fate.jump
        return self._deliver(request)

    def _go_back(self, request: Request, fate: Fate) -> Any:
        self.clock.time = max(0, self.clock.time - fate.jump)
        return self._deliver(request)

    def _sleep(self, request: Request, fate: Fate) -> Any:
        self.clock.time += DAY
        return self._go_on(request, fate)

    # Payments that go wrong between their two halves, at home and abroad.

    def _wait_for_quote(self, request: Request, _: Fate) -> Any:
        held = self._confirmed(request)
        if held.state in {PaymentState.HELD, CrossState.HELD}:
            until = max((one.expires_at for one in self._quotes(held)), default=0)
            self.clock.time = max(self.clock.time, until + 1 if until else 0)
        return self._deliver(self._after(request, held.id))

    def _quotes(self, held: Any) -> Iterator[Any]:
        if isinstance(held.state, PaymentState):
            if held.quote:
                yield self.simulation.quotes[held.quote]
        elif self.links is not None:
            yield from (self.links.quote(one) for one in held.quotes)

    def _cancel_first(self, request: Request, fate: Fate) -> Any:
        held = self._confirmed(request)
        if request.call == "links.pay":
            return self._cancel_abroad(held.id, fate)
        after = self._after(request, held.id)
        if held.state is not PaymentState.HELD:
            return self._deliver(after)
        self._late.append((self.messages + fate.delay, after))
        return self._deliver(Request("void", {"payment_id": held.id}))

    def _confirmed(self, request: Request) -> Any:
        return self._deliver(request._replace(call=request.call.replace("pay", "confirm")))

    def _after(self, request: Request, key: str) -> Request:
        call = "submit" if request.call == "pay" else "links.send"
        return Request(call, {"payment_id": key})

    def _cancel_abroad(self, key: str, fate: Fate) -> Any:
        """Cancel a payment without an answer; its success comes later, and loses."""
        named = {"payment_id": key}
        with self._silence():
            sent = self._deliver(Request("links.send", named))
        if sent.state is not CrossState.UNKNOWN:
            return sent
        self._late.append((self.messages + fate.delay, self._notice(key)))
        return self._deliver(Request("links.cancel", named))

    @contextmanager
    def _silence(self) -> Iterator[None]:
        self._partner.silent = True
        try:
            yield
        finally:
            self._partner.silent = False

    def _answer_later(self, request: Request, fate: Fate) -> Any:
        """Let the partner say nothing, and send its answer by itself later, twice."""
        notice = self._notice(self._payment(request))
        self._late += [(self.messages + fate.delay, notice)] * 2
        with self._silence():
            return self._deliver(request)

    @staticmethod
    def _notice(key: str) -> Request:
        return Request("links.notify", {"payment_id": key, "answer": None})

    def _without_balance(self, request: Request, _: Fate) -> Any:
        """Let the bank that settles have no settlement balance while a payment is delivered."""
        bank = str(request.arguments["payer"]).partition("@")[2]
        if request.call == "links.pay" and self.links is not None:
            terms = self.links.terms.get(str(request.arguments.get("link")))
            bank = bank if terms is None else terms.sponsor
        books, taken = self.simulation.books, []
        for currency in sorted(BAKONG):
            own = books.balance("TOK", f"khqr@{bank}", currency)
            free = own - self._set_aside(bank, currency)
            if free > 0:
                taken.append({"amount": Money(currency, free)})
                books.run("redeem", {"bank": bank}, taken[-1])
        try:
            return self._deliver(request)
        finally:
            for what in taken:
                books.run("issue", {"bank": bank}, what)

    def _set_aside(self, bank: str, currency: str) -> int:
        number = self.simulation.ledger.state.accounts.find(bank, "bsa", currency)
        return 0 if number is None else self.simulation.ledger.held(number)

    # A process that dies.

    def _crash(self, request: Request, fate: Fate) -> Any:
        left = fate.stop

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
            raise NoAnswer from None
        finally:
            self.simulation.watch(None)

    # Delivery.

    def _deliver(self, request: Request) -> Any:
        room, _, call = request.call.rpartition(".")
        arguments, target = dict(request.arguments), self._target(room, request)
        arguments.pop("clears", None)
        if call == "notify" and arguments["answer"] is None and self.links is not None:
            arguments["answer"] = self._partner.told(self.links.find(arguments["payment_id"]))
        return self.calls[request.call].deliver(target, **arguments)

    def _target(self, room: str, request: Request) -> object:
        if room == "links":
            if self.links is None:
                raise SettlementError("NOT_FOUND", "the simulation has no links")
            return self.links
        if room == "clearing":
            name = str(request.arguments.get("clears", ""))
            if name not in self.clearings:
                raise SettlementError("NOT_FOUND", f"no clearing of {quote(name)}; see clearings")
            return self.clearings[name]
        return self.simulation

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
