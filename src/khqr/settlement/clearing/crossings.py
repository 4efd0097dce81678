"""What crosses a link: the transactions that change what its two ends owe each other.

They are read from the rows of the journal, each row once; nobody reports them. What clearing
itself posts is not among them. All of it is a choice of this library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...errors import quote
from ..errors import SettlementError
from ..ledger.accounts import Account
from ..ledger.rows import Kind, Row
from ..ledger.view import View
from ..links.terms import Terms

__all__ = ["NET", "SETTLE", "Crossing", "Crossings", "Due", "added", "side_of"]

NET, SETTLE = "net/", "settle/"
"""What the instruction ids begin with under which clearing posts; no payment has such an id."""


class Due(NamedTuple):
    """What one party of a link is owed and owes, in minor units, as the partner's book has it.

    Attributes:
        party: code of its book.
        owed: what the partner owes the party.
        owes: what the party owes the partner, the fee included.
        fee: what of it the partner took as its fee.
    """

    party: str
    owed: int = 0
    owes: int = 0
    fee: int = 0

    @property
    def net(self) -> int:
        """What the party is to get; negative if it is to pay.

        >>> Due("S", owed=990, owes=2500, fee=20).net
        -1510
        """
        return self.owed - self.owes

    @property
    def set_off(self) -> int:
        """What both owe each other; what is left then is `net`, on one of the two sides."""
        return min(self.owed, self.owes)


class Crossing(NamedTuple):
    """One transaction that crosses a link.

    Attributes:
        row: first row of the transaction.
        time: milliseconds since 1970.
        refund: whether it gives back what another crossing paid.
        dues: one for each party that it touches, in the order in which the rows name them.
    """

    row: int
    time: int
    refund: bool
    dues: tuple[Due, ...]


def added(dues: Iterable[Due]) -> dict[str, Due]:
    """Return party to the sum of what is due to it and from it.

    >>> added([Due("S", owed=990), Due("S", owes=2000, fee=20)])
    {'S': Due(party='S', owed=990, owes=2000, fee=20)}
    """
    sums: dict[str, Due] = {}
    for due in dues:
        before = sums.get(due.party, Due(due.party))
        amounts = (one + other for one, other in zip(before[1:], due[1:], strict=True))
        sums[due.party] = Due(due.party, *amounts)
    return sums


def side_of(account: Account) -> str:
    """Return ``due_to``, ``due_from`` or ``fee_income`` for an account of these, or no text."""
    name = account.name.partition(":")[0]
    return name if name in {"due_to", "due_from", "fee_income"} else ""


class Crossings:
    """Reads the crossings of a link from a journal, going on where it stopped.

    Args:
        ledger: whose journal is read.
        terms: of the link: its name, its partner, to which all others owe, and its currency.
    """

    def __init__(self, ledger: View, terms: Terms) -> None:
        self._ledger = ledger
        self._link = terms.name
        self._of = (terms.partner, terms.currency)
        self._sides: dict[int, tuple[str, str]] = {}
        self._accounts = 0
        self._read = 0
        self._first = 0
        self._reference = -1
        self._postings: list[Row] = []
        self._rows: set[int] = set()

    def read_on(self) -> Iterator[Crossing]:
        """Yield the crossings that came since the last call; hold the ledger's lock meanwhile.

        Raises:
            SettlementError: ``BATCH_CLOSED`` if the clearing of another link has settled some.
        """
        self._watch()
        sides, journal = self._sides, self._ledger.journal
        if not sides:  # no row can touch what is not open
            self._read = self._first = len(journal)
        for row in journal.rows(self._read):
            kind = row.kind
            if kind is Kind.POST:
                if row.debit in sides or row.credit in sides:
                    self._postings.append(row)
            elif kind is Kind.REFERENCE:
                self._reference = row.amount
            if not row.continued:
                found = self._crossing() if self._postings else None
                self._read = self._first = row.number + 1
                self._reference = -1
                if found is not None:
                    yield found

    def _watch(self) -> None:
        """Note the accounts of the partner's book that were opened since the last call."""
        accounts = self._ledger.state.accounts.rows
        for number in range(self._accounts, len(accounts)):
            account = accounts[number]
            side = side_of(account)
            if side and (account.book, account.currency) == self._of:
                self._sides[number] = side, account.party
        self._accounts = len(accounts)

    def _crossing(self) -> Crossing | None:
        rows, self._postings = self._postings, []
        instruction = rows[0].instruction
        if isinstance(instruction, str) and instruction.startswith((NET, SETTLE)):
            self._check_ours(instruction)
            return None
        dues = added(due for row in rows for due in self._dues(row))
        if not dues:
            return None
        refund = self._reference in self._rows
        self._rows.add(self._first)
        return Crossing(self._first, rows[0].time, refund, tuple(dues.values()))

    def _check_ours(self, instruction: str) -> None:
        """Refuse what the clearing of another link has settled: both would pay the same debts."""
        link = instruction.split("/")[1].rpartition("-")[0]
        if link not in {"", self._link}:  # it is empty where no batch is named: that is none's
            partner, currency = self._of
            raise SettlementError(
                "BATCH_CLOSED",
                f"debts to {partner} in {currency} were settled by a clearing of {quote(link)}; "
                "one partner and currency have one clearing",
            )

    def _dues(self, row: Row) -> Iterator[Due]:
        """Yield what a posting changes for the parties that it names."""
        debit, debited = self._sides.get(row.debit, ("", ""))
        credit, credited = self._sides.get(row.credit, ("", ""))
        fee = (debit == "fee_income") - (credit == "fee_income")
        if debit in _DUE:
            yield _due(debit, debited, row.amount, -fee * row.amount)
        if credit in _DUE:
            yield _due(credit, credited, -row.amount, -fee * row.amount)


_DUE = frozenset({"due_to", "due_from"})


def _due(side: str, party: str, debit: int, fee: int) -> Due:
    return Due(party, -debit, 0, fee) if side == "due_to" else Due(party, 0, debit, fee)
