"""Where everything of a table stand is: header, symbol in a frame of corners, name below it."""

from __future__ import annotations

from .drawing import ROUND, Contour, Drawing, Fill, Item, Path, rectangle
from .parts import (
    QUIET_ZONE,
    Panel,
    Place,
    Setting,
    amount_row,
    header_mark,
    name_block,
    symbol_and_badge,
)
from .style import StandStyle

__all__ = ["arrange_stand"]

NUMBER_PREFIX = "MID: "
_LEAST_SIDE = 0.05
_BOTTOM = 0.02
"""Least space below the last line."""


def arrange_stand(style: StandStyle, setting: Setting, panels: tuple[Panel, ...]) -> Drawing:
    """Return the drawing of a stand."""
    (panel,) = panels
    items = _ground(style, setting)
    if panel.content.amount is not None:
        x, baseline = style.text_margin, style.amount_baseline
        items += amount_row(
            panel.content, style, setting, x, baseline, style.amount_size, centred=True
        )
    side = _clear_side(style, len(panel.symbol.matrix))
    lower = (style.symbol_side - side) / 2
    box = ((style.width - side) / 2, style.symbol_top + lower, side)
    items += symbol_and_badge(panel, box, style, setting, (style.frame_side - side) / 2)
    items.append(_frame(style, setting))
    return Drawing(style.width, style.height, (*items, *_words(style, setting, panel)))


def _clear_side(style: StandStyle, count: int) -> float:
    """Return the side of a symbol of ``count`` modules that keeps the frame off its quiet zone."""
    inside = style.frame_side - 2 * style.frame_stroke
    return max(_LEAST_SIDE, min(style.symbol_side, inside * count / (count + 2 * QUIET_ZONE)))


def _ground(style: StandStyle, setting: Setting) -> list[Item]:
    bleed, width = setting.bleed, style.width
    whole = rectangle(-bleed, -bleed, width + bleed, style.height + bleed)
    bottom = setting.grid.line(style.header_height)
    band = rectangle(-bleed, -bleed, width + bleed, bottom)
    return [
        Fill("ground", (whole,), setting.theme.ground),
        Fill("header", (band,), setting.theme.header),
        header_mark(style, setting),
    ]


def _frame(style: StandStyle, setting: Setting) -> Fill:
    """Return the four corners around the symbol."""
    left, top = (style.width - style.frame_side) / 2, style.frame_top
    right, bottom = left + style.frame_side, top + style.frame_side
    path: Path = tuple(
        _corner(style, x, y, 1 if x == left else -1, 1 if y == top else -1)
        for x in (left, right)
        for y in (top, bottom)
    )
    return Fill("frame", path, setting.theme.frame)


def _corner(style: StandStyle, x: float, y: float, to_x: int, to_y: int) -> Contour:
    """Return a corner at (x, y) whose arms go to the sides that the signs name."""
    arm, stroke = style.frame_arm, style.frame_stroke
    outer = style.frame_radius
    inner = max(outer - stroke, 0.0)
    k, j = outer * (1 - ROUND), stroke + inner * (1 - ROUND)
    from_top_left: Contour = (
        (0, arm),
        (0, outer),
        (0, k, k, 0, outer, 0),
        (arm, 0),
        (arm, stroke),
        (outer, stroke),
        (j, stroke, stroke, j, stroke, outer),
        (stroke, arm),
    )
    return tuple(
        tuple((y + to_y * n) if index % 2 else (x + to_x * n) for index, n in enumerate(step))
        for step in from_top_left
    )


def _words(style: StandStyle, setting: Setting, panel: Panel) -> list[Item]:
    """Return the name below the symbol, and the merchant's number below the name."""
    writer, colour, middle = setting.writer, setting.theme.text, style.width / 2
    room = style.width - 2 * style.text_margin
    below = style.symbol_top + style.symbol_side
    frame_end = style.frame_top + style.frame_side
    floor = style.height - _BOTTOM
    number = panel.content.number
    if number is not None:
        line = writer.line(writer.clean(NUMBER_PREFIX + number), style.number_weight)
        cap = -writer.line("H", style.number_weight).ink[1] * style.number_size
        floor -= style.number_gap + cap
    cap_top = -writer.line("H", style.name_weight).ink[1] * style.name_size
    air = style.number_size
    place = Place(
        x=middle,
        centred=True,
        baseline=below + style.name_gap + cap_top,
        rise=0.0,
        band=(frame_end + air, floor),
        pitch=cap_top + style.name_line_gap,
    )
    items = name_block(panel.name, place, colour)
    if number is not None:
        lowest = max(item.baseline for item in items)
        ink = max(item.ink[3] for item in items)
        size = style.number_size * min(1.0, room / (line.advance * style.number_size))
        baseline = max(lowest + style.number_gap, ink + air / 2) + cap
        x = middle - line.advance * size / 2
        items.append(line.placed("number", x, baseline, size, colour))
    return list(items)
