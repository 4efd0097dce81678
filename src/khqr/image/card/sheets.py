"""Many cards or stands on the pages of one PDF, with bleed and marks for the cutter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Unpack

from .cards import Card, Options, make
from .content import Source
from .notices import CardError
from .pdf_file import Pdf
from .printing import PrintedSize, in_millimetres, printed_size, warn_of_small_print
from .style import CardStyle, StandStyle

__all__ = ["sheet"]

PAGES = {
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "A6": (105.0, 148.0),
    "A7": (74.0, 105.0),
}
"""Width and height of the pages that have a name, in millimetres (ISO 216)."""

_USUAL = {"A3": (3, 3), "A4": (2, 2)}
"""Columns and rows where the caller says nothing; one card a page on the others."""

_TEMPLATES: dict[str, CardStyle | StandStyle] = {"card": CardStyle(), "stand": StandStyle()}
_MARK = 5.0
_LEAST_MARK = 2.0
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the cards of a page are, in millimetres from its top left."""

    page: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    bleed: float
    mark: float

    @property
    def places(self) -> int:
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Return the top left of a card."""
        gap = 2 * self.bleed
        wide = self.columns * self.width + (self.columns - 1) * gap
        high = self.rows * self.height + (self.rows - 1) * gap
        row, column = divmod(place, self.columns)
        return (
            (self.page[0] - wide) / 2 + column * (self.width + gap),
            (self.page[1] - high) / 2 + row * (self.height + gap),
        )


def sheet(
    sources: Iterable[Source | Sequence[Source] | Card],
    *,
    page: str | tuple[float, float] = "A4",
    template: Literal["card", "stand"] = "card",
    columns: int | None = None,
    rows: int | None = None,
    width_mm: float | None = None,
    bleed_mm: float = 3.0,
    cut_marks: bool = True,
    at: datetime | None = None,
    **options: Unpack[Options],
) -> bytes:
    """Return a PDF with many cards or stands to a page, as outlines, for a printer.

    Args:
        sources: payloads, codes, pairs of them, or cards that are made already; all must come out
            in the same proportions. They are drawn one after the other and not kept.
        page: ``A3`` to ``A7``, or width and height in millimetres.
        template: ``card``, or ``stand`` for a table stand; `style` in ``options`` wins over it.
        columns: cards side by side. Where neither columns, rows nor width are given: two by two
            on A4, three by three on A3, one on the others.
        rows: cards one above the other.
        width_mm: of one card once it is cut; as wide as fits where it is not given.
        bleed_mm: how far colour reaches over the edge of the cut.
        cut_marks: draw marks for the cutter at the edges of the page.
        at: aware moment to note as the time of making; without it the file notes none.
        options: those of `make`.

    Raises:
        CardError: if the cards do not fit the page, or there are none, or what `make` raises.

    Warns:
        PrintWarning: for symbols under 20 mm, or modules under 0.4 mm.

    Source: observed in one public print tool (A6, bleed of 3 mm, least sizes); the rest is choice.

    >>> payload = ("00020101021129180014demo_user@devb5204599953031165802KH"
    ...            "5909Demo User6010Phnom Penh6304119A")
    >>> sheet([payload] * 8)[:8]
    b'%PDF-1.4'
    """
    if isinstance(sources, (str, bytes)):
        raise TypeError("sources are payloads, one after the other, not a single text")
    if template not in _TEMPLATES:
        raise CardError(f"template is {template!r:.20}, expected card or stand")
    options.setdefault("style", _TEMPLATES[template])
    pdf = Pdf("KHQR", at)
    plan: _Plan | None = None
    sizes: list[PrintedSize] = []
    for count, source in enumerate(sources):
        card = source if isinstance(source, Card) else make(source, **options)
        card.scan_back()
        flat = card.drawing()
        if plan is None:
            ratio = flat.height / flat.width
            plan = _planned(page, ratio, columns, rows, width_mm, bleed_mm, cut_marks=cut_marks)
        elif abs(flat.height / flat.width * plan.width - plan.height) > _SLACK:
            raise CardError(f"card {count + 1} is shaped unlike the first one; make two sheets")
        place = count % plan.places
        if place == 0:
            _begin(pdf, plan)
        unit = plan.width / flat.width
        left, top = plan.corner(place)
        pdf.draw(card.drawing(bleed=plan.bleed / unit), left, top, plan.width)
        _mark(pdf, plan, place)
        sizes.append(printed_size(flat, plan.width))
    if plan is None:
        raise CardError("there is no card for the sheet")
    warn_of_small_print(sizes)
    return pdf.finished()


def _begin(pdf: Pdf, plan: _Plan) -> None:
    if plan.places == 1:
        left, top = plan.corner(0)
        trim = (left, top, left + plan.width, top + plan.height)
        pdf.page(*plan.page, trim=trim, bleed=plan.bleed)
    else:
        pdf.page(*plan.page)


def _mark(pdf: Pdf, plan: _Plan, place: int) -> None:
    """Draw the marks of a card that lie at the edge of the page, outside all bleed."""
    if not plan.mark:
        return
    left, top = plan.corner(place)
    first_left, first_top = plan.corner(0)
    last_left, last_top = plan.corner(plan.places - 1)
    row, column = divmod(place, plan.columns)
    reach = plan.bleed + plan.mark
    ends_x = (first_left - reach, last_left + plan.width + plan.bleed)
    ends_y = (first_top - reach, last_top + plan.height + plan.bleed)
    if row == 0:
        for x in (left, left + plan.width):
            for y in ends_y:
                pdf.line(x, y, x, y + plan.mark)
    if column == 0:
        for y in (top, top + plan.height):
            for x in ends_x:
                pdf.line(x, y, x + plan.mark, y)


def _planned(
    page: str | tuple[float, float],
    ratio: float,
    columns: int | None,
    rows: int | None,
    width: float | None,
    bleed: float,
    *,
    cut_marks: bool,
) -> _Plan:
    """Return where cards of a ratio of height to width go; what is not given is what fits."""
    size = _page_size(page)
    in_millimetres("bleed_mm", bleed, 0, 50)
    if width is not None:
        in_millimetres("width_mm", width, 5, 2000)
    for name, count in (("columns", columns), ("rows", rows)):
        if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
            raise TypeError(f"{name} is int, not {type(count).__name__}")
        if count is not None and not 1 <= count <= 100:
            raise CardError(f"{name} is {count}, expected 1 to 100")
    if columns is None and rows is None and width is None:
        columns, rows = _USUAL.get(page, (1, 1)) if isinstance(page, str) else (1, 1)
    mark = _MARK if cut_marks else 0.0
    gap = 2 * bleed
    room_x, room_y = (side - 2 * (bleed + mark) for side in size)
    if width is None:
        widths = []
        if columns is not None:
            widths.append((room_x - (columns - 1) * gap) / columns)
        if rows is not None:
            widths.append((room_y - (rows - 1) * gap) / rows / ratio)
        width = min(widths)
    columns = columns or int((room_x + gap + _SLACK) // (width + gap)) if width > 0 else 0
    rows = rows or int((room_y + gap + _SLACK) // (width * ratio + gap)) if width > 0 else 0
    plan = _Plan(size, columns or 0, rows or 0, width, width * ratio, bleed, mark)
    wide = plan.columns * (width + gap) - gap
    high = plan.rows * (plan.height + gap) - gap
    if not plan.places or wide > room_x + _SLACK or high > room_y + _SLACK:
        raise CardError(
            f"cards of {width:.1f} x {plan.height:.1f} mm do not fit a page of "
            f"{size[0]:g} x {size[1]:g} mm with bleed of {bleed:g} mm and marks of {mark:g} mm"
        )
    return plan


def _page_size(page: str | tuple[float, float]) -> tuple[float, float]:
    if isinstance(page, str):
        if page.upper() not in PAGES:
            raise CardError(
                f"page is {page[:20]!r}, expected {', '.join(PAGES)}, or (width, height)"
            )
        return PAGES[page.upper()]
    if not isinstance(page, (tuple, list)) or len(page) != 2:
        raise TypeError("page is a name such as 'A4', or (width, height) in millimetres")
    width, height = (in_millimetres("a side of the page", side, 10, 2000) for side in page)
    return (width, height)
