"""Every reason why a code cannot, or should not, be written, in payload order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..currency import KHR, amount_problem, amount_text
from ..emv.limits import MAX_LENGTH
from ..emv.units import LengthUnit, measure
from ..errors import Finding, Severity, quote
from ..fields import (
    ADDITIONAL,
    INDIVIDUAL,
    LANGUAGE,
    MERCHANT,
    MERCHANT_DETAILS,
    UNIONPAY,
    Field,
    is_bakong_account,
)
from ..findings import khqr_finding
from ..model import DEFAULTS, Individual, Merchant, milliseconds

__all__ = ["FORBIDDEN", "LONGEST_LIFE", "UNIONPAY_LENGTH", "field_problems", "problems"]

FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\U00010000-\U0010ffff]")
"""Characters that are never written: control characters, and what UTF-16 counts twice."""

LONGEST_LIFE = timedelta(minutes=10)
"""NBC asks that a code with an amount not live longer."""

UNIONPAY_LENGTH = 31
"""Length of object 15 in NBC's document: acquirer 8, forwarder 8, merchant 15."""

_STRICT = frozenset(
    {
        "khqr.merchant-category-code.too-short",
        "khqr.merchant-name.edge-space",
        "khqr.unionpay-account.length",
        "khqr.language-preference.too-short",
        "khqr.merchant-name-alternate-language.missing",
    }
)
"""Warnings that strict encoding refuses."""


def problems(
    code: Individual | Merchant,
    created: datetime | None,
    expires: datetime | None,
    *,
    strict: bool = False,
) -> list[Finding]:
    """Return everything that is wrong with ``code``; ``strict`` makes some warnings errors.

    >>> code = Individual(bakong_account_id="demo", merchant_name="", amount="1,000")
    >>> [finding.nbc_code for finding in problems(code, None, None)]
    [3, 4, 2, 45]
    """
    account = INDIVIDUAL if isinstance(code, Individual) else MERCHANT
    found = [*_account(code), *_merchant(code), *_money(code), *_language(code)]
    found += _times(created, expires) if code.amount else _ignored(expires)
    for field in (UNIONPAY, *account, *MERCHANT_DETAILS, *ADDITIONAL, *LANGUAGE):
        found += field_problems(field, _text(code, field))
    for fields in (account, ADDITIONAL, LANGUAGE):
        found += _template(fields[0].path[:2], [_text(code, field) for field in fields])
    if strict:
        found = [_stricter(finding) for finding in found]
    return sorted(found, key=lambda finding: finding.path)


def _stricter(finding: Finding) -> Finding:
    if finding.code not in _STRICT:
        return finding
    return khqr_finding(
        finding.code, finding.path, finding.message, severity=Severity.ERROR, hint=finding.hint
    )


def _text(code: Individual | Merchant, field: Field) -> str:
    return getattr(code, field.attribute) or DEFAULTS.get(field.attribute, "")


def field_problems(field: Field, text: str) -> Iterator[Finding]:
    """Yield what is wrong with the text of one field: presence, length, characters.

    >>> from khqr.fields import FIELDS_BY_PATH
    >>> [finding.code for finding in field_problems(FIELDS_BY_PATH["59"], "x" * 26)]
    ['khqr.merchant-name.too-long']
    """
    if not text:
        if field.required:
            message = f"{field.attribute} is empty, expected 1 to {field.maximum} characters"
            yield khqr_finding(f"{field.finding}.missing", field.path, message)
        return
    length = measure(text, LengthUnit.UTF16)
    if length > field.maximum:
        message = f"{field.attribute} has {length} characters, at most {field.maximum} fit"
        hint = "shorten it; it is never cut for you"
        yield khqr_finding(f"{field.finding}.too-long", field.path, message, hint=hint)
    bad = FORBIDDEN.search(text)
    if bad is not None:
        character = bad.group()
        beyond = character >= "\ud800"
        why = "counts differently in the length of different readers" if beyond else "is a control"
        yield khqr_finding(
            "khqr.text.beyond-bmp" if beyond else "khqr.text.control",
            field.path,
            f"{field.attribute} holds {quote(character)} (U+{ord(character):04X}), which {why}",
            hint="remove it",
        )
    elif not text.isascii() and field not in LANGUAGE:
        message = f"{field.attribute} is not plain ASCII, which EMVCo asks for here"
        hint = "Khmer belongs into the alternate name and city; most readers show it here too"
        yield khqr_finding("khqr.text.not-ascii", field.path, message, hint=hint)


