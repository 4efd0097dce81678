"""The domestic report: what moved through each settlement account on each business date.

Inside Cambodia nothing is left to settle at the end of a day, every hop is final by itself; so
there is a report only. The day is that of Phnom Penh. Its columns are a choice of this library.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from ..ledger.chart import CENTRAL_BANK
from ..ledger.rows import Kind, Row
from ..ledger.view import View
from ..payments.limits import business_day

__all__ = ["Domestic", "DomesticRow", "summed"]

Key = tuple[str, str]


class DomesticRow(NamedTuple):
    """One institution in one currency on one business date; all amounts are minor units.

    ``value_in - value_out`` is ``closing - opening - issued + redeemed``. Refunds are payments the
    other way, so they are counted in ``value_in`` and ``value_out`` as well.

    Attributes:
        bank: code of the institution.
        currency: the currency.
        day: the business date, counted from 1970.
        opening: its settlement account at the begin of the day.
        issued: what it paid into the account.
        redeemed: what it took out.
        count_in: how many payments came from other institutions.
        value_in: and what they brought.
        count_out: how many payments went to other institutions.
        value_out: and what they took.
        refunds_in: what of ``value_in`` gives back an earlier payment.
        refunds_out: what of ``value_out`` does.
        closing: its settlement account at the end of the day.
        in_suspense: what came in and is not yet credited, at the end of the day.
        held: what is set aside in its customers' and its own accounts, at the end of the day.
    """

    bank: str
    currency: str
    day: int
    opening: int = 0
    issued: int = 0
    redeemed: int = 0
    count_in: int = 0
    value_in: int = 0
    count_out: int = 0
    value_out: int = 0
    refunds_in: int = 0
    refunds_out: int = 0
    closing: int = 0
    in_suspense: int = 0
    held: int = 0

    @property
    def net(self) -> int:
        """What came in less what went out."""
        return self.value_in - self.value_out


(_OPENING, _ISSUED, _REDEEMED, _COUNT_IN, _IN, _COUNT_OUT, _OUT, _BACK_IN, _BACK_OUT, _CLOSING,
 _SUSPENSE, _HELD) = range(12)  # fmt: skip
"""Places of the amounts of a row, in the order of `DomesticRow`."""

_CARRIED = frozenset({_CLOSING, _SUSPENSE, _HELD})


class _Day(NamedTuple):
    """A row that is being counted."""

    day: int
    amounts: list[int]


class Domestic:
    """Counts the hops between settlement accounts, reading each row of a journal once.

    Args:
        ledger: whose journal is read.
        first: the row with which the count begins, the first one of a transaction. What the rows
            before it add up to is the opening, and they are in no count.

    Raises:
        TypeError: for a row that is none.

    >>> from khqr.settlement.books.example import example_books, run_example
    >>> books = example_books(clock=lambda: 1_750_000_000_000)
    >>> rows = run_example(books)
    >>> for row in Domestic(books.ledger).rows(20_254):
    ...     if row.currency == "KHR":
    ...         print(row.bank, row.value_in, row.count_in, row.value_out, row.count_out, row.net)
    A 91000 3 279000 8 -188000
    B 207000 7 70500 3 136500
    S 153500 4 102000 3 51500
    """

    def __init__(self, ledger: View, first: int = 0) -> None:
        if type(first) is not int or first < 0:
            raise TypeError("a row is known by an int from 0 on")
        self._ledger = ledger
        self._first = first
        self._days: dict[Key, list[_Day]] = {}
        self._central: dict[int, Key] = {}
        self._suspense: dict[int, Key] = {}
        self._keys: list[Key] = []
        self._holds: list[tuple[int, int]] = []
        self._read = 0
        self._refund = False

    def rows(self, day: int) -> list[DomesticRow]:
        """Return the rows of a business date: of every institution and currency there was then.

        Args:
            day: counted from 1970, see `khqr.settlement.payments.limits.business_day`.
        """
        self.catch_up()
        rows = []
        for key in self._banks():
            place = bisect_right(self._days[key], day, key=lambda one: one.day)
            if place:
                last = self._days[key][place - 1]
                amounts = last.amounts if last.day == day else _carried(last.amounts)
                rows.append(DomesticRow(*key, day, *amounts))
        return rows

    def days(self) -> list[int]:
        """Return the business dates on which anything moved, in order."""
        self.catch_up()
        return sorted({one.day for key in self._banks() for one in self._days[key]})

    def whole(self) -> list[DomesticRow]:
        """Return one row for each institution and currency, over all days together."""
        self.catch_up()
        return [
            summed(DomesticRow(*key, day, *amounts) for day, amounts in self._days[key])
            for key in self._banks()
        ]

    def _banks(self) -> list[Key]:
        return sorted(key for key in self._central.values() if key in self._days)

    def catch_up(self) -> None:
        """Count the rows that came since the last time."""
        with self._ledger.locked():
            self._watch()
            for row in self._ledger.journal.rows(self._read):
                self._take(row)
                self._read = row.number + 1
                if self._read == self._first:
                    self._begin()

    def _begin(self) -> None:
        """Let the count begin: what was counted up to now is what everybody opens with."""
        for days in self._days.values():
            last = days[-1]
            days[:] = [_Day(last.day, _carried(last.amounts))]

    def _watch(self) -> None:
        accounts = self._ledger.state.accounts.rows
        for number in range(len(self._keys), len(accounts)):
            book, name, currency = accounts[number][:3]
            kind, _, party = name.partition(":")
            self._keys.append((book, currency))
            if book == CENTRAL_BANK and kind == "bsa":
                self._central[number] = party, currency
            elif name == "susp_in":
                self._suspense[number] = book, currency

    def _take(self, row: Row) -> None:
        kind, debit, credit = row.kind, row.debit, row.credit
        if kind is Kind.MOVE:
            legs = self._ledger.state.accounts.legs
            payer, payee = legs[debit], legs[credit]
            if payer is not None and payee is not None and payer.unit != payee.unit:
                self._hop(row, payer.central, payee.central)
        elif kind is Kind.POST:
            if debit in self._central or credit in self._central:
                self._hop(row, debit, credit)
        elif kind is Kind.REFERENCE:
            self._refund = True
        elif kind is Kind.HOLD:
            self._holds.append((debit, row.amount))
            self._set_aside(row, debit, row.amount)
        elif kind in {Kind.RELEASE, Kind.VOID, Kind.EXPIRE}:
            account, amount = self._holds[credit]
            self._set_aside(row, account, -amount)
        if kind in {Kind.MOVE, Kind.POST}:
            self._suspend(row)
        self._refund = self._refund and row.continued

    def _suspend(self, row: Row) -> None:
        for account, amount in ((row.debit, -row.amount), (row.credit, row.amount)):
            key = self._suspense.get(account)
            if key is not None:
                self._at(key, row.time)[_SUSPENSE] += amount

    def _set_aside(self, row: Row, account: int, amount: int) -> None:
        self._at(self._keys[account], row.time)[_HELD] += amount

    def _hop(self, row: Row, debit: int, credit: int) -> None:
        """Count what leaves one settlement account at the central bank and reaches another."""
        payer, payee = self._central.get(debit), self._central.get(credit)
        amount, back = row.amount, row.amount if self._refund else 0
        if payer is not None:
            day = self._at(payer, row.time)
            day[_CLOSING] -= amount
            if payee is None:
                day[_REDEEMED] += amount
            else:
                day[_COUNT_OUT] += 1
                day[_OUT] += amount
                day[_BACK_OUT] += back
        if payee is not None:
            day = self._at(payee, row.time)
            day[_CLOSING] += amount
            if payer is None:
                day[_ISSUED] += amount
            else:
                day[_COUNT_IN] += 1
                day[_IN] += amount
                day[_BACK_IN] += back

    def _at(self, key: Key, time: int) -> list[int]:
        """Return the amounts of the day of a time, which goes on from the day before it."""
        day, days = business_day(time), self._days.setdefault(key, [])
        if not days or days[-1].day != day:
            days.append(_Day(day, _carried(days[-1].amounts) if days else [0] * 12))
        return days[-1].amounts


def _carried(amounts: list[int]) -> list[int]:
    """Return the amounts of a day on which nothing moved, after one with these."""
    carried = [amount if place in _CARRIED else 0 for place, amount in enumerate(amounts)]
    carried[_OPENING] = amounts[_CLOSING]
    return carried


def summed(rows: Iterable[DomesticRow]) -> DomesticRow:
    """Return several days of one institution and currency as one row, which bears the last day.

    Args:
        rows: at least one, in the order of the days.

    >>> first = DomesticRow("A", "KHR", 1, opening=0, issued=500, closing=500)
    >>> second = DomesticRow("A", "KHR", 2, opening=500, count_out=1, value_out=80, closing=420)
    >>> summed([first, second])[2:10]
    (2, 0, 500, 0, 0, 0, 1, 80)
    """
    total: DomesticRow | None = None
    for row in rows:
        if total is None:
            total = row
            continue
        counted = [one + other for one, other in zip(total[4:12], row[4:12], strict=True)]
        total = DomesticRow._make([*row[:3], total.opening, *counted, *row[12:]])
    if total is None:
        raise TypeError("there is no row to sum up")
    return total
