"""The settlement simulator: a double-entry ledger in memory, and model banks on it.

It is a model and not a copy of Bakong; docs/guide/settlement-ledger.md says what of it is
documented and what is a choice of this library.
"""

from __future__ import annotations

from .accounts import Account
from .audit import Audit, Invariant, Violation
from .books import Books, FlowCall
from .chart import BookKind, Side
from .codes import CodeState, ShownCode, read_code
from .desk import Answer, Customer
from .errors import REFUSALS, Refusal, SettlementError
from .holds import Hold, HoldState
from .instructions import InstructionState, Outcome, Refused, instruction_id
from .invariants import INVARIANTS
from .journal import Journal
from .ledger import Ledger, Result
from .limits import Limits, Tier
from .lines import journal_lines, read_journal
from .money import Money, major_units, minor_units
from .payment_invariants import payment_invariants
from .payments import Payment, PaymentState, Refund, Source
from .quotes import Quote, QuoteState
from .simulation import Simulation
from .steps import Movement, Posting
from .view import Entry

__all__ = [
    "INVARIANTS",
    "REFUSALS",
    "Account",
    "Answer",
    "Audit",
    "BookKind",
    "Books",
    "CodeState",
    "Customer",
    "Entry",
    "FlowCall",
    "Hold",
    "HoldState",
    "InstructionState",
    "Invariant",
    "Journal",
    "Ledger",
    "Limits",
    "Money",
    "Movement",
    "Outcome",
    "Payment",
    "PaymentState",
    "Posting",
    "Quote",
    "QuoteState",
    "Refund",
    "Refusal",
    "Refused",
    "Result",
    "SettlementError",
    "ShownCode",
    "Side",
    "Simulation",
    "Source",
    "Tier",
    "Violation",
    "instruction_id",
    "journal_lines",
    "major_units",
    "minor_units",
    "payment_invariants",
    "read_code",
    "read_journal",
]
