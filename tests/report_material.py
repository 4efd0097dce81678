"""Runs, small and large, for the tests of the report."""

from __future__ import annotations

from itertools import count

from khqr import Individual, Merchant, encode
from khqr.model import moment_at
from khqr.settlement import Money, SettlementError, Simulation
from khqr.settlement.clearing import CrossBorderRow
from khqr.settlement.report import BankRow, Figures, InvariantRow, VolumeRow

__all__ = ["START", "Run", "half_year", "of_everything"]

START = 1_750_000_000_000
DAY = 86_400_000


class Run:
    """Two banks, a payer and two payees, and payments between them."""

    def __init__(self) -> None:
        self.now = START
        numbers = count(1)
        self.sim = Simulation(
            ["deva", "devb"], clock=lambda: self.now, ids=lambda: str(next(numbers))
        )
        for bank in ("deva", "devb"):
            self.sim.fund_bank(bank, Money.of(10_000_000, "KHR"))
            self.sim.fund_bank(bank, Money.of("5000.50", "USD"))
        for name, bank in (("dara", "deva"), ("sokha", "devb"), ("kiosk", "deva")):
            self.sim.add_customer(name, bank)
        self.sim.add_customer("shop1", "devb", credit_days=1)
        for payer in ("dara@deva", "sokha@devb"):
            self.sim.fund(payer, Money.of(900_000, "KHR"))
            self.sim.fund(payer, Money.of("300.00", "USD"))
        self.first = len(self.sim.ledger.journal)

    def wallet(self, payee: str, amount: int | str, currency: str = "KHR") -> str:
        """Return the id of a payment to a wallet, or the name of its refusal."""
        code = Individual(bakong_account_id=payee, merchant_name="Demo Shop", currency=currency)
        return self._paid(encode(code), amount)

    def bill(self, amount: int, name: str) -> str:
        """Return the id of a payment at the shop, or the name of its refusal."""
        code = Merchant(
            bakong_account_id="khqr@devb",
            merchant_name="Demo Shop",
            merchant_id="shop1",
            acquiring_bank="Dev Bank",
            amount=amount,
            bill_number=name,
            expires_at=moment_at(self.now + 600_000),
        )
        return self._paid(encode(code, at=moment_at(self.now)), None)

    def _paid(self, code: str, amount: int | str | None) -> str:
        try:
            return self.sim.pay(code, payer="dara@deva", amount=amount).id
        except SettlementError as refusal:
            return refusal.name


def of_everything() -> Run:
    """Return a run with payments both ways, a refund, suspense, a hold and refusals."""
    run = Run()
    for hour in range(5):
        run.now += 3_600_000
        run.wallet("sokha@devb", 4_100 * (hour + 1))
    run.wallet("kiosk@deva", 700)
    run.wallet("sokha@devb", "12.50", "USD")
    whole = run.wallet("sokha@devb", 9_000)
    run.sim.refund(whole, 4_000)
    run.bill(50_000, "INV-1")
    assert run.wallet("sokha@devb", 950_000) == "INSUFFICIENT_FUNDS"
    assert run.wallet("sokha@devb", 950_000) == "INSUFFICIENT_FUNDS"
    code = Individual(bakong_account_id="sokha@devb", merchant_name="Demo Shop")
    run.sim.confirm(encode(code), payer="dara@deva", amount=1_234)
    return run


def half_year(
    banks: int = 14, days: int = 181, *, name: str = "bank{}", title: str = "Half a year"
) -> Figures:
    """Return figures of the size of the first half of 2023: 35.4 million payments."""
    start = 1_672_506_000_000
    codes = [name.format(number) for number in range(banks)]
    volume = [
        VolumeRow(start + day * DAY, currency, share + day, (share + day) * mean)
        for day in range(days)
        for currency, share, mean in (("KHR", 117_000, 400_000), ("USD", 78_400, 70_001))
    ]
    rows, balances = [], {}
    for currency in ("KHR", "USD"):
        total = sum(row.value for row in volume if row.currency == currency)
        for place, code in enumerate(codes):
            came, went = (total * (side + 1) // (banks * (banks + 1) // 2)
                          for side in (place, banks - 1 - place))  # fmt: skip
            opening = total // 7
            closing = opening + 1_000 - 10 + came - went
            rows.append(
                BankRow(code, currency, opening, 1_000, 10, place, came, 9, went, closing, 5, 7)
            )
            for kind in ("bsa", "casa", "wallet", "susp_in", "cash", "capital", "nbc_current"):
                balances[code, kind, currency] = max(closing, 0) // len(kind)
        balances["NBC", "bsa", currency] = balances["TOK", "supply", currency] = total
    links = [
        CrossBorderRow(
            f"alipayplus-2023010{day}", party, "USD", 12, paid, 3, back, fees, paid + back + fees,
            "2023-01-04", "settled", "",
        )
        for day in (1, 2)
        for party, paid, back, fees in (
            ("MPP", -1_010_00, 20_00, -10_00), ("devs", 1_010_00, -20_00, 0), ("ALP", 0, 0, 10_00),
        )
    ]  # fmt: skip
    return Figures(
        title=title,
        volume=tuple(volume),
        banks=tuple(rows),
        links=tuple(links) if banks else (),
        states={"acknowledged": 34_000_000, "received": 900_000, "failed": 99} if days else {},
        refusals={"INSUFFICIENT_SETTLEMENT_BALANCE": 500_000, "QR_EXPIRED": 7} if days else {},
        balances=balances,
        invariants=tuple(InvariantRow(f"I{n}", "what must be true", 0) for n in range(1, 18)),
        chain="ab" * 32,
        rows=106_000_000,
    )
