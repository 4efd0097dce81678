"""What Cambodia's readers ask for beyond EMVCo, and what they let pass: the profile ``khqr``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from .codec.problems import LONGEST_LIFE, UNIONPAY_LENGTH
from .currency import KHR, USD
from .emv.profile import Profile
from .emv.rules import Reading
from .emv.tree import is_complete
from .emv.units import KHQR_ORDER, LengthUnit, measure
from .emv.values import AMOUNT
from .errors import Finding, Severity, quote
from .fields import ACCOUNT_TEMPLATES, is_bakong_account
from .findings import khqr_finding, two_payees
from .model import milliseconds, moment_at

__all__ = ["KHQR_PROFILE", "khqr_findings", "names_an_account"]

_INSIDE_99 = frozenset(
    {"template.not-tlv", "tlv.header-truncated", "tlv.id-not-digits", "guid.missing"}
)
"""Findings about the content of 99 whose path is that of the template."""

_LIFE = int(LONGEST_LIFE.total_seconds() * 1000)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CURRENCIES = {KHR.number: KHR, USD.number: USD}
_BREAKS_ITS_PARENT = frozenset({"tlv.length-overrun", "tlv.length-not-digits"})
"""What is wrong with an object's own length, so that the template around it cannot be walked."""


def _local_script(finding: Finding, value: str) -> Severity | None:
    """Khmer stands in 59, 60 and 62 of live codes; control characters do not belong anywhere."""
    if finding.path[:2] in {"59", "60", "62"} and not _CONTROL.search(value):
        return Severity.WARNING
    return finding.severity


def _bank_content(finding: Finding, _value: str) -> Severity | None:
    """Banks write what they like inside 99 (R63) and 62.50-62.99; the objects themselves count."""
    if finding.path.startswith("99.") or (finding.path == "99" and finding.code in _INSIDE_99):
        return None
    breaks_62 = len(finding.path) == len("62.50") and finding.code in _BREAKS_ITS_PARENT
    if "62.50" <= finding.path[:5] <= "62.99" and not breaks_62:
        return Severity.WARNING
    return finding.severity


def _said_better(_finding: Finding, _value: str) -> Severity | None:
    """A finding of KHQR's own says the same, with its number."""
    return None


def _unread_here(_finding: Finding, _value: str) -> Severity | None:
    """No reader of KHQR reads 62.10 and 62.11, and banks use the numbers for their own."""
    return Severity.WARNING


def _city_alone(finding: Finding, value: str) -> Severity | None:
    """The official SDK writes 64.02 alone."""
    return Severity.WARNING if value[:2] == "02" else finding.severity


def _one_letter(finding: Finding, value: str) -> Severity | None:
    """The official SDK writes a language of one letter."""
    return Severity.WARNING if len(value) == 1 else finding.severity


KHQR_PROFILE = Profile(
    name="khqr",
    units=KHQR_ORDER,
    exponents={KHR.number: KHR.decimals, USD.number: USD.decimals},
    severities={
        "charset.not-ans": _local_script,
        "language.missing": _city_alone,
        "language.code": _one_letter,
        "poi.dynamic-without-amount": _said_better,
        **dict.fromkeys(("tax-id.too-long", "channel.length"), _unread_here),
        **dict.fromkeys(
            (
                "guid.missing",
                "guid.too-long",
                "template.not-tlv",
                "tlv.header-truncated",
                "tlv.id-not-digits",
                "tlv.length-not-digits",
                "tlv.length-overrun",
                "tlv.length-zero",
            ),
            _bank_content,
        ),
    },
)
"""EMVCo's rules as they are kept in Cambodia."""


def names_an_account(reading: Reading) -> bool:
    """Whether an account stands where other codes have a GUID, which makes a text a KHQR."""
    guids = (
        child.value
        for item in reading.tree.objects
        if "26" <= item.id <= "51"
        for child in item.objects
        if child.id == "00"
    )
    return any("@" in guid for guid in guids)


def khqr_findings(reading: Reading, at: datetime | None) -> Iterator[Finding]:
    """Yield the findings that EMVCo's rules do not give."""
    if reading.walked and reading.start < reading.stop:
        yield from _length_unit(reading)
        yield from _account(reading)
        yield from _unionpay(reading)
        yield from _money(reading)
        yield from _times(reading, at)


def _finding(
    reading: Reading,
    code: str,
    path: str,
    message: str,
    severity: Severity | None = None,
    nbc_code: int | None = None,
) -> Finding:
    found = reading.first(path)
    offset = reading.stop if found is None else found.value_offset
    return khqr_finding(
        code,
        path,
        message,
        offset=offset,
        locator=reading.locator,
        severity=severity,
        nbc_code=nbc_code,
    )


def _length_unit(reading: Reading) -> Iterator[Finding]:
    """Readers that count UTF-16 units, as the official SDKs do, cannot read other lengths."""
    counts = {
        LengthUnit.CODE_POINT: ("characters, as EMVCo asks", Severity.WARNING),
        LengthUnit.UTF8: ("bytes", Severity.ERROR),
    }
    if reading.text.isascii() or not is_complete(reading.tree) or reading.tree.unit not in counts:
        return
    what, severity = counts[reading.tree.unit]
    message = f"lengths count {what}; the official SDKs count UTF-16 units"
    yield khqr_finding(
        "khqr.length-unit",
        "",
        message,
        offset=reading.start,
        locator=reading.locator,
        severity=severity,
    )


