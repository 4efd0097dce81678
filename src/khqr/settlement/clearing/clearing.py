"""Clearing: the crossings of a link in batches, cut off, set off, and settled on the value date.

Everything that is posted has an instruction id made of the batch and the party, so that doing a
step again posts nothing. Net or gross, value dates, and the order of payments are choices of this
library; of no link is it public.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import SettlementError
from ..ledger.instructions import InstructionState
from ..ledger.steps import Posting
from ..links.terms import Netting
from ..money import Money
from .batch import Batch, BatchEvent, BatchState
from .calendar import cycle_of, day_text
from .crossings import NET, SETTLE, Due, added
from .register import Register

__all__ = ["Clearing", "Transfer"]


class Transfer(NamedTuple):
    """One payment between a party and the partner on the value date.

    Attributes:
        instruction: its instruction id.
        debtor: code of the book that pays.
        creditor: code of the book that is paid.
        amount: minor units.
    """

    instruction: str
    debtor: str
    creditor: str
    amount: int


class Clearing(Register):
    """The batches of one link.

    Args:
        books: where the link's payments are posted; the clock is that of their ledger.
        terms: what both ends agreed on: zone of the cycle, value date, net or gross. A partner has
            one clearing for each currency, for every debt to it in that currency is settled by it,
            whatever link it is of.
        holidays: days on which nothing settles, as ISO dates or numbers of days since 1970.
        weekend: days of the week on which nothing settles, from 0 for Monday.

    Raises:
        SettlementError: ``INSTRUCTION_ID_INVALID`` for a link whose name cannot be part of an id;
            ``DATE_INVALID`` for a holiday.
        TypeError: for other types.

    >>> from khqr.settlement.books.example import example_books, example_steps
    >>> from khqr.settlement.links import Terms
    >>> now = [1_750_000_000_000]
    >>> books = example_books(clock=lambda: now[0])
    >>> for name, calls in example_steps():
    ...     if name.startswith("F13"):
    ...         break
    ...     row = books.run_all(calls)
    >>> terms = Terms(name="alipayplus", sponsor="S", partner="ALP", currency="USD", hours_east=8,
    ...               value_days=2)
    >>> clearing = Clearing(books, terms)
    >>> [(one.party, one.net) for one in clearing.positions("alipayplus-20250615")]
    [('ACQ', 1980), ('MPP', -500), ('S', -1510), ('ALP', 30)]
    >>> now[0] += 2 * 86_400_000
    >>> [(batch.id, batch.state.value) for batch in clearing.run_due()]
    [('alipayplus-20250615', 'settled'), ('alipayplus-20250616', 'cleared')]
    >>> books.balance("S", "nostro", "USD"), books.balance("S", "due_to:ALP", "USD")
    (998490, 0)
    """

    _settled = 0
    """How many batches from the first on are settled, and so not looked at again."""

    def transfers(self, batch: str) -> list[Transfer]:
        """Return what is paid on the value date of a batch: those who owe pay first."""
        self.read()
        partner = self.terms.partner
        owing, owed = [], []
        for key, due in self._dues(self._place(batch)):
            instruction = f"{SETTLE}{key}/{due.party}"
            if due.net < 0:
                owing.append(Transfer(instruction, due.party, partner, -due.net))
            elif due.net > 0:
                owed.append(Transfer(instruction, partner, due.party, due.net))
        return owing + owed

    def _dues(self, place: int) -> Iterator[tuple[str, Due]]:
        """Yield what is settled together, each with the part of an id that stands for it."""
        batch, items = self._batches[place], self._items[place]
        if self.netting is Netting.DAILY:
            groups = [(batch.id, added(due for item in items for due in item.dues))]
        else:
            groups = [(f"{batch.id}/{item.row}", added(item.dues)) for item in items]
        for key, dues in groups:
            for party in sorted(dues):
                yield key, dues[party]

    def cut_off(self, batch: str) -> Batch:
        """Close a batch: its cycle is over, and nothing comes into it any more.

        Raises:
            SettlementError: ``BATCH_NOT_DUE`` before the end of the cycle; ``NOT_FOUND``.
        """
        with self._ledger.locked():
            now = self.catch_up()
            found = self.batch(batch)
            if now < found.cut_off:
                raise SettlementError(
                    "BATCH_NOT_DUE", f"batch {batch} is open until {found.cut_off}, now {now}"
                )
            return self._move(batch, BatchEvent.CUT)

    def clear(self, batch: str) -> Batch:
        """Set off what each party and the partner owe each other in a batch.

        Where the link settles gross, only what one and the same crossing has both ways.

        Raises:
            SettlementError: ``BATCH_NOT_DUE`` if the batch is not cut off; ``NOT_FOUND``.
        """
        with self._ledger.locked():
            if self.batch(batch).after(BatchEvent.CLEAR) == self.batch(batch):
                return self.batch(batch)
            for key, due in self._dues(self._place(batch)):
                if due.set_off:
                    self._set_off(f"{NET}{key}/{due.party}", due)
            return self._move(batch, BatchEvent.CLEAR)

    def _move(self, batch: str, event: BatchEvent) -> Batch:
        place = self._place(batch)
        self._batches[place] = self._batches[place].after(event)
        return self._batches[place]

    def _set_off(self, instruction: str, due: Due) -> None:
        parties = {"one": due.party, "other": self.terms.partner}
        money = Money(self.terms.currency, abs(due.set_off))
        steps = self.books.steps("net", parties, {"amount": money})
        if due.set_off < 0:  # more was taken back than the batch has: what it set off is restored
            steps = [Posting(credit, debit, amount) for debit, credit, amount in steps]
        self._ledger.transact(steps, instruction)

    def dispute(self, batch: str, note: str) -> Batch:
        """Note that the other end does not agree with a batch; it settles nevertheless.

        Args:
            batch: id of a batch that is cleared.
            note: what about, 1 to 200 printable characters.

        Raises:
            SettlementError: ``BATCH_NOT_DUE`` if it is not cleared or is settled; ``NOT_FOUND``;
                ``MISSING_FIELDS`` for a note that says nothing or too much.
        """
        if not isinstance(note, str):
            raise TypeError(f"a note is str, not {type(note).__name__}")
        if not 0 < len(note) <= 200 or not note.isprintable():
            raise SettlementError("MISSING_FIELDS", "a dispute has a note of 1 to 200 characters")
        with self._ledger.locked():
            place = self._place(batch)
            self._batches[place] = self.batch(batch).after(BatchEvent.DISPUTE)._replace(note=note)
            return self._batches[place]

    def settle(self, batch: str) -> Batch:
        """Pay what is left of a batch, on its value date or later: those who owe pay first.

        A party whose nostro has not enough is refused, those after it that owe pay all the same,
        and nobody is paid before all have. Ask again when it has the money.

        Raises:
            SettlementError: ``BATCH_NOT_DUE`` before the value date, or if the batch is not
                cleared; ``INSUFFICIENT_FUNDS``; ``NOT_FOUND``.
        """
        with self._ledger.locked():
            now, place = self.catch_up(), self._place(batch)
            found = self._batches[place]
            after = found.after(BatchEvent.SETTLE)
            if after == found:
                return found
            if cycle_of(now, self.terms.hours_east) < found.value_date:
                raise SettlementError(
                    "BATCH_NOT_DUE", f"batch {batch} settles on {day_text(found.value_date)}"
                )
            try:
                self._pay(self.transfers(batch))
            except SettlementError as refusal:
                self._batches[place] = found._replace(refusal=str(refusal))
                raise
            self._batches[place] = after._replace(refusal="")
            return self._batches[place]

    def _pay(self, transfers: list[Transfer]) -> None:
        for by_party in (True, False):
            first: SettlementError | None = None
            for transfer in transfers:
                if (transfer.creditor == self.terms.partner) is by_party:
                    try:
                        self._transfer(transfer)
                    except SettlementError as refusal:
                        first = first or refusal
            if first is not None:
                raise first

    def _transfer(self, transfer: Transfer) -> None:
        """Post a transfer, unless it is posted; an id that lacks money is not spent on it."""
        if self.is_paid(transfer):
            return
        currency = self.terms.currency
        nostro = self.books.account(transfer.debtor, "nostro", currency)
        has = self._ledger.available(nostro)
        if has < transfer.amount:
            raise SettlementError(
                "INSUFFICIENT_FUNDS",
                f"nostro of {transfer.debtor} in {currency} has {has} available, "
                f"{transfer.amount} are needed",
            )
        parties = {"debtor": transfer.debtor, "creditor": transfer.creditor}
        money = Money(currency, transfer.amount)
        self.books.run("settle", parties, {"amount": money}, transfer.instruction)

    def is_paid(self, transfer: Transfer) -> bool:
        """Say whether the ledger has a transfer."""
        outcome = self._ledger.outcome(transfer.instruction)
        if outcome is None or outcome.state is not InstructionState.COMMITTED:
            return False
        row = self._ledger.journal.row(outcome.row)  # else it is of another link of that name
        debit = self._ledger.state.accounts.rows[row.debit]
        return (debit.book, debit.name, debit.currency, row.amount) == (
            transfer.debtor,
            f"due_to:{transfer.creditor}",
            self.terms.currency,
            transfer.amount,
        )

    def run_due(self) -> list[Batch]:
        """Do whatever is due now: cut off, clear and settle; return the batches that moved.

        A batch that cannot settle stays cleared and says why in ``refusal``; the others go on.
        """
        with self._ledger.locked():
            now = self.catch_up()
            today = cycle_of(now, self.terms.hours_east)
            moved = []
            for before in self._batches[self._settled :]:
                if now >= before.cut_off:
                    self._run(before, today)
                    moved += [after for after in [self.batch(before.id)] if after != before]
            while self._batches[self._settled].state is BatchState.SETTLED:
                self._settled += 1  # the last one is open
            return moved

    def _run(self, batch: Batch, today: int) -> None:
        try:
            self.cut_off(batch.id)
            self.clear(batch.id)
            if today >= batch.value_date:
                self.settle(batch.id)
        except SettlementError as refusal:
            place = self._place(batch.id)
            self._batches[place] = self._batches[place]._replace(refusal=str(refusal))
