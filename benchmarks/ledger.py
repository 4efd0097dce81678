"""Speed and memory of the settlement ledger, against SQLite in memory: see README.md."""

from __future__ import annotations

import argparse
import platform
import random
import resource
import sqlite3
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from types import ModuleType
from typing import Protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.full_payments import Batch, OneCall, SqliteFull, stream
from benchmarks.peers import PeerMissing, peer_module, python_peers
from benchmarks.rounds import PARTS, Race

from khqr.settlement import (
    BookKind,
    Books,
    Ledger,
    Money,
    SettlementError,
    Side,
)

ACCOUNTS = 100_000
ROUND = 20_000
FUNDS = 10_000
NOW = 1_750_000_000_000
SQLITE, SQLITE_PAYMENTS = "SQLite, transfer", "SQLite, payment between banks"

Item = tuple[int, int, int, int]
"""Numbers of debit and credit account, amount, id."""


def items(seed: int) -> Iterator[Item]:
    """Yield transfers without end: ids rise, and about one in fifty lacks money."""
    source = random.Random(seed)
    for number in count():
        debit = source.randrange(ACCOUNTS)
        credit = (debit + source.randrange(1, ACCOUNTS)) % ACCOUNTS
        amount = FUNDS * 1000 if source.random() < 0.02 else source.randrange(1, 100)
        yield debit, credit, amount, number


def named(batch: list[Item], names: list[int]) -> list[Item]:
    """Return items with the numbers that a ledger gave to their accounts."""
    return [(names[debit], names[credit], amount, key) for debit, credit, amount, key in batch]


class Contestant(Protocol):
    """Something that posts transfers."""

    def take(self, batch: list[Item]) -> int:
        """Post all, and return how many were refused."""


class Sqlite:
    """A ledger as one would write it on SQLite, one transaction for each transfer.

    It checks what the ledger checks of a transfer: the id is new, both accounts have the currency,
    the money is there. It has no chain, no holds and no books.
    """

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        run = self.connection.execute
        run("CREATE TABLE account (id INTEGER PRIMARY KEY, currency TEXT, balance INTEGER)")
        run(
            "CREATE TABLE transfer (id INTEGER PRIMARY KEY, debit INTEGER, credit INTEGER, "
            "amount INTEGER, time INTEGER)"
        )
        rows = ((number, "KHR", FUNDS) for number in range(ACCOUNTS))
        self.connection.executemany("INSERT INTO account VALUES (?, ?, ?)", rows)

    def take(self, batch: list[Item]) -> int:
        """Post all, and return how many were refused."""
        run, refused = self.connection.execute, 0
        for debit, credit, amount, number in batch:
            run("BEGIN")
            known = run("SELECT 1 FROM transfer WHERE id = ?", (number,)).fetchone()
            (currency, balance), (other, _) = (
                run("SELECT currency, balance FROM account WHERE id = ?", (account,)).fetchone()
                for account in (debit, credit)
            )
            if known or currency != other or balance < amount:
                refused += 1
                run("ROLLBACK")
                continue
            run(
                "INSERT INTO transfer VALUES (?, ?, ?, ?, ?)",
                (number, debit, credit, amount, NOW),
            )
            run("UPDATE account SET balance = balance - ? WHERE id = ?", (amount, debit))
            run("UPDATE account SET balance = balance + ? WHERE id = ?", (amount, credit))
            run("COMMIT")
        return refused


