"""A text as the segments of a symbol: one in byte mode, as EMVCo asks, or the cut with least bits.

EMVCo MPM 1.0 §4.12.1.1 wants byte mode and nothing else, and §4.12.1.2 an ECI header of number 26,
which says UTF-8, where a character is outside 0x20-0x7E.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, get_args

from ..errors import EncodeError
from .blocks import VERSIONS, ErrorCorrection, data_bits

__all__ = ["MODES", "Segment", "Segmentation", "fitted", "in_bytes", "is_plain", "stream"]

Segmentation = Literal["byte", "mixed"]
"""One segment in byte mode, or numeric, alphanumeric and byte segments with the fewest bits."""

Mode = Literal["numeric", "alphanumeric", "byte"]

_UTF8 = 26
"""The ECI assignment number of UTF-8."""

_ECI_HEADER = f"0111{_UTF8:08b}"
MODES: dict[Mode, int] = {"numeric": 1, "alphanumeric": 2, "byte": 4}
"""The mode indicators (ISO/IEC 18004 Table 2)."""

_RANGES = (range(1, 10), range(10, 27), range(27, 41))
"""Versions with the same length fields."""

_COUNT_BITS: dict[Mode, tuple[int, int, int]] = {
    "numeric": (10, 12, 14),
    "alphanumeric": (9, 11, 13),
    "byte": (8, 16, 16),
}
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_SIXTHS = {"numeric": 20, "alphanumeric": 33}
"""Bits of a character, times six, so that thirds and halves are whole."""


class Segment(NamedTuple):
    """A part of a text in one mode; ``eci`` if the header that says UTF-8 stands before it."""

    mode: Mode
    text: str
    eci: bool = False


def is_plain(text: str) -> bool:
    """Whether every character is one of 0x20-0x7E, so that EMVCo asks for no ECI header.

    >>> is_plain("Demo Shop"), is_plain("ហាង")
    (True, False)
    """
    return text.isascii() and text.isprintable()


def fitted(
    text: str,
    error: ErrorCorrection,
    versions: range = VERSIONS,
    *,
    eci: bool,
    segmentation: Segmentation = "byte",
) -> tuple[int, list[Segment]]:
    """Return the smallest version that holds a text, and its segments there.

    Args:
        text: what the symbol says.
        error: level of error correction.
        versions: those that may be taken.
        eci: write the header that says UTF-8.
        segmentation: ``byte`` or ``mixed``.

    Raises:
        EncodeError: if no version holds it, with its length and what would.

    >>> fitted("HELLO 123", "M", eci=False)
    (1, [Segment(mode='byte', text='HELLO 123', eci=False)])
    >>> fitted("12345678HELLO", "H", eci=False, segmentation="mixed")[0]
    2
    """
    for number, group in enumerate(_RANGES):
        wanted = range(max(group.start, versions.start), min(group.stop, versions.stop))
        if not wanted:
            continue
        segments = _segments(text, number, eci=eci, segmentation=segmentation)
        length = _length(segments, number)
        for version in wanted:
            if length <= data_bits(version, error):
                return version, segments
    raise _too_long(text, error, versions, eci=eci, segmentation=segmentation)


def in_bytes(version: int, error: ErrorCorrection, *, eci: bool) -> int:
    """Return the longest payload of a version in byte mode, in bytes.

    >>> in_bytes(40, "L", eci=False), in_bytes(18, "M", eci=True)
    (2953, 559)
    """
    number = _range_of(version)
    head = 4 + _COUNT_BITS["byte"][number] + len(_ECI_HEADER) * eci
    return (data_bits(version, error) - head) // 8


def stream(segments: Sequence[Segment], version: int) -> str:
    """Return the bits of segments in a symbol, as zeros and ones.

    >>> stream([Segment("byte", "A")], 1)
    '01000000000101000001'
    """
    return "".join(_segment_bits(segment, _range_of(version)) for segment in segments)


def _range_of(version: int) -> int:
    return next(number for number, group in enumerate(_RANGES) if version in group)


def _segment_bits(segment: Segment, number: int) -> str:
    mode, text, eci = segment
    data = text.encode()
    head = f"{MODES[mode]:04b}{len(data):0{_COUNT_BITS[mode][number]}b}"
    if mode == "byte":
        body = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
        return _ECI_HEADER * eci + head + body
    if mode == "numeric":
        groups = re.findall(r"\d{1,3}", text)
        return head + "".join(f"{int(group):0{3 * len(group) + 1}b}" for group in groups)
    places = [_ALPHANUMERIC.index(character) for character in text]
    couples = [45 * one + other for one, other in zip(places[::2], places[1::2], strict=False)]
    last = f"{places[-1]:06b}" if len(places) % 2 else ""
    return head + "".join(f"{couple:011b}" for couple in couples) + last


def _length(segments: Sequence[Segment], number: int) -> int:
    return sum(map(len, (_segment_bits(segment, number) for segment in segments)))


def _segments(text: str, number: int, *, eci: bool, segmentation: Segmentation) -> list[Segment]:
    if segmentation == "byte":
        return [Segment("byte", text, eci)]
    segments: list[Segment] = []
    for mode, part in _cut(text, number):
        announced = eci and mode == "byte" and not any(segment.eci for segment in segments)
        segments.append(Segment(mode, part, announced))
    return segments


def _cut(text: str, number: int) -> Iterator[tuple[Mode, str]]:
    """Cut a text into modes with the fewest bits, by dynamic programming over its characters.

    ``best[mode]`` is the price of all characters so far if the last is in ``mode``, in sixths of a
    bit; a segment that ends costs whole bits. An ECI header costs the same wherever it stands.
    """
    modes: tuple[Mode, ...] = get_args(Mode)
    heads = {mode: 6 * (4 + _COUNT_BITS[mode][number]) for mode in modes}
    best: dict[Mode, int] = {}
    came: list[dict[Mode, Mode]] = []
    for character in text:
        now: dict[Mode, int] = {}
        before: dict[Mode, Mode] = {}
        for mode, price in _prices(character).items():
            others = {
                other: paid if other == mode else -(-paid // 6) * 6 + heads[mode]
                for other, paid in best.items()
            }
            last = min(others, key=others.__getitem__) if others else mode
            now[mode] = price + others.get(last, heads[mode])
            before[mode] = last
        best = now
        came.append(before)
    if not text:
        return
    mode = min(best, key=best.__getitem__)
    chosen = [mode]
    for before in reversed(came[1:]):
        mode = before[mode]
        chosen.append(mode)
    chosen.reverse()
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or chosen[end] != chosen[start]:
            yield chosen[start], text[start:end]
            start = end


def _prices(character: str) -> dict[Mode, int]:
    """Return what a character costs in the modes that know it, in sixths of a bit."""
    prices: dict[Mode, int] = {"byte": 48 * len(character.encode())}
    if character in _ALPHANUMERIC:
        prices["alphanumeric"] = _SIXTHS["alphanumeric"]
    if character in "0123456789":
        prices["numeric"] = _SIXTHS["numeric"]
    return prices


def _too_long(
    text: str,
    error: ErrorCorrection,
    versions: range,
    *,
    eci: bool,
    segmentation: Segmentation,
) -> EncodeError:
    size = len(text.encode())
    largest = versions[-1]
    limit = in_bytes(largest, error, eci=eci)
    whole = largest == VERSIONS[-1]
    where = f"of level {error}" if whole else f"of version {largest} and level {error}"
    about = " in byte mode" if segmentation == "mixed" else ""
    cures = [] if whole else ["leave version out"]
    if error != "L" and (whole or size <= in_bytes(largest, "L", eci=eci)):
        cures.append("take a lower level of error correction")
    cures.append("shorten the payload")
    return EncodeError(
        f"the payload has {size} bytes, and a symbol {where} holds {limit}{about}: "
        + ", or ".join(cures)
    )
