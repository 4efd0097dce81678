"""From text to meaning: `decode`, `verify` and `md5`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from ..currency import Currency, UnreadableAmount
from ..emv.catalogue import Locator
from ..emv.dictionary import ROOT
from ..emv.limits import MAX_PAYLOAD
from ..emv.payload import break_findings
from ..emv.source import payload_text
from ..emv.structure import (
    check_sum_problem,
    crc_is_right,
    every_object,
    fault_finding,
)
from ..emv.tlv import read_level
from ..emv.tree import DataObject, Tree, is_complete, read_tree
from ..emv.units import ruler, units_for
from ..emv.values import AMOUNT
from ..errors import DecodeError, Finding, quote
from ..fields import ACCOUNT_TEMPLATES, ADDITIONAL, LANGUAGE, MERCHANT_DETAILS, UNIONPAY
from ..findings import khqr_finding, two_payees
from ..model import Individual, Merchant, frozen_individual, frozen_merchant, moment_at
from .fast import decode_fast

try:  # CPython's own MD5: for short texts faster than OpenSSL's, which some systems switch off
    from _md5 import md5 as digest  # type: ignore[import-not-found]  # typeshed leaves it out
except ImportError:  # pragma: no cover - only an interpreter that was built without it
    from hashlib import md5 as digest

__all__ = [
    "ambiguities",
    "complete_tree",
    "decode",
    "decode_by_tree",
    "md5",
    "refuse",
    "refuse_obstacles",
    "source_tree",
    "verify",
]

_TEXTS = (UNIONPAY, *MERCHANT_DETAILS, *ADDITIONAL, *LANGUAGE)
_MUST_BE_WHOLE = frozenset({"29", "30", "62", "64"})
"""Templates that are read, and whose breaks are therefore not passed over; 99 holds anything."""

_TIME = re.compile("[0-9]{13}")

_READ = frozenset(
    {"00", "01", "53", "54", "58", "63", "29", "30", "62", "64", "99", "99.00", "99.01"}
    | {field.path for field in (*_TEXTS, *ACCOUNT_TEMPLATES["29"], *ACCOUNT_TEMPLATES["30"])}
)
"""The objects that decide what a code means: none of them may occur twice."""

_REFUSED = "the text is not a KHQR that may be acted on"


def decode(payload: str | bytes) -> Individual | Merchant:
    """Return what a KHQR means.

    It asks for objects that can be walked, a right CRC, none of its objects twice, exactly one of
    objects 29 and 30, and a Bakong account in it. Nothing else makes it fail, so codes as banks
    print them can be read; what is odd about them, `khqr.check` says. Unknown objects are left
    alone; `khqr.parse` gives them. A code without 29 and 30 passes where it names a payee all the
    same: an account as the GUID of another template, or UnionPay's object 15 in Cambodia.

    Args:
        payload: the text of a code, at most 4,096 characters, or its UTF-8 bytes.

    Returns:
        `Individual` for object 29, `Merchant` for 30. A text that is absent from the code is
        None, or empty where the field is a plain `str`. An amount that is no number becomes an
        `khqr.currency.UnreadableAmount`; a time that is not 13 digits becomes None.

    Raises:
        DecodeError: with the findings that stand in the way. A wrong CRC is always refused.
        TypeError: for anything but text and bytes.

    Source: EMVCo MPM 1.0 §4; bakong-khqr 1.0.20.

    >>> decode("00020101021129180014demo_user@devb5204599953031165802KH"
    ...        "5909Demo User6010Phnom Penh6304119A").bakong_account_id
    'demo_user@devb'
    """
    text = payload if isinstance(payload, str) else payload_text(payload)
    value = decode_fast(text)
    return decode_by_tree(payload_text(text)) if value is None else value


def verify(payload: str | bytes) -> bool:
    """Whether the CRC of a payload is right: that, and nothing else about it.

    The CRC is object 63, found by walking; lower-case digits count as right. A text that cannot
    be walked to a final object 63 has no CRC and gives False.

    Raises:
        TypeError: for anything but text and bytes.
        DecodeError: for bytes that are not UTF-8, or more than 4,096 characters.

    Source: EMVCo MPM 1.0 §4.7.3.

    >>> verify("00020101021129180014demo_user@devb5204599953031165802KH"
    ...        "5909Demo User6010Phnom Penh6304119A")
    True
    """
    text = payload_text(payload)
    size = len(text)
    for unit in units_for(text):
        level = read_level(text, 0, size, ruler(text, unit))
        if level.fault is None and level.spans and level.spans[-1].id == "63":
            crc = level.spans[-1].value_start
            if crc_is_right(text[crc:], text[:crc]):
                return True
    return False


def md5(payload: str | bytes) -> str:
    """Return the key by which Bakong finds the transaction of a code: 32 hexadecimal digits.

    It is the MD5 of the UTF-8 bytes of the text exactly as it was displayed, CRC included, so
    never hash a text that was encoded anew. Only codes with an amount can be found by it.

    Raises:
        DecodeError: for a text that UTF-8 cannot hold, or more than 4,096 characters.

    Source: bakong-khqr 1.0.20.

    >>> md5("00020101021129180014demo_user@devb5204599953031165802KH"
    ...     "5909Demo User6010Phnom Penh6304119A")
    '649541521603eb99c24906915ebaba3f'
    """
    if isinstance(payload, str) and len(payload) <= MAX_PAYLOAD:
        text = payload
    else:
        text = payload_text(payload)
    try:
        key: str = digest(text.encode(), usedforsecurity=False).hexdigest()
    except UnicodeEncodeError as error:
        finding = Locator(text).finding(
            "charset.surrogate", "", error.start, "half of a character, which UTF-8 cannot hold"
        )
        raise DecodeError("the text has no MD5", [finding]) from None
    return key


def complete_tree(text: str) -> Tree | None:
    """Return the tree of a text that ends with object 63, in the first unit that leads there."""
    trees = (read_tree(text, ROOT, unit) for unit in units_for(text))
    return next(filter(is_complete, trees), None)


def source_tree(text: str) -> Tree:
    """Return the tree of a text with a right CRC, or raise with the reasons."""
    tree = complete_tree(text)
    locator = Locator(text)
    if tree is None:
        tree = read_tree(text, ROOT)
        findings = break_findings(text, tree)
        if not findings:
            message = "no object 63 of four characters ends the payload"
            findings.append(locator.finding("crc.missing", "63", len(text), message))
        raise DecodeError(_REFUSED, findings)
    crc = tree.objects[-1]
    problem = check_sum_problem(crc.value, text[: crc.value_offset])
    if problem is None or problem[0] == "crc.lower-case":
        return tree
    hint = "the text was damaged or changed: scan or copy it again"
    finding = locator.finding(problem[0], "63", crc.value_offset, problem[1], hint=hint)
    raise DecodeError(_REFUSED, [finding])


def decode_by_tree(text: str) -> Individual | Merchant:
    """Return what ``text`` means, read by its tree: every shape, and every reason to refuse.

    >>> decode_by_tree("000201")
    Traceback (most recent call last):
    khqr.errors.DecodeError: the text is not a KHQR that may be acted on
      error   63 @6  crc.missing: no object 63 of four characters ends the payload
    """
    tree = source_tree(text)
    refuse_obstacles(tree, text)
    texts = {item.path: item.value for item in every_object(tree.objects) if item.path in _READ}
    kind = "30" if "30" in texts else "29"
    values: dict[str, object] = {
        field.attribute: texts.get(field.path) or ("" if field.required else None)
        for field in (*_TEXTS, *ACCOUNT_TEMPLATES[kind])
    }
    if kind not in texts:
        values["bakong_account_id"] = _other_payee(tree) or ""
    values["currency"] = Currency.of(texts.get("53", ""))
    values["amount"] = _amount(texts.get("54"))
    values["created_at"] = _time(texts.get("99.00", ""))
    values["expires_at"] = _time(texts.get("99.01", ""))
    if kind == "29":
        return frozen_individual(*(values[name] for name in Individual.__dataclass_fields__))
    return frozen_merchant(*(values[name] for name in Merchant.__dataclass_fields__))


def refuse_obstacles(tree: Tree, text: str) -> None:
    """Raise if what ``tree`` means is in doubt, with every reason at once."""
    locator = Locator(text)
    refuse([*ambiguities(tree.objects, text, locator), *_payee_doubts(tree, text, locator)])


def refuse(findings: list[Finding]) -> None:
    """Raise if there are any findings."""
    if findings:
        raise DecodeError(_REFUSED, sorted(findings, key=attrgetter("offset")))


def ambiguities(objects: tuple[DataObject, ...], text: str, locator: Locator) -> Iterator[Finding]:
    """Yield why two readers could differ about a text: what breaks off, or is there twice."""
    for item in objects:
        if item.fault is not None and item.id in _MUST_BE_WHOLE:
            yield fault_finding(item.fault, item.path, text, item.end, locator)
    yield from _duplicates(objects, locator)
    yield from two_payees(objects, locator)


def _payee_doubts(tree: Tree, text: str, locator: Locator) -> Iterator[Finding]:
    kinds = [item for item in tree.objects if item.id in ACCOUNT_TEMPLATES]
    if not kinds and _other_payee(tree) is None:
        yield khqr_finding(
            "khqr.account-type.missing",
            "29",
            "neither object 29 nor object 30 is there, so nobody can be paid",
            offset=len(text),
            locator=locator,
        )
    for kind in kinds:
        account = next((item for item in kind.objects if item.id == "00"), None)
        if account is None or "@" not in account.value:
            value = account.value if account else ""
            yield khqr_finding(
                f"khqr.bakong-account-id.{'format' if value else 'missing'}",
                f"{kind.id}.00",
                f"the Bakong account is {quote(value)}, expected name@bank",
                offset=account.value_offset if account else kind.offset,
                locator=locator,
            )


def _other_payee(tree: Tree) -> str | None:
    """Return the Bakong account of a code without 29 and 30, as far as it names a payee at all.

    Two shapes occur: an account in the place of the GUID of another template, and Cambodian codes
    that are paid through UnionPay alone, for which the account is empty.
    """
    accounts = [
        child.value
        for item in tree.objects
        if "26" <= item.id <= "51"
        for child in item.objects
        if child.id == "00" and "@" in child.value
    ]
    if len(accounts) == 1:
        return accounts[0]
    values = {item.id: item.value for item in tree.objects}
    return "" if not accounts and "15" in values and values.get("58") == "KH" else None


def _duplicates(objects: tuple[DataObject, ...], locator: Locator) -> Iterator[Finding]:
    seen: set[str] = set()
    for item in every_object(objects):
        if item.path in seen and item.path in _READ:
            message = f"object {item.path} occurs again, and readers differ in which one counts"
            yield locator.finding("tlv.duplicate-id", item.path, item.offset, message)
        seen.add(item.path)


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    return Decimal(text) if AMOUNT.fullmatch(text) else UnreadableAmount(text)


def _time(text: str) -> datetime | None:
    return moment_at(int(text)) if _TIME.fullmatch(text) else None
