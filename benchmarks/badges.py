"""How many cards zbar and zxing-cpp read, by badge and error correction.

Run it with `python benchmarks/badges.py`. Every card is drawn at four widths with whole pixels a
module. zbar is asked through pyzbar.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from typing import Any, Literal, get_args

import khqr
from khqr.image import card, scan
from khqr.image.symbol import ErrorCorrection

WIDTHS = (300, 430, 600, 1000)
NAMES = ("Demo", "Demo Coffee Riverside", "ហាងសាកល្បង", "Café Crème 24h", "Demo Mini Mart No. 12")
BADGES: dict[str, dict[str, Any]] = {
    "none": {"badge": None},
    "auto": {},
    "white on black": {"badge": "currency"},
    "white on black, from version 14": {"badge": "currency", "min_version": 14},
}


def payloads(currency: str) -> list[str]:
    """Return static codes of growing length: versions 6 to 13 at level M."""
    return [
        khqr.encode(
            khqr.Merchant(
                bakong_account_id="khqr@devb",
                merchant_name=name,
                merchant_id="000123",
                acquiring_bank="Dev Bank",
                currency=currency,
                store_label="S" * more or None,
                bill_number="B" * (more // 2) or None,
            )
        )
        for name in NAMES
        for more in (0, 8, 16, 24)
    ]


def reads(drawn: card.Card, width: int, engine: Literal["zxing", "pyzbar"]) -> bool:
    """Whether a reader finds the payload of a card."""
    try:
        return scan(drawn.image(width), engine=engine).text == drawn.payloads[0]
    except khqr.ScanError:
        return False


def main() -> None:
    """Print one row for each badge, currency and level."""
    warnings.simplefilter("ignore", card.CardWarning)
    print("badge                            level currency   zbar  zxing-cpp  of   versions")
    for name, options in BADGES.items():
        for error in get_args(ErrorCorrection):
            for currency in ("KHR", "USD"):
                found: Counter[str] = Counter()
                versions = set()
                cards = [card.make(p, error=error, **options) for p in payloads(currency)]
                for drawn in cards:
                    versions.add(drawn.panels[0].symbol.version)
                    for width in WIDTHS:
                        found["zbar"] += reads(drawn, width, "pyzbar")
                        found["zxing"] += reads(drawn, width, "zxing")
                print(
                    f"{name:32} {error:5} {currency:8} {found['zbar']:6} {found['zxing']:10}"
                    f" {len(cards) * len(WIDTHS):4}   {min(versions)}-{max(versions)}"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main()
