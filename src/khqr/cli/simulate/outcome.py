"""What is said of a run at its end: tables for people, one object for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from ..console import Output
from .progress import memory

if TYPE_CHECKING:
    from ...settlement.load.replay import Run

__all__ = ["print_run", "run_shape"]

_SHOWN_BANKS = 20


def print_run(output: Output, done: Run, seconds: float, paying: float) -> None:
    """Print a run for people.

    Args:
        output: where to.
        done: the run.
        seconds: how long all of it took.
        paying: how long its payments took, with the traffic and the audits between them.
    """
    figures = done.figures
    posted = figures.states["acknowledged"] + figures.states["received"]
    output.text(Text(figures.title, "bold"))
    lines = [
        ("settled", f"{posted:,} of {done.plan.payments:,} payments"),
        *((f"value, {money}", _major(*what)) for money, what in _values(done)),
        ("together", f"{done.worth():,} dollars, at 4,100 riel (a rate only for this sum)"),
        ("in suspense", f"{figures.states['received']:,} payments, credited a day or two later"),
        ("seconds", f"{seconds:.1f}, of which paying {paying:.1f}"),
        ("rate", f"{done.plan.payments / max(paying, 1e-9):,.0f} payments a second"),
        ("memory", f"{memory() / 2**30:.2f} GiB at most"),
        ("journal", f"{figures.rows:,} rows"),
        ("chain", figures.chain),
        ("texts", f"{done.texts:,} dynamic codes really written, read and hashed"),
    ]
    output.table(lines)
    console = output.console()
    console.print(_banks(done))
    console.print(_refusals(done))
    console.print(_invariants(done))
    for violation in done.broken[:20]:
        output.text(Text(str(violation), "red"))


def _values(done: Run) -> list[tuple[str, tuple[str, int]]]:
    return [(money, (money, value)) for money, (_, value) in sorted(done.settled.items())]


def _major(currency: str, units: int) -> str:
    """Return minor units as people write them."""
    from ...settlement.money import major_units

    sign = "-" if units < 0 else ""
    return f"{sign}{major_units(abs(units), currency):,}" if units else "0"


def _banks(done: Run) -> Table:
    table = Table(title="Settlement accounts, largest first", title_justify="left")
    for name in ("bank", "currency", "came in", "went out", "net"):
        side: Any = "left" if name in {"bank", "currency"} else "right"
        table.add_column(name, justify=side, overflow="fold")  # an amount is never cut short
    rows = sorted(done.figures.banks, key=lambda row: -(row.value_in + row.value_out))
    for row in sorted(rows[: 2 * _SHOWN_BANKS], key=lambda row: (row.bank, row.currency)):
        amounts = (row.value_in, row.value_out, row.net)
        table.add_row(row.bank, row.currency, *(_major(row.currency, units) for units in amounts))
    return table


def _refusals(done: Run) -> Table:
    table = Table(title="Refused", title_justify="left")
    table.add_column("for")
    table.add_column("payments", justify="right")
    table.add_column("of 10,000", justify="right")
    for name, count in done.figures.refusals.items():
        table.add_row(name, f"{count:,}", f"{count * 10_000 / done.plan.payments:.1f}")
    return table


def _invariants(done: Run) -> Table:
    table = Table(title=f"Invariants, checks made: {done.audits}", title_justify="left")
    for name in ("name", "statement", "broken"):
        table.add_column(name)
    for row in done.figures.invariants:
        table.add_row(row.name, row.statement, str(row.broken) if row.broken else "no")
    return table


def run_shape(done: Run, seconds: float, paying: float) -> dict[str, Any]:
    """Return a run as a JSON object; money is in minor units."""
    figures = done.figures
    return {
        "title": figures.title,
        "payments": done.plan.payments,
        "seed": done.plan.seed,
        "settled": {
            money: {"payments": count, "units": value}
            for money, (count, value) in sorted(done.settled.items())
        },
        "states": dict(figures.states),
        "refusals": dict(figures.refusals),
        "banks": [row._asdict() | {"net": row.net} for row in figures.banks],
        "invariants": [row._asdict() for row in figures.invariants],
        "broken": [str(violation) for violation in done.broken],
        "audits": done.audits,
        "texts": done.texts,
        "rows": figures.rows,
        "chain": figures.chain,
        "seconds": round(seconds, 3),
        "payments_per_second": round(done.plan.payments / max(paying, 1e-9)),
        "memory_bytes": memory(),
    }
