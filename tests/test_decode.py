"""`decode`, `verify` and `md5`: what is read, what is refused, and by which reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khqr
from khqr.codec.decoder import decode_by_tree
from khqr.codec.fast import decode_fast
from khqr.currency import UnreadableAmount
from khqr.model import Routing
from khqr.testing import individuals, merchants, payloads
from material import (
    CLOCK,
    DYNAMIC,
    EXAMPLES,
    FULL,
    FULL_FIELDS,
    P0,
    STATIC,
    inserted,
    load,
    replaced,
    resealed,
    sealed,
)

A29 = "29180014demo_user@devb"


def findings(payload: str | bytes) -> list[tuple[str, str]]:
    """Return code and path of why ``payload`` is refused."""
    with pytest.raises(khqr.DecodeError) as refusal:
        khqr.decode(payload)
    assert refusal.value.findings
    return [(finding.code, finding.path) for finding in refusal.value.findings]


def test_every_field() -> None:
    assert khqr.decode(FULL) == khqr.Merchant(**FULL_FIELDS)


def test_bytes_are_text() -> None:
    assert khqr.decode(FULL.encode()) == khqr.decode(FULL)
    assert khqr.decode(bytearray(STATIC.encode())) == khqr.decode(STATIC)  # type: ignore[arg-type] # works all the same


def test_kind_and_routing() -> None:
    assert khqr.decode(STATIC).routing is Routing.WALLET
    with_account = replaced(A29, "29270014demo_user@devb0105ACC-1", STATIC)
    assert khqr.decode(with_account).routing is Routing.REMITTANCE
    assert khqr.decode(FULL).routing is Routing.MERCHANT


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("10.0", Decimal("10.0")),
        ("98.", Decimal(98)),
        (".5", Decimal("0.5")),
        ("007.50", Decimal("7.50")),
        ("0", Decimal(0)),
        ("1.234", Decimal("1.234")),
    ],
)
def test_amounts_as_printed(text: str, amount: Decimal) -> None:
    payload = replaced("540510000", f"54{len(text):02d}{text}", DYNAMIC)
    for decoded in (khqr.decode(payload), decode_by_tree(payload)):
        assert decoded.amount == amount
        assert str(decoded.amount) == str(amount)


@pytest.mark.parametrize("text", ["abc", "1,000", "-5", "1e3", " 5", "NaN", "១២៣", ".", "5_0", "²"])
def test_an_amount_that_is_no_number_stays_what_it_is(text: str) -> None:
    payload = replaced("540510000", f"54{len(text):02d}{text}", DYNAMIC)
    decoded = khqr.decode(payload)
    assert decoded == decode_by_tree(payload)
    assert decoded.amount == UnreadableAmount(text)
    assert isinstance(decoded.amount, UnreadableAmount)
    assert decoded.amount.text == text
    with pytest.raises(khqr.EncodeError):
        khqr.encode(decoded)


@pytest.mark.parametrize(
    "text", ["174999999999", "17499999999999", "ABCDEF0123456", "១៧៤៩៩៩៩៩៩៩៩៩៩"]
)
def test_a_time_that_is_not_13_digits_is_none(text: str) -> None:
    payload = inserted(f"99{len(text) + 4}00{len(text):02d}{text}", STATIC)
    assert khqr.decode(payload).created_at is None
    assert khqr.parse(payload)["99.00"] == text


def test_times_that_are_no_objects_are_passed_over() -> None:
    for content in ("1749999999999", "0099x", "001", "00131750000000000xx"):
        payload = inserted(f"99{len(content):02d}{content}", STATIC)
        assert khqr.decode(payload).merchant_name == "Demo User"
    kept = khqr.decode(inserted("992100131750000000000xxxx", STATIC))
    assert kept.created_at == CLOCK


def test_other_currencies_are_named() -> None:
    baht = khqr.decode(replaced("5303116", "5303764", STATIC))
    assert (baht.currency.code, baht.currency.number) == ("THB", "764")
    assert not baht.currency.is_supported
    unknown = khqr.decode(replaced("5303116", "5303abc", STATIC))
    assert (unknown.currency.code, unknown.currency.number) == ("", "abc")
    absent = khqr.decode(replaced("5303116", "", STATIC))
    assert str(absent.currency) == ""


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("5909Demo User", "", "merchant_name", ""),
        ("5909Demo User", "5900", "merchant_name", ""),
        ("6010Phnom Penh", "", "merchant_city", ""),
        ("52045999", "", "merchant_category_code", ""),
        ("5909Demo User", "5930" + "n" * 30, "merchant_name", "n" * 30),
        ("5802KH", "", "merchant_name", "Demo User"),
        ("000201010211", "010211", "merchant_name", "Demo User"),
        ("52045999", "5204599962040100", "bill_number", None),
    ],
)
def test_what_is_missing_or_too_long_is_still_read(
    old: str, new: str, field: str, value: str | None
) -> None:
    decoded = khqr.decode(replaced(old, new, STATIC))
    assert getattr(decoded, field) == value


def test_a_merchant_without_its_number_is_still_read() -> None:
    payload = sealed("00020101021130120008mer@devb5204599953031165802KH5901N6002PP")
    decoded = khqr.decode(payload)
    assert isinstance(decoded, khqr.Merchant)
    assert (decoded.merchant_id, decoded.acquiring_bank) == ("", "")


def test_order_and_unknown_objects_do_not_matter() -> None:
    shuffled = sealed("6010Phnom Penh5909Demo User5802KH530311652045999" + A29 + "010211000201")
    assert khqr.decode(shuffled) == khqr.decode(STATIC)
    strange = inserted("40180006abaP2P0104Dual", STATIC)
    assert khqr.decode(strange) == khqr.decode(STATIC)
    unknown_twice = inserted("40050001x40050001y", STATIC)
    assert khqr.decode(unknown_twice) == khqr.decode(STATIC)
    assert not khqr.check(unknown_twice).ok


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("", [("payload.empty", "")]),
        ("hello", [("tlv.id-not-digits", "")]),
        (" " + STATIC, [("payload.leading-data", "")]),
        (STATIC + "\n", [("payload.trailing-data", "")]),
        (STATIC[:-8], [("crc.missing", "63")]),
        (STATIC + "6105AAAAA", [("crc.missing", "63")]),
        (STATIC[:-8] + "6303119", [("crc.missing", "63")]),
        (STATIC[:-4] + "0000", [("crc.mismatch", "63")]),
        (STATIC[:-4] + "ZZZZ", [("crc.not-hex", "63")]),
        (STATIC.replace("Demo", "Dema"), [("crc.mismatch", "63")]),
        (inserted("5303840", STATIC), [("tlv.duplicate-id", "53")]),
        (inserted("62100101A0101B", STATIC), [("tlv.duplicate-id", "62.01")]),
        (inserted("62040100" + "62040200", STATIC), [("tlv.duplicate-id", "62")]),
        (
            inserted("30270008mer@devb0103MID0204BANK", STATIC),
            [("khqr.account-type.ambiguous", "30")],
        ),
        (replaced(A29, "", STATIC), [("khqr.account-type.missing", "29")]),
        (
            replaced(A29, "29370016A00000067701011101130066000000000", STATIC),
            [("khqr.bakong-account-id.format", "29.00")],
        ),
        (replaced(A29, "29050101x", STATIC), [("khqr.bakong-account-id.missing", "29.00")]),
        (replaced(A29, "29040000", STATIC), [("khqr.bakong-account-id.missing", "29.00")]),
        (
            replaced(A29, "29200014demo_user@devb01", STATIC),
            [("tlv.header-truncated", "29")],
        ),
        (replaced(A29, "2905HELLO", STATIC), [
            ("khqr.bakong-account-id.missing", "29.00"), ("template.not-tlv", "29"),
        ]),
        (inserted("62060101x0", STATIC), [("tlv.header-truncated", "62")]),
        (inserted("620701ABfoo", STATIC), [("tlv.length-not-digits", "62.01")]),
        (inserted("64080002km01", STATIC), [("tlv.header-truncated", "64")]),
        (b"\xff", [("payload.not-utf8", "")]),
        ("0002" * 2000, [("payload.over-limit", "")]),
        (b"0002" * 20000, [("payload.over-limit", "")]),
        (P0, [("khqr.account-type.missing", "29")]),
    ],
)  # fmt: skip
def test_refusals(payload: str | bytes, expected: list[tuple[str, str]]) -> None:
    assert findings(payload) == expected
    assert decode_fast(payload if isinstance(payload, str) else "") is None


def test_a_refusal_says_everything_in_order() -> None:
    text = inserted("5303840" + "30270008mer@devb0103MID0204BANK" + "62040100" * 2, STATIC)
    with pytest.raises(khqr.DecodeError) as refusal:
        khqr.decode(text)
    offsets = [finding.offset for finding in refusal.value.findings]
    assert offsets == sorted(offsets)
    assert [f.code for f in refusal.value.findings] == [
        "tlv.duplicate-id",
        "khqr.account-type.ambiguous",
        "tlv.duplicate-id",
        "tlv.duplicate-id",
    ]
    assert refusal.value.findings[1].nbc_code is None
    assert "not a KHQR that may be acted on" in str(refusal.value)


def test_a_wrong_crc_is_refused_with_both_values() -> None:
    with pytest.raises(khqr.DecodeError, match="CRC is 0000, expected 119A"):
        khqr.decode(STATIC[:-4] + "0000")


def test_another_payee_must_be_the_only_one() -> None:
    base = "000201010211{}5204599953031165802KH5909Demo User6010Phnom Penh"
    one = khqr.decode(sealed(base.format("26090005a@b.c")))
    assert one.bakong_account_id == "a@b.c"
    assert khqr.decode(sealed(base.format("51090005a@b.c"))) == one
    assert findings(sealed(base.format("25090005a@b.c"))) == [("khqr.account-type.missing", "29")]
    assert findings(sealed(base.format("80090005a@b.c"))) == [("khqr.account-type.missing", "29")]
    two = sealed(base.format("26090005a@b.c27090005d@e.f"))
    assert findings(two) == [("khqr.account-type.missing", "29")]
    unionpay = khqr.decode(sealed(base.format("1503abc")))
    assert (unionpay.bakong_account_id, unionpay.unionpay_account) == ("", "abc")
    abroad = sealed(base.format("1503abc").replace("5802KH", "5802LA"))
    assert findings(abroad) == [("khqr.account-type.missing", "29")]
    both = khqr.decode(sealed(base.format("1503abc26090005a@b.c")))
    assert both.bakong_account_id == "a@b.c"


def test_a_doubtful_account_is_named_with_its_place() -> None:
    payload = replaced("0014demo_user@devb", "0014demo_user.devb", STATIC)
    with pytest.raises(khqr.DecodeError) as refusal:
        khqr.decode(payload)
    (finding,) = refusal.value.findings
    assert finding.message == "the Bakong account is 'demo_user.devb', expected name@bank"
    assert finding.path == "29.00"
    assert finding.offset == payload.index("demo_user.devb")
    assert finding.byte_offset == finding.offset


def test_a_place_behind_khmer_is_given_in_bytes_too() -> None:
    name = "5910ហាងសាកល្បង"
    khmer = name + STATIC[:-8].replace("5909Demo User", "")
    for broken, what in (
        (khmer.replace("@", "."), "demo_user.devb"),
        (khmer + "30180014demo_user@devb", "30180014demo_user@devb"),
        (khmer.replace("29180014demo_user@devb", ""), "6304"),
    ):
        payload = sealed(broken)
        with pytest.raises(khqr.DecodeError) as refusal:
            khqr.decode(payload)
        place = payload.index(what) + 8 * (what == "6304")
        finding = refusal.value.findings[0]
        assert finding.offset == place
        assert finding.byte_offset == len(payload[:place].encode())


def test_crc_in_lower_case() -> None:
    lower = STATIC[:-4] + "119a"
    assert khqr.decode(lower) == khqr.decode(STATIC)
    assert khqr.verify(lower)


def test_astral_text_reads_in_utf16_first() -> None:
    in_units = replaced("5909Demo User", "5906Shop😀", STATIC)
    in_points = replaced("5909Demo User", "5905Shop😀", STATIC)
    in_bytes = replaced("5909Demo User", "5908Shop😀", STATIC)
    for payload in (in_units, in_points, in_bytes):
        assert decode_fast(payload) is None
        assert khqr.decode(payload).merchant_name == "Shop😀"
        assert khqr.verify(payload)
    khmer_in_bytes = replaced("5909Demo User", "5909ហាង", STATIC)
    assert khqr.decode(khmer_in_bytes).merchant_name == "ហាង"


def test_verify_is_the_crc_alone() -> None:
    assert khqr.verify("0002016304AAE6")
    assert khqr.verify(P0)
    assert khqr.verify(P0.encode())
    for text in ("", "x", P0[:-4] + "0000", P0 + "\n", P0[:-8], P0[:-1], P0 + "6105AAAAA"):
        assert khqr.verify(text) is False
    assert khqr.verify("\ud800") is False
    assert khqr.verify(P0[:-8] + "5901\ud80063040000") is False


def test_verify_walks_to_the_crc() -> None:
    looks_right = (
        "00020101021226280015com.example.pay0105M0001520459995303840540510.505802KH"
        "5912EXAMPLE SHOP6010PHNOM PENH62150105INV-10702T180270011com.example01086304E95E"
    )
    assert looks_right[-8:-4] == "6304"
    assert khqr.verify(looks_right) is False
    assert [f.code for f in khqr.check(looks_right, profile="emvco")] == ["crc.missing"]


def test_md5() -> None:
    assert khqr.md5(STATIC) == "649541521603eb99c24906915ebaba3f"
    assert khqr.md5(FULL) == "49b76ca15507bea2f66d103edc5a7d39"
    assert khqr.md5(FULL.encode()) == khqr.md5(FULL)
    with pytest.raises(khqr.DecodeError, match="half of a character") as refusal:
        khqr.md5("a\ud800")
    assert (refusal.value.findings[0].path, refusal.value.findings[0].offset) == ("", 1)


@given(individuals() | merchants())
def test_decode_undoes_encode(code: khqr.Individual | khqr.Merchant) -> None:
    payload = khqr.encode(code)
    assert khqr.decode(payload) == code
    assert khqr.encode(khqr.decode(payload)) == payload
    assert khqr.check(payload).ok
    assert str(khqr.parse(payload)) == payload


@settings(max_examples=5 * EXAMPLES)
@given(payloads(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_fast_path_and_tree_agree_on_resealed_mutations(
    payload: str, random: Any, times: int
) -> None:
    text = payload[:-8]
    for _ in range(times):
        where = random.randrange(len(text) + 1)
        text = random.choice(
            [
                text[:where] + text[where + 1 :],
                text[:where] + random.choice("0123456789@.KHក😀") + text[where + 1 :],
                text[:where] + text[where : where + random.randrange(20)] + text[where:],
                text[:where] + random.choice(["5303840", "62040100", "0102", "99"]) + text[where:],
            ]
        )
    agree(sealed(text))


def agree(payload: str) -> None:
    """Assert that the fast path gives the tree's answer, or none."""
    fast = decode_fast(payload)
    try:
        slow = decode_by_tree(payload)
    except khqr.DecodeError:
        assert fast is None
        return
    assert fast is None or (fast == slow and repr(fast) == repr(slow))
    assert khqr.decode(payload) == slow
    assert khqr.verify(payload)


