"""The story told: each chapter carried out, and its postings read back from the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from ..clearing import Clearing
from ..ledger.accounts import Account
from ..ledger.chart import TOKEN_LEDGER, Side
from ..ledger.ledger import Ledger
from ..ledger.view import Entry
from ..links import Links
from ..money import Money
from ..payments.simulation import Simulation
from .chapters import CHAPTERS, Chapter
from .saying import Listener, Spoken
from .stage import Fact, Grid, Stage
from .words import about_book

__all__ = ["Line", "Page", "Scene", "Story", "tell"]


class Line(NamedTuple):
    """One side of a posting, as it stands in a book.

    Attributes:
        account: the name of the account.
        debit: what is debited, or None.
        credit: what is credited, or None.
        balance: what the account has behind it, on its normal side.
    """

    account: str
    debit: Money | None
    credit: Money | None
    balance: Money


class Page(NamedTuple):
    """What a chapter posts in one book, line by line: the debit of each posting, then its credit.

    Attributes:
        book: its code.
        about: whose it is.
        lines: what is posted.
    """

    book: str
    about: str
    lines: tuple[Line, ...]


class Scene(NamedTuple):
    """A chapter that happened.

    Attributes:
        number: its place, from 1.
        part: which part of the story it belongs to.
        title: what happens.
        text: the explanation.
        time: when, in milliseconds since 1970.
        messages: what was said over Alipay+.
        facts: what can be read apart from messages and postings, name by name.
        grid: a table, where there is one.
        pages: what it posts, book by book.
        tokens: which tokens move: from whom, to whom, how much.
    """

    number: int
    part: str
    title: str
    text: str
    time: int
    messages: tuple[Spoken, ...]
    facts: tuple[Fact, ...]
    grid: Grid | None
    pages: tuple[Page, ...]
    tokens: tuple[tuple[str, str, Money], ...]


class Story(NamedTuple):
    """All scenes, and what they left behind.

    Attributes:
        scenes: what happened, in order.
        simulation: the model banks.
        links: the way over the border.
        clearing: the batches of the link.
    """

    scenes: tuple[Scene, ...]
    simulation: Simulation
    links: Links
    clearing: Clearing


def tell(chapters: Iterable[Chapter] = CHAPTERS) -> Story:
    """Carry out the chapters of a story, and return what each of them did.

    Nothing in it depends on chance or on a real clock: it is the same story every time.

    >>> story = tell()
    >>> hop = next(scene for scene in story.scenes if "hops" in scene.title)
    >>> for page in hop.pages:
    ...     print(page.book, [line.account for line in page.lines])
    deva ['wallet:dara', 'bsa']
    NBC ['bsa:deva', 'bsa:devb']
    devb ['bsa', 'susp_in']
    TOK ['dara@deva', 'khqr@devb']
    >>> story.links.audit().sweep()
    []
    """
    stage = Stage()
    reader, listener = _Reader(stage.simulation.ledger), Listener()
    scenes = []
    for number, chapter in enumerate(chapters, start=1):
        stage.now += chapter.wait * 60_000
        facts = tuple(chapter.call(stage))
        entries = reader.entries()
        scenes.append(
            Scene(
                number,
                chapter.part,
                chapter.title,
                chapter.text,
                stage.now,
                listener.spoken(stage.links.payments),
                facts,
                chapter.grid(stage) if chapter.grid else None,
                reader.pages(entries),
                _tokens(entries),
            )
        )
    return Story(tuple(scenes), stage.simulation, stage.links, stage.clearing)


class _Reader:
    """Reads on in a journal, and keeps the balance of each account as it was at each posting."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._read = 0
        self._balances: dict[Account, int] = defaultdict(int)

    def entries(self) -> list[Entry]:
        """Return the postings that came since the last call."""
        state, journal = self._ledger.state, self._ledger.journal
        start, self._read = self._read, len(journal)
        accounts = state.accounts.rows
        return [
            Entry(accounts[debit], accounts[credit], row.amount)
            for row in journal.rows(start)
            for debit, credit in state.pairs(row)
        ]

    def pages(self, entries: Iterable[Entry]) -> tuple[Page, ...]:
        """Return the postings by book, in the order in which the books are first met."""
        books: dict[str, list[Line]] = {}
        for debit, credit, amount in entries:
            lines = books.setdefault(debit.book, [])
            lines.append(self._line(debit, Side.DEBIT, amount))
            lines.append(self._line(credit, Side.CREDIT, amount))
        return tuple(Page(book, about_book(book), tuple(lines)) for book, lines in books.items())

    def _line(self, account: Account, side: Side, amount: int) -> Line:
        self._balances[account] += amount if account.side is side else -amount
        money = Money(account.currency, amount)
        balance = Money(account.currency, self._balances[account])
        debit, credit = (money, None) if side is Side.DEBIT else (None, money)
        return Line(account.name, debit, credit, balance)


def _tokens(entries: Iterable[Entry]) -> tuple[tuple[str, str, Money], ...]:
    return tuple(
        (debit.name, credit.name, Money(debit.currency, amount))
        for debit, credit, amount in entries
        if debit.book == TOKEN_LEDGER
    )
