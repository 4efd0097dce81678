"""`encode`: what it writes, what it refuses, and that it says everything at once."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.codec.problems import FORBIDDEN, problems
from khqr.codec.writer import WRITERS
from khqr.model import aware_moment, moment_at
from material import CLOCK, DYNAMIC, FULL, FULL_FIELDS, STATIC, changed

DEMO = khqr.Individual(bakong_account_id="demo_user@devb", merchant_name="Demo User")
SHOP = khqr.Merchant(
    bakong_account_id="khqr@devb",
    merchant_name="Demo Coffee",
    merchant_id="000123",
    acquiring_bank="Dev Bank",
)
LATER = moment_at(1750000300000)


def refused(code: khqr.Individual | khqr.Merchant, **options: Any) -> list[tuple[str, int | None]]:
    """Return code and number of every error for which ``code`` is refused."""
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.encode(code, **({"at": CLOCK} | options))
    return [
        (finding.code.removeprefix("khqr."), finding.nbc_code)
        for finding in refusal.value.findings
        if finding.severity == "error"
    ]


def test_published_shapes() -> None:
    assert khqr.encode(DEMO) == STATIC
    dynamic = changed(DEMO, merchant_city="Siem Reap", amount=10000, expires_at=LATER)
    assert khqr.encode(dynamic, at=CLOCK) == DYNAMIC
    assert khqr.md5(DYNAMIC) == "49f01d21bbe66cd5a98461bea53a66d5"
    full = khqr.Merchant(**FULL_FIELDS | {"created_at": None})
    assert khqr.encode(full, at=CLOCK) == FULL


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1, "USD", "1"),
        ("1", "USD", "1"),
        ("1.0", "USD", "1.00"),
        ("1.00", "USD", "1.00"),
        (Decimal("1"), "USD", "1"),
        (Decimal("1.5"), "USD", "1.50"),
        (Decimal("1E+2"), "USD", "100"),
        ("10.5", "USD", "10.50"),
        ("0.01", "USD", "0.01"),
        ("5.", "USD", "5.00"),
        ("9999999999.99", "USD", "9999999999.99"),
        ("9999999999.9", "USD", "9999999999.90"),
        (9999999999999, "USD", "9999999999999"),
        (50000, "KHR", "50000"),
        ("100.00", "KHR", "100"),
        ("100.0000000", "KHR", "100"),
        ("801850." + "0" * 80, "KHR", "801850"),
        (Decimal("1E+3"), "KHR", "1000"),
        (9999999999999, "KHR", "9999999999999"),
    ],
)
def test_amounts(amount: int | str | Decimal, currency: str, text: str) -> None:
    payload = khqr.encode(
        changed(DEMO, amount=amount, currency=currency, expires_at=LATER), at=CLOCK
    )
    assert khqr.parse(payload)["54"] == text
    assert khqr.parse(payload)["01"] == "12"


@pytest.mark.parametrize("amount", [0, "0", "0.00", Decimal("-0"), Decimal("0E+5"), "", None])
@pytest.mark.parametrize("currency", ["KHR", "USD"])
def test_no_amount_is_static(amount: int | str | Decimal | None, currency: str) -> None:
    payload = khqr.encode(changed(DEMO, amount=amount, currency=currency, expires_at=LATER))
    assert khqr.parse(payload)["01"] == "11"
    assert "54" not in khqr.parse(payload)
    assert "99" not in khqr.parse(payload)


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        ("100.5", "KHR", "riel are whole, as in 101"),
        (Decimal("0.5"), "KHR", "riel are whole, as in 1"),
        (10**13, "KHR", "10000000000000; object 54 holds at most 13 characters"),
        (10**30, "USD", "an integer of 100 bits"),
        (Decimal(10**13), "KHR", "at most 13 characters"),
        (-5, "KHR", "cannot be negative"),
        ("-5", "USD", "digits with at most one point"),
        (Decimal("-0.01"), "USD", "cannot be negative"),
        ("1.005", "USD", "USD has at most 2 decimals"),
        (Decimal("1.000"), "USD", "USD has at most 2 decimals"),
        ("99999999999.99", "USD", "at most 13 characters"),
        (Decimal("12345678901.5"), "USD", "at most 13 characters"),
        (Decimal("1E+13"), "USD", "at most 13 characters"),
        (Decimal("1E-999999"), "USD", "USD has at most 2 decimals"),
        (Decimal("1E-999999"), "KHR", "riel are whole"),
        (Decimal("1E+999999"), "USD", "at most 13 characters"),
        (Decimal("NaN"), "USD", "NaN, which is no number"),
        (Decimal("sNaN"), "KHR", "sNaN, which is no number"),
        (Decimal("Infinity"), "USD", "Infinity, which is no number"),
        ("abc", "USD", "'abc'"),
        ("1,000.50", "USD", "'1,000.50'"),
        ("1e3", "USD", "'1e3'"),
        (" 5", "USD", "' 5'"),
        ("007", "USD", "'007'"),
        (".5", "USD", "'.5'"),
        ("១២", "KHR", "'១២'"),
        ("0x10", "KHR", "'0x10'"),
        ("5\n", "KHR", r"'5\n'"),
        ("9" * 100, "KHR", "amount is " + "9" * 30 + "…; object 54 holds"),
        ("1." + "0" * 4095, "KHR", "digits with at most one point"),
    ],
)
def test_amounts_that_are_refused(amount: int | str | Decimal, currency: str, says: str) -> None:
    code = changed(DEMO, amount=amount, currency=currency, expires_at=LATER)
    assert refused(code) == [("amount.format", 4)]
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.encode(code, at=CLOCK)
    assert says in refusal.value.findings[0].message
    assert len(refusal.value.findings[0].message) < 150


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bakong_account_id": ""}, [("bakong-account-id.missing", 1)]),
        ({"bakong_account_id": "demo"}, [("bakong-account-id.format", 3)]),
        ({"bakong_account_id": "a@b@c"}, [("bakong-account-id.format", 3)]),
        ({"bakong_account_id": "@b"}, [("bakong-account-id.format", 3)]),
        ({"bakong_account_id": "a@"}, [("bakong-account-id.format", 3)]),
        ({"bakong_account_id": "a" * 29 + "@bbb"}, [("bakong-account-id.too-long", 6)]),
        ({"merchant_name": ""}, [("merchant-name.missing", 2)]),
        ({"merchant_name": "n" * 26}, [("merchant-name.too-long", 7)]),
        ({"merchant_city": "c" * 16}, [("merchant-city.too-long", 21)]),
        ({"merchant_category_code": "59999"}, [("merchant-category-code.too-long", 18)]),
        ({"merchant_category_code": "5a99"}, [("merchant-category-code.format", 51)]),
        ({"merchant_category_code": "៥៩៩៩"}, [("merchant-category-code.format", 51)]),
        ({"merchant_category_code": "²²²²"}, [("merchant-category-code.format", 51)]),
        ({"currency": "THB"}, [("currency.unsupported", 28)]),
        ({"currency": "764"}, [("currency.unsupported", 28)]),
        ({"currency": "1160"}, [("currency.too-long", 19)]),
        ({"unionpay_account": "u" * 100}, [("unionpay-account.too-long", 43)]),
        ({"unionpay_account": "1", "currency": "USD"}, [("unionpay-account.dollar", 44)]),
        ({"bill_number": "b" * 26}, [("bill-number.too-long", 10)]),
        ({"mobile_number": "b" * 26}, [("mobile-number.too-long", 34)]),
        ({"store_label": "b" * 26}, [("store-label.too-long", 11)]),
        ({"terminal_label": "b" * 26}, [("terminal-label.too-long", 12)]),
        ({"purpose_of_transaction": "b" * 26}, [("purpose-of-transaction.too-long", 42)]),
        ({"language_preference": "km"}, [("merchant-name-alternate-language.missing", 39)]),
        (
            {"merchant_name_alternate_language": "ហាង"},
            [("language-preference.missing", 37)],
        ),
        (
            {"language_preference": "khm", "merchant_name_alternate_language": "ហាង"},
            [("language-preference.too-long", 38)],
        ),
        (
            {"language_preference": "km", "merchant_name_alternate_language": "n" * 26},
            [("merchant-name-alternate-language.too-long", 40)],
        ),
        (
            {"merchant_city_alternate_language": "c" * 16},
            [("merchant-city-alternate-language.too-long", 41)],
        ),
        ({"amount": 1}, [("expires-at.missing", 45)]),
        ({"amount": 1, "expires_at": moment_at(0)}, [("expires-at.missing", 45)]),
        (
            {"amount": 1, "expires_at": moment_at(17500000000000)},
            [("expires-at.length", 49)],
        ),
        (
            {"amount": 1, "expires_at": moment_at(999999999999)},
            [("expires-at.length", 49), ("expires-at.before-creation", 50)],
        ),
        (
            {"amount": 1, "expires_at": moment_at(1749999999999)},
            [("expires-at.before-creation", 50)],
        ),
        (
            {"amount": 1, "expires_at": LATER, "created_at": moment_at(5)},
            [("created-at.length", 49)],
        ),
        ({"merchant_name": "a\tb"}, [("text.control", None)]),
        ({"merchant_name": "a\x7fb"}, [("text.control", None)]),
        ({"bill_number": "a\x85b"}, [("text.control", None)]),
        ({"merchant_name": "Shop 😀"}, [("text.beyond-bmp", None)]),
        ({"store_label": "\ud800"}, [("text.beyond-bmp", None)]),
        (
            {"bill_number": "b" * 25, "store_label": "s" * 25, "terminal_label": "t" * 25,
             "mobile_number": "m" * 13},
            [("template.too-long", None)],
        ),
    ],
)  # fmt: skip
def test_refusals(changes: dict[str, Any], expected: list[tuple[str, int | None]]) -> None:
    assert refused(changed(DEMO, **changes)) == expected
    assert set(expected) <= set(refused(changed(DEMO, **changes), strict=True))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"merchant_id": ""}, [("merchant-id.missing", 30)]),
        ({"merchant_id": "m" * 33}, [("merchant-id.too-long", 32)]),
        ({"acquiring_bank": ""}, [("acquiring-bank.missing", 31)]),
        ({"acquiring_bank": "b" * 33}, [("acquiring-bank.too-long", 33)]),
        (
            {"bakong_account_id": "a" * 27 + "@bank", "merchant_id": "m" * 30,
             "acquiring_bank": "b" * 28},
            [("template.too-long", None)],
        ),
    ],
)  # fmt: skip
def test_refusals_of_merchants(
    changes: dict[str, Any], expected: list[tuple[str, int | None]]
) -> None:
    assert refused(changed(SHOP, **changes)) == expected


def test_lengths_at_their_limits_pass() -> None:
    code = changed(
        SHOP,
        bakong_account_id="a" * 27 + "@bank",
        merchant_id="m" * 30,
        acquiring_bank="b" * 25,
        merchant_name="n" * 25,
        merchant_city="c" * 15,
        bill_number="b" * 25,
        store_label="s" * 25,
        terminal_label="t" * 25,
        mobile_number="m" * 8,
        language_preference="km",
        merchant_name_alternate_language="n" * 25,
        merchant_city_alternate_language="c" * 15,
        unionpay_account="u" * 99,
    )
    payload = khqr.encode(code)
    assert khqr.decode(payload) == code
    assert [len(khqr.parse(payload)[path]) for path in ("15", "30", "62")] == [99, 99, 99]
    assert {f.code for f in problems(code, None, None)} == {"khqr.unionpay-account.length"}
    account = changed(DEMO, account_information="i" * 32, acquiring_bank="b" * 32)
    assert khqr.decode(khqr.encode(account)) == account


@pytest.mark.parametrize(
    ("milliseconds", "fits"),
    [(10**12 - 1, False), (10**12, True), (10**13 - 1, True), (10**13, False)],
)
def test_times_have_13_digits(milliseconds: int, fits: bool) -> None:
    at = moment_at(milliseconds)
    found = {f.code for f in problems(changed(DEMO, amount=1), at, at)}
    assert ("khqr.created-at.length" in found) is ("khqr.expires-at.length" in found) is not fits
    assert bool(WRITERS[khqr.Individual](changed(DEMO, amount=1), at, at)) is fits


def test_defaults_are_no_problem() -> None:
    assert not problems(changed(DEMO, merchant_city="", merchant_category_code=""), None, None)


def test_lengths_count_utf16_units() -> None:
    found = problems(changed(DEMO, merchant_name="😀" * 13, bill_number="😀" * 12), None, None)
    assert {f.code for f in found} == {"khqr.merchant-name.too-long", "khqr.text.beyond-bmp"}
    labels = dict.fromkeys(
        ("bill_number", "store_label", "terminal_label", "mobile_number"), "😀" * 12
    )
    assert "khqr.template.too-long" in {
        f.code for f in problems(changed(DEMO, **labels), None, None)
    }


def test_every_problem_at_once_in_payload_order() -> None:
    code = changed(
        SHOP,
        bakong_account_id="x",
        merchant_name="",
        merchant_id="",
        acquiring_bank="b" * 33,
        merchant_category_code="abcde",
        currency="EUR",
        amount="1,5",
        bill_number="b" * 26,
        language_preference="khm",
        unionpay_account="u" * 100,
    )
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.encode(code, at=CLOCK)
    findings = refusal.value.findings
    assert [finding.path for finding in findings] == sorted(finding.path for finding in findings)
    numbers = [finding.nbc_code for finding in findings if finding.severity == "error"]
    assert sorted(filter(None, numbers)) == [2, 3, 4, 7 + 3, 18, 28, 30, 33, 38, 39, 43, 44, 45, 51]
    for finding in findings:
        assert str(finding) in str(refusal.value)


STRICTER: dict[str, tuple[dict[str, Any], int]] = {
    "merchant-category-code.too-short": ({"merchant_category_code": "742"}, 18),
    "merchant-name.edge-space": ({"merchant_name": " Demo"}, 7),
    "unionpay-account.length": ({"unionpay_account": "u" * 32}, 43),
    "language-preference.too-short": (
        {"language_preference": "k", "merchant_name_alternate_language": "x"},
        38,
    ),
    "merchant-name-alternate-language.missing": (
        {"merchant_city_alternate_language": "ភ្នំពេញ"},
        39,
    ),
}


@pytest.mark.parametrize("name", STRICTER)
def test_strict_refuses_what_the_sdk_writes(name: str) -> None:
    changes, number = STRICTER[name]
    code = changed(DEMO, **changes)
    assert khqr.verify(khqr.encode(code))
    assert refused(code, strict=True) == [(name, number)]
    (finding,) = [f for f in problems(code, None, None) if f.code == f"khqr.{name}"]
    assert finding.severity == "warning"


def test_strict_accepts_what_nobody_minds() -> None:
    assert khqr.encode(DEMO, strict=True) == STATIC
    khmer = changed(DEMO, merchant_name="ហាងសាកល្បង", bill_number="វិក្កយបត្រ")
    assert khqr.encode(khmer, strict=True) == khqr.encode(khmer)
    assert {f.code for f in problems(khmer, None, None)} == {"khqr.text.not-ascii"}


def test_warnings_go_with_the_errors() -> None:
    code = changed(DEMO, merchant_name="ហាង", bakong_account_id="x", expires_at=LATER)
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.encode(code)
    assert [(f.code, f.severity.value) for f in refusal.value.findings] == [
        ("khqr.bakong-account-id.format", "error"),
        ("khqr.text.not-ascii", "warning"),
        ("khqr.expires-at.ignored", "warning"),
    ]


def test_a_long_life_is_a_warning() -> None:
    code = changed(DEMO, amount=1, expires_at=CLOCK + timedelta(minutes=10, milliseconds=1))
    assert [f.code for f in problems(code, CLOCK, code.expires_at)] == ["khqr.expires-at.far"]
    assert not problems(code, CLOCK, CLOCK + timedelta(minutes=10))
    assert not problems(code, CLOCK, CLOCK)
    assert not problems(code, None, LATER)


def test_expires_in() -> None:
    code = changed(DEMO, amount=10000, merchant_city="Siem Reap")
    assert khqr.encode(code, at=CLOCK, expires_in=timedelta(minutes=5)) == DYNAMIC
    created = changed(code, created_at=CLOCK)
    assert khqr.encode(created, at=LATER, expires_in=timedelta(minutes=5)) == DYNAMIC
    static = khqr.encode(DEMO, expires_in=timedelta(minutes=5))
    assert static == STATIC


def test_expires_in_is_a_span_of_time_that_ends() -> None:
    code = changed(DEMO, amount=1)
    number: Any = 600
    with pytest.raises(khqr.EncodeError, match="out of the years 1 to 9999"):
        khqr.encode(code, expires_in=timedelta.max)
    with pytest.raises(khqr.EncodeError, match="out of the years 1 to 9999"):
        khqr.amend(DYNAMIC, expires_in=timedelta.max)
    with pytest.raises(TypeError, match="expires_in is a timedelta, not int"):
        khqr.encode(code, expires_in=number)
    odd = khqr.decode(khqr.encode(code, at=CLOCK, expires_in=timedelta(microseconds=1999)))
    assert odd.expires_at == moment_at(1750000000001)


def test_the_clock_is_now_unless_given() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    payload = khqr.encode(changed(DEMO, amount=1), expires_in=timedelta(minutes=5))
    code = khqr.decode(payload)
    assert code.created_at is not None
    assert before <= code.created_at <= datetime.now(UTC)
    assert code.expires_at == code.created_at + timedelta(minutes=5)
    fixed = khqr.encode(changed(DEMO, amount=1, created_at=CLOCK, expires_at=LATER), at=LATER)
    assert khqr.decode(fixed).created_at == CLOCK


def test_times_are_brought_to_utc_and_milliseconds() -> None:
    zone = timezone(timedelta(hours=7))
    local = datetime(2025, 6, 15, 22, 6, 40, 1999, tzinfo=zone)
    code = changed(DEMO, created_at=local)
    assert code.created_at == datetime(2025, 6, 15, 15, 6, 40, 1000, tzinfo=UTC)
    assert code.created_at is not None
    assert code.created_at.tzinfo is UTC
    assert aware_moment("at", CLOCK) is CLOCK
    with pytest.raises(khqr.EncodeError, match="created_at has no time zone"):
        changed(DEMO, created_at=local.replace(tzinfo=None))
    with pytest.raises(khqr.EncodeError, match="at has no time zone"):
        khqr.encode(DEMO, at=local.replace(tzinfo=None))
    with pytest.raises(khqr.EncodeError, match="expires_at lies outside the years"):
        changed(DEMO, expires_at=datetime.max.replace(tzinfo=timezone(-timedelta(hours=7))))
    with pytest.raises(TypeError, match="expires_at is an aware datetime, not int"):
        changed(DEMO, expires_at=1750000000000)


@pytest.mark.parametrize("currency", ["KHR", "USD"])
@pytest.mark.parametrize("copied", [deepcopy, lambda code: pickle.loads(pickle.dumps(code))])
def test_a_copied_code_is_written_alike(currency: str, copied: Callable[[Any], Any]) -> None:
    account = {"unionpay_account": "1" * 31} if currency == "KHR" else {}
    code = changed(SHOP, currency=currency, amount=100, expires_at=CLOCK, **account)
    assert copied(code) == code
    assert khqr.encode(copied(code), at=CLOCK) == khqr.encode(code, at=CLOCK)
    if currency == "USD":
        with pytest.raises(khqr.EncodeError):
            khqr.encode(copied(changed(code, unionpay_account="1" * 31)), at=CLOCK)


def test_strict_writes_the_same_times() -> None:
    code = changed(SHOP, amount=100)
    given: dict[str, Any] = {"at": CLOCK, "expires_in": timedelta(minutes=5)}
    assert khqr.encode(code, strict=True, **given) == khqr.encode(code, **given)


def test_no_forbidden_character_is_written() -> None:
    write = WRITERS[khqr.Individual]
    odd = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x1F600, 0x10000, 0x10FFFF]))
    assert "\0" in odd
    for character in odd + "\ud800\udfff":
        assert FORBIDDEN.search(character)
        code = changed(DEMO, merchant_name=f"a{character}b")
        assert write(code, None, None) is None, character
        with pytest.raises(khqr.EncodeError):
            khqr.encode(code)


def test_every_other_character_is_written() -> None:
    write = WRITERS[khqr.Individual]
    for first in range(0x20, 0xD800, 25):
        name = FORBIDDEN.sub("", "".join(map(chr, range(first, first + 25))))
        if name:
            assert write(changed(DEMO, merchant_name=name), None, None), name


@pytest.mark.parametrize("bad", [None, "x", 1, {"merchant_name": "x"}])
def test_only_codes_are_encoded(bad: Any) -> None:
    with pytest.raises(TypeError, match="an Individual or a Merchant, not"):
        khqr.encode(bad)


def test_defaults_are_the_sdks() -> None:
    assert (DEMO.merchant_city, DEMO.merchant_category_code) == ("Phnom Penh", "5999")
    empty = changed(DEMO, merchant_city="", merchant_category_code="", bill_number="")
    assert khqr.encode(empty) == STATIC
    assert empty.bill_number is None
    assert changed(DEMO, merchant_city=None) == DEMO
    assert khqr.encode(DEMO) == khqr.encode(changed(DEMO, currency=khqr.KHR))


def test_text_that_is_a_subclass_of_str_is_text() -> None:
    class Label(StrEnum):
        SHOP = "Demo Shop"

    code = changed(DEMO, merchant_name=Label.SHOP)
    assert khqr.parse(khqr.encode(code))["59"] == "Demo Shop"


_ODD_TEXTS = st.text(max_size=40) | st.sampled_from(["", "a@b", "5999", "km", "x" * 33])


@given(
    changes=st.fixed_dictionaries(
        {},
        optional={
            "bakong_account_id": _ODD_TEXTS,
            "merchant_name": _ODD_TEXTS,
            "merchant_city": _ODD_TEXTS,
            "merchant_category_code": _ODD_TEXTS,
            "acquiring_bank": _ODD_TEXTS,
            "unionpay_account": _ODD_TEXTS,
            "bill_number": _ODD_TEXTS,
            "language_preference": _ODD_TEXTS,
            "merchant_name_alternate_language": _ODD_TEXTS,
            "merchant_city_alternate_language": _ODD_TEXTS,
            "currency": st.sampled_from(["KHR", "USD", "THB", "x", ""]),
            "amount": st.none() | st.integers() | st.decimals() | _ODD_TEXTS,
            "expires_at": st.none() | st.integers(-(10**13), 10**14).map(moment_at),
        },
    ),
    shop=st.booleans(),
)
def test_the_writer_and_the_judge_agree(changes: dict[str, Any], shop: bool) -> None:
    code = changed(SHOP if shop else DEMO, **changes)
    written = WRITERS[type(code)](code, CLOCK, code.expires_at)
    errors = [f for f in problems(code, CLOCK, code.expires_at) if f.severity == "error"]
    assert (written is None) == bool(errors), (written, errors)
    if written is not None:
        assert khqr.encode(code, at=CLOCK) == written
        assert khqr.verify(written)
        assert khqr.encode(khqr.decode(written)) == written


@pytest.mark.parametrize("name", ["created_at", "at"])
def test_a_life_counts_from_the_millisecond_that_is_written(name: str) -> None:
    start, life = CLOCK + timedelta(microseconds=600), timedelta(microseconds=1600)
    if name == "at":
        payload = khqr.encode(changed(DEMO, amount=1), at=start, expires_in=life)
    else:
        payload = khqr.encode(changed(DEMO, amount=1, created_at=start), expires_in=life)
    assert khqr.decode(payload).expires_at == CLOCK + timedelta(milliseconds=1)
