"""What cards and stands are put together from: header mark, name, amount, symbol, badge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..sizes import QUIET_ZONE
from ..symbol import Symbol
from .badge import Badge
from .content import Content
from .drawing import Box, Fill, Grid, Item, Modules, Picture, Text, disc, rectangle, rounded
from .notices import CardError
from .style import BLACK, WHITE, CardStyle, StandStyle, Theme
from .text import Lines, Writer

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "MARK",
    "QUIET_ZONE",
    "Panel",
    "Place",
    "Setting",
    "amount_row",
    "dashes",
    "header_mark",
    "name_block",
    "stacked",
    "symbol_and_badge",
]

MARK = "KHQR"
"""What the header says where the caller gives no picture: plain text, no artwork."""

_RING_RADIUS = 0.2
_LEAST_DASH = 0.001
"""Dashes and gaps shorter than that together are drawn as one line."""

_LEAST_BAND = 0.005
_LINE_GAP = 0.12
"""Least free space between the ink of two lines, in ems."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One symbol of a card: what it says, the name fitted to lines, its modules, its badge."""

    content: Content
    name: Lines
    symbol: Symbol
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What all parts of one drawing share; ``bleed`` is how far colour reaches over the edge."""

    theme: Theme
    writer: Writer
    grid: Grid
    logo: Image.Image | None
    bleed: float


def header_mark(style: CardStyle | StandStyle, setting: Setting) -> Item:
    """Return the mark in the middle of the header: the caller's picture, or plain text."""
    middle, height = style.width / 2, style.header_height
    if setting.logo is not None:
        most = (style.width - 2 * style.text_margin, style.mark_height)
        return Picture("logo", _fitted(setting.logo, middle, height / 2, most), setting.logo)
    line = setting.writer.line(MARK, style.mark_weight)
    _, top, _, bottom = setting.writer.line("H", style.mark_weight).ink
    left, _, right, _ = line.ink
    size = min(
        style.mark_height / (bottom - top), (style.width - 2 * style.text_margin) / (right - left)
    )
    x = middle - size * (left + right) / 2
    baseline = (height + size * (bottom - top)) / 2
    return line.placed("mark", x, baseline, size, setting.theme.mark)


def _fitted(picture: Image.Image, x: float, y: float, most: tuple[float, float]) -> Box:
    """Return the largest box of the picture's proportions around a point."""
    width, height = picture.size
    scale = min(most[0] / width, most[1] / height)
    return (
        x - width * scale / 2,
        y - height * scale / 2,
        x + width * scale / 2,
        y + height * scale / 2,
    )


