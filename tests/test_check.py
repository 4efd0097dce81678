"""`check` and `Report`: profiles, KHQR's own rules, and the numbers of the official SDK."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.checks import profile_names
from khqr.emv.catalogue import CATALOGUE
from khqr.findings import KHQR_CATALOGUE
from khqr.nbc import decode_flat
from khqr.schemes import BY_NAME
from khqr.testing import corrupted, payloads
from material import CLOCK, DYNAMIC, FULL, P0, STATIC, inserted, moment, replaced, sealed

A29 = "29180014demo_user@devb"
MERCHANT = "30350009khqr@devb01060001230208Dev Bank"


def found(payload: str, **options: Any) -> list[tuple[str, str, str, int | None]]:
    """Return the findings of profile ``khqr`` about ``payload``."""
    report = khqr.check(payload, **({"profile": "khqr"} | options))
    return [(f.code, f.severity.value[0].upper(), f.path, f.nbc_code) for f in report]


def test_good_codes_have_no_findings() -> None:
    for payload in (STATIC, DYNAMIC, FULL):
        assert found(payload) == []
        assert found(payload, profile="auto") == []


def test_a_bank_object_that_breaks_its_template_is_an_error() -> None:
    for value in ("7033ABC", "70x1ABC"):
        broken = inserted(f"62{len(value):02}{value}", STATIC)
        assert not khqr.check(broken).ok
        with pytest.raises(khqr.DecodeError, match=r"62\.70"):
            khqr.decode(broken)
    inside = inserted("621170070233ABC", STATIC)
    assert khqr.check(inside).ok
    assert khqr.decode(inside).merchant_name


def test_a_length_unit_is_named_with_its_place_in_bytes() -> None:
    in_points = replaced("5909Demo User", "5905Shop😀", STATIC)
    report = khqr.check("\ufeff" + in_points, lenient=True)
    (finding,) = (f for f in report if f.code == "khqr.length-unit")
    assert (finding.offset, finding.byte_offset) == (1, 3)


def test_a_payload_cut_short_is_reported_in_characters() -> None:
    cut = replaced("5909Demo User", "5905Shop😀", STATIC)[:-2]
    places = [(f.code, f.path) for f in khqr.check(cut).findings]
    assert places == [("charset.not-ans", "59"), ("tlv.length-overrun", "63")]


CASES: dict[str, tuple[str, list[tuple[str, str, str, int | None]]]] = {
    "1 no account": (
        replaced(A29, "29050101x", STATIC),
        [("guid.missing", "E", "29.00", 1)],
    ),
    "1 empty account": (replaced(A29, "29040000", STATIC), [("tlv.length-zero", "E", "29.00", 1)]),
    "3 no at": (
        replaced(A29, "29080004demo", STATIC),
        [("khqr.bakong-account-id.format", "E", "29.00", 3)],
    ),
    "3 two at": (
        replaced(A29, "29090005a@b@c", STATIC),
        [("khqr.bakong-account-id.format", "E", "29.00", 3)],
    ),
    "3 one side": (
        replaced(A29, "29060002a@", STATIC),
        [("khqr.bakong-account-id.format", "E", "29.00", 3)],
    ),
    "5 nobody": (
        replaced(A29, "", STATIC),
        [
            ("merchant-account.missing", "E", "02-51", 5),
            ("khqr.account-type.missing", "E", "29", 5),
        ],
    ),
    "both": (
        inserted("30270008mer@devb0103MID0204BANK", STATIC),
        [("khqr.account-type.ambiguous", "E", "30", None)],
    ),
    "6 long account": (
        replaced(A29, "29370033" + "a" * 28 + "@bank", STATIC),
        [("guid.too-long", "E", "29.00", 6)],
    ),
    "35 account information": (
        replaced(A29, "29550014demo_user@devb0133" + "i" * 33, STATIC),
        [("khqr.account-information.too-long", "E", "29.01", 35)],
    ),
    "35 merchant id": (
        replaced(MERCHANT, "30620009khqr@devb0133" + "i" * 33 + "0208Dev Bank", FULL),
        [("khqr.merchant-id.too-long", "E", "30.01", 35)],
    ),
    "33 bank": (
        replaced(MERCHANT, "30600009khqr@devb01060001230233" + "b" * 33, FULL),
        [("khqr.acquiring-bank.too-long", "E", "30.02", 33)],
    ),
    "31 empty bank": (
        replaced(MERCHANT, "30270009khqr@devb01060001230200", FULL),
        [("tlv.length-zero", "E", "30.02", 31)],
    ),
    "30 and 31 absent": (
        replaced(MERCHANT, "30130009khqr@devb", FULL),
        [
            ("khqr.merchant-id.missing", "W", "30.01", 30),
            ("khqr.acquiring-bank.missing", "W", "30.02", 31),
        ],
    ),
    "23": (sealed(STATIC[6:-8]), [("root.missing", "E", "00", 23)]),
    "16": (sealed("0003012" + STATIC[6:-8]), [("pfi.value", "E", "00", 16)]),
    "pfi": (sealed("000202" + STATIC[6:-8]), [("pfi.value", "E", "00", None)]),
    "17": (replaced("010211", "0103112", STATIC), [("poi.value", "E", "01", 17)]),
    "48": (replaced("010211", "010213", STATIC), [("poi.value", "E", "01", 48)]),
    "25": (replaced("52045999", "", STATIC), [("root.missing", "E", "52", 25)]),
    "18": (replaced("52045999", "520559990", STATIC), [("mcc.format", "E", "52", 18)]),
    "51": (replaced("52045999", "52045a99", STATIC), [("charset.not-numeric", "E", "52", 51)]),
    "9": (replaced("5303116", "", STATIC), [("root.missing", "E", "53", 9)]),
    "19": (replaced("5303116", "53041160", STATIC), [
        ("currency.format", "E", "53", 19), ("khqr.currency.unsupported", "E", "53", 28),
    ]),
    "28": (replaced("5303116", "5303764", STATIC), [("khqr.currency.unsupported", "E", "53", 28)]),
    "28 unknown": (replaced("5303116", "5303000", STATIC), [
        ("currency.unknown", "E", "53", 28), ("khqr.currency.unsupported", "E", "53", 28),
    ]),
    "28 letters": (replaced("5303116", "5303KHR", STATIC), [
        ("charset.not-numeric", "E", "53", 28),
    ]),
    "26": (replaced("5802KH", "", STATIC), [("root.missing", "E", "58", 26)]),
    "20": (replaced("5802KH", "5803KHM", STATIC), [
        ("country.format", "E", "58", 20), ("khqr.country.other", "W", "58", None),
    ]),
    "other country": (replaced("5802KH", "5802TH", STATIC), [
        ("khqr.country.other", "W", "58", None),
    ]),
    "2": (replaced("5909Demo User", "", STATIC), [("root.missing", "E", "59", 2)]),
    "2 empty": (replaced("5909Demo User", "5900", STATIC), [("tlv.length-zero", "E", "59", 2)]),
    "7": (replaced("5909Demo User", "5926" + "n" * 26, STATIC), [("name.too-long", "E", "59", 7)]),
    "27": (replaced("6010Phnom Penh", "", STATIC), [("root.missing", "E", "60", 27)]),
    "21": (replaced("6010Phnom Penh", "6016" + "c" * 16, STATIC), [
        ("city.too-long", "E", "60", 21),
    ]),
    "10": (inserted("62300126" + "b" * 26, STATIC), [("additional.too-long", "E", "62.01", 10)]),
    "34": (inserted("62300226" + "b" * 26, STATIC), [("additional.too-long", "E", "62.02", 34)]),
    "11": (inserted("62300326" + "b" * 26, STATIC), [("additional.too-long", "E", "62.03", 11)]),
    "12": (inserted("62300726" + "b" * 26, STATIC), [("additional.too-long", "E", "62.07", 12)]),
    "42": (inserted("62300826" + "b" * 26, STATIC), [("additional.too-long", "E", "62.08", 42)]),
    "10 empty": (inserted("62040100", STATIC), [("tlv.length-zero", "E", "62.01", 10)]),
    "no number": (inserted("62300526" + "b" * 26, STATIC), [
        ("additional.too-long", "E", "62.05", None),
    ]),
    "39": (inserted("64060002km", STATIC), [("language.missing", "E", "64.01", 39)]),
    "37": (inserted("64050101x", STATIC), [("language.missing", "E", "64.00", 37)]),
    "city alone": (inserted("64050201x", STATIC), [
        ("language.missing", "W", "64.00", 37), ("language.missing", "W", "64.01", 39),
    ]),
    "38 one letter": (inserted("64100001k0101x", STATIC), [("language.code", "W", "64.00", 38)]),
    "38 three": (inserted("64120003khm0101x", STATIC), [("language.code", "E", "64.00", 38)]),
    "40": (inserted("64360002km0126" + "n" * 26, STATIC), [
        ("language.too-long", "E", "64.01", 40),
    ]),
    "41": (inserted("64310002km0101x0216" + "n" * 16, STATIC), [
        ("language.too-long", "E", "64.02", 41),
    ]),
    "43": (inserted("1532" + "u" * 32, STATIC), [("khqr.unionpay-account.length", "W", "15", 43)]),
    "44": (replaced("5303116", "5303840", inserted("15011", STATIC)), [
        ("khqr.unionpay-account.dollar", "W", "15", 44),
    ]),
    "4 text": (replaced("540510000", "5403abc", DYNAMIC), [("amount.not-numeric", "E", "54", 4)]),
    "4 zero": (replaced("540510000", "54010", DYNAMIC), [("amount.zero", "E", "54", 4)]),
    "4 long": (replaced("540510000", "541400000000000001", DYNAMIC), [
        ("amount.too-long", "E", "54", 4),
    ]),
    "4 empty": (replaced("540510000", "5400", DYNAMIC), [("tlv.length-zero", "E", "54", 4)]),
    "4 half a riel": (replaced("540510000", "5406100.50", DYNAMIC), [
        ("amount.too-many-decimals", "W", "54", None), ("khqr.amount.format", "E", "54", 4),
    ]),
    "riel with zeros": (replaced("540510000", "5406100.00", DYNAMIC), [
        ("amount.too-many-decimals", "W", "54", None),
    ]),
    "47": (replaced("540510000", "", DYNAMIC), [("khqr.amount.missing", "E", "54", 47)]),
    "45 no 99": (sealed(DYNAMIC[:-46]), [("khqr.expires-at.missing", "E", "99.01", 45)]),
    "45 no 99.01": (
        replaced("993400131750000000000" + "01131750000300000",
                 "99170013" + "1750000000000", DYNAMIC),
        [("khqr.expires-at.missing", "E", "99.01", 45)],
    ),
    "45 static with amount": (
        sealed(DYNAMIC[:-46].replace("010212", "010211")),
        [
            ("poi.static-with-amount", "W", "01", None),
            ("khqr.expires-at.missing", "E", "99.01", 45),
        ],
    ),
    "45 no number": (replaced("01131750000300000", "0113ABCDEFGHIJKLM", DYNAMIC), [
        ("khqr.expires-at.not-a-time", "E", "99.01", 45),
    ]),
    "49": (
        replaced("993400131750000000000" + "01131750000300000",
                 "993300131750000000000" + "0112175000030000", DYNAMIC),
        [("khqr.expires-at.length", "E", "99.01", 49)],
    ),
    "50": (replaced("01131750000300000", "01131749999999999", DYNAMIC), [
        ("khqr.expires-at.before-creation", "E", "99.01", 50),
    ]),
    "far": (replaced("01131750000300000", "01131750000600001", DYNAMIC), [
        ("khqr.expires-at.far", "W", "99.01", None),
    ]),
    "ten minutes": (replaced("01131750000300000", "01131750000600000", DYNAMIC), []),
    "22": (STATIC[:-8] + "63051190A", [("crc.length", "E", "63", 22)]),
    "24": (STATIC[:-8], [("crc.missing", "E", "63", 24)]),
    "8 mismatch": (STATIC[:-4] + "0000", [("crc.mismatch", "E", "63", 8)]),
    "8 not hex": (STATIC[:-4] + "ZZZZ", [("crc.not-hex", "E", "63", 8)]),
    "8 trailing": (STATIC + "\n", [("payload.trailing-data", "E", "", 8)]),
    "8 empty": ("", [("payload.empty", "E", "", 8)]),
    "leading": ("\n" + STATIC, [("payload.leading-data", "E", "", None)]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_rule(name: str) -> None:
    payload, expected = CASES[name]
    assert found(payload) == expected


TOLERATED = {
    "Khmer in 59": replaced("5909Demo User", "5910ហាងសាកល្បង", STATIC),
    "Khmer in 60": replaced("6010Phnom Penh", "6007ភ្នំពេញ", STATIC),
    "Khmer in 62": inserted("62110107ភ្នំពេញ", STATIC),
    "a number in 99": inserted("99131740000000000", STATIC),
    "a break in 99": inserted("99080013abcd", STATIC),
    "odd bank data in 62.99": inserted("62109906075635", STATIC),
    "a long 62.11": inserted("621111071904ABC", STATIC),
    "no GUID in 62.50": inserted("621050060102AB", STATIC),
}


@pytest.mark.parametrize("name", TOLERATED)
def test_what_readers_in_cambodia_let_pass(name: str) -> None:
    assert khqr.check(TOLERATED[name]).ok, str(khqr.check(TOLERATED[name]))
    strict = khqr.check(TOLERATED[name], profile="emvco")
    assert not strict.ok
    assert khqr.decode(TOLERATED[name]).bakong_account_id == "demo_user@devb"


@pytest.mark.parametrize(
    "payload",
    [
        replaced("5909Demo User", "5902a\t", STATIC),
        replaced("5909Demo User", "5903ក\x85b", STATIC),
        inserted("62060102a\x7f", STATIC),
        replaced(A29, "29120008a@b\x00cdef", STATIC),
        STATIC[:-8] + "99",
        STATIC[:-8] + "99x50013",
        STATIC[:-8] + "9999001",
        inserted("80060102AB", STATIC),
        inserted("8005HELLO", STATIC),
    ],
)
def test_what_they_do_not_let_pass(payload: str) -> None:
    assert not khqr.check(payload).ok


def test_text_in_99_is_no_finding() -> None:
    assert found(inserted("99240013ABCDEF01234566803mmp", STATIC)) == []


def test_expiry_is_judged_only_at_a_moment() -> None:
    assert found(DYNAMIC, at=CLOCK) == []
    expired = found(DYNAMIC, at=moment("2025-06-15T15:11:40.001+00:00"))
    assert expired == [("khqr.expires-at.past", "E", "99.01", 46)]
    assert found(DYNAMIC, at=moment("2025-06-15T15:11:40+00:00")) == []
    static = inserted("993400131749999999000" + "01131749999999999", STATIC)
    assert found(static, at=CLOCK) == [("khqr.expires-at.past", "W", "99.01", 46)]
    assert found(static) == []
    with pytest.raises(khqr.EncodeError, match="no time zone"):
        khqr.check(DYNAMIC, at=CLOCK.replace(tzinfo=None))


def test_expiry_of_a_static_code_is_a_warning() -> None:
    late = replaced("010212", "010211", replaced("01131750000300000", "01131749999999999", DYNAMIC))
    assert found(late) == [
        ("poi.static-with-amount", "W", "01", None),
        ("khqr.expires-at.before-creation", "W", "99.01", 50),
    ]
    half = replaced("010212", "010211", CASES["45 no 99.01"][0])
    assert found(half)[-1] == ("khqr.expires-at.missing", "W", "99.01", 45)
    odd = inserted("99050101x", STATIC)
    assert found(odd) == [("khqr.expires-at.not-a-time", "W", "99.01", 45)]


def test_offsets_of_khqr_findings() -> None:
    report = khqr.check(replaced(A29, "29080004demo", STATIC))
    assert (report[0].offset, report[0].byte_offset) == (20, 20)
    khmer = replaced("5909Demo User", "5910ហាងសាកល្បង", DYNAMIC)
    late = khqr.check(replaced("01131750000300000", "01131749999999999", khmer))
    assert [f.code for f in late] == ["charset.not-ans", "khqr.expires-at.before-creation"]
    assert late[1].byte_offset == late[1].offset + 20


def test_a_length_unit_that_the_sdks_do_not_count_is_a_finding() -> None:
    units = {
        "5906Shop😀": [],
        "5905Shop😀": [("khqr.length-unit", "W", "", None)],
        "5908Shop😀": [("khqr.length-unit", "E", "", None)],
        "5909ហាង": [("khqr.length-unit", "E", "", None)],
        "5903ហាង": [],
    }
    for name, expected in units.items():
        payload = replaced("5909Demo User", name, STATIC)
        assert [item for item in found(payload) if item[0] != "charset.not-ans"] == expected
    assert "count bytes; the official SDKs" in str(
        khqr.check(replaced("5909Demo User", "5909ហាង", STATIC))
    )


def test_lengths_count_utf16_units() -> None:
    name = "😀" * 13
    payload = replaced("5909Demo User", f"5926{name}", STATIC)
    codes = [finding.code for finding in khqr.check(payload)]
    assert "name.too-long" in codes
    assert "26 characters" in str(khqr.check(payload))


def test_auto() -> None:
    assert khqr.check(P0).profile == "khqr"
    assert khqr.check(replaced("5802KH", "5802TH")).profile == "emvco"
    assert khqr.check(STATIC).profile == "khqr"
    assert khqr.check(replaced(A29, "", STATIC)).profile == "khqr"
    elsewhere = replaced("5802KH", "5802TH", STATIC)
    assert khqr.check(elsewhere).profile == "khqr"
    no_at = replaced(A29, "29080004demo", elsewhere)
    assert khqr.check(no_at).profile == "emvco"
    assert khqr.check("").profile == "emvco"
    assert profile_names()[:2] == ("emvco", "khqr")
    assert set(profile_names()) == {"emvco", *BY_NAME}


@pytest.mark.parametrize("profile", ["", "EMVCO", "thai", "auto "])
def test_an_unknown_profile_is_refused(profile: str) -> None:
    with pytest.raises(khqr.KhqrError, match="expected one of auto, emvco, khqr"):
        khqr.check(STATIC, profile=profile)


def test_both_accounts_are_reported_at_the_second() -> None:
    payload = inserted("30270008mer@devb0103MID0204BANK", STATIC)
    offset = payload.index("3027")
    assert [f.offset for f in khqr.check(payload).errors] == [offset]
    for reader in (khqr.decode, decode_flat):
        with pytest.raises(khqr.DecodeError) as refusal:
            reader(payload)
        assert [f.offset for f in refusal.value.findings] == [offset]


def test_lenient() -> None:
    for text in ("\ufeff" + STATIC, " " + STATIC + "\r\n", STATIC + "\n\n"):
        assert not khqr.check(text).ok
        report = khqr.check(text, lenient=True)
        assert report.ok
        assert report.warnings
        assert all("forgiven" in finding.hint for finding in report)
    offsets = [f.offset for f in khqr.check(" " + STATIC + "\n", lenient=True)]
    assert offsets == [0, len(STATIC) + 1]
    inner = khqr.check("  " + replaced("010211", "010299", STATIC), lenient=True)
    assert [(f.code, f.offset) for f in inner] == [("payload.leading-data", 0), ("poi.value", 12)]
    for text in ("", "  ", "\n\ufeff"):
        assert [f.code for f in khqr.check(text, lenient=True).errors] == ["payload.empty"]
    assert not khqr.check(STATIC + "\0", lenient=True).ok
    assert not khqr.check(STATIC + "x\n", lenient=True).ok


def test_report() -> None:
    report = khqr.check(replaced("010211", "010299", STATIC)[:-4] + "0000")
    assert len(report) == 2
    assert [finding.code for finding in report] == ["poi.value", "crc.mismatch"]
    assert report.errors == tuple(report)
    assert report.warnings == ()
    assert report[0] is report.errors[0]
    assert report[:1] == (report[0],)
    assert report[0] in report
    assert bool(report)
    assert bool(khqr.check(STATIC))
    assert str(khqr.check(STATIC)) == "no findings (profile khqr)"
    lines = str(report).splitlines()
    assert lines[0] == "2 error(s), 0 warning(s) (profile khqr)"
    assert lines[1].startswith("  error   01 @10  poi.value [NBC 48]: value is '99', expected")
    assert repr(report).startswith("Report([Finding(code='poi.value'")


def test_content_never_raises() -> None:
    for content in (b"\xff\xfe", b"", "\ud800", "x" * 5000, "\0" * 100, b"0" * 100000):
        report = khqr.check(content)
        assert not report.ok
        assert report.profile == "emvco"
    (finding,) = khqr.check(b"000201" + "ក".encode()[:2])
    assert (finding.code, finding.offset, finding.byte_offset) == ("payload.not-utf8", 6, 6)
    assert "byte 0xE1 at byte 6" in finding.message


def test_every_code_is_in_exactly_one_catalogue() -> None:
    assert not set(CATALOGUE) & set(KHQR_CATALOGUE)
    assert all(code.startswith("khqr.") for code in KHQR_CATALOGUE)
    numbers = {rule.nbc_code for rule in KHQR_CATALOGUE.values()}
    assert numbers <= {None, *range(1, 52)}


@given(payloads(), st.data())
def test_a_damaged_code_is_never_ok(payload: str, data: st.DataObject) -> None:
    damaged = data.draw(corrupted(payload))
    for profile in ("emvco", "khqr", data.draw(st.sampled_from(profile_names()))):
        assert not khqr.check(damaged, profile=profile).ok
    with pytest.raises(khqr.DecodeError):
        khqr.decode(damaged)
