"""The command `batch`: from a table of merchants to a folder of pictures."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast, get_args

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
from rich.text import Text

from ..bulk import FORMATS, Failure, Options, Result, Summary, read_csv, render
from ..bulk.names import DEFAULT_NAME
from ..bulk.report import ERRORS
from ..errors import KhqrError
from ..image.symbol import ErrorCorrection
from .console import Output
from .options import examples, expires_in_option, face, moment_option
from .printable import printable

__all__ = ["batch"]

_INTERRUPTED = 130
_SHOWN = 20
"""How many failed rows are named on standard error; the list of errors has them all."""
_EVERY = 10.0
"""Seconds between two lines of progress where no terminal is."""
_DELIMITERS = {",": ",", ";": ";", "tab": "\t"}


@click.command(
    epilog=examples(
        "khqr batch merchants.csv --out stands/",
        "khqr batch merchants.csv --out stands/ --format png --jobs 4",
        "khqr batch merchants.csv --dry-run",
    )
)
@click.argument(
    "source",
    metavar="TABLE",
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True),
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder.")
@click.option(
    "--format", "kind", type=click.Choice(list(FORMATS)), default="svg", show_default=True
)
@click.option(
    "--name",
    default=DEFAULT_NAME,
    show_default=True,
    help="File names: {line}, {md5} and columns in braces.",
)
@click.option(
    "--jobs", type=click.IntRange(1), help="Worker processes; by default one for each processor."
)
@click.option(
    "--error",
    type=click.Choice(get_args(ErrorCorrection)),
    default="M",
    show_default=True,
    help="How much of a symbol may be lost.",
)
@click.option("--scale", type=click.IntRange(1, 64), help="Units or pixels a module.")
@click.option(
    "--verify/--no-verify",
    default=None,
    help="Scan each picture back, or not; by default png and card where zxing-cpp is installed.",
)
@expires_in_option
@moment_option("--at", show_default="now", help="When codes with an amount are made.")
@click.option("--strict", is_flag=True, help="Refuse also what a strict reader may not like.")
@click.option("--delimiter", type=click.Choice(list(_DELIMITERS)), help="Guessed by default.")
@click.option("--ignore-columns", is_flag=True, help="Pass over columns that no code has.")
@click.option("--limit", type=click.IntRange(1), help="Take only the first so many rows.")
@click.option("--no-resume", is_flag=True, help="Make also what an earlier run made.")
@click.option("--dry-run", is_flag=True, help="Check all rows, and write nothing.")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The list of failed rows; by default {ERRORS} in the folder.",
)
@face
def batch(
    output: Output,
    source: str,
    *,
    out: Path | None,
    kind: str,
    jobs: int | None,
    delimiter: str | None,
    dry_run: bool,
    errors: Path | None,
    **options: Any,
) -> None:
    """Draw a code for each row of a CSV table.

    TABLE has a column for each field, named as the options of `khqr encode` with underscores, or
    one column payload; - is standard input. A row that is wrong is reported and the others go on.
    A run that was stopped goes on where it was when the same command is given again.

    The exit code is 0 if every row is good, 1 if a row failed, 2 if the run could not be done, and
    130 if it was stopped.
    """
    if out is None and not dry_run:
        raise click.UsageError("give --out FOLDER, or --dry-run to check the rows only.")
    list_path = errors or (None if out is None or dry_run else out / ERRORS)
    if list_path is not None and source != "-" and _is_same(Path(source), list_path):
        raise click.UsageError(f"this run writes {str(list_path)!r}; read a copy of it.")
    console = output.console(stderr=True)
    settings = _options(options, kind=kind, jobs=jobs or _processors())
    try:
        with _stopped_by_sigterm(), _opened(source) as file:
            table = read_csv(file, delimiter=_DELIMITERS.get(delimiter or ""))
            total = table.count()
            with _shown(console, total) as progress:
                summary = render(
                    table,
                    None if dry_run else out,
                    errors=list_path,
                    progress=progress,
                    total=total,
                    **settings,
                )
    except KhqrError as problem:
        output.refuse(problem)
        raise click.exceptions.Exit(2) from problem
    except KeyboardInterrupt:
        console.print("stopped; the same command goes on from here", style="yellow")
        raise click.exceptions.Exit(_INTERRUPTED) from None
    _print(output, summary, progress.seconds)
    if not summary.ok:
        raise click.exceptions.Exit(1)


def _options(given: dict[str, Any], *, kind: str, jobs: int) -> Options:
    resume = not given.pop("no_resume")
    ignore = given.pop("ignore_columns")
    return cast(
        "Options",
        {**given, "format": kind, "jobs": jobs, "resume": resume, "ignore_unknown": ignore},
    )


@contextmanager
def _opened(source: str) -> Iterator[str | BinaryIO]:
    """Give a path, which can be read twice, or what is open and can be read once."""
    if source == "-":
        yield sys.stdin.buffer
    elif Path(source).is_fifo():  # as a shell makes it of <(command)
        with Path(source).open("rb") as file:
            yield file
    else:
        yield source


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Let whatever stops services at night stop a run as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _processors() -> int:
    """Return how many processors this process may use, which in a container are not all."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


