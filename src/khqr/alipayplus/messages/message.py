"""A message: a frozen value that keeps to its table, and the one way in and out of JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from ...errors import quote
from ..results import MessageError
from .conditions import Condition
from .kinds import Flag, Natural, Text
from .members import Member, members
from .wire import Json, Number, dump, parse_json, refuse_odd

__all__ = ["Message"]

_PYTHON: dict[type, type[Any]] = {Natural: int, Flag: bool}
"""The Python type of a kind, where it is not text."""

_LIMIT = 10**18


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, or an object inside one: a frozen value that keeps to its table.

    An empty text in an optional member means that it is absent; an empty list is kept. Members
    that no table knows are kept and written again.

    Args:
        extra: unknown members, each as its name and its value in JSON text.

    Raises:
        MessageError: with everything that is wrong at once.
        TypeError: for a wrong Python type.
    """

    extra: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    CONDITIONS: ClassVar[tuple[Condition, ...]] = ()

    def __post_init__(self) -> None:
        for member in members(type(self)):
            value = getattr(self, member.attribute)
            if value == "" and not member.required:
                object.__setattr__(self, member.attribute, None)
        problems = [*_problems(self), *_extra_problems(self)]
        object.__setattr__(self, "extra", tuple((n, dump(parse_json(t))) for n, t in self.extra))
        problems += filter(None, (condition.problem(self) for condition in self.CONDITIONS))
        if problems:
            raise MessageError(problems)

    @classmethod
    def from_json(cls, data: str | bytes) -> Self:
        """Read the message from the text or the UTF-8 bytes of a JSON document.

        JSON's own numbers and booleans are taken for the texts that they should be.

        Raises:
            MessageError: with everything that is wrong at once.
            TypeError: for anything but text and bytes.
        """
        return cls.from_document(parse_json(data))

    @classmethod
    def from_document(cls, document: Json) -> Self:
        """Read the message from a JSON value, such as `parse_json` gives."""
        if not isinstance(document, dict):
            raise MessageError([f"{cls.__name__} is no JSON object"])
        problems: list[str] = []
        values: dict[str, Any] = {}
        left = dict(document)
        for member in members(cls):
            given = _taken(left, member, problems)
            value = _value(member, given, problems)
            if value is not None:
                values[member.attribute] = value
            elif member.required and given is None:
                problems.append(f"{member.name} is missing")
        for unknown in left.values():
            refuse_odd(unknown)
        if problems:
            raise MessageError(problems)
        return cls(**values, extra=tuple((name, dump(value)) for name, value in left.items()))

    def to_document(self) -> dict[str, Json]:
        """Return the message as a JSON object: every scalar a text, what is absent left out."""
        document: dict[str, Json] = {}
        for member in members(type(self)):
            value = getattr(self, member.attribute)
            if value is not None:
                many = member.many
                document[member.name] = list(map(_written, value)) if many else _written(value)
        return document | self.unknown

    def to_json(self) -> str:
        """Return the message as JSON text without blanks."""
        return dump(self.to_document())

    @property
    def unknown(self) -> dict[str, Json]:
        """The members that no table knows, by their names."""
        return {name: parse_json(text) for name, text in self.extra}


def _written(value: Any) -> Json:
    if isinstance(value, Message):
        return value.to_document()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _taken(left: dict[str, Json], member: Member, problems: list[str]) -> Json:
    """Take a member out of the rest of a document; its other name may say the same."""
    value = left.pop(member.name, None)
    other = left.pop(member.also, None) if member.also else None
    if other is not None and value == "":
        return other
    if other == "":
        return value
    if value is not None and other is not None and value != other:
        problems.append(f"{member.name} and {member.also} are both there and differ")
    return other if value is None else value


def _value(member: Member, given: Json, problems: list[str]) -> Any:
    """Return the Python value for a JSON value; None where it is absent or wrong."""
    if given is None or (given == "" and not member.required):
        return None
    if not member.many:
        return _single(member, member.name, given, problems)
    if not isinstance(given, list):
        problems.append(f"{member.name} is no array")
        return None
    items = [
        _single(member, f"{member.name}[{index}]", item, problems)
        for index, item in enumerate(given)
    ]
    return None if None in items else tuple(items)


def _single(member: Member, name: str, given: Json, problems: list[str]) -> Any:
    kind = member.kind
    if isinstance(kind, type):
        try:
            return kind.from_document(given)
        except MessageError as problem:
            problems += [f"{name}.{item}" for item in problem.problems]
            return None
    if isinstance(given, bool):
        given = str(given).lower()
    if not isinstance(given, str):
        problems.append(f"{name} is no text")
    elif isinstance(kind, Natural):
        if re.fullmatch(kind.pattern, given):
            return int(given)
        problems.append(f"{name} is {quote(given)}, expected a whole number from 1 in digits")
    elif isinstance(kind, Flag):
        if given in {"true", "false"}:
            return given == "true"
        problems.append(f"{name} is {quote(given)}, expected true or false")
    else:
        return str(given) if isinstance(given, Number) else given
    return None


def _problems(message: Message) -> Iterator[str]:
    """Yield what the table says against the values of a message."""
    for member in members(type(message)):
        value = getattr(message, member.attribute)
        if value is None and not member.required:
            continue
        if member.many and not isinstance(value, tuple):
            raise TypeError(f"{member.attribute} is a tuple, not {type(value).__name__}")
        if member.many and member.most is not None and len(value) > member.most:
            yield f"{member.name} has {len(value)} entries, at most {member.most} fit"
        for item in value if member.many else (value,):
            problem = _problem(member, item)
            if problem:
                yield f"{member.name} {problem}"


def _problem(member: Member, value: Any) -> str:
    kind = member.kind
    python: type[Any] = kind if isinstance(kind, type) else _PYTHON.get(type(kind), str)
    if not isinstance(value, python) or (isinstance(value, bool) and python is int):
        found = type(value).__name__
        raise TypeError(f"{member.attribute} is {python.__name__}, not {found}")
    if isinstance(kind, Natural):
        return "" if 0 < value < _LIMIT else "is not a whole number from 1, of at most 18 digits"
    return kind.problem(value) if isinstance(kind, Text) else ""


def _extra_problems(message: Message) -> Iterator[str]:
    table = members(type(message))
    taken = {name for member in table for name in (member.name, member.also)}
    for name, text in message.extra:
        if name in taken:
            yield f"{quote(name)} is no unknown member, or stands twice"
        taken.add(name)
        parse_json(dump(name))
        parse_json(text)
