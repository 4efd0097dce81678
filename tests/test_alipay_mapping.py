"""KHQR to messages and back: the same text with the code, the same meaning without it."""

from __future__ import annotations

import decimal
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khqr
from alipay_material import ANSWER, KHQR, PUSH, REQUEST
from khqr.alipayplus import AlipayPlusError, embed, extract, results
from khqr.alipayplus.mapping import (
    FIELD_TABLE,
    AmountInconsistent,
    Mapped,
    Policy,
    from_minor,
    pay_for,
    request_for,
    response_for,
    sidecar,
    to_khqr,
    to_minor,
)
from khqr.alipayplus.messages import (
    Amount,
    InquiryPaymentRequest,
    Merchant,
    Order,
    PayRequest,
    PlaceOrderRequest,
    PushPaymentRequest,
    Result,
    Store,
    UserInitiatedPayRequest,
    UserInitiatedPayResponse,
    moment_text,
)
from khqr.fields import FIELDS_BY_PATH
from khqr.nbc import decode_flat
from khqr.testing import corrupted, payloads
from material import CLOCK, EXAMPLES, FULL, P0, STATIC, changed, inserted, load, replaced, sealed

DOLLARS = Policy(allow_usd=True)
LATER = CLOCK + timedelta(minutes=1)
VECTORS = load("nbc_encode.json.gz")
TIMES = "9934" + "0013" + "1750000000000" + "0113" + "1750000300000"
SHOP = replaced("6010Phnom Penh", "6010Phnom Penh610512000", STATIC)


def answer(payload: str | bytes, **options: Any) -> Mapped[UserInitiatedPayResponse]:
    usual: dict[str, Any] = {"at": CLOCK, "payment_request_id": "REQ-0001", "policy": DOLLARS}
    return response_for(payload, **(usual | options))


def through_json(mapped: Mapped[UserInitiatedPayResponse]) -> UserInitiatedPayResponse:
    return UserInitiatedPayResponse.from_json(mapped.value.to_json())


def dynamic(amount: str = "540510000", currency: str = "116", extra: str = "") -> str:
    """Return a dynamic code with an object 54 as it is given, header included."""
    return sealed(
        f"00020101021229180014demo_user@devb520459995303{currency}{amount}5802KH5909Demo User"
        f"6010Phnom Penh{extra}{TIMES}"
    )


def refusal(call: Callable[[], object]) -> AlipayPlusError:
    with pytest.raises(AlipayPlusError) as refused:
        call()
    return refused.value


# The documented example


def test_the_documented_example() -> None:
    mapped = answer(KHQR, policy=Policy())
    assert json.loads(mapped.value.to_json()) == ANSWER
    assert mapped.carried == ("30.02", "99.00", "99.01 (milliseconds)")
    assert (mapped.lost, mapped.issues, mapped.reconstructed) == ((), (), False)
    ids: Any = {"acquirer_id": "ACQ-DEMO", "psp_id": "PSP-DEMO", "customer_id": "CUST-DEMO"}
    assert json.loads(request_for(KHQR, **ids).value.to_json()) == REQUEST
    assert khqr.md5(KHQR) == "3e9ede7f70f173d056b5107040265950"


def test_the_documented_push() -> None:
    push = PushPaymentRequest.from_document(PUSH)
    mapped = to_khqr(push, at=LATER)
    assert mapped.value == KHQR
    assert mapped.lost == ("acquirerId", "pspId", "paymentId")
    assert mapped.carried == ("30.02", "99.00")


def test_a_static_code_is_an_entry_code() -> None:
    mapped = answer(STATIC)
    value = mapped.value
    assert (value.code_type, value.payment_amount, value.payment_expiry_time) == (
        ("STORE_CODE", None, None)
    )
    factor = value.payment_factor
    assert factor is not None
    assert (factor.is_in_store_payment, factor.in_store_payment_scenario) == (True, "EntryCode")
    assert value.to_document()["order"] == {
        "merchant": {
            "referenceMerchantId": "demo_user@devb",
            "merchantMCC": "5999",
            "merchantName": "Demo User",
            "merchantDisplayName": "Demo User",
            "merchantAddress": {"region": "KH", "city": "Phnom Penh"},
            "store": {
                "referenceStoreId": "demo_user@devb",
                "storeName": "Demo User",
                "storeMCC": "5999",
            },
        }
    }
    assert mapped.carried == ()


def test_what_the_code_does_not_say_has_a_fallback_that_never_comes_back() -> None:
    value = answer(dynamic()).value
    order = value.order
    assert order is not None
    assert (order.reference_order_id, order.order_description) == ("REQ-0001", "Demo User")
    code = khqr.decode(to_khqr(value, at=CLOCK).value)
    assert (code.bill_number, code.store_label, code.purpose_of_transaction) == (None, None, None)
    same = dynamic(extra="6238" + "0108REQ-0001" + "0309Demo User" + "0809Demo User")
    odd = ("62.01 (as paymentRequestId)", "62.03 (as 59)", "62.08 (as 59)")
    assert answer(same).carried == ("99.00", *odd)
    assert answer(same, payment_request_id="REQ-2").carried == ("99.00", *odd[1:])


# Round trips


def meaning(code: Any) -> dict[str, Any]:
    """Return what a code means, by the paths of its objects."""
    template = "29" if isinstance(code, khqr.Individual) else "30"
    found = {
        path: getattr(code, field.attribute)
        for path, field in FIELDS_BY_PATH.items()
        if path[:2] not in {"29", "30", "99"} or path.startswith(template)
    }
    return found | {
        "53": code.currency,
        "54": code.amount,
        "99.00": code.created_at,
        "99.01": code.expires_at,
    }


