"""`parse` and `Payload`: lossless, and edits that touch nothing else."""

from __future__ import annotations

import pytest

import khqr
from khqr.emv.units import LengthUnit, measure, ruler
from khqr.errors import ObjectMissing
from material import P0, STATIC, inserted, replaced, sealed


def test_objects_know_where_they_stand() -> None:
    payload = khqr.parse(P0)
    bill = payload.find("62.01")
    assert bill is not None
    assert (bill.id, bill.path, bill.value, bill.offset) == ("01", "62.01", "INV-1", 108)
    assert P0[bill.offset : bill.end] == "0105INV-1"
    assert P0[bill.value_offset : bill.end] == bill.value
    assert [item.path for item in payload.objects[2].objects] == ["26.00", "26.01"]
    assert len(payload) == 11
    assert payload.length_unit is LengthUnit.CODE_POINT


def test_access() -> None:
    payload = khqr.parse(P0)
    assert payload["62.01"] == "INV-1"
    assert payload.get("62.02") is None
    assert payload.get("62.02", "none") == "none"
    assert "62.01" in payload
    assert "62.02" not in payload
    assert 62 not in payload
    assert "17.01" not in payload
    with pytest.raises(ObjectMissing, match=r"no object 62\.02") as missing:
        payload["62.02"]
    assert isinstance(missing.value, KeyError)
    assert isinstance(missing.value, khqr.KhqrError)


def test_equality_hash_and_repr() -> None:
    assert khqr.parse(P0) == khqr.parse(P0.encode())
    assert len({khqr.parse(P0), khqr.parse(P0)}) == 1
    assert hash(khqr.parse(P0)) != hash(khqr.parse(STATIC))
    assert khqr.parse(P0) != khqr.parse(STATIC)
    assert khqr.parse(P0) != P0
    assert repr(khqr.parse("000201")) == "parse('000201')"


def test_a_repeated_object_is_never_chosen() -> None:
    payload = khqr.parse(inserted("5903ABC"))
    assert [item.value for item in payload.find_all("59")] == ["EXAMPLE SHOP", "ABC"]
    for call in (payload.find, payload.get, payload.__getitem__, payload.remove):
        with pytest.raises(khqr.DecodeError, match="occurs 2 times"):
            call("59")
    with pytest.raises(khqr.DecodeError) as refusal:
        payload.replace("59", "X")
    assert refusal.value.findings[0].code == "tlv.duplicate-id"
    assert refusal.value.findings[0].offset == len(P0) - 8


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        ("54", "7", "540510.50", "54017"),
        ("59", "ហាង", "5912EXAMPLE SHOP", "5903ហាង"),
        ("62.01", "B", "62150105INV-10702T1", "62110101B0702T1"),
        ("62.05", "R", "62150105INV-10702T1", "62200105INV-10501R0702T1"),
        ("62.09", "A", "62150105INV-10702T1", "62200105INV-10702T10901A"),
        ("26.00", "x", "26280015com.example.pay0105M0001", "26140001x0105M0001"),
        ("01", "11", "010212", "010211"),
    ],
)
def test_replace_changes_that_object_the_lengths_above_and_the_crc(
    path: str, value: str, old: str, new: str
) -> None:
    changed = khqr.parse(P0).replace(path, value)
    assert str(changed) == replaced(old, new)
    assert changed[path] == value
    assert khqr.verify(str(changed))


def test_a_new_object_goes_to_its_numeric_position() -> None:
    assert str(khqr.parse(P0).replace("61", "12345")) == replaced(
        "62150105", "610512345" + "62150105"
    )
    assert str(khqr.parse(P0).replace("99", "0003a@b")) == inserted("99070003a@b")
    assert str(khqr.parse(P0).replace("64.00", "km")) == inserted("64060002km")
    disordered = sealed("0002015802KH5204599953031165903ABC")
    assert str(khqr.parse(disordered).replace("54", "5")) == sealed(
        "00020154015" + "5802KH5204599953031165903ABC"
    )


def test_remove() -> None:
    payload = khqr.parse(P0)
    assert str(payload.remove("62.01")) == replaced("62150105INV-10702T1", "62060702T1")
    assert str(payload.remove("62.01").remove("62.07")) == replaced("62150105INV-10702T1", "")
    assert str(payload.remove("54")) == replaced("540510.50", "")
    with pytest.raises(ObjectMissing):
        payload.remove("61")


def test_the_crc_itself_can_be_set_and_removed() -> None:
    assert str(khqr.parse(P0).replace("63", "0000")) == P0[:-4] + "0000"
    assert str(khqr.parse(P0).remove("63")) == P0[:-8]
    assert str(khqr.parse(P0[:-8]).replace("54", "7")) == replaced("540510.50", "54017")[:-8]
    assert str(khqr.parse("000201").remove("00")) == ""


def test_a_lower_case_crc_survives_parsing_and_is_made_anew_by_an_edit() -> None:
    lower = P0[:-4] + "4d37"
    assert str(khqr.parse(lower)) == lower
    assert str(khqr.parse(lower).replace("62.01", "INV-1")) == P0


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("54", "", "encode.value-empty"),
        ("62", "", "additional.empty"),
        ("62.01", "", "encode.value-empty"),
        ("54", "x" * 100, "encode.value-too-long"),
        ("62.01", "x" * 99, "encode.value-too-long"),
        ("5", "x", "encode.id-invalid"),
        ("5A", "x", "encode.id-invalid"),
        ("62.+1", "x", "encode.id-invalid"),
        ("", "x", "encode.id-invalid"),
        ("៦២", "x", "encode.id-invalid"),
    ],
)
def test_what_cannot_be_written_is_refused(path: str, value: str, code: str) -> None:
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.parse(P0).replace(path, value)
    (finding,) = refusal.value.findings
    assert finding.code == code
    assert str(khqr.parse(P0)) == P0


