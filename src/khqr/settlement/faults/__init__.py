"""What goes wrong between banks, from a seed: messages, clocks and processes that fail."""

from __future__ import annotations

from .plan import SHARES, Fate, Fault, FaultPlan
from .requests import CALLS, Call, Clock, Ref, Request, Sent
from .settled import Settled, Waiting, settled
from .splitmix import SplitMix64
from .wire import Stopped, Wire

__all__ = [
    "CALLS",
    "SHARES",
    "Call",
    "Clock",
    "Fate",
    "Fault",
    "FaultPlan",
    "Ref",
    "Request",
    "Sent",
    "Settled",
    "SplitMix64",
    "Stopped",
    "Waiting",
    "Wire",
    "settled",
]
