"""From the cells of a row to a code: which columns there are, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, cast

from ..codec import decode, encode
from ..emv.source import payload_text
from ..errors import KhqrError, quote
from ..model import Code, Individual, Merchant, aware_moment
from .problems import Problem, RowError, TableError, problems_of

__all__ = [
    "COLUMNS",
    "FIELDS",
    "ORDER",
    "Reading",
    "canonical",
    "cells_of",
    "duration",
    "payload_of",
    "refuse_incomplete",
    "refuse_unknown",
]

_KINDS: dict[str, type[Code]] = {"individual": Individual, "merchant": Merchant}
_FIELDS = {kind: frozenset(field.name for field in fields(each)) for kind, each in _KINDS.items()}
_MOMENTS = frozenset({"created_at", "expires_at"})
FIELDS = _FIELDS["individual"] | _FIELDS["merchant"]
COLUMNS = FIELDS | {"type", "expires_in", "payload"}
"""Every column that has a meaning."""
_FIELD_ORDER = [field.name for kind in (Merchant, Individual) for field in fields(kind)]
ORDER = tuple(dict.fromkeys(["type", *_FIELD_ORDER, "expires_in", "payload"]))
"""The columns of a table that is written for rows which came from none."""

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{2,3}")
"""How spreadsheets write a long number that they took for a quantity."""
_SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
_AS_TEXT = "format the column as text in the spreadsheet and type the value again"


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows become payloads.

    Attributes:
        at: the time of creation of codes with an amount; now, where it is None.
        expires_in: the life of codes with an amount whose row does not say it.
        strict: as for `khqr.encode`.
        ignore_unknown: pass over columns that have no meaning.
    """

    at: datetime | None = None
    expires_in: timedelta | None = None
    strict: bool = False
    ignore_unknown: bool = False


def cells_of(row: Mapping[str, Any] | Code) -> Mapping[str, Any]:
    """Return the columns of a row that was given as a mapping or as a code.

    >>> code = Individual(bakong_account_id="demo_user@devb", merchant_name="Demo User")
    >>> cells_of(code)["type"]
    'individual'
    """
    if isinstance(row, Mapping):
        return row
    if not isinstance(row, (Individual, Merchant)):
        raise TypeError(f"a row is a mapping or a code, not {type(row).__name__}")
    kind = "individual" if isinstance(row, Individual) else "merchant"
    return {"type": kind} | {name: getattr(row, name) for name in _FIELDS[kind]}


