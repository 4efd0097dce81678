"""Test a till without Bakong: it shows a code, polls for its payment, and a model customer pays.

The till below knows nothing of the simulator: it calls `ask`, which in a shop is an HTTP client.
Time passes only where the example says so, so the time-out of ten minutes is tested at once. It
needs no extra.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import khqr
from khqr.model import moment_at
from khqr.settlement import Money, OpenApi, SettlementError, Simulation

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
SECOND = 1000


class Clock:
    """The time of the whole example, in milliseconds since 1970."""

    def __init__(self) -> None:
        self.now = 1_775_000_000_000

    def __call__(self) -> int:
        """Return the time."""
        return self.now


class Till:
    """What a shop runs: shows a code for a sale, and asks every two seconds whether it is paid."""

    def __init__(self, ask: Ask, clock: Clock, wait: Callable[[int], None]) -> None:
        self.ask, self.clock, self.wait = ask, clock, wait

    def show(self, amount: str, bill_number: str) -> str:
        """Return the code of a sale; it lives for ten minutes."""
        now = moment_at(self.clock())
        shop = khqr.Merchant(
            bakong_account_id="khqr@devb",
            merchant_name="Demo Coffee",
            merchant_id="000123",
            acquiring_bank="Dev Bank",
            amount=amount,
            currency="USD",
            bill_number=bill_number,
        )
        return khqr.encode(shop, at=now, expires_in=timedelta(minutes=10))

    def outcome(self, payload: str) -> str:
        """Poll as NBC's document says: until paid or failed, or not found and past the expiry."""
        expires_at = khqr.decode(payload).expires_at
        while True:
            answer = self.ask("/v1/check_transaction_by_md5", {"md5": khqr.md5(payload)})
            if answer["responseCode"] == 0:
                return f"paid {answer['data']['amount']} {answer['data']['currency']}"
            if answer["errorCode"] == 3:
                return "failed"
            if expires_at is not None and moment_at(self.clock()) > expires_at:
                return "timed out"
            self.wait(2 * SECOND)


def main() -> None:
    """Sell two coffees: one is paid after eight seconds, one never."""
    clock, numbers = Clock(), count(1)
    bank = Simulation(["deva", "devb"], clock=clock, ids=lambda: str(next(numbers)))
    for code in ("deva", "devb"):
        bank.fund_bank(code, Money.of(10_000, "USD"))
    bank.add_customer("dara", "deva")
    bank.add_customer("000123", "devb")
    bank.fund("dara@deva", Money.of(20, "USD"))

    api = OpenApi(bank)
    token = api.new_token()
    customer_pays: dict[int, str] = {}

    def ask(path: str, body: dict[str, Any]) -> dict[str, Any]:
        return api.post(path, body, token=token).document

    def wait(milliseconds: int) -> None:
        clock.now += milliseconds
        payload = customer_pays.pop(clock.now, None)
        if payload is not None:
            bank.pay(payload, payer="dara@deva")

    till = Till(ask, clock, wait)
    first = till.show("2.50", "INV-1")
    customer_pays[clock.now + 8 * SECOND] = first
    started = clock.now
    print(f"INV-1: {till.outcome(first)} after {(clock.now - started) // SECOND} s")

    second = till.show("3.00", "INV-2")
    started = clock.now
    print(f"INV-2: {till.outcome(second)} after {(clock.now - started) // SECOND} s")
    try:
        bank.pay(second, payer="dara@deva")
    except SettlementError as refusal:
        print(f"paid too late: {refusal.name}")

    shop = bank.books.balance("devb", "casa:000123", "USD")
    print(f"the shop has {shop} cents, broken invariants: {len(bank.audit().sweep())}")


if __name__ == "__main__":
    main()
