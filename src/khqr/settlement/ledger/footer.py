"""How the pages of a Parquet file are compressed, read from its footer without trust.

A compressed page may say that it is two gigabytes when it is not, or be them when the file is
small. pyarrow has no limit for that, and ends the process when it is asked about a compression that
does not exist. So the footer is read here first, in the compact protocol of Thrift in which it is
written (Apache Parquet, ``parquet.thrift``; Apache Thrift, compact protocol).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from typing import IO

__all__ = ["codecs"]

LARGEST = 1 << 25
"""Bytes of a footer: over a hundred million rows have less."""

_TAIL = 8
_MAGIC = b"PAR1"
_DEEPEST = 16
_CODEC = (4, 1, 3, 4)
"""Fields on the way from the root: row groups, columns, metadata of a column, codec."""

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_SIZES = {_TRUE: 1, _FALSE: 1, _BYTE: 1, _DOUBLE: 8}
"""Bytes of an element of a list; as a field a truth takes none."""


def codecs(file: IO[bytes]) -> Iterator[int]:
    """Yield the number of the compression of every part of a file; 0 is none.

    Raises:
        ValueError: if there is no footer that can be read.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _TAIL, 0))
    tail = file.read(_TAIL)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or not 0 < length <= min(size - _TAIL, LARGEST):
        raise ValueError("no footer of a Parquet file at its end")
    file.seek(size - _TAIL - length)
    yield from _struct(BytesIO(file.read(length)), ())


def _varint(file: BytesIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = _bytes(file, 1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise ValueError("a number of the footer has no end")


def _bytes(file: BytesIO, count: int) -> bytes:
    found = file.read(count)
    if len(found) < count:
        raise ValueError("the footer is cut off")
    return found


def _int16(value: int) -> int:
    """Return a number as the reader of the library keeps it, which cuts it off without a word."""
    return (value + 0x8000 & 0xFFFF) - 0x8000


def _struct(file: BytesIO, path: tuple[int, ...]) -> Iterator[int]:
    if len(path) > _DEEPEST:
        raise ValueError("the footer is nested too deep")
    field = 0
    while head := _bytes(file, 1)[0]:
        step, kind = head >> 4, head & 0x0F
        if step:
            field = _int16(field + step)
        else:
            number = _varint(file)
            field = _int16(number >> 1 ^ -(number & 1))
        if kind not in {_TRUE, _FALSE}:
            yield from _value(file, kind, (*path, field))


def _value(file: BytesIO, kind: int, path: tuple[int, ...]) -> Iterator[int]:
    if kind in {_I16, _I32, _I64}:
        number = _varint(file)
        if path == _CODEC:
            yield number >> 1 ^ -(number & 1)
    elif kind in _SIZES:
        _bytes(file, _SIZES[kind])
    elif kind == _BINARY:
        _bytes(file, _varint(file))
    elif kind == _STRUCT:
        yield from _struct(file, path)
    elif kind in {_LIST, _SET}:
        head = _bytes(file, 1)[0]
        count = head >> 4 if head >> 4 < 15 else _varint(file)
        for _ in range(count):  # each takes a byte at least, so a claim ends where the bytes do
            yield from _value(file, head & 0x0F, path)
    else:
        raise ValueError(f"the footer has a value of the kind {kind}")
