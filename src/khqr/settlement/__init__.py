"""The settlement simulator: a double-entry ledger in memory, and model banks on it.

It is a model and not a copy of Bakong; docs/guide/settlement-ledger.md says what of it is
documented and what is a choice of this library.
"""

from __future__ import annotations

from .accounts import Account
from .audit import Audit, Invariant, Violation
from .books import Books, FlowCall
from .chart import BookKind, Side
from .errors import REFUSALS, Refusal, SettlementError
from .holds import Hold, HoldState
from .instructions import InstructionState, Outcome, Refused, instruction_id
from .invariants import INVARIANTS
from .journal import Journal
from .ledger import Ledger, Result
from .lines import journal_lines, read_journal
from .money import Money, major_units, minor_units
from .steps import Movement, Posting
from .view import Entry

__all__ = [
    "INVARIANTS",
    "REFUSALS",
    "Account",
    "Audit",
    "BookKind",
    "Books",
    "Entry",
    "FlowCall",
    "Hold",
    "HoldState",
    "InstructionState",
    "Invariant",
    "Journal",
    "Ledger",
    "Money",
    "Movement",
    "Outcome",
    "Posting",
    "Refusal",
    "Refused",
    "Result",
    "SettlementError",
    "Side",
    "Violation",
    "instruction_id",
    "journal_lines",
    "major_units",
    "minor_units",
    "read_journal",
]
