"""The profiles of the schemes: what each really requires, and findings that name it."""

from __future__ import annotations

from typing import Any

import pytest

import khqr
from khqr.checks import profile_names
from khqr.emv.catalogue import CATALOGUE
from khqr.schemes import BY_NAME, SCHEMES
from khqr.schemes.findings import SCHEME_CATALOGUE
from material import P0, STATIC, inserted, load, replaced, resealed, sealed
from test_schemes import (
    BHARAT,
    CASES,
    CROSS_BORDER,
    DUIT,
    LAO,
    PERSON,
    QRIS,
    SGQR,
    SLIP,
    THAI,
    VIET,
    WITH_ALIPAY,
    made,
    template,
)

LAO_SHOP = (
    "00020101021215319999041800000000DEMO0000000000138580016A00526628466257701089999041802030020"
    "315demo000000000015204581253034185405100005802LA5909DEMO CAFE6002VT63048A88"
)
VNPAY = (
    "00020101021126280010A0000007750110DEMO0000015204599953037045405500005802VN5908DEMOSHOP"
    "6005HANOI62230309DEMO SHOP0706DEMO016304A890"
)
JPQR = (
    "00020101021126680019jp.or.paymentsjapan0113000000000000902040009030600000904060000095204581253"
    "033925802JP5909DEMO CAFE6005TOKYO6107000000064140002JA0104デモ喫茶63045571"
)
KOREA = (
    "0002010102111531999904100000000000000000000000126310014D41000000140100509000000001520458125303"
    "4105802KR5909DEMO CAFE6005SEOUL610500000625603090000000010515MQ000000000000106080000000007080"
    "000000164200002ko0104데모카페0202서울6304AEE5"
)
FPS = (
    "00020101021226430012hk.com.hkicl020700000010512301231235959520400005303344540510.505802HK5902"
    "NA6002HK62120508DEMO00016304A312"
)
SAMPLES = {
    "thaiqr": THAI, "thaiqr_bill": CROSS_BORDER, "vietqr": VIET, "vnpay": VNPAY, "duitnow": DUIT,
    "laoqr": LAO, "paynow": SGQR, "sgqr": SGQR, "jpqr": JPQR, "qris": QRIS, "qrph": PERSON,
    "fps": FPS, "bharatqr": BHARAT, "kr_bc": KOREA,
}  # fmt: skip


def codes(payload: str, profile: str = "auto", **options: Any) -> set[tuple[str, str, str]]:
    """Return code, severity and path of each finding."""
    report = khqr.check(payload, profile=profile, **options)
    return {(f.code, f.severity.value[0].upper(), f.path) for f in report}


def new(payload: str, before: str, profile: str) -> set[tuple[str, str, str]]:
    """Return the findings that ``payload`` has and ``before`` has not."""
    return codes(payload, profile) - codes(before, profile)


@pytest.mark.parametrize("scheme", SAMPLES)
def test_a_good_code_has_no_error_in_its_profile_and_auto_chooses_it(scheme: str) -> None:
    report = khqr.check(SAMPLES[scheme], profile=scheme)
    assert report.ok, str(report)
    assert report.profile == scheme
    assert {f.code for f in report} <= {"poi.static-with-amount"}
    assert khqr.check(SAMPLES[scheme]).profile == ("paynow" if scheme == "sgqr" else scheme)


M, W, O = "E", "W", ""  # noqa: E741 - the letters of the matrix
MATRIX = {
    #               01 52 54 59 60 61 62 64
    "thaiqr":      (M, O, O, O, O, O, O, O),
    "thaiqr_bill": (M, O, O, O, O, O, O, O),
    "vietqr":      (M, O, O, O, O, O, O, O),
    "vnpay":       (M, W, O, M, W, O, O, O),
    "duitnow":     (M, M, O, M, M, O, O, O),
    "laoqr":       (M, O, O, O, O, O, O, O),
    "laoqr 002":   (M, M, O, M, W, O, O, O),
    "jpqr":        (M, M, O, M, M, M, O, M),
    "paynow":      (M, M, O, M, M, O, O, O),
    "sgqr":        (M, M, O, M, M, O, O, O),
    "bharatqr":    (M, M, O, M, M, W, O, O),
    "kr_bc":       (M, M, O, M, M, W, O, W),
    "qrph":        (M, M, O, M, M, O, O, O),
    "qris":        (M, M, O, M, M, W, O, O),
    "fps":         (M, M, O, M, M, O, O, O),
}  # fmt: skip


