"""Replace what is personal in a payload, character by character, and make its CRC right."""

from __future__ import annotations

import random
import re
from collections.abc import Container, Iterator, Sequence
from unicodedata import is_normalized

from ..codec.readable import readable
from ..emv.crc import crc16
from ..emv.dictionary import ROOT
from ..emv.payload import Payload
from ..emv.tree import DataObject, read_tree
from ..errors import EncodeError
from ..schemes.thai_slip import is_slip
from .characters import AMOUNT, HEXADECIMAL, stand_ins
from .spans import Span, is_bare, personal_spans, sealed_end

__all__ = ["anonymise"]

_TELLING = 3
"""A value that is shorter is too common to tell anything."""

_ATTEMPTS = 100
_HEX = re.compile(r"[0-9A-Fa-f]{4}")
_HASH = re.compile(r"[0-9a-f]{16,}|[0-9A-F]{16,}")
_SLIP_CRC = "91"
"""The slip of a Thai transfer, which is no payment, has its CRC in this object."""


def anonymise(
    payload: str | bytes | Payload,
    *,
    seed: int | str | bytes | None = None,
    replace_amounts: bool = False,
    keep_wrong_crc: bool = False,
) -> str:
    """Return a payload of the same structure with nobody's data in it, to share in a bug report.

    Names, accounts, phones, places and references are replaced, each character by another of the
    same script and kind, so that objects, order and lengths stay. Codes of country, currency,
    business, network and bank stay, and so do amounts and the times of a KHQR.

    Args:
        payload: the text of a code or its UTF-8 bytes, broken ones included, or a `khqr.Payload`.
        seed: the same seed gives the same result; by default every call gives another.
        replace_amounts: replace amounts of money too.
        keep_wrong_crc: leave a wrong CRC wrong, by the same difference, instead of making it right.

    Raises:
        DecodeError: if no object can be read; then there is nothing to tell what is personal.
        EncodeError: if what is personal cannot be replaced without repeating some of it.
        TypeError: for a payload or a seed of another type.

    Source: library policy.

    >>> anonymise("00020101021129180014demo_user@devb5204599953031165802KH"
    ...           "5909Demo User6010Phnom Penh6304119A", seed=1)
    '00020101021129180014ftzc_dpzo@devb5204599953031165802KH5909Qvng Pann6010Uzzax Iyht63049AEB'
    """
    if seed is not None and not isinstance(seed, (int, str, bytes)):
        raise TypeError(f"a seed is int, str or bytes, not {type(seed).__name__}")
    disguise = _Disguise(readable(payload), replace_amounts=replace_amounts)
    # A disguise hides by what it leaves out: nothing depends on its choices being hard to guess.
    choices = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311
    for _ in range(disguise.attempts):
        text = disguise.attempt(choices, keep_wrong_crc=keep_wrong_crc)
        if text is not None:
            return text
    raise EncodeError("the payload cannot be made anonymous: its values leave no other characters")


