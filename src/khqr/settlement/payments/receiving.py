"""What the payee's bank does: it credits its customer, or sends the money back."""

from __future__ import annotations

from decimal import Decimal

from ...model import Routing
from ..books.books import FlowCall
from ..errors import SettlementError
from ..ledger.instructions import checked_id, instruction_id
from ..money import Money
from .desk import Customer, Desk
from .limits import business_day, day_starts
from .payment import Payment, PaymentEvent, PaymentState, Refund
from .stops import Stop

__all__ = ["Receiving"]

_NOT_YET = frozenset({PaymentState.UNKNOWN, PaymentState.SUBMITTED})


class Receiving(Desk):
    """The half of a simulation that stands behind the hop."""

    def _posted(self, payment: Payment, row: int) -> Payment:
        """Return a payment with what the journal says of its hop."""
        journal = self.ledger.journal
        return payment._replace(
            row=row, hash=journal.row_hash(row), committed_at=journal.row(row).time
        )

    def receive(self, payment: Payment) -> Payment:
        """Let the payee's bank take note of a payment whose hop was posted, and credit it."""
        code = payment.code
        if code.routing is Routing.WALLET:
            payment = payment._replace(acknowledged_at=payment.committed_at)
            return self._keep(payment.after(PaymentEvent.CREDITED))
        payment = payment.after(PaymentEvent.READ)
        payee = self._payee(payment)
        assert payment.committed_at is not None
        due = payment.committed_at
        if payee is not None and payee.credit_days:
            due = day_starts(business_day(due) + payee.credit_days)
        payment = self._keep(payment._replace(credit_due_at=due))
        self._waiting.add(payment.id)
        self.at(Stop.READ)
        return self._credit(payment) if due <= self._now() else payment

    def _payee(self, payment: Payment) -> Customer | None:
        return self.customers.get(f"{payment.code.beneficiary}@{payment.code.bank}")

    def credit_due(self) -> list[Payment]:
        """Let banks credit their customers with what is due by now, and return those payments.

        What nobody is to be credited with is sent back, as soon as the bank has the money for it.
        """
        with self.call() as now:
            waiting = [self.payments[key] for key in sorted(self._waiting)]
            due = [payment for payment in waiting if (payment.credit_due_at or 0) <= now]
            return [after for payment in due if (after := self._credit(payment)) is not payment]

    def _credit(self, payment: Payment) -> Payment:
        if self._payee(payment) is None:
            return self._turn_back(payment)
        code, money = payment.code, payment.money
        assert money is not None
        row = self.books.run(
            "credit",
            {"bank": code.bank, "account": code.credited},
            {"amount": money},
            f"credit/{payment.id}",
        )
        self.at(Stop.CREDIT_POSTED)
        self._waiting.discard(payment.id)
        time = self.ledger.journal.row(row).time
        payment = payment._replace(acknowledged_at=time).after(PaymentEvent.CREDITED)
        self._keep(payment)
        self.at(Stop.CREDITED)
        return payment

    # Money back.

    def refund(
        self,
        payment_id: str,
        amount: int | str | Decimal | None = None,
        *,
        instruction: str | None = None,
    ) -> Refund:
        """Give a payer money back: a new transaction, which names the original.

        A payment that the payee was not yet credited with goes back wholly. One that was converted
        goes back at its rate, rounded down, and the bank keeps the spread.

        Args:
            payment_id: the payment.
            amount: major units of what was paid to the payee, or None for all that is left.
            instruction: makes it take effect once; a number of the payee's bank.

        Raises:
            SettlementError: ``REFUND_EXCEEDS_ORIGINAL``, ``REFUND_WINDOW``,
                ``ORIGINAL_NOT_COMMITTED``, ``IN_FLIGHT`` for a part of what the payee was not yet
                credited with, ``AMOUNT_NOT_POSITIVE`` for a part so small that the payer would get
                nothing of it, ``INSUFFICIENT_FUNDS``, ``INSUFFICIENT_SETTLEMENT_BALANCE``,
                ``NOT_FOUND``.
        """
        with self.call() as now:
            payment = self.find(payment_id)
            asked = None
            if amount is not None:
                asked = Money.of(amount, payment.code.currency).units
            number = self.ids() if instruction is None else instruction
            checked_id(number)
            key = instruction_id(payment.code.bank, number)
            body = repr((payment_id, asked)).encode()
            if self.begin(f"refund/{key}", body) is not None:
                return self.refunds[key]
            self.at(Stop.REFUND_BEGUN)
            try:
                units = self._may_go_back(payment, asked, now)
                return self._give_back(payment, units, key, f"refund/{key}")
            except SettlementError as refusal:
                self.ledger.refuse(f"refund/{key}", refusal.name)
                raise

    def _may_go_back(self, payment: Payment, asked: int | None, now: int) -> int:
        money = payment.money
        if payment.row is None or money is None or payment.state in _NOT_YET:
            raise SettlementError("ORIGINAL_NOT_COMMITTED", f"it is {payment.state.value}")
        assert payment.committed_at is not None
        if now - payment.committed_at > self.refund_window:
            raise SettlementError("REFUND_WINDOW", f"the window is {self.refund_window} ms")
        left = money.units - self.gone_back(payment)
        units = left if asked is None else asked
        if not 0 < units <= left:
            raise SettlementError(
                "REFUND_EXCEEDS_ORIGINAL",
                f"{left} of {money.units} {money.currency} are left (minor units)",
            )
        if payment.state is PaymentState.RECEIVED and units < money.units:
            raise SettlementError("IN_FLIGHT", "the payee is not credited yet; refund all, or wait")
        return units

    def gone_back(self, payment: Payment) -> int:
        """Return the minor units of a payment that went back already."""
        return payment.refunded

    def _give_back(self, payment: Payment, units: int, key: str, sent: str) -> Refund:
        code, money = payment.code, payment.money
        assert money is not None
        early = payment.state is PaymentState.RECEIVED
        payee = code.payee if early else code.credited
        if payment.link:
            assert self.abroad is not None
            call, credited = self.abroad.way_back(payment, units, payee)
            # Announced before it is posted: its rows do not say what part of the payment it is.
            self.announced[key] = Refund(key, payment.id, money._replace(units=units), credited, -1)
        else:
            call, credited = self._way_back(payment, units, payee)
        steps = self.books.steps(*call)
        row = self.ledger.transact(steps, sent, reference=payment.row, begun=True)
        self.at(Stop.REFUND_POSTED)
        refunded, returned = payment.refunded + units, payment.returned + credited.units
        self._keep(
            payment._replace(refunded=refunded, returned=returned).after(
                PaymentEvent.TURNED_BACK
                if early
                else PaymentEvent.REFUNDED_WHOLLY
                if refunded == money.units
                else PaymentEvent.REFUNDED_IN_PART
            )
        )
        self._waiting.discard(payment.id)
        back = money._replace(units=units)
        refund = Refund(key, payment.id, back, credited, row)
        self.refunds[key] = refund
        self.announced.pop(key, None)
        return refund

    def _way_back(self, payment: Payment, units: int, payee: str) -> tuple[FlowCall, Money]:
        """Return what gives so many minor units back, and what the payer gets of them."""
        money, debited = payment.money, payment.debited
        assert money is not None and debited is not None  # noqa: PT018 - the hop had both
        who = {
            "payer_bank": payment.bank,
            "payer": payment.account,
            "payee_bank": payment.code.bank,
            "payee": payee,
        }
        back = money._replace(units=units)
        if not payment.quote:
            return FlowCall("refund", who, {"amount": back}), back
        sold = debited.units - payment.spread
        share = sold * (payment.refunded + units) // money.units
        credited = debited._replace(units=share - payment.returned)
        what = {"returned": back, "credited": credited}
        return FlowCall("refund.converted", who, what), credited

    def _turn_back(self, payment: Payment) -> Payment:
        """Let the payee's bank send back what it can credit nobody with, or wait until it can."""
        assert payment.money is not None
        sent = f"return/{payment.id}"
        if self.ledger.outcome(sent) is None:
            self.ledger.begin(sent, b"nobody to credit")
        try:
            self._give_back(payment, payment.money.units, sent, sent)
        except SettlementError:
            return payment
        return self.payments[payment.id]
