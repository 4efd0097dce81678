"""The template goes in and comes out, and nothing else of a code moves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.alipayplus import embed, extract, find_template
from khqr.alipayplus.results import InvalidCode, Unmappable
from khqr.alipayplus.template import MAX_URL, TEMPLATE_TAGS
from khqr.nbc import verify_full
from khqr.testing import payloads
from material import CLOCK, FULL, P0, STATIC, inserted, load, sealed

URL = "https://qr.example.com/281000041234567890123456"
SPEC = (
    "00020101021130350009khqr@devb01060001230208Dev Bank5204581453031165802KH"
    "5911Demo Coffee6010Phnom Penh62170304Main0705POS-16304A30B"
)
PHILIPPINES = (
    "00020101021128580011ph.ppmi.p2m0111DEMOPHM1XXX0317DEMO000000000000105030005204599953036085802PH"
    "5909DEMO SHOP6006Manila62550012ph.ppmi.qrph0307DEMO00105120000000000010708DEMO0001"
    "80500010com.alipay0132https://qr.example.com/demo-000163042A51"
)
ALLOWED = [f"{n}" for n in range(26, 52) if n not in (29, 30, 39, 40)]


def small(payload: str) -> str:
    return payload[:-4] + payload[-4:].lower()


def template(value: str = "0010com.alipay0101Y", tag: str = "27") -> str:
    return f"{tag}{len(value):02d}{value}"


def before_29(objects: str, payload: str = STATIC) -> str:
    return sealed(payload[:12] + objects + payload[12:-8])


@pytest.mark.parametrize("case", load("alipay_template.json"), ids=lambda case: str(case["n"]))
def test_the_vectors(case: dict[str, Any]) -> None:
    embedded = embed(case["plain"], case["url"])
    assert embedded.payload == case["embedded"]
    assert (embedded.md5, embedded.plain_md5) == (case["md5_embedded"], case["md5_plain"])
    assert embedded.plain == case["plain"]
    assert len(embedded.payload) == case["len"]
    assert f"26{case['innerLen']}" in embedded.payload
    extracted = extract(case["embedded"])
    assert (extracted.payload, extracted.md5) == (case["plain"], case["md5_plain"])
    assert extracted.template.url == case["url"]
    assert verify_full(embedded.payload, at=CLOCK).valid is case["verify"]


@pytest.mark.parametrize(
    ("url", "end", "md5"),
    [
        (URL, "5A4C", "1bc0a00e1e75e0ad22748bd64f978c74"),
        ("https://qr.example.com/" + "x" * 58, "4518", "bc81a43d8d1bd5cb131e9e4e69a55ca6"),
    ],
)
def test_documented_md5s(url: str, end: str, md5: str) -> None:
    embedded = embed(SPEC, url)
    assert (embedded.payload[-4:], embedded.md5) == (end, md5)
    assert embedded.plain_md5 == "13d386f128ac4c8d7519c04078d811b8"
    assert md5 in embedded.warning


@given(payloads(), st.sampled_from(ALLOWED), st.integers(1, 40), st.booleans())
def test_in_and_out_is_the_same_text(payload: str, tag: str, size: int, lower: bool) -> None:
    if lower:
        payload = small(payload)
    url = "https://qr.example.com/" + "x" * size
    embedded = embed(payload, url, tag=tag)
    assert khqr.verify(embedded.payload)
    assert khqr.decode(embedded.payload) == khqr.decode(payload)
    rest = [(item.id, item.value) for item in _objects(embedded.payload) if item.id != tag]
    assert rest[:-1] == [(item.id, item.value) for item in _objects(payload)][:-1]
    found = extract(embedded.payload, plain_md5=embedded.plain_md5)
    assert found.payload == payload
    assert (found.template.tag, found.template.url, found.template.flag) == (tag, url, None)
    assert found.template == find_template(embedded.payload)
    if any(letter.isalpha() for letter in embedded.payload[-4:]):
        assert extract(embedded.payload).payload == payload


def _objects(payload: str) -> khqr.Payload:
    return khqr.parse(payload, unit="utf16")


def test_every_case_of_letters_comes_back_by_its_md5() -> None:
    crc = STATIC[-4:-1]
    mixed = STATIC[:-4] + crc + "a"
    embedded = embed(mixed, URL)
    assert extract(embedded.payload, plain_md5=embedded.plain_md5.upper()).payload == mixed
    with pytest.raises(InvalidCode, match="not the code with the md5"):
        extract(embedded.payload, plain_md5="0" * 32)


def test_where_it_may_stand() -> None:
    assert sorted(TEMPLATE_TAGS) == ALLOWED
    for tag in ALLOWED:
        ids = [item.id for item in khqr.parse(embed(FULL, URL, tag=tag).payload)]
        assert tag in ids
        assert ids == [*sorted(ids[:-1]), "63"] or ids[-2:] == ["99", "63"]


@pytest.mark.parametrize(
    "tag", ["15", "29", "30", "39", "40", "62", "64", "80", "99", "25", "52", "2", "026", "២៦", ""]
)
def test_where_it_may_not_stand(tag: str) -> None:
    with pytest.raises(Unmappable, match="write 26 to 28") as refusal:
        embed(STATIC, URL, tag=tag)
    assert refusal.value.result_code == "PARAM_ILLEGAL"


def test_a_place_that_is_taken_is_refused() -> None:
    other = before_29(template("0010com.others0101x", "26"))
    with pytest.raises(Unmappable, match="object 26 is taken"):
        embed(other, URL)
    assert find_template(embed(other, URL, tag="27").payload) is not None
    with pytest.raises(Unmappable, match="in object 26 already"):
        embed(embed(STATIC, URL).payload, URL, tag="27")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://qr.example.com/" + "x" * (MAX_URL - 22), "82 characters, at most 81"),
        ("http://qr.example.com/", "expected https://"),
        ("https://", "expected https://"),
        ("https://qr.example.com/é", "expected https://"),
        ("https://qr.example.com/a b", "expected https://"),
        ("https://user@qr.example.com/", "expected https://"),
        ("Y", "expected https://"),
        ("", "expected https://"),
    ],
)
def test_urls_that_do_not_go_in(url: str, why: str) -> None:
    with pytest.raises(Unmappable, match=why):
        embed(STATIC, url)


def test_the_longest_text() -> None:
    def padded(size: int) -> str:
        fill = "".join(template("0001x0186" + "y" * 86, tag) for tag in ("80", "81", "82"))
        rest = size - len(STATIC) - len(fill) - 13
        return sealed(STATIC[:-8] + fill + template(f"0001x01{rest:02d}" + "z" * rest, "83"))

    room = len(embed(STATIC, "https://qr.example.com/" + "x" * 30).payload) - len(STATIC)
    assert len(padded(512 - room)) == 512 - room
    url = "https://qr.example.com/" + "x" * 30
    assert len(embed(padded(512 - room), url).payload) == 512
    with pytest.raises(Unmappable, match="513 characters, a codeValue holds 512"):
        embed(padded(513 - room), url)


@pytest.mark.parametrize(
    "payload", ["", "https://example.com", STATIC[:-4] + "0000", P0, PHILIPPINES]
)
def test_only_a_khqr_is_changed(payload: str) -> None:
    with pytest.raises(InvalidCode) as refusal:
        embed(payload, URL)
    assert refusal.value.result_code == "INVALID_CODE"


def test_a_template_of_another_scheme_is_found_by_its_guid() -> None:
    found = find_template(PHILIPPINES)
    assert found is not None
    assert (found.tag, found.url) == ("80", "https://qr.example.com/demo-0001")
    assert str(khqr.parse(extract(PHILIPPINES).payload)).startswith("00020101021128580011ph.ppmi")
    for tag in ("26", "51", "80", "98"):
        assert find_template(inserted(template(tag=tag), STATIC)) is not None
    for tag in ("25", "62", "64", "79", "99"):
        assert find_template(inserted(template(tag=tag), STATIC)) is None


def test_flags_unknown_objects_and_letters() -> None:
    found = find_template(before_29(template("0010COM.AliPay0101Y0203abc9901z")))
    assert found is not None
    assert (found.url, found.flag, found.others) == (None, "Y", (("02", "abc"), ("99", "z")))
    assert found.text == template("0010COM.AliPay0101Y0203abc9901z")
    bare = find_template(before_29(template("0010com.alipay")))
    assert bare is not None
    assert (bare.url, bare.flag, bare.others) == (None, None, ())
    assert find_template(before_29(template("0014com.alipayplus"))) is None
    assert find_template(before_29(template("0009com.alipa0101x"))) is None


@pytest.mark.parametrize(
    "objects",
    [
        template() + template(tag="28"),
        template() + template(tag="27"),
        template() + template("0010com.others0101x"),
        template("0010com.alipay0101Y0101N"),
        template("0010com.alipay0010com.alipay"),
        template("0010com.others0010com.alipay"),
        template("0101x0010com.alipay"),
        template("0010com.alipay0199https"),
        template("0010com.alipayxx"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(objects: str) -> None:
    payload = before_29(objects)
    with pytest.raises(InvalidCode, match=r"ambiguous|cannot be read in one way"):
        find_template(payload)
    with pytest.raises(InvalidCode):
        extract(payload)


def test_nothing_to_take_out() -> None:
    with pytest.raises(InvalidCode, match="has no template"):
        extract(STATIC)
    with pytest.raises(InvalidCode, match="right CRC"):
        find_template(embed(STATIC, URL).payload[:-4] + "0000")


def test_wrong_types() -> None:
    bad: Any = 5
    for call in (lambda: embed(bad, URL), lambda: embed(STATIC, bad), lambda: extract(bad)):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(TypeError, match="tag is two digits"):
        embed(STATIC, URL, tag=bad)
    with pytest.raises(TypeError, match="plain_md5 is str"):
        extract(embed(STATIC, URL).payload, plain_md5=bad)
    assert embed(STATIC.encode(), URL) == embed(STATIC, URL)
