"""Currency, model, errors, code lists: the small rooms."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from decimal import Decimal, InvalidOperation
from typing import Any

import iso4217
import iso18245
import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.currency import UnreadableAmount, amount_from
from khqr.emv.iso import (
    COUNTRIES,
    currency_code,
    currency_exponent,
    currency_number,
    is_currency,
    is_merchant_category,
)
from khqr.errors import ObjectMissing, quote
from khqr.model import milliseconds, moment_at
from material import FULL, STATIC


def test_currencies() -> None:
    assert (khqr.KHR.code, khqr.KHR.number, khqr.KHR.decimals, khqr.KHR.minor_unit) == (
        "KHR", "116", 0, 2,
    )  # fmt: skip
    assert (khqr.USD.code, khqr.USD.number, khqr.USD.decimals, khqr.USD.minor_unit) == (
        "USD", "840", 2, 2,
    )  # fmt: skip
    for given_as in (khqr.KHR, "KHR", "116", 116):
        assert khqr.Currency.of(given_as) is khqr.KHR
    assert khqr.Currency.of(8) == khqr.Currency("ALL", "008", 2, 2)
    assert khqr.Currency.of("JPY") == khqr.Currency("JPY", "392", 0, 0)
    assert khqr.Currency.of("XXX") == khqr.Currency("XXX", "999", 0, 0)
    assert khqr.Currency.of("khr").code == ""
    assert khqr.Currency.of(10**30).number == "number"
    assert str(khqr.USD) == "USD"
    assert str(khqr.Currency.of("1160")) == "1160"
    assert copy.deepcopy(khqr.KHR).is_supported
    assert not khqr.Currency.of("THB").is_supported
    bad: Any
    for bad in (None, True, 840.0, b"USD"):
        with pytest.raises(TypeError, match="currency is"):
            khqr.Currency.of(bad)


def test_amounts_are_exact() -> None:
    assert amount_from(None) is None
    assert str(amount_from("1.50")) == "1.50"
    assert amount_from(Decimal("1.5")) == Decimal("1.5")
    assert amount_from(10**13 - 1) == Decimal(9999999999999)
    assert amount_from(-(10**13)) == -(10**13)
    assert amount_from(2**99 - 1) == 2**99 - 1
    assert amount_from(-(2**99)) == UnreadableAmount("an integer of 100 bits")
    bad: Any
    for bad in (1.5, True, b"1", [1]):
        with pytest.raises(TypeError, match="amount is int, str or Decimal, not") as refusal:
            amount_from(bad)
        assert ("never a float" in str(refusal.value)) is isinstance(bad, float)


def test_an_unreadable_amount() -> None:
    amount = UnreadableAmount("1,5")
    assert amount.is_nan()
    assert amount == UnreadableAmount("1,5")
    assert amount != UnreadableAmount("1.5")
    assert amount != Decimal("NaN")
    assert len({amount, UnreadableAmount("1,5")}) == 1
    assert pickle.loads(pickle.dumps(amount)) == amount
    assert copy.deepcopy(amount).text == "1,5"
    assert repr(amount) == "UnreadableAmount('1,5')"
    for other in (Decimal(0), Decimal(1), amount):
        with pytest.raises(InvalidOperation):
            assert amount > other
        with pytest.raises(InvalidOperation):
            assert amount <= other


def test_values_are_frozen_plain_and_complete() -> None:
    for payload in (STATIC, FULL):
        code = khqr.decode(payload)
        for same in (
            pickle.loads(pickle.dumps(code)),
            copy.copy(code),
            copy.deepcopy(code),
            dataclasses.replace(code),
            eval(repr(code), {**vars(khqr), **_names()}),
        ):
            assert same == code
            assert type(same) is type(code)
            assert hash(same) == hash(code)
        with pytest.raises(dataclasses.FrozenInstanceError):
            code.merchant_name = "x"  # type: ignore[misc] # the refusal is the test
        with pytest.raises(dataclasses.FrozenInstanceError):
            del code.merchant_name
        assert not hasattr(code, "__dict__")
        assert "None" not in repr(code)
    assert khqr.decode(STATIC) != khqr.decode(FULL)
    assert dataclasses.asdict(khqr.decode(STATIC))["merchant_name"] == "Demo User"


def _names() -> dict[str, Any]:
    import datetime as dt

    return {
        "Currency": khqr.Currency,
        "Decimal": Decimal,
        "Individual": khqr.Individual,
        "Merchant": khqr.Merchant,
        "datetime": dt,
    }


@pytest.mark.parametrize("cls", [khqr.Individual, khqr.Merchant])
def test_constructors_take_keywords_of_the_right_type(cls: Any) -> None:
    required = {"bakong_account_id": "a@b", "merchant_name": "N"}
    if cls is khqr.Merchant:
        required |= {"merchant_id": "1", "acquiring_bank": "B"}
    with pytest.raises(TypeError, match="positional"):
        cls("a@b", "N")
    with pytest.raises(TypeError, match="required keyword-only"):
        cls()
    with pytest.raises(TypeError, match="unexpected keyword"):
        cls(**required, currncy="KHR")
    texts = [
        field.name
        for field in dataclasses.fields(cls)
        if field.name not in {"currency", "amount", "created_at", "expires_at"}
    ]
    for name in texts:
        wrong: list[Any] = [5, 1.5, b"x", ["x"], {}]
        for bad in wrong:
            with pytest.raises(TypeError, match=f"{name} is str, not"):
                cls(**(required | {name: bad}))
    empty = cls(**dict.fromkeys(required, None))
    assert empty == cls(**dict.fromkeys(required, ""))
    optional = set(texts) - set(required) - {"merchant_city", "merchant_category_code"}
    assert cls(**required, **dict.fromkeys(optional, "")) == cls(**required)
    assert cls(**required, merchant_city=None, merchant_category_code=None) == cls(**required)


def test_the_field_order_is_one() -> None:
    individual = [field.name for field in dataclasses.fields(khqr.Individual)]
    merchant = [field.name for field in dataclasses.fields(khqr.Merchant)]
    assert [name.replace("merchant_id", "account_information") for name in merchant] == individual


@given(st.integers(-62135596800000, 253402300799999))
def test_moments_are_exact(value: int) -> None:
    assert milliseconds(moment_at(value)) == value


def test_findings_and_errors() -> None:
    finding = khqr.check(STATIC[:-4] + "0000")[0]
    assert str(finding).startswith(
        "error   63 @86  crc.mismatch [NBC 8]: CRC is 0000, expected 119A ("
    )
    assert finding.severity is khqr.Severity.ERROR
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding.code = "x"  # type: ignore[misc] # the refusal is the test
    errors = [
        khqr.DecodeError("no", [finding]),
        khqr.EncodeError("no", [finding]),
        khqr.ScanError("several", "two codes"),
        khqr.MissingDependency("segno", needed_for="symbols", extra="image"),
        ObjectMissing("no object 62.01"),
    ]
    for error in errors:
        assert isinstance(error, khqr.KhqrError)
        assert isinstance(error, ValueError)
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert str(errors[0]) == f"no\n  {finding}"
    assert errors[0].findings == (finding,)  # type: ignore[attr-defined] # known by the list above
    assert errors[2].reason == "several"  # type: ignore[attr-defined] # as above
    assert str(errors[3]).endswith('run: pip install "khqr[image]"')
    other = khqr.MissingDependency(
        "zbar", needed_for="x", extra="zbar", install="brew install zbar"
    )
    assert str(other).endswith("run: brew install zbar")


def test_quote() -> None:
    assert quote("ab") == "'ab'"
    assert quote("x" * 40) == repr("x" * 40)
    assert quote("x" * 41) == repr("x" * 40 + "…")
    assert quote("\x00\n") == r"'\x00\n'"


def test_countries_are_those_of_pycountry() -> None:
    assert {country.alpha_2 for country in pycountry.countries} == COUNTRIES


def test_currencies_are_those_of_iso4217() -> None:
    current = {f"{c.number:03d}": c for c in iso4217.Currency}
    assert {f"{n:03d}" for n in range(1000) if is_currency(f"{n:03d}")} == set(current)
    for number, currency in current.items():
        assert currency_code(number) == currency.code
        assert currency_number(currency.code) == number
        assert currency_exponent(number) == currency.exponent
    assert {c.numeric for c in pycountry.currencies} >= {"116", "840"}
    assert (currency_code("000"), currency_number("ZZZ"), currency_exponent("000")) == (
        "",
        "",
        None,
    )


def test_merchant_categories_are_those_of_iso18245() -> None:
    listed = {entry.mcc for entry in iso18245.get_all_mccs() if not "3000" <= entry.mcc <= "3999"}
    private = {str(code) for code in range(3000, 4000)}
    ours = {f"{n:04d}" for n in range(10000) if is_merchant_category(f"{n:04d}")}
    assert ours == listed | private | {"0000"}
