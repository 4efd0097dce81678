"""A payload without anybody's data: the same shape, other values, a right CRC."""

from __future__ import annotations

import string
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import khqr
from khqr.anonymiser.characters import stand_ins
from khqr.anonymiser.disguise import anonymise
from khqr.anonymiser.personal import is_network, is_personal
from khqr.anonymiser.spans import personal_spans
from khqr.codec.readable import readable
from khqr.emv.crc import checksum
from khqr.testing.strategies import individuals, merchants
from material import DYNAMIC, FULL, P0, STATIC, inserted, load, replaced, resealed, sealed

SCHEMES = {
    "KHQR merchant": (
        "00020101021115319999011600000000DEMO0000000000130380009khqr@demo0108DEMO00010209Demo Bank"
        "5204599953031165802KH5909DEMO SHOP6010Phnom Penh6304BD84"
    ),
    "Thai bill": (
        "00020101021230640016A00000067701011201150000000000000000210DEMOREF0010307INV0001"
        "53037645406120.005802TH5909DEMO CAFE6304B166"
    ),
    "VietQR": (
        "00020101021238560010A0000007270126000699999901120000000000010208QRIBFTTA5303704"
        "54061500005802VN62150811DON HANG 01630489E2"
    ),
    "DuitNow": (
        "00020201021226460014A000000615000101069999990214DEMO000000000152045999530345854"
        "0510.005802MY5909DEMO SHOP6002MY82642a97516c354b68848cdbd8f54a226a0a55b21ed138e207ad6c5cb"
        "b9c00aa5aea6304F6F6"
    ),
    "LAOQR": (
        "00020101021138670016A00526628466257701089999041802030010324DEMORECEIVER00000000000"
        "153034185802LA6304C633"
    ),
    "JPQR": (
        "00020101021126680019jp.or.paymentsjapan011300000000000090204000903060000090406000009520458"
        "1253033925802JP5909DEMO CAFE6005TOKYO6107000000064140002JA0104デモ喫茶63045571"
    ),
    "PayNow": (
        "00020101021226490009SG.PAYNOW010120210000000000X0301004082030123152040000530370254045.00"
        "5802SG5902NA6009Singapore62130109DEMO-00016304E1E3"
    ),
    "Korea": (
        "0002010102111531999904100000000000000000000000126310014D41000000140100509000000001520458"
        "1253034105802KR5909DEMO CAFE6005SEOUL610500000625603090000000010515MQ000000000000106080000"
        "000007080000000164200002ko0104데모카페0202서울6304AEE5"
    ),
    "QR Ph": (
        "00020101021127770012com.p2pqrpay0111DEMOPHM2XXX02089996440304120000000000010514+63-0000"
        "0000015204601653036085802PH5910DEMO PAYEE6006Manila6304AD6F"
    ),
}

VALID = [STATIC, DYNAMIC, FULL, P0, *SCHEMES.values()]
WILD = [case["payload"] for case in load("khqr_in_the_wild.json")]
EMVCO = [case["payload"] for case in load("emvco.json") if case["mode"] == "MPM"]


def said(payload: str) -> list[tuple[str, str, int]]:
    return [(item.code, item.path, item.offset) for item in khqr.check(payload)]


def nothing_is_left(before: str, after: str, *, amounts: bool = False) -> None:
    """No personal value stands in a new one, and no character that has a stand-in is the same."""
    spans = personal_spans(readable(before), amounts=amounts)
    old, new = ([text[span.start : span.end] for span in spans] for text in (before, after))
    for value, other in zip(old, new, strict=True):
        for one, two in zip(value, other, strict=True):
            assert one != two or len(stand_ins(one)) < 2 or (amounts and one == "0")
        telling = len(value) >= 3 and any(len(stand_ins(one)) > 1 for one in value)
        if telling and not (amounts and set(value) <= set("0.")):
            assert not any(value in item for item in new)


def the_same_shape(before: str, after: str) -> None:
    assert len(before) == len(after)
    for one, two in zip(before, after, strict=True):
        assert unicodedata.category(one) == unicodedata.category(two) or one in string.hexdigits
        assert len(one.encode("utf-8", "surrogatepass")) == len(
            two.encode("utf-8", "surrogatepass")
        )