def _template(object_id: str, texts: list[str]) -> Iterator[Finding]:
    length = sum(4 + measure(text, LengthUnit.UTF16) for text in texts if text)
    if length > MAX_LENGTH:
        message = f"the objects inside {object_id} have {length} characters, at most 99 fit"
        yield khqr_finding("khqr.template.too-long", object_id, message, hint="shorten its texts")


def _account(code: Individual | Merchant) -> Iterator[Finding]:
    account = code.bakong_account_id
    if account and not is_bakong_account(account):
        path = "29.00" if isinstance(code, Individual) else "30.00"
        message = f"bakong_account_id is {quote(account)}, expected name@bank"
        yield khqr_finding("khqr.bakong-account-id.format", path, message)


def _merchant(code: Individual | Merchant) -> Iterator[Finding]:
    category = code.merchant_category_code
    if category and not (category.isascii() and category.isdigit()):
        message = f"merchant_category_code is {quote(category)}, expected four digits"
        yield khqr_finding("khqr.merchant-category-code.format", "52", message)
    elif category and len(category) < 4:
        message = f"merchant_category_code is {quote(category)}, expected four digits"
        hint = f"write {category:0>4}"
        yield khqr_finding("khqr.merchant-category-code.too-short", "52", message, hint=hint)
    if code.merchant_name != code.merchant_name.strip():
        message = f"merchant_name {quote(code.merchant_name)} begins or ends with a space"
        yield khqr_finding("khqr.merchant-name.edge-space", "59", message)


def _money(code: Individual | Merchant) -> Iterator[Finding]:
    currency, unionpay = code.currency, code.unionpay_account
    if not currency.is_supported:
        problem = "too-long" if len(currency.number) > 3 else "unsupported"
        message = f"currency is {quote(str(currency))}, a KHQR carries KHR or USD"
        yield khqr_finding(f"khqr.currency.{problem}", "53", message)
    if unionpay and currency != KHR:
        message = f"unionpay_account goes with riel only, not with {currency}"
        yield khqr_finding("khqr.unionpay-account.dollar", "15", message)
    if unionpay and len(unionpay) > UNIONPAY_LENGTH:
        message = f"unionpay_account has {len(unionpay)} characters; NBC's document says 31"
        yield khqr_finding("khqr.unionpay-account.length", "15", message)
    if code.amount and amount_text(code.amount, currency) is None:
        yield khqr_finding("khqr.amount.format", "54", amount_problem(code.amount, currency))


def _language(code: Individual | Merchant) -> Iterator[Finding]:
    language, name = code.language_preference, code.merchant_name_alternate_language
    if language and not name:
        message = "language_preference is given without merchant_name_alternate_language"
        yield khqr_finding("khqr.merchant-name-alternate-language.missing", "64.01", message)
    elif name and not language:
        message = "merchant_name_alternate_language is given without language_preference"
        hint = "say which language it is, such as language_preference='km'"
        yield khqr_finding("khqr.language-preference.missing", "64.00", message, hint=hint)
    elif code.merchant_city_alternate_language and not name:
        message = "merchant_city_alternate_language is given without an alternate name"
        yield khqr_finding(
            "khqr.merchant-name-alternate-language.missing",
            "64.01",
            message,
            severity=Severity.WARNING,
        )
    if language and len(language) == 1:
        message = f"language_preference is {quote(language)}, expected two letters"
        yield khqr_finding("khqr.language-preference.too-short", "64.00", message)


def _times(created: datetime | None, expires: datetime | None) -> Iterator[Finding]:
    if created is not None and not 10**12 <= milliseconds(created) < 10**13:
        message = f"created_at is {created}, whose milliseconds are not 13 digits"
        yield khqr_finding("khqr.created-at.length", "99.00", message)
    if expires is None or not milliseconds(expires):
        message = "a code with an amount must say when it expires"
        hint = "pass expires_in=timedelta(minutes=10), or set expires_at"
        yield khqr_finding("khqr.expires-at.missing", "99.01", message, hint=hint)
        return
    if not 10**12 <= milliseconds(expires) < 10**13:
        message = f"expires_at is {expires}, whose milliseconds are not 13 digits"
        yield khqr_finding("khqr.expires-at.length", "99.01", message)
    if created is not None and expires < created:
        message = f"expires_at {expires} is before the creation at {created}"
        yield khqr_finding("khqr.expires-at.before-creation", "99.01", message)
    elif created is not None and expires - created > LONGEST_LIFE:
        message = f"the code lives {expires - created}, NBC asks for 10 minutes at most"
        yield khqr_finding("khqr.expires-at.far", "99.01", message)


def _ignored(expires: datetime | None) -> Iterator[Finding]:
    if expires is not None:
        message = "a code without an amount carries no times; expires_at is not written"
        yield khqr_finding("khqr.expires-at.ignored", "99.01", message)
