"""How a simulation goes on after it was stopped in the midst of a call.

The journal is the truth. What survives a stop is the journal, the payments as they were kept last,
and which codes, quotes and customers there are. Balances, holds and ids are read from the journal;
states, codes, quotes, limits and refunds are then worked out from it and from the payments. A
choice of this library.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ...model import Routing
from ..ledger.holds import HoldState
from ..ledger.instructions import InstructionState
from ..ledger.rows import Kind
from .paying import Paying
from .payment import Payment, PaymentState, Refund
from .quotes import QuoteEvent

__all__ = ["Recovering"]

_S = PaymentState
_BEFORE_HOLD = frozenset({_S.CREATED, _S.VALIDATED})
_LATE = frozenset({"QR_EXPIRED", "QUOTE_EXPIRED", "HOLD_EXPIRED"})


class Recovering(Paying):
    """What a simulation does before it goes on."""

    def recover(self) -> list[Payment]:
        """Bring everything to what the journal says, after a stop in the midst of a call.

        An instruction that the stop interrupted posts nothing by itself: it goes on when it is
        sent again under its id. What is posted and was not answered is answered when it is asked
        for, and what the payee's bank is due to credit is credited.

        Returns:
            The payments that are now other than they were kept.
        """
        with self.ledger.locked():
            start = len(self.changes)
            self.ledger.recover()
            self.pending.clear()
            self._waiting.clear()
            back = self._read_instructions()
            for payment in list(self.payments.values()):
                self._settle(payment, back)
            for payment in self.abroad.recover() if self.abroad else ():
                self._keep(payment)
            self._count_again()
            with self.call():
                for payment in list(self.payments.values()):
                    if payment.state is _S.COMMITTED:
                        self.receive(payment)
                self.credit_due()
            return [self.payments[key] for key in dict.fromkeys(self.changes[start:])]

    def _read_instructions(self) -> Mapping[str, list[Refund]]:
        """Read from the journal what is in flight, and return what went back of each payment."""
        originals: dict[int, Payment] = {}
        for payment in self.payments.values():
            outcome = self.ledger.outcome(f"pay/{payment.id}")
            if outcome is not None and outcome.state is InstructionState.COMMITTED:
                originals[outcome.row] = payment
        home = {key for key, one in self.payments.items() if not one.link}
        links = {**self.announced, **self.refunds}
        self.announced.clear()
        self.refunds.clear()
        back: dict[str, list[Refund]] = defaultdict(list)
        self.interrupted.clear()
        for sent in dict.fromkeys(row.instruction for row in self.ledger.journal.rows()):
            what, _, key = str(sent).partition("/")
            if not isinstance(sent, str) or what not in {"pay", "refund", "return"}:
                continue
            outcome = self.ledger.outcome(sent)
            assert outcome is not None
            if outcome.state is InstructionState.IN_FLIGHT and what != "return":
                self.interrupted.add(sent)
            elif outcome.state is InstructionState.COMMITTED and what != "pay":
                known_by = key if what == "refund" else sent
                refund = links.get(known_by)
                if refund is None or refund.payment in home:
                    refund = self._read_refund(known_by, outcome.row, originals)
                refund = refund._replace(row=outcome.row)
                self.refunds[known_by] = refund
                back[refund.payment].append(refund)
        return back

    def _read_refund(self, key: str, row: int, originals: Mapping[int, Payment]) -> Refund:
        parts = list(self.ledger.journal.transaction(row))
        (original,) = (part.amount for part in parts if part.kind is Kind.REFERENCE)
        moved = [part.amount for part in parts if part.kind is Kind.MOVE]
        payment = originals[original]
        assert payment.money is not None and payment.debited is not None  # noqa: PT018 - the hop had both
        units, credited = moved[0], moved[-1]  # a second movement is in the payer's currency
        back, got = payment.money._replace(units=units), payment.debited._replace(units=credited)
        return Refund(key, payment.id, back, got, row)

    def _settle(self, payment: Payment, back: Mapping[str, list[Refund]]) -> None:
        """Bring one payment to what became of its instruction."""
        outcome = self.ledger.outcome(f"pay/{payment.id}")
        assert outcome is not None
        if outcome.state is InstructionState.COMMITTED:
            after = self._after_hop(payment, outcome.row, back.get(payment.id, []))
        elif outcome.state is InstructionState.REFUSED:
            after = self._after_refusal(payment, outcome.refusal)
        else:
            after = self._in_flight(payment)
        if after != payment:
            self._keep(after)

    def _after_hop(self, payment: Payment, row: int, back: list[Refund]) -> Payment:
        if payment.row is None:
            payment = self._posted(payment, row)._replace(state=_S.COMMITTED)
        money = payment.money
        assert money is not None
        credit = self.ledger.outcome(f"credit/{payment.id}")
        credited = payment.code.routing is Routing.WALLET or credit is not None
        if credit is not None and payment.acknowledged_at is None:
            time = self.ledger.journal.row(credit.row).time
            payment = payment._replace(acknowledged_at=time, state=_S.ACKNOWLEDGED)
        refunded = sum(one.money.units for one in back)
        if refunded:
            whole = _S.REFUNDED if credited else _S.REFUNDED_BY_RECEIVER
            payment = payment._replace(
                refunded=refunded,
                returned=sum(one.credited.units for one in back),
                state=whole if refunded == money.units else _S.PARTIALLY_REFUNDED,
            )
        if payment.state is _S.RECEIVED:
            self._waiting.add(payment.id)
        return payment

    def _after_refusal(self, payment: Payment, name: str) -> Payment:
        if payment.state in _BEFORE_HOLD:
            return payment._replace(state=_S.REJECTED, hold=None, refusal=name)
        if payment.hold is not None:
            hold = self.ledger.find_hold(payment.hold)
            if hold.state is HoldState.PENDING:
                self.ledger.void(payment.hold)
        if payment.refusal:
            return payment
        held = payment.state is _S.HELD
        if held and name == "HOLD_ALREADY_VOIDED":
            return payment._replace(state=_S.VOIDED, refusal=name)
        state = _S.EXPIRED if held and name in _LATE else _S.FAILED
        return payment._replace(state=state, refusal=name)

    def _in_flight(self, payment: Payment) -> Payment:
        if payment.state in _BEFORE_HOLD:
            if not self._is_placed(payment):
                return payment._replace(state=_S.CREATED, hold=None)
            payment = payment._replace(state=_S.HELD)
        if payment.state not in {_S.HELD, _S.UNKNOWN}:
            return payment  # refused before, and begun again
        assert payment.hold is not None
        state = self.ledger.find_hold(payment.hold).state
        if payment.state is _S.UNKNOWN:
            self.interrupted.discard(f"pay/{payment.id}")
        if state is HoldState.PENDING or payment.state is _S.HELD:
            self.pending[payment.id] = payment.hold
        return payment

    def _is_placed(self, payment: Payment) -> bool:
        """Say whether the hold with the number that the payment was to get is its own."""
        if payment.hold is None or payment.hold >= len(self.ledger.state.holds):
            return False
        assert payment.debited is not None
        account = self.books.account(payment.bank, payment.account, payment.debited.currency)
        return self.ledger.find_hold(payment.hold).account == account

    def _count_again(self) -> None:
        """Work out limits, codes and quotes from what is held and what is posted."""
        self.pending = dict(sorted(self.pending.items(), key=lambda item: item[1]))
        self.limits.used.clear()
        for use, units in self.abroad.uses() if self.abroad else ():
            self.limits.used[use] += units
        self.codes.reset()
        self.quotes.reset()
        for code in self.abroad.locks() if self.abroad else ():
            self.codes.lock(code)
        for payment in self.payments.values():
            if payment.link:
                self.codes.lock(payment.code)
                self.codes.consume(payment.code)  # it came here when it was posted
                continue
            if payment.hold is None or payment.use is None or payment.debited is None:
                continue
            posted, held = payment.row is not None, payment.id in self.pending
            if posted or held:
                self.limits.used[payment.use] += payment.debited.units
                self.codes.lock(payment.code)
            if posted:
                self.codes.consume(payment.code)
            if payment.quote:
                self.quotes.move(payment.quote, QuoteEvent.CONFIRMED)
                if posted:
                    self.quotes.move(payment.quote, QuoteEvent.POSTED)
                elif not held:
                    self.quotes.move(payment.quote, QuoteEvent.ENDED)
