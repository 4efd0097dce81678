"""What must be true of the batches of a link, held against the journal.

A choice of this library. The checks read the journal for themselves: which transactions cross the
link they find by the names of accounts, in all books, and they ask clearing only what it made of
them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from ..errors import SettlementError
from ..ledger.audit import Audit, Invariant
from ..ledger.rows import Kind
from ..ledger.view import View
from .batch import BatchState
from .calendar import cycle_of
from .clearing import Clearing
from .crossings import NET, SETTLE

__all__ = ["clearing_invariants"]


def clearing_invariants(clearing: Clearing) -> tuple[Invariant, ...]:
    """Return the invariants of the batches of a link, for a longer tuple of an `Audit`.

    >>> from khqr.settlement import INVARIANTS, Books, Ledger
    >>> from khqr.settlement.links import Terms
    >>> terms = Terms(name="alipayplus", sponsor="S", partner="ALP", currency="USD")
    >>> clearing = Clearing(Books(Ledger(clock=lambda: 0), {}), terms)
    >>> Audit(clearing.books.ledger, (*INVARIANTS, *clearing_invariants(clearing))).sweep()
    []
    """
    checks = _Checks(clearing)
    return (
        Invariant(
            "I15", "a batch sums to 0 with its fees; a transaction is in one batch", checks.in_one
        ),
        Invariant("I17", "what the batches have not settled is due, and no more", checks.settled),
    )


class _Checks:
    """The checks, and what they have read; a settled batch is looked at once."""

    def __init__(self, clearing: Clearing) -> None:
        self._clearing = clearing
        self._late: list[str] = []
        self._over: set[str] = set()
        self._cycles: dict[int, int] = {}
        self._nets: dict[int, Counter[str]] = defaultdict(Counter)
        self._dues: dict[int, tuple[str, int]] = {}
        self._known = 0
        self._read = 0
        self._first = 0

    def _read_on(self, ledger: View) -> None:
        """Note the crossings that came since the last time, by the cycle of their time."""
        try:
            self._clearing.read()
        except SettlementError as refusal:
            self._late.append(str(refusal))
        terms, accounts = self._clearing.terms, ledger.state.accounts.rows
        for number in range(self._known, len(accounts)):
            book, name, currency = accounts[number][:3]
            kind, _, party = name.partition(":")
            at_link = terms.partner in {book, party} and currency == terms.currency
            if at_link and kind in {"due_to", "due_from"}:
                # what the partner's book credits is owed to the party; the party's own is a mirror
                self._dues[number] = (party, 1) if book == terms.partner else ("", 0)
        self._known = len(accounts)
        for row in ledger.journal.rows(self._read):
            ours = isinstance(row.instruction, str) and row.instruction.startswith((NET, SETTLE))
            if row.kind is Kind.POST and not ours:
                cycle = cycle_of(row.time, terms.hours_east)
                for account, amount in ((row.debit, -row.amount), (row.credit, row.amount)):
                    if account in self._dues:
                        party, sign = self._dues[account]
                        self._cycles[self._first] = cycle
                        self._nets[cycle][party] += sign * amount
            self._read = row.number + 1
            if not row.continued:
                self._first = row.number + 1

    def in_one(self, audit: Audit) -> Iterator[str]:
        """Yield transactions in no batch, in another or in several, and batches out of balance."""
        clearing = self._clearing
        self._read_on(audit.ledger)
        yield from self._late
        self._late.clear()
        batches: dict[int, list[int]] = defaultdict(list)
        for batch in clearing.batches:
            if batch.id in self._over:
                continue
            for crossing in clearing.crossings(batch.id):
                batches[crossing.row].append(batch.cycle)
            total = sum(position.net for position in clearing.positions(batch.id))
            if total:
                yield f"the positions of batch {batch.id} sum to {total}"
        for row in sorted({*batches, *self._cycles}):
            expected = [self._cycles[row]] if row in self._cycles else []
            if batches[row] != expected:
                yield f"row {row} is in the batches of {batches[row]}, not of {expected}"
        self._forget()

    def _forget(self) -> None:
        """Look no more at batches that are settled: nothing happens to them any more."""
        for batch in self._clearing.batches:
            if batch.state is BatchState.SETTLED and batch.id not in self._over:
                self._over.add(batch.id)
                for crossing in self._clearing.crossings(batch.id):
                    self._cycles.pop(crossing.row, None)

    def settled(self, audit: Audit) -> Iterator[str]:
        """Yield parties that are owed, or owe, something else than what is not yet settled."""
        clearing, ledger = self._clearing, audit.ledger
        self._read_on(ledger)
        left: Counter[str] = Counter()
        settled = True
        for batch in clearing.batches:
            if batch.state is not BatchState.SETTLED:
                nets = self._nets.get(batch.cycle, Counter())
                settled = settled and not nets
                left.update(nets)
                if batch.state in {BatchState.CLEARED, BatchState.DISPUTED}:
                    left.subtract(self._paid(batch.id))
        partner, currency = clearing.terms.partner, clearing.terms.currency
        accounts = ledger.state.accounts
        for party in sorted({party for party, _ in self._dues.values() if party}):
            sides = (
                accounts.find(partner, f"{side}:{party}", currency)
                for side in ("due_to", "due_from")
            )
            owed, owes = (0 if side is None else ledger.state.balance(side) for side in sides)
            if owed - owes != left[party] or (settled and (owed or owes)):
                yield (
                    f"{party} is owed {owed} and owes {owes} {currency}, "
                    f"{left[party]} net is not settled"
                )

    def _paid(self, batch: str) -> Counter[str]:
        """Return what was paid of a batch that could not be settled wholly."""
        paid: Counter[str] = Counter()
        for transfer in self._clearing.transfers(batch):
            if self._clearing.is_paid(transfer):
                owing = transfer.creditor == self._clearing.terms.partner
                party = transfer.debtor if owing else transfer.creditor
                paid[party] += -transfer.amount if owing else transfer.amount
        return paid
