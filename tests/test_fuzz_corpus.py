"""Every text that fuzzing found worth keeping still holds the invariant."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzzing.invariant import TARGETS

CORPUS = Path(__file__).parent / "fuzzing" / "corpus"


@pytest.mark.parametrize("name", TARGETS)
def test_corpus(name: str) -> None:
    files = sorted(CORPUS.joinpath(name).iterdir())
    assert files
    for file in files:
        TARGETS[name](file.read_bytes())
