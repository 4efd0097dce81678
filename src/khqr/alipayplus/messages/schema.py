"""The JSON Schema of a message, made from its table of members."""

from __future__ import annotations

from typing import Any

from .kinds import Flag, Natural, Text
from .members import Member, members
from .message import Message

__all__ = ["json_schema"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(cls: type[Message]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what `Message.to_json` writes and documents show.

    Unknown members are allowed, as they are in messages.

    >>> from khqr.alipayplus.messages import Amount
    >>> json_schema(Amount)["properties"]["value"]["pattern"]
    '^[1-9][0-9]{0,17}$'
    """
    inside: dict[str, Any] = {}
    schema = {"$schema": _DIALECT, "title": cls.__name__} | _object(cls, inside)
    return schema | ({"$defs": dict(sorted(inside.items()))} if inside else {})


def _object(cls: type[Message], inside: dict[str, Any]) -> dict[str, Any]:
    table = members(cls)
    schema: dict[str, Any] = {
        "type": "object",
        "description": (cls.__doc__ or "").partition("\n")[0],
        "properties": {member.name: _member(member, inside) for member in table},
    }
    required = [member.name for member in table if member.required]
    if required:
        schema["required"] = required
    if cls.CONDITIONS:
        schema["allOf"] = [condition.schema() for condition in cls.CONDITIONS]
    return schema


def _member(member: Member, inside: dict[str, Any]) -> dict[str, Any]:
    single = _single(member, inside)
    if not member.many:
        return single
    most = {} if member.most is None else {"maxItems": member.most}
    return {"type": "array", "items": single, **most}


def _single(member: Member, inside: dict[str, Any]) -> dict[str, Any]:
    kind = member.kind
    if isinstance(kind, Natural):
        return {"type": "string", "pattern": f"^{kind.pattern}$"}
    if isinstance(kind, Flag):
        return {"type": "string", "enum": ["true", "false"]}
    if isinstance(kind, Text):
        longest = {} if kind.maximum is None else {"maxLength": kind.maximum}
        form = {} if kind.pattern == Text().pattern else {"pattern": f"^({kind.pattern})$"}
        return {"type": "string", "minLength": 1, **longest, **form}
    if kind.__name__ not in inside:
        inside[kind.__name__] = {}  # named before it is made, in case it holds itself
        inside[kind.__name__] = _object(kind, inside)
    return {"$ref": f"#/$defs/{kind.__name__}"}
