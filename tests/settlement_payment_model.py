"""A slow model of payments, written apart from them: dictionaries, names and decimals.

It keeps the books as balances in major units and has no journal. Where a code or a quote is, and
what is used of a limit, is not stored: it is worked out from all payments whenever it is asked for.
An answer is ``ok`` or the name of a refusal.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Any, NamedTuple

OK = "ok"
MINUTE = 60_000
DAY = 86_400_000
SMALLEST = {"KHR": Decimal(1), "USD": Decimal("0.01")}
CAPS: dict[str, dict[str, int]] = {
    "none": {},
    "basic": {"KHR": 2_000_000, "USD": 500},
    "partial": {"KHR": 12_000_000, "USD": 3_000},
    "full": {"KHR": 40_000_000, "USD": 10_000},
    "backbone": {"KHR": 200_000_000, "USD": 50_000},
}
POSTED = ("received", "acknowledged", "partially refunded", "refunded", "refunded by receiver")

Name = tuple[str, str, str]


class Shown(NamedTuple):
    """What is printed on a code."""

    text: str
    dynamic: bool
    account: str
    kind: str
    to: str
    currency: str
    amount: Decimal | None
    until: int | None


class Short(Exception):  # noqa: N818 - an answer, not an error
    """An account has too little."""


class PaymentModel:
    """Banks, customers and payments."""

    def __init__(self, *, retry: bool) -> None:
        self.retry, self.now = retry, 0
        self.money: dict[Name, Decimal] = defaultdict(Decimal)
        self.customers: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.quotes: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.said: dict[str, tuple[str, object]] = {}
        self.again: set[str] = set()
        self.hop = "given"

    # Money.

    def fund_bank(self, bank: str, amount: Decimal, currency: str) -> None:
        self.money[bank, "bsa", currency] += amount
        self.money["TOK", f"khqr@{bank}", currency] += amount

    def fund(self, customer: str, kind: str, amount: Decimal, currency: str) -> str:
        name, _, bank = customer.partition("@")
        before = dict(self.money)
        self.money[bank, f"casa:{name}", currency] += amount
        if kind == "wallet":
            steps = [(bank, f"casa:{name}", bank, f"wallet:{name}", amount, currency)]
            try:
                self.move(steps)
            except Short as short:
                self.money.clear()
                self.money.update(before)
                return str(short)
        return OK

    def move(self, steps: list[tuple[str, str, str, str, Decimal, str]], own: str = "") -> None:
        """Carry movements out, all or none; the hold of the payment ``own`` may be drawn on."""
        after = dict(self.money)

        def take(name: Name, amount: Decimal, held: Decimal, shortage: str) -> None:
            after[name] = after.get(name, Decimal(0)) - amount
            if after[name] < held:
                raise Short(shortage)

        for bank, account, to_bank, to, amount, currency in steps:
            free = account in {"fxpos", "fx_income"}
            name = bank, account, currency
            held = Decimal("-Infinity") if free else self.held(name, own)
            take(name, amount, held, "INSUFFICIENT_FUNDS")
            if bank != to_bank:
                settled = "INSUFFICIENT_SETTLEMENT_BALANCE"
                take((bank, "bsa", currency), amount, Decimal(0), settled)
                after[to_bank, "bsa", currency] = after.get((to_bank, "bsa", currency), 0) + amount
            after[to_bank, to, currency] = after.get((to_bank, to, currency), 0) + amount
            one, other = holder(bank, account), holder(to_bank, to)
            if one != other:
                shortage = "INSUFFICIENT_SETTLEMENT_BALANCE"
                take(("TOK", one, currency), amount, Decimal(0), shortage)
                after["TOK", other, currency] = after.get(("TOK", other, currency), 0) + amount
        self.money = defaultdict(Decimal, after)

    def held(self, name: Name, but: str = "") -> Decimal:
        return sum(
            (
                one["gives"]
                for key, one in self.payments.items()
                if key != but and self.is_live(one) and one["from"] == name
            ),
            Decimal(0),
        )

    # What is worked out.

    def is_live(self, payment: dict[str, Any]) -> bool:
        """Whether its money is held."""
        waiting = payment["state"] == "held" or (
            payment["state"] == "unknown" and not payment["posted"]
        )
        return waiting and bool(self.now <= payment["at"] + MINUTE)

    def tick(self, now: int) -> None:
        self.now = max(self.now, now)
        for key, payment in self.payments.items():
            if payment["state"] == "held" and not self.is_live(payment):
                payment["state"] = "expired"
                self.said[key] = "HOLD_EXPIRED", self.said[key][1]
                self.again.discard(key)
            if payment["quote"] and not self.is_live(payment) and not payment["posted"]:
                self.quotes.get(payment["quote"], {})["ended"] = True

    def code_state(self, code: Shown) -> str:
        if not code.dynamic:
            return "active"
        using = [one for one in self.payments.values() if one["code"].text == code.text]
        if any(one["posted"] for one in using):
            return "consumed"
        if code.until is not None and self.now > code.until:
            return "expired"
        return "locked" if any(self.is_live(one) for one in using) else "active"

    def quote_state(self, key: str) -> str:
        quote = self.quotes[key]
        using = [one for one in self.payments.values() if one["quote"] == key]
        if any(one["posted"] for one in using):
            return "used"
        if self.now > quote["until"] or quote.get("ended"):
            return "expired"
        return "locked" if any(self.is_live(one) for one in using) else "offered"

    def used(self, customer: str, currency: str, day: int) -> Decimal:
        return sum(
            (
                one["gives"]
                for one in self.payments.values()
                if one["payer"] == customer
                and (one["posted"] or self.is_live(one))
                and one["from"][2] == currency
                and business_day(one["at"]) == day
            ),
            Decimal(0),
        )

    # Paying.

    def known(self, key: str, body: object) -> str:
        """Say how an id is answered that was sent before: an answer, or an empty text to go on."""
        if key not in self.said:
            return ""
        answer, before = self.said[key]
        if before != body:
            return "IDEMPOTENCY_MISMATCH"
        if answer == "in flight":
            return "" if key in self.again else "IN_FLIGHT"
        if answer == OK:
            return OK
        return "" if self.retry else "ALREADY_REFUSED"

    def confirm(
        self, key: str, code: Shown, payer: str, kind: str, amount: Decimal | None, quote: str
    ) -> str:
        if payer not in self.customers:
            return "UNKNOWN_ACCOUNT"
        if amount is not None and amount % SMALLEST[code.currency]:
            return "AMOUNT_PRECISION"
        body = code.text, payer, kind, amount, quote
        answer = self.known(key, body)
        if answer:
            return answer
        self.again.discard(key)
        held = self.payments.get(key)
        if held is not None and held["state"] == "held":
            return OK
        name, _, bank = payer.partition("@")
        account = f"wallet:{name}" if kind == "wallet" else f"casa:{name}"
        payment: dict[str, Any] = {
            "code": code, "payer": payer, "bank": bank, "account": account, "quote": quote,
            "at": self.now, "state": "rejected", "posted": False, "held": False, "back": Decimal(0),
            "returned": Decimal(0), "committed": None, "credited": None, "due": None,
            "from": (bank, account, ""), "gives": Decimal(0),
        }  # fmt: skip
        answer = self.checked(payment, amount)
        self.payments[key] = payment
        if answer != OK:
            self.said[key] = answer, body
            payment["quote"] = ""
            return answer
        self.said[key] = "in flight", body
        payment |= {"state": "held", "held": True}
        return OK

    def checked(self, payment: dict[str, Any], amount: Decimal | None) -> str:
        code, payer = payment["code"], payment["payer"]
        state = self.code_state(code)
        if state != "active":
            return f"QR_{state.upper()}"
        if (amount or code.amount) is None or (amount and code.amount and amount != code.amount):
            return "QR_AMOUNT_MISMATCH"
        paid = payment["amount"] = amount or code.amount
        bank = code.account.partition("@")[2]
        if bank not in {"A", "B"} or (code.kind == "wallet" and code.account not in self.customers):
            return "UNKNOWN_ACCOUNT"
        customer = self.customers[payer]
        if customer["frozen"]:
            return "ACCOUNT_FROZEN"
        last = f"{'wallet' if code.kind == 'wallet' else 'casa'}:{code.to}"
        if (payment["bank"], payment["account"]) == (bank, last):
            return "UNBALANCED"
        gives, currency, payment["spread"] = paid, code.currency, Decimal(0)
        if payment["quote"]:
            answer = self.convertible(payment["quote"], payment["bank"], code.currency)
            if answer != OK:
                return answer
            quote = self.quotes[payment["quote"]]
            currency, rate, payment["spread"] = quote["sold"], quote["rate"], quote["spread"]
            cost = paid * rate if currency == "KHR" else paid / rate
            gives = cost.quantize(SMALLEST[currency], ROUND_UP) + quote["spread"]
        caps = CAPS[customer["tier"]]
        if currency not in caps:
            return "KYC_TIER"
        if self.used(payer, currency, business_day(self.now)) + gives > caps[currency]:
            return "LIMIT_PER_DAY"
        name = payment["from"] = payment["bank"], payment["account"], currency
        if self.money[name] - self.held(name) < gives:
            return "INSUFFICIENT_FUNDS"
        payment["gives"] = gives
        return OK

    def convertible(self, key: str, bank: str, bought: str) -> str:
        quote = self.quotes.get(key)
        if quote is None or quote["bank"] != bank:
            return "NOT_FOUND"
        state = self.quote_state(key)
        if state == "expired":
            return "QUOTE_EXPIRED"
        if state != "offered":
            return "QUOTE_USED"
        return OK if quote["bought"] == bought else "QUOTE_PAIR_MISMATCH"

    @staticmethod
    def first_account(code: Shown) -> str:
        return f"wallet:{code.to}" if code.kind == "wallet" else "susp_in"

    def ended(self, payment: dict[str, Any]) -> str:
        """Say why a payment that was held and is not posted can go no further."""
        if not payment["held"]:
            return "NOT_FOUND"
        if payment["state"] in {"expired", "failed"} and payment.get("late"):
            return "HOLD_EXPIRED"
        return "HOLD_ALREADY_VOIDED"

    def void(self, key: str) -> str:
        payment = self.payments.get(key)
        if payment is None:
            return "NOT_FOUND"
        if payment["state"] == "unknown":
            return "RESULT_UNKNOWN"
        if payment["posted"]:
            return "HOLD_ALREADY_POSTED"
        if payment["state"] != "held":
            payment["late"] = self.said[key][0] == "HOLD_EXPIRED"
            return self.ended(payment)
        self.end(key, "voided", "HOLD_ALREADY_VOIDED")
        return OK

    def end(self, key: str, state: str, refusal: str) -> None:
        self.payments[key]["state"] = state
        self.said[key] = refusal, self.said[key][1]
        self.again.discard(key)
        self.tick(self.now)

    def submit(self, key: str) -> str:
        payment = self.payments.get(key)
        if payment is None:
            return "NOT_FOUND"
        if payment["posted"] or payment["state"] == "unknown":
            return OK
        if payment["state"] != "held":
            payment["late"] = self.said[key][0] == "HOLD_EXPIRED"
            return self.ended(payment)
        code = payment["code"]
        if code.until is not None and self.now > code.until:
            self.end(key, "expired", "QR_EXPIRED")
            return "QR_EXPIRED"
        if payment["quote"] and self.now > self.quotes[payment["quote"]]["until"]:
            self.end(key, "expired", "QUOTE_EXPIRED")
            return "QUOTE_EXPIRED"
        self.again.discard(key)
        if self.hop == "never arrived":
            payment["state"] = "unknown"
            return OK
        try:
            self.move(self.hop_of(payment), key)
        except Short as short:
            self.end(key, "failed", str(short))
            return str(short)
        payment |= {"posted": True, "committed": self.now, "state": "unknown"}
        self.said[key] = OK, self.said[key][1]
        if self.hop == "given":
            self.received(payment)
        return OK

    def hop_of(self, payment: dict[str, Any]) -> list[tuple[str, str, str, str, Decimal, str]]:
        code, bank, account = payment["code"], payment["bank"], payment["account"]
        start, to_bank = account, code.account.partition("@")[2]
        steps = []
        if payment["quote"]:
            sold, currency = payment["gives"] - payment["spread"], payment["from"][2]
            steps = [(bank, account, bank, "fxpos", sold, currency)]
            if payment["spread"]:
                steps.append((bank, account, bank, "fx_income", payment["spread"], currency))
            start = "fxpos"
        to = self.first_account(code)
        return [*steps, (bank, start, to_bank, to, payment["amount"], code.currency)]

    def received(self, payment: dict[str, Any]) -> None:
        code = payment["code"]
        if code.kind == "wallet":
            payment |= {"state": "acknowledged", "credited": payment["committed"]}
            return
        shop = self.customers.get(f"{code.to}@{code.account.partition('@')[2]}")
        days = 0 if shop is None else shop["days"]
        due = payment["committed"]
        if days:
            due = (business_day(due) + days) * DAY - 7 * 3_600_000
        payment |= {"state": "received", "due": due}
        self.credit(payment)

    def credit(self, payment: dict[str, Any]) -> None:
        code = payment["code"]
        if payment["state"] != "received" or payment["due"] > self.now:
            return
        bank = code.account.partition("@")[2]
        if f"{code.to}@{bank}" not in self.customers:
            try:
                self.give_back(payment, payment["amount"])
            except Short:
                return
            return
        self.move([(bank, "susp_in", bank, f"casa:{code.to}", payment["amount"], code.currency)])
        payment |= {"state": "acknowledged", "credited": self.now}

    def credit_due(self) -> str:
        for key in sorted(self.payments):
            self.credit(self.payments[key])
        return OK

    def inquire(self, key: str) -> str:
        payment = self.payments.get(key)
        if payment is None:
            return "NOT_FOUND"
        if payment["state"] == "unknown" and payment["posted"]:
            self.received(payment)
        elif payment["state"] == "unknown" and not self.is_live(payment):
            self.end(key, "failed", "HOLD_EXPIRED")
        return OK

    # Money back.

    def refund(self, key: str, payment_id: str, amount: Decimal | None) -> str:
        payment = self.payments.get(payment_id)
        if payment is None:
            return "NOT_FOUND"
        if amount is not None and amount % SMALLEST[payment["code"].currency]:
            return "AMOUNT_PRECISION"
        sent = f"refund {payment['code'].account.partition('@')[2]}/{key}"
        body = payment_id, amount
        answer = self.known(sent, body)
        if answer:
            return answer
        answer = self.refundable(payment, amount)
        if answer == OK:
            whole = payment["amount"] - payment["back"] if payment["posted"] else Decimal(0)
            try:
                got = self.give_back(payment, amount or whole)
                self.refunds[sent] = {"got": got, "gave": amount or whole}
            except Short as short:
                answer = str(short)
        self.said[sent] = answer, body
        return answer

    def refundable(self, payment: dict[str, Any], amount: Decimal | None) -> str:
        if payment["state"] not in POSTED:
            return "ORIGINAL_NOT_COMMITTED"
        if self.now - payment["committed"] > 365 * DAY:
            return "REFUND_WINDOW"
        left = payment["amount"] - payment["back"]
        if not 0 < (left if amount is None else amount) <= left:
            return "REFUND_EXCEEDS_ORIGINAL"
        early = payment["state"] == "received"
        return "IN_FLIGHT" if early and amount not in {None, payment["amount"]} else OK

    def give_back(self, payment: dict[str, Any], units: Decimal) -> Decimal:
        """Send money back to the payer, and return what the payer gets of it."""
        code, early = payment["code"], payment["state"] == "received"
        bank, account, currency = payment["from"]
        back = payment["back"] + units
        to_bank = code.account.partition("@")[2]
        giver = self.first_account(code) if early or code.kind == "wallet" else f"casa:{code.to}"
        got = units
        if payment["quote"]:
            sold = payment["gives"] - payment["spread"]
            share = (sold * back / payment["amount"]).quantize(SMALLEST[currency], ROUND_DOWN)
            got = share - payment["returned"]
            if not got:
                raise Short("AMOUNT_NOT_POSITIVE")
            steps = [
                (to_bank, giver, bank, "fxpos", units, code.currency),
                (bank, "fxpos", bank, account, got, currency),
            ]
        else:
            steps = [(to_bank, giver, bank, account, units, currency)]
        self.move(steps)
        payment |= {"back": back, "returned": payment["returned"] + got}
        whole = "refunded by receiver" if early else "refunded"
        payment["state"] = whole if back == payment["amount"] else "partially refunded"
        return got

    # Looking up, and going on.

    def look_up(self, code: Shown) -> tuple[int, str]:
        """Return the error code, or 0, and the id of the payment that is answered about."""
        using = {k: one for k, one in self.payments.items() if one["code"].text == code.text}
        if not using and not any(code.text == one[1][0] for one in self.said.values() if one[1]):  # type: ignore[index] # bodies begin with the text
            return 1, ""
        if not code.dynamic:
            return 2, ""
        posted = [key for key, one in using.items() if one["posted"]]
        if posted:
            return 0, posted[-1]
        return (3 if list(using.values())[-1]["state"] == "failed" else 1), ""

    def recover(self) -> None:
        """A stop in the midst of a call: what is confirmed may be sent again under its id."""
        self.again |= {key for key, one in self.payments.items() if one["state"] == "held"}
        self.credit_due()


def holder(bank: str, account: str) -> str:
    """Whose tokens stand behind an account."""
    kind, _, name = account.partition(":")
    return f"{name}@{bank}" if kind == "wallet" else f"khqr@{bank}"


def business_day(time: int) -> int:
    """The day in Phnom Penh."""
    return (time + 7 * 3_600_000) // DAY
