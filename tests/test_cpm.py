"""Consumer-presented mode: rules C1 to C10, lossless reading, and card data that stays masked."""

from __future__ import annotations

import base64
import pickle
import re
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import khqr
from khqr.emv import cpm
from khqr.emv.cpm.catalogue import CPM_CATALOGUE
from khqr.emv.cpm.dictionary import TAGS, entry, fits, shown
from khqr.errors import Severity
from material import load

VECTORS = [case for case in load("emvco.json") if case["mode"] == "CPM"]

ANNEX_1 = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8="
ANNEX_2 = (
    "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRI"
    "T0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw=="
)
PAN = "1234567890123458"


def tlv(tag: str, value: bytes, form: int = 0) -> bytes:
    """Write one object by the book; ``form`` is the number of length bytes behind 8x."""
    size = len(value)
    if not form and size < 0x80:
        length = bytes([size])
    else:
        form = form or (1 if size < 0x100 else 2)
        length = bytes([0x80 + form]) + size.to_bytes(form, "big")
    return bytes.fromhex(tag) + length + value


def coded(*objects: bytes) -> str:
    """Return the text of a code of ``objects`` behind the format indicator."""
    return base64.b64encode(tlv("85", b"CPV01") + b"".join(objects)).decode()


ADF = tlv("4F", bytes.fromhex("A0000000555555"))
CARD = tlv("5A", bytes.fromhex(PAN))
TRACK2 = tlv("57", bytes.fromhex(f"{PAN}D191220112345F"))
GOOD = tlv("61", ADF + TRACK2)


def said(text: str, **options: bool) -> list[str]:
    """Return what is found, as ``E`` or ``W`` and the code."""
    return [f"{item.severity[0].upper()} {item.code}" for item in cpm.check(text, **options)]


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_vectors(case: dict[str, Any]) -> None:
    findings = cpm.check(case["payload"])
    assert all(item.severity is Severity.WARNING for item in findings) is case["valid"]
    if case["valid"]:
        assert cpm.encode(cpm.decode(case["payload"])) == case["payload"]
    else:
        with pytest.raises(khqr.DecodeError) as caught:
            cpm.decode(case["payload"])
        assert caught.value.findings == findings


