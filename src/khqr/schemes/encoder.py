"""Codes of the linked countries: from values to text and back, by the same tables as the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeVar, overload

from ..codec.decoder import source_tree
from ..emv.catalogue import Locator
from ..emv.crc import checksum
from ..emv.iso import currency_exponent
from ..emv.limits import MAX_LENGTH
from ..emv.payload import Payload
from ..emv.source import payload_text
from ..emv.tlv import write_object
from ..errors import DecodeError, EncodeError, Finding, Severity, quote
from .fields import EmvFields
from .findings import scheme_finding
from .identification import identify
from .judge import judge
from .network import Network
from .values import BillPayment, CreditTransfer, DuitNow, SchemeCode, VietQR

__all__ = ["decode", "encode"]

_KINDS: tuple[type[SchemeCode], ...] = (CreditTransfer, BillPayment, VietQR, DuitNow)
_Code = TypeVar("_Code", bound=SchemeCode)
_FOLLOWS = frozenset({"scheme.identifier.missing", "merchant-account.missing", "root.missing"})
"""What is absent because something had to be left out."""


def encode(code: SchemeCode, *, order: Sequence[str] = ()) -> str:
    """Return the payload of a Thai QR, a VietQR or a static DuitNow QR.

    Objects come in ascending order, which is what EMVCo's tables show and every reader takes.

    Args:
        code: what to write.
        order: IDs of the root to write in this order, before the others: some banks' own codes
            have 58 before 53, and a copy of one must be the same to the letter. Object 00 stays
            the first and 63 the last.

    Raises:
        EncodeError: with every problem of the code at once in ``findings``. What `khqr.check`
            calls a warning of the scheme's table is a reason, too: nothing doubtful is written.
        TypeError: for anything but one of the values.

    Source: the modules of the schemes; order of objects, EMVCo MPM 1.0 §4.6.1.

    >>> code = VietQR(bank_bin="999999", account="000000000001", amount=Decimal(150000),
    ...               purpose_of_transaction="DON HANG 01")
    >>> encode(code)[-50:], decode(encode(code)) == code
    ('530370454061500005802VN62150811DON HANG 01630489E2', True)
    """
    if not isinstance(code, SchemeCode):
        raise TypeError(f"code is a value of khqr.schemes, not {type(code).__name__}")
    texts, findings = _texts(code)
    payload, omitted = _payload(texts, order)
    findings += omitted
    said = {finding.path for finding in findings}
    for finding in judge(payload, code.description):
        told = any(finding.path == path or finding.path.startswith(f"{path}.") for path in said)
        doubtful = finding.severity is Severity.ERROR or finding.code.startswith("scheme.")
        if doubtful and not told and not (omitted and finding.code in _FOLLOWS):
            findings.append(replace(finding, severity=Severity.ERROR, offset=0, byte_offset=0))
    if findings:
        raise EncodeError("the code cannot be encoded", sorted(findings, key=attrgetter("path")))
    return payload


def _texts(code: SchemeCode) -> tuple[dict[str, str], list[Finding]]:
    """Return the text of every object by its path, and what is wrong with single values."""
    scheme, tag = code.description, code.tag
    number = scheme.currencies[0]
    texts = {
        "00": "01",
        "01": code.initiation,
        f"{tag}.00": code.guid,
        "53": number,
        "58": scheme.country or "",
    }
    findings = []

    def refuse(path: str, message: str, problem: str = "format") -> None:
        code_ = f"scheme.field.{problem}"
        findings.append(
            scheme_finding(code_, path, message, scheme, Locator(""), 0, severity=Severity.ERROR)
        )

    if code.amount is not None:
        decimals = currency_exponent(number) or 0
        text = _amount_text(code.amount, decimals)
        if text is None:
            shown = quote(getattr(code.amount, "text", str(code.amount)))
            refuse("54", f"amount is {shown}, expected a number with at most {decimals} decimals")
        else:
            texts["54"] = text
    for name, row in scheme.fields.rows.items():
        value = getattr(code, name, None)
        if value is None or name in {"point_of_initiation", "amount"}:
            continue
        path = row.path.replace("*", tag)
        if path in texts and name != "payload_format_indicator":
            refuse(path, f"{name} stands where another field does", "repeated")
        texts[path] = row.write(value)
        common = row is EmvFields.rows.get(name)  # EMVCo's rules judge it
        problem = "" if common else row.problem(texts[path])
        if row.guids and code.guid.lower() not in row.guids:
            refuse(path, f"{name} does not go with the identifier {code.guid}", "unexpected")
        elif problem:
            refuse(path, f"{name} {problem}")
    return texts, findings


def _amount_text(amount: Decimal, decimals: int) -> str | None:
    """Return an amount with all the decimals of its currency, None where that is not exact.

    >>> _amount_text(Decimal("120.5"), 2), _amount_text(Decimal("1E+3"), 0)
    ('120.50', '1000')
    >>> _amount_text(Decimal("0.005"), 2) is None
    True
    """
    if not amount.is_finite() or amount <= 0 or not -MAX_LENGTH < amount.adjusted() < MAX_LENGTH:
        return None
    whole, _, fraction = f"{amount:f}".partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > decimals:
        return None
    return f"{whole}.{fraction:0<{decimals}}" if decimals else whole


def _payload(texts: Mapping[str, str], order: Sequence[str]) -> tuple[str, list[Finding]]:
    """Return the sealed payload, and a finding for everything that had to be left out of it."""
    inside: dict[str, dict[str, str]] = {}
    omitted: list[Finding] = []
    for depth in (2, 1, 0):  # the deepest first, so that a template has its whole value
        for path in sorted(path for path in (*texts, *inside) if path.count(".") == depth):
            value = texts.get(path) or "".join(inside.get(path, {}).values())
            if not 0 < len(value) <= MAX_LENGTH:
                omitted.append(_length_finding(path, value))
                continue
            above, _, object_id = path.rpartition(".")
            inside.setdefault(above, {})[object_id] = write_object(object_id, value)
    root = inside[""]
    first = ["00", *(object_id for object_id in order if object_id in root)]
    body = "".join(root[object_id] for object_id in dict.fromkeys([*first, *root])) + "6304"
    try:
        return body + checksum(body), omitted
    except UnicodeEncodeError:  # half a character, about which the rules have a finding
        return f"{body}0000", omitted


def _length_finding(path: str, value: str) -> Finding:
    code = "encode.value-too-long" if value else "encode.value-empty"
    message = f"the value has {len(value)} characters, 1 to {MAX_LENGTH} can be written"
    return Locator("").finding(code, path, 0, message)


@overload
def decode(payload: str | bytes) -> SchemeCode: ...
@overload
def decode(payload: str | bytes, kind: type[_Code]) -> _Code: ...
def decode(payload: str | bytes, kind: type[SchemeCode] | None = None) -> SchemeCode:
    """Return what a Thai QR, a VietQR or a DuitNow QR says, as a value that `encode` takes.

    Objects that the value has no place for are left alone; `identify` gives all of them.

    Args:
        payload: the text of a code, at most 4,096 characters, or its UTF-8 bytes.
        kind: which of them to read, for a code that carries several.

    Raises:
        DecodeError: if it is none of them or not exactly one, if its CRC is wrong, if something
            in it occurs twice, or if it does not say who is paid.
        TypeError: for anything but text and bytes.

    >>> decode("00020101021129370016A0000006770101110113006600000000153037645802TH6304A6DB")
    CreditTransfer(mobile='0066000000001')
    """
    text = payload_text(payload)
    whole = Payload(text, source_tree(text))
    kinds = {one.description.name: one for one in _KINDS if kind is None or one is kind}
    found = [network for network in identify(whole) if network.scheme in kinds]
    if len(found) != 1:
        what = " and ".join(network.description.title for network in found) or "none of them"
        wanted = ", ".join(one.description.title for one in kinds.values())
        raise DecodeError(f"the code is {what}, expected one of {wanted}")
    return _value(kinds[found[0].scheme], found[0])


def _value(kind: type[SchemeCode], network: Network) -> SchemeCode:
    said = network.fields
    given: dict[str, Any] = {}
    for field in fields(kind):
        name = "is_cross_border" if field.name == "cross_border" else field.name
        given[field.name] = getattr(said, name)
        if given[field.name] is None and field.default is MISSING:
            message = f"{field.name} is missing, without which nobody is paid"
            path = network.object_path
            finding = scheme_finding(
                "scheme.field.missing",
                path,
                message,
                network.description,
                Locator(""),
                0,
                severity=Severity.ERROR,
            )
            raise DecodeError("the code cannot be acted on", [finding])
    own = {name: row for name, row in said.rows.items() if row is not EmvFields.rows.get(name)}
    taken = {row.path for name, row in own.items() if given.get(name) is not None}
    for name, row in EmvFields.rows.items():
        if (
            name in given and name not in own and row.path in taken
        ):  # the scheme reads that object its own way
            given[name] = None
    code = kind(**given)
    usual = replace(code, point_of_initiation=None)
    return usual if usual.initiation == code.point_of_initiation else code
