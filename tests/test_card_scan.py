"""Every card that is drawn is read back: a hundred names, two currencies, two kinds of code."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khqr
from card_names import NAMES, payload_for
from khqr.image import card, scan, scan_all, symbol
from khqr.testing import payloads

KINDS: list[tuple[str, Any]] = [("KHR", None), ("KHR", 10_000), ("USD", None), ("USD", "1234.50")]
WIDTHS = (300, 360, 600)


def quietly(payload: str, **options: Any) -> card.Card:
    """Return a card without the warnings about letters that no font has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", card.CardWarning)
        return card.make(payload, **options)


def test_there_are_a_hundred_names() -> None:
    assert len(NAMES) == len(set(NAMES)) == 100


@pytest.mark.parametrize("start", range(0, 100, 25))
def test_every_card_is_read_by_zxing(start: int) -> None:
    for index, name in enumerate(NAMES[start : start + 25]):
        for currency, amount in KINDS:
            payload = payload_for(name, currency=currency, amount=amount)
            drawn = quietly(payload, theme="dark" if index % 3 == 2 else "light")
            for width in WIDTHS:
                assert scan(drawn.image(width), engine="zxing").text == payload, (name, width)


def test_every_card_is_read_by_zbar() -> None:
    """Each name with one kind and one width, which takes turns: zbar is slow."""
    for index, name in enumerate(NAMES):
        currency, amount = KINDS[index % 4]
        payload = payload_for(name, currency=currency, amount=amount)
        picture = quietly(payload).image(WIDTHS[index % 3])
        assert scan(picture, engine="pyzbar").text == payload, name
        if index % 4 == 0:
            stand = quietly(payload, style=card.StandStyle()).image(720)
            assert scan(stand, engine="pyzbar").text == payload, name


@pytest.mark.parametrize("error", ["L", "M", "Q", "H"])
@pytest.mark.parametrize("currency", ["KHR", "USD"])
def test_badge_that_is_chosen_is_read_by_both(currency: str, error: Any) -> None:
    for name in ("Demo", "ហាងសាកល្បង", "Demo Riverside Hotel, Spa"):
        payload = payload_for(name, currency=currency, khmer="ហាង" * 8)
        for options in ({}, {"badge": None}, {"badge": "currency", "min_version": 14}):
            drawn = card.make(payload, error=error, **options)
            for engine in ("zxing", "pyzbar"):
                for width in (300, 700):
                    assert scan(drawn.image(width), engine=engine).text == payload


def test_full_badge_over_an_alignment_pattern_is_lost_on_zbar() -> None:
    """Why the badge is drawn in outline; if this fails, zbar has learnt to read them."""
    read = {"pyzbar": 0, "zxing": 0}
    for name in NAMES[:20]:
        payload = payload_for(name, currency="USD", amount="1234.50")
        with pytest.warns(card.BadgeWarning, match="versions 7-13, 21-33"):
            drawn = card.make(payload, badge="currency")
        for engine in read:
            found = scan_all(drawn.image(), engine=engine)  # type: ignore[arg-type] # a name of an engine
            read[engine] += [item.text for item in found] == [payload]
    assert read["zxing"] == 20
    assert read["pyzbar"] < 15


def test_jpeg_is_read_at_any_quality() -> None:
    payload = payload_for("ហាងសាកល្បង", amount=10_000)
    drawn = card.make(payload)
    sizes = []
    for quality in (10, 50, 92):
        picture = drawn.jpeg(quality=quality)
        assert scan(picture).text == payload
        sizes.append(len(picture))
    assert sizes == sorted(sizes)


def test_two_symbols_are_both_read() -> None:
    pair = [
        payload_for("Demo Coffee", amount=41_000),
        payload_for("Demo Coffee", currency="USD", amount=10),
    ]
    for theme in ("light", "dark"):
        for width in WIDTHS:
            picture = card.make(pair, theme=theme).image(width)
            for engine in ("zxing", "pyzbar"):
                assert [item.text for item in scan_all(picture, engine=engine)] == pair


@settings(max_examples=40)
@given(payloads(), st.sampled_from(["L", "M", "Q", "H"]), st.integers(300, 900), st.booleans())
def test_any_code_is_drawn_and_read(payload: str, error: Any, width: int, stand: bool) -> None:
    """Any payload of the library at any width, or the reason why there is no card of it."""
    style = card.StandStyle() if stand else card.CardStyle()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", card.CardWarning)
        try:
            drawn = card.make(payload, error=error, style=style)
        except card.CardError as refusal:
            assert "pass font=" in str(refusal)  # noqa: PT017 - either end is right
            return
        picture = drawn.image(width if not stand else 2 * width)
    assert scan(picture).text == payload


def test_longest_payload_is_read_where_it_has_pixels() -> None:
    base = khqr.parse(payload_for("Demo Coffee"))
    payload = str(base.replace("62.05", "x" * 25))
    long = payload
    for number in range(80, 86):
        long = str(khqr.parse(long).replace(f"{number}.00", "y" * 95))
    drawn = card.make(long, verify=True)
    version = drawn.panels[0].symbol.version
    assert version > 18
    with pytest.warns(card.CardWarning, match="modules are 1"):
        drawn.image(240)
    assert scan(drawn.png(1000)).text == long


def test_verify_raises_for_what_does_not_scan_back() -> None:
    payload, other = payload_for("Demo Coffee"), payload_for("Demo Caffee")
    good = card.make(payload, verify=True)
    assert good.png()
    (panel,) = good.panels
    bad = replace(good, panels=(replace(panel, symbol=symbol.make(other)),))
    for write in (bad.png, bad.jpeg, bad.svg, bad.pdf, lambda: card.sheet([bad])):
        with pytest.raises(card.CardError, match="does not scan back"):
            write()


def test_finished_file_is_what_is_verified() -> None:
    drawn = card.make(payload_for("Demo"), verify=True)
    other = card.make(payload_for("Demo 2"), verify=True)
    with pytest.raises(card.CardError, match="1 symbols were read, expected 1"):
        drawn.scan_back(other.png())
    out = io.BytesIO()
    drawn.image().save(out, "PNG")
    assert out.getvalue() == drawn.png()