@pytest.mark.parametrize("row", MATRIX)
@pytest.mark.parametrize("place", range(8))
def test_presence_under_the_root(row: str, place: int) -> None:
    object_id = ["01", "52", "54", "59", "60", "61", "62", "64"][place]
    scheme = row.partition(" ")[0]
    payload = khqr.parse(LAO_SHOP if row == "laoqr 002" else SAMPLES[scheme])
    if object_id in payload:
        payload = payload.remove(object_id)
    found = [f for f in khqr.check(str(payload), profile=scheme) if f.code == "root.missing"]
    severities = {f.path: f.severity.value[0].upper() for f in found}
    assert severities.get(object_id, "") == MATRIX[row][place]
    for finding in found:
        assert scheme in finding.message
        assert finding.clause == BY_NAME[scheme].source


@pytest.mark.parametrize("scheme", SAMPLES)
def test_what_emvco_itself_asks_for_stays_an_error(scheme: str) -> None:
    for object_id in ("00", "53", "58"):
        lacking = str(khqr.parse(SAMPLES[scheme]).remove(object_id))
        assert ("root.missing", "E", object_id) in codes(lacking, scheme)


def test_duitnow_writes_02_and_nobody_else_may() -> None:
    assert codes(DUIT) == set()
    assert codes(resealed(DUIT.replace("000202", "000201", 1))) == set()
    assert ("pfi.value", "E", "00") in codes(resealed(DUIT.replace("000202", "000203", 1)))
    assert ("pfi.value", "E", "00") in codes(DUIT, "emvco")
    assert ("pfi.value", "E", "00") in codes(resealed(THAI.replace("000201", "000202", 1)))


RELAXED = [
    ("duitnow", replaced("5909DEMO SHOP", "5926" + "N" * 26, DUIT), "name.too-long", "59", "W"),
    ("vnpay", replaced("5908DEMOSHOP", "5926" + "N" * 26, VNPAY), "name.too-long", "59", "W"),
    ("qris", replaced("5909DEMO SHOP", "5926" + "N" * 26, QRIS), "name.too-long", "59", "W"),
    ("jpqr", replaced("5909DEMO CAFE", "5926" + "N" * 26, JPQR), "name.too-long", "59", "E"),
    ("fps", replaced("62120508DEMO0001", "6200", FPS), "tlv.length-zero", "62", "W"),
    ("fps", replaced("0508DEMO0001", "05000104DEMO"[:12], FPS), "tlv.length-zero", "62.05", "E"),
    ("qris", replaced("62070703A01", "6200", QRIS), "tlv.length-zero", "62", "E"),
    ("laoqr", inserted(made(("62", "09010")), LAO), "consumer-data.value", "62.09", "W"),
    ("vietqr", inserted(made(("62", "09010")), VIET), "consumer-data.value", "62.09", "E"),
    ("qrph", WITH_ALIPAY, "additional.unallocated", "62.00", ""),
    ("jpqr", inserted(made(("62", "0001X")), JPQR), "additional.unallocated", "62.00", "W"),
    ("qris", replaced("62070703A01", made(("62", "98050101X")), QRIS), "guid.missing", "62.98.00",
     "W"),
    ("qris", replaced("62070703A01", made(("62", "97050101X")), QRIS), "guid.missing", "62.97.00",
     "E"),
    ("duitnow", inserted(made(("62", "90050101X")), DUIT), "guid.missing", "62.90.00", ""),
    ("duitnow", inserted(made(("62", "9204geo!")), DUIT), "template.not-tlv", "62.92", ""),
    ("duitnow", inserted(made(("62", "9304geo!")), DUIT), "template.not-tlv", "62.93", "E"),
    ("duitnow", inserted(made(("82", "a" * 64)), DUIT), "template.not-tlv", "82", ""),
    ("thaiqr", inserted(made(("81", "00480069")), THAI), "tlv.length-overrun", "81.00", ""),
    ("thaiqr", inserted(made(("80", "0101X")), THAI), "guid.missing", "80.00", ""),
    ("vietqr", inserted(made(("80", "0101X")), VIET), "guid.missing", "80.00", "E"),
    ("thaiqr", inserted(made(("59", "ร้าน")), THAI), "charset.not-ans", "59", "W"),
    ("thaiqr", inserted(made(("60", "ไทย\x00")), THAI), "charset.not-ans", "60", "E"),
    ("vietqr", inserted(made(("59", "Đông")), VIET), "charset.not-ans", "59", "W"),
    ("vietqr", inserted(made(("62", "0804tiền"[:8])), VIET), "charset.not-ans", "62.08", "W"),
    ("vietqr", inserted(made(("62", "0104tiền"[:8])), VIET), "charset.not-ans", "62.01", "E"),
    ("duitnow", replaced("DEMO SHOP", "DÉMO SHOP", DUIT), "charset.not-ans", "59", "E"),
    ("laoqr", replaced("540510000", "540810000.00", LAO_SHOP), "amount.too-many-decimals", "54",
     "W"),
    ("qrph", PERSON, "mcc.unknown", "52", ""),
    ("duitnow", replaced("52045999", "52041111", DUIT), "mcc.unknown", "52", ""),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "payload", "code", "path", "severity"), RELAXED)
