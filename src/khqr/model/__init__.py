"""What a KHQR means: `Individual` (object 29) and `Merchant` (object 30), plain frozen values.

A value is built once, checked for Python types, and never changes. What may be *written* is the
business of `khqr.encode`; a value decoded from a code as banks print it may hold more.
"""

from __future__ import annotations

from .individual import Individual, frozen_individual
from .merchant import Merchant, frozen_merchant
from .values import (
    DEFAULT_CITY,
    DEFAULT_MERCHANT_CATEGORY,
    DEFAULTS,
    EPOCH,
    MILLISECOND,
    Routing,
    aware_moment,
    milliseconds,
    moment_after,
    moment_at,
)

__all__ = [
    "DEFAULTS",
    "DEFAULT_CITY",
    "DEFAULT_MERCHANT_CATEGORY",
    "EPOCH",
    "MILLISECOND",
    "Code",
    "Individual",
    "Merchant",
    "Routing",
    "aware_moment",
    "frozen_individual",
    "frozen_merchant",
    "milliseconds",
    "moment_after",
    "moment_at",
]

Code = Individual | Merchant
"""Either kind of KHQR."""