def assert_both_ways(payload: str) -> None:
    mapped = answer(payload, strict=True)
    code_value = request_for(payload, policy=DOLLARS).value.to_json()
    request = UserInitiatedPayRequest.from_json(code_value)
    same = to_khqr(
        through_json(mapped), code_value=request.code_value, at=CLOCK, policy=DOLLARS, strict=True
    )
    assert (same.value, same.reconstructed, same.lost) == (payload, False, ())
    assert to_khqr(request, policy=DOLLARS).value == payload

    before = khqr.decode(payload)
    unusual = (
        before.bakong_account_id.count("@") != 1
        or before.bakong_account_id.strip("@") != before.bakong_account_id
        or len(before.merchant_category_code) != 4
    )
    if unusual:
        with pytest.raises(results.Unmappable):
            to_khqr(through_json(mapped), at=CLOCK, policy=DOLLARS, kind=_kind(before))
        return
    made = to_khqr(
        through_json(mapped),
        at=CLOCK,
        policy=DOLLARS,
        acquiring_bank=before.acquiring_bank,
        kind=_kind(before),
    )
    assert made.reconstructed
    homeless = {path.partition(" ")[0] for path in mapped.carried} - {"29.02", "30.02"}
    then, now = meaning(before), meaning(khqr.decode(made.value))
    assert {path: now[path] for path in now if path not in homeless} == {
        path: then[path] for path in then if path not in homeless
    }
    beside = sidecar(payload)
    full = to_khqr(
        through_json(mapped), at=CLOCK, policy=DOLLARS, beside=beside, kind=_kind(before)
    )
    now = meaning(khqr.decode(full.value))
    left = {"15", "53", "99.01"} & homeless
    left |= {path for path in homeless if f"{path} (as 59)" in mapped.carried}
    assert {path: now[path] for path in now if path not in left} == {
        path: then[path] for path in then if path not in left
    }


def _kind(code: Any) -> Any:
    return "individual" if isinstance(code, khqr.Individual) else "merchant"


def test_every_vector_comes_back() -> None:
    for case in VECTORS:
        assert_both_ways(case["payload"])


