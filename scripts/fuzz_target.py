#!/usr/bin/env python3
"""Coverage-guided fuzzing of one target: scripts/fuzz_target.py TARGET [libFuzzer options].

The mutator makes the CRC right again half of the time, as nothing else gets past it. The file
is executable because libFuzzer starts it anew to fold one corpus into another.
"""

from __future__ import annotations

import os
import sys

import atheris

with atheris.instrument_imports(include=["khqr"]):
    from fuzzing.invariant import TARGETS
    from khqr.emv.crc import crc16


def resealing(data: bytes, max_size: int, seed: int) -> bytes:
    """Mutate ``data``, and give it a right CRC for every even ``seed``."""
    mutated = bytes(atheris.Mutate(data, len(data)))
    if seed % 2:
        return mutated[:max_size]
    body = mutated[:-8] if mutated[-8:-4] == b"6304" else mutated
    body = body[: max(max_size - 8, 0)] + b"6304"
    return body + f"{crc16(body):04X}".encode()


def main() -> None:
    """Run the target that the first argument, or the environment of a restart, names."""
    if sys.argv[1:2] and sys.argv[1] in TARGETS:
        os.environ["KHQR_FUZZ_TARGET"] = sys.argv.pop(1)
    target = TARGETS[os.environ["KHQR_FUZZ_TARGET"]]
    atheris.Setup(sys.argv, target, custom_mutator=resealing)
    atheris.Fuzz()


main()