RULES: dict[str, tuple[str, list[str]]] = {
    "annex 1": (ANNEX_1, []),
    "annex 2": (ANNEX_2, []),
    "unknown kept": (coded(tlv("61", ADF + tlv("DF01", b"\1") + TRACK2)), []),
    "C1 letter": ("hQ\u17e3=", ["E cpm.not-base64"]),
    "C1 padding": (ANNEX_1[:-1], ["E cpm.not-base64"]),
    "C1 inner padding": ("hQ==hQ==", ["E cpm.not-base64"]),
    "C1 pad bits": ("hQVDUFYwMR==", ["E cpm.not-base64"]),
    "C1 line break": (ANNEX_1[:8] + "\n" + ANNEX_1[8:], ["E cpm.not-base64"]),
    "C1 empty": ("", ["E cpm.first-not-85"]),
    "C1 order": (base64.b64encode(GOOD + tlv("85", b"CPV01")).decode(), ["E cpm.first-not-85"]),
    "C1 indefinite": (coded(b"\x61\x80" + ADF), ["E cpm.not-ber-tlv"]),
    "C1 three": (coded(b"\x61\x83\x00\x00\x01" + ADF), ["E cpm.not-ber-tlv"]),
    "C1 half a length": (coded(b"\x61\x82\x00"), ["E cpm.not-ber-tlv"]),
    "C1 no length": (coded(b"\x61"), ["E cpm.not-ber-tlv"]),
    "C1 half a tag": (coded(GOOD, b"\x5f"), ["E cpm.not-ber-tlv"]),
    "C1 endless tag": (coded(GOOD, b"\x5f\x81\x81\x81\x01\x00"), ["E cpm.not-ber-tlv"]),
    "C1 inside 61": (coded(tlv("61", ADF + b"\x57\x7f")), ["E cpm.not-ber-tlv"]),
    "C1 inside both": (
        coded(tlv("61", b"\x57\x7f"), tlv("62", b"\x5f")),
        ["E cpm.not-ber-tlv", "E cpm.not-ber-tlv"],
    ),
    "C1 filler": (coded(b"\x00", GOOD), ["E cpm.not-ber-tlv"]),
    "C1 before the rest": (
        base64.b64encode(tlv("61", b"\x57\x7f")).decode(), ["E cpm.not-ber-tlv"],
    ),
    "C2 version": (
        base64.b64encode(tlv("85", b"CPV02") + GOOD).decode(), ["E cpm.version"],
    ),
    "C2 both": (
        base64.b64encode(tlv("85", b"CPV1")).decode(),
        ["E cpm.version", "E cpm.no-application-template"],
    ),
    "C3 one left": (coded(tlv("61", CARD), GOOD), ["W cpm.adf-missing"]),
    "C3 17 bytes": (
        coded(tlv("61", tlv("4F", bytes(17)) + CARD)),
        ["W cpm.adf-length", "E cpm.no-application-left"],
    ),
    "C3 5 and 16 bytes": (
        coded(tlv("61", tlv("4F", bytes(5)) + CARD), tlv("61", tlv("4F", bytes(16)) + CARD)), [],
    ),
    "C4 in 61": (coded(tlv("61", ADF + CARD + CARD)), ["E cpm.duplicate"]),
    "C4 in 61 and 62": (coded(GOOD, tlv("62", TRACK2)), ["E cpm.duplicate"]),
    "C4 three times": (coded(tlv("61", ADF + CARD * 3)), ["E cpm.duplicate"]),
    "C4 unknown": (coded(tlv("61", ADF + CARD + tlv("DF01", b"a") * 2)), ["E cpm.duplicate"]),
    "C4 the other passes": (coded(tlv("61", ADF + CARD * 2), GOOD), ["W cpm.duplicate"]),
    "C4 shared": (
        coded(GOOD, GOOD, tlv("62", tlv("50", b"A") * 2)), ["E cpm.duplicate"],
    ),
    "C4 skipped 61": (coded(tlv("61", CARD * 2), GOOD), ["W cpm.adf-missing"]),
    "C4 template": (coded(tlv("61", ADF + CARD + tlv("E1", b"") * 2)), []),
    "C5 outside": (coded(GOOD, tlv("DF01", b"x"), tlv("E2", b"no objects")), []),
    "C6": (coded(tlv("E2", b""), GOOD), ["W cpm.order"]),
    "C6 common first": (coded(tlv("62", CARD), tlv("61", ADF)), []),
    "C8": (
        coded(tlv("61", ADF + tlv("63", b"\x57\x7f") + CARD), tlv("62", tlv("64", b"\x5f"))), [],
    ),
    "C8 does not count": (
        coded(tlv("61", ADF + tlv("63", CARD) + CARD), tlv("62", tlv("64", CARD))), [],
    ),
    "C9": (coded(tlv("61", ADF)), ["E cpm.pan-missing"]),
    "C9 in 62": (coded(tlv("61", ADF), tlv("62", CARD)), []),
    "C9 in 63 only": (coded(tlv("61", ADF + tlv("63", CARD))), ["E cpm.pan-missing"]),
    "C9 the other passes": (coded(tlv("61", ADF), GOOD), ["W cpm.pan-missing"]),
    "C10 three": (coded(GOOD, GOOD, GOOD), ["W cpm.too-many-templates"]),
    "C10 four, said once": (coded(GOOD, GOOD, GOOD, GOOD), ["W cpm.too-many-templates"]),
    "C10 common": (
        coded(GOOD, tlv("62", tlv("50", b"A")), tlv("62", b"")), ["W cpm.too-many-templates"],
    ),
    "value": (coded(tlv("61", ADF + CARD + tlv("50", bytes(17)))), ["W cpm.value"]),
    "three letters": (coded(tlv("61", ADF + CARD + tlv("5F2D", b"khm"))), ["W cpm.value"]),
    "no URL": (coded(tlv("61", ADF + CARD + tlv("5F50", b"javascript:x"))), ["W cpm.value"]),
    "lower case": (coded(tlv("61", ADF + CARD + tlv("9F24", b"a" * 29))), ["W cpm.value"]),
    "value of 5A": (coded(tlv("61", ADF + tlv("5A", b"\xaa"))), ["W cpm.value"]),
    "long lengths": (
        coded(tlv("61", tlv("4F", bytes(7), 1) + tlv("DF01", bytes(300)) + CARD, 2)), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_rules(name: str) -> None:
    text, expected = RULES[name]
    assert said(text) == expected
    if any(item.startswith("E") for item in expected):
        with pytest.raises(khqr.DecodeError):
            cpm.decode(text)
    else:
        code = cpm.decode(text)
        assert code.findings == cpm.check(text)
        assert cpm.encode(code) == text == cpm.encode(code.objects)


def test_every_code_of_the_catalogue_is_given() -> None:
    given_codes = {item.split()[1] for _, expected in RULES.values() for item in expected}
    assert given_codes | {"cpm.line-break", "cpm.filler", "cpm.too-deep"} == set(CPM_CATALOGUE)


def test_findings_say_where() -> None:
    text = coded(tlv("61", ADF), tlv("62", tlv("50", b"x" * 17)))
    pan, value = cpm.check(text)
    assert (value.path, value.clause) == ("62.50", "EMVCo CPM 1.0 Table 6.1")
    assert (pan.path, pan.offset, pan.byte_offset) == ("61", 24, 24)
    at = base64.b64decode(text).index(b"x") * 4 // 3
    assert value.offset == at


def test_lenient_forgives_line_breaks_and_filler() -> None:
    wrapped = "\r\n".join(re.findall(".{1,10}", ANNEX_1))
    assert said(wrapped, lenient=True) == ["W cpm.line-break"]
    assert cpm.encode(cpm.decode(wrapped, lenient=True)) == ANNEX_1
    filled = coded(b"\0\0", tlv("61", ADF + b"\0" + CARD), b"\0")
    assert said(filled, lenient=True) == ["W cpm.filler"]
    code = cpm.decode(filled, lenient=True)
    assert cpm.encode(code) == filled
    with pytest.raises(khqr.EncodeError):
        cpm.encode(code.objects)
    before = base64.b64encode(b"\0" + base64.b64decode(ANNEX_1)).decode()
    assert said(before, lenient=True) == ["W cpm.filler"]
    assert said(base64.b64encode(b"\0").decode(), lenient=True) == [
        "W cpm.filler", "E cpm.first-not-85",
    ]  # fmt: skip
    (only,) = cpm.check("***", lenient=True)
    assert only.message == "'*' is not of the Base64 alphabet"


@pytest.mark.parametrize("width", [1, 2, 3, 4, 7, 76])
def test_offsets_count_in_the_text_that_was_given(width: int) -> None:
    text = coded(tlv("61", ADF))
    wrapped = "\n".join(re.findall(f".{{1,{width}}}", text)) + "\n"
    plain = cpm.check(text)[0]
    found = next(item for item in cpm.check(wrapped, lenient=True) if item.code == plain.code)
    assert wrapped[: found.offset].replace("\n", "") == text[: plain.offset]


def test_nesting_is_bounded() -> None:
    inside = b""
    for depth in range(1, 400):
        inside = tlv("E1", inside)
        text = coded(tlv("61", ADF + CARD + inside))
        if len(text) > 4096:
            break
        wanted = [] if depth <= 7 else ["E cpm.too-deep"]
        assert said(text) == wanted, depth
    assert said("A" * 4097) == ["E payload.over-limit"]
    side_by_side = tlv("E1", tlv("E1", inside[:0]))
    for _ in range(9):
        side_by_side = tlv("E1", side_by_side)
    assert said(coded(GOOD, side_by_side, side_by_side)) == ["E cpm.too-deep"]


def test_the_largest_code_that_is_read() -> None:
    text = coded(tlv("61", ADF + CARD), tlv("DF01", bytes(3000)))
    assert len(text) < 4096
    assert cpm.encode(cpm.decode(text)) == text
    with pytest.raises(khqr.EncodeError):
        cpm.encode([cpm.BerObject("DF01", bytes(65535))])
    with pytest.raises(khqr.KhqrError, match="65536 bytes, at most 65535"):
        cpm.BerObject("DF01", bytes(65536))


def test_what_an_application_says() -> None:
    first, second = cpm.decode(ANNEX_2).applications
    assert (first.label, second.label) == ("Product1", "Product2")
    assert first.pan is not None
    assert first.pan.reveal() == PAN
    assert first.track2 is None
    assert first.cardholder_name is not None
    assert first.cardholder_name.reveal() == "CARDHOLDER/EMV"
    assert first.languages == ("ru", "es", "de", "en")
    assert (first.version, first.last_four, first.issuer_url) == (b"\0\x10", None, None)
    assert first.payment_account_reference is None
    assert first.token_requestor_id is None
    objects = (
        ADF + TRACK2 + tlv("9F08", b"\1\2") + tlv("9F25", b"\x34\x58") + tlv("9F24", b"Q" * 29)
        + tlv("9F19", bytes(6)) + tlv("5F50", b"tel:+85500000000")
    )  # fmt: skip
    (only,) = cpm.decode(coded(tlv("61", objects))).applications
    assert (only.label, only.cardholder_name, only.languages) == (None, None, ())
    assert only.pan is not None
    assert only.track2 is not None
    assert only.pan == only.track2.pan
    assert [
        getattr(only.track2, name).reveal()
        for name in ("pan", "expiry", "service_code", "discretionary")
    ] == [PAN, "1912", "201", "12345"]
    assert (only.version, only.last_four) == (b"\1\2", "3458")
    assert only.payment_account_reference is not None
    assert len(only.payment_account_reference) == 29
    assert only.token_requestor_id == "0" * 12
    assert only.issuer_url == "tel:+85500000000"


def test_what_cannot_be_read_of_an_application_is_none() -> None:
    objects = ADF + tlv("57", b"\xaa") + tlv("50", b"\xff") + tlv("9F25", b"\xff\xff")
    (only,) = cpm.decode(coded(tlv("61", objects))).applications
    assert (only.pan, only.track2, only.label, only.last_four) == (None, None, None, None)
    both = tlv("5A", b"\xaa") + TRACK2
    assert cpm.decode(coded(tlv("61", ADF + both))).applications[0].pan is None
    assert cpm.Application(cpm.BerObject("61")).adf_name == b""
    assert not cpm.Application(cpm.BerObject("61")).matches(b"")


def test_half_a_language_is_none() -> None:
    odd = cpm.decode(coded(tlv("61", ADF + CARD + tlv("5F2D", b"khm"))))
    assert odd.applications[0].languages == ()


def test_aids_choose_applications() -> None:
    code = cpm.decode(ANNEX_2)
    first, second = code.applications
    short, full, other = (
        bytes.fromhex(aid) for aid in ("A000000066", "A0000000555555", "B000000055")
    )
    assert code.matching([full]) == (first,)
    assert code.matching([short]) == (second,)
    assert code.matching([short, full]) == (first, second)
    assert code.matching([other, full + b"\0"]) == ()
    bad = cpm.decode(coded(tlv("61", ADF), tlv("61", ADF + CARD)))
    assert bad.matching([full]) == bad.applications[1:]
    assert [application.ok for application in bad.applications] == [False, True]
    assert [item.tag for item in code.common][:3] == ["5A", "5F20", "5F2D"]
    with pytest.raises(TypeError):
        code.matching(["A0000000555555"])  # type: ignore[list-item] # the refusal is the test
    with pytest.raises(khqr.KhqrError):
        code.matching([b""])


@pytest.mark.parametrize(
    ("tag", "value", "options"),
    [
        ("5f20", b"", {}), ("5", b"", {}), ("", b"", {}), ("5F", b"", {}), ("4F50", b"", {}),
        ("4G", b"", {}), ("5F 20", b"", {}), (None, b"", {}),
        ("50", b"A", {"length": b"\2"}), ("50", b"A", {"length": b"\x81"}),
        ("50", b"A", {"length": b"\x83\0\0\1"}), ("50", b"A", {"length": b"\1\1"}),
        ("61", b"", {"objects": (cpm.BerObject("50"),)}),
    ],
)  # fmt: skip
def test_objects_that_cannot_be(tag: Any, value: bytes, options: Any) -> None:
    with pytest.raises(khqr.KhqrError):
        cpm.BerObject(tag, value, **options)


def test_wrong_types() -> None:
    with pytest.raises(TypeError):
        cpm.BerObject("50", "A")  # type: ignore[arg-type] # the refusal is the test
    for wrong in (None, 5, [ANNEX_1]):
        for call in (cpm.decode, cpm.check):
            with pytest.raises(TypeError):
                call(wrong)  # type: ignore[arg-type] # the refusal is the test
    for other in (5, [5], ANNEX_1, [b"abc"]):
        with pytest.raises(TypeError):
            cpm.encode(other)  # type: ignore[arg-type] # the refusal is the test
    assert cpm.decode(ANNEX_1.encode()) == cpm.decode(ANNEX_1)
    assert [item.code for item in cpm.check(b"\xff")] == ["payload.not-utf8"]


def test_a_code_can_be_built() -> None:
    built = [
        cpm.BerObject("85", b"CPV01"),
        cpm.template(
            "61",
            [
                cpm.BerObject("4F", bytes.fromhex("A0000000555555")),
                cpm.BerObject("57", bytes.fromhex(f"{PAN}D191220112345F")),
            ],
        ),
    ]
    assert cpm.encode(built) == ANNEX_1
    assert cpm.encode(cpm.ConsumerCode(tuple(built))) == ANNEX_1
    with pytest.raises(khqr.EncodeError) as caught:
        cpm.encode(built[:1])
    assert [item.code for item in caught.value.findings] == ["cpm.no-application-template"]
    assert pickle.loads(pickle.dumps(cpm.decode(ANNEX_2))) == cpm.decode(ANNEX_2)


def test_the_table_of_objects() -> None:
    for tag, known in TAGS.items():
        assert fits(tag, bytes(known.minimum)) in {True, False}
        assert not fits(tag, bytes(known.maximum + 1))
        assert shown(tag, b"\xff" * 70000) == "<70000 bytes>"
    assert entry("9F26").is_card_data
    assert fits("5A", bytes.fromhex("123456789012345F"))
    assert not fits("5A", bytes.fromhex("FF"))
    assert not fits("57", bytes.fromhex("FF"))
    assert shown("5F20", b"DEMO/CARD") == "*********"
    assert shown("9F24", b"Q" * 29) == "*" * 29
    assert shown("9F08", b"\1\2") == "01 02"
    assert shown("9F25", b"\x34\x58") == "3458"
    assert shown("50", PAN.encode()) == "************3458"


digits = st.text("0123456789", min_size=12, max_size=19)


def nibbles(text: str) -> bytes:
    return bytes.fromhex(text + "F" * (len(text) % 2))


@st.composite
def cards(draw: st.DrawFn) -> tuple[str, str]:
    """A number of a card, and a text that holds it in many places, right or broken."""
    pan = draw(digits)
    pieces = {
        "adf": tlv("4F", draw(st.binary(min_size=4, max_size=17))),
        "5A": tlv("5A", nibbles(pan)),
        "57": tlv("57", nibbles(f"{pan}D3001201" + draw(st.text("0123456789", max_size=5)))),
        "label": tlv("50", pan.encode()[:16]),
        "name": tlv("5F20", pan.encode()),
        "url": tlv("5F50", b"tel:" + pan.encode()),
        "language": tlv("5F2D", pan.encode()[:8]),
        "unknown": tlv("DF01", nibbles(pan)),
        "opaque": tlv("63", tlv("5A", nibbles(pan)) + pan.encode()),
        "template": tlv("E1", tlv("5A", nibbles(pan))),
        "raw": nibbles(pan),
        "half": b"\x5a\x7f" + nibbles(pan),
    }
    names = st.lists(st.sampled_from(sorted(pieces)), max_size=6)
    first, second, common, rest = (b"".join(pieces[name] for name in draw(names)) for _ in range(4))
    text = coded(tlv("61", first), tlv("61", second), tlv("62", common), rest)
    if draw(st.booleans()):
        cut = draw(st.integers(0, len(text)))
        text = text[:cut] + draw(st.sampled_from(["", "*", pan, "\n"])) + text[cut:]
    return pan, text


def leaks(pan: str, shown_text: str) -> bool:
    """Whether nine digits of ``pan`` in a row, or their bytes, are in a text."""
    parts = [pan[index : index + 9] for index in range(len(pan) - 8)]
    return any(part in shown_text for part in parts)


def everything_said(text: str, *, lenient: bool) -> str:
    said_parts = [str(item) + repr(item) for item in cpm.check(text, lenient=lenient)]
    try:
        code = cpm.decode(text, lenient=lenient)
    except khqr.DecodeError as refusal:
        said_parts += [str(refusal), repr(refusal), "".join(traceback.format_exception(refusal))]
        return "\n".join(said_parts)
    things: list[object] = [code, *code, *code.common, code.findings]
    for application in code.applications:
        things += [application, application.template, application.pan, application.track2]
        things += [application.cardholder_name, application.payment_account_reference]
    said_parts += [f"{thing!r} {thing} {thing!s:>3}" for thing in things]
    try:
        cpm.encode([*code.objects, cpm.BerObject("DF01", bytes(4096))])
    except khqr.EncodeError as refusal:
        said_parts += [str(refusal), repr(refusal), "".join(traceback.format_exception(refusal))]
    return "\n".join(said_parts)


@given(cards(), st.booleans())
@example((PAN, ANNEX_1), False)
@example((PAN, ANNEX_2), False)
def test_no_number_of_a_card_is_ever_said(card: tuple[str, str], lenient: bool) -> None:
    pan, text = card
    said_text = everything_said(text, lenient=lenient)
    assert not leaks(pan, said_text)
    assert text[8:] not in said_text or len(text) < 20


@given(cards())
def test_what_is_read_is_written_again(card: tuple[str, str]) -> None:
    _, text = card
    if any(item.severity is Severity.ERROR for item in cpm.check(text)):
        with pytest.raises(khqr.DecodeError):
            cpm.decode(text)
        return
    code = cpm.decode(text)
    assert cpm.encode(code) == text
    assert cpm.encode(code.objects) == text


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_judged(data: bytes, lenient: bool) -> None:
    text = coded(data)
    findings = cpm.check(text, lenient=lenient)
    assert [item.offset for item in findings] == sorted(item.offset for item in findings)
    assert all(0 <= item.offset <= len(text) for item in findings)
    if all(item.severity is Severity.WARNING for item in findings):
        assert cpm.encode(cpm.decode(text, lenient=lenient)) == text


@given(st.text(max_size=40) | st.text("hQVDUFYw=\n\r", max_size=40))
def test_any_text_is_judged(text: str) -> None:
    assert cpm.check(text)
    assert cpm.check(text, lenient=True)
    assert cpm.is_consumer_code(text) is text.startswith("hQVDUFY")


def test_the_page_lists_every_finding() -> None:
    page = Path(__file__).parent.parent / "docs" / "guide" / "consumer-presented.md"
    rows = re.findall(
        r"^\| (\S[^|]*) \| (\w+) \| `(cpm\.[\w-]+)` \|.*\| ([^|]+) \|$",
        page.read_text("utf-8"),
        re.MULTILINE,
    )
    assert rows == [
        (rule.number, rule.severity.value, code, rule.clause.removeprefix("EMVCo CPM 1.0 "))
        for code, rule in CPM_CATALOGUE.items()
    ]
