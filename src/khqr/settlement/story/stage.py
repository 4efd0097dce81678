"""Who plays in the story, and the time in it."""

from __future__ import annotations

from itertools import count

from ... import Merchant, encode
from ...model import moment_at
from ..ledger.chart import BookKind
from ..money import Money
from ..payments.limits import day_starts
from ..payments.simulation import Simulation

__all__ = ["PARTICIPANTS", "Fact", "Stage"]

PARTICIPANTS = {
    **dict.fromkeys(("deva", "devb", "devs"), BookKind.INSTITUTION),
    "ALP": BookKind.HUB,
    **dict.fromkeys(("MPP", "ACQ"), BookKind.FOREIGN),
}
"""Code of each book to its kind; all of them are invented."""

_START = day_starts(20_514) + 9 * 3_600_000
"""Nine in the morning in Phnom Penh on 2 March 2026, a Monday."""

Fact = tuple[str, str]
"""What is read off a screen, a message or a balance: its name and what it says."""


class Stage:
    """The simulation that the story is told on; neither chance nor a real clock is in it.

    Attributes:
        now: the time, in milliseconds since 1970.
        simulation: the model banks.
        codes: the codes that were shown, by name.
        payments: ids of the payments, by name.

    >>> Stage().simulation.books.kinds["devs"].value
    'institution'
    """

    def __init__(self) -> None:
        numbers = count(1)
        self.now = _START
        self.simulation = Simulation(
            PARTICIPANTS, clock=lambda: self.now, ids=lambda: f"story-{next(numbers)}"
        )
        self.codes: dict[str, str] = {}
        self.payments: dict[str, str] = {}

    def show_code(self, name: str, amount: int, bill: str) -> str:
        """Let the shop show a dynamic code in riel, and return its text."""
        code = Merchant(
            bakong_account_id="khqr@devb",
            merchant_name="Demo Shop",
            merchant_id="shop1",
            acquiring_bank="Dev Bank B",
            currency="KHR",
            amount=amount,
            bill_number=bill,
            expires_at=moment_at(self.now + 600_000),
        )
        self.codes[name] = encode(code, at=moment_at(self.now))
        return self.codes[name]

    def run(self, flow: str, parties: dict[str, str], **monies: Money) -> None:
        """Post one flow."""
        self.simulation.books.run(flow, parties, monies)

    def balance(self, book: str, name: str, currency: str) -> Money:
        """Return the balance of an account."""
        return Money(currency, self.simulation.books.balance(book, name, currency))