def stacked(lines: Lines, pitch: float) -> tuple[float, tuple[float, ...], float]:
    """Return the baselines of lines under one another, and the ink above and below them.

    Returns:
        How far the ink reaches above the first baseline, every baseline counted from the
        first, and how far the ink ends below the first baseline; ``pitch`` grows where two lines
        would touch.
    """
    places, at = [0.0], 0.0
    for above, below in zip(lines.lines, lines.lines[1:], strict=False):
        apart = (above.ink[3] - below.ink[1] + _LINE_GAP) * lines.size
        at += max(pitch, apart)
        places.append(at)
    top = -lines.lines[0].ink[1] * lines.size
    bottom = at + lines.lines[-1].ink[3] * lines.size
    return top, tuple(places), bottom


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block of lines goes.

    Attributes:
        x: the line that it is aligned to.
        centred: whether its lines are centred on ``x``, or start there.
        baseline: where a single line stands.
        rise: how much of the further lines goes above that, from 0 to 1.
        band: the top and bottom that its ink stays within.
        pitch: from one line to the next, more where their ink would touch.
    """

    x: float
    centred: bool
    baseline: float
    rise: float
    band: tuple[float, float]
    pitch: float


def name_block(lines: Lines, place: Place, colour: str) -> list[Text]:
    """Return a name in its place, moved if it would leave its band.

    Where even that is too high, as letters under piles of accents are, the block is made smaller.
    """
    top, steps, bottom = stacked(lines, place.pitch)
    low, high = place.band
    if high - low < _LEAST_BAND:
        raise CardError("the style leaves no room for the name between what is above and below it")
    shrink = min(1.0, (high - low) / (top + bottom))
    size = lines.size * shrink
    first = place.baseline - place.rise * steps[-1] * shrink
    first = min(first, high - bottom * shrink)
    first = max(first, low + top * shrink)
    items: list[Text] = []
    for line, step in zip(lines.lines, steps, strict=True):
        x = place.x - (line.advance * size / 2 if place.centred else 0.0)
        items.append(line.placed("name", x, first + step * shrink, size, colour))
    return items


def amount_row(
    content: Content,
    style: CardStyle | StandStyle,
    setting: Setting,
    x: float,
    baseline: float,
    size: float,
    *,
    centred: bool = False,
) -> list[Item]:
    """Return the amount and the code of its currency behind it, shrunk to the width if need be.

    Without an amount, the code of the currency alone takes its place.
    """
    shown = content.amount or content.currency
    pieces = [("amount", setting.writer.line(shown, style.amount_weight), size)]
    if content.amount is not None:
        code = setting.writer.line(content.currency, style.currency_weight)
        pieces.append(("currency", code, style.currency_size))
    gap = style.currency_gap * (len(pieces) - 1)
    needed = sum(line.advance * of for _, line, of in pieces) + gap
    room = style.width - 2 * x
    shrink = min(1.0, room / needed)
    pen = (style.width - needed * shrink) / 2 if centred else x
    row: list[Item] = []
    for role, line, of in pieces:
        row.append(line.placed(role, pen, baseline, of * shrink, setting.theme.text))
        pen += (line.advance * of + gap) * shrink
    return row


def dashes(style: CardStyle, setting: Setting, y: float) -> Fill:
    """Return a dashed line from edge to edge, and over them where there is bleed."""
    thick = setting.grid.thick(style.divider_width)
    top = setting.grid.line(y - thick / 2)
    start, end = -setting.bleed, style.width + setting.bleed
    step = style.dash + style.dash_gap
    if step < _LEAST_DASH:
        return Fill("divider", (rectangle(start, top, end, top + thick),), setting.theme.divider)
    pieces = []
    for number in range(int(start // step), int(end // step) + 1):
        left, right = max(start, number * step), min(end, number * step + style.dash)
        if right > left:
            pieces.append(rectangle(left, top, right, top + thick))
    return Fill("divider", tuple(pieces), setting.theme.divider)


def symbol_and_badge(
    panel: Panel,
    box: tuple[float, float, float],
    style: CardStyle | StandStyle,
    setting: Setting,
    tile_margin: float,
) -> list[Item]:
    """Return a symbol in the middle of a box (left, top, side), its white tile and its badge."""
    left, top, room = box
    count = len(panel.symbol.matrix)
    module = setting.grid.module(room, count)
    if module <= 0:
        least = int(count * (style.width / room) + 1)
        raise CardError(
            f"a symbol of {count} modules a side cannot be drawn so small; "
            f"its card needs a width of at least {least} pixels"
        )
    side = module * count
    x = setting.grid.line(left + (room - side) / 2)
    y = setting.grid.line(top + (room - side) / 2)
    items: list[Item] = []
    if setting.theme.ground.upper() != WHITE:
        wide = max(setting.grid.line(tile_margin), QUIET_ZONE * module)
        tile = (x - wide, y - wide, x + side + wide, y + side + wide)
        items.append(Fill("tile", (rounded(tile, style.tile_radius),), WHITE))
    modules = Modules(x, y, module, panel.symbol.matrix)
    return [*items, modules, *_badge(panel.badge, modules, style, setting)]


def _badge(
    badge: Badge | None, modules: Modules, style: CardStyle | StandStyle, setting: Setting
) -> list[Item]:
    if badge is None:
        return []
    x, y = modules.x + modules.side / 2, modules.y + modules.side / 2
    across, ring = style.badge_side * modules.side, style.badge_ring * modules.side
    if badge.picture is not None:
        box = _fitted(badge.picture, x, y, (across, across))
        wide = (ring - across) / 2
        around = (box[0] - wide, box[1] - wide, box[2] + wide, box[3] + wide)
        ground = Fill("ring", (rounded(around, _RING_RADIUS * ring),), WHITE)
        return [ground, Picture("badge", box, badge.picture)]
    discs = [Fill("ring", (disc(x, y, ring),), WHITE), Fill("badge", (disc(x, y, across),), BLACK)]
    if badge.outlined:
        inside = across - 2 * style.badge_rim * across
        discs.append(Fill("badge", (disc(x, y, inside),), WHITE))
    line = setting.writer.line(badge.sign or "", style.amount_weight)
    left, top, right, bottom = line.ink
    size = style.badge_sign * across / max(right - left, bottom - top)
    x, y = x - size * (left + right) / 2, y - size * (top + bottom) / 2
    return [*discs, line.placed("sign", x, y, size, BLACK if badge.outlined else WHITE)]