def test_relaxations(scheme: str, payload: str, code: str, path: str, severity: str) -> None:
    found = {(c, p): s for c, s, p in codes(payload, scheme)}
    assert found.get((code, path), "") == severity


def with_value(payload: str, path: str, value: str) -> str:
    """Return ``payload`` with ``value`` at ``path``, lengths and CRC made right."""
    return str(khqr.parse(payload).replace(path, value))


def without(payload: str, path: str) -> str:
    """Return ``payload`` without the object at ``path``."""
    return str(khqr.parse(payload).remove(path))


ACCOUNT = made(("00", "99999X"), ("01", "000000000001"))
TABLE = [
    ("duitnow", with_value(DUIT, "26.01", "9999999"), "scheme.field.format", "26.01"),
    ("duitnow", with_value(DUIT, "26.01", "99999X"), "scheme.field.format", "26.01"),
    ("thaiqr", with_value(THAI, "29.01", "0855000000001"), "scheme.field.format", "29.01"),
    ("thaiqr", with_value(THAI, "29.01", "006600000000១"), "scheme.field.format", "29.01"),
    ("thaiqr_bill", with_value(CROSS_BORDER, "30.01", "9" * 14), "scheme.field.format", "30.01"),
    ("thaiqr_bill", with_value(CROSS_BORDER, "30.02", "R" * 21), "scheme.field.format", "30.02"),
    ("thaiqr_bill", without(CROSS_BORDER, "30.02"), "scheme.field.missing", "30.02"),
    ("thaiqr_bill", with_value(CROSS_BORDER, "62.08", "short"), "scheme.field.format", "62.08"),
    ("thaiqr", without(THAI, "29.01"), "scheme.field.missing", "29.01"),
    ("thaiqr", with_value(THAI, "29.00", "A000000677010114"), "scheme.field.missing", "29.05"),
    ("vietqr", with_value(VIET, "38.01", ACCOUNT), "scheme.field.format", "38.01.00"),
    ("vietqr", with_value(VIET, "38.02", "QRIBFTTZ"), "scheme.field.format", "38.02"),
    ("vietqr", without(VIET, "38.01"), "scheme.field.missing", "38.01.00"),
    ("jpqr", with_value(JPQR, "64.00", "EN"), "scheme.field.format", "64.00"),
    ("jpqr", with_value(JPQR, "64.02", "X"), "scheme.field.unexpected", "64.02"),
    ("thaiqr", with_value(THAI, "53", "704"), "scheme.currency.other", "53"),
    ("fps", with_value(FPS, "53", "764"), "scheme.currency.other", "53"),
    ("thaiqr", with_value(THAI, "58", "VN"), "scheme.country.other", "58"),
]


