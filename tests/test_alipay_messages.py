"""Messages keep to their tables, both ways, and lose nothing that they do not know."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from alipay_material import ANSWER, ORDER, PUSH, REQUEST, SAMPLES, SUCCESS, all_classes, messages
from khqr.alipayplus import AlipayPlusError, Grade
from khqr.alipayplus.messages import (
    APIS,
    Address,
    Amount,
    CodeDetail,
    InquiryCodeRulesResponse,
    InquiryPaymentRequest,
    InquiryPushPaymentResponse,
    Message,
    NotifyPaymentRequest,
    NotifyPushPaymentRequest,
    Number,
    Order,
    OrderCodeForm,
    PaymentFactor,
    PaymentMethod,
    PayRequest,
    PushPaymentRequest,
    Quote,
    Result,
    UserInitiatedPayRequest,
    UserInitiatedPayResponse,
    dump,
    json_schema,
    members,
    moment,
    moment_text,
    parse_json,
)
from khqr.alipayplus.results import InvalidCode, MessageError
from khqr.alipayplus.signature import WrongPath
from material import EXAMPLES

CLASSES = all_classes()
BY_LEG = {(api.name, api.leg): api for api in APIS}


def scalars(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [item for inner in value.values() for item in scalars(inner)]
    if isinstance(value, list):
        return [item for inner in value for item in scalars(inner)]
    return [value]


def problems(cls: type[Message], document: Any) -> tuple[str, ...]:
    with pytest.raises(MessageError) as refusal:
        cls.from_document(document)
    assert refusal.value.result_code == "PARAM_ILLEGAL"
    return refusal.value.problems


# The documented shapes


def test_every_interface_has_a_sample() -> None:
    assert {(name, leg) for name, leg, _, _ in SAMPLES} == set(BY_LEG)
    assert len(SAMPLES) == len(APIS)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample[0]} {sample[1]}")
@pytest.mark.parametrize("side", ["request", "response"])
def test_samples_come_back_as_the_same_json(sample: Any, side: str) -> None:
    name, leg, *documents = sample
    document = documents[side == "response"]
    cls = getattr(BY_LEG[name, leg], side)
    Draft202012Validator(json_schema(cls)).validate(document)
    value = cls.from_json(json.dumps(document))
    assert json.loads(value.to_json()) == document
    assert cls.from_json(value.to_json().encode()) == value
    assert value.extra == ()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_samples_use_every_member(cls: type[Message]) -> None:
    used: set[str] = set()
    for name, leg, request, response in SAMPLES:
        api = BY_LEG[name, leg]
        used |= set(request if api.request is cls else ())
        used |= set(response if api.response is cls else ())
    optional = {"PushPaymentRequest", "MppPayRequest"}
    assert cls.__name__ in optional or used == {member.name for member in members(cls)}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_schemas_are_schemas_and_members_are_graded(cls: type[Message]) -> None:
    Draft202012Validator.check_schema(json_schema(cls))
    for member in members(cls):
        assert isinstance(member.grade, Grade), member


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@settings(max_examples=max(5, EXAMPLES // 100))
@given(data=st.data())
def test_any_message_comes_back(cls: type[Message], data: st.DataObject) -> None:
    value = data.draw(messages(cls))
    text = value.to_json()
    document = json.loads(text)
    Draft202012Validator(json_schema(cls)).validate(document)
    assert cls.from_json(text) == value
    assert hash(cls.from_json(text)) == hash(value)
    known = {name: item for name, item in document.items() if name not in value.unknown}
    for scalar in scalars(_known(type(value), known)):
        assert isinstance(scalar, str)
        assert scalar


def _known(cls: type[Message], document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without the members that no table knows."""
    kept = {}
    for member in members(cls):
        value = document.get(member.name)
        if isinstance(member.kind, type):
            kind = member.kind
            if isinstance(value, list):
                value = [_known(kind, item) for item in value]
            elif value is not None:
                value = _known(kind, value)
        if value is not None:
            kept[member.name] = value
    return kept


# Reading


def test_unknown_members_are_kept_at_every_level() -> None:
    document = json.loads(json.dumps(ANSWER))
    document["new"] = {"rate": 1, "deep": [{"a": None}, True]}
    document["order"]["merchant"]["store"]["colour"] = "red"
    document["paymentAmount"]["unit"] = "cent"
    value = UserInitiatedPayResponse.from_document(parse_json(json.dumps(document)))
    assert json.loads(value.to_json()) == document
    assert value.unknown == {"new": {"rate": Number("1"), "deep": [{"a": None}, True]}}
    assert '"rate":1,' in value.to_json()


