"""JSON as it comes over the wire: bounded, without doubles, and without floats.

Reading is hostile input until it is done. A number keeps the digits it was written with, so that
nothing is rounded on the way through.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from ...errors import quote
from ..results import MessageError

__all__ = ["MAX_DEPTH", "MAX_DOCUMENT", "Json", "Number", "dump", "parse_json", "refuse_odd"]

MAX_DOCUMENT = 256 * 1024
"""The largest document that is read, in UTF-8 bytes."""

MAX_DEPTH = 16
"""How deep objects and arrays may stand in each other."""


class Number(str):
    """A number of a JSON document, by its digits; it is never turned into a float.

    >>> parse_json('{"rate": 1.50}')["rate"]
    Number('1.50')
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Number({str(self)!r})"


Json: TypeAlias = "bool | str | list[Json] | dict[str, Json] | None"
"""A value of a document. A `Number` is a `str` here."""


def parse_json(data: str | bytes) -> Json:
    """Return the value of a JSON document.

    Args:
        data: text, or UTF-8 bytes; at most 256 KiB and 16 levels.

    Raises:
        MessageError: for anything that is not JSON of RFC 8259, a name that stands twice in one
            object, ``NaN`` and ``Infinity``, half a character, and what is too large or too deep.
        TypeError: for anything but text and bytes.

    >>> parse_json('{"a": ["1", null, true]}')
    {'a': ['1', None, True]}
    """
    if not isinstance(data, (str, bytes, bytearray)):
        raise TypeError(f"a document is str or UTF-8 bytes, not {type(data).__name__}")
    try:
        if len(data) > MAX_DOCUMENT:
            raise MessageError([f"the document has more than {MAX_DOCUMENT} bytes"])
        text = data if isinstance(data, str) else data.decode()
        if isinstance(data, str) and len(data.encode()) > MAX_DOCUMENT:
            raise MessageError([f"the document has more than {MAX_DOCUMENT} bytes"])
        value: Json = json.loads(
            text,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_once,
        )
        refuse_odd(value)
    except (UnicodeError, json.JSONDecodeError) as problem:
        raise MessageError([f"the document is not JSON in UTF-8: {problem}"]) from None
    except RecursionError:
        raise MessageError([f"the document is more than {MAX_DEPTH} levels deep"]) from None
    return value


def _refuse_constant(name: str) -> None:
    raise MessageError([f"{name} is no number of JSON"])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value] # add gives None, which counts as no
        raise MessageError([f"{quote(twice)} stands twice in one object"])
    return values


def refuse_odd(value: Json, levels: int = MAX_DEPTH) -> None:
    """Raise for half a character, and below so many levels."""
    if isinstance(value, str):
        _refuse_halves(value)
    elif isinstance(value, (list, dict)):
        if not levels:
            raise MessageError([f"the document is more than {MAX_DEPTH} levels deep"])
        for name in value if isinstance(value, dict) else ():
            _refuse_halves(name)
        for item in value.values() if isinstance(value, dict) else value:
            refuse_odd(item, levels - 1)


def _refuse_halves(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MessageError([f"{quote(text)} holds half a character"]) from None


def dump(value: Json) -> str:
    """Return a value as JSON without blanks; a `Number` is written with its own digits.

    >>> dump({"a": ["1", Number("1.50"), None, True], "b": "ហាង"})
    '{"a":["1",1.50,null,true],"b":"ហាង"}'
    """
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{dump(str(key))}:{dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
