"""Codes are told apart by documented shapes alone, and rule lists are hostile until taken."""

from __future__ import annotations

import base64
import copy
import pickle
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.alipayplus import (
    RESULT_CODES,
    CodeAction,
    CodeKind,
    CodeRule,
    CodeRules,
    classify_code,
    results,
)
from khqr.testing import payloads
from material import P0, STATIC, load, replaced, resealed, sealed

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PHILIPPINES = (
    "00020101021128580011ph.ppmi.p2m0111DEMOPHM1XXX0317DEMO000000000000105030005204599953036085802PH"
    "5909DEMO SHOP6006Manila62550012ph.ppmi.qrph0307DEMO00105120000000000010708DEMO0001"
    "80500010com.alipay0132https://qr.example.com/demo-000163042A51"
)


def generic(body: str, length: int | None = None, *, pad: bool = True) -> str:
    """Return an older generic URL around ``body``."""
    text = f"GPLD{len(body) if length is None else length:03d}{body}"
    data = base64.b64encode(text.encode()).decode()
    return "https://qr.example.com/MPM/3/" + quote(data if pad else data.rstrip("="), safe="")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (STATIC, "khqr"),
        (resealed(STATIC)[:-4] + STATIC[-4:].lower(), "khqr"),
        (P0, "emvco"),
        (PHILIPPINES, "emvco"),
        (STATIC[:-4] + "0000", "unknown"),
        (sealed("00020129100006devbnk"), "emvco"),
        ("0002016304AAE6", "emvco"),
        ("281000041234567890123456", "payment-code"),
        ("https://qr.example.com/281000041234567890123456", "private-order-code"),
        ("HTTPS://QR.example.com:8443/281999041234?a=b#c", "private-order-code"),
        ("https://qr.example.com/28100004123", "url"),
        ("https://qr.example.com/282000041234", "url"),
        ("https://qr.example.com/281000051234567890", "url"),
        ("https://qr.example.com/x/281000041234", "url"),
        ("https://qr.example.com/MPM/3/", "mpm-generic"),
        ("https://qr.example.com/mpm/3/R1BMRA", "url"),
        ("https://qr.alipay.com/baxdemo", "alipay-url"),
        ("https://qr.alipay.com.example.com/baxdemo", "url"),
        ("https://example.com/qr.alipay.com", "url"),
        ("https://qr.alipay.com@example.com/", "unknown"),
        ("https://qr.alipay.com:443@example.com/", "unknown"),
        ("https://qr.alipay.com\\@example.com/", "unknown"),
        ("http://qr.alipay.com/baxdemo", "unknown"),
        ("https://", "unknown"),
        ("https://qr.example.com:99999/", "unknown"),
        ("https://[::1]/281000041234", "unknown"),
        ("https://qr.example.com/\n281000041234", "unknown"),
        (" https://qr.example.com/", "unknown"),
        ("alipays://platformapi/startapp", "unknown"),
        ("", "unknown"),
        ("x" * 8193, "unknown"),
        ("https://qr.example.com/" + "x" * 8192, "unknown"),
        ("\ud800", "unknown"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert classify_code(text).kind == kind


@pytest.mark.parametrize(
    ("digits", "form"),
    [
        ("251001020123456789012345", "main"),
        ("301001020123456789012345", "main"),
        ("281001990123456789012345", "main"),
        ("28" + "1" * 15, "legacy"),
        ("28" + "9" * 16, "legacy"),
        ("288" + "1" * 16, "legacy"),
        ("289" + "1" * 16, "legacy"),
        ("2891234567890612345", "legacy"),
        ("27" + "1" * 15, "undocumented"),
        ("28" + "1" * 14, "undocumented"),
        *(("26" + "1" * (size - 2), "reserved") for size in (20, 21, 22, 23, 25, 30, 31, 32)),
    ],
)
def test_payment_codes(digits: str, form: str) -> None:
    code = classify_code(digits)
    assert code.kind is CodeKind.PAYMENT_CODE
    assert code.payment is not None
    assert (code.payment.digits, code.payment.form) == (digits, form)
    assert code.payment.routing == digits[3:6]
    usual = form == "legacy" or (form == "main" and digits[6:8] == "02")
    assert bool(code.remarks) is not usual


@pytest.mark.parametrize(
    "digits",
    [
        "24" + "1" * 22,
        "31" + "1" * 22,
        "25" + "1" * 13,
        "25" + "1" * 31,
        "٢٥" + "1" * 22,
        "25" + "1" * 21 + "a",
        "25 1001020123456789012345",
        "251001020123456789012345\n",
    ],
)
def test_no_payment_codes(digits: str) -> None:
    assert classify_code(digits).kind is CodeKind.UNKNOWN


def test_the_parts_of_the_main_form() -> None:
    payment = classify_code("251001020123456789012345").payment
    assert payment is not None
    parts = (payment.cii, payment.bti, payment.uin, payment.agreement, payment.routing)
    assert parts == ("251001", "02", "0123456789012345", "1", "001")


def test_a_payment_code_prints_masked() -> None:
    code = classify_code("251001020123456789012345")
    for shown in (repr(code), str(code), repr(code.payment)):
        assert "0123456789012345" not in shown


def test_the_parts_of_a_numbered_url() -> None:
    url = classify_code("https://QR.example.com/2810000512/x?y=z").url
    assert url is not None
    assert (url.host, url.cii, url.bti, url.rest) == ("qr.example.com", "281000", "05", "12/x")


def test_domains_that_the_caller_knows_come_first() -> None:
    known = {"qr.example.com": CodeKind.ENTRY_CODE, "o.example.com": CodeKind.ORDER_CODE}
    text = "https://qr.example.com/281000041234567890123456"
    assert classify_code(text, domains=known).kind is CodeKind.ENTRY_CODE
    assert classify_code("https://O.EXAMPLE.COM/a", domains=known).kind is CodeKind.ORDER_CODE
    assert classify_code("https://sub.qr.example.com/a", domains=known).kind is CodeKind.URL
    bad: Any = {"qr.example.com": "entry"}
    with pytest.raises(khqr.KhqrError, match="no CodeKind"):
        classify_code("https://qr.example.com/a", domains=bad)


def test_the_older_generic_url() -> None:
    body = "0001003abc" + "MCHT000" + "AMNT0041000"
    for pad in (True, False):
        code = classify_code(generic(body, pad=pad))
        assert [(item.id, item.value) for item in code.objects] == [
            ("0001", "abc"),
            ("MCHT", ""),
            ("AMNT", "1000"),
        ]
        assert code.remarks == ()


@pytest.mark.parametrize(
    "text",
    [
        generic("0001003abc", 9),
        generic("0001004abc"),
        generic("0001"),
        generic("0001+03abc"),
        generic(""),
        generic("0001003abé"),
        "https://qr.example.com/MPM/3/%%%",
        "https://qr.example.com/MPM/3/R1BMRDAwMA",
        "https://qr.example.com/MPM/3/R1BMRQ==",
    ],
)
def test_what_is_not_of_the_generic_standard_stays_opaque(text: str) -> None:
    code = classify_code(text)
    assert (code.kind, code.objects) == (CodeKind.MPM_GENERIC, ())
    assert code.remarks == ("what follows /MPM/3/ is not of the GPLD standard",)


def test_a_khqr_that_cannot_be_paid_says_so() -> None:
    twice = sealed(STATIC[:-8] + "30130009shop@devb")
    code = classify_code(twice)
    assert code.kind is CodeKind.KHQR
    assert code.remarks == ("not to be paid: the text is not a KHQR that may be acted on",)


def test_a_khqr_whose_lengths_count_bytes_is_known() -> None:
    name = "ហាង"
    in_bytes = f"59{len(name.encode()):02d}{name}"
    assert classify_code(replaced("5909Demo User", in_bytes, STATIC)).kind is CodeKind.KHQR


def test_a_long_khqr_does_not_fit_a_code_value() -> None:
    body = STATIC[:-8] + "".join(f"{number}9900{95}{'x' * 95}" for number in range(80, 85))
    assert classify_code(sealed(body)).remarks == ("longer than the 512 characters of a codeValue",)


@given(payloads())
def test_every_khqr_is_known(payload: str) -> None:
    assert classify_code(payload).kind is CodeKind.KHQR


def test_every_vector_is_known() -> None:
    for case in load("nbc_encode.json.gz"):
        assert classify_code(case["payload"]).kind is CodeKind.KHQR


@given(
    st.text(max_size=60)
    | st.from_regex(r"https://[a-z.:@\[\]/%0-9]{0,30}")
    | st.from_regex("[0-9]+")
)
def test_any_text_gets_a_kind(text: str) -> None:
    code = classify_code(text)
    assert code.text == text
    assert repr(code)


@pytest.mark.parametrize("bad", [None, 25, b"251001020123456789012345", ["x"]])
def test_wrong_types(bad: Any) -> None:
    with pytest.raises(TypeError, match="a code is text"):
        classify_code(bad)


# Rule lists


def rules(*patterns: CodeRule | str, local: tuple[CodeRule | str, ...] = ()) -> CodeRules:
    return CodeRules("1", patterns, AT, local=local)


def test_the_first_rule_that_matches_the_whole_text_decides() -> None:
    listed = rules(
        CodeRule("https://qr[.]example[.]com/open/.*", CodeAction.OPEN_URL),
        "https://qr[.]example[.]com/.*",
        r"(2[5-9]|30)\d001\d*",
        local=(CodeRule("https://qr[.]example[.]com/open/mine", CodeAction.DECODE),),
    )
    assert listed.decide("https://qr.example.com/open/1") is CodeAction.OPEN_URL
    assert listed.decide("https://qr.example.com/open/mine") is CodeAction.DECODE
    assert listed.decide("https://qr.example.com/1") is CodeAction.DECODE
    assert listed.decide("251001020123456789012345") is CodeAction.DECODE
    assert listed.decide("251002020123456789012345") is None
    assert listed.decide("see https://qr.example.com/1") is None
    assert listed.decide("https://qr.example.com/1\n") is None
    assert listed.decide("\ud800") is None


def test_a_rule_cannot_open_what_is_no_url() -> None:
    listed = rules(CodeRule("(?s).*", CodeAction.OPEN_URL))
    assert listed.decide("javascript:alert(1)") is None
    assert listed.decide("https://qr.example.com/") is CodeAction.OPEN_URL


def test_a_text_too_long_is_not_even_tried() -> None:
    listed = rules("x+")
    assert listed.decide("x" * 8192) is CodeAction.DECODE
    assert listed.decide("x" * 8193) is None


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(.*)*b", "(a*){50}b", "(?:a?){100}a{100}b"]
)
def test_expressions_that_explode_elsewhere_do_not_here(pattern: str) -> None:
    assert rules(pattern).decide("a" * 8000) is None


