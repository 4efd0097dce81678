"""Payments across the border, over the links of a simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from ..books.books import FlowCall
from ..errors import SettlementError, one_of
from ..ledger.audit import Audit
from ..ledger.holds import HoldState
from ..ledger.instructions import checked_id, instruction_id
from ..ledger.invariants import INVARIANTS
from ..ledger.journal import Kind
from ..money import BOOKS, Money
from ..payments.invariants import payment_invariants
from ..payments.limits import DAY, Used
from ..payments.payment import Payment, Refund, Source
from ..payments.simulation import Simulation
from .ends import Ends
from .foreign import Payee, read_order_code
from .inbound import Inbound
from .invariants import link_invariants
from .outbound import Outbound
from .payment import CrossEvent, CrossPayment, CrossState, PartnerAnswer
from .quotes import CrossQuote, price_of
from .terms import Direction, Terms

__all__ = ["Links"]

_OVER = {
    CrossState.REJECTED: "NOT_FOUND",
    CrossState.VOIDED: "HOLD_ALREADY_VOIDED",
    CrossState.EXPIRED: "HOLD_EXPIRED",
    CrossState.FAILED: "HOLD_ALREADY_VOIDED",
}
"""State in which nothing was posted to the refusal to send the payment."""

_CANCELS = frozenset({CrossState.UNKNOWN, CrossState.CANCELLING, CrossState.COMMITTED})


def _success(_: CrossPayment) -> PartnerAnswer:
    return PartnerAnswer.SUCCESS


def _entered(amount: int | str | Decimal | Money | None, currency: str) -> Money | None:
    """Return the amount that a payer enters, in the code's currency if it names none."""
    if isinstance(amount, Money):
        if type(amount.units) is not int or not isinstance(amount.currency, str):
            raise TypeError("money is a currency's code and an int of minor units")
        return amount
    return None if amount is None else Money.of(amount, currency)


