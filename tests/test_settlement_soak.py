"""The soak script: the same seed gives the same chain, whatever the order of a set is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "soak.py"


def soak(seed: int, hash_seed: str) -> list[str]:
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--count", "5000", "--seed", str(seed)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


def untimed(lines: list[str]) -> list[str]:
    return [line for line in lines if " in " not in line or not line.endswith("/s")]


def test_a_seed_gives_its_chain() -> None:
    one, same, other = soak(3, "0"), soak(3, "77"), soak(4, "0")
    assert untimed(one) == untimed(same)
    assert one[-2].startswith("chain ")
    assert one[-2] != other[-2]
    assert one[-1] == other[-1] == "0 invariants were broken"
    assert "replay leads to the same ledger: yes" in one
    assert any(line.endswith("ALREADY_REFUSED") for line in other)