@pytest.mark.parametrize(
    "pattern",
    ["", "x" * 1025, "(", "(?=a)a", r"(a)\1", "a{1001}", "((a{100}){100}){100}", "\ud800", "["],
)
def test_a_bad_rule_refuses_the_whole_list(pattern: str) -> None:
    with pytest.raises(results.MessageError) as refusal:
        rules("good", pattern)
    assert len(refusal.value.problems) == 1


def test_bounds_of_a_list() -> None:
    assert rules(*["x"] * 256).decide("x") is CodeAction.DECODE
    with pytest.raises(results.MessageError, match="257 rules, at most 256"):
        rules(*["x"] * 256, local=("y",))
    with pytest.raises(results.MessageError, match="1 to 16 characters"):
        CodeRules("", [], AT)
    with pytest.raises(results.MessageError, match="1 to 16 characters"):
        CodeRules("1" * 17, [], AT)
    for call in (lambda at: CodeRules("1", [], at), rules().is_stale):
        with pytest.raises(khqr.EncodeError, match="no time zone"):
            call(AT.replace(tzinfo=None))
    with pytest.raises(results.MessageError, match="'X' is not DECODE or OPEN_URL"):
        rules(CodeRule("x", "X"))  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError, match="a code is text"):
        rules().decide(5)  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError, match="not one str"):
        CodeRules("1", "abc", AT)
    with pytest.raises(TypeError, match="fetched_at"):
        CodeRules("1", [], None)  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError, match="a rule is a CodeRule"):
        CodeRules("1", [5], AT)  # type: ignore[list-item] # the refusal is the test