class SqlitePayments(Sqlite):
    """The same for payments between ten banks: four postings, each with its two balances.

    Accounts from ``ACCOUNTS`` on are those of the banks: three for each, and a holder of tokens
    for each wallet. The money of the payer, his bank and his holder is checked.
    """

    BANKS = 10

    def __init__(self) -> None:
        super().__init__()
        rows = ((ACCOUNTS + number, "KHR", 10**15) for number in range(ACCOUNTS + 100))
        self.connection.executemany("INSERT INTO account VALUES (?, ?, ?)", rows)
        self.connection.execute(
            "CREATE TABLE posting (transfer INTEGER, debit INTEGER, credit INTEGER, amount INTEGER)"
        )

    def take(self, batch: list[Item]) -> int:
        """Post all, and return how many were refused."""
        run, refused = self.connection.execute, 0
        for payer, payee, amount, number in batch:
            one, other = (2 * ACCOUNTS + 3 * (end % self.BANKS) for end in (payer, payee))
            postings = [(payer, payee), (ACCOUNTS + payer, ACCOUNTS + payee)]
            if one != other:
                postings = [(payer, one), (one + 1, other + 1), (other, payee), postings[1]]
            run("BEGIN")
            known = run("SELECT 1 FROM transfer WHERE id = ?", (number,)).fetchone()
            (currency, balance), (other_currency, _), (_, settles), (_, tokens) = (
                run("SELECT currency, balance FROM account WHERE id = ?", (account,)).fetchone()
                for account in (payer, payee, one, ACCOUNTS + payer)
            )
            if known or currency != other_currency or min(balance, settles, tokens) < amount:
                refused += 1
                run("ROLLBACK")
                continue
            run("INSERT INTO transfer VALUES (?, ?, ?, ?, ?)", (number, payer, payee, amount, NOW))
            for debit, credit in postings:
                run("INSERT INTO posting VALUES (?, ?, ?, ?)", (number, debit, credit, amount))
                run("UPDATE account SET balance = balance - ? WHERE id = ?", (amount, debit))
                run("UPDATE account SET balance = balance + ? WHERE id = ?", (amount, credit))
            run("COMMIT")
        return refused


class Transfers:
    """Simple transfers between customers of one bank."""

    def __init__(self, *, rising_ids: bool, many: bool) -> None:
        self.ledger, self.many = Ledger(clock=lambda: NOW, rising_ids=rising_ids), many
        opened = self.ledger.open
        self.accounts = [
            opened("A", f"casa:{number}", "KHR", side=Side.CREDIT, guarded=True)
            for number in range(ACCOUNTS)
        ]
        cash = opened("A", "cash", "KHR", side=Side.DEBIT)
        self.ledger.post_many((cash, account, FUNDS, None) for account in self.accounts)
        self.batch = self.ledger.post_many
        self.one: Callable[[int, int, int, int], int] = self.ledger.post

    def take(self, batch: list[Item]) -> int:
        """Post all, and return how many were refused."""
        if self.many:
            return sum(not isinstance(result, int) for result in self.batch(batch))
        refused, one = 0, self.one
        for debit, credit, amount, number in batch:
            try:
                one(debit, credit, amount, number)
            except SettlementError:
                refused += 1
        return refused


class Movements(Transfers):
    """Payments between wallets of ten banks, each of up to four postings by the leg rule.

    Items number the wallets from 0; ``accounts`` has their numbers in the ledger.
    """

    def __init__(self, *, rising_ids: bool, many: bool) -> None:
        self.ledger, self.many = Ledger(clock=lambda: NOW, rising_ids=rising_ids), many
        banks = [f"B{number}" for number in range(10)]
        books = Books(self.ledger, dict.fromkeys(banks, BookKind.INSTITUTION))
        money = {"amount": Money("KHR", 10**15)}
        for bank in banks:
            for flow in ("reserve", "issue", "deposit"):
                books.run(flow, {"bank": bank, "account": "casa:till"}, money)
        self.accounts = []
        for number in range(ACCOUNTS):
            bank = banks[number % len(banks)]
            wallet = books.account(bank, f"wallet:{number}", "KHR")
            self.ledger.move(books.account(bank, "casa:till", "KHR"), wallet, FUNDS)
            self.accounts.append(wallet)
        self.batch, self.one = self.ledger.move_many, self.ledger.move


class Lane:
    """One contestant in the race, with its own stream of the same transfers."""

    def __init__(self, contestant: Contestant, accounts: list[int] | None, size: int) -> None:
        self.contestant, self.size, self.refused = contestant, size, 0
        self.items = items(1)
        self.accounts = accounts

    def __call__(self, _: int) -> float:
        """Post the next transfers, and return the nanoseconds that it took."""
        batch = list(islice(self.items, self.size))
        if self.accounts is not None:
            names = self.accounts
            batch = [
                (names[debit], names[credit], amount, key) for debit, credit, amount, key in batch
            ]
        start = time.perf_counter_ns()
        self.refused += self.contestant.take(batch)
        return time.perf_counter_ns() - start


LANES: dict[str, tuple[type[Transfers], bool, bool]] = {
    "transfer, one call each, any ids": (Transfers, False, False),
    "transfer, one call each, rising ids": (Transfers, True, False),
    "transfer, batch, any ids": (Transfers, False, True),
    "transfer, batch, rising ids": (Transfers, True, True),
    "payment between banks, one call each": (Movements, True, False),
    "payment between banks, batch": (Movements, True, True),
}
TARGETS = {"transfer, one call each, any ids": 5}


