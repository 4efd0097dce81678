"""The eight data masks and their penalties: ISO/IEC 18004 §7.8.

A symbol is one integer here, its modules the bits from the top left on, with a gap of light
bits after each row. A rule about neighbours is then one shift for all modules at once, which makes
the score of a mask some fifty operations instead of some ten thousand.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["GAP", "MASKS", "penalty"]

GAP = 6
"""Light bits between two rows: as far as the finder-like pattern reaches over an edge."""

MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,  # noqa: ARG005 - every mask is asked with both
    lambda y, x: x % 3 == 0,  # noqa: ARG005 - every mask is asked with both
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)
"""Whether a mask turns the module in row ``y`` and column ``x`` (ISO/IEC 18004 Table 10)."""


def penalty(dark: int, size: int, pairs: tuple[int, int]) -> int:
    """Return the penalty of a symbol, the same as segno's (ISO/IEC 18004 §7.8.3.1, Table 11).

    Args:
        dark: the dark modules.
        size: modules a side.
        pairs: the modules that have a right neighbour, and those that have a lower one.
    """
    down = size + GAP
    across, along = ~(dark ^ dark << 1) & pairs[0], ~(dark ^ dark << down) & pairs[1]
    blocks = across & across << down & along
    share = 100 * (dark.bit_count() / size**2)
    return (
        _runs(across, 1)
        + _runs(along, down)
        + 3 * blocks.bit_count()
        + 40 * (_finders(dark, 1) + _finders(dark, down))
        + 10 * int(abs(share - 50) / 5)
    )


def _runs(equal: int, step: int) -> int:
    """Score runs of five and more modules of one colour: 3 for five, 1 for each further one."""
    five = equal & equal << step
    five &= five << 2 * step
    first = five & ~(five >> step)
    return five.bit_count() + 2 * first.bit_count()


def _finders(dark: int, step: int) -> int:
    """Count the patterns 1011101 with four light modules before or behind, or an edge there.

    Two of them may overlap by three modules or by one. They count once, as the earlier one.
    """
    second = dark << 2 * step
    third = dark << 4 * step
    found = dark & second & dark << 3 * step & third & dark << 6 * step
    found &= ~(dark << step | dark << 5 * step)
    before = found & ~(dark >> step | dark >> 2 * step | dark >> 3 * step | dark >> 4 * step)
    rest = found & ~before
    behind = rest & ~(dark << 7 * step | dark << 8 * step | dark << 9 * step | dark << 10 * step)
    behind &= ~(before >> 4 * step | before >> 6 * step)
    return before.bit_count() + behind.bit_count()