@settings(max_examples=EXAMPLES // 2)
@given(payloads())
def test_any_code_comes_back(payload: str) -> None:
    code = khqr.decode(payload)
    if code.expires_at is not None:
        life = {"created_at": CLOCK, "expires_at": CLOCK + timedelta(milliseconds=300_123)}
        payload = khqr.encode(changed(code, **life))
    assert_both_ways(payload)


def test_every_member_says_what_the_official_reading_says() -> None:
    """An independent model: the SDK's flat decode on one side, plain look-ups on the other."""
    for case in VECTORS:
        flat = decode_flat(case["payload"])
        document = json.loads(answer(case["payload"]).value.to_json())
        order = document["order"]
        merchant, store = order["merchant"], order["merchant"]["store"]
        dynamic_code = flat["transactionAmount"] is not None
        identity = flat["merchantID"] or flat["accountInformation"] or flat["bakongAccountID"]
        expected = {
            "store": flat["bakongAccountID"],
            "merchant": identity,
            "mcc": flat["merchantCategoryCode"],
            "name": flat["merchantName"],
            "city": flat["merchantCity"],
            "region": flat["countryCode"],
            "label": flat["storeLabel"] or flat["merchantName"],
            "terminal": flat["terminalLabel"],
            "bill": flat["billNumber"] or ("REQ-0001" if dynamic_code else None),
            "purpose": flat["purposeOfTransaction"]
            or (flat["merchantName"] if dynamic_code else None),
        }
        assert expected == {
            "store": store["referenceStoreId"],
            "merchant": merchant["referenceMerchantId"],
            "mcc": merchant["merchantMCC"],
            "name": merchant["merchantName"],
            "city": merchant["merchantAddress"]["city"],
            "region": merchant["merchantAddress"]["region"],
            "label": store["storeName"],
            "terminal": store.get("storeTerminalId"),
            "bill": order.get("referenceOrderId"),
            "purpose": order.get("orderDescription"),
        }
        assert ("paymentAmount" in document) is dynamic_code
        if dynamic_code:
            cents = Decimal(str(flat["transactionAmount"])) * 100
            assert document["paymentAmount"]["value"] == str(int(cents))
            assert int(cents) == cents
            assert order["orderAmount"] == document["paymentAmount"]
            seconds = int(str(flat["expirationTimestamp"])) // 1000
            expiry = datetime.fromisoformat(document["paymentExpiryTime"])
            assert (int(expiry.timestamp()), expiry.utcoffset()) == (seconds, timedelta(hours=7))


def test_objects_that_only_a_code_holds_are_named() -> None:
    payload = inserted("80070003abc", FULL)
    mapped = answer(payload)
    assert {"15", "30.02", "62.02", "64.00", "64.01", "64.02", "99.00", "80"} <= set(mapped.carried)
    back = to_khqr(mapped.value, code_value=payload, policy=DOLLARS)
    assert set(back.carried) <= set(mapped.carried)


@pytest.mark.parametrize(
    ("payload", "carried"),
    [
        (inserted("99170113" + "1750000300000", STATIC), ("99.01",)),
        (inserted("99070303abc", STATIC), ("99.03",)),
        (sealed(STATIC[:-8] + "6100"), ("61",)),
        (
            sealed("00020101021130130009shop@devb5204599953031165802KH5904Shop6010Phnom Penh"),
            ("30 (without 01)",),
        ),
        (sealed(STATIC[:6] + STATIC[12:-8]), ("01",)),
        (inserted("62090105INV-1", STATIC), ()),
        (inserted("62125008" + "0004demo", STATIC), ("62.50",)),
    ],
)
def test_what_a_code_says_beside_is_named(payload: str, carried: tuple[str, ...]) -> None:
    assert answer(payload).carried == carried
    pay = pay_for(payload, at=CLOCK, payment_request_id="R", amount=100)
    assert set(pay.lost) >= set(carried)


def test_a_sidecar_tells_the_kind() -> None:
    merchant = to_khqr(changed_answer(), at=CLOCK, beside=sidecar(KHQR))
    assert isinstance(khqr.decode(merchant.value), khqr.Merchant)
    person = khqr.parse(KHQR)["30"]
    individual = sealed(KHQR[:12] + f"29{len(person)}" + person + KHQR[12 + 4 + len(person) : -8])
    made = to_khqr(answer(individual).value, at=CLOCK, beside=sidecar(individual))
    assert isinstance(khqr.decode(made.value), khqr.Individual)
    assert khqr.decode(made.value).acquiring_bank == "Dev Bank"


def test_two_merchants_in_one_message() -> None:
    order = Order(merchant=Merchant(store=Store(reference_store_id="khqr@devb")))
    thief = Merchant(store=Store(reference_store_id="thief@devb"))
    push = replace(PushPaymentRequest.from_document(PUSH), order=order, merchant=thief)
    assert isinstance(refusal(lambda: to_khqr(push)), results.Inconsistent)
    assert to_khqr(replace(push, merchant=order.merchant)).value == KHQR


def tried(payload: str) -> None:
    """Put a text through the whole room; whatever it is, only refusals leave."""
    for call in (
        lambda: answer(payload),
        lambda: pay_for(payload, at=CLOCK, payment_request_id="R", amount=5, policy=DOLLARS),
        lambda: to_khqr(UserInitiatedPayRequest(code_value=payload), policy=DOLLARS),
        lambda: sidecar(payload),
        lambda: embed(payload, "https://qr.example.com/1"),
        lambda: extract(payload),
    ):
        error = refused(call)
        assert error is None or (error.result_code and 0 < len(str(error)) < 3_000)


def refused(call: Callable[[], object]) -> AlipayPlusError | None:
    """Return the room's own exception, None for a value; any other exception leaves."""
    try:
        call()
    except AlipayPlusError as error:
        return error
    return None


@pytest.mark.parametrize(
    "name",
    [
        "malformed.json",
        "emvco.json",
        "khqr_one_fault.json",
        "khqr_in_the_wild.json",
        "nbc_mutations.json.gz",
        "nbc_sdk_defects.json",
    ],
)
def test_only_refusals_leave_the_room(name: str) -> None:
    seen = 0
    for case in load(name):
        payload = case.get("payload", case.get("val"))
        if isinstance(payload, str):
            seen += 1
            tried(payload)
    assert seen > 10


@given(payloads().flatmap(corrupted))
def test_damaged_codes_are_refused(payload: str) -> None:
    tried(payload)
    with pytest.raises(AlipayPlusError):
        answer(payload)


@given(st.text(max_size=80))
def test_any_text_is_refused(text: str) -> None:
    tried(text)


@given(st.data())
def test_damaged_answers_are_read_or_refused(data: st.DataObject) -> None:
    document = json.loads(json.dumps(ANSWER))
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = document
        while True:
            key = data.draw(st.sampled_from(sorted(place)))
            if not (isinstance(place[key], dict) and place[key] and data.draw(st.booleans())):
                break
            place = place[key]
        odd: st.SearchStrategy[Any] = st.sampled_from((None, {}, [], "0", "KHR", "a@devb"))
        odd |= st.text(max_size=30)
        place[key] = data.draw(odd)

    def back(code_value: str | None) -> None:
        value = UserInitiatedPayResponse.from_document(document)
        assert khqr.verify(to_khqr(value, code_value=code_value, at=CLOCK).value)

    for code_value in (None, KHQR):
        error = refused(lambda code=code_value: back(code))  # type: ignore[misc] # as above
        assert error is None or error.result_status == "F"


def test_bank_codes_of_the_field_map() -> None:
    seen = 0
    for case in load("khqr_in_the_wild.json"):
        payload = case["payload"]
        try:
            mapped = answer(payload, at=datetime(2020, 1, 1, tzinfo=UTC))
        except AlipayPlusError:
            continue
        seen += 1
        assert to_khqr(mapped.value, code_value=payload, policy=DOLLARS).value == payload
    assert seen >= 60


def test_a_template_inside_survives() -> None:
    payload = embed(KHQR, "https://qr.example.com/1").payload
    mapped = answer(payload)
    assert mapped.carried[0] == "26"
    assert to_khqr(mapped.value, code_value=payload).value == payload


def test_a_postal_code_goes_both_ways() -> None:
    mapped = answer(SHOP)
    assert khqr.parse(to_khqr(mapped.value).value)["61"] == "12000"
    assert mapped.carried == ()


# Money


@pytest.mark.parametrize(
    ("amount", "currency", "value"),
    [
        ("10000", "KHR", 1_000_000),
        ("1", "KHR", 100),
        ("9999999999999", "KHR", 999_999_999_999_900),
        ("100.00", "KHR", 10_000),
        ("1E+3", "KHR", 100_000),
        ("1", "USD", 100),
        ("1.5", "USD", 150),
        ("1.50", "USD", 150),
        ("0.01", "USD", 1),
        ("9999999999.99", "USD", 999_999_999_999),
    ],
)
def test_minor_units(amount: str, currency: str, value: int) -> None:
    assert to_minor(Decimal(amount), currency) == value
    assert from_minor(value, currency) == Decimal(amount)
    with decimal.localcontext() as context:
        context.prec = 2
        assert to_minor(Decimal(amount), currency) == value
        assert from_minor(value, currency) == Decimal(amount)


@given(st.integers(1, 10**13 - 1))
def test_riel_are_a_hundred_each(riel: int) -> None:
    assert to_minor(Decimal(riel), "KHR") == riel * 100
    assert from_minor(riel * 100, "KHR") == riel
    for cents in (1, 50, 99):
        with pytest.raises(results.AmountError, match="fraction of a riel"):
            from_minor(riel * 100 + cents, "KHR")


@given(st.integers(1, 10**12 - 1))
def test_cents_are_cents(cents: int) -> None:
    amount = from_minor(cents, "USD")
    assert amount * 100 == cents
    assert to_minor(amount, "USD") == cents


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        *(("0", "KHR"), ("-1", "KHR"), ("0.5", "KHR"), ("1.001", "USD"), ("NaN", "KHR")),
        *(("Infinity", "USD"), ("1E+999999", "KHR"), ("1E-999999", "USD"), ("1" * 50, "KHR")),
        *(("1E+13", "KHR"), ("12345678901.00", "USD"), ("12345678901234", "USD")),
    ],
)
def test_amounts_that_do_not_fit(amount: str, currency: str) -> None:
    assert type(refusal(lambda: to_minor(Decimal(amount), currency))) is results.AmountError


