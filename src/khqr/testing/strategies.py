"""Hypothesis strategies for codes, for their payloads, and for payloads that were damaged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..codec import encode, verify
from ..currency import KHR, USD, Currency
from ..errors import MissingDependency
from ..fields import ADDITIONAL, Field
from ..model import Individual, Merchant, moment_at

try:
    from hypothesis import assume
    from hypothesis import strategies as st
    from hypothesis.strategies import DrawFn, SearchStrategy
except ImportError:
    raise MissingDependency(
        "hypothesis", needed_for="the strategies of khqr.testing", extra="testing"
    ) from None

__all__ = ["corrupted", "individuals", "merchants", "payloads"]

_LATIN = "".join(map(chr, range(0x20, 0x7F)))
_KHMER = "".join(map(chr, range(0x1780, 0x17D3)))
_OTHER = "éñüășçòสวัสดีกขคมệđướ你好世界東京카페"
_LIFE = 600_000
"""Longest life of a code, in milliseconds: the ten minutes that NBC asks for."""


def _texts(maximum: int, *, minimum: int = 1) -> SearchStrategy[str]:
    """Texts of a name or label: Latin, Khmer, or a mix of scripts; never only blanks."""
    alphabets = st.sampled_from((_LATIN, _KHMER, _LATIN + _KHMER + _OTHER))
    return alphabets.flatmap(lambda alphabet: st.text(alphabet, min_size=minimum, max_size=maximum))


_ACCOUNTS = st.builds(
    "{}@{}".format,
    st.text("abcdefghijklmnopqrstuvwxyz0123456789_.-", min_size=1, max_size=20),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=6),
)
_DIGITS = st.text("0123456789", min_size=4, max_size=4)


@st.composite
def _money(draw: DrawFn, fixed: Mapping[str, Any]) -> dict[str, Any]:
    """Currency, amount and times that go together with those that are fixed."""
    currency = Currency.of(fixed.get("currency") or draw(st.sampled_from((KHR, USD))))
    values: dict[str, Any] = {"currency": currency}
    if not fixed.get("amount", draw(st.booleans())):
        return values
    amount = Decimal(draw(st.integers(1, 10**12 - 1)))
    if currency == USD and draw(st.booleans()):
        amount = amount.scaleb(-2).quantize(Decimal("0.01"))
    created = draw(st.integers(10**12, 10**13 - 1 - _LIFE))
    moments = [moment_at(created), moment_at(created + draw(st.integers(0, _LIFE)))]
    return values | {"amount": amount, "created_at": moments[0], "expires_at": moments[1]}


@st.composite
def _labels(draw: DrawFn, fields: Iterable[Field], room: int = 99) -> dict[str, str]:
    """Texts for some of ``fields``, together short enough for one template."""
    chosen: dict[str, str] = {}
    for field in fields:
        longest = min(field.maximum, room - 4)
        if longest > 0 and draw(st.booleans()):
            text = draw(_texts(longest))
            room -= 4 + len(text)
            chosen[field.attribute] = text
    return chosen


@st.composite
def _common(draw: DrawFn, fixed: Mapping[str, Any]) -> dict[str, Any]:
    values = draw(_money(fixed))
    values |= draw(_labels(ADDITIONAL))
    values["bakong_account_id"] = draw(_ACCOUNTS)
    values["merchant_name"] = draw(_texts(25))
    values["merchant_category_code"] = draw(st.one_of(st.just("5999"), _DIGITS))
    if draw(st.booleans()):
        values["merchant_city"] = draw(_texts(15))
    if draw(st.booleans()):
        values["language_preference"] = draw(st.sampled_from(("km", "KM", "zh", "th", "vi")))
        values["merchant_name_alternate_language"] = draw(_texts(25))
        if draw(st.booleans()):
            values["merchant_city_alternate_language"] = draw(_texts(15))
    if values["currency"] == KHR and draw(st.booleans()):
        values["unionpay_account"] = draw(st.text("0123456789ABCDEFGHIJ", min_size=31, max_size=31))
    return values


@st.composite
def individuals(draw: DrawFn, /, **fixed: Any) -> Individual:
    """Codes that `khqr.encode` accepts and `khqr.decode` gives back equal.

    Args:
        draw: supplied by Hypothesis.
        fixed: fields that are not drawn, with their values; the others are drawn to fit.
    """
    values = draw(_common(fixed))
    if draw(st.booleans()):
        values["account_information"] = draw(_texts(30))
    if draw(st.booleans()):
        values["acquiring_bank"] = draw(_texts(25))
    return Individual(**(values | fixed))


@st.composite
def merchants(draw: DrawFn, /, **fixed: Any) -> Merchant:
    """Merchant codes that `khqr.encode` accepts and `khqr.decode` gives back equal.

    Args:
        draw: supplied by Hypothesis.
        fixed: fields that are not drawn, with their values; the others are drawn to fit.
    """
    values = draw(_common(fixed))
    values["merchant_id"] = draw(_texts(30))
    values["acquiring_bank"] = draw(_texts(25))
    return Merchant(**(values | fixed))


def payloads() -> SearchStrategy[str]:
    """Payloads of codes of both kinds, static and dynamic, in riel and dollar."""
    return st.one_of(individuals(), merchants()).map(encode)


@st.composite
def corrupted(draw: DrawFn, payload: str) -> str:
    """``payload`` as a bad scan or a careless copy gives it; its CRC is never right.

    One to three times a character is changed, lost, doubled or put in another place, or the end
    is lost.

    Args:
        draw: supplied by Hypothesis.
        payload: the text of a code.
    """
    text = payload
    for _ in range(draw(st.integers(1, 3))):
        where = draw(st.integers(0, max(len(text) - 1, 0)))
        before, here, after = text[:where], text[where : where + 1], text[where + 1 :]
        text = draw(
            st.one_of(
                st.characters(codec="utf-8").map(lambda new: before + new + after),  # noqa: B023 - drawn at once
                st.sampled_from((before + after, before + here * 2 + after, before)),
                st.just(after + here + before),
            )
        )
    assume(len(text) <= 4096 and not verify(text))
    return text
