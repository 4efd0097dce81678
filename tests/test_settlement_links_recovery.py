"""Links that are stopped in the midst of a call: recovered, sent again, as if nothing had been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from khqr.settlement import HoldState, Money, Refused, SettlementError
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
from links_world import DAY, World, refused
from settlement_traffic import balances

Calls = list[Callable[[], object]]
DECLINED = {"A/2", "MPP/6"}
SILENT = {"A/3", "MPP/7", "A/12"}
DONE = {"HOLD_ALREADY_VOIDED", "PARTNER_DECLINED"}
"""What a call that was done before the stop may be answered when it is sent again."""


def partner(payment: CrossPayment) -> PartnerAnswer:
    """The same answer to the same question, however often it is asked."""
    if payment.state is CrossState.CANCELLING:
        return PartnerAnswer.SUCCESS
    if payment.id in SILENT:
        return PartnerAnswer.UNKNOWN
    return PartnerAnswer.FAILURE if payment.id in DECLINED else PartnerAnswer.SUCCESS


class Day:
    """A world with every kind of call over links, each in a list that may be stopped anywhere."""

    def __init__(self, refused_ids: Refused) -> None:
        world = self.world = World([alipayplus(fee=100), vietnam(fee=30)], refused=refused_ids)
        self.sim, self.links = world.sim, world.links
        self.links.ask = partner
        clearings = [Clearing(world.sim.books, terms) for terms in self.links.terms.values()]
        self.clearings = clearings
        self.sim.books.run("endow", {"book": "ACQ"}, {"amount": Money("USD", 10_000_00)})
        self.sim.books.run("endow", {"book": "S"}, {"amount": Money("VND", 5_000_000)})
        self.audit = whole_audit(world.sim, clearings)

    def calls(self) -> Calls:
        world, links = self.world, self.links
        orders = [
            world.order(Money("USD", 2_00 + n), f"https://qr.example.com/28100004123{n}")
            for n in range(4)
        ]
        viet = world.vietqr()
        offers: dict[str, tuple[str, *tuple[tuple[str, str, str, str], ...]]] = {
            "out": ("alipayplus", ("KHR", "USD", "4100", "USD")),
            "yuan": ("alipayplus", ("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD")),
            "dong": ("vietnam", ("KHR", "VND", "6.25", "KHR")),
            "guest": ("vietnam", ("VND", "KHR", "6.25", "KHR")),
        }
        rates = {
            (name, str(number)): world.rates(link, *pairs)
            for name, (link, *pairs) in offers.items()
            for number in range(1, 16)
        }

        def out(order: str, number: str, call: Callable[..., object] = links.pay) -> object:
            return call(
                order, "alipayplus", "outbound", payer="u@A", quotes=rates["out", number],
                instruction=number,
            )  # fmt: skip

        def inbound(code: str, number: str, call: Callable[..., object] = links.pay) -> object:
            return call(
                code, "alipayplus", "inbound", payer="p@MPP", quotes=rates["yuan", number],
                instruction=number,
            )  # fmt: skip

        def dong(way: str, code: str, number: str, amount: int) -> object:
            return links.pay(
                code, "vietnam", way, payer="u@A" if way == "outbound" else "p@F",
                source="account", amount=amount, instruction=number,
                quotes=rates["dong" if way == "outbound" else "guest", number],
            )  # fmt: skip

        shop = [world.shop(str(4_100 + n)) for n in range(6)]
        nobody = world.shop("900", merchant_id="nobody")
        return [
            lambda: out(orders[0], "1"),
            lambda: out(orders[1], "2"),
            lambda: out(orders[2], "3"),
            partial(links.cancel, "A/3"),
            partial(links.cancel, "A/1"),
            lambda: inbound(shop[0], "5"),
            lambda: inbound(shop[1], "6"),
            lambda: inbound(shop[2], "7"),
            partial(links.cancel, "MPP/7"),
            partial(links.refund, "MPP/5", 1_000, instruction="r1"),
            partial(links.refund, "MPP/5", 1_001, instruction="r2"),
            lambda: inbound(shop[3], "8"),
            partial(links.cancel, "MPP/8"),
            lambda: dong("outbound", viet, "9", 62_500),
            partial(links.refund, "A/9", 1_111, instruction="r3"),
            partial(links.refund, "A/9", instruction="r4"),
            lambda: dong("inbound", nobody, "10", 900),
            lambda: dong("inbound", world.shop(account="khqr@S", merchant_id="s"), "11", 5_000),
            lambda: out(orders[3], "12"),
            partial(links.notify, "A/12", "S"),
            partial(links.notify, "A/12", "S"),
            lambda: inbound(shop[4], "13", links.confirm),
            partial(links.void, "MPP/13"),
            lambda: dong("outbound", viet, "14", 10**12),
            partial(links.refund, "A/9", 1, instruction="r5"),
            lambda: inbound(shop[5], "15", links.confirm),
            partial(links.send, "MPP/15"),
            self.sim.credit_due,
        ]

    def stopped(self, stop: Stop, nth: int, call: Callable[[], object]) -> bool:
        """Die at the nth passing of a stop, and recover."""
        left = nth

        def watch(at: Stop) -> None:
            nonlocal left
            if at is stop:
                if not left:
                    raise Stopped(at)
                left -= 1

        self.sim.watch(watch)
        try:
            call()
        except (Stopped, SettlementError) as ended:
            return isinstance(ended, Stopped)
        finally:
            self.sim.watch(None)
            self.sim.recover()
        return False

    def answer(self, call: Callable[[], object]) -> str:
        """Send a call; whoever gets no answer inquires."""
        try:
            call()
        except SettlementError as refusal:
            name = refusal.first or refusal.name
            if name != "IN_FLIGHT":
                return name
        for payment in list(self.links.payments.values()):
            if payment.state is CrossState.UNKNOWN:
                self.links.inquire(payment.id)
        return "ok"

    def end(self) -> tuple[object, ...]:
        links, sim = self.links, self.sim
        fields = ("state", "money", "gross", "debited", "fee", "refunded", "returned", "refusal")
        now = sim.now()
        quotes = (quote for one in links.payments.values() for quote in one.quotes)
        return (
            balances(sim),
            {key: [getattr(one, it) for it in fields] for key, one in links.payments.items()},
            {key: one[1:4] for key, one in sim.refunds.items()},
            {use: units for use, units in sim.limits.used.items() if units},
            {key: one.state for key, one in sim.payments.items()},
            {one: links._ends.quotes.state(one, now) for one in quotes},
            {one.code.key: sim.codes._states.get(one.code.key) for one in links.payments.values()},
        )


def passings(refused_ids: Refused) -> tuple[Day, list[str], list[Counter[Stop]]]:
    """A day without a stop, its answers, and how often each call comes to which stop."""
    day, answers, found = Day(refused_ids), list[str](), list[Counter[Stop]]()
    for call in day.calls():
        passed: list[Stop] = []
        day.sim.watch(passed.append)
        answers.append(day.answer(call))
        found.append(Counter(passed))
    day.sim.watch(None)
    return day, answers, found


@pytest.fixture(scope="module")
def untouched() -> dict[Refused, tuple[Day, list[str], list[Counter[Stop]]]]:
    return {refused_ids: passings(refused_ids) for refused_ids in Refused}


def test_the_day_has_everything(
    untouched: dict[Refused, tuple[Day, list[str], list[Counter[Stop]]]],
) -> None:
    for day, _, found in untouched.values():
        assert {one.state.value for one in day.links.payments.values()} == {
            "cancelled", "failed", "refunded", "partially refunded", "committed", "voided",
            "rejected",
        }  # fmt: skip
        assert set(sum(found, Counter())) == set(Stop)


@pytest.mark.parametrize("stop", Stop)
def test_a_stop_anywhere_changes_nothing_in_the_end(
    stop: Stop, untouched: dict[Refused, tuple[Day, list[str], list[Counter[Stop]]]]
) -> None:
    for place in range(len(untouched[Refused.BURN][1])):
        refused_ids = tuple(Refused)[place % 2]
        whole, answers, found = untouched[refused_ids]
        times = range(found[place][stop])
        # in the midst of a transaction one row is like another: the first and the last will do
        for nth in sorted({*times[:1], *times[-1:]}) if stop is Stop.TORN else times:
            day = Day(refused_ids)
            for number, call in enumerate(day.calls()):
                if number == place:
                    assert day.stopped(stop, nth, call)
                    assert day.audit.sweep() == [], (place, nth)
                answer = day.answer(call)
                if number != place or answer not in DONE:
                    assert answer == answers[number], (place, nth, number)
            assert day.end() == whole.end(), (place, nth)
            assert day.audit.sweep() == []


def test_recovering_a_sound_world_changes_nothing() -> None:
    day = Day(Refused.BURN)
    for call in day.calls():
        day.answer(call)
    held = day.world.pay_out(day.world.order(), hold=True)
    before, chain = day.end(), day.sim.ledger.chain
    assert day.sim.recover() == []
    assert (day.end(), day.sim.ledger.chain) == (before, chain)
    refused("QR_LOCKED", partial(day.world.pay_out, day.world.order()))
    assert day.links.void(held.id).state is CrossState.VOIDED
    assert day.world.pay_out(day.world.order()).state is CrossState.COMMITTED


def test_codes_and_rates_of_open_payments_stay_locked_after_a_recovery() -> None:
    day = Day(Refused.BURN)
    world, code = day.world, day.world.shop("4100")
    held = world.pay_in(code, hold=True, number="1")
    day.sim.recover()
    refused("QR_LOCKED", partial(world.pay_in, code))
    refused("QR_LOCKED", partial(world.sim.pay, code, payer="u@A"))
    again = partial(
        day.links.confirm, world.shop("4200"), "alipayplus", "inbound", payer="p@MPP",
        quotes=held.quotes,
    )  # fmt: skip
    refused("QUOTE_USED", again)
    assert day.links.send(held.id).state is CrossState.COMMITTED
    assert day.audit.sweep() == []


def test_an_interrupted_payment_waits_to_be_sent_again_and_ends_by_itself() -> None:
    day = Day(Refused.BURN)
    pay = partial(day.world.pay_out, day.world.order(), number="1")
    assert day.stopped(Stop.BEGUN, 0, pay)
    assert settled(day.sim).waiting == {Waiting.RESEND: 1}
    for call in (day.links.send, day.links.void):
        refused("NOT_FOUND", partial(call, "A/1"))
    refused("ORIGINAL_NOT_COMMITTED", partial(day.links.cancel, "A/1"))
    day.world.time += 2 * DAY
    day.sim.now()
    assert day.links.find("A/1").state is CrossState.CREATED
    assert settled(day.sim, clearings=day.clearings).ok
    assert day.stopped(Stop.CONFIRMED, 0, partial(day.world.pay_out, day.world.order(), number="2"))
    day.world.time += 60_001
    day.sim.now()
    assert day.links.find("A/2").state is CrossState.EXPIRED
    assert day.sim.ledger.find_hold(0).state is HoldState.EXPIRED


def test_what_waits_abroad_is_said_by_name() -> None:
    day = Day(Refused.BURN)
    world, links = day.world, day.links
    links.ask = lambda _: PartnerAnswer.UNKNOWN
    held = world.pay_out(world.order(), number="1", hold=True)
    assert settled(day.sim).waiting == {Waiting.SUBMISSION: 1}
    links.send(held.id)
    assert settled(day.sim).waiting == {Waiting.PARTNER: 1}
    links.cancel(held.id)
    assert settled(day.sim).waiting == {Waiting.CANCEL: 1}
    links.ask = partner
    links.cancel(held.id)
    paid = world.corridor("vietnam", "outbound", world.vietqr(62_500), "6.25")
    waiting = partial(settled, day.sim, clearings=day.clearings)
    assert waiting().waiting == {}
    world.time += DAY
    assert waiting().waiting == {Waiting.CUT_OFF: 2}
    for clearing in day.clearings:
        clearing.cut_off(clearing.batches[0].id)
        clearing.clear(clearing.batches[0].id)
    assert waiting().waiting == {Waiting.VALUE_DATE: 1, Waiting.SETTLEMENT: 1}
    world.time += 4 * DAY
    assert waiting().waiting[Waiting.SETTLEMENT] >= 2
    for clearing in day.clearings:
        clearing.run_due()
    assert waiting().waiting[Waiting.SETTLEMENT] == 0
    assert day.sim.books.balance("S", "due_to:X", "VND") == 0
    assert paid.state is CrossState.COMMITTED
    assert waiting().ok
