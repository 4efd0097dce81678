"""The JSON shapes of the command: what its programs read, and what `encode --from-json` takes.

A decimal is a text, a time is ISO 8601 to the millisecond, what is absent is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from ..checks import Report
from ..currency import UnreadableAmount
from ..errors import (
    DecodeError,
    EncodeError,
    Finding,
    KhqrError,
    MissingDependency,
    ScanError,
    quote,
)
from ..model import Code, Individual, Merchant, aware_moment
from .explain import Row
from .printable import printable

__all__ = [
    "code_from",
    "code_shape",
    "document",
    "fields_from_json",
    "finding_shape",
    "object_shapes",
    "parts",
    "problem_shape",
    "report_shape",
]

_KINDS: dict[str, type[Code]] = {"individual": Individual, "merchant": Merchant}
_NAMES = {kind: tuple(field.name for field in fields(cls)) for kind, cls in _KINDS.items()}
_MOMENTS = frozenset({"created_at", "expires_at"})


class _Number(str):
    """A number of a JSON document, as it was written: it never becomes a float."""

    __slots__ = ()


def document(value: Any) -> str:
    r"""Return ``value`` as JSON text that is safe to show: Khmer as it is, controls escaped.

    >>> print(document({"name": "ហាង\x9b"}))
    {
      "name": "ហាង\u009b"
    }
    """
    return printable(json.dumps(value, ensure_ascii=False, indent=2), keep="\n")


def finding_shape(finding: Finding) -> dict[str, Any]:
    """Return a finding as a JSON object: its attributes by their names."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "path": finding.path,
        "offset": finding.offset,
        "byte_offset": finding.byte_offset,
        "message": finding.message,
        "clause": finding.clause,
        "hint": finding.hint,
        "nbc_code": finding.nbc_code,
    }


def report_shape(report: Report) -> dict[str, Any]:
    """Return a report as a JSON object.

    >>> from khqr import check
    >>> report_shape(check("000201"))["ok"]
    False
    """
    return {
        "ok": report.ok,
        "profile": report.profile,
        "findings": [finding_shape(finding) for finding in report],
    }


def parts(problem: KhqrError) -> tuple[str, tuple[Finding, ...]]:
    """Return what an exception says by itself, and the findings behind it.

    >>> parts(DecodeError("the payload is empty"))
    ('the payload is empty', ())
    """
    if isinstance(problem, (DecodeError, EncodeError)):
        return problem.summary, problem.findings
    return str(problem), ()


def problem_shape(problem: KhqrError) -> dict[str, Any]:
    """Return an exception as a JSON object with every finding behind it.

    >>> problem_shape(ScanError("no-symbol", "no QR symbol was found"))["reason"]
    'no-symbol'
    """
    message, findings = parts(problem)
    shape: dict[str, Any] = {"type": type(problem).__name__, "message": message}
    if isinstance(problem, ScanError):
        shape["reason"] = problem.reason
    if isinstance(problem, MissingDependency):
        shape["install"] = problem.install
    return shape | {"findings": [finding_shape(finding) for finding in findings]}


def code_shape(code: Code) -> dict[str, Any]:
    """Return a code as a JSON object, which `code_from` reads back.

    >>> code = Individual(bakong_account_id="demo_user@devb", merchant_name="Demo User", amount=5)
    >>> shape = code_shape(code)
    >>> shape["type"], shape["amount"], shape["bill_number"], code_from(shape) == code
    ('individual', '5', None, True)
    """
    kind = "individual" if isinstance(code, Individual) else "merchant"
    return {"type": kind} | {name: _shape(getattr(code, name)) for name in _NAMES[kind]}


def _shape(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.text if isinstance(value, UnreadableAmount) else str(value)


def object_shapes(explained: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the objects of a payload, each with those inside it and its span in characters.

    >>> from khqr.cli.explain import rows
    >>> [(shape["path"], shape["end"]) for shape in object_shapes(rows("00020152045999"))]
    [('00', 6), ('52', 14)]
    """
    roots: list[dict[str, Any]] = []
    inside = {-1: roots}
    for row in explained:
        objects: list[dict[str, Any]] = []
        shape = {
            "path": row.path,
            "name": row.name,
            "value": row.value,
            "meaning": row.meaning,
            "problem": row.problem.value if row.problem else None,
            "offset": row.offset,
            "end": row.end,
            "objects": objects,
        }
        inside[row.depth - 1].append(shape)
        inside[row.depth] = objects
    return roots


def fields_from_json(data: bytes) -> dict[str, Any]:
    """Return the fields of a JSON object, read without ever guessing.

    Args:
        data: UTF-8 JSON with the fields of `khqr.Individual` or `khqr.Merchant`, such as
            `khqr decode --json` prints. Only an amount may be a number.

    Raises:
        KhqrError: if it is not such an object; every wrong field is named at once.

    >>> fields_from_json(b'{"merchant_name": "Demo Shop", "amount": 1.50}')
    {'merchant_name': 'Demo Shop', 'amount': '1.50'}
    """
    try:
        values = json.loads(
            data.decode(),
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
            object_pairs_hook=_without_repeats,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise KhqrError(f"the input is not a JSON document: {problem}") from None
    except RecursionError:
        raise KhqrError("the input is not a flat JSON object of fields") from None
    if not isinstance(values, dict):
        raise KhqrError("the input is not a JSON object of fields, such as decode --json prints")
    read = {}
    wrong = []
    for name, value in values.items():
        try:
            read[name] = _field(name, value)
        except KhqrError as problem:
            wrong.append(str(problem))
    if wrong:
        raise KhqrError("\n  ".join(["the JSON object has fields that cannot be read:", *wrong]))
    return read


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise KhqrError(f"{quote(repeated)} stands more than once in a JSON object")
    return values


def _field(name: str, value: object) -> str | datetime | None:
    if name != "type" and not any(name in names for names in _NAMES.values()):
        raise KhqrError(f"{quote(name)} is not a field of a code")
    if value is None:
        return None
    if not isinstance(value, str):
        raise KhqrError(f"{name} is not a text")
    if isinstance(value, _Number) and name != "amount":
        raise KhqrError(f"{name} is the number {quote(str(value))}, expected a text in quotes")
    if name == "type" and value not in _KINDS:
        raise KhqrError(f"type is {quote(value)}, expected one of {', '.join(_KINDS)}")
    return _moment(name, value) if name in _MOMENTS else str(value)


def _moment(name: str, text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise KhqrError(f"{name} is {quote(text)}, expected a time of ISO 8601") from None
    return aware_moment(name, moment)


def code_from(values: Mapping[str, Any]) -> Code:
    """Return the code that ``values`` describe; what is wrong with it, `khqr.encode` says.

    Where ``type`` does not say which kind it is, a merchant's number makes it a merchant's code,
    an empty one too: it was meant to be there.

    Raises:
        KhqrError: for a field that the kind of code does not have.

    >>> code_from({"bakong_account_id": "khqr@devb", "merchant_id": "000123"}).merchant_id
    '000123'
    """
    given = {name: value for name, value in values.items() if value is not None}
    kind = given.pop("type", None) or ("merchant" if "merchant_id" in given else "individual")
    other = [name for name in given if name not in _NAMES[kind]]
    if other:
        owner = "a merchant's" if kind == "merchant" else "an individual's"
        raise KhqrError(f"{owner} code has no {', '.join(other)}")
    needed = dict.fromkeys(("bakong_account_id", "merchant_name"), "")
    if kind == "merchant":
        needed |= dict.fromkeys(("merchant_id", "acquiring_bank"), "")
    return _KINDS[kind](**(needed | given))
