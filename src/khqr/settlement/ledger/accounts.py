"""The accounts of all books, by number."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...errors import quote
from ..errors import SettlementError
from .chart import CENTRAL_BANK, TOKEN_LEDGER, Side
from .legs import Leg

__all__ = ["Account", "Accounts", "check_names"]

_CURRENCY = re.compile("[A-Z]{3}", re.ASCII)

_CREDIT, _GUARDED, _OWN, _CUSTOMER, _SETTLES = 1, 2, 4, 8, 16
_TOKENS = {"": 0, "own": _OWN, "customer": _CUSTOMER}


class Account(NamedTuple):
    """An account of one book in one currency; see `khqr.settlement.ledger.chart.Line`.

    >>> print(Account("devb", "wallet:dara", "KHR", Side.CREDIT))
    wallet:dara of devb in KHR
    """

    book: str
    name: str
    currency: str
    side: Side
    guarded: bool = False
    tokens: str = ""
    settles: bool = False

    def __str__(self) -> str:
        return f"{self.name} of {self.book} in {self.currency}"

    @property
    def party(self) -> str:
        """Whom the account names behind the colon, or an empty text."""
        return self.name.partition(":")[2]

    @property
    def holder(self) -> str:
        """Who holds the tokens behind the account, or an empty text.

        >>> Account("devb", "casa:dara", "KHR", Side.CREDIT, tokens="own").holder
        'khqr@devb'
        """
        if not self.tokens:
            return ""
        return f"{self.party if self.tokens == 'customer' else 'khqr'}@{self.book}"

    @property
    def shortage(self) -> str:
        """The name of the refusal if the balance is too small."""
        return "INSUFFICIENT_SETTLEMENT_BALANCE" if self.settles else "INSUFFICIENT_FUNDS"

    def flags(self) -> int:
        """Return what the journal keeps of the account beside its three names."""
        return (
            _CREDIT * (self.side is Side.CREDIT)
            | _GUARDED * self.guarded
            | _TOKENS[self.tokens]
            | _SETTLES * self.settles
        )

    @classmethod
    def of_flags(cls, book: str, name: str, currency: str, flags: int) -> Account:
        """Return the account that was written with these names and `flags`."""
        tokens = "own" if flags & _OWN else "customer" if flags & _CUSTOMER else ""
        side = Side.CREDIT if flags & _CREDIT else Side.DEBIT
        guarded, settles = bool(flags & _GUARDED), bool(flags & _SETTLES)
        return cls(book, name, currency, side, guarded, tokens, settles)


class Accounts:
    """Every account, numbered in the order of opening; an account is never closed.

    ``units`` holds for each account the number of its book and currency, which the two sides of a
    posting must share. ``legs`` holds what stands behind the accounts at which a
    movement may start or end, and None for all others.
    """

    __slots__ = ("_numbers", "_units", "legs", "rows", "units")

    def __init__(self) -> None:
        self.rows: list[Account] = []
        self.units: list[int] = []
        self.legs: list[Leg | None] = []
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._units: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, book: str, name: str, currency: str) -> int | None:
        """Return the number of an account, or None."""
        return self._numbers.get((book, name, currency))

    def number(self, book: str, name: str, currency: str) -> int:
        """Return the number of an account.

        Raises:
            SettlementError: ``UNKNOWN_ACCOUNT`` if there is none.
        """
        found = self._numbers.get((book, name, currency))
        if found is None:
            raise SettlementError(
                "UNKNOWN_ACCOUNT",
                f"no account {quote(name)} of {quote(book)} in {quote(currency)}; open it first",
            )
        return found

    def add(self, account: Account) -> int:
        """Enter a new account and return its number."""
        number = len(self.rows)
        book, name, currency = account[:3]
        unit = self._units.setdefault((book, currency), len(self._units))
        self.rows.append(account)
        self.units.append(unit)
        self._numbers[book, name, currency] = number
        leg = Leg(number, unit, currency, *self.behind(account)) if account.tokens else None
        self.legs.append(leg)
        return number

    def can_stand(self, account: Account) -> bool:
        """Say whether everything that stands behind an account is open."""
        try:
            return bool(self.behind(account))
        except SettlementError:
            return False

    def behind(self, account: Account) -> tuple[int, int, int]:
        """Return the numbers of settlement account, its mirror at the central bank, and holder.

        Raises:
            SettlementError: ``UNKNOWN_ACCOUNT`` if one of them is not open yet, and
                ``ACCOUNT_DIFFERS`` if it stands on the other side.
        """
        book, currency = account.book, account.currency
        behind = (
            self.number(book, "bsa", currency),
            self.number(CENTRAL_BANK, f"bsa:{book}", currency),
            self.number(TOKEN_LEDGER, account.holder, currency),
        )
        for number, side in zip(behind, (Side.DEBIT, Side.CREDIT, Side.CREDIT), strict=True):
            if self.rows[number].side is not side:
                raise SettlementError(
                    "ACCOUNT_DIFFERS", f"{self.rows[number]} must stand in {side} behind {account}"
                )
        return behind


def check_names(account: Account) -> None:
    """Refuse names that no account can have.

    Raises:
        SettlementError: ``ACCOUNT_ID_INVALID`` or ``CURRENCY_NOT_SUPPORTED``.
        TypeError: for anything but text.
    """
    book, name, currency = account[:3]
    for text in (book, name, currency):
        if not isinstance(text, str):
            raise TypeError(f"book, name and currency are str, not {type(text).__name__}")
    for text in (book, name):
        if not 0 < len(text) <= 64 or not text.isprintable():
            raise SettlementError(
                "ACCOUNT_ID_INVALID", f"{quote(text)} is not 1 to 64 printable characters"
            )
    if not _CURRENCY.fullmatch(currency):
        raise SettlementError(
            "CURRENCY_NOT_SUPPORTED", f"{quote(currency)} is not three capital letters"
        )
    if account.tokens not in {"", "own", "customer"}:
        raise SettlementError(
            "ACCOUNT_ID_INVALID",
            f"tokens is 'own', 'customer' or empty, not {quote(account.tokens)}",
        )
