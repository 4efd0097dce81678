"""Who takes part in a simulation, and what is kept of their payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ..books.books import Books, FlowCall
from ..errors import SettlementError, one_of, shown
from ..ledger.chart import BookKind, chart_line
from ..ledger.holds import HoldState
from ..ledger.instructions import Refused
from ..ledger.ledger import Ledger
from ..ledger.writer import Clock
from ..money import Money
from .abroad import Abroad
from .codes import Codes
from .limits import DAY, Limits, Tier
from .payment import Payment, PaymentEvent, PaymentState, Refund, Source
from .quotes import Quote, QuoteEvent, Quotes, rate_of
from .stops import Stop, Watch

__all__ = ["Answer", "Customer", "Desk"]


class Answer(StrEnum):
    """What comes back when a hop is submitted: nothing may mean either."""

    GIVEN = "given"
    LOST = "lost"
    NEVER_ARRIVED = "never arrived"


class Customer(NamedTuple):
    """A customer of a bank: a person or a shop.

    Attributes:
        id: ``name@bank``.
        tier: how well the bank knows the customer.
        credit_days: business days after which the bank credits what comes in by suspense.
        frozen: may not pay.
    """

    id: str
    tier: Tier = Tier.FULL
    credit_days: int = 0
    frozen: bool = False


def _given(_: Payment) -> Answer:
    return Answer.GIVEN


class Desk:
    """Banks, their customers and rates, and every payment as it is now."""

    def __init__(
        self,
        participants: Iterable[str] | Mapping[str, BookKind],
        *,
        clock: Clock,
        ids: Callable[[], str],
        limits: Limits | None = None,
        refused: Refused | str = Refused.BURN,
        link: Callable[[Payment], Answer] = _given,
        refund_window: int = 365 * DAY,
    ) -> None:
        if not isinstance(participants, Mapping):
            participants = dict.fromkeys(participants, BookKind.INSTITUTION)
        self._clock, self._time = clock, 0
        self._calls = 0
        self.ledger = Ledger(clock=self._now, refused=refused)
        self.books = Books(self.ledger, participants)
        self.limits = limits or Limits()
        self.codes, self.quotes = Codes(), Quotes()
        self.payments: dict[str, Payment] = {}
        self.customers: dict[str, Customer] = {}
        self.refunds: dict[str, Refund] = {}
        self.link, self.refund_window = link, refund_window
        self.abroad: Abroad | None = None
        self.ids = ids
        self.pending: dict[str, int] = {}
        self.changes: list[str] = []
        self.announced: dict[str, Refund] = {}
        self._waiting: set[str] = set()
        self.interrupted: set[str] = set()
        self._by_code: dict[str, list[str]] = defaultdict(list)
        self._by_hash: dict[str, list[str]] = defaultdict(list)
        self._watch: Watch | None = None

    # Time, and stops.

    def _now(self) -> int:
        """Return the time of the call that is under way, or else that of the clock."""
        return self._time if self._calls else self._clock()

    @contextmanager
    def call(self) -> Iterator[int]:
        """Keep other threads out, read the clock once, and end what its time has passed for.

        All of a call happens at one moment: what was in time when it was checked is in time when
        it is posted, even if the clock goes on.
        """
        with self.ledger.locked():
            if not self._calls:
                self._time = self._clock()
            self._calls += 1
            try:
                self._time = self.tick()  # never earlier than what was written
                yield self._time
            finally:
                self._calls -= 1

    def now(self) -> int:
        """Return the time, after what its time has passed for has ended."""
        with self.call() as now:
            return now

    def watch(self, watch: Watch | None) -> None:
        """Have something called at every `Stop`, to play a process that dies there; None ends it.

        After it has raised, call `recover` before anything else.
        """
        if watch is not None and not callable(watch):
            raise TypeError(f"a watch is a function of a Stop, not {type(watch).__name__}")
        with self.ledger.locked():
            self._watch = watch
            if watch is None:
                self.ledger.watch(None)
            else:
                self.ledger.watch(lambda: watch(Stop.APPENDED), lambda: watch(Stop.TORN))

    def at(self, stop: Stop) -> None:
        """Come to a stop, at which a watch may end the call."""
        if self._watch is not None:
            self._watch(stop)

    # Who takes part.

    def add_customer(
        self, name: str, bank: str, *, tier: Tier | str = Tier.FULL, credit_days: int = 0
    ) -> Customer:
        """Enter a customer of a bank, with a wallet and accounts; one that is known is changed.

        Args:
            name: 1 to 32 letters, digits, ``_``, ``.`` or ``-``; also how codes name the account.
            bank: code of the bank.
            tier: see `Tier`.
            credit_days: 0, 1 or 2 days until the bank credits what a code brings in.

        Raises:
            SettlementError: ``ACCOUNT_ID_INVALID`` or ``UNKNOWN_ACCOUNT``.
        """
        if self.books.kinds.get(bank) is not BookKind.INSTITUTION:
            raise SettlementError("UNKNOWN_ACCOUNT", f"there is no bank {shown(bank)}")
        if not isinstance(name, str):
            raise TypeError(f"a name is str, not {type(name).__name__}")
        chart_line(BookKind.INSTITUTION, f"wallet:{name}")
        chart_line(BookKind.TOKENS, f"{name}@{bank}")
        if type(credit_days) is not int or not 0 <= credit_days <= 2:
            raise TypeError("credit_days is 0, 1 or 2")
        customer = Customer(f"{name}@{bank}", one_of(Tier, tier), credit_days)
        self.customers[customer.id] = customer
        return customer

    def freeze(self, payer: str) -> None:
        """Let a customer pay no more."""
        self.customers[payer] = self.customer(payer)._replace(frozen=True)

    def fund_bank(self, bank: str, money: Money) -> None:
        """Give a bank reserves, and turn all of them into settlement balance."""
        if not isinstance(bank, str):
            raise TypeError(f"the code of a bank is str, not {type(bank).__name__}")
        for flow in ("reserve", "issue"):
            self.books.run(flow, {"bank": bank}, {"amount": money})

    def fund(self, payer: str, money: Money, source: Source | str = Source.WALLET) -> None:
        """Pay cash into a customer's account, and load the wallet from there if it is meant."""
        name, _, bank = self.customer(payer).id.partition("@")
        what = {"amount": money}
        calls = [FlowCall("deposit", {"bank": bank, "account": f"casa:{name}"}, what)]
        if one_of(Source, source) is Source.WALLET:
            calls.append(FlowCall("load", {"bank": bank, "customer": name}, what))
        self.books.run_all(calls)

    def customer(self, payer: str) -> Customer:
        """Return a customer by ``name@bank``.

        Raises:
            SettlementError: ``UNKNOWN_ACCOUNT``.
        """
        customer = self.customers.get(payer)
        if customer is None:
            raise SettlementError("UNKNOWN_ACCOUNT", f"there is no customer {shown(payer)}")
        return customer

    def offer(
        self,
        bank: str,
        sold: str,
        bought: str,
        rate: int | str | Decimal,
        *,
        spread: int | str | Decimal | None = None,
        life: int = 60_000,
    ) -> Quote:
        """Let a bank offer a rate to its payers.

        Args:
            bank: the payer's bank.
            sold: the currency that the payer gives.
            bought: the currency of the code.
            rate: riel for a dollar.
            spread: major units of ``sold`` on top, or None.
            life: milliseconds for which the rate is good.

        Raises:
            SettlementError: ``QUOTE_PAIR_MISMATCH`` for anything but riel and dollar.
        """
        if {sold, bought} != {"KHR", "USD"}:
            raise SettlementError(
                "QUOTE_PAIR_MISMATCH", f"{shown(sold)} to {shown(bought)} is not converted"
            )
        if type(life) is not int or life < 0:
            raise TypeError("life is a whole number of milliseconds")
        top = 0 if spread is None else Money.of(spread, sold).units
        with self.call() as now:
            until = now + life
            quote = Quote(self.ids(), bank, sold, bought, rate_of(rate), top, until)
            self.quotes.offer(quote)
            return quote

    # Payments.

    def find(self, payment_id: str) -> Payment:
        """Return a payment by its id.

        Raises:
            SettlementError: ``NOT_FOUND``.
        """
        payment = self.payments.get(payment_id)
        if payment is None:
            raise SettlementError("NOT_FOUND", f"there is no payment {shown(payment_id)}")
        return payment

    def _keep(self, payment: Payment) -> Payment:
        before = self.payments.get(payment.id)
        if before is None:
            self._by_code[payment.code.key].append(payment.id)
        if payment.hash and (before is None or not before.hash):
            self._by_hash[payment.hash[:8]].append(payment.id)
        self.payments[payment.id] = payment
        self.changes.append(payment.id)
        if payment.link and self.abroad is not None:
            self.abroad.changed(payment)
        return payment

    def _refuse(self, payment: Payment, refusal: SettlementError) -> None:
        self.ledger.refuse(f"pay/{payment.id}", refusal.name)
        self.interrupted.discard(f"pay/{payment.id}")
        self._keep(payment._replace(refusal=refusal.name))

    def _release(self, payment: Payment) -> None:
        """Give back what a payment kept; its hold has ended, and nothing was posted."""
        self.pending.pop(payment.id, None)
        if payment.use is not None and payment.debited is not None:
            self.limits.give_back(payment.use, payment.debited.units)
        self.codes.unlock(payment.code)
        if payment.quote:
            self.quotes.move(payment.quote, QuoteEvent.ENDED)

    def tick(self) -> int:
        """Read the clock, and end what its time has passed for."""
        now = self.ledger.expire()
        holds = self.ledger.state.holds
        while self.pending:
            key, hold = next(iter(self.pending.items()))  # all holds live equally long
            if holds[hold].state is not HoldState.EXPIRED:
                break
            payment = self.payments[key]
            self._release(payment)
            if payment.state is PaymentState.HELD:
                late = SettlementError("HOLD_EXPIRED", "not submitted in time")
                self._refuse(payment.after(PaymentEvent.TIME_PASSED), late)
        if self.abroad is not None:
            self.abroad.time_passed(now)
        return now

    def begin(self, sent: str, body: bytes) -> int | None:
        """Announce an instruction; one that a stop interrupted may be sent again and goes on."""
        try:
            return self.ledger.begin(sent, body)
        except SettlementError as refusal:
            if refusal.name != "IN_FLIGHT" or sent not in self.interrupted:
                raise
            self.interrupted.discard(sent)
            return None
