"""Codes of the linked countries: written as their vectors are, refused with every reason."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.schemes import (
    BillPayment,
    CreditTransfer,
    DuitNow,
    EmvFields,
    LocalAmount,
    SchemeCode,
    VietQR,
    decode,
    encode,
)
from khqr.schemes.encoder import _amount_text
from material import STATIC, inserted, resealed, sealed
from test_schemes import CASES, CROSS_BORDER, DUIT, THAI, VIET, made

BILL = (
    "00020101021230640016A00000067701011201150000000000000000210DEMOREF0010307INV0001"
    "53037645406120.005802TH5909DEMO CAFE6304B166"
)
DYNAMIC_VIET = (
    "00020101021238560010A0000007270126000699999901120000000000010208QRIBFTTA5303704"
    "54061500005802VN62150811DON HANG 01630489E2"
)
WRITTEN: list[tuple[SchemeCode, str]] = [
    (CreditTransfer(mobile="0066000000001"), THAI),
    (
        BillPayment(
            biller_id="000000000000000",
            reference_1="DEMOREF001",
            reference_2="INV0001",
            amount=Decimal(120),
            merchant_name="DEMO CAFE",
        ),
        BILL,
    ),
    (
        BillPayment(
            biller_id="0" * 15, reference_1="DEMOREF001", amount=Decimal("120.0"), cross_border=True
        ),
        CROSS_BORDER,
    ),
    (VietQR(bank_bin="999999", account="000000000001"), VIET),
    (
        VietQR(
            bank_bin="999999",
            account="000000000001",
            amount=Decimal(150000),
            purpose_of_transaction="DON HANG 01",
        ),
        DYNAMIC_VIET,
    ),
    (
        DuitNow(
            acquirer_id="999999",
            merchant_id="DEMO0000000001",
            merchant_category_code="5999",
            merchant_name="DEMO SHOP",
            merchant_city="MY",
        ),
        DUIT,
    ),
]

LINKED = {"thaiqr", "thaiqr_bill", "vietqr", "duitnow"}
UNWRITTEN = {
    "1-duitnow": "82", "2-duitnow": "82",  # whose making is not public
    "3-duitnow": "merchant_id is missing", "8-vietqr": "bank_bin is missing",
}  # fmt: skip


@pytest.mark.parametrize(("code", "payload"), WRITTEN)
def test_written_as_documented(code: SchemeCode, payload: str) -> None:
    assert encode(code) == payload
    assert decode(payload) == code
    assert khqr.check(payload).ok


@pytest.mark.parametrize(("index", "case"), list(enumerate(CASES)))
def test_written_as_the_vectors_are(index: int, case: dict[str, Any]) -> None:
    payload, name = case["payload"], f"{index}-{case['scheme']}"
    if case["scheme"] not in LINKED:
        with pytest.raises(khqr.DecodeError):
            decode(payload)
        return
    if "missing" in UNWRITTEN.get(name, ""):
        with pytest.raises(khqr.DecodeError, match=UNWRITTEN[name]):
            decode(payload)
        return
    code, order = decode(payload), [item.id for item in khqr.parse(payload)]
    again = encode(code, order=order)
    wanted = str(khqr.parse(payload).remove("82")) if name in UNWRITTEN else payload
    assert again.upper() == wanted.upper()  # one has the letters of its CRC in lower case
    assert decode(encode(code)) == code
    assert sorted(khqr.parse(encode(code)), key=lambda item: item.id)


def test_ascending_order_and_another() -> None:
    code = WRITTEN[1][0]
    ids = [item.id for item in khqr.parse(encode(code, order=["63", "59", "58", "77", "00"]))]
    assert ids == ["00", "59", "58", "01", "30", "53", "54", "63"]
    assert decode(encode(code, order=["59"])) == code
    inside = khqr.parse(encode(VietQR(bank_bin="999999", account="1", bill_number="B",
                                      purpose_of_transaction="P")))  # fmt: skip
    assert [item.path for item in (inside.find("62") or inside.objects[0]).objects] == [
        "62.01", "62.08",
    ]  # fmt: skip


def test_point_of_initiation() -> None:
    code = CreditTransfer(tax_id="0" * 13)
    assert khqr.parse(encode(code))["01"] == "11"
    assert khqr.parse(encode(replace(code, amount=Decimal("0.01"))))["01"] == "12"
    other = replace(code, point_of_initiation="12")
    assert khqr.parse(encode(other))["01"] == "12"
    assert decode(encode(other)) == other
    priced = replace(WRITTEN[-1][0], amount=Decimal(10))
    assert khqr.parse(encode(priced))["01"] == "11"
    with pytest.raises(khqr.EncodeError, match=r"poi\.value"):
        encode(replace(code, point_of_initiation="13"))


def test_everything_that_a_value_has_is_written_and_read() -> None:
    full: dict[str, Any] = {
        "merchant_category_code": "5999", "merchant_name": "DEMO", "merchant_city": "CITY",
        "postal_code": "10000", "bill_number": "B", "mobile_number": "M", "store_label": "S",
        "loyalty_number": "L", "reference_label": "R", "customer_label": "C",
        "terminal_label": "T", "amount": Decimal(1),
    }  # fmt: skip
    for code in (
        CreditTransfer(e_wallet="0" * 15, ota_code="OTA0000001", message="សួស្តី 😀", **full),
        CreditTransfer(bank_account="004000000001", purpose_of_transaction="P", **full),
        BillPayment(
            biller_id="0" * 13,
            reference_1="R",
            cross_border=True,
            local_amount=LocalAmount("KHR", "0000000123400", "KH"),
            **full,
        ),
        VietQR(bank_bin="999999", account="1", service=None, **full),
        DuitNow(
            acquirer_id="999999",
            merchant_id="M",
            descriptor="D",
            mobile="6000000000",
            payload_format_indicator="01",
            tax_id="T",
            channel="000",
            reference_1="X",
            reference_2="Y",
            geolocation="Z",
            **full,
        ),
    ):
        assert decode(encode(code)) == code
        assert khqr.check(encode(code)).ok


LONG: dict[str, Any] = dict.fromkeys(
    ("bill_number", "store_label", "terminal_label", "customer_label"), "x" * 25
)
REFUSED = [
    (CreditTransfer(), {("29.01", "scheme.field.missing")}),
    (
        CreditTransfer(mobile="0066000000001", tax_id="0" * 13),
        {("29.02", "scheme.payee.ambiguous")},
    ),
    (CreditTransfer(mobile="0812345678"), {("29.01", "scheme.field.format")}),
    (
        CreditTransfer(mobile=""),
        {("29.01", "scheme.field.format"), ("29.01", "encode.value-empty")},
    ),
    (
        CreditTransfer(mobile="0066000000001", ota_code="short"),
        {("29.05", "scheme.field.format")},
    ),
    (
        BillPayment(
            biller_id="1", reference_1="R" * 21, local_amount=LocalAmount("K", "1", "H")
        ),
        {
            ("30.01", "scheme.field.format"),
            ("30.02", "scheme.field.format"),
            ("62.08", "scheme.field.unexpected"),
        },
    ),
    (
        VietQR(bank_bin="99999X", account="1", service="QRX", amount=Decimal("1.5"),
               merchant_name="N" * 26),
        {
            ("38.01.00", "scheme.field.format"),
            ("38.02", "scheme.field.format"),
            ("54", "scheme.field.format"),
            ("59", "name.too-long"),
        },
    ),
    (
        VietQR(bank_bin="999999", account="1" * 120, merchant_city="C" * 16),
        {
            ("38.01.01", "scheme.field.format"),
            ("38.01.01", "encode.value-too-long"),
            ("60", "city.too-long"),
        },
    ),
    (
        VietQR(bank_bin="999999", account="1", **LONG),
        {("62", "encode.value-too-long")},
    ),
    (
        BillPayment(
            biller_id="0" * 15, reference_1="R", cross_border=True, purpose_of_transaction="P",
            local_amount=LocalAmount("KHR", "0000000123400", "KH"),
        ),
        {("62.08", "scheme.field.repeated")},
    ),
    (
        VietQR(bank_bin="999999", account="1", merchant_name="half \ud83d"),
        {("59", "charset.not-ans"), ("63", "crc.mismatch")},
    ),
    (
        DuitNow(acquirer_id="999999", merchant_id="M"),
        {("52", "root.missing"), ("59", "root.missing"), ("60", "root.missing")},
    ),
    (
        DuitNow(acquirer_id="999999", merchant_id="x" * 99, merchant_name="N",
                merchant_city="MY", merchant_category_code="5999", amount=Decimal(-1)),
        {
            ("26", "encode.value-too-long"),
            ("26.02", "scheme.field.format"),
            ("54", "scheme.field.format"),
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "wanted"), REFUSED)
def test_refused_with_every_reason_at_once(code: SchemeCode, wanted: set[tuple[str, str]]) -> None:
    with pytest.raises(khqr.EncodeError) as refusal:
        encode(code)
    assert {(f.path, f.code) for f in refusal.value.findings} == wanted
    for finding in refusal.value.findings:
        assert finding.severity is khqr.Severity.ERROR
        assert finding.offset == 0


def test_accents_that_some_banks_refuse_are_written() -> None:
    code = VietQR(bank_bin="999999", account="1", purpose_of_transaction="tiền")
    assert decode(encode(code)) == code
    assert {f.path for f in khqr.check(encode(code)).warnings} == {"62.08"}


@pytest.mark.parametrize("wrong", [1.5, True, [1]])
def test_money_is_never_a_float(wrong: Any) -> None:
    with pytest.raises(TypeError, match="amount is"):
        CreditTransfer(mobile="0066000000001", amount=wrong)


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="bank_bin is str, not int"):
        VietQR(bank_bin=970415, account="1")  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError, match=r"code is a value of khqr\.schemes, not str"):
        encode("x")  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError):
        decode(None)  # type: ignore[call-overload] # the refusal is the test
    taken: Any = "120.5"
    assert CreditTransfer(amount=taken).amount == Decimal("120.5")
    assert repr(CreditTransfer(mobile="1")) == "CreditTransfer(mobile='1')"


AMOUNTS = [
    ("1", 2, "1.00"), ("1E+3", 0, "1000"), ("0.10", 2, "0.10"), ("5.000", 2, "5.00"),
    ("5.000", 0, "5"), ("0.005", 2, None), ("0", 2, None), ("-1", 2, None), ("NaN", 2, None),
    ("Infinity", 2, None), ("1E+999999", 2, None), ("1E-999999", 2, None),
    ("0." + "0" * 60 + "1", 2, None),
]  # fmt: skip


@pytest.mark.parametrize(("amount", "decimals", "text"), AMOUNTS)
def test_amounts_are_exact(amount: str, decimals: int, text: str | None) -> None:
    assert _amount_text(Decimal(amount), decimals) == text


def test_amounts_that_do_not_fit_are_refused() -> None:
    for amount in ("12345678901.00", "1,5", "1" * 30):
        given_: Any = amount
        with pytest.raises(khqr.EncodeError, match=r" 54 "):
            encode(CreditTransfer(mobile="0066000000001", amount=given_))


def test_decode_refuses_what_it_may_not_act_on() -> None:
    for payload, reason in (
        (THAI[:-4] + "0000", r"crc\.mismatch"),
        (STATIC, "none of them"),
        (inserted(made(("62", "0101A0101B")), THAI), r"62\.01 occurs again"),
        ("hello", r"tlv\.id-not-digits"),
        (resealed(THAI.replace("0113", "0713")), "none"),
        ("upi://pay?pa=a@b", r"tlv\.id-not-digits"),
    ):
        if reason == "none":
            assert decode(payload) == CreditTransfer()
            continue
        with pytest.raises(khqr.DecodeError, match=reason):
            decode(payload)


def test_a_code_with_both_kinds_of_thai_qr_must_be_asked_for_one() -> None:
    bill = made(("00", "A000000677010112"), ("01", "0" * 15), ("02", "R"))
    both = sealed(khqr.parse(inserted(made(("30", bill)), THAI)).__str__()[:-8])
    with pytest.raises(khqr.DecodeError, match="credit transfer and Thai QR bill payment"):
        decode(both)
    assert decode(both, CreditTransfer) == CreditTransfer(mobile="0066000000001")
    assert decode(both, BillPayment) == BillPayment(biller_id="0" * 15, reference_1="R")
    with pytest.raises(khqr.DecodeError, match="expected one of VietQR"):
        decode(both, VietQR)


def test_values_have_the_names_of_the_table() -> None:
    for kind in (CreditTransfer, BillPayment, VietQR, DuitNow):
        rows = kind.description.fields.rows
        names = {field.name for field in fields(kind)} - {"cross_border"}
        assert names <= set(rows)
        own = {name for name, row in rows.items() if row is not EmvFields.rows.get(name)}
        assert own - names <= {"vat_branch", "vat_rate", "vat_amount", "integrity_hash"}


def texts(alphabet: str, shortest: int, longest: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=shortest, max_size=longest)


DIGITS = "0123456789"
PLAIN = "".join(map(chr, range(0x20, 0x7F)))
SATANG = st.none() | st.integers(1, 10**12 - 1).map(lambda units: Decimal(units).scaleb(-2))
COMMON = {
    "merchant_name": st.none() | texts(PLAIN, 1, 25),
    "terminal_label": st.none() | texts(PLAIN, 1, 25),
    "amount": SATANG,
    "point_of_initiation": st.none() | st.sampled_from(["11", "12"]),
}
CODES = st.one_of(
    st.builds(CreditTransfer, mobile=texts(DIGITS, 9, 9).map("0066{}".format),
              message=st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1,
                                          max_size=12), **COMMON),
    st.builds(CreditTransfer, bank_account=st.tuples(texts(DIGITS, 3, 3), texts(PLAIN, 1, 40)).map(
        "".join), **COMMON),
    st.builds(BillPayment, biller_id=texts(DIGITS, 15, 15), reference_1=texts(PLAIN, 1, 20),
              reference_2=st.none() | texts(PLAIN, 1, 20), cross_border=st.booleans(), **COMMON),
    st.builds(VietQR, bank_bin=texts(DIGITS, 6, 6), account=texts(PLAIN, 1, 19),
              **COMMON | {"amount": st.none() | st.integers(1, 10**12).map(Decimal)}),
    st.builds(DuitNow, acquirer_id=texts(DIGITS, 6, 6), merchant_id=texts(PLAIN, 1, 28),
              merchant_city=texts(PLAIN, 1, 15), merchant_category_code=st.just("5999"),
              **COMMON | {"merchant_name": texts(PLAIN, 1, 25)}),
)  # fmt: skip


@given(CODES)
def test_what_is_written_is_read_again(code: SchemeCode) -> None:
    payload = encode(code)
    assert khqr.verify(payload)
    assert khqr.check(payload).ok
    read = decode(payload)
    if code.point_of_initiation != replace(code, point_of_initiation=None).initiation:
        assert read == code
    else:
        assert read == replace(code, point_of_initiation=None)
    assert encode(read) == payload


@given(CODES)
def test_an_independent_reader_finds_the_amount(code: SchemeCode) -> None:
    amount = re.search(r"(?:53(?:03)\d{3})(54\d\d[0-9.]+?)?5802", encode(code))
    assert amount is not None
    if code.amount is None:
        assert amount[1] is None
    else:
        assert Decimal(amount[1][4:]) == code.amount
        assert len(amount[1]) == 4 + int(amount[1][2:4])


def test_a_malaysian_postal_code_has_five_digits() -> None:
    code = DuitNow(
        acquirer_id="999999",
        merchant_id="DEMO0000000000",
        merchant_category_code="5999",
        merchant_name="DEMO SHOP",
        merchant_city="MY",
        postal_code="50000",
    )
    payload = encode(code)
    assert "610550000" in payload
    assert decode(payload) == code
    with pytest.raises(khqr.EncodeError, match="postal_code has 6 characters, expected 5"):
        encode(replace(code, postal_code="500000"))
    body = payload[:-8].replace("610550000", "6106500000") + "6304"
    report = khqr.check(body + khqr.emv.crc.checksum(body))
    assert [(str(item.severity), item.code, item.path) for item in report] == [
        ("warning", "scheme.field.format", "61")
    ]
