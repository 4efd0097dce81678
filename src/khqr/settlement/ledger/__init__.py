"""The ledger: double entry, holds, instruction ids, one journal; and what must be true of it."""

from __future__ import annotations

from .ledger import Ledger, Result

__all__ = ["Ledger", "Result"]
