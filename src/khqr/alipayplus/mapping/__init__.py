"""Between a KHQR and the messages of Alipay+, by a field table, with account of what is left out.

That a KHQR runs so on Alipay+ is inferred: no public document shows it. With ``codeValue`` the way
there and back is the same text, byte for byte.
"""

from __future__ import annotations

from .back import AmountInconsistent, to_khqr
from .fields import FIELD_TABLE, FieldRow
from .forward import pay_for, request_for, response_for, sidecar
from .money import from_minor, to_minor
from .policy import ISO_MINOR_UNITS, Mapped, Policy

__all__ = [
    "FIELD_TABLE",
    "ISO_MINOR_UNITS",
    "AmountInconsistent",
    "FieldRow",
    "Mapped",
    "Policy",
    "from_minor",
    "pay_for",
    "request_for",
    "response_for",
    "sidecar",
    "to_khqr",
    "to_minor",
]
