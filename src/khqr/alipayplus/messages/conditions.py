"""What a table of members cannot say: which members go together.

Each condition judges a message and gives its part of the JSON Schema, so the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from .kinds import json_name

__all__ = ["AnyOf", "Condition", "Final", "Needs", "OnSuccess"]


class Condition(Protocol):
    """Something that is asked of several members of a message at once."""

    def problem(self, message: Any) -> str:
        """Return what is wrong with a message, or an empty text."""

    def schema(self) -> dict[str, Any]:
        """Return the same as a part of a JSON Schema."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the members is there."""

    attributes: tuple[str, ...]

    def problem(self, message: Any) -> str:
        """Return what is wrong with a message, or an empty text."""
        if any(getattr(message, name) is not None for name in self.attributes):
            return ""
        return f"none of {', '.join(map(json_name, self.attributes))} is there"

    def schema(self) -> dict[str, Any]:
        """Return the same as a part of a JSON Schema."""
        return {"anyOf": [{"required": [json_name(name)]} for name in self.attributes]}


@dataclass(frozen=True, slots=True)
class Final:
    """The result in a member is S or F, never U."""

    attribute: str

    def problem(self, message: Any) -> str:
        """Return what is wrong with a message, or an empty text."""
        result = getattr(message, self.attribute)
        unknown = result is not None and result.result_status == "U"
        return f"{json_name(self.attribute)} is U, expected S or F" if unknown else ""

    def schema(self) -> dict[str, Any]:
        """Return the same as a part of a JSON Schema."""
        final = {"properties": {"resultStatus": {"enum": ["S", "F"]}}}
        return {"properties": {json_name(self.attribute): final}}


@dataclass(frozen=True, slots=True)
class OnSuccess:
    """If the result in a member is S, the others are there."""

    result: str
    attributes: tuple[str, ...]

    def problem(self, message: Any) -> str:
        """Return what is wrong with a message, or an empty text."""
        result = getattr(message, self.result)
        if result is None or result.result_status != "S":
            return ""
        missing = [json_name(name) for name in self.attributes if getattr(message, name) is None]
        if not missing:
            return ""
        return f"{', '.join(missing)} must be there, as {json_name(self.result)} is S"

    def schema(self) -> dict[str, Any]:
        """Return the same as a part of a JSON Schema."""
        name = json_name(self.result)
        success = {"required": ["resultStatus"], "properties": {"resultStatus": {"const": "S"}}}
        return {
            "if": {"required": [name], "properties": {name: success}},
            "then": {"required": list(map(json_name, self.attributes))},
        }


@dataclass(frozen=True, slots=True)
class Needs:
    """The object in a member has some of its own optional members."""

    attribute: str
    inside: tuple[str, ...]

    def problem(self, message: Any) -> str:
        """Return what is wrong with a message, or an empty text."""
        value, path = getattr(message, self.attribute), json_name(self.attribute)
        missing = [json_name(name) for name in self.inside if getattr(value, name) is None]
        return f"{path} has no {', '.join(missing)}" if missing else ""

    def schema(self) -> dict[str, Any]:
        """Return the same as a part of a JSON Schema."""
        needed = {"required": list(map(json_name, self.inside))}
        return {"properties": {json_name(self.attribute): needed}}
