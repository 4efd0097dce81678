"""Payments that cross the border: Alipay+ both ways, and corridors between sponsor banks."""

from __future__ import annotations

from .terms import Direction, Netting, Terms

__all__ = ["Direction", "Netting", "Terms"]
