"""How a row of the journal is laid out, and what kinds of rows there are.

A row takes 32 bytes: debit and credit in four bytes each; amount, time with kind and flags, and ref
in eight each; the little end first. All of it is a choice of this library.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import NamedTuple

__all__ = [
    "CONTINUED",
    "KINDS",
    "LARGEST_TIME",
    "LAYOUT",
    "NO_ID",
    "NUMBER_ID",
    "PACK",
    "ROW_SIZE",
    "TEXT_ID",
    "Kind",
    "Row",
]

LAYOUT = Struct("<IIqqq")
"""Debit, credit, amount, stamp and ref of a row."""

ROW_SIZE = LAYOUT.size
PACK = LAYOUT.pack
"""Packs debit, credit, amount, stamp and ref of a row."""

CONTINUED = 0x10
"""Flag: the next row belongs to the same transaction."""

NUMBER_ID, TEXT_ID = 0x20, 0x40
"""Flags: ``ref`` is an instruction id, as it is or by number of text."""

NO_ID = -1
"""What stands for the instruction id of a row that has none."""

LARGEST_TIME = 2**54
"""Times are milliseconds since 1970 below this, so that kind and flags fit beside them."""


class Kind(IntEnum):
    """What a row says. ``debit``, ``credit`` and ``amount`` mean the same unless said otherwise.

    ``OPEN`` opens an account: its book, name and currency by number of text, and its flags.
    ``POST`` is one posting. ``MOVE`` is a domestic movement from payer to payee, which stands for
    the postings of `legs`. ``HOLD`` reserves an amount of the account in ``debit`` under the number
    in ``credit``, until the time in ``ref``. ``RELEASE``, ``VOID`` and ``EXPIRE`` end the hold
    numbered in ``credit``: ``RELEASE`` says what the rest of its transaction posted of it.
    ``REFERENCE`` names in ``amount`` the row that its transaction compensates. ``BEGIN`` says that
    an instruction is in flight, ``REFUSE`` that it is refused, for the reason in ``debit`` (number
    of text), ``BODY`` that the rest of its transaction carries it out; all three hold the digest of
    its body in ``credit`` and ``amount``. ``NONE`` is what a damaged row may
    read as.
    """

    NONE = 0
    OPEN = 1
    POST = 2
    MOVE = 3
    HOLD = 4
    RELEASE = 5
    VOID = 6
    EXPIRE = 7
    REFERENCE = 8
    BEGIN = 9
    REFUSE = 10
    BODY = 11


KINDS = {kind.value: kind for kind in Kind}
"""Number of a kind to the kind."""


class Row(NamedTuple):
    """One row as it stands in the journal.

    Attributes:
        number: its place, counted from 0; the sequence number.
        kind: see `Kind`.
        continued: whether the next row belongs to the same transaction.
        time: milliseconds since 1970, UTC.
        debit: number of the account to debit.
        credit: number of the account to credit.
        amount: minor units.
        instruction: the instruction id, or None.
        ref: for ``OPEN`` the flags, for ``HOLD`` the expiry; otherwise the id as it is stored.
    """

    number: int
    kind: Kind
    continued: bool
    time: int
    debit: int
    credit: int
    amount: int
    instruction: int | str | None
    ref: int
