"""The mirror test: what one book says it has at another is what that one says it owes.

An institution's accounts at the central bank are its nostros there, and the central bank's book has
them as liabilities; what one book of a link is due, another owes. The accounts ``nostro`` stand at
banks that are not in the model, so nothing mirrors them. A choice of this library.
"""

from __future__ import annotations

from typing import NamedTuple

from ..ledger.accounts import Account
from ..ledger.chart import CENTRAL_BANK
from ..ledger.view import View

__all__ = ["Mirror", "mirrors"]

_AT_THE_CENTRAL_BANK = {"bsa": "bsa", "nbc_current": "current"}
_AT_EACH_OTHER = {"due_from": "due_to"}


class Mirror(NamedTuple):
    """One claim, and the liability that mirrors it; both in minor units.

    Attributes:
        holder: code of the book that has the claim.
        claim: its account there.
        debtor: code of the book that owes.
        liability: its account there.
        currency: the currency.
        claimed: the balance of the claim.
        owed: the balance of the liability.
    """

    holder: str
    claim: str
    debtor: str
    liability: str
    currency: str
    claimed: int
    owed: int

    @property
    def difference(self) -> int:
        """What is claimed less what is owed: zero if the two books agree."""
        return self.claimed - self.owed


def mirrors(ledger: View) -> list[Mirror]:
    """Return every claim of one modelled book on another with its mirror, sorted.

    >>> from khqr.settlement.books.example import example_books, run_example
    >>> books = example_books(clock=lambda: 0)
    >>> rows = run_example(books)
    >>> found = mirrors(books.ledger)
    >>> {one.difference for one in found}, found[0].claim, found[0].liability
    ({0}, 'bsa', 'bsa:A')
    """
    with ledger.locked():
        pairs = {
            pair for account in ledger.state.accounts.rows if (pair := _pair(account)) is not None
        }
        return [
            Mirror(*pair, _balance(ledger, *pair[:2], pair[4]), _balance(ledger, *pair[2:]))
            for pair in sorted(pairs)
        ]


Names = tuple[str, str, str, str, str]


def _pair(account: Account) -> Names | None:
    """Return holder, claim, debtor, liability and currency, whichever of the two is given."""
    book, name, currency = account[:3]
    kind, _, party = name.partition(":")
    if book == CENTRAL_BANK:
        for claim, liability in _AT_THE_CENTRAL_BANK.items():
            if liability == kind:
                return party, claim, book, name, currency
    elif name in _AT_THE_CENTRAL_BANK:
        return book, name, CENTRAL_BANK, f"{_AT_THE_CENTRAL_BANK[name]}:{book}", currency
    for claim, liability in _AT_EACH_OTHER.items():
        if kind == claim:
            return book, name, party, f"{liability}:{book}", currency
        if kind == liability:
            return party, f"{claim}:{book}", book, name, currency
    return None


def _balance(ledger: View, book: str, name: str, currency: str) -> int:
    number = ledger.state.accounts.find(book, name, currency)
    return 0 if number is None else ledger.balance(number)
