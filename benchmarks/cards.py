"""Cards a second, and the memory that many of them take: `python benchmarks/cards.py [1000 10000]`.

Peak memory is that of the process (RSS); it must not grow with the number of cards.
"""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Iterator

import khqr
from khqr.image import card

PLACES = ("Riverside", "Old Market", "ផ្សារចាស់", "មាត់ទន្លេ", "No.")
SHEET = 1000


def payloads(count: int) -> Iterator[str]:
    """Yield payloads with names and numbers of their own."""
    for number in range(count):
        yield khqr.encode(
            khqr.Merchant(
                bakong_account_id="khqr@devb",
                merchant_name=f"Demo {PLACES[number % 5]} {number}",
                merchant_id=f"{number:06d}",
                acquiring_bank="Dev Bank",
                currency=("KHR", "USD")[number % 2],
            )
        )


def peak() -> float:
    """Return the most memory that the process has had, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if sys.platform != "darwin" else most / 1024**2


def main() -> None:
    """Print speed and memory at each of the counts."""
    warnings.simplefilter("ignore", card.CardWarning)
    counts = sorted(int(text) for text in sys.argv[1:]) or [1000, 10_000]
    print(f"before the first card: {peak():.0f} MB")
    start = time.perf_counter()
    for done, payload in enumerate(payloads(counts[-1]), 1):
        card.png(payload, 600)
        if done in counts:
            rate = done / (time.perf_counter() - start)
            print(f"{done:6} cards: {rate:5.1f} a second, peak {peak():.0f} MB")
    start = time.perf_counter()
    size = len(card.sheet(payloads(SHEET), template="stand"))
    taken = time.perf_counter() - start
    print(f"a sheet of {SHEET} stands: {taken:.1f} s, {size / 1e6:.1f} MB, peak {peak():.0f} MB")


if __name__ == "__main__":
    main()
