"""A round of payments from a seed: banks, payers, shops, and messages that go wrong on purpose.

`soak.py` runs as many rounds as it is asked for. Each begins with empty books, so that memory and
the time of a recovery stay bounded.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

import khqr
from khqr.model import moment_at
from khqr.settlement import Money, PaymentState, Refused, Simulation, Violation
from khqr.settlement.faults import Clock, Fault, FaultPlan, Ref, Request, Wire, settled

START = 1_750_000_000_000
DAY = 86_400_000
BANKS = "ABS"
CUSTOMERS = 30
SWEEP_EVERY = 500
SHARES = dict.fromkeys(Fault, 12) | {Fault.CRASH: 2}
FINAL = {state.value for state in PaymentState} - {
    "created",
    "validated",
    "held",
    "submitted",
    "unknown",
    "committed",
    "received",
}


class Round:
    """One simulation, and the requests that a random source chooses."""

    MESSAGES = "messages of payments"
    ENDED = "every round was replayed, and every payment is final"

    def __init__(self, seed: int, number: int) -> None:
        self.source = random.Random(f"{seed}/{number}")
        self.clock, ids = Clock(START), count(1)
        refused = Refused.RETRY if (seed + number) % 2 else Refused.BURN
        self.simulation = Simulation(
            BANKS, clock=self.clock, ids=lambda: f"n{next(ids)}", refused=refused
        )
        plan = FaultPlan(seed=self.source.getrandbits(63), shares=SHARES)
        self.wire = Wire(self.simulation, self.clock, plan)
        self.answers: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.sweeps = 0
        self.recent: list[str] = []
        self.numbers = count(1)
        self._open()
        self.audit = self.simulation.audit()
        self.names = [invariant.name for invariant in self.audit.invariants]
        self.static = [self._code(None, None) for _ in range(20)]
        self.shown = list(self.static)

    def _open(self) -> None:
        sim, source = self.simulation, self.source
        for bank in BANKS:
            sim.fund_bank(bank, Money("KHR", 40_000_000))
            sim.fund_bank(bank, Money("USD", 10_000_00))
        for number in range(CUSTOMERS):
            bank = BANKS[number % len(BANKS)]
            tier = source.choice(("basic", "full", "full", "full"))
            name = f"c{number}"
            sim.add_customer(name, bank, tier=tier, credit_days=source.choice((0, 0, 0, 1, 2)))
            for kind in ("wallet", "account"):
                sim.fund(f"{name}@{bank}", Money("KHR", 1_500_000), kind)
                sim.fund(f"{name}@{bank}", Money("USD", 350_00), kind)

    def made(self) -> Counter[str]:
        """Return what was made, by name."""
        return Counter({"payments": len(self.simulation.payments)})

    def run(self, messages: int) -> list[Violation]:
        """Send at least so many messages, end the round, and return what does not hold."""
        sent = 0
        while self.wire.messages < messages:
            for request in self._requests():
                answer = self.wire.send(request)
                state = getattr(answer.answer, "state", None)
                self.answers[answer.refusal or getattr(state, "value", "ok")] += 1
            if self.source.random() < 0.02:
                self.clock.time += self.source.choice((1, 1000, 60_001, 600_001, DAY, -5000))
            if self.wire.messages >= sent:
                sent = self.wire.messages + SWEEP_EVERY
                self.sweeps += 1
                broken = self.audit.sweep()
                if broken:
                    return broken
        self.wire.finish()
        return self._ended()

    def _ended(self) -> list[Violation]:
        self.sweeps += 1
        end = settled(self.simulation, self.audit)
        self.states += Counter({state.value: n for state, n in end.states.items()})
        broken = list(end.broken)
        if not end.replayed:
            broken.append(Violation("I12", "the journal does not lead to the same ledger"))
        lost = [str(sent.request) for sent in self.wire.sent if not sent.is_answered]
        if lost or end.interrupted or not set(self.states) <= FINAL:
            broken.append(
                Violation("D3", f"no end of {lost[:3]}, {end.interrupted}, {self.states}")
            )
        return broken

    # What clients ask for.

    def _requests(self) -> list[Request]:
        (make,) = self.source.choices(*_MIX)
        return make(self)

    def _code(self, amount: str | None, currency: str | None) -> str:
        source, at = self.source, moment_at(max(START, self.simulation.now()))
        number = source.randrange(CUSTOMERS + 2)  # the last two are nobody
        bank, currency = BANKS[number % len(BANKS)], currency or source.choice(("KHR", "USD"))
        life = None if amount is None else at + timedelta(minutes=source.choice((1, 10)))
        more: dict[str, Any] = {"currency": currency, "amount": amount, "expires_at": life}
        if source.random() < 0.7:
            return khqr.encode(
                khqr.Merchant(
                    bakong_account_id=f"khqr@{bank}",
                    merchant_name="Demo Shop",
                    merchant_id=f"c{number}",
                    acquiring_bank="Demo Bank",
                    bill_number=None if amount is None else str(next(self.numbers)),
                    **more,
                ),
                at=at,
            )
        account = f"c{min(number, CUSTOMERS - 1)}@{bank}"
        code = khqr.Individual(bakong_account_id=account, merchant_name="Demo User", **more)
        return khqr.encode(code, at=at)

    def _amount(self, currency: str) -> str:
        units = self.source.choice((1, 50, 3_000, 40_000, 40_000, 900_000))
        units = self.source.randrange(1, units + 1)
        return str(units) if currency == "KHR" else f"{units // 4000}.{units % 100:02}"

    def _payment(self) -> tuple[dict[str, Any], str]:
        number, sequence = self.source.randrange(CUSTOMERS), next(self.numbers)
        payer = f"c{number}@{BANKS[number % len(BANKS)]}"
        if self.source.random() < 0.03 and self.recent:
            return {"payer": payer, "instruction": self.recent[-1][2:]}, ""
        key = f"{payer[-1]}/{sequence}"
        self.recent = [*self.recent[-40:], key]
        return {"payer": payer, "instruction": str(sequence)}, key

    def pay(self) -> list[Request]:
        """Pay a static code, or one made for the payment; sometimes one that was used."""
        arguments, key = self._payment()
        arguments["source"] = self.source.choice(("wallet", "account"))
        if self.source.random() < 0.4:
            arguments["payload"] = self.source.choice(self.static)
            currency = "KHR" if "5303116" in arguments["payload"] else "USD"
            arguments["amount"] = self._amount(currency)
        elif self.source.random() < 0.1:
            arguments["payload"] = self.source.choice(self.shown)
        else:
            currency = self.source.choice(("KHR", "USD"))
            arguments["payload"] = self._code(self._amount(currency), currency)
            self.shown = [*self.shown[-40:], arguments["payload"]]
        return self._call(arguments, key)

    def convert(self) -> list[Request]:
        """Pay in the other currency, by a quote that is asked for first."""
        arguments, key = self._payment()
        sold, bought = self.source.sample(("KHR", "USD"), 2)
        spread = self.source.choice((None, {"KHR": "500", "USD": "0.25"}[sold]))
        offer = {"bank": arguments["payer"][-1], "sold": sold, "bought": bought, "spread": spread}
        offer["rate"] = f"4{self.source.randrange(1000):03}.{self.source.randrange(10)}"
        label = f"q{next(self.numbers)}"
        arguments["source"] = self.source.choice(("wallet", "account"))
        arguments["payload"] = self._code(self._amount(bought), bought)
        arguments["quote"] = Ref(label)
        return [Request("offer", offer, label), *self._call(arguments, key)]

    def _call(self, arguments: dict[str, Any], key: str) -> list[Request]:
        if self.source.random() < 0.8 or not key:
            return [Request("pay", arguments)]
        confirm = Request("confirm", arguments)
        after = self.source.choice(("submit", "submit", "void", ""))
        return [confirm, Request(after, {"payment_id": key})] if after else [confirm]

    def follow(self) -> list[Request]:
        """Submit, void or inquire after a payment of before."""
        key = self.source.choice(self.recent or ["A/none"])
        return [Request(self.source.choice(("submit", "void", "inquire")), {"payment_id": key})]

    def refund(self) -> list[Request]:
        """Give money back, all that is left or a part."""
        key = self.source.choice(self.recent or ["A/none"])
        amount = self.source.choice((None, "1", "2.50", "700"))
        number = f"r{next(self.numbers)}"
        return [Request("refund", {"payment_id": key, "amount": amount, "instruction": number})]

    def look_up(self) -> list[Request]:
        """Look a code or an account up."""
        if self.source.random() < 0.5:
            return [Request("check_account", {"account_id": f"c{self.source.randrange(40)}@A"})]
        return [Request("status_by_md5", {"md5": khqr.md5(self.source.choice(self.shown))})]

    def credit(self) -> list[Request]:
        """Let banks credit what is due."""
        return [Request("credit_due", {})]


_MIX = (
    (Round.pay, Round.convert, Round.follow, Round.refund, Round.look_up, Round.credit),
    (50, 14, 10, 14, 6, 2),
)
