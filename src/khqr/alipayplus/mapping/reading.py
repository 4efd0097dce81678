"""Is this KHQR one that may be paid through Alipay+? If not, with which result code?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ...codec import decode
from ...codec.decoder import source_tree
from ...currency import KHR, USD, amount_text
from ...emv.payload import Payload
from ...emv.source import payload_text
from ...errors import DecodeError, quote
from ...model import Individual, Merchant, aware_moment
from ...nbc import ErrorCode, verify_full
from ..codes import MAX_CODE_VALUE
from ..results import (
    AlipayPlusError,
    AmountError,
    CurrencyNotSupported,
    ExpiredCode,
    InvalidCode,
    NotParticipating,
    Unmappable,
    because,
)
from .money import from_minor, to_minor
from .policy import Policy

__all__ = ["REFUSALS", "Reading", "read_khqr"]

REFUSALS: dict[int, Callable[[str], AlipayPlusError]] = {
    46: ExpiredCode,
    50: ExpiredCode,
    28: CurrencyNotSupported,
    4: AmountError,
    47: AmountError,
}
"""The refusal for an error number of the official SDK; every other number is an `InvalidCode`."""

_NO_EXPIRY = frozenset({45, 49})
"""Numbers that do not refuse a code: it gets a default expiry, and an issue is noted."""

_TIPS = ("55", "56", "57")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_SOME_TIMES = "0013175000000000001131750000000001"
"""An object 99 that nothing is wrong with, to see what else is wrong with a code."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A KHQR that may be paid.

    Attributes:
        text: as it was given.
        source: its objects.
        code: its meaning.
        amount: of a dynamic code, in the smallest unit of the other side; else None.
        expires_at: of a dynamic code, where it says so.
        issues: what was odd and passed.
    """

    text: str
    source: Payload
    code: Individual | Merchant
    amount: int | None
    expires_at: datetime | None
    issues: tuple[str, ...]

    def get(self, path: str) -> str | None:
        """Return the text at ``path``, None where it is absent or empty."""
        return self.source.get(path) or None

    @property
    def is_dynamic(self) -> bool:
        """Whether the code has an amount; object 01 does not decide it."""
        return self.amount is not None


def read_khqr(payload: str | bytes, policy: Policy, at: datetime | None) -> Reading:
    """Return what a KHQR says, or refuse it with the result code to answer.

    Args:
        payload: the code.
        policy: what the participant decided.
        at: the moment at which expiry is judged, an aware `datetime`; None leaves it out.

    Raises:
        AlipayPlusError: of the kind that fits.
        TypeError: for a wrong Python type.
    """
    moment = aware_moment("at", at)
    try:
        text = payload_text(payload)
        if len(text) > MAX_CODE_VALUE:
            raise Unmappable(f"the code has {len(text)} characters, at most {MAX_CODE_VALUE} fit")
        issues = _judge(text, moment)
        code = decode(text)
        source = Payload(text, source_tree(text))
    except DecodeError as problem:
        raise InvalidCode(f"the code cannot be acted on: {because(problem)}") from problem
    _refuse_tips(source)
    _refuse_payee(code, policy)
    amount = _amount(source, code, policy)
    if amount is not None and source.get("01") == "11":
        issues.append("object 01 says static, but there is an amount; the amount counts")
    expires_at = None if amount is None else code.expires_at
    if moment is not None and expires_at is not None and expires_at < moment:
        raise ExpiredCode(f"the code expired at {expires_at.isoformat()}")
    return Reading(text, source, code, amount, expires_at, tuple(issues))


def _judge(text: str, at: datetime | None) -> list[str]:
    """Return the issues of a code that passes; without its times, where only these are odd."""
    number = _number(text, at)
    if number not in _NO_EXPIRY:
        _refuse(number)
        return []
    issue = f"the code has no usable time of expiry (NBC {number})"
    timed = Payload(text, source_tree(text)).replace("99", _SOME_TIMES)
    _refuse(_number(str(timed), None))
    return [issue]


def _number(text: str, at: datetime | None) -> int | None:
    """Return the error number of the official SDK, 0 where it fails without one, None for good."""
    verdict = verify_full(text, at=at or _LONG_AGO, check_expiry=at is not None)
    return None if verdict.valid else verdict.code or 0


def _refuse(number: int | None) -> None:
    if number is None:
        return
    refusal = REFUSALS.get(number, InvalidCode)
    meaning = ErrorCode(number).meaning if number else "the text is no valid KHQR"
    raise refusal(f"{meaning} (NBC {number})" if number else meaning)


def _refuse_tips(source: Payload) -> None:
    tips = [path for path in _TIPS if path in source]
    if tips:
        raise Unmappable(f"object {tips[0]} asks for a tip or fee, which no message can hold")


def _refuse_payee(code: Individual | Merchant, policy: Policy) -> None:
    if isinstance(code, Individual) and not policy.allow_individuals:
        raise NotParticipating(
            "object 29 is not paid here, only merchants are", result_code="BUSINESS_NOT_SUPPORT"
        )
    if policy.enrolled is not None and not policy.enrolled(code):
        raise NotParticipating(f"{quote(code.bakong_account_id)} is not enrolled")


def _amount(source: Payload, code: Individual | Merchant, policy: Policy) -> int | None:
    currency = code.currency
    if currency not in (KHR, USD) or (currency == USD and not policy.allow_usd):
        hint = "; allow_usd is off" if currency == USD else ""
        raise CurrencyNotSupported(f"the currency is {quote(str(currency))}{hint}")
    if "54" not in source:
        return None
    assert code.amount is not None, "object 54 is there"
    return to_minor(code.amount, currency.code, policy.minor_units)


def is_usual_amount(reading: Reading, policy: Policy) -> bool:
    """Whether object 54 is written as it would be from JSON: ``1``, not ``1.00``."""
    assert reading.amount is not None, "asked of codes with an amount alone"
    currency = reading.code.currency
    value: Decimal = from_minor(reading.amount, currency.code, policy.minor_units)
    return amount_text(value, currency) == reading.get("54")


def life_of(reading: Reading, policy: Policy, at: datetime) -> tuple[datetime, list[str]]:
    """Return when the order of a dynamic code expires, and an issue if the code does not say."""
    if reading.expires_at is not None:
        return reading.expires_at, []
    life: timedelta = policy.default_life
    try:
        return at + life, [f"expires after {life}, as the code does not say when"]
    except OverflowError:
        raise Unmappable("the order would expire beyond the year 9999") from None
