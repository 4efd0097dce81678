"""What the charts of a page look like: a specification of Vega-Lite for each, which is data.

Colours are names of the page's style sheet, so that a chart is light or dark as the page is. Room
for labels and the ends of axes are worked out here and not measured, so that a chart does not
depend on the fonts of the machine that draws it. Amounts are whole minor units up to the drawing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..money import BOOKS
from .stretches import Stretch

__all__ = ["NARROW", "Spec", "bars", "both_ways", "over_time", "stacked"]

Spec = dict[str, Any]

NARROW = 340
"""Width of a picture for a phone."""

_EAST = 7 * 3_600_000
_LETTER = 8
"""Units of width that a letter of a label takes at most, but for letters of other scripts."""

_STEP = 26

_DAY = "%d %b"
_TIMES = {
    "year": "%Y",
    "quarter": "%b",
    "month": "%b",
    "week": _DAY,
    "date": _DAY,
    "day": _DAY,
} | dict.fromkeys(("hours", "minutes"), "%H:%M")

_CONFIG: Spec = {
    "background": "transparent",
    "aria": False,
    "view": {"stroke": None},
    "bar": {"discreteBandSize": {"band": 1}},
    "axis": {
        "labelFontSize": 13,
        "labelPadding": 6,
        "labelColor": "var(--soft)",
        "labelLimit": 0,
        "labelOverlap": False,
        "labelBound": False,
        "labelFlush": False,
        "gridColor": "var(--line)",
        "domainColor": "var(--soft)",
        "tickColor": "var(--soft)",
        "title": None,
    },
}


def _spec(width: int, left: int, right: int, height: int, values: list[Spec], **more: Any) -> Spec:
    """Return what all charts have; there is room below for an axis, unless ``bottom`` says less."""
    bottom = more.pop("bottom", 26)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width - left - right,
        "height": height,
        "autosize": "none",
        "padding": {"left": left, "right": right, "top": 10, "bottom": bottom},
        "data": {"values": values},
        "config": _CONFIG,
        **more,
    }


def _ticks(lowest: int, highest: int, most: int) -> list[int]:
    """Return round numbers from at or below ``lowest`` to at or above ``highest``."""
    step, factors = 1, (2, 5, 10)
    power = 1
    while (highest - lowest) > step * most:
        step = power * factors[0]
        factors = (*factors[1:], factors[0])
        if step == 10 * power:
            power = step
    return list(range(lowest // step * step, highest + step, step))


def _amounts(lowest: int, highest: int, currency: str, most: int) -> Spec:
    """Return the encoding of amounts in minor units, with an axis in major ones."""
    ticks = _ticks(min(lowest, 0), max(highest, 1), most)
    major = f"datum.value / {10 ** BOOKS[currency]}"
    label = f"format({major}, '~s')"
    for sign, name in (("T", " tn"), ("G", " bn"), ("M", " m")):
        label = f"replace({label}, '{sign}', '{name}')"  # 12 bn, not 12G as engineers write
    label = f"abs({major}) < 1 ? format({major}, '~f') : {label}"
    label = f"abs({major}) < pow(10, 15) ? ({label}) : format({major}, '.0e')"
    return {
        "type": "quantitative",
        "scale": {"domain": [ticks[0], ticks[-1]], "nice": False},
        "axis": {"values": ticks, "labelExpr": label, "domain": False, "ticks": False},
    }


def over_time(points: Sequence[Stretch], currency: str, width: int) -> Spec:
    """Return bars of settled value, one for each stretch of time, in the time of Phnom Penh."""
    values: list[Spec] = [
        {"t": one.start + _EAST, "u": one.end + _EAST, "v": one.value} for one in points
    ]
    # A little air between few bars; between many of them there is no room for it.
    gap = 1 if len(points) * 4 < width else 0
    axis = {"grid": False, "tickCount": 3 if width <= NARROW else 7, "format": _TIMES}
    start, end = (values[0]["t"], values[-1]["u"]) if values else (0, 1)
    scale = {"type": "utc", "domain": [start, end], "nice": False}
    highest = max((point.value for point in points), default=0)
    return _spec(
        width,
        68,
        30,
        200,
        values,
        mark={"type": "bar", "xOffset": gap, "x2Offset": -gap},
        encoding={
            "x": {"field": "t", "type": "temporal", "scale": scale, "axis": axis},
            "x2": {"field": "u"},
            "y": {"field": "v", **_amounts(0, highest, currency, 5)},
            "y2": {"datum": 0},
            "color": {"value": f"var(--{currency.lower()}, var(--other))"},
        },
    )


def _label(name: str, most: int) -> tuple[str, int]:
    """Return as much of a name as there is room for, and how many letters wide it is."""
    wide = 0
    for place, one in enumerate(name):
        wide += 1 if one.isascii() else 2  # letters of other scripts may take twice the room
        if wide > most:
            return name[:place] + "…", most + 1
    return name, wide


class _Names:
    """The axis of names: in the order in which they come, one under the other."""

    def __init__(self, names: Sequence[str], width: int, wide: int, narrow: int) -> None:
        listed = list(dict.fromkeys(names))
        labels = [_label(name, narrow if width <= NARROW else wide) for name in listed]
        self.place = {name: place for place, name in enumerate(listed)}
        self.left = 14 + _LETTER * max((letters for _, letters in labels), default=0)
        self.height = max(_STEP * len(listed), 1)
        texts = json.dumps([text for text, _ in labels])
        axis = {"ticks": False, "domain": False, "labelExpr": f"{texts}[datum.value]"}
        scale = {"paddingInner": {"expr": "1 / 5"}, "paddingOuter": {"expr": "1 / 10"}}
        self.y: Spec = {"field": "n", "type": "ordinal", "scale": scale, "axis": axis}


def _most_ticks(width: int) -> int:
    return min(8, max(2, width // 90))


def _colours(field: str, *colours: tuple[str, str]) -> Spec:
    """Return a scale of colours by name, without the legend, which the page has."""
    domain, values = zip(*colours, strict=True)
    scale = {"domain": list(domain), "range": [f"var(--{value})" for value in values]}
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}


def both_ways(rows: Sequence[tuple[str, int, int]], currency: str, width: int) -> Spec:
    """Return for each name a bar to the right, one to the left, and a mark for what is left.

    Args:
        rows: name, what came in, what went out, in minor units.
        currency: of all of them.
        width: of the picture.
    """
    names = _Names([name for name, _, _ in rows], width, 20, 11)
    values: list[Spec] = [
        {"n": names.place[name], "side": side, "v": units, "net": came - went}
        for name, came, went in rows
        for side, units in (("in", came), ("out", -went))
    ]
    ends = (-max(went for _, _, went in rows), max(came for _, came, _ in rows))
    amounts = _amounts(*ends, currency, _most_ticks(width - names.left))
    tick = {"type": "tick", "thickness": 3, "size": 22, "color": "var(--ink)", "opacity": 1}
    return _spec(
        width,
        names.left,
        30,
        names.height,
        values,
        layer=[
            {
                "mark": "bar",
                "encoding": {
                    "x": {"field": "v", "stack": None, **amounts},
                    "y": names.y,
                    "color": _colours("side", ("in", "in"), ("out", "out")),
                },
            },
            {
                "transform": [{"filter": "datum.side == 'in'"}],
                "mark": tick,
                "encoding": {"x": {"field": "net", **amounts}, "y": names.y},
            },
        ],
    )


def stacked(
    rows: Sequence[tuple[str, str, int]], kinds: Sequence[str], currency: str, width: int
) -> Spec:
    """Return a bar for each name, made of its kinds: name, kind and minor units."""
    sums: dict[str, int] = {}
    for name, _, units in rows:
        sums[name] = sums.get(name, 0) + units
    names = _Names(list(sums), width, 20, 11)
    values: list[Spec] = [
        {"n": names.place[name], "k": kind, "o": kinds.index(kind), "v": units}
        for name, kind, units in rows
    ]
    ticks = _most_ticks(width - names.left)
    amounts = _amounts(0, max(sums.values()), currency, ticks)
    return _spec(
        width,
        names.left,
        30,
        names.height,
        values,
        mark="bar",
        encoding={
            "x": {"field": "v", "stack": True, **amounts},
            "y": names.y,
            "color": _colours("k", *((kind, f"kind-{place}") for place, kind in enumerate(kinds))),
            "order": {"field": "o", "type": "quantitative"},
        },
    )


def bars(rows: Sequence[tuple[str, int, str]], width: int) -> Spec:
    """Return a bar with its number for each name: name, number and colour."""
    names = _Names([name for name, _, _ in rows], width, 32, 18)
    values: list[Spec] = [
        {"n": names.place[name], "v": number, "s": format(number, ","), "c": f"var(--{colour})"}
        for name, number, colour in rows
    ]
    most = max((number for _, number, _ in rows), default=0)
    room = 10 + _LETTER * max((len(value["s"]) for value in values), default=0)
    x = {
        "field": "v",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, max(most, 1)], "nice": False},
    }
    colour = {"field": "c", "type": "nominal", "scale": None, "legend": None}
    text = {"field": "s", "type": "nominal"}
    return _spec(
        width,
        names.left,
        room,
        names.height,
        values,
        bottom=4,
        layer=[
            {"mark": "bar", "encoding": {"x": x, "y": names.y, "color": colour}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 13},
                "encoding": {"x": x, "y": names.y, "text": text, "color": {"value": "var(--ink)"}},
            },
        ],
    )