class _Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s", "progress.data.speed")


class _Counter:
    """What a run calls after each row: names what is amiss in it, and shows how far the run is."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._failed = 0
        self._start = self._spoke = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long the run has taken."""
        return time.monotonic() - self._start

    def __call__(self, done: int, total: int | None, result: Result) -> None:
        if result.failure is not None:
            self._name(result.failure)
        for note in result.notes:
            self._console.print(
                Text(printable(f"line {result.line}, note: {note}"), "yellow"), soft_wrap=True
            )
        self._advance(done, total)

    def _name(self, failure: Failure) -> None:
        self._failed += 1
        if self._failed <= _SHOWN:
            self._console.print(Text(printable(str(failure), keep="\n")), soft_wrap=True)
        elif self._failed == _SHOWN + 1:
            self._console.print("more rows failed; --errors FILE lists all", style="yellow")

    def _advance(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._spoke >= _EVERY:
            self._spoke = now
            rate = done / (now - self._start)
            self._console.print(f"{done} of {total or 'unknown'} rows, {rate:,.0f}/s")


class _Bar(_Counter):
    """The same, on a terminal."""

    def __init__(self, console: Console, progress: Progress, total: int | None) -> None:
        super().__init__(console)
        self._progress = progress
        self._task = progress.add_task("", total=total, failed="")

    def _advance(self, done: int, total: int | None) -> None:
        failed = f", {self._failed} failed" if self._failed else ""
        self._progress.update(self._task, completed=done, total=total, failed=failed)


@contextmanager
def _shown(console: Console, total: int | None) -> Iterator[_Counter]:
    if not console.is_terminal:
        yield _Counter(console)
        return
    bar = Progress(
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("left{task.fields[failed]}"),
        console=console,
    )
    with bar:
        yield _Bar(console, bar, total)


def _print(output: Output, summary: Summary, seconds: float) -> None:
    if output.as_json:
        output.document(_shape(summary))
        return
    counts = {
        "rows": summary.rows,
        "made": summary.made,
        "kept": summary.kept,
        "checked": summary.checked,
        "failed": summary.failed,
    }
    lines = [(name, str(count)) for name, count in counts.items() if count or name == "failed"]
    lines.append(("seconds", f"{seconds:.1f}"))
    if summary.errors is not None:
        lines.append(("errors", str(summary.errors)))
    output.table(lines)


def _shape(summary: Summary) -> dict[str, Any]:
    return {
        "rows": summary.rows,
        "made": summary.made,
        "kept": summary.kept,
        "checked": summary.checked,
        "failed": summary.failed,
        "errors": None if summary.errors is None else str(summary.errors),
        "failures": [
            {"line": failure.line, "problems": [item._asdict() for item in failure.problems]}
            for failure in summary.failures
        ],
    }
