"""Small worlds full of shortage, and an independent slow model of straight-through payments.

The model keeps plain dictionaries by name and `Decimal` balances, knows nothing of journals or
numbers of accounts, and applies the rules to one payment at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from khqr import Individual, Merchant, encode
from khqr.model import moment_at
from khqr.settlement import Customer, Ledger, Money, Source, Tier
from khqr.settlement.load.columns import Columns
from khqr.settlement.load.straight_through import StraightThrough

START = 1_672_500_000_000
BANKS = ("deva", "devb", "devc")
DAY = 86_400_000
CAPS = {
    Tier.NONE: {},
    Tier.BASIC: {"KHR": 700, "USD": 400},
    Tier.FULL: {"KHR": 3_000, "USD": 3_000},
}
PER_PAYMENT = {"KHR": 900}
PAYERS = (
    ("p0", "deva", Tier.FULL, Source.WALLET, False, 1_500),
    ("p1", "deva", Tier.FULL, Source.ACCOUNT, False, 900),
    ("p2", "devb", Tier.BASIC, Source.WALLET, False, 5_000),
    ("p3", "devb", Tier.FULL, Source.ACCOUNT, False, 400),
    ("p4", "devc", Tier.NONE, Source.WALLET, False, 500),
    ("p5", "deva", Tier.FULL, Source.WALLET, True, 500),
    ("p2", "devb", Tier.BASIC, Source.ACCOUNT, False, 5_000),
    ("p6", "devc", Tier.FULL, Source.WALLET, False, 6_000),
)
SHOPS = {"m0": ("deva", 0), "m1": ("devb", 1), "m2": ("devc", 2)}
SETTLES = {"deva": 1_200, "devb": 6_000, "devc": 2_000}


@dataclass(frozen=True)
class CodeOf:
    """A code of the small world, as the model knows it."""

    wallet: str = ""
    shop: str = ""
    bank: str = "deva"
    currency: str = "KHR"
    units: int = 0
    dynamic: bool = False
    life: int = 0

    @cache  # noqa: B019 - there are a dozen of them
    def text(self) -> str:
        at = moment_at(START)
        amount = None
        if self.units:
            amount = Decimal(self.units) / (1 if self.currency == "KHR" else 100)
        more = {"expires_at": at + timedelta(milliseconds=self.life)} if self.life else {}
        if self.wallet:
            return encode(
                Individual(
                    bakong_account_id=f"{self.wallet}@{self.bank}",
                    merchant_name="Demo",
                    currency=self.currency,
                    amount=amount,
                    **more,  # type: ignore[arg-type] # times only
                ),
                at=at,
            )
        return encode(
            Merchant(
                bakong_account_id=f"khqr@{self.bank}",
                merchant_name="Demo Shop",
                merchant_id=self.shop,
                acquiring_bank="Dev Bank",
                currency=self.currency,
                amount=amount,
                **more,  # type: ignore[arg-type] # times only
            ),
            at=at,
        )


CODES = (
    CodeOf(wallet="p0", bank="deva"),
    CodeOf(wallet="p2", bank="devb"),
    CodeOf(wallet="p6", bank="devc", currency="USD"),
    CodeOf(shop="m0", bank="deva"),
    CodeOf(shop="m1", bank="devb"),
    CodeOf(shop="m2", bank="devc", units=70, dynamic=True, life=3 * DAY),
    CodeOf(shop="m0", bank="deva", units=300, currency="USD", dynamic=True, life=40_000),
    CodeOf(shop="m1", bank="devb", units=450, dynamic=True, life=2 * DAY),
    CodeOf(wallet="nobody", bank="deva"),
    CodeOf(wallet="p6", bank="devc", units=250, dynamic=True, life=3 * DAY),
    CodeOf(shop="p1", bank="deva"),
)


def small_world() -> StraightThrough:
    """Return banks, payers and codes, all with too little money."""
    bank = StraightThrough(BANKS, start=START, caps=CAPS, per_payment=PER_PAYMENT)
    for code, units in SETTLES.items():
        for currency in ("KHR", "USD"):
            bank.fund_bank(code, Money(currency, units + 20_000))
    for name, (code, days) in SHOPS.items():
        bank.add_customer(Customer(f"{name}@{code}", Tier.FULL, days))
    for name, code, tier, source, frozen, units in PAYERS:
        customer = Customer(f"{name}@{code}", tier, 0, frozen)
        currencies = ("KHR", "USD") if name != "p3" else ("KHR",)
        payer = bank.add_payer(customer, source, currencies)
        for currency in currencies:
            bank.fund(payer, Money(currency, units))
    for made in CODES:
        bank.add_code(made.text())
    for code, units in SETTLES.items():
        for currency in ("KHR", "USD"):
            left = bank.books.balance("NBC", f"bsa:{code}", currency)
            own = bank.books.balance("TOK", f"khqr@{code}", currency)
            back = min(left - units, own)
            if back > 0:
                bank.books.run("redeem", {"bank": code}, {"amount": Money(currency, back)})
    return bank


Payment = tuple[int, int, int, int, int, int, int, int]
"""Id, payer, code, amount, time, serial, asked, expiry."""


@st.composite
def payments(draw: st.DrawFn) -> list[Payment]:
    """Draw payments: ids that mostly rise, few serials, amounts near the limits."""
    made: list[Payment] = []
    number, time = 0, START
    for _ in range(draw(st.integers(1, 40))):
        kind = draw(st.integers(0, 19))
        if kind == 0 and made:  # the same again
            made.append(draw(st.sampled_from(made)))
            continue
        number += draw(st.integers(1, 3)) if kind != 1 else draw(st.integers(-3, 0))
        time += draw(st.sampled_from([0, 0, 7, 60_000, -5_000, DAY * 9 // 20]))
        code = draw(st.integers(0, len(CODES) - 1))
        amount = draw(st.sampled_from([0, 1, 50, 70, 200, 250, 300, 450, 699, 901]))
        payer = draw(st.integers(0, len(PAYERS) - 1))
        serial, asked, expires = -1, 0, -1
        if CODES[code].dynamic:
            serial = draw(st.integers(0, 5))
            if draw(st.booleans()):
                asked = draw(st.sampled_from([0, 50, 200]))
                expires = draw(st.sampled_from([-1, time - 1, time, time + 9_000]))
            amount = draw(st.sampled_from([0, 0, 0, amount]))
        made.append((max(number, 0), payer, code, amount, max(time, 0), serial, asked, expires))
    return made


def columns_of(items: list[Payment]) -> Columns:
    return Columns(*(list(column) for column in zip(*items, strict=True)))


Name = tuple[str, str, str]


@dataclass
class Model:
    """Straight-through payments by plain dictionaries."""

    balances: dict[Name, Decimal]
    guarded: set[Name]
    debit_side: set[Name]
    time: int = START
    last: int = -1
    seen: dict[int, tuple[str, object]] = field(default_factory=dict)
    serials: set[int] = field(default_factory=set)
    used: dict[tuple[str, str, int], Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger) -> Model:
        rows = ledger.state.accounts.rows
        names = {number: account[:3] for number, account in enumerate(rows)}
        return cls(
            {name: Decimal(ledger.balance(number)) for number, name in names.items()},
            {account[:3] for account in rows if account.guarded},
            {account[:3] for account in rows if account.side.value == "debit"},
        )

    def pay(self, item: Payment) -> str:  # noqa: C901 - all rules in one place
        """Return what comes of a payment: an empty text if it is paid."""
        number, payer, code, entered, time, serial, asked, expires = item
        self.time = max(self.time, time)
        name, bank, tier, source, frozen, _ = PAYERS[payer]
        shown = CODES[code]
        need = asked or shown.units
        units = entered or need
        account = ("wallet:" if source is Source.WALLET else "casa:") + name
        days = SHOPS[shown.shop][1] if shown.shop in SHOPS else 0
        hop = f"wallet:{shown.wallet}" if shown.wallet else "susp_in"
        final = hop if shown.wallet or days else f"casa:{shown.shop}"
        no_account = name == "p3" and shown.currency == "USD"
        body = (bank, account, shown.bank, hop, final, shown.currency, units)
        if no_account or shown.wallet == "nobody":
            body = ("nothing", number)  # type: ignore[assignment] # equals none that was written
        if number <= self.last:
            if number not in self.seen:
                return "INSTRUCTION_ID_INVALID"
            outcome, before = self.seen[number]
            if before != body:
                return "IDEMPOTENCY_MISMATCH"
            return "ALREADY_REFUSED" if outcome else ""
        if no_account or shown.wallet == "nobody":
            return "UNKNOWN_ACCOUNT"
        own = {hop, f"casa:{shown.shop}"} if shown.shop else {hop}
        if bank == shown.bank and account in own:
            return "UNBALANCED"
        key = (f"{name}@{bank}", shown.currency, (self.time + 7 * 3_600_000) // DAY)
        cap = CAPS[tier].get(shown.currency)
        over = START + shown.life if shown.life else None
        if expires >= 0:
            over = expires
        if serial >= 0 and serial in self.serials:
            outcome = "QR_CONSUMED"
        elif over is not None and self.time > over:
            outcome = "QR_EXPIRED"
        elif not units or (need and units != need):
            outcome = "QR_AMOUNT_MISMATCH"
        elif frozen:
            outcome = "ACCOUNT_FROZEN"
        elif cap is None:
            outcome = "KYC_TIER"
        elif shown.currency in PER_PAYMENT and units > PER_PAYMENT[shown.currency]:
            outcome = "LIMIT_PER_TX"
        elif self.used.get(key, Decimal(0)) + units > cap:
            outcome = "LIMIT_PER_DAY"
        else:
            outcome = self._move(bank, account, shown, final, Decimal(units))
        self.last = number
        self.seen[number] = outcome, body
        if not outcome:
            self.used[key] = self.used.get(key, Decimal(0)) + units
            if serial >= 0:
                self.serials.add(serial)
        return outcome

    def _move(self, bank: str, account: str, shown: CodeOf, final: str, units: Decimal) -> str:
        currency = shown.currency
        name = account.partition(":")[2]
        holder = f"{name}@{bank}" if account.startswith("wallet") else f"khqr@{bank}"
        to = f"{shown.wallet}@{shown.bank}" if shown.wallet else f"khqr@{shown.bank}"
        change: dict[Name, Decimal] = {}

        def add(book: str, account: str, more: Decimal) -> None:
            key = (book, account, currency)
            change[key] = change.get(key, Decimal(0)) + more

        add(bank, account, -units)
        add(shown.bank, final, units)
        if bank != shown.bank:
            add(bank, "bsa", -units)
            add(shown.bank, "bsa", units)
            add("NBC", f"bsa:{bank}", -units)
            add("NBC", f"bsa:{shown.bank}", units)
        if holder != to:
            add("TOK", holder, -units)
            add("TOK", to, units)
        if self.balances[bank, account, currency] < units:
            return "INSUFFICIENT_FUNDS"
        for key, more in change.items():
            if key in self.guarded and more < 0 and self.balances[key] + more < 0:
                return "INSUFFICIENT_SETTLEMENT_BALANCE"
        for key, more in change.items():
            self.balances[key] += more
        return ""
