"""Instruction ids: what makes a request that is sent twice take effect once.

An id is known in one of three states: in flight, committed or refused. A request with a known id
gets the answer that the first one got. What was asked the first time is compared by digest, so an
id cannot be used again for something else. A refused id is never answered as applied.

Whoever uses one ledger for several participants puts the participant into the id, as
`instruction_id` does.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class
from typing import NamedTuple, Protocol

from ...errors import quote
from ..errors import SettlementError
from .rows import Kind, Row

__all__ = [
    "STATES",
    "AnyIds",
    "Ids",
    "InstructionState",
    "Outcome",
    "Refused",
    "RisingIds",
    "body_digest",
    "checked_id",
    "digest_of",
    "instruction_id",
    "recorded_digest",
]

LARGEST_ID = 2**63 - 1
LONGEST_ID = 128


class InstructionState(StrEnum):
    """The three states of an instruction id."""

    IN_FLIGHT = "in flight"
    COMMITTED = "committed"
    REFUSED = "refused"


class Refused(StrEnum):
    """What becomes of an id that was refused, for a reason that time may cure.

    ``BURN``: it is spent, and a retry needs a new id. ``RETRY``: the same id with the same body
    may run again. Both are defensible; the choice is the user's.
    """

    BURN = "burn"
    RETRY = "retry"


class Outcome(NamedTuple):
    """What is known of an instruction id.

    Attributes:
        state: see `InstructionState`.
        row: the first row of its transaction, or the row that says it is in flight or refused.
        refusal: the name of the refusal, or an empty text.
    """

    state: InstructionState
    row: int
    refusal: str = ""


STATES = {Kind.BEGIN: InstructionState.IN_FLIGHT, Kind.REFUSE: InstructionState.REFUSED}
"""Kind of the first row to the state; every other kind has posted."""


def instruction_id(participant: str, number: str | int) -> str:
    """Return the id of an instruction of a participant: ids of two participants never meet.

    >>> instruction_id("devb", "2026-0001")
    'devb/2026-0001'
    """
    if "/" in participant:
        raise SettlementError(
            "INSTRUCTION_ID_INVALID", f"the participant {quote(participant)} has a '/' in its code"
        )
    return f"{participant}/{number}"


def checked_id(instruction: object) -> None:
    """Refuse what cannot be an instruction id.

    Raises:
        SettlementError: ``INSTRUCTION_ID_INVALID``.
        TypeError: for anything but `int` and `str`.
    """
    if isinstance(instruction, str):
        if not 0 < len(instruction) <= LONGEST_ID or not instruction.isprintable():
            raise SettlementError(
                "INSTRUCTION_ID_INVALID",
                f"{quote(instruction)} is not 1 to {LONGEST_ID} printable characters",
            )
    elif type(instruction) is int:
        if not 0 <= instruction <= LARGEST_ID:
            raise SettlementError(
                "INSTRUCTION_ID_INVALID", "an id that is a number lies from 0 to 2^63 - 1"
            )
    else:
        raise TypeError(f"an instruction id is int or str, not {type(instruction).__name__}")


_STEP = Struct("<BIIq").pack
_LINKS = Struct("<qq").pack


def digest_of(raw: bytes) -> tuple[int, int]:
    """Return the digest of a body as a row stores it: 95 bits of its SHA-256."""
    digest = sha256(raw).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:12], "big") >> 1


def body_digest(
    steps: Iterable[tuple[int, int, int, int]], hold: int = -1, reference: int = -1
) -> tuple[int, int]:
    """Return the digest of a request: its steps, each kind, debit, credit and amount.

    A step that no row could hold makes the body differ from all that were ever written.
    """
    try:
        parts = [_STEP(*step) for step in steps]
        return digest_of(b"".join(parts) + _LINKS(hold, reference))
    except StructError:
        return -1, -1


def recorded_digest(rows: Iterable[Row]) -> tuple[int, int]:
    """Return the digest of the body behind the rows of a transaction, refused or not."""
    steps, hold, reference = [], -1, -1
    for row in rows:
        if row.kind in {Kind.BODY, Kind.BEGIN, Kind.REFUSE}:
            return row.credit, row.amount
        if row.kind is Kind.RELEASE:
            hold = row.credit
        elif row.kind is Kind.REFERENCE:
            reference = row.amount
        else:
            steps.append((row.kind.value, row.debit, row.credit, row.amount))
    return body_digest(steps, hold, reference)


class Ids(Protocol):
    """Instruction id to row. `AnyIds` takes any ids; `RisingIds` takes far less memory."""

    def get(self, instruction: int | str, /) -> int | None:
        """Return the row of an id, or None."""

    def find(self, instruction: int | str, /) -> int | None:
        """Return the row of an id that is to be posted, or None for a new one."""

    def __setitem__(self, instruction: int | str, row: int, /) -> None:
        """Enter an id, or give a known one another row."""

    def __len__(self) -> int:
        """Return how many ids are known."""


class AnyIds(dict[int | str, int]):
    """Ids of any kind in any order: a dictionary, about 100 bytes each."""

    __slots__ = ()

    find = dict.get
    """Return the row of an id that is to be posted, or None for a new one."""


class RisingIds:
    """Ids that are numbers and come in rising order: 16 bytes each.

    >>> ids = RisingIds()
    >>> ids[7], ids[9] = 0, 1
    >>> ids.find(7), ids.get(8), ids.find(10)
    (0, None, None)
    >>> ids.find(8)
    Traceback (most recent call last):
    khqr.settlement.errors.SettlementError: INSTRUCTION_ID_INVALID: 8 comes after 9; ids must rise
    """

    __slots__ = ("_ids", "_last", "_rows")

    def __init__(self) -> None:
        self._ids, self._rows = array("q"), array("q")
        self._last = -1

    def __len__(self) -> int:
        return len(self._ids)

    def get(self, instruction: int | str, /) -> int | None:
        """Return the row of an id, or None."""
        if not isinstance(instruction, int) or instruction > self._last:
            return None
        place = bisect_left(self._ids, instruction)
        return self._rows[place] if self._ids[place] == instruction else None

    def find(self, instruction: int | str, /) -> int | None:
        """Return the row of an id that is to be posted, or None for a new one, which must rise."""
        if instruction.__class__ is not int:
            raise SettlementError(
                "INSTRUCTION_ID_INVALID", f"{quote(str(instruction))} is no number; ids must rise"
            )
        if instruction > self._last:
            return None
        row = self.get(instruction)
        if row is None:
            raise SettlementError(
                "INSTRUCTION_ID_INVALID", f"{instruction} comes after {self._last}; ids must rise"
            )
        return row

    def __setitem__(self, instruction: int | str, row: int, /) -> None:
        if instruction.__class__ is int and instruction > self._last:
            self._last = instruction
            self._ids.append(instruction)
            self._rows.append(row)
        elif self.find(instruction) is not None:
            self._rows[bisect_left(self._ids, instruction)] = row

    def extend(self, ids: array[int], rows: array[int]) -> None:
        """Enter many new ids that rise, with their rows: what entering each would do.

        >>> ids = RisingIds()
        >>> ids.extend(array("q", [7, 9]), array("q", [0, 1]))
        >>> ids.get(9)
        1
        """
        if not len(ids) == len(rows):
            raise ValueError(f"{len(ids)} ids and {len(rows)} rows")
        if ids:
            self._ids.extend(ids)
            self._rows.extend(rows)
            self._last = ids[-1]

    @property
    def last(self) -> int:
        """The last id that was entered, or -1."""
        return self._last

    def columns(self) -> tuple[array[int], array[int]]:
        """Return the ids and their rows as they are kept, to be read only."""
        return self._ids, self._rows
