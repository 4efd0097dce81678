"""Numbers from a seed, the same on every machine: SplitMix64.

Source: G. L. Steele, D. Lea and C. H. Flood, *Fast Splittable Pseudorandom Number Generators*,
OOPSLA 2014.
"""

from __future__ import annotations

__all__ = ["SplitMix64"]

_MASK = 2**64 - 1


class SplitMix64:
    """A generator of numbers of 64 bits. It is no source of secrets.

    Args:
        seed: any whole number; its low 64 bits count.

    >>> SplitMix64(1234567).next()
    6457827717110365317
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        if type(seed) is not int:
            raise TypeError(f"a seed is an int, not {type(seed).__name__}")
        self._state = seed & _MASK

    def next(self) -> int:
        """Return the next number, from 0 to 2^64 - 1."""
        self._state = mixed = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        return mixed ^ mixed >> 31

    def below(self, n: int) -> int:
        """Return a number from 0 to ``n - 1``, each as likely as the others.

        Args:
            n: from 1 to 2^64.

        >>> source = SplitMix64(7)
        >>> [source.below(6) for _ in range(8)]
        [3, 0, 0, 3, 4, 3, 4, 0]
        """
        if type(n) is not int or not 0 < n <= _MASK + 1:
            raise TypeError("n is an int from 1 to 2^64")
        fair = (_MASK + 1) - (_MASK + 1) % n
        while (number := self.next()) >= fair:
            pass
        return number % n
