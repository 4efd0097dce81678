"""The places at which a simulation may stop in the midst of a call, as a process does that dies.

A choice of this library. At every place something is in the journal or in the payments that is
not yet everywhere else; `khqr.settlement.Simulation.recover` makes it whole.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

__all__ = ["Stop", "Watch"]


class Stop(StrEnum):
    """Where a call may stop. Values say what has happened, and what has not."""

    TORN = "a transaction in the journal in part"
    APPENDED = "in the journal, not in the balances"
    BEGUN = "begun, not held"
    HELD = "held, not counted"
    CONFIRMED = "confirmed, not submitted"
    HOP_POSTED = "hop posted, not kept"
    READ = "read by the payee's bank, not credited"
    CREDIT_POSTED = "credit posted, not kept"
    CREDITED = "credited, not answered"
    GIVEN_UP = "refused, hold not voided"
    SENT = "sent to the other end of a link, not answered"
    PAID = "posted abroad, not kept"
    SENT_BACK = "sent back, not kept"
    REFUND_BEGUN = "refund begun, not posted"
    REFUND_POSTED = "refund posted, not kept"


Watch = Callable[[Stop], None]
"""Is called at every `Stop`; what it raises ends the call there."""
