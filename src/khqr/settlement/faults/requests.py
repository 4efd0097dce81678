"""What clients ask of a simulation, as values to be sent again, and a clock that can be set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..clearing.clearing import Clearing
from ..links.links import Links
from ..links.payment import CrossPayment, CrossState
from ..payments.payment import Payment, PaymentState
from ..payments.simulation import Simulation

__all__ = ["CALLS", "Call", "Clock", "Ref", "Request", "Sent"]

_OPEN = frozenset({PaymentState.UNKNOWN, CrossState.WAITING, CrossState.UNKNOWN})
"""States in which a client does not know how a payment ended."""


class Clock:
    """A clock that stands until it is set.

    >>> clock = Clock(1_750_000_000_000)
    >>> clock.time += 5
    >>> clock()
    1750000000005
    """

    __slots__ = ("time",)

    def __init__(self, time: int) -> None:
        self.time = time

    def __call__(self) -> int:
        """Return the time that was set."""
        return self.time


class Ref(NamedTuple):
    """Stands in a request for what another one was answered with: an attribute of the answer."""

    label: str
    attribute: str = "id"


class Request(NamedTuple):
    """One request of a client.

    Attributes:
        call: a key of `CALLS`.
        arguments: what the call takes, by name; a `Ref` stands for an earlier answer.
        label: what the request is known by.
    """

    call: str
    arguments: Mapping[str, Any]
    label: str = ""


class Sent(NamedTuple):
    """What a client knows of a request in the end.

    Attributes:
        request: what was sent.
        answer: what the call returned, or None.
        refusal: the name of the refusal, or an empty text.
        returned: whether an answer came that was no refusal.
    """

    request: Request
    answer: Any = None
    refusal: str = ""
    returned: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether the client knows how it ended."""
        answer = self.answer
        unknown = isinstance(answer, Payment | CrossPayment) and answer.state in _OPEN
        if self.request.call == "links.cancel" and isinstance(answer, CrossPayment):
            unknown = answer.state is CrossState.CANCELLING
        return bool(self.refusal) or (self.returned and not unknown)


class Call(NamedTuple):
    """How requests of one kind are delivered.

    Attributes:
        deliver: takes the simulation, or its links, or a clearing, and the arguments.
        payment: returns from the arguments the id of the payment that is asked after when no
            answer comes, or an empty text.
    """

    deliver: Callable[..., Any]
    payment: Callable[[Mapping[str, Any]], str] = lambda _: ""


def _own(arguments: Mapping[str, Any]) -> str:
    bank = str(arguments["payer"]).partition("@")[2]
    return f"{bank}/{arguments['instruction']}"


def _named(arguments: Mapping[str, Any]) -> str:
    return str(arguments["payment_id"])


CALLS: Mapping[str, Call] = {
    "pay": Call(Simulation.pay, _own),
    "confirm": Call(Simulation.confirm, _own),
    "submit": Call(Simulation.submit, _named),
    "void": Call(Simulation.void, _named),
    "inquire": Call(Simulation.inquire, _named),
    "refund": Call(Simulation.refund),
    "offer": Call(Simulation.offer),
    "credit_due": Call(Simulation.credit_due),
    "status_by_md5": Call(Simulation.status_by_md5),
    "status_by_hash": Call(Simulation.status_by_hash),
    "check_account": Call(Simulation.check_account),
    "links.pay": Call(Links.pay, _own),
    "links.confirm": Call(Links.confirm, _own),
    "links.send": Call(Links.send, _named),
    "links.void": Call(Links.void, _named),
    "links.inquire": Call(Links.inquire, _named),
    "links.notify": Call(Links.notify, _named),
    "links.cancel": Call(Links.cancel, _named),
    "links.refund": Call(Links.refund),
    "links.offer": Call(Links.offer),
    "clearing.run_due": Call(Clearing.run_due),
}
"""Name of a call to how it is delivered: to the simulation, to its links, or to the clearing of the
link that the argument ``clears`` names. What a payment is confirmed, paid or given back by has an
``instruction``, so that it can be sent again."""
