"""Planted defects of links: each breaks exactly the invariants that it says, and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from khqr.alipayplus.mapping import Policy
from khqr.settlement import Audit, FlowCall, Journal, Limits, Money, Refused, SettlementError
from khqr.settlement.books.flows import FLOWS
from khqr.settlement.ledger.rows import Row
from khqr.settlement.links import (
    CrossPayment,
    CrossState,
    PartnerAnswer,
    Terms,
    inbound,
    link_invariants,
    quotes,
)
from khqr.settlement.links.ends import Ends
from khqr.settlement.links.inbound import Inbound
from khqr.settlement.links.outbound import Outbound
from khqr.settlement.links.payment import CROSS_MOVES, CrossEvent
from khqr.settlement.links.quotes import CrossQuotes
from khqr.settlement.payments.codes import Codes
from khqr.settlement.payments.receiving import Receiving
from links_world import DAY, World

Patch = pytest.MonkeyPatch
F, U, S = PartnerAnswer.FAILURE, PartnerAnswer.UNKNOWN, PartnerAnswer.SUCCESS


def nothing(*_: object) -> None:
    """Stand in for what a defect leaves out."""


def fee_forgotten(world: World, patch: Patch) -> None:
    patch.setattr(Terms, "fee_of", lambda *_: 0)
    world.pay_in(world.shop("41000"))


def fee_not_posted(world: World, patch: Patch) -> None:
    """The fee of a corridor is worked out, and no posting says so."""
    kept = tuple(part for part in FLOWS["corridor.in"] if part.money != "fee")
    patch.setitem(FLOWS, "corridor.in", kept)
    world.corridor("malaysia", "inbound", world.shop("20000"), "0.00105")


def fee_kept_from_the_books_of_the_hub(world: World, patch: Patch) -> None:
    kept = tuple(part for part in FLOWS["outbound.paid"] if part.money != "fee")
    patch.setitem(FLOWS, "outbound.paid", kept)
    world.pay_out(world.order())


def one_leg_only(world: World, patch: Patch) -> None:
    """The riel are taken, and nobody abroad is paid."""
    patch.setitem(FLOWS, "corridor.out", FLOWS["corridor.out"][:1])
    world.corridor("vietnam", "outbound", world.vietqr(62_500), "6.25")


def guest_not_debited(world: World, patch: Patch) -> None:
    patch.setitem(FLOWS, "inbound", FLOWS["inbound"][1:])
    world.pay_in(world.shop("41000"))


def refund_at_a_newer_rate(world: World, patch: Patch) -> None:
    payment = world.pay_in(world.shop("41000"))
    real = Inbound.way_back

    def newer(self: Inbound, *given: Any) -> tuple[FlowCall, Money]:
        call, credited = real(self, *given)
        more = credited._replace(units=credited.units * 72 // 71)
        return call._replace(monies={**call.monies, "credited": more}), more

    patch.setattr(Inbound, "way_back", newer)
    world.links.refund(payment.id, 20_500)


def refund_out_at_a_newer_rate(world: World, patch: Patch) -> None:
    payment = world.pay_out(world.order())
    give_back = Outbound._give_back

    def newer(self: Outbound, payment: Any, *given: Any) -> Any:
        done = give_back(self, payment._replace(debited=Money("KHR", 84_000)), *given)
        return done._replace(debited=payment.debited)

    patch.setattr(Outbound, "_give_back", newer)
    world.links.refund(payment.id, "10.00")


def refund_above_the_payment(world: World, patch: Patch) -> None:
    payment = world.pay_out(world.order())
    patch.setattr(Outbound, "_may_go_back", lambda *_: 20_00)
    world.links.refund(payment.id, instruction="r1")
    patch.setitem(
        CROSS_MOVES, (CrossState.REFUNDED, CrossEvent.REFUNDED_IN_PART), CrossState.REFUNDED
    )
    world.links.refund(payment.id, instruction="r2")


def refund_in_above_the_payment(world: World, patch: Patch) -> None:
    payment = world.pay_in(world.shop("41000"))
    world.pay_in(world.shop("41000", bill_number="2"))
    patch.setattr(Receiving, "_may_go_back", lambda *_: 41_000)
    patch.setattr(Inbound, "changed", nothing)
    patch.setattr(Receiving, "_keep", lambda self, one: self.payments.setdefault(one.id, one))
    for number in ("r1", "r2"):
        world.sim.refund(payment.id, instruction=number)


def refund_after_its_time(world: World, patch: Patch) -> None:
    payment = world.corridor("vietnam", "outbound", world.vietqr(62_500), "6.25")
    world.time += 366 * DAY
    patch.setattr(Outbound, "_may_go_back", lambda *_: 100)
    world.links.refund(payment.id, 100)


def cancel_that_costs(world: World, patch: Patch) -> None:
    payment = world.pay_out(world.order())
    split = Ends.split
    patch.setattr(Ends, "split", lambda self, one: (*[split(self, one)[0]] * 2, {}))
    world.links.cancel(payment.id)


def late_success_after_a_cancel(world: World, patch: Patch) -> None:
    world.answers = [U, U]
    payment = world.pay_in(world.shop("41000"))
    world.links.cancel(payment.id)
    find = Ends.find
    patch.setattr(
        Ends, "unanswered", lambda self, key: find(self, key)._replace(state=CrossState.UNKNOWN)
    )
    world.links.notify(payment.id, S)


def late_success_after_a_cancel_out(world: World, patch: Patch) -> None:
    world.answers = [U, U]
    payment = world.pay_out(world.order())
    world.links.cancel(payment.id)
    patch.setitem(CROSS_MOVES, (CrossState.CANCELLING, CrossEvent.CONFIRMED), CrossState.COMMITTED)
    world.links._outbound.settle(world.links.find(payment.id), S)


def success_of_a_failed_one(world: World, patch: Patch) -> None:
    """The state says failed, and the money went."""
    patch.setitem(CROSS_MOVES, (CrossState.WAITING, CrossEvent.CONFIRMED), CrossState.FAILED)
    world.pay_in(world.shop("41000"))


def hold_leaked(world: World, patch: Patch) -> None:
    world.answers = [F]
    patch.setattr(Ends, "free_hold", nothing)
    world.pay_in(world.shop("41000"))


def money_left_at_the_bank_of_the_link(world: World, patch: Patch) -> None:
    world.answers = [F]
    patch.setattr(Outbound, "_reverse", lambda _, payment: payment)
    world.pay_out(world.order())


def money_taken_from_another_payment(world: World, patch: Patch) -> None:
    """Two payments under one name in ``out_hold``, and one draws what is the other's."""
    world.answers = [U, S]
    one = world.pay_out(world.order())
    patch.setattr(Outbound, "_name", lambda *_: one.held_as)
    other = world.pay_out(world.order(Money("USD", 10_00), "https://qr.example.com/2810000400001"))
    assert other.state is CrossState.COMMITTED
    account = world.sim.books.account("S", f"out_hold:{one.held_as}", "KHR")
    world.sim.ledger.post(account, world.sim.books.account("S", "fxpos", "KHR"), 1)


