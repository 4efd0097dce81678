"""Defects planted into payments: each breaks exactly the invariants that it says, and no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from math import ceil

import pytest

from khqr.settlement import (
    INVARIANTS,
    Answer,
    InstructionState,
    Money,
    Outcome,
    SettlementError,
    Simulation,
    payment_invariants,
)
from khqr.settlement.books.books import Books
from khqr.settlement.books.flows import FLOWS, Pay, Post
from khqr.settlement.faults import Stopped
from khqr.settlement.ledger.instructions import AnyIds
from khqr.settlement.ledger.ledger import Ledger
from khqr.settlement.ledger.rows import ROW_SIZE
from khqr.settlement.ledger.writer import Writer
from khqr.settlement.payments import invariants as checks_module
from khqr.settlement.payments import paying as paying_module
from khqr.settlement.payments.codes import Codes
from khqr.settlement.payments.limits import Limits, Used
from khqr.settlement.payments.paying import Paying
from khqr.settlement.payments.payment import Payment
from khqr.settlement.payments.quotes import Quote
from khqr.settlement.payments.receiving import Receiving
from khqr.settlement.payments.stops import Stop
from settlement_traffic import DAY, START, made, shop_code, stopped_clock

Patch = pytest.MonkeyPatch


class World:
    """Funded banks and customers, one payment that waits in suspense, and an audit that goes on."""

    def __init__(self) -> None:
        self.clock = stopped_clock()
        self.sim: Simulation = made(self.clock)
        self.waiting = self.sim.pay(shop_code("n", "90000"), payer="v@A", instruction="w")
        self.audit = self.sim.audit()
        assert self.audit.sweep() == []

    def pay(self, amount: str = "4100", **more: str) -> Payment:
        """Pay the shop m by a code of its own."""
        code = shop_code("m", amount, bill=str(len(self.sim.payments)))
        return self.sim.pay(code, payer="u@A", source="account", instruction="1", **more)

    def converted(self, amount: str, rate: str, sold: str = "USD") -> Payment:
        bought = {"KHR": "USD", "USD": "KHR"}[sold]
        quote = self.sim.offer("A", sold, bought, rate, spread={"USD": "0.25", "KHR": "500"}[sold])
        return self.sim.pay(
            shop_code("m", amount, bought), payer="u@A", source="account", quote=quote.id
        )

    def credit(self, units: int, account: str = "casa:m", key: str | None = None) -> int:
        names, what = {"bank": "B", "account": account}, {"amount": Money("KHR", units)}
        return self.sim.books.run("credit", names, what, key)


def name_of(call: Callable[[], object]) -> str:
    try:
        call()
    except SettlementError as refusal:
        return refusal.name
    return "ok"


# Credits.


def credited_twice(world: World, patch: Patch) -> None:
    """The second credit has an id of its own, and takes what another payee waits for."""
    world.pay()
    world.credit(4_100, key="again/A/1")


def credited_before_the_hop(world: World, patch: Patch) -> None:
    held = world.sim.confirm(shop_code("m", "4100"), payer="u@A", instruction="1")
    world.credit(4_100, key=f"credit/{held.id}")


def credited_without_its_id(world: World, patch: Patch) -> None:
    run = Books.run

    def forgets(self: Books, flow: str, *rest: object) -> int:
        return run(self, flow, *rest[:2])  # type: ignore[arg-type] # what is left is right

    patch.setattr(Books, "run", forgets)
    world.pay()


def credit_only_said(world: World, patch: Patch) -> None:
    """The payment is acknowledged, and the money stays in suspense."""
    patch.setattr(Books, "run", lambda self, *_: len(self.ledger.journal) - 1)
    world.pay()


def credited_with_less(world: World, patch: Patch) -> None:
    """The payee's bank keeps a riel that is nobody's."""
    run = Books.run

    def less(self: Books, flow: str, who: object, what: dict[str, Money], *rest: object) -> int:
        short = {"amount": what["amount"]._replace(units=what["amount"].units - 1)}
        return run(self, flow, who, short, *rest)  # type: ignore[arg-type] # as it came

    patch.setattr(Books, "run", less)
    world.pay()


# Instructions.


def two_state_idempotency(world: World, patch: Patch) -> None:
    """A refused id is known, and known means done."""
    known = lambda self, row: Outcome(InstructionState.COMMITTED, row)  # noqa: E731, ARG005 - a defect is short
    pay = partial(world.pay, "9000000")
    assert name_of(pay) == "INSUFFICIENT_FUNDS"
    patch.setattr(Writer, "outcome", known)
    code = world.sim.find("A/1").code.text
    again = partial(world.sim.confirm, code, payer="u@A", source="account", instruction="1")
    assert name_of(again) == "ok"


def id_that_is_not_kept(world: World, patch: Patch) -> None:
    patch.setattr(AnyIds, "__setitem__", lambda *_: None)
    assert name_of(world.pay) == "NOT_FOUND"
    patch.undo()


def sent_again_while_it_is_under_way(world: World, patch: Patch) -> None:
    """What a stop interrupted stays so after it went on: the same id holds money twice."""
    pay = partial(world.sim.pay, shop_code("m"), payer="u@A", amount=100, instruction="1")
    die_at(world.sim, Stop.CONFIRMED, pay)
    world.sim.recover()
    world.sim.link = lambda _: Answer.NEVER_ARRIVED
    world.sim.submit("A/1")
    world.sim.interrupted.add("pay/A/1")
    pay()


def die_at(sim: Simulation, stop: Stop, call: Callable[[], object]) -> None:
    def watch(at: Stop) -> None:
        if at is stop:
            raise Stopped(at)

    sim.watch(watch)
    with pytest.raises(Stopped):
        call()
    sim.watch(None)


def gone_on_without_recovering(world: World, patch: Patch) -> None:
    die_at(world.sim, Stop.HOP_POSTED, world.pay)


def gone_on_without_reading_the_journal(world: World, patch: Patch) -> None:
    """Recovery takes the payments at their word."""
    die_at(world.sim, Stop.HOP_POSTED, world.pay)
    patch.setattr("khqr.settlement.payments.simulation.Simulation._settle", lambda *_: None)
    world.sim.recover()


def hop_forgotten(world: World, patch: Patch) -> None:
    """The payer's bank does not know its own row of a hop whose answer was lost."""
    world.sim.link = lambda _: Answer.LOST
    lost = world.pay()
    world.sim._keep(lost._replace(row=None))


