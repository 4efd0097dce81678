"""One row of a scheme's table: where a field stands, what it may hold, and what it means.

A row is also the typed attribute of the fields of a network, so that a type checker knows what
``network.fields.biller_id`` is, and the table stands once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, Protocol, TypeVar, overload

from ..currency import UnreadableAmount
from ..emv.dictionary import Format
from ..emv.values import AMOUNT
from ..errors import quote
from ..model import moment_at

__all__ = ["Presence", "SchemeField", "day", "flag", "moment", "money", "read_money", "text"]

Presence = Literal["M", "C", "O"]
"""Mandatory, conditional, optional, as the specifications abbreviate it."""

T = TypeVar("T")

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class _Holder(Protocol):
    """What has rows: `khqr.schemes.Fields`."""

    def text_of(self, row: SchemeField[Any]) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SchemeField(Generic[T]):
    """A field of a scheme.

    Attributes:
        path: where it stands. ``59`` and ``62.08`` count from the root; ``*.01`` is inside the
            template in which the scheme's identifier was found, whatever its number; ``27*.01``
            the same, if that is 27; ``*`` is the object itself, and a word a parameter of a link.
        read: from the text to the typed value, or None where it cannot be read.
        write: from the typed value to the text.
        format: the characters of the text, as EMVCo names them.
        minimum: shortest text in characters.
        maximum: longest text in characters.
        pattern: what the whole text looks like, beyond characters and length.
        presence: whether the field must be there.
        guids: the identifiers, casefolded, with which the field goes; all if empty.
        is_money: whether it is an amount.
        name: the attribute, which the class gives.
    """

    path: str
    read: Callable[[str], T | None]
    write: Callable[[T], str] = str
    format: Format = "ans"
    minimum: int = 1
    maximum: int = 99
    pattern: str = ""
    presence: Presence = "O"
    guids: tuple[str, ...] = ()
    is_money: bool = False
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "name", name)

    @overload
    def __get__(self, holder: None, owner: type) -> SchemeField[T]: ...
    @overload
    def __get__(self, holder: _Holder, owner: type) -> T | None: ...
    def __get__(self, holder: _Holder | None, owner: type) -> SchemeField[T] | T | None:
        if holder is None:
            return self
        found = holder.text_of(self)
        return None if found is None else self.read(found)

    def problem(self, value: str) -> str:
        """Return what is wrong with a text, as the end of a sentence, or an empty text.

        >>> text("*.01", "N", 13).problem("12"), text("*.01").problem("12")
        ("has 2 characters, expected 13: '12'", '')
        """
        if not self.minimum <= len(value) <= self.maximum:
            exact = self.minimum == self.maximum
            wanted = str(self.maximum) if exact else f"{self.minimum} to {self.maximum}"
            return f"has {len(value)} characters, expected {wanted}: {quote(value)}"
        if self.format == "N" and not re.fullmatch("[0-9]*", value):
            return f"is not made of ASCII digits: {quote(value)}"
        if self.format == "ans" and not re.fullmatch("[\x20-\x7e]*", value):
            return f"holds a character outside 0x20-0x7E: {quote(value)}"
        if self.format == "S" and _CONTROL.search(value):
            return f"holds a control character: {quote(value)}"
        if self.pattern and not re.fullmatch(self.pattern, value):
            return f"does not look like {self.pattern}: {quote(value)}"
        return ""


def text(
    path: str,
    format: Format = "ans",  # noqa: A002 - the word of the specification
    minimum: int = 1,
    maximum: int | None = None,
    *,
    presence: Presence = "O",
    pattern: str = "",
    guids: tuple[str, ...] = (),
) -> SchemeField[str]:
    """Return the row of a text; with one length given, it is exact.

    >>> text("*.02", "ans", 1, 20, presence="M").maximum, text("*.01", "N", 13).maximum
    (20, 13)
    """
    if maximum is None:
        maximum = 99 if minimum == 1 else minimum
    return SchemeField(
        path=path,
        read=str,
        format=format,
        minimum=minimum,
        maximum=maximum,
        pattern=pattern,
        presence=presence,
        guids=guids,
    )


def read_money(written: str) -> Decimal | None:
    """Return an amount exactly, None for an empty one; what is no number keeps its text.

    >>> read_money("10.50"), read_money("1,5").is_nan()
    (Decimal('10.50'), True)
    """
    if not written:
        return None
    return Decimal(written) if AMOUNT.fullmatch(written) else UnreadableAmount(written)


def money(path: str, *, optional: bool = False) -> SchemeField[Decimal]:
    """Return the row of an amount in units of its currency; an ``optional`` one may be empty."""
    return SchemeField(
        path=path,
        read=read_money,
        minimum=0 if optional else 1,
        maximum=13,
        pattern=AMOUNT.pattern + "|" * optional,
        is_money=True,
    )


def _read_flag(written: str) -> bool | None:
    return {"1": True, "0": False}.get(written)


def flag(path: str) -> SchemeField[bool]:
    """Return the row of a yes (``1``) or no (``0``)."""
    return SchemeField(path=path, read=_read_flag, maximum=1, pattern="[01]")


def _read_day(written: str) -> date | None:
    if not re.fullmatch("[0-9]{8}", written):
        return None
    try:
        return date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        return None


def _read_day_first(written: str) -> date | None:
    return _read_day(written[4:] + written[2:4] + written[:2])


def day(path: str, *, day_first: bool = False, guids: tuple[str, ...] = ()) -> SchemeField[date]:
    """Return the row of a date: ``YYYYMMDD``, or ``DDMMYYYY`` with ``day_first``.

    >>> day("*.07").read("20260131"), day("*.07").read("20260231")
    (datetime.date(2026, 1, 31), None)
    """
    read = _read_day_first if day_first else _read_day
    return SchemeField(path=path, read=read, format="N", minimum=8, maximum=8, guids=guids)


def _read_moment(written: str) -> datetime | None:
    return moment_at(int(written)) if re.fullmatch("[0-9]{13}", written) else None


def moment(path: str) -> SchemeField[datetime]:
    """Return the row of a time in milliseconds since 1970, 13 digits."""
    return SchemeField(path=path, read=_read_moment, format="N", minimum=13, maximum=13)