@pytest.mark.parametrize(("scheme", "payload", "code", "path"), TABLE)
def test_what_departs_from_the_table_is_a_warning_that_names_the_scheme(
    scheme: str, payload: str, code: str, path: str
) -> None:
    report = khqr.check(payload, profile=scheme)
    assert report.ok
    found = next(f for f in report if (f.code, f.path) == (code, path))
    assert found.message.startswith(f"{BY_NAME[scheme].title}: ")
    assert found.clause == BY_NAME[scheme].source
    assert found.byte_offset == len(payload[: found.offset].encode())
    if code == "scheme.field.format":
        value = khqr.parse(payload).get(path, ACCOUNT)
        assert payload[found.offset :].startswith(value)


def test_a_row_names_its_place() -> None:
    moved = resealed(with_value(DUIT, "26.01", "9999999").replace("021126", "021145", 1))
    assert codes(moved, "duitnow") == {("scheme.field.format", "W", "45.01")}


def test_nothing_is_missing_from_a_template_that_breaks_off() -> None:
    broken = sealed(made(("00", "01"), ("01", "11"), ("29", "0016A00000067701011101130066")))
    assert ("tlv.length-overrun", "E", "29.01") in codes(broken, "thaiqr")
    cut = sealed(made(("00", "01"), ("01", "11"), ("30", "0016A00000067701011201150000")))
    found = codes(cut, "thaiqr_bill")
    assert not any(code == "scheme.field.missing" for code, _, _ in found)


def test_two_payees_in_one_template_are_an_error() -> None:
    inside = made(("00", "A000000677010111"), ("01", "0066000000001"), ("03", "0" * 15))
    both = sealed(made(("00", "01"), ("01", "11"), ("29", inside), ("53", "764"), ("58", "TH")))
    assert codes(both) == {("scheme.payee.ambiguous", "E", "29.03")}
    account = made(("00", "999999"), ("01", "1"), ("01", "2"))
    twice = made(("00", "A000000727"), ("01", account), ("02", "QRIBFTTA"))
    payload = sealed(made(("00", "01"), ("01", "11"), ("38", twice), ("53", "704"), ("58", "VN")))
    assert ("scheme.payee.ambiguous", "E", "38.01") in codes(payload)


def test_a_local_amount_goes_with_the_cross_border_identifier_alone() -> None:
    domestic = resealed(CROSS_BORDER.replace("A000000677012006", "A000000677010112"))
    assert codes(inserted(made(("62", "0805short")), domestic), "thaiqr_bill") == set()


def test_a_profile_that_the_code_does_not_follow() -> None:
    wrong = codes(STATIC, "duitnow")
    assert ("scheme.identifier.missing", "E", "02-51") in wrong
    for scheme in SCHEMES:
        if scheme.name == "khqr":
            continue
        found = {f.code for f in khqr.check(STATIC, profile=scheme.name)}
        assert "scheme.identifier.missing" in found
    assert codes("upi://pay?pa=a@b", "duitnow") == {("tlv.id-not-digits", "E", "")}
    assert codes(STATIC, "thaislip") == {("scheme.identifier.missing", "E", "02-51")}
    assert codes("hello", "thaislip") == {("tlv.id-not-digits", "E", "")}
    assert codes("", "vietqr") == {("payload.empty", "E", "")}
    assert codes(" " + VIET, "vietqr") == {("payload.leading-data", "E", "")}
    assert codes(" " + VIET + "\n", "vietqr", lenient=True) == {
        ("payload.leading-data", "W", ""), ("payload.trailing-data", "W", ""),
    }  # fmt: skip


