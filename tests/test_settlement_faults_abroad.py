"""Links and clearing while messages, clocks and processes fail, and journals that end too early."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khqr.settlement import (
    INVARIANTS,
    Answer,
    Audit,
    Ledger,
    Money,
    PaymentState,
    Posting,
    SettlementError,
    Side,
    Simulation,
)
from khqr.settlement.clearing import Batch, BatchState, Clearing, whole_audit
from khqr.settlement.faults import (
    Fault,
    FaultPlan,
    Ref,
    Request,
    SplitMix64,
    Stopped,
    Waiting,
    Wire,
    settled,
)
from khqr.settlement.ledger.journal import Journal
from khqr.settlement.ledger.lines import journal_lines, read_journal
from khqr.settlement.ledger.rows import NO_ID, Kind
from khqr.settlement.links import CrossPayment, CrossState, Links, PartnerAnswer
from khqr.settlement.payments.stops import Stop
from links_world import DAY, World, refused
from material import EXAMPLES
from settlement_traffic import balances

SEEDS = st.integers(0, 2**32)


class Set:
    """The clock of a world, as a wire sets it."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def time(self) -> int:
        return self.world.time

    @time.setter
    def time(self, time: int) -> None:
        self.world.time = time

    def __call__(self) -> int:
        return self.world.time


class Abroad:
    """The world of the links tests on a wire, with its clearing."""

    def __init__(self, plan: FaultPlan) -> None:
        world = self.world = World()
        self.sim, self.links, books = world.sim, world.links, world.sim.books
        world.sim.add_customer("m", "B", credit_days=1)
        self.links.ask = self.answer
        for book in ("S", "MPP", "ACQ", "ALP"):
            books.run("endow", {"book": book}, {"amount": Money("USD", 10**9)})
        for book in ("S", "X", "F"):
            books.run("endow", {"book": book}, {"amount": Money("VND", 10**9)})
        terms = [self.links.terms[name] for name in ("alipayplus", "vietnam")]
        self.clearings = [Clearing(books, one) for one in terms]
        self.audit = whole_audit(self.sim, self.clearings)
        clock = Set(world)
        self.wire = Wire(self.sim, clock, plan, clearings=self.clearings)  # type: ignore[arg-type] # a clock that can be set

    @staticmethod
    def answer(payment: CrossPayment) -> PartnerAnswer:
        declined = payment.id.endswith("5") and payment.state is not CrossState.CANCELLING
        return PartnerAnswer.FAILURE if declined else PartnerAnswer.SUCCESS

    def scenario(self, seed: int, length: int) -> list[Request]:
        pick, asked, paid = SplitMix64(seed).below, list[Request](), ["A/none"]
        for number in range(length):
            chosen = pick(10)
            if chosen < 6:
                asked += self.payment(pick(4), number)
                payer = str(asked[-1].arguments["payer"]).partition("@")[2]
                paid.append(f"{payer}/{number}")
                if asked[-1].call == "links.confirm":
                    after = ("links.send", "links.void", "links.send")[pick(3)]
                    asked.append(Request(after, {"payment_id": paid[-1]}))
            elif chosen < 8:
                call = ("links.cancel", "links.inquire", "links.notify")[pick(3)]
                named = {"payment_id": paid[pick(len(paid))]}
                more = {"answer": None} if call == "links.notify" else {}
                asked.append(Request(call, named | more))
            elif chosen < 9:
                amount = (None, "1", "70")[pick(3)]
                refund = {"payment_id": paid[pick(len(paid))], "amount": amount}
                asked.append(Request("links.refund", {**refund, "instruction": f"r{number}"}))
            else:
                asked.append(Request("credit_due", {}))
                asked.append(
                    Request("clearing.run_due", {"clears": ("alipayplus", "vietnam")[pick(2)]})
                )
        return asked

    def payment(self, kind: int, number: int) -> list[Request]:
        call = "links.confirm" if number % 4 == 3 else "links.pay"
        offers = [
            [
                ("alipayplus", "CNY", "USD", "7.1", "USD"),
                ("alipayplus", "USD", "KHR", "4100", "USD"),
            ],
            [("alipayplus", "KHR", "USD", "4100", "USD")],
            [("vietnam", "VND", "KHR", "6.25", "KHR")],
            [("vietnam", "KHR", "VND", "6.25", "KHR")],
        ][kind]
        payer, source = [
            ("p@MPP", "wallet"),
            ("u@A", "wallet"),
            ("p@F", "account"),
            ("u@A", "account"),
        ][kind]
        amount = None if kind == 1 else str(100 + number)
        code = self.world.shop()
        if kind == 1:
            code = f"https://qr.example.com/28100004123456789012{number:04}"
            self.world.order(Money("USD", 100 + number), code)
        elif kind == 3:
            code = self.world.vietqr()
        asked, quotes = list[Request](), list[Ref]()
        for place, (link, sold, bought, price, base) in enumerate(offers):
            offer = {"link": link, "sold": sold, "bought": bought, "price": price, "base": base}
            quotes.append(Ref(f"q{number}.{place}"))
            asked.append(Request("links.offer", offer, quotes[-1].label))
        arguments = {
            "payload": code, "link": offers[0][0], "direction": ("inbound", "outbound")[kind % 2],
            "payer": payer, "source": source, "amount": amount, "quotes": quotes,
            "instruction": str(number),
        }  # fmt: skip
        return [*asked, Request(call, arguments, f"p{number}")]

    def run(self, seed: int, length: int) -> None:
        for request in self.scenario(seed, length):
            self.wire.send(request)
            assert self.audit.sweep() == [], request
        self.wire.finish()
        end = settled(self.sim, self.audit, self.clearings)
        assert end.ok, end
        assert (end.interrupted, end.unexplained) == ((), ())
        assert all(sent.is_answered for sent in self.wire.sent), self.wire.sent
        assert not any(
            self.sim.ledger.balance(number)
            for number, account in enumerate(self.sim.ledger.state.accounts.rows)
            if account.name.startswith("due_") and account.currency in {"USD", "VND"}
        )


