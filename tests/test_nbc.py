"""The official SDK's own view: its mappings, its verdict, its numbers, and its defects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.nbc import FLAT_KEYS, ErrorCode, Verdict, decode_flat, decode_non_khqr, verify_full
from khqr.nbc.javascript import cut, integer, number, number_text, units
from khqr.testing import payloads
from material import CLOCK, DYNAMIC, FULL, P0, STATIC, inserted, replaced, sealed

I = "000201010211"  # noqa: E741 - the pieces are named as in the table of defects
A = "29180014demo_user@devb"
M = "5204599953031165802KH5909Demo User6010Phnom Penh"
B = I + A + M
LIVE = "99340013175000000000001131750000300000"
DEAD = "99340013174999999100001131749999999999"


def dynamic(method: str, currency: str, amount: str, times: str) -> str:
    """Return a dynamic code without its CRC, from its pieces."""
    return (
        f"0002010102{method}{A}520459995303{currency}54{len(amount):02d}{amount}"
        f"5802KH5909Demo User6010Phnom Penh{times}"
    )


DEFECTS: dict[str, tuple[str, str, bool | None]] = {
    "2 endless loop": (B + "62060101x0", "A8AA", None),
    "2 endless loop on a letter": (B + "620701ABfoo", "F73A", None),
    "5 later duplicate": (B + "5303840", "737A", True),
    "6 adjacent duplicate": (
        I + A + "5204599953031165802KH5903AAA5903BBB6010Phnom Penh", "CA3D", False,
    ),
    "7 duplicate inside": (B + "62100101A0101B", "8DCC", True),
    "8 29 then 30": (I + "29120008ind@devb" + "30270008mer@devb0103MID0204BANK" + M, "A0D6", True),
    "9 30 then 29": (I + "30270008mer@devb0103MID0204BANK" + "29120008ind@devb" + M, "F212", False),
    "9 30, later 29": (
        I + "30270008mer@devb0103MID0204BANK" + M + "29190008ind@devb0103ACC", "14A4", True,
    ),
    "11 letters as ID": (B + "zz02aa", "DBB6", True),
    "11 blank in a length": (B.replace("5909Demo User", "59 4Demo"), "BEAF", True),
    "11 sign in a length": (B.replace("5909Demo User", "59+4Demo"), "4F93", True),
    "11 letter in a length": (B.replace("5909Demo User", "594xDemo"), "7F1E", True),
    "12 second CRC": (B + "6304123462050101x", "B305", True),
    "13 overrun": (B.replace("6010Phnom Penh", "6099Phnom Penh"), "89A6", False),
    "14 amount abc": (dynamic("12", "840", "abc", LIVE), "1AAA", True),
    "14 amount with comma": (dynamic("12", "840", "1,000.00", LIVE), "BFA7", True),
    "14 amount zero": (dynamic("12", "840", "0", LIVE), "ACE4", True),
    "14 half a riel": (dynamic("12", "116", "100.50", LIVE), "4D1E", True),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_defects_are_not_reproduced(name: str) -> None:
    body, crc, sdk = DEFECTS[name]
    payload = sealed(body)
    assert payload[-4:] == crc
    compatible = verify_full(payload, at=CLOCK, sdk_compatible=True)
    assert compatible.valid is (sdk is True)
    verdict = verify_full(payload, at=CLOCK)
    assert not verdict.valid
    assert verdict.code == (4 if name.startswith("14") else 8)
    assert not khqr.check(payload).ok


TOLERATED: dict[str, tuple[str, str]] = {
    "10 unknown objects only": (B + "620968050001X", "020B"),
    "15 expiry with 01 = 11": (dynamic("11", "840", "1", DEAD), "1F79"),
    "15 expiry without 01": (dynamic("12", "840", "1", DEAD).replace("010212", "", 1), "F9C0"),
    "15 expiry before 01": ("000201" + DEAD + dynamic("12", "840", "1", "")[6:], "6CA9"),
    "16 expiry in scientific notation": (
        dynamic("12", "840", "1", "99280013175000000000001071.75e12"), "D43C",
    ),
    "18 an at alone": (I + "29050001@" + M, "B094"),
    "19 value of 00": (B.replace("000201", "000299"), "0811"),
    "19 value of 58": (B.replace("5802KH", "5803XYZ"), "2938"),
    "19 category of one digit": (B.replace("52045999", "52017"), "0979"),
    "20 30 without 01 and 02": (I + "30120008mer@devb" + M, "CCEA"),
    "21 UnionPay with dollars": (
        I + "1531" + "1" * 31 + A + M.replace("5303116", "5303840"), "33EF",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLERATED)
def test_what_the_sdk_accepts_and_is_a_finding_only(name: str) -> None:
    body, crc = TOLERATED[name]
    payload = sealed(body)
    assert payload[-4:] == crc
    assert verify_full(payload, at=CLOCK, sdk_compatible=True).valid
    assert verify_full(payload, at=CLOCK).valid
    clean = "10" in name
    assert bool(len(khqr.check(payload, at=CLOCK))) is not clean


def test_expired_is_a_fact_of_its_own() -> None:
    payload = sealed(dynamic("12", "840", "1", DEAD))
    assert verify_full(payload, at=CLOCK) == Verdict(False, 46, "KHQR_EXPIRED", True)
    late = CLOCK + timedelta(hours=1)
    assert verify_full(DYNAMIC, at=late) == Verdict(False, 46, "KHQR_EXPIRED", True)
    assert verify_full(DYNAMIC, at=late, check_expiry=False) == Verdict(True, None, None, True)
    assert verify_full(DYNAMIC, at=CLOCK + timedelta(minutes=5)) == Verdict(True, None, None, False)
    damaged = DYNAMIC[:-4] + "0000"
    assert verify_full(damaged, at=late) == Verdict(False, 8, "KHQR_INVALID", True)


FIRST_FAILURES: dict[int | None, str] = {
    8: STATIC[:-4] + "0000",
    47: sealed(B.replace("010211", "010212")),
    45: sealed(dynamic("12", "840", "1", "")),
    23: sealed(B[6:]),
    5: sealed(I + M),
    25: sealed(B.replace("52045999", "")),
    9: sealed(B.replace("5303116", "")),
    26: sealed(B.replace("5802KH", "")),
    2: sealed(B.replace("5909Demo User", "")),
    27: sealed(B.replace("6010Phnom Penh", "")),
    16: sealed("0003012" + B[6:]),
    17: sealed(B.replace("010211", "0103111")),
    48: sealed(B.replace("010211", "010213")),
    1: sealed(B.replace(A, "29050101x")),
    6: sealed(B.replace(A, "29370033" + "a" * 28 + "@bank")),
    3: sealed(B.replace(A, "29080004demo")),
    35: sealed(B.replace(A, "29550014demo_user@devb0133" + "i" * 33)),
    31: sealed(B.replace(A, "29220014demo_user@devb0200")),
    33: sealed(B.replace(A, "29550014demo_user@devb0233" + "i" * 33)),
    18: sealed(B.replace("52045999", "520559990")),
    51: sealed(B.replace("52045999", "52045a99")),
    19: sealed(B.replace("5303116", "53041160")),
    28: sealed(B.replace("5303116", "5303764")),
    4: sealed(dynamic("12", "840", "-1", LIVE)),
    20: sealed(B.replace("5802KH", "5804KHMR")),
    7: sealed(B.replace("5909Demo User", "5926" + "n" * 26)),
    21: sealed(B.replace("6010Phnom Penh", "6016" + "c" * 16)),
    10: sealed(B + "62300126" + "b" * 26),
    34: sealed(B + "62040200"),
    11: sealed(B + "62300326" + "b" * 26),
    12: sealed(B + "62300726" + "b" * 26),
    42: sealed(B + "62300826" + "b" * 26),
    39: sealed(B + "64060002km"),
    38: sealed(B + "64120003khm0101x"),
    40: sealed(B + "64360002km0126" + "n" * 26),
    41: sealed(B + "64200216" + "c" * 16),
    None: sealed(B + "64050101x"),
    49: sealed(dynamic("12", "840", "1", LIVE.replace("01131750000300000", "0112175000030000")
                       .replace("9934", "9933"))),
    50: sealed(dynamic("12", "840", "1", LIVE.replace("01131750000300000", "01131749999999999"))),
    46: sealed(dynamic("12", "840", "1", DEAD.replace("1749999991000", "1749999900000"))),
}  # fmt: skip


@pytest.mark.parametrize("code", list(FIRST_FAILURES))
def test_first_failure(code: int | None) -> None:
    for compatible in (False, True):
        verdict = verify_full(FIRST_FAILURES[code], at=CLOCK, sdk_compatible=compatible)
        assert not verdict.valid
        assert verdict.code == code
        assert verdict.code_name == (None if code is None else ErrorCode(code).name)


@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("1.75e12", None),
        ("  1750000300000 ", None),
        ("0x1977420DC00", None),
        ("1.2345678e21", 47),
        ("1.23456789e20", 49),
        ("Infinity", 49),
        ("-1", 49),
        ("abc", 45),
        ("0", 45),
        ("", 45),
        ("1750000300000.5", 49),
        ("1.2345678e-7", 49),
        ("0.00001234567", 50),
    ],
)
def test_times_as_javascript_reads_them(time: str, code: int | None) -> None:
    inner = f"0113{1750000000000}"
    inner = f"00{inner[2:]}01{len(time):02d}{time}"
    payload = sealed(dynamic("12", "840", "1", f"99{len(inner):02d}{inner}"))
    verdict = verify_full(payload, at=CLOCK, sdk_compatible=True)
    assert (verdict.valid, verdict.code) == (code is None, code)


def test_short_texts_and_surrogates() -> None:
    assert verify_full(sealed("")[-8:], at=CLOCK).code == 8
    assert verify_full("5901\ud80063040000", at=CLOCK).code == 8
    assert verify_full("", at=CLOCK).code == 8
    astral = sealed(B.replace("5909Demo User", "5906Demo😀"))
    assert verify_full(astral, at=CLOCK).valid
    points = sealed(B.replace("5909Demo User", "5905Demo😀"))
    assert not verify_full(points, at=CLOCK, sdk_compatible=True).valid


def test_half_a_character_counts_as_a_replacement_character() -> None:
    body = B.replace("5909Demo User", "5909Demo\ud800User")
    as_sdk = sealed(body.replace("\ud800", "\ufffd")).replace("\ufffd", "\ud800")
    assert verify_full(as_sdk, at=CLOCK, sdk_compatible=True).valid
    assert verify_full(as_sdk[:-4] + "0000", at=CLOCK, sdk_compatible=True).code == 8
    assert not khqr.verify(as_sdk)
    with pytest.raises(khqr.DecodeError):
        khqr.decode(as_sdk)


def test_object_99_is_walked_in_a_static_code_too() -> None:
    for compatible in (False, True):
        verdict = verify_full(sealed(B + "9901x"), at=CLOCK, sdk_compatible=compatible)
        assert (verdict.valid, verdict.code) == (False, 8)
        assert verify_full(sealed(B + "99050001x"), at=CLOCK, sdk_compatible=compatible).valid


def test_verify_full_needs_a_moment() -> None:
    with pytest.raises(TypeError, match="at is an aware datetime, not None"):
        verify_full(STATIC, at=None)  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(khqr.EncodeError, match="no time zone"):
        verify_full(STATIC, at=CLOCK.replace(tzinfo=None))


@given(st.text() | payloads().map(lambda text: text[:-5]) | st.text("0123456789x-", max_size=60))
def test_any_text_has_a_verdict(text: str) -> None:
    for payload in (text, sealed(text) if text.isascii() else text):
        for compatible in (False, True):
            verdict = verify_full(payload, at=CLOCK, sdk_compatible=compatible)
            assert not verdict.valid or (verdict.code, verdict.code_name) == (None, None)


@given(payloads())
def test_good_codes_pass_both_verdicts(payload: str) -> None:
    for compatible in (False, True):
        assert verify_full(payload, at=CLOCK, check_expiry=False, sdk_compatible=compatible).valid


def test_flat() -> None:
    flat = decode_flat(FULL)
    assert list(flat) == list(FLAT_KEYS)
    assert flat["merchantType"] == "30"
    assert flat["merchantID"] == "000123"
    assert flat["accountInformation"] is None
    assert flat["crc"] == "9D54"
    nobody = decode_flat(P0)
    assert nobody["merchantType"] is None
    assert nobody["bakongAccountID"] is None
    assert nobody["merchantName"] == "EXAMPLE SHOP"
    assert decode_flat(STATIC[:-4] + "0000")["merchantName"] == "Demo User"
    assert decode_flat("000201")["crc"] is None
    clean = decode_flat(sealed(B + "620968050001X"))
    assert set(clean) == set(FLAT_KEYS)
    assert decode_flat(sealed(B.replace("5909Demo User", "5906Demo😀")))["merchantName"] == "Demo😀"


@pytest.mark.parametrize("name", ["5 later duplicate", "7 duplicate inside", "13 overrun"])
def test_flat_refuses_what_has_two_readings(name: str) -> None:
    with pytest.raises(khqr.DecodeError):
        decode_flat(sealed(DEFECTS[name][0]))
    with pytest.raises(khqr.DecodeError, match="29 and 30 are both there"):
        decode_flat(sealed(DEFECTS["8 29 then 30"][0]))


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (B + "29080304Main", "29"),
        (B + "62080304Main" + "62090105INV-1", "62"),
        (B + "62060101x0", "62"),
        (B.replace("29180014", "29180015"), "29.00"),
        (B + "64020x", "64"),
    ],
)
def test_flat_refuses_a_template_that_is_broken_or_there_twice(payload: str, path: str) -> None:
    with pytest.raises(khqr.DecodeError) as refusal:
        decode_flat(sealed(payload))
    assert [finding.path for finding in refusal.value.findings] == [path]


def test_flat_passes_over_text_in_99() -> None:
    flat = decode_flat(sealed(B + "9905HELLO"))
    assert (flat["bakongAccountID"], flat["creationTimestamp"]) == ("demo_user@devb", None)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("", {}),
        ("x", {}),
        ("0002015802KH", {"58": "KH", "00": "01"}),
        ("0102110002015802KH", {"58": "KH", "01": "11", "00": "01"}),
        ("62060101x0", {"62": {"01": "x"}}),
        ("6205HELLO", {"62": "HELLO"}),
        ("62050101x", {"62": "0101x"}),
        ("62060101xy", {"62": {"01": "x"}}),
        ("6406HELLO!", {"64": "HELLO!"}),
        ("26090005a@b.c", {"26": {"00": "a@b.c"}}),
        ("25090005a@b.c", {"25": "0005a@b.c"}),
        ("52090005a@b.c", {"52": "0005a@b.c"}),
        ("79090005a@b.c", {"79": "0005a@b.c"}),
        ("80090005a@b.c", {"80": {"00": "a@b.c"}}),
        ("5802KH59", {"58": "KH"}),
        ("5802KH5909x", {"58": "KH"}),
        ("5802KH58-1x", {"58": "KH"}),
        ("5802KH5800", {"58": ""}),
    ],
)
def test_non_khqr(payload: str, expected: dict[str, Any]) -> None:
    found = decode_non_khqr(payload)
    assert found == expected
    assert list(found) == list(expected)


def test_non_khqr_third_levels_are_independent() -> None:
    payload = sealed(B + "622268100001X010190104BILL")
    assert payload[-4:] == "65EB"
    assert decode_non_khqr(payload)["62"] == {"68": {"00": "X", "01": "9"}, "01": "BILL"}
    assert list(decode_non_khqr(P0)) == [
        "26",
        "52",
        "53",
        "54",
        "58",
        "59",
        "60",
        "62",
        "63",
        "00",
        "01",
    ]
    text = decode_non_khqr(inserted("62095005HELLO", STATIC))
    assert text["62"] == {"50": "HELLO"}


def test_error_codes() -> None:
    assert [int(code) for code in ErrorCode] == list(range(1, 52))
    assert int(ErrorCode.EXPIRATION_TIMESTAMP_REQUIRED) == 45
    assert ErrorCode(35).name == "ACCOUNT_INFORMATION_LENGTH_INVALID"
    assert ErrorCode(36).name == "TAG_NOT_IN_ORDER"
    never = [int(code) for code in ErrorCode if not code.raised_by]
    assert never == [15, 36, 37]
    assert ErrorCode(3).raised_by == {"generate", "verify", "network"}
    assert all(code.meaning and code.meaning[0].islower() for code in ErrorCode)


@pytest.mark.parametrize(
    ("text", "value"),
    [("4x", 4), ("-4", -4), ("+3", 3), (" 3", 3), ("\ufeff7", 7), ("x4", None), ("", None),
     ("0x", None), ("0X", None), ("٣4", None), ("07", 7)],
)  # fmt: skip
def test_integer(text: str, value: int | None) -> None:
    assert integer(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), (" 1.5\n", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1e3), ("1E-3", 1e-3),
     ("0x1F", 31.0), ("0o17", 15.0), ("0b101", 5.0), ("", 0.0), ("  ", 0.0), ("-1", -1.0),
     ("Infinity", float("inf")), ("-Infinity", float("-inf"))],
)  # fmt: skip
def test_number(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [None, "x", "1x", "infinity", "1_0", "0b12", "0xg", "-0x1", "1 2", "١", "1e", ".", "0x",
     "1\x1c"],
)  # fmt: skip
def test_not_a_number(text: str | None) -> None:
    assert number(text) != number(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1750000000000.0, "1750000000000"), (1.5, "1.5"), (1e20, "100000000000000000000"),
     (1e21, "1e+21"), (1.5e-7, "1.5e-7"), (1e-6, "0.000001"), (1.25e-5, "0.0000125"),
     (-2.0, "-2"), (float("inf"), "Infinity"),
     (float("-inf"), "-Infinity")],
)  # fmt: skip
def test_number_text(value: float, text: str) -> None:
    assert number_text(value) == text


def test_cut_and_units() -> None:
    assert cut("5904Demo60") == ("59", "Demo", "60")
    assert cut("59-5Demo60") == ("59", "Demo6", "0")
    assert cut("59-4Demo") == ("59", "", "59-4Demo")
    assert cut("59xxDemo") == ("59", "", "59xxDemo")
    assert cut("5999Demo") == ("59", "Demo", "")
    assert units("a😀\ud800") == "a\ud83d\ude00\ud800"
    assert units("ក\uffff") == "ក\uffff"
    assert units(replaced("5909Demo User", "5901ក", STATIC)).isascii() is False
