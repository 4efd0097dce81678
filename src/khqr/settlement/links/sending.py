"""How a payment over a link is confirmed, sent and given up, whichever way it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from ..errors import SettlementError, one_of
from ..ledger.instructions import checked_id, instruction_id
from ..money import Money
from ..payments.payment import Source
from ..payments.simulation import Simulation
from ..payments.stops import Stop
from .directory import Directory, success
from .inbound import Inbound
from .outbound import Outbound
from .payment import OPEN, CrossEvent, CrossPayment, CrossState, PartnerAnswer
from .terms import Direction, Terms

__all__ = ["Sending"]

_OVER = {
    CrossState.CREATED: "NOT_FOUND",
    CrossState.REJECTED: "NOT_FOUND",
    CrossState.VOIDED: "HOLD_ALREADY_VOIDED",
    CrossState.EXPIRED: "HOLD_EXPIRED",
    CrossState.FAILED: "HOLD_ALREADY_VOIDED",
}
"""State in which nothing was posted to the refusal to send the payment. One that a stop left
as it was created has no hold yet; confirm it again under its id."""


def _entered(amount: int | str | Decimal | Money | None, currency: str) -> Money | None:
    """Return the amount that a payer enters, in the code's currency if it names none."""
    if isinstance(amount, Money):
        if type(amount.units) is not int or not isinstance(amount.currency, str):
            raise TypeError("money is a currency's code and an int of minor units")
        return amount
    return None if amount is None else Money.of(amount, currency)


class Sending(Directory):
    """The part of `khqr.settlement.links.Links` that stands before the answer of the other end."""

    def __init__(
        self,
        simulation: Simulation,
        terms: Iterable[Terms],
        *,
        ask: Callable[[CrossPayment], PartnerAnswer] = success,
    ) -> None:
        super().__init__(simulation, terms, ask=ask)
        self._inbound, self._outbound = Inbound(self._ends), Outbound(self._ends)
        self._ways: dict[Direction, Inbound | Outbound] = {
            Direction.INBOUND: self._inbound,
            Direction.OUTBOUND: self._outbound,
        }

    # Payments.

    def find(self, payment_id: str) -> CrossPayment:
        """Return a payment by its id.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        return self._ends.find(payment_id)

    def confirm(
        self,
        payload: str | bytes,
        link: str,
        direction: Direction | str,
        *,
        payer: str,
        source: Source | str = Source.WALLET,
        amount: int | str | Decimal | Money | None = None,
        quotes: Iterable[str] = (),
        instruction: str | None = None,
    ) -> CrossPayment:
        """Check everything about a payment, hold its money, and keep code and rates for it.

        Args:
            payload: the text of a KHQR, or of a code abroad.
            link: name of the link.
            direction: ``inbound`` or ``outbound``.
            payer: ``name@book``: a customer abroad, or one of a bank here.
            source: wallet, or account at the bank.
            amount: what the payer enters, in major units of the code's currency; None where the
                code has an amount.
            quotes: ids of the rates, from the payer's currency by way of that in which the link
                settles to the payee's; a step between equal currencies has none.
            instruction: makes it take effect once; a number of the payer's bank.

        Raises:
            SettlementError: by the names in `REFUSALS`; nothing was posted.
        """
        if not isinstance(payer, str):
            raise TypeError(f"a payer is str, not {type(payer).__name__}")
        if isinstance(quotes, str):
            raise TypeError("quotes are several texts, not one")
        direction, source, ids = one_of(Direction, direction), one_of(Source, source), tuple(quotes)
        if not all(isinstance(one, str) for one in ids):
            raise TypeError("quotes are known by texts")
        number = self.simulation.ids() if instruction is None else instruction
        checked_id(number)
        key = instruction_id(payer.partition("@")[2], number)
        checked_id(f"refund/{payer}/cancel/{key}/999")  # longer than all that is made of it
        with self.simulation.call() as now:
            way = self._ways[direction]
            terms = self._ends.open(link, direction)
            code = way.read(payload, terms, payer)
            entered = _entered(amount, code.currency)
            body = repr((link, direction.value, code.text, payer, source.value, entered, ids))
            if self.simulation.begin(f"pay/{key}", body.encode()) is not None:
                return self.find(key)
            known = self.payments.get(key)
            if known is not None and known.state is CrossState.HELD:
                return known
            payment = self._ends.keep(
                CrossPayment(
                    key, link, direction, code, payer, source, quotes=ids, confirmed_at=now
                )
            )
            self.simulation.at(Stop.BEGUN)
            try:
                return way.hold(payment, entered, terms)
            except SettlementError as refusal:
                self._ends.refuse(payment, CrossEvent.CHECKS_FAILED, refusal)
                raise

    def send(self, payment_id: str) -> CrossPayment:
        """Send a payment that is held to the other end; one that was sent is returned as it is.

        Raises:
            SettlementError: by the names of what is missing or over; nothing was posted, or what
                was is compensated.
        """
        with self.simulation.call() as now:
            payment = self.find(payment_id)
            name = _OVER.get(payment.state)
            if name is not None and payment.hop is None:
                raise SettlementError(name, f"it is {payment.state.value}: {payment.refusal}")
            if payment.state is not CrossState.HELD:
                return payment
            return self._ways[payment.direction].send(payment, now)

    def pay(
        self,
        payload: str | bytes,
        link: str,
        direction: Direction | str,
        *,
        payer: str,
        source: Source | str = Source.WALLET,
        amount: int | str | Decimal | Money | None = None,
        quotes: Iterable[str] = (),
        instruction: str | None = None,
    ) -> CrossPayment:
        """Confirm and send a payment; see `confirm` for what it takes.

        Returns:
            The payment: ``COMMITTED``; ``FAILED`` if the other end declined; ``UNKNOWN`` if no
            answer came. Then `inquire`, later `cancel`, and never pay again under another id.

        Raises:
            SettlementError: by the names in `REFUSALS`.
        """
        with self.simulation.call():
            payment = self.confirm(
                payload,
                link,
                direction,
                payer=payer,
                source=source,
                amount=amount,
                quotes=quotes,
                instruction=instruction,
            )
            return self.send(payment.id)

    def void(self, payment_id: str) -> CrossPayment:
        """Give up a payment that is held and was not sent; nothing is posted.

        Raises:
            SettlementError: ``RESULT_UNKNOWN`` or ``HOLD_ALREADY_POSTED`` if it was sent;
                ``HOLD_ALREADY_VOIDED``, ``HOLD_EXPIRED``, ``NOT_FOUND``.
        """
        with self.simulation.call():
            payment = self.find(payment_id)
            if payment.state is not CrossState.HELD:
                sent = "RESULT_UNKNOWN" if payment.state in OPEN else "HOLD_ALREADY_POSTED"
                name = _OVER.get(payment.state, sent)
                raise SettlementError(name, f"the payment is {payment.state.value}")
            return self._ways[payment.direction].void(payment)
