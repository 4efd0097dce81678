"""Mutation testing of emv/ and codec/: runs mutmut, and judges what survives.

A survivor is explained in EXPLAINED, by function and reason, or it is a hole in the tests. The
command fails below 95 percent, and for a survivor without an explanation.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

WANTED = 0.95

_SHORTCUT = "only a shortcut: where it steps aside, the complete way gives the same answer"
_UNSEEN = "a placeholder that no caller looks at, or a default that every caller gives"
_SAME = "another way to write the same: no input that gets here tells the two apart"
_DIGEST = "a shortcut past a door that gives the same text, and the purpose that MD5 is told"
_IMPORT = "it runs when the module is imported, before a mutant is chosen"
_LIMIT = "a cheaper bound of the same limit, which the exact one behind it repeats"

EXPLAINED: dict[str, str] = {
    "khqr.codec.amend._amount_problems": _UNSEEN,
    "khqr.codec.amend._amount_values": _UNSEEN,
    "khqr.codec.amend._new_values": _UNSEEN,
    "khqr.codec.decoder.decode": _SHORTCUT,
    "khqr.codec.decoder.decode_by_tree": _UNSEEN,
    "khqr.codec.decoder.md5": _DIGEST,
    "khqr.codec.decoder.verify": _SHORTCUT,
    "khqr.codec.encoder.encode": _SHORTCUT,
    "khqr.codec.writer._own_copy": _IMPORT,
    "khqr.codec.writer._written": _SHORTCUT,
    "khqr.codec.fast._typed": _SHORTCUT,
    "khqr.codec.fast._walk": _SHORTCUT,
    "khqr.codec.fast.decode_fast": _SHORTCUT,
    "khqr.codec.problems._text": _UNSEEN,
    "khqr.codec.problems.problems": "every field of the group names the same template",
    "khqr.emv.catalogue.Locator.__init__": _SHORTCUT,
    "khqr.emv.iso.currency_exponent": _UNSEEN,
    "khqr.emv.payload.Payload._rewritten": _SAME,
    "khqr.emv.payload.Payload.find_all": _UNSEEN,
    "khqr.emv.payload._position": "an object that is there already is replaced, never inserted",
    "khqr.emv.rules.Reading.first": _UNSEEN,
    "khqr.emv.rules.Reading.value_at": _UNSEEN,
    "khqr.emv.rules._amount_and_initiation": _UNSEEN,
    "khqr.emv.rules._check_sum": _UNSEEN,
    "khqr.emv.rules.read": _UNSEEN,
    "khqr.emv.source._decoded": _LIMIT,
    "khqr.emv.source.leading_data": _SAME,
    "khqr.emv.structure._unit_hint": _UNSEEN,
    "khqr.emv.structure.check_sum_problem": _SAME,
    "khqr.emv.tlv.read_level": _UNSEEN,
    "khqr.emv.tree._read": _UNSEEN,
    "khqr.emv.units._utf16_width": _SAME,
    "khqr.emv.units.ruler": _SHORTCUT,
    "khqr.emv.units.units_for": _SHORTCUT,
    "khqr.emv.values.character_problems": _UNSEEN,
    "khqr.emv.values.is_zero": _SAME,
}
"""By function, why a mutant of it may survive."""

_KILLED = frozenset({1, 3, 24, -24, 36, 152, 255})
"""Exit codes of a mutant that a test noticed: it failed, or did not come to an end."""


def results() -> dict[str, int]:
    """Return the exit code of every mutant that was tried."""
    codes: dict[str, int] = {}
    for meta in Path("mutants/src").rglob("*.meta"):
        listed = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        codes.update({name: code for name, code in listed.items() if code is not None})
    return codes


def function_of(mutant: str) -> str:
    """Return the function that a mutant changes, as a dotted name."""
    name = mutant.rpartition("__mutmut_")[0]
    return name.replace("x_", "", 1).replace("xǁ", "").replace("ǁ", ".")


def main() -> int:
    """Run mutmut, print the score and the survivors, and say whether they are in order."""
    environment = {"KHQR_EXAMPLES": "10"} | dict(os.environ)
    subprocess.run(
        [sys.executable, "-m", "mutmut", "run"], env=environment, check=False, stdout=sys.stderr
    )
    codes = results()
    survivors = sorted(name for name, code in codes.items() if code not in _KILLED)
    killed = len(codes) - len(survivors)
    score = killed / len(codes) if codes else 0.0
    print(f"{killed} of {len(codes)} mutants were killed: {score:.1%} (wanted {WANTED:.0%})")
    unexplained = []
    for function, count in sorted(Counter(map(function_of, survivors)).items()):
        reason = EXPLAINED.get(function)
        print(f"  {count:3} survive in {function}: {reason or 'NOT EXPLAINED'}")
        if reason is None:
            unexplained.append(function)
    return 0 if score >= WANTED and not unexplained else 1


if __name__ == "__main__":
    sys.exit(main())
