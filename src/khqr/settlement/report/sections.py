"""What a page shows of a run, section by section: charts, and the tables that they are drawn of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..errors import REFUSALS
from ..payments.limits import DAY
from .charts import bars, over_time
from .figures import Figures, InvariantRow
from .parts import MOST_BARS, OTHERS, Part, Section, picture
from .positions import balances, banks, links
from .stretches import Stretch, stretches
from .tables import Column, folded, table
from .words import amount_text, clock_text, count_text, day_text, in_order, shown

__all__ = ["sections_of"]

MOST_POINTS, MOST_LINES = 190, 31
"""Stretches of a chart, and of the table below it."""

_GOOD = frozenset({"acknowledged", "committed", "received"})
_BAD = frozenset({"rejected", "failed", "expired", "unknown"})


def sections_of(figures: Figures) -> list[Section]:
    """Return the sections that have something in them."""
    made = (_volume, banks, links, balances, _payments, _invariants)
    return [section for section in (make(figures) for make in made) if section.parts]


def _day(row: Stretch) -> str:
    return day_text(row.start)


def _clock(row: Stretch) -> str:
    return clock_text(row.start)


def _volume(figures: Figures) -> Section:
    parts = []
    for currency in in_order(row.currency for row in figures.volume):
        rows = [row for row in figures.volume if row.currency == currency]
        points, lines = stretches(rows, MOST_POINTS), stretches(rows, MOST_LINES)
        most = max(points, key=lambda point: point.value)
        label = (
            f"Settled value in {currency} from {day_text(points[0].start)} to "
            f"{day_text(points[-1].end - 1)} in {len(points)} bars; the highest is "
            f"{amount_text(most.value, currency)} from {clock_text(most.start)} on. "
            "The table below has the figures."
        )
        chart = picture(partial(over_time, points, currency), label)
        whole_days = all((line.end - line.start) % DAY == 0 for line in lines)
        columns = (
            Column("From", _day if whole_days else _clock),
            Column("Payments", lambda row: row.payments),
            Column(f"Value in {currency}", lambda row: row.value, money=True),
        )
        made = table(f"Settled payments in {currency}", lines, columns, currency)
        parts.append(Part(currency, (chart,), (made,)))
    note = (
        "What was settled, by the time at which the hop between the banks was posted. Payments "
        "over links count by their hop inside Cambodia."
    )
    return Section("volume", "Volume", note, tuple(parts))


def _payments(figures: Figures) -> Section:
    states = sorted(figures.states.items(), key=lambda pair: (-pair[1], pair[0]))
    refusals = sorted(figures.refusals.items(), key=lambda pair: (-pair[1], pair[0]))
    colours = dict.fromkeys(_GOOD, "good") | dict.fromkeys(_BAD, "bad")
    parts = []
    if states:
        counted = (Column("State", lambda row: row[0]), Column("Payments", lambda row: row[1]))
        parts.append(_counted("States", states, counted, colours, "other"))
    if refusals:
        columns = (
            Column("Refusal", lambda row: row[0]),
            Column("Raised when", lambda row: REFUSALS[row[0]].when if row[0] in REFUSALS else ""),
            Column("Times", lambda row: row[1]),
        )
        parts.append(_counted("Refusals", refusals, columns, {}, "bad", texts=2))
    note = "Where the payments are now, and why some never were: a refusal posts nothing."
    return Section("payments", "Payments", note, tuple(parts))


_Count = tuple[str, int]


def _sum_of_counts(rows: Sequence[_Count]) -> _Count:
    return OTHERS, sum(number for _, number in rows)


def _counted(
    title: str,
    rows: Sequence[_Count],
    columns: Sequence[Column],
    colours: dict[str, str],
    colour: str,
    texts: int = 1,
) -> Part:
    bars_of = [
        (shown(name), number, colours.get(name, colour))
        for name, number in folded(rows, _sum_of_counts, MOST_BARS)
    ]
    first = f"{bars_of[0][0]}, {count_text(bars_of[0][1])}"
    label = f"{title}: {count_text(len(rows))}, the most frequent is {first}."
    chart = picture(partial(bars, bars_of), label)
    made = table(title, folded(rows, _sum_of_counts), columns, texts=texts)
    return Part(title, (chart,), (made,))


def _sum_of_invariants(rows: Sequence[InvariantRow]) -> InvariantRow:
    return InvariantRow(OTHERS, "", sum(row.broken for row in rows))


def _invariants(figures: Figures) -> Section:
    columns = (
        Column("Invariant", lambda row: row.name),
        Column("Statement", lambda row: row.statement),
        Column("Times broken", lambda row: row.broken, zero=True),
    )
    rows = folded(figures.invariants, _sum_of_invariants)
    made = table("Invariants", rows, columns, texts=2)
    parts = (Part("", (), (made,)),) if figures.invariants else ()
    return Section("invariants", "Invariants", "What must be true at the end of a run.", parts)
