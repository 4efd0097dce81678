"""`amend`: only what is named changes, and the CRC."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.model import moment_at
from khqr.testing import payloads
from material import CLOCK, DYNAMIC, FULL, STATIC, inserted, load, replaced, sealed

BANK = (
    "00020101021130510016abaakhppxxx@abaa01150000000000000010208ABA Bank5204599953038405802KH"
    "5909DEMO SHOP6010PHNOM PENH624168370010PAYWAY@ABA010700000010208000000026304CC45"
)
TIMES = "993400131750000000000" + "01131750000300000"
FIVE: dict[str, Any] = {"at": CLOCK, "expires_in": timedelta(minutes=5)}


def _static_wild() -> list[str]:
    return [
        case["payload"]
        for case in load("khqr_in_the_wild.json")
        if case["sdk_verify_at_creation"] and "54" not in khqr.parse(case["payload"])
    ]


def test_an_amount_on_a_banks_static_code() -> None:
    amended = khqr.amend(BANK, amount="1.5", **FIVE)
    expected = BANK.replace("010211", "010212").replace("5802KH", "54041.505802KH")
    assert amended == sealed(expected[:-8] + TIMES)
    assert khqr.check(amended, at=CLOCK).ok
    assert khqr.amend(amended, amount=None) == BANK
    assert khqr.amend(amended, amount=0) == BANK
    assert khqr.amend(amended, amount="2") == replaced("54041.50", "54012", amended)


@pytest.mark.parametrize("payload", _static_wild(), ids=range(len(_static_wild())))
def test_every_foreign_object_of_a_bank_stays_where_it_is(payload: str) -> None:
    source = khqr.parse(payload)
    result = khqr.parse(khqr.amend(payload, amount=5, **FIVE))
    ours = {"01", "54", "63", "99"}
    kept = [(item.id, item.value) for item in source if item.id not in ours]
    assert [(item.id, item.value) for item in result if item.id not in ours] == kept
    assert (result["01"], result["54"]) == ("12", "5")
    assert (result["99.00"], result["99.01"]) == ("1750000000000", "1750000300000")
    assert khqr.decode(str(result)).amount == 5
    order = [item.id for item in result if item.id in {item.id for item in source}]
    assert order == [item.id for item in source if item.id in set(order)]


def test_objects_of_a_bank_inside_99_stay() -> None:
    payload = inserted("99240013ABCDEF01234566803mmp", STATIC)
    amended = khqr.amend(payload, amount=2, **FIVE)
    assert khqr.parse(amended)["99.68"] == "mmp"
    back = khqr.parse(khqr.amend(amended, amount=None))
    assert "99.00" not in back
    assert back["99.68"] == "mmp"


def test_a_99_that_is_no_template_is_replaced() -> None:
    payload = inserted("99131740000000000", STATIC)
    amended = khqr.amend(payload, amount=2, **FIVE)
    assert khqr.parse(amended)["99"] == TIMES[4:]
    assert khqr.amend(payload, bill_number="B") == inserted(
        "62050101B" + "99131740000000000", STATIC
    )
    assert "99" not in khqr.parse(khqr.amend(amended, amount=None))


@pytest.mark.parametrize(
    ("changes", "path", "value"),
    [
        ({"bill_number": "B-2"}, "62.01", "B-2"),
        ({"bill_number": None}, "62.01", None),
        ({"bill_number": ""}, "62.01", None),
        ({"merchant_name": "ហាង"}, "59", "ហាង"),
        ({"merchant_city": "Kep"}, "60", "Kep"),
        ({"merchant_city": ""}, "60", "Phnom Penh"),
        ({"merchant_category_code": "5411"}, "52", "5411"),
        ({"merchant_category_code": ""}, "52", "5999"),
        ({"store_label": "Two"}, "62.03", "Two"),
        ({"terminal_label": "P2"}, "62.07", "P2"),
        ({"purpose_of_transaction": None}, "62.08", None),
        ({"mobile_number": "0"}, "62.02", "0"),
        ({"language_preference": "KM"}, "64.00", "KM"),
        ({"merchant_name_alternate_language": "ហាង"}, "64.01", "ហាង"),
        ({"merchant_city_alternate_language": None}, "64.02", None),
        ({"amount": 5}, "54", "5"),
        ({"expires_at": moment_at(1750000400000), "at": CLOCK}, "99.01", "1750000400000"),
        ({"created_at": moment_at(1750000000001)}, "99.00", "1750000000001"),
    ],
)
def test_one_change(changes: dict[str, Any], path: str, value: str | None) -> None:
    expected = {**_leaves(FULL), path: value}
    amended = khqr.amend(FULL, **changes)
    assert _leaves(amended) == {key: text for key, text in expected.items() if text is not None}
    assert list(_leaves(amended)) == [key for key, text in expected.items() if text is not None]
    assert khqr.verify(amended)


def _leaves(payload: str) -> dict[str, str | None]:
    """Return path and value of everything that is no template, but for the CRC."""
    leaves: dict[str, str | None] = {}
    for item in khqr.parse(payload):
        for leaf in item.objects or (item,):
            if leaf.path != "63":
                leaves[leaf.path] = leaf.value
    return leaves


def test_times_alone() -> None:
    later = khqr.amend(DYNAMIC, expires_in=timedelta(minutes=10), at=CLOCK)
    assert later == replaced("1750000300000", "1750000600000", DYNAMIC)
    given_creation = khqr.amend(
        DYNAMIC, created_at=moment_at(1750000000005), expires_in=timedelta(minutes=1)
    )
    assert khqr.parse(given_creation)["99.00"] == "1750000000005"
    assert khqr.parse(given_creation)["99.01"] == "1750000060005"
    on_static = khqr.amend(STATIC, expires_at=moment_at(1750000300000), at=CLOCK)
    assert on_static == inserted(TIMES, STATIC)
    now = khqr.decode(khqr.amend(DYNAMIC, expires_in=timedelta(minutes=1)))
    assert now.created_at is not None
    assert now.created_at > CLOCK


@pytest.mark.parametrize(
    ("payload", "changes", "numbers"),
    [
        (STATIC, {"amount": 5}, [45]),
        (DYNAMIC, {"expires_at": None}, [45]),
        (STATIC, {"amount": "abc", **FIVE}, [4]),
        (STATIC, {"amount": "0.5", **FIVE}, [4]),
        (DYNAMIC, {"expires_at": moment_at(1749999999999), "at": CLOCK}, [50]),
        (STATIC, {"bill_number": "b" * 26, "merchant_name": "n" * 120}, [7, 10]),
        (STATIC, {"merchant_category_code": "abcd"}, [51]),
        (STATIC, {"merchant_name": ""}, [2]),
        (STATIC, {"language_preference": "km"}, [39]),
        (STATIC, {"merchant_name_alternate_language": "ហាង"}, [37]),
        (FULL, {"merchant_name_alternate_language": None}, [39]),
        (STATIC, {"bill_number": "a\tb"}, [None]),
        (FULL, {"bill_number": None, "store_label": "s" * 26}, [11]),
        (STATIC, {"amount": "1,5", "merchant_name": "n" * 26, "bill_number": "b" * 26}, [4, 7, 10]),
        (DYNAMIC, {"created_at": moment_at(99999999999)}, [49]),
        (STATIC, {"created_at": moment_at(0), "expires_at": moment_at(10**13)}, [49, 49]),
    ],
)
def test_refusals(payload: str, changes: dict[str, Any], numbers: list[int | None]) -> None:
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.amend(payload, **changes)
    assert sorted(f.nbc_code or 0 for f in refusal.value.findings) == [n or 0 for n in numbers]
    assert all(finding.severity == "error" for finding in refusal.value.findings)


def test_a_template_that_outgrows_99_is_refused() -> None:
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.amend(
            STATIC,
            bill_number="b" * 25,
            mobile_number="m" * 25,
            store_label="s" * 25,
            terminal_label="t" * 25,
        )
    assert refusal.value.findings[0].code == "encode.value-too-long"


@pytest.mark.parametrize(
    "name", ["bakong_account_id", "merchant_id", "currency", "unionpay_account", "crc", "amonut"]
)
def test_who_is_paid_cannot_be_changed(name: str) -> None:
    with pytest.raises(TypeError, match=f"amend cannot change {name}"):
        khqr.amend(STATIC, **{name: "x"})  # type: ignore[arg-type] # the refusal is the test


def test_types() -> None:
    with pytest.raises(TypeError, match="bill_number is str, not int"):
        khqr.amend(STATIC, bill_number=5)  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError, match="never a float"):
        khqr.amend(STATIC, amount=1.5)  # type: ignore[arg-type] # the refusal is the test


@pytest.mark.parametrize(
    "payload", [STATIC[:-4] + "0000", "hello", inserted("5303840", STATIC), STATIC[:-8]]
)
def test_a_doubtful_source_is_refused(payload: str) -> None:
    with pytest.raises(khqr.DecodeError):
        khqr.amend(payload, bill_number="B")


def test_oddities_that_were_there_before_do_not_matter() -> None:
    odd = replaced("5909Demo User", "5930" + "n" * 30, STATIC)
    assert khqr.parse(khqr.amend(odd, bill_number="B"))["59"] == "n" * 30
    no_method = replaced("000201010211", "000201", STATIC)
    assert "01" not in khqr.parse(khqr.amend(no_method, amount=None))
    assert khqr.parse(khqr.amend(no_method, amount=5, **FIVE))["01"] == "12"


def test_several_changes_at_once() -> None:
    amended = khqr.parse(
        khqr.amend(STATIC, bill_number="B-1", merchant_name="Kep", amount=5, **FIVE)
    )
    assert [amended[path] for path in ("62.01", "59", "54", "01")] == ["B-1", "Kep", "5", "12"]
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.amend(STATIC, language_preference="km", merchant_category_code="abcd")
    assert [f.nbc_code for f in refusal.value.findings] == [51, 39]


def test_times_can_be_removed() -> None:
    static = inserted("9934" + TIMES[4:], STATIC)
    assert khqr.amend(static, expires_at=None) == inserted("99170013" + "1750000000000", STATIC)
    assert khqr.amend(static, created_at=None) == inserted("99170113" + "1750000300000", STATIC)
    assert khqr.amend(static, created_at=None, expires_at=None) == STATIC
    with pytest.raises(khqr.EncodeError, match="created_at has no time zone"):
        khqr.amend(DYNAMIC, created_at=CLOCK.replace(tzinfo=None))
    with pytest.raises(khqr.EncodeError, match="expires_at has no time zone"):
        khqr.amend(DYNAMIC, expires_at=CLOCK.replace(tzinfo=None))
    with pytest.raises(khqr.EncodeError, match=r"^at has no time zone"):
        khqr.amend(DYNAMIC, expires_in=timedelta(1), at=CLOCK.replace(tzinfo=None))


def test_a_time_that_is_not_13_digits_is_named() -> None:
    with pytest.raises(khqr.EncodeError, match="expires_at is 12345 in milliseconds") as refusal:
        khqr.amend(DYNAMIC, expires_at=moment_at(12345))
    assert "13 digits" in str(refusal.value)


def test_a_removed_object_hides_no_bad_value_behind_it() -> None:
    with pytest.raises(khqr.EncodeError, match="purpose"):
        khqr.amend(FULL, bill_number=None, purpose_of_transaction="p" * 26)


def test_a_code_without_method_or_currency() -> None:
    no_method = replaced("000201010212", "000201", DYNAMIC)
    assert "54" not in khqr.parse(khqr.amend(no_method, amount=None))
    no_currency = replaced("5303116", "", STATIC)
    assert khqr.parse(khqr.amend(no_currency, amount=5, **FIVE))["54"] == "5"


def test_an_empty_amount_is_none() -> None:
    assert khqr.amend(DYNAMIC, amount="") == khqr.amend(DYNAMIC, amount=None)
    assert khqr.amend(STATIC, amount="") == STATIC


def test_no_change_is_no_change() -> None:
    for payload in (STATIC, FULL, BANK):
        assert khqr.amend(payload) == payload
        assert khqr.amend(payload.encode()) == payload


@given(payloads(), st.integers(1, 10**9))
def test_an_amount_can_be_set_and_taken_back(payload: str, amount: int) -> None:
    amended = khqr.amend(payload, amount=amount, at=CLOCK, expires_in=timedelta(minutes=9))
    code = khqr.decode(amended)
    assert code.amount == amount
    assert khqr.check(amended, at=CLOCK).ok
    static = khqr.amend(amended, amount=None)
    assert khqr.encode(khqr.decode(static)) == static
    original = khqr.decode(payload)
    assert khqr.decode(static).bakong_account_id == original.bakong_account_id
    if original.amount is None:
        assert static == payload


def test_an_amount_does_not_hide_what_is_wrong_with_its_times() -> None:
    with pytest.raises(khqr.EncodeError, match="expires_at is 12345 in milliseconds"):
        khqr.amend(STATIC, amount=1, at=CLOCK, expires_at=moment_at(12345))
