"""What reading a payload costs at the least: one CRC, and every leaf sliced once.

The table holds every header that there can be, with the length of its value. For the header of a
template that length is 0, so that the walk goes on with the first object inside: no recursion, no
branch, one look-up and one slice for each object. Nothing is kept, compared, converted or checked.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Callable, Sequence
from operator import itemgetter

TEMPLATES = frozenset({"29", "30", "62", "64", "99"})

LENGTHS = {
    f"{object_id:02d}{length:02d}": 0 if f"{object_id:02d}" in TEMPLATES else length
    for object_id in range(100)
    for length in range(100)
}


def read_at_the_floor(payloads: Sequence[str], lengths: dict[str, int] = LENGTHS) -> None:
    """Take the CRC of every payload, and walk it."""
    for text in payloads:
        crc_hqx(text[:-4].encode(), 0xFFFF)
        index, size = 0, len(text)
        while index < size:
            start = index + 4
            index = start + lengths[text[index:start]]
            _ = text[start:index]


Cutter = Callable[[str], object]


def cutters(payloads: Sequence[str]) -> list[Cutter]:
    """Return for each payload what cuts out all its leaves, the offsets known beforehand."""
    return [itemgetter(*_leaves(text)) for text in payloads]


def _leaves(text: str) -> list[slice]:
    leaves, index = [], 0
    while index < len(text):
        start = index + 4
        index = start + LENGTHS[text[index:start]]
        if index > start:
            leaves.append(slice(start, index))
    return leaves


def cut_at_known_offsets(pairs: Sequence[tuple[str, Cutter]]) -> None:
    """Take the CRC of every payload, and slice it where its cutter says."""
    for text, cutter in pairs:
        crc_hqx(text[:-4].encode(), 0xFFFF)
        cutter(text)