def test_auto_prefers_the_scheme_of_the_country() -> None:
    both = inserted(template("26", "A0000006150001", "01069999990201X"), THAI)
    assert khqr.check(both).profile == "thaiqr"
    first = sealed(
        made(("00", "01"), ("26", "0014A00000061500010106999999"), ("38", "0010A000000727"),
             ("58", "VN"))
    )  # fmt: skip
    assert khqr.check(first).profile == "vietqr"
    assert khqr.check(resealed(first.replace("5802VN", "5802FR"))).profile == "duitnow"


def test_a_guest_does_not_set_the_rules() -> None:
    abroad = replaced("5802KH", "5802TH", inserted("15011" + template("80", "com.alipay")))
    assert khqr.check(abroad).profile == "emvco"


def test_a_slip_is_no_payment_and_no_broken_one() -> None:
    assert codes(SLIP) == set()
    assert khqr.check(SLIP).profile == "thaislip"
    for profile in profile_names():
        found = codes(SLIP, profile)
        scheme = BY_NAME.get(profile)
        if profile != "thaislip" and (scheme is None or scheme.reads is None):
            assert found == {("scheme.not-a-payment", "E", "00")}
    assert codes(" " + SLIP + "\n", lenient=True) == {
        ("payload.leading-data", "W", ""), ("payload.trailing-data", "W", ""),
    }  # fmt: skip


def test_check_sums_of_slips() -> None:
    assert codes(SLIP[:-4] + "0000") == {("crc.mismatch", "E", "91")}
    assert codes(SLIP[:-4] + "zzzz") == {("crc.not-hex", "E", "91")}
    assert codes(SLIP[:-6] + "0503805") == {("crc.length", "E", "91")}


def test_shortened_check_sums_of_slips() -> None:
    found = set()
    for number in range(400):
        body = made(("00", made(("00", "000001"), ("01", "000"), ("02", f"DEMO{number}"))))
        for length in ("03", "04"):  # the zeros were dropped before or after the sum was made
            crc = khqr.emv.crc.checksum(body + "5102TH91" + length)
            if crc[0] == "0" and crc[1] != "0":
                found |= codes(body + "5102TH9103" + crc[1:])
    assert found == {("scheme.crc.shortened", "W", "91")}


def test_what_else_may_be_wrong_with_a_slip() -> None:
    body = made(("00", made(("00", "000001"), ("01", "ABC"))), ("51", "TH"), ("51", "TH")) + "9104"
    assert codes(body + khqr.emv.crc.checksum(body)) == {
        ("tlv.duplicate-id", "E", "51"),
        ("scheme.field.format", "W", "00.01"),
        ("scheme.field.missing", "W", "00.02"),
    }


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("upi://pay?pa=demo.shop@example&am=1.00", set()),
        ("upi://pay?pn=DEMO", {("scheme.field.missing", "E", "pa")}),
        ("upi://pay?pa=demo", {("scheme.field.format", "E", "pa")}),
        ("upi://pay?pa=a@b&am=1e9", {("scheme.field.format", "E", "am")}),
        ("upi://pay?pa=a@b&cu=USD", {("scheme.field.format", "W", "cu")}),
        ("upi://pay?pa=a@b&mc=x", {("scheme.field.format", "W", "mc")}),
        ("upi://pay?pa=a@b&pa=c@d", {("scheme.field.repeated", "E", "pa")}),
        ("|000000000000000\rR1\r\r0", set()),
        ("|000\rR1\r\r0", {("scheme.field.format", "E", "biller_id")}),
    ],
)
def test_links_and_barcodes(link: str, found: set[tuple[str, str, str]]) -> None:
    assert codes(link) == found


def test_a_text_that_is_no_link() -> None:
    assert codes(THAI, "upi_uri") == {("scheme.identifier.missing", "E", "")}
    assert codes("upi://pay?pa=a@b", "emvco") == {("tlv.id-not-digits", "E", "")}


