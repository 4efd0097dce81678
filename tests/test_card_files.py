"""Cards as files: pictures that stay as they were, outlines that look the same, sheets that fit.

`python tests/test_card_files.py` draws the reference pictures anew; look at them before a commit.
"""

from __future__ import annotations

import io
import re
import sys
import warnings
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
import resvg_py
from PIL import Image, ImageDraw
from pypdf import PdfReader

import khqr
from card_names import payload_for
from khqr.image import card, scan, scan_all
from material import STATIC

REFERENCES = Path(__file__).parent / "golden" / "cards"
KHMER = payload_for("Demo Coffee", amount=41_000, khmer="ខ្ញុំស្រឡាញ់កម្ពុជា")
DOLLAR = payload_for("Demo Riverside Hotel, Spa", currency="USD", amount="1234.50")
LONG = payload_for("WWWWWWWWWWWWW MMMMMMMMMMM", amount=9_999_999_999)
STAND = card.StandStyle()


def art(colour: str = "#0A5C36") -> Image.Image:
    """Return a picture that somebody could put on a card."""
    picture = Image.new("RGBA", (240, 240), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((0, 0, 239, 239), fill=colour)
    return picture


def quietly(source: Any, **options: Any) -> card.Card:
    """Return a card without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", card.CardWarning)
        return card.make(source, **options)


CARDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "khmer": (KHMER, {"language": "km"}),
    "dollar-dark": (DOLLAR, {"theme": "dark"}),
    "long-name": (LONG, {}),
    "static": (STATIC, {"min_version": 14}),
    "own-art": (KHMER, {"badge": art(), "logo": art("#FFD100")}),
    "two": ([payload_for("Demo"), payload_for("Demo", currency="USD")], {"theme": "dark"}),
    "stand": (KHMER, {"style": STAND, "language": "km"}),
    "stand-dark": (DOLLAR, {"style": STAND, "theme": "dark"}),
}


def from_svg(text: str) -> Image.Image:
    """Draw an SVG document with resvg, what is transparent in it white."""
    picture = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=text))))
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


def from_pdf(data: bytes, width: int | None = None, page: int = 0) -> Image.Image:
    """Draw a page of a PDF with PDFium, at 200 dots per inch or ``width`` pixels wide."""
    document = pypdfium2.PdfDocument(data)
    one = document[page]
    scale = 200 / 72 if width is None else width / one.get_width()
    picture: Image.Image = one.render(scale=scale).to_pil().convert("RGB")
    document.close()
    return picture


def worst(one: Image.Image, two: Image.Image) -> float:
    """Return by how much the mean of any square of 12 pixels differs, 0 to 255."""
    size = (one.width // 12, one.height // 12)
    small = [np.asarray(p.resize(size, Image.Resampling.BOX), dtype=np.int16) for p in (one, two)]
    return float(np.abs(small[0] - small[1]).max())


def difference(one: Image.Image, two: Image.Image) -> float:
    """Return the mean difference of two pictures, 0 to 255, of what a small blur leaves."""
    size = (one.width // 3, one.height // 3)
    small = [np.asarray(p.resize(size, Image.Resampling.BOX), dtype=np.int16) for p in (one, two)]
    return float(np.abs(small[0] - small[1]).mean())


@pytest.mark.parametrize("name", CARDS)
def test_card_looks_as_it_did(name: str) -> None:
    source, options = CARDS[name]
    with Image.open(REFERENCES / f"{name}.png") as reference:
        drawn = quietly(source, **options).image(300)
        assert drawn.size == reference.size
        assert worst(drawn, reference.convert("RGB")) < 12


def test_references_tell_cards_apart() -> None:
    """A word more or less is seen by the measure that `test_card_looks_as_it_did` uses."""
    one = card.make(payload_for("Demo Coffee")).image(300)
    plain = np.asarray(one).copy()
    assert worst(one, one) == 0
    plain[95:110, 30:60] = 255
    assert worst(one, Image.fromarray(plain)) > 12


@pytest.mark.parametrize("name", CARDS)
def test_outlines_look_like_the_picture(name: str) -> None:
    """Two other renderers draw the outlines; the modules differ, as theirs are no whole pixels."""
    source, options = CARDS[name]
    drawn = quietly(source, **options)
    expected = sorted(drawn.payloads)
    picture = drawn.image(900)
    for other in (from_svg(drawn.svg(900)), from_pdf(drawn.pdf(), 900)):
        assert abs(other.height - picture.height) <= 2
        assert sorted(item.text for item in scan_all(other)) == expected
        upper = (0, 0, 900, round(picture.height * 0.2))
        assert difference(picture.crop(upper), other.crop(upper)) < 1.2


def test_svg_is_one_document_without_fonts_or_references() -> None:
    text = quietly(payload_for('Salon "R" <&> x'), badge=art()).svg(480)
    root = ET.fromstring(text)
    assert root.attrib["width"] == "480"
    assert root.attrib["viewBox"].split()[:2] == ["0", "0"]
    assert root.findtext("{http://www.w3.org/2000/svg}title") == 'KHQR, Salon "R" <&> x, KHR'
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "title", "g", "path", "image"}
    assert re.findall(r'href="(.{22})', text) == ["data:image/png;base64,"]


def test_pdf_has_no_fonts_and_knows_no_clock() -> None:
    drawn = card.make(KHMER, language="km")
    data = drawn.pdf(90)
    assert data == drawn.pdf(90)
    assert b"/Font" not in data
    assert b"Date" not in data
    reader = PdfReader(io.BytesIO(data))
    assert float(reader.pages[0].mediabox.width) == pytest.approx(90 / 25.4 * 72, abs=0.01)
    assert reader.metadata is not None
    assert reader.metadata.title == "KHQR, ខ្ញុំស្រឡាញ់កម្ពុជា, 41,000 KHR"
    moment = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    noted = PdfReader(io.BytesIO(drawn.pdf(at=moment))).metadata
    assert noted is not None
    assert noted.creation_date == moment
    with pytest.raises(TypeError, match="at is an aware datetime"):
        drawn.pdf(at=datetime(2026, 11, 23))  # noqa: DTZ001 - the refusal is the test


def test_every_ending_is_written(tmp_path: Path) -> None:
    drawn = card.make(STATIC)
    starts = {
        "a.png": b"\x89PNG",
        "a.jpg": b"\xff\xd8",
        "a.JPEG": b"\xff\xd8",
        "a.svg": b"<svg",
        "a.pdf": b"%PDF",
    }
    for name, start in starts.items():
        drawn.save(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    drawn.save(tmp_path / "wide.png", width=900, dpi=300)
    with Image.open(tmp_path / "wide.png") as wide:
        assert wide.width == 900
        assert wide.info["dpi"][0] == pytest.approx(300, abs=0.1)
    assert card.png(STATIC) == drawn.png() == drawn.png(600)
    assert card.jpeg(STATIC, 300) == drawn.jpeg(300)
    assert card.svg(STATIC) == drawn.svg()
    assert card.pdf(STATIC, badge=None) != card.pdf(STATIC) == drawn.pdf()
    assert scan(drawn._repr_png_()).text == STATIC


def many(count: int) -> list[str]:
    """Return as many payloads, each of its own."""
    return [payload_for(f"Demo Shop {number}") for number in range(count)]


@pytest.mark.parametrize(
    ("options", "pages", "first_page"),
    [
        ({}, 3, 4),
        ({"page": "A6"}, 9, 1),
        ({"template": "stand"}, 3, 4),
        ({"template": "stand", "page": "A6", "bleed_mm": 0, "cut_marks": False}, 9, 1),
        ({"width_mm": 55}, 1, 9),
        ({"columns": 3}, 1, 9),
        ({"rows": 2}, 5, 2),
        ({"page": (320, 450), "columns": 4, "rows": 2, "bleed_mm": 2}, 2, 8),
    ],
)
def test_sheet_holds_every_code_once(options: Any, pages: int, first_page: int) -> None:
    payloads = many(9)
    data = card.sheet(iter(payloads), **options)
    assert len(PdfReader(io.BytesIO(data)).pages) == pages
    found = [[item.text for item in scan_all(from_pdf(data, page=page))] for page in range(pages)]
    assert sorted(text for page in found for text in page) == sorted(payloads)
    assert len(found[0]) == first_page


def test_bleed_reaches_over_the_cut_and_marks_stay_outside_it() -> None:
    data = card.sheet(many(1), page=(105 + 16, 148 + 16), template="stand", theme="dark")
    page = PdfReader(io.BytesIO(data)).pages[0]
    trim = [float(edge) * 25.4 / 72 for edge in page.trimbox]
    bleed = [float(edge) * 25.4 / 72 for edge in page.bleedbox]
    assert trim[2] - trim[0] == pytest.approx(105, abs=0.01)
    assert np.allclose(np.subtract(bleed, trim), [-3, -3, 3, 3], atol=0.01)
    dots = 121 * 10
    pixels = np.asarray(from_pdf(data, dots).convert("L"))
    dark = np.argwhere(pixels < 200)
    assert dark[:, 1].min() < 50  # marks begin 8 mm from the cut
    inside = pixels[int(trim[0] * 10) - 27 : -int(trim[0] * 10) + 27, int(trim[0] * 10) - 25]
    assert (inside < 200).all()  # colour, 2.5 mm outside the cut, all along it
    between = pixels[300:-300, int(trim[0] * 10) - 45]
    assert (between > 200).all()  # and white beyond the bleed


def test_small_print_is_warned_of() -> None:
    with pytest.warns(card.PrintWarning, match=r"5 of 5 are printed small.*modules 0\.3\d mm"):
        card.sheet(many(5), width_mm=24)
    with pytest.warns(card.PrintWarning, match="smallest symbol is 1"):
        card.pdf(STATIC, 25)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"page": "B4"}, "expected A3, A4"),
        ({"page": (5, 5)}, "expected 10 to 2000 millimetres"),
        ({"page": ("a", "b")}, "a side of the page is a number"),
        ({"columns": "2"}, "columns is int"),
        ({"page": 4}, "page is a name such as"),
        ({"template": "poster"}, "expected card or stand"),
        ({"columns": 0}, "expected 1 to 100"),
        ({"columns": 100}, "do not fit a page"),
        ({"width_mm": 300}, "do not fit a page"),
        ({"width_mm": 0}, "width_mm is 0"),
        ({"bleed_mm": -1}, "bleed_mm is -1"),
        ({"bleed_mm": 49, "page": "A6"}, "do not fit a page"),
        ({"width_mm": 60, "columns": 9}, "do not fit a page"),
    ],
)
def test_sheet_that_cannot_be_is_refused(options: Any, message: str) -> None:
    with pytest.raises((card.CardError, TypeError), match=message):
        card.sheet(many(1), **options)


def test_sheet_of_nothing_or_of_two_shapes_is_refused() -> None:
    with pytest.raises(TypeError, match="not a single text"):
        card.sheet(STATIC)
    with pytest.raises(card.CardError, match="no card for the sheet"):
        card.sheet([])
    pair = [payload_for("Demo"), payload_for("Demo", currency="USD")]
    with pytest.raises(card.CardError, match="card 2 is shaped unlike the first one"):
        card.sheet([STATIC, pair])
    with pytest.raises(khqr.DecodeError):
        card.sheet([STATIC, "hello"])


def test_sheet_takes_finished_cards_and_one_picture_once() -> None:
    drawn = quietly(KHMER, badge=art())
    sheet = PdfReader(io.BytesIO(card.sheet([drawn] * 4)))
    images = {
        name
        for page in sheet.pages
        for name in page["/Resources"]["/XObject"]  # type: ignore[index] # they are dictionaries
    }
    assert len(images) == 1


def draw_references() -> None:
    """Write the reference pictures."""
    REFERENCES.mkdir(parents=True, exist_ok=True)
    for name, (source, options) in CARDS.items():
        picture = quietly(source, **options).image(300)
        picture.quantize(64).save(REFERENCES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(draw_references())  # type: ignore[func-returns-value] # exits with success
