"""Who pays, and what is paid: customers and codes, entered once, as columns of numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

from ...errors import quote
from ...model import Routing
from ..books.books import Books
from ..errors import SettlementError, one_of
from ..ledger.chart import BookKind, chart_line
from ..ledger.instructions import RisingIds
from ..ledger.ledger import Ledger
from ..ledger.rows import Kind
from ..ledger.steps import Step
from ..money import BAKONG, Money
from ..payments.codes import ShownCode, read_code
from ..payments.desk import Customer
from ..payments.limits import CAPS, Tier
from ..payments.payment import Source

__all__ = ["CURRENCIES", "NEVER", "Register", "steps"]

CURRENCIES = tuple(BAKONG)
"""Riel and dollar, by the number that the columns have for them."""

NEVER = 2**62
"""An expiry that no time reaches, and a limit that no amount does."""


class Register:
    """Banks, customers and codes on a ledger of rising ids, whose clock the payments move on.

    Args:
        banks: codes of the banks.
        start: the time before the first payment, in milliseconds since 1970.
        caps: tier to currency to minor units in a day; who has no limit there may not pay.
        per_payment: currency to the most minor units of one payment, where there is such a limit.

    Attributes:
        ledger: where everything is posted.
        books: the books on it.
        time: the time of the last payment, in milliseconds since 1970.
        codes: the codes that were entered, in order.
        customers: the customers that were entered.
        day: the business day that ``used`` counts in.
        used: minor units of that day, by customer and currency.
        paid_serials: a byte for each serial: whether that dynamic code was paid.
    """

    def __init__(
        self,
        banks: Iterable[str],
        *,
        start: int = 0,
        caps: Mapping[Tier, Mapping[str, int]] = CAPS,
        per_payment: Mapping[str, int] | None = None,
    ) -> None:
        self.time = start
        self.ledger = Ledger(clock=lambda: self.time, rising_ids=True)
        ids = self.ledger.state.ids
        assert isinstance(ids, RisingIds)
        self.ids = ids
        self.books = Books(self.ledger, dict.fromkeys(banks, BookKind.INSTITUTION))
        self._caps = {
            tier: [_limit(limits.get(currency, -1)) for currency in CURRENCIES]
            for tier, limits in caps.items()
        }
        self.per_payment = [
            _limit((per_payment or {}).get(currency, NEVER)) for currency in CURRENCIES
        ]
        self.customers: dict[str, Customer] = {}
        self.numbers: dict[str, int] = {}
        self.codes: list[ShownCode] = []
        self.day, self.used = -1, array("q")
        self.paid_serials = bytearray()
        self.changes = 0
        """How often something was changed here that a copy may have of it."""
        # By payer and currency, by payer, by customer and currency, by customer:
        self.accounts, self.customer_of = array("q"), array("q")
        self.caps, self.highest_caps, self.frozen = array("q"), array("q"), array("q")
        # By code:
        self.payees, self.credited, self.credit_days = array("q"), array("q"), array("q")
        self.currency_of, self.units = array("q"), array("q")
        self.expiries, self.dynamic = array("q"), array("q")

    def fund_bank(self, bank: str, money: Money) -> None:
        """Give a bank reserves, and turn all of them into settlement balance."""
        for flow in ("reserve", "issue"):
            self.books.run(flow, {"bank": bank}, {"amount": money})

    def add_customer(self, customer: Customer) -> int:
        """Enter a customer, and return its number; one that is known is changed.

        Raises:
            SettlementError: ``ACCOUNT_ID_INVALID`` or ``UNKNOWN_ACCOUNT`` for its id.
            TypeError: for anything but a `Customer` of a text and a tier.
        """
        if not isinstance(customer, Customer) or not isinstance(customer.id, str):
            raise TypeError("a customer is a Customer, and its id is str")
        name, _, bank = customer.id.partition("@")
        if self.books.kinds.get(bank) is not BookKind.INSTITUTION:
            raise SettlementError("UNKNOWN_ACCOUNT", f"there is no bank {quote(bank)}")
        chart_line(BookKind.INSTITUTION, f"wallet:{name}")
        chart_line(BookKind.TOKENS, customer.id)
        caps = self._caps.get(one_of(Tier, customer.tier), [-1] * len(CURRENCIES))
        number = self.numbers.setdefault(customer.id, len(self.frozen))
        if number == len(self.frozen):
            self.frozen.append(0)
            self.caps.extend([-1] * len(CURRENCIES))
            self.highest_caps.extend([-1] * len(CURRENCIES))
            self.used.extend([0] * len(CURRENCIES))
        self.customers[customer.id] = customer
        self.frozen[number] = int(bool(customer.frozen))
        for place, cap in enumerate(caps):
            where = len(CURRENCIES) * number + place
            self.caps[where] = cap
            self.highest_caps[where] = max(self.highest_caps[where], cap)
        self.changes += 1
        return number

    def add_payer(
        self,
        customer: Customer,
        source: Source | str = Source.WALLET,
        currencies: Iterable[str] = CURRENCIES,
    ) -> int:
        """Enter a customer's wallet or account as one that pays, and return the payer's number.

        A customer with both is two payers, which share the limits of the day.

        Args:
            customer: who; entered if it is new.
            source: wallet, or account at the bank.
            currencies: in which the customer has it.

        Raises:
            SettlementError: as `add_customer` raises it, and ``CURRENCY_NOT_SUPPORTED``.
            TypeError: as `add_customer` raises it, and for a source that there is not.
        """
        has = frozenset(currencies)
        for currency in has.difference(CURRENCIES):
            raise _no_currency(currency)
        number = self.add_customer(customer)
        name, _, bank = customer.id.partition("@")
        kind = "wallet" if one_of(Source, source) is Source.WALLET else "casa"
        self.accounts.extend(
            self.books.account(bank, f"{kind}:{name}", currency) if currency in has else -1
            for currency in CURRENCIES
        )
        self.customer_of.append(number)
        return len(self.customer_of) - 1

    def fund(self, payer: int, money: Money) -> None:
        """Pay cash into a payer's account; a wallet is loaded from there.

        Raises:
            SettlementError: ``UNKNOWN_ACCOUNT`` for a payer that there is not, or without that
                currency; ``CURRENCY_NOT_SUPPORTED``; as `Books.run` raises it.
        """
        if money.currency not in CURRENCIES:
            raise _no_currency(money.currency)
        if not 0 <= payer < len(self.customer_of):
            raise SettlementError("UNKNOWN_ACCOUNT", f"there is no payer of the number {payer:#x}")
        number = self.accounts[len(CURRENCIES) * payer + CURRENCIES.index(money.currency)]
        account = self.ledger.account(number)
        name, what = account.party, {"amount": money}
        with self.ledger.locked():
            self.books.run("deposit", {"bank": account.book, "account": f"casa:{name}"}, what)
            if account.tokens == "customer":
                self.books.run("load", {"bank": account.book, "customer": name}, what)

    def add_code(self, payload: str | bytes) -> int:
        """Read a code and enter it, and return its number.

        A dynamic code stands for all that differ from it in serial, amount and expiry only. Whom
        the code credits must be entered before it, or nobody can pay it.

        Raises:
            SettlementError: as `khqr.settlement.payments.codes.read_code` raises it.
        """
        code = read_code(payload)
        payee, credited, days = self._payee(code)
        self.codes.append(code)
        self.payees.append(payee)
        self.credited.append(credited)
        self.credit_days.append(days)
        self.currency_of.append(CURRENCIES.index(code.currency))
        self.units.append(code.units or 0)
        self.expiries.append(NEVER if code.expires_at is None else code.expires_at)
        self.dynamic.append(int(code.dynamic))
        self.changes += 1
        return len(self.codes) - 1

    def _payee(self, code: ShownCode) -> tuple[int, int, int]:
        """Return the account that the hop goes to, the one credited behind it, and days until."""
        wallet = code.routing is Routing.WALLET
        payee = self.customers.get(code.account_id if wallet else f"{code.beneficiary}@{code.bank}")
        if payee is None:
            return -1, -1, 0
        account = self.books.account(code.bank, code.payee, code.currency)
        if wallet:
            return account, -1, 0
        casa = self.books.account(code.bank, f"casa:{code.beneficiary}", code.currency)
        return account, casa, payee.credit_days


def _limit(units: object) -> int:
    """Return a limit as the columns have it: -1 where nothing may be paid, at most `NEVER`."""
    if type(units) is not int:
        raise TypeError(f"a limit is an int of minor units, not {type(units).__name__}")
    return max(-1, min(units, NEVER))


def _no_currency(currency: object) -> SettlementError:
    found = quote(str(currency)[:20])
    return SettlementError("CURRENCY_NOT_SUPPORTED", f"{found} is not {' or '.join(CURRENCIES)}")


def steps(account: int, payee: int, credited: int, amount: int) -> list[Step]:
    """Return what a payment posts: what its id stands for."""
    made: list[Step] = [(Kind.MOVE, account, payee, amount)]
    if credited >= 0:
        made.append((Kind.POST, payee, credited, amount))
    return made
