"""Symbols follow EMVCo, are the same each time, and are refused where nobody could pay them."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khqr
from khqr.image import scan_all, symbol
from khqr.image.blocks import ErrorCorrection
from khqr.image.scanner import Engine
from khqr.image.segments import fitted, in_bytes, is_plain, stream
from material import DYNAMIC, EXAMPLES, FULL, P0, STATIC, sealed
from modes import read_modules

LEVELS: tuple[ErrorCorrection, ...] = get_args(ErrorCorrection)
ENGINES: tuple[symbol.Engine, ...] = get_args(symbol.Engine)
READERS: tuple[Engine, ...] = ("zxing", "pyzbar")
UPPER = sealed("00020101021126120008DEMOUSER520459995303116540105802KH5904DEMO6010PHNOM PENH")
"""Almost all of it would be alphanumeric to an encoder that chooses."""

DRAW: list[Callable[..., object]] = [
    symbol.make,
    symbol.svg,
    symbol.png,
    symbol.pdf,
    symbol.eps,
    symbol.terminal,
    symbol.data_uri,
]

TEXTS = st.text(
    st.one_of(
        st.sampled_from("0123456789"),
        st.sampled_from("ABCXYZ $%*+-./:"),
        st.sampled_from("abcxyz@#,ហាងសាកល្បងé東😀\n\x00"),
    ),
    min_size=1,
    max_size=120,
)


def lengths(count: int) -> list[str]:
    """Return payloads of 40 to 560 bytes, plain and Khmer, each with a right CRC."""
    random = Random(count)
    made = []
    for number in range(count):
        filler = random.choice(("Demo Coffee ", "ហាង", "ABC-123 ", "0123456789", "Café 東京 "))
        text = "000201"
        tag = 65
        while len(text.encode()) < 30 + 500 * number // count:
            value = (filler * 20)[: random.randint(1, 20)]
            text += f"{tag}{len(value):02d}{value}"
            tag = tag + 1 if tag < 79 else 65
        made.append(sealed(text))
    return made


# What is made


def test_symbols_need_segno_or_the_fast_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    for draw in DRAW:
        with pytest.raises(khqr.MissingDependency, match=r'pip install "khqr\[image\]"'):
            draw(STATIC)
        assert draw(STATIC, engine="fast")
    with pytest.raises(khqr.MissingDependency):
        _ = symbol.make(STATIC, engine="fast").qr


@pytest.mark.parametrize("engine", ENGINES)
def test_symbol_follows_emvco(engine: symbol.Engine) -> None:
    for payload in (STATIC, DYNAMIC, P0, UPPER):
        plain = symbol.make(payload, engine=engine)
        assert (plain.error, plain.eci, plain.segments) == ("M", False, "byte")
        assert read_modules(plain.matrix).segments == [("byte", payload.encode())]
    for payload in (FULL, sealed("0002015904Café"), sealed("0002015902東京")):
        other = symbol.make(payload, engine=engine)
        assert read_modules(other.matrix).segments == [("eci", 26), ("byte", payload.encode())]
        bare = symbol.make(payload, engine=engine, eci=False)
        assert read_modules(bare.matrix).segments == [("byte", payload.encode())]
    forced = symbol.make(STATIC, engine=engine, eci=True)
    assert read_modules(forced.matrix).modes == ["eci", "byte"]


def test_the_level_is_what_was_asked_and_never_raised() -> None:
    made = [symbol.make(STATIC, error=level) for level in LEVELS]
    assert [code.version for code in made] == [5, 6, 8, 9]
    assert [read_modules(code.matrix).error for code in made] == list(LEVELS)
    assert read_modules(symbol.make("A", error="L", check_crc=False).matrix).error == "L"


def test_both_engines_make_the_same_symbols() -> None:
    """Several hundred: the same modules, and each says in byte mode what it was given."""
    payloads = lengths(100)
    seen = set()
    for number, payload in enumerate(payloads):
        for level in LEVELS:
            mask = None if number % 5 == 0 else number % 8
            fast = symbol.make(payload, error=level, engine="fast", mask=mask)
            assert fast == symbol.make(payload, error=level, engine="segno", mask=mask)
            read = read_modules(fast.matrix)
            assert (read.version, read.error, read.mask) == (fast.version, level, fast.mask)
            assert read.modes == (["byte"] if is_plain(payload) else ["eci", "byte"])
            assert read.data == payload.encode()
            seen.add(fast.version)
    assert seen >= set(range(5, 26))


@pytest.mark.parametrize("reader", READERS)
def test_both_readers_read_every_length(reader: Engine) -> None:
    for number, payload in enumerate(lengths(60)):
        png = symbol.png(payload, error=LEVELS[number % 4], engine="fast", scale=4)
        assert [found.text for found in scan_all(png, engine=reader)] == [payload]


def test_many_are_made_one_by_one_and_quickly() -> None:
    payloads: list[str | bytes] = [STATIC, FULL, DYNAMIC.encode()]
    made = symbol.many(payloads, error="Q")
    assert next(made) == symbol.make(STATIC, error="Q")
    assert [code.payload for code in made] == [FULL, DYNAMIC]
    assert list(symbol.many([])) == []
    broken = symbol.many([STATIC, STATIC[:-1] + "0"])
    assert next(broken).payload == STATIC
    with pytest.raises(khqr.EncodeError, match="no right CRC"):
        next(broken)
    with pytest.raises(TypeError, match="unexpected keyword argument 'scale'"):
        next(symbol.many([STATIC], scale=4))  # type: ignore[call-arg] # the refusal is the test


def test_versions_and_masks() -> None:
    assert symbol.make(STATIC, min_version=14).version == 14
    assert symbol.make(STATIC, min_version=2).version == 6
    assert symbol.make(STATIC, version=8).version == 8
    for mask in range(8):
        for engine in ENGINES:
            code = symbol.make(STATIC, mask=mask, engine=engine)
            assert code.mask == mask == read_modules(code.matrix).mask


def test_a_symbol_is_a_value() -> None:
    code = symbol.make(STATIC)
    assert code == symbol.make(STATIC.encode(), engine="fast")
    assert hash(code) == hash(pickle.loads(pickle.dumps(code)))
    assert code != replace(code, mask=(code.mask + 1) % 8)
    assert (code.size, len(code.matrix), len(code.matrix[0])) == (41, 41, 41)
    assert {cell for row in code.matrix for cell in row} == {0, 1}
    assert bytes(code.matrix[0][:8]) == b"\1\1\1\1\1\1\1\0"
    assert "matrix" not in repr(code)
    assert "version=6, error='M'" in repr(code)
    with pytest.raises(FrozenInstanceError):
        code.version = 7  # type: ignore[misc] # the refusal is the test


def test_segnos_own_object_is_the_same_symbol() -> None:
    for payload in (STATIC, FULL):
        for segments in get_args(symbol.Segmentation):
            code = symbol.make(payload, segments=segments, engine="fast", min_version=9)
            assert tuple(map(bytes, code.qr.matrix)) == code.matrix
            assert code.qr.mask == code.mask


# Mixed segments


@pytest.mark.parametrize("reader", READERS)
def test_mixed_is_smaller_and_says_the_same(reader: Engine) -> None:
    for payload in (STATIC, DYNAMIC, FULL, UPPER, *lengths(20)):
        byte = symbol.make(payload)
        mixed = symbol.make(payload, segments="mixed")
        assert mixed.version <= byte.version
        assert mixed == symbol.make(payload, segments="mixed", engine="fast")
        assert read_modules(mixed.matrix).data == payload.encode()
        assert [found.text for found in scan_all(mixed.png(scale=4), engine=reader)] == [payload]
    assert symbol.make(UPPER, segments="mixed").version < symbol.make(UPPER).version
    assert set(read_modules(symbol.make(FULL, segments="mixed").matrix).modes) == {
        "eci",
        "numeric",
        "alphanumeric",
        "byte",
    }


def best_by_trying_all(text: str, group: int) -> int:
    """Return the least bits of any cut: every segment tried at every place."""
    known = {
        "numeric": "0123456789",
        "alphanumeric": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:",
    }
    widths = {"numeric": (10, 12, 14), "alphanumeric": (9, 11, 13), "byte": (8, 16, 16)}

    def bits(mode: str, part: str) -> int:
        count = len(part)
        if mode == "byte":
            return 8 * len(part.encode())
        if set(part) - set(known[mode]):
            return 10**9
        if mode == "numeric":
            return count // 3 * 10 + (0, 4, 7)[count % 3]
        return count // 2 * 11 + count % 2 * 6

    least = [0]
    for end in range(1, len(text) + 1):
        least.append(
            min(
                least[start] + 4 + widths[mode][group] + bits(mode, text[start:end])
                for start in range(end)
                for mode in widths
            )
        )
    return least[-1]


@settings(max_examples=EXAMPLES // 4, deadline=None)
@given(TEXTS.filter(lambda text: len(text) <= 40), st.sampled_from((1, 10, 27)))
def test_the_cut_has_the_fewest_bits(text: str, start: int) -> None:
    version, parts = fitted(text, "M", range(start, 41), eci=False, segmentation="mixed")
    group = (1, 10, 27).index(start) if version >= start else 0
    if (version < 10, version < 27) == (start < 10, start < 27):
        assert len(stream(parts, version)) == best_by_trying_all(text, group)
    assert "".join(part.text for part in parts) == text


# Round trips


@settings(max_examples=EXAMPLES // 10, deadline=None)
@given(
    TEXTS,
    st.sampled_from(LEVELS),
    st.sampled_from(get_args(symbol.Segmentation)),
    st.sampled_from(("auto", True)),
    st.integers(1, 40),
)
def test_every_text_comes_back(
    text: str,
    error: ErrorCorrection,
    segments: symbol.Segmentation,
    eci: Any,
    min_version: int,
) -> None:
    code = symbol.make(
        text,
        error=error,
        segments=segments,
        eci=eci,
        min_version=min_version,
        check_crc=False,
        engine="fast",
    )
    read = read_modules(code.matrix)
    assert (read.version, read.error, read.mask) == (code.version, error, code.mask)
    assert read.data.decode() == text
    assert [found.text for found in scan_all(code.png(scale=3), engine="zxing")] == [text]


# Refusals


@pytest.mark.parametrize("draw", DRAW)
def test_a_code_that_nobody_could_pay_is_not_drawn(draw: Callable[..., object]) -> None:
    for payload in (STATIC[:-4] + "0000", "hello", ""):
        with pytest.raises(khqr.EncodeError, match="no right CRC"):
            draw(payload)
    with pytest.raises(TypeError, match="a payload is str or UTF-8 bytes"):
        draw(None)
    assert draw("hello", check_crc=False)


def test_a_text_that_is_no_text() -> None:
    with pytest.raises(khqr.EncodeError, match="half a character at 2"):
        symbol.make("ab\ud800", check_crc=False)
    with pytest.raises(khqr.DecodeError, match="not UTF-8"):
        symbol.make(b"\xff", check_crc=False)
    for segments in get_args(symbol.Segmentation):
        with pytest.raises(khqr.EncodeError, match="the payload is empty"):
            symbol.make("", segments=segments, check_crc=False)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_text_too_long_for_a_symbol(engine: symbol.Engine) -> None:
    long = sealed("000201" + "".join(f"{n}99{'x' * 99}" for n in range(65, 80)) * 2)
    said = "has 3104 bytes, and a symbol of level M holds 2331: take a lower level of error"
    with pytest.raises(khqr.EncodeError, match=said):
        symbol.make(long, engine=engine)
    with pytest.raises(khqr.EncodeError, match="of level L holds 2953: shorten the payload"):
        symbol.make(long, error="L", engine=engine)
    said = (
        "has 90 bytes, and a symbol of version 5 and level M holds 84: leave version out, or take"
    )
    with pytest.raises(khqr.EncodeError, match=said):
        symbol.make(STATIC, version=5, engine=engine)
    said = "of version 1 and level Q holds 11 in byte mode: leave version out, or shorten"
    with pytest.raises(khqr.EncodeError, match=said):
        symbol.make(STATIC, error="Q", version=1, segments="mixed", engine=engine)


@pytest.mark.parametrize("error", LEVELS)
@pytest.mark.parametrize("eci", [True, False])
def test_the_limit_is_the_limit(error: ErrorCorrection, eci: bool) -> None:
    for version in (1, 9, 10, 26, 27, 40):
        limit = in_bytes(version, error, eci=eci)
        fits, over = "x" * limit, "x" * (limit + 1)
        make = symbol.make
        code = make(fits, error=error, eci=eci, version=version, check_crc=False, engine="fast")
        assert read_modules(code.matrix).data.decode() == fits
        with pytest.raises(khqr.EncodeError, match=f"has {limit + 1} bytes.*holds {limit}"):
            make(over, error=error, eci=eci, version=version, check_crc=False, engine="fast")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"error": "X"}, "error is 'X', expected one of"),
        ({"error": None}, "error is None, expected one of"),
        ({"engine": "slow"}, "engine is 'slow'"),
        ({"segments": "kanji"}, "segments is 'kanji'"),
        ({"eci": "yes"}, "eci is 'yes'"),
        ({"mask": 8}, "mask is 8, expected 0 to 7"),
        ({"mask": -1}, "mask is -1, expected 0 to 7"),
        ({"version": 0}, "version is 0, expected 1 to 40"),
        ({"version": 41}, "version is 41, expected 1 to 40"),
        ({"min_version": 41}, "min_version is 41, expected 1 to 40"),
        ({"version": 7, "min_version": 8}, "version is 7 and min_version 8"),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_symbol_cannot_be(wrong: dict[str, Any], said: str, engine: Any) -> None:
    with pytest.raises(khqr.KhqrError, match=said):
        symbol.make(STATIC, **{"engine": engine, **wrong})


@pytest.mark.parametrize("wrong", [{"version": "7"}, {"mask": 1.0}, {"min_version": True}])
def test_wrong_types(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="is a whole number"):
        symbol.make(STATIC, **wrong)
