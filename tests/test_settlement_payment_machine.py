"""Random calls to a simulation and to the slow model beside it: the same answers, and the same end.

Every call may be stopped in its midst; the simulation then recovers, the call is sent again, and
the model has seen it once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import khqr
from khqr.model import moment_at
from khqr.settlement import (
    Answer,
    BookKind,
    Money,
    Refund,
    SettlementError,
    Simulation,
    Tier,
    major_units,
    read_code,
)
from khqr.settlement.faults import Stopped, settled
from khqr.settlement.payments.stops import Stop
from material import EXAMPLES
from settlement_payment_model import OK, PaymentModel, Shown

START = 1_750_000_000_000
PAYERS = st.sampled_from(["u@A"] * 6 + ["v@A"] * 4 + ["w@B"] * 3 + ["x@A"])
NEW = ""
IDS = st.sampled_from([NEW] * 8 + ["1", "2", "3"])
REFUNDS = st.sampled_from([NEW] * 4 + ["r1", "r2"])
KINDS = st.sampled_from(["wallet", "account"])
CURRENCIES = st.sampled_from(["KHR", "USD"])
RATES = st.sampled_from(["4100", "4080", "4099.5", "4000.000001"])
STOPS = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 9))
HOPS = st.sampled_from(["given", "given", "given", "lost", "never arrived"])
AMOUNTS: dict[str, list[str | None]] = {
    "KHR": ["1", "700", "4100", "41000", "41000", "1999999", "0.5", "30000000", None],
    "USD": ["0.01", "2.50", "2.50", "12.5", "1.33", "499.99", "0.001", "9000", None],
}
SHOPS = [
    # Kind of the code, beneficiary, currency, amount if dynamic, life in milliseconds.
    ("merchant", "m", "KHR", None, 0),
    ("merchant", "n", "USD", None, 0),
    ("wallet", "w", "KHR", None, 0),
    ("account", "n", "KHR", None, 0),
    ("merchant", "nobody", "USD", None, 0),
    ("merchant", "far", "KHR", None, 0),
    ("merchant", "m", "KHR", "41000", 600_000),
    ("merchant", "n", "USD", "12.50", 600_000),
    ("merchant", "u", "KHR", "4100", 90_000),
    ("merchant", "nobody", "KHR", "700", 600_000),
    ("wallet", "w", "USD", "2.50", 30_000),
]


def printed(kind: str, to: str, currency: str, amount: str | None, life: int, at: int) -> Shown:
    """A code as a shop prints it, and what it says."""
    bank = {"far": "Z", "u": "A"}.get(to, "B")
    moment = moment_at(at)
    until = None if amount is None else at + life
    units = None if amount is None else Decimal(amount)
    expires_at = None if amount is None else moment + timedelta(milliseconds=life)
    code: khqr.Individual | khqr.Merchant
    if kind == "merchant":
        code = khqr.Merchant(
            bakong_account_id=f"khqr@{bank}",
            merchant_name="Demo Shop",
            merchant_id=to,
            acquiring_bank="Demo Bank",
            currency=currency,
            amount=units,
            expires_at=expires_at,
        )
    else:
        account, behind = (f"{to}@{bank}", None) if kind == "wallet" else (f"khqr@{bank}", to)
        code = khqr.Individual(
            bakong_account_id=account,
            merchant_name="Demo User",
            account_information=behind,
            currency=currency,
            amount=units,
            expires_at=expires_at,
        )
    text = khqr.encode(code, at=moment)
    return Shown(text, amount is not None, code.bakong_account_id, kind, to, currency, units, until)


_DONE = {"HOLD_ALREADY_VOIDED", "ALREADY_REFUSED"}


class Machine(RuleBasedStateMachine):
    """The simulation and the model, side by side."""

    @initialize(retry=st.booleans())
    def start(self, retry: bool) -> None:
        self.time, self.hop = START, Answer.GIVEN
        numbers = count(1)
        self.sim = Simulation(
            "AB",
            clock=lambda: self.time,
            ids=lambda: f"q{next(numbers)}",
            refused="retry" if retry else "burn",
            link=lambda _: self.hop,
        )
        self.model = PaymentModel(retry=retry)
        self.model.tick(START)
        for bank in "AB":
            for currency, amount in (("KHR", 6_000_000), ("USD", 700)):
                self.sim.fund_bank(bank, Money.of(amount, currency))
                self.model.fund_bank(bank, Decimal(amount), currency)
        for name, bank, days in (("u", "A", 0), ("v", "A", 0), ("w", "B", 0), ("m", "B", 0)):
            self.enter(name, bank, days, "full")
        self.enter("n", "B", 1, "full")
        for customer in ("u@A", "v@A", "w@B"):
            for currency, amount in (("KHR", 2_500_000), ("USD", 600)):
                self.fund(customer, "account", currency, amount)
            self.fund(customer, "wallet", "KHR", 500_000)
            self.fund(customer, "wallet", "USD", 50)
        self.codes = [printed(*shop, at=START) for shop in SHOPS]
        self.quotes: list[str] = []
        self.numbers = count(10)
        self.audit = self.sim.audit()

    def enter(self, name: str, bank: str, days: int, tier: str) -> None:
        self.sim.add_customer(name, bank, credit_days=days, tier=tier)
        self.model.customers[f"{name}@{bank}"] = {"days": days, "tier": tier, "frozen": False}

    def fund(self, customer: str, kind: str, currency: str, amount: int) -> None:
        self.sim.fund(customer, Money.of(amount, currency), kind)
        assert self.model.fund(customer, kind, Decimal(amount), currency) == OK

    def both(
        self, ours: Callable[[], object], model: Callable[[], str], stop: int | None = None
    ) -> str:
        """Compare an answer; with ``stop`` the call is stopped there first, and sent again."""
        if stop is not None:
            self.due()
        answer = self.attempt(ours, stop)
        stopped = answer == ""
        if stopped:
            event("stopped")
            self.model.recover()
            answer = self.attempt(ours, None)
        event(answer)
        # a void that was done before the stop says so when it is sent again
        expected = model()
        assert answer == expected or (stopped and answer in _DONE), (answer, expected)
        return answer

    def attempt(self, ours: Callable[[], object], stop: int | None) -> str:
        """Return the answer to a call, or an empty text if it was stopped after some passings."""
        left = stop

        def watch(at: Stop) -> None:
            nonlocal left
            assert left is not None
            if not left:
                raise Stopped(at)
            left -= 1

        self.sim.watch(None if stop is None else watch)
        try:
            ours()
        except SettlementError as refusal:
            return refusal.name
        except Stopped:
            self.sim.watch(None)
            self.sim.recover()
            return ""
        finally:
            self.sim.watch(None)
        return OK

    def due(self) -> None:
        self.sim.credit_due()
        self.model.tick(self.time)
        self.model.credit_due()

    # What may be asked.

    def confirmed(
        self, data: st.DataObject, payer: str, kind: str, number: str
    ) -> tuple[Callable[[], object], Callable[[], str], str]:
        """Draw what a payer confirms, for both, and return the id of the payment as well."""
        code = data.draw(st.sampled_from(self.codes))
        amount = data.draw(st.sampled_from(AMOUNTS[code.currency]))
        if code.amount is not None and data.draw(st.integers(0, 9)):
            amount = None
        quote = data.draw(st.sampled_from(["", "", *self.quotes[-4:]]))
        number = number or str(next(self.numbers))
        key = f"{payer[-1]}/{number}"
        ours = partial(
            self.sim.confirm, code.text, payer=payer, source=kind, amount=amount, quote=quote,
            instruction=number,
        )  # fmt: skip
        entered = None if amount is None else Decimal(amount)
        return ours, partial(self.model.confirm, key, code, payer, kind, entered, quote), key

    def key(self, data: st.DataObject) -> str:
        """Draw the id of a payment, mostly one that may still change."""
        recent = list(self.model.payments)[-5:]
        return data.draw(st.sampled_from([*recent, *recent, *recent, "A/1", "A/none"]))

    @rule(data=st.data(), payer=PAYERS, kind=KINDS, number=IDS, stop=STOPS)
    def confirm(
        self, data: st.DataObject, payer: str, kind: str, number: str, stop: int | None
    ) -> None:
        ours, model, _ = self.confirmed(data, payer, kind, number)
        self.both(ours, model, stop)

    @rule(data=st.data(), payer=PAYERS, kind=KINDS, number=IDS, stop=STOPS, hop=HOPS)
    def pay(
        self, data: st.DataObject, payer: str, kind: str, number: str, stop: int | None, hop: str
    ) -> None:
        confirm, said, key = self.confirmed(data, payer, kind, number)
        assert isinstance(confirm, partial)
        ours = partial(self.sim.pay, *confirm.args, **confirm.keywords)

        def model() -> str:
            answer = said()
            return answer if answer != OK else self.model.submit(key)

        self.answer_by("given" if stop is not None else hop)
        self.both(ours, model, stop)

    def answer_by(self, hop: str) -> None:
        self.hop, self.model.hop = Answer(hop), hop

    @rule(data=st.data(), stop=STOPS, hop=HOPS)
    def submit(self, data: st.DataObject, stop: int | None, hop: str) -> None:
        key = self.key(data)
        self.answer_by("given" if stop is not None else hop)
        self.both(partial(self.sim.submit, key), partial(self.model.submit, key), stop)

    @rule(data=st.data(), stop=STOPS)
    def void(self, data: st.DataObject, stop: int | None) -> None:
        key = self.key(data)
        self.both(partial(self.sim.void, key), partial(self.model.void, key), stop)

    @rule(data=st.data(), stop=STOPS)
    def inquire(self, data: st.DataObject, stop: int | None) -> None:
        key = self.key(data)
        self.both(partial(self.sim.inquire, key), partial(self.model.inquire, key), stop)

    @rule(
        data=st.data(),
        number=REFUNDS,
        amount=st.sampled_from([None, "1", "700", "2.50", "0.01", "0.001", "41000"]),
        stop=STOPS,
    )
    def refund(
        self, data: st.DataObject, number: str, amount: str | None, stop: int | None
    ) -> None:
        key, number = self.key(data), number or f"r{next(self.numbers)}"
        units = None if amount is None else Decimal(amount)
        ours = partial(self.sim.refund, key, amount, instruction=number)
        found: list[object] = []
        answer = self.both(
            lambda: found.append(ours()), lambda: self.model.refund(number, key, units), stop
        )
        if answer == OK:
            bank = self.model.payments[key]["code"].account.partition("@")[2]
            expected = self.model.refunds[f"refund {bank}/{number}"]
            (refund,) = found[-1:]
            assert isinstance(refund, Refund)
            assert expected["gave"] == major_units(refund.money.units, refund.money.currency)
            assert expected["got"] == major_units(refund.credited.units, refund.credited.currency)

    @rule(
        bank=st.sampled_from("AAB"),
        sold=CURRENCIES,
        rate=RATES,
        spread=st.booleans(),
        life=st.sampled_from([60_000, 60_000, 1_000, 0]),
    )
    def offer(self, bank: str, sold: str, rate: str, spread: bool, life: int) -> None:
        bought = {"KHR": "USD", "USD": "KHR"}[sold]
        top = {"KHR": "500", "USD": "0.25"}[sold] if spread else None
        quote = self.sim.offer(bank, sold, bought, rate, spread=top, life=life)
        self.quotes.append(quote.id)
        self.model.tick(self.time)
        self.model.quotes[quote.id] = {
            "bank": bank, "sold": sold, "bought": bought, "rate": Decimal(rate),
            "spread": Decimal(top or 0), "until": self.model.now + life,
        }  # fmt: skip

    @rule(stop=STOPS)
    def credit(self, stop: int | None) -> None:
        self.both(self.sim.credit_due, self.model.credit_due, stop)

    @rule()
    def recover(self) -> None:
        self.due()
        assert self.sim.recover() == []
        self.model.recover()

    @rule(by=st.sampled_from([0, 1, 1, 500, 1_001, 1_001, 30_000, 60_001, 86_400_000, -5_000]))
    def tick(self, by: int) -> None:
        self.time += by
        self.sim.now()
        self.model.tick(self.time)

    @rule(shop=st.sampled_from(SHOPS[6:]))
    def show(self, shop: tuple[str, str, str, str | None, int]) -> None:
        self.codes = [*self.codes[-11:], printed(*shop, at=self.model.now)]

    @rule(data=st.data())
    def administer(self, data: st.DataObject) -> None:
        """What banks do beside payments, kept rare: money comes, tiers change, funds go."""
        customer = data.draw(st.sampled_from(["u@A", "w@B"]))
        currency, kind = data.draw(CURRENCIES), data.draw(KINDS)
        name, _, bank = customer.partition("@")
        what = data.draw(st.integers(0, 11))
        if what == 0:
            self.sim.freeze(customer)
            self.model.customers[customer]["frozen"] = True
        elif what < 3:
            self.enter(name, bank, 0, data.draw(st.sampled_from(Tier)).value)
        elif what < 5:
            self.enter(name, bank, 0, "full")
        elif what < 7:
            self.drain(bank, currency)
        elif what < 9:
            self.sim.fund_bank(bank, Money.of(500_000, currency))
            self.model.fund_bank(bank, Decimal(500_000), currency)
        else:
            amount = data.draw(st.sampled_from([1, 100, 200_000]))
            self.model.tick(self.time)
            self.both(
                partial(self.sim.fund, customer, Money.of(amount, currency), kind),
                lambda: self.model.fund(customer, kind, Decimal(amount), currency),
            )

    def drain(self, bank: str, currency: str) -> None:
        """A bank takes most of its settlement balance back."""
        own = self.sim.books.balance("TOK", f"khqr@{bank}", currency) - 100
        if own > 0:
            self.sim.books.run("redeem", {"bank": bank}, {"amount": Money(currency, own)})
            self.model.fund_bank(bank, -major_units(own, currency), currency)

    # What must agree.

    @invariant()
    def agree(self) -> None:
        now = self.sim.now()
        self.model.tick(self.time)
        assert now == self.model.now
        assert self.audit.sweep() == []
        assert {key: one.state.value for key, one in self.sim.payments.items()} == {
            key: one["state"] for key, one in self.model.payments.items()
        }
        self.agree_on_balances()
        self.agree_on_limits_and_quotes(now)
        for code in self.codes[-6:]:
            assert self.sim.codes.state(read_code(code.text), now) == self.model.code_state(code)
            self.agree_on_look_up(code)

    def agree_on_balances(self) -> None:
        state = self.sim.ledger.state
        for number, account in enumerate(state.accounts.rows):
            if self.sim.books.kinds[account.book] is BookKind.CENTRAL_BANK:
                continue
            if account.name in {"cash", "capital", "nbc_current", "supply"}:
                continue
            has = major_units(state.balance(number), account.currency)
            assert has == self.model.money[account[:3]], account
            if account.guarded and account.book != "TOK":
                held = major_units(state.held(number), account.currency)
                assert held == self.model.held(account[:3]), account

    def agree_on_limits_and_quotes(self, now: int) -> None:
        for use, units in self.sim.limits.used.items():
            assert major_units(units, use.currency) == self.model.used(*use), use
        for key in self.model.quotes:
            assert self.sim.quotes.state(key, now).value == self.model.quote_state(key), key

    def agree_on_look_up(self, code: Shown) -> None:
        answer = self.sim.status_by_md5(khqr.md5(code.text))
        error, key = self.model.look_up(code)
        assert (answer["errorCode"] or 0) == error
        if not error:
            data, payment = answer["data"], self.model.payments[key]
            assert isinstance(data, dict)
            wallet = payment["account"].startswith("wallet")
            assert data["instructionRef"] == key
            assert data["amount"] == payment["amount"]
            assert data["currency"] == code.currency
            assert data["createdDateMs"] == payment["committed"]
            assert data["acknowledgedDateMs"] == payment["credited"]
            assert data["fromAccountId"] == (payment["payer"] if wallet else f"khqr@{key[0]}")
            assert self.sim.status_by_hash(data["hash"]) == answer

    def teardown(self) -> None:
        end = settled(self.sim)
        assert end.ok, end
        recovered, states = self.sim.recover(), dict(end.states)
        assert len(recovered) <= sum(end.waiting.values())
        assert sum(settled(self.sim).states.values()) == sum(states.values())


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=max(10, EXAMPLES // 40), stateful_step_count=50)
