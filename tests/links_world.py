"""A world with links: the books of the running example, its customers, and codes of every side."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

import khqr
from khqr.model import moment_at
from khqr.schemes import BillPayment, CreditTransfer, DuitNow, VietQR, encode
from khqr.settlement import Money, SettlementError, Simulation
from khqr.settlement.books.example import PARTICIPANTS, example_steps
from khqr.settlement.clearing import Clearing, whole_audit
from khqr.settlement.links import (
    CrossPayment,
    CrossState,
    Links,
    PartnerAnswer,
    Terms,
    alipayplus,
    malaysia,
    thailand,
    vietnam,
)

START = 1_750_000_000_000
DAY = 86_400_000
STEPS = {name: calls for name, calls in example_steps()}  # noqa: C416 - read more often than once
ORDER = "https://qr.example.com/281000041234567890123456"
ENTRY = "https://shops.example.com/s/1"
TWENTY = Money("USD", 20_00)
DOMAINS = {"shops.example.com": khqr.alipayplus.CodeKind.ENTRY_CODE}


def usual_terms() -> list[Terms]:
    return [
        alipayplus(fee=100, domains=DOMAINS),
        vietnam(),
        thailand(partner="X"),
        malaysia(partner="X", fee=50),
    ]


MADE: deque[World] = deque(maxlen=5)
"""The worlds that were made last, for tests that hold all of theirs against every invariant."""


class World:
    """The example as it is before F8, with links, a clock to set and answers to give."""

    def __init__(
        self, terms: list[Terms] | None = None, *, funded: bool = True, **options: object
    ) -> None:
        self.time = START
        self.answers: list[PartnerAnswer] = []
        self.asked: list[CrossState] = []
        self.by_hand: set[str] = set()  # banks into whose suspense a test posts by itself
        numbers = count(1)
        self.sim = Simulation(
            PARTICIPANTS,
            clock=lambda: self.time,
            ids=lambda: f"n{next(numbers)}",
            **options,  # type: ignore[arg-type] # the tests say what they pass
        )
        self.links = Links(self.sim, usual_terms() if terms is None else terms, ask=self.answer)
        for customer, bank in (("u", "A"), ("v", "A"), ("m", "B"), ("w", "B"), ("s", "S")):
            self.sim.add_customer(customer, bank)
        if funded:
            self.run("F0", "F1a", "F1b", "F3a")
            for currency, units in (("THB", 10_000_00), ("MYR", 10_000_00)):
                self.links.fund("p@F", Money(currency, units), "account")
        self.clearings = [Clearing(self.sim.books, one) for one in self.links.terms.values()]
        self.audit = whole_audit(self.sim, self.clearings)
        MADE.append(self)

    def answer(self, payment: CrossPayment) -> PartnerAnswer:
        self.asked.append(payment.state)
        return self.answers.pop(0) if self.answers else PartnerAnswer.SUCCESS

    def run(self, *steps: str) -> None:
        for step in steps:
            self.sim.books.run_all(STEPS[step])

    def check(self) -> None:
        found = self.audit.sweep()
        assert {(one.name, one.message[:1]) for one in found} == {
            ("D1", bank) for bank in self.by_hand
        }, found

    def broken(self) -> set[str]:
        found = {(one.name, one.message[:1]) for one in self.links.audit().sweep()}
        return {name for name, _ in found - {("D1", bank) for bank in self.by_hand}}

    def balance(self, text: str) -> int:
        book, name, currency = text.split()
        return self.sim.books.balance(book, name, currency)

    def postings(self, row: int | None) -> list[tuple[str, str, str, str, int]]:
        assert row is not None
        return [
            (one.debit.book, one.debit.name, one.credit.name, one.debit.currency, one.amount)
            for one in self.sim.ledger.postings(row)
        ]

    # Codes.

    def shop(self, amount: str | None = None, currency: str = "KHR", **more: str) -> str:
        """A KHQR of the corporate shop m; dynamic if it has an amount, for ten minutes."""
        at = moment_at(self.time)
        fields = {"merchant_id": "m", "acquiring_bank": "Demo Bank", **more}
        account = fields.pop("account", "khqr@B")
        code = khqr.Merchant(
            bakong_account_id=account,
            merchant_name="Demo Shop",
            amount=amount,
            currency=currency,
            expires_at=at + timedelta(minutes=10) if amount else None,
            **fields,  # type: ignore[arg-type] # text fields only
        )
        return khqr.encode(code, at=at)

    def vietqr(self, amount: int | None = None, account: str = "fm") -> str:
        self.links.add_payee("vietnam", f"999999/{account}", "F", f"casa:{account}")
        return encode(VietQR(bank_bin="999999", account=account, amount=amount))  # type: ignore[arg-type] # any amount

    def thaiqr(self, amount: str | None = None, *, bill: bool = False) -> str:
        if bill:
            self.links.add_payee("thailand", "000000000000000", "F", "casa:biller")
            return encode(BillPayment(biller_id="000000000000000", reference_1="R1", amount=amount))  # type: ignore[arg-type] # any amount
        self.links.add_payee("thailand", "0066000000001", "F", "casa:friend")
        return encode(CreditTransfer(mobile="0066000000001", amount=amount))  # type: ignore[arg-type] # any amount

    def duitnow(self, amount: str | None = None) -> str:
        self.links.add_payee("malaysia", "999999/DEMO1", "F", "casa:kedai")
        return encode(
            DuitNow(
                acquirer_id="999999",
                merchant_id="DEMO1",
                merchant_name="DEMO SHOP",
                merchant_city="MY",
                merchant_category_code="5999",
                amount=amount,  # type: ignore[arg-type] # any amount
            )
        )

    def order(self, amount: Money | str = TWENTY, text: str = ORDER) -> str:
        self.links.add_order("alipayplus", text, "ACQ", "am", amount)
        return text

    # Payments.

    def rates(self, link: str, *pairs: tuple[str, str, str, str], life: int = 60_000) -> list[str]:
        """Offer rates, each sold, bought, price, base."""
        return [
            self.links.offer(link, sold, bought, price, base=base, life=life).id
            for sold, bought, price, base in pairs
        ]

    def pay_in(
        self,
        code: str,
        *,
        amount: int | str | None = None,
        number: str | None = None,
        hold: bool = False,
    ) -> CrossPayment:
        """The guest p of the wallet MPP pays at 7.1 yuan and 4,100 riel for a dollar."""
        quotes = self.rates("alipayplus", ("CNY", "USD", "7.1", "USD"))
        if khqr.decode(code).currency.code == "KHR":
            quotes += self.rates("alipayplus", ("USD", "KHR", "4100", "USD"))
        pay = self.links.confirm if hold else self.links.pay
        return pay(
            code,
            "alipayplus",
            "inbound",
            payer="p@MPP",
            amount=amount,
            quotes=quotes,
            instruction=number,
        )

    def pay_out(
        self,
        code: str,
        *,
        amount: int | str | None = None,
        number: str | None = None,
        price: str = "4100",
        hold: bool = False,
        payer: str = "u@A",
    ) -> CrossPayment:
        """The customer u pays an order in dollars, in riel."""
        quotes = self.rates("alipayplus", ("KHR", "USD", price, "USD"))
        pay = self.links.confirm if hold else self.links.pay
        return pay(
            code,
            "alipayplus",
            "outbound",
            payer=payer,
            amount=amount,
            quotes=quotes,
            instruction=number,
        )

    def corridor(
        self,
        link: str,
        direction: str,
        code: str,
        price: str,
        *,
        amount: int | str | None = None,
        number: str | None = None,
    ) -> CrossPayment:
        """Pay over a corridor from an account, at a price of the foreign currency for one riel."""
        abroad = self.links.terms[link].currency
        pair = ("KHR", abroad) if direction == "outbound" else (abroad, "KHR")
        return self.links.pay(
            code,
            link,
            direction,
            payer="u@A" if direction == "outbound" else "p@F",
            source="account",
            amount=amount,
            quotes=self.rates(link, (*pair, price, "KHR")),
            instruction=number,
        )


def refused(name: str, call: Callable[[], object]) -> None:
    with pytest.raises(SettlementError) as refusal:
        call()
    assert refusal.value.name == name, refusal.value