def test_a_refusal_points_at_the_object() -> None:
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.parse(P0).replace("54", "")
    assert refusal.value.findings[0].offset == 59
    with pytest.raises(khqr.EncodeError) as refusal:
        khqr.parse(P0).replace("61", "")
    assert refusal.value.findings[0].offset == len(P0)


def test_replace_takes_text_only() -> None:
    with pytest.raises(TypeError, match="a value is str, not int"):
        khqr.parse(P0).replace("54", 7)  # type: ignore[arg-type] # the refusal is the test


def test_a_level_that_broke_is_not_edited() -> None:
    broken = khqr.parse(replaced("62150105INV-10702T1", "62150105INV-10709T1"))
    with pytest.raises(khqr.DecodeError, match=r"beside 62\.01"):
        broken.replace("62.01", "X")
    assert khqr.parse(str(broken.replace("54", "7")))["54"] == "7"
    assert broken.replace("62", "0101x")["62.01"] == "x"
    recovered = khqr.parse("0002016199AB", recover=True)
    with pytest.raises(khqr.DecodeError, match="beside 54"):
        recovered.replace("54", "7")


def test_recovery_gives_what_could_be_read_and_why_not_more() -> None:
    text = P0[:-8] + "6199AB"
    with pytest.raises(khqr.DecodeError) as refusal:
        khqr.parse(text)
    payload = khqr.parse(text, recover=True)
    assert str(payload) == text
    assert payload["62.01"] == "INV-1"
    assert payload.findings == refusal.value.findings
    assert [(f.code, f.path, f.offset) for f in payload.findings] == [
        ("tlv.length-overrun", "61", len(P0) - 6)
    ]
    assert khqr.parse(P0, recover=True).findings == ()
    inside = khqr.parse(inserted("80050099x"), recover=True)
    assert [(f.code, f.path) for f in inside.findings] == [("tlv.length-overrun", "80.00")]
    assert khqr.parse(inserted("80050099x")).findings == ()


@pytest.mark.parametrize("text", ["", "hello", "\n" + P0, "X9", "6199AB"])
def test_recovery_fails_only_where_nothing_can_be_read(text: str) -> None:
    for recover in (False, True):
        with pytest.raises(khqr.DecodeError) as refusal:
            khqr.parse(text, recover=recover)
        assert refusal.value.findings


def test_templates_are_walked_as_deep_as_the_specification_goes() -> None:
    payload = khqr.parse(inserted("85270011com.example0108AB123456"))
    assert payload["85.01"] == "AB123456"
    deep = khqr.parse(sealed("00020162165012" + "0003a.b0101x"))
    assert deep["62.50.01"] == "x"
    opaque = khqr.parse(sealed("000201" + "02160012" + "0102030405AB"[:12]))
    assert opaque.find_all("02")[0].objects == ()
    assert khqr.parse(sealed("0002016508000201AB")).find_all("65")[0].objects == ()


def test_limits() -> None:
    text = "6199" + "x" * 99
    with pytest.raises(khqr.DecodeError) as refusal:
        khqr.parse(text * 40)
    assert [finding.code for finding in refusal.value.findings] == ["payload.over-limit"]
    assert refusal.value.findings[0].offset == 4096
    assert len(khqr.parse(text * 40, max_length=5000)) == 40
    assert len(khqr.parse("00" * 2048, max_length=4096, recover=True)) == 1024


@pytest.mark.parametrize("unit", list(LengthUnit))
def test_units_agree_on_ascii(unit: LengthUnit) -> None:
    assert str(khqr.parse(P0, unit=unit)) == P0
    assert measure("abc", unit) == 3
    assert ruler("abc", unit)(0, 3) == 3
    assert ruler("abc", unit)(1, 3) == -1


def test_units_differ_beyond() -> None:
    assert [measure("aក😀", unit) for unit in LengthUnit] == [3, 4, 8]
    utf16 = ruler("a😀b", LengthUnit.UTF16)
    assert [utf16(0, n) for n in range(6)] == [0, 1, -1, 2, 3, -1]
    utf8 = ruler("aក", LengthUnit.UTF8)
    assert [utf8(0, n) for n in range(6)] == [0, 1, -1, -1, 2, -1]
    assert ruler("\ud800", LengthUnit.UTF8)(0, 3) == 1
    assert ruler("aក", LengthUnit.CODE_POINT)(0, 2) == 2


def test_an_edit_writes_lengths_in_the_unit_of_the_payload() -> None:
    text = sealed("0002015908Shop 😀!")
    assert khqr.parse(text, unit="utf16")["59"] == "Shop 😀!"
    edited = khqr.parse(text, unit="utf16").replace("60", "😀")
    assert str(edited) == sealed("0002015908Shop 😀!6002😀")
    assert edited.length_unit is LengthUnit.UTF16
    with pytest.raises(khqr.EncodeError, match="has 100 characters"):
        edited.replace("59", "😀" * 50)
    with pytest.raises(
        khqr.KhqrError, match="unit is 'utf7', expected one of codepoint, utf16, utf8"
    ):
        khqr.parse(text, unit="utf7")