def cap_ignored(world: World, patch: Patch) -> None:
    priced = Ends.priced

    def uncapped(self: Ends, payment: Any, money: Money, terms: Terms, now: int) -> Any:
        return priced(self, payment, money, replace(terms, caps={}), now)

    patch.setattr(Ends, "priced", uncapped)
    world.sim.fund("u@A", Money("KHR", 9_000_000), "account")
    world.corridor("thailand", "outbound", world.thaiqr(), "0.008", amount="40000.01")


def limit_not_given_back(world: World, patch: Patch) -> None:
    world.answers = [F]
    patch.setattr(Limits, "give_back", nothing)
    world.pay_out(world.order())


def limit_given_back_by_a_refund(world: World, patch: Patch) -> None:
    payment = world.pay_out(world.order())
    world.links.refund(payment.id)
    assert payment.use is not None
    assert payment.debited is not None
    world.sim.limits.give_back(payment.use, payment.debited.units)


def dollar_code_let_through(world: World, patch: Patch) -> None:
    hold = Inbound.hold
    world.links._ends.dialogues["alipayplus"]._policy = Policy(allow_usd=True)

    def let_through(self: Inbound, payment: Any, amount: Any, terms: Terms) -> Any:
        return hold(self, payment, amount, replace(terms, dollar_codes=True))

    patch.setattr(Inbound, "hold", let_through)
    world.pay_in(world.shop("10.00", "USD"))


