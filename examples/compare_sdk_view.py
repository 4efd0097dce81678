"""One code as the official SDK sees it, beside what this library says of it.

Run it with `python examples/compare_sdk_view.py [PAYLOAD]`; it needs no extra.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import khqr
from khqr.nbc import decode_flat, decode_non_khqr, verify_full

SAMPLES = {
    "a static code": (
        "00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh6304119A"
    ),
    "a bank's code with an amount and no expiry": (
        "00020101021229360009khqr@aclb01090000000010206ACLEDA392000118550000000001011520420005802KH"
        "530384054045.005909DEMO USER6010Phnom Penh621502118550000000063041F00"
    ),
    "a currency that stands twice": (
        "00020101021129180014demo_user@devb5204599953031165802KH5909Demo User6010Phnom Penh5303840"
        "6304737A"
    ),
}


def sdk_view(payload: str) -> None:
    """Print the SDK's mappings and its verdict, and the number that it swallows."""
    try:
        flat = decode_flat(payload)
    except khqr.DecodeError as problem:
        print(f"  decode         refused here: {problem.findings[0].message}")
    else:
        print(f"  decode         { {key: value for key, value in flat.items() if value} }")
    print(f"  decodeNonKhqr  {decode_non_khqr(payload)}")
    now = datetime.now(UTC)
    for name, compatible in (("verify", True), ("stricter", False)):
        verdict = verify_full(payload, at=now, sdk_compatible=compatible)
        reason = f", {verdict.code} {verdict.code_name}" if verdict.code else ""
        print(f"  {name:14} {verdict.valid}{reason}")


def main() -> None:
    """Compare the views of every sample, or of the payload that is given."""
    samples = {"the given payload": sys.argv[1]} if len(sys.argv) > 1 else SAMPLES
    for what, payload in samples.items():
        print(f"{what}: {payload}")
        sdk_view(payload)
        try:
            print(f"  khqr.decode    {khqr.decode(payload)}")
        except khqr.DecodeError as problem:
            print(f"  khqr.decode    refused: {problem.findings[0].code}")
        print(f"  khqr.check     {khqr.check(payload)}\n")


if __name__ == "__main__":
    main()
