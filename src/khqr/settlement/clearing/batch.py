"""A batch: the crossings of one cycle, and the states that it goes through, as one table.

The machine, and that a disputed batch settles nevertheless, are choices of this library; "settle
first, resolve differences later" is of the documents of Alipay+, which could be read in part.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from ..errors import SettlementError

__all__ = ["BATCH_MOVES", "Batch", "BatchEvent", "BatchState"]


class BatchState(StrEnum):
    """Where a batch is."""

    OPEN = "open"
    CUT_OFF = "cut off"
    CLEARED = "cleared"
    DISPUTED = "disputed"
    SETTLED = "settled"


class BatchEvent(StrEnum):
    """What happens to a batch."""

    CUT = "cut off"
    CLEAR = "clear"
    DISPUTE = "dispute"
    SETTLE = "settle"


BATCH_MOVES: Mapping[tuple[BatchState, BatchEvent], BatchState] = {
    (BatchState.OPEN, BatchEvent.CUT): BatchState.CUT_OFF,
    (BatchState.CUT_OFF, BatchEvent.CLEAR): BatchState.CLEARED,
    (BatchState.CLEARED, BatchEvent.DISPUTE): BatchState.DISPUTED,
    (BatchState.CLEARED, BatchEvent.SETTLE): BatchState.SETTLED,
    (BatchState.DISPUTED, BatchEvent.SETTLE): BatchState.SETTLED,
}
"""State and event to the next state; what is not here cannot happen."""

_OPEN_STATES = {
    BatchEvent.CUT: {BatchState.OPEN},
    BatchEvent.CLEAR: {BatchState.OPEN, BatchState.CUT_OFF},
    BatchEvent.DISPUTE: set(BatchState) - {BatchState.DISPUTED},
    BatchEvent.SETTLE: set(BatchState) - {BatchState.SETTLED},
}


class Batch(NamedTuple):
    """The batch of one cycle as it is now; what happens to it gives a new value.

    Attributes:
        id: name of the link and day of the cycle, such as ``alipayplus-20250615``.
        cycle: the day of the cycle in the zone of the link, counted from 1970.
        cut_off: the first moment after the cycle, in milliseconds since 1970.
        value_date: the day on which it settles, counted from 1970.
        state: see `BatchState`.
        note: why it is disputed, or an empty text.
        refusal: why it could not be settled when that was last tried, or an empty text.
    """

    id: str
    cycle: int
    cut_off: int
    value_date: int
    state: BatchState = BatchState.OPEN
    note: str = ""
    refusal: str = ""

    def after(self, event: BatchEvent) -> Batch:
        """Return the batch after an event; one to which it happened already stays as it is.

        Raises:
            SettlementError: ``BATCH_NOT_DUE`` for an event that cannot happen in its state.

        >>> batch = Batch("alipayplus-20250615", 20_254, 1_750_003_200_000, 20_256)
        >>> batch.after(BatchEvent.CUT).state.value
        'cut off'
        """
        if self.is_past(event):
            return self
        state = BATCH_MOVES.get((self.state, event))
        if state is None:
            raise SettlementError(
                "BATCH_NOT_DUE", f"batch {self.id} is {self.state.value}: no {event.value!r}"
            )
        return self._replace(state=state)

    def is_past(self, event: BatchEvent) -> bool:
        """Say whether an event happened already."""
        return self.state not in _OPEN_STATES[event]
