"""Where a reader finds nothing, the picture is made easier, and corners lead back to the original.

The pictures come from the corpus of ``benchmarks/``; the whole of it is read by `make bench-scan`.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from benchmarks import degrade
from benchmarks.payloads import written
from benchmarks.scan_figures import FIDELITY, LEAST
from benchmarks.scan_groups import BASE, EXTRA, NEGATIVE, Case, cases, name_in, payloads
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from khqr.image import engines, scan, scan_all
from khqr.image.retries import RETRIES
from khqr.image.view import Affine, View
from material import DYNAMIC, FULL, STATIC

SEED = 7001


def read(case: Case) -> Counter[str]:
    """Return how often each text was read, and refuse any that is not in the picture."""
    found = Counter(item.text for item in scan_all(case.picture))
    assert found <= Counter(case.expected), (case.group, case.what, found)
    return found


@pytest.mark.parametrize("group", BASE)
def test_what_must_be_read_of_each_group(group: str) -> None:
    taken = list(cases({group: BASE[group]}, SEED))
    if len(taken) > 20:  # every other one, so that a run stays short
        taken = taken[::2]
    found = sum(read(case).total() for case in taken)
    expected = sum(len(case.expected) for case in taken)
    assert found >= math.floor(LEAST[group] * expected)


@pytest.mark.parametrize("group", ["motion, any angle", "blur and noise", "over-exposure"])
def test_what_the_retries_are_for(group: str) -> None:
    taken = list(cases({group: EXTRA[group]}, SEED))[::2]
    alone = sum(len(scan_all(case.picture, retries=False, engine="zxing")) for case in taken)
    found = sum(read(case).total() for case in taken)
    assert alone < found >= 0.8 * len(taken)


@pytest.mark.parametrize("group", NEGATIVE)
def test_nothing_is_made_up(group: str) -> None:
    for case in cases({group: NEGATIVE[group]}, SEED):
        assert read(case) == Counter(case.expected)


def test_names_of_every_script_come_back_exactly() -> None:
    random = Random(SEED)
    for number in range(150):
        name = name_in(FIDELITY[number % 5], random)
        text = written({"bakong_account_id": "demo_user@devb", "merchant_name": name})
        picture = degrade.symbol(text, scale=4, eci=number % 2 == 0, mask=number % 8)
        for engine in ("zxing", "pyzbar"):
            (found,) = scan_all(picture, engine=engine)
            assert (found.text, found.data, found.engine) == (text, text.encode(), engine)


# Corners


def spoilt(kind: str) -> Image.Image:
    """Return a code that only a retry of some kind reads, 60 pixels from the edges."""
    random = np.random.default_rng(SEED)
    code = degrade.framed(degrade.symbol(DYNAMIC, scale=6), 255, 36)
    changes: dict[str, Callable[[], Image.Image]] = {
        "a third": lambda: degrade.salt_and_pepper(code, 0.2, random),
        "smooth": lambda: degrade.grey_range(code, 15),
        "cut out": lambda: degrade.framed(degrade.symbol(DYNAMIC, scale=6, border=0), 0, 60),
        "deblurred": lambda: code.filter(ImageFilter.GaussianBlur(3.6)),
        "still": lambda: degrade.motion(code, 15, 30),
        "second reader": lambda: degrade.grey_range(code, 15),
    }
    return changes[kind]()


@pytest.mark.parametrize("kind", ["a third", "smooth", "cut out", "deblurred", "still"])
def test_corners_of_a_retry_are_those_of_the_picture(kind: str) -> None:
    picture = spoilt(kind)
    assert scan_all(picture, engine="zxing") == []
    assert scan_all(picture, retries=False, engine="auto") == [] or kind == "smooth"
    found = scan(picture)
    assert (found.text, found.attempt) == (DYNAMIC, kind)
    near, far = 60, picture.width - 60
    expected = {(near, near), (far, near), (far, far), (near, far)}
    for x, y in expected:
        assert min(math.dist((x, y), corner) for corner in found.corners) < 12


def test_the_second_reader_is_asked_last() -> None:
    found = scan(spoilt("second reader"), retries=False)
    assert (found.text, found.engine, found.attempt) == (DYNAMIC, "pyzbar", "second reader")


@pytest.mark.parametrize("kind", ["a third", "smooth", "cut out", "deblurred"])
def test_retries_without_zxing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    found = scan(spoilt(kind))
    assert (found.text, found.engine) == (DYNAMIC, "pyzbar")
    negative = scan(degrade.symbol(STATIC).point(lambda grey: 255 - grey))
    assert (negative.text, negative.attempt) == (STATIC, "inverted")


dots = st.integers(60, 139)


@settings(max_examples=200)
@given(dots, dots, st.data())
def test_a_point_of_a_view_leads_back(x: int, y: int, data: st.DataObject) -> None:
    """Whatever is done to a picture of one dot, the dot's place comes back."""
    picture = Image.new("L", (200, 210), 255)
    ImageDraw.Draw(picture).ellipse((x - 6, y - 6, x + 6, y + 6), fill=0)
    view = View(picture)
    steps = st.sampled_from(["resize", "turn", "crop", "limit"])
    for step in data.draw(st.lists(steps, max_size=3)):
        if step == "resize":
            view = view.resized(data.draw(st.sampled_from([0.5, 0.7, 2, 1.3])))
        elif step == "turn":
            view = view.turned(data.draw(st.floats(-180, 180)))
        elif step == "limit":
            view = view.within(20_000)
        else:
            width, height = view.picture.size
            view = view.cropped((0, 1, width - 1, height), margin=7)
    ink = 255.0 - np.asarray(view.picture)
    rows, columns = np.indices(ink.shape)
    middle = (ink * columns).sum() / ink.sum(), (ink * rows).sum() / ink.sum()
    assert math.dist(view.back(*middle), (x, y)) < 0.5


