"""Alternating rounds: everybody takes turns, so that noise falls on all alike."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TypeVar

T = TypeVar("T")

PARTS = 10
LEAD_IN = 25
"""Items that a turn begins with before its clock runs, so that caches are its own again."""

Turn = Callable[[int], float]
"""Work on one of the `PARTS` of all items, given which; returns nanoseconds."""


def part_of(items: Sequence[T], number: int) -> Sequence[T]:
    """Return one of the parts of ``items``; together they are all of them."""
    start, end = (len(items) * edge // PARTS for edge in (number, number + 1))
    return items[start:end]


def turn_over(items: Sequence[T], one: Callable[[T], object]) -> Turn:
    """Return the turn in which ``one`` is called with every item of a part, in this process."""

    def over_all(items: Sequence[T]) -> None:
        for item in items:
            one(item)

    return turn_of(items, over_all)


def turn_of(items: Sequence[T], over_all: Callable[[Sequence[T]], object]) -> Turn:
    """Return the turn in which ``over_all`` is called with a part, in this process."""
    parts = [part_of(items, number) for number in range(PARTS)]

    def turn(number: int) -> float:
        over_all(parts[number][:LEAD_IN])
        start = time.perf_counter_ns()
        over_all(parts[number])
        return time.perf_counter_ns() - start

    return turn


@dataclass(frozen=True)
class Ratio:
    """How much longer one took than another.

    Attributes:
        value: ratio of the medians over all rounds.
        quiet: ratio of the first deciles, which noise hardly reaches; far from ``value``, it says
            that the machine was busy and the run is worth repeating.
        low: the ratio within a single round that a tenth of the rounds stayed below.
        high: the one that a tenth of the rounds exceeded.
    """

    value: float
    quiet: float
    low: float
    high: float


class Race:
    """The turns of several contestants, taken in alternation.

    A round is once over all items, in small parts: everybody takes a turn at the first part, then
    everybody at the second. So a disturbance of some tenths of a second falls on all alike. In one
    round all sit on the same processor, where the system lets us say so, and it changes from round
    to round. Only the main thread of a process is placed; what V8 does beside it stays free.
    """

    def __init__(
        self,
        turns: Mapping[str, Turn],
        *,
        count: int,
        rounds: int,
        warm_up: int,
        processes: Sequence[int] = (),
    ) -> None:
        names = list(turns)
        self.times: dict[str, list[float]] = {name: [] for name in names}
        places = _processors()
        for number in range(-warm_up, rounds):
            _sit_on(places[number % len(places) :][:1], processes)
            taken = dict.fromkeys(names, 0.0)
            for part in range(PARTS):
                shift = (number + part) % len(names)
                for name in names[shift:] + names[:shift]:
                    taken[name] += turns[name](part) / count
            if number >= 0:
                for name in names:
                    self.times[name].append(taken[name])
        _sit_on(places, processes)

    def median(self, name: str) -> float:
        """Return the median of a contestant, in nanoseconds per item."""
        return median(self.times[name])

    def ratio(self, slow: str, fast: str) -> Ratio:
        """Return how many times as long ``slow`` took as ``fast``."""
        ours, theirs = self.times[fast], self.times[slow]
        within = tenths([one / other for one, other in zip(theirs, ours, strict=True)])
        quiet = tenths(theirs)[0] / tenths(ours)[0]
        return Ratio(self.median(slow) / self.median(fast), quiet, within[0], within[-1])


def tenths(values: Sequence[float]) -> list[float]:
    """Return the nine cuts that part ``values`` into ten."""
    return quantiles(values, n=10, method="inclusive")


def _processors() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else [0]


def _sit_on(places: Sequence[int], processes: Sequence[int]) -> None:
    if sys.platform == "linux":
        for process in (0, *processes):
            os.sched_setaffinity(process, places)
