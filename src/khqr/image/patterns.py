"""Where the alignment patterns of a symbol stand."""

from __future__ import annotations

__all__ = ["alignment_centres"]


def alignment_centres(version: int) -> tuple[tuple[int, int], ...]:
    """Return the centres of the alignment patterns of a version, in modules from the top left.

    Along each axis they stand at module 6, at the seventh from the end, and in equal even steps
    between; three corners belong to the finder patterns. Version 32 alone has a step of its own.

    Source: ISO/IEC 18004, annex E.

    >>> alignment_centres(7)[:2], len(alignment_centres(7))
    (((6, 22), (22, 6)), 6)
    """
    if version == 1:
        return ()
    intervals = version // 7 + 1
    last = 10 + 4 * version
    step = 26 if version == 32 else -(-(last - 6) // (2 * intervals)) * 2
    places = [6, *(last - step * k for k in range(intervals - 1, -1, -1))]
    corners = {(6, 6), (6, last), (last, 6)}
    return tuple((x, y) for x in places for y in places if (x, y) not in corners)
