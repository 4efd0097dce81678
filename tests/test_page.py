"""The page of `khqr explain --html`: in a browser, and as markup for any text whatever."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import example, given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, sync_playwright

import khqr
from browser import chromium
from khqr.cli.explain import explained
from khqr.cli.page import html
from khqr.cli.page.nodes import nodes_of, walk
from khqr.cli.page.pieces import language_of, pieces
from khqr.cli.printable import printable
from material import DYNAMIC, FULL, P0, STATIC, inserted, sealed

THAI = (
    "00020101021230640016A00000067701011201150000000000000000210DEMOREF0010307INV0001"
    "53037645406120.005802TH5909DEMO CAFE6304B166"
)
CONSUMER = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8="
BROKEN = FULL.replace("5911Demo Coffee", "5914Demo Coffee").replace("540441", "5404-1")


def named(name: str) -> str:
    """Return a code of a shop with this name."""
    return sealed(STATIC[: STATIC.index("5909")] + f"59{len(name):02d}{name}6010Phnom Penh")


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "javascript:alert(1)//",
    "a\x1b[2J\u202eb\u2066\x00c",
    "שלום עליכם",
    "'onmouseover='alert(1)",
]
CODES = {
    "khmer": FULL,
    "person": STATIC,
    "emvco": P0,
    "thai": THAI,
    "broken": BROKEN,
    "broken inside": inserted("62060101x0", STATIC)[:-4] + "0000",
    "no payload": "Demo Shop",
    "empty": "",
    "too long": "0" * 5000,
    "consumer": CONSUMER,
    "warnings": STATIC[:-4] + "119a",
    "hostile": named("".join(HOSTILE[:3])),
}


class Shown:
    """A page in the browser, and everything that it tried."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda problem: self.said.append(str(problem)))
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.on("request", lambda request: self.asked.append(request.url))

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.text_content() or ""

    def style(self, selector: str, name: str) -> str:
        value = self.page.locator(selector).first.evaluate(
            "(element, name) => getComputedStyle(element).getPropertyValue(name)", name
        )
        return str(value)

    def visible_details(self) -> list[str]:
        found = self.page.locator(".details > *").evaluate_all(
            "all => all.filter(one => getComputedStyle(one).visibility === 'visible')"
            ".map(one => one.id)"
        )
        return list(found)


Show = Callable[..., Shown]
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    opened: list[Shown] = []

    def open_page(payload: str, *, scheme: Scheme = "light", width: int = 1100) -> Shown:
        file = tmp_path / f"{len(opened)}.html"
        file.write_text(html(payload), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        shown = Shown(page, file.as_uri())
        page.goto(shown.address)
        opened.append(shown)
        return shown

    yield open_page
    for shown in opened:
        assert shown.said == []
        assert shown.asked == [shown.address]
        shown.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CODES)
def test_everybody_can_read_it(show: Show, name: str, scheme: Scheme) -> None:
    shown = show(CODES[name], scheme=scheme)
    found = Axe().run(shown.page)
    assert found.response["violations"] == []
    assert len(found.response["passes"]) > 10


def test_dark_is_dark(show: Show) -> None:
    light, dark = (show(FULL, scheme=scheme) for scheme in ("light", "dark"))
    papers = [shown.style("body", "background-color") for shown in (light, dark)]
    assert papers == ["rgb(251, 250, 247)", "rgb(21, 23, 27)"]
    for shown in (light, dark):
        families = {
            shown.style(f".payload a.{key}", "background-color")
            for key in ("format", "payee", "merchant", "money", "more", "network", "crc")
        }
        assert len(families) == 7


@pytest.mark.parametrize("name", ["khmer", "broken", "hostile"])
def test_the_payload_is_whole_and_can_be_copied(show: Show, name: str) -> None:
    shown = show(CODES[name])
    assert shown.text(".payload") == CODES[name]


@pytest.mark.parametrize("name", ["khmer", "broken", "thai"])
def test_tab_goes_through_every_object_and_shows_it(show: Show, name: str) -> None:
    shown = show(CODES[name])
    nodes = walk(nodes_of(explained(CODES[name])))
    assert len(nodes) > 10
    assert shown.visible_details() == [""]
    for node in nodes:
        shown.page.keyboard.press("Tab")
        assert shown.page.evaluate("document.activeElement.id") == f"p{node.number}"
        assert shown.visible_details() == [f"d{node.number}"]
        assert node.name in shown.text(f"#d{node.number}")
        assert shown.style(f"#p{node.number}", "outline-style") == "solid"
    shown.page.focus("#p3")
    shown.page.keyboard.press("Enter")
    assert shown.page.evaluate("location.hash") == "#o3"
    assert "inset" in shown.style("#o3", "box-shadow")


def test_the_mouse_shows_an_object_too(show: Show) -> None:
    shown = show(FULL)
    shown.page.focus("#p1")
    shown.page.hover("#p9")
    assert shown.visible_details() == ["d9"]
    assert "inset" in shown.style("#o9", "box-shadow")
    shown.page.hover("#o12")
    assert shown.style("#p12", "outline-style") == "solid"


