"""How a message is described: its table of members, read off the class itself.

A message class is its table: one line for each member, with attribute, kind, longest text, presence
and grade. Reading, writing, checking and the JSON Schema all go by it.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NamedTuple,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from ..results import Grade
from .kinds import Also, Flag, Name, Natural, Text, json_name

if TYPE_CHECKING:
    from .message import Message

__all__ = ["Kind", "Member", "members"]

Kind: TypeAlias = "Text | Natural | Flag | type[Message]"


class Member(NamedTuple):
    """One line of the table of a message.

    Attributes:
        attribute: the name in Python.
        name: the name in JSON.
        kind: what it is.
        many: whether it is a list of such.
        most: how many entries the list may have, or None.
        required: whether every message has it.
        grade: how well it is known.
        also: another name under which it is read, or empty.
    """

    attribute: str
    name: str
    kind: Kind
    many: bool
    most: int | None
    required: bool
    grade: Grade
    also: str


def _unwrapped(hint: Any) -> tuple[Any, list[Any]]:
    """Return a type without `Annotated` and without None, and all that was annotated."""
    notes: list[Any] = []
    while True:
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            notes = [*more, *notes]
        elif get_origin(hint) in {Union, UnionType}:
            (hint,) = [item for item in get_args(hint) if item is not NoneType]
        elif get_origin(hint) is tuple:
            hint = get_args(hint)[0]
            notes.append(tuple)
        else:
            return hint, notes


def members(cls: type[Message]) -> tuple[Member, ...]:
    """Return the table of a message class.

    >>> from khqr.alipayplus.messages import Amount
    >>> [(member.name, member.required) for member in members(Amount)]
    [('currency', True), ('value', True)]
    """
    known: Any = cls  # a class of frozen values, which mypy takes for unhashable
    return _table(known)


@cache
def _table(cls: Any) -> tuple[Member, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        _member(item.name, hints[item.name], required=item.default is MISSING)
        for item in fields(cls)
        if item.name != "extra"
    )


def _member(attribute: str, hint: Any, *, required: bool) -> Member:
    hint, notes = _unwrapped(hint)

    def noted(kind: type[Any]) -> Any:
        return next((note for note in notes if isinstance(note, kind)), None)

    name, also = noted(Name), noted(Also)
    return Member(
        attribute,
        name.name if name else json_name(attribute),
        noted(Text) or noted(Natural) or noted(Flag) or hint,
        tuple in notes,
        noted(int),
        required,
        noted(Grade),
        also.name if also else "",
    )