@pytest.mark.parametrize("payload", VALID)
@pytest.mark.parametrize("seed", range(5))
def test_a_good_code_stays_good(payload: str, seed: int) -> None:
    result = anonymise(payload, seed=seed)
    assert khqr.verify(result)
    assert said(result) == said(payload)
    the_same_shape(payload, result)
    nothing_is_left(payload, result)
    assert result == khqr.anonymise(payload.encode(), seed=seed)
    assert result == khqr.anonymise(khqr.parse(payload), seed=seed)


def test_what_stays_and_what_goes() -> None:
    before, after = khqr.parse(FULL), khqr.parse(anonymise(FULL, seed="a"))
    kept = ("00", "01", "52", "53", "54", "58", "64.00", "99.00", "99.01")
    gone = ("15", "30.00", "30.01", "30.02", "59", "60", "62.01", "62.02", "62.03", "62.07")
    for path in kept:
        assert before[path] == after[path], path
    for path in (*gone, "62.08", "64.01", "64.02"):
        assert before[path] != after[path], path
    assert after["30.00"].endswith("@devb")
    assert all("KHMER" in unicodedata.name(character) for character in after["64.01"])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("VietQR", ["38.00", "38.02"]),
        ("LAOQR", ["38.00", "38.01", "38.02"]),
        ("PayNow", ["26.00", "26.01", "26.03", "26.04"]),
        ("QR Ph", ["27.00", "27.01", "27.02"]),
        ("DuitNow", ["00", "26.00", "26.01"]),
        ("Thai bill", ["30.00", "53", "54", "58"]),
    ],
)
def test_codes_of_networks_and_banks_stay(name: str, kept: list[str]) -> None:
    before, after = khqr.parse(SCHEMES[name]), khqr.parse(anonymise(SCHEMES[name]))
    for path in kept:
        assert before[path] == after[path]


def test_an_account_inside_a_value_is_replaced_and_its_bank_is_not() -> None:
    after = khqr.parse(anonymise(SCHEMES["VietQR"]))
    assert after["38.01"].startswith("00069999990112")
    assert "000000000001" not in after["38.01"]
    not_objects = SCHEMES["VietQR"].replace(
        "0126000699999901120000000000010208", "0110DEMO-ACCT-0208"
    )
    not_objects = resealed(not_objects.replace("38560010", "38400010"))
    assert "DEMO" not in anonymise(not_objects)
    slip = "0039000600000101030000218DEMO202601010000015102TH91043805"
    result = anonymise(slip, seed=1)
    assert result.startswith("003900060000010103000")
    assert "DEMO" not in result
    assert result[-4:] == checksum(result[:-4])


def test_a_hash_stays_hexadecimal() -> None:
    value = khqr.parse(anonymise(SCHEMES["DuitNow"]))["82"]
    assert set(value) <= set("0123456789abcdef")
    assert len(value) == 64


def test_a_bare_value_in_an_unreserved_template_is_replaced_whole() -> None:
    for value in ("1234567890123", "12345", "98" * 49, "0096" + "7" * 95):
        payload = inserted(f"82{len(value):02d}{value}", STATIC)
        for seed in range(20):
            after = khqr.parse(anonymise(payload, seed=seed))["82"]
            assert not any(map(str.__eq__, value, after))


def test_the_same_value_is_replaced_in_the_same_way() -> None:
    twice = replaced("62150105INV-10702T1", "62240108ACME-0010708ACME-001")
    after = khqr.parse(anonymise(twice))
    assert after["62.01"] == after["62.07"] != "ACME-001"


def test_seeds() -> None:
    for seed in (0, 7, "seven", b"seven"):
        assert anonymise(FULL, seed=seed) == anonymise(FULL, seed=seed)
    assert len({anonymise(FULL) for _ in range(5)}) == 5
    for wrong in (1.5, [1], object()):
        with pytest.raises(TypeError, match="a seed is int, str or bytes"):
            anonymise(FULL, seed=wrong)  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(TypeError):
        anonymise(5)  # type: ignore[arg-type] # the refusal is the test


def test_amounts() -> None:
    assert khqr.parse(anonymise(P0))["54"] == "10.50"
    for seed in range(50):
        result = anonymise(P0, seed=seed, replace_amounts=True)
        amount = khqr.parse(result)["54"]
        assert amount != "10.50"
        assert (amount[1:3], amount[4]) == ("0.", "0")
        assert "0" not in amount[0] + amount[3]
        assert said(result) == said(P0)
        nothing_is_left(P0, result, amounts=True)


