"""Text of a code for a page: what cannot be seen is named, what a finding means is marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ..printable import printable

__all__ = ["Piece", "language_of", "pieces"]

_LANGUAGES = {
    "KHMER": "km",
    "THAI": "th",
    "LAO": "lo",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "MYANMAR": "my",
    "CYRILLIC": "ru",
}
"""The language that a script is mostly written in here, so that the right letters are drawn."""


class Piece(NamedTuple):
    """A part of a text that is shown in one way.

    Attributes:
        text: what is shown.
        kind: ``plain``, ``invisible`` or ``mark``.
        title: what an invisible character is called.
    """

    text: str
    kind: str = "plain"
    title: str = ""


def pieces(text: str, offset: int = 0, marks: Collection[int] = ()) -> list[Piece]:
    r"""Return the pieces of ``text``.

    Args:
        text: a part of a payload.
        offset: where it stands in the payload, in characters.
        marks: positions in the payload that findings speak of.

    >>> [(piece.text, piece.kind) for piece in pieces("a\x1bb", 4, {6})]
    [('a', 'plain'), ('\\u001b', 'invisible'), ('b', 'mark')]
    """
    joined: list[Piece] = []
    for piece in _single(text, offset, marks):
        if joined and piece.kind == "plain" == joined[-1].kind:
            joined[-1] = Piece(joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


def _single(text: str, offset: int, marks: Collection[int]) -> Iterator[Piece]:
    for position, character in enumerate(text, offset):
        shown = printable(character)
        if shown != character:
            number = f"U+{ord(character):04X}"
            yield Piece(shown, "invisible", f"{number} {unicodedata.name(character, '')}".strip())
        else:
            yield Piece(character, "mark" if position in marks else "plain")


def language_of(text: str) -> str:
    """Return the language tag for a text by the first letter that tells, or an empty text.

    >>> language_of("Demo ហាង"), language_of("Demo")
    ('km', '')
    """
    if text.isascii():
        return ""
    scripts = (unicodedata.name(character, "").partition(" ")[0] for character in text)
    return next((_LANGUAGES[script] for script in scripts if script in _LANGUAGES), "")