@pytest.mark.parametrize(
    "name",
    [
        "nbc_encode.json.gz", "nbc_mutations.json.gz", "khqr_in_the_wild.json",
        "khqr_one_fault.json", "emvco.json",
    ],
)  # fmt: skip
def test_fast_path_and_tree_agree_on_every_vector(name: str) -> None:
    for case in load(name):
        payload = case["payload"]
        agree(payload)
        if len(payload) > 8:
            agree(resealed(payload.encode("utf-8", "replace").decode()))


REMITTANCE = sealed(
    "00020101021129330009khqr@devb0104ACC10208Dev Bank5204599953031165802KH5909Demo User"
    "6010Phnom Penh"
)


@pytest.mark.parametrize("base", [STATIC, DYNAMIC, FULL, REMITTANCE])
@pytest.mark.parametrize(
    "more",
    [
        "30270008mer@devb0103MID0204BANK", "30230008mer@devb0103MID", "30210008mer@devb0205BANKK",
        "29120008a@b.cdef", "62080104INV1", "62160104INV10104INV2", "64060002km", "5903ABC",
        "99170013" + "1750000000000", "5406100.00", "6300", "40050001x", "0102110000",
    ],
)  # fmt: skip
def test_fast_path_and_tree_agree_on_objects_added(base: str, more: str) -> None:
    assert decode_fast(base) == decode_by_tree(base)
    agree(inserted(more, base))
    agree(sealed(more + base[:-8]))