@pytest.mark.parametrize("value", [0, -100, 1, 99, 101, 10**15, 10**17])
def test_values_that_do_not_fit(value: int) -> None:
    assert type(refusal(lambda: from_minor(value, "KHR"))) is results.AmountError


def test_a_programme_with_whole_riel_is_a_setting() -> None:
    whole = Policy(minor_units={"KHR": 0, "USD": 2})
    mapped = answer(KHQR, policy=whole)
    assert mapped.value.payment_amount == Amount(currency="KHR", value=10_000)
    assert khqr.decode(to_khqr(mapped.value, at=CLOCK, policy=whole).value).amount == 10_000
    tens = {"KHR": 1, "USD": 1}
    assert to_minor(Decimal("1.5"), "USD", tens) == 15
    assert refusal(lambda: to_minor(Decimal("1.55"), "USD", tens)).result_code == "PARAM_ILLEGAL"
    for call in (to_minor, from_minor):
        for currency in ("THB", "khr", ""):
            error = refusal(lambda c=currency, f=call: f(5, c))  # type: ignore[misc] # as above
            assert error.result_code == "CURRENCY_NOT_SUPPORT"


# Every error row


def not_enrolled(code: object) -> bool:
    return False


def pushed(amount: dict[str, str]) -> PushPaymentRequest:
    return PushPaymentRequest.from_document(PUSH | {"paymentAmount": amount})


def paid(value: int) -> UserInitiatedPayResponse:
    return changed_answer(payment_amount=Amount(currency="KHR", value=value))


LONG_TEXT = inserted("".join(f"{tag}9900{95}{'x' * 95}" for tag in (80, 81, 82, 83, 84)), STATIC)
ROWS: list[tuple[str, Callable[[], object], type[AlipayPlusError], str]] = [
    ("not TLV", lambda: answer("hello"), results.InvalidCode, "INVALID_CODE"),
    ("nothing", lambda: answer(""), results.InvalidCode, "INVALID_CODE"),
    ("bad CRC", lambda: answer(KHQR[:-4] + "0000"), results.InvalidCode, "INVALID_CODE"),
    ("no 29 or 30", lambda: answer(P0), results.InvalidCode, "INVALID_CODE"),
    (
        "no account",
        lambda: answer(replaced("29180014demo_user@devb", "29080104demo", STATIC)),
        results.InvalidCode,
        "INVALID_CODE",
    ),
    (
        "account without @",
        lambda: answer(replaced("demo_user@devb", "demo_user.devb", STATIC)),
        results.InvalidCode,
        "INVALID_CODE",
    ),
    (
        "account too long",
        lambda: answer(replaced("29180014demo_user@devb", f"29370033{'x' * 28}@devb", STATIC)),
        results.InvalidCode,
        "INVALID_CODE",
    ),
    (
        "29 and 30",
        lambda: answer(inserted("30130009shop@devb", STATIC)),
        results.InvalidCode,
        "INVALID_CODE",
    ),
    (
        "name too long, a code not named",
        lambda: answer(replaced("5909Demo User", f"5926{'x' * 26}", STATIC)),
        results.InvalidCode,
        "INVALID_CODE",
    ),
    (
        "category of letters",
        lambda: answer(replaced("52045999", "5204ABCD", STATIC)),
        results.InvalidCode,
        "INVALID_CODE",
    ),
    ("over 4096", lambda: answer("0" * 5000), results.InvalidCode, "INVALID_CODE"),
    (
        "not UTF-8",
        lambda: response_for(b"\xff", at=CLOCK, payment_request_id="R"),
        results.InvalidCode,
        "INVALID_CODE",
    ),
    (
        "expired",
        lambda: answer(KHQR, at=CLOCK + timedelta(milliseconds=300_501)),
        results.ExpiredCode,
        "EXPIRED_CODE",
    ),
    (
        "expired, although 01 says static",
        lambda: answer(replaced("010212", "010211", dynamic()), at=CLOCK + timedelta(days=1)),
        results.ExpiredCode,
        "EXPIRED_CODE",
    ),
    (
        "expiry before creation",
        lambda: answer(replaced("01131750000300000", "01131749999999999", dynamic())),
        results.ExpiredCode,
        "EXPIRED_CODE",
    ),
    (
        "baht",
        lambda: answer(dynamic(currency="764")),
        results.CurrencyNotSupported,
        "CURRENCY_NOT_SUPPORT",
    ),
    (
        "dollars while they are off",
        lambda: answer(dynamic(currency="840"), policy=Policy()),
        results.CurrencyNotSupported,
        "CURRENCY_NOT_SUPPORT",
    ),
    ("no number", lambda: answer(dynamic("54051,000")), results.AmountError, "PARAM_ILLEGAL"),
    ("zero", lambda: answer(dynamic("54010")), results.AmountError, "PARAM_ILLEGAL"),
    ("fractional riel", lambda: answer(dynamic("5405100.5")), results.AmountError, "PARAM_ILLEGAL"),
    (
        "over 13",
        lambda: answer(dynamic("541412345678901234")),
        results.AmountError,
        "PARAM_ILLEGAL",
    ),
    ("dynamic without amount", lambda: answer(dynamic("")), results.AmountError, "PARAM_ILLEGAL"),
    (
        "amount differs from the code",
        lambda: to_khqr(pushed({"currency": "KHR", "value": "1000100"})),
        results.AmountError,
        "PARAM_ILLEGAL",
    ),
    (
        "fractional riel from the other side",
        lambda: to_khqr(paid(1_000_050), at=CLOCK),
        results.AmountError,
        "PARAM_ILLEGAL",
    ),
    *(
        (
            f"tip in {tag}",
            lambda tag=tag: answer(inserted(f"{tag}0201", STATIC)),
            results.Unmappable,
            "PARAM_ILLEGAL",
        )
        for tag in (55, 56, 57)
    ),
    (
        "value too long",
        lambda: answer(STATIC, payment_request_id="x" * 65),
        results.Unmappable,
        "PARAM_ILLEGAL",
    ),
    (
        "number of the order empty",
        lambda: answer(STATIC, payment_request_id=""),
        results.Unmappable,
        "PARAM_ILLEGAL",
    ),
    (
        "amount of a static code over 13",
        lambda: pay_for(STATIC, at=CLOCK, payment_request_id="R", amount=10**13),
        results.AmountError,
        "PARAM_ILLEGAL",
    ),
    (
        "expiry beyond the year 9999",
        lambda: pay_for(
            STATIC, at=datetime.max.replace(tzinfo=UTC), payment_request_id="R", amount=5
        ),
        results.Unmappable,
        "PARAM_ILLEGAL",
    ),
    (
        "psp id too long",
        lambda: request_for(KHQR, psp_id="x" * 65),
        results.Unmappable,
        "PARAM_ILLEGAL",
    ),
    (
        "URL over 81",
        lambda: embed(STATIC, "https://qr.example.com/" + "x" * 59),
        results.Unmappable,
        "PARAM_ILLEGAL",
    ),
    ("text over 512", lambda: answer(LONG_TEXT), results.Unmappable, "PARAM_ILLEGAL"),
    (
        "individuals barred",
        lambda: answer(STATIC, policy=Policy(allow_individuals=False)),
        results.NotParticipating,
        "BUSINESS_NOT_SUPPORT",
    ),
    (
        "not enrolled",
        lambda: answer(KHQR, policy=Policy(enrolled=not_enrolled)),
        results.NotParticipating,
        "MERCHANT_NOT_REGISTERED",
    ),
]


