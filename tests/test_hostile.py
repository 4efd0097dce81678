"""Hostile input: a value or a `KhqrError`, never another exception, in bounded work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.cli.explain import explain
from khqr.nbc import decode_flat, decode_non_khqr, verify_full
from material import CLOCK, FULL, P0, STATIC, inserted, sealed


def amend(payload: Any) -> str:
    return khqr.amend(payload, bill_number="B-1")


def recover(payload: Any) -> khqr.Payload:
    return khqr.parse(payload, recover=True)


def verdict(payload: Any) -> object:
    return verify_full(payload, at=CLOCK)


READERS: list[Callable[[Any], object]] = [
    khqr.decode,
    khqr.verify,
    khqr.check,
    khqr.identify,
    khqr.parse,
    khqr.md5,
    amend,
    recover,
    verdict,
    decode_flat,
    decode_non_khqr,
    explain,
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize("bad", [None, 12345, 1.5, [], {}, object(), STATIC.split("5"), Ellipsis])
def test_a_wrong_type_is_a_type_error(reader: Callable[[Any], object], bad: Any) -> None:
    with pytest.raises(TypeError, match="a payload is str or UTF-8 bytes, not"):
        reader(bad)


def _nested(depth: int) -> str:
    value = "0001x"
    for _ in range(depth):
        value = f"50{len(value):02d}{value}"
    return sealed(f"00020162{len(value):02d}{value}")


HOSTILE: dict[str, str | bytes] = {
    "nothing": "",
    "no UTF-8": b"\xff\xfe\xfd",
    "UTF-8 cut off": STATIC.encode() + b"\xe1",
    "half a character": "\ud800",
    "half a character inside": inserted("62050101x", STATIC).replace("x", "\udc00"),
    "10 MB of text": "0" * 10_000_000,
    "10 MB of bytes": b"0" * 10_000_000,
    "10 MB of Khmer": "ក" * 3_400_000,
    "20,000 tiny objects": STATIC[:-8] + "8000" * 20_000,
    "1,000 tiny objects": sealed("000201" + "8000" * 1_000),
    "1,000 objects of the same ID": sealed("000201" + "0101x" * 800),
    "nested templates": _nested(20),
    "-4 for a length": inserted("61-4ABC", STATIC),
    "-4 inside": inserted("620701-4ABC", STATIC),
    "lengths in Khmer": inserted("61០៣ABC", STATIC),
    "lengths in superscript": inserted("61²³ABC", STATIC),
    "control characters": "".join(map(chr, range(32))) * 10,
    "only separators": "\u2028\u2029" * 50,
    "right-to-left marks": inserted("5903\u202eab", P0),
    "emoji": sealed("0002015908😀😀😀😀"),
    "a number of digits": "9" * 4096,
    "4,096 times 80": "80" * 2048,
    "unbalanced": "6299" * 1000,
}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gives_a_value_or_a_khqr_error(
    reader: Callable[[Any], object], name: str
) -> None:
    problem = _problem(reader, HOSTILE[name])
    assert problem is None or 0 < len(str(problem)) < 10_000


def _problem(reader: Callable[[Any], object], payload: str | bytes) -> khqr.KhqrError | None:
    """Return the library's own exception, None for a value; any other exception leaves."""
    try:
        reader(payload)
    except khqr.KhqrError as problem:
        return problem
    return None


def _calls(function: Callable[[], object]) -> int:
    """Return how many Python functions a call enters: its work, whatever the machine."""
    count = 0

    def tracer(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(tracer)
    try:
        function()
    except khqr.KhqrError:
        count += 1
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize("pattern", ["8000", "0101x", "6204xxxx", "9999", "62050101x", "\u17d2"])
def test_work_grows_with_the_text_and_not_faster(
    reader: Callable[[Any], object], pattern: str
) -> None:
    small, large = (pattern * 4096)[:500], (pattern * 4096)[:4000]
    work = {text: _calls(lambda text=text: reader(text)) for text in (small, large)}  # type: ignore[misc] # a default binds the loop variable
    assert work[large] <= 9 * work[small] + 200


def test_refused_by_length_before_any_work() -> None:
    for reader in READERS:
        huge, small = "0" * 5_000_000, "0" * 5_000
        assert _calls(lambda reader=reader, text=huge: reader(text)) <= (  # type: ignore[misc] # as above
            _calls(lambda reader=reader, text=small: reader(text)) + 5  # type: ignore[misc] # as above
        )


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    _survives(text)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    _survives(data)


@given(st.text("0123456789-x@ក ", max_size=200))
def test_any_text_that_looks_like_objects(text: str) -> None:
    _survives(text)
    _survives(sealed("000201" + text))


@given(st.sampled_from([STATIC, FULL, P0]), st.data())
def test_any_mutation(payload: str, data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(payload)))
    until = data.draw(st.integers(where, min(len(payload), where + 12)))
    new = data.draw(
        st.text(max_size=4) | st.sampled_from(["\ud800", "-4", "0000", "99", "63040000"])
    )
    _survives(payload[:where] + new + payload[until:])


def _survives(payload: str | bytes) -> None:
    for reader in READERS:
        problem = _problem(reader, payload)
        assert problem is None or str(problem)
    _is_consistent(payload)


def _is_consistent(payload: str | bytes) -> None:
    refusal = _problem(khqr.decode, payload)
    if refusal is None:
        assert khqr.verify(payload)
    else:
        assert isinstance(refusal, khqr.DecodeError)
        assert refusal.findings
    try:
        parsed = khqr.parse(payload)
    except khqr.DecodeError:
        assert not khqr.check(payload, profile="emvco").ok
    else:
        text = payload if isinstance(payload, str) else payload.decode()
        assert str(parsed) == text
        for item in parsed:
            assert text[item.offset : item.end].endswith(item.value)
    for profile in ("emvco", "khqr"):
        report = khqr.check(payload, profile=profile)
        assert [f.offset for f in report] == sorted(f.offset for f in report)
        if report.ok:
            assert khqr.verify(payload)
