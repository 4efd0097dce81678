"""Payments that cross the border: Alipay+ both ways, and corridors between sponsor banks."""

from __future__ import annotations

from .foreign import ForeignCode, Payee
from .invariants import link_invariants
from .known import alipayplus, malaysia, thailand, vietnam
from .links import Links
from .payment import (
    CROSS_MOVES,
    CrossEvent,
    CrossPayment,
    CrossState,
    PartnerAnswer,
    Said,
)
from .quotes import CrossQuote
from .terms import Direction, Netting, Terms

__all__ = [
    "CROSS_MOVES",
    "CrossEvent",
    "CrossPayment",
    "CrossQuote",
    "CrossState",
    "Direction",
    "ForeignCode",
    "Links",
    "Netting",
    "PartnerAnswer",
    "Payee",
    "Said",
    "Terms",
    "alipayplus",
    "link_invariants",
    "malaysia",
    "thailand",
    "vietnam",
]
