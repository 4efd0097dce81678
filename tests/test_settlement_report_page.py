"""The report in a browser: everybody can read it, and it loads and runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from browser import chromium
from khqr.settlement.report import Figures, figures_of, html
from report_material import half_year, of_everything

Scheme = Literal["light", "dark"]
Show = Callable[..., Page]


def everything() -> Figures:
    run = of_everything()
    return figures_of(run.sim, first=run.first)


PAGES: dict[str, Callable[[], Figures]] = {
    "everything": everything,
    "nothing": lambda: half_year(0, 0),
    "one bank": lambda: half_year(1, 1),
    "half a year": half_year,
    "long names": lambda: half_year(3, 40, name="ធនាគារសាកល្បង<b>WWWWWWWWWWWWWW{}", title="W" * 80),
}

CUT_OR_COVERED = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')]
        .map(one => ({say: one.textContent, box: one.getBoundingClientRect()}))
        .filter(one => one.box.width);
    const cut = texts.filter(({box}) => box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
    const covered = texts.filter(one => texts.some(other => one !== other
        && one.box.left < other.box.right && other.box.left < one.box.right
        && one.box.top + 3 < other.box.bottom && other.box.top + 3 < one.box.bottom));
    return [...cut, ...covered].map(one => one.say);
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {name: html(make()) for name, make in PAGES.items()}


@pytest.fixture
def show(browser: Browser, texts: dict[str, str], tmp_path: Path) -> Iterator[Show]:
    opened: list[Page] = []
    said: list[str] = []
    asked: list[str] = []

    def open_page(name: str, *, scheme: Scheme = "light", width: int = 1200) -> Page:
        file = tmp_path / f"{len(opened)}.html"
        file.write_text(texts[name], encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda problem: said.append(str(problem)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        opened.append(page)
        return page

    yield open_page
    assert said == []
    assert len(asked) == len(opened)
    for page in opened:
        page.close()


@pytest.mark.parametrize(
    ("name", "scheme"), [("everything", "light"), ("everything", "dark"), ("nothing", "light")]
)
def test_everybody_can_read_it(show: Show, name: str, scheme: Scheme) -> None:
    found = Axe().run(show(name, scheme=scheme))
    assert found.response["violations"] == []
    assert len(found.response["passes"]) > 10


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_and_no_label_is_cut_or_covered(show: Show, name: str) -> None:
    page = show(name)
    for width in (1200, 700, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT_OR_COVERED) == []


def test_a_page_shows_one_of_two_pictures(show: Show) -> None:
    seen = "[...document.querySelectorAll('svg')].map(one => one.getBoundingClientRect().width > 0)"
    wide = show("half a year").evaluate(seen)
    narrow = show("half a year", width=390).evaluate(seen)
    assert len(wide) == 16
    assert wide == [not one for one in narrow]
    assert sum(wide) == 8


def test_charts_have_the_colours_of_the_scheme(show: Show) -> None:
    fills = "getComputedStyle(document.querySelector('#volume path[fill]')).fill"
    colours = {show("half a year", scheme=scheme).evaluate(fills) for scheme in ("light", "dark")}
    assert colours == {"rgb(44, 111, 187)", "rgb(106, 169, 238)"}


def test_pictures_are_described_and_tables_can_be_reached(show: Show) -> None:
    page = show("half a year")
    labels = page.locator("svg[role=img]").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label'))"
    )
    assert len(labels) == 16
    assert labels[0].startswith("Settled value in KHR from 2023-01-01 to 2023-06-30 in 181 bars;")
    links = page.locator("nav a").count()
    for _ in range(links + 1):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == (
        "Settled payments in KHR"
    )
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_it_can_be_printed(show: Show) -> None:
    page = show("half a year", width=390)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    page.emulate_media(media="print", color_scheme="dark")
    style = "(name) => getComputedStyle(document.querySelector(name[0]))[name[1]]"
    assert page.evaluate(style, ["nav", "display"]) == "none"
    assert page.evaluate(style, [".wide", "display"]) == "block"
    assert page.evaluate(style, ["tfoot", "display"]) == "table-row-group"
    assert page.evaluate(style, ["main", "print-color-adjust"]) == "exact"


def test_the_policy_is_obeyed(browser: Browser, texts: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(texts["nothing"], encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    blocked = page.evaluate(
        """() => new Promise(done => {
            const say = event => done(event.violatedDirective);
            document.addEventListener('securitypolicyviolation', say);
            const script = document.createElement('script');
            script.textContent = 'document.title = "ran"';
            document.head.append(script);
        })"""
    )
    assert blocked == "script-src-elem"
    assert page.title() == "Half a year"
    page.close()
