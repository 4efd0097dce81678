"""How a payment is confirmed, submitted, posted, given up and asked after."""

from __future__ import annotations

from decimal import Decimal

from ...errors import quote as quoted
from ...model import Routing
from ..errors import SettlementError, one_of
from ..ledger.chart import BookKind
from ..ledger.instructions import checked_id, instruction_id
from ..money import Money
from .codes import ShownCode, read_code
from .desk import Answer, Customer
from .limits import Used, business_day
from .payment import Payment, PaymentEvent, PaymentState, Source
from .quotes import QuoteEvent
from .receiving import Receiving
from .stops import Stop

__all__ = ["HOLD_LIFE", "Paying"]

HOLD_LIFE = 60_000
"""Milliseconds that a payment may take from its confirmation to its hop."""


class Paying(Receiving):
    """The half of a simulation that stands before the hop."""

    # Confirming.

    def confirm(
        self,
        payload: str | bytes,
        *,
        payer: str,
        source: Source | str = Source.WALLET,
        amount: int | str | Decimal | Money | None = None,
        quote: str = "",
        instruction: str | None = None,
    ) -> Payment:
        """Check everything about a payment, hold its money, and keep the code and rate for it."""
        if not isinstance(quote, str):
            raise TypeError(f"a quote is known by a str, not {type(quote).__name__}")
        with self.call() as now:
            code, customer = read_code(payload), self.customer(payer)
            entered, source = code.entered(amount), one_of(Source, source)
            number = self.ids() if instruction is None else instruction
            checked_id(number)
            key = instruction_id(customer.id.partition("@")[2], number)
            checked_id(f"credit/{key}")  # the longest that is made of it
            body = repr((code.text, payer, source.value, entered, quote)).encode()
            if self.begin(f"pay/{key}", body) is not None:
                return self.payments[key]
            known = self.payments.get(key)
            if known is not None and known.state is PaymentState.HELD:
                return known
            self.codes.show(code)
            payment = Payment(key, code, payer, source, quote=quote, confirmed_at=now)
            self._keep(payment)
            self.at(Stop.BEGUN)
            try:
                return self._hold(self._checked(payment, customer, entered), customer)
            except SettlementError as refusal:
                self._refuse(payment.after(PaymentEvent.CHECKS_FAILED), refusal)
                raise

    def _checked(self, payment: Payment, customer: Customer, entered: Money | None) -> Payment:
        code, now = payment.code, payment.confirmed_at
        self.codes.check_free(code, now)
        money = debited = code.money(entered)
        self.check_payee(code)
        if customer.frozen:
            raise SettlementError("ACCOUNT_FROZEN", f"{customer.id} may not pay")
        if payment.bank == code.bank and payment.account in {code.payee, code.credited}:
            raise SettlementError("UNBALANCED", f"{customer.id} would pay itself")
        spread = 0
        if payment.quote:
            quote = self.quotes.check(payment.quote, payment.bank, money.currency, now)
            spread = quote.spread
            debited = Money(quote.sold, quote.cost(money.units) + spread)
        use = Used(customer.id, debited.currency, business_day(now))
        self.limits.check(use, debited.units, customer.tier)
        found = payment._replace(money=money, debited=debited, spread=spread, use=use)
        return found.after(PaymentEvent.CHECKS_PASSED)

    def check_payee(self, code: ShownCode) -> None:
        """Refuse a code whose bank, or whose wallet, there is not.

        Raises:
            SettlementError: ``UNKNOWN_ACCOUNT``.
        """
        if self.books.kinds.get(code.bank) is not BookKind.INSTITUTION:
            raise SettlementError("UNKNOWN_ACCOUNT", f"there is no bank {quoted(code.bank)}")
        if code.routing is Routing.WALLET and code.account_id not in self.customers:
            raise SettlementError("UNKNOWN_ACCOUNT", f"no wallet {quoted(code.account_id)}")

    def _hold(self, payment: Payment, customer: Customer) -> Payment:
        assert payment.debited is not None and payment.use is not None  # noqa: PT018 - both by _checked
        units = payment.debited.units
        account = self.books.account(payment.bank, payment.account, payment.debited.currency)
        until = payment.confirmed_at + HOLD_LIFE
        # Kept before it is placed: whoever recovers knows by its number whether it was.
        use = payment.use
        payment = self._keep(payment._replace(hold=len(self.ledger.state.holds)))
        hold = self.ledger.hold(account, units, expires_at=until)
        self.at(Stop.HELD)
        self.limits.take(use, units, customer.tier)
        self.codes.lock(payment.code)
        if payment.quote:
            self.quotes.move(payment.quote, QuoteEvent.CONFIRMED)
        self.pending[payment.id] = hold
        payment = self._keep(payment.after(PaymentEvent.HOLD_PLACED))
        self.at(Stop.CONFIRMED)
        return payment

    def void(self, payment_id: str) -> Payment:
        """Give up a payment that is held and not yet submitted; nothing is posted.

        Raises:
            SettlementError: ``HOLD_ALREADY_POSTED``, ``HOLD_ALREADY_VOIDED``, ``HOLD_EXPIRED``;
                ``RESULT_UNKNOWN`` if it was submitted and no answer came; ``NOT_FOUND``.
        """
        with self.call():
            payment = self.find(payment_id)
            if payment.state is PaymentState.UNKNOWN:
                raise SettlementError("RESULT_UNKNOWN", "no answer came yet; inquire")
            if payment.hold is None:
                raise SettlementError("NOT_FOUND", f"it was rejected: {payment.refusal}")
            self.ledger.state.holds.pending(payment.hold)
            given_up = SettlementError("HOLD_ALREADY_VOIDED", "the payer gave it up")
            self._end(payment.after(PaymentEvent.VOID), given_up)
            return self.payments[payment_id]

    # The hop.

    def submit(self, payment_id: str) -> Payment:
        """Post the hop of a payment that is held; one that was posted is returned as it is.

        Raises:
            SettlementError: by the names of what is missing or over; nothing was posted.
        """
        with self.call() as now:
            payment = self.find(payment_id)
            if payment.row is not None or payment.state is PaymentState.UNKNOWN:
                return payment
            if payment.hold is None:
                raise SettlementError("NOT_FOUND", f"it was rejected: {payment.refusal}")
            self.ledger.state.holds.pending(payment.hold)
            self._check_time(payment, now)
            answer = one_of(Answer, self.link(payment))
            self.interrupted.discard(f"pay/{payment.id}")
            payment = payment.after(PaymentEvent.SUBMIT)
            if answer is Answer.NEVER_ARRIVED:
                return self._keep(payment.after(PaymentEvent.NO_ANSWER))
            try:
                payment = self._post(payment)
            except SettlementError as refusal:
                self._end(payment.after(PaymentEvent.HOP_REFUSED), refusal)
                raise
            if answer is Answer.LOST:
                return self._keep(payment.after(PaymentEvent.NO_ANSWER))
            return self.receive(payment.after(PaymentEvent.HOP_POSTED))

    def _check_time(self, payment: Payment, now: int) -> None:
        """Refuse to submit what a code or a rate gave no more time for."""
        refusal = None
        if self.codes.is_over(payment.code, now):
            refusal = SettlementError("QR_EXPIRED", "the code expired before the hop")
        elif payment.quote and now > self.quotes[payment.quote].expires_at:
            refusal = SettlementError("QUOTE_EXPIRED", "the rate expired before the hop")
        if refusal is not None:
            self._end(payment.after(PaymentEvent.TIME_PASSED), refusal)
            raise refusal

    def _end(self, payment: Payment, refusal: SettlementError) -> None:
        assert payment.hold is not None
        self._refuse(payment, refusal)  # first the reason, which no hold can say
        self.at(Stop.GIVEN_UP)
        self.ledger.void(payment.hold)
        self._release(payment)

    def _post(self, payment: Payment) -> Payment:
        code, money, debited = payment.code, payment.money, payment.debited
        assert money is not None and debited is not None  # noqa: PT018 - both by _checked
        who = {
            "payer_bank": payment.bank,
            "payer": payment.account,
            "payee_bank": code.bank,
            "payee": code.payee,
        }
        flow, what = "pay", {"amount": money}
        if payment.quote:
            sold = debited._replace(units=debited.units - payment.spread)
            flow, what = "pay.converted", {"sold": sold, "bought": money}
            if payment.spread:
                what["spread"] = debited._replace(units=payment.spread)
        steps = self.books.steps(flow, who, what)
        row = self.ledger.transact(steps, f"pay/{payment.id}", hold=payment.hold, begun=True)
        self.at(Stop.HOP_POSTED)
        self.pending.pop(payment.id, None)
        self.codes.consume(code)
        if payment.quote:
            self.quotes.move(payment.quote, QuoteEvent.POSTED)
        return self._posted(payment, row)

    def inquire(self, payment_id: str) -> Payment:
        """Ask what became of a payment that no answer came for; it is never sent under a new id.

        Returns:
            The payment: posted, failed if its hold ended, or unknown as before.
        """
        with self.call():
            payment = self.find(payment_id)
            if payment.state is not PaymentState.UNKNOWN:
                return payment
            if payment.row is not None:
                return self.receive(payment.after(PaymentEvent.HOP_POSTED))
            if payment.id not in self.pending:
                late = SettlementError("HOLD_EXPIRED", "the hop never arrived")
                self._refuse(payment.after(PaymentEvent.HOP_REFUSED), late)
            return self.payments[payment_id]
