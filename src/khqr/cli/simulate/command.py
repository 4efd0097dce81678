"""The command `simulate`: payments without end between model banks, and what came of them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..console import Output
from ..options import examples, face
from .demo import demo
from .files import check_files, journal_option, report_option, write_journal, write_report
from .outcome import print_run, run_shape
from .progress import shown

if TYPE_CHECKING:
    from ...settlement.load.plan import Plan

__all__ = ["simulate"]

_INTERRUPTED = 130
_MOST_PAYMENTS = 100_000_000


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
@click.option("--seed", type=click.IntRange(0, 2**128 - 1), default=1, show_default=True)
@click.option("--banks", type=click.IntRange(2, 90), help="8, or 20 for the half-year.")
@click.option(
    "--texts",
    default="1000",
    show_default=True,
    metavar="N|all|none",
    help="Really write and read the text of every N-th dynamic code.",
)
@journal_option
@report_option
@face
def simulate(
    output: Output,
    *,
    journal: Path | None,
    report: Path | None,
    **options: Any,
) -> None:
    """Settle payments by KHQR between model banks, and check that everything adds up.

    It is a model, and not a copy of Bakong. All people and shops are invented; the same options
    give the same payments and the same journal on any machine.

    The exit code is 0 if every invariant holds, 1 if one is broken, 2 if the run could not be done,
    and 130 if it was stopped.
    """
    if _is_for_another():
        return
    from ...settlement.load.replay import run

    check_files(report, journal)
    plan, title = _plan(**options)
    start = time.monotonic()
    console = output.console(stderr=True)
    try:
        with shown(console, plan.payments) as meter:
            done = run(plan, progress=meter.show, title=title)
    except KeyboardInterrupt:
        console.print("stopped; nothing of the run is kept", style="yellow")
        raise click.exceptions.Exit(_INTERRUPTED) from None
    seconds = time.monotonic() - start
    if report is not None:
        write_report(done.figures, report)
    if journal is not None:
        write_journal(done.bank.ledger, journal)
    if output.as_json:
        output.document(run_shape(done, seconds, meter.paying))
    else:
        print_run(output, done, seconds, meter.paying)
    if done.broken:
        raise click.exceptions.Exit(1)


simulate.add_command(demo)


def _is_for_another() -> bool:
    """Say whether a command behind this one is meant, and refuse options before its name."""
    context = click.get_current_context()
    name = context.invoked_subcommand
    if name is not None:
        for option in context.params:
            if context.get_parameter_source(option) is ParameterSource.COMMANDLINE:
                raise click.UsageError(
                    f"Options of {name!r} stand behind its name: khqr simulate {name} --…"
                )
    return name is not None


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
    from ...settlement.load import plan as plans

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
