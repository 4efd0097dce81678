"""The stage: model banks, the books abroad, the link between them and its clearing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from ... import Merchant, encode
from ...model import moment_at
from ..clearing import Clearing
from ..ledger.chart import BookKind
from ..links import CrossPayment, Links, PartnerAnswer, alipayplus
from ..money import Money
from ..payments.limits import day_starts
from ..payments.simulation import Simulation

__all__ = ["LINK", "PARTICIPANTS", "Fact", "Grid", "Stage"]

PARTICIPANTS = {
    **dict.fromkeys(("deva", "devb", "devs"), BookKind.INSTITUTION),
    "ALP": BookKind.HUB,
    **dict.fromkeys(("MPP", "ACQ"), BookKind.FOREIGN),
}
"""Code of each book to its kind; all of them are invented."""

LINK = "alipayplus"
"""The name of the link of the story."""

_START = day_starts(20_514) + 9 * 3_600_000
"""Nine in the morning in Phnom Penh on 2 March 2026, a Monday."""

Fact = tuple[str, str]
"""What is read off a screen or a balance: its name and what it says."""


class Grid(NamedTuple):
    """A small table.

    Attributes:
        title: what it is about.
        heads: the headings.
        rows: the cells, row by row.
        texts: columns from the left that are texts and no numbers.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1


class Stage:
    """What the story is told on; neither chance nor a real clock is in it.

    Attributes:
        now: the time, in milliseconds since 1970.
        simulation: the model banks.
        links: the way over the border.
        clearing: the batches of the link.
        batch: id of the batch of the first day.
        answers: what the other end answers next; when nothing is left, that all is well.
        codes: the codes that were shown, by name.
        payments: ids of the payments, by name.
        quotes: ids of the rates that were offered and not yet taken.

    >>> Stage().clearing.batches[0].id
    'alipayplus-20260302'
    """

    def __init__(self) -> None:
        numbers = count(1)
        self.now = _START
        self.simulation = Simulation(
            PARTICIPANTS, clock=lambda: self.now, ids=lambda: f"story-{next(numbers)}"
        )
        terms = alipayplus("devs", "ALP", fee=100)
        self.links = Links(self.simulation, [terms], ask=self._answer)
        self.clearing = Clearing(self.simulation.books, terms)
        self.batch = self.clearing.batches[0].id
        self.answers: list[PartnerAnswer] = []
        self.codes: dict[str, str] = {}
        self.payments: dict[str, str] = {}
        self.quotes: list[str] = []

    def _answer(self, _: CrossPayment) -> PartnerAnswer:
        return self.answers.pop(0) if self.answers else PartnerAnswer.SUCCESS

    def offered(self) -> list[str]:
        """Take the rates that were offered."""
        taken, self.quotes = self.quotes, []
        return taken

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

    def parties(self) -> Iterator[str]:
        """Yield the parties of the link that the hub owes something or that owe it something."""
        for party in ("MPP", "devs", "ACQ"):
            if any(self.owed_both(party)):
                yield party

    def owed_both(self, party: str) -> tuple[int, int]:
        """Return what the hub owes a party and what that owes the hub, in cents."""
        balance, hub = self.simulation.books.balance, self.links.terms[LINK].partner
        return balance(hub, f"due_to:{party}", "USD"), balance(hub, f"due_from:{party}", "USD")