def code_paid_twice_from_abroad(world: World, patch: Patch) -> None:
    patch.setattr(Codes, "lock", nothing)
    code = world.shop("41000")
    for _ in range(2):
        world.pay_in(code)


def code_paid_from_here_and_abroad(world: World, patch: Patch) -> None:
    code = world.shop("41000")
    world.pay_in(code)
    patch.setattr(Codes, "check_free", nothing)
    world.sim.pay(code, payer="u@A")


def order_paid_twice(world: World, patch: Patch) -> None:
    patch.setattr(Outbound, "_check_free", nothing)
    for _ in range(2):
        world.pay_out(world.order())


def expiry_judged_at_the_scan_only(world: World, patch: Patch) -> None:
    held = world.pay_in(world.shop("41000"), hold=True)
    patch.setattr(Codes, "is_over", lambda *_: False)
    patch.setattr(Ends, "check_rates", nothing)
    patch.setattr(inbound, "HOLD_LIFE", DAY)
    patch.setattr(CrossQuotes, "move", nothing)
    world.time += 600_001
    world.links.send(held.id)


def rate_used_twice(world: World, patch: Patch) -> None:
    patch.setattr(CrossQuotes, "move", nothing)
    rates = world.rates("alipayplus", ("KHR", "USD", "4100", "USD"))
    for text in ("1", "2"):
        world.links.pay(
            world.order(text=f"https://qr.example.com/281000041234{text}"),
            "alipayplus",
            "outbound",
            payer="u@A",
            quotes=rates,
        )


def rate_that_was_over(world: World, patch: Patch) -> None:
    held = world.pay_out(world.order(), hold=True)
    patch.setattr(Ends, "check_rates", nothing)
    quote_id = held.quotes[0]
    known = world.links._ends.quotes._quotes
    known[quote_id] = known[quote_id]._replace(expires_at=world.time - 1)
    world.links.send(held.id)


