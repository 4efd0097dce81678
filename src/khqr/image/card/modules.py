"""The symbol of a card: its modules, and the patterns that a badge may hide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .. import symbol
from ..symbol import ErrorCorrection
from .notices import CardError

__all__ = ["Eci", "Encoded", "alignment_centres", "encoded", "hidden_patterns"]

Eci = bool | Literal["auto"]

_SMALLEST, _LARGEST = 1, 40


@dataclass(frozen=True, slots=True)
class Encoded:
    """A symbol: its version, and its rows from the top, one byte a module, dark being 1."""

    version: int
    rows: tuple[bytes, ...]


def encoded(
    payload: str, error: ErrorCorrection = "M", eci: Eci = "auto", min_version: int | None = None
) -> Encoded:
    """Return the symbol of a payload, at least of version ``min_version``.

    Raises:
        CardError: for a version outside 1 to 40.
        EncodeError: for a payload that fits no symbol.

    >>> encoded("00020101021129180014demo_user@devb5204599953031165802KH"
    ...         "5909Demo User6010Phnom Penh6304119A", min_version=14).version
    14
    """
    made = symbol.make(payload, error=error, eci=eci)
    if min_version is not None:
        if not isinstance(min_version, int) or isinstance(min_version, bool):
            raise TypeError(f"min_version is int, not {type(min_version).__name__}")
        if not _SMALLEST <= min_version <= _LARGEST:
            raise CardError(f"min_version is {min_version}, expected 1 to 40")
        if int(made.version) < min_version:
            return _at_version(payload, error, eci, min_version)
    return Encoded(int(made.version), tuple(bytes(row) for row in made.matrix))


def _at_version(payload: str, error: ErrorCorrection, eci: Eci, version: int) -> Encoded:
    """Return the symbol in one version, larger than it needs: the one call to segno here."""
    import segno

    plain = payload.isascii() and payload.isprintable()
    made = segno.make(
        payload,
        version=version,
        error=error,
        mode="byte",
        encoding="utf-8",
        eci=(not plain) if eci == "auto" else eci,
        micro=False,
        boost_error=False,
    )
    return Encoded(version, tuple(bytes(row) for row in made.matrix))


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


def hidden_patterns(version: int, part: float) -> bool:
    """Whether a disc at the centre, ``part`` of the symbol's side wide, touches a pattern.

    >>> [v for v in range(1, 21) if hidden_patterns(v, 0.204)]
    [7, 8, 9, 10, 11, 12, 13]
    """
    side = 17 + 4 * version
    middle, radius = side / 2, part * side / 2
    for x, y in alignment_centres(version):
        across = max(abs(x + 0.5 - middle) - 2.5, 0.0)
        down = max(abs(y + 0.5 - middle) - 2.5, 0.0)
        if across * across + down * down < radius * radius:
            return True
    return False
