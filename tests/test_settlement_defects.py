"""Planted defects: each breaks exactly the invariants that it says, and no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khqr.settlement import INVARIANTS, Audit, Books, Ledger, Money, Posting
from khqr.settlement.books.books import FlowCall
from khqr.settlement.books.example import example_books, example_steps
from khqr.settlement.books.flows import FLOWS
from khqr.settlement.ledger import engine as engine_module
from khqr.settlement.ledger import state as state_module
from khqr.settlement.ledger.engine import Engine
from khqr.settlement.ledger.holds import Hold, Holds
from khqr.settlement.ledger.instructions import AnyIds, InstructionState, Outcome
from khqr.settlement.ledger.legs import Leg, legs
from khqr.settlement.ledger.rows import PACK, ROW_SIZE, Kind
from khqr.settlement.ledger.state import State
from khqr.settlement.ledger.writer import Writer
from material import EXAMPLES

Patch = pytest.MonkeyPatch
Pairs = tuple[tuple[int, int], ...]
STEPS = {name: calls for name, calls in example_steps()}  # noqa: C416 - read more often than once


class World:
    """Funded books of the example, with a clock that can be set and an audit that goes along."""

    def __init__(self) -> None:
        self.time = 1_750_000_000_000
        self.books = example_books(clock=lambda: self.time)
        self.run("F0", "F1a", "F1b", "F3a")
        self.ledger = self.books.ledger
        self.audit = Audit(self.ledger, INVARIANTS)
        assert self.audit.sweep() == []

    def run(self, *steps: str) -> None:
        for step in steps:
            self.books.run_all(STEPS[step])

    def account(self, text: str) -> int:
        book, name, *currency = text.split()
        return self.books.account(book, name, *(currency or ["KHR"]))

    def post(self, debit: str, credit: str, amount: int, key: str | None = None) -> int:
        return self.ledger.post(self.account(debit), self.account(credit), amount, key)


def no_token_leg(payer: Leg, payee: Leg) -> Pairs:
    made = legs(payer, payee)
    return made[:3] if len(made) == 4 else made


def skip_token_leg(world: World, patch: Patch) -> None:
    """The leg rule forgets the tokens."""
    patch.setattr(engine_module, "legs", no_token_leg)
    patch.setattr(state_module, "legs", no_token_leg)
    world.run("F5")


def leg_rule_written_out_wrongly(world: World, patch: Patch) -> None:
    """A payment takes the bank's own tokens instead of the customer's."""
    payer, payee = world.account("A wallet:u"), world.account("B wallet:w")
    own = world.account("TOK khqr@A")
    ends = world.ledger.state.accounts.legs
    leg = ends[payer]
    assert leg is not None
    ends[payer] = leg._replace(holder=own)
    world.ledger.move(payer, payee, 20_000)


def mint_without_the_central_bank(world: World, patch: Patch) -> None:
    patch.setitem(FLOWS, "issue", FLOWS["issue"][1:])
    world.run("F1a")


def mint_without_backing(world: World, patch: Patch) -> None:
    patch.setitem(FLOWS, "issue", FLOWS["issue"][2:])
    world.run("F1a")


def wallet_paid_out_behind_the_tokens(world: World, patch: Patch) -> None:
    world.post("A wallet:u", "A casa:u", 5)


def claim_without_a_debt(world: World, patch: Patch) -> None:
    """The bank that settles does not write down what the hub owes it."""
    kept = tuple(part for part in FLOWS["inbound"] if "due_from:{hub}" not in part)
    patch.setitem(FLOWS, "inbound", kept)
    world.run("F8a")


def funds_checked_before_the_lock(world: World, patch: Patch) -> None:
    payer, payee = world.account("A casa:u"), world.account("A casa:x")
    ready = Barrier(2)
    errors: list[Exception] = []

    def drain() -> None:
        if world.ledger.available(payer) < 4_000_000:
            errors.append(RuntimeError("both are to see the money"))
        ready.wait(timeout=30)
        with world.ledger.locked():
            world.ledger._engine.write((Kind.POST, payer, payee, 3_000_000))

    threads = [Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def shortage_ignored(world: World, patch: Patch) -> None:
    patch.setattr(Engine, "note_short", lambda *_: None)
    world.post("A casa:u", "A casa:x", 9_000_000)


def two_state_idempotency(world: World, patch: Patch) -> None:
    """A refused id is known, and known means done."""
    known = lambda self, row: Outcome(InstructionState.COMMITTED, row)  # noqa: E731, ARG005 - a defect is short
    patch.setattr(Writer, "outcome", known)
    with pytest.raises(ValueError, match="INSUFFICIENT_FUNDS"):
        world.post("A casa:u", "A casa:x", 9_000_000, "A/1")
    assert world.post("A casa:u", "A casa:x", 9_000_000, "A/1") > 0


def ids_forgotten(world: World, patch: Patch) -> None:
    ledger = world.ledger
    patch.setattr(ledger._engine, "_find", lambda _: None)
    for _ in range(2):
        world.post("A casa:u", "A casa:x", 5, "A/1")


def id_that_is_not_kept(world: World, patch: Patch) -> None:
    patch.setattr(AnyIds, "__setitem__", lambda *_: None)
    ids = world.ledger.state.ids
    world.post("A casa:u", "A casa:x", 5, "A/1")
    patch.undo()
    assert len(ids) == 0


def refused_id_posted(world: World, patch: Patch) -> None:
    """An id that was refused for good is used after all."""
    payer, payee = world.account("A casa:u"), world.account("A casa:x")
    with pytest.raises(ValueError, match="INSUFFICIENT_FUNDS"):
        world.ledger.post(payer, payee, 9_000_000, "A/1")
    world.ledger._engine.write((Kind.POST, payer, payee, 5), instruction="A/1")


def instruction_in_flight_posted(world: World, patch: Patch) -> None:
    """An id in flight is used by somebody who did not begin it."""
    payer, payee = world.account("A casa:u"), world.account("A casa:x")
    world.ledger.begin("A/1", b"body")
    world.ledger._engine.write((Kind.POST, payer, payee, 5), instruction="A/1")


def unbalanced_fee(world: World, patch: Patch) -> None:
    """A fee is taken from the payee and given to nobody."""
    world.post("A casa:u", "A casa:x", 100)
    world.ledger.state.posted[world.account("A casa:x")] -= 1


def posting_across_books(world: World, patch: Patch) -> None:
    patch.setattr(Engine, "refuse_posting", lambda *_: None)
    world.post("A cash", "B casa:m", 5)


def posting_across_currencies(world: World, patch: Patch) -> None:
    patch.setattr(Engine, "refuse_posting", lambda *_: None)
    world.post("A casa:u KHR", "A casa:x USD", 5)


def pending_or_not(self: Holds, number: int) -> Hold:
    return self[number]


def second_void(world: World, patch: Patch) -> None:
    hold = world.ledger.hold(world.account("A casa:u"), 1000)
    patch.setattr(Holds, "pending", pending_or_not)
    world.ledger.void(hold)
    world.ledger.void(hold)


def posted_above_the_hold(world: World, patch: Patch) -> None:
    hold = world.ledger.hold(world.account("A casa:u"), 1000)
    patch.setattr(Holds, "pending", lambda self, number: self[number]._replace(amount=10**6))
    draw(world, hold, 2000)


def draw(world: World, hold: int, amount: int) -> None:
    steps = [Posting(world.account("A casa:u"), world.account("A casa:x"), amount)]
    world.ledger.transact(steps, hold=hold)


def expired_hold_posted(world: World, patch: Patch) -> None:
    hold = world.ledger.hold(world.account("A casa:u"), 1000, expires_at=world.time + 10)
    patch.setattr(Writer, "expire", lambda _: 0)
    world.time += 11
    draw(world, hold, 1000)


def hold_leaked(world: World, patch: Patch) -> None:
    """What is left of a hold stays set aside."""
    kept = State._hold
    grows = lambda self, account, amount: kept(self, account, max(amount, 0))  # noqa: E731 - as above
    hold = world.ledger.hold(world.account("A casa:u"), 1000)
    patch.setattr(State, "_hold", grows)
    draw(world, hold, 400)


def held_money_spent(world: World, patch: Patch) -> None:
    """Holds are written down and set nothing aside."""
    patch.setattr(State, "_hold", lambda *_: None)
    world.ledger.hold(world.account("A casa:u"), 3_000_000)
    world.post("A casa:u", "A casa:x", 2_000_000)


def amount_changed_in_place(world: World, patch: Patch) -> None:
    row = world.post("A casa:u", "A casa:x", 100)
    world.ledger.journal.packed[row * ROW_SIZE + 8] ^= 1


def time_changed_in_place(world: World, patch: Patch) -> None:
    row = world.post("A casa:u", "A casa:x", 100)
    world.ledger.journal.packed[row * ROW_SIZE + 17] ^= 1


def row_not_chained(world: World, patch: Patch) -> None:
    world.ledger.journal.packed += PACK(0, 1, 5, world.time << 8 | Kind.POST, -1)
    world.ledger.state.posted[0] -= 5
    world.ledger.state.posted[1] += 5


def original_removed(world: World, patch: Patch) -> None:
    """A payment is taken back by deleting it."""
    row = world.post("A casa:u", "A casa:x", 100)
    assert world.audit.sweep() == []
    del world.ledger.journal.packed[row * ROW_SIZE :]
    world.ledger.state.posted[world.account("A casa:u")] += 100
    world.ledger.state.posted[world.account("A casa:x")] -= 100


def stopped_before_the_balances(world: World, patch: Patch) -> None:
    journal, time = world.ledger.journal, world.time
    payer, payee = world.account("A casa:u"), world.account("A casa:x")
    journal.append(payer, payee, 7, journal.stamp(Kind.POST, time), -1)


def clock_that_is_believed(world: World, patch: Patch) -> None:
    def at(self: Writer, now: int) -> None:
        self._last, self._stamp = now, now << 8

    patch.setattr(Writer, "at", at)
    world.time -= 5
    world.post("A casa:u", "A casa:x", 5)


def compensation_of_what_comes_later(world: World, patch: Patch) -> None:
    patch.setattr(Engine, "_check_original", lambda *_: None)
    steps = [Posting(world.account("A casa:u"), world.account("A casa:x"), 5)]
    world.ledger.transact(steps, reference=10**6)


DEFECTS: dict[Callable[[World, Patch], None], str] = {
    skip_token_leg: "I3 I4",
    leg_rule_written_out_wrongly: "I4 I12",
    mint_without_the_central_bank: "I2 I3",
    mint_without_backing: "I2 I3",
    wallet_paid_out_behind_the_tokens: "I4",
    claim_without_a_debt: "I16",
    funds_checked_before_the_lock: "I5",
    shortage_ignored: "I5",
    held_money_spent: "I5 I9",
    two_state_idempotency: "I6",
    ids_forgotten: "I6",
    id_that_is_not_kept: "I6",
    refused_id_posted: "I6",
    instruction_in_flight_posted: "I6",
    unbalanced_fee: "I1 I12",
    posting_across_books: "I1",
    posting_across_currencies: "I1",
    second_void: "I9",
    posted_above_the_hold: "I9",
    expired_hold_posted: "I9",
    hold_leaked: "I9",
    amount_changed_in_place: "I11 I12",
    time_changed_in_place: "I11",
    row_not_chained: "I11",
    compensation_of_what_comes_later: "I11",
    original_removed: "I11 I12 I14",
    stopped_before_the_balances: "I12",
    clock_that_is_believed: "I14",
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_is_caught_by_exactly_its_invariants(
    defect: Callable[[World, Patch], None], monkeypatch: Patch
) -> None:
    world = World()
    defect(world, monkeypatch)
    found = world.audit.sweep()
    assert {violation.name for violation in found} == set(DEFECTS[defect].split()), found


def test_every_invariant_is_broken_by_some_defect() -> None:
    broken = {name for names in DEFECTS.values() for name in names.split()}
    assert broken == {invariant.name for invariant in INVARIANTS}


def test_a_sound_world_breaks_nothing() -> None:
    world = World()
    hold = world.ledger.hold(world.account("A casa:u"), 1000, expires_at=world.time)
    draw(world, hold, 400)
    world.time += 1000
    world.run("F4", "F5", "F6a", "F6b", "F8a")
    assert world.audit.sweep() == []
    assert world.audit.sweep() == []


def test_replay_restores_what_a_stop_left_undone() -> None:
    world = World()
    before = world.ledger.balance(world.account("A casa:u"))
    stopped_before_the_balances(world, pytest.MonkeyPatch())
    again = world.ledger.replay()
    assert again.balance(world.account("A casa:u")) == before - 7
    assert Audit(again, INVARIANTS).sweep() == []


@settings(max_examples=min(EXAMPLES, 300))
@given(st.data())
def test_no_bit_of_the_journal_can_be_flipped(data: st.DataObject) -> None:
    """Whatever a damaged row reads as, the audit says so and nothing breaks."""
    ledger = damaged_world().ledger
    place = data.draw(st.integers(0, len(ledger.journal.packed) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    ledger.journal.packed[place] ^= bit
    try:
        assert ledger.journal.recomputed() != ledger.chain
        assert "I11" in {violation.name for violation in Audit(ledger, INVARIANTS).sweep()}
    finally:
        ledger.journal.packed[place] ^= bit
    assert Audit(ledger, INVARIANTS).sweep() == []


@cache
def damaged_world() -> World:
    """Every kind of row, to be damaged."""
    world = World()
    ledger, funds = world.ledger, world.account("A casa:u")
    draw(world, ledger.hold(funds, 1000), 400)
    ledger.void(ledger.hold(funds, 1000))
    ledger.hold(funds, 1000, expires_at=world.time)
    world.time += 1
    world.run("F5", "F6a")
    ledger.begin("A/1", b"body")
    ledger.begin(2, b"body")
    ledger.refuse("A/1", "LIMIT_PER_DAY")
    steps = [Posting(funds, world.account("A casa:x"), 5)]
    row = ledger.transact(steps, 2, begun=True)
    ledger.transact(steps, "A/3", reference=row)
    with pytest.raises(ValueError, match="INSUFFICIENT_FUNDS"):
        ledger.post(funds, world.account("A casa:x"), 10**9, "A/4")
    assert {row.kind for row in ledger.journal.rows()} == set(Kind) - {Kind.NONE}
    return world


def test_a_longer_table_of_invariants() -> None:
    """Whoever adds to the state adds to the checks."""
    extra = INVARIANTS[0]._replace(name="X1", check=lambda audit: iter([f"{audit.read} rows"]))
    world = World()
    found = [str(violation) for violation in Audit(world.ledger, (*INVARIANTS, extra)).sweep()]
    assert found == [f"X1: {len(world.ledger.journal)} rows"]


def test_flows_that_stand_together_are_one_transaction() -> None:
    """The second lacks money, so the first does not happen."""
    books = Books(Ledger(clock=lambda: 0), {"A": "institution"})  # type: ignore[dict-item] # the value of a kind will do
    cash = FlowCall("deposit", {"bank": "A", "account": "casa:u"}, {"amount": Money("KHR", 5)})
    short = FlowCall("load", {"bank": "A", "customer": "u"}, {"amount": Money("KHR", 6)})
    with pytest.raises(ValueError, match="INSUFFICIENT_FUNDS"):
        books.run_all([cash, short])
    assert books.balance("A", "casa:u", "KHR") == 0
