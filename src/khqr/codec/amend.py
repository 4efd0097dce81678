"""Changing a code that somebody else made: only what is named, and the CRC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypedDict, Unpack

from ..currency import Currency, amount_from, amount_problem, amount_text
from ..emv.payload import Payload
from ..emv.source import payload_text
from ..emv.tlv import write_object
from ..errors import EncodeError, Finding, Severity
from ..fields import ADDITIONAL, FIELDS_BY_PATH, LANGUAGE, MERCHANT_DETAILS, TIMES
from ..findings import khqr_finding
from ..model import DEFAULTS, aware_moment, milliseconds, moment_after
from .decoder import decode_by_tree, refuse_obstacles, source_tree
from .problems import field_problems, problems

__all__ = ["Amendments", "amend"]

_FIELDS = {field.attribute: field for field in (*MERCHANT_DETAILS, *ADDITIONAL, *LANGUAGE)}


class Amendments(TypedDict, total=False):
    """What `amend` can change; None or `""` removes an object. Who is paid cannot be changed."""

    amount: int | str | Decimal | None
    merchant_category_code: str
    merchant_name: str
    merchant_city: str
    bill_number: str | None
    mobile_number: str | None
    store_label: str | None
    terminal_label: str | None
    purpose_of_transaction: str | None
    language_preference: str | None
    merchant_name_alternate_language: str | None
    merchant_city_alternate_language: str | None
    created_at: datetime | None
    expires_at: datetime | None


def amend(
    payload: str | bytes,
    *,
    at: datetime | None = None,
    expires_in: timedelta | None = None,
    **changes: Unpack[Amendments],
) -> str:
    """Return a payload in which only the named objects and the CRC differ.

    This is what a till does with a bank's static code: an ``amount`` sets 54, 01 = 12 and the
    times in 99. Every other object keeps its text and its place, known or not. A new object goes
    to its numeric position. Who is paid (15, 29, 30) and the currency cannot be changed.

    Args:
        payload: the code, with a right CRC.
        at: time of creation written beside a new expiry; now by default.
        expires_in: time from creation to expiry, instead of ``expires_at``.
        changes: see `Amendments`; None removes an object. ``amount=None`` or zero makes the code
            static again.

    Raises:
        DecodeError: if `khqr.decode` would refuse the payload, a wrong CRC included.
        EncodeError: with every problem of the named values at once.
        TypeError: for a name that cannot be changed, or a wrong Python type.

    >>> amend("00020101021129180014demo_user@devb5204599953031165802KH"
    ...       "5909Demo User6010Phnom Penh6304119A", bill_number="INV-7")
    '00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh\
62090105INV-76304ADDA'
    """
    unknown = set(changes) - set(Amendments.__annotations__)
    if unknown:
        raise TypeError(f"amend cannot change {', '.join(sorted(unknown))}")
    text = payload_text(payload)
    tree = source_tree(text)
    refuse_obstacles(tree, text)
    source = Payload(text, tree)
    values = _new_values(source, changes, at, expires_in)
    _refuse_errors([*_amount_problems(source, changes), *_value_problems(values)])
    result = source
    for path, value in values.items():
        if value:
            result = result.replace(path, value)
        elif path in result:
            result = result.remove(path)
    code = decode_by_tree(str(result))
    judged = _judged(values)
    found = problems(code, code.created_at, code.expires_at)
    _refuse_errors(finding for finding in found if finding.path in judged)
    return str(result)


def _refuse_errors(findings: Iterable[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise EncodeError("the code cannot be amended so", errors)


def _amount_problems(source: Payload, changes: Amendments) -> Iterator[Finding]:
    amount = amount_from(changes.get("amount"))
    currency = Currency.of(source.get("53", ""))
    if amount and amount_text(amount, currency) is None:
        yield khqr_finding("khqr.amount.format", "54", amount_problem(amount, currency))


def _value_problems(values: dict[str, str]) -> Iterator[Finding]:
    for path, value in values.items():
        field = FIELDS_BY_PATH.get(path)
        if field is None or not value:
            continue
        if field in TIMES and len(value) != field.maximum:
            message = f"{field.attribute} is {value} in milliseconds, which are not 13 digits"
            yield khqr_finding(f"{field.finding}.length", path, message)
        elif field not in TIMES:
            yield from field_problems(field, value)


def _judged(values: dict[str, str]) -> set[str]:
    """Return the paths that the new values make right or wrong, also where not named."""
    judged = set(values)
    if values.get("54"):
        judged.add("99.01")
    if any(path.startswith("64.") for path in values):
        judged |= {"64.00", "64.01"}
    return judged


def _new_values(
    source: Payload, changes: Amendments, at: datetime | None, expires_in: timedelta | None
) -> dict[str, str]:
    """Return the new text by path; an empty text removes the object."""
    values = {
        field.path: _text(attribute, changes.get(attribute)) or DEFAULTS.get(attribute, "")
        for attribute, field in _FIELDS.items()
        if attribute in changes
    }
    times = _times(changes, at, expires_in)
    if "amount" in changes:
        amount = amount_from(changes["amount"])
        values |= _amount_values(source, amount)
        if not amount:
            times = {"99.00": "", "99.01": ""}
    held = source.find("99")
    if held is not None and held.fault is not None and times:
        return values | {"99": "".join(write_object(p[3:], v) for p, v in times.items() if v)}
    return values | times


def _text(attribute: str, value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{attribute} is str, not {type(value).__name__}")
    return value or ""


def _amount_values(source: Payload, amount: Decimal | None) -> dict[str, str]:
    if not amount:
        return {"54": "", "01": "11"} if "01" in source else {"54": ""}
    text = amount_text(amount, Currency.of(source.get("53", "")))
    return {"54": text or "", "01": "12"}


def _times(
    changes: Amendments, at: datetime | None, expires_in: timedelta | None
) -> dict[str, str]:
    """Return the texts of object 99, as far as they were named."""
    created = aware_moment("created_at", changes.get("created_at"))
    expires = aware_moment("expires_at", changes.get("expires_at"))
    if expires_in is not None or expires is not None:
        created = created or aware_moment("at", at or datetime.now(UTC))
        if expires_in is not None and created is not None:
            expires = moment_after(created, expires_in)
        return {"99.00": _digits(created), "99.01": _digits(expires)}
    times = {"99.00": _digits(created)} if "created_at" in changes else {}
    return times | ({"99.01": ""} if "expires_at" in changes else {})


def _digits(moment: datetime | None) -> str:
    return "" if moment is None else str(milliseconds(moment))