def changed_answer(**changes: Any) -> UserInitiatedPayResponse:
    """Return the documented answer with other members, and the same amount twice."""
    value = UserInitiatedPayResponse.from_document(ANSWER)
    assert value.order is not None
    amount = changes.get("payment_amount", value.payment_amount)
    order = changes.pop("order", replace(value.order, order_amount=amount))
    return replace(value, order=order, **changes)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0]))
def test_every_error_row(row: tuple[str, Callable[[], object], type, str]) -> None:
    _, call, cls, code = row
    error = refusal(call)
    assert isinstance(error, cls)
    assert (error.result_code, error.result_status) == (code, "F")
    answered = Result.refusal(error)
    assert (answered.result_code, answered.result_status) == (code, "F")
    assert 0 < len(answered.result_message) <= 256


@pytest.mark.parametrize(
    ("cls", "code", "letter"),
    [
        (results.RepeatInconsistent, "REPEAT_REQ_INCONSISTENT", "F"),
        (results.OrderClosed, "ORDER_IS_CLOSED", "F"),
        (results.NotFound, "ORDER_NOT_EXIST", "F"),
        (results.CancelWindowClosed, "CANCEL_WINDOW_EXCEED", "F"),
        (results.InvalidSignature, "INVALID_SIGNATURE", "F"),
        (results.InvalidClient, "INVALID_CLIENT", "F"),
        (results.OutcomeUnknown, "UNKNOWN_EXCEPTION", "U"),
    ],
)
def test_error_rows_that_others_raise(cls: type[AlipayPlusError], code: str, letter: str) -> None:
    error = cls("why")
    assert (error.result_code, error.result_status) == (code, letter)


@pytest.mark.parametrize(
    ("payload", "number"),
    [
        (sealed(dynamic()[:-46]), 45),
        (sealed(dynamic()[:-46] + "99170013" + "1750000000000"), 45),
        (replaced("01131750000300000", "0112175000030000", dynamic()).replace("9934", "9933"), 49),
    ],
)
def test_codes_without_a_usable_expiry_get_one(payload: str, number: int) -> None:
    payload = sealed(payload[:-8])
    mapped = answer(payload)
    assert mapped.value.payment_expiry_time == moment_text(CLOCK + timedelta(minutes=3))
    assert mapped.issues[0] == f"the code has no usable time of expiry (NBC {number})"
    ten = answer(payload, policy=Policy(default_life=timedelta(minutes=10)))
    assert ten.value.payment_expiry_time == "2025-06-15T22:16:40+07:00"
    assert to_khqr(mapped.value, code_value=payload).value == payload


def test_an_expiry_that_cannot_be_read_is_named() -> None:
    odd = sealed(dynamic()[:-8].removesuffix(TIMES) + "99160112175000030050")
    assert "99.01" in answer(odd).carried
    assert "99.01" in pay_for(odd, at=CLOCK, payment_request_id="R").lost


def test_a_missing_expiry_hides_no_other_fault() -> None:
    base = dynamic()[:-46]
    assert refusal(lambda: answer(sealed(base.replace("5303116", "5303764")))).result_code == (
        "CURRENCY_NOT_SUPPORT"
    )
    assert refusal(lambda: answer(sealed(base.replace("5909Demo User", "")))).result_code == (
        "INVALID_CODE"
    )


def test_object_01_that_contradicts_is_an_issue() -> None:
    mapped = answer(replaced("010212", "010211", dynamic()))
    assert mapped.value.code_type == "ORDER_CODE"
    assert mapped.issues == ("object 01 says static, but there is an amount; the amount counts",)
    assert "01" in mapped.carried
    assert answer(sealed(STATIC[:6] + STATIC[12:-8]), at=CLOCK).value.code_type == "STORE_CODE"


