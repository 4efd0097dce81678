"""The chart of accounts: which accounts each kind of book has, and what they are.

A choice of this library. The nature of each row shows who owes whom. A token in a wallet is what
the *commercial bank* owes its customer: the liability stands in the institution's book, as
``wallet``. The central bank owes the institution its settlement account, and owes no customer
anything: no account of its book belongs to one. The token ledger only registers who holds what.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from ...errors import quote
from ..errors import SettlementError

__all__ = [
    "CENTRAL_BANK",
    "CHART",
    "TOKEN_LEDGER",
    "BookKind",
    "Line",
    "Nature",
    "Party",
    "Side",
    "chart_line",
]

CENTRAL_BANK = "NBC"
"""The book of the central bank."""

TOKEN_LEDGER = "TOK"  # noqa: S105 - the code of a book
"""The book that registers who holds tokens."""

_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,32}", re.ASCII)
_RESERVED = frozenset({"khqr", "merchant"})  # an institution's own wallets


class Side(StrEnum):
    """The side on which an account normally stands."""

    DEBIT = "debit"
    CREDIT = "credit"


class BookKind(StrEnum):
    """The kinds of books: one entity's ledger each."""

    CENTRAL_BANK = "central bank"
    TOKENS = "token ledger"
    INSTITUTION = "institution"
    HUB = "hub"
    FOREIGN = "foreign"


class Nature(StrEnum):
    """What an account is to the entity whose book it is in."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    POSITION = "position"
    REGISTER = "register"


class Party(StrEnum):
    """Whom the part of an account's name behind the colon names."""

    NONE = ""
    INSTITUTION = "institution"
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    HOLDER = "holder"
    BOOK = "book"
    PAYMENT = "payment"


class Line(NamedTuple):
    """One row of the chart.

    Attributes:
        name: the account's name, before the colon where it has a party.
        nature: what it is to the entity.
        side: the side it normally stands on.
        party: whom it belongs to or is about.
        guarded: whether the balance less its holds may never fall below zero.
        tokens: whose tokens stand behind it when a payment starts or ends here: those of the
            ``customer``, or the institution's ``own``; empty if no payment does.
        settles: whether it is part of an institution's settlement balance, which says how a
            shortage is called.
    """

    name: str
    nature: Nature
    side: Side
    party: Party = Party.NONE
    guarded: bool = False
    tokens: str = ""
    settles: bool = False


def _rows(*lines: Line) -> dict[str, Line]:
    return {line.name: line for line in lines}


_NOSTRO = Line("nostro", Nature.ASSET, Side.DEBIT, guarded=True)
_DUE_FROM = Line("due_from", Nature.ASSET, Side.DEBIT, Party.BOOK)
_DUE_TO = Line("due_to", Nature.LIABILITY, Side.CREDIT, Party.BOOK)
_CAPITAL = Line("capital", Nature.EQUITY, Side.CREDIT)
_FEE_INCOME = Line("fee_income", Nature.INCOME, Side.CREDIT, tokens="own")
_BANK = (
    Line("cash", Nature.ASSET, Side.DEBIT),
    _NOSTRO,
    _DUE_FROM,
    Line("fee_expense", Nature.EXPENSE, Side.DEBIT, tokens="own"),
    Line("casa", Nature.LIABILITY, Side.CREDIT, Party.CUSTOMER, guarded=True, tokens="own"),
    Line("wallet", Nature.LIABILITY, Side.CREDIT, Party.CUSTOMER, guarded=True, tokens="customer"),
    Line("out_hold", Nature.LIABILITY, Side.CREDIT, Party.PAYMENT, guarded=True, tokens="own"),
    _DUE_TO,
    Line("fx_income", Nature.INCOME, Side.CREDIT, tokens="own"),
    _FEE_INCOME,
    _CAPITAL,
    Line("fxpos", Nature.POSITION, Side.CREDIT, tokens="own"),
)

CHART: dict[BookKind, dict[str, Line]] = {
    BookKind.CENTRAL_BANK: _rows(
        Line("contra", Nature.ASSET, Side.DEBIT),
        Line("current", Nature.LIABILITY, Side.CREDIT, Party.INSTITUTION, guarded=True),
        Line("bsa", Nature.LIABILITY, Side.CREDIT, Party.INSTITUTION, guarded=True, settles=True),
    ),
    BookKind.TOKENS: _rows(
        Line("supply", Nature.REGISTER, Side.DEBIT),
        Line("holder", Nature.REGISTER, Side.CREDIT, Party.HOLDER, guarded=True, settles=True),
    ),
    BookKind.INSTITUTION: _rows(
        *_BANK,
        Line("nbc_current", Nature.ASSET, Side.DEBIT, guarded=True),
        Line("bsa", Nature.ASSET, Side.DEBIT, guarded=True, settles=True),
        Line("susp_in", Nature.LIABILITY, Side.CREDIT, guarded=True, tokens="own"),
    ),
    BookKind.HUB: _rows(_NOSTRO, _DUE_FROM, _DUE_TO, _FEE_INCOME._replace(tokens=""), _CAPITAL),
    BookKind.FOREIGN: _rows(
        *(line._replace(tokens="") for line in _BANK),
        Line("payable", Nature.LIABILITY, Side.CREDIT, Party.MERCHANT),
    ),
}
"""Kind of book to its accounts by name. ``bsa`` is the Bakong settlement account, ``casa`` a
customer's current or savings account, ``susp_in`` the suspense account of payments that came in
and are not yet credited, ``out_hold`` the money of an outbound payment that waits for its answer,
``fxpos`` the open position in a currency."""


def chart_line(kind: BookKind, account: str) -> Line:
    """Return the row of the chart for the account name ``account`` in a book of ``kind``.

    In the token ledger a name with ``@`` is that holder.

    Raises:
        SettlementError: ``UNKNOWN_ACCOUNT`` if the chart has no such account;
            ``ACCOUNT_ID_INVALID`` if the party is not written as it must be.
        TypeError: for anything but text.

    >>> chart_line(BookKind.INSTITUTION, "wallet:dara").nature.value
    'liability'
    >>> chart_line(BookKind.TOKENS, "dara@devb").name
    'holder'
    """
    if not isinstance(account, str):
        raise TypeError(f"the name of an account is str, not {type(account).__name__}")
    name, colon, party = account.partition(":")
    if kind is BookKind.TOKENS and "@" in account:
        name, colon, party = "holder", ":", account
    line = CHART[kind].get(name)
    if line is None or bool(colon) != bool(line.party):
        known = (f"{row.name}:…" if row.party else row.name for row in CHART[kind].values())
        raise SettlementError(
            "UNKNOWN_ACCOUNT",
            f"a book of the kind {kind.value!r} has no account {quote(account)}; "
            f"it has {', '.join(known)}",
        )
    if line.party is Party.HOLDER:
        _check_holder(party)
    elif colon and not _NAME.fullmatch(party):
        raise SettlementError(
            "ACCOUNT_ID_INVALID",
            f"{quote(account)}: behind the colon stand 1 to 32 letters, digits, '_', '.' or '-'",
        )
    elif line.tokens == "customer" and party in _RESERVED:
        raise SettlementError(
            "ACCOUNT_ID_INVALID",
            f"{quote(account)}: {party}@… is the institution's own, not a customer's",
        )
    return line


def _check_holder(text: str) -> None:
    name, _, bank = text.partition("@")
    if len(text) > 32 or not _NAME.fullmatch(name) or not _NAME.fullmatch(bank):
        raise SettlementError(
            "ACCOUNT_ID_INVALID", f"{quote(text)} is not name@bank of at most 32 characters"
        )
