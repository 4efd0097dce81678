"""What a card says and where: text that never leaves its place, badges, styles, refusals."""

from __future__ import annotations

import io
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import fields, replace
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

import khqr
from card_names import NAMES, payload_for
from khqr.image import card, symbol
from khqr.image.card.badge import badge_for, hidden_patterns
from khqr.image.card.content import amount_shown
from khqr.image.card.drawing import Box, Drawing, Fill, Modules, Picture, Text
from khqr.image.card.fonts import fonts_for, shape
from khqr.image.card.raster import painted
from khqr.image.card.text import Writer, script_runs
from khqr.image.patterns import alignment_centres
from material import FULL, STATIC, replaced

STYLES = (card.CardStyle(), card.StandStyle())
KINDS: list[tuple[str, Any]] = [("KHR", None), ("KHR", 10_000), ("USD", None), ("USD", "1234.50")]
LONG = "Demo Wholesale Market " * 4 + "Phnom"


def quietly(source: Any, **options: Any) -> card.Card:
    """Return a card without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", card.CardWarning)
        return card.make(source, **options)


def named(name: str, amount: str = "") -> str:
    """Return a payload with any name of up to 99 characters, and an amount as it is written."""
    payload = replaced("5909Demo User", f"59{len(name):02d}{name}", STATIC)
    return replaced("5802KH", f"54{len(amount):02d}{amount}5802KH", payload) if amount else payload


def texts(drawing: Drawing) -> Iterator[Text]:
    """Yield the lines of a card but for the sign in the badge, which stands on the symbol."""
    return (item for item in drawing.items if isinstance(item, Text) and item.role != "sign")


def overlap(one: Box, two: Box) -> bool:
    """Whether two boxes share more than an edge."""
    apart = one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
    return not apart


def assert_in_place(drawn: card.Card) -> None:
    """Assert that every line is inside the card, off its edges, and touches nothing else."""
    drawing = drawn.drawing()
    lines = list(texts(drawing))
    symbols = [item.box for item in drawing.items if isinstance(item, Modules)]
    margin = drawn.style.text_margin
    for line in lines:
        left, top, right, bottom = line.ink
        assert left >= margin / 2, line
        assert right <= drawing.width - margin / 2, line
        header = drawn.style.header_height
        assert (0 < top < bottom < header) if line.role == "mark" else top > header, line
        assert bottom < drawing.height, line
        assert not any(overlap(line.ink, box) for box in symbols), line
    for one, two in combinations(lines, 2):
        assert not overlap(one.ink, two.ink), (one, two)


@pytest.mark.parametrize("style", STYLES)
def test_text_never_leaves_its_place(style: Any) -> None:
    for index, name in enumerate([*NAMES, LONG, LONG.replace(" ", ""), "ហាង" * 25, "ញ្ញើ" * 12]):
        currency, amount = KINDS[index % 4]
        if len(name) > 25:
            assert_in_place(quietly(named(name, str(amount or "")), style=style))
        else:
            payload = payload_for(name, currency=currency, amount=amount)
            assert_in_place(quietly(payload, style=style))
            if index % 4 == 0 and style is STYLES[0]:
                pair = [payload, payload_for(name, currency="USD", amount="9999999999.99")]
                assert_in_place(quietly(pair))


@given(
    st.text(
        st.characters(categories=("L", "M", "N", "P", "S", "Zs"), max_codepoint=0x1FFF)
        | st.characters(min_codepoint=0x1780, max_codepoint=0x17FF, categories=("L", "M", "N")),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from(["", "1", "9999999999.99", "1234567"]),
    st.sampled_from(STYLES),
)
def test_any_text_stays_in_its_place(name: str, amount: str, style: Any) -> None:
    try:
        drawn = quietly(named(name, amount), style=style)
    except card.CardError as refusal:
        assert re.search("holds no character", str(refusal))  # noqa: PT017 - either end is right
        return
    assert_in_place(drawn)


@pytest.mark.parametrize("index", range(0, 100, 7))
def test_ink_is_where_the_layout_says(index: int) -> None:
    """Pillow shapes the text anew; its black must fill the box that was measured."""
    drawn = quietly(payload_for(NAMES[index], amount=41_000))
    width = 700
    scale = width / drawn.style.width
    for line in texts(drawn.drawing(width)):
        alone = Drawing(drawn.style.width, 1.0, (replace(line, colour="#000000"),))
        inked = np.asarray(painted(alone, scale, "#FFFFFF").convert("L")) < 200
        rows, columns = np.where(inked.any(axis=1))[0], np.where(inked.any(axis=0))[0]
        found = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        assert np.allclose(found, [edge * scale for edge in line.ink], atol=2.0), line


def test_margins_keep_the_colour_of_the_ground() -> None:
    for index, name in enumerate(NAMES):
        theme = card.DARK if index % 2 else card.LIGHT
        picture = quietly(payload_for(name, amount=9_999_999_999), theme=theme).image(300)
        pixels = np.asarray(picture)
        ground = tuple(int(theme.ground[at : at + 2], 16) for at in (1, 3, 5))
        height = pixels.shape[0]
        for columns in (slice(2, 30), slice(-30, -2)):
            words = pixels[int(0.19 * height) : int(0.34 * height), columns]
            assert (words == ground).all(), name
        assert (pixels[int(0.36 * height) : int(0.36 * height) + 4] == ground).all()


def test_long_name_shrinks_then_wraps_then_is_cut() -> None:
    def lines(name: str) -> list[Text]:
        return [t for t in texts(card.make(named(name)).drawing()) if t.role == "name"]

    def size(line: Text) -> float:
        return max(run.size for run in line.runs)

    (short,) = lines("Demo Coffee")
    (smaller,) = lines("Demo Riverside Hotel and Wellness Spa")
    first, second = lines("Demo Riverside Hotel and Wellness Spa with a Bar")
    assert size(short) == 0.03
    assert 0.8 * 0.03 <= size(smaller) < 0.03
    assert "".join(run.text for run in first.runs) == "Demo Riverside Hotel and"
    assert "".join(run.text for run in second.runs) == "Wellness Spa with a Bar"
    with pytest.warns(card.CardWarning, match="the name is cut to fit the card"):
        cut = lines(LONG)
    assert len(cut) == 2
    assert cut[1].runs[-1].text.endswith("…")
    assert size(cut[0]) == pytest.approx(0.8 * 0.03)


def test_name_breaks_at_a_zero_width_space_before_it_breaks_in_a_word() -> None:
    writer = Writer(fonts_for(None, None), 0.92)
    broken = writer.fitted("ហាងកាហ្វេ\u200bមាត់ទន្លេ", 400, 1.0, 0.8, 5.0)
    texts_of = ["".join(text for _, text, _, _ in line.runs) for line in broken.lines]
    assert texts_of == ["ហាងកាហ្វេ", "មាត់ទន្លេ"]
    letters = writer.fitted("ញ្ញើញ្ញើញ្ញើញ្ញើ", 400, 1.0, 0.8, 3.0)
    halves = ["".join(text for _, text, _, _ in line.runs) for line in letters.lines]
    assert halves == ["ញ្ញើញ្ញើ", "ញ្ញើញ្ញើ"]  # a subscript stays with its letter


def test_khmer_is_shaped_and_not_drawn_letter_by_letter() -> None:
    khmer = fonts_for(None, None).typeface("khmer", 400)
    whole = shape(khmer, "ស្ត្រី")
    assert len(whole.glyphs) < 6
    assert whole.advance < sum(shape(khmer, letter).advance for letter in "សតរ") * 0.7
    vowel = shape(khmer, "កេ")
    assert vowel.glyphs[0].number == shape(khmer, "េ").glyphs[0].number  # stands before its letter


def test_script_runs() -> None:
    assert script_runs("ហាង Demo ៛5") == [
        ("khmer", "ហាង "),
        ("latin", "Demo "),
        ("khmer", "៛"),
        ("latin", "5"),
    ]
    assert script_runs("") == []


def test_letters_without_a_glyph_are_left_out_and_listed() -> None:
    with pytest.warns(card.CardWarning, match=r"U\+2615, U\+6587; pass font="):
        drawn = card.make(named("☕ 文 Demo ☕"))
    assert drawn.panels[0].content.name == "Demo"
    with pytest.raises(card.CardError, match=r"holds no .* \(U\+6587, U\+5C71\); pass font="):
        card.make(named("文山"))
    with pytest.warns(card.CardWarning, match=r"U\+202E"):
        assert card.make(named("\u202eDemo")).panels[0].content.name == "Demo"
    with pytest.raises(card.CardError, match="it is empty"):
        Writer(fonts_for(None, None), 1).clean(" \u200b\n")
    assert Writer(fonts_for(None, None), 1).clean("e\u0301\tDemo\n  Two") == "é Demo Two"


def test_name_in_the_language_of_the_card() -> None:
    def name(**options: Any) -> str:
        return card.make(FULL, **options).panels[0].content.name

    assert name() == name(language="en") == "Demo Coffee"
    assert name(language="km") == name(language="KM") == "ហាងសាកល្បង"
    assert card.make(STATIC, language="km").panels[0].content.name == "Demo User"


@given(
    st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10**12), places=2),
    st.sampled_from([khqr.KHR, khqr.USD]),
)
def test_amount_says_the_same_number(amount: Decimal, currency: khqr.Currency) -> None:
    shown = amount_shown(amount, currency)
    assert Decimal(shown.replace(",", "")) == amount
    whole, _, fraction = shown.partition(".")
    assert re.fullmatch(r"\d{1,3}(,\d{3})*", whole)
    assert len(fraction) >= currency.decimals
    assert amount != int(amount) or len(fraction) == currency.decimals


def test_amount_of_the_card_comes_from_the_payload() -> None:
    def said(payload: str) -> tuple[str | None, str]:
        content = quietly(payload).panels[0].content
        return content.amount, content.currency

    assert said(payload_for("Demo", amount=10_000)) == ("10,000", "KHR")
    assert said(payload_for("Demo", currency="USD", amount=10)) == ("10.00", "USD")
    assert said(STATIC) == (None, "KHR")
    assert said(named("Demo", "0")) == (None, "KHR")
    assert said(named("Demo", "1000.5")) == ("1,000.5", "KHR")
    baht = replaced("5303116", "5303764", named("Demo", "1234567"))
    assert said(baht) == ("1,234,567.00", "THB")
    assert quietly(baht).panels[0].badge is None
    for odd in ("1,5", "1e5", "-5"):
        with pytest.raises(card.CardError, match="no number that a card could show"):
            card.make(named("Demo", odd))


def test_badge_follows_the_alignment_patterns() -> None:
    style = card.CardStyle()
    for version in range(1, 41):
        for sign in "៛$":
            badge = badge_for("auto", sign, version, "M", style)
            assert badge is not None
            assert badge.sign == sign
            assert badge.outlined == hidden_patterns(version, style.badge_ring)
    assert badge_for("auto", None, 8, "M", style) is None
    assert badge_for(None, "$", 8, "M", style) is None
    with pytest.warns(card.BadgeWarning, match=r"version 8, and zbar misses many of versions 7-13"):
        full = badge_for("currency", "$", 8, "M", style)
    assert full is not None
    assert not full.outlined
    with pytest.raises(card.CardError, match="has no sign"):
        badge_for("currency", None, 8, "M", style)


@pytest.mark.parametrize("version", range(1, 41))
def test_alignment_patterns_are_those_of_the_symbol(version: int) -> None:
    """segno says of every module what it belongs to."""
    from segno import consts

    kinds = {consts.TYPE_ALIGNMENT_PATTERN_DARK, consts.TYPE_ALIGNMENT_PATTERN_LIGHT}
    made = segno.make("1", version=version, micro=False)
    marked = {
        (x, y)
        for y, row in enumerate(made.matrix_iter(verbose=True, border=0))
        for x, kind in enumerate(row)
        if kind in kinds
    }
    expected = {
        (x + i, y + j)
        for x, y in alignment_centres(version)
        for i in range(-2, 3)
        for j in range(-2, 3)
    }
    assert marked == expected


def test_badge_of_the_caller() -> None:
    art = Image.new("RGBA", (300, 200), (10, 90, 50, 200))
    with pytest.warns(card.BadgeWarning, match="min_version=14 or badge=None"):
        drawn = card.make(payload_for("Demo Coffee"), badge=art, logo=art)
    pictures = {item.role: item for item in drawn.drawing().items if isinstance(item, Picture)}
    (symbol,) = (item for item in drawn.drawing().items if isinstance(item, Modules))
    left, top, right, bottom = pictures["badge"].box
    assert (right - left) / (bottom - top) == pytest.approx(1.5)
    assert right - left == pytest.approx(0.176 * symbol.side)
    assert (left + right) / 2 == pytest.approx((symbol.box[0] + symbol.box[2]) / 2)
    assert pictures["logo"].box[3] < drawn.style.header_height
    assert not [line for line in texts(drawn.drawing()) if line.role == "mark"]
    large = card.CardStyle(badge_side=0.26, badge_ring=0.28)
    for error in ("L", "M"):
        with pytest.raises(card.CardError, match=f"at most 0.25 at level {error}"):
            card.make(payload_for("Demo"), badge=art, style=large, error=error)
    assert quietly(payload_for("Demo"), badge=art, style=large, error="Q").panels[0].badge


def test_two_payloads_of_one_merchant(tmp_path: Path) -> None:
    riel, dollar = payload_for("Demo", amount=41_000), payload_for("Demo", currency="USD")
    drawn = card.make([riel, dollar])
    one = card.make(riel).drawing()
    two = drawn.drawing()
    assert drawn.payloads == (riel, dollar)
    assert drawn.title == "KHQR, Demo, 41,000 KHR / USD"
    assert two.width == one.width
    assert two.height > 1.5 * one.height
    upper, lower = (item for item in two.items if isinstance(item, Modules))
    assert upper.box[3] < lower.box[1]
    for wrong, message in (
        ([riel], "one symbol or two, not 1"),
        ([riel] * 3, "one symbol or two, not 3"),
        ([riel, payload_for("Demo")], "both payloads are in KHR"),
        ([riel, payload_for("Other", currency="USD")], "name different merchants"),
    ):
        with pytest.raises(card.CardError, match=message):
            card.make(wrong)
    with pytest.raises(card.CardError, match="a stand has one symbol"):
        card.make([riel, dollar], style=card.StandStyle())


def test_modules_are_whole_pixels_in_the_middle_of_their_box() -> None:
    for width in (240, 300, 333, 601):
        drawn = card.make(payload_for("Demo"))
        scale = width / drawn.style.width
        (symbol,) = (item for item in drawn.drawing(width).items if isinstance(item, Modules))
        for length in (symbol.module, symbol.x, symbol.y):
            assert length * scale == pytest.approx(round(length * scale))
        middle = (symbol.box[0] + symbol.box[2]) / 2
        assert abs(middle - drawn.style.width / 2) * scale <= 0.5 + 1e-6
        pixels = np.asarray(drawn.image(width).convert("L"))
        left, top, module = (round(n * scale) for n in (symbol.x, symbol.y, symbol.module))
        corner = pixels[top : top + 7 * module : module, left : left + 7 * module : module] < 128
        assert corner.tolist() == [[bool(cell) for cell in row[:7]] for row in symbol.rows[:7]]


def test_quiet_zone_is_kept_on_any_theme() -> None:
    for theme in ("light", "dark", card.Theme(ground="#808080")):
        for minimum in (1, 8, 14):
            drawn = card.make(STATIC, theme=theme, error="L", min_version=minimum)
            width = 600
            scale = width / drawn.style.width
            (symbol,) = (item for item in drawn.drawing(width).items if isinstance(item, Modules))
            pixels = np.asarray(drawn.image(width).convert("L"))
            wide = round(4 * symbol.module * scale)
            left, top, right, bottom = (round(edge * scale) for edge in symbol.box)
            around = pixels[top - wide : bottom + wide, left - wide : right + wide].copy()
            around[wide:-wide, wide:-wide] = 255
            corner = 20  # the tile is round there
            assert (around[corner:-corner, :] == 255).all()
            assert (around[:, corner:-corner] == 255).all()


@pytest.mark.parametrize("minimum", [1, 7, 9, 14, 18])
def test_frame_of_a_stand_stays_off_the_quiet_zone(minimum: int) -> None:
    for width in (None, 700):
        style = card.StandStyle()
        drawn = card.make(STATIC, style=style, error="L", min_version=minimum)
        drawing = drawn.drawing(width)
        (symbol,) = (item for item in drawing.items if isinstance(item, Modules))
        inside = (style.width - style.frame_side) / 2 + style.frame_stroke
        assert symbol.box[0] - inside >= 4 * symbol.module - 1e-3


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=150)
@given(data=st.data())
def test_styles_draw_or_say_why_not(style: Any, data: st.DataObject) -> None:
    names = [field.name for field in fields(style)]
    changed = data.draw(
        st.dictionaries(
            st.sampled_from(names),
            st.floats(-1, 5) | st.integers(-1, 1200) | st.just(float("nan")),
            max_size=3,
        )
    )
    try:
        other = replace(style, **changed)
    except card.CardError as refusal:
        assert re.search("expected|leaves? no room", str(refusal))  # noqa: PT017 - either end is right
        return
    try:
        drawn = quietly(payload_for("Demo Coffee", amount=10_000), style=other)
        drawing = drawn.drawing()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", card.CardWarning)
            drawn.image(300)
    except card.CardError as refusal:
        assert re.search("badge_side|no room|cannot be drawn so small|name .* room", str(refusal))  # noqa: PT017 - either end is right
        return
    assert [item for item in drawing.items if isinstance(item, Modules)]


def test_a_badge_too_small_to_be_drawn_is_refused() -> None:
    for side in (1e-144, 0.009):
        with pytest.raises(card.CardError, match=r"expected badge_side from 0\.01 to 0\.30"):
            card.CardStyle(badge_side=side)


def test_style_has_the_proportions_of_the_guideline() -> None:
    style = card.CardStyle()
    drawing = card.make(payload_for("Demo", amount=10_000)).drawing()
    assert (drawing.width / drawing.height) == pytest.approx(20 / 29)
    placed = {item.role: item for item in drawing.items if isinstance(item, Text)}
    assert placed["name"].baseline == style.name_baseline == 0.201
    assert placed["amount"].baseline == placed["currency"].baseline == 0.275
    assert placed["currency"].ink[0] > placed["amount"].ink[2]
    mark = placed["mark"].ink
    assert (mark[0] + mark[2]) / 2 == pytest.approx(drawing.width / 2)
    roles = [item.role for item in drawing.items if isinstance(item, Fill)]
    assert roles == ["ground", "header", "divider", "ring", "badge", "badge"]
    static = card.make(payload_for("Demo")).drawing()
    (name,) = (item for item in texts(static) if item.role == "name")
    assert name.baseline == pytest.approx((0.201 + 0.275) / 2)


def test_theme_takes_six_digits_only() -> None:
    for colour in ("red", "#FFF", "#1234567", "#12345G", "#FFFFFF\n", 'x"/>'):
        with pytest.raises(card.CardError, match="expected #RRGGBB"):
            card.Theme(header=colour)
    with pytest.raises(TypeError, match="header is str"):
        card.Theme(header=0xFFFFFF)  # type: ignore[arg-type] # the refusal is the test


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"theme": "blue"}, "expected light, dark or a Theme"),
        ({"theme": 1}, "theme is a Theme"),
        ({"style": "card"}, "style is CardStyle or StandStyle"),
        ({"error": "X"}, "expected L, M, Q or H"),
        ({"badge": "none.png"}, "badge is no picture that can be read"),
        ({"badge": 5}, "badge is a path, bytes or a Pillow image"),
        ({"logo": b"no picture"}, "logo is no picture that can be read"),
        ({"logo": Image.new("1", (8001, 8001))}, "logo has 64016001 pixels"),
        ({"font": b"no font"}, "the font is no TrueType"),
        ({"font": "/no/such/font.ttf"}, "the font cannot be read"),
        ({"font": "no\0font.ttf"}, "the font cannot be read"),
        ({"khmer_font": 3}, "a font is a path or bytes"),
        ({"language": 5}, "language is str"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises((card.CardError, TypeError), match=message):
        card.make(STATIC, **options)


@pytest.mark.parametrize("kind", ["EPS", "AVIF"])
def test_artwork_runs_no_program_and_fails_by_reason(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 60), "red").save(out, kind)
    broken = out.getvalue().replace(b"pitm", b"xxxx")  # of an AVIF, where its picture is
    with pytest.raises(card.CardError, match="logo is no picture that can be read"):
        card.make(STATIC, logo=broken)


def test_widths_and_files_are_refused_by_reason(tmp_path: Path) -> None:
    drawn = card.make(STATIC)
    for width in (0, 99, 5001):
        with pytest.raises(card.CardError, match="expected 100 to 5000 pixels"):
            drawn.image(width)
    with pytest.raises(TypeError, match="width is int"):
        drawn.image(600.0)  # type: ignore[arg-type] # the refusal is the test
    with pytest.warns(card.CardWarning, match="below 240 pixels"):
        drawn.image(239)
    with pytest.raises(card.CardError, match="needs a width of at least"):
        card.make(STATIC, min_version=40).image(240)
    with pytest.raises(card.CardError, match=r"ends in '\.gif', expected \.png"):
        drawn.save(tmp_path / "card.gif")
    with pytest.raises(card.CardError, match="expected 1 to 95"):
        drawn.jpeg(quality=100)
    for write in (drawn.png, drawn.jpeg):
        for dpi in (-5, 0, 9_601):
            with pytest.raises(card.CardError, match="expected 1 to 9600"):
                write(dpi=dpi)
        with pytest.raises(TypeError, match="dpi is int"):
            write(dpi=72.0)  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(card.CardError, match="expected 10 to 2000 millimetres"):
        drawn.pdf(5)
    with pytest.raises(TypeError, match="width_mm is a number of millimetres"):
        drawn.pdf("80")  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(card.CardError, match="expected 100 to 5000"):
        drawn.svg(-5)


def test_payload_that_nobody_could_pay_gets_no_card() -> None:
    for payload in (STATIC[:-4] + "0000", "hello", ""):
        with pytest.raises(khqr.DecodeError):
            card.make(payload)
    with pytest.raises(TypeError, match="a payload or a code"):
        card.make(5)  # type: ignore[arg-type] # the refusal is the test
    with pytest.raises(khqr.EncodeError):
        card.make(khqr.Individual(bakong_account_id="", merchant_name=""))
    assert card.make(khqr.decode(STATIC)).payloads == (STATIC,)
    assert card.make(STATIC.encode()).payloads == (STATIC,)


def test_symbol_may_be_larger_than_it_needs() -> None:
    for least, version in ((1, 6), (3, 6), (16, 16)):
        (panel,) = card.make(STATIC, min_version=least).panels
        assert panel.symbol == symbol.make(STATIC, min_version=least)
        assert panel.symbol.version == version
    (panel,) = card.make(FULL, eci=False, error="H").panels
    assert panel.symbol == symbol.make(FULL, eci=False, error="H")


def test_fonts_of_the_caller() -> None:
    fonts = fonts_for(None, None)
    assert isinstance(fonts.latin, str)
    data = Path(fonts.latin).read_bytes()
    own = card.make(STATIC, font=data).image(300)
    assert own.tobytes() == card.make(STATIC).image(300).tobytes()
    with pytest.raises(card.CardError, match=r"the latin font cannot draw \$"):
        card.make(STATIC, font=data[:50_000])  # the outlines are cut off
    with pytest.raises(card.CardError, match="the khmer font cannot draw ៛"):
        card.make(STATIC, khmer_font=data)


@pytest.mark.parametrize("module", ["uharfbuzz", "fontpkg_nunito_sans", "PIL"])
def test_missing_package_names_the_extra(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from khqr.image.card import fonts

    for kept in (fonts._packaged, fonts._face, fonts._font, fonts.shape, fonts.draws):
        kept.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(khqr.MissingDependency, match=r"khqr\[card\]"):
        card.make(STATIC).png()


def test_khmer_without_raqm_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from khqr.image.card import fonts

    monkeypatch.setattr(features, "check", lambda _: False)
    fonts.pillow_font.cache_clear()
    try:
        assert card.make(STATIC, badge=None).png()
        with pytest.raises(khqr.MissingDependency, match="libraqm is needed for Khmer text"):
            card.make(named("ហាង"), badge=None).png()
        assert "<path" in card.make(named("ហាង")).svg()
    finally:
        fonts.pillow_font.cache_clear()
