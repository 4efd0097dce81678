"""Whether khqr and the official SDK agree on an input, and how they differ where they may."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import khqr
from khqr.emv.limits import MAX_PAYLOAD
from khqr.nbc import decode_flat, verify_full

from .payloads import CLOCK, written

__all__ = ["Tally", "compare_decode", "compare_generate", "compare_verify"]

_PLAIN = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]*)?")
_STATIC = "000201010211"
_HANG = "the SDK never returns"


@dataclass
class Tally:
    """How often which outcome was seen, and every disagreement with its input."""

    counts: Counter[str] = field(default_factory=Counter)
    disagreements: list[dict[str, Any]] = field(default_factory=list)

    def agree(self, outcome: str) -> None:
        """Count an outcome that is as it should be."""
        self.counts[outcome] += 1

    def disagree(self, outcome: str, **evidence: object) -> None:
        """Count an outcome that should not be, and keep what shows it."""
        self.counts[f"DISAGREE: {outcome}"] += 1
        self.disagreements.append({"outcome": outcome, **evidence})


def compare_generate(tally: Tally, fields: Mapping[str, Any], theirs: Any) -> None:
    """Compare `khqr.encode` with the SDK's generate."""
    shown = {name: repr(value) for name, value in fields.items()}
    ours: str | None = None
    errors: list[khqr.Finding] = []
    try:
        ours = written(fields)
    except khqr.EncodeError as refusal:
        errors = [one for one in refusal.findings if one.severity is khqr.Severity.ERROR]
    evidence = {"fields": shown, "khqr": ours or [str(one) for one in errors], "sdk": theirs}
    if theirs == "hang":
        tally.agree(_HANG)
    elif ours is not None:
        if theirs == {"qr": ours, "md5": khqr.md5(ours)}:
            tally.agree("same payload and MD5")
        else:
            tally.disagree("khqr writes what the SDK does not", **evidence)
    elif "number" in theirs:
        if theirs["number"] in {finding.nbc_code for finding in errors}:
            tally.agree("both refuse, the SDK's number among the findings")
        else:
            tally.disagree("both refuse, for other reasons", **evidence)
    elif "exception" in theirs:
        tally.agree("khqr refuses, the SDK fails with an exception of its own")
    else:
        unknown = [one.code for one in errors if not _is_known(one.code, fields, theirs["qr"])]
        if unknown:
            tally.disagree("khqr refuses what the SDK writes", **evidence)
        else:
            first = errors[0].code.removeprefix("khqr.")
            tally.agree(f"khqr is stricter, as documented: {first}")


def _is_known(code: str, fields: Mapping[str, Any], written_by_sdk: str) -> bool:
    """Whether this refusal of what the SDK writes is one of the documented ones."""
    if code == "khqr.bakong-account-id.format":
        return "@" in fields["bakong_account_id"]
    if code == "khqr.amount.format":
        return not _is_exact(fields["amount"])
    if code.startswith("khqr.expires-at."):  # an amount that the SDK takes for zero needs no times
        return written_by_sdk.startswith(_STATIC) and not _is_exact(fields["amount"])
    return code in {"khqr.template.too-long", "khqr.text.beyond-bmp", "khqr.text.control"}


def _is_exact(amount: object) -> bool:
    """Whether an amount is a plain decimal that JavaScript's numbers hold, too."""
    text = f"{amount:f}" if isinstance(amount, Decimal) else str(amount)
    if not text:
        return True
    return bool(_PLAIN.fullmatch(text)) and Decimal(text) == Decimal(repr(float(text)))


def compare_verify(tally: Tally, payload: str, theirs: Mapping[str, Any]) -> None:
    """Compare `khqr.nbc.verify_full` with the SDK's verify, and the number that it swallows."""
    if len(payload) > MAX_PAYLOAD:
        tally.agree("longer than khqr reads")
        return
    try:
        ours = verify_full(payload, at=CLOCK, sdk_compatible=True)
    except Exception as error:  # noqa: BLE001 - any exception is a disagreement, and is shown
        tally.disagree("khqr raises", payload=payload, khqr=repr(error), sdk=theirs["verify"])
        return
    evidence = {"payload": payload, "khqr": [ours.valid, ours.code]}
    if theirs["verify"] == "hang" and ours.valid:
        tally.disagree("khqr accepts what the SDK never returns from", **evidence, sdk="hang")
    elif theirs["verify"] == "hang":
        tally.agree(f"{_HANG}, khqr says False")
    elif ours.valid != theirs["verify"]:
        tally.disagree("verdict", **evidence, sdk=[theirs["verify"], theirs["number"]])
    elif ours.code != theirs["number"]:
        tally.disagree("number", **evidence, sdk=[theirs["verify"], theirs["number"]])
    else:
        tally.agree(f"both say {ours.valid}, same number")


def compare_decode(tally: Tally, payload: str, theirs: Any) -> None:
    """Compare `khqr.nbc.decode_flat` with the SDK's decode, where khqr does not refuse."""
    try:
        ours = decode_flat(payload)
    except khqr.DecodeError as refusal:
        tally.agree(f"khqr refuses: {refusal.findings[0].code}")
        return
    if theirs == "hang":
        why = f"khqr reads what the SDK never returns from ({_oddity(payload)})"
        tally.disagree(why, payload=payload, khqr=ours)
        return
    clean = {key: value for key, value in theirs.items() if not key.isdigit()}
    if list(ours.items()) == list(theirs.items()):
        tally.agree("same keys, values and order")
    elif list(ours.items()) == list(clean.items()):
        tally.agree("same but for the SDK's keys 0, 1, 2 ... (a documented defect)")
    else:
        keys = [key for key in {**ours, **clean} if ours.get(key) != clean.get(key)]
        tally.disagree(
            f"other values ({_oddity(payload)})" if keys else "other order",
            payload=payload,
            khqr={key: ours.get(key) for key in keys},
            sdk={key: clean.get(key) for key in keys},
        )


def _oddity(payload: str) -> str:
    """Name what may explain a difference."""
    try:
        objects = khqr.parse(payload).objects
    except khqr.DecodeError:
        return "lengths fit in another unit than characters"
    ids = [item.id for item in objects]
    if len(set(ids)) < len(ids):
        return "an object is repeated"
    if any(item.fault for item in objects):
        return "a template cannot be walked"
    paths = [child.path for item in objects for child in item.objects]
    return "a sub-object is repeated" if len(set(paths)) < len(paths) else "nothing odd"
