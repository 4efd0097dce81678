"""Between text and meaning: `decode`, `encode`, `amend`, `verify` and `md5`."""

from __future__ import annotations

from .amend import Amendments, amend
from .decoder import decode, md5, verify
from .encoder import encode

__all__ = ["Amendments", "amend", "decode", "encode", "md5", "verify"]
