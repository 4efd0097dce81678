"""Why a code is refused: every finding, and where in the text it is.

Run it with `python examples/why_refused.py [PAYLOAD]`; it needs no extra.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import khqr

BROKEN = (
    "00020101021229180014demo_user@devb520459995303116540410.55802KH5909Demo User6010Phnom Penh"
    "62300126INV-2026-11-22-0000000042163048190"
)
AROUND = 20
"""How much of the text is shown on either side of a finding, in characters."""


def shown(payload: str, finding: khqr.Finding) -> str:
    """Return the place of a finding in the text, with a mark under it."""
    start = max(finding.offset - AROUND, 0)
    part = payload[start : finding.offset + AROUND]
    return f"    {part}\n    {' ' * (finding.offset - start)}^"


def main() -> None:
    """Print the report on one payload."""
    payload = sys.argv[1] if len(sys.argv) > 1 else BROKEN
    report = khqr.check(payload, at=datetime.now(UTC))
    if report.ok:
        print(f"nothing speaks against it, {len(report.warnings)} warning(s)")
    for finding in report:
        number = f", number {finding.nbc_code} of the NBC" if finding.nbc_code else ""
        print(f"{finding.severity.value}: {finding.message}")
        print(shown(payload, finding))
        print(f"    {finding.code}, {finding.clause}{number}")
        if finding.hint:
            print(f"    {finding.hint}")


if __name__ == "__main__":
    main()
