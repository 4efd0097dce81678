"""Which characters may stand for another: same script, same kind, same number of bytes."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits

__all__ = ["AMOUNT", "HEXADECIMAL", "stand_ins"]

_ASCII = {
    character: pool for pool in (digits, ascii_lowercase, ascii_uppercase) for character in pool
}
HEXADECIMAL = {character: pool for pool in (digits, "abcdef", "ABCDEF") for character in pool}
"""The stand-ins in a value that is hexadecimal as a whole, such as a hash."""

AMOUNT = dict.fromkeys("123456789", "123456789")
"""The stand-ins in an amount: a zero stays, so that nothing becomes zero or begins with one."""

_ROW = 128
"""Characters of one kind stand together in Unicode; stand-ins come from the same row."""

_REPLACED = frozenset({"Lu", "Ll", "Lt", "Lo", "Nd", "So"})
"""Letters, digits and emoji. Signs that join or modify others stay, but for signs of vowels."""


def stand_ins(character: str) -> str:
    """Return the characters that may stand for ``character``, itself among them.

    What carries no meaning alone has none: separators, punctuation, signs, controls.

    >>> stand_ins("7"), stand_ins("@"), "គ" in stand_ins("ក"), "a" in stand_ins("ក")
    ('0123456789', '', True, False)
    """
    if character.isascii():
        return _ASCII.get(character, "")
    return _beyond_ascii(character)


@lru_cache(maxsize=4096)
def _beyond_ascii(character: str) -> str:
    kind = _kind(character)
    if kind is None:
        return ""
    first = ord(character) // _ROW * _ROW
    row = map(chr, range(first, first + _ROW))
    return "".join(other for other in row if _kind(other) == kind)


def _kind(character: str) -> tuple[str, str, int] | None:
    """Return what two characters share that may stand for each other, or None."""
    category = unicodedata.category(character)
    name = unicodedata.name(character, "")
    if category not in _REPLACED and "VOWEL SIGN" not in name:
        return None
    if unicodedata.normalize("NFC", character) != character:
        return None
    script = "" if category == "So" else " ".join(name.split()[:2])
    return category, script, len(character.encode())