class _Disguise:
    """A payload, and what is to be replaced in it."""

    def __init__(self, payload: Payload, *, replace_amounts: bool) -> None:
        self._text = str(payload)
        self._unit = payload.length_unit
        self._bare = frozenset(item.offset for item in payload if is_bare(item))
        self._shape = self._shape_of(self._text)
        self._seals = _seals(payload)
        self._width = len(self._text) - self._seals[0] if _is_short(payload) else 4
        self._spans = personal_spans(payload, amounts=replace_amounts)
        self._pools: dict[int, str] = {}
        for span in self._spans:
            self._pools |= _pools(self._text, span)
        for index in self._sealed():
            self._pools.pop(index, None)
        values = {self._text[span.start : span.end] for span in self._spans}
        self._values = {value for value in values if len(value) >= _TELLING}
        self._telling = frozenset(self._telling_parts())

    @property
    def attempts(self) -> int:
        """How often chance is asked: one check sum in sixteen begins with a zero."""
        return _ATTEMPTS << 4 * (4 - self._width)

    def _sealed(self) -> set[int]:
        return {at for start in self._seals for at in range(start, start + self._width)}

    def _shape_of(self, text: str) -> list[tuple[str, int, int, str]]:
        tree = read_tree(text, ROOT, self._unit)
        return [
            ("", 0, 0, tree.fault.code if tree.fault else ""),
            *_shape(tree.objects, self._bare),
        ]

    def _telling_parts(self) -> Iterator[str]:
        """Yield three characters of every value, by which a repetition is seen when it begins."""
        for span in self._spans:
            first = next((at for at in range(span.start, span.end) if at in self._pools), None)
            if first is not None and span.end - span.start >= _TELLING:
                start = min(first, span.end - _TELLING)
                yield self._text[start : start + _TELLING]

    def attempt(self, choices: random.Random, *, keep_wrong_crc: bool) -> str | None:
        """Return the payload with other characters, or None where chance repeated a value."""
        characters = list(self._text)
        for index in self._pools:
            characters[index] = ""
        known: dict[tuple[str, bool], list[str]] = {}
        for span in self._spans:
            part = slice(span.start, span.end)
            same = self._text[part], span.is_amount
            if same in known:
                characters[part] = known[same]
                continue
            for index in range(span.start, span.end):
                options = self._options(characters, index)
                if not options:
                    return None
                characters[index] = choices.choice(options)
            known[same] = characters[part]
        for start in self._seals:
            seal = self._seal(characters, start, keep_wrong=keep_wrong_crc)
            if seal is None:
                return None
            characters[start : start + self._width] = seal
        result = "".join(characters)
        good = self._shape_of(result) == self._shape and not self._repeats(result)
        return result if good else None

    def _options(self, characters: Sequence[str], index: int) -> Sequence[str]:
        """Return what may stand at ``index`` beside what stands there already."""
        pool = self._pools.get(index)
        if pool is None:
            return self._text[index]
        others = [character for character in pool if character != self._text[index]]
        before, after = characters[max(index - 2, 0) : index], characters[index + 1 : index + 3]
        fitting = [
            character
            for character in others
            if not any(
                "".join(window) in self._telling
                for window in _windows([*before, character, *after])
            )
        ]
        if self._text.isascii():
            return fitting
        composed = is_normalized("NFC", self._text[max(index - 1, 0) : index + 2])
        left, right = "".join(before[-1:]), "".join(after[:1]) or self._text[index + 1 : index + 2]
        return [
            character
            for character in fitting
            if is_normalized("NFC", left + character + right) is composed
        ]

    def _seal(self, characters: Sequence[str], start: int, *, keep_wrong: bool) -> str | None:
        """Return the check sum at ``start``, or None where its letters cannot be as they were."""
        old = self._text[start : start + self._width]
        right = _check_sum(characters[:start])
        was_right = _check_sum(self._text[:start])
        is_number = _HEX.fullmatch(old.rjust(4, "0")) is not None
        if keep_wrong and not is_number:
            return old
        difference = int(old, 16) ^ was_right if keep_wrong else 0
        new = f"{right ^ difference:0{self._width}X}"
        if len(new) > self._width:
            return None
        if is_number and old != old.upper():
            return new.lower() if new != new.lower() else None
        return new

    def _repeats(self, result: str) -> bool:
        """Whether a value that was replaced stands in ``result`` again, made of new characters."""
        made = self._sealed() | self._pools.keys()
        for value in self._values:
            at = result.find(value)
            while at >= 0:
                if not made.isdisjoint(range(at, at + len(value))):
                    return True
                at = result.find(value, at + 1)
        return False


def _check_sum(characters: Sequence[str]) -> int:
    return crc16("".join(characters).encode("utf-8", "surrogatepass"))


def _windows(characters: Sequence[str]) -> Iterator[Sequence[str]]:
    return (characters[at : at + _TELLING] for at in range(len(characters) - _TELLING + 1))


def _shape(
    objects: Sequence[DataObject], bare: Container[int]
) -> Iterator[tuple[str, int, int, str]]:
    """Yield what stays of every object: where it stands, and how it is broken.

    What seems to stand inside a bare value is chance.
    """
    for item in objects:
        if item.offset in bare:
            yield item.path, item.offset, item.end, ""
        else:
            yield item.path, item.offset, item.end, item.fault.code if item.fault else ""
            yield from _shape(item.objects, bare)


def _pools(text: str, span: Span) -> dict[int, str]:
    """Return what may stand at each place of a span; what has no other stays."""
    table = HEXADECIMAL if _HASH.fullmatch(text, span.start, span.end) else None
    if span.is_amount:
        table = AMOUNT
    pools = {}
    for index in range(span.start, span.end):
        character = text[index]
        pool = stand_ins(character) if table is None else table.get(character, "")
        if len(pool) > 1:
            pools[index] = pool
    return pools


def _seals(payload: Payload) -> list[int]:
    """Return where the check sums of a payload begin."""
    seals = [item.value_offset for item in payload if item.id == "63" and len(item.value) == 4]
    last = payload.objects[-1]
    end = sealed_end(payload)
    if end is not None:
        return [*seals, end + 4]
    if not seals and last.id == _SLIP_CRC and (len(last.value) == 4 or _is_short(payload)):
        return [last.value_offset]
    return seals


def _is_short(payload: Payload) -> bool:
    """Whether it is a slip whose check sum lost its leading zeros."""
    last = payload.objects[-1]
    return is_slip(payload.objects) and len(last.value) < 4 and last.end == len(str(payload))