class Links:
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
        ask: Callable[[CrossPayment], PartnerAnswer] = _success,
    ) -> None:
        if simulation.abroad is not None:
            raise SettlementError("ACCOUNT_DIFFERS", "the simulation has its links already")
        self.simulation = simulation
        self._ends = Ends(simulation, terms, ask)
        self._inbound, self._outbound = Inbound(self._ends), Outbound(self._ends)
        self._ways: dict[Direction, Inbound | Outbound] = {
            Direction.INBOUND: self._inbound,
            Direction.OUTBOUND: self._outbound,
        }
        simulation.abroad = self

    @property
    def terms(self) -> Mapping[str, Terms]:
        """The terms of the links, by name."""
        return self._ends.terms

    @property
    def payments(self) -> Mapping[str, CrossPayment]:
        """Every payment over the links as it is now, by id."""
        return self._ends.payments

    @property
    def ask(self) -> Callable[[CrossPayment], PartnerAnswer]:
        """What says how the other end answers; it may be set."""
        return self._ends.ask

    @ask.setter
    def ask(self, ask: Callable[[CrossPayment], PartnerAnswer]) -> None:
        self._ends.ask = ask

    # What is abroad.

    def fund(self, payer: str, money: Money, source: Source | str = Source.WALLET) -> None:
        """Pay cash into an account of a customer abroad, ``name@book``."""
        name, _, book = payer.partition("@")
        kind = "wallet" if one_of(Source, source) is Source.WALLET else "casa"
        self.simulation.books.run(
            "deposit", {"bank": book, "account": f"{kind}:{name}"}, {"amount": money}
        )

    def add_payee(self, link: str, payee_id: str, book: str, account: str) -> None:
        """Enter whose account stands behind what a code of a corridor names.

        Args:
            link: name of the link.
            payee_id: ``bank/account`` of a VietQR, ``acquirer/merchant`` of a DuitNow code, the
                phone, tax, wallet, account or biller number of a Thai QR.
            book: code of the bank abroad.
            account: such as ``casa:shop``.

        Raises:
            SettlementError: ``UNKNOWN_ACCOUNT``, ``ACCOUNT_ID_INVALID``.
        """
        terms = self._ends.term(link)
        self._ends.abroad(book, terms)
        self.simulation.books.account(book, account, terms.currency)
        self._ends.payees[link, payee_id] = Payee(book, account)

    def add_order(
        self, link: str, code: str, book: str, merchant: str, amount: Money | str
    ) -> None:
        """Let the hub know the order or the shop behind a code of Alipay+.

        Args:
            link: name of the link.
            code: the text of the code.
            book: code of the acquirer abroad.
            merchant: name of the shop in the acquirer's book.
            amount: what the order asks for; or the currency, where the payer enters the amount.

        Raises:
            SettlementError: ``QR_INVALID`` for a text that `khqr.alipayplus.classify_code` takes
                for no code of a shop; ``UNKNOWN_ACCOUNT``; ``CURRENCY_NOT_SUPPORTED``.
        """
        terms = self._ends.term(link)
        self._ends.abroad(book, terms)
        account = f"payable:{merchant}"
        self.simulation.books.account(book, account, terms.currency)
        money = amount if isinstance(amount, Money) else None
        currency = money.currency if money else amount
        if currency not in BOOKS:
            raise SettlementError("CURRENCY_NOT_SUPPORTED", f"the books have no {currency!r:.20}")
        payee = Payee(book, account, money.units if money else None, str(currency))
        order = {(link, code): payee}
        read_order_code(code, terms, order)
        self._ends.payees.update(order)

    def offer(
        self,
        link: str,
        sold: str,
        bought: str,
        price: int | str | Decimal,
        *,
        base: str | None = None,
        owner: str | None = None,
        life: int = 60_000,
    ) -> CrossQuote:
        """Offer a rate for one payment over a link.

        Args:
            link: name of the link.
            sold: the currency that the payer's side gives.
            bought: the currency that it gets.
            price: major units of the other currency for one of ``base``.
            base: one of the two; None for ``sold``.
            owner: code of the book that offers it; None for that of the terms.
            life: milliseconds for which it is good.

        Raises:
            SettlementError: ``NOT_FOUND``; ``QUOTE_PAIR_MISMATCH`` for a pair that is none;
                ``AMOUNT_NOT_POSITIVE`` for a price that is none.
        """
        terms = self._ends.term(link)
        base = sold if base is None else base
        if sold == bought or sold not in BOOKS or bought not in BOOKS or base not in {sold, bought}:
            raise SettlementError(
                "QUOTE_PAIR_MISMATCH", f"{sold!r:.20} to {bought!r:.20} by {base!r:.20} is no pair"
            )
        if type(life) is not int or not 0 <= life <= 366 * DAY:
            raise TypeError("life is a whole number of milliseconds, at most a year")
        fraction = price_of(price)
        with self.simulation.ledger.locked():
            now = self.simulation.tick()
            quote = CrossQuote(
                self.simulation.ids(),
                link,
                terms.owner if owner is None else owner,
                sold,
                bought,
                base,
                fraction,
                now,
                now + life,
            )
            self._ends.quotes.offer(quote)
            return quote

    def quote(self, quote_id: str) -> CrossQuote:
        """Return a rate by its id.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        return self._ends.quotes[quote_id]

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
        with self.simulation.ledger.locked():
            now, way = self.simulation.tick(), self._ways[direction]
            terms = self._ends.open(link, direction)
            code = way.read(payload, terms, payer)
            entered = _entered(amount, code.currency)
            body = repr((link, direction.value, code.text, payer, source.value, entered, ids))
            if self.simulation.ledger.begin(f"pay/{key}", body.encode()) is not None:
                return self.find(key)
            payment = CrossPayment(
                key, link, direction, code, payer, source, quotes=ids, confirmed_at=now
            )
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
        with self.simulation.ledger.locked():
            now = self.simulation.tick()
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
        with self.simulation.ledger.locked():
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
        with self.simulation.ledger.locked():
            self.simulation.tick()
            payment = self.find(payment_id)
            if payment.state is not CrossState.HELD:
                name = _OVER.get(payment.state, "HOLD_ALREADY_POSTED")
                if payment.state in {CrossState.UNKNOWN, CrossState.CANCELLING}:
                    name = "RESULT_UNKNOWN"
                raise SettlementError(name, f"the payment is {payment.state.value}")
            return self._ways[payment.direction].void(payment)

    def inquire(self, payment_id: str) -> CrossPayment:
        """Ask the other end again about a payment without an answer.

        Source: Alipay+, inquire up to 180 s and then cancel; read in part.
        """
        with self.simulation.ledger.locked():
            self.simulation.tick()
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
        with self.simulation.ledger.locked():
            self.simulation.tick()
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
        with self.simulation.ledger.locked():
            now = self.simulation.tick()
            payment = self._ends.unanswered(payment_id)
            if payment.state is CrossState.CANCELLED:
                return payment
            if payment.state not in _CANCELS:
                name = "REFUND_EXCEEDS_ORIGINAL" if payment.row else "ORIGINAL_NOT_COMMITTED"
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
        with self.simulation.ledger.locked():
            now = self.simulation.tick()
            payment = self.find(payment_id)
            known = len(self.simulation.refunds)
            refund = self._ways[payment.direction].refund(payment, amount, number)
            dialogue = self._ends.dialogues.get(payment.link)
            if dialogue and len(self.simulation.refunds) > known:
                now_is = self.find(payment_id)
                self._ends.keep(dialogue.refunded(now_is, refund.id, refund.money, now))
            return refund

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
        ledger = self.simulation.ledger
        journal = ledger.journal
        back = {row.amount for row in journal.rows() if row.kind is Kind.REFERENCE}
        for payment in list(self._ends.payments.values()):
            if payment.hold is None or payment.use is None:
                continue
            hold = ledger.find_hold(payment.hold)
            waits = hold.state is HoldState.PENDING or payment.state is CrossState.HELD
            if waits or (hold.state is HoldState.POSTED and payment.hop not in back):
                yield payment.use, hold.amount

    def audit(self) -> Audit:
        """Return an audit of the ledger, the books, the payments and the links."""
        return Audit(
            self.simulation.ledger,
            (*INVARIANTS, *payment_invariants(self.simulation), *link_invariants(self)),
        )
