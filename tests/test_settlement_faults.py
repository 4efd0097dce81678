"""Payments while messages, clocks and processes fail: nothing is lost, and nothing done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khqr.settlement import (
    Answer,
    BookKind,
    HoldState,
    Money,
    Payment,
    PaymentState,
    Posting,
    Refused,
    SettlementError,
    Simulation,
    Tier,
)
from khqr.settlement.faults import (
    Clock,
    Fault,
    FaultPlan,
    Request,
    SplitMix64,
    Stopped,
    Waiting,
    Wire,
    settled,
)
from khqr.settlement.ledger.rows import ROW_SIZE
from khqr.settlement.links import Links
from khqr.settlement.payments.limits import Used, business_day
from khqr.settlement.payments.stops import Stop
from material import EXAMPLES
from settlement_traffic import (
    DAY,
    START,
    balances,
    made,
    outcomes,
    scenario,
    shop_code,
    stopped_clock,
    wallet_code,
)

OVER_LINKS = {Stop.SENT, Stop.PAID, Stop.SENT_BACK}
AT_HOME = [stop for stop in Stop if stop not in OVER_LINKS]
SEEDS = st.integers(0, 2**32)


def refused(name: str, call: Callable[[], object]) -> None:
    with pytest.raises(SettlementError) as refusal:
        call()
    assert refusal.value.name == name, refusal.value


# Numbers and plans.


def test_numbers_are_those_of_the_reference() -> None:
    """The values that the authors' C program gives for the seed 1234567."""
    source = SplitMix64(1234567)
    assert [source.next() for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_each_number_below_n_comes_as_often_as_the_others() -> None:
    source = SplitMix64(1)
    found = Counter(source.below(6) for _ in range(60_000))
    assert set(found) == set(range(6))
    assert max(found.values()) - min(found.values()) < 600
    assert SplitMix64(1).below(2**64) == SplitMix64(1).next()
    assert SplitMix64(-1).next() == SplitMix64(2**64 - 1).next()


def test_numbers_that_would_favour_some_are_passed_over() -> None:
    n = 2**63 + 1  # almost half of all numbers lie above the only whole multiple
    source, other = SplitMix64(5), SplitMix64(5)
    for _ in range(20):
        expected = other.next()
        while expected >= n:
            expected = other.next()
        assert source.below(n) == expected


@pytest.mark.parametrize("n", [0, -1, 2**64 + 1, "6", True, None])
def test_what_no_number_can_be_below(n: object) -> None:
    with pytest.raises(TypeError, match="1 to 2"):
        SplitMix64(0).below(n)  # type: ignore[arg-type] # on purpose
    with pytest.raises(TypeError, match="a seed is an int"):
        SplitMix64("0")  # type: ignore[arg-type] # on purpose


@given(SEEDS, st.integers(0, 10**9))
@settings(max_examples=min(EXAMPLES, 300))
def test_a_plan_depends_on_its_seed_and_on_nothing_else(seed: int, number: int) -> None:
    one, other = FaultPlan(seed=seed), FaultPlan(seed=seed)
    assert one == other
    assert one.fate(number) == other.fate(number)
    assert one.is_down("A", number) == other.is_down("A", number)


def test_faults_come_as_often_as_their_shares_say() -> None:
    shares = {Fault.CRASH: 250, Fault.DUPLICATE: 100, Fault.DOWN: 300}
    plan = FaultPlan(seed=3, shares=shares)
    found = Counter(plan.fate(number).fault for number in range(10_000))
    assert set(found) == {None, Fault.CRASH, Fault.DUPLICATE}
    assert abs(found[Fault.CRASH] - 2500) < 150
    assert abs(found[Fault.DUPLICATE] - 1000) < 150
    down = sum(plan.is_down("A", plan.stretch * number) for number in range(10_000))
    assert abs(down - 3000) < 150
    assert not FaultPlan(seed=3, shares={}).is_down("A", 0)
    assert FaultPlan(seed=4, shares=shares).fate(0) != plan.fate(0)


def test_a_participant_is_down_for_a_whole_stretch() -> None:
    plan = FaultPlan(seed=1, shares={Fault.DOWN: 500}, stretch=1000)
    for start in range(0, 50_000, 1000):
        assert len({plan.is_down("A", start + more) for more in (0, 1, 500, 999)}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": "1"},
        {"seed": 1, "shares": {"crash": 10}},
        {"seed": 1, "shares": [1]},
        {"seed": 1, "shares": None},
        {"seed": 1, "shares": {Fault.CRASH: 1001}},
        {"seed": 1, "shares": {Fault.CRASH: -1}},
        {"seed": 1, "shares": {Fault.CRASH: 0.5}},
        {"seed": 1, "shares": {Fault.CRASH: 600, Fault.DUPLICATE: 500}},
        {"seed": 1, "longest_jump": 0},
        {"seed": 1, "stretch": 0},
        {"seed": 1, "stretch": "1"},
    ],
)
def test_plans_that_are_none(wrong: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        FaultPlan(**wrong)  # type: ignore[arg-type] # on purpose


# The wire.


def run(seed: int, shares: dict[Fault, int], length: int = 20) -> tuple[Wire, Simulation]:
    """Run a scenario through a plan, with every invariant after each request, to its end."""
    clock = stopped_clock()
    sim = made(clock, (Refused.BURN, Refused.RETRY)[seed % 2])
    wire = Wire(sim, clock, FaultPlan(seed=seed, shares=shares))
    audit = sim.audit()
    for request in scenario(seed, length):
        wire.send(request)
        assert audit.sweep() == [], request
    wire.finish()
    end = settled(sim, audit)
    assert end.ok, end
    assert (end.waiting, end.interrupted) == ({}, ())
    assert all(sent.is_answered for sent in wire.sent)
    return wire, sim


def conserved(wire: Wire, sim: Simulation) -> None:
    """What each customer has is what the clients' own answers add up to."""
    expected: Counter[tuple[str, str]] = Counter()
    for customer in ("u@A", "v@A", "w@B"):
        expected[customer, "KHR"] += 5_000_000
        expected[customer, "USD"] += 900_00
    keys = {wire._payment(sent.request) for sent in wire.sent} - {""}
    for key in keys & set(sim.payments):
        payment = sim.payments[key]
        if payment.row is not None:
            assert payment.debited is not None
            assert payment.money is not None
            expected[payment.payer, payment.debited.currency] -= payment.debited.units
            shop = f"{payment.code.beneficiary}@{payment.code.bank}"
            if payment.state is not PaymentState.REFUNDED_BY_RECEIVER:
                expected[shop, payment.money.currency] += payment.money.units - payment.refunded
            expected[payment.payer, payment.debited.currency] += payment.returned
    for customer in ("u@A", "v@A", "w@B", "m@B", "n@B"):
        name, _, bank = customer.partition("@")
        for currency in ("KHR", "USD"):
            has = sum(
                sim.books.balance(bank, f"{kind}:{name}", currency) for kind in ("casa", "wallet")
            )
            assert has == expected[customer, currency], (customer, currency)
    assert keys >= set(sim.payments)


@settings(max_examples=min(EXAMPLES, 100))
@given(SEEDS)
def test_whatever_happens_every_payment_ends_and_every_invariant_holds(seed: int) -> None:
    wire, sim = run(seed, dict.fromkeys(Fault, 70))
    conserved(wire, sim)


@pytest.mark.parametrize("fault", [one for one in Fault if one is not Fault.SILENT_PARTNER])
def test_each_fault_happens_and_is_survived(fault: Fault) -> None:
    happened = 0
    for seed in range(12):
        wire, sim = run(seed, {fault: 400}, length=12)
        happened += wire.happened[fault]
        assert set(wire.happened) <= {fault}
        conserved(wire, sim)
    assert happened > 12


def test_the_same_seed_gives_the_same_run() -> None:
    one, other = (run(5, dict.fromkeys(Fault, 60), length=40) for _ in range(2))
    assert one[1].ledger.chain == other[1].ledger.chain
    assert one[0].sent == other[0].sent
    assert outcomes(one[0].sent) == outcomes(other[0].sent)


def test_without_faults_every_request_arrives_once() -> None:
    wire, _ = run(9, {}, length=30)
    assert not wire.happened
    assert not wire.stops


def test_a_plan_stays_as_it_was_made() -> None:
    shares = {Fault.CRASH: 1000}
    plan = FaultPlan(seed=1, shares=shares)
    shares.clear()
    assert plan.fate(0).fault is Fault.CRASH
    for number in (-1, "1", None, True):
        with pytest.raises(TypeError, match="counted from 0"):
            plan.fate(number)  # type: ignore[arg-type] # on purpose


def test_requests_that_no_wire_can_send() -> None:
    sim = made(clock := stopped_clock())
    wire = Wire(sim, clock, FaultPlan(seed=1, shares={Fault.LOST_ANSWER: 1000}))
    refused("NOT_FOUND", lambda: wire.send(Request("fly", {})))
    code = shop_code("m")
    nameless = Request("pay", {"payload": code, "payer": "u@A", "amount": 1})
    refused("MISSING_FIELDS", lambda: wire.send(nameless))
    refused("MISSING_FIELDS", lambda: wire.send(Request("void", {})))
    with pytest.raises(TypeError):
        wire.send(Request("refund", {"payment": "A/1"}))
    with pytest.raises(TypeError, match="a function of a Stop"):
        sim.watch(5)  # type: ignore[arg-type] # on purpose
    assert not sim.payments


def test_what_was_never_answered_is_asked_for_by_its_label() -> None:
    from khqr.settlement.faults import Ref

    sim = made(clock := stopped_clock())
    wire = Wire(sim, clock, FaultPlan(seed=1, shares={}))
    code = shop_code("m", "12.50", "USD")
    pay = Request("pay", {"payload": code, "payer": "u@A", "instruction": "1", "quote": Ref("q")})
    assert wire.send(pay).refusal == "NOT_FOUND"


# What waits is said by name.


def test_payments_that_wait_are_explained() -> None:
    sim = made(clock := stopped_clock())
    sim.confirm(shop_code("m", "4100"), payer="u@A", instruction="1")
    assert settled(sim).waiting == {Waiting.SUBMISSION: 1}
    clock.time += 60_001
    assert settled(sim).states == {PaymentState.EXPIRED: 1}
    sim.pay(shop_code("n", "4200"), payer="u@A")
    assert settled(sim).waiting == {Waiting.CREDIT: 1}
    clock.time += DAY
    assert settled(sim).waiting == {Waiting.CREDIT_RUN: 1}
    sim.credit_due()
    sim.link = lambda _: Answer.LOST
    lost = sim.pay(shop_code("nobody", "4300", at=clock.time), payer="u@A")
    assert settled(sim).waiting == {Waiting.ANSWER: 1}
    own = sim.books.balance("TOK", "khqr@B", "KHR")
    sim.books.run("redeem", {"bank": "B"}, {"amount": Money("KHR", own)})
    sim.inquire(lost.id)
    assert settled(sim).waiting == {Waiting.RETURN: 1}
    assert settled(sim).ok


def test_a_payment_that_a_stop_interrupted_waits_to_be_sent_again() -> None:
    sim = made(stopped_clock())
    code = shop_code("m", "4100")
    pay = partial(sim.pay, code, payer="u@A", instruction="1")
    stopped_at(sim, Stop.BEGUN, pay)
    end = settled(sim)
    assert end.waiting == {Waiting.RESEND: 1}
    assert end.interrupted == ("pay/A/1",)
    assert end.ok
    assert pay().state is PaymentState.ACKNOWLEDGED
    assert settled(sim).interrupted == ()


def test_a_payment_in_no_final_state_is_found_out() -> None:
    sim = made(stopped_clock())
    held = sim.confirm(shop_code("m", "4100"), payer="u@A", instruction="1")
    sim.payments[held.id] = held._replace(state=PaymentState.SUBMITTED)
    end = settled(sim)
    assert end.unexplained == ("A/1",)
    assert not end.ok


def test_a_held_payment_without_its_hold_is_found_out() -> None:
    sim = made(stopped_clock())
    held = sim.confirm(shop_code("m", "4100"), payer="u@A", instruction="1")
    assert held.hold is not None
    sim.ledger.void(held.hold)
    assert settled(sim).unexplained == ("A/1",)


# Stops.


def stopped_at(sim: Simulation, stop: Stop, call: Callable[[], object], nth: int = 0) -> bool:
    """Let the process die at the nth time that a call comes to a stop, and recover."""
    left = nth

    def watch(at: Stop) -> None:
        nonlocal left
        if at is stop:
            if not left:
                raise Stopped(at)
            left -= 1

    sim.watch(watch)
    try:
        call()
    except Stopped:
        return True
    finally:
        sim.watch(None)
        sim.recover()
    return False


def answered(call: Callable[[], object]) -> str:
    try:
        call()
    except SettlementError as refusal:
        return refusal.first or refusal.name
    return "ok"


VOID = 7
"""Place of the void among the calls: sent twice, it says that it was done already."""


def calls_of(sim: Simulation) -> list[Callable[[], object]]:
    """One of everything, whose second sending gives the same end as the first."""
    riel = {"bank": "A", "sold": "KHR", "bought": "USD", "rate": 4100}
    quote = sim.offer(**riel, spread=500).id  # type: ignore[arg-type] # as a bank offers
    pay = partial(sim.pay, source="account")
    return [
        partial(pay, shop_code("m", "4100"), payer="u@A", instruction="1"),
        partial(pay, shop_code("n", "4200"), payer="u@A", instruction="2"),
        partial(pay, shop_code("nobody", "4300"), payer="v@A", instruction="3"),
        partial(sim.pay, wallet_code(), payer="u@A", amount=5_000, instruction="4"),
        partial(pay, shop_code("m", "12.50", "USD"), payer="u@A", quote=quote, instruction="5"),
        partial(pay, shop_code("m", "9999999"), payer="u@A", instruction="6"),
        partial(sim.confirm, shop_code("m", "700"), payer="v@A", instruction="7"),
        partial(sim.void, "A/7"),
        partial(sim.refund, "A/1", 1_000, instruction="r1"),
        partial(sim.refund, "A/1", instruction="r2"),
        partial(sim.refund, "A/5", "2.50", instruction="r3"),
        partial(sim.refund, "A/2", instruction="r4"),
        partial(sim.refund, "A/1", instruction="r5"),
        sim.credit_due,
    ]


@pytest.mark.parametrize("stop", AT_HOME)
@pytest.mark.parametrize("refused_ids", Refused)
def test_a_stop_anywhere_changes_no_balance_in_the_end(stop: Stop, refused_ids: Refused) -> None:
    """Die at every passing of a stop, recover, send again: as if nothing had happened."""
    untouched = made(stopped_clock(), refused_ids)
    ends = [answered(call) for call in calls_of(untouched)]
    expected = balances(untouched)
    died = 0
    for place in range(len(ends)):
        for nth in range(12):
            sim = made(stopped_clock(), refused_ids)
            audit = sim.audit()
            for number, call in enumerate(calls_of(sim)):
                if number == place:
                    hit = stopped_at(sim, stop, partial(answered, call), nth)
                    died += hit
                    assert audit.sweep() == []
                    assert audit.read == len(sim.ledger.journal)
                end = answered(call)
                if number != place or number != VOID:
                    assert end == ends[number], (place, nth, number)
            assert balances(sim) == expected, (place, nth)
            assert sim.limits.used == untouched.limits.used
            assert {one.id: one.state for one in sim.payments.values()} == {
                one.id: one.state for one in untouched.payments.values()
            }
            assert set(sim.refunds) == set(untouched.refunds)
            assert settled(sim, audit).ok
            if not hit:
                break
    assert died


@pytest.mark.parametrize("stop", [(Stop.APPENDED, 0), (Stop.APPENDED, 1), (Stop.GIVEN_UP, 0)])
def test_a_stop_while_a_payment_fails_keeps_its_reason(stop: tuple[Stop, int]) -> None:
    sim = made(clock := stopped_clock())
    sim.pay(shop_code("m"), payer="u@A", amount=1, source="account")  # opens all accounts
    late = sim.confirm(shop_code("m", "4100", life=1_000), payer="u@A", instruction="1")
    clock.time += 1_001
    assert stopped_at(sim, stop[0], partial(sim.submit, late.id), stop[1])
    found = sim.find("A/1")
    assert (found.state, found.refusal) == (PaymentState.EXPIRED, "QR_EXPIRED")
    own = sim.books.balance("TOK", "khqr@A", "KHR")
    sim.books.run("redeem", {"bank": "A"}, {"amount": Money("KHR", own)})
    short = sim.confirm(shop_code("m"), payer="u@A", amount=1, source="account", instruction="2")
    assert stopped_at(sim, stop[0], partial(sim.submit, short.id), stop[1])
    found = sim.find("A/2")
    assert found.refusal == "INSUFFICIENT_SETTLEMENT_BALANCE"
    assert found.state is PaymentState.FAILED
    given_up = sim.confirm(shop_code("m"), payer="u@A", amount=1, instruction="3")
    assert stopped_at(sim, stop[0], partial(sim.void, given_up.id), stop[1])
    assert sim.find("A/3").state is PaymentState.VOIDED
    assert sum(sim.limits.used.values()) == 1
    assert settled(sim).ok


def test_a_hold_that_was_placed_and_not_kept_is_the_payments_own() -> None:
    sim = made(stopped_clock())
    pay = partial(sim.pay, shop_code("m"), payer="u@A", amount=1_900_000, instruction="1")
    assert stopped_at(sim, Stop.HELD, pay)
    assert sim.find("A/1").state is PaymentState.HELD
    assert pay().state is PaymentState.ACKNOWLEDGED
    assert len(sim.ledger.state.holds) == 1


def test_what_a_hop_used_stays_used_after_a_stop() -> None:
    sim = made(stopped_clock())
    quote = sim.offer("A", "KHR", "USD", 4100)
    code = shop_code("m", "12.50", "USD")
    pay = partial(sim.pay, source="account", quote=quote.id)
    assert stopped_at(sim, Stop.HOP_POSTED, partial(pay, code, payer="u@A"))
    refused("QR_CONSUMED", partial(pay, code, payer="v@A"))
    refused("QUOTE_USED", partial(pay, shop_code("m", "2.50", "USD"), payer="v@A"))


def test_holds_end_in_their_order_after_a_recovery() -> None:
    """An id that was tried again has a later hold than those after it."""
    sim = made(clock := stopped_clock(), Refused.RETRY)
    confirm = partial(sim.confirm, shop_code("m"), payer="u@A", source="account")
    first = partial(confirm, amount=3_100_000, instruction="1")
    refused("INSUFFICIENT_FUNDS", first)
    confirm(amount=1_000, instruction="2")
    clock.time += 1_000
    sim.fund("u@A", Money("KHR", 2_000_000), "account")
    first()
    sim.recover()
    assert list(sim.pending) == ["A/2", "A/1"]
    clock.time += 59_001
    assert sim.now() == clock.time
    assert sim.find("A/2").state is PaymentState.EXPIRED
    assert sim.find("A/1").state is PaymentState.HELD
    assert settled(sim).ok


def test_time_does_not_go_back_in_a_recovery() -> None:
    sim = made(clock := stopped_clock())
    clock.time += 5_000
    assert sim.now() == START + 5_000
    clock.time -= 5_000
    sim.recover()
    assert sim.now() == START + 5_000


def test_what_else_counts_in_the_limits_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments over links: 70 riel of them count for u, in the audit and after a recovery."""
    numbers = count(1)
    kinds = {"A": BookKind.INSTITUTION, "B": BookKind.INSTITUTION, "X": BookKind.FOREIGN}
    sim = Simulation(kinds, clock=stopped_clock(), ids=lambda: str(next(numbers)))
    links = Links(sim, [])
    sim.add_customer("u", "A")
    use = Used("u@A", "KHR", business_day(START))
    monkeypatch.setattr(links, "uses", lambda: [(use, 70)])
    assert {one.name for one in sim.audit().sweep()} == {"I13"}
    sim.limits.take(use, 70, Tier.FULL)
    assert sim.audit().sweep() == []
    sim.recover()
    assert sim.limits.used == {use: 70}


def test_a_compensation_that_moves_nothing_is_no_refund() -> None:
    sim = made(stopped_clock())
    payment = sim.pay(shop_code("m", "4100"), payer="u@A")
    cash, capital = (sim.books.account("A", name, "KHR") for name in ("cash", "capital"))
    sim.ledger.transact([Posting(cash, capital, 5)], reference=payment.row)
    assert sim.audit().sweep() == []


def test_recovering_a_sound_simulation_changes_nothing() -> None:
    sim = made(clock := stopped_clock())
    for call in calls_of(sim):
        answered(call)
    sim.link = lambda _: Answer.LOST
    sim.pay(shop_code("m", "800"), payer="v@A", instruction="8")
    sim.link = lambda _: Answer.NEVER_ARRIVED
    sim.pay(shop_code("m", "900"), payer="v@A", instruction="9")
    sim.confirm(shop_code("m", "950"), payer="v@A", instruction="10")
    before = balances(sim), dict(sim.payments), dict(sim.refunds), dict(sim.limits.used)
    chain, pending = sim.ledger.chain, dict(sim.pending)
    assert sim.recover() == []
    assert (balances(sim), sim.payments, sim.refunds) == before[:3]
    assert {use: units for use, units in before[3].items() if units} == sim.limits.used
    assert (sim.ledger.chain, sim.pending) == (chain, pending)
    clock.time += 60_001
    assert sim.inquire("A/9").state is PaymentState.FAILED
    assert sim.recover() == []


def test_an_interrupted_id_still_refuses_another_body() -> None:
    sim = made(stopped_clock())
    pay = partial(sim.pay, shop_code("m"), payer="u@A", instruction="1")
    for stop in (Stop.BEGUN, Stop.CONFIRMED):
        stopped_at(sim, stop, partial(pay, amount=100))
        refused("IDEMPOTENCY_MISMATCH", partial(pay, amount=101))
    held = sim.confirm(shop_code("m"), payer="u@A", amount=100, instruction="1")
    assert held.state is PaymentState.HELD
    refused("IN_FLIGHT", partial(pay, amount=100))
    assert sim.submit(held.id).state is PaymentState.ACKNOWLEDGED


def test_what_was_interrupted_and_went_on_is_interrupted_no_more() -> None:
    """Once it is submitted without an answer, the same id must not hold money a second time."""
    sim = made(stopped_clock())
    pay = partial(sim.pay, shop_code("m"), payer="u@A", amount=100, instruction="1")
    stopped_at(sim, Stop.CONFIRMED, pay)
    sim.link = lambda _: Answer.NEVER_ARRIVED
    sim.submit("A/1")
    refused("IN_FLIGHT", pay)
    assert len(sim.ledger.state.holds) == 1


def test_a_refused_id_that_is_tried_again_and_interrupted() -> None:
    sim = made(stopped_clock(), Refused.RETRY)
    pay = partial(sim.pay, shop_code("m"), payer="u@A", amount=2_500_000, instruction="1")
    refused("INSUFFICIENT_FUNDS", pay)
    stopped_at(sim, Stop.APPENDED, pay)
    assert sim.find("A/1").state is PaymentState.REJECTED
    assert sim.audit().sweep() == []
    sim.fund("u@A", Money("KHR", 1_000_000))
    assert pay().state is PaymentState.ACKNOWLEDGED


def test_a_ledger_recovers_in_place_and_keeps_its_watch() -> None:
    sim = made(stopped_clock())
    ledger, seen = sim.ledger, []
    ledger.watch(lambda: seen.append(len(ledger.journal)))
    state = ledger.state
    ledger.recover()
    assert ledger.state is not state
    assert ledger.state.posted == state.posted
    sim.fund("u@A", Money("KHR", 5), "account")
    assert seen == [len(ledger.journal)]
    ledger.watch(None)


# The fault points of the specification that concern payments inside Cambodia.


def test_p1_a_stop_before_the_hold_and_one_before_submission() -> None:
    """Nothing is posted, the hold ends, and the limit is given back."""
    for stop in (Stop.BEGUN, Stop.CONFIRMED):
        sim = made(clock := stopped_clock())
        before = balances(sim)
        pay = partial(sim.pay, shop_code("m", "4100"), payer="u@A", instruction="1")
        assert stopped_at(sim, stop, pay)
        clock.time += 60_001
        sim.now()
        assert balances(sim) == before
        assert not any(sim.limits.used.values())
        assert all(one.state is HoldState.EXPIRED for one in sim.ledger.state.all_holds())
        assert settled(sim).ok


def test_p2_the_hop_is_posted_and_its_answer_is_lost() -> None:
    sim = made(stopped_clock())
    sim.link = lambda _: Answer.LOST
    pay = partial(sim.pay, shop_code("m", "4100"), payer="u@A", instruction="1")
    assert pay().state is PaymentState.UNKNOWN
    rows = len(sim.ledger.journal)
    assert pay().state is PaymentState.UNKNOWN
    assert len(sim.ledger.journal) == rows
    assert sim.inquire("A/1").state is PaymentState.ACKNOWLEDGED
    assert pay().state is PaymentState.ACKNOWLEDGED
    assert sim.books.balance("B", "casa:m", "KHR") == 4_100


def test_p3_one_instruction_from_64_threads_is_paid_once() -> None:
    sim = made(stopped_clock())
    code, ready = shop_code("m"), Barrier(64)
    found: list[object] = []

    def pay(number: int) -> None:
        ready.wait(timeout=60)
        try:
            found.append(sim.pay(code, payer="u@A", amount=100 + number % 2, instruction="1").row)
        except SettlementError as refusal:
            found.append(refusal.name)

    threads = [Thread(target=pay, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    counted = Counter(found)
    assert counted.pop("IDEMPOTENCY_MISMATCH") == 32
    ((row, times),) = counted.items()
    assert isinstance(row, int)
    assert times == 32
    assert sim.books.balance("B", "casa:m", "KHR") in {100, 101}
    assert settled(sim).ok


def test_p4_a_credit_that_never_comes_comes_twice_or_comes_next_day() -> None:
    sim = made(clock := stopped_clock())
    late = sim.pay(shop_code("n", "4100"), payer="u@A")
    assert sim.books.balance("B", "susp_in", "KHR") == 4_100
    assert late.credit_due_at is not None
    clock.time = late.credit_due_at
    (credited,) = sim.credit_due()
    assert credited.acknowledged_at == late.credit_due_at > START
    accounts = {"bank": "B", "account": "casa:n"}
    row = sim.books.run("credit", accounts, {"amount": Money("KHR", 4_100)}, f"credit/{late.id}")
    assert sim.ledger.journal.row(row).time == late.credit_due_at
    assert sim.credit_due() == []
    assert sim.books.balance("B", "casa:n", "KHR") == 4_100
    assert settled(sim).ok


def test_p5_a_code_that_expires_or_is_paid_by_another_between_scan_and_confirmation() -> None:
    sim = made(clock := stopped_clock())
    one, other = shop_code("m", "4100"), shop_code("m", "4200")
    sim.pay(one, payer="v@A")
    refused("QR_CONSUMED", lambda: sim.confirm(one, payer="u@A"))
    clock.time += 600_001
    refused("QR_EXPIRED", lambda: sim.confirm(other, payer="u@A"))
    assert settled(sim).ok


def test_p6_a_quote_that_expires_before_the_hop_moves_neither_currency() -> None:
    sim = made(clock := stopped_clock())
    before = balances(sim)
    quote = sim.offer("A", "KHR", "USD", 4100, life=1_000)
    held = sim.confirm(
        shop_code("m", "12.50", "USD"), payer="u@A", source="account", quote=quote.id
    )
    clock.time += 1_001
    refused("QUOTE_EXPIRED", lambda: sim.submit(held.id))
    assert balances(sim) == before
    assert settled(sim).ok


def test_p6_a_second_leg_that_is_refused_takes_the_first_with_it() -> None:
    """The payer has the riel, and the bank has too few dollars to settle."""
    sim = made(stopped_clock())
    sim.books.run("redeem", {"bank": "A"}, {"amount": Money("USD", 19_990_00)})
    before = balances(sim)
    quote = sim.offer("A", "KHR", "USD", 4100)
    code = shop_code("m", "12.50", "USD")
    pay = partial(sim.pay, code, payer="u@A", source="account", quote=quote.id)
    refused("INSUFFICIENT_SETTLEMENT_BALANCE", pay)
    assert balances(sim) == before
    assert settled(sim).ok


def test_p7_too_little_settlement_balance_leaves_the_payer_untouched() -> None:
    sim = made(stopped_clock())
    own = sim.books.balance("TOK", "khqr@A", "KHR")
    sim.books.run("redeem", {"bank": "A"}, {"amount": Money("KHR", own)})
    before = balances(sim)
    pay = partial(sim.pay, shop_code("m", "4100"), payer="u@A", source="account", instruction="1")
    refused("INSUFFICIENT_SETTLEMENT_BALANCE", pay)
    assert balances(sim) == before
    assert sim.find("A/1").state is PaymentState.FAILED
    assert not any(sim.limits.used.values())
    assert settled(sim).ok


def test_p8_a_cancel_wins_over_a_submission_that_comes_late() -> None:
    wire, sim = run(3, {Fault.LATE_AFTER_CANCEL: 1000}, length=20)
    assert wire.happened[Fault.LATE_AFTER_CANCEL] > 3
    assert outcomes(wire.sent)["voided"] > 3
    given_up = [one for one in sim.payments.values() if one.state is PaymentState.VOIDED]
    assert len(given_up) > 3
    for payment in given_up:
        assert payment.row is None
        refused("HOLD_ALREADY_VOIDED", partial(sim.submit, payment.id))


def test_p9_a_clock_that_jumps_back_leaves_the_order_as_it_was() -> None:
    sim = made(clock := stopped_clock())
    late = sim.pay(shop_code("n", "4100"), payer="u@A")
    assert late.credit_due_at is not None
    clock.time = late.credit_due_at + 5
    sim.pay(shop_code("m", "4200", at=clock.time), payer="u@A")
    clock.time -= DAY
    third = sim.pay(shop_code("m"), payer="u@A", amount=4_300)
    assert third.committed_at == late.credit_due_at + 5
    assert len(sim.credit_due()) == 1
    times = [row.time for row in sim.ledger.journal.rows()]
    assert times == sorted(times)
    assert settled(sim).ok


def test_p11_a_stop_between_journal_and_balances() -> None:
    sim = made(stopped_clock())
    pay = partial(sim.pay, shop_code("m", "4100"), payer="u@A", instruction="1")
    before = balances(sim)
    for nth in (0, 1):
        assert stopped_at(sim, Stop.APPENDED, pay, nth)
        assert balances(sim) == before
        assert sim.audit().sweep() == []
    assert stopped_at(sim, Stop.APPENDED, partial(sim.submit, "A/1"))
    assert sim.find("A/1").state is PaymentState.ACKNOWLEDGED
    assert sim.books.balance("B", "casa:m", "KHR") == 4_100
    assert settled(sim).ok


def test_p12_one_byte_of_the_journal_changed_is_found() -> None:
    sim = made(stopped_clock())
    payment = sim.pay(shop_code("m", "4100"), payer="u@A")
    assert payment.row is not None
    sim.ledger.journal.packed[payment.row * ROW_SIZE + 9] ^= 4
    assert "I11" in {violation.name for violation in sim.audit().sweep()}


def test_what_a_watch_raises_leaves_the_call_and_nothing_else_does() -> None:
    sim = made(stopped_clock())
    passed: list[Stop] = []
    sim.watch(passed.append)
    payment: Payment = sim.pay(shop_code("m", "4100"), payer="u@A")
    sim.refund(payment.id)
    held = sim.confirm(shop_code("m", "4200"), payer="u@A")
    sim.void(held.id)
    assert set(passed) == set(AT_HOME)
    sim.watch(None)
    count = len(passed)
    sim.pay(shop_code("m", "4300"), payer="u@A")
    assert len(passed) == count


def test_a_clock_stands_until_it_is_set() -> None:
    clock = Clock(5)
    assert (clock(), clock()) == (5, 5)