def canonical(cells: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a row says about its code, in an order that does not depend on the table.

    >>> canonical({"merchant_name": "Demo", "amount": 5, "bill_number": "", "branch": "7"})
    [('amount', '5'), ('merchant_name', 'Demo')]
    """
    filled = ((name, cells.get(name)) for name in sorted(COLUMNS.intersection(cells)))
    return [(name, str(value)) for name, value in filled if value is not None and value != ""]


def refuse_unknown(columns: Iterable[str], *, ignore: bool = False) -> None:
    """Refuse columns that have no meaning, all at once, with what was perhaps meant.

    Args:
        columns: the names in a header.
        ignore: let them pass.

    Raises:
        TableError: if there are any.

    >>> refuse_unknown(["bakong_account_id", "Merchant Name"])
    Traceback (most recent call last):
    khqr.bulk.problems.TableError: the table has columns that no code has: 'Merchant Name' (did \
you mean merchant_name?); rename them, or ignore them by ignore_unknown=True
    """
    names = list(columns)
    unknown = [name for name in names if name not in COLUMNS]
    if unknown and not ignore:
        listed = ", ".join(_with_guess(name) for name in unknown[:20])
        raise TableError(
            f"the table has columns that no code has: {listed}; "
            "rename them, or ignore them by ignore_unknown=True"
        )


def refuse_incomplete(columns: Iterable[str]) -> None:
    """Refuse the header of a table from which no code can be made.

    Raises:
        TableError: for a payload beside fields, or where the fields that every code has are
            missing.

    >>> refuse_incomplete(["payload", "amount"])
    Traceback (most recent call last):
    khqr.bulk.problems.TableError: the table has payload and amount; a payload says everything \
itself
    """
    names = list(columns)
    known = COLUMNS.intersection(names)
    if "payload" in known:
        others = sorted(known - {"payload"})
        if others:
            raise TableError(
                f"the table has payload and {', '.join(others)}; a payload says everything itself"
            )
    elif not known.issuperset(("bakong_account_id", "merchant_name")):
        raise TableError(
            "the table needs the columns bakong_account_id and merchant_name, or payload; "
            f"its first line names {', '.join(map(quote, names[:20]))}"
        )


def _with_guess(name: str) -> str:
    plain = re.sub(r"[\s-]+", "_", name[:60].strip().lower())
    near = get_close_matches(plain, sorted(COLUMNS), 1)
    return f"{quote(name)} (did you mean {near[0]}?)" if near else quote(name)


def payload_of(cells: Mapping[str, Any], reading: Reading) -> tuple[str, Code]:
    """Return the payload of a row, and what it means.

    Args:
        cells: texts as in a CSV file, or values as `khqr.Individual` and `khqr.Merchant` take
            them, by their columns; what is empty or None is absent.
        reading: how.

    Raises:
        RowError: with every problem of the row at once.

    >>> row = {"bakong_account_id": "demo_user@devb", "merchant_name": "Demo User", "amount": ""}
    >>> payload_of(row, Reading())[0]
    '00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh6304119A'
    """
    given = {
        name: value
        for name, value in cells.items()
        if value is not None and not (isinstance(value, str) and not value)
    }
    unknown = [name for name in given if name not in COLUMNS]
    if unknown and not reading.ignore_unknown:
        names = ", ".join(_with_guess(str(name)) for name in unknown[:20])
        raise RowError([Problem("", "row.unknown-column", f"no code has {names}")])
    if "payload" in given:
        return _read(given)
    damaged = [problem for name, value in given.items() for problem in _damage(name, value)]
    if damaged:
        raise RowError(damaged)
    try:
        code, life = _code(given, cells)
        wanted = reading.expires_in if life is None else life
        expires_in = wanted if code.amount else None
        if code.expires_at is not None and life is None:
            expires_in = None
        payload = encode(code, at=reading.at, expires_in=expires_in, strict=reading.strict)
    except TypeError as error:
        field = str(error).partition(" is ")[0]
        raise RowError([Problem(field, "row.type", str(error))]) from None
    except KhqrError as error:
        raise RowError(problems_of(error)) from None
    return payload, code


def _read(given: Mapping[str, Any]) -> tuple[str, Code]:
    """Return an existing payload as it is, if it can be paid."""
    others = sorted(COLUMNS.intersection(given) - {"payload"})
    if others:
        message = f"{', '.join(others)} beside a payload, which says everything itself"
        raise RowError([Problem("payload", "row.payload-and-fields", message)])
    try:
        payload = payload_text(given["payload"])
        return payload, decode(payload)
    except (TypeError, KhqrError) as error:
        problem = error if isinstance(error, KhqrError) else KhqrError(str(error))
        raise RowError(problems_of(problem, "payload")) from None


def _damage(name: str, value: object) -> Iterable[Problem]:
    """Yield what a spreadsheet did to a cell."""
    if not isinstance(value, str) or name not in COLUMNS:
        return
    if value in _SPREADSHEET_ERRORS:
        yield Problem(name, "row.spreadsheet", f"{name} is {value}, an error of the spreadsheet")
    elif _ROUNDED.fullmatch(value):
        message = f"{name} is {quote(value)}, a number that a spreadsheet has rounded; {_AS_TEXT}"
        yield Problem(name, "row.spreadsheet", message)
    elif name == "merchant_category_code" and value.isdecimal() and len(value) < 4:
        message = f"{name} is {quote(value)}; a spreadsheet takes zeros away from the front"
        yield Problem(name, "row.leading-zero", f"{message}: if so it was {value:0>4}; {_AS_TEXT}")


def _code(given: dict[str, Any], cells: Collection[str]) -> tuple[Code, timedelta | None]:
    kind = _kind(given, cells)
    wrong: list[Problem] = []
    values: dict[str, Any] = dict.fromkeys(("bakong_account_id", "merchant_name"), "")
    if kind == "merchant":
        values |= dict.fromkeys(("merchant_id", "acquiring_bank"), "")
    life = None
    for name, value in given.items():
        try:
            if name == "expires_in":
                life = duration(value)
            elif name in _MOMENTS:
                values[name] = _moment(name, value)
            elif name in _FIELDS[kind]:
                values[name] = value
            elif name in FIELDS:
                message = f"{name} does not go with the type {kind}"
                wrong.append(Problem(name, "row.kind", message))
        except KhqrError as error:
            wrong.append(Problem(name, "row.time", str(error)))
    if "expires_in" in given and "expires_at" in given:
        wrong.append(Problem("expires_in", "row.time", "expires_in and expires_at exclude another"))
    if wrong:
        raise RowError(wrong)
    return _KINDS[kind](**values), life


def _kind(given: Mapping[str, Any], cells: Collection[str]) -> str:
    """Return ``individual`` or ``merchant``; an account of a bank with no number is neither."""
    if "type" in given:
        kind = str(given["type"]).lower()
        if kind not in _KINDS:
            message = f"type is {quote(str(given['type']))}, expected individual or merchant"
            raise RowError([Problem("type", "row.kind", message)])
        return kind
    if "merchant_id" in given:
        return "merchant"
    if "merchant_id" in cells and "acquiring_bank" in given and "account_information" not in given:
        message = (
            "merchant_id is empty beside an acquiring_bank, and the bank would not know whom to "
            "pay; fill it in, or say individual in a column type"
        )
        raise RowError([Problem("merchant_id", "row.kind", message)])
    return "individual"


def _moment(name: str, value: object) -> datetime | None:
    if not isinstance(value, str):
        return aware_moment(name, cast("datetime | None", value))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        message = f"{name} is {quote(value)}, expected a time such as 2026-11-22T16:30:00+07:00"
        raise KhqrError(message) from None
    if moment.utcoffset() is None:
        raise KhqrError(f"{name} is {quote(value)}, which has no zone; end it with Z or +07:00")
    return aware_moment(name, moment)


def duration(value: str | timedelta) -> timedelta:
    """Return a length of time that was written as ``10m``, ``90s`` or ``1h30m``.

    Raises:
        KhqrError: if it was not.

    >>> duration("1h30m")
    datetime.timedelta(seconds=5400)
    """
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise TypeError(f"expires_in is a text or a timedelta, not {type(value).__name__}")
    found = _DURATION.fullmatch(value)
    if not value or found is None:
        raise KhqrError(f"expires_in is {quote(value)}, expected a duration such as 10m, 90s or 1h")
    hours, minutes, seconds = (int(number or 0) for number in found.groups())
    if not hours and not minutes and not seconds:
        raise KhqrError(f"expires_in is {quote(value)}, and nobody can pay in no time")
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
