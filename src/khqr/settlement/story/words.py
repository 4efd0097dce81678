"""Amounts and books in words."""

from __future__ import annotations

from ..ledger.chart import CENTRAL_BANK, TOKEN_LEDGER
from ..money import Money
from ..report.words import amount_text

__all__ = ["about_book", "worded"]

_NAMES = {"KHR": "riel", "USD": "US dollars", "CNY": "yuan"}

_BOOKS = {
    CENTRAL_BANK: "the central bank",
    TOKEN_LEDGER: "the register of tokens",
    "deva": "Dara's bank",
    "devb": "the shop's bank",
    "devs": "the bank that stands for the link abroad",
    "ALP": "the hub between the countries",
    "MPP": "the visitor's wallet abroad",
    "ACQ": "the bank of the shop abroad",
}


def worded(money: Money) -> str:
    """Return an amount as people say it.

    >>> worded(Money("KHR", 50_000)), worded(Money("USD", 1_250)), worded(Money("VND", 7))
    ('50,000 riel', '12.50 US dollars', '7 VND')
    """
    return (
        f"{amount_text(money.units, money.currency)} {_NAMES.get(money.currency, money.currency)}"
    )


def about_book(book: str) -> str:
    """Return whose ledger a book of the story is, or an empty text."""
    return _BOOKS.get(book, "")
