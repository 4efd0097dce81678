"""Ask khqr and the official SDK the same questions, and print what they say."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from .comparison import Tally, compare_decode, compare_generate, compare_verify
from .inputs import random_fields
from .mutations import mutated
from .payloads import make_items, sdk_input
from .peers import PeerMissing, official_sdk
from .sdk import Sdk, SdkDied

BATCH = 100
_READ = ("verify", "number", "decode")
WILD = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "khqr_in_the_wild.json"


def differ(count: int, seed: int) -> dict[str, Tally]:
    """Ask both about ``count`` inputs and ``count`` mutated payloads."""
    random = Random(seed)
    inputs = [random_fields(random) for _ in range(count)]
    payloads = list(mutants(random, count))
    tallies = {name: Tally() for name in ("generate", "verify", "decode")}
    folder = official_sdk()
    answers = answered(folder, [{"generate": sdk_input(fields)} for fields in inputs])
    for fields, answer in zip(inputs, answers, strict=True):
        compare_generate(tallies["generate"], fields, answer)
    answers = answered(folder, [{"read": payload} for payload in payloads])
    for payload, answer in zip(payloads, answers, strict=True):
        compare_verify(tallies["verify"], payload, answer)
        compare_decode(tallies["decode"], payload, answer["decode"])
    return tallies


def mutants(random: Random, count: int) -> Iterator[str]:
    """Yield whole payloads damaged at random: khqr's own, and some of real-world shape."""
    cases = json.loads(WILD.read_bytes())["cases"] if WILD.exists() else []
    wild = [case["payload"] for case in cases if case["crc_ok"]]
    for item in make_items(count, random.randrange(2**32)):
        use_wild = bool(wild) and random.random() < 0.25
        yield mutated(random, random.choice(wild) if use_wild else item.payload)


def answered(folder: Path, questions: list[dict[str, Any]]) -> Iterator[Any]:
    """Yield the SDK's answers; a process that dies on a question is a call that never returned."""
    sdk = Sdk("sdk_answers.cjs", folder)
    for start in range(0, len(questions), BATCH):
        batch = questions[start : start + BATCH]
        try:
            yield from sdk.ask_many(batch)
        except SdkDied:
            for question in batch:
                with Sdk("sdk_answers.cjs", folder) as alone:
                    try:
                        yield alone.ask(**question)
                    except SdkDied:
                        yield "hang" if "generate" in question else dict.fromkeys(_READ, "hang")
            sdk = Sdk("sdk_answers.cjs", folder)
    sdk.close()


def main() -> int:
    """Print what was seen; return 0 if there was no disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000, help="inputs, and payloads (3000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write disagreements there")
    options = parser.parse_args()

    try:
        tallies = differ(options.count, options.seed)
    except PeerMissing as reason:
        print(reason)
        return 1
    for name, tally in tallies.items():
        print(f"{name}, seed {options.seed}")
        for outcome, number in tally.counts.most_common():
            print(f"{number:7}  {outcome}")
        for shown in tally.disagreements:
            print(json.dumps(shown, default=str))
    if options.json:
        found = {name: tally.disagreements for name, tally in tallies.items()}
        options.json.write_text(json.dumps(found, indent=2, default=str) + "\n")
    return int(any(tally.disagreements for tally in tallies.values()))