@settings(max_examples=min(EXAMPLES, 60))
@given(SEEDS)
def test_whatever_happens_abroad_every_payment_ends_and_nothing_is_due(seed: int) -> None:
    Abroad(FaultPlan(seed=seed, shares=dict.fromkeys(Fault, 60))).run(seed, 20)


@pytest.mark.parametrize("fault", Fault)
def test_each_fault_happens_abroad_and_is_survived(fault: Fault) -> None:
    happened: Counter[Fault] = Counter()
    for seed in range(6):
        abroad = Abroad(FaultPlan(seed=seed, shares={fault: 400}))
        abroad.run(seed, 12)
        happened += abroad.wire.happened
    assert set(happened) == {fault}
    assert happened[fault] > 3


def one(fault: Fault, kind: int, seed: int = 1) -> tuple[Abroad, CrossPayment]:
    """One payment to which a fault happens, and what the client knows of it at once."""
    abroad = Abroad(FaultPlan(seed=seed, shares={fault: 1000}))
    *offers, pay = abroad.payment(kind, 1)
    abroad.wire.plan = FaultPlan(seed=seed, shares={})
    for offer in offers:
        abroad.wire.send(offer._replace(arguments={**offer.arguments, "life": 1_000}))
    abroad.wire.plan = FaultPlan(seed=seed, shares={fault: 1000})
    abroad.wire.send(pay)
    (payment,) = abroad.links.payments.values()
    abroad.wire.plan = FaultPlan(seed=seed, shares={})
    return abroad, payment


@pytest.mark.parametrize("kind", range(4))
def test_p6_a_rate_that_expires_before_it_is_sent_moves_nothing_abroad(kind: int) -> None:
    abroad = Abroad(FaultPlan(seed=1, shares={}))
    before = {key: units for key, units in balances(abroad.sim).items() if key[1] != "nostro"}
    abroad, payment = one(Fault.EXPIRED_QUOTE, kind)
    assert (payment.state, payment.refusal) == (CrossState.FAILED, "QUOTE_EXPIRED")
    after = {key: units for key, units in balances(abroad.sim).items() if key[1] != "nostro"}
    assert after == before
    assert abroad.audit.sweep() == []


@pytest.mark.parametrize("kind", [0, 2])
def test_p7_the_bank_of_a_link_has_too_little_to_settle(kind: int) -> None:
    abroad, payment = one(Fault.SHORT_BALANCE, kind)
    assert payment.state is CrossState.REJECTED
    assert payment.refusal == "INSUFFICIENT_SETTLEMENT_BALANCE"
    assert payment.hold is None
    assert abroad.audit.sweep() == []
    assert not any(name.startswith("due_") for _, name, _ in balances(abroad.sim))


@pytest.mark.parametrize("kind", range(4))
def test_p8_a_late_success_loses_against_a_cancel(kind: int) -> None:
    abroad, payment = one(Fault.LATE_AFTER_CANCEL, kind)
    assert payment.state is CrossState.CANCELLED
    rows = len(abroad.sim.ledger.journal)
    assert abroad.links.notify(payment.id, "S").state is CrossState.CANCELLED
    assert len(abroad.sim.ledger.journal) == rows
    abroad.wire.finish()
    assert abroad.links.find(payment.id).state is CrossState.CANCELLED
    assert abroad.audit.sweep() == []
    assert settled(abroad.sim, clearings=abroad.clearings).ok


