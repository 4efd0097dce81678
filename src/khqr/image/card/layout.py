"""Where everything of a card is: one layout for one symbol, one for two of two currencies.

The card with two symbols keeps the width of the card with one, and is higher: header and name
stand once, and every symbol has its own row with currency and amount above it. So a symbol is
as large in it as in the card with one, and a camera can be held over one of them alone.
"""

from __future__ import annotations

from .drawing import Drawing, Fill, Item, Path, Text, rectangle, rounded
from .parts import (
    Panel,
    Place,
    Setting,
    amount_row,
    dashes,
    header_mark,
    name_block,
    symbol_and_badge,
)
from .style import CardStyle
from .text import Lines

__all__ = ["arrange_card"]

_AIR = 0.3
"""Free space between a name and what is above and below it, in parts of its size."""


def arrange_card(style: CardStyle, setting: Setting, panels: tuple[Panel, ...]) -> Drawing:
    """Return the drawing of a card with one symbol or two."""
    tops = _symbol_tops(style, len(panels))
    height = tops[-1] + style.symbol_side + style.bottom_margin
    items = [*_ground(style, setting, height), *_header(style, setting)]
    if len(panels) == 1:
        items += _words(style, setting, panels[0])
    else:
        items += _words_for_two(style, setting, panels, tops)
    for panel, top in zip(panels, tops, strict=True):
        box = (style.symbol_margin, top, style.symbol_side)
        items += symbol_and_badge(panel, box, style, setting, style.tile_margin)
    return Drawing(style.width, height, tuple(items))


def _symbol_tops(style: CardStyle, count: int) -> list[float]:
    if count == 1:
        return [style.symbol_top]
    first = style.dual_top + style.dual_panel
    return [first, first + style.symbol_side + style.dual_gap + style.dual_panel]


def _ground(style: CardStyle, setting: Setting, height: float) -> list[Item]:
    bleed = setting.bleed
    if bleed:
        whole: Path = (rectangle(-bleed, -bleed, style.width + bleed, height + bleed),)
    else:
        whole = (rounded((0, 0, style.width, height), style.corner_radius),)
    return [Fill("ground", whole, setting.theme.ground)]


def _header(style: CardStyle, setting: Setting) -> list[Item]:
    """Return the header and its folded corner: a triangle that hangs from its right end."""
    bleed = setting.bleed
    width, bottom = style.width, setting.grid.line(style.header_height)
    if bleed:
        band = rectangle(-bleed, -bleed, width + bleed, bottom)
    else:
        band = rounded((0, 0, width, bottom), style.corner_radius, bottom_too=False)
    reach = style.tail + bleed if style.tail else 0.0
    tail = ((width - style.tail, bottom), (width + bleed, bottom), (width + bleed, bottom + reach))
    return [Fill("header", (band, tail), setting.theme.header), header_mark(style, setting)]


def _name(
    style: CardStyle, setting: Setting, name: Lines, baseline: float, floor: float
) -> list[Item]:
    """Return the name between the header and ``floor``."""
    air = _AIR * style.name_size
    place = Place(
        x=style.text_margin,
        centred=False,
        baseline=baseline,
        rise=0.5,
        band=(style.header_height + air, floor - air),
        pitch=style.name_line_pitch,
    )
    return list(name_block(name, place, setting.theme.text))


def _words(style: CardStyle, setting: Setting, panel: Panel) -> list[Item]:
    """Return name, amount and dashed line; without an amount, the name moves into its place."""
    content = panel.content
    if content.amount is None:
        middle = (style.name_baseline + style.amount_baseline) / 2
        row: list[Item] = []
        floor = style.divider_top
    else:
        middle = style.name_baseline
        row = amount_row(
            content, style, setting, style.text_margin, style.amount_baseline, style.amount_size
        )
        floor = min(item.ink[1] for item in row if isinstance(item, Text))
    name = _name(style, setting, panel.name, middle, floor)
    return [*name, *row, dashes(style, setting, style.divider_top)]


def _words_for_two(
    style: CardStyle, setting: Setting, panels: tuple[Panel, ...], tops: list[float]
) -> list[Item]:
    """Return the name, and above each symbol a dashed line and the row of its currency."""
    items = _name(style, setting, panels[0].name, style.name_baseline, style.dual_top)
    for panel, top in zip(panels, tops, strict=True):
        start = top - style.dual_panel
        items.append(dashes(style, setting, start))
        baseline = start + style.dual_baseline
        items += amount_row(
            panel.content, style, setting, style.text_margin, baseline, style.dual_amount_size
        )
    return items
