"""A payload as far as it can be read, whatever its lengths count."""

from __future__ import annotations

from ..emv.payload import Payload, parse
from ..emv.source import payload_text
from .decoder import complete_tree

__all__ = ["readable"]


def readable(payload: str | bytes | Payload) -> Payload:
    """Return a payload as far as it can be read, its lengths counted as they seem to be meant.

    Raises:
        DecodeError: if no object can be read.

    >>> len(readable("000201" "52045999" "5999Demo"))
    2
    """
    if isinstance(payload, Payload):
        return payload
    text = payload_text(payload)
    whole = complete_tree(text)
    return parse(text, recover=True) if whole is None else Payload(text, whole)