@pytest.mark.parametrize("kind", range(4))
def test_p8_an_answer_that_comes_late_and_twice_posts_once(kind: int) -> None:
    abroad, payment = one(Fault.SILENT_PARTNER, kind)
    abroad.wire.finish()
    payment = abroad.links.find(payment.id)
    assert payment.state is CrossState.COMMITTED
    posted = [name for name, _ in abroad.links.transactions(payment.id) if name == "posted"]
    assert posted == ["posted"]
    assert abroad.audit.sweep() == []


def test_p9_a_cut_off_between_the_payment_and_its_credit_and_a_weekend() -> None:
    """Paid on a Friday evening: the batch waits for Tuesday, the shop for its own bank."""
    abroad = Abroad(FaultPlan(seed=1, shares={}))
    abroad.world.time += 5 * DAY  # Friday, 23:06 in UTC+8
    for request in abroad.payment(0, 1):
        abroad.wire.send(request)
    (payment,) = abroad.links.payments.values()
    assert abroad.sim.payments[payment.id].acknowledged_at is None
    abroad.world.time += DAY
    alipay, _ = abroad.clearings
    alipay.run_due()
    abroad.sim.credit_due()
    assert abroad.sim.payments[payment.id].acknowledged_at is not None
    batch: Batch = alipay.batch_of(payment.row or 0)
    assert batch.state is BatchState.CLEARED
    assert (batch.value_date - batch.cycle) == 4
    for days in (1, 1):
        abroad.world.time += days * DAY
        alipay.run_due()
        assert alipay.batch(batch.id).state is BatchState.CLEARED
    abroad.world.time += DAY
    alipay.run_due()
    assert alipay.batch(batch.id).state is BatchState.SETTLED
    assert abroad.audit.sweep() == []


def test_calls_abroad_that_cannot_be_delivered() -> None:
    abroad = Abroad(FaultPlan(seed=1, shares={}))
    send = abroad.wire.send
    assert send(Request("clearing.run_due", {"clears": "nowhere"})).refusal == "NOT_FOUND"
    assert send(Request("clearing.run_due", {})).refusal == "NOT_FOUND"
    assert send(Request("links.notify", {"payment_id": "A/1", "answer": None})).refusal == (
        "NOT_FOUND"
    )
    alone = Simulation(["A"], clock=Set(World()), ids=lambda: "1")
    wire = Wire(alone, Set(World()), FaultPlan(seed=1, shares={}))  # type: ignore[arg-type] # a clock that can be set
    assert wire.send(Request("links.send", {"payment_id": "A/1"})).refusal == "NOT_FOUND"
    assert wire.links is None


# A journal whose last transaction is not whole.


def two_accounts() -> tuple[Ledger, int, int]:
    ledger = Ledger(clock=lambda: 1_750_000_000_000)
    cash = ledger.open("devb", "cash", "KHR", side=Side.DEBIT)
    return ledger, cash, ledger.open("devb", "casa:dara", "KHR", side=Side.CREDIT)


def torn() -> tuple[Ledger, str, int]:
    """A ledger that stopped after the first of three rows; its chain and rows before them."""
    ledger, cash, dara = two_accounts()
    ledger.post(cash, dara, 10, "devb/1")
    chain, rows = ledger.chain, len(ledger.journal)

    def die() -> None:
        raise Stopped(Stop.TORN)

    ledger.watch(None, die)
    with pytest.raises(Stopped):
        ledger.transact([Posting(cash, dara, 5)] * 3, "devb/2")
    ledger.watch(None)
    return ledger, chain, rows


def test_a_torn_transaction_is_refused_by_whoever_reads_it() -> None:
    ledger, _, rows = torn()
    assert len(ledger.journal) == rows + 1
    refused("JOURNAL_BROKEN", ledger.replay)
    again = partial(Ledger.from_journal, ledger.journal, clock=lambda: 0)
    refused("JOURNAL_BROKEN", again)
    refused("JOURNAL_BROKEN", lambda: read_journal(journal_lines(ledger), clock=lambda: 0))


def test_a_recovery_takes_a_torn_transaction_out() -> None:
    ledger, chain, rows = torn()
    ledger.recover()
    assert (len(ledger.journal), ledger.chain) == (rows, chain)
    assert ledger.outcome("devb/2") is None
    assert ledger.balance(1) == 10
    ledger.transact([Posting(0, 1, 5)] * 3, "devb/2")
    assert ledger.balance(1) == 25
    assert ledger.journal.chain == ledger.journal.recomputed()
    assert ledger.replay().chain == ledger.chain
    assert read_journal(journal_lines(ledger), clock=lambda: 0).chain == ledger.chain


