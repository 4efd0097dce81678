"""Links held against a slow model in fractions, and random days with every invariant held."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import count
from math import ceil, floor

from hypothesis import given, settings
from hypothesis import strategies as st

from khqr.settlement import Limits, Money, SettlementError, Tier
from khqr.settlement.links import (
    CrossPayment,
    CrossQuote,
    CrossState,
    PartnerAnswer,
    alipayplus,
    malaysia,
    vietnam,
)
from khqr.settlement.links.payment import OPEN
from khqr.settlement.links.quotes import price_of
from links_world import DOMAINS, ENTRY, World, refused
from material import EXAMPLES

DECIMALS = {"KHR": 0, "USD": 2, "CNY": 2, "VND": 0, "MYR": 2}


def roomy() -> Limits:
    return Limits(caps={tier: {"KHR": 10**15} for tier in Tier})


class Slow:
    """What a payment comes to, in major units and fractions, worked out from the words alone."""

    def __init__(self, money: Fraction, path: list[str], costs: list[Fraction], fee: int) -> None:
        """``path`` is payer, link, payee; ``costs`` units of the first for one of the next."""
        payer, link, _ = path
        self.money = money
        self.gross = self.up(money * costs[1], link)
        self.debited = self.up(self.gross * costs[0], payer)
        self.fee = self.down(self.gross * fee / 10_000, link)
        self.path, self.gone = path, Fraction(0)

    @staticmethod
    def up(amount: Fraction, currency: str) -> Fraction:
        unit = 10 ** DECIMALS[currency]
        return Fraction(ceil(amount * unit), unit)

    @staticmethod
    def down(amount: Fraction, currency: str) -> Fraction:
        unit = 10 ** DECIMALS[currency]
        return Fraction(floor(amount * unit), unit)

    def share(self, amount: Fraction, currency: str) -> Fraction:
        """What of an amount has gone back by now."""
        return self.down(amount * self.gone / self.money, currency)


def major(units: int, currency: str) -> Fraction:
    return Fraction(units, 10 ** DECIMALS[currency])


def prices() -> st.SearchStrategy[Decimal]:
    return st.integers(1, 10**7).map(lambda n: Decimal(n).scaleb(-4))


parts = st.lists(st.integers(1, 60), max_size=6)


def give_back(world: World, payment: CrossPayment, slow: Slow, shares: list[int]) -> None:
    """Refund hundredths of the payment, and then the rest; the model goes along."""
    assert payment.money is not None
    currency, units = payment.money
    for hundredths in shares:
        part = units * hundredths // 100
        amount = Decimal(part).scaleb(-DECIMALS[currency])
        gone = slow.gone + major(part, currency)
        if part == 0:
            refused("AMOUNT_NOT_POSITIVE", partial(world.links.refund, payment.id, amount))
        elif gone > slow.money:
            refused("REFUND_EXCEEDS_ORIGINAL", partial(world.links.refund, payment.id, amount))
        else:
            before = [slow.share(one, at) for one, at in both(slow)]
            slow.gone, was = gone, slow.gone
            shares_of = [slow.share(one, at) for one, at in both(slow)]
            if all(one > other for one, other in zip(shares_of, before, strict=True)):
                world.links.refund(payment.id, amount)
            else:  # nothing would arrive, or nothing would be owed
                slow.gone = was
                refused("AMOUNT_NOT_POSITIVE", partial(world.links.refund, payment.id, amount))


def both(slow: Slow) -> list[tuple[Fraction, str]]:
    return [(slow.gross, slow.path[1]), (slow.debited, slow.path[0])]


@settings(max_examples=min(EXAMPLES, 100))
@given(prices(), prices(), st.integers(1, 10**7), st.integers(0, 9_999), parts)
def test_inbound_against_the_model(
    yuan: Decimal, riel: Decimal, units: int, fee: int, shares: list[int]
) -> None:
    """The guest gives yuan, the link settles in dollars, the shop gets riel."""
    world = World([alipayplus(fee=fee)])
    world.links.fund("p@MPP", Money("CNY", 10**16))
    slow = Slow(Fraction(units), ["CNY", "USD", "KHR"], [Fraction(yuan), 1 / Fraction(riel)], fee)
    rates = world.rates(
        "alipayplus", ("CNY", "USD", str(yuan), "USD"), ("USD", "KHR", str(riel), "USD")
    )
    payment = world.links.pay(
        world.shop(), "alipayplus", "inbound", payer="p@MPP", amount=units, quotes=rates
    )
    give_back(world, payment, slow, shares)
    books = {
        "MPP wallet:p CNY": 10**14 + 1000 - slow.debited + slow.share(slow.debited, "CNY"),
        "S due_from:ALP USD": slow.gross - slow.fee,
        "S due_to:ALP USD": slow.share(slow.gross, "USD"),
        "MPP due_to:ALP USD": slow.gross,
        "ALP fee_income USD": slow.fee,
        "S fee_expense USD": slow.fee,
        "S fxpos USD": slow.gross - slow.share(slow.gross, "USD"),
        "S fxpos KHR": slow.gone - slow.money,
        "B casa:m KHR": slow.money - slow.gone,
    }
    assert {name: major(world.balance(name), name[-3:]) for name in books} == books
    world.check()


@settings(max_examples=min(EXAMPLES, 100))
@given(prices(), st.integers(1, 10**6), st.integers(0, 9_999), parts)
def test_outbound_against_the_model(riel: Decimal, cents: int, fee: int, shares: list[int]) -> None:
    world = World([alipayplus(fee=fee, domains=DOMAINS)], limits=roomy())
    world.sim.fund_bank("A", Money("KHR", 10**13))
    world.sim.fund("u@A", Money("KHR", 10**13))
    before = world.balance("A wallet:u KHR")
    slow = Slow(Fraction(cents, 100), ["KHR", "USD", "USD"], [Fraction(riel), Fraction(1)], fee)
    payment = world.pay_out(
        world.order("USD", ENTRY), amount=str(Decimal(cents).scaleb(-2)), price=str(riel)
    )
    give_back(world, payment, slow, shares)
    returned = slow.share(slow.debited, "KHR")
    books = {
        "A wallet:u KHR": before - slow.debited + returned,
        "S fxpos KHR": slow.debited - returned,
        "S due_to:ALP USD": slow.gross,
        "S due_from:ALP USD": slow.gone,
        "ACQ payable:am USD": slow.gross - slow.fee - slow.gone,
        "ALP fee_income USD": slow.fee,
    }
    assert {name: major(world.balance(name), name[-3:]) for name in books} == books
    world.check()


@settings(max_examples=min(EXAMPLES, 100))
@given(prices(), st.integers(1, 10**6), st.integers(0, 9_999), st.booleans(), parts)
def test_corridors_against_the_model(
    price: Decimal,
    units: int,
    fee: int,
    inbound: bool,
    shares: list[int],
) -> None:
    """The price is one of riel in ringgit, whichever way the money goes."""
    world = World([malaysia(fee=fee)], limits=roomy())
    for bank in "ABS":
        world.sim.fund_bank(bank, Money("KHR", 10**14))
    world.sim.fund("u@A", Money("KHR", 10**13), "account")
    for name in ("p@F", "kedai@F"):
        world.links.fund(name, Money("MYR", 10**13), "account")
    casa, guest, shop = (
        world.balance(one) for one in ("A casa:u KHR", "F casa:p MYR", "F casa:kedai MYR")
    )
    pay = partial(world.corridor, "malaysia")
    if inbound:
        slow = Slow(Fraction(units), ["MYR", "MYR", "KHR"], [Fraction(1), Fraction(price)], fee)
        payment = pay("inbound", world.shop(), str(price), amount=units)
    else:
        money = Fraction(units, 100)
        slow = Slow(money, ["KHR", "MYR", "MYR"], [1 / Fraction(price), Fraction(1)], fee)
        payment = pay(
            "outbound", world.duitnow(), str(price), amount=str(Decimal(units).scaleb(-2))
        )
    give_back(world, payment, slow, shares)
    back = slow.share(slow.debited, slow.path[0])
    books = {
        "A casa:u KHR": Fraction(casa) - (0 if inbound else slow.debited - back),
        "F casa:p MYR": major(guest, "MYR") - (slow.debited - back if inbound else 0),
        "F casa:kedai MYR": major(shop, "MYR")
        + (0 if inbound else slow.gross - slow.fee - slow.gone),
        "B casa:m KHR": slow.money - slow.gone if inbound else Fraction(0),
        "X fee_income MYR": slow.fee,
        "S fee_expense MYR": slow.fee if inbound else Fraction(0),
        "S fxpos MYR": (slow.gross - back) if inbound else slow.gone - slow.gross,
        "S fxpos KHR": slow.gone - slow.money if inbound else slow.debited - back,
    }
    assert {name: major(world.balance(name), name[-3:]) for name in books} == books
    world.check()


@given(st.integers(1, 10**9 - 1), st.integers(0, 9), st.integers(1, 10**9), st.booleans())
def test_a_rate_is_exact_and_rounds_against_the_payer(
    digits: int,
    places: int,
    units: int,
    base_sold: bool,
) -> None:
    text = format(Decimal(digits).scaleb(-places), "f")
    quote = CrossQuote(
        "q", "l", "S", "KHR", "USD", "KHR" if base_sold else "USD", price_of(text), 0, 0
    )
    assert Decimal(quote.price_text) == Decimal(text)
    price = Fraction(text) if not base_sold else 1 / Fraction(text)
    assert quote.cost(units) == ceil(Fraction(units, 100) * price)


# Random days.

OPERATIONS = (
    *("in", "out", "corridor_in", "corridor_out", "hold_in", "hold_out", "domestic"),
    *("send", "void", "inquire", "cancel", "notify", "refund", "credit", "wait", "minute"),
)


class Days:
    """Calls of every kind, most of them sensible, with answers as they come."""

    def __init__(self) -> None:
        self.world = World([alipayplus(fee=100), vietnam(fee=30)])
        self.world.sim.add_customer("m", "B", credit_days=1)
        self.codes = [self.world.shop(), self.world.shop("41000"), self.world.shop("7")]
        self.orders = [
            self.world.order(Money("USD", 20_00 + n), f"https://qr.example.com/28100004123{n}")
            for n in range(4)
        ]
        self.viet = [self.world.vietqr(), self.world.vietqr(62_500)]
        self.numbers = count(1)

    def do(self, operation: str, pick: int, answer: PartnerAnswer) -> None:
        world, links = self.world, self.world.links
        world.answers = [answer]
        payments = list(links.payments)
        key = payments[pick % len(payments)] if payments else "none"
        code = self.codes[pick % 3]
        amount = None if pick % 3 else pick + 1
        order, viet = self.orders[pick % 4], self.viet[pick % 2]
        dong = None if pick % 2 else 1000 * pick + 1000
        number = f"i{next(self.numbers)}" if pick % 5 else "i1"
        calls: dict[str, Callable[[], object]] = {
            "in": lambda: world.pay_in(code, amount=amount, number=number),
            "out": lambda: world.pay_out(order, number=number),
            "hold_in": lambda: world.pay_in(code, amount=amount, hold=True),
            "hold_out": lambda: world.pay_out(order, hold=True, payer="u@A" if pick % 2 else "v@A"),
            "corridor_in": lambda: world.corridor(
                "vietnam", "inbound", code, "6.25", amount=amount
            ),
            "corridor_out": lambda: world.corridor(
                "vietnam", "outbound", viet, "6.25", amount=dong
            ),
            "domestic": lambda: world.sim.pay(code, payer="u@A", amount=amount),
            "send": lambda: links.send(key),
            "void": lambda: links.void(key),
            "inquire": lambda: links.inquire(key),
            "cancel": lambda: links.cancel(key),
            "notify": lambda: links.notify(key, answer),
            "refund": lambda: links.refund(key, pick + 1 if pick % 4 else None),
            "credit": world.sim.credit_due,
            "wait": lambda: self.wait(pick * 3_600_000),
            "minute": lambda: self.wait(pick * 6_000),
        }
        calls[operation]()

    def wait(self, time: int) -> None:
        self.world.time += time


@settings(max_examples=min(EXAMPLES, 100))
@given(
    st.lists(
        st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 20), st.sampled_from(PartnerAnswer)),
        max_size=40,
    )
)
def test_random_days_keep_every_invariant(steps: list[tuple[str, int, PartnerAnswer]]) -> None:
    days = Days()
    world = days.world
    for operation, pick, answer in steps:
        try:
            days.do(operation, pick, answer)
        except SettlementError:
            continue  # refused by its name; what is checked is that nothing broke
    world.check()
    world.time += 10 * 86_400_000
    world.sim.tick()
    for payment in list(world.links.payments.values()):
        for _ in range(2):
            world.answers = [PartnerAnswer.FAILURE]
            world.links.inquire(payment.id)
    open_ = [one for one in world.links.payments.values() if one.state in OPEN]
    for payment in open_:  # only a cancel that was sent and never answered stays
        world.answers = [PartnerAnswer.SUCCESS]
        try:
            state = world.links.cancel(payment.id).state
        except SettlementError:  # the payee has spent the money
            state = world.links.find(payment.id).state
            assert payment.row is not None
        assert state in {CrossState.CANCELLED, CrossState.CANCELLING}
    world.check()
    assert world.sim.ledger.replay().chain == world.sim.ledger.chain
