"""Codes composed at random, against a model that shares neither code nor tables with the room."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.checks import profile_names
from khqr.schemes import SCHEMES, Network, Unknown, identify, recognise
from khqr.schemes.registry import BY_GUID, BY_PRIMITIVE, KHQR
from material import FULL, load, sealed
from test_schemes import CASES, made

IDENTIFIERS = {
    "A000000677010111": "thaiqr", "A000000677010114": "thaiqr", "A000000677010112": "thaiqr_bill",
    "A000000677012006": "thaiqr_bill", "A000000677012004": "thaiqr_api",
    "A000000677010113": "thaiqr_api", "A000000727": "vietqr", "A000000775": "vnpay",
    "A0000006150001": "duitnow", "A005266284662577": "laoqr", "A0000000041010": "mastercard",
    "com.alipay": "alipay", "COM.QQ.WEIXIN.PAY": "wechat", "jp.or.paymentsjapan": "jpqr",
    "SG.PAYNOW": "paynow", "SG.SGQR": "sgqr", "SG.COM.NETS": "nets", "A000000524": "bharatqr",
    "D4100000014010": "kr_bc", "ph.ppmi.p2m": "qrph", "com.p2pqrpay": "qrph",
    "ID.CO.QRIS.WWW": "qris", "ID.OR.GPNQR.WWW": "qris", "hk.com.hkicl": "fps",
}  # fmt: skip
"""Copied by hand from the documents and not from the tables."""

STRANGERS = ("com.example.pay", "A000000999", "D15600000000", "00", "0" * 28, "org.example",
             "A00000067701011", "A0000006770101111", "SG.PAYNOWX", "com.alipayplus")  # fmt: skip
TEMPLATES = [f"{number:02}" for number in (*range(26, 52), *range(80, 100))]
NUMBERED = {"02": "visa", "03": "visa", "04": "mastercard", "05": "mastercard", "09": "discover",
            "10": "discover", "11": "amex", "12": "amex", "13": "jcb", "14": "jcb",
            "15": "unionpay", "16": "unionpay"}  # fmt: skip
DATA_TAGS = {"thaiqr": "80 81", "thaiqr_bill": "80 81", "thaiqr_api": "80 81", "duitnow": "82",
             "khqr": "99"}  # fmt: skip

Object = tuple[str, str]


def model(objects: list[Object]) -> list[tuple[str, str]]:
    """Return scheme and place of every network, strangers by their identifier."""
    folded = {guid.lower(): scheme for guid, scheme in IDENTIFIERS.items()}
    found: list[tuple[str, str]] = []
    for tag, value in objects:
        if tag in NUMBERED:
            found.append((NUMBERED[tag], tag))
        elif tag in TEMPLATES:
            at = 0
            while at < len(value):
                length = int(value[at + 2 : at + 4])
                if value[at : at + 2] == "00":
                    guid = value[at + 4 : at + 4 + length]
                    account = "@" in guid and tag < "52"
                    found.append((folded.get(guid.lower(), "khqr" if account else guid), tag))
                at += 4 + length
    known = {*folded.values(), *NUMBERED.values(), "khqr"}
    seen, kept = set(), []
    for name, tag in found:
        if (name in known and name in seen) or (name, tag) in kept:
            continue
        seen.add(name)
        kept.append((name, tag))
    data = {tag for name in seen for tag in DATA_TAGS.get(name, "").split()}
    return [(name, tag) for name, tag in kept if name in known or tag not in data]


def answer(payload: str) -> list[tuple[str, str]]:
    """Return what `identify` says in the words of the model."""
    return [
        (network.guid if isinstance(network, Unknown) else network.scheme, network.object_path)
        for network in identify(payload)
    ]


def any_case(guid: str, bits: int) -> str:
    """Return ``guid`` with letters of upper and lower case mixed by ``bits``."""
    return "".join(
        letter.upper() if bits >> index & 1 else letter.lower() for index, letter in enumerate(guid)
    )


guids = st.one_of(
    st.builds(any_case, st.sampled_from(sorted(IDENTIFIERS)), st.integers(0, 2**32 - 1)),
    st.sampled_from(STRANGERS),
    st.sampled_from(["demo_user@devb", "khqr@devb"]),
)


@st.composite
def templates(draw: st.DrawFn) -> Object:
    """Draw a template with an identifier somewhere in it."""
    inside = [("00", draw(guids))]
    for sub_id in draw(st.lists(st.sampled_from(["01", "02", "05", "99"]), max_size=2)):
        inside.insert(draw(st.integers(0, len(inside))), (sub_id, draw(st.text("A0@", min_size=1,
                                                                         max_size=9))))  # fmt: skip
    return draw(st.sampled_from(TEMPLATES)), made(*inside)


numbered = st.tuples(st.sampled_from(sorted(NUMBERED)), st.text("0123456789", min_size=1))
others = st.sampled_from([("52", "5999"), ("53", "764"), ("58", "TH"), ("59", "DEMO"), ("62",
                          made(("01", "A"))), ("54", "1.00")])  # fmt: skip
codes = st.lists(st.one_of(templates(), templates(), numbered, others), max_size=12)


@given(codes)
def test_networks_are_those_of_the_model(objects: list[Object]) -> None:
    payload = sealed("000201" + made(*objects))
    assert answer(payload) == model(objects)
    assert identify(khqr.parse(payload)) == identify(payload)


@given(codes, st.sampled_from(profile_names()), st.booleans())
def test_any_composed_code_can_be_judged_and_viewed(
    objects: list[Object], profile: str, lenient: bool
) -> None:
    payload = sealed("000201" + made(*objects))
    report = khqr.check(payload, profile=profile, lenient=lenient)
    assert [f.offset for f in report] == sorted(f.offset for f in report)
    for network in identify(payload):
        if len({tag for tag, _ in objects}) < len(objects):
            with pytest.raises(khqr.DecodeError, match=r"tlv\.duplicate-id"):
                dict(network.fields)
            continue
        try:
            fields = network.fields
        except khqr.DecodeError:  # something is twice inside a template
            assert "tlv.duplicate-id" in {f.code for f in khqr.check(payload, profile="emvco")}
            continue
        assert fields["payload_format_indicator"] == "01"
        for name in fields.rows:
            typed = getattr(fields, name)
            assert typed is None or fields.get(name) is not None


PAYLOADS = [case["payload"] for case in CASES]


@given(st.sampled_from(PAYLOADS), st.data())
def test_damaged_codes_never_break_anything(payload: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(payload) - 1))
    size = data.draw(st.integers(0, 6))
    damaged = payload[:at] + data.draw(st.text(max_size=6)) + payload[at + size :]
    report = khqr.check(damaged, profile=data.draw(st.sampled_from(["auto", *profile_names()])))
    assert all(0 <= finding.offset <= len(damaged) for finding in report)
    try:
        networks = identify(damaged)
    except khqr.DecodeError:
        return
    for network in networks:
        assert isinstance(network, Network)
        try:
            assert repr(network.fields)
        except khqr.DecodeError:
            continue


def _composed(count: int) -> list[list[Object]]:
    """Return codes that are the same in every run, for flawed readers to fail at."""
    dice = random.Random(20260101)
    composed = []
    for _ in range(count):
        objects = []
        for _ in range(dice.randint(1, 6)):
            guid = any_case(dice.choice(sorted(IDENTIFIERS)), dice.getrandbits(32))
            guid = dice.choice([guid, guid, dice.choice(STRANGERS), "demo_user@devb"])
            objects.append((dice.choice(TEMPLATES), made(("00", guid), ("01", "X"))))
        composed.append(objects)
    return composed


def _by_case(guid: str, item: Any) -> Any:
    exact = {known: BY_GUID[known.lower()] for known in IDENTIFIERS}
    return exact.get(guid) or (KHQR if "@" in guid and item.id <= "51" else None)


def _by_beginning(guid: str, _item: Any) -> Any:
    return next((s for known, s in BY_GUID.items() if guid.lower().startswith(known)), None)


def _by_part(guid: str, _item: Any) -> Any:
    return next((s for known, s in BY_GUID.items() if known.startswith(guid.lower())), None)


def _by_number(_guid: str, item: Any) -> Any:
    usual = {scheme.usual[:2]: scheme for scheme in SCHEMES if scheme.guids}
    return usual.get(item.id)


def _without_khqr(guid: str, _item: Any) -> Any:
    return BY_GUID.get(guid.lower())


def _khqr_anywhere(guid: str, _item: Any) -> Any:
    return BY_GUID.get(guid.lower()) or (KHQR if "@" in guid else None)


FLAWS: list[Callable[[str, Any], Any]] = [
    _by_case, _by_beginning, _by_part, _by_number, _without_khqr, _khqr_anywhere,
]  # fmt: skip


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.__name__)
def test_a_flawed_reader_is_caught_by_the_model(
    flaw: Callable[[str, Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    composed = _composed(200)
    payloads = [sealed("000201" + made(*objects)) for objects in composed]
    assert [answer(payload) for payload in payloads] == [model(objects) for objects in composed]
    monkeypatch.setattr(recognise, "_scheme_of", flaw)
    assert [answer(payload) for payload in payloads] != [model(objects) for objects in composed]


def test_the_model_knows_every_identifier() -> None:
    assert {guid.lower() for guid in IDENTIFIERS} == set(BY_GUID) - {"a0000007620001"}
    assert {guid.lower(): name for guid, name in IDENTIFIERS.items()} == {
        guid: scheme.name for guid, scheme in BY_GUID.items() if not scheme.companions
    }
    assert {tag: scheme.name for tag, scheme in BY_PRIMITIVE.items()} == NUMBERED


HOSTILE = [
    "8000" * 1024, "0006" * 1024, "9900" * 1024, made(("26", "0001")) * 400, "26" * 2048,
    "upi://pay?" + "a&" * 2043, "upi://pay?" + "&".join(f"k{n}=v" for n in range(500)),
    "upi://pay?pa=%FF%00%ud83d", "|" + "\r" * 4000, "000201" + made(("80", "00")) * 600,
    "00" + "99" + "0001" * 24 + "000" + "91040000",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_texts_are_bounded(text: str) -> None:
    for profile in ("auto", *profile_names()):
        assert khqr.check(text, profile=profile) is not None
    try:
        networks = identify(text)
    except khqr.DecodeError:
        return
    for network in networks:
        try:
            assert len(network.fields) <= len(text)
        except khqr.DecodeError:
            continue


def test_work_on_a_repeated_object_is_linear() -> None:
    """Every template is looked at once, whatever it holds: 400 of them are as many networks."""
    seen = 0

    def counting(guid: str, item: Any) -> Any:
        nonlocal seen
        seen += 1
        return original(guid, item)

    original = recognise._scheme_of
    payload = "000201" + made(("26", "0001X")) * 400
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recognise, "_scheme_of", counting)
        assert len(identify(payload)) == 1
    assert seen == 400


@pytest.mark.parametrize("case", load("khqr_in_the_wild.json"), ids=lambda c: c["payload"][-12:])
def test_khqr_in_the_wild_carry_khqr(case: dict[str, Any]) -> None:
    try:
        payload = khqr.parse(case["payload"])
    except khqr.DecodeError:
        return
    accounts = [
        value
        for tag in map(str, range(26, 52))
        for item in payload.find_all(f"{tag}.00")
        for value in [item.value]
        if "@" in value
    ]
    assert ("khqr" in {network.scheme for network in identify(payload)}) == bool(accounts)
    assert identify(FULL)[-1].scheme == "khqr"
