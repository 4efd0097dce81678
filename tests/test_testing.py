"""What is offered to the tests of others."""

from __future__ import annotations

import dataclasses
import io
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import khqr
from khqr import testing
from khqr.image import symbol
from khqr.testing import (
    assert_khqr,
    corrupted,
    individuals,
    merchants,
    payloads,
    scan_khqr,
)
from material import CLOCK, FULL, STATIC

pytest_plugins = ["pytester"]


@given(payloads(), st.data())
def test_corrupted_is_never_right(payload: str, data: st.DataObject) -> None:
    assert khqr.check(payload).ok
    assert not khqr.verify(data.draw(corrupted(payload)))


@given(individuals(merchant_name="Demo Shop", currency=khqr.USD, unionpay_account=None))
def test_fields_can_be_fixed(code: khqr.Individual) -> None:
    assert (code.merchant_name, code.currency) == ("Demo Shop", khqr.USD)


@given(merchants(merchant_id="7"))
def test_fields_of_merchants_can_be_fixed(code: khqr.Merchant) -> None:
    assert isinstance(code, khqr.Merchant)
    assert code.merchant_id == "7"


@given(st.data())
def test_the_others_are_drawn_to_fit_what_is_fixed(data: st.DataObject) -> None:
    choices: list[dict[str, Any]] = [
        {"currency": "USD"},
        {"currency": khqr.KHR, "amount": 5},
        {"amount": "1.50", "currency": "840"},
        {"amount": None},
        {"amount": 0},
    ]
    fixed = data.draw(st.sampled_from(choices))
    code = data.draw(individuals(**fixed) | merchants(**fixed))
    back = khqr.decode(khqr.encode(code))
    assert back == (code if fixed.get("amount", 1) != 0 else dataclasses.replace(code, amount=None))
    assert (code.expires_at is None) is (not code.amount)


def test_assert_khqr_accepts() -> None:
    code = assert_khqr(FULL, merchant_name="Demo Coffee", amount=4100, currency="KHR")
    assert code == khqr.decode(FULL)
    assert_khqr(FULL, amount="4100", created_at=CLOCK)
    assert_khqr(FULL, amount=Decimal("4100.00"), currency=khqr.KHR)
    assert assert_khqr(symbol.png(FULL), bill_number="INV-1") == code
    assert scan_khqr(Image.open(io.BytesIO(symbol.png(FULL)))) == code


def test_assert_khqr_lists_every_difference() -> None:
    with pytest.raises(AssertionError) as failure:
        assert_khqr(FULL, merchant_name="Demo Tea", amount="1.50", currency="USD", bill_number=None)
    assert str(failure.value).splitlines() == [
        "the code differs:",
        "  merchant_name is 'Demo Coffee', expected 'Demo Tea'",
        "  amount is Decimal('4100'), expected Decimal('1.50')",
        "  currency is KHR, expected USD",
        "  bill_number is 'INV-1', expected None",
    ]


def test_assert_khqr_says_what_could_not_be_read() -> None:
    with pytest.raises(AssertionError, match=r"no KHQR could be read: (.|\n)*CRC is 0000"):
        assert_khqr(STATIC[:-4] + "0000", merchant_name="x")
    with pytest.raises(AssertionError, match="no KHQR could be read: no QR symbol"):
        assert_khqr(Image.new("L", (100, 100), 255))
    with pytest.raises(AssertionError, match="merchant_id is no field of Individual; it has acc"):
        assert_khqr(STATIC, merchant_id="1")


def test_names_are_loaded_when_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        testing.nonsense  # noqa: B018 # type: ignore[attr-defined] # the refusal is the test
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "khqr.testing.strategies")
    monkeypatch.delattr(testing, "strategies")
    with pytest.raises(khqr.MissingDependency, match=r"khqr\[testing\]"):
        testing.__getattr__("payloads")


def test_the_plugin_gives_fixtures_and_loads_nothing_else(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["khqr.testing.plugin"]')
    pytester.makepyfile(
        f"""
        import sys

        def test_light():
            assert not {{"PIL", "zxingcpp", "pyzbar", "segno"}} & set(sys.modules)

        def test_payload(assert_khqr):
            assert_khqr({STATIC!r}, merchant_name="Demo User")

        def test_picture(scan_khqr, assert_khqr):
            from khqr.image import symbol
            picture = symbol.png({STATIC!r})
            assert scan_khqr(picture).bakong_account_id == "demo_user@devb"
            assert_khqr(picture, merchant_city="Phnom Penh")

        def test_message(assert_khqr):
            assert_khqr({STATIC!r}, merchant_city="Kep")
        """
    )
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*merchant_city is 'Phnom Penh', expected 'Kep'*"])
