"""What both ways over the links share: terms, rates, directories, and every payment as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count

from ...errors import quote as quoted
from ..errors import SettlementError, one_of, shown
from ..ledger.chart import BookKind
from ..ledger.holds import HoldState
from ..ledger.instructions import InstructionState
from ..money import Money
from ..payments.quotes import QuoteEvent
from ..payments.simulation import Simulation
from ..payments.stops import Stop
from .dialogue import Dialogue
from .foreign import Payee
from .payment import OPEN, CrossEvent, CrossPayment, CrossState, PartnerAnswer
from .quotes import CrossQuote, CrossQuotes
from .terms import Direction, Terms

__all__ = ["Ends"]

_PARTNERS = frozenset({BookKind.HUB, BookKind.FOREIGN})


class Ends:
    """The terms of the links of a simulation, and what is kept of their payments."""

    def __init__(
        self,
        simulation: Simulation,
        terms: Iterable[Terms],
        ask: Callable[[CrossPayment], PartnerAnswer],
    ) -> None:
        self.simulation, self.ask = simulation, ask
        self.terms: dict[str, Terms] = {}
        self.quotes = CrossQuotes()
        self.payments: dict[str, CrossPayment] = {}
        self.payees: dict[tuple[str, str], Payee] = {}
        self._open: set[str] = set()
        for one in terms:
            self._check(one)
            self.terms[one.name] = one
        self.dialogues = {
            one.name: Dialogue(one) for one in self.terms.values() if self.is_hub(one)
        }

    def _check(self, terms: Terms) -> None:
        kinds = self.simulation.books.kinds
        if kinds.get(terms.sponsor) is not BookKind.INSTITUTION:
            raise SettlementError("UNKNOWN_ACCOUNT", f"there is no bank {quoted(terms.sponsor)}")
        if kinds.get(terms.partner) not in _PARTNERS:
            raise SettlementError(
                "UNKNOWN_ACCOUNT", f"there is no hub or bank abroad {quoted(terms.partner)}"
            )
        if terms.owner not in kinds:
            raise SettlementError("UNKNOWN_ACCOUNT", f"there is no book {quoted(terms.owner)}")
        if terms.name in self.terms:
            raise SettlementError("ACCOUNT_DIFFERS", f"two links are called {quoted(terms.name)}")

    def is_hub(self, terms: Terms) -> bool:
        """Say whether a link goes over the hub of Alipay+."""
        return self.simulation.books.kinds[terms.partner] is BookKind.HUB

    def term(self, link: str) -> Terms:
        """Return the terms of a link.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        terms = self.terms.get(link)
        if terms is None:
            raise SettlementError("NOT_FOUND", f"there is no link {shown(link)}")
        return terms

    def open(self, link: str, direction: Direction) -> Terms:
        """Return the terms of a link that is open in a direction.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        terms = self.term(link)
        if direction not in terms.directions:
            raise SettlementError("NOT_FOUND", f"{link} is not open {direction.value}")
        return terms

    def abroad(self, book: str, terms: Terms) -> None:
        """Refuse a book that is no bank, wallet or acquirer behind the partner of a link."""
        if self.simulation.books.kinds.get(book) is not BookKind.FOREIGN or book == terms.partner:
            raise SettlementError(
                "UNKNOWN_ACCOUNT", f"{shown(book)} is no book abroad behind {terms.name}"
            )

    def find(self, payment_id: str) -> CrossPayment:
        """Return a payment by its id.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        payment = self.payments.get(payment_id)
        if payment is None:
            raise SettlementError("NOT_FOUND", f"there is no payment {shown(payment_id)}")
        return payment

    def keep(self, payment: CrossPayment) -> CrossPayment:
        """Enter a payment as it is now."""
        self.payments[payment.id] = payment
        if payment.state in OPEN:
            self._open.add(payment.id)
        else:
            self._open.discard(payment.id)
        return payment

    def waiting(self) -> list[CrossPayment]:
        """Return the payments that are not over, and not committed either."""
        return [self.payments[key] for key in sorted(self._open)]

    def unanswered(self, payment_id: str) -> CrossPayment:
        """Return a payment; one that was sent, and whose asking broke off, has no answer."""
        payment = self.find(payment_id)
        if payment.state is CrossState.WAITING:
            payment = self.keep(payment.after(CrossEvent.NO_ANSWER))
        return payment

    def hear(self, payment: CrossPayment) -> PartnerAnswer | None:
        """Ask the other end, and return its answer; None if the payment moved on meanwhile.

        Raises:
            TypeError: for an answer that is none; the payment is then without an answer.
        """
        answer = one_of(PartnerAnswer, self.ask(payment))
        return answer if self.payments[payment.id] == payment else None

    # Amounts.

    def priced(
        self, payment: CrossPayment, money: Money, terms: Terms, now: int
    ) -> tuple[CrossPayment, tuple[CrossQuote, ...]]:
        """Return a payment with its amounts in every currency, and the rates they come by.

        Raises:
            SettlementError: by the names of rates and caps.
        """
        sold = self.quotes[payment.quotes[0]].sold if payment.quotes else money.currency
        path = (sold, terms.currency, money.currency)
        found = self.quotes.chain(payment.quotes, terms.name, path, now)
        amounts, rates = [money.units], list(found)
        for one, other in zip(path[-2::-1], path[:0:-1], strict=True):
            amounts.append(amounts[-1] if one == other else rates.pop().cost(amounts[-1]))
        _, gross, given = amounts
        debited = Money(sold, given)
        for side in (money, debited):
            cap = terms.caps.get(side.currency)
            if cap is not None and side.units > cap:
                raise SettlementError(
                    "LIMIT_PER_TX",
                    f"{side.units} {side.currency}; {terms.name} has at most {cap} in one payment",
                )
        fee = terms.fee_of(gross)
        priced = payment._replace(
            money=money, gross=Money(terms.currency, gross), fee=fee, debited=debited
        )
        return priced, found

    def split(self, payment: CrossPayment) -> tuple[Money, Money, dict[str, Money]]:
        """Return the gross amount of a payment, what the fee leaves of it, and the fee, if any."""
        assert payment.gross is not None
        gross = payment.gross
        fee = {"fee": gross._replace(units=payment.fee)} if payment.fee else {}
        return gross, gross._replace(units=gross.units - payment.fee), fee

    def shares(self, payment: CrossPayment, units: int) -> tuple[Money, Money]:
        """Return what of the gross amount and of the payer's money goes back with a part.

        Shares are counted from the whole and rounded down, so parts add up to it exactly.
        """
        money, gross, debited = payment.money, payment.gross, payment.debited
        assert money is not None and gross is not None and debited is not None  # noqa: PT018 - as posted
        before, after = payment.refunded, payment.refunded + units

        def share(whole: Money) -> Money:
            parts = whole.units * after // money.units, whole.units * before // money.units
            return whole._replace(units=parts[0] - parts[1])

        return share(gross), share(debited)

    # Rates and holds that a payment keeps.

    def lock(self, quotes: Sequence[CrossQuote]) -> None:
        """Keep rates for one payment."""
        for quote in quotes:
            self.quotes.move(quote.id, QuoteEvent.CONFIRMED)

    def settle_rates(self, payment: CrossPayment, event: QuoteEvent) -> None:
        """Let the rates of a payment be used, or end."""
        for quote_id in payment.quotes:
            self.quotes.move(quote_id, event)

    def check_rates(self, payment: CrossPayment, now: int) -> None:
        """Refuse to send a payment whose rates are over.

        Raises:
            SettlementError: ``QUOTE_EXPIRED``.
        """
        for quote_id in payment.quotes:
            if now > self.quotes[quote_id].expires_at:
                raise SettlementError("QUOTE_EXPIRED", "the rate expired before it was sent")

    def free_hold(self, payment: CrossPayment) -> None:
        """Void the hold of a payment, if it is still there."""
        ledger, hold = self.simulation.ledger, payment.hold
        if hold is not None and ledger.find_hold(hold).state is HoldState.PENDING:
            ledger.void(hold)

    def refuse(
        self, payment: CrossPayment, event: CrossEvent, refusal: SettlementError
    ) -> CrossPayment:
        """Let a payment end by a refusal, under which its instruction is known from then on."""
        sent = f"pay/{payment.id}"
        self.simulation.ledger.refuse(sent, refusal.name)
        self.simulation.interrupted.discard(sent)
        payment = self.keep(payment.after(event)._replace(refusal=refusal.name))
        self.simulation.at(Stop.GIVEN_UP)
        return payment

    def sent(self, payment: CrossPayment) -> CrossPayment:
        """Keep a payment that is sent to the other end from now on."""
        self.simulation.interrupted.discard(f"pay/{payment.id}")
        payment = self.keep(payment.after(CrossEvent.SENT))
        self.simulation.at(Stop.SENT)
        return payment

    def unused(self, sent: str) -> str:
        """Return an instruction id, the first of its kind that was not refused.

        A bank that was short of money may not be, and an id that was refused is spent.
        """
        ledger, numbers, found = self.simulation.ledger, count(2), sent
        while (known := ledger.outcome(found)) and known.state is InstructionState.REFUSED:
            found = f"{sent}+{next(numbers)}"
        return found
