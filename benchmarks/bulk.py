"""How many PNG symbols a second `khqr.bulk.render` makes, against a plain loop of segno.

    .venv/bin/python benchmarks/bulk.py [--rows 1000] [--rounds 3] [--memory 10000]

Everybody takes a turn in each round, so that noise falls on all alike; a turn draws all rows, of
which the plain loop gets an eighth, and writes a file for each. Starting the workers is part of
their turn. Then a run of many rows is
measured in a process of its own, and one of a tenth of them: the difference of their largest
memory is what the rows cost.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import segno

import khqr
from khqr.bulk import render

TARGET = 10
"""How many times as fast as the plain loop two jobs are to be."""


def rows(count: int) -> list[dict[str, str]]:
    """Return the rows of so many shops with the fields that a stand usually has."""
    return [
        {
            "bakong_account_id": "khqr@devb",
            "merchant_name": f"Demo Coffee {number}",
            "merchant_id": f"{number:06d}",
            "acquiring_bank": "Dev Bank",
            "merchant_city": "Siem Reap",
            "store_label": "Main",
            "terminal_label": f"POS-{number % 9}",
            "language_preference": "km" if number % 3 == 0 else "",
            "merchant_name_alternate_language": "ហាងសាកល្បង" if number % 3 == 0 else "",
        }
        for number in range(count)
    ]


def plain_segno(table: list[dict[str, str]], folder: Path) -> None:
    """Draw as anybody would: encode, segno, a file."""
    for number, row in enumerate(table):
        payload = khqr.encode(khqr.Merchant(**row))  # type: ignore[arg-type] # only texts here
        symbol = segno.make(payload, error="m", mode="byte", encoding="utf-8", micro=False)
        symbol.save(str(folder / f"{number}.png"), scale=8, border=4)


def batch(jobs: int, *, verify: bool) -> Callable[[list[dict[str, str]], Path], None]:
    """Return a turn of `khqr.bulk.render`."""

    def turn(table: list[dict[str, str]], folder: Path) -> None:
        made = render(table, folder, format="png", jobs=jobs, verify=verify).made
        assert made == len(table), "every row gives a picture"

    return turn


TURNS = {
    "plain segno": plain_segno,
    "khqr.bulk, 1 job": batch(1, verify=False),
    "khqr.bulk, 2 jobs": batch(2, verify=False),
    "khqr.bulk, 2 jobs, scanned back": batch(2, verify=True),
}


def race(count: int, rounds: int) -> dict[str, float]:
    """Return the median of symbols a second of each, over alternating rounds."""
    table = rows(count)
    rates: dict[str, list[float]] = {name: [] for name in TURNS}
    for number in range(rounds):
        names = list(TURNS)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            with tempfile.TemporaryDirectory() as folder:
                part = table[::8] if name == "plain segno" else table
                start = time.perf_counter()
                TURNS[name](part, Path(folder))
                rates[name].append(len(part) / (time.perf_counter() - start))
    return {name: median(found) for name, found in rates.items()}


def largest_memory(count: int) -> tuple[int, int]:
    """Return the largest memory of a run and of one of its workers, in MiB."""
    command = [sys.executable, __file__, "--run", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    own, workers = done.stdout.split()
    return int(own), int(workers)


def run_alone(count: int) -> None:
    """Draw so many rows, taken from a generator, and print the largest memory."""
    with tempfile.TemporaryDirectory() as folder:
        table = (row for number in range(count // 100) for row in named(number))
        render(table, folder, format="png", jobs=2)
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        print(resource.getrusage(who).ru_maxrss // 1024)


def named(number: int) -> list[dict[str, str]]:
    """Return a hundred rows that no other hundred has."""
    return [row | {"bill_number": str(number)} for row in rows(100)]


def main() -> int:
    """Print the figures; 0 if two jobs reach the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=10_000, help="rows; 0 for no such run")
    parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run_alone(given.run)
        return 0
    rates = race(given.rows, given.rounds)
    plain = rates["plain segno"]
    for name, rate in rates.items():
        print(f"{name:33}{rate:8.0f} symbols/s{rate / plain:7.1f} x")
    if given.memory:
        for count in (given.memory // 10, given.memory):
            own, workers = largest_memory(count)
            print(f"{count:6} rows: at most {own} MiB, {workers} MiB in a worker")
    return 0 if rates["khqr.bulk, 2 jobs"] >= TARGET * plain else 1


if __name__ == "__main__":
    sys.exit(main())
