"""A payload with nobody's data in it, and otherwise the same: for bug reports."""

from __future__ import annotations

from .disguise import anonymise
from .personal import is_personal

__all__ = ["anonymise", "is_personal"]
