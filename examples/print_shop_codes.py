"""Static codes for the counters of several shops, one SVG file each, ready to be printed.

Run it with `python examples/print_shop_codes.py [FOLDER]`; it needs the extra ``image``.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import khqr
from khqr.image import symbol

SHOPS = """\
number,name,city,khmer_name,khmer_city,counter
000101,Demo Shop Riverside,Phnom Penh,ហាងសាកល្បងមាត់ទន្លេ,ភ្នំពេញ,POS-1
000101,Demo Shop Riverside,Phnom Penh,ហាងសាកល្បងមាត់ទន្លេ,ភ្នំពេញ,POS-2
000102,Demo Shop Old Market,Siem Reap,ហាងសាកល្បងផ្សារចាស់,សៀមរាប,POS-1
000103,A shop whose name is longer than 25,Kampot,,,POS-1
"""


def code_of(shop: dict[str, str]) -> khqr.Merchant:
    """Return the code of one counter; an empty column is an absent object."""
    return khqr.Merchant(
        bakong_account_id="khqr@devb",
        acquiring_bank="Dev Bank",
        merchant_id=shop["number"],
        merchant_name=shop["name"],
        merchant_city=shop["city"],
        terminal_label=shop["counter"],
        language_preference="km" if shop["khmer_name"] else None,
        merchant_name_alternate_language=shop["khmer_name"],
        merchant_city_alternate_language=shop["khmer_city"],
    )


def main() -> None:
    """Write a file for every counter, and say which counters have none and why."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-output")
    folder.mkdir(exist_ok=True)
    for shop in csv.DictReader(io.StringIO(SHOPS)):
        label = f"{shop['number']}-{shop['counter']}"
        try:
            payload = khqr.encode(code_of(shop), strict=True)
        except khqr.EncodeError as problem:
            print(f"{label}: no code")
            for finding in problem.findings:
                print(f"    {finding.path}: {finding.message}")
            continue
        path = folder / f"{label}.svg"
        path.write_text(symbol.svg(payload, error="Q"), encoding="utf-8")
        print(f"{label}: {path}")


if __name__ == "__main__":
    main()
