"""Every proportion and colour of a card, as frozen values that a caller may replace.

The proportions are those of public programs that cite the *KHQR Card Guideline* of the National
Bank of Cambodia. The guideline itself was not at hand: nothing here is its word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from .notices import CardError

__all__ = ["DARK", "LIGHT", "CardStyle", "StandStyle", "Theme", "theme_of"]

_LARGEST = 4.0
_LEAST = 0.005
_LEAST_BADGE = 0.01
_LEAST_ROOM = 0.05
_VISIBLE = frozenset(
    {
        "width",
        "height",
        "khmer_scale",
        "name_least_scale",
        "mark_height",
        "symbol_side",
        "badge_sign",
    }
)
"""Lengths that must be more than nothing, as every size of letters must be."""

_HEX = re.compile("#[0-9A-Fa-f]{6}")
WHITE = "#FFFFFF"
BLACK = "#000000"


def _refuse_odd_numbers(style: Any) -> None:
    """Raise for a field that is no number, or beyond what any card can be."""
    for field in fields(style):
        value = getattr(style, field.name)
        visible = field.name in _VISIBLE or field.name.endswith("_size")
        low, high = (_LEAST if visible else 0.0), _LARGEST
        if field.name.endswith("_weight"):
            low, high = 1.0, 1000.0
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{field.name} is a number, not {type(value).__name__}")
        if not low <= value <= high:
            raise CardError(f"{field.name} is {value}, expected {low:g} to {high:g}")
    if style.width - 2 * style.text_margin < _LEAST_ROOM:
        raise CardError(
            f"two text_margin of {style.text_margin} leave no room in a width of {style.width}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStyle:
    """The proportions of a card; a length of 1 is the height of a card with one symbol.

    ``symbol_*``, ``badge_*`` and the others say where things are; a ``*_baseline`` is the line
    that letters stand on, counted from the top edge. Badge sides are parts of the symbol's side.

    Raises:
        TypeError: for a field that is no number.
        CardError: for a length below 0 or above 4, or a badge above 0.30 of the symbol.

    Source: observed in public programs that cite the NBC's card guideline (ratio, header, text,
    divider, symbol, badge); dual layout, tile and shrinking are this library's choice.

    >>> style = CardStyle()
    >>> round(style.width, 4), style.header_height
    (0.6897, 0.12)
    """

    width: float = 20 / 29
    height: float = 1.0
    corner_radius: float = 0.045
    header_height: float = 0.12
    tail: float = 0.057
    mark_height: float = 0.037
    mark_weight: int = 900
    text_margin: float = 0.08
    name_size: float = 0.03
    name_weight: int = 400
    name_baseline: float = 0.201
    name_least_scale: float = 0.8
    name_line_pitch: float = 0.034
    amount_size: float = 0.065
    amount_weight: int = 700
    amount_baseline: float = 0.275
    currency_size: float = 0.03
    currency_weight: int = 400
    currency_gap: float = 0.01
    khmer_scale: float = 0.92
    divider_top: float = 0.350
    divider_width: float = 0.002
    dash: float = 0.0143
    dash_gap: float = 0.0095
    symbol_margin: float = 0.10
    symbol_top: float = 0.430
    tile_margin: float = 0.05
    tile_radius: float = 0.02
    badge_side: float = 0.176
    badge_ring: float = 0.204
    badge_sign: float = 0.60
    badge_rim: float = 0.04
    dual_top: float = 0.260
    dual_panel: float = 0.140
    dual_baseline: float = 0.068
    dual_amount_size: float = 0.045
    dual_gap: float = 0.075

    def __post_init__(self) -> None:
        _refuse_odd_numbers(self)
        _refuse_large_badge(self.badge_side, self.badge_ring)
        if self.symbol_side < _LEAST_ROOM:
            raise CardError(
                f"width {self.width} less two symbol_margin of {self.symbol_margin} leaves no "
                "room for the symbol"
            )
        if self.bottom_margin < 0:
            raise CardError(
                f"symbol_top of {self.symbol_top} and a symbol of {self.symbol_side:.3f} leaves no "
                f"room in a height of {self.height}"
            )

    @property
    def symbol_side(self) -> float:
        """Side of the box that the symbol is centred in."""
        return self.width - 2 * self.symbol_margin

    @property
    def bottom_margin(self) -> float:
        """Space below the box of the symbol: 0.08."""
        return self.height - self.symbol_top - self.symbol_side


@dataclass(frozen=True, slots=True, kw_only=True)
class StandStyle:
    """The proportions of a table stand; a length of 1 is the height of its page, A6 at first.

    Raises:
        TypeError: for a field that is no number.
        CardError: for a length below 0 or above 4, or a badge above 0.30 of the symbol.

    Source: observed in one public print tool (frame, symbol, name and merchant number, given there
    in points on A6); header and amount are this library's choice, and the badge is that of the
    card, as the tool's own of 23.9 % is more than some readers take.

    >>> stand = StandStyle()
    >>> round(stand.symbol_side * 148, 1)  # in millimetres, on A6
    47.3
    """

    width: float = 297.64 / 419.53
    height: float = 1.0
    header_height: float = 0.13
    mark_height: float = 0.043
    mark_weight: int = 900
    text_margin: float = 0.06
    amount_size: float = 0.05
    amount_weight: int = 700
    amount_baseline: float = 0.199
    currency_size: float = 0.03
    currency_weight: int = 400
    currency_gap: float = 0.01
    frame_side: float = 154.3 / 419.53
    frame_top: float = 98 / 419.53
    frame_stroke: float = 2.7 / 419.53
    frame_arm: float = 37.02 / 419.53
    frame_radius: float = 13.25 / 419.53
    symbol_side: float = 134 / 419.53
    symbol_top: float = 107.6 / 419.53
    tile_radius: float = 13.25 / 419.53
    name_size: float = 23 / 419.53
    name_weight: int = 800
    name_least_scale: float = 0.8
    name_gap: float = 38 / 419.53
    name_line_gap: float = 11.8 / 419.53
    number_size: float = 10 / 419.53
    number_weight: int = 400
    number_gap: float = 22 / 419.53
    khmer_scale: float = 0.92
    badge_side: float = 0.176
    badge_ring: float = 0.204
    badge_sign: float = 0.60
    badge_rim: float = 0.04

    def __post_init__(self) -> None:
        _refuse_odd_numbers(self)
        _refuse_large_badge(self.badge_side, self.badge_ring)


def _refuse_large_badge(side: float, ring: float) -> None:
    if not _LEAST_BADGE <= side <= ring <= 0.40 or side > 0.30:
        raise CardError(
            f"badge_side is {side} and badge_ring {ring}, expected badge_side from "
            f"{_LEAST_BADGE} to 0.30 of the symbol and badge_ring from badge_side to 0.40"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of a card, each as ``#RRGGBB``. The modules are black on white, always.

    Args:
        ground: the card; where it is not white, the symbol stands on a white tile.
        header: header and its folded corner.
        mark: the text in the header.
        text: name, amount and currency.
        divider: the dashed line.
        frame: the corners around the symbol of a stand.
        page: what lies outside the rounded corners, in PNG and JPEG.

    Raises:
        CardError: for anything but ``#RRGGBB``.

    >>> Theme(header="#0A5C36").ground
    '#FFFFFF'
    """

    ground: str = WHITE
    header: str = "#E1232E"
    mark: str = WHITE
    text: str = BLACK
    divider: str = "#808080"
    frame: str = "#939598"
    page: str = WHITE

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str):
                raise TypeError(f"{field.name} is str, not {type(value).__name__}")
            if not _HEX.fullmatch(value):
                raise CardError(f"{field.name} is {value[:20]!r}, expected #RRGGBB, as in #E1232E")


LIGHT = Theme()
"""Black on white under the red header."""

DARK = Theme(ground="#1D1D1D", text=WHITE)
"""White on near black; the symbol stays black on white."""

_THEMES = {"light": LIGHT, "dark": DARK}


def theme_of(value: Theme | str) -> Theme:
    """Return a theme, or the one of that name.

    >>> theme_of("dark") is DARK
    True
    """
    if isinstance(value, Theme):
        return value
    if not isinstance(value, str):
        raise TypeError(f"theme is a Theme, 'light' or 'dark', not {type(value).__name__}")
    if value not in _THEMES:
        raise CardError(f"theme is {value[:20]!r}, expected light, dark or a Theme")
    return _THEMES[value]
