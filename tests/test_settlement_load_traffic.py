"""The traffic, the world and the run: determined by the seed, complete, and adding up."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import numpy as np
import pytest

from khqr.settlement import INVARIANTS, Audit, SettlementError, read_code
from khqr.settlement.load import morning, replay, texts
from khqr.settlement.load.columns import Columns
from khqr.settlement.load.dice import Dice, Table, zipf
from khqr.settlement.load.plan import Plan, half_year_2023
from khqr.settlement.load.replay import run
from khqr.settlement.load.texts import check_texts
from khqr.settlement.load.traffic import Traffic
from khqr.settlement.load.world import World
from khqr.settlement.payments.limits import business_day, day_starts

RAW = [406079497889779848, 1016600270371674911]
BELOW = [2, 9, 6, 0, 7, 4, 9, 3]
DAYS = ["736953627e1a44c9", "90a6925709275066", "cc67129211ae9b4b"]
CHAIN = "86ace229e43361afa810f5aed1d3aec4b76ac33f3b37f65a5dfc27dc0d1af268"

SMALL = Plan(payments=6_000, days=3, payers=300, shops=40, banks=4, texts=10)


def digest(columns: Columns) -> str:
    raw = b"".join(np.asarray(column).astype("<i8").tobytes() for column in columns)
    return hashlib.sha256(raw).hexdigest()[:16]


def test_the_bits_are_those_of_the_seed_on_any_machine() -> None:
    """Written down once: a change of numpy or of a table would change every journal."""
    dice = Dice(2023)
    assert dice.raw(2).tolist() == RAW
    assert dice.below(10, 8).tolist() == BELOW
    assert [digest(columns) for _, columns in Traffic(SMALL, World(SMALL)).days()] == DAYS


def test_places_are_drawn_by_their_weight() -> None:
    drawn = Counter(Dice(1).places(Table([1, 0, 3]), 40_000).tolist())
    assert drawn.keys() == {0, 2}
    assert 9_500 < drawn[0] < 10_500
    assert zipf(3) == [1_000_001, 500_001, 333_334]


@pytest.mark.parametrize(("payments", "days"), [(1, 1), (0, 3), (1_000, 7), (35_400_000, 181)])
def test_a_plan_shares_out_all_its_payments(payments: int, days: int) -> None:
    counts = list(Plan(payments=payments, days=days).counts())
    assert [day for day, _ in counts] == list(range(19_358, 19_358 + days))
    assert sum(count for _, count in counts) == payments
    assert all(count >= 0 for _, count in counts)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("payments", -1), ("payments", "5"), ("days", 0), ("days", True), ("first_day", 10**7)),
        *(("seed", -1), ("banks", 1), ("banks", 91), ("shops", 0), ("payers", -1), ("texts", -1)),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"{name} of a plan is a whole number"):
        Plan(**{"payments": 5, name: value})


def test_the_half_year_is_the_first_of_2023() -> None:
    plan = half_year_2023(seed=7, banks=12)
    assert (plan.payments, plan.days, plan.seed, plan.banks) == (35_400_000, 181, 7, 12)
    assert day_starts(plan.first_day) == 1_672_506_000_000  # 2022-12-31T17:00Z
    assert day_starts(plan.first_day + plan.days) == 1_688_144_400_000  # 2023-06-30T17:00Z


def test_a_day_has_its_payments_in_order_and_within_it() -> None:
    world = World(SMALL)
    last_id = last_serial = 0
    for day, columns in Traffic(SMALL, world).days():
        times, serials = np.asarray(columns.times), np.asarray(columns.serials)
        codes, amounts = np.asarray(columns.codes), np.asarray(columns.amounts)
        asked = np.asarray(columns.asked)
        assert {business_day(int(time)) for time in times} == {day}
        assert (np.diff(times) >= 0).all()
        dynamic = np.array(world.bank.dynamic)[codes] > 0
        assert ((serials >= 0) == dynamic).all()
        assert ((asked > 0) == dynamic).all()
        assert (amounts[~dynamic] > 0).all()
        riel = np.array(world.bank.currency_of)[codes] == 0
        assert not (amounts[riel] % 100).any()
        assert min(columns.ids) > last_id - 1
        last_id, last_serial = max(columns.ids), max(int(serials.max()), last_serial)
    assert last_id == SMALL.payments


def test_codes_of_the_world_are_real_texts() -> None:
    world = World(SMALL)
    for code in world.bank.codes:
        assert read_code(code.text) == code
    assert {code.dynamic for code in world.bank.codes} == {True, False}
    assert len(set(world.names)) == SMALL.banks
    assert {customer.tier.value for customer in world.bank.customers.values()} == {
        "basic", "partial", "full",
    }  # fmt: skip


def test_a_text_that_says_something_else_is_refused() -> None:
    world = World(SMALL)
    _, columns = next(Traffic(SMALL, world).days())
    count = int((np.asarray(columns.serials) >= 0).sum())
    assert check_texts(world, columns, every=1) == count
    assert check_texts(world, columns, every=0) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "md5", lambda _: "0" * 32)
        with pytest.raises(SettlementError, match="have one MD5"):
            check_texts(world, columns, every=1)
    shown = world.shop_code
    world.shop_code = lambda *_, **__: shown(0, "USD", "1", 500, 9, at=1_700_000_000_000)  # type: ignore[method-assign] # another shop's
    with pytest.raises(SettlementError, match="reads as"):
        check_texts(world, columns, every=1)
    again = columns._replace(serials=np.where(np.asarray(columns.serials) >= 0, 5, -1))
    with pytest.raises(SettlementError):
        check_texts(world, again, every=1)


def test_a_run_is_sound_and_adds_up() -> None:
    shown: list[tuple[str, int]] = []
    done = run(SMALL, progress=lambda what, count: shown.append((what, count)), title="A run")
    figures = done.figures
    assert done.broken == ()
    assert figures.title == "A run"
    assert {row.broken for row in figures.invariants} == {0}
    assert {"I1", "I2", "I5", "I6", "I7", "I11", "I12", "I13"} <= {
        row.name for row in figures.invariants
    }
    for row in figures.banks:
        settled = row.opening + row.issued - row.redeemed + row.value_in - row.value_out
        assert settled == row.closing
    for currency in ("KHR", "USD"):
        assert sum(row.net for row in figures.banks if row.currency == currency) == 0
    assert sum(figures.states.values()) + sent_again(figures.refusals, done) == SMALL.payments
    assert sum(count for count, _ in done.settled.values()) == (
        figures.states["acknowledged"] + figures.states["received"]
    )
    assert shown[0] == ("opening accounts", 0)
    assert shown[-1] == ("auditing", SMALL.payments)
    assert done.texts > 100
    assert done.worth() == done.settled["KHR"][1] // 4_100 + done.settled["USD"][1] // 100
    assert {"LIMIT_PER_DAY", "INSUFFICIENT_FUNDS", "QR_EXPIRED", "QR_CONSUMED"} <= {
        *figures.refusals
    }
    assert (
        sum(figures.balances["NBC", "bsa", "KHR"] for _ in (1,))
        == (figures.balances["TOK", "supply", "KHR"])
    )


def sent_again(refusals: object, done: replay.Run) -> int:
    """Return how many payments were answered by the row of an earlier one."""
    figures = done.figures
    return done.plan.payments - sum(figures.states.values())


def test_the_same_plan_gives_the_same_journal_and_any_other_another() -> None:
    plan = Plan(payments=800, days=2, payers=60, shops=10, banks=3, texts=0)
    one, two = run(plan), run(plan)
    assert one.figures == two.figures
    assert one.figures.chain == CHAIN
    other = run(Plan(payments=800, days=2, payers=60, shops=10, banks=3, texts=0, seed=2))
    assert other.figures.chain != CHAIN


def test_the_audit_by_rows_agrees_with_a_run_and_the_journal_leads_to_it() -> None:
    bank = run(Plan(payments=1_500, days=4, payers=60, shops=10, banks=3)).bank
    assert Audit(bank.ledger, INVARIANTS).sweep() == []
    again = bank.ledger.replay()
    assert (again.chain, again.state.posted) == (bank.ledger.chain, bank.ledger.state.posted)


def test_a_day_may_have_one_currency() -> None:
    done = run(Plan(payments=2, days=2, payers=40, shops=10, banks=2, seed=1))
    assert done.broken == ()
    assert [(row.currency, row.payments) for row in done.figures.volume] == [("KHR", 2)]


def test_a_run_is_audited_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_AUDIT_EVERY", 2)
    done = run(Plan(payments=300, days=5, payers=40, shops=10, banks=2))
    assert (done.audits, done.broken) == (3, ())


def test_what_is_broken_is_in_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    before = morning.begin_day

    def and_lose_a_riel(world: World, day: int) -> None:
        before(world, day)
        world.bank.ledger.state.posted[world.bank.accounts[0]] += 1

    monkeypatch.setattr(replay, "begin_day", and_lose_a_riel)
    done = run(Plan(payments=100, days=1, payers=40, shops=10, banks=2))
    assert {violation.name for violation in done.broken} >= {"I1", "I12"}
    assert {row.name for row in done.figures.invariants if row.broken} >= {"I1", "I12"}
