"""Table stands for the counters of a shop, four to a page of A4, and a card for its screens.

Run it with `python examples/print_stand.py [FOLDER]`; it needs the extras ``card`` and ``scan``.
No artwork of the National Bank of Cambodia is drawn, and this is not affiliated with the bank.
"""

from __future__ import annotations

import sys
from pathlib import Path

import khqr
from khqr.image import card, scan

COUNTERS = ("POS-1", "POS-2", "POS-3", "Terrace", "Delivery")


def payload_of(counter: str, currency: khqr.Currency = khqr.KHR) -> str:
    """Return the static code of one counter."""
    return khqr.encode(
        khqr.Merchant(
            bakong_account_id="khqr@devb",
            acquiring_bank="Dev Bank",
            merchant_id="000123",
            merchant_name="Demo Coffee Riverside",
            language_preference="km",
            merchant_name_alternate_language="ហាងកាហ្វេសាកល្បង",
            terminal_label=counter,
            currency=currency,
        ),
        strict=True,
    )


def main() -> None:
    """Write a sheet of stands in Khmer, and a card for both currencies."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-output")
    folder.mkdir(exist_ok=True)
    stands = folder / "stands.pdf"
    codes = [payload_of(counter) for counter in COUNTERS]
    stands.write_bytes(card.sheet(codes, template="stand", language="km", verify=True))
    print(f"{len(codes)} stands: {stands}")

    both = folder / "both-currencies.png"
    pair = [payload_of("POS-1"), payload_of("POS-1", khqr.USD)]
    card.make(pair, verify=True).save(both, width=900, dpi=300)
    print(f"riel and dollars: {both}")

    screen = folder / "screen.png"
    card.make(codes[0], theme="dark").save(screen, width=720)
    name = khqr.decode(scan(screen).text).merchant_name
    print(f"for a dark screen, and read back as {name}: {screen}")


if __name__ == "__main__":
    main()
