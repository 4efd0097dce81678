"""The command `simulate`: payments without end between model banks, and what came of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from .console import Output
from .options import examples, face
from .simulate_demo import demo

if TYPE_CHECKING:
    from ..settlement.load.plan import Plan
    from ..settlement.load.replay import Run

__all__ = ["simulate"]

_INTERRUPTED = 130
_MOST_PAYMENTS = 100_000_000
_SHOWN_BANKS = 20


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "khqr simulate --payments 100000",
        "khqr simulate --half-year-2023 --report half-year.html",
    ),
)
@click.option(
    "--payments",
    type=click.IntRange(1, _MOST_PAYMENTS),
    default=100_000,
    show_default=True,
    help="How many payments.",
)
@click.option(
    "--half-year-2023",
    is_flag=True,
    help="The volume of the first half of 2023: 35.4 million payments over 181 days.",
)
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--banks", type=click.IntRange(2, 90), help="8, or 20 for the half-year.")
@click.option(
    "--texts",
    default="1000",
    show_default=True,
    metavar="N|all|none",
    help="Really write and read the text of every N-th dynamic code.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page with all figures to this file.",
)
@face
def simulate(
    output: Output,
    *,
    report: Path | None,
    **options: Any,
) -> None:
    """Settle payments by KHQR between model banks, and check that everything adds up.

    It is a model, and not a copy of Bakong. All people and shops are invented; the same options
    give the same payments and the same journal on any machine.

    The exit code is 0 if every invariant holds, 1 if one is broken, 2 if the run could not be done,
    and 130 if it was stopped.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    from ..settlement.load.replay import run

    plan, title = _plan(**options)
    start = time.monotonic()
    console = output.console(stderr=True)
    try:
        with _shown(console, plan.payments) as meter:
            done = run(plan, progress=meter.show, title=title)
    except KeyboardInterrupt:
        console.print("stopped; nothing of the run is kept", style="yellow")
        raise click.exceptions.Exit(_INTERRUPTED) from None
    seconds = time.monotonic() - start
    if report is not None:
        _write_report(report, done)
    if output.as_json:
        output.document(_shape(done, seconds, meter.paying))
    else:
        _print(output, done, seconds, meter.paying)
    if done.broken:
        raise click.exceptions.Exit(1)


simulate.add_command(demo)


def _plan(
    *,
    payments: int,
    half_year_2023: bool,
    days: int,
    seed: int,
    banks: int | None,
    texts: str,
) -> tuple[Plan, str]:
    """Return the plan that the options describe, and what it is called."""
    from ..settlement.load import plan as plans

    every = _every(texts)
    if half_year_2023:
        title = "The volume of the first half of 2023"
        return plans.half_year_2023(seed=seed, banks=banks or 20, texts=every), title
    made = plans.Plan(
        payments=payments,
        days=days,
        seed=seed,
        banks=banks or 8,
        payers=min(max(payments // days // 3, 20), 60_000),
        shops=min(max(payments // days // 50, 10), 4_000),
        texts=every,
    )
    return made, f"{payments:,} payments over {days} {'day' if days == 1 else 'days'}"


def _every(texts: str) -> int:
    if texts in {"all", "none"}:
        return int(texts == "all")
    if not texts.isdecimal() or not texts.isascii() or len(texts) > 9:
        raise click.BadParameter(f"{texts!r} is not a number, all or none.", param_hint="--texts")
    return int(texts)


def _write_report(path: Path, done: Run) -> None:
    from ..settlement.report import html

    path.write_text(html(done.figures), encoding="utf-8")


# What is seen while it runs.


class _Rate(ProgressColumn):
    """Payments a second, and the memory of the process."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        rate = "" if not speed else f"{speed:,.0f}/s, "
        return Text(f"{rate}{_memory() >> 20:,} MiB", "progress.data.speed")


class _Meter:
    """Keeps the time of each part of a run, and shows nothing."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._paid = 0
        self.paying = 0.0
        """Seconds that went into payments: traffic, mornings and audits in between included."""

    def show(self, what: str, done: int) -> None:
        """Take note of how far the run is."""
        now = time.monotonic()
        if done > self._paid:
            self.paying += now - self._since
        self._since, self._paid = now, done
        self._draw(what, done)

    def _draw(self, what: str, done: int) -> None:
        pass


class _Bar(_Meter):
    """The same, on a terminal."""

    def __init__(self, progress: Progress, total: int) -> None:
        super().__init__()
        self._progress = progress
        self._task = progress.add_task("", total=total, what="")

    def _draw(self, what: str, done: int) -> None:
        self._progress.update(self._task, completed=done, what=what)


@contextmanager
def _shown(console: Console, total: int) -> Iterator[_Meter]:
    if not console.is_terminal:
        yield _Meter()
        return
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.fields[what]}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
    )
    with bar:
        yield _Bar(bar, total)


def _memory() -> int:
    """Return the most memory that the process ever had, in bytes, or 0 where nobody says."""
    try:
        import resource
    except ImportError:  # on Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


# What is said at the end.


def _print(output: Output, done: Run, seconds: float, paying: float) -> None:
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
        ("memory", f"{_memory() / 2**30:.2f} GiB at most"),
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
    from ..settlement.money import major_units

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


def _shape(done: Run, seconds: float, paying: float) -> dict[str, Any]:
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
        "memory_bytes": _memory(),
    }
