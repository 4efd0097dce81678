"""Fixtures for pytest; a test suite asks for them: ``pytest_plugins = ["khqr.testing.plugin"]``.

Nothing is imported that draws or reads images before a fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ..model import Individual, Merchant
from . import asserts

__all__ = ["assert_khqr", "scan_khqr"]


@pytest.fixture
def scan_khqr() -> Callable[[Any], Individual | Merchant]:
    """Give `khqr.testing.scan_khqr`: from an image to what its only KHQR means."""
    return asserts.scan_khqr


@pytest.fixture
def assert_khqr() -> Callable[..., Individual | Merchant]:
    """Give `khqr.testing.assert_khqr`: what a payload or an image must say."""
    return asserts.assert_khqr
