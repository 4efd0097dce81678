"""R1-R71 one by one: code, severity, path and offset, and what must not be reported."""

from __future__ import annotations

import pytest

import khqr
from khqr.emv.catalogue import CATALOGUE
from khqr.emv.dictionary import ADDITIONAL_DATA, GUID_TEMPLATE, LANGUAGE_TEMPLATE, ROOT
from material import P0, inserted, replaced, resealed, sealed

END = len(P0) - 8
"""Where an object inserted in front of the CRC of P0 begins."""

A26 = "26280015com.example.pay0105M0001"
A62 = "62150105INV-10702T1"

CASES: dict[str, tuple[str, list[tuple[str, str, str, int]]]] = {
    "R1": ("", [("payload.empty", "error", "", 0)]),
    "R2": (
        replaced(A62, "62160105INV-10702T10"),
        [("tlv.header-truncated", "error", "62", END)],
    ),
    "R3": (inserted("X902AB"), [("tlv.id-not-digits", "error", "", END)]),
    "R4": (inserted("61-4ABC"), [("tlv.length-not-digits", "error", "61", END + 2)]),
    "R5": (inserted("6100"), [("tlv.length-zero", "error", "61", END + 2)]),
    "R6": (inserted("6199AB"), [("tlv.length-overrun", "error", "61", END + 2)]),
    "R7": (P0 + "\n", [("payload.trailing-data", "error", "", len(P0))]),
    "R7 unreadable length": (P0 + "61-4ABC", [("payload.trailing-data", "error", "", len(P0))]),
    "R8": ("\ufeff" + P0, [("payload.leading-data", "error", "", 0)]),
    "R8 blank": (" \t" + P0, [("payload.leading-data", "error", "", 0)]),
    "R10": (
        replaced(A26, "2605HELLO"),
        [("template.not-tlv", "error", "26", 16)],
    ),
    "R10 short": (replaced(A26, "2603001"), [("template.not-tlv", "error", "26", 16)]),
    "R11": (inserted("5903ABC"), [("tlv.duplicate-id", "error", "59", END)]),
    "R11 inside": (
        replaced(A62, "62120102AA0102BB"),
        [("tlv.duplicate-id", "error", "62.01", END - 19 + 10)],
    ),
    "R13": (
        replaced("000201010212", "010212000201"),
        [("pfi.not-first", "error", "00", 6)],
    ),
    "R14": (resealed("000202" + P0[6:]), [("pfi.value", "error", "00", 4)]),
    "R15": (replaced("010212", "010221"), [("poi.value", "error", "01", 10)]),
    "R15 length": (replaced("010212", "0103112"), [("poi.value", "error", "01", 10)]),
    "R16": (replaced("52045999", ""), [("root.missing", "error", "52", len(P0) - 8)]),
    "R17": (
        replaced(A26, ""),
        [("merchant-account.missing", "error", "02-51", len(P0) - len(A26))],
    ),
    "R18": (P0[:-8], [("crc.missing", "error", "63", END)]),
    "R19": (P0 + "6105AAAAA", [("crc.not-last", "error", "63", len(P0))]),
    "R20": (P0[:-8] + "63054D370", [("crc.length", "error", "63", END + 4)]),
    "R21": (P0[:-4] + "ZZZZ", [("crc.not-hex", "error", "63", END + 4)]),
    "R22": (P0[:-4] + "0000", [("crc.mismatch", "error", "63", END + 4)]),
    "R23": (P0[:-4] + "4d37", [("crc.lower-case", "warning", "63", END + 4)]),
    "R24": (replaced("52045999", "5203599"), [("mcc.format", "error", "52", 48)]),
    "R25": (replaced("5303840", "530284"), [("currency.format", "error", "53", 56)]),
    "R26": (
        replaced("540510.50", "541412345678901234"),
        [("amount.too-long", "error", "54", 63)],
    ),
    "R27": (inserted("55011"), [("tip.format", "error", "55", END + 4)]),
    "R28": (
        inserted("550202561412345678901.00"),
        [("fee-fixed.too-long", "error", "56", END + 10)],
    ),
    "R29": (inserted("55020357061.0000"), [("fee-percent.too-long", "error", "57", END + 10)]),
    "R30": (replaced("5802KH", "5802kh"), [("country.format", "error", "58", 72)]),
    "R31": (
        replaced("5912EXAMPLE SHOP", "5926" + "N" * 26),
        [("name.too-long", "error", "59", 78)],
    ),
    "R32": (
        replaced("6010PHNOM PENH", "6016" + "C" * 16),
        [("city.too-long", "error", "60", 94)],
    ),
    "R33": (inserted("611112345678901"), [("postal-code.too-long", "error", "61", END + 4)]),
    "R34": (replaced("5802KH", "5802XX"), [("country.unknown", "error", "58", 72)]),
    "R35": (replaced("5303840", "5303000"), [("currency.unknown", "error", "53", 56)]),
    "R36": (replaced("52045999", "52040001"), [("mcc.unknown", "warning", "52", 48)]),
    "R37": (replaced("540510.50", "5403NaN"), [("amount.not-numeric", "error", "54", 63)]),
    "R37 zero": (replaced("540510.50", "54040.00"), [("amount.zero", "error", "54", 63)]),
    "R38": (replaced("540510.50", "5402.5"), [("amount.no-integer-digit", "warning", "54", 63)]),
    "R39": (
        replaced("540510.50", "540610.555"),
        [("amount.too-many-decimals", "warning", "54", 63)],
    ),
    "R40": (inserted("550204"), [("tip.value", "error", "55", END + 4)]),
    "R41 missing": (inserted("550202"), [("fee-fixed.missing", "error", "56", END + 14)]),
    "R41 unexpected": (inserted("56041.00"), [("fee-fixed.unexpected", "error", "56", END)]),
    "R42 missing": (inserted("550203"), [("fee-percent.missing", "error", "57", END + 14)]),
    "R42 unexpected": (inserted("57013"), [("fee-percent.unexpected", "error", "57", END)]),
    "R43 zero": (inserted("55020256040.00"), [("fee-fixed.zero", "error", "56", END + 10)]),
    "R43 text": (inserted("5502025603abc"), [("fee-fixed.not-numeric", "error", "56", END + 10)]),
    "R44 range": (inserted("5502035703100"), [("fee-percent.range", "error", "57", END + 10)]),
    "R44 sign": (inserted("55020357023%"), [("fee-percent.not-numeric", "error", "57", END + 10)]),
    "R46 static": (
        replaced("010212", "010211"),
        [("poi.static-with-amount", "warning", "01", 10)],
    ),
    "R46 dynamic": (
        replaced("540510.50", ""),
        [("poi.dynamic-without-amount", "warning", "01", 10)],
    ),
    "R47": (replaced(A26, "26090105M0001"), [("guid.missing", "error", "26.00", 25)]),
    "R47 long": (
        replaced(A26, "26370033" + "g" * 33),
        [("guid.too-long", "error", "26.00", 20)],
    ),
    "R51": (
        replaced(A62, "62300126" + "B" * 26),
        [("additional.too-long", "error", "62.01", END - 19 + 8)],
    ),
    "R53": (
        replaced(A62, "62060902AA"),
        [("consumer-data.value", "error", "62.09", END - 19 + 8)],
    ),
    "R54": (replaced(A62, "6206110212"), [("channel.length", "error", "62.11", END - 19 + 8)]),
    "R54 tax": (
        replaced(A62, "62251021" + "1" * 21),
        [("tax-id.too-long", "error", "62.10", END - 19 + 8)],
    ),
    "R55": (replaced(A62, "62051201A"), [("additional.rfu", "warning", "62.12", END - 19 + 4)]),
    "R56": (
        replaced(A62, "62060002AB"),
        [("additional.unallocated", "warning", "62.00", END - 19 + 4)],
    ),
    "R57": (
        replaced(A62, "621050060102AB"),
        [("guid.missing", "error", "62.50.00", END - 19 + 14)],
    ),
    "R58": (inserted("64060002km"), [("language.missing", "error", "64.01", END + 10)]),
    "R59": (inserted("64120002k10102AB"), [("language.code", "error", "64.00", END + 8)]),
    "R60": (
        inserted("64360002km0126" + "n" * 26),
        [("language.too-long", "error", "64.01", END + 14)],
    ),
    "R60 city": (
        inserted("64310002km0101N0216" + "c" * 16),
        [("language.too-long", "error", "64.02", END + 19)],
    ),
    "R61": (
        inserted("64170002km0102AB0301X"),
        [("language.rfu", "warning", "64.03", END + 16)],
    ),
    "R62": (inserted("6503abc"), [("root.rfu", "warning", "65", END)]),
    "R63": (inserted("80060102AB"), [("guid.missing", "error", "80.00", END + 10)]),
    "R64": (
        replaced("52045999", "5204५९९९"),
        [("charset.not-numeric", "error", "52", 48)],
    ),
    "R64 letters": (
        replaced("5303840", "5303USD"),
        [("charset.not-numeric", "error", "53", 56)],
    ),
    "R65": (
        replaced("5912EXAMPLE SHOP", "5904Café"),
        [("charset.not-ans", "error", "59", 78)],
    ),
    "R65 template": (
        replaced(A26, "26280015com.example.pay0105ក0001"),
        [("charset.not-ans", "warning", "26", 16)],
    ),
    "R66": (
        inserted("64130002km0103A\tB"),
        [("charset.control", "error", "64.01", END + 14)],
    ),
    "R66 NFC": (
        inserted("64150002km0105Cafe\u0301"),
        [
            ("charset.not-nfc", "warning", "64", END + 4),
            ("charset.not-nfc", "warning", "64.01", END + 14),
        ],
    ),
    "R9": (
        sealed(P0[:-8] + "".join(f"{n}990015com.example.pay0176{'x' * 76}" for n in range(81, 86))),
        [("payload.too-long", "warning", "", 512)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name: str) -> None:
    payload, expected = CASES[name]
    report = khqr.check(payload, profile="emvco")
    found = [(f.code, f.severity.value, f.path, f.offset) for f in report]
    assert found == expected, str(report)
    assert all(f.clause == CATALOGUE[f.code].clause and f.message for f in report)
    assert all(f.nbc_code is None for f in report)


NO_FINDING = {
    "P0": P0,
    "R12": P0,
    "R30 Namibia": replaced("5802KH", "5802NA"),
    "R35 no currency": replaced("5303840", "5303999"),
    "R36 0000": replaced("52045999", "52040000"),
    "R37 point at the end": replaced("540510.50", "540398."),
    "R37 leading zeros": replaced("540510.50", "5406007.50"),
    "R41 fixed fee": inserted("55020256041.00"),
    "R42 percentage": inserted("550203570499.9"),
    "R44 lowest": inserted("55020357040.01"),
    "R44 highest": inserted("550203570599.99"),
    "R45": replaced("010212", "010211", inserted("550201", replaced("540510.50", ""))),
    "R48": replaced(A26, "26280105M00010015com.example.pay"),
    "R49": inserted("02169999000000000000"),
    "R52": replaced(A62, "62070603***"),
    "R53": replaced(A62, "62070903EMA"),
    "R54": replaced(A62, "62141003TAX1103521"),
    "R57": replaced(A62, "62285024" + "0015com.example.pay0101x"),
    "R59 lower case": inserted("64120002km0102AB"),
    "R59 upper case": inserted("64120002KM0102AB"),
    "R63": inserted("85270011com.example0108AB123456"),
    "R66 zero width": inserted("64130002km0103ក\u200bខ"),
    "CRC 0000": (
        "00020101021226280015com.example.pay0105M0001520459995303840540510.505802KH"
        "5912EXAMPLE SHOP6010PHNOM PENH62130109INV-0051763040000"
    ),
    "CRC 6304": (
        "00020101021226280015com.example.pay0105M0001520459995303840540510.505802KH"
        "5912EXAMPLE SHOP6010PHNOM PENH62130109INV-1458963046304"
    ),
    "CRC 0022": (
        "00020101021226280015com.example.pay0105M0001520459995303840540510.505802KH"
        "5912EXAMPLE SHOP6010PHNOM PENH62130109INV-0018363040022"
    ),
}


MIXED = {
    "surrogate": inserted("64120002km0102AB").replace("0102AB", "0102A\ud800"),
    "an empty object, then a bad one": replaced(
        "6010PHNOM PENH", "6016" + "C" * 16, replaced("5912EXAMPLE SHOP", "5900")
    ),
    "a break behind a bad object": replaced(A62, "62350126" + "B" * 26 + "02099"),
    "a break behind a control character": inserted("64160002km0103A\tB02099"),
    "a template of control characters": inserted("6405A\tBCD"),
    "a template that is no text": inserted("8005A\tBCD"),
    "a broken template without a GUID": inserted("80080102AB01"),
    "513 characters behind a blank": " " + CASES["R9"][0],
}
"""Payloads with several findings, or whose findings depend on each other."""


@pytest.mark.parametrize(("length", "count"), [(512, 0), (513, 1)])
def test_512_characters_are_not_too_many(length: int, count: int) -> None:
    def template(number: int, size: int) -> str:
        return f"{number}{size + 23}0015com.example.pay01{size:02d}{'x' * size}"

    body = P0[:-8] + "".join(template(number, 60) for number in (81, 82, 83))
    payload = sealed(body + template(84, 50) + template(85, length - len(body) - 77 - 27 - 8))
    assert len(payload) == length
    assert len(khqr.check(payload, profile="emvco")) == count
    assert len(khqr.check(" " + payload, profile="emvco", lenient=True)) == count + 1


@pytest.mark.parametrize("name", NO_FINDING)
def test_no_finding(name: str) -> None:
    report = khqr.check(NO_FINDING[name], profile="emvco")
    assert not len(report), str(report)
    assert khqr.verify(NO_FINDING[name])


def test_a_finding_counts_bytes_too() -> None:
    report = khqr.check(replaced("5912EXAMPLE SHOP", "5904ហាងs") + "x", profile="emvco")
    offsets = [(finding.code, finding.offset, finding.byte_offset) for finding in report]
    assert offsets == [
        ("charset.not-ans", 78, 78),
        ("payload.trailing-data", len(P0) - 8, len(P0) - 2),
    ]


def test_every_finding_at_once_in_payload_order() -> None:
    bad = resealed(P0.replace("010212", "010299").replace("5802KH", "5802xx"))
    bad = bad[:-4] + "0000"
    report = khqr.check(bad, profile="emvco")
    assert [finding.code for finding in report] == ["poi.value", "country.format", "crc.mismatch"]


def test_a_break_keeps_what_was_read_and_stops_only_its_level() -> None:
    report = khqr.check(replaced(A62, "62150105INV-10709T1"), profile="emvco")
    assert [(f.code, f.path) for f in report] == [("tlv.length-overrun", "62.07")]


def test_presence_is_not_judged_where_the_level_broke() -> None:
    report = khqr.check("0002016199AB", profile="emvco")
    assert [finding.code for finding in report] == ["tlv.length-overrun"]


def test_two_crcs() -> None:
    report = khqr.check(P0 + "63044D37", profile="emvco")
    assert [(f.code, f.offset) for f in report] == [
        ("tlv.duplicate-id", len(P0)),
        ("crc.not-last", len(P0)),
        ("crc.mismatch", len(P0) + 4),
    ]


def test_an_empty_crc_has_no_other_finding() -> None:
    report = khqr.check(P0[:-8] + "6300", profile="emvco")
    assert [finding.code for finding in report] == ["tlv.length-zero"]


def test_half_a_character_has_no_crc() -> None:
    report = khqr.check(replaced("INV-1", "INV-2").replace("INV-2", "INV-\ud800"), profile="emvco")
    assert "crc.mismatch" in {finding.code for finding in report}
    surrogate = khqr.check(P0[:-8] + "64120002km0102a\udfff63040000", profile="emvco")
    assert ("charset.surrogate", "64.01") in {(f.code, f.path) for f in surrogate}


@pytest.mark.parametrize(
    ("payload", "hint"),
    [
        (
            (
                "00020101021126280015com.example.pay0105M00015204599953031165802KH5912EXAMPLE SHOP"
                "6010PHNOM PENH64190002km0109ហាង6304243C"
            ),
            "unit=utf8-bytes",
        ),
        (
            (
                "00020101021126280015com.example.pay0105M00015204599953031165802KH5912EXAMPLE SHOP"
                "6010PHNOM PENH64170002en0107Shop 😀63042EA3"
            ),
            "unit=utf16",
        ),
    ],
)
def test_a_wrong_length_unit_is_named(payload: str, hint: str) -> None:
    (finding,) = [
        item for item in khqr.check(payload, profile="emvco") if item.code.startswith("tlv.")
    ]
    assert finding.hint.startswith(hint)
    assert "not characters" in finding.hint
    unit = {"unit=utf8-bytes": "utf8", "unit=utf16": "utf16"}[hint]
    assert str(khqr.parse(payload, unit=unit)) == payload
    assert khqr.verify(payload)


def test_a_broken_text_says_whether_its_end_is_a_right_crc() -> None:
    miscounted = khqr.check(inserted("6199AB"), profile="emvco")
    assert "counted a length wrongly" in miscounted[0].hint
    damaged = khqr.check(inserted("6199AB")[:-4] + "0000", profile="emvco")
    assert "damaged" in damaged[0].hint
    short = khqr.check("0002016199AB", profile="emvco")
    assert short[0].hint == ""
    blank = khqr.check(" " + inserted("6199AB"), profile="emvco", lenient=True)
    assert "counted a length wrongly" in blank[-1].hint


def test_dictionary_is_the_specification() -> None:
    assert ROOT.required == ("00", "52", "53", "58", "59", "60")
    assert GUID_TEMPLATE.required == ("00",)
    assert LANGUAGE_TEMPLATE.required == ("00", "01")
    assert ADDITIONAL_DATA.required == ()
    templates = [f"{n:02d}" for n in range(100) if ROOT.entry(f"{n:02d}").inside]
    assert templates == [f"{n}" for n in (*range(26, 52), 62, 64, *range(80, 100))]
    reserved = [f"{n:02d}" for n in range(100) if ROOT.entry(f"{n:02d}").reserved]
    assert reserved == [f"{n}" for n in range(65, 80)]
    inside_62 = [f"{n:02d}" for n in range(100) if ADDITIONAL_DATA.entry(f"{n:02d}").reserved]
    assert inside_62 == ["00", *(f"{n}" for n in range(12, 50))]
    names = {key: ROOT.entry(key).name for key in ("02", "04", "06", "09", "11", "13", "15", "17")}
    assert [name.rpartition(", ")[2] for name in names.values()] == [
        "Visa",
        "Mastercard",
        "EMVCo",
        "Discover",
        "American Express",
        "JCB",
        "UnionPay",
        "EMVCo",
    ]


def test_the_length_leaves_out_what_is_forgiven() -> None:
    payload = "\n " + "".join(f"{number}99{'x' * 99}" for number in range(80, 86))
    found = khqr.check(payload, lenient=True)
    message = next(one.message for one in found if one.code == "payload.too-long")
    assert message.startswith("618 characters")
