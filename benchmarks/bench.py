"""Speed and weight of khqr, measured against other packages in one alternating run.

Nothing is stored: every figure comes from this run. `make bench` calls it; see README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import khqr

from . import contests
from .payloads import Item, make_items
from .peers import PeerMissing, official_sdk, python_peers
from .rounds import Race, Turn, turn_over
from .sdk import Sdk, node_version
from .weight import bytes_per_value, import_costs

COUNT, SEED = 1000, 20250615
KHQR, SDK, PARSE, WARM_UP = "khqr", "official SDK", "parse", 15


@dataclass(frozen=True)
class Row:
    """One line of the table; ``figure`` is None where it could not be measured."""

    what: str
    figure: float | None
    unit: str
    target: str
    detail: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the figure is on the right side of the target; None without a target."""
        if not self.target:
            return None
        sign, limit = self.target.split()
        if self.figure is None:
            return False
        return self.figure >= float(limit) if sign == ">=" else self.figure <= float(limit)

    def cells(self) -> tuple[str, str, str, str, str]:
        """Return the texts of the line."""
        digits = 0 if self.unit == "bytes" else 2
        figure = "-" if self.figure is None else f"{self.figure:,.{digits}f} {self.unit}"
        verdict = {True: "yes", False: "NO", None: "-"}[self.reached]
        return self.what, figure, self.target or "-", verdict, self.detail


def versus(race: Race, what: str, peer: str, target: str, *, cost: bool = False) -> Row:
    """Return the row of khqr against ``peer``: as a gain, or as a cost over a floor."""
    if peer not in race.times:
        return Row(what, None, "x", target, "missing")
    slow, fast = (KHQR, peer) if cost else (peer, KHQR)
    ratio = race.ratio(slow, fast)
    ours, theirs = race.median(KHQR) / 1000, race.median(peer) / 1000
    times = f"{ours:.2f} us : {theirs:.2f} us"
    detail = f"{times}; quiet {ratio.quiet:.2f}; rounds {ratio.low:.2f} to {ratio.high:.2f}"
    return Row(what, ratio.value, "x", target, detail)


class Bench:
    """The whole run: rows to print, notes under them, and whether everybody agreed."""

    def __init__(self, items: Sequence[Item], rounds: int, starts: int) -> None:
        self.items, self.rounds, self.starts = items, rounds, starts
        self.texts = [item.payload for item in items]
        self.rows: list[Row] = []
        self.notes: list[str] = []
        self.agreed = True

    def run(self) -> None:
        """Measure everything."""
        missing = python_peers()
        reading: dict[str, Turn] = {KHQR: turn_over(self.texts, khqr.decode)}
        writing: dict[str, Turn] = {KHQR: contests.khqr_writing(self.items)}
        checking: dict[str, Turn] = {KHQR: turn_over(self.texts, khqr.verify)}
        naming = {
            KHQR: turn_over(self.texts, khqr.identify),
            PARSE: turn_over(self.texts, khqr.parse),
        }
        processes: list[int] = []
        with ExitStack() as stack:
            try:
                sdk = stack.enter_context(Sdk("sdk_rounds.cjs", official_sdk()))
                processes.append(sdk.process)
                self.agreed, notes = contests.sdk_agreement(sdk, self.items)
                self.notes += notes
                reading[SDK] = contests.sdk_turn(sdk, "read")
                writing[SDK] = contests.sdk_turn(sdk, "write")
            except PeerMissing as reason:
                self.notes.append(f"official SDK: {reason}")
            self._add_python(reading, writing, checking, missing)
            reading |= contests.floor_turns(self.texts)
            races = [
                Race(
                    turns,
                    count=len(self.items),
                    rounds=self.rounds,
                    warm_up=WARM_UP,
                    processes=processes,
                )
                for turns in (reading, writing, checking, naming)
            ]
        self._rows_of_speed(*races)
        self._rows_of_weight()

    def _add_python(
        self,
        reading: dict[str, Turn],
        writing: dict[str, Turn],
        checking: dict[str, Turn],
        missing: dict[str, str],
    ) -> None:
        try:
            reading["vietnam-qr-pay"], note = contests.vietnam_qr_pay(self.texts, missing)
            self.notes.append(note)
        except PeerMissing as reason:
            self.notes.append(f"vietnam-qr-pay: {reason}")
        try:
            reading["qriskit"], checking["qriskit"], note = contests.qriskit(self.texts, missing)
            self.notes.append(note)
        except PeerMissing as reason:
            self.notes.append(f"qriskit: {reason}")
        for name, contest in (
            ("konthaina-khqr", contests.konthaina),
            ("bakong-khqr", contests.bakong_pypi),
        ):
            try:
                writing[name], note = contest(self.items, missing)
                self.notes.append(note)
            except PeerMissing as reason:
                self.notes.append(f"{name}: {reason}")

    def _rows_of_speed(self, reading: Race, writing: Race, checking: Race, naming: Race) -> None:
        self.rows += [
            versus(reading, "decode : official SDK, verify + decode", SDK, ">= 3.5"),
            versus(reading, "decode : vietnam-qr-pay", "vietnam-qr-pay", ">= 5"),
            versus(reading, "decode : qriskit, parse + validate", "qriskit", ">= 7"),
            versus(reading, "decode over the floor", "floor", "<= 2.0", cost=True),
            versus(reading, "decode over known offsets", "known offsets", "", cost=True),
            versus(writing, "encode + md5 : official SDK", SDK, ">= 3"),
            versus(writing, "encode + md5 : konthaina-khqr", "konthaina-khqr", ">= 5"),
            versus(writing, "encode + md5 : bakong-khqr (PyPI)", "bakong-khqr", ">= 20"),
            versus(checking, "verify : qriskit, parse + crc_issues", "qriskit", ">= 1"),
            versus(naming, "identify over parse", PARSE, "<= 1.5", cost=True),
        ]

    def _rows_of_weight(self) -> None:
        costs = import_costs(self.starts)
        over = f"over a bare interpreter ({costs['bare']:.1f} ms)"
        self.rows += [
            Row("import khqr, standard modules loaded", costs["loaded"], "ms", "<= 10"),
            Row("import khqr, fresh process", costs["import"], "ms", "<= 60", over),
            Row("import and decode, encode, check", costs["first use"], "ms", "", over),
            Row("memory of a decoded value", bytes_per_value(self.texts), "bytes", "<= 1100"),
        ]


