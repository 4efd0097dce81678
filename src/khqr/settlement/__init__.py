"""The settlement simulator: a double-entry ledger in memory, and model banks on it.

It is a model and not a copy of Bakong; docs/guide/settlement-ledger.md says what of it is
documented and what is a choice of this library.
"""

from __future__ import annotations

from .books.books import Books, FlowCall
from .errors import REFUSALS, Refusal, SettlementError
from .ledger.accounts import Account
from .ledger.audit import Audit, Invariant, Violation
from .ledger.chart import BookKind, Side
from .ledger.holds import Hold, HoldState
from .ledger.instructions import InstructionState, Outcome, Refused, instruction_id
from .ledger.invariants import INVARIANTS
from .ledger.journal import Journal
from .ledger.ledger import Ledger, Result
from .ledger.lines import journal_lines, read_journal
from .ledger.steps import Movement, Posting
from .ledger.view import Entry
from .money import Money, major_units, minor_units
from .payments.codes import CodeState, ShownCode, read_code
from .payments.desk import Answer, Customer
from .payments.invariants import payment_invariants
from .payments.limits import LimitMode, Limits, Tier
from .payments.open_api import OpenApi, Reply
from .payments.payment import Payment, PaymentState, Refund, Source
from .payments.quotes import Quote, QuoteState
from .payments.simulation import Simulation

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
    "LimitMode",
    "Limits",
    "Money",
    "Movement",
    "OpenApi",
    "Outcome",
    "Payment",
    "PaymentState",
    "Posting",
    "Quote",
    "QuoteState",
    "Refund",
    "Refusal",
    "Refused",
    "Reply",
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
