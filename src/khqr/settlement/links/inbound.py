"""Inbound: a customer of a wallet or bank abroad pays a KHQR.

The bank of the link sets riel aside in its settlement account, asks, and posts once the other end
confirms: one transaction from the payer's account abroad to the suspense account of the payee's
bank. From there on it is a payment like any other. NBC's Guideline has the hop; the rest is a
choice of this library, in the order that Alipay+'s documents give it.
"""

from __future__ import annotations

from decimal import Decimal

from ..books.books import FlowCall
from ..errors import SettlementError
from ..money import Money
from ..payments.codes import ShownCode, read_code
from ..payments.paying import HOLD_LIFE
from ..payments.payment import Payment, PaymentState, Refund, Source
from ..payments.quotes import QuoteEvent
from ..payments.stops import Stop
from .ends import Ends
from .payment import CrossEvent, CrossPayment, CrossState, PartnerAnswer
from .terms import Terms

__all__ = ["Inbound"]

_FLOW = {True: "inbound", False: "corridor.in"}
_WAY_BACK = {True: "refund.inbound", False: "refund.corridor.in"}
"""Whether the partner is the hub of Alipay+ to the flow."""


class Inbound:
    """The way in. `khqr.settlement.links.Links` has read the clock before each call."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends
        self._undoing = ""

    def read(self, payload: str | bytes, terms: Terms, payer: str) -> ShownCode:
        """Return what a KHQR says, for a payer of a book abroad."""
        self._ends.abroad(payer.partition("@")[2], terms)
        return read_code(payload)

    def hold(self, payment: CrossPayment, amount: Money | None, terms: Terms) -> CrossPayment:
        """Check everything, set the money of the sponsor aside, and keep code and rates."""
        ends, simulation, now = self._ends, self._ends.simulation, payment.confirmed_at
        code = _code(payment)
        simulation.codes.show(code)
        simulation.codes.check_free(code, now)
        if code.currency != "KHR" and not terms.dollar_codes:
            raise SettlementError(
                "CURRENCY_NOT_SUPPORTED", f"the code is in {code.currency}; {terms.name} pays riel"
            )
        simulation.check_payee(code)
        payment = payment._replace(payee=(code.bank, code.payee))
        payment, rates = ends.priced(payment, code.money(amount), terms, now)
        money, debited = payment.money, payment.debited
        assert money is not None and debited is not None  # noqa: PT018 - just priced
        hub = ends.is_hub(terms)
        if not hub and debited.currency != terms.currency:
            raise SettlementError(
                "CURRENCY_NOT_SUPPORTED", f"payers of {terms.name} give {terms.currency}"
            )
        simulation.books.account(payment.bank, payment.account, debited.currency)
        if hub:
            payment = ends.dialogues[terms.name].asked(payment, rates, now)
        ends.keep(payment)
        if code.bank != terms.sponsor:  # else nothing leaves the sponsor's settlement account
            account = simulation.books.account(terms.sponsor, "bsa", money.currency)
            until = terms.cancel_until(now + HOLD_LIFE)  # it may be sent that late
            # Kept before it is placed: whoever recovers knows by its number whether it was.
            payment = ends.keep(payment._replace(hold=len(simulation.ledger.state.holds)))
            simulation.ledger.hold(account, money.units, expires_at=until)
            simulation.at(Stop.HELD)
        simulation.codes.lock(code)
        ends.lock(rates)
        payment = ends.keep(payment.after(CrossEvent.HOLD_PLACED))
        simulation.at(Stop.CONFIRMED)
        return payment

    # The answer of the other end.

    def send(self, payment: CrossPayment, now: int) -> CrossPayment:
        """Ask the other end, and post what it confirms."""
        ends = self._ends
        try:
            _check_time(ends, payment, now)
            ends.check_rates(payment, now)
        except SettlementError as refusal:
            self._end(payment, CrossEvent.REFUSED, refusal)
            raise
        payment = ends.sent(payment._replace(sent_at=now))
        answer = ends.hear(payment)
        return self.settle(payment, answer) if answer else ends.find(payment.id)

    def settle(self, payment: CrossPayment, answer: PartnerAnswer) -> CrossPayment:
        """Do what the other end answers: post, give up, or know that nothing is known."""
        ends = self._ends
        dialogue = ends.dialogues.get(payment.link)
        if dialogue:
            payment = ends.keep(dialogue.sent(payment, answer))
        if answer is PartnerAnswer.FAILURE:
            declined = SettlementError("PARTNER_DECLINED", "the other end declined")
            return self._end(payment, CrossEvent.DECLINED, declined)
        if answer is PartnerAnswer.UNKNOWN:
            if payment.state is CrossState.UNKNOWN:
                return payment
            return ends.keep(payment.after(CrossEvent.NO_ANSWER))
        try:
            if dialogue:
                payment = ends.keep(dialogue.pushed(payment))
            payment = self._post(payment)
        except SettlementError as refusal:
            payment = self._end(payment, CrossEvent.DECLINED, refusal)
            if dialogue:
                ends.keep(dialogue.posted(payment, ends.simulation.ledger.expire()))
            raise
        ends.simulation.receive(self.known(payment))
        return ends.payments[payment.id]

    def _post(self, payment: CrossPayment) -> CrossPayment:
        ends, simulation = self._ends, self._ends.simulation
        terms, code = ends.term(payment.link), _code(payment)
        steps = simulation.books.steps(*self._flow(payment, terms, code))
        row = simulation.ledger.transact(steps, f"pay/{payment.id}", hold=payment.hold, begun=True)
        simulation.at(Stop.HOP_POSTED)
        simulation.codes.consume(code)
        ends.settle_rates(payment, QuoteEvent.POSTED)
        time = simulation.ledger.journal.row(row).time
        payment = payment.after(CrossEvent.CONFIRMED)._replace(row=row, committed_at=time)
        if terms.name in ends.dialogues:
            payment = ends.dialogues[terms.name].posted(payment, time)
        return ends.keep(payment)

    def known(self, payment: CrossPayment) -> Payment:
        """Return a payment that was posted as the bank of the payee knows it."""
        assert payment.sent_at is not None and payment.row is not None  # noqa: PT018 - it was posted
        return Payment(
            payment.id,
            _code(payment),
            f"khqr@{self._ends.term(payment.link).sponsor}",
            Source.ACCOUNT,
            money=payment.money,
            debited=payment.money,
            state=PaymentState.COMMITTED,
            hold=payment.hold,
            confirmed_at=payment.sent_at,
            row=payment.row,
            hash=self._ends.simulation.ledger.journal.row_hash(payment.row),
            committed_at=payment.committed_at,
            link=payment.link,
        )

    def _flow(self, payment: CrossPayment, terms: Terms, code: ShownCode) -> FlowCall:
        gross, net, what = self._ends.split(payment)
        money, debited = payment.money, payment.debited
        assert money is not None and debited is not None  # noqa: PT018 - both since the hold
        who = self._parties(payment, terms, code, code.payee)
        what["settled"] = money
        if self._ends.is_hub(terms):
            what |= {"paid": debited, "gross": gross, "net": net}
        else:
            what["paid"] = net
        return FlowCall(_FLOW[self._ends.is_hub(terms)], who, what)

    def _parties(
        self, payment: CrossPayment, terms: Terms, code: ShownCode, payee: str
    ) -> dict[str, str]:
        hub = self._ends.is_hub(terms)
        return {
            "hub" if hub else "partner": terms.partner,
            "wallet" if hub else "foreign_bank": payment.bank,
            "sponsor": terms.sponsor,
            "payer": payment.account,
            "payee_bank": code.bank,
            "payee": payee,
        }

    def _end(
        self, payment: CrossPayment, event: CrossEvent, refusal: SettlementError
    ) -> CrossPayment:
        payment = self._ends.refuse(payment, event, refusal)  # first the reason
        self._ends.free_hold(payment)
        self._ends.simulation.codes.unlock(_code(payment))
        self._ends.settle_rates(payment, QuoteEvent.ENDED)
        return payment

    def void(self, payment: CrossPayment) -> CrossPayment:
        """Give up a payment that was not sent yet."""
        given_up = SettlementError("HOLD_ALREADY_VOIDED", "the payer gave it up")
        return self._end(payment, CrossEvent.VOID, given_up)

    def time_passed(self, payment: CrossPayment, now: int) -> None:
        """End a payment whose time has passed."""
        until = payment.confirmed_at + HOLD_LIFE
        if payment.state is not CrossState.HELD:
            until = self._ends.term(payment.link).cancel_until(payment.sent_at or 0)
        begun = payment.state is CrossState.CREATED  # what a stop interrupted may be sent again
        if payment.row is None and now > until and not begun:
            late = SettlementError("HOLD_EXPIRED", "no answer came in time")
            self._end(self._ends.unanswered(payment.id), CrossEvent.TIME_PASSED, late)

    def recovered(self) -> None:
        """Undo nothing: a cancel that a stop interrupted is sent again."""
        self._undoing = ""

    # Money back.

    def undo(self, payment: CrossPayment) -> CrossPayment:
        """Bring a payment to nothing, at no cost: what a cancel does."""
        if payment.row is None:
            done = SettlementError("HOLD_ALREADY_VOIDED", "it was cancelled")
            return self._end(payment, CrossEvent.CANCEL_DONE, done)
        bank = f"refund/{payment.payee[0]}/"
        number = self._ends.unused(f"{bank}cancel/{payment.id}").removeprefix(bank)
        self._undoing = payment.id
        try:
            self._ends.simulation.refund(payment.id, instruction=number)
        finally:
            self._undoing = ""
        return self._ends.keep(self._ends.payments[payment.id].after(CrossEvent.CANCEL_DONE))

    def refund(
        self, payment: CrossPayment, amount: int | str | Decimal | None, number: str
    ) -> Refund:
        """Give money back by the payee's bank; the payment comes to know of it by `changed`."""
        if payment.row is None:
            raise SettlementError("ORIGINAL_NOT_COMMITTED", f"it is {payment.state.value}")
        return self._ends.simulation.refund(payment.id, amount, instruction=number)

    def changed(self, payment: Payment) -> None:
        """Take over what went back of the payment that the payee's bank knows."""
        cross = self._ends.payments[payment.id]
        if payment.refunded != cross.refunded:
            if cross.state is not CrossState.CANCELLING:
                assert payment.money is not None
                whole = payment.refunded == payment.money.units
                event = CrossEvent.REFUNDED_WHOLLY if whole else CrossEvent.REFUNDED_IN_PART
                cross = cross.after(event)
            self._ends.keep(cross._replace(refunded=payment.refunded, returned=payment.returned))

    def way_back(self, payment: Payment, units: int, payee: str) -> tuple[FlowCall, Money]:
        """Return what gives so many minor units back, at the rates of the payment."""
        ends, cross = self._ends, self._ends.payments[payment.id]
        terms = ends.term(cross.link)
        owed, credited = ends.shares(cross, units)
        what = {"returned": Money(payment.code.currency, units), "owed": owed, "credited": credited}
        if self._undoing == cross.id:
            what |= ends.split(cross)[2]
        elif cross.state is CrossState.CANCELLING:
            raise SettlementError("IN_FLIGHT", "the payment is being cancelled")
        who = self._parties(cross, terms, payment.code, payee)
        return FlowCall(_WAY_BACK[ends.is_hub(terms)], who, what), credited


def _check_time(ends: Ends, payment: CrossPayment, now: int) -> None:
    if ends.simulation.codes.is_over(_code(payment), now):
        raise SettlementError("QR_EXPIRED", "the code expired before it was confirmed")


def _code(payment: CrossPayment) -> ShownCode:
    assert isinstance(payment.code, ShownCode)
    return payment.code