def test_a_recovery_of_what_is_whole_changes_nothing() -> None:
    ledger, cash, dara = two_accounts()
    ledger.transact([Posting(cash, dara, 5)] * 3, "devb/2")
    chain = ledger.chain
    ledger.recover()
    assert ledger.chain == chain
    assert ledger.journal.drop_torn() == 0


def test_a_journal_that_is_torn_from_its_first_row_is_empty_after_it() -> None:
    journal = Journal()
    number = journal.number_of("a text")
    stamp = journal.stamp(Kind.POST, 5, continued=True)
    for _ in range(3):
        journal.append(0, 1, 500, stamp, NO_ID)
    assert journal.drop_torn() == 3
    assert (len(journal), journal.text(number)) == (0, "")
    assert journal.chain == Journal().chain
    assert not journal.is_torn


def test_an_audit_that_has_seen_torn_rows_says_that_they_are_gone() -> None:
    ledger, _, _ = torn()
    audit = Audit(ledger, INVARIANTS)
    audit.sweep()
    ledger.recover()
    assert "I11" in {violation.name for violation in audit.sweep()}


def test_a_stop_in_the_midst_of_a_payment_over_a_link_leaves_nothing_of_it() -> None:
    world = World()
    before = balances(world.sim)

    def die(stop: Stop) -> None:
        if stop is Stop.TORN:
            raise Stopped(stop)

    code = world.shop("4100")
    rates = world.rates("alipayplus", ("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD"))
    pay = partial(
        world.links.pay, code, "alipayplus", "inbound", payer="p@MPP", quotes=rates,
        instruction="1",
    )  # fmt: skip
    world.sim.watch(die)
    with pytest.raises(Stopped):
        pay()
    world.sim.watch(None)
    with pytest.raises(SettlementError, match="says that its transaction goes on"):
        world.sim.ledger.replay()
    world.sim.recover()
    assert balances(world.sim) == before
    world.check()
    assert world.links.inquire("MPP/1").state is CrossState.COMMITTED
    world.check()
    assert isinstance(world.sim.abroad, Links)


# What the end of a run does with what clients could not learn.


def test_what_stays_without_an_answer_is_cancelled_in_the_end() -> None:
    abroad = Abroad(FaultPlan(seed=1, shares={}))
    knows: dict[CrossState, PartnerAnswer] = {CrossState.CANCELLING: PartnerAnswer.SUCCESS}
    abroad.wire._partner._knows = lambda one: knows.get(one.state, PartnerAnswer.UNKNOWN)
    for kind in range(4):
        for request in abroad.payment(kind, 10 + kind):
            abroad.wire.send(request)
    assert {one.state for one in abroad.links.payments.values()} <= {
        CrossState.UNKNOWN,
        CrossState.HELD,
    }
    abroad.wire.finish()
    ends = Counter(one.state for one in abroad.links.payments.values())
    assert set(ends) <= {CrossState.CANCELLED, CrossState.FAILED, CrossState.EXPIRED}
    assert ends[CrossState.CANCELLED] >= 2
    assert abroad.audit.sweep() == []
    assert set(settled(abroad.sim, clearings=abroad.clearings).waiting) <= {Waiting.VALUE_DATE}


def test_what_nobody_asked_after_is_inquired_in_the_end() -> None:
    abroad = Abroad(FaultPlan(seed=1, shares={}))
    abroad.sim.link = lambda _: Answer.LOST
    payment = abroad.sim.pay(abroad.world.shop("4100"), payer="u@A")
    assert payment.state is PaymentState.UNKNOWN
    assert abroad.wire.run([]) == []
    abroad.wire.finish()
    assert abroad.sim.find(payment.id).state is PaymentState.ACKNOWLEDGED


def test_an_answer_that_is_asked_for_may_be_a_refusal() -> None:
    """The wallet confirms, and its customer has no money by then."""
    abroad = Abroad(FaultPlan(seed=1, shares={}))
    *offers, pay = abroad.payment(0, 1)
    for offer in offers:
        abroad.wire.send(offer)
    poor = pay._replace(arguments={**pay.arguments, "payer": "nobody@MPP"})
    abroad.wire.plan = FaultPlan(seed=1, shares={Fault.HOP_UNANSWERED: 1000})
    sent = abroad.wire.send(poor)
    abroad.wire.plan = FaultPlan(seed=1, shares={})
    abroad.wire.finish()
    (sent,) = (one for one in abroad.wire.sent if one.request.call == "links.pay")
    assert sent.refusal == "INSUFFICIENT_FUNDS"
    assert abroad.links.find("MPP/1").state is CrossState.FAILED
    assert abroad.audit.sweep() == []