def race(rounds: int) -> bool:
    """Let all post the same transfers in turns, print the table, and say if targets are reached."""
    size = ROUND // PARTS
    lanes = {
        SQLITE: Lane(Sqlite(), None, size),
        SQLITE_PAYMENTS: Lane(SqlitePayments(), None, size),
    }
    for name, (kind, rising_ids, many) in LANES.items():
        contestant = kind(rising_ids=rising_ids, many=many)
        lanes[name] = Lane(contestant, contestant.accounts, size)
    timed = Race(lanes, count=ROUND, rounds=rounds, warm_up=1)
    refused = {lane.refused for lane in lanes.values()}
    assert len(refused) == 1, "all refuse the same transfers"
    posted = ROUND * (rounds + 1)
    print(f"{posted:,} transfers each, {refused.pop():,} refused, {ACCOUNTS:,} accounts")
    print(f"{'':40}{'per s':>10}{'x SQLite':>10}{'quiet':>8}  target")
    reached = True
    for name in lanes:
        rate, target = 1e9 / timed.median(name), TARGETS.get(name)
        ratio = timed.ratio(SQLITE_PAYMENTS if "payment" in name else SQLITE, name)
        verdict = (
            "" if target is None else f">= {target} {'yes' if ratio.value >= target else 'NO'}"
        )
        reached &= target is None or ratio.value >= target
        print(f"{name:40}{rate:>10,.0f}{ratio.value:>10.2f}{ratio.quiet:>8.2f}  {verdict}")
    return reached


class Abacus:
    """The ledger of abacus-minimal, a double entry for each transfer.

    It has no ids and no currencies, and lets any account fall below zero; so the money is checked
    before. It keeps every entry as objects, and no chain.
    """

    def __init__(self, package: ModuleType) -> None:
        self.double, self.ledger = package.Double, package.Ledger()
        self.ledger.apply(package.Asset("cash"))
        for number in range(ACCOUNTS):
            self.ledger.apply(package.Liability(f"casa:{number}"))
            self.ledger.apply(package.Double("cash", f"casa:{number}", FUNDS))
        self.accounts = self.ledger.accounts

    def take(self, batch: list[Item]) -> int:
        """Post all, and return how many were refused."""
        apply, double, accounts, refused = self.ledger.apply, self.double, self.accounts, 0
        for debit, credit, amount, _ in batch:
            payer = f"casa:{debit}"
            if accounts[payer].balance < amount:
                refused += 1
                continue
            apply(double(payer, f"casa:{credit}", amount))
        return refused


class FullLane:
    """One contestant for whole payments, with its own stream of the same ones.

    Who takes many at once takes more in a turn, and its time is counted down to the size of the
    others' turns.
    """

    def __init__(self, contestant: OneCall | SqliteFull, size: int, times: int = 1) -> None:
        self.contestant, self.size, self.times = contestant, size, times
        self.items = stream(1)

    def __call__(self, _: int) -> float:
        """Pay the next payments, and return the nanoseconds that it took."""
        size = self.size * self.times
        batch = self.contestant.prepared(list(islice(self.items, size)))
        start = time.perf_counter_ns()
        self.contestant.take(batch)
        return (time.perf_counter_ns() - start) / self.times


FULL_ROUND, AT_ONCE = 40_960, 48  # a day of the half-year at once
FULL_SQLITE, ABACUS = "SQLite, full payment", "abacus-minimal, transfer"
ONE_CALL, BATCH = "full payment, one call each", "full payments, 196,608 at once"
READINGS = (
    ("full payments at once : SQLite, the same with all rules", BATCH, FULL_SQLITE, 8),
    ("full payments at once : SQLite, plain transfers", BATCH, SQLITE, 8),
    ("full payments at once : abacus-minimal, plain transfers", BATCH, ABACUS, 15),
    ("full payment, one call : SQLite, the same with all rules", ONE_CALL, FULL_SQLITE, None),
    ("full payment, one call : SQLite, plain transfers", ONE_CALL, SQLITE, None),
    ("full payment, one call : abacus-minimal, plain transfers", ONE_CALL, ABACUS, None),
)


