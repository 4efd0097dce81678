"""Everything at once: payments at home and abroad, clearing, nights, and stops in between.

After every step each invariant holds, and all balances are those of a slow model: plain
dictionaries and fractions, worked out from what the clients were told, and from nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import count
from math import ceil, floor

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from khqr.settlement import Answer, Money, PaymentState, SettlementError
from khqr.settlement.clearing import Clearing, whole_audit
from khqr.settlement.faults import Stopped, Waiting, settled
from khqr.settlement.links import (
    CrossPayment,
    CrossState,
    PartnerAnswer,
    alipayplus,
    vietnam,
)
from khqr.settlement.payments.stops import Stop
from links_world import DAY, World
from material import EXAMPLES

HOUR = 3_600_000
FEES = {"alipayplus": 100, "vietnam": 30}
UNIT = {"KHR": 1, "USD": 100, "CNY": 100, "VND": 1}
ENDOWED = 10**12
STOPS = st.one_of(st.none(), st.none(), st.integers(0, 14))
ANSWERS = st.sampled_from([*PartnerAnswer, PartnerAnswer.SUCCESS, PartnerAnswer.SUCCESS])
AMOUNTS = st.sampled_from([1, 7, 1_234, 4_100, 41_000, 99_999])
PARTS = st.sampled_from([None, None, "1", "700", "0.50"])
TIMES = [1, 500, 30_000, 60_001, 600_001, HOUR, 9 * HOUR, DAY, 3 * DAY, -5_000]
MONEY_ABROAD = {
    CrossState.WAITING, CrossState.UNKNOWN, CrossState.CANCELLING, CrossState.COMMITTED,
    CrossState.PARTIALLY_REFUNDED, CrossState.REFUNDED,
}  # fmt: skip
POSTED_AT_HOME = {
    PaymentState.RECEIVED, PaymentState.ACKNOWLEDGED, PaymentState.PARTIALLY_REFUNDED,
    PaymentState.REFUNDED,
}  # fmt: skip

Place = tuple[str, str]


def up(amount: Fraction, currency: str) -> Fraction:
    return Fraction(ceil(amount * UNIT[currency]), UNIT[currency])


def down(amount: Fraction, currency: str) -> Fraction:
    return Fraction(floor(amount * UNIT[currency]), UNIT[currency])


class Asked:
    """One payment, as its payer asked for it: what it costs, by the words of the guide alone."""

    def __init__(
        self, payer: str, payee: str, money: Fraction, currency: str, path: str, link: str = ""
    ) -> None:
        self.payer, self.payee, self.link = payer, payee, link
        self.money, self.currency = money, currency
        self.gone: dict[str, Fraction] = {}
        self.posted = False
        self.inbound = path in {"alipay in", "viet in"}
        steps: dict[str, Callable[[], tuple[Fraction, str, Fraction, str]]] = {
            "home": lambda: (money, currency, money, currency),
            "converted": lambda: (money, currency, up(money * 4_100, "KHR"), "KHR"),
            "alipay in": self.yuan,
            "alipay out": lambda: (money, "USD", up(money * 4_100, "KHR"), "KHR"),
            "viet out": lambda: (money, "VND", up(money / Fraction("6.25"), "KHR"), "KHR"),
            "viet in": self.dong,
        }
        self.gross, self.settles, self.gives, self.given = steps[path]()
        self.fee = down(self.gross * FEES[link] / 10_000, self.settles) if link else Fraction(0)

    def yuan(self) -> tuple[Fraction, str, Fraction, str]:
        gross = up(self.money / 4_100, "USD")
        return gross, "USD", up(gross * Fraction("7.1"), "CNY"), "CNY"

    def dong(self) -> tuple[Fraction, str, Fraction, str]:
        gross = up(self.money * Fraction("6.25"), "VND")
        return gross, "VND", gross, "VND"

    def back(self, whole: Fraction, currency: str, gone: Fraction) -> Fraction:
        return down(whole * gone / self.money, currency)


class Model:
    """What everybody has, from what was asked for and what clients were told became of it."""

    def __init__(self) -> None:
        self.asked: dict[str, Asked] = {}

    def balances(self, states: dict[str, CrossState | PaymentState]) -> dict[Place, Fraction]:
        has: dict[Place, Fraction] = defaultdict(Fraction)
        for key, asked in self.asked.items():
            state = states.get(key)
            if isinstance(state, PaymentState):
                self.at_home(has, asked, state)
            elif state is not None:
                self.abroad(has, asked, state)
        return has

    @staticmethod
    def at_home(has: dict[Place, Fraction], asked: Asked, state: PaymentState) -> None:
        lost = state is PaymentState.UNKNOWN and asked.posted
        if state not in POSTED_AT_HOME and not lost:
            return
        gone = asked.money if state is PaymentState.REFUNDED else sum(asked.gone.values())
        has[asked.payer, asked.given] -= asked.gives
        has[asked.payer, asked.given] += asked.back(asked.gives, asked.given, Fraction(gone))
        has[asked.payee, asked.currency] += asked.money - gone

    @staticmethod
    def abroad(has: dict[Place, Fraction], asked: Asked, state: CrossState) -> None:
        if state is CrossState.COMMITTED:
            asked.posted = True
        if state not in MONEY_ABROAD or (asked.inbound and not asked.posted):
            return
        gone = Fraction(0 if state is not CrossState.REFUNDED else asked.money)
        if state is CrossState.PARTIALLY_REFUNDED:
            gone = sum(asked.gone.values(), Fraction(0))
        crossed = asked.back(asked.gross, asked.settles, gone)
        has[asked.payer, asked.given] -= asked.gives - asked.back(asked.gives, asked.given, gone)
        if not asked.posted:
            return  # the money waits at the bank of the link
        hub = {"alipayplus": "ALP", "vietnam": "X"}[asked.link]
        far = {"alipayplus": ("MPP", "ACQ"), "vietnam": ("F", "F")}[asked.link]
        has[f"{hub} fee", asked.settles] += asked.fee
        if asked.inbound:
            has[asked.payee, asked.currency] += asked.money - gone
            has[f"S at {hub}", asked.settles] += asked.gross - asked.fee - crossed
            has[f"{far[0]} at {hub}", asked.settles] -= asked.gross - crossed
        else:
            net = asked.gross - asked.fee
            has[asked.payee, asked.settles] += net - crossed
            has[f"S at {hub}", asked.settles] -= asked.gross - crossed
            has[f"{far[1]} at {hub}", asked.settles] += net - crossed


class Machine(RuleBasedStateMachine):
    """A world, and the model beside it."""

    @initialize(retry=st.booleans())
    def start(self, retry: bool) -> None:
        terms = [alipayplus(fee=100), vietnam(fee=30)]
        world = self.world = World(terms, refused="retry" if retry else "burn")
        self.sim, self.links, books = world.sim, world.links, world.sim.books
        self.links.ask = self.ask
        self.sim.link = lambda _: self.hop
        self.sim.add_customer("m", "B", credit_days=1)
        self.clearings = [Clearing(books, one) for one in terms]
        for book, currency in (
            *((one, "USD") for one in ("S", "MPP", "ACQ", "ALP")),
            *((one, "VND") for one in ("S", "F", "X")),
        ):
            books.run("endow", {"book": book}, {"amount": Money(currency, ENDOWED)})
        self.audit = whole_audit(self.sim, self.clearings)
        self.answer, self.hop = PartnerAnswer.SUCCESS, Answer.GIVEN
        self.numbers = count(1)
        self.model = Model()
        self.codes = [world.shop("4100"), world.shop("77")]
        self.begin = self.found()

    def ask(self, _: CrossPayment) -> PartnerAnswer:
        return self.answer

    # A call, which may be stopped, and is then sent again.

    def call(self, ours: Callable[[], object], stop: int | None) -> object:
        left = stop

        def watch(at: Stop) -> None:
            nonlocal left
            assert left is not None
            if not left:
                raise Stopped(at)
            left -= 1

        self.sim.watch(None if stop is None else watch)
        try:
            return ours()
        except SettlementError as refusal:
            event(refusal.name)
            return None
        except Stopped as stopped:
            event(stopped.stop.value)
            self.sim.watch(None)
            self.sim.recover()
            return self.call(ours, None)
        finally:
            self.sim.watch(None)

    def key(self, data: st.DataObject, prefix: str = "") -> str:
        known = [key for key, one in self.model.asked.items() if bool(one.link) is bool(prefix)]
        return data.draw(st.sampled_from(known[-6:] or ["A/none"]))

    # At home.

    @rule(
        amount=AMOUNTS,
        kind=st.sampled_from(["home", "home", "dynamic", "converted"]),
        stop=STOPS,
        hop=st.sampled_from([Answer.GIVEN, Answer.GIVEN, *Answer]),
        held=st.booleans(),
    )
    def pay(self, amount: int, kind: str, stop: int | None, hop: Answer, held: bool) -> None:
        world, number = self.world, str(next(self.numbers))
        # the model cannot know whether a hop whose answer is lost was posted before a stop
        self.hop = Answer.GIVEN if stop is not None else hop
        currency = "USD" if kind == "converted" else "KHR"
        payload, entered = world.shop(currency=currency), str(Fraction(amount, 1))
        money, path, more = Fraction(amount), "home", {}
        if kind == "converted":
            money, path = Fraction(amount % 900 + 1, 100), "converted"
            entered = f"{amount % 900 + 1}"
            entered = f"0.0{entered}" if len(entered) == 1 else f"{int(entered) / 100:.2f}"
            more = {"quote": self.sim.offer("A", "KHR", "USD", 4100).id}
        elif kind == "dynamic":
            payload, money = self.codes[0], Fraction(4_100)
            entered = "4100"
        asked = Asked("A wallet:u", "B shops", money, currency, path)
        self.model.asked[f"A/{number}"] = asked
        call = self.sim.confirm if held else self.sim.pay
        self.call(
            partial(call, payload, payer="u@A", amount=entered, instruction=number, **more), stop
        )
        asked.posted = self.hop is Answer.LOST and self.unknown(f"A/{number}")
        self.hop = Answer.GIVEN

    def unknown(self, key: str) -> bool:
        payment = self.sim.payments.get(key)
        return payment is not None and payment.state is PaymentState.UNKNOWN

    @rule(
        data=st.data(),
        stop=STOPS,
        call=st.sampled_from(["submit", "void", "inquire", "inquire", "refund"]),
        part=PARTS,
    )
    def follow_at_home(
        self, data: st.DataObject, stop: int | None, call: str, part: str | None
    ) -> None:
        key = self.key(data)
        if call != "refund":
            self.call(partial(getattr(self.sim, call), key), stop)
            return
        number = f"r{next(self.numbers)}"
        found = self.call(partial(self.sim.refund, key, part, instruction=number), stop)
        self.gone(key, number, found)

    def gone(self, key: str, number: str, refund: object) -> None:
        if refund is not None:
            units, currency = refund.money.units, refund.money.currency  # type: ignore[attr-defined] # a Refund
            self.model.asked[key].gone[number] = Fraction(units, UNIT[currency])

    # Abroad.

    @rule(
        amount=AMOUNTS,
        path=st.sampled_from(["alipay in", "alipay out", "viet in", "viet out"]),
        answer=ANSWERS,
        stop=STOPS,
        held=st.booleans(),
        dynamic=st.booleans(),
        life=st.sampled_from([60_000, 60_000, 400]),
    )
    def pay_abroad(
        self,
        amount: int,
        path: str,
        answer: PartnerAnswer,
        stop: int | None,
        held: bool,
        dynamic: bool,
        life: int,
    ) -> None:
        world, number, self.answer = self.world, str(next(self.numbers)), answer
        entered: str | None = str(amount)
        money, currency = Fraction(amount), "KHR"
        payload = world.shop()
        if path.endswith("in") and dynamic:
            payload, money, entered = self.codes[1], Fraction(77), None
        pairs: list[tuple[str, str, str, str]] = [("VND", "KHR", "6.25", "KHR")]
        link, way, payer, payee = "vietnam", "inbound", "p@F", "B shops"
        if path == "alipay in":
            pairs = [("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD")]
            link, payer = "alipayplus", "p@MPP"
        elif path == "alipay out":
            pairs, link = [("KHR", "USD", "4100", "USD")], "alipayplus"
            way, payer, payee = "outbound", "u@A", "ACQ payable:am"
            money, currency, entered = Fraction(amount % 900 + 1, 100), "USD", None
            payload = f"https://qr.example.com/28100004123456789012{int(number):04}"
            world.order(Money("USD", amount % 900 + 1), payload)
        elif path == "viet out":
            pairs, way, payer, payee = (
                [("KHR", "VND", "6.25", "KHR")],
                "outbound",
                "u@A",
                "F casa:fm",
            )
            payload, currency = world.vietqr(), "VND"
        account = "wallet" if link == "alipayplus" else "casa"
        name, _, book = payer.partition("@")
        asked = Asked(f"{book} {account}:{name}", payee, money, currency, path, link)
        key = f"{book}/{number}"
        self.model.asked[key] = asked
        call = self.links.confirm if held else self.links.pay
        quotes = world.rates(link, *pairs, life=life)
        source = "wallet" if account == "wallet" else "account"
        self.call(
            partial(
                call, payload, link, way, payer=payer, source=source, amount=entered,
                quotes=quotes, instruction=number,
            ),
            stop,
        )  # fmt: skip

    @rule(
        data=st.data(),
        answer=ANSWERS,
        stop=STOPS,
        call=st.sampled_from(["send", "send", "void", "inquire", "cancel", "cancel", "notify"]),
    )
    def follow(
        self, data: st.DataObject, answer: PartnerAnswer, stop: int | None, call: str
    ) -> None:
        key, self.answer = self.key(data, "links"), answer
        named = (key, answer) if call == "notify" else (key,)
        self.call(partial(getattr(self.links, call), *named), stop)

    @rule(data=st.data(), part=PARTS, stop=STOPS)
    def refund(self, data: st.DataObject, part: str | None, stop: int | None) -> None:
        key, number = self.key(data, "links"), f"r{next(self.numbers)}"
        found = self.call(partial(self.links.refund, key, part, instruction=number), stop)
        self.gone(key, number, found)

    # Time, clearing, and stops by themselves.

    @rule(by=st.sampled_from(TIMES))
    def wait(self, by: int) -> None:
        self.world.time += by

    @rule(which=st.integers(0, 1), stop=STOPS)
    def run_due(self, which: int, stop: int | None) -> None:
        self.call(self.clearings[which].run_due, stop)

    @rule(stop=STOPS)
    def credit(self, stop: int | None) -> None:
        self.call(self.sim.credit_due, stop)

    @rule()
    def recover(self) -> None:
        self.sim.recover()

    @rule()
    def print_anew(self) -> None:
        self.codes = [self.world.shop("4100"), self.world.shop("77")]

    # What must be true.

    @invariant()
    def everything_holds(self) -> None:
        self.sim.now()
        assert self.audit.sweep() == []
        states: dict[str, CrossState | PaymentState] = {
            key: one.state for key, one in self.sim.payments.items() if not one.link
        }
        states |= {key: one.state for key, one in self.links.payments.items()}
        model = self.model.balances(states)
        for place, amount in self.found().items():
            assert amount - self.begin[place] == model.pop(place, 0), place
        assert not any(model.values()), model

    def found(self) -> dict[Place, Fraction]:
        """What is in the books, summed up as the model knows it."""
        has: dict[Place, Fraction] = defaultdict(Fraction)
        state = self.sim.ledger.state
        for number, account in enumerate(state.accounts.rows):
            book, name, currency = account[:3]
            units = Fraction(state.balance(number), UNIT.get(currency, 100))
            kind, _, party = name.partition(":")
            if book == "B" and kind in {"casa", "wallet", "susp_in"}:
                has["B shops", currency] += units
            elif (book, name) in {
                ("A", "wallet:u"), ("A", "casa:u"), ("MPP", "wallet:p"), ("F", "casa:p"),
                ("F", "casa:fm"), ("ACQ", "payable:am"),
            }:  # fmt: skip
                has[f"{book} {name}", currency] += units
            elif name == "fee_income" and book in {"ALP", "X"}:
                has[f"{book} fee", currency] += units
            elif kind in {"due_to", "due_from"} and book not in {"ALP", "X"}:
                has[f"{book} at {party}", currency] += units * (1 if kind == "due_from" else -1)
            elif name == "nostro" and book not in {"ALP", "X"}:
                hub = "ALP" if currency == "USD" else "X"
                has[f"{book} at {hub}", currency] += units
        return has

    def teardown(self) -> None:
        self.answer = PartnerAnswer.SUCCESS
        self.world.time = max(self.world.time, self.sim.now()) + 60_001
        for payment in list(self.sim.payments.values()):
            self.call(partial(self.sim.inquire, payment.id), None)
        for key in list(self.links.payments):
            self.call(partial(self.links.inquire, key), None)
            if self.links.find(key).state is CrossState.CANCELLING:
                assert self.links.cancel(key).state is CrossState.CANCELLED
        self.everything_holds()
        self.world.time += 3 * DAY
        self.sim.credit_due()
        self.world.time += 9 * DAY
        for clearing in self.clearings:
            clearing.run_due()
        self.everything_holds()
        state = self.sim.ledger.state
        left = {
            str(account): state.balance(number)
            for number, account in enumerate(state.accounts.rows)
            if account.name.startswith("due_")
        }
        assert not any(left.values()), left
        end = settled(self.sim, self.audit, self.clearings)
        assert end.ok
        assert set(end.waiting) <= {Waiting.RESEND, Waiting.VALUE_DATE, Waiting.SETTLEMENT}, end
        again = self.sim.ledger.replay()
        assert again.chain == self.sim.ledger.chain
        assert again.state.posted == state.posted


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=min(EXAMPLES, 40), stateful_step_count=60)


def test_the_invariants_are_named_without_a_gap() -> None:
    machine = Machine()
    machine.start(retry=False)
    names = {one.name for one in machine.audit.invariants}
    assert names == {*(f"I{number}" for number in range(1, 18)), "D1", "D2", "D3"}
    statements = [(one.name, one.statement) for one in machine.audit.invariants]
    twice = {one for one in statements if statements.count(one) > 1}
    assert {name for name, _ in twice} == {"I15", "I17"}  # once for each link
