"""Planted defects of clearing: each breaks exactly the invariants that it says, and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clearing_material import ALIPAY, Link
from khqr.settlement import INVARIANTS, Audit, Money
from khqr.settlement.clearing import clearing as clearing_module
from khqr.settlement.clearing import crossings as crossings_module
from khqr.settlement.clearing import register as register_module
from khqr.settlement.clearing.batch import Batch, BatchState
from khqr.settlement.clearing.calendar import cycle_of
from khqr.settlement.clearing.clearing import Clearing, Transfer
from khqr.settlement.clearing.crossings import Due, added
from khqr.settlement.clearing.invariants import clearing_invariants
from khqr.settlement.clearing.positions import Position, positions_of

Patch = pytest.MonkeyPatch


class World(Link):
    """The Alipay+ link with payments of two parties, in the cycle that runs."""

    def __init__(self) -> None:
        super().__init__(ALIPAY)
        self.enrich("ACQ", "MPP")
        self.inbound("MPP", 990, 10)
        self.inbound("ACQ", 300)
        assert self.sweep() == []

    @property
    def batch(self) -> str:
        return "alipayplus-20250615"

    def end(self) -> None:
        self.day("2025-06-20 00:00")
        self.due()


def transaction_in_two_batches(world: World, patch: Patch) -> None:
    world.day("2025-06-15 17:00")
    world.clearing.catch_up()
    world.clearing._items[1].append(world.clearing._items[0][0])


def transaction_in_two_batches_settled(world: World, patch: Patch) -> None:
    """It is paid twice, so what is due goes below zero."""
    transaction_in_two_batches(world, patch)
    world.end()


def transaction_in_no_batch(world: World, patch: Patch) -> None:
    world.clearing._items[0].pop()


def transaction_in_the_batch_before(world: World, patch: Patch) -> None:
    world.day("2025-06-15 16:30")
    world.clearing.catch_up()
    patch.setattr(register_module, "cycle_of", lambda time, hours: cycle_of(time, hours) - 1)
    world.inbound("MPP", 5)


def batch_settled_twice(world: World, patch: Patch) -> None:
    world.end()
    transfer = world.clearing.transfers(world.batch)[0]
    parties = {"debtor": transfer.debtor, "creditor": transfer.creditor}
    money = {"amount": Money("USD", transfer.amount)}
    world.books.run("settle", parties, money, f"{transfer.instruction}/again")


def settled_outside_of_clearing(world: World, patch: Patch) -> None:
    """A payment under an id of its own looks like one more crossing, with money from nowhere."""
    money = {"amount": Money("USD", 300)}
    world.books.run("settle", {"debtor": "ACQ", "creditor": "ALP"}, money, "by hand")


def set_off_too_much(world: World, patch: Patch) -> None:
    world.inbound("MPP", 200, back=world.clearing.crossings(world.batch)[0].row)
    more = property(lambda due: min(due.owed, due.owes) * 2)
    patch.setattr(Due, "set_off", more)
    world.end()


def positions_not_set_off(world: World, patch: Patch) -> None:
    world.inbound("MPP", 200, back=world.clearing.crossings(world.batch)[0].row)
    patch.setattr(Due, "set_off", 0)
    world.end()


def settled_without_paying(world: World, patch: Patch) -> None:
    patch.setattr(Clearing, "_pay", lambda *_: None)
    world.end()


def debtor_let_off(world: World, patch: Patch) -> None:
    def let_off(clearing: Clearing, transfers: list[Transfer]) -> None:
        for transfer in transfers[1:]:
            clearing._transfer(transfer)

    patch.setattr(Clearing, "_pay", let_off)
    world.end()


def debtor_pays_twice_while_another_cannot(world: World, patch: Patch) -> None:
    capital, nostro = (world.books.account("ACQ", name, "USD") for name in ("capital", "nostro"))
    world.ledger.post(capital, nostro, 1_000_000)
    world.end()
    assert world.states()["20250615"] == "cleared"
    assert world.sweep() == []
    money = {"amount": Money("USD", 1000)}
    world.books.run("settle", {"debtor": "MPP", "creditor": "ALP"}, money, "settle/again")


def net_not_zero(world: World, patch: Patch) -> None:
    def off(*args: object) -> tuple[Position, ...]:
        first, *rest = positions_of(*args)  # type: ignore[arg-type] # passed on as they came
        return first._replace(net=first.net + 1), *rest

    patch.setattr(register_module, "positions_of", off)


def fee_left_out(world: World, patch: Patch) -> None:
    def without(*args: object) -> tuple[Position, ...]:
        return positions_of(*args)[:-1]  # type: ignore[arg-type] # passed on as they came

    patch.setattr(register_module, "positions_of", without)


def fee_not_read(world: World, patch: Patch) -> None:
    """The fee account of the hub is not watched, so its fee is in no position."""
    side = lambda account: "" if account.name == "fee_income" else account.name.partition(":")[0]  # noqa: E731 - a defect is short
    patch.setattr(crossings_module, "side_of", side)
    world.clearings = [Clearing(world.books, ALIPAY)]
    world.audit = Audit(world.ledger, (*INVARIANTS, *clearing_invariants(world.clearing)))


def batch_that_forgets_a_party(world: World, patch: Patch) -> None:
    def forgetful(*args: object) -> tuple[Position, ...]:
        return tuple(one for one in positions_of(*args) if one.party != "MPP")  # type: ignore[arg-type] # passed on

    patch.setattr(register_module, "positions_of", forgetful)


def party_forgotten_when_settling(world: World, patch: Patch) -> None:
    """Its positions are right, and nobody asks it to pay."""
    patch.setattr(
        clearing_module,
        "added",
        lambda dues: {name: due for name, due in added(dues).items() if name != "MPP"},
    )
    world.end()


def state_that_is_not_true(world: World, patch: Patch) -> None:
    batches: list[Batch] = world.clearing._batches
    batches[0] = batches[0]._replace(state=BatchState.SETTLED)


DEFECTS: dict[Callable[[World, Patch], None], str] = {
    transaction_in_two_batches: "I15",
    transaction_in_two_batches_settled: "I15 I17",
    transaction_in_no_batch: "I15",
    transaction_in_the_batch_before: "I15",
    batch_settled_twice: "I17",
    settled_outside_of_clearing: "I15",
    set_off_too_much: "I17",
    positions_not_set_off: "I17",
    settled_without_paying: "I17",
    debtor_let_off: "I17",
    debtor_pays_twice_while_another_cannot: "I17",
    net_not_zero: "I15",
    fee_left_out: "I15",
    fee_not_read: "I15",
    batch_that_forgets_a_party: "I15",
    party_forgotten_when_settling: "I17",
    state_that_is_not_true: "I17",
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_is_caught_by_exactly_its_invariants(
    defect: Callable[[World, Patch], None], monkeypatch: Patch
) -> None:
    world = World()
    defect(world, monkeypatch)
    found = world.sweep()
    assert {violation.name for violation in found} == set(DEFECTS[defect].split()), found


def test_every_invariant_of_clearing_is_broken_by_some_defect() -> None:
    broken = {name for names in DEFECTS.values() for name in names.split()}
    assert broken == {rule.name for rule in clearing_invariants(World().clearing)}


def test_a_sound_world_breaks_nothing_and_is_looked_at_once() -> None:
    world = World()
    world.end()
    assert world.sweep() == []
    world.clearing._items[0].clear()  # a settled batch was looked at, and is not again
    assert world.sweep() == []
    fresh = Audit(world.ledger, clearing_invariants(world.clearing))
    assert {violation.name for violation in fresh.sweep()} == {"I15"}


def test_it_says_what_is_wrong() -> None:
    world = World()
    row = world.clearing._items[0].pop().row
    state_that_is_not_true(world, Patch())
    messages = [str(violation) for violation in world.sweep()]
    assert messages == [
        f"I15: row {row} is in the batches of [], not of [20254]",
        "I17: ACQ is owed 0 and owes 300 USD, 0 net is not settled",
        "I17: MPP is owed 0 and owes 1000 USD, 0 net is not settled",
        "I17: S is owed 1290 and owes 0 USD, 0 net is not settled",
    ]
