"""What a transaction is made of, and the refusal of what cannot be a step at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import SettlementError
from ..money import LARGEST
from .rows import Kind

__all__ = [
    "MOST_STEPS",
    "Movement",
    "Posting",
    "Step",
    "check_form",
    "checked_number",
    "checked_steps",
    "unknown_account",
]

MOST_STEPS = 1000
"""Steps that one transaction may have, a choice of this library."""

Step = tuple[Kind, int, int, int]
"""Kind, debit, credit and amount of a row."""


class Posting(NamedTuple):
    """One amount from a debit account to a credit account of the same book and currency."""

    debit: int
    credit: int
    amount: int


class Movement(NamedTuple):
    """One domestic movement, which stands for the postings of `legs`."""

    payer: int
    payee: int
    amount: int


def checked_steps(steps: Sequence[Posting | Movement]) -> list[Step]:
    """Return the steps of a transaction as rows, or refuse what cannot be one."""
    if not 0 < len(steps) <= MOST_STEPS:
        raise SettlementError(
            "TRANSACTION_TOO_LARGE", f"{len(steps)} steps; a transaction has 1 to {MOST_STEPS}"
        )
    rows: list[Step] = []
    for step in steps:
        if not isinstance(step, Posting | Movement):
            raise TypeError(f"a step is a Posting or a Movement, not {type(step).__name__}")
        debit, credit, amount = step
        check_form(debit, credit, amount)
        rows.append((Kind.MOVE if isinstance(step, Movement) else Kind.POST, debit, credit, amount))
    return rows


def checked_number(what: str, number: object) -> int:
    """Return the number of a hold or a row, or refuse what cannot be one."""
    if type(number) is not int:
        raise TypeError(f"{what} is known by an int, not {type(number).__name__}")
    if not 0 <= number < 2**63:
        raise SettlementError("NOT_FOUND", f"{what} is numbered from 0 to 2^63 - 1")
    return number


def check_form(debit: object, credit: object, amount: object) -> None:
    """Refuse accounts and amounts that are no numbers, and amounts that no row holds.

    Raises:
        SettlementError: ``AMOUNT_NOT_POSITIVE`` or ``AMOUNT_TOO_LARGE``.
        TypeError: for anything but `int`.
    """
    for account in (debit, credit):
        if type(account) is not int:
            raise TypeError(f"an account is known by an int, not {type(account).__name__}")
    if type(amount) is not int:
        raise TypeError(f"an amount is an int of minor units, not {type(amount).__name__}")
    if amount > LARGEST:
        raise SettlementError("AMOUNT_TOO_LARGE", f"an amount is at most {LARGEST} minor units")
    if amount <= 0:
        raise SettlementError("AMOUNT_NOT_POSITIVE", "an amount is at least 1 minor unit")


def unknown_account(account: int) -> SettlementError:
    """Return the refusal of a number that no account has."""
    return SettlementError("UNKNOWN_ACCOUNT", f"there is no account of the number {account:#x}")