def test_a_list_is_asked_for_again_after_a_day() -> None:
    listed = rules()
    assert not listed.is_stale(AT + timedelta(hours=23, minutes=59))
    assert listed.is_stale(AT + timedelta(days=1))


def test_rules_without_re2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(khqr.MissingDependency, match=r"khqr\[alipayplus\]"):
        rules("x")


# Results


def test_every_error_has_a_known_result_code() -> None:
    classes: list[type[results.AlipayPlusError]] = [results.AlipayPlusError]
    classes += results.AlipayPlusError.__subclasses__()
    for cls in classes:
        assert cls.result_code in RESULT_CODES
        error: results.AlipayPlusError = results.MessageError(["why"])
        if cls is not results.MessageError:
            error = cls("why")
        assert str(error).startswith("why [")
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (cls, str(error))
        assert str(copy.copy(error)) == str(error)
    other = results.NotParticipating("no shop", result_code="BUSINESS_NOT_SUPPORT")
    assert pickle.loads(pickle.dumps(other)).result_code == "BUSINESS_NOT_SUPPORT"
    assert results.NotParticipating("x").result_code == "MERCHANT_NOT_REGISTERED"


def test_an_unknown_result_code_is_judged_by_its_letter() -> None:
    assert results.result_status("NEW", "U") == "U"
    assert results.result_status("RISK_REJECT") == "F"
    with pytest.raises(results.MessageError, match="has no resultStatus"):
        results.result_status("NEW")
