"""`identify`: the vectors, what an identifier is and is not, and codes that hold several."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import khqr
from khqr.schemes import (
    BY_NAME,
    SCHEMES,
    AlipayFields,
    BharatQRFields,
    EmvFields,
    Fields,
    KhqrFields,
    LocalAmount,
    Network,
    PayNowFields,
    QrPhFields,
    SgqrFields,
    ThaiBarcodeFields,
    ThaiBillFields,
    ThaiSlipFields,
    ThaiTransferFields,
    UnionPayFields,
    Unknown,
    UpiFields,
    VietQRFields,
    identify,
)
from khqr.schemes.registry import BY_GUID
from khqr.schemes.rows import day, flag, moment, text
from material import FULL, P0, STATIC, inserted, load, replaced, resealed, sealed

CASES = load("schemes.json")
IDS = [f"{index}-{case['scheme']}" for index, case in enumerate(CASES)]

THAI = "00020101021129370016A0000006770101110113006600000000153037645802TH6304A6DB"
CROSS_BORDER = (
    "00020101021230530016A00000067701200601150000000000000000210DEMOREF00153037645406120.00"
    "5802TH6304AD75"
)
VIET = (
    "00020101021138560010A0000007270126000699999901120000000000010208QRIBFTTA53037045802VN6304A185"
)
DUIT = (
    "00020201021126460014A000000615000101069999990214DEMO00000000015204599953034585802MY"
    "5909DEMO SHOP6002MY6304FEC6"
)
LAO = (
    "00020101021138670016A00526628466257701089999041802030010324DEMORECEIVER000000000001"
    "53034185802LA6304C633"
)
PADDED = (
    "00020101021115319999070200000000DEMO0000001    5204581253037025802SG5909DEMO CAFE"
    "6009SINGAPORE6304153C"
)
WITH_ALIPAY = (
    "00020101021128580011ph.ppmi.p2m0111DEMOPHM1XXX0317DEMO00000000000010503000520459995303608"
    "5802PH5909DEMO SHOP6006Manila62550012ph.ppmi.qrph0307DEMO00105120000000000010708DEMO0001"
    "80500010com.alipay0132https://qr.example.com/demo-000163042A51"
)
SGQR = (
    "00020101021126370009SG.PAYNOW010120210000000000X0301134430017COM.QQ.WEIXIN.PAY0110000000"
    "00010204000051800007SG.SGQR0112000000000001020701.0003030600000004020105020106040000070820"
    "2601015204581253037025802SG5909DEMO CAFE6009SINGAPORE63042E71"
)
BHARAT = (
    "000201010211061660000000000000000826DEMO000000100000000000000126350010A0000005240117"
    "demo.shop@example27290010A0000005240111DEMOREF00015204599953033565802IN5909DEMO SHOP"
    "6005Delhi6106000000621207080000000163043285"
)
QRIS = (
    "00020101021126620015COM.EXAMPLE.WWW01189360999900000000010210DEMO0000010303UMI"
    "51440014ID.CO.QRIS.WWW0215ID00000000000010303UMI5204599953033605802ID5909DEMO SHOP"
    "6007JAKARTA61050000062070703A016304B0FB"
)
PERSON = (
    "00020101021127770012com.p2pqrpay0111DEMOPHM2XXX02089996440304120000000000010514+63-0000000001"
    "5204601653036085802PH5910DEMO PAYEE6006Manila6304AD6F"
)
SLIP = "0039000600000101030000218DEMO202601010000015102TH91043805"


def names(payload: str | bytes | khqr.Payload) -> list[str]:
    """Return the schemes of the networks in ``payload``."""
    return [network.scheme for network in identify(payload)]


def only(payload: str, scheme: str) -> Network:
    """Return the network of ``scheme``, which must be there once."""
    (network,) = (one for one in identify(payload) if one.scheme == scheme)
    return network


def made(*objects: tuple[str, str]) -> str:
    """Return objects one behind the other."""
    return "".join(f"{object_id}{len(value):02}{value}" for object_id, value in objects)


def template(tag: str, guid: str, rest: str = "") -> str:
    """Return a template with an identifier."""
    value = f"00{len(guid):02}{guid}{rest}"
    return f"{tag}{len(value):02}{value}"


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_vector_is_identified_with_its_fields(case: dict[str, Any]) -> None:
    payload = case["payload"]
    known = case["scheme"] in BY_NAME
    network = only(payload, case["scheme"]) if known else only(payload, "unknown")
    assert dict(network.fields) == case["fields"]
    assert network.fields == case["fields"]
    assert len(network.fields) == len(case["fields"])
    assert list(network.fields) == list(case["fields"])
    if case["scheme"] != "upi_uri":
        assert str(khqr.parse(payload)) == payload
        assert identify(khqr.parse(payload)) == identify(payload.encode()) == identify(payload)
    if known:
        assert khqr.check(payload, profile=case["scheme"]).ok


_PRIMITIVES = {
    "visa": "visa", "mastercard": "mastercard", "amex": "amex", "unionpay": "unionpay",
    "bharatqr-rupay": "bharatqr", "bharatqr-ifsc-account": "bharatqr",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_no_vector_is_identified_as_what_it_does_not_carry(case: dict[str, Any]) -> None:
    if case["scheme"] in {"upi_uri", "thaislip"}:
        assert names(case["payload"]) == [case["scheme"]]
        return
    labelled = set()
    for label in case["networks"]:
        path, colon, guid = label.partition(":")
        if colon:
            scheme = BY_GUID.get(guid.lower())
            labelled.add(scheme.name if scheme else Unknown(guid, path))
        else:
            labelled.add(_PRIMITIVES[label])
    found = {n if isinstance(n, Unknown) else n.scheme for n in identify(case["payload"])}
    assert found == labelled


def test_evn_bills_are_of_no_known_scheme() -> None:
    (case,) = (case for case in CASES if case["scheme"] == "evn")
    assert identify(case["payload"]) == (Unknown("00", "26"),)
    assert [f.code for f in khqr.check(case["payload"]).errors] == ["name.too-long"]


@pytest.mark.parametrize("case", load("alipay_template.json"), ids=lambda case: case["n"])
def test_a_khqr_with_a_template_of_alipay_gives_both(case: dict[str, Any]) -> None:
    assert names(case["plain"]) == ["khqr"]
    assert names(case["embedded"]) == ["alipay", "khqr"]
    fields = only(case["embedded"], "alipay").fields
    assert isinstance(fields, AlipayFields)
    assert fields.link == case["url"]
    report = khqr.check(case["embedded"])
    assert (report.profile, report.ok) == ("khqr", True)
    assert khqr.check(case["embedded"], profile="alipay").ok


def test_a_khqr_with_unionpay_gives_both() -> None:
    assert names(FULL) == ["unionpay", "khqr"]
    assert [network.object_path for network in identify(FULL)] == ["15", "30"]
    fields = only(FULL, "khqr").fields
    assert isinstance(fields, KhqrFields)
    assert fields.bakong_account_id == "khqr@devb"
    assert (fields.merchant_id, fields.account_information) == ("000123", None)
    assert fields.expires_at == khqr.decode(FULL).expires_at
    account = only(FULL, "unionpay").fields
    assert isinstance(account, UnionPayFields)
    assert account.acquirer_iin == account.forwarding_iin == "00010344"
    assert account.merchant_id == "DEMOMERCHANT001"


def test_an_account_in_another_template_is_a_khqr_and_two_accounts_are_one_network() -> None:
    elsewhere = replaced("29180014demo_user@devb", "45180014demo_user@devb", STATIC)
    assert only(elsewhere, "khqr").object_path == "45"
    assert names(inserted(template("30", "khqr@devb"), STATIC)) == ["khqr"]
    assert identify(sealed("000201" + template("80", "a@b"))) == (Unknown("a@b", "80"),)


@pytest.mark.parametrize(
    "payload", [THAI, VIET, DUIT, LAO, QRIS, WITH_ALIPAY, SGQR, PERSON, BHARAT]
)
@pytest.mark.parametrize("fold", [str.lower, str.upper, str.swapcase])
def test_letters_of_an_identifier_may_be_of_either_case(payload: str, fold: Any) -> None:
    folded = payload
    for network in identify(payload):
        folded = folded.replace(network.identifier or "\n", fold(network.identifier))
    assert names(resealed(folded)) == names(payload)


@pytest.mark.parametrize("scheme", [scheme for scheme in SCHEMES if scheme.guids])
def test_an_identifier_is_whole_and_of_ascii(scheme: Any) -> None:
    for guid in scheme.guids:
        rest = "".join(f"{k}{len(v):02}{v}" for k, v in scheme.companions.items())
        for tag in ("26", "38", "51", "80", "99"):
            assert names(sealed("000201" + template(tag, guid, rest))) == [scheme.name]
        for other in (guid[:-1], guid + "0", " " + guid, guid + " ", guid.replace("0", "O", 1)):
            if other != guid:
                found = identify(sealed("000201" + template("29", other, rest)))
                assert found == (Unknown(other, "29"),)
        for look_alike in (guid.replace("s", "\u017f", 1), guid.replace("k", "\u212a", 1)):
            if look_alike != guid:
                found = identify(sealed("000201" + template("29", look_alike, rest)))
                assert found == (Unknown(look_alike, "29"),)


def test_the_number_of_a_template_says_nothing() -> None:
    for tag, payload in (("29", THAI), ("38", VIET), ("38", LAO), ("26", DUIT)):
        scheme = names(payload)[0]
        moved = resealed(payload.replace(f"0211{tag}", "021145", 1))
        assert only(moved, scheme).object_path == "45"
        assert list(khqr.check(moved, profile=scheme)) == []
        own = [name for name, row in BY_NAME[scheme].fields.rows.items() if "*" in row.path]
        before, after = only(payload, scheme).fields, only(moved, scheme).fields
        assert [before.get(name) for name in own] == [after.get(name) for name in own]
        assert any(before.get(name) for name in own)
    stranger = inserted(template("29", "com.example") + template("38", "org.example"), P0)
    assert identify(stranger)[1:] == (Unknown("com.example", "29"), Unknown("org.example", "38"))


def test_a_guid_need_not_come_first_and_a_broken_template_counts_as_far_as_it_goes() -> None:
    inside = made(("01", "0066000000001"), ("00", "A000000677010111"))
    assert names(sealed("000201" + made(("29", inside)))) == ["thaiqr"]
    broken = made(("00", "A000000677010111")) + "01130066"
    network = only(sealed("000201" + made(("29", broken))), "thaiqr")
    assert network.fields["29"] == broken
    assert isinstance(network.fields, ThaiTransferFields)
    assert network.fields.mobile is None


def test_two_identifiers_in_one_template_are_two_networks() -> None:
    both = sealed("000201" + template("26", "com.alipay", "0009SG.PAYNOW"))
    assert names(both) == ["alipay", "paynow"]
    with pytest.raises(khqr.DecodeError, match=r"26\.00 occurs again"):
        dict(only(both, "alipay").fields)


def test_a_scheme_comes_once_at_its_first_object() -> None:
    assert [(n.scheme, n.object_path) for n in identify(BHARAT)] == [("bharatqr", "26")]
    fields = only(BHARAT, "bharatqr").fields
    assert isinstance(fields, BharatQRFields)
    assert (fields.vpa, fields.reference) == ("demo.shop@example", "DEMOREF0001")
    assert (fields.rupay, fields.minimum_amount) == ("6000000000000000", None)
    assert "6000000000000000" not in repr(fields)


def test_only_a_reference_template_of_bharat_qr_names_no_payee() -> None:
    alone = replaced("26350010A0000005240117demo.shop@example", "", BHARAT)
    fields = only(alone, "bharatqr").fields
    assert isinstance(fields, BharatQRFields)
    assert (fields.vpa, fields.reference) == (None, "DEMOREF0001")


def test_objects_06_and_08_belong_to_bharat_qr_in_india_alone() -> None:
    objects = [("00", "01"), ("15", "U"), ("08", "DEMO00000011"), ("06", "6" * 16), ("58", "IN")]
    found = identify(sealed(made(*objects)))
    assert [(n.scheme, n.object_path) for n in found] == [("unionpay", "15"), ("bharatqr", "08")]
    assert found[1].fields["rupay"] == "6" * 16
    for country in ("LA", "in", "IND"):
        assert names(sealed(made(*objects[:-1], ("58", country)))) == ["unionpay"]
    with_letter_o = replaced("27290010A000000524", "27290010A0O0000524", BHARAT)
    assert identify(with_letter_o)[1] == Unknown("A0O0000524", "27")
    assert names(with_letter_o)[0] == "bharatqr"


@pytest.mark.parametrize(
    ("tag", "scheme"),
    [("02", "visa"), ("03", "visa"), ("04", "mastercard"), ("05", "mastercard"),
     ("09", "discover"), ("10", "discover"), ("11", "amex"), ("12", "amex"),
     ("13", "jcb"), ("14", "jcb"), ("15", "unionpay"), ("16", "unionpay")],
)  # fmt: skip
def test_emvco_gives_02_to_16_by_number(tag: str, scheme: str) -> None:
    network = only(sealed(f"000201{tag}040001"), scheme)
    assert (network.object_path, network.country) == (tag, None)
    assert network.fields["account"] == "0001"
    for other in ("07", "17", "25"):
        assert identify(sealed(f"000201{other}040001")) == ()


def test_mastercard_has_an_identifier_as_well() -> None:
    both = sealed("000201" + "04040001" + template("51", "A0000000041010"))
    assert [(n.scheme, n.object_path) for n in identify(both)] == [("mastercard", "04")]
    assert names(sealed("000201" + template("51", "A0000000041010"))) == ["mastercard"]


def test_data_of_a_scheme_is_no_network() -> None:
    assert names(WITH_ALIPAY) == ["qrph", "alipay"]
    assert names(inserted(template("88", "PH.PPMI.QRPH"), WITH_ALIPAY)) == ["qrph", "alipay"]
    vat = inserted(made(("80", made(("00", "0001"), ("01", "7"), ("02", "0.50")))), THAI)
    assert names(vat) == ["thaiqr"]
    assert khqr.check(vat).ok
    assert names(STATIC) == names(inserted("99170013" + "1" * 13, STATIC)) == ["khqr"]
    ahead = sealed("000201" + "99170013" + "1" * 13 + STATIC[12:-8])
    assert names(ahead) == ["khqr"]
    assert names(inserted("82080004abcd", DUIT)) == ["duitnow"]
    assert identify(inserted("82080004abcd", P0))[-1] == Unknown("abcd", "82")


def test_an_alliance_needs_its_companion() -> None:
    own = template("27", "A0000007620001", "0120COM.LQDPALLIANCE.WWW")
    assert names(sealed("000201" + own)) == ["liquid"]
    other = template("27", "A0000007620001", "0105OTHER")
    assert identify(sealed("000201" + other)) == (Unknown("A0000007620001", "27"),)


def test_unionpay_is_parted_only_where_it_has_all_its_characters() -> None:
    padded = only(PADDED, "unionpay").fields
    assert isinstance(padded, UnionPayFields)
    assert (padded.acquirer_iin, padded.merchant_id) == ("99990702", "DEMO0000001    ")
    for account in ("9" * 30, "9" * 32, "9999070200000O00DEMO0000001    "):
        fields = only(sealed(f"000201{15}{len(account)}{account}"), "unionpay").fields
        assert isinstance(fields, UnionPayFields)
        assert (fields.account, fields.acquirer_iin, fields.merchant_id) == (account, None, None)


def test_typed_fields() -> None:
    bill = only(CROSS_BORDER, "thaiqr_bill").fields
    assert isinstance(bill, ThaiBillFields)
    assert bill.is_cross_border
    assert (bill.amount, bill.local_amount) == (Decimal("120.00"), None)
    local = inserted("62220818" + "KHR0000000123400KH", CROSS_BORDER)
    fields = only(local, "thaiqr_bill").fields
    assert isinstance(fields, ThaiBillFields)
    assert fields.local_amount == LocalAmount("KHR", "0000000123400", "KH")
    short = only(inserted("62210817" + "KHR000000012340KH", CROSS_BORDER), "thaiqr_bill").fields
    assert isinstance(short, ThaiBillFields)
    assert short.local_amount is None
    viet = only(VIET, "vietqr").fields
    assert isinstance(viet, VietQRFields)
    assert (viet.bank_bin, viet.account, viet.service) == ("999999", "000000000001", "QRIBFTTA")
    envelope = only(SGQR, "sgqr").fields
    assert isinstance(envelope, SgqrFields)
    assert (envelope.version, envelope.version_date) == ("01.0003", date(2026, 1, 1))
    paynow = only(SGQR, "paynow").fields
    assert isinstance(paynow, PayNowFields)
    assert (paynow.proxy, paynow.editable, paynow.expiry) == ("000000000X", True, None)
    person = only(PERSON, "qrph").fields
    assert isinstance(person, QrPhFields)
    assert (person.mobile, person.flags, person.merchant_id) == ("+63-0000000001", None, None)
    merchant = only(WITH_ALIPAY, "qrph").fields
    assert isinstance(merchant, QrPhFields)
    assert (merchant.flags, merchant.mobile) == ("000", None)
    unreadable = only(resealed(THAI.replace("5802TH", "5403a.b5802TH")), "thaiqr").fields
    assert isinstance(unreadable, EmvFields)
    assert unreadable.amount is not None
    assert unreadable.amount.is_nan()


def test_messages_of_true_money() -> None:
    def message(text: str) -> str | None:
        fields = only(inserted(f"81{len(text):02}{text}", THAI), "thaiqr").fields
        assert isinstance(fields, ThaiTransferFields)
        return fields.message

    assert message("0048006900A9") == "Hi©"
    assert message("D83DDE00") == "😀"
    assert message("DE00") is None
    assert message("00480") is None
    assert message("Hi") is None


def test_fields_are_a_mapping_of_texts() -> None:
    fields = only(VIET, "vietqr").fields
    assert fields["38"] == {
        "00": "A000000727", "01": {"00": "999999", "01": "000000000001"}, "02": "QRIBFTTA",
    }  # fmt: skip
    assert fields["currency"] == fields["53"] == "704"
    assert fields["service"] == "QRIBFTTA"
    assert "amount" not in fields
    assert fields.get("amount") is None
    with pytest.raises(khqr.KhqrError, match="no field 'nonsense'"):
        fields["nonsense"]
    inside = fields["38"]
    assert isinstance(inside, dict)
    inside["02"] = "changed"
    assert fields["38"] != inside
    assert json.loads(json.dumps(dict(fields))) == dict(fields)
    assert repr(fields).startswith("VietQRFields({'payload_format_indicator': '01'")
    with pytest.raises(AttributeError):
        fields.service = "x"  # type: ignore[attr-defined] # a table is not written to


def test_a_repeated_object_makes_the_fields_ambiguous_and_not_the_network() -> None:
    second = template("26", "A0000006150001", "0106999999")
    twice = inserted(second, DUIT)
    assert names(twice) == ["duitnow"]
    with pytest.raises(khqr.DecodeError, match="object 26 occurs again"):
        dict(only(twice, "duitnow").fields)
    for profile in khqr.checks.profile_names():
        assert "tlv.duplicate-id" in {f.code for f in khqr.check(twice, profile=profile)} or (
            BY_NAME.get(profile) is not None and BY_NAME[profile].reads is not None
        )
    inside = inserted("62100101A0101B", THAI)
    with pytest.raises(khqr.DecodeError, match=r"62\.01 occurs again"):
        dict(only(inside, "thaiqr").fields)


def test_values_that_only_look_like_objects_are_left_alone() -> None:
    reference = made(("90", "0000000000006"))
    plain = inserted(made(("62", reference)), DUIT)
    assert only(plain, "duitnow").fields["62"] == {"90": "0000000000006"}
    assert khqr.check(plain, profile="duitnow").ok
    for digits in ("0001a0001b", "0001a0101b"):
        hashed = inserted(made(("82", digits)), DUIT)
        assert only(hashed, "duitnow").fields["82"] == digits
        assert khqr.check(hashed, profile="duitnow").ok


def test_slips_are_recognised_and_are_no_payments() -> None:
    (slip,) = identify(SLIP)
    assert (slip.scheme, slip.pays, slip.object_path) == ("thaislip", False, "00")
    assert isinstance(slip.fields, ThaiSlipFields)
    assert slip.fields.transaction_reference == "DEMO20260101000001"
    assert (slip.fields.transaction_id, slip.fields.transaction_date) == (None, None)
    money = next(case["payload"] for case in CASES if "0203P2P" in case["payload"])
    (event,) = identify(money)
    assert isinstance(event.fields, ThaiSlipFields)
    assert (event.fields.event, event.fields.transaction_id) == ("P2P", "TXN0011223344")
    assert event.fields.transaction_date == date(2024, 1, 25)
    assert event.fields.sending_bank is None
    with_date = money.replace("25012024", "31022024")
    assert isinstance(identify(with_date)[0].fields, ThaiSlipFields)
    assert identify(with_date)[0].fields["transaction_date"] == "31022024"


@pytest.mark.parametrize(
    "text",
    [
        "00020191043805", "0006010101910438"[:10] + "91043805", "00060001015102TH",
        "00060001016304000091043805", "5102TH91043805", "000600010163040000",
    ],
)  # fmt: skip
def test_other_texts_are_no_slips(text: str) -> None:
    assert "thaislip" not in names(text)


def test_links_of_upi() -> None:
    (link,) = identify("UPI://PAY?pa=demo.shop@example&pn=DEMO+SHOP&am=&mam=5.5&sign=a+b%2Bc#x")
    assert (link.scheme, link.country, link.object_path) == ("upi_uri", "IN", "")
    assert isinstance(link.fields, UpiFields)
    assert (link.fields.pn, link.fields.sign) == ("DEMO SHOP", "a+b+c")
    assert (link.fields.am, link.fields.mam) == (None, Decimal("5.5"))
    assert dict(identify("upi://pay?&pa=a@b&&")[0].fields) == {"pa": "a@b"}
    assert dict(identify("upi://pay?00=a&54=b")[0].fields) == {"00": "a", "54": "b"}
    with pytest.raises(khqr.DecodeError, match="pa is there more than once"):
        dict(identify("upi://pay?pa=a@b&pa=c@d")[0].fields)


def test_barcodes_of_thai_bills() -> None:
    (code,) = identify("|000000000000000\rDEMOREF001\r\r12050")
    assert code.scheme == "thai_barcode"
    assert isinstance(code.fields, ThaiBarcodeFields)
    assert (code.fields.amount, code.fields.reference_1) == (Decimal("120.50"), "DEMOREF001")
    for satang, amount in (("0", None), ("1", Decimal("0.01")), ("1.5", None)):
        fields = identify(f"|1\r\nA\r\nB\r\n{satang}")[0].fields
        assert isinstance(fields, ThaiBarcodeFields)
        assert fields.amount == amount


@pytest.mark.parametrize(
    ("link", "scheme"),
    [("https://qr.alipay.com/demo", "alipay_link"), ("WXP://demo", "wechat_link"),
     ("weixin://wxpay/bizpayurl?pr=demo", "wechat_link")],
)  # fmt: skip
def test_links_of_wallets(link: str, scheme: str) -> None:
    (network,) = identify(link)
    assert (network.scheme, dict(network.fields)) == (scheme, {"link": link})
    assert khqr.check(link).profile == scheme
    assert khqr.check(link).ok


@pytest.mark.parametrize(
    "text",
    ["", " ", "hello world", "https://example.com/", "https://qr.alipay.com.example/", "upi://",
     "upi://mandate?pa=a@b", "xupi://pay?pa=a@b", "|1\r2", "|", "\ufeff" + THAI, " " + THAI,
     THAI[:30], "8" * 4097, "upi://pay?pa=" + "a" * 4096],
)  # fmt: skip
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(khqr.DecodeError):
        identify(text)


@pytest.mark.parametrize("wrong", [None, 12345, 1.5, ["x"]])
def test_a_wrong_type_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError):
        identify(wrong)


def test_lengths_may_count_what_those_of_a_khqr_count() -> None:
    in_units = replaced("5909Demo User", "5906Shop😀", STATIC)
    assert khqr.decode(in_units).merchant_name == "Shop😀"
    assert names(in_units) == ["khqr"]
    with pytest.raises(khqr.DecodeError):
        identify(in_units[:-4] + "é")


def test_the_crc_is_not_judged() -> None:
    assert names(THAI[:-4] + "0000") == ["thaiqr"]
    assert not khqr.check(THAI[:-4] + "0000").ok


def test_networks_are_values() -> None:
    first, again = only(THAI, "thaiqr"), only(THAI, "thaiqr")
    assert first == again
    assert hash(first) == hash(again)
    assert first != only(resealed(THAI.replace("0066000", "0066001")), "thaiqr")
    with pytest.raises(AttributeError):
        first.identifier = "x"  # type: ignore[misc] # frozen
    stranger = identify(P0)[0]
    assert stranger == Unknown("com.example.pay", "26")
    assert stranger != Unknown("com.example.pay", "27")
    assert stranger != first
    assert hash(stranger) == hash(Unknown("com.example.pay", "26"))
    assert (stranger.scheme, stranger.country, stranger.object_path) == ("unknown", None, "26")
    assert stranger.fields["26"] == {"00": "com.example.pay", "01": "M0001"}
    match stranger:
        case Unknown(guid, path):
            assert (guid, path) == ("com.example.pay", "26")
        case _:
            raise AssertionError("a pattern does not match")


def test_names_of_the_package() -> None:
    assert set(khqr.schemes.__all__) <= set(dir(khqr.schemes))
    for name in khqr.schemes.__all__:
        assert getattr(khqr.schemes, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        khqr.schemes.nonsense  # noqa: B018 # type: ignore[attr-defined] # the refusal is the test


def test_tables_are_sound() -> None:
    assert len({scheme.name for scheme in SCHEMES}) == len(SCHEMES)
    guids = [guid for scheme in SCHEMES for guid in scheme.guids]
    assert len(guids) == len(set(guids))
    assert all(guid == guid.lower() and guid.isascii() and len(guid) <= 32 for guid in guids)
    for scheme in SCHEMES:
        assert issubclass(scheme.fields, Fields)
        assert set(scheme.exactly_one) <= set(scheme.fields.rows)
        assert all(row.name == name for name, row in scheme.fields.rows.items())
        assert {guid for row in scheme.fields.rows.values() for guid in row.guids} <= {
            *scheme.guids, "000001", "01",
        }  # fmt: skip
        assert scheme.source
        assert scheme.grade in {"spec", "second-hand", "observed", "unverified"}
        assert all(variant.only_if is None for variant in scheme.presence[-1:])


def test_rows() -> None:
    assert ThaiBillFields.biller_id is ThaiBillFields.rows["biller_id"]
    row = text("*.01", "ans", 1, 5, pattern="A.*")
    assert row.problem("Aé") == "holds a character outside 0x20-0x7E: 'Aé'"
    assert row.problem("B") == "does not look like A.*: 'B'"
    assert row.problem("A" * 6) == "has 6 characters, expected 1 to 5: 'AAAAAA'"
    assert row.problem("A") == ""
    assert text("*", "N", 2).problem("1²") == "is not made of ASCII digits: '1²'"
    assert text("*", "S").problem("ក") == ""
    assert (day("*").read("20260229"), day("*").read("2026022")) == (None, None)
    assert day("*", day_first=True).read("28022026") == date(2026, 2, 28)
    assert (flag("*").read("1"), flag("*").read("0"), flag("*").read("x")) == (True, False, None)
    assert moment("*").read("175000000000") is None


def test_a_network_that_is_absent_has_no_place() -> None:
    fields = ThaiBillFields({"30": {"01": "X"}})
    assert (fields.biller_id, fields.place("*.01"), fields.place("62.01")) == (None, None, "62.01")
    assert fields.text_at("30.01.02") is None


def test_networks_can_be_copied_and_sent() -> None:
    for payload in (THAI, FULL, P0, SLIP, "upi://pay?pa=a@b"):
        for network in identify(payload):
            again = pickle.loads(pickle.dumps(network))
            assert again == network
            assert copy.deepcopy(network) == network
            assert again.description.name == network.scheme
            assert pickle.loads(pickle.dumps(network.fields)) == network.fields