def test_maps_in_a_row() -> None:
    first, second = Affine(2, 1, 3, -1, 2, 5), Affine(0, -1, 7, 1, 0, -2)
    assert second.after(first)(4, 9) == second(*first(4, 9))


# How much is looked for


def test_more_is_looked_for_until_enough_is_found() -> None:
    faint = degrade.symbol(FULL).filter(ImageFilter.GaussianBlur(3.6))
    both = degrade.sheet([degrade.symbol(STATIC), faint], 2)
    assert [item.text for item in scan_all(both)] == [STATIC]
    found = scan_all(both, expected=2)
    assert [item.text for item in found] == [STATIC, FULL]
    assert [item.attempt for item in found] == ["as is", "deblurred"]
    # More than there are: everything is tried, and nothing comes twice.
    assert [item.text for item in scan_all(both, expected=9)] == [STATIC, FULL]
    assert [item.text for item in scan_all(both, expected=2, retries=False)] == [STATIC]


@pytest.mark.parametrize("degrees", [0, 3, -3])
def test_reading_order(degrees: float) -> None:
    texts = [text for seed in (1, 2) for text in payloads(seed)][:6]
    whole = degrade.sheet([degrade.symbol(text, scale=4) for text in texts], 3, degrees)
    for engine in ("zxing", "pyzbar"):
        assert [item.text for item in scan_all(whole, engine=engine)] == texts


def test_each_retry_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the picture, what a reader gets beyond the first look is small."""
    seen: list[int] = []

    def load() -> engines.Reader:
        def look(image: Image.Image) -> list[engines.Symbol]:
            seen.append(image.width * image.height)
            return []

        return look

    for name in engines.LOADERS:
        monkeypatch.setitem(engines.LOADERS, name, load)
    modules = np.random.default_rng(2).integers(0, 2, (300, 300)) * 255
    large = Image.fromarray(modules.astype(np.uint8)).resize((3000, 3000), Image.Resampling.NEAREST)
    assert scan_all(large) == []
    assert seen[0] == 9_000_000
    assert len(seen) <= len(RETRIES) + 3
    assert max(seen[1:]) < 4_600_000
    for height, width in ((22, 9_000), (9_000, 22), (22, 65_000)):
        seen.clear()
        y, x = np.mgrid[0:height, 0:width]
        stripes = Image.fromarray(((x + y) // 9 % 2 * 255).astype(np.uint8))
        assert scan_all(stripes) == []
        assert 1 < len(seen) <= len(RETRIES) + 3
        assert max(seen) < 4_600_000
    seen.clear()
    assert scan_all(Image.new("L", (65_000, 20))) == []
    assert seen == []


def test_small_and_flat_pictures() -> None:
    for size in ((1, 1), (21, 21), (22, 300), (40, 40), (63, 64)):
        for grey in (0, 90, 255):
            assert scan_all(Image.new("L", size, grey)) == []


def test_a_first_reading_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two attempts that read different texts at one place do not give two symbols."""
    texts = iter(f"text {number}".encode() for number in range(99))

    def look(image: Image.Image) -> list[engines.Symbol]:
        far = image.width // 2, image.height // 2
        corners = ((0, 0), (far[0], 0), far, (0, far[1]))
        return [engines.Symbol(next(texts), corners)]

    monkeypatch.setitem(engines.LOADERS, "zxing", lambda: look)
    monkeypatch.delitem(engines.LOADERS, "pyzbar")
    found = scan_all(Image.new("L", (100, 100), 255), expected=5)
    assert [item.text for item in found] == ["text 0"]
    assert int(next(texts).split()[1]) > 5  # it was asked often
