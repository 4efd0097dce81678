"""The books of model participants, and what each kind of payment posts in them."""

from __future__ import annotations

from .books import Books, FlowCall

__all__ = ["Books", "FlowCall"]