def rounded_for_the_payer(world: World, patch: Patch) -> None:
    patch.setattr(quotes, "rounded_up", lambda above, below: above // below)
    world.pay_in(world.shop("41001"))


def rate_of_another_pair(world: World, patch: Patch) -> None:
    """Nobody looks which currencies a rate is of."""
    patch.setattr(CrossQuotes, "chain", lambda self, ids, *_: tuple(map(self.__getitem__, ids)))
    rates = world.rates("alipayplus", ("KHR", "CNY", "4100", "CNY"))
    world.links.pay(world.order(), "alipayplus", "outbound", payer="u@A", quotes=rates)


def converted_without_a_rate(world: World, patch: Patch) -> None:
    """What the link settles is not what the payer gives, in one currency."""
    priced = Ends.priced

    def doubled(self: Ends, *given: Any) -> Any:
        payment, rates = priced(self, *given)
        assert payment.debited is not None
        return payment._replace(debited=Money("USD", 2 * payment.debited.units)), rates

    patch.setattr(Ends, "priced", doubled)
    world.links.pay(world.order(), "alipayplus", "outbound", payer="u@A", source="account")


DEFECTS: dict[Callable[[World, Patch], None], str] = {
    fee_forgotten: "I8",
    fee_not_posted: "I8",
    fee_kept_from_the_books_of_the_hub: "I8 I16",
    one_leg_only: "I8",
    guest_not_debited: "I8",
    refund_at_a_newer_rate: "I10",
    refund_out_at_a_newer_rate: "I10",
    refund_above_the_payment: "I10",
    refund_in_above_the_payment: "I10 D3",
    refund_after_its_time: "I10",
    cancel_that_costs: "I10",
    late_success_after_a_cancel: "I8",
    late_success_after_a_cancel_out: "I8",
    success_of_a_failed_one: "I8",
    hold_leaked: "I9",
    money_left_at_the_bank_of_the_link: "I9",
    money_taken_from_another_payment: "I9 D2",
    cap_ignored: "I13",
    limit_not_given_back: "I13",
    limit_given_back_by_a_refund: "I13",
    dollar_code_let_through: "I7",
    code_paid_twice_from_abroad: "I7",
    code_paid_from_here_and_abroad: "I7",
    order_paid_twice: "I7",
    expiry_judged_at_the_scan_only: "I7 I8",
    rate_used_twice: "I8",
    rate_that_was_over: "I8",
    rounded_for_the_payer: "I8",
    rate_of_another_pair: "I8",
    converted_without_a_rate: "I8",
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: one.__name__)
def test_a_planted_defect_breaks_what_it_says(
    defect: Callable[[World, Patch], None], monkeypatch: Patch
) -> None:
    world = World()
    with monkeypatch.context() as patch:
        defect(world, patch)
    assert world.broken() == set(DEFECTS[defect].split())


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: one.__name__)
def test_an_audit_that_goes_on_finds_the_same(
    defect: Callable[[World, Patch], None], monkeypatch: Patch
) -> None:
    world = World()
    for text in ("41000", "8200"):
        world.links.refund(world.pay_in(world.shop(text, bill_number=text)).id, int(text) // 2)
    world.links.refund(
        world.pay_out(world.order(text="https://qr.example.com/281000049990000000000001")).id
    )
    world.check()
    with monkeypatch.context() as patch:
        defect(world, patch)
    found = {one.name for one in world.audit.sweep()}
    assert found == set(DEFECTS[defect].split())
    links = Audit(world.sim.ledger, link_invariants(world.links))
    first = {str(one) for one in links.sweep()}
    assert {str(one) for one in links.sweep()} == first  # still broken, though nothing has come


def test_an_audit_reads_each_row_once(monkeypatch: Patch) -> None:
    world = World()
    audit = Audit(world.sim.ledger, link_invariants(world.links))
    for number in range(3):
        world.links.refund(world.pay_in(world.shop("41000", bill_number=str(number))).id, 4_100)
        world.pay_out(world.order(text=f"https://qr.example.com/28100004999000000000000{number}"))
        assert audit.sweep() == []
    assert list(world.links.uses())
    read: list[int] = []
    rows = Journal.rows

    def noted(self: Journal, start: int = 0, stop: int | None = None) -> Iterator[Row]:
        for row in rows(self, start, stop):
            read.append(row.number)
            yield row

    monkeypatch.setattr(Journal, "rows", noted)
    assert audit.sweep() == []
    assert list(world.links.uses())
    assert read == []
    before = len(world.sim.ledger.journal)
    world.pay_out(world.order(text="https://qr.example.com/281000048880000000000001"))
    read.clear()
    assert audit.sweep() == []
    assert min(read) >= before


def test_what_was_refused_may_be_tried_again_between_two_sweeps() -> None:
    world = World(refused=Refused.RETRY)
    order = world.order(Money("USD", 150_00))

    def pay() -> CrossPayment:
        return world.links.pay(
            order, "alipayplus", "outbound", payer="v@A", source="account", instruction="o1"
        )

    with pytest.raises(SettlementError, match="INSUFFICIENT_FUNDS"):
        pay()
    world.check()
    world.sim.fund("v@A", Money("USD", 150_00), "account")
    world.sim.fund_bank("A", Money("USD", 150_00))
    world.answers = [U]
    out = pay()
    assert out.state is CrossState.UNKNOWN
    world.check()
    account = world.sim.ledger.find("S", f"out_hold:{out.held_as}", "USD")
    world.sim.ledger.post(account, world.sim.books.account("S", "fxpos", "USD"), 1)
    assert "I9" in {one.name for one in world.audit.sweep()}


def test_the_ledger_itself_refuses_a_success_after_a_finished_cancel() -> None:
    world = World()
    world.answers = [U, S]
    payment = world.links.cancel(world.pay_in(world.shop("41000")).id)
    again = payment._replace(state=CrossState.UNKNOWN)
    with pytest.raises(SettlementError):
        world.links._inbound.settle(again, S)
    assert partial(world.balance, "B casa:m KHR")() == 0