def test_expiry_is_over_only_after_the_moment() -> None:
    assert answer(KHQR, at=CLOCK + timedelta(milliseconds=300_500)).value.code_type == "ORDER_CODE"
    assert to_khqr(UserInitiatedPayRequest(code_value=KHQR)).value == KHQR
    late = CLOCK + timedelta(hours=1)
    error = refusal(lambda: to_khqr(UserInitiatedPayRequest(code_value=KHQR), at=late))
    assert error.result_code == "EXPIRED_CODE"


# What is asked for, and what is lost


def test_opt_ins() -> None:
    policy = Policy(
        bank_as_indirect_acquirer=True,
        alternate_name_as_display=True,
        mobile_as_store_phone=True,
        settlement_currency=None,
    )
    mapped = answer(FULL, policy=policy)
    order = mapped.value.order
    assert order is not None
    assert order.indirect_acquirer is not None
    assert order.indirect_acquirer.acquirer_name == "Dev Bank"
    assert order.merchant is not None
    assert order.merchant.store is not None
    assert order.merchant.merchant_display_name == "ហាងសាកល្បង"
    assert order.merchant.store.store_phone_no == "85500000000"
    assert mapped.value.settlement_strategy is None
    assert not {"30.02", "62.02"} & set(mapped.carried)
    code = khqr.decode(to_khqr(mapped.value, at=CLOCK).value)
    assert isinstance(code, khqr.Merchant)
    assert (code.acquiring_bank, code.mobile_number) == ("Dev Bank", "85500000000")


def test_pay_loses_what_it_cannot_hold() -> None:
    mapped = pay_for(
        KHQR,
        at=CLOCK,
        payment_request_id="REQ-0001",
        user_agent="Demo/1.0",
        notify_url="https://acq.example.com/n",
    )
    assert mapped.lost == ("30.02", "99.00", "99.01 (milliseconds)")
    document = mapped.value.to_document()
    assert document["order"]["env"] == {"userAgent": "Demo/1.0"}  # type: ignore[index,call-overload] # a JSON value
    assert document["paymentMethod"] == {"paymentMethodType": "CONNECT_WALLET"}
    assert PayRequest.from_json(mapped.value.to_json()) == mapped.value
    error = refusal(lambda: pay_for(KHQR, at=CLOCK, payment_request_id="R", strict=True))
    assert "strict: 30.02, 99.00" in str(error)
    assert error.result_code == "PARAM_ILLEGAL"
    made = to_khqr(mapped.value, at=CLOCK, beside=sidecar(KHQR))
    assert made.lost == ("order.env.userAgent",)
    second = khqr.parse(KHQR).replace("99.01", "1750000300000")
    assert made.value == str(second)


def test_pay_for_a_code_without_amount() -> None:
    pay = pay_for(STATIC, at=CLOCK, payment_request_id="REQ-1", amount=5000)
    assert pay.value.payment_amount == Amount(currency="KHR", value=500_000)
    assert pay.value.payment_factor is not None
    assert pay.value.payment_factor.in_store_payment_scenario == "EntryCode"
    assert pay.issues == ("expires after 0:03:00, as the code does not say when",)
    for amount in (None, 0, "0.5", "x", -1):
        error = refusal(
            lambda a=amount: pay_for(STATIC, at=CLOCK, payment_request_id="R", amount=a)  # type: ignore[misc] # as above
        )
        assert isinstance(error, results.AmountError)
    same = pay_for(KHQR, at=CLOCK, payment_request_id="R", amount="10000")
    assert same.value.payment_amount.value == 1_000_000
    error = refusal(lambda: pay_for(KHQR, at=CLOCK, payment_request_id="R", amount=10_001))
    assert "the code says 10000" in str(error)


def test_dollars_written_in_another_way_are_carried() -> None:
    for text, odd in (("5401" + "1", False), ("54041.00", True), ("54041.50", False)):
        assert ("54 (as written)" in answer(dynamic(text, "840")).carried) is odd
    assert "53 (without amount)" in answer(replaced("5303116", "5303840", STATIC)).carried


# Message and code must agree


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"referenceMerchantId": "000124"}, "referenceMerchantId is not"),
        ({"merchantMCC": "5815"}, "merchantMCC is not"),
        ({"merchantName": "Demo Tea"}, "merchantName is not"),
        ({"merchantAddress": {"region": "TH", "city": "Phnom Penh"}}, "region is not"),
        ({"merchantAddress": {"region": "KH", "city": "Siem Reap"}}, "city is not"),
        ({"merchantAddress": {"region": "KH", "zipCode": "12000"}}, "zipCode is not"),
        ({"store": {"referenceStoreId": "other@devb"}}, "referenceStoreId is not"),
        ({"store": {"storeMCC": "5815"}}, "storeMCC is not"),
        ({"merchantName": "X", "merchantMCC": "0000"}, "merchantMCC, merchantName is not"),
    ],
)
def test_a_message_that_says_another_merchant(changes: dict[str, Any], said: str) -> None:
    document = json.loads(json.dumps(ANSWER))
    document["order"]["merchant"] |= changes
    value = UserInitiatedPayResponse.from_document(document)
    error = refusal(lambda: to_khqr(value, code_value=KHQR))
    assert isinstance(error, results.Inconsistent)
    assert said in str(error)
    assert error.result_code == "PARAM_ILLEGAL"


def test_a_message_that_says_another_amount() -> None:
    for value in (1_000_100, 999_900, 10_000, 100_000_000):
        amount = Amount(currency="KHR", value=value)
        error = refusal(lambda a=amount: to_khqr(changed_answer(payment_amount=a), code_value=KHQR))  # type: ignore[misc] # as above
        assert isinstance(error, AmountInconsistent)
    dollars = Amount(currency="USD", value=1_000_000)
    error = refusal(lambda: to_khqr(changed_answer(payment_amount=dollars), code_value=KHQR))
    assert type(error) is results.Inconsistent
    order = changed_answer().order
    other = changed_answer(payment_amount=Amount(currency="KHR", value=100), order=order)
    assert "are not the same" in str(refusal(lambda: to_khqr(other, at=CLOCK)))