def test_a_document_that_never_was_text_is_bounded_too() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    odd: Any
    for odd in (deep, "\ud800", {"\ud800": "x"}):
        with pytest.raises(MessageError):
            UserInitiatedPayRequest.from_document({"codeValue": "x", "a": odd})


def test_unknown_numbers_keep_their_digits() -> None:
    text = '{"codeValue":"x","a":1.50,"b":1e400,"c":-0,"d":123456789012345678901234567890.10}'
    assert UserInitiatedPayRequest.from_json(text).to_json() == text


def test_numbers_and_booleans_are_taken_for_texts() -> None:
    amount = Amount.from_json('{"currency":"KHR","value":1000000}')
    assert amount == Amount(currency="KHR", value=1000000)
    assert amount.to_json() == '{"currency":"KHR","value":"1000000"}'
    factor = PaymentFactor.from_json('{"isInStorePayment":true,"isCashierPayment":"false"}')
    assert factor.to_json() == '{"isInStorePayment":"true","isCashierPayment":"false"}'
    quote = '{"quoteId":1,"quoteCurrencyPair":"CNY/KHR","quotePrice":560.10}'
    assert Quote.from_json(quote).quote_price == "560.10"
    assert type(Quote.from_json(quote).quote_price) is str


@pytest.mark.parametrize("absent", [None, ""])
def test_what_is_empty_is_absent(absent: str | None) -> None:
    value = UserInitiatedPayRequest.from_document({"codeValue": "x", "pspId": absent})
    assert value == UserInitiatedPayRequest(code_value="x", psp_id=absent)
    assert value.to_json() == '{"codeValue":"x"}'


def test_the_amount_has_another_name() -> None:
    document: Any = {"result": SUCCESS, "amount": {"currency": "KHR", "value": "100"}}
    value = UserInitiatedPayResponse.from_document(document)
    assert value.payment_amount == Amount(currency="KHR", value=100)
    assert "paymentAmount" in value.to_document()
    assert "amount" not in value.to_document()
    for absent in ("", None):
        assert UserInitiatedPayResponse.from_document(document | {"paymentAmount": absent}) == value
    both = document | {"paymentAmount": {"currency": "KHR", "value": "100"}}
    assert UserInitiatedPayResponse.from_document(both) == value
    both["paymentAmount"] = {"currency": "KHR", "value": "200"}
    assert problems(UserInitiatedPayResponse, both) == (
        "paymentAmount and amount are both there and differ",
    )


@pytest.mark.parametrize(
    ("cls", "document", "said"),
    [
        (UserInitiatedPayRequest, {}, "codeValue is missing"),
        (UserInitiatedPayRequest, {"codeValue": None}, "codeValue is missing"),
        (UserInitiatedPayRequest, {"codeValue": ""}, "codeValue is '', expected text"),
        (UserInitiatedPayRequest, {"codeValue": []}, "codeValue is no text"),
        (UserInitiatedPayRequest, {"codeValue": {}}, "codeValue is no text"),
        (
            UserInitiatedPayRequest,
            {"codeValue": "x" * 513},
            "codeValue has 513 characters, at most 512 fit",
        ),
        (
            UserInitiatedPayRequest,
            {"codeValue": "x", "pspId": "x" * 65},
            "pspId has 65 characters, at most 64 fit",
        ),
        (
            UserInitiatedPayResponse,
            {"result": {"resultCode": "X", "resultMessage": "x"}},
            "result.resultStatus is missing",
        ),
        (
            UserInitiatedPayResponse,
            {"result": dict(SUCCESS, resultStatus="X")},
            "result.resultStatus is 'X', expected S, F or U",
        ),
        (UserInitiatedPayResponse, {"result": "S"}, "result.Result is no JSON object"),
        (
            UserInitiatedPayResponse,
            {"result": SUCCESS, "paymentFactor": {"isInStorePayment": "yes"}},
            "paymentFactor.isInStorePayment is 'yes', expected true or false",
        ),
        (
            UserInitiatedPayResponse,
            {"result": SUCCESS, "paymentExpiryTime": "2025-06-15T22:11:40"},
            "paymentExpiryTime is '2025-06-15T22:11:40', expected a time",
        ),
        (
            UserInitiatedPayResponse,
            {"result": SUCCESS, "paymentExpiryTime": "2025-02-30T22:11:40Z"},
            "paymentExpiryTime is '2025-02-30T22:11:40Z', expected a time",
        ),
        (
            UserInitiatedPayResponse,
            {"result": SUCCESS, "order": {"goods": {}}},
            "order.goods is no array",
        ),
        (
            UserInitiatedPayResponse,
            {"result": SUCCESS, "order": {"goods": [{}, "x"]}},
            "order.goods[1].Goods is no JSON object",
        ),
        (Address, {"region": "kh"}, "region is 'kh', expected two letters of ISO 3166"),
        (Address, {"region": "KH", "city": "x" * 33}, "city has 33 characters, at most 32 fit"),
        (
            OrderCodeForm,
            {"codeDetails": [{}] * 5},
            "codeDetails has 5 entries, at most 4 fit",
        ),
        (InquiryPaymentRequest, {}, "none of paymentRequestId, paymentId is there"),
        (
            InquiryPushPaymentResponse,
            {"result": SUCCESS},
            "paymentResult must be there, as result is S",
        ),
        (
            NotifyPushPaymentRequest,
            {"paymentResult": dict(SUCCESS, resultStatus="U"), "paymentId": "P"},
            "paymentResult is U, expected S or F",
        ),
        (
            NotifyPushPaymentRequest,
            {"paymentResult": SUCCESS, "paymentId": "P"},
            "paymentRequestId must be there, as paymentResult is S",
        ),
        (
            NotifyPaymentRequest,
            {"paymentResult": SUCCESS, "paymentRequestId": "R", "acquirerId": "A", "pspId": "P"},
            "paymentId, customerId must be there, as paymentResult is S",
        ),
        (
            PayRequest,
            {
                "order": {"referenceOrderId": "1"},
                "paymentRequestId": "R",
                "paymentAmount": {"currency": "KHR", "value": "1"},
            },
            "order has no orderDescription, orderAmount",
        ),
    ],
)
def test_what_a_table_refuses(cls: type[Message], document: Any, said: str) -> None:
    (found,) = problems(cls, document)
    assert found.removesuffix(" such as 2019-04-04T12:08:56+05:30") == said
    assert not Draft202012Validator(json_schema(cls)).is_valid(document) or "30T" in said


