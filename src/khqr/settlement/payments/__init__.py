"""Payments by KHQR between model banks, from the text of a code to the credit."""

from __future__ import annotations

from .simulation import Simulation

__all__ = ["Simulation"]
