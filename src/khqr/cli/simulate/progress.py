"""What is seen while a run goes on: a bar, the rate, the memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

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

__all__ = ["Meter", "memory", "shown"]


class _Rate(ProgressColumn):
    """Payments a second, and the memory of the process."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        rate = "" if not speed else f"{speed:,.0f}/s, "
        return Text(f"{rate}{memory() >> 20:,} MiB", "progress.data.speed")


class Meter:
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


class _Bar(Meter):
    """The same, on a terminal."""

    def __init__(self, progress: Progress, total: int) -> None:
        super().__init__()
        self._progress = progress
        self._task = progress.add_task("", total=total, what="")

    def _draw(self, what: str, done: int) -> None:
        self._progress.update(self._task, completed=done, what=what)


@contextmanager
def shown(console: Console, total: int) -> Iterator[Meter]:
    """Yield what takes note of a run, and draws a bar where somebody looks."""
    if not console.is_terminal:
        yield Meter()
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


def memory() -> int:
    """Return the most memory that the process ever had, in bytes, or 0 where nobody says."""
    try:
        import resource
    except ImportError:  # on Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10
