"""Holds: amounts that are set aside in an account until they are posted, voided or expire."""

from __future__ import annotations

from enum import IntEnum
from heapq import heappop, heappush
from typing import NamedTuple

from ..errors import SettlementError

__all__ = ["Hold", "HoldState", "Holds"]


class HoldState(IntEnum):
    """Where a hold is; all but ``PENDING`` are final."""

    PENDING = 0
    POSTED = 1
    VOIDED = 2
    EXPIRED = 3


_REFUSALS = {
    HoldState.POSTED: "HOLD_ALREADY_POSTED",
    HoldState.VOIDED: "HOLD_ALREADY_VOIDED",
    HoldState.EXPIRED: "HOLD_EXPIRED",
}


class Hold(NamedTuple):
    """A hold as it is now.

    Attributes:
        number: its number, counted from 0.
        account: number of the account.
        amount: minor units that are or were held.
        expires_at: the last moment at which it may be posted, in milliseconds since 1970; None
            for a hold without end.
        state: see `HoldState`.
    """

    number: int
    account: int
    amount: int
    expires_at: int | None
    state: HoldState


class Holds:
    """Every hold there ever was, numbered in order."""

    __slots__ = ("_accounts", "_amounts", "_expiries", "due", "states")

    def __init__(self) -> None:
        self._accounts: list[int] = []
        self._amounts: list[int] = []
        self._expiries: list[int | None] = []
        self.states = bytearray()
        self.due: list[tuple[int, int]] = []
        """Expiry and number of holds that may still be pending, as a heap."""

    def __len__(self) -> int:
        return len(self.states)

    def __getitem__(self, number: int) -> Hold:
        if not 0 <= number < len(self.states):
            raise SettlementError("NOT_FOUND", f"there is no hold {number}")
        state = HoldState(self.states[number])
        return Hold(
            number, self._accounts[number], self._amounts[number], self._expiries[number], state
        )

    def add(self, account: int, amount: int, expires_at: int | None) -> int:
        """Enter a new hold and return its number."""
        number = len(self.states)
        self._accounts.append(account)
        self._amounts.append(amount)
        self._expiries.append(expires_at)
        self.states.append(HoldState.PENDING)
        if expires_at is not None:
            heappush(self.due, (expires_at, number))
        return number

    def pending(self, number: int) -> Hold:
        """Return a hold that is pending.

        Raises:
            SettlementError: ``HOLD_EXPIRED``, ``HOLD_ALREADY_POSTED``, ``HOLD_ALREADY_VOIDED``, or
                ``NOT_FOUND``.
        """
        hold = self[number]
        if hold.state is not HoldState.PENDING:
            raise SettlementError(
                _REFUSALS[hold.state], f"hold {number} is {hold.state.name.lower()} already"
            )
        return hold

    def resolve(self, number: int, state: HoldState) -> None:
        """Give a hold its final state."""
        self.states[number] = state

    def past(self, now: int) -> int | None:
        """Return the next pending hold whose time has passed at ``now``, or None.

        A hold may still be posted at the very moment of its expiry.
        """
        due = self.due
        while due and due[0][0] < now:
            number = heappop(due)[1]
            if self.states[number] == HoldState.PENDING:
                return number
        return None
