"""What the tests of clearing share: links over the example's books, and a clock to set."""

from __future__ import annotations

from datetime import UTC, datetime

from khqr.settlement import INVARIANTS, Audit, Money, Violation
from khqr.settlement.books.example import example_books, example_steps
from khqr.settlement.clearing.batch import Batch
from khqr.settlement.clearing.clearing import Clearing
from khqr.settlement.clearing.invariants import clearing_invariants
from khqr.settlement.links import Netting, Terms

STEPS = list(example_steps())
DAY = 86_400_000

ALIPAY = Terms(
    name="alipayplus", sponsor="S", partner="ALP", currency="USD", fee=100, hours_east=8,
    value_days=2,
)  # fmt: skip
VIETNAM = Terms(name="vietnam", sponsor="S", partner="X", currency="VND")


def at(text: str) -> int:
    """Return the milliseconds of a moment in UTC."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1000


class Link:
    """Funded books of the example, both links, and a clock; Sunday, 15 June 2025 at 15:06 UTC."""

    def __init__(self, *terms: Terms, holidays: tuple[str, ...] = (), funded: bool = True) -> None:
        self.time = 1_750_000_000_000
        self.books = example_books(clock=lambda: self.time)
        self.ledger = self.books.ledger
        self.originals: dict[str, int] = {}
        if funded:
            self.run("F0", "F1a", "F1b", "F3a")
        self.clearings = [
            Clearing(self.books, one, holidays=holidays) for one in terms or (ALIPAY, VIETNAM)
        ]
        rules = [rule for one in self.clearings for rule in clearing_invariants(one)]
        self.audit = Audit(self.ledger, (*INVARIANTS, *rules))

    @property
    def clearing(self) -> Clearing:
        return self.clearings[0]

    def run(self, *names: str) -> int:
        row = -1
        for name, calls in STEPS:
            if name in names:
                reference = self.originals.get({"F11d": "F8a", "F9d": "F9c"}.get(name, ""))
                row = self.originals[name] = self.books.run_all(calls, reference=reference)
        return row

    def day(self, text: str) -> None:
        """Go on to a moment, such as ``2025-06-16 18:00``, UTC."""
        self.time = at(text)

    def enrich(self, *banks: str) -> None:
        """Give banks abroad a customer with money, and a nostro."""
        for bank in banks:
            money = {"amount": Money("CNY", 10**9)}
            self.books.run("deposit", {"bank": bank, "account": "wallet:p"}, money)
            if bank == "ACQ":
                self.books.run("endow", {"book": bank}, {"amount": Money("USD", 1_000_000)})

    def due(self) -> list[Batch]:
        return [batch for one in self.clearings for batch in one.run_due()]

    def broken(self) -> set[str]:
        return {violation.name for violation in self.sweep()}

    def sweep(self) -> list[Violation]:
        return self.audit.sweep()

    def balance(self, text: str) -> int:
        book, name, *currency = text.split()
        return self.books.balance(book, name, *(currency or ["USD"]))

    def states(self) -> dict[str, str]:
        return {batch.id[-8:]: batch.state.value for batch in self.clearing.batches}

    def inbound(self, wallet: str, dollars: int, fee: int = 0, *, back: int | None = None) -> int:
        """Pay the sponsor from a wallet abroad, or with ``back`` give money back; cents."""
        if back is None:
            monies = {
                "paid": Money("CNY", 7 * dollars), "gross": Money("USD", dollars + fee),
                "net": Money("USD", dollars), "settled": Money("KHR", 41 * dollars),
            }  # fmt: skip
            if fee:
                monies["fee"] = Money("USD", fee)
            parties = {"payer": "wallet:p", "payee": "susp_in"}
            flow = "inbound"
        else:
            monies = {
                "returned": Money("KHR", 41 * dollars), "owed": Money("USD", dollars),
                "credited": Money("CNY", 7 * dollars),
            }  # fmt: skip
            parties = {"payer": "wallet:p", "payee": "susp_in"}
            flow = "refund.inbound"
        who = {"hub": "ALP", "sponsor": "S", "wallet": wallet, "payee_bank": "B", **parties}
        return self.books.run(flow, who, monies, reference=back)

    def outbound(self, acquirer: str, dollars: int, fee: int = 0) -> int:
        """Pay an acquirer abroad from the sponsor's own position; cents."""
        monies = {"gross": Money("USD", dollars + fee), "net": Money("USD", dollars)}
        if fee:
            monies["fee"] = Money("USD", fee)
        who = {
            "sponsor": "S", "hub": "ALP", "acquirer": acquirer, "merchant": "am", "payment": "o",
        }  # fmt: skip
        flow = self.books.steps("outbound.paid", who, {**monies, "held": Money("KHR", 1)})
        return self.ledger.transact(flow[1:])


__all__ = ["ALIPAY", "DAY", "STEPS", "VIETNAM", "Link", "Netting", "at"]
