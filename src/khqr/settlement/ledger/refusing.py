"""Why a step cannot be taken, said about the first account that stands against it."""

from __future__ import annotations

from typing import NoReturn

from ..errors import SettlementError
from .steps import unknown_account
from .writer import Writer

__all__ = ["Refusing"]


class Refusing(Writer):
    """A writer that says what is wrong with what it is asked for."""

    def shortage(self, account: int, amount: int) -> SettlementError:
        """Return the refusal for an account that has too little."""
        row = self.state.accounts.rows[account]
        left = self.state.balance(account) - self.state.held(account)
        return SettlementError(row.shortage, f"{row} has {left} available, {amount} are needed")

    def refuse_posting(self, debit: int, credit: int) -> NoReturn:
        """Refuse a posting whose two sides do not fit."""
        rows = self.state.accounts.rows
        for account in (debit, credit):
            if not 0 <= account < len(rows):
                raise unknown_account(account)
        one, other = rows[debit], rows[credit]
        if debit == credit:
            raise SettlementError("UNBALANCED", f"{one} is on both sides of a posting")
        raise SettlementError(
            "UNBALANCED" if one.book != other.book else "CURRENCY_MISMATCH",
            f"debit {one}, credit {other}: a posting has one book and one currency",
        )

    def refuse_movement(self, payer: int, payee: int) -> NoReturn:
        """Refuse a movement between accounts that none can be between."""
        rows = self.state.accounts.rows
        if payer == payee:
            self.refuse_posting(payer, payee)
        for account in (payer, payee):
            if self._legs[account] is None:
                raise SettlementError(
                    "UNKNOWN_ACCOUNT",
                    f"{rows[account]} has no settlement account behind it, "
                    "so no movement starts or ends there; post to it",
                )
        raise SettlementError(
            "CURRENCY_MISMATCH", f"{rows[payer]} pays {rows[payee]}: a movement has one currency"
        )
