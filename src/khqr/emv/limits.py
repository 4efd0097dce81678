"""How much is read at all: every bound of the library in one place."""

from __future__ import annotations

__all__ = ["ADVISED_LENGTH", "MAX_LENGTH", "MAX_PAYLOAD"]

MAX_LENGTH = 99
"""The longest value that two digits of length can announce (EMVCo MPM 1.0 §4.4.1.1)."""

ADVISED_LENGTH = 512
"""A payload should not be longer, in characters (EMVCo MPM 1.0 §4.1)."""

MAX_PAYLOAD = 4096
"""The longest text that is read, in characters: above the 2,953 bytes that a QR symbol holds."""
