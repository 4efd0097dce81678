"""Drawing many codes: the fast engine against segno, in one alternating run on one processor.

`make bench-images` calls it; see README.md. Everybody draws the same payloads at level M, eight
pixels a module, with a quiet zone of four modules.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import segno
import zxingcpp

from khqr.image import symbol

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench import SEED, Row, load, machine, table
from benchmarks.payloads import make_items
from benchmarks.rounds import Race, turn_over

TARGET = ">= 10"
SCALE = 8


def segno_symbol(payload: str) -> segno.QRCode:
    """Return segno's symbol, in byte mode and with an ECI header as EMVCo asks."""
    return segno.make(
        payload,
        error="M",
        mode="byte",
        encoding="utf-8",
        eci=not payload.isascii(),
        micro=False,
        boost_error=False,
    )


def segno_png(payload: str) -> bytes:
    """Return segno's PNG."""
    out = io.BytesIO()
    segno_symbol(payload).save(out, kind="png", scale=SCALE, border=4)
    return out.getvalue()


def fast_symbol(payload: str) -> symbol.Symbol:
    """Return the symbol of the fast engine."""
    return symbol.make(payload, engine="fast")


def fast_png(payload: str) -> bytes:
    """Return the PNG of the fast engine."""
    return symbol.png(payload, engine="fast", scale=SCALE)


def default_png(payload: str) -> bytes:
    """Return the PNG of the default engine."""
    return symbol.png(payload, scale=SCALE)


def zint_symbol(payload: str) -> zxingcpp.Barcode:
    """Return zint's symbol through zxing-cpp, which mixes modes and so breaks EMVCo's rule."""
    return zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ecLevel="M")


def versus(race: Race, what: str, slow: str, fast: str, target: str = "") -> Row:
    """Return the row of one contestant against another."""
    ratio = race.ratio(slow, fast)
    ours, theirs = race.median(fast) / 1e6, race.median(slow) / 1e6
    detail = (
        f"{ours:.2f} ms : {theirs:.2f} ms; {1000 / ours:,.0f} : {1000 / theirs:,.0f} a second; "
        f"quiet {ratio.quiet:.1f}; rounds {ratio.low:.1f} to {ratio.high:.1f}"
    )
    return Row(what, ratio.value, "x", target, detail)


def agreeing(payloads: Sequence[str]) -> int:
    """Count the payloads whose symbols are the same from both, module by module."""
    return sum(
        fast_symbol(payload).matrix == tuple(map(bytes, segno_symbol(payload).matrix))
        for payload in payloads
    )


def main() -> int:
    """Measure; return 0 if the target was reached and the symbols are the same."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="payloads, 10 or more")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    before = load()
    payloads = [item.payload for item in make_items(max(10, asked.count), SEED)]
    contestants = (segno_png, fast_png, default_png, segno_symbol, fast_symbol, zint_symbol)
    race = Race(
        {one.__name__: turn_over(payloads, one) for one in contestants},
        count=len(payloads),
        rounds=asked.rounds,
        warm_up=1,
    )
    rows = [
        versus(race, "PNG, fast engine : segno", "segno_png", "fast_png", TARGET),
        versus(race, "PNG, default engine : segno", "segno_png", "default_png"),
        versus(race, "modules, fast engine : segno", "segno_symbol", "fast_symbol"),
        versus(race, "modules, fast engine : zint", "zint_symbol", "fast_symbol"),
    ]
    same = agreeing(payloads)
    print(f"{machine()}; load {before} before, {load()} after")
    print(f"{len(payloads)} payloads, {asked.rounds} rounds, one processor at a time\n")
    print(table(rows))
    print(f"\nthe same modules from the fast engine and segno: {same} of {len(payloads)}")
    print(
        "zint is called through zxing-cpp and mixes modes, which EMVCo forbids: not like for like"
    )
    return 0 if rows[0].reached and same == len(payloads) else 1


if __name__ == "__main__":
    sys.exit(main())