def _account(reading: Reading) -> Iterator[Finding]:
    kinds = [item for item in reading.tree.objects if item.id in ACCOUNT_TEMPLATES]
    if not kinds and reading.tree.fault is None:
        message = "neither object 29 (individual) nor 30 (merchant) is there"
        yield _finding(reading, "khqr.account-type.missing", "29", message)
    yield from two_payees(kinds, reading.locator)
    for kind in kinds:
        account = reading.value(f"{kind.id}.00")
        if account and not is_bakong_account(account):
            message = f"the Bakong account is {quote(account)}, expected name@bank"
            yield _finding(reading, "khqr.bakong-account-id.format", f"{kind.id}.00", message)
        for field in ACCOUNT_TEMPLATES[kind.id][1:]:
            text = reading.value(field.path)
            if text is None and field.required:
                message = f"a merchant code has no {field.attribute}"
                code = f"{field.finding}.missing"
                yield _finding(reading, code, field.path, message, Severity.WARNING)
            elif text is not None and measure(text, LengthUnit.UTF16) > field.maximum:
                message = f"{field.attribute} has {len(text)} characters, at most 32 fit"
                # The SDK's verify knows 30.01 only as account information.
                number = 35 if field.path == "30.01" else None
                code = f"{field.finding}.too-long"
                yield _finding(reading, code, field.path, message, nbc_code=number)


def _unionpay(reading: Reading) -> Iterator[Finding]:
    unionpay = reading.value("15")
    if unionpay is None:
        return
    if len(unionpay) > UNIONPAY_LENGTH:
        message = f"object 15 has {len(unionpay)} characters; NBC's document says 31"
        yield _finding(reading, "khqr.unionpay-account.length", "15", message)
    if reading.value("53") == USD.number:
        message = "the official SDK writes object 15 with riel only"
        code = "khqr.unionpay-account.dollar"
        yield _finding(reading, code, "15", message, Severity.WARNING)


def _money(reading: Reading) -> Iterator[Finding]:
    number, amount = reading.value("53"), reading.value("54")
    if number and number.isascii() and number.isdigit() and number not in _CURRENCIES:
        message = f"currency is {number}, a KHQR carries 116 (KHR) or 840 (USD)"
        yield _finding(reading, "khqr.currency.unsupported", "53", message)
    country = reading.value("58")
    if country and country != "KH":
        message = f"country is {quote(country)}, a KHQR says KH"
        yield _finding(reading, "khqr.country.other", "58", message)
    riel = number == KHR.number and amount is not None and AMOUNT.fullmatch(amount) is not None
    if riel and amount and amount.partition(".")[2].strip("0"):
        message = f"amount is {amount} KHR; riel are whole"
        yield _finding(reading, "khqr.amount.format", "54", message)
    if reading.value("01") == "12" and amount is None and reading.tree.fault is None:
        message = "a dynamic code (01 = 12) has no amount"
        yield _finding(reading, "khqr.amount.missing", "54", message)


def _times(reading: Reading, at: datetime | None) -> Iterator[Finding]:
    """Expiry, as the official SDK judges it: in full only where 01 says that a code is dynamic."""
    dynamic = reading.value("01") == "12"
    times, created, expires = map(reading.value, ("99", "99.00", "99.01"))
    amount = reading.value("54") is not None
    if not (dynamic or amount or expires) or reading.tree.fault is not None:
        return
    grave = None if dynamic else Severity.WARNING
    if expires is None:
        severity = None if dynamic or times is None else Severity.WARNING
        message = "a code with an amount has no time of expiry"
        yield _finding(reading, "khqr.expires-at.missing", "99.01", message, severity)
        return
    if not re.fullmatch("[0-9]+", expires):
        message = f"time of expiry is {quote(expires)}, expected 13 digits"
        yield _finding(reading, "khqr.expires-at.not-a-time", "99.01", message, grave)
        return
    if len(expires) != 13:
        message = f"time of expiry is {quote(expires)}, expected 13 digits"
        yield _finding(reading, "khqr.expires-at.length", "99.01", message, grave)
        return
    if created and re.fullmatch("[0-9]{13}", created):
        life = int(expires) - int(created)
        if life < 0:
            message = f"time of expiry {expires} is before the creation at {created}"
            yield _finding(reading, "khqr.expires-at.before-creation", "99.01", message, grave)
        elif life > _LIFE:
            message = (
                f"the code lives {timedelta(milliseconds=life)}, NBC asks for 10 minutes at most"
            )
            yield _finding(reading, "khqr.expires-at.far", "99.01", message)
    if at is not None and int(expires) < milliseconds(at):
        message = f"the code expired at {moment_at(int(expires)):%Y-%m-%d %H:%M:%S} UTC"
        yield _finding(reading, "khqr.expires-at.past", "99.01", message, grave)