def hop_of_another(world: World, patch: Patch) -> None:
    payment = world.pay()
    world.sim._keep(payment._replace(row=world.waiting.row))


# Codes and time.


def locked_for_nobody(world: World, patch: Patch) -> None:
    patch.setattr(Codes, "lock", lambda *_: None)
    patch.setattr(Codes, "consume", lambda *_: None)
    code = shop_code("m", "4100")
    for payer in ("u@A", "v@A"):
        world.sim.pay(code, payer=payer)


def expiry_checked_at_the_scan_only(world: World, patch: Patch) -> None:
    code = shop_code("m", "4100", life=1_000)
    held = world.sim.confirm(code, payer="u@A")
    patch.setattr(Paying, "_check_time", lambda *_: None)
    world.clock.time += 1_001
    world.sim.submit(held.id)


def clock_read_again_for_the_posting(world: World, patch: Patch) -> None:
    """The code is checked in time, and posted a moment later."""
    readings = count(START + 1_000)
    patch.setattr(world.sim.ledger._engine, "_clock", lambda: next(readings))
    for ahead in range(1, 12):
        life = next(readings) - START + ahead
        pay = partial(world.sim.pay, shop_code("m", "4100", life=life), payer="u@A")
        if name_of(pay) == "ok":
            return
    raise AssertionError("no code was in time")


# Conversions.


def rounded_in_binary_floating_point(world: World, patch: Patch) -> None:
    def cost(self: Quote, units: int) -> int:
        above, below = self.rate
        return ceil(units / 100 * (above / below))

    patch.setattr(Quote, "cost", cost)
    exact, wrong = 1_230_00 * 41, ceil(1_230_00 / 100 * 4100.1)
    assert exact < wrong
    for units in range(100, 40_000):  # the first amount at which the float is a riel too high
        if ceil(units / 100 * 4100.1) * 1000 - units * 41_001 >= 1000:
            world.converted(f"{units // 100}.{units % 100:02}", "4100.1", "KHR")
            return
    raise AssertionError("floats are exact here")


