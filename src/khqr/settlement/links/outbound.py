"""Outbound: a customer of a bank in Cambodia pays a code abroad.

The hop to the bank of the link is posted first, and the money waits there in an account of its
own. What the partner answers sends it on, or back as a new transaction. The way out over Alipay+
was announced, and its live status is not known; who converts, and how corridors post, is a choice
of this library.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ..books.books import FlowCall
from ..errors import SettlementError
from ..ledger.instructions import checked_id, instruction_id
from ..money import Money
from ..payments.limits import Used, business_day
from ..payments.paying import HOLD_LIFE
from ..payments.payment import Refund
from ..payments.quotes import QuoteEvent
from ..payments.stops import Stop
from .ends import Ends
from .foreign import ForeignCode, read_order_code, read_scheme_code
from .payment import CrossEvent, CrossPayment, CrossState, PartnerAnswer
from .terms import Terms

__all__ = ["Outbound"]

_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,32}", re.ASCII)
_FLOW = {True: "outbound.paid", False: "corridor.out"}
_WAY_BACK = {True: "refund.outbound", False: "refund.corridor.out"}
"""Whether the partner is the hub of Alipay+ to the flow."""

_FREE = frozenset(
    {CrossState.REJECTED, CrossState.VOIDED, CrossState.EXPIRED, CrossState.FAILED}
    | {CrossState.CANCELLED}
)
"""States after which a code that is paid once may be paid by another."""


class Outbound:
    """The way out. `khqr.settlement.links.Links` has read the clock before each call."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends
        self._by_code: dict[tuple[str, str], str] = {}
        self._held_as: set[str] = set()

    def read(self, payload: str | bytes, terms: Terms, payer: str) -> ForeignCode:
        """Return what a code abroad says, if the link pays it, for a customer of a bank here."""
        self._ends.simulation.customer(payer)
        if self._ends.is_hub(terms):
            return read_order_code(payload, terms, self._ends.payees)
        return read_scheme_code(payload, terms)

    def hold(self, payment: CrossPayment, amount: Money | None, terms: Terms) -> CrossPayment:
        """Check everything, set the payer's money aside, and keep code and rates."""
        ends, simulation, now = self._ends, self._ends.simulation, payment.confirmed_at
        code = payment.code
        assert isinstance(code, ForeignCode)
        self._check_free(payment, code)
        customer = simulation.customer(payment.payer)
        if customer.frozen:
            raise SettlementError("ACCOUNT_FROZEN", f"{customer.id} may not pay")
        payee = ends.payees.get((payment.link, code.payee_id))
        if payee is None:
            raise SettlementError(
                "UNKNOWN_ACCOUNT", f"nobody is known to {payment.link} behind {code.payee_id!r:.60}"
            )
        payment = payment._replace(payee=payee[:2])
        payment, rates = ends.priced(payment, code.money(amount), terms, now)
        debited = payment.debited
        assert debited is not None
        if debited.currency not in terms.payers:
            raise SettlementError(
                "CURRENCY_NOT_SUPPORTED",
                f"{terms.name} takes {' and '.join(sorted(terms.payers))}, not {debited.currency}",
            )
        if ends.is_hub(terms):
            payment = ends.dialogues[terms.name].asked(payment, rates, now)
        use = Used(customer.id, debited.currency, business_day(now))
        simulation.limits.check(use, debited.units, customer.tier)
        account = simulation.books.account(payment.bank, payment.account, debited.currency)
        # Kept before it is placed: whoever recovers knows by its number whether it was.
        number, held_as = len(simulation.ledger.state.holds), self._name(payment.id)
        payment = ends.keep(payment._replace(hold=number, use=use, held_as=held_as))
        simulation.ledger.hold(account, debited.units, expires_at=now + HOLD_LIFE)
        simulation.at(Stop.HELD)
        simulation.limits.take(use, debited.units, customer.tier)
        ends.lock(rates)
        if code.dynamic:
            self._by_code[payment.link, code.key] = payment.id
        payment = ends.keep(payment.after(CrossEvent.HOLD_PLACED))
        simulation.at(Stop.CONFIRMED)
        return payment

    def _name(self, payment_id: str) -> str:
        """Return a name in ``out_hold`` that no other payment has: the number, where it can be."""
        bank, _, name = payment_id.partition("/")
        if not _NAME.fullmatch(name) or name in self._held_as:
            name = f"{bank}.{len(self._held_as)}"
        while name in self._held_as:
            name += "_"
        self._held_as.add(name)
        return name

    def recovered(self) -> None:
        """Work out anew which codes that are paid once are not free."""
        self._by_code.clear()
        for payment in self._ends.payments.values():
            code = payment.code
            taken = payment.hold is not None and payment.state not in _FREE
            if isinstance(code, ForeignCode) and (taken or payment.row is not None):
                self._by_code[payment.link, code.key] = payment.id

    def _check_free(self, paying: CrossPayment, code: ForeignCode) -> None:
        """Refuse a code that is paid once and was, or is being."""
        before = self._by_code.get((paying.link, code.key))
        if before in {None, paying.id} or not code.dynamic:
            return
        payment = self._ends.payments[before]
        if payment.row is not None:  # also if it was cancelled afterwards
            raise SettlementError("QR_CONSUMED", "the code is paid once and was")
        if payment.state not in _FREE:
            raise SettlementError("QR_LOCKED", "another payment by the code is under way")

    # The hop, and the answer of the other end.

    def send(self, payment: CrossPayment, now: int) -> CrossPayment:
        """Post the hop to the bank of the link, and ask the other end."""
        ends, simulation = self._ends, self._ends.simulation
        assert payment.debited is not None
        try:
            ends.check_rates(payment, now)
            steps = simulation.books.steps(
                "outbound.hold", self._home(payment), {"amount": payment.debited}
            )
            row = simulation.ledger.transact(
                steps, f"pay/{payment.id}", hold=payment.hold, begun=True
            )
        except SettlementError as refusal:
            self._end(payment, CrossEvent.REFUSED, refusal)
            raise
        simulation.at(Stop.HOP_POSTED)
        payment = ends.sent(payment._replace(sent_at=now, hop=row))
        answer = ends.hear(payment)
        return self.settle(payment, answer) if answer else ends.find(payment.id)

    def settle(self, payment: CrossPayment, answer: PartnerAnswer) -> CrossPayment:
        """Do what the other end answers: send the money on, or back, or let it wait."""
        ends = self._ends
        if payment.link in ends.dialogues:
            payment = ends.keep(ends.dialogues[payment.link].sent(payment, answer))
        if answer is PartnerAnswer.SUCCESS:
            return self._post(payment)
        if payment.state is CrossState.WAITING:
            payment = ends.keep(payment.after(CrossEvent.NO_ANSWER))
        if answer is PartnerAnswer.FAILURE:
            payment = self._reverse(payment).after(CrossEvent.DECLINED)
            payment = payment._replace(refusal="PARTNER_DECLINED")
        return ends.keep(payment)

    def _post(self, payment: CrossPayment) -> CrossPayment:
        ends, ledger = self._ends, self._ends.simulation.ledger
        steps = ends.simulation.books.steps(*self._flow(payment))
        row = ledger.transact(steps, f"paid/{payment.id}")
        ends.simulation.at(Stop.PAID)
        ends.settle_rates(payment, QuoteEvent.POSTED)
        time = ledger.journal.row(row).time
        paid = payment.after(CrossEvent.CONFIRMED)
        return ends.keep(paid._replace(row=row, committed_at=time))

    def _flow(self, payment: CrossPayment) -> FlowCall:
        gross, net, what = self._ends.split(payment)
        assert payment.debited is not None
        hub = self._ends.is_hub(self._ends.term(payment.link))
        what["held"] = payment.debited
        what |= {"gross": gross, "net": net} if hub else {"paid": net}
        return FlowCall(_FLOW[hub], self._home(payment) | self._far(payment), what)

    def _home(self, payment: CrossPayment) -> dict[str, str]:
        return {
            "sponsor": self._ends.term(payment.link).sponsor,
            "payer_bank": payment.bank,
            "payer": payment.account,
            "payment": payment.held_as,
        }

    def _far(self, payment: CrossPayment) -> dict[str, str]:
        terms, (book, account) = self._ends.term(payment.link), payment.payee
        if self._ends.is_hub(terms):
            merchant = account.removeprefix("payable:")
            return {"hub": terms.partner, "acquirer": book, "merchant": merchant}
        return {"partner": terms.partner, "foreign_bank": book, "payee": account}

    def _release(self, payment: CrossPayment) -> None:
        assert payment.use is not None and payment.debited is not None  # noqa: PT018 - since the hold
        self._ends.simulation.limits.give_back(payment.use, payment.debited.units)
        self._ends.settle_rates(payment, QuoteEvent.ENDED)

    def _reverse(self, payment: CrossPayment) -> CrossPayment:
        """Send back what waits: a new transaction, which names the hop."""
        ledger = self._ends.simulation.ledger
        assert payment.debited is not None
        steps = self._ends.simulation.books.steps(
            "outbound.reversed", self._home(payment), {"amount": payment.debited}
        )
        sent = self._ends.unused(f"reversed/{payment.id}")
        row = ledger.transact(steps, sent, reference=payment.hop)
        self._ends.simulation.at(Stop.SENT_BACK)
        self._release(payment)
        return payment._replace(back=row)

    def void(self, payment: CrossPayment) -> CrossPayment:
        """Give up a payment that was not sent yet."""
        given_up = SettlementError("HOLD_ALREADY_VOIDED", "the payer gave it up")
        return self._end(payment, CrossEvent.VOID, given_up)

    def _end(
        self, payment: CrossPayment, event: CrossEvent, refusal: SettlementError
    ) -> CrossPayment:
        payment = self._ends.refuse(payment, event, refusal)  # first the reason
        self._ends.free_hold(payment)
        self._release(payment)
        return payment

    def time_passed(self, payment: CrossPayment, now: int) -> None:
        """End a payment that was not sent in its time."""
        if payment.state is CrossState.HELD and now > payment.confirmed_at + HOLD_LIFE:
            late = SettlementError("HOLD_EXPIRED", "not sent in time")
            self._end(payment, CrossEvent.TIME_PASSED, late)

    # Money back.

    def undo(self, payment: CrossPayment) -> CrossPayment:
        """Bring a payment to nothing, at no cost: what a cancel does."""
        if payment.row is None:
            payment = self._reverse(payment)
        else:
            assert payment.money is not None
            simulation = self._ends.simulation
            sent = self._ends.unused(f"refund/cancel/{payment.id}")
            simulation.begin(sent, b"all of it")
            simulation.at(Stop.REFUND_BEGUN)
            try:
                payment = self._give_back(payment, payment.money.units, sent[len("refund/") :])
            except SettlementError as refusal:
                simulation.ledger.refuse(sent, refusal.name)
                raise
        return self._ends.keep(payment.after(CrossEvent.CANCEL_DONE))

    def refund(
        self, payment: CrossPayment, amount: int | str | Decimal | None, number: str
    ) -> Refund:
        """Give money back that the payee abroad returns, at the rates of the payment."""
        simulation = self._ends.simulation
        asked = None if amount is None else Money.of(amount, payment.code.currency)
        checked_id(number)
        key = instruction_id(payment.payee[0], number)
        body = repr((payment.id, None if asked is None else asked.units)).encode()
        if simulation.begin(f"refund/{key}", body) is not None:
            return simulation.refunds[key]
        simulation.at(Stop.REFUND_BEGUN)
        try:
            units = self._may_go_back(payment, asked, simulation.ledger.expire())
            paid = self._give_back(payment, units, key)
        except SettlementError as refusal:
            simulation.ledger.refuse(f"refund/{key}", refusal.name)
            raise
        assert paid.money is not None
        whole = paid.refunded == paid.money.units
        event = CrossEvent.REFUNDED_WHOLLY if whole else CrossEvent.REFUNDED_IN_PART
        self._ends.keep(paid.after(event))
        return simulation.refunds[key]

    def _may_go_back(self, payment: CrossPayment, asked: Money | None, now: int) -> int:
        money, window = payment.money, self._ends.simulation.refund_window
        if payment.row is None or payment.committed_at is None or money is None:
            raise SettlementError("ORIGINAL_NOT_COMMITTED", f"it is {payment.state.value}")
        if payment.state is CrossState.CANCELLING:
            raise SettlementError("IN_FLIGHT", "the payment is being cancelled")
        if now - payment.committed_at > window:
            raise SettlementError("REFUND_WINDOW", f"the window is {window} ms")
        left = money.units - payment.refunded
        units = left if asked is None else asked.units
        if not 0 < units <= left:
            raise SettlementError(
                "REFUND_EXCEEDS_ORIGINAL",
                f"{left} of {money.units} {money.currency} are left (minor units)",
            )
        return units

    def _give_back(self, payment: CrossPayment, units: int, key: str) -> CrossPayment:
        ends, simulation = self._ends, self._ends.simulation
        gross, credited = ends.shares(payment, units)
        what = {"taken": gross, "returned": gross, "credited": credited}
        if payment.state is CrossState.CANCELLING:
            _, net, fee = ends.split(payment)
            what |= {"taken": net, **fee}
        flow = _WAY_BACK[ends.is_hub(ends.term(payment.link))]
        steps = simulation.books.steps(flow, self._home(payment) | self._far(payment), what)
        # Announced before it is posted: its rows do not say what part of the payment it is.
        refund = Refund(key, payment.id, Money(payment.code.currency, units), credited, -1)
        simulation.announced[key] = refund
        row = simulation.ledger.transact(steps, f"refund/{key}", reference=payment.row, begun=True)
        simulation.at(Stop.REFUND_POSTED)
        simulation.refunds[key] = refund._replace(row=row)
        simulation.announced.pop(key)
        refunded, returned = payment.refunded + units, payment.returned + credited.units
        return ends.keep(payment._replace(refunded=refunded, returned=returned))
