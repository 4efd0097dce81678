"""Real threads on one ledger: nothing is lost, overdrawn or done twice."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from time import sleep

import pytest

from khqr.settlement import INVARIANTS, Audit, Ledger, Posting, SettlementError, Side

THREADS = 64


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    """Let threads take turns a thousand times as often as they would."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


def clock_that_lets_others_in() -> int:
    """Give up the processor in the midst of every call, where a ledger without a lock breaks."""
    sleep(0)
    return 0


def bank(funds: int) -> tuple[Ledger, int, int]:
    ledger = Ledger(clock=clock_that_lets_others_in)
    cash = ledger.open("A", "cash", "KHR", side=Side.DEBIT)
    payer, payee = (
        ledger.open("A", name, "KHR", side=Side.CREDIT, guarded=True)
        for name in ("casa:u", "casa:m")
    )
    ledger.post(cash, payer, funds)
    return ledger, payer, payee


def together(work: Callable[[int], object]) -> Counter[str]:
    """Let all threads begin at once, and count the answers: refusals by name, others as ``ok``."""
    ready = Barrier(THREADS)
    answers: list[str] = []

    def run(number: int) -> None:
        ready.wait(timeout=60)
        try:
            work(number)
            answers.append("ok")
        except SettlementError as refusal:
            answers.append(refusal.name)

    threads = [Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == THREADS
    return Counter(answers)


def sound(ledger: Ledger) -> None:
    assert Audit(ledger, INVARIANTS).sweep() == []
    assert ledger.replay().chain == ledger.chain


def test_threads_that_drain_one_account_never_overdraw_it() -> None:
    ledger, payer, payee = bank(funds=2000)

    def drain(number: int) -> None:
        for turn in range(100):
            ledger.post(payer, payee, 1, 100 * number + turn)

    answers = together(drain)
    assert answers["INSUFFICIENT_FUNDS"] >= THREADS - 20
    assert (ledger.balance(payer), ledger.balance(payee)) == (0, 2000)
    sound(ledger)


def test_holds_and_batches_and_transactions_drain_together() -> None:
    ledger, payer, payee = bank(funds=300)

    def drain(number: int) -> None:
        if number % 4 == 0:
            ledger.transact([Posting(payer, payee, 5), Posting(payer, payee, 5)], number)
        elif number % 4 == 1:
            hold = ledger.hold(payer, 10)
            ledger.transact([Posting(payer, payee, 10)], number, hold=hold)
        elif number % 4 == 2:
            ledger.void(ledger.hold(payer, 10))
        else:
            ledger.post_many([(payer, payee, 5, number), (payer, payee, 5, 1000 + number)])

    together(drain)
    assert ledger.balance(payer) + ledger.balance(payee) == 300
    assert ledger.held(payer) == 0
    sound(ledger)


def test_one_instruction_from_all_threads_is_posted_once() -> None:
    ledger, payer, payee = bank(funds=1000)
    rows: list[int] = []
    answers = together(lambda _: rows.append(ledger.post(payer, payee, 7, "A/1")))
    assert answers == {"ok": THREADS}
    assert len(set(rows)) == 1
    assert ledger.balance(payee) == 7
    sound(ledger)


def test_one_id_with_two_bodies_is_posted_with_one_of_them() -> None:
    ledger, payer, payee = bank(funds=1000)
    answers = together(lambda number: ledger.post(payer, payee, 7 + number % 2, "A/1"))
    assert answers == {"ok": 32, "IDEMPOTENCY_MISMATCH": 32}
    assert ledger.balance(payee) in {7, 8}
    sound(ledger)


def test_one_refused_instruction_is_refused_to_all() -> None:
    ledger, payer, payee = bank(funds=1)
    answers = together(lambda _: ledger.post(payer, payee, 7, "A/1"))
    assert answers == {"INSUFFICIENT_FUNDS": 1, "ALREADY_REFUSED": THREADS - 1}
    sound(ledger)


def test_one_instruction_is_begun_by_one_thread() -> None:
    ledger, payer, payee = bank(funds=1000)

    def carry_out(_: int) -> None:
        if ledger.begin("A/1", b"seven") is None:
            ledger.transact([Posting(payer, payee, 7)], "A/1", begun=True)

    answers = together(carry_out)
    assert answers["ok"] + answers["IN_FLIGHT"] == THREADS
    assert ledger.balance(payee) == 7
    sound(ledger)


def test_one_hold_is_posted_or_voided_by_one_thread() -> None:
    ledger, payer, payee = bank(funds=1000)
    hold = ledger.hold(payer, 10)

    def end(number: int) -> None:
        if number % 2:
            ledger.void(hold)
        else:
            ledger.transact([Posting(payer, payee, 10)], hold=hold)

    answers = together(end)
    ended = {"HOLD_ALREADY_POSTED", "HOLD_ALREADY_VOIDED"} & set(answers)
    assert answers["ok"] == 1
    assert answers[ended.pop()] == THREADS - 1
    sound(ledger)