@pytest.mark.parametrize("crc", ["0000", "FFFF", "119B"])
def test_a_wrong_crc(crc: str) -> None:
    wrong = STATIC[:-4] + crc
    assert khqr.verify(anonymise(wrong))
    kept = anonymise(wrong, keep_wrong_crc=True)
    assert not khqr.verify(kept)
    difference = int(crc, 16) ^ int(checksum(STATIC[:-4]), 16)
    assert int(kept[-4:], 16) ^ int(checksum(kept[:-4]), 16) == difference
    assert khqr.verify(anonymise(STATIC, keep_wrong_crc=True))


def test_a_crc_that_is_no_number() -> None:
    wrong = STATIC[:-4] + "WXYZ"
    assert khqr.verify(anonymise(wrong))
    assert anonymise(wrong, keep_wrong_crc=True)[-4:] == "WXYZ"
    long = STATIC[:-8] + "63055ABCD"
    assert [item.code for item in khqr.check(anonymise(long))] == ["crc.length"]


def test_a_crc_in_small_letters_stays_so() -> None:
    small = STATIC[:-4] + "119a"
    for seed in range(60):
        result = anonymise(small, seed=seed)
        assert said(result) == said(small)
        assert khqr.verify(result)


@pytest.mark.parametrize(
    "payload",
    [
        STATIC[:40],
        STATIC[:-3],
        STATIC.replace("5909Demo User", "5999Demo User"),
        STATIC + "\n",
        STATIC + "6105AAAAA",
        STATIC[:-8],
        sealed(STATIC[:-8] + "5904Café"),
        inserted("80050099x", STATIC),
        inserted("8004HELL", STATIC),
        inserted("99131234567890123", STATIC),
        inserted("62060101x0", STATIC),
        inserted("2699" + "0098" + "7" * 95 + "2799" + "0199" + "8" * 95, STATIC),
        inserted("26090105M0001", STATIC),
        inserted("5905Again", STATIC),
        "0002016199DEMO SHOP AND SO ON",
    ],
)  # fmt: skip
def test_a_broken_payload_stays_broken_in_the_same_way(payload: str) -> None:
    result = anonymise(payload, seed=3, keep_wrong_crc=True)
    assert [item.code for item in khqr.check(result)] == [item.code for item in khqr.check(payload)]
    the_same_shape(payload, result)
    nothing_is_left(payload, result)
    assert "Demo" not in result
    assert "demo_user" not in result


def test_a_check_sum_behind_a_break_is_made_right_too() -> None:
    miscounted = sealed(STATIC[:-8].replace("5909Demo User", "5999Demo User"))
    result = anonymise(miscounted)
    assert result[-8:-4] == "6304"
    assert result[-4:] == checksum(result[:-4])
    assert "Demo" not in result


@pytest.mark.parametrize("text", ["", "hello", "upi://pay?pa=demo@example", "hQVDUFYwMQ==", "\n"])
def test_what_is_no_payload_is_refused(text: str) -> None:
    with pytest.raises(khqr.DecodeError):
        anonymise(text)


@pytest.mark.parametrize("payload", [*WILD, *EMVCO])
def test_whatever_is_found_outside(payload: str) -> None:
    try:
        result = anonymise(payload, seed=5, keep_wrong_crc=True)
    except khqr.DecodeError:
        with pytest.raises(khqr.DecodeError):
            khqr.parse(payload, recover=True)
        return
    assert [item.code for item in khqr.check(result)] == [item.code for item in khqr.check(payload)]
    the_same_shape(payload, result)
    nothing_is_left(payload, result)


SCRIPTS = "ហាងសាកល្បង១២ร้านไทยສະບາຍ最佳デモ카페Éàпривет😀🎉" + string.ascii_letters + string.digits
names = st.text(SCRIPTS + " -.@/&'", min_size=1, max_size=25)


@given(names, names, names, st.integers())
@example("Café", "a b", "x", 0)
def test_names_in_any_script(name: str, city: str, bill: str, seed: int) -> None:
    bill = bill[:20]
    body = "00020101021129180014demo_user@devb520459995303116" + "".join(
        f"{path}{len(value):02d}{value}"
        for path, value in (
            ("58", "KH"), ("59", name), ("60", city[:15]), ("62", f"01{len(bill):02d}{bill}"),
        )
    )  # fmt: skip
    payload = sealed(body)
    result = anonymise(payload, seed=seed)
    assert said(result) == said(payload)
    the_same_shape(payload, result)
    nothing_is_left(payload, result)
    for one, two in zip(payload, result, strict=True):
        if one.isalpha() and not one.isascii():
            assert unicodedata.name(one).split()[0] == unicodedata.name(two).split()[0]


