"""Chance in whole numbers: tables of weights, and a stream of bits from a seed.

The bits are those of PCG64, which numpy promises to keep; nothing is drawn from a distribution of
numpy and nothing is rounded. So a seed gives the same numbers on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .columns import Numbers

__all__ = ["Dice", "Table", "zipf"]

_BITS = 62
"""Bits of a draw that are used, so that it is a signed number."""


class Table:
    """Weights in whole numbers, to draw places by.

    >>> Dice(1).places(Table([1, 0, 3]), 8).tolist()
    [2, 2, 2, 0, 2, 2, 2, 2]
    """

    def __init__(self, weights: Sequence[int]) -> None:
        import numpy as np

        self.edges = np.cumsum(np.array(weights, np.int64))
        self.total = int(self.edges[-1])


class Dice:
    """A stream of numbers that a seed determines."""

    def __init__(self, seed: int) -> None:
        from numpy.random import PCG64

        self._bits = PCG64(seed)

    def raw(self, count: int) -> Numbers:
        """Return numbers from 0 to 2^62 - 1."""
        import numpy as np

        return (self._bits.random_raw(count) >> np.uint64(64 - _BITS)).astype(np.int64)

    def below(self, limit: int, count: int) -> Numbers:
        """Return numbers from 0 up to, and not with, ``limit``."""
        return self.raw(count) % limit

    def places(self, table: Table, count: int) -> Numbers:
        """Return places of a table, each as often as its weight says."""
        import numpy as np

        return np.searchsorted(table.edges, self.below(table.total, count), side="right").astype(
            np.int64
        )


def zipf(count: int) -> list[int]:
    """Return weights of which the n-th is one n-th of the first: few are hot, most are cold."""
    return [1_000_000 // (place + 1) + 1 for place in range(count)]