@pytest.mark.parametrize("case", load("malformed.json"), ids=lambda c: f"{c['base']}-{c['id']}")
@pytest.mark.parametrize("lenient", [False, True])
def test_malformed_codes_are_refused_by_every_profile(case: dict[str, Any], lenient: bool) -> None:
    own = {"thai": "thaiqr", "viet": "vietqr"}[case["base"]]
    if case["type"] != "str":
        with pytest.raises(TypeError):
            khqr.check(case["val"], profile=own)
        return
    expected = case["expect"]["lenient" if lenient else "strict"]
    for profile in profile_names():
        report = khqr.check(case["val"], profile=profile, lenient=lenient)
        if expected == "error" and case["id"] != 39:
            assert not report.ok, profile
    in_own = khqr.check(case["val"], profile=own, lenient=lenient)
    missing = case["id"] == 31
    wanted = "error" if missing else "warning" if case["id"] == 39 else expected
    worst = "error" if in_own.errors else "warning" if len(in_own) else "ok"
    assert worst == wanted, str(in_own)
    if missing:
        assert {f.code for f in in_own.errors} == {"scheme.identifier.missing"}
        assert khqr.check(case["val"], lenient=lenient).profile == "emvco"


DEFECTS = [
    (LAO.replace("A0052", "a0052"), {"crc.mismatch"}),
    (LAO_SHOP.replace("demo00", "demo 00"), {"crc.mismatch", "tlv.length-overrun",
                                             "tlv.length-not-digits", "tlv.id-not-digits"}),
    (FPS[:-4] + "84E1", {"crc.mismatch"}),
    (VIET[:-4] + "ABCD", {"crc.mismatch"}),
    (BHARAT.replace("27290010A000", "27290010A0O0"), {"crc.mismatch"}),
    ("01021100" + "0201" + KOREA[12:], {"crc.mismatch", "pfi.not-first"}),
    (KOREA.replace("000201010211", "010211000201"), {"crc.mismatch", "pfi.not-first"}),
    (inserted(template("26", "A0000006150001", "0106888888"), DUIT), {"tlv.duplicate-id"}),
]  # fmt: skip


@pytest.mark.parametrize(("payload", "any_of"), DEFECTS)
def test_defects_of_live_codes(payload: str, any_of: set[str]) -> None:
    for profile in ("auto", "emvco"):
        assert any_of & {f.code for f in khqr.check(payload, profile=profile).errors}


def test_jpqr_with_its_first_object_moved_is_valid_once_sealed() -> None:
    moved = JPQR.replace("010211", "", 1).replace("5802JP", "5802JP010211", 1)
    assert ("crc.mismatch", "E", "63") in codes(moved)
    assert codes(resealed(moved)) == set()


def test_codes_of_findings_stand_in_one_catalogue() -> None:
    assert not set(SCHEME_CATALOGUE) & set(CATALOGUE)
    seen = {f.code for case in CASES for f in khqr.check(case["payload"])}
    assert {code for code in seen if code.startswith("scheme.")} <= set(SCHEME_CATALOGUE)
    assert khqr.check(P0).profile == "khqr"


def test_blanks_around_a_link() -> None:
    link = "upi://pay?pa=demo.shop@example"
    assert codes(link + "\n", "upi_uri") == {("scheme.field.format", "E", "pa")}
    assert codes(" " + link, "upi_uri") == {("payload.leading-data", "E", "")}
    assert codes(f" {link}\n", lenient=True) == {
        ("payload.leading-data", "W", ""), ("payload.trailing-data", "W", ""),
    }  # fmt: skip
    assert codes(link + "&pn=%1b") == {("scheme.field.format", "W", "pn")}
    assert codes("|000000000000000\rR\r\r-5") == {("scheme.field.format", "E", "amount")}


def test_a_foreign_code_in_cambodia_is_judged_as_what_it_is() -> None:
    abroad = resealed(VIET.replace("5802VN", "5802KH"))
    assert khqr.check(abroad).profile == "vietqr"
    assert codes(abroad) == {("scheme.country.other", "W", "58")}
    assert khqr.check(P0).profile == "khqr"
