"""What a symbol holds, and its error correction: ISO/IEC 18004 §7.5, Table 9, in plain Python.

Reed-Solomon remainders are taken over whole integers: one table per number of check bytes has
the generator times every byte, so that a byte of data costs one shift and one exclusive or.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, pairwise, zip_longest
from typing import Literal

__all__ = ["VERSIONS", "ErrorCorrection", "codewords", "data_bits"]

ErrorCorrection = Literal["L", "M", "Q", "H"]
"""How much of a symbol may be lost: about 7, 15, 25 or 30 percent."""

VERSIONS = range(1, 41)

# fmt: off
_CHECK_BYTES: dict[str, tuple[int, ...]] = {
    "L": (7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
          28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    "M": (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
          26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28),
    "Q": (13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
          28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    "H": (17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
          30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
}
"""Check bytes of a block, from version 1 to 40."""

_BLOCKS: dict[str, tuple[int, ...]] = {
    "L": (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
          8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25),
    "M": (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
          17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49),
    "Q": (1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
          23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68),
    "H": (1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
          25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81),
}
"""Blocks of a symbol, from version 1 to 40."""
# fmt: on

_FIELD = 0x11D
"""x^8 + x^4 + x^3 + x^2 + 1, the polynomial of the field (ISO/IEC 18004 §7.5.2)."""


def data_bits(version: int, error: ErrorCorrection) -> int:
    """Return how many bits of data a symbol holds, mode and length fields among them.

    >>> data_bits(1, "L"), data_bits(40, "L") // 8
    (152, 2956)
    """
    return 8 * (_total(version) - _CHECK_BYTES[error][version - 1] * _BLOCKS[error][version - 1])


def codewords(data: bytes, version: int, error: ErrorCorrection) -> bytes:
    """Return all bytes of a symbol: its blocks of data and of check bytes, interleaved."""
    count = _BLOCKS[error][version - 1]
    size, longer = divmod(len(data), count)
    edges = [number * size + max(0, number - (count - longer)) for number in range(count + 1)]
    blocks = [data[start:end] for start, end in pairwise(edges)]
    checks = [_check_bytes(block, _CHECK_BYTES[error][version - 1]) for block in blocks]
    mixed = chain.from_iterable(chain(zip_longest(*blocks), zip(*checks, strict=True)))
    return bytes(word for word in mixed if word is not None)


def _total(version: int) -> int:
    """Return the codewords of a version: what its function patterns leave free, in whole bytes."""
    size = 17 + 4 * version
    steps = version // 7 + 2 if version > 1 else 0
    alignment = 25 * (steps * steps - 3) - 10 * (steps - 2) if steps else 0
    taken = 3 * 64 + 2 * 15 + 1 + 2 * (size - 16) + alignment + (36 if version >= 7 else 0)
    return (size * size - taken) // 8


def _check_bytes(block: bytes, count: int) -> bytes:
    multiples = _multiples(count)
    top = 8 * (count - 1)
    kept = (1 << top) - 1
    rest = 0
    for byte in block:
        rest = (rest & kept) << 8 ^ multiples[rest >> top ^ byte]
    return rest.to_bytes(count, "big")


@cache
def _multiples(count: int) -> tuple[int, ...]:
    """Return the generator of ``count`` check bytes without its leading 1, times every byte."""
    generator = bytes([1])
    root = 1
    for _ in range(count):
        shifted = generator + b"\0"
        scaled = b"\0" + bytes(_product(term, root) for term in generator)
        generator = bytes(one ^ other for one, other in zip(shifted, scaled, strict=True))
        root = _product(root, 2)
    return tuple(
        int.from_bytes(bytes(_product(term, byte) for term in generator[1:]), "big")
        for byte in range(256)
    )


def _product(one: int, other: int) -> int:
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one > 0xFF:
            one ^= _FIELD
        other >>= 1
    return product
