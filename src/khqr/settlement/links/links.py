"""Payments across the border, over the links of a simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from ..books.books import FlowCall
from ..errors import SettlementError, one_of
from ..ledger.audit import Audit
from ..ledger.compensations import Compensations
from ..ledger.holds import HoldState
from ..ledger.invariants import INVARIANTS
from ..money import Money
from ..payments.codes import ShownCode
from ..payments.invariants import payment_invariants
from ..payments.limits import Used
from ..payments.payment import Payment, Refund
from ..payments.simulation import Simulation
from .directory import success
from .invariants import link_invariants
from .payment import CrossEvent, CrossPayment, CrossState, PartnerAnswer
from .recovering import recover
from .sending import Sending
from .terms import Direction, Terms

__all__ = ["Links"]

_NO_CANCEL = {True: "REFUND_EXCEEDS_ORIGINAL", False: "ORIGINAL_NOT_COMMITTED"}
"""Whether a payment was posted to the refusal of a cancel that its state does not allow."""

_CANCELS = frozenset({CrossState.UNKNOWN, CrossState.CANCELLING, CrossState.COMMITTED})


class Links(Sending):
    """The links of a simulation with wallets and banks abroad; a model, and no real link.

    The books of the partners, wallets and banks abroad must take part in the simulation. Its
    payments and these share codes, limits, settlement accounts and one journal.

    Calls from several threads come one after the other. A simulation has one `Links`.

    Args:
        simulation: the banks in Cambodia.
        terms: of each link, see `Terms` and the functions beside it.
        ask: says what the other end answers about a payment, to play lost answers and refusals. It
            is asked when a payment is sent (its state is then ``WAITING``), inquired about
            (``UNKNOWN``) and cancelled (``CANCELLING``).

    Raises:
        SettlementError: ``UNKNOWN_ACCOUNT`` for terms that name books the simulation has not;
            ``ACCOUNT_DIFFERS`` for two links of one name, and for a simulation that has links.

    >>> from itertools import count
    >>> from khqr import Individual, encode
    >>> from khqr.settlement import BookKind, Money, Simulation
    >>> from .known import alipayplus
    >>> numbers = count(1)
    >>> books = {"devb": BookKind.INSTITUTION, "devs": BookKind.INSTITUTION,
    ...          "HUB": BookKind.HUB, "WALLET": BookKind.FOREIGN}
    >>> simulation = Simulation(books, clock=lambda: 1_750_000_000_000,
    ...                         ids=lambda: str(next(numbers)))
    >>> simulation.fund_bank("devs", Money.of(1_000_000, "KHR"))
    >>> shop = simulation.add_customer("shop", "devb")
    >>> links = Links(simulation, terms=[alipayplus("devs", "HUB", fee=100)])
    >>> links.fund("guest@WALLET", Money.of(100, "CNY"))
    >>> rates = [links.offer("alipayplus", "CNY", "USD", "7.1", base="USD"),
    ...          links.offer("alipayplus", "USD", "KHR", "4100", base="USD")]
    >>> code = encode(Individual(bakong_account_id="shop@devb", merchant_name="Demo Shop"))
    >>> payment = links.pay(code, "alipayplus", "inbound", payer="guest@WALLET", amount=41_000,
    ...                     quotes=[one.id for one in rates])
    >>> payment.state.value, payment.debited, payment.gross, payment.fee
    ('committed', Money(currency='CNY', units=7100), Money(currency='USD', units=1000), 10)
    >>> simulation.books.balance("devb", "wallet:shop", "KHR")
    41000
    """

    def __init__(
        self,
        simulation: Simulation,
        terms: Iterable[Terms],
        *,
        ask: Callable[[CrossPayment], PartnerAnswer] = success,
    ) -> None:
        if simulation.abroad is not None:
            raise SettlementError("ACCOUNT_DIFFERS", "the simulation has its links already")
        super().__init__(simulation, terms, ask=ask)
        simulation.abroad = self
        self._compensations = Compensations(simulation.ledger)

    # Answers that come late, or not at all.

    def inquire(self, payment_id: str) -> CrossPayment:
        """Ask the other end again about a payment without an answer.

        Source: Alipay+, inquire up to 180 s and then cancel; read in part.
        """
        with self.simulation.call():
            payment = self._ends.unanswered(payment_id)
            if payment.state is not CrossState.UNKNOWN:
                return payment
            answer = self._ends.hear(payment)
            if answer is None:
                return self.find(payment_id)
            dialogue = self._ends.dialogues.get(payment.link)
            if dialogue:
                payment = self._ends.keep(dialogue.inquired(payment, answer))
            return self._ways[payment.direction].settle(payment, answer)

    def notify(self, payment_id: str, answer: PartnerAnswer | str) -> CrossPayment:
        """Take an answer that comes late, by itself.

        It settles a payment without an answer. One that has an answer stays as it is, and so does
        one whose cancel was sent: a success that comes after that loses.
        """
        with self.simulation.call():
            payment, said = self._ends.unanswered(payment_id), one_of(PartnerAnswer, answer)
            if payment.state is not CrossState.UNKNOWN:
                return payment
            return self._ways[payment.direction].settle(payment, said)

    def cancel(self, payment_id: str) -> CrossPayment:
        """Cancel a payment wholly and at no cost; call again until it is ``CANCELLED``.

        A payment without an answer comes to nothing: the hold is voided, or what went to the bank
        of the link comes back. One that was posted is compensated, its fee included.

        Raises:
            SettlementError: ``CANCEL_WINDOW_CLOSED`` for a first cancel after 00:15 of the next
                day, in the zone of the link: refund it; ``ORIGINAL_NOT_COMMITTED`` for a payment
                that came to nothing; ``REFUND_EXCEEDS_ORIGINAL`` for one that was refunded.

        Source: Alipay+, cancelPayment, read in part.
        """
        with self.simulation.call() as now:
            payment = self._ends.unanswered(payment_id)
            if payment.state is CrossState.CANCELLED:
                return payment
            if payment.state not in _CANCELS:
                name = _NO_CANCEL[payment.row is not None]
                raise SettlementError(name, f"the payment is {payment.state.value}")
            until = self._ends.term(payment.link).cancel_until(payment.sent_at or 0)
            if payment.state is not CrossState.CANCELLING and now > until:
                raise SettlementError("CANCEL_WINDOW_CLOSED", f"it closed at {until}; refund it")
            return self._cancel(payment)

    def _cancel(self, before: CrossPayment) -> CrossPayment:
        tries = before.cancel_tries + 1
        asked = before.cancel_asked
        if asked is None:
            asked = len(self.simulation.ledger.journal)
        payment = before.after(CrossEvent.CANCEL_SENT)
        payment = payment._replace(cancel_tries=tries, cancel_asked=asked)
        answer = self._ends.hear(self._ends.keep(payment))
        if answer is None:
            return self.find(payment.id)
        dialogue = self._ends.dialogues.get(payment.link)
        if dialogue:
            payment = self._ends.keep(dialogue.cancelled(payment, answer))
        if answer is not PartnerAnswer.SUCCESS:
            return payment
        return self._ways[payment.direction].undo(payment)

    def refund(
        self,
        payment_id: str,
        amount: int | str | Decimal | None = None,
        *,
        instruction: str | None = None,
    ) -> Refund:
        """Give a payer money back, at the rates of the payment; the fee is kept.

        Parts may follow each other, up to the whole, and add up to it exactly.

        Args:
            payment_id: the payment.
            amount: major units of what was paid to the payee, or None for all that is left.
            instruction: makes it take effect once; a number of the payee's bank.

        Raises:
            SettlementError: ``REFUND_EXCEEDS_ORIGINAL``, ``REFUND_WINDOW``,
                ``ORIGINAL_NOT_COMMITTED``, ``IN_FLIGHT``, ``AMOUNT_NOT_POSITIVE`` for a part so
                small that nothing of it would arrive, ``INSUFFICIENT_FUNDS``, ``NOT_FOUND``.

        Source: Alipay+ for parts, sum, window of a year and the same id on a retry, read in part;
        that the original rate holds is a choice of this library.
        """
        number = self.simulation.ids() if instruction is None else instruction
        with self.simulation.call() as now:
            payment = self.find(payment_id)
            known = len(self.simulation.refunds)
            refund = self._ways[payment.direction].refund(payment, amount, number)
            dialogue = self._ends.dialogues.get(payment.link)
            if dialogue and len(self.simulation.refunds) > known:
                now_is = self.find(payment_id)
                self._ends.keep(dialogue.refunded(now_is, refund.id, refund.money, now))
            return refund

    def transactions(self, payment_id: str) -> list[tuple[str, int]]:
        """Return the transactions of a payment, each by a name and its first row, in their order.

        The names are ``hop``, ``posted``, ``credited``, ``sent back`` and ``refunded``; what a row
        posts, `khqr.settlement.Ledger.postings` says.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        with self.simulation.ledger.locked():
            payment = self.find(payment_id)
            credit = self.simulation.ledger.outcome(f"credit/{payment_id}")
            refunds = self.simulation.refunds.values()
            found = [
                ("hop", payment.hop),
                ("posted", payment.row),
                ("credited", credit.row if credit else None),
                ("sent back", payment.back),
                *(("refunded", one.row) for one in refunds if one.payment == payment_id),
            ]
            rows = [(name, row) for name, row in found if row is not None]
            return sorted(rows, key=lambda named: named[1])

    # What the simulation asks.

    def time_passed(self, now: int) -> None:
        """End what its time has passed for."""
        for payment in self._ends.waiting():
            self._ways[payment.direction].time_passed(payment, now)

    def changed(self, payment: Payment) -> None:
        """Take note of what became of a payment that came in."""
        self._inbound.changed(payment)

    def way_back(self, payment: Payment, units: int, payee: str) -> tuple[FlowCall, Money]:
        """Return what gives so many minor units of a payment back, and what its payer gets."""
        return self._inbound.way_back(payment, units, payee)

    def uses(self) -> Iterator[tuple[Used, int]]:
        """Yield what payments that go out have used of limits, by their holds and the journal."""
        ledger, back = self.simulation.ledger, self._compensations.originals
        self._compensations.read_on()
        for payment in list(self._ends.payments.values()):
            if payment.hold is None or payment.use is None:
                continue
            hold = ledger.find_hold(payment.hold)
            waits = hold.state is HoldState.PENDING or payment.state is CrossState.HELD
            if waits or (hold.state is HoldState.POSTED and payment.hop not in back):
                yield payment.use, hold.amount

    def recover(self) -> list[Payment]:
        """Bring payments to what the journal says; `khqr.settlement.Simulation.recover` calls it.

        What was said over Alipay+ and not kept is not in ``messages``.

        Returns:
            Those that were posted, and that the payee's bank has not taken note of.
        """
        self._inbound.recovered()
        recover(self._ends)
        self._outbound.recovered()
        known = self.simulation.payments
        return [
            self._inbound.known(payment)
            for payment in self._ends.payments.values()
            if payment.direction is Direction.INBOUND
            and payment.row is not None
            and payment.id not in known
        ]

    def locks(self) -> Iterator[ShownCode]:
        """Yield the codes of payments that come in, and are not posted, nor over."""
        for payment in self._ends.waiting():
            code, begun = payment.code, payment.state is CrossState.CREATED
            if isinstance(code, ShownCode) and payment.row is None and not begun:
                yield code

    def audit(self) -> Audit:
        """Return an audit of the ledger, the books, the payments and the links."""
        return Audit(
            self.simulation.ledger,
            (*INVARIANTS, *payment_invariants(self.simulation), *link_invariants(self)),
        )
