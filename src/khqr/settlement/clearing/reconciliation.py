"""Reconciliation: our rows against a counterparty's, each of both sides in exactly one class.

The key of a row is its hash, currency, amount, sender and receiver. Key, classes and the order in
which they are tried are choices of this library.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from .statement import StatementRow

__all__ = ["Pair", "Reconciliation", "Verdict", "reconcile"]


class Verdict(StrEnum):
    """The classes. ``CUTOFF_SHIFT``: only the business date differs."""

    MATCHED = "MATCHED"
    MISSING_INTERNAL = "MISSING_INTERNAL"
    MISSING_EXTERNAL = "MISSING_EXTERNAL"
    AMOUNT_MISMATCH = "AMOUNT_MISMATCH"
    STATUS_MISMATCH = "STATUS_MISMATCH"
    CUTOFF_SHIFT = "CUTOFF_SHIFT"
    DUPLICATE_EXTERNAL = "DUPLICATE_EXTERNAL"


class Pair(NamedTuple):
    """One of our rows and the row of the other end that it belongs to, or one alone."""

    verdict: Verdict
    internal: StatementRow | None
    external: StatementRow | None


class Reconciliation(NamedTuple):
    """What came of a comparison: every row of both sides stands in exactly one pair."""

    pairs: tuple[Pair, ...]

    def of(self, verdict: Verdict) -> tuple[Pair, ...]:
        """Return the pairs of one class."""
        return tuple(pair for pair in self.pairs if pair.verdict is verdict)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many pairs each class has, those without any too."""
        counted = Counter(pair.verdict for pair in self.pairs)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def breaks(self) -> tuple[Pair, ...]:
        """Everything but what matches."""
        return tuple(pair for pair in self.pairs if pair.verdict is not Verdict.MATCHED)


Key = Callable[[StatementRow], Hashable]


class _Try(NamedTuple):
    """Rows of both sides that are alike in ``key`` belong together, and are of this class.

    ``hashed`` says whether it is about rows of the other end that have a hash.
    """

    verdict: Verdict
    key: Key
    hashed: bool = True


def _ends(row: StatementRow) -> Hashable:
    return row.hash, row.sender, row.receiver


_TRIES = (
    _Try(Verdict.MATCHED, lambda row: row[:7]),
    _Try(Verdict.CUTOFF_SHIFT, lambda row: (*row[:5], row.status)),
    _Try(Verdict.STATUS_MISMATCH, lambda row: row[:5]),
    _Try(Verdict.AMOUNT_MISMATCH, _ends),
    # Files without hashes: what is alike in all else is the same, and nothing less is.
    _Try(Verdict.MATCHED, lambda row: row[1:7], hashed=False),
    _Try(Verdict.CUTOFF_SHIFT, lambda row: (*row[1:5], row.status), hashed=False),
    _Try(Verdict.STATUS_MISMATCH, lambda row: row[1:6], hashed=False),
)
"""What is tried, in order; what is left at the end is missing, or is there twice."""


def reconcile(internal: Iterable[StatementRow], external: Iterable[StatementRow]) -> Reconciliation:
    """Compare our rows with those of a counterparty.

    Args:
        internal: ours, as of `khqr.settlement.clearing.statement.domestic_statement`.
        external: theirs, as of `khqr.settlement.clearing.statement.read_statement`.

    >>> ours = StatementRow("a" * 64, "KHR", 4_100, "khqr@deva", "khqr@devb", 20_254)
    >>> theirs = [ours._replace(units=4_000), ours._replace(hash="b" * 64)]
    >>> [pair.verdict.value for pair in reconcile([ours], theirs).pairs]
    ['AMOUNT_MISMATCH', 'MISSING_INTERNAL']
    """
    ours, theirs = list(internal), list(external)
    for row in (*ours, *theirs):
        if not isinstance(row, StatementRow):
            raise TypeError(f"a row is a StatementRow, not {type(row).__name__}")
    pairs: list[Pair] = []
    for attempt in _TRIES:
        ours, theirs = _tried(attempt, ours, theirs, pairs)
    known = {_ends(pair.internal) for pair in pairs if pair.internal is not None}
    pairs += _alone(theirs, known)
    pairs += (Pair(Verdict.MISSING_EXTERNAL, row, None) for row in ours)
    return Reconciliation(tuple(pairs))


def _tried(
    attempt: _Try, ours: list[StatementRow], theirs: list[StatementRow], pairs: list[Pair]
) -> tuple[list[StatementRow], list[StatementRow]]:
    """Pair what is alike, each row once and in order, and return what is left of both sides."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for place in range(len(theirs) - 1, -1, -1):
        if bool(theirs[place].hash) is attempt.hashed:
            waiting[attempt.key(theirs[place])].append(place)
    left, taken = [], set()
    for row in ours:
        places = waiting.get(attempt.key(row)) if waiting else None
        if places:
            place = places.pop()
            taken.add(place)
            pairs.append(Pair(attempt.verdict, row, theirs[place]))
        else:
            left.append(row)
    return left, [row for place, row in enumerate(theirs) if place not in taken]


def _alone(theirs: list[StatementRow], known: set[Hashable]) -> Iterator[Pair]:
    """Yield rows of the other end that none of ours is left for: doubles, or new to us."""
    for row in theirs:
        double = bool(row.hash) and _ends(row) in known
        known.add(_ends(row))
        yield Pair(Verdict.DUPLICATE_EXTERNAL if double else Verdict.MISSING_INTERNAL, None, row)