@given(individuals() | merchants())
def test_any_code_keeps_its_meaning(code: khqr.Individual | khqr.Merchant) -> None:
    payload = khqr.encode(code)
    result = anonymise(payload)
    assert said(result) == said(payload)
    other = khqr.decode(result)
    assert type(other) is type(code)
    assert (other.amount, other.currency, other.expires_at) == (
        khqr.decode(payload).amount, code.currency, code.expires_at,
    )  # fmt: skip
    nothing_is_left(payload, result)


@given(st.text(max_size=60), st.integers())
def test_any_text(text: str, seed: int) -> None:
    payload = "000201" + text
    result = anonymise(payload, seed=seed)
    the_same_shape(payload, result)


def test_values_that_leave_nothing_else_are_refused() -> None:
    many = "000201" + "".join(f"1703{number:03d}" for number in range(0, 1000, 2))
    nothing_is_left(many, anonymise(many, seed=1))
    assert stand_ins("ໜ") == "ໜໝ"
    assert anonymise("0002011703ໜໜໜ") == "0002011703ໝໝໝ"
    with pytest.raises(khqr.EncodeError, match="cannot be made anonymous"):
        anonymise("0002011703ໜໜໜ1803ໝໝໝ")


def test_a_value_is_not_repeated_with_the_help_of_what_stays() -> None:
    payload = sealed("0002015802KH5901B62110107KH5901C")
    for seed in range(100):
        assert "KH5901C" not in anonymise(payload, seed=seed)


def test_the_table_of_what_is_personal() -> None:
    assert not is_personal("62.09", value="AME")
    assert is_personal("62.09", value="DEMO")
    assert is_personal("99.00", value="85500000000")
    assert not is_personal("99.00", value="1750000000000")
    assert is_personal("29.00", value="demo_user@devb")
    assert not is_personal("62.50.00", value="A0112233449988770708")
    assert is_personal("26.02", "unknown")
    for network in ("A000000727", "D156000000000", "sg.paynow", "A0" * 16, "HK.COM.HKICL"):
        assert is_network(network)
    for other in ("0" * 28, "0" * 32, "john.smith", "name@bank", "example", "00", "A1"):
        assert not is_network(other)


@pytest.mark.parametrize(
    ("account", "kept"),
    [
        ("demo_user@devb", "@devb"), ("devb@devb", "@"), ("d@devb", "@devb"), ("demo_user", ""),
        ("a.b@example.com", "@"), ("@devb", "@"), ("demo@user@devb", "@devb"),
    ],
)  # fmt: skip
def test_the_bank_of_an_account(account: str, kept: str) -> None:
    payload = sealed(f"00020129{len(account) + 4:02d}00{len(account):02d}{account}")
    result: Any = khqr.parse(anonymise(payload, seed=1))["29.00"]
    assert result.endswith(account[-5:]) is (len(kept) > 1)
    assert result.count("@") == account.count("@")


def test_which_characters_stand_for_others() -> None:
    assert stand_ins("ក") == "".join(map(chr, range(0x1780, 0x17A3)))
    assert stand_ins("ា")[:1] == "ា"
    assert stand_ins("១") == "០១២៣៤៥៦៧៨៩"
    for kept in "@ -./*\n\x00\u200b្់៎\u0301\ud800\ue000\uf900\u212b":
        assert stand_ins(kept) == "", ascii(kept)
    for character in SCRIPTS:
        for other in stand_ins(character):
            assert len(other.encode()) == len(character.encode())


def test_a_text_that_is_not_composed_stays_so() -> None:
    loose = sealed(STATIC[:-8] + "64150002fr0105Cafe\u0301")
    for seed in range(20):
        result = anonymise(loose, seed=seed)
        assert said(result) == said(loose)
        assert "charset.not-nfc" in str(khqr.check(result))


@pytest.mark.parametrize("width", [2, 3])
def test_a_slip_whose_check_sum_lost_its_zeros(width: int) -> None:
    for number in range(5000):
        covered = f"0039000600000101030000218DEMO20260101{number:06d}5102TH910{width}"
        crc = checksum(covered)
        if crc.startswith("0" * (4 - width)):
            break
    slip = covered + crc[-width:]
    assert khqr.check(slip).ok
    result = anonymise(slip, seed=1)
    assert len(result) == len(slip)
    assert "DEMO" not in result
    assert [item.code for item in khqr.check(result)] == ["scheme.crc.shortened"]
