"""What a user's type checker sees: mypy reads this file strictly, pytest runs it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import assert_type

import khqr
from khqr import schemes
from khqr.image import Scan, scan, scan_all, symbol
from khqr.nbc import Verdict, decode_flat, verify_full
from khqr.schemes import Fields, LocalAmount, ThaiBillFields
from khqr.schemes.fields import Written

PAYLOAD = (
    "00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh6304119A"
)
THAI_BILL = (
    "00020101021230640016A00000067701011201150000000000000000210DEMOREF0010307INV0001"
    "53037645406120.005802TH5909DEMO CAFE6304B166"
)


def test_types() -> None:
    """Every call gives the type that the documentation says."""
    code = khqr.Individual(
        bakong_account_id="demo_user@devb",
        merchant_name="Demo User",
        currency="USD",
        amount="1.50",
        expires_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert_type(code, khqr.Individual)
    assert_type(code.amount, Decimal | None)
    assert_type(code.currency, khqr.Currency)
    assert_type(code.bill_number, str | None)
    assert_type(code.merchant_city, str)
    shop = khqr.Merchant(
        bakong_account_id="a@b", merchant_name="N", merchant_id="1", acquiring_bank="B"
    )
    assert_type(shop.acquiring_bank, str)
    assert_type(code.acquiring_bank, str | None)
    assert_type(khqr.encode(shop, at=None, strict=True), str)
    assert_type(khqr.decode(PAYLOAD), khqr.Individual | khqr.Merchant)
    assert_type(khqr.decode(PAYLOAD.encode()), khqr.Individual | khqr.Merchant)
    assert_type(khqr.verify(PAYLOAD), bool)
    assert_type(khqr.md5(PAYLOAD), str)
    report = khqr.check(PAYLOAD, profile="khqr", lenient=True)
    assert_type(report, khqr.Report)
    assert_type(report.errors, tuple[khqr.Finding, ...])
    assert_type([finding.nbc_code for finding in report], list[int | None])
    payload = khqr.parse(PAYLOAD, recover=True)
    assert_type(payload, khqr.Payload)
    assert_type(payload["59"], str)
    assert_type(payload.get("62.01"), str | None)
    assert_type(payload.get("62.01", ""), str)
    assert_type(payload.replace("62.01", "B"), khqr.Payload)
    assert_type([item for item in payload], list[khqr.DataObject])  # noqa: C416 - the type of an item is the test
    amended = khqr.amend(PAYLOAD, amount=Decimal(1), expires_in=timedelta(minutes=5))
    assert_type(amended, str)
    assert_type(scan(symbol.png(PAYLOAD)), Scan)
    assert_type(scan_all(symbol.png(PAYLOAD)), list[Scan])
    assert_type(symbol.svg(PAYLOAD, error="Q", size_mm=40, inline=True), str)
    assert_type(symbol.png(PAYLOAD, size_mm=40, dpi=600), bytes)
    drawn = symbol.make(PAYLOAD, version=None, mask=3)
    assert_type(drawn, symbol.Symbol)
    assert_type(drawn.matrix, tuple[bytes, ...])
    assert_type(drawn.error, symbol.ErrorCorrection)
    assert_type(drawn.pdf(created=None, quiet_zone=6), bytes)
    assert_type(drawn.data_uri("png"), str)
    assert_type([made.version for made in symbol.many([PAYLOAD], eci=False)], list[int])
    assert_type(decode_flat(PAYLOAD), dict[str, str | None])
    assert_type(verify_full(PAYLOAD, at=datetime.now(UTC)), Verdict)
    match khqr.decode(PAYLOAD):
        case khqr.Individual(account_information=None) as person:
            assert_type(person, khqr.Individual)
        case khqr.Individual() | khqr.Merchant():
            raise AssertionError("the payload is that of a wallet")


def test_what_a_type_checker_refuses() -> None:
    """Each ignored line is an error to mypy; were one not, the unused ignore would be."""
    try:
        khqr.Individual("demo_user@devb", "Demo User")  # type: ignore[call-arg] # keywords only
    except TypeError:
        pass
    else:
        raise AssertionError("positional arguments were taken")
    try:
        khqr.Individual(bakong_account_id="a@b", merchant_name="N", amount=1.5)  # type: ignore[arg-type] # no float
    except TypeError:
        pass
    else:
        raise AssertionError("a float was taken for money")


def test_types_of_networks() -> None:
    """Narrowing by the class of the fields gives typed attributes; the mapping needs none."""
    (network,) = khqr.identify(THAI_BILL)
    assert_type(khqr.identify(THAI_BILL), tuple[khqr.Network, ...])
    assert_type(network.scheme, str)
    assert_type(network.country, str | None)
    assert_type(network.object_path, str)
    assert_type(network.fields, Fields)
    assert_type(network.fields["30"], Written)
    match network.fields:
        case ThaiBillFields() as bill:
            assert_type(bill.biller_id, str | None)
            assert_type(bill.amount, Decimal | None)
            assert_type(bill.local_amount, LocalAmount | None)
            assert_type(bill.is_cross_border, bool)
        case _:
            raise AssertionError("the payload is a Thai bill")
    code = schemes.decode(THAI_BILL, schemes.BillPayment)
    assert_type(code, schemes.BillPayment)
    assert_type(schemes.decode(THAI_BILL), schemes.SchemeCode)
    assert_type(code.amount, Decimal | None)
    assert_type(code.reference_1, str)
    assert_type(schemes.encode(code, order=["58", "53"]), str)
    match network:
        case schemes.Unknown(guid, path):
            raise AssertionError(f"{guid} at {path} is known")
        case khqr.Network():
            pass
