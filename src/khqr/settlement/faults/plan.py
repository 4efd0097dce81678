"""A plan of faults: what happens to each message, from a seed and nothing else.

Which faults there are, and how often, is a choice of this library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from .splitmix import SplitMix64

__all__ = ["SHARES", "Fate", "Fault", "FaultPlan"]

_STOPS = 10
_LONGEST_DELAY = 8
_MASK = 2**64 - 1


class Fault(StrEnum):
    """What goes wrong with a message, or while it is worked on."""

    LOST_REQUEST = "lost request"
    LOST_ANSWER = "lost answer"
    DUPLICATE = "duplicate"
    DELAYED = "delayed"
    HOP_LOST = "hop lost"
    HOP_UNANSWERED = "hop unanswered"
    LATE_AFTER_CANCEL = "late after cancel"
    EXPIRED_QUOTE = "expired quote"
    CRASH = "crash"
    CLOCK_FORWARD = "clock forward"
    CLOCK_BACK = "clock back"
    SILENT_PARTNER = "partner silent"
    SHORT_BALANCE = "settlement balance short"
    NIGHT = "night passes"
    DOWN = "participant down"


SHARES: Mapping[Fault, int] = {
    Fault.LOST_REQUEST: 30,
    Fault.LOST_ANSWER: 30,
    Fault.DUPLICATE: 30,
    Fault.DELAYED: 30,
    Fault.HOP_LOST: 20,
    Fault.HOP_UNANSWERED: 20,
    Fault.LATE_AFTER_CANCEL: 20,
    Fault.EXPIRED_QUOTE: 20,
    Fault.CRASH: 30,
    Fault.CLOCK_FORWARD: 20,
    Fault.CLOCK_BACK: 20,
    Fault.SILENT_PARTNER: 20,
    Fault.SHORT_BALANCE: 10,
    Fault.NIGHT: 5,
    Fault.DOWN: 20,
}
"""Fault to how many of a thousand messages it happens to; for ``DOWN``, how many of a thousand
stretches of time each participant is down in."""


class Fate(NamedTuple):
    """What happens to one message.

    Attributes:
        fault: what goes wrong, or None.
        delay: after how many further messages a delayed one arrives.
        jump: milliseconds by which the clock moves.
        stop: how many stops the process passes before it dies at one.
    """

    fault: Fault | None
    delay: int
    jump: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """What happens to each message: the same seed gives the same plan on any machine.

    Args:
        seed: a whole number.
        shares: see `SHARES`; a fault that is not named does not happen.
        longest_jump: most milliseconds by which the clock moves at once.
        stretch: milliseconds for which a participant is down.

    Raises:
        TypeError: for shares that are no thousandths, or are over a thousand together.

    >>> plan = FaultPlan(seed=4, shares={Fault.LOST_ANSWER: 500})
    >>> [plan.fate(number).fault is None for number in range(5)]
    [False, True, False, False, False]
    >>> plan.fate(1) == FaultPlan(seed=4, shares={Fault.LOST_ANSWER: 500}).fate(1)
    True
    """

    seed: int
    shares: Mapping[Fault, int] = field(default_factory=lambda: SHARES)
    longest_jump: int = 120_000
    stretch: int = 30_000

    def __post_init__(self) -> None:
        if type(self.seed) is not int:
            raise TypeError(f"a seed is an int, not {type(self.seed).__name__}")
        if not isinstance(self.shares, Mapping):
            raise TypeError("shares are a mapping of a Fault to thousandths")
        object.__setattr__(self, "shares", MappingProxyType(dict(self.shares)))
        for fault, share in self.shares.items():
            if not isinstance(fault, Fault) or type(share) is not int or not 0 <= share <= 1000:
                raise TypeError(f"{fault!r}: {share!r}; a share is a Fault and 0 to 1,000")
        together = sum(share for fault, share in self.shares.items() if fault is not Fault.DOWN)
        if together > 1000:
            raise TypeError(f"the shares are {together} of 1,000 together")
        for name in ("longest_jump", "stretch"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise TypeError(f"{name} is at least 1 millisecond")

    def fate(self, number: int) -> Fate:
        """Return what happens to the message with this number, counted from 0."""
        if type(number) is not int or number < 0:
            raise TypeError("a message is known by its number, counted from 0")
        source = SplitMix64(SplitMix64(self.seed).next() ^ number * 0xD1342543DE82EF95 & _MASK)
        chosen, delay = source.below(1000), 1 + source.below(_LONGEST_DELAY)
        jump, stop = 1 + source.below(self.longest_jump), source.below(_STOPS)
        for fault in Fault:
            share = 0 if fault is Fault.DOWN else self.shares.get(fault, 0)
            if chosen < share:
                return Fate(fault, delay, jump, stop)
            chosen -= share
        return Fate(None, delay, jump, stop)

    def is_down(self, participant: str, time: int) -> bool:
        """Say whether a participant is down at a time, in milliseconds since 1970."""
        share = self.shares.get(Fault.DOWN, 0)
        if not share:
            return False
        text = f"{self.seed}/{participant}/{time // self.stretch}"
        return int.from_bytes(sha256(text.encode()).digest()[:8], "big") % 1000 < share
