"""The figures of a run: plain rows, which a page, a table and a test read alike.

All amounts are minor units, all times milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..clearing.crossborder import CrossBorderRow

__all__ = ["BankRow", "Figures", "InvariantRow", "VolumeRow"]


class VolumeRow(NamedTuple):
    """What was settled in a stretch of time: from ``start`` up to the next row's.

    A payment counts once, by its hop inside Cambodia: what came over a link by the riel or dollars
    that the payee's bank got, what goes out by those that went to the bank of the link. Money that
    goes back later is not taken off.
    """

    start: int
    currency: str
    payments: int
    value: int


class BankRow(NamedTuple):
    """The settlement account of one institution in one currency, over the whole run.

    It is what the domestic report, `khqr.settlement.clearing.Domestic`, has of all days together.
    ``opening + issued - redeemed + value_in - value_out`` is ``closing``. Refunds are counted in
    ``value_in`` and ``value_out`` as what they are, payments the other way.
    """

    bank: str
    currency: str
    opening: int
    issued: int
    redeemed: int
    count_in: int
    value_in: int
    count_out: int
    value_out: int
    closing: int
    in_suspense: int = 0
    held: int = 0

    @property
    def net(self) -> int:
        """What came in less what went out."""
        return self.value_in - self.value_out


class InvariantRow(NamedTuple):
    """An invariant, and how often it was broken."""

    name: str
    statement: str
    broken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is shown of a run.

    Attributes:
        title: what was run.
        volume: settled payments by stretches of time, in order.
        banks: one row an institution and currency.
        links: the cross-border report, one row a party and batch; empty without links.
        states: state of payments to their number, those over links among them.
        refusals: name of the refusal to how often it was given.
        balances: sum of the accounts of one kind, by book, kind of account and currency.
        invariants: what was checked.
        chain: the chain of the journal after its last row.
        rows: rows of the journal.
    """

    title: str
    volume: tuple[VolumeRow, ...]
    banks: tuple[BankRow, ...]
    links: tuple[CrossBorderRow, ...]
    states: Mapping[str, int]
    refusals: Mapping[str, int]
    balances: Mapping[tuple[str, str, str], int]
    invariants: tuple[InvariantRow, ...]
    chain: str
    rows: int