@pytest.mark.parametrize(
    "value",
    [
        *("0", "-1", "+1", "01", "1.0", "1e3", "", " 1", "1 ", "១", "1" * 19, "NaN", "0x1", "1_0"),
        *(Number("1.0"), Number("1e3"), Number("-1"), True, [], {}),
    ],
)
def test_what_is_no_amount(value: Any) -> None:
    (said,) = problems(Amount, {"currency": "KHR", "value": value})
    assert said.startswith("value is")


def test_everything_wrong_is_said_at_once() -> None:
    said = problems(PushPaymentRequest, {"pspId": "x" * 65, "paymentAmount": {"value": "0"}})
    assert said == (
        "acquirerId is missing",
        "codeValue is missing",
        "paymentId is missing",
        "paymentAmount.currency is missing",
        "paymentAmount.value is '0', expected a whole number from 1 in digits",
    )


# JSON


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("{'a':'b'}", "not JSON"),
        ('{"a":"b"} x', "not JSON"),
        ('{"a":"b\n"}', "not JSON"),
        ("\ufeff{}", "not JSON"),
        (b"\xff", "not JSON in UTF-8"),
        (b"\xfe\xff\x00{\x00}", "not JSON in UTF-8"),
        ('{"a":"\\ud800"}', "half a character"),
        ('{"\\ud800":"a"}', "half a character"),
        ("\ud800", "not JSON in UTF-8"),
        ('{"a":NaN}', "NaN is no number"),
        ('{"a":-Infinity}', "-Infinity is no number"),
        ('{"a":"1","a":"1"}', "'a' stands twice"),
        ('{"b":{"a":"1","\\u0061":"2"}}', "'a' stands twice"),
        ("[" * 17 + "]" * 17, "more than 16 levels"),
        ("[" * 200_000, "more than 16 levels"),
        ('{"a":' * 30_000, "more than 16 levels"),
        ('"' + "x" * (256 * 1024) + '"', "more than 262144 bytes"),
        ('"' + "ក" * (90 * 1024) + '"', "more than 262144 bytes"),
    ],
)
def test_documents_that_are_not_read(text: str | bytes, said: str) -> None:
    with pytest.raises(MessageError, match=said):
        parse_json(text)


def test_the_largest_and_the_deepest_document() -> None:
    assert parse_json("[" * 16 + "]" * 16)
    assert parse_json('"' + "x" * (256 * 1024 - 2) + '"')
    with pytest.raises(TypeError, match="a document is str"):
        parse_json(5)  # type: ignore[arg-type] # the refusal is the test


@given(
    st.text(max_size=40) | st.from_regex(r'[\[{"a:,0-9.eE\\u\]}-]{0,20}') | st.binary(max_size=20)
)
def test_any_document_is_read_or_refused(text: str | bytes) -> None:
    try:
        value = parse_json(text)
    except MessageError:
        return
    assert parse_json(dump(value)) == value


