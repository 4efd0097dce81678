"""What a journal says was settled: by day and currency, and by bank."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..ledger.chart import CENTRAL_BANK
from ..ledger.rows import NUMBER_ID, Kind
from ..payments.limits import day_starts
from ..report.figures import BankRow, VolumeRow
from .reading import Piece, Shape
from .register import CURRENCIES

if TYPE_CHECKING:
    from .columns import Numbers
    from .straight_through import StraightThrough

__all__ = ["Tally"]

_COLUMNS = ("issued", "redeemed", "count_in", "value_in", "count_out", "value_out")


class Tally:
    """Adds up the rows of a journal, piece by piece, apart from all that paid them.

    Attributes:
        payments: number and value of what was paid, by business day and currency.
    """

    def __init__(self, bank: StraightThrough) -> None:
        self._bank = bank
        self.payments: Counter[tuple[int, str]] = Counter()
        self.values: Counter[tuple[int, str]] = Counter()
        self._sums: dict[str, Numbers] = {}

    def take(self, posting: Piece, shape: Shape) -> None:
        """Add rows that post something."""
        moves = posting.kind == Kind.MOVE
        paid = posting.at(moves & ((posting.flags & NUMBER_ID) > 0))
        currency = shape.currency[paid.debit]
        for day, first, last in paid.days():
            for number, name in enumerate(shape.currencies):
                amounts = paid.amount[first:last][currency[first:last] == number]
                if len(amounts):
                    self.payments[day, name] += len(amounts)
                    self.values[day, name] += int(amounts.sum())
        self._add_banks(posting, shape)

    def _add_banks(self, posting: Piece, shape: Shape) -> None:
        """Add what changes settlement accounts, by the number of the central bank's account."""
        import numpy as np

        moves = posting.kind == Kind.MOVE
        hop = moves & (shape.unit[posting.debit] != shape.unit[posting.credit])
        debit, credit = shape.central[posting.debit[hop]], shape.central[posting.credit[hop]]
        amount, one = posting.amount[hop], np.ones(int(hop.sum()), np.int64)
        changes = [
            ("count_out", debit, one),
            ("value_out", debit, amount),
            ("count_in", credit, one),
            ("value_in", credit, amount),
        ]
        central = np.zeros(len(shape.unit), np.bool_)
        central[shape.central[shape.central >= 0]] = True
        posts = ~moves
        for name, column in (("issued", posting.credit), ("redeemed", posting.debit)):
            chosen = posts & central[column]
            changes.append((name, column[chosen], posting.amount[chosen]))
        for name, account, change in changes:
            sums = self._sums.get(name, np.zeros(0, np.int64))
            more = np.zeros(len(shape.unit) - len(sums), np.int64)
            self._sums[name] = np.concatenate((sums, more))
            np.add.at(self._sums[name], account, change)

    def volume(self) -> tuple[VolumeRow, ...]:
        """Return what was paid by day and currency, in order."""
        return tuple(
            VolumeRow(day_starts(day), currency, self.payments[day, currency], value)
            for (day, currency), value in sorted(self.values.items())
        )

    def banks(self) -> tuple[BankRow, ...]:
        """Return the settlement account of each bank in each currency."""
        books, rows = self._bank.books, []
        for code in books.kinds:
            for currency in CURRENCIES:
                number = books.ledger.state.accounts.find(CENTRAL_BANK, f"bsa:{code}", currency)
                if number is None:
                    continue
                sums = {name: self._sum(name, number) for name in _COLUMNS}
                rows.append(
                    BankRow(
                        bank=code,
                        currency=currency,
                        opening=0,
                        closing=books.ledger.balance(number),
                        in_suspense=books.balance(code, "susp_in", currency),
                        **sums,
                    )
                )
        return tuple(rows)

    def _sum(self, name: str, account: int) -> int:
        sums = self._sums.get(name)
        return int(sums[account]) if sums is not None and account < len(sums) else 0
