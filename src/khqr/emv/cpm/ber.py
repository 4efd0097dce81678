"""Data objects in a row as BER-TLV writes them: a tag, a length, that many bytes of value.

This module knows the grammar of EMV Book 3, Annex B, and nothing of cards. Which templates are
entered is said by the caller, so that what is opaque stays opaque and depth has a bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import KhqrError

__all__ = [
    "FILLER",
    "BerFault",
    "BerLevel",
    "BerObject",
    "read_level",
    "read_tag",
    "template",
    "write",
]

FILLER = "00"
"""The tag of a filler byte, which stands for itself: it has no length and no value."""

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_MAX_TAG = 4
"""Longest tag in bytes; EMV uses two."""

_MORE = 0x80


@dataclass(frozen=True, slots=True)
class BerObject:
    """One data object. Its ``repr`` says how long the value is, never what it is.

    Attributes:
        tag: the bytes of the tag as upper-case hexadecimal, such as ``5F20``.
        value: the bytes of the value, in clear; for a template, of all its objects.
        objects: the objects of a template that was entered.
        length: the bytes of the length as they were written; the shortest way by default.
        start: position of the tag in the data, in bytes.

    >>> BerObject("5A", bytes(8))
    BerObject('5A', <8 bytes>)
    """

    tag: str
    value: bytes = b""
    objects: tuple[BerObject, ...] = ()
    length: bytes = b""
    start: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        try:
            tag = bytes.fromhex(self.tag)
        except (TypeError, ValueError):
            tag = b""
        whole = self.tag == FILLER or read_tag(tag, 0, len(tag)) == len(tag)
        if self.tag != tag.hex().upper() or not whole:
            raise KhqrError("a tag is upper-case hexadecimal such as '4F' or '5F20'")
        if not isinstance(self.value, bytes):
            raise TypeError(f"a value is bytes, not {type(self.value).__name__}")
        if self.objects and write(self.objects) != self.value:
            raise KhqrError("the value of a template is not made of its objects")
        if self.tag == FILLER:
            return
        if not self.length:
            object.__setattr__(self, "length", _shortest(len(self.value)))
        body = self.length + self.value
        if _read_length(body, 0, len(body)) != (len(self.value), len(self.length), ""):
            raise KhqrError("the length is not that of the value")

    @property
    def is_template(self) -> bool:
        """Whether the tag says that the value is made of objects."""
        return bool(int(self.tag[:2], 16) & _CONSTRUCTED)

    @property
    def value_start(self) -> int:
        """Position of the first byte of the value in the data."""
        return self.start + len(self.tag) // 2 + len(self.length)

    @property
    def end(self) -> int:
        """Position behind the value in the data."""
        return self.value_start + len(self.value)

    def __bytes__(self) -> bytes:
        return bytes.fromhex(self.tag) + self.length + self.value

    def __repr__(self) -> str:
        return f"BerObject({self.tag!r}, <{len(self.value)} bytes>)"


class BerFault(NamedTuple):
    """Where a level could not be read on, in bytes, and why."""

    position: int
    reason: str


class BerLevel(NamedTuple):
    """The objects of one level, and the break that ended it, if one did."""

    objects: tuple[BerObject, ...]
    fault: BerFault | None


def template(tag: str, objects: Iterable[BerObject]) -> BerObject:
    """Return the template ``tag`` with ``objects`` in it.

    >>> bytes(template("61", [BerObject("4F", bytes(5))])).hex()
    '61074f050000000000'
    """
    inside = tuple(objects)
    return BerObject(tag, write(inside), inside)


def write(objects: Iterable[BerObject]) -> bytes:
    r"""Return the bytes of objects in a row.

    >>> write([BerObject("85", b"CPV01")])
    b'\x85\x05CPV01'
    """
    return b"".join(map(bytes, objects))


def read_level(data: bytes, start: int, stop: int, *, filler: bool = False) -> BerLevel:
    r"""Read the objects between ``start`` and ``stop``; no value is entered.

    Args:
        data: all bytes, so that positions count from their start.
        start: where the first tag is, in bytes.
        stop: where the level ends, in bytes.
        filler: take bytes ``00`` between objects for what EMV lets them be.

    >>> read_level(b"\x85\x05CPV01", 0, 7)
    BerLevel(objects=(BerObject('85', <5 bytes>),), fault=None)
    >>> read_level(b"\x85\x05CP", 0, 4).fault
    BerFault(position=1, reason='length is 5, but 2 bytes are left')
    """
    objects: list[BerObject] = []
    index = start
    while index < stop:
        if data[index] == 0 and filler:
            objects.append(BerObject(FILLER, start=index))
            index += 1
            continue
        after_tag = read_tag(data, index, stop)
        if after_tag < 0:
            reason = "byte 00 is no tag" if data[index] == 0 else "no tag of 1 to 4 bytes is there"
            return BerLevel(tuple(objects), BerFault(index, reason))
        length, begin, reason = _read_length(data, after_tag, stop)
        if reason:
            return BerLevel(tuple(objects), BerFault(after_tag, reason))
        tag = data[index:after_tag].hex().upper()
        objects.append(
            BerObject(tag, data[begin : begin + length], (), data[after_tag:begin], index)
        )
        index = begin + length
    return BerLevel(tuple(objects), None)


def read_tag(data: bytes, index: int, stop: int) -> int:
    r"""Return the position behind the tag at ``index``, or -1 where none is whole.

    >>> read_tag(b"\x5f\x20", 0, 2), read_tag(b"\x5f", 0, 1)
    (2, -1)
    """
    if index >= stop or data[index] == 0:
        return -1
    first = data[index]
    index += 1
    if first & _LONG_TAG != _LONG_TAG:
        return index
    for behind in range(index + 1, min(index + _MAX_TAG, stop + 1)):
        if not data[behind - 1] & _MORE:
            return behind
    return -1


def _read_length(data: bytes, index: int, stop: int) -> tuple[int, int, str]:
    """Return a length, the position behind it, and why it cannot be one, or an empty text."""
    if index >= stop:
        return 0, index, "no length follows the tag"
    first = data[index]
    begin = index + 1
    if first < _MORE:
        length = first
    else:
        begin += first - _MORE
        if first not in {0x81, 0x82}:
            return 0, index, f"length begins with {first:02X}, expected 00-7F, 81 or 82"
        if begin > stop:
            return 0, index, "the length is not whole"
        length = int.from_bytes(data[index + 1 : begin], "big")
    if begin + length > stop:
        return 0, index, f"length is {length}, but {stop - begin} bytes are left"
    return length, begin, ""


def _shortest(length: int) -> bytes:
    if length < _MORE:
        return bytes([length])
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    if len(octets) > 2:
        raise KhqrError(f"the value has {length} bytes, at most 65535 can be written")
    return bytes([_MORE + len(octets)]) + octets