def test_two_codes_that_differ() -> None:
    push = PushPaymentRequest.from_document(PUSH)
    assert to_khqr(push, code_value=KHQR).value == KHQR
    assert isinstance(refusal(lambda: to_khqr(push, code_value=STATIC)), results.Inconsistent)


def test_an_amount_beside_a_static_code_stays_in_the_message() -> None:
    push = PushPaymentRequest.from_document(PUSH | {"codeValue": STATIC})
    assert to_khqr(push).lost == ("acquirerId", "pspId", "paymentId", "paymentAmount")
    with pytest.raises(results.Unmappable, match="strict: acquirerId"):
        to_khqr(push, strict=True)


@pytest.mark.parametrize("value", [1, 99, 1_000_050, 10**15, 10**17])
def test_an_amount_beside_a_static_code_is_one_that_can_be_paid(value: int) -> None:
    paid = {"currency": "KHR", "value": str(value)}
    push = PushPaymentRequest.from_document(PUSH | {"codeValue": STATIC, "paymentAmount": paid})
    error = refusal(lambda: to_khqr(push))
    assert isinstance(error, results.AmountError)
    assert error.result_code == "PARAM_ILLEGAL"


def test_an_order_of_another_merchant_beside_the_code() -> None:
    order = PlaceOrderRequest(
        code_value=KHQR,
        payment_id="P",
        merchant=Merchant(store=Store(reference_store_id="other@devb")),
    )
    assert isinstance(refusal(lambda: to_khqr(order)), results.Inconsistent)
    same = replace(order, merchant=Merchant(store=Store(reference_store_id="khqr@devb")))
    assert to_khqr(same).value == KHQR
    assert to_khqr(same).lost == ("paymentId",)


# Without a code


def test_what_is_made_without_a_code() -> None:
    made = to_khqr(changed_answer(), at=CLOCK)
    code = khqr.decode(made.value)
    assert isinstance(code, khqr.Individual)
    assert (code.account_information, code.acquiring_bank) == ("000123", None)
    assert khqr.check(made.value, at=CLOCK).ok
    bank = khqr.decode(to_khqr(changed_answer(), at=CLOCK, acquiring_bank="Dev Bank").value)
    assert isinstance(bank, khqr.Merchant)
    person = to_khqr(changed_answer(), at=CLOCK, acquiring_bank="Dev Bank", kind="individual")
    assert isinstance(khqr.decode(person.value), khqr.Individual)
    assert made.reconstructed


def without(**changes: Any) -> UserInitiatedPayResponse:
    """Return the documented answer with changes in its merchant."""
    value = changed_answer()
    assert value.order is not None
    assert value.order.merchant is not None
    order_id = changes.pop("order_id", "INV-1")
    merchant = replace(value.order.merchant, **changes)
    order = replace(value.order, merchant=merchant, reference_order_id=order_id)
    return replace(value, order=order)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (lambda: without(merchant_name=None), "merchantName is missing"),
        (lambda: without(merchant_name="x" * 26), "at most 25"),
        (lambda: without(merchant_name="a\nb"), "control"),
        (lambda: without(merchant_mcc="58"), "merchantMCC and storeMCC"),
        (lambda: without(merchant_mcc="58", store=Store(reference_store_id="a@devb")), "four dig"),
        (lambda: without(merchant_mcc="៥៨១៤", store=Store(reference_store_id="a@devb")), "four di"),
        (lambda: without(store=Store(reference_store_id="a@b@c")), "is a Bakong account"),
        (lambda: without(store=Store(reference_store_id="S-1")), "is a Bakong account"),
        (lambda: without(store=None), "is a Bakong account"),
        (lambda: without(store=Store(reference_store_id="x" * 30 + "@devb")), "at most 32"),
        (lambda: replace(changed_answer(), payment_expiry_time=None), "paymentExpiryTime is miss"),
        (lambda: replace(changed_answer(), order=None, payment_amount=None), "neither a code"),
        (lambda: InquiryPaymentRequest(payment_id="P"), "neither a code"),
        (lambda: changed_answer(order=Order(reference_order_id="x")), "neither a code"),
        (lambda: without(merchant_name="x" * 25, order_id="x" * 26), "at most 25"),
    ],
)
def test_what_no_khqr_can_be_made_of(value: Callable[[], Any], said: str) -> None:
    error = refusal(lambda: to_khqr(value(), at=CLOCK))
    assert isinstance(error, (results.Unmappable, results.Inconsistent))
    assert said in str(error)
    assert error.result_code == "PARAM_ILLEGAL"


def test_regions_and_cities() -> None:
    document = json.loads(json.dumps(ANSWER))
    address = document["order"]["merchant"]["merchantAddress"]

    def made() -> Mapped[str]:
        return to_khqr(UserInitiatedPayResponse.from_document(document), at=CLOCK)

    address["city"] = "x" * 16
    assert "at most 15" in str(refusal(made))
    address["city"] = "Siem Reap"
    for zip_code in ("x" * 11, "12\n00", "១២០០០"):
        address["zipCode"] = zip_code
        assert "holds 10" in str(refusal(made))
    address["zipCode"] = "12000"
    assert khqr.parse(made().value)["61"] == "12000"
    address["region"] = "TH"
    assert "a KHQR is of KH" in str(refusal(made))
    del document["order"]["merchant"]["merchantMCC"]
    del document["order"]["merchant"]["store"]["storeMCC"]
    address["region"] = "KH"
    assert made().issues == ("no merchant category is told; it is the default of the official SDK",)
    document["order"]["merchant"]["merchantMCC"] = "5814"
    del document["order"]["merchant"]["merchantAddress"]
    assert made().issues == ("no city is told; it is the default of the official SDK",)


