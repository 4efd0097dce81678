"""What a till does: put the amount of a sale on the static code that the bank gave the shop.

Run it with `python examples/till_amount.py [AMOUNT [BILL_NUMBER]]`; it needs no extra.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import khqr

FROM_THE_BANK = (
    "00020101021130510016abaakhppxxx@abaa01150000000000000010208ABA Bank5204599953038405802KH"
    "5909DEMO SHOP6010PHNOM PENH624168370010PAYWAY@ABA010700000010208000000026304CC45"
)
LIFE = timedelta(minutes=10)


def main() -> None:
    """Print the code of the sale, and the key under which its payment is found."""
    amount = sys.argv[1] if len(sys.argv) > 1 else "12.50"
    bill_number = sys.argv[2] if len(sys.argv) > 2 else "INV-1021"
    now = datetime.now(UTC)
    shop = khqr.decode(FROM_THE_BANK)
    try:
        sale = khqr.amend(
            FROM_THE_BANK, amount=amount, bill_number=bill_number, at=now, expires_in=LIFE
        )
    except khqr.EncodeError as problem:
        raise SystemExit(f"the sale cannot be shown:\n{problem}") from None

    untouched = {"15", "29", "30", "52", "53", "58", "59", "60"}
    before, after = khqr.parse(FROM_THE_BANK), khqr.parse(sale)
    if any(before.get(path) != after.get(path) for path in untouched):
        raise SystemExit("amend changed more than it was asked to")

    print(f"{shop.merchant_name} asks for {amount} {shop.currency}, bill {bill_number}")
    print(f"show: {sale}")
    print(f"keep: {khqr.md5(sale)}")
    print(f"ends: {now + LIFE:%H:%M:%S} UTC")


if __name__ == "__main__":
    main()