# Values


def test_values_are_frozen_and_checked_when_made() -> None:
    amount = Amount(currency="KHR", value=100)
    with pytest.raises(FrozenInstanceError):
        amount.value = 5  # type: ignore[misc] # the refusal is the test
    with pytest.raises(MessageError, match="at most 18 digits"):
        replace(amount, value=10**18)
    with pytest.raises(MessageError, match="whole number from 1"):
        replace(amount, value=0)
    with pytest.raises(MessageError, match="half a character"):
        CodeDetail(code_value="\ud800")
    bad: Any
    for bad in ("100", 1.0, True, None):
        with pytest.raises(TypeError, match="value is int"):
            Amount(currency="KHR", value=bad)
    for bad in (5, None, b"KHR"):
        with pytest.raises(TypeError, match="currency is str"):
            Amount(currency=bad, value=1)
    with pytest.raises(TypeError, match="goods is a tuple"):
        Order(goods=[])  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError, match="is_in_store_payment is bool"):
        PaymentFactor(is_in_store_payment="true")  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError, match="order_amount is Amount"):
        Order(order_amount=Address(region="KH"))  # type: ignore[arg-type] # the refusal is the test
    assert Order(goods=()).to_document() == {"goods": []}


@pytest.mark.parametrize(
    "extra",
    [
        (("codeValue", '"x"'),),
        (("a", "1"), ("a", "1")),
        (("a", "{"),),
        (("a", "NaN"),),
        (("\ud800", "1"),),
    ],
)
def test_extra_members_must_be_unknown_json(extra: Any) -> None:
    with pytest.raises(MessageError):
        UserInitiatedPayRequest(code_value="x", extra=extra)


def test_the_other_name_of_a_member_is_not_unknown() -> None:
    with pytest.raises(MessageError):
        UserInitiatedPayResponse(result=Result.success(), extra=(("amount", "1"),))


def test_a_payment_code_is_not_printed() -> None:
    method = PaymentMethod(
        payment_method_type="CONNECT_WALLET", payment_method_id="2810100201234567"
    )
    assert "2810100201234567" not in repr(method)
    assert "2810100201234567" in method.to_json()


def test_results() -> None:
    assert Result.success().to_document() == SUCCESS
    refusal = Result.refusal(InvalidCode("x" * 300))
    assert (refusal.result_code, refusal.status) == ("INVALID_CODE", "F")
    assert refusal.result_message == "x" * 256
    assert Result.refusal(InvalidCode("")).result_message == "INVALID_CODE"
    why = Result.refusal(WrongPath("the signature is for /secret"))
    assert (why.result_code, why.result_message) == ("INVALID_SIGNATURE", "INVALID_SIGNATURE")
    other = Result(result_code="NEW", result_status="U", result_message="x")
    assert other.status == "U"
    with pytest.raises(MessageError):
        Result.of("NEW", "x")


def test_an_empty_list_is_not_an_absent_one() -> None:
    text = (
        '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"},'
        '"codeRules":[],"version":"1"}'
    )
    rules = InquiryCodeRulesResponse.from_json(text)
    assert rules.code_rules == ()
    assert rules.to_json() == text
    Draft202012Validator(json_schema(InquiryCodeRulesResponse)).validate(json.loads(text))
    assert Order.from_json('{"goods":[]}').to_json() == '{"goods":[]}'


def test_a_refusal_may_have_a_code_that_no_table_knows() -> None:
    error = AlipayPlusError("no", result_code="NEW_CODE")
    assert str(error) == "no [NEW_CODE F]"
    assert Result.refusal(error).to_document() == {
        "resultCode": "NEW_CODE",
        "resultStatus": "F",
        "resultMessage": "no",
    }


def test_times() -> None:
    assert moment("2019-04-04T12:08:56+05:30") == datetime(2019, 4, 4, 6, 38, 56, tzinfo=UTC)
    assert moment_text(datetime(2025, 6, 15, 15, 11, 40, 500_000, tzinfo=UTC)) == (
        "2025-06-15T22:11:40+07:00"
    )
    with pytest.raises(MessageError, match="beyond the year 9999"):
        moment_text(datetime.max.replace(tzinfo=UTC))
    for bad in ("2019-04-04T12:08:56", "tomorrow", "", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(MessageError, match="expected a time"):
            moment(bad)


def test_documented_order_and_request_are_the_spec_example() -> None:
    assert Order.from_document(ORDER).to_document() == ORDER
    assert UserInitiatedPayRequest.from_document(REQUEST).to_document() == REQUEST
    assert PushPaymentRequest.from_document(PUSH).payment_amount == Amount(
        currency="KHR", value=1_000_000
    )