def test_times_and_currency_of_what_is_made() -> None:
    value = changed_answer()
    with pytest.raises(TypeError, match="at is an aware datetime"):
        to_khqr(value)
    late = refusal(lambda: to_khqr(value, at=CLOCK + timedelta(seconds=301)))
    assert late.result_code == "EXPIRED_CODE"
    dollars = changed_answer(payment_amount=Amount(currency="USD", value=150))
    assert refusal(lambda: to_khqr(dollars, at=CLOCK)).result_code == "CURRENCY_NOT_SUPPORT"
    assert khqr.decode(to_khqr(dollars, at=CLOCK, policy=DOLLARS).value).amount == Decimal("1.50")
    baht = changed_answer(payment_amount=Amount(currency="THB", value=150))
    assert refusal(lambda: to_khqr(baht, at=CLOCK)).result_code == "CURRENCY_NOT_SUPPORT"
    huge = changed_answer(payment_amount=Amount(currency="KHR", value=10**15))
    assert refusal(lambda: to_khqr(huge, at=CLOCK)).result_code == "PARAM_ILLEGAL"


def test_a_sidecar_holds_only_its_paths() -> None:
    assert sidecar(STATIC) == {}
    assert list(sidecar(FULL)) == ["30.02", "62.02", "64.00", "64.01", "64.02", "99.00"]
    for beside in ({"30.00": "thief@devb"}, {"54": "1"}, {"99.00": "x"}, {"64.01": "x"}):
        error = refusal(lambda b=beside: to_khqr(changed_answer(), at=CLOCK, beside=b))  # type: ignore[misc] # as above
        assert isinstance(error, results.Unmappable)


def test_foreign_members_are_lost_and_named() -> None:
    document = json.loads(json.dumps(ANSWER)) | {"new": "x", "customerId": "C"}
    document["order"]["goods"] = [{"goodsName": "Coffee"}]
    value = UserInitiatedPayResponse.from_document(document)
    assert to_khqr(value, code_value=KHQR).lost == ("order.goods", "new", "customerId")


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"merchant_display_name": "Other"}, "order.merchant.merchantDisplayName"),
        (
            {"store": Store(reference_store_id="khqr@devb", store_mcc="5814", store_name="A")}
            | {"merchant_display_name": "Demo Coffee"},
            "",
        ),
        (
            {
                "store": Store(
                    reference_store_id="khqr@devb", store_display_name="B", store_name="A"
                )
            },
            "order.merchant.store.storeDisplayName",
        ),
        (
            {"store": Store(reference_store_id="S-1"), "reference_merchant_id": "khqr@devb"},
            "order.merchant.store.referenceStoreId",
        ),
    ],
)
def test_members_that_a_made_code_cannot_say_are_lost(changes: dict[str, Any], lost: str) -> None:
    value = without(**changes)
    assert to_khqr(value, at=CLOCK).lost == ((lost,) if lost else ())
    if lost:
        with pytest.raises(results.Unmappable, match=f"strict: {lost}"):
            to_khqr(value, at=CLOCK, strict=True)


def test_an_expiry_and_a_bank_that_a_made_code_does_not_say_are_lost() -> None:
    static = replace(answer(STATIC).value, payment_expiry_time="2030-01-01T00:00:00Z")
    assert to_khqr(static, at=CLOCK).lost == ("paymentExpiryTime",)
    asked_for = Policy(bank_as_indirect_acquirer=True)
    told = answer(KHQR, policy=asked_for).value
    assert to_khqr(told, at=CLOCK).lost == ()
    other = to_khqr(told, at=CLOCK, acquiring_bank="Other Bank")
    assert other.lost == ("order.indirectAcquirer.acquirerName",)


def test_members_that_differ_from_the_code_beside_are_lost() -> None:
    assert to_khqr(changed_answer(), code_value=KHQR).lost == ()
    late = changed_answer(payment_expiry_time="2025-06-15T22:11:41+07:00")
    assert to_khqr(late, code_value=KHQR).lost == ("paymentExpiryTime",)
    other = without(order_id="INV-2")
    assert to_khqr(other, code_value=KHQR).lost == ("order.referenceOrderId",)


def test_a_made_code_pays_only_whom_the_policy_lets() -> None:
    persons = Policy(allow_individuals=False)
    error = refusal(lambda: to_khqr(changed_answer(), at=CLOCK, policy=persons))
    assert error.result_code == "BUSINESS_NOT_SUPPORT"
    nobody = Policy(enrolled=lambda _: False)
    error = refusal(lambda: to_khqr(changed_answer(), at=CLOCK, policy=nobody))
    assert error.result_code == "MERCHANT_NOT_REGISTERED"


def test_the_table_names_paths_and_members_that_exist() -> None:
    value = answer(FULL, policy=Policy(bank_as_indirect_acquirer=True, mobile_as_store_phone=True))
    document = value.value.to_document()
    paths = {"53", "54", "58", "61", *FIELDS_BY_PATH}
    for row in FIELD_TABLE:
        assert set(row.objects) <= paths
        for member in row.members:
            found: Any = document
            for name in member.split("."):
                if name in {"zipCode", "storeDisplayName"}:
                    break
                found = found[name]
            assert found


def test_a_kind_that_is_none() -> None:
    kind: Any = "Merchant"
    with pytest.raises(khqr.KhqrError, match="expected individual or merchant"):
        to_khqr(changed_answer(), at=CLOCK, kind=kind)


def test_wrong_types() -> None:
    bad: Any = 5
    with pytest.raises(TypeError, match="message is a Message"):
        to_khqr(bad)
    with pytest.raises(TypeError, match="beside is a mapping"):
        to_khqr(changed_answer(), at=CLOCK, beside=bad)
    with pytest.raises(TypeError):
        response_for(bad, at=CLOCK, payment_request_id="R")
    with pytest.raises(TypeError):
        response_for(KHQR, at=bad, payment_request_id="R")
    with pytest.raises(TypeError):
        response_for(KHQR, at=CLOCK, payment_request_id=bad)
    with pytest.raises(TypeError, match="float"):
        pay_for(STATIC, at=CLOCK, payment_request_id="R", amount=1.5)  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError):
        response_for(KHQR, at=None, payment_request_id="R")  # type: ignore[arg-type] # the refusal is the test