def describe(items: Sequence[Item]) -> str:
    """Say what the codes are."""
    texts = [item.payload for item in items]
    lengths = sorted(map(len, texts))
    shares = {
        "with Khmer": sum(not text.isascii() for text in texts),
        "Merchant": sum(item.is_merchant for item in items),
        "dynamic": sum("amount" in item.fields for item in items),
        "USD": sum(item.fields["currency"] == "USD" for item in items),
    }
    listed = ", ".join(f"{count} {what}" for what, count in shares.items())
    return f"{len(items)} payloads of {lengths[0]} to {lengths[-1]} characters: {listed}"


def machine() -> str:
    """Name what the figures depend on."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.machine()}"
    return f"{python}, Node {node_version()}, {system}, {os.cpu_count()} CPUs"


def load() -> str:
    """Return the load of the machine over the last minute, where it is known."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"


def table(rows: Sequence[Row]) -> str:
    """Return the rows in columns."""
    lines = [("what", "figure", "target", "reached", "khqr : other, per item")]
    lines += [row.cells() for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    layout = f"{{:{widths[0]}}}  {{:>{widths[1]}}}  {{:{widths[2]}}}  {{:{widths[3]}}}  {{}}"
    return "\n".join(layout.format(*line).rstrip() for line in lines)


def main() -> int:
    """Run the benchmark; return 0 if every target was reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=60, help="measured rounds (60)")
    parser.add_argument("--quick", action="store_true", help="10 rounds: a first impression")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    options = parser.parse_args()
    rounds = max(2, 10 if options.quick else options.rounds)
    starts = 15 if options.quick else 25

    items = make_items(COUNT, SEED)
    before = load()
    bench = Bench(items, rounds, starts)
    bench.run()
    header = [
        f"khqr {khqr.__version__}; {machine()}; load {before} before and {load()} after",
        f"{describe(items)}; seed {SEED}",
        f"{rounds} rounds after {WARM_UP} of warm-up, {starts} fresh processes",
    ]
    print(*header, "", table(bench.rows), "", *bench.notes, sep="\n")
    if not bench.agreed:
        print("The packages do not agree on these codes: the comparison is worth nothing.")
    if options.json:
        rows = [{**asdict(row), "reached": row.reached} for row in bench.rows]
        found = {"header": header, "rows": rows, "notes": bench.notes, "agreed": bench.agreed}
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    return int(not bench.agreed or any(row.reached is False for row in bench.rows))
