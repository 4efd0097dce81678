"""EMVCo merchant-presented mode, whatever the country: grammar, dictionary, CRC and rules."""

from __future__ import annotations

from .payload import Payload, parse
from .tree import DataObject
from .units import LengthUnit

__all__ = ["DataObject", "LengthUnit", "Payload", "parse"]
