"""What a simulation asks of whoever stands behind the border, if anybody does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ..books.books import FlowCall
from ..money import Money
from .codes import ShownCode
from .limits import Used
from .payment import Payment

__all__ = ["Abroad"]


class Abroad(Protocol):
    """The links of a simulation, as its own desk sees them."""

    def time_passed(self, now: int) -> None:
        """End what its time has passed for."""

    def changed(self, payment: Payment) -> None:
        """Take note of a payment that came over a link and is now another."""

    def way_back(self, payment: Payment, units: int, payee: str) -> tuple[FlowCall, Money]:
        """Return what gives so many minor units of a payment back, and what its payer gets.

        Args:
            payment: one that came over a link.
            units: minor units of the code's currency.
            payee: the account of the payee's bank that they are taken from.
        """

    def uses(self) -> Iterable[tuple[Used, int]]:
        """Return what payments over links have used of the limits of customers."""

    def recover(self) -> Iterable[Payment]:
        """Bring payments over links to what the journal says, after a stop.

        Returns:
            Those that were posted, and that the payee's bank has not taken note of.
        """

    def locks(self) -> Iterable[ShownCode]:
        """Return the codes of payments over links that are not posted, nor over."""
