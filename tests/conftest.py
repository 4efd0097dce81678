"""What all tests share: the vectors, and how the official SDK's inputs become values."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

settings.register_profile(
    "khqr", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("khqr")

VECTORS = Path(__file__).parent / "vectors"


def load(name: str) -> list[dict[str, Any]]:
    """Return the cases of a vector file."""
    path = VECTORS / name
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    cases: list[dict[str, Any]] = json.loads(data)["cases"]
    return cases
