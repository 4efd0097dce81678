"""What is abroad, as the links of a simulation know it: customers, payees, orders and rates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from ..errors import SettlementError, one_of, shown
from ..money import BOOKS, Money
from ..payments.limits import DAY
from ..payments.payment import Source
from ..payments.simulation import Simulation
from .ends import Ends
from .foreign import Payee, read_order_code
from .payment import CrossPayment, PartnerAnswer
from .quotes import CrossQuote, price_of
from .terms import Terms

__all__ = ["Directory", "success"]


def success(_: CrossPayment) -> PartnerAnswer:
    """Answer that all is well."""
    return PartnerAnswer.SUCCESS


class Directory:
    """The part of `khqr.settlement.links.Links` that says who and what is abroad."""

    def __init__(
        self,
        simulation: Simulation,
        terms: Iterable[Terms],
        *,
        ask: Callable[[CrossPayment], PartnerAnswer] = success,
    ) -> None:
        self.simulation = simulation
        self._ends = Ends(simulation, terms, ask)

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
        if not isinstance(payer, str):
            raise TypeError(f"a payer is str, not {type(payer).__name__}")
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
        if not isinstance(merchant, str):
            raise TypeError(f"a merchant is known by a str, not {type(merchant).__name__}")
        account = f"payable:{merchant}"
        self.simulation.books.account(book, account, terms.currency)
        money = amount if isinstance(amount, Money) else None
        if money and type(money.units) is not int:
            raise TypeError(f"minor units are an int, not {type(money.units).__name__}")
        currency = money.currency if money else amount
        if currency not in BOOKS:
            raise SettlementError("CURRENCY_NOT_SUPPORTED", f"the books have no {shown(currency)}")
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
                ``AMOUNT_NOT_POSITIVE`` for a price that is none; ``UNKNOWN_ACCOUNT`` for an owner
                without a book.
        """
        terms = self._ends.term(link)
        base = sold if base is None else base
        if sold == bought or sold not in BOOKS or bought not in BOOKS or base not in {sold, bought}:
            raise SettlementError(
                "QUOTE_PAIR_MISMATCH",
                f"{shown(sold)} to {shown(bought)} by {shown(base)} is no pair",
            )
        if type(life) is not int or not 0 <= life <= 366 * DAY:
            raise TypeError("life is a whole number of milliseconds, at most a year")
        owner = terms.owner if owner is None else owner
        if owner not in self.simulation.books.kinds:
            raise SettlementError("UNKNOWN_ACCOUNT", f"there is no book {shown(owner)}")
        fraction = price_of(price)
        with self.simulation.call() as now:
            quote = CrossQuote(
                self.simulation.ids(),
                link,
                owner,
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
