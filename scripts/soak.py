"""Random calls to the settlement ledger and to payments on it, with all invariants checked.

`make soak COUNT=1000000 SEED=1` calls it: of ten calls, four go to one ledger, four are messages of
payments under faults, in rounds, and two are messages of payments over links with clearing, under
faults as well. It prints how fast it went, what was checked how often, what was
answered, what went wrong on purpose, and a chain over all journals, which depends on the seed and
nothing else. It exits with 1 if an invariant was broken, if a journal does not lead to the same
ledger, or if a payment is in no final state and nobody knows why.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256

from soak_abroad import AbroadRound
from soak_payments import Round

from khqr.settlement import (
    INVARIANTS,
    Audit,
    BookKind,
    Books,
    Ledger,
    Money,
    Movement,
    Refused,
    SettlementError,
    Violation,
)

BANKS = "ABS"
CUSTOMERS = 40
SWEEP_EVERY = 10_000
ROUND, ROUND_ABROAD = 4_000, 1_500
DAY = 86_400_000


class Traffic:
    """Banks, customers, and calls that a random source chooses."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)
        self.time = 1_750_000_000_000
        refused = Refused.RETRY if seed % 2 else Refused.BURN
        self.ledger = Ledger(clock=lambda: self.time, refused=refused)
        self.books = Books(self.ledger, dict.fromkeys(BANKS, BookKind.INSTITUTION))
        self.answers: Counter[str] = Counter()
        self.sent: list[Callable[[], object]] = []
        self.pending: list[tuple[int, int, int]] = []
        self.count = self.ids = 0
        self.payers: dict[str, list[int]] = {}
        self.suspense: dict[str, list[tuple[int, int]]] = {}
        for currency, scale in (("KHR", 4000), ("USD", 100)):
            self._open(currency, scale)

    def _open(self, currency: str, scale: int) -> None:
        books = self.books
        for bank in BANKS:
            for flow, units in (("reserve", 20_000), ("issue", 10_000)):
                books.run(flow, {"bank": bank}, {"amount": Money(currency, units * scale)})
        payers = self.payers[currency] = []
        suspense = self.suspense[currency] = []
        for number in range(CUSTOMERS):
            bank = BANKS[number % len(BANKS)]
            names = {"bank": bank, "customer": f"c{number}", "account": f"casa:c{number}"}
            books.run("deposit", names, {"amount": Money(currency, 200 * scale)})
            books.run("load", names, {"amount": Money(currency, 100 * scale)})
            payers += [
                books.account(bank, f"{kind}:c{number}", currency) for kind in ("casa", "wallet")
            ]
            suspense.append((books.account(bank, "susp_in", currency), payers[-2]))

    def step(self) -> None:
        """Make one random call, or a batch of them, and count what came of it."""
        (call,) = self.source.choices(*_MIX)
        call(self)
        if self.source.random() < 0.01:
            self.time += self.source.choice((1, 1000, 60_000, DAY, -5000))

    def ask(self, call: Callable[[], object]) -> None:
        """Count the answer to a call, and keep the call to be sent again."""
        self.count += 1
        try:
            call()
            self.answers["ok"] += 1
        except SettlementError as refusal:
            self.answers[refusal.name] += 1
        if len(self.sent) < 500:
            self.sent.append(call)
        else:
            self.sent[self.source.randrange(500)] = call

    def payment(self) -> tuple[int, int, int]:
        """Choose payer, payee and amount; some amounts are more than anybody has."""
        payers = self.payers[self.source.choice(("KHR", "USD"))]
        payer, payee = self.source.sample(payers, 2)
        amount = self.source.randrange(1, 500)
        return payer, payee, amount * 100_000 if self.source.random() < 0.02 else amount

    def key(self) -> int | str | None:
        """Choose an id: a new number, a new text, one of before, or none."""
        chosen = self.source.random()
        if chosen < 0.1:
            return None
        self.ids += 1
        number = self.ids if chosen < 0.95 else self.source.randrange(self.ids)
        return f"{self.source.choice(BANKS)}/{number}" if chosen < 0.3 else number

    def move(self) -> None:
        """Pay from one account to another."""
        payment, key = self.payment(), self.key()
        self.ask(lambda: self.ledger.move(*payment, key))

    def many(self) -> None:
        """Pay many at once."""
        items = [(*self.payment(), self.key()) for _ in range(self.source.randrange(1, 40))]
        self.count += len(items)
        for result in self.ledger.move_many(items):
            self.answers["ok" if isinstance(result, int) else result.name] += 1

    def shop(self) -> None:
        """Pay into suspense, and credit the shop."""
        currency = self.source.choice(("KHR", "USD"))
        suspense, shop = self.source.choice(self.suspense[currency])
        payer, amount, key = (
            self.source.choice(self.payers[currency]),
            self.payment()[2],
            self.key(),
        )
        self.ask(lambda: self.ledger.move(payer, suspense, amount, key))
        self.ask(lambda: self.ledger.post(suspense, shop, amount))

    def convert(self) -> None:
        """Pay riel for dollars, as one transaction."""
        riel, dollars = self.source.sample(range(CUSTOMERS), 2)
        bank, other = BANKS[riel % len(BANKS)], BANKS[dollars % len(BANKS)]
        cents = self.source.randrange(1, 200)
        parties = {"payer_bank": bank, "payee_bank": other}
        accounts = {"payer": f"casa:c{riel}", "payee": f"casa:c{dollars}"}
        monies = {"sold": Money("KHR", 41 * cents), "bought": Money("USD", cents)}
        key = self.key()
        self.ask(lambda: self.books.run("pay.converted", parties | accounts, monies, key))

    def hold(self) -> None:
        """Set money aside."""
        payer, payee, amount = self.payment()
        until = (
            self.time + self.source.randrange(-1, 100_000) if self.source.random() < 0.8 else None
        )
        self.ask(lambda: self._hold(payer, payee, amount, until))

    def _hold(self, payer: int, payee: int, amount: int, until: int | None) -> None:
        self.pending.append((self.ledger.hold(payer, amount, expires_at=until), payee, amount))

    def resolve(self) -> None:
        """Post a hold, void it, or try what must not be."""
        if not self.pending:
            return
        place = self.source.randrange(len(self.pending))
        hold, payee, amount = self.pending[place]
        payer, key = self.ledger.find_hold(hold).account, self.key()
        posted = self.source.choice((amount, max(1, amount // 2), amount + 1))
        if self.source.random() < 0.3:
            self.ask(lambda: self.ledger.void(hold))
        else:
            posting = [Movement(payer, payee, posted)]
            self.ask(lambda: self.ledger.transact(posting, key, hold=hold))
        if self.source.random() < 0.9:
            del self.pending[place]

    def flight(self) -> None:
        """Announce an instruction, and carry it out or refuse it."""
        payer, payee, amount = self.payment()
        key = self.key() or self.source.randrange(10**9, 10**12)
        self.ask(lambda: self.ledger.begin(key, f"{payer} {payee} {amount}".encode()))
        if self.source.random() < 0.5:
            steps = [Movement(payer, payee, amount)]
            self.ask(lambda: self.ledger.transact(steps, key, begun=True))
        elif self.source.random() < 0.5:
            self.ask(lambda: self.ledger.refuse(key, "LIMIT_PER_DAY"))

    def wrong(self) -> None:
        """Ask for what can never be."""
        payer, payee, amount = self.payment()
        wrong = self.source.choice(((payer, payer, amount), (payer, payee, 0), (10**6, payee, 1)))
        key = self.key()
        self.ask(lambda: self.ledger.post(*wrong, key))
        linked = [Movement(payer, payee, amount), Movement(payee, payer, 10**12)]
        self.ask(lambda: self.ledger.transact(linked, key))

    def again(self) -> None:
        """Send something of before once more."""
        if self.sent:
            self.ask(self.source.choice(self.sent))


_MIX = (
    (
        Traffic.move, Traffic.many, Traffic.shop, Traffic.convert, Traffic.hold,
        Traffic.resolve, Traffic.flight, Traffic.wrong, Traffic.again,
    ),
    (40, 4, 10, 4, 8, 8, 4, 2, 6),
)  # fmt: skip


def run_ledger(count: int, seed: int, broken: list[Violation]) -> str:
    """Make calls to one ledger, print what came of it, and return its chain."""
    traffic = Traffic(seed)
    audit, sweeps, start = Audit(traffic.ledger, INVARIANTS), 0, time.perf_counter()
    while traffic.count < count and not broken:
        end = min(traffic.count + SWEEP_EVERY, count)
        while traffic.count < end:
            traffic.step()
        broken += audit.sweep()
        sweeps += 1
    seconds = time.perf_counter() - start
    ledger, again = traffic.ledger, traffic.ledger.replay()
    broken += Audit(again, INVARIANTS).sweep()
    same = again.chain == ledger.chain and again.state.posted == ledger.state.posted
    if not same:
        broken.append(Violation("I12", "the journal does not lead to the same ledger"))
    show_rate("calls to the ledger", traffic.count, seconds)
    print(f"{len(ledger.journal):,} rows, {len(ledger.state.holds):,} holds")
    show(traffic.answers)
    names = " ".join(in_order(invariant.name for invariant in INVARIANTS))
    print(f"{sweeps} sweeps, and one over a replay, each of {names}")
    print(f"replay leads to the same ledger: {'yes' if same else 'NO'}")
    return ledger.chain


def run_rounds(
    kind: type[Round | AbroadRound],
    size: int,
    *,
    count: int,
    seed: int,
    broken: list[Violation],
) -> list[str]:
    """Send messages round by round, a new simulation each; return the chains of their journals."""
    answers: Counter[str] = Counter()
    states: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    made: Counter[str] = Counter()
    chains: list[str] = []
    done = sweeps = 0
    start = time.perf_counter()
    while done < count and not broken:
        part = kind(seed, len(chains))
        broken += part.run(min(size, count - done))
        done += part.wire.messages
        sweeps += part.sweeps
        made += part.made() + Counter(rows=len(part.simulation.ledger.journal), rounds=1)
        answers += part.answers
        states += part.states
        faults += Counter({fault.value: times for fault, times in part.wire.happened.items()})
        faults += Counter({f"died {stop.value}": n for stop, n in part.wire.stops.items()})
        chains.append(part.simulation.ledger.chain)
        names = part.names
    show_rate(kind.MESSAGES, done, time.perf_counter() - start)
    print(", ".join(f"{number:,} {what}" for what, number in made.items()))
    for counted in (answers, states, faults):
        show(counted)
    print(f"{sweeps} sweeps, each of {' '.join(in_order(names))}")
    if not broken:
        print(kind.ENDED)
    return chains


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of invariants, each once, by letter and number."""
    return sorted(set(names), key=lambda name: (name[0] != "I", int(name[1:])))


def show_rate(what: str, count: int, seconds: float) -> None:
    """Print how fast something went; the only lines that are not of the seed alone."""
    print(f"{count:,} {what} in {seconds:.1f} s with sweeps: {count / seconds:,.0f}/s")


def show(counted: Counter[str]) -> None:
    """Print counts, the most first."""
    for name, number in counted.most_common():
        print(f"{number:>11,}  {name}")


def main() -> int:
    """Run, print, and return 0 if nothing was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=1_000_000, help="calls (1,000,000)")
    parser.add_argument("--seed", type=int, default=1, help="odd: refused ids may be tried again")
    options = parser.parse_args()

    broken: list[Violation] = []
    part = options.count * 2 // 5
    chains = [run_ledger(part, options.seed, broken)]
    rest, seed = options.count - 2 * part, options.seed
    chains += run_rounds(Round, ROUND, count=part, seed=seed, broken=broken)
    chains += run_rounds(AbroadRound, ROUND_ABROAD, count=rest, seed=seed, broken=broken)
    print(f"chain {sha256(' '.join(chains).encode()).hexdigest()}")
    for violation in broken:
        print(violation)
    print(f"{len(broken)} invariants were broken")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
