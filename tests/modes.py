"""A small reader of modules: which level, mask, modes and bytes a symbol really has.

It shares nothing with the engine under test; the tables of blocks and of alignment patterns are
segno's. It does not correct errors: every bit must be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from segno import consts

_LEVELS = {1: "L", 0: "M", 3: "Q", 2: "H"}
_WIDTHS = {1: (10, 12, 14), 2: (9, 11, 13), 4: (8, 16, 16)}
_NAMES = {1: "numeric", 2: "alphanumeric", 4: "byte", 7: "eci"}
_ALPHANUMERIC = consts.ALPHANUMERIC_CHARS


class Read(NamedTuple):
    """What the modules say: segments are pairs of mode and bytes, or of `eci` and its number."""

    version: int
    error: str
    mask: int
    segments: list[tuple[str, bytes | int]]

    @property
    def modes(self) -> list[str]:
        """The modes in their order."""
        return [name for name, _ in self.segments]

    @property
    def data(self) -> bytes:
        """All bytes, whatever their modes."""
        return b"".join(data for _, data in self.segments if isinstance(data, bytes))


def read_modules(rows: Sequence[Sequence[int]]) -> Read:
    """Read a symbol without its quiet zone."""
    size = len(rows)
    version = (size - 17) // 4
    form = _format(rows)
    level, mask = form >> 13, form >> 10 & 7
    bits = [bit for place in _data_places(size) for bit in [_bare(rows, *place, mask)]]
    words = [int("".join(map(str, bits[k : k + 8])), 2) for k in range(0, len(bits) - 7, 8)]
    table: Any = consts.ECC  # segno does not annotate its tables
    infos = table[version][level]
    lengths = [info.num_data for info in infos for _ in range(info.num_blocks)]
    blocks: list[list[int]] = [[] for _ in lengths]
    stream = iter(words)
    for k in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if k < length:
                block.append(next(stream))
    text = "".join(f"{word:08b}" for block in blocks for word in block)
    return Read(version, _LEVELS[level], mask, list(_segments(text, version)))


def _format(rows: Sequence[Sequence[int]]) -> int:
    size = len(rows)
    first = [rows[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)]
    first += [rows[y][8] for y in (7, 5, 4, 3, 2, 1, 0)]
    second = [rows[size - 1 - k][8] for k in range(7)] + [rows[8][size - 8 + k] for k in range(8)]
    assert first == second, "the two copies of the format information differ"
    return int("".join(map(str, first)), 2) ^ 0b101010000010010


def _data_places(size: int) -> Iterator[tuple[int, int]]:
    version = (size - 17) // 4
    taken: set[tuple[int, int]] = set()

    def block(top: int, left: int, height: int, width: int) -> None:
        taken.update((top + y, left + x) for y in range(height) for x in range(width))

    block(0, 0, 9, 9)
    block(0, size - 8, 9, 8)
    block(size - 8, 0, 8, 9)
    block(6, 0, 1, size)
    block(0, 6, size, 1)
    if version >= 7:
        block(0, size - 11, 6, 3)
        block(size - 11, 0, 3, 6)
    lines = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    for y in lines:
        for x in lines:
            if (y, x) not in {(6, 6), (6, size - 7), (size - 7, 6)}:
                block(y - 2, x - 2, 5, 5)
    upwards = True
    right = size - 1
    while right > 0:
        right -= right == 6
        for y in range(size - 1, -1, -1) if upwards else range(size):
            yield from ((y, x) for x in (right, right - 1) if (y, x) not in taken)
        upwards = not upwards
        right -= 2


def _bare(rows: Sequence[Sequence[int]], i: int, j: int, mask: int) -> int:
    turned = [
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        i * j % 2 + i * j % 3,
        (i * j % 2 + i * j % 3) % 2,
        ((i + j) % 2 + i * j % 3) % 2,
    ]
    return rows[i][j] ^ (turned[mask] == 0)


def _segments(text: str, version: int) -> Iterator[tuple[str, bytes | int]]:
    at = 0

    def take(length: int) -> int:
        nonlocal at
        at += length
        return int(text[at - length : at], 2)

    while len(text) - at >= 4:
        mode = take(4)
        if mode == 0:
            return
        if mode == 7:
            yield _NAMES[mode], take(8)
            continue
        count = take(_WIDTHS[mode][(version > 9) + (version > 26)])
        if mode == 4:
            data = bytes(take(8) for _ in range(count))
        elif mode == 2:
            data = b""
            for length in [2] * (count // 2) + [1] * (count % 2):
                number = take(5 * length + 1)
                places = [number // 45, number % 45][-length:]
                data += bytes(_ALPHANUMERIC[place] for place in places)
        else:
            groups = [3] * (count // 3) + [count % 3] * (count % 3 > 0)
            data = b"".join(f"{take(3 * n + 1):0{n}d}".encode() for n in groups)
        yield _NAMES[mode], data