def rounded_down(world: World, patch: Patch) -> None:
    """Against the bank that converts."""
    patch.setattr("khqr.settlement.payments.quotes.rounded_up", lambda a, b: a // b)
    world.converted("41000", "4080")


def spread_forgotten(world: World, patch: Patch) -> None:
    kept = tuple(part for part in FLOWS["pay.converted"] if part.money != "spread")
    patch.setitem(FLOWS, "pay.converted", kept)
    world.converted("12.50", "4100", "KHR")


def one_leg_only(world: World, patch: Patch) -> None:
    """The payer gives riel, and no dollars leave the bank."""
    patch.setitem(FLOWS, "pay.converted", FLOWS["pay.converted"][:2])
    quote = world.sim.offer("A", "KHR", "USD", 4100)
    world.sim.pay(shop_code("n", "12.50", "USD"), payer="u@A", source="account", quote=quote.id)


def tokens_left_behind(world: World, patch: Patch) -> None:
    """A wallet converts, and its tokens stay where they were."""
    first, *rest = FLOWS["pay.converted"]
    assert isinstance(first, Pay)
    legs = (Post("{payer_bank}", "{payer}", "fxpos", "sold"), *rest[1:])
    patch.setitem(FLOWS, "pay.converted", legs)
    quote = world.sim.offer("A", "KHR", "USD", 4100)
    world.sim.pay(shop_code("m", "12.50", "USD"), payer="u@A", quote=quote.id)


def quote_that_was_over(world: World, patch: Patch) -> None:
    quote = world.sim.offer("A", "KHR", "USD", 4100, life=1_000)
    held = world.sim.confirm(
        shop_code("m", "12.50", "USD"), payer="u@A", source="account", quote=quote.id
    )
    patch.setattr(Paying, "_check_time", lambda *_: None)
    world.clock.time += 1_001
    world.sim.submit(held.id)


def converted_without_a_quote(world: World, patch: Patch) -> None:
    quote = world.sim.offer("A", "KHR", "USD", 4100)
    held = world.sim.confirm(
        shop_code("m", "12.50", "USD"), payer="u@A", source="account", quote=quote.id
    )
    submitted = world.sim.submit(held.id)
    world.sim._keep(submitted._replace(quote=""))
    world.audit = world.sim.audit()


# Holds and limits.


def hold_leaked_on_failure(world: World, patch: Patch) -> None:
    own = world.sim.books.balance("TOK", "khqr@A", "KHR")
    world.sim.books.run("redeem", {"bank": "A"}, {"amount": Money("KHR", own)})
    patch.setattr(Ledger, "void", lambda *_: 0)
    assert name_of(world.pay) == "INSUFFICIENT_SETTLEMENT_BALANCE"


def limit_not_given_back_on_void(world: World, patch: Patch) -> None:
    patch.setattr(Limits, "give_back", lambda *_: None)
    held = world.sim.confirm(shop_code("m", "4100"), payer="u@A")
    world.sim.void(held.id)


def limit_given_back_on_refund(world: World, patch: Patch) -> None:
    payment = world.pay()
    world.sim.refund(payment.id)
    assert payment.use is not None
    world.sim.limits.give_back(payment.use, 4_100)


def limit_of_another_day(world: World, patch: Patch) -> None:
    patch.setattr(paying_module, "business_day", lambda time: time // DAY + 7)
    world.pay()


def limit_of_another_currency(world: World, patch: Patch) -> None:
    """A converted payment counts in what the payee gets."""
    take = Limits.take
    wrong = lambda self, use, units, tier: take(self, Used(use[0], "KHR", use[2]), units, tier)  # noqa: E731 - short
    patch.setattr(Limits, "take", wrong)
    world.converted("41000", "4080")


# Refunds.


def refund_above_the_original(world: World, patch: Patch) -> None:
    """Each refund is compared with the payment, and not with those before it."""
    world.sim.pay(shop_code("m", "50000"), payer="v@A")
    payment = world.pay("50000")
    patch.setattr(Receiving, "gone_back", lambda *_: 0)
    for _ in range(2):
        world.sim.refund(payment.id, 30_000)


def refund_without_a_reference(world: World, patch: Patch) -> None:
    transact = Ledger.transact

    def forgets(self: Ledger, steps: object, sent: str, **more: object) -> int:
        return transact(self, steps, sent, **more | {"reference": None})  # type: ignore[arg-type] # as it came

    payment = world.pay()
    patch.setattr(Ledger, "transact", forgets)
    world.sim.refund(payment.id)


def original_removed(world: World, patch: Patch) -> None:
    """A payment is taken back by deleting what was posted."""
    ledger = world.sim.ledger
    held = world.sim.confirm(shop_code("m", "4100"), payer="u@A", instruction="1")
    start, posted = len(ledger.journal), list(ledger.state.posted)
    begun = ledger.state.ids.get("pay/A/1")
    world.sim.submit(held.id)
    assert world.audit.sweep() == []
    assert begun is not None
    del ledger.journal.packed[start * ROW_SIZE :]
    later = len(ledger.state.posted) - len(posted)
    ledger.state.posted[:] = posted + [0] * later
    ledger.state.ids["pay/A/1"] = begun
    ledger.state.ids["credit/A/1"] = begun
    world.sim._keep(held)


# Between banks.


def unbalanced_interchange_fee(world: World, patch: Patch) -> None:
    """The payee's bank pays a fee that the payer's bank never gets."""
    world.pay()
    sim = world.sim
    fee = sim.books.account("B", "fee_expense", "KHR")
    sim.ledger.state.posted[fee] -= 41


def interchange_outside_the_central_bank(world: World, patch: Patch) -> None:
    legs = (Post("{payee_bank}", "fee_expense", "bsa"), Post("{payer_bank}", "bsa", "fee_income"))
    patch.setitem(FLOWS, "interchange", legs)
    world.pay()
    world.sim.books.run(
        "interchange", {"payee_bank": "B", "payer_bank": "A"}, {"amount": Money("KHR", 41)}
    )


def wrong_token_holder(world: World, patch: Patch) -> None:
    """A payment from a wallet takes the bank's own tokens."""
    sim = world.sim
    ends, wallet = sim.ledger.state.accounts.legs, sim.books.account("A", "wallet:u", "KHR")
    leg = ends[wallet]
    assert leg is not None
    ends[wallet] = leg._replace(holder=sim.books.account("TOK", "khqr@A", "KHR"))
    sim.pay(shop_code("m", "4100"), payer="u@A")


def outbound_money_paid_in_part(world: World, patch: Patch) -> None:
    sim = world.sim
    who = {"payer_bank": "A", "payer": "casa:u", "sponsor": "B", "payment": "o1"}
    sim.books.run("outbound.hold", who, {"amount": Money("KHR", 1_000)})
    sim.books.run("outbound.reversed", who, {"amount": Money("KHR", 999)})


DEFECTS: dict[Callable[[World, Patch], None], str] = {
    credited_twice: "D1",
    credited_before_the_hop: "D1 D3",
    credited_without_its_id: "D3",
    credit_only_said: "D1 D3",
    credited_with_less: "D1",
    two_state_idempotency: "I6 I8 D3",
    id_that_is_not_kept: "I6 D3",
    sent_again_while_it_is_under_way: "I13",
    gone_on_without_recovering: "D1 D3",
    gone_on_without_reading_the_journal: "I13 D1 D3",
    hop_forgotten: "D1 D3",
    hop_of_another: "D3",
    locked_for_nobody: "I7",
    expiry_checked_at_the_scan_only: "I7",
    clock_read_again_for_the_posting: "I7",
    rounded_in_binary_floating_point: "I8",
    rounded_down: "I8",
    spread_forgotten: "I8",
    one_leg_only: "I8 D1",
    tokens_left_behind: "I4",
    quote_that_was_over: "I8",
    converted_without_a_quote: "I8",
    hold_leaked_on_failure: "I13 D3",
    limit_not_given_back_on_void: "I13",
    limit_given_back_on_refund: "I13",
    limit_of_another_day: "I13",
    limit_of_another_currency: "I13",
    refund_above_the_original: "I10",
    refund_without_a_reference: "D3",
    original_removed: "I11 I12 I14 D3",
    unbalanced_interchange_fee: "I1 I12",
    interchange_outside_the_central_bank: "I3",
    wrong_token_holder: "I4 I12",
    outbound_money_paid_in_part: "D2",
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_is_caught_by_exactly_its_invariants(
    defect: Callable[[World, Patch], None], monkeypatch: Patch
) -> None:
    world = World()
    defect(world, monkeypatch)
    found = world.audit.sweep()
    assert {violation.name for violation in found} == set(DEFECTS[defect].split()), found


def test_every_invariant_of_payments_is_broken_by_some_defect() -> None:
    broken = {name for names in DEFECTS.values() for name in names.split()}
    of_payments = {invariant.name for invariant in payment_invariants(World().sim)}
    assert of_payments <= broken
    assert broken <= of_payments | {invariant.name for invariant in INVARIANTS}


def test_without_a_defect_nothing_is_broken() -> None:
    world = World()
    world.converted("12.50", "4100", "KHR")
    world.sim.refund(world.pay().id, "100")
    assert world.audit.sweep() == []
    assert checks_module.payment_invariants(world.sim)
    assert world.sim.audit().sweep() == []
