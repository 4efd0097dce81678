"""The kinds of members: text, time, whole number, flag, and how well a member is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Annotated, TypeVar

from ...errors import quote
from ..results import Grade, MessageError

__all__ = [
    "PHNOM_PENH",
    "Also",
    "Doc",
    "Flag",
    "Inferred",
    "Moment",
    "Name",
    "Natural",
    "Observed",
    "Sdk",
    "Text",
    "json_name",
    "moment",
    "moment_text",
]

T = TypeVar("T")
Doc = Annotated[T, Grade.DOCUMENTED]
Sdk = Annotated[T, Grade.SDK]
Observed = Annotated[T, Grade.OBSERVED]
Inferred = Annotated[T, Grade.INFERRED]
"""How well a member is known, around its type."""


@dataclass(frozen=True, slots=True)
class Text:
    """A member that is text, in JSON as here: at most so many characters, and of some form."""

    maximum: int | None = None
    pattern: str = "(?s).+"
    expected: str = "text"

    def problem(self, value: str) -> str:
        """Return what is wrong with a text, or an empty text."""
        if self.maximum is not None and len(value) > self.maximum:
            return f"has {len(value)} characters, at most {self.maximum} fit"
        if not re.fullmatch(self.pattern, value):
            return f"is {quote(value)}, expected {self.expected}"
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                return "holds half a character"
        return ""


@dataclass(frozen=True, slots=True)
class Moment(Text):
    """A time of ISO 8601 with its offset, kept as it was written; `moment` reads it."""

    maximum: int | None = 40
    pattern: str = (
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?"
        "(Z|[+-][0-9]{2}:?[0-9]{2})"
    )
    expected: str = "a time such as 2019-04-04T12:08:56+05:30"

    def problem(self, value: str) -> str:
        """Return what is wrong with a text, or an empty text."""
        found = Text.problem(self, value)
        if found:
            return found
        try:
            moment(value)
        except MessageError as problem:
            return problem.problems[0]
        return ""


@dataclass(frozen=True, slots=True)
class Natural:
    """A member that is a whole number from 1, of at most 18 digits; in JSON a text."""

    pattern: str = "[1-9][0-9]{0,17}"


@dataclass(frozen=True, slots=True)
class Flag:
    """A member that is true or false; in JSON the texts ``true`` and ``false``."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a member in JSON, where it is not that of the attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class Also:
    """Another name under which a member is read, and never written."""

    name: str


def json_name(attribute: str) -> str:
    """Return the name in JSON of an attribute, unless `Name` gives another.

    >>> json_name("payment_request_id")
    'paymentRequestId'
    """
    first, *others = attribute.split("_")
    return first + "".join(word.capitalize() for word in others)


PHNOM_PENH = timezone(timedelta(hours=7))
"""The zone in which times are written."""


def moment(text: str) -> datetime:
    """Return the moment that a time of a message names.

    Raises:
        MessageError: if it is no time of ISO 8601 with an offset.

    >>> moment("2019-04-04T12:08:56+05:30").isoformat()
    '2019-04-04T12:08:56+05:30'
    """
    try:
        found = datetime.fromisoformat(text)
        if found.utcoffset() is not None:
            found.astimezone(PHNOM_PENH)
            return found
    except (ValueError, OverflowError):
        pass  # said below, as for a time without an offset
    raise MessageError([f"is {quote(text)}, expected {Moment().expected}"])


def moment_text(at: datetime) -> str:
    """Return a time for a message: to the second, which is cut and not rounded, at +07:00.

    Raises:
        MessageError: for a moment that is in no year up to 9999 there.

    >>> moment_text(datetime(2025, 6, 15, 15, 11, 40, 999_999, tzinfo=timezone.utc))
    '2025-06-15T22:11:40+07:00'
    """
    try:
        return at.astimezone(PHNOM_PENH).isoformat(timespec="seconds")
    except OverflowError:
        raise MessageError([f"the time {at.isoformat()} is beyond the year 9999"]) from None
