"""A round of payments over links from a seed, with domestic ones between them, and clearing.

`soak.py` runs as many rounds as it is asked for. Each begins with empty books, so that memory and
the time of a recovery stay bounded.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import count
from typing import Any
from zlib import crc32

import khqr
from khqr.model import moment_at
from khqr.schemes import VietQR, encode
from khqr.settlement import BookKind, Money, Refused, Simulation, Violation
from khqr.settlement.clearing import BatchState, Clearing, whole_audit
from khqr.settlement.faults import Clock, Fault, FaultPlan, Ref, Request, Wire, settled
from khqr.settlement.links import CrossPayment, Links, PartnerAnswer, alipayplus, vietnam

START = 1_750_000_000_000
DAY = 86_400_000
HOUR = 3_600_000
HOME = "ABS"
CUSTOMERS = 12
SWEEP_EVERY = 250
SHARES = dict.fromkeys(Fault, 12) | {Fault.CRASH: 8, Fault.NIGHT: 3}
BOOKS = {
    **dict.fromkeys(HOME, BookKind.INSTITUTION),
    "ALP": BookKind.HUB,
    **dict.fromkeys(("MPP", "ACQ", "X", "F"), BookKind.FOREIGN),
}
LARGE = 10**13


def partner(payment: CrossPayment) -> PartnerAnswer:
    """Answer for the other end: one payment in eight is declined, and always by the same answer."""
    cancel = payment.state.value == "cancelling"
    declined = crc32(payment.id.encode()) % 8 == 0 and not cancel
    return PartnerAnswer.FAILURE if declined else PartnerAnswer.SUCCESS


class AbroadRound:
    """One simulation with its links and clearing, and the requests a random source chooses."""

    MESSAGES = "messages of payments over links, and clearing"
    ENDED = "every round was replayed, every payment is final, and nothing is due"

    def __init__(self, seed: int, number: int) -> None:
        self.source = random.Random(f"{seed}/abroad/{number}")
        self.clock, ids = Clock(START), count(1)
        refused = Refused.RETRY if (seed + number) % 2 else Refused.BURN
        self.simulation = Simulation(
            BOOKS, clock=self.clock, ids=lambda: f"n{next(ids)}", refused=refused
        )
        terms = [alipayplus(fee=100), vietnam(fee=30)]
        self.links = Links(self.simulation, terms, ask=partner)
        self.numbers = count(1)
        self._open()
        clearings = [Clearing(self.simulation.books, one) for one in terms]
        plan = FaultPlan(seed=self.source.getrandbits(63), shares=SHARES)
        self.wire = Wire(self.simulation, self.clock, plan, clearings=clearings)
        self.audit = whole_audit(self.simulation, clearings)
        self.names = [invariant.name for invariant in self.audit.invariants]
        self.answers: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.sweeps = 0
        self.batches = 0
        self.recent: list[str] = []
        self.domestic: list[str] = []
        self.static = [self._khqr(None) for _ in range(8)]

    def _open(self) -> None:
        simulation, links = self.simulation, self.links
        for bank in HOME:
            for currency in ("KHR", "USD"):
                simulation.fund_bank(bank, Money(currency, LARGE))
        for number in range(CUSTOMERS):
            bank = HOME[number % len(HOME)]
            simulation.add_customer(f"c{number}", bank, credit_days=(0, 0, 0, 1, 2)[number % 5])
            for kind in ("wallet", "account"):
                simulation.fund(f"c{number}@{bank}", Money("KHR", 900_000_000), kind)
                simulation.fund(f"c{number}@{bank}", Money("USD", 90_000_00), kind)
        for guest in range(4):
            links.fund(f"p{guest}@MPP", Money("CNY", 10**10))
            links.fund(f"p{guest}@F", Money("VND", 10**13), "account")
        for book, currency in (
            *((one, "USD") for one in ("S", "MPP", "ACQ", "ALP")),
            *((one, "VND") for one in ("S", "F", "X")),
        ):
            simulation.books.run("endow", {"book": book}, {"amount": Money(currency, LARGE)})

    def made(self) -> Counter[str]:
        """Return what was made, by name."""
        over_links = len(self.links.payments)
        return Counter({"payments over links": over_links, "batches settled": self.batches})

    def run(self, messages: int) -> list[Violation]:
        """Send at least so many messages, end the round, and return what does not hold."""
        sent = 0
        while self.wire.messages < messages:
            for request in self._requests():
                answer = self.wire.send(request)
                state = getattr(answer.answer, "state", None)
                self.answers[answer.refusal or getattr(state, "value", "ok")] += 1
            if self.source.random() < 0.02:
                self.clock.time += self.source.choice((1, 1000, 60_001, HOUR, 9 * HOUR, -5000))
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
        self.states += Counter({f"abroad: {one.value}": n for one, n in end.abroad.items()})
        broken = list(end.broken)
        if not end.replayed:
            broken.append(Violation("I12", "the journal does not lead to the same ledger"))
        lost = [str(sent) for sent in self.wire.sent if not sent.is_answered]
        if lost or end.interrupted or end.unexplained or end.waiting:
            broken.append(Violation("D3", f"no end of {lost[:3]}, {end}"))
        for clearing in self.wire.clearings.values():
            over = [one for one in clearing.batches if one.value_date * DAY < self.clock.time - DAY]
            self.batches += len(over)
            late = [one.id for one in over if one.state is not BatchState.SETTLED]
            if late:
                broken.append(Violation("I17", f"{late[:3]} are not settled"))
        broken += [
            Violation("I17", f"{account} has {self.simulation.ledger.balance(number)}")
            for number, account in enumerate(self.simulation.ledger.state.accounts.rows)
            if account.name.startswith("due_") and self.simulation.ledger.balance(number)
        ]
        return broken

    # What clients ask for.

    def _requests(self) -> list[Request]:
        (make,) = self.source.choices(*_MIX)
        return make(self)

    def _khqr(self, amount: str | None) -> str:
        source, at = self.source, moment_at(max(START, self.simulation.now()))
        number = source.randrange(CUSTOMERS + 1)  # the last one is nobody
        bank = HOME[number % len(HOME)]
        life = None if amount is None else moment_at(self.simulation.now() + 600_000)
        more: dict[str, Any] = {"currency": "KHR", "amount": amount, "expires_at": life}
        if source.random() < 0.7 or number == CUSTOMERS:
            shop = khqr.Merchant(
                bakong_account_id=f"khqr@{bank}",
                merchant_name="Demo Shop",
                merchant_id=f"c{number}",
                acquiring_bank="Demo Bank",
                bill_number=None if amount is None else str(next(self.numbers)),
                **more,
            )
            return khqr.encode(shop, at=at)
        code = khqr.Individual(
            bakong_account_id=f"c{number}@{bank}", merchant_name="Demo User", **more
        )
        return khqr.encode(code, at=at)

    def _shown(self) -> dict[str, Any]:
        """Choose a KHQR, and what its payer enters."""
        amount = str(self.source.randrange(1, 90_000))
        if self.source.random() < 0.4:
            return {"payload": self.source.choice(self.static), "amount": amount}
        return {"payload": self._khqr(amount)}

    def inbound(self) -> list[Request]:
        """A guest of a wallet or a bank abroad pays a KHQR."""
        guest, link = self.source.randrange(4), self.source.choice(("alipayplus", "vietnam"))
        if link == "alipayplus":
            rates = [("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD")]
            payer, source = f"p{guest}@MPP", "wallet"
        else:
            rates, payer, source = [("VND", "KHR", "6.25", "KHR")], f"p{guest}@F", "account"
        return self._pay(link, "inbound", payer, source, rates, self._shown())

    def outbound(self) -> list[Request]:
        """A customer here pays an order of Alipay+, or a VietQR."""
        number = self.source.randrange(CUSTOMERS)
        payer = f"c{number}@{HOME[number % len(HOME)]}"
        source = self.source.choice(("wallet", "account"))
        if self.source.random() < 0.5:
            sold = self.source.choice(("KHR", "KHR", "USD"))
            code = f"https://qr.example.com/2810000412345{next(self.numbers):05}"
            cents = Money("USD", self.source.randrange(1, 40_00))
            self.links.add_order("alipayplus", code, "ACQ", f"m{number}", cents)
            rates = [("KHR", "USD", "4100", "USD")] if sold == "KHR" else []
            return self._pay("alipayplus", "outbound", payer, source, rates, {"payload": code})
        dong = self.source.randrange(1_000, 900_000)
        shop = self.source.randrange(3)
        self.links.add_payee("vietnam", f"999999/m{shop}", "F", f"casa:m{shop}")
        amount = dong if self.source.random() < 0.3 else None
        made = VietQR(bank_bin="999999", account=f"m{shop}", amount=amount)  # type: ignore[arg-type] # any amount
        entered = {} if amount else {"amount": dong}
        rates = [("KHR", "VND", "6.25", "KHR")]
        shown = {"payload": encode(made), **entered}
        return self._pay("vietnam", "outbound", payer, source, rates, shown)

    def _pay(
        self,
        link: str,
        direction: str,
        payer: str,
        source: str,
        rates: list[tuple[str, str, str, str]],
        shown: dict[str, Any],
    ) -> list[Request]:
        sequence = next(self.numbers)
        asked, quotes = [], []
        for sold, bought, price, base in rates:
            label = f"q{next(self.numbers)}"
            offer = {"link": link, "sold": sold, "bought": bought, "price": price, "base": base}
            asked.append(Request("links.offer", offer, label))
            quotes.append(Ref(label))
        arguments = {
            "link": link,
            "direction": direction,
            "payer": payer,
            "source": source,
            "quotes": quotes,
            "instruction": str(sequence),
            **shown,
        }
        key = f"{payer.partition('@')[2]}/{sequence}"
        self.recent = [*self.recent[-30:], key]
        if self.source.random() < 0.8:
            return [*asked, Request("links.pay", arguments)]
        after = self.source.choice(("links.send", "links.send", "links.void", ""))
        confirm = [*asked, Request("links.confirm", arguments)]
        return [*confirm, Request(after, {"payment_id": key})] if after else confirm

    def home(self) -> list[Request]:
        """A customer pays a KHQR of the same kind at home."""
        number, sequence = self.source.randrange(CUSTOMERS), next(self.numbers)
        payer = f"c{number}@{HOME[number % len(HOME)]}"
        arguments = {"payer": payer, "instruction": str(sequence), **self._shown()}
        self.domestic = [*self.domestic[-20:], f"{payer[-1]}/{sequence}"]
        return [Request("pay", arguments)]

    def follow(self) -> list[Request]:
        """Inquire after a payment of before, cancel it, or bring news of it."""
        key = self.source.choice(self.recent or ["A/none"])
        call = self.source.choice(
            ("links.inquire", "links.cancel", "links.send", "links.void", "links.notify")
        )
        more = {"answer": None} if call == "links.notify" else {}
        return [Request(call, {"payment_id": key, **more})]

    def refund(self) -> list[Request]:
        """Give money back, all that is left or a part."""
        amount = self.source.choice((None, "1", "700", "2.50"))
        number = f"r{next(self.numbers)}"
        if self.source.random() < 0.2:
            key, call = self.source.choice(self.domestic or ["A/none"]), "refund"
        else:
            key, call = self.source.choice(self.recent or ["A/none"]), "links.refund"
        return [Request(call, {"payment_id": key, "amount": amount, "instruction": number})]

    def close(self) -> list[Request]:
        """Let clearing and banks do what is due."""
        link = self.source.choice(("alipayplus", "vietnam"))
        return [Request("clearing.run_due", {"clears": link}), Request("credit_due", {})]


_MIX = (
    (
        AbroadRound.inbound, AbroadRound.outbound, AbroadRound.home, AbroadRound.follow,
        AbroadRound.refund, AbroadRound.close,
    ),
    (30, 30, 10, 14, 12, 4),
)  # fmt: skip
