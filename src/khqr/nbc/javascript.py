"""What JavaScript makes of text, as far as the official SDK's verdict depends on it.

The SDK reads lengths with ``parseInt`` and times with ``Number``, and counts UTF-16 units. Its
verdict on odd texts follows from that; nothing else in the library reads numbers this way.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import isinf, nan

__all__ = ["cut", "integer", "number", "number_text", "units", "well_formed"]

_BLANK = "\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_INTEGER = re.compile(f"[{_BLANK}]*(?!0[xX])([+-]?[0-9]+)")
_NUMBER = re.compile(
    f"[{_BLANK}]*"
    r"(?:(?P<decimal>[+-]?(?:Infinity|[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?))"
    r"|0[xX](?P<x>[0-9a-fA-F]+)|0[oO](?P<o>[0-7]+)|0[bB](?P<b>[01]+)|(?P<nothing>))"
    f"[{_BLANK}]*"
)
_BASES = {"x": 16, "o": 8, "b": 2}


def units(text: str) -> str:
    """Return ``text`` with every character beyond U+FFFF as its two UTF-16 units.

    >>> len(units("😀"))
    2
    """
    if all(character <= "\uffff" for character in text):
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(
        chr(int.from_bytes(data[index : index + 2], "little")) for index in range(0, len(data), 2)
    )


def well_formed(text: str) -> str:
    """Return ``text`` as it leaves JavaScript in UTF-8: U+FFFD for each half of a character.

    >>> well_formed("a" + chr(0xD800) + "b") == "a" + chr(0xFFFD) + "b"
    True
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def integer(text: str) -> int | None:
    """Return ``parseInt(text)``, None for not-a-number.

    >>> integer("4x"), integer("-4"), integer("x4")
    (4, -4, None)
    """
    found = _INTEGER.match(text)
    return int(found[1]) if found else None


def cut(text: str) -> tuple[str, str, str]:
    """Return the first object of ``text`` as the SDK cuts it off: ID, value, and the rest.

    >>> cut("594xDemo6009")
    ('59', 'Demo', '6009')
    """
    length = integer(text[2:4])
    end = 0 if length is None else 4 + length
    return text[:2], text[4:end], text[end:]


def number(text: str | None) -> float:
    """Return ``Number(text)``, not-a-number included.

    >>> number("1.75e12"), number(" 0x10 "), number("")
    (1750000000000.0, 16.0, 0.0)
    """
    found = None if text is None else _NUMBER.fullmatch(text)
    if found is None:
        return nan
    kind, digits = found.lastgroup, found[found.lastgroup or 0]
    if kind == "nothing":
        return 0.0
    return float(digits) if kind == "decimal" else float(int(digits, _BASES[kind or ""]))


def number_text(value: float) -> str:
    """Return ``String(value)`` for a number that is not NaN.

    >>> number_text(1750000000000.0), number_text(1e21), number_text(0.00001234), number_text(1e-7)
    ('1750000000000', '1e+21', '0.00001234', '1e-7')
    """
    if isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    if 1e-6 <= abs(value) < 1e21:
        return f"{Decimal(repr(value)):f}"
    return re.sub("e([+-])0", r"e\1", repr(value))