def agree(one: OneCall, many: Batch, sqlite: SqliteFull) -> None:
    """Let all pay the same, and fail if they do not refuse the same for the same reasons."""
    items = list(islice(stream(3), FULL_ROUND))
    for contestant in (one, many, sqlite):
        contestant.take(contestant.prepared(items))
    assert one.refused == many.refused == sqlite.refused, "all refuse the same payments"
    assert one.bank.ledger.chain == many.bank.ledger.chain, "both write the same journal"
    refused = ", ".join(f"{name} {count:,}" for name, count in one.refused.most_common())
    print(f"\n{len(items):,} full payments, all agree; refused: {refused}")


def full_race(rounds: int) -> bool:
    """Let all pay full payments in turns, beside plain transfers of the others."""
    size = FULL_ROUND // PARTS
    agree(OneCall(), Batch(), SqliteFull())
    lanes: dict[str, FullLane | Lane] = {
        FULL_SQLITE: FullLane(SqliteFull(), size),
        ONE_CALL: FullLane(OneCall(), size),
        BATCH: FullLane(Batch(), size, AT_ONCE),
        SQLITE: Lane(Sqlite(), None, size),
    }
    try:
        package = peer_module("abacus-minimal", "abacus", python_peers())
        lanes[ABACUS] = Lane(Abacus(package), None, size)
    except (ImportError, PeerMissing) as reason:
        print(f"abacus-minimal is not measured: {reason}")
    timed = Race(lanes, count=FULL_ROUND, rounds=rounds, warm_up=1)
    for name in lanes:
        print(f"{name:40}{1e9 / timed.median(name):>10,.0f} per s")
    print(f"{'':58}{'ratio':>8}{'quiet':>8}  target")
    reached = True
    for name, ours, theirs, target in READINGS:
        if theirs not in lanes:
            reached = reached and target is None
            continue
        ratio = timed.ratio(theirs, ours)
        good = target is None or ratio.value >= target
        verdict = "" if target is None else f">= {target} {'yes' if good else 'NO'}"
        print(f"{name:58}{ratio.value:>8.1f}{ratio.quiet:>8.1f}  {verdict}")
        reached &= good
    return reached


def memory(number: int) -> None:
    """Print the bytes that a transfer takes while the ledger keeps it, ids included."""
    for rising_ids in (False, True):
        contestant = Transfers(rising_ids=rising_ids, many=True)
        cash = contestant.ledger.find("A", "cash", "KHR")
        contestant.ledger.post_many((cash, 1, 1, key) for key in range(1000))
        tracemalloc.start()
        contestant.ledger.post_many((cash, 1, 1, key) for key in range(1000, number))
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        kind = "rising" if rising_ids else "any"
        print(f"{size / number:,.0f} bytes for a transfer with {kind} ids")


def volume(number: int) -> None:
    """Post that many payments between banks in batches, and print time and peak memory."""
    contestant, stream, refused = Movements(rising_ids=True, many=True), items(2), 0
    names, taken, seconds = contestant.accounts, 0, 0.0
    while taken < number:
        batch = list(islice(stream, min(8190, number - taken)))
        batch = named(batch, names)
        start = time.perf_counter()
        refused += contestant.take(batch)
        seconds += time.perf_counter() - start
        taken += len(batch)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{number:,} payments, {refused:,} refused: {seconds:.0f} s, {number / seconds:,.0f}/s")
    print(f"peak memory {peak:.2f} GiB, of which the journal {_gib(contestant.ledger):.2f} GiB")


def _gib(ledger: Ledger) -> float:
    return len(ledger.journal.packed) / 2**30


def main() -> int:
    """Measure; return 0 if every target was reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=20, help="measured rounds (20)")
    parser.add_argument("--full", action="store_true", help="only the full payments")
    parser.add_argument("--full-rounds", type=int, default=12, help="rounds of full payments (12)")
    parser.add_argument("--volume", type=int, help="only this: so many payments in one ledger")
    options = parser.parse_args()
    print(f"CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}, one process")
    if options.volume:
        volume(options.volume)
        return 0
    if options.full:
        return int(not full_race(max(2, options.full_rounds)))
    reached = race(max(2, options.rounds))
    reached &= full_race(max(2, options.full_rounds))
    memory(1_000_000)
    return int(not reached)


if __name__ == "__main__":
    sys.exit(main())
