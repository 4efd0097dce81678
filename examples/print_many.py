"""A table of shops as QR codes in a folder: a bad row is named, and a second run goes on.

Run it with `python examples/print_many.py [TABLE] [FOLDER]`; it needs the extra ``image``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from khqr.bulk import Result, read_csv, render

SHOPS = """\
bakong_account_id,acquiring_bank,merchant_id,merchant_name,merchant_city,terminal_label
khqr@devb,Dev Bank,000101,Demo Shop Riverside,Phnom Penh,POS-1
khqr@devb,Dev Bank,000101,Demo Shop Riverside,Phnom Penh,POS-2
khqr@devb,Dev Bank,1.02E+05,Demo Shop Old Market,Siem Reap,POS-1
khqr@devb,Dev Bank,000103,A shop whose name is longer than 25,Kampot,POS-1
khqr@devb,Dev Bank,000104,Demo Shop Pepper Farm,Kampot,POS-1
"""


def tell(done: int, total: int | None, result: Result) -> None:
    """Print a line for each row."""
    what = result.failure or (result.path.name if result.path else "")
    print(f"{done} of {total}: {result.status} {what}")


def main() -> None:
    """Draw the shops of a table, in as many processes as there are processors."""
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "demo-output/stands")
    if len(sys.argv) > 1:
        table = read_csv(sys.argv[1])
    else:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder.parent / "shops.csv"
        path.write_text(SHOPS, encoding="utf-8")
        table = read_csv(path)
    name = "{merchant_id}-{terminal_label}"
    summary = render(table, folder, name=name, jobs=2, total=table.count(), progress=tell)
    print(f"{summary.made} made, {summary.kept} kept, {summary.failed} failed")
    if summary.errors is not None:
        print(f"to be mended: {summary.errors}")


if __name__ == "__main__":
    main()
