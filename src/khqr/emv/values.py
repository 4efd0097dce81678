"""What a value may be: character sets, amounts, fees, language codes.

Each function yields the codes and messages of what is wrong with one value; where it stands is
the business of `khqr.emv.rules`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal

from ..errors import quote
from .dictionary import Format
from .iso import COUNTRIES, is_currency, is_merchant_category

__all__ = ["AMOUNT", "SPECIAL_VALUES", "Problem", "character_problems", "decimals", "is_zero"]

Problem = tuple[str, str]
"""A finding code and its message."""

AMOUNT = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
"""Digits with at most one point (EMVCo MPM 1.0 §4.7.4.1); use with ``fullmatch``."""

_NOT_DIGIT = re.compile(r"[^0-9]")
_NOT_ANS = re.compile(r"[^\x20-\x7e]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def character_problems(value: str, format_: Format, *, leaf: bool = True) -> Iterator[Problem]:
    """Yield R64, R65 or R66 for ``value``; a template is judged by its leaves but for NFC.

    >>> list(character_problems("Café", "ans"))
    [('charset.not-ans', "'é' (U+00E9) is outside 0x20-0x7E")]
    """
    if format_ == "N":
        yield from _first(_NOT_DIGIT, value, "charset.not-numeric", "is not an ASCII digit")
    elif format_ == "ans":
        yield from _first(_NOT_ANS, value, "charset.not-ans", "is outside 0x20-0x7E")
    else:
        if leaf:
            yield from _first(_CONTROL, value, "charset.control", "is a control character")
            yield from _first(_SURROGATE, value, "charset.surrogate", "is half of a character")
        if not unicodedata.is_normalized("NFC", value):
            yield "charset.not-nfc", "characters are not precomposed (the text is not NFC)"


def _first(pattern: re.Pattern[str], value: str, code: str, problem: str) -> Iterator[Problem]:
    found = pattern.search(value)
    if found is not None:
        character = found.group()
        yield code, f"{quote(character)} (U+{ord(character):04X}) {problem}"


def is_zero(amount: str) -> bool:
    """Whether an amount that `AMOUNT` matches is nothing at all.

    >>> is_zero("0.00"), is_zero("0.01")
    (True, False)
    """
    return not amount.strip("0.")


def decimals(amount: str) -> int:
    """Return how many digits an amount has behind its point.

    >>> decimals("98."), decimals("10.50")
    (0, 2)
    """
    return len(amount.partition(".")[2])


def _exactly(code: str, *expected: str) -> Callable[[str], Iterator[Problem]]:
    def problems(value: str) -> Iterator[Problem]:
        if value not in expected:
            yield code, f"value is {quote(value)}, expected {' or '.join(expected)}"

    return problems


def _amount(value: str) -> Iterator[Problem]:
    if not AMOUNT.fullmatch(value):
        yield "amount.not-numeric", f"{quote(value)} is not a number of digits and one '.' at most"
    elif is_zero(value):
        yield "amount.zero", "the amount is zero; leave it out to have the payer asked"
    elif value.startswith("."):
        yield "amount.no-integer-digit", f"no digit stands before the point of {quote(value)}"


def _fixed_fee(value: str) -> Iterator[Problem]:
    if not AMOUNT.fullmatch(value):
        yield "fee-fixed.not-numeric", f"{quote(value)} is not a number"
    elif is_zero(value):
        yield "fee-fixed.zero", "the fee is zero"


def _percentage(value: str) -> Iterator[Problem]:
    if not AMOUNT.fullmatch(value):
        yield "fee-percent.not-numeric", f"{quote(value)} is not a number without '%'"
    elif not Decimal("0.01") <= Decimal(value) <= Decimal("99.99"):
        yield "fee-percent.range", f"{value} is outside 0.01 to 99.99"


def _tip(value: str) -> Iterator[Problem]:
    if len(value) == 2 and value not in {"01", "02", "03"}:
        yield "tip.value", f"value is {quote(value)}, expected 01, 02 or 03"


def _country(value: str) -> Iterator[Problem]:
    if not re.fullmatch("[A-Z]{2}", value):
        yield "country.format", f"{quote(value)} is not two capital letters"
    elif value not in COUNTRIES:
        yield "country.unknown", f"{value} is not in ISO 3166-1"


def _currency(value: str) -> Iterator[Problem]:
    if re.fullmatch("[0-9]{3}", value) and not is_currency(value):
        yield "currency.unknown", f"{value} is not in the current ISO 4217 list"


def _merchant_category(value: str) -> Iterator[Problem]:
    if re.fullmatch("[0-9]{4}", value) and not is_merchant_category(value):
        yield "mcc.unknown", f"{value} is not in ISO 18245"


def _consumer_data(value: str) -> Iterator[Problem]:
    if not set(value) <= set("AME") or len(set(value)) != len(value):
        yield "consumer-data.value", f"{quote(value)} is not a set of A, M and E, each once"


def _language(value: str) -> Iterator[Problem]:
    if not re.fullmatch("[A-Za-z]{2}", value):
        yield "language.code", f"{quote(value)} is not two letters of ISO 639-1"


SPECIAL_VALUES: dict[str, Callable[[str], Iterator[Problem]]] = {
    "00": _exactly("pfi.value", "01"),
    "01": _exactly("poi.value", "11", "12"),
    "52": _merchant_category,
    "53": _currency,
    "54": _amount,
    "55": _tip,
    "56": _fixed_fee,
    "57": _percentage,
    "58": _country,
    "62.09": _consumer_data,
    "64.00": _language,
}
"""The rules about one value beyond its characters and length, by path."""
