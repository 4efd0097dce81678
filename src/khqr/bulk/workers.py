"""Drawing in other processes: always the same number of chunks under way, results in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing.connection import wait
from pathlib import Path
from typing import NamedTuple, TypeVar

from ..errors import EncodeError, ScanError
from ..image.card import CardError, CardWarning
from .formats import FORMATS, Format, Style
from .journal import replaced
from .problems import Problem, WorkersLost, problems_of

__all__ = ["Drawn", "Order", "Work", "in_order"]

T = TypeVar("T")

_UNDRAWABLE = (EncodeError, CardError)
"""What a payload may be at fault for: too long for a symbol, or a name that no font has."""

CHUNK = 16
"""Steps that a worker is asked for at once."""
MOST_JOBS = 61
"""As many processes as Windows lets one wait for."""
AHEAD = 3
"""Chunks under way for each worker: one being drawn, the others waiting or drawn already."""


class Order(NamedTuple):
    """A file to make.

    Attributes:
        name: its name in the folder.
        payloads: what it shows.
    """

    name: str
    payloads: tuple[str, ...]


class Drawn(NamedTuple):
    """What became of an `Order`.

    Attributes:
        size: bytes of the file; 0 if there is none.
        problems: for each payload, why it is not in the file.
        notes: for each payload, what its card does not show as it was asked to.
    """

    size: int
    problems: tuple[tuple[Problem, ...], ...]
    notes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """How files are made; the same for all of a run.

    Attributes:
        folder: where.
        format: name of a format.
        style: how they look.
        verify: scan each back.
    """

    folder: Path
    format: str
    style: Style
    verify: bool

    def drawn(self, order: Order) -> Drawn:
        """Draw a file and write it, whole or not at all."""
        kind = FORMATS[self.format]
        problems: list[tuple[Problem, ...]] = [()] * len(order.payloads)
        try:
            data, said = self._noted(kind, order.payloads)
        except _UNDRAWABLE as error:
            if len(order.payloads) == 1:
                return Drawn(0, (problems_of(error),))
            problems = [self._alone(kind, payload) for payload in order.payloads]
            rest = [text for text, why in zip(order.payloads, problems, strict=True) if not why]
            if not rest or len(rest) == len(order.payloads):
                return Drawn(0, tuple(why or problems_of(error) for why in problems))
            data, said = self._noted(kind, rest)
        if self.verify:
            unread = _read_back(data, order.payloads[0])
            if unread:
                return Drawn(0, (unread,))
        with replaced(self.folder / order.name) as fresh:
            fresh.write_bytes(data)
        return Drawn(len(data), tuple(problems), self._notes(kind, order.payloads, problems, said))

    def _noted(self, kind: Format, payloads: Sequence[str]) -> tuple[bytes, tuple[str, ...]]:
        """Return the bytes of a file, and what cards warn of: nobody reads it from a worker."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", CardWarning)
            data = kind.draw(payloads, self.style)
        for one in caught:
            if not issubclass(one.category, CardWarning):
                warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
        said = [str(one.message) for one in caught if issubclass(one.category, CardWarning)]
        return data, tuple(dict.fromkeys(said))

    def _notes(
        self,
        kind: Format,
        payloads: Sequence[str],
        problems: Sequence[tuple[Problem, ...]],
        said: tuple[str, ...],
    ) -> tuple[tuple[str, ...], ...]:
        """Return which payload each warning of a file is about, drawing them alone to know it."""
        if not said:
            return ()
        if len(payloads) == 1:
            return (said,)
        pairs = zip(payloads, problems, strict=True)
        return tuple(() if why else self._noted(kind, [one])[1] for one, why in pairs)

    def _alone(self, kind: Format, payload: str) -> tuple[Problem, ...]:
        try:
            self._noted(kind, [payload])
        except _UNDRAWABLE as error:
            return problems_of(error)
        return ()


def _read_back(data: bytes, payload: str) -> tuple[Problem, ...]:
    from ..image import scan

    try:
        text = scan(data).text
    except ScanError as error:
        return (Problem("", "row.not-read-back", f"the picture cannot be scanned: {error}"),)
    if text != payload:
        return (Problem("", "row.not-read-back", "the picture scans as another payload"),)
    return ()


def in_order(
    steps: Iterable[tuple[T, Order | None]], work: Work, jobs: int
) -> Iterator[tuple[T, Drawn | None]]:
    """Yield each step with what became of its order, if it has one; only a few are taken ahead.

    Args:
        steps: anything, and what is to be drawn for it.
        work: how.
        jobs: worker processes; with one, or for few steps, everything is drawn in this process.

    Raises:
        WorkersLost: if a worker ended without an answer.
        OutputError: if a file cannot be written.
        MissingDependency: if what draws is not installed.
    """
    source = iter(steps)
    first = list(islice(source, CHUNK + 1)) if jobs > 1 else []
    source = chain(first, source)
    if len(first) <= CHUNK:
        for step, order in source:
            yield step, order and work.drawn(order)
        return
    # A fork would copy the locks of whatever threads the program has; a fresh process has none.
    pool = ProcessPoolExecutor(min(jobs, MOST_JOBS), multiprocessing.get_context("spawn"), _begin)
    under_way: deque[tuple[list[tuple[T, Order | None]], Future[list[Drawn]]]] = deque()
    try:
        while chunk := list(islice(source, CHUNK)):
            orders = [order for _, order in chunk if order]
            under_way.append((chunk, _submitted(pool, work, orders)))
            while under_way and (len(under_way) >= jobs * AHEAD or under_way[0][1].done()):
                yield from _merged(*under_way.popleft())
        while under_way:
            yield from _merged(*under_way.popleft())
    except BrokenProcessPool:
        raise WorkersLost from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, work: Work, orders: list[Order]) -> Future[list[Drawn]]:
    if not orders:
        nothing: Future[list[Drawn]] = Future()
        nothing.set_result([])
        return nothing
    with _without_interrupts():
        return pool.submit(_draw, work, orders)


def _merged(
    chunk: list[tuple[T, Order | None]], future: Future[list[Drawn]]
) -> Iterator[tuple[T, Drawn | None]]:
    drawn = iter(future.result())
    for step, order in chunk:
        yield step, next(drawn) if order else None


def _draw(work: Work, orders: list[Order]) -> list[Drawn]:
    return [work.drawn(order) for order in orders]


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: a mask is inherited, from the first moment."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows, where `_begin` has to do
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has a parent"
    wait([parent.sentinel])
    os._exit(1)