@pytest.mark.parametrize("name", ["khmer", "broken", "hostile", "consumer"])
def test_it_can_be_printed(show: Show, name: str) -> None:
    shown = show(CODES[name])
    assert shown.page.pdf(format="A4").startswith(b"%PDF-")
    shown.page.emulate_media(media="print")
    assert shown.style("main", "print-color-adjust") == "exact"
    if name != "consumer":
        assert shown.style(".details", "display") == "none"
        assert shown.style("#o1", "display") == "grid"


@pytest.mark.parametrize("name", CODES)
def test_it_fits_on_a_phone(show: Show, name: str) -> None:
    shown = show(CODES[name], width=360)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_markup(show: Show, name: str) -> None:
    shown = show(named(name))
    assert shown.page.locator("script, img, iframe, object").count() == 0
    assert "".join(map(printable, name)) in shown.text(".payload")
    assert shown.page.title() == "Payment code explained"
    blocked = shown.page.evaluate(
        """() => new Promise(done => {
            const say = event => done(event.violatedDirective);
            document.addEventListener('securitypolicyviolation', say);
            new Image().src = 'https://example.com/picture.gif';
        })"""
    )
    assert blocked == "img-src"
    shown.said.clear()
    shown.asked[:] = shown.asked[:1]


def test_texts_have_their_language_and_their_direction(show: Show) -> None:
    shown = show(FULL)
    khmer = shown.page.locator(".payload [lang=km]")
    assert khmer.all_text_contents() == ["ហាងសាកល្បង", "ភ្នំពេញ"]
    shown = show(named("שלום 12"))
    assert shown.style(".payload [lang=he]", "unicode-bidi") == "isolate"


def test_findings_stand_where_they_belong(show: Show) -> None:
    shown = show(BROKEN)
    assert shown.text(".verdict").split() == ["2", "errors", "0", "warnings"]
    assert "is not a number" in shown.text("#o10")
    assert shown.text("#p10 mark") == "-"
    assert "unread" in (shown.page.locator(".payload a").last.get_attribute("class") or "")
    assert "tlv.id-not-digits" in shown.text(".tree > li:last-child")
    missing = show(sealed(STATIC[:-8].replace("52045999", "")))
    assert "about 52" in missing.text("ul.findings")
    nested = show(CODES["broken inside"])
    assert "tlv.header-truncated" in nested.text(".tree ol .row:has(.unread)")


def test_card_data_is_not_on_the_page(show: Show) -> None:
    shown = show(CONSUMER)
    text = shown.page.content()
    assert "3458" in text
    assert "123456789" not in text
    assert CONSUMER not in text
    assert CONSUMER[12:] not in text


class Reader(HTMLParser):
    """What a page is made of: its tags, its attributes, and the text of its payload."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.payload = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}
        if ("class", "payload") in attrs:
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.payload += data


TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "span", "a", "b",
    "i", "bdi", "mark", "ul", "ol", "li", "div", "strong", "br", "footer",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "title",
    "aria-label", "aria-describedby",
}  # fmt: skip

texts = st.text(max_size=60) | st.text("<>&\"'{}%/=-:a0123", max_size=60)


@given(texts | texts.map("000201{}".format) | texts.filter(bool).map(lambda text: named(text[:25])))
@example("000201" + "5905\r\na&b")
@example("\x00")
@example("0002015903a\ud800b")
def test_any_text_is_shown_as_text(text: str) -> None:
    page = html(text)
    reader = Reader()
    reader.feed(page)
    assert reader.tags <= TAGS
    assert reader.attributes <= ATTRIBUTES
    assert all(link.startswith(("#o", "#p")) for link in reader.links)
    assert reader.payload == "".join(printable(character) for character in text)
    page.encode()


@given(texts.map("000201{}".format))
def test_the_objects_cover_the_text(text: str) -> None:
    nodes = nodes_of(explained(text))
    assert nodes[0].start == 0
    assert nodes[-1].end == len(text)
    for one, two in pairwise(nodes):
        assert one.end == two.start
    owned = [finding for node in walk(nodes) for finding in node.findings]
    report = khqr.check(text)
    assert set(owned) <= set(report)
    assert len(owned) <= len(report)
    for finding in report:
        assert (finding in owned) or finding.offset == len(text) or "missing" in finding.code


def test_bytes_and_profiles() -> None:
    assert html(FULL.encode()) == html(FULL)
    assert "profile <span" in html(DYNAMIC, profile="emvco")
    assert "no text that can be shown" in html(b"\xff")
    with pytest.raises(khqr.KhqrError, match="profile is"):
        html(FULL, profile="nonsense")


def test_without_jinja2(monkeypatch: pytest.MonkeyPatch) -> None:
    from khqr.cli.page import write

    write._template.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(khqr.MissingDependency, match=r'pip install "khqr\[cli\]"'):
        html(FULL)


def test_pieces_and_languages() -> None:
    assert [piece.kind for piece in pieces("a\x1bbc", 5, {8})] == [
        "plain",
        "invisible",
        "plain",
        "mark",
    ]
    assert pieces("\u202e")[0].title == "U+202E RIGHT-TO-LEFT OVERRIDE"
    assert pieces("") == []
    assert [language_of(text) for text in ("Demo", "ร้าน", "€", "데모", "デモ")] == [
        "", "th", "", "ko", "ja",
    ]  # fmt: skip


def test_the_browser_is_there() -> None:
    assert os.access(chromium(), os.X_OK)
