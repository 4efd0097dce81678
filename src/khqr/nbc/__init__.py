"""The official SDK's own view of a code, for those who come from it or compare with it.

`decode_flat` and `decode_non_khqr` give its mappings, `verify_full` its verdict, and `ErrorCode`
its 51 numbers. Where the SDK loops for ever, mixes objects up or takes the last of two, this does
not follow it; what its verdict lets pass is followed. The documentation lists each difference.
"""

from __future__ import annotations

from .codes import ErrorCode
from .flat import FLAT_KEYS, decode_flat, decode_non_khqr
from .verify import Verdict, verify_full

__all__ = ["FLAT_KEYS", "ErrorCode", "Verdict", "decode_flat", "decode_non_khqr", "verify_full"]