@pytest.mark.parametrize(
    "inner", ["0009khqr@devb0103MID", "0009khqr@devb0204BANK", "0009khqr@devb"]
)
def test_a_merchant_with_half_its_fields(inner: str) -> None:
    payload = sealed(f"00020101021130{len(inner)}{inner}5204599953031165802KH5901N6002PP")
    assert decode_fast(payload) is None
    agree(payload)


def test_refusals_count_bytes() -> None:
    khmer = sealed("0002015910ហាងសាកល្បង" + "29080004demo" + "30080004demo")
    with pytest.raises(khqr.DecodeError) as refusal:
        khqr.decode(khmer)
    assert [f.byte_offset - f.offset for f in refusal.value.findings] == [20, 20, 20]
    offsets = {f.code: f.offset for f in refusal.value.findings}
    assert offsets["khqr.account-type.ambiguous"] == khmer.index("3008")
    messages = [f.message for f in refusal.value.findings]
    assert "the Bakong account is 'demo', expected name@bank" in messages
    nobody = sealed("0002015910ហាងសាកល្បង")
    with pytest.raises(khqr.DecodeError) as refusal:
        khqr.decode(nobody)
    assert [f.byte_offset - f.offset for f in refusal.value.findings] == [20]


def test_fast_path_takes_what_the_sdk_writes() -> None:
    cases = load("nbc_encode.json.gz")
    assert all(decode_fast(case["payload"]) is not None for case in cases)
