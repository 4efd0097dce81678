"""What may be shown: a code can be made by anybody, so its text never reaches a terminal raw."""

from __future__ import annotations

import json

__all__ = ["one_line", "printable"]

_INVISIBLE_IN_KHMER = "\u200b\u200c\u200d"
"""The space of no width that parts Khmer words, and the joiners: written in honest names."""


def printable(text: str, keep: str = "") -> str:
    r"""Return ``text`` with what cannot be seen as ``\uXXXX``, the escapes of JSON.

    Terminals obey control characters, and marks of direction make a name look like another.

    Args:
        text: anything.
        keep: characters to leave as they are.

    >>> print(printable("Demo\x1b[2JShop\u202e ហាងសាកល្បង"))
    Demo\u001b[2JShop\u202e ហាងសាកល្បង
    """
    if text.isprintable():
        return text
    kept = _INVISIBLE_IN_KHMER + keep
    return "".join(
        character if character.isprintable() or character in kept else json.dumps(character)[1:-1]
        for character in text
    )


def one_line(text: str) -> str:
    r"""Return ``text`` for a program that reads lines: only line ends are escaped.

    >>> print(one_line("first\nsecond"))
    first\nsecond
    """
    return text.replace("\r", "\\r").replace("\n", "\\n")
