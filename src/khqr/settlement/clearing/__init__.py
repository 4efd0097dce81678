"""Clearing of a link at cut-off, its settlement, reports and files, and reconciliation."""

from __future__ import annotations

from .batch import BATCH_MOVES, Batch, BatchEvent, BatchState
from .calendar import Calendar, day_number, day_text
from .clearing import Clearing, Transfer
from .crossborder import CrossBorderRow, cross_border
from .domestic import Domestic, DomesticRow, summed
from .files import (
    EdgeFile,
    item_files,
    items_of,
    read_items,
    read_settlement,
    settlement_file,
)
from .invariants import clearing_invariants
from .layout import FileName, Item, SettledBatch
from .mirror import Mirror, mirrors
from .positions import Position
from .reconciliation import Pair, Reconciliation, Verdict, reconcile
from .statement import (
    Columns,
    StatementRow,
    domestic_statement,
    item_statement,
    read_statement,
)
from .whole import every_invariant, whole_audit

__all__ = [
    "BATCH_MOVES",
    "Batch",
    "BatchEvent",
    "BatchState",
    "Calendar",
    "Clearing",
    "Columns",
    "CrossBorderRow",
    "Domestic",
    "DomesticRow",
    "EdgeFile",
    "FileName",
    "Item",
    "Mirror",
    "Pair",
    "Position",
    "Reconciliation",
    "SettledBatch",
    "StatementRow",
    "Transfer",
    "Verdict",
    "clearing_invariants",
    "cross_border",
    "day_number",
    "day_text",
    "domestic_statement",
    "every_invariant",
    "item_files",
    "item_statement",
    "items_of",
    "mirrors",
    "read_items",
    "read_settlement",
    "read_statement",
    "reconcile",
    "settlement_file",
    "summed",
    "whole_audit",
]
