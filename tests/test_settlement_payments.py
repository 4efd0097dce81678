"""Payments of KHQR texts between model banks: scenarios, each with every invariant held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import count
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khqr
from khqr.emv.crc import checksum
from khqr.model import moment_at
from khqr.settlement import (
    Answer,
    BookKind,
    Limits,
    Money,
    PaymentState,
    SettlementError,
    Simulation,
    Tier,
)
from khqr.settlement.ledger.holds import Holds
from khqr.settlement.payments import quotes as quotes_module
from khqr.settlement.payments.codes import Codes
from khqr.settlement.payments.payment import PAYMENT_MOVES, Payment, PaymentEvent
from khqr.settlement.payments.quotes import Quote, rate_of
from khqr.settlement.payments.receiving import Receiving
from material import EXAMPLES

Patch = pytest.MonkeyPatch
START = 1_750_000_000_000
DAY = 86_400_000


class World:
    """Banks A and B, a payer u with a wallet and accounts, a shop m, a wallet w."""

    def __init__(self, **options: object) -> None:
        self.time = START
        self.answers: list[Answer] = []
        numbers = count(1)
        self.sim = Simulation(
            ["A", "B"],
            clock=lambda: self.time,
            ids=lambda: f"n{next(numbers)}",
            link=lambda _: self.answers.pop() if self.answers else Answer.GIVEN,
            **options,  # type: ignore[arg-type] # the tests say what they pass
        )
        for bank in "AB":
            self.sim.fund_bank(bank, Money("KHR", 500_000_000))
            self.sim.fund_bank(bank, Money("USD", 50_000_00))
        self.sim.add_customer("u", "A")
        self.sim.add_customer("v", "A")
        self.sim.add_customer("m", "B")
        self.sim.add_customer("w", "B")
        self.sim.fund("u@A", Money("KHR", 900_000))
        self.sim.fund("v@A", Money("KHR", 900_000))
        self.sim.fund("u@A", Money("KHR", 4_000_000), "account")
        self.sim.fund("u@A", Money("USD", 500_00), "account")
        self.audit = self.sim.audit()

    def check(self) -> None:
        assert self.audit.sweep() == []

    def balance(self, text: str) -> int:
        book, name, currency = text.split()
        return self.sim.books.balance(book, name, currency)

    def shop(self, amount: str | None = None, currency: str = "KHR", **more: str) -> str:
        """A code of the corporate shop m; dynamic if it has an amount, for ten minutes."""
        at = moment_at(self.time)
        fields = {"merchant_id": "m", "acquiring_bank": "Demo Bank", **more}
        code = khqr.Merchant(
            bakong_account_id="khqr@B",
            merchant_name="Demo Shop",
            amount=amount,
            currency=currency,
            expires_at=at + timedelta(minutes=10) if amount else None,
            **fields,  # type: ignore[arg-type] # text fields only
        )
        return khqr.encode(code, at=at)

    def postings(self, payment: Payment) -> list[tuple[str, str, str, int]]:
        assert payment.row is not None
        return [
            (one.debit.book, one.debit.name, one.credit.name, one.amount)
            for one in self.sim.ledger.postings(payment.row)
        ]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.check()


def refused(name: str, call: Callable[[], object]) -> None:
    with pytest.raises(SettlementError) as refusal:
        call()
    assert refusal.value.name == name, refusal.value


def wallet_code() -> str:
    return khqr.encode(khqr.Individual(bakong_account_id="w@B", merchant_name="Demo User"))


def test_a_bank_app_pays_a_shop(world: World) -> None:
    payment = world.sim.pay(world.shop("50000"), payer="u@A", source="account")
    assert payment.state is PaymentState.ACKNOWLEDGED
    assert world.postings(payment) == [
        ("A", "casa:u", "bsa", 50_000),
        ("NBC", "bsa:A", "bsa:B", 50_000),
        ("B", "bsa", "susp_in", 50_000),
        ("TOK", "khqr@A", "khqr@B", 50_000),
    ]
    assert world.balance("B casa:m KHR") == 50_000
    assert world.balance("B susp_in KHR") == 0


def test_a_wallet_pays_a_wallet_in_one_step(world: World) -> None:
    payment = world.sim.pay(wallet_code(), payer="u@A", amount=5_000)
    assert payment.state is PaymentState.ACKNOWLEDGED
    assert payment.acknowledged_at == payment.committed_at
    assert world.postings(payment)[-1] == ("TOK", "u@A", "w@B", 5_000)


def test_a_remittance_is_credited_to_the_account_in_the_code(world: World) -> None:
    code = khqr.Individual(
        bakong_account_id="khqr@B", merchant_name="Demo User", account_information="w"
    )
    world.sim.pay(khqr.encode(code), payer="u@A", amount="7000")
    assert world.balance("B casa:w KHR") == 7_000


@pytest.mark.parametrize("days", [1, 2])
def test_credit_on_a_later_day_stays_in_suspense_until_then(world: World, days: int) -> None:
    world.sim.add_customer("m", "B", credit_days=days)
    payment = world.sim.pay(world.shop("30000"), payer="u@A")
    assert payment.state is PaymentState.RECEIVED
    assert world.balance("B susp_in KHR") == 30_000
    due = payment.credit_due_at
    assert due is not None
    assert START < due <= START + days * DAY
    assert (due + 7 * 3_600_000) % DAY == 0
    world.time = due - 1
    assert world.sim.credit_due() == []
    world.time = due
    (credited,) = world.sim.credit_due()
    assert (credited.state, credited.acknowledged_at) == (PaymentState.ACKNOWLEDGED, due)
    assert world.sim.credit_due() == []
    assert world.balance("B casa:m KHR") == 30_000


def test_nobody_to_credit_sends_the_money_back(world: World) -> None:
    payment = world.sim.pay(world.shop("3000", merchant_id="nobody"), payer="u@A")
    assert payment.state is PaymentState.REFUNDED_BY_RECEIVER
    assert world.balance("A wallet:u KHR") == 900_000
    assert world.balance("B susp_in KHR") == 0


def test_a_dynamic_code_is_paid_once(world: World) -> None:
    code = world.shop("4100")
    world.sim.pay(code, payer="u@A")
    refused("QR_CONSUMED", lambda: world.sim.pay(code, payer="v@A"))
    lower = code[:-4] + code[-4:].lower()
    refused("QR_CONSUMED", lambda: world.sim.pay(lower, payer="v@A"))


def test_a_static_code_is_paid_any_number_of_times(world: World) -> None:
    code = world.shop()
    for _ in range(3):
        world.sim.pay(code, payer="u@A", amount=100)
    assert world.balance("B casa:m KHR") == 300


def test_a_code_in_use_is_locked_and_free_after_a_void(world: World) -> None:
    code = world.shop("4100")
    held = world.sim.confirm(code, payer="u@A")
    refused("QR_LOCKED", lambda: world.sim.pay(code, payer="v@A"))
    world.sim.void(held.id)
    refused("HOLD_ALREADY_VOIDED", lambda: world.sim.void(held.id))
    refused("HOLD_ALREADY_VOIDED", lambda: world.sim.submit(held.id))
    assert world.balance("A wallet:u KHR") == 900_000
    assert world.sim.pay(code, payer="v@A").state is PaymentState.ACKNOWLEDGED


def test_the_moment_of_expiry_is_in_time_and_the_next_is_not(world: World) -> None:
    one, other = world.shop("4100"), world.shop("4200")
    world.time += 600_000
    world.sim.pay(one, payer="u@A")
    world.time += 1
    refused("QR_EXPIRED", lambda: world.sim.pay(other, payer="u@A"))


def test_a_code_that_expires_between_confirmation_and_hop(world: World) -> None:
    code = world.shop("4100")
    world.time += 599_999
    held = world.sim.confirm(code, payer="u@A")
    world.time += 2
    refused("QR_EXPIRED", lambda: world.sim.submit(held.id))
    assert world.sim.find(held.id).state is PaymentState.EXPIRED


def test_a_hold_that_nobody_submits_ends(world: World) -> None:
    held = world.sim.confirm(world.shop("4100"), payer="u@A", instruction="x")
    world.time += 60_001
    refused("HOLD_EXPIRED", lambda: world.sim.submit(held.id))
    assert world.sim.find(held.id).state is PaymentState.EXPIRED
    refused("ALREADY_REFUSED", lambda: world.sim.pay(held.code.text, payer="u@A", instruction="x"))


def test_amounts_must_be_those_of_the_code(world: World) -> None:
    code = world.shop("4100")
    for amount in (4_200, Money("USD", 4_100)):
        refused("QR_AMOUNT_MISMATCH", partial(world.sim.pay, code, payer="u@A", amount=amount))
    refused("QR_AMOUNT_MISMATCH", lambda: world.sim.pay(world.shop(), payer="u@A"))
    refused("AMOUNT_PRECISION", lambda: world.sim.pay(world.shop(), payer="u@A", amount="0.5"))
    world.sim.pay(code, payer="u@A", amount="4100")


def test_nobody_pays_an_account_of_his_own(world: World) -> None:
    """Not by way of suspense either: such a payment could never be given back."""
    world.sim.add_customer("m", "A")
    world.sim.fund("m@A", Money("KHR", 9_000), "account")
    code = khqr.Merchant(
        bakong_account_id="khqr@A",
        merchant_name="Demo Shop",
        merchant_id="m",
        acquiring_bank="Demo Bank",
    )
    own = partial(world.sim.pay, khqr.encode(code), payer="m@A", amount=100)
    refused("UNBALANCED", partial(own, source="account"))
    world.sim.fund("m@A", Money("KHR", 9_000))
    payment = own(source="wallet")
    world.sim.refund(payment.id)


def test_refusals_by_name(world: World) -> None:
    sim, code = world.sim, world.shop("4100")
    refused("QR_INVALID", lambda: sim.pay(code[:-4] + "0000", payer="u@A"))
    refused("UNKNOWN_ACCOUNT", lambda: sim.pay(code, payer="x@A"))
    refused("INSUFFICIENT_FUNDS", lambda: sim.pay(world.shop("900001"), payer="u@A"))
    other = khqr.Individual(bakong_account_id="w@Z", merchant_name="Demo User")
    refused("UNKNOWN_ACCOUNT", lambda: sim.pay(khqr.encode(other), payer="u@A", amount=1))
    sim.freeze("v@A")
    refused("ACCOUNT_FROZEN", lambda: sim.pay(code, payer="v@A"))
    sim.add_customer("v", "A", tier="none")
    refused("KYC_TIER", lambda: sim.pay(code, payer="v@A"))


def test_too_little_settlement_balance_leaves_the_payer_untouched(world: World) -> None:
    world.sim.books.run("redeem", {"bank": "A"}, {"amount": Money("KHR", 498_000_000)})
    code = world.shop("3000000")
    call = lambda: world.sim.pay(code, payer="u@A", source="account", instruction="x")  # noqa: E731 - sent twice
    refused("INSUFFICIENT_SETTLEMENT_BALANCE", call)
    assert world.sim.find("A/x").state is PaymentState.FAILED
    assert world.balance("A casa:u KHR") == 4_000_000
    assert world.sim.status_by_md5(khqr.md5(code))["errorCode"] == 3
    refused("ALREADY_REFUSED", call)


def test_an_instruction_takes_effect_once(world: World) -> None:
    code = world.shop()
    first = world.sim.pay(code, payer="u@A", amount=100, instruction="x")
    rows = len(world.sim.ledger.journal)
    assert world.sim.pay(code, payer="u@A", amount=100, instruction="x") == first
    assert len(world.sim.ledger.journal) == rows
    again = lambda: world.sim.pay(code, payer="u@A", amount=101, instruction="x")  # noqa: E731 - short
    refused("IDEMPOTENCY_MISMATCH", again)


def test_daily_limits_count_what_is_held_and_come_back(world: World) -> None:
    sim = world.sim
    sim.add_customer("u", "A", tier=Tier.BASIC)
    code = world.shop()

    def pay(units: int) -> Payment:
        return sim.pay(code, payer="u@A", source="account", amount=units)

    held = sim.confirm(code, payer="u@A", source="account", amount=1_500_000)
    refused("LIMIT_PER_DAY", lambda: pay(500_001))
    sim.void(held.id)
    payment = pay(2_000_000)
    sim.refund(payment.id)
    refused("LIMIT_PER_DAY", lambda: pay(1))
    world.time += DAY
    pay(1_000_000)


def test_a_limit_of_one_payment() -> None:
    world = World(limits=Limits(per_payment={"KHR": 1000}))
    refused("LIMIT_PER_TX", lambda: world.sim.pay(world.shop("1001"), payer="u@A"))
    world.check()


def test_one_cap_for_both_currencies_where_it_is_shared() -> None:
    world = World(limits=Limits(mode="shared"))
    sim = world.sim
    sim.add_customer("u", "A", tier=Tier.BASIC)

    def pay(units: str, currency: str) -> Payment:
        code = world.shop(units, currency)
        return sim.pay(code, payer="u@A", source="account")

    pay("1600000", "KHR")
    refused("LIMIT_PER_DAY", lambda: pay("100.01", "USD"))
    refused("LIMIT_PER_DAY", lambda: pay("400001", "KHR"))
    pay("99.99", "USD")
    refused("LIMIT_PER_DAY", lambda: pay("41", "KHR"))
    pay("40", "KHR")
    world.check()


# Two currencies.


def test_riel_pay_a_dollar_code(world: World) -> None:
    quote = world.sim.offer("A", "KHR", "USD", 4100, spread=500)
    payment = world.sim.pay(
        world.shop("12.50", "USD"), payer="u@A", source="account", quote=quote.id
    )
    assert world.postings(payment) == [
        ("A", "casa:u", "fxpos", 51_250),
        ("A", "casa:u", "fx_income", 500),
        ("A", "fxpos", "bsa", 12_50),
        ("NBC", "bsa:A", "bsa:B", 12_50),
        ("B", "bsa", "susp_in", 12_50),
        ("TOK", "khqr@A", "khqr@B", 12_50),
    ]
    refund = world.sim.refund(payment.id)
    assert (refund.money, refund.credited) == (Money("USD", 12_50), Money("KHR", 51_250))
    assert world.balance("A casa:u KHR") == 4_000_000 - 500
    assert world.balance("B casa:m USD") == 0


def test_a_wallet_that_converts_gives_its_tokens_to_the_bank(world: World) -> None:
    quote = world.sim.offer("A", "KHR", "USD", 4100, spread=500)
    payment = world.sim.pay(world.shop("12.50", "USD"), payer="u@A", quote=quote.id)
    tokens = [row[1:] for row in world.postings(payment) if row[0] == "TOK"]
    assert tokens == [
        ("u@A", "khqr@A", 51_250),
        ("u@A", "khqr@A", 500),
        ("khqr@A", "khqr@B", 12_50),
    ]
    world.check()
    world.sim.refund(payment.id, "2.50")
    world.sim.refund(payment.id)
    assert world.balance("A wallet:u KHR") == world.balance("TOK u@A KHR") == 900_000 - 500
    world.sim.recover()
    assert world.sim.find(payment.id).returned == 51_250


def test_dollars_pay_a_riel_code_rounded_up(world: World) -> None:
    quote = world.sim.offer("A", "USD", "KHR", "4080")
    payment = world.sim.pay(world.shop("41000"), payer="u@A", source="account", quote=quote.id)
    assert payment.debited == Money("USD", 10_05)
    assert world.postings(payment)[0] == ("A", "casa:u", "fxpos", 10_05)


def test_quotes_end_and_are_used_once(world: World) -> None:
    sim = world.sim
    quote = sim.offer("A", "USD", "KHR", 4080, life=1000)
    code = world.shop()

    def pay(quote_id: str) -> Payment:
        return sim.pay(code, payer="u@A", source="account", amount=4080, quote=quote_id)

    pay(quote.id)
    refused("QUOTE_USED", lambda: pay(quote.id))
    wrong = sim.offer("A", "KHR", "USD", 4080)
    refused("QUOTE_PAIR_MISMATCH", lambda: pay(wrong.id))
    refused("NOT_FOUND", lambda: pay("no such"))
    late = sim.offer("A", "USD", "KHR", 4080, life=1000)
    held = sim.confirm(code, payer="u@A", source="account", amount=4080, quote=late.id)
    world.time += 1001
    refused("QUOTE_EXPIRED", lambda: sim.submit(held.id))
    refused("QUOTE_EXPIRED", lambda: pay(late.id))
    assert world.balance("A casa:u USD") == 499_00


@given(st.integers(1, 10**9), st.integers(10**6, 10**10), st.sampled_from(["KHR", "USD"]))
def test_rounding_is_against_the_payer_by_less_than_one_unit(
    units: int, millionths: int, sold: str
) -> None:
    rate = rate_of(f"{millionths // 10**6}.{millionths % 10**6:06}")
    bought = {"KHR": "USD", "USD": "KHR"}[sold]
    cost = Quote("q", "A", sold, bought, rate, 0, 0).cost(units)
    above, below = rate
    num, den = (units * above, 100 * below) if sold == "KHR" else (units * 100 * below, above)
    assert (cost - 1) * den < num <= cost * den


# Refunds, and what has no answer.


def test_refunds_in_parts_up_to_the_payment_and_not_beyond(world: World) -> None:
    payment = world.sim.pay(world.shop("50000"), payer="u@A")
    first = world.sim.refund(payment.id, 20_000, instruction="r1")
    assert world.sim.refund(payment.id, 20_000, instruction="r1") == first
    assert world.sim.find(payment.id).state is PaymentState.PARTIALLY_REFUNDED
    world.sim.refund(payment.id, 20_000)
    refused("REFUND_EXCEEDS_ORIGINAL", lambda: world.sim.refund(payment.id, 10_001))
    world.sim.refund(payment.id, 10_000)
    refused("REFUND_EXCEEDS_ORIGINAL", lambda: world.sim.refund(payment.id))
    assert world.sim.find(payment.id).state is PaymentState.REFUNDED
    assert world.balance("A wallet:u KHR") == 900_000


def test_a_refund_before_the_credit_is_whole(world: World) -> None:
    world.sim.add_customer("m", "B", credit_days=1)
    payment = world.sim.pay(world.shop("30000"), payer="u@A")
    refused("IN_FLIGHT", lambda: world.sim.refund(payment.id, 1))
    world.sim.refund(payment.id)
    assert world.sim.find(payment.id).state is PaymentState.REFUNDED_BY_RECEIVER
    world.time += 2 * DAY
    assert world.sim.credit_due() == []


def test_refunds_that_come_too_early_or_too_late(world: World) -> None:
    held = world.sim.confirm(world.shop("4100"), payer="u@A")
    refused("ORIGINAL_NOT_COMMITTED", lambda: world.sim.refund(held.id))
    payment = world.sim.submit(held.id)
    refused("NOT_FOUND", lambda: world.sim.refund("A/none"))
    world.time += 365 * DAY + 1
    refused("REFUND_WINDOW", lambda: world.sim.refund(payment.id))


@settings(max_examples=min(EXAMPLES, 60))
@given(st.lists(st.integers(1, 1250), max_size=5))
def test_parts_of_a_converted_payment_never_return_more_than_was_sold(parts: list[int]) -> None:
    world = World()
    quote = world.sim.offer("A", "KHR", "USD", "4099.9", spread=500)
    payment = world.sim.pay(
        world.shop("12.50", "USD"), payer="u@A", source="account", quote=quote.id
    )
    gone = 0
    for cents in parts:
        amount = f"{cents // 100}.{cents % 100:02}"
        if gone + cents <= 1250:
            world.sim.refund(payment.id, amount)
            gone += cents
        else:
            refused("REFUND_EXCEEDS_ORIGINAL", partial(world.sim.refund, payment.id, amount))
    if gone < 1250:
        world.sim.refund(payment.id)
    assert world.balance("A casa:u KHR") == 4_000_000 - 500
    world.check()


def test_a_lost_answer_is_found_by_inquiry_and_posts_nothing_again(world: World) -> None:
    world.answers = [Answer.LOST]
    code = world.shop("4100")
    lost = world.sim.pay(code, payer="u@A", instruction="x")
    assert lost.state is PaymentState.UNKNOWN
    assert world.sim.pay(code, payer="u@A", instruction="x") == lost
    refused("RESULT_UNKNOWN", lambda: world.sim.void(lost.id))
    assert world.sim.inquire(lost.id).state is PaymentState.ACKNOWLEDGED
    assert world.balance("B casa:m KHR") == 4_100


def test_a_hop_that_never_arrived_fails_when_its_hold_ends(world: World) -> None:
    world.answers = [Answer.NEVER_ARRIVED]
    code = world.shop("4100")
    lost = world.sim.pay(code, payer="u@A", instruction="x")
    refused("IN_FLIGHT", lambda: world.sim.pay(code, payer="u@A", instruction="x"))
    assert world.sim.inquire(lost.id).state is PaymentState.UNKNOWN
    world.time += 60_001
    assert world.sim.inquire(lost.id).state is PaymentState.FAILED
    assert world.balance("A wallet:u KHR") == 900_000
    world.sim.pay(code, payer="v@A")


def test_a_call_happens_at_one_moment_even_if_the_clock_goes_on(world: World) -> None:
    """What was in time when it was checked is in time when it is posted."""
    code = world.shop("4100")
    world.time += 600_000
    readings = count(world.time)
    world.sim._clock = lambda: next(readings)
    payment = world.sim.pay(code, payer="u@A")
    assert payment.committed_at == payment.confirmed_at == payment.code.expires_at
    refused("QR_CONSUMED", lambda: world.sim.pay(code, payer="u@A"))


def test_an_answer_may_be_given_by_its_value(world: World) -> None:
    world.sim.link = lambda _: "lost"  # type: ignore[assignment,return-value] # on purpose
    held = world.sim.confirm(world.shop("4100"), payer="u@A")
    assert world.sim.submit(held.id).state is PaymentState.UNKNOWN
    world.sim.link = lambda _: "gone"  # type: ignore[assignment,return-value] # on purpose
    other = world.sim.confirm(world.shop("4200"), payer="u@A")
    with pytest.raises(TypeError, match="'never arrived'"):
        world.sim.submit(other.id)
    assert world.sim.find(other.id).state is PaymentState.HELD


def test_a_return_waits_until_the_bank_has_the_money(world: World) -> None:
    """The answer was lost, the bank spent what came in, and nobody is to be credited."""
    world.answers = [Answer.LOST]
    lost = world.sim.pay(world.shop("3000", merchant_id="nobody"), payer="u@A")
    world.sim.books.run("redeem", {"bank": "B"}, {"amount": Money("KHR", 500_003_000)})
    assert world.sim.inquire(lost.id).state is PaymentState.RECEIVED
    assert world.sim.credit_due() == []
    world.sim.fund_bank("B", Money("KHR", 3000))
    (back,) = world.sim.credit_due()
    assert back.state is PaymentState.REFUNDED_BY_RECEIVER
    assert world.balance("A wallet:u KHR") == 900_000
    assert world.sim.credit_due() == []


def test_a_refund_of_what_waits_to_be_returned_returns_it(world: World) -> None:
    world.answers = [Answer.LOST]
    lost = world.sim.pay(world.shop("3000", merchant_id="nobody"), payer="u@A")
    world.sim.books.run("redeem", {"bank": "B"}, {"amount": Money("KHR", 500_003_000)})
    world.sim.inquire(lost.id)
    world.sim.fund_bank("B", Money("KHR", 3000))
    world.sim.refund(lost.id)
    assert world.sim.credit_due() == []
    assert world.sim.find(lost.id).state is PaymentState.REFUNDED_BY_RECEIVER


def test_a_tier_without_caps_may_not_pay() -> None:
    world = World(limits=Limits(caps={}))
    refused("KYC_TIER", lambda: world.sim.pay(world.shop("1"), payer="u@A"))
    world.check()


# Look-ups.


def test_a_look_up_by_md5_and_by_both_hashes(world: World) -> None:
    code = world.shop("12.50", "USD", purpose_of_transaction="Coffee")
    key = khqr.md5(code)
    assert world.sim.status_by_md5(key)["errorCode"] == 1
    quote = world.sim.offer("A", "KHR", "USD", 4100)
    held = world.sim.confirm(code, payer="u@A", source="account", quote=quote.id)
    assert world.sim.status_by_md5(key)["errorCode"] == 1
    payment = world.sim.submit(held.id)
    answer = world.sim.status_by_md5(key)
    assert answer["responseCode"] == 0
    data = answer["data"]
    assert isinstance(data, dict)
    assert str(data["amount"]) == "12.50"
    assert (data["fromAccountId"], data["toAccountId"]) == ("khqr@A", "khqr@B")
    assert (data["hash"], data["description"]) == (payment.hash, "Coffee")
    assert data["trackingStatus"] == "ACKNOWLEDGED_BY_FI"
    assert world.sim.status_by_hash(payment.hash) == answer
    short = payment.hash[:8]
    assert world.sim.status_by_short_hash(short, "12.50", "USD") == answer
    assert world.sim.status_by_short_hash(short, "12.51", "USD")["errorCode"] == 1
    assert world.sim.status_by_hash("")["errorCode"] == 1
    static = world.shop()
    world.sim.pay(static, payer="u@A", amount=1)
    assert world.sim.status_by_md5(khqr.md5(static))["errorCode"] == 2


def test_an_account_is_looked_up(world: World) -> None:
    assert world.sim.check_account("w@B")["responseCode"] == 0
    assert world.sim.check_account("x@B")["errorCode"] == 11
    assert world.sim.check_account("nobody")["errorCode"] == 12


def resealed(text: str, old: str, new: str) -> str:
    """Return a code with one piece of text of the same length changed, and its CRC."""
    body = text.replace(old, new)[:-4]
    return f"{body}{checksum(body)}"


def test_codes_that_are_never_paid(world: World) -> None:
    sim, code = world.sim, world.shop("4100")
    end = code.index("9934")
    without = code[:end] + "6304"
    refused("QR_EXPIRY_MISSING", lambda: sim.pay(without + checksum(without), payer="u@A"))
    early = resealed(code, f"0113{START + 600_000}", f"0113{START - 1}")
    refused("QR_EXPIRY_IN_PAST", lambda: sim.pay(early, payer="u@A"))
    no_amount = resealed(code, "54044100", "54044x00")
    refused("QR_INVALID", lambda: sim.pay(no_amount, payer="u@A"))
    fraction = resealed(code, "54044100", "540441.5")
    refused("AMOUNT_PRECISION", lambda: sim.pay(fraction, payer="u@A"))
    no_bank = resealed(code, "khqr@B", "kh@r@B")
    refused("ACCOUNT_ID_INVALID", lambda: sim.pay(no_bank, payer="u@A"))
    assert not sim.payments


def test_two_threads_pay_one_code_once(world: World) -> None:
    code = world.shop("4100")
    found: list[str] = []

    def pay(payer: str) -> None:
        try:
            found.append(world.sim.pay(code, payer=payer).state.value)
        except SettlementError as refusal:
            found.append(refusal.name)

    threads = [Thread(target=pay, args=(payer,)) for payer in ("u@A", "v@A") * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["QR_CONSUMED"] * 15 + ["acknowledged"]


# Hostile input.


def test_wrong_types_leave_nothing_in_flight(world: World) -> None:
    sim, code = world.sim, world.shop()
    strange: tuple[dict[str, object], ...] = (
        {"amount": 1.5},
        {"amount": Money("KHR", "5")},  # type: ignore[arg-type] # on purpose
        {"amount": 1, "quote": ["q"]},
        {"amount": 1, "source": "gold"},
        {"amount": 1, "instruction": 5.0},
    )
    for given_ in strange:
        with pytest.raises(TypeError):
            sim.pay(code, payer="u@A", **given_)  # type: ignore[arg-type] # on purpose
    for call in (
        partial(sim.check_account, 5),  # type: ignore[arg-type] # on purpose
        partial(sim.add_customer, 5, "A"),  # type: ignore[arg-type] # on purpose
        partial(sim.offer, "A", "KHR", "USD", 4100, life=-1),
        partial(sim.offer, "A", "KHR", "USD", 4100.0),  # type: ignore[arg-type] # on purpose
    ):
        with pytest.raises(TypeError):
            call()
    assert not sim.payments


def test_what_banks_and_customers_cannot_be(world: World) -> None:
    sim = world.sim
    refused("UNKNOWN_ACCOUNT", lambda: sim.add_customer("x", "Z"))
    refused("UNKNOWN_ACCOUNT", lambda: sim.add_customer("x", "NBC"))
    refused("QUOTE_PAIR_MISMATCH", lambda: sim.offer("A", "KHR", "KHR", 1))
    for days in (-1, 3, True, "1"):
        with pytest.raises(TypeError):
            sim.add_customer("x", "A", credit_days=days)  # type: ignore[arg-type] # on purpose
    other = Simulation({"A": BookKind.INSTITUTION}, clock=lambda: 0, ids=str)
    assert other.books.kinds["A"] is BookKind.INSTITUTION


def test_amounts_and_rates_at_their_ends(world: World) -> None:
    sim, code = world.sim, world.shop()
    refused("AMOUNT_NOT_POSITIVE", lambda: sim.pay(code, payer="u@A", amount=Money("KHR", 0)))
    refused("AMOUNT_NOT_POSITIVE", lambda: sim.pay(code, payer="u@A", amount=Money("KHR", -5)))
    refused("AMOUNT_PRECISION", lambda: rate_of("4100.0000001"))
    quote = sim.offer("A", "USD", "KHR", 1)
    huge = partial(sim.pay, code, payer="u@A", source="account", amount=10**17, quote=quote.id)
    refused("AMOUNT_TOO_LARGE", huge)
    assert quote.id in sim.quotes
    assert sim.status_by_short_hash("0" * 8, "x", "KHR")["errorCode"] == 1
    baht = khqr.Individual(bakong_account_id="w@B", merchant_name="Demo User")
    text = resealed(khqr.encode(baht), "5303116", "5303764")
    with pytest.raises(SettlementError):
        sim.pay(text, payer="u@A", amount=1)


def test_an_event_that_cannot_happen_is_refused(world: World) -> None:
    held = world.sim.confirm(world.shop("4100"), payer="u@A")
    refused("NOT_FOUND", lambda: held.after(PaymentEvent.CREDITED))


@pytest.mark.parametrize("rate", ["", "NaN", "1e3", "4.1.1", "0", "-1", "0.5", "1000001", "٤"])
def test_rates_that_are_none(rate: str) -> None:
    refused("AMOUNT_NOT_POSITIVE", lambda: rate_of(rate))


def test_an_id_that_is_too_long_for_what_follows_is_refused_before_the_hop(world: World) -> None:
    code = world.shop()
    for length in range(117, 130):
        call = partial(world.sim.pay, code, payer="u@A", amount=1, instruction="x" * length)
        if length <= 119:
            assert call().state is PaymentState.ACKNOWLEDGED
        else:
            refused("INSTRUCTION_ID_INVALID", call)


def test_a_return_takes_no_id_of_a_refund(world: World) -> None:
    first = world.sim.pay(world.shop("3000"), payer="u@A")
    world.sim.refund(first.id, 1, instruction="A/x")
    code = world.shop("3001", merchant_id="nobody")
    back = world.sim.pay(code, payer="u@A", instruction="x")
    assert back.state is PaymentState.REFUNDED_BY_RECEIVER


@settings(max_examples=min(EXAMPLES, 100))
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 5), st.integers(1, 900_000))))
def test_no_order_of_calls_breaks_an_invariant(calls: list[tuple[int, int, int]]) -> None:
    world = World()
    sim = world.sim
    sim.add_customer("u", "A", tier=Tier.BASIC)
    shown = [world.shop("300000"), world.shop("1"), world.shop(), wallet_code()]
    for what, which, units in calls:
        code, known = shown[which % 4], list(sim.payments)
        amount = None if which % 4 < 2 else units
        one = known[which * 7 % len(known)] if known else "A/none"
        world.answers = [list(Answer)[units % 3]]
        actions: tuple[Callable[[], object], ...] = (
            partial(sim.pay, code, payer="u@A", amount=amount),
            partial(sim.pay, code, payer="v@A", amount=amount),
            partial(sim.confirm, code, payer="u@A", amount=amount),
            partial(sim.submit, one),
            partial(sim.void, one),
            partial(sim.refund, one, units),
            partial(sim.inquire, one),
            sim.credit_due,
        )
        if what == 8:
            world.time += units
            continue
        try:
            actions[what]()
        except SettlementError:
            assert sim.ledger.replay().chain == sim.ledger.chain
        world.check()


# Planted defects.


def consumed_twice(world: World, patch: Patch) -> None:
    patch.setattr(Codes, "consume", lambda *_: None)
    patch.setattr(Codes, "lock", lambda *_: None)
    code = world.shop("4100")
    for payer in ("u@A", "v@A"):
        world.sim.pay(code, payer=payer)


def expiry_looked_at_when_scanned_only(world: World, patch: Patch) -> None:
    patch.setattr(Codes, "is_over", lambda *_: False)
    code = world.shop("4100")
    world.time += 600_001
    world.sim.pay(code, payer="u@A")


def rounded_against_the_provider(world: World, patch: Patch) -> None:
    patch.setattr(quotes_module, "rounded_up", lambda above, below: above // below)
    quote = world.sim.offer("A", "USD", "KHR", 4080)
    world.sim.pay(world.shop("41000"), payer="u@A", source="account", quote=quote.id)


def refund_compared_with_the_last_only(world: World, patch: Patch) -> None:
    def last(self: Receiving, payment: Payment) -> int:
        back = [one.money.units for one in self.refunds.values() if one.payment == payment.id]
        return back[-1] if back else 0

    patch.setattr(Receiving, "gone_back", last)
    world.sim.pay(world.shop("50000"), payer="v@A")
    payment = world.sim.pay(world.shop("50000", bill_number="2"), payer="u@A")
    for amount in (20_000, 20_000, 20_000):
        world.sim.refund(payment.id, amount)


def second_void_gives_the_limit_back_twice(world: World, patch: Patch) -> None:
    held = world.sim.confirm(world.shop("4100"), payer="u@A")
    patch.setattr(Holds, "pending", lambda self, number: self[number])
    moves = {**PAYMENT_MOVES, (PaymentState.VOIDED, PaymentEvent.VOID): PaymentState.VOIDED}
    patch.setattr("khqr.settlement.payments.payment.PAYMENT_MOVES", moves)
    patch.setattr("khqr.settlement.ledger.ledger.Ledger.refuse", lambda *_: 0)
    world.sim.void(held.id)
    world.sim.void(held.id)


def quote_used_again(world: World, patch: Patch) -> None:
    quote = world.sim.offer("A", "USD", "KHR", 4080)
    for amount in ("4080", "8160"):
        patch.setattr("khqr.settlement.payments.quotes.QUOTE_MOVES", {})
        world.sim.pay(world.shop(amount), payer="u@A", source="account", quote=quote.id)


def spread_hidden_in_the_rate(world: World, patch: Patch) -> None:
    quote = world.sim.offer("A", "USD", "KHR", 4080, spread=1)
    held = world.sim.confirm(world.shop("4080"), payer="u@A", source="account", quote=quote.id)
    world.sim.payments[held.id] = held._replace(spread=0)
    world.sim.submit(held.id)


def refunded_after_its_time(world: World, patch: Patch) -> None:
    payment = world.sim.pay(world.shop("50000"), payer="u@A")
    window, world.sim.refund_window = world.sim.refund_window, 10**15
    world.time += 400 * DAY
    world.sim.refund(payment.id)
    world.sim.refund_window = window


DEFECTS: dict[Callable[[World, Patch], None], str] = {
    consumed_twice: "I7",
    expiry_looked_at_when_scanned_only: "I7",
    rounded_against_the_provider: "I8",
    quote_used_again: "I8",
    spread_hidden_in_the_rate: "I8",
    refund_compared_with_the_last_only: "I10",
    refunded_after_its_time: "I10",
    second_void_gives_the_limit_back_twice: "I9 I13",
}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_is_caught_by_exactly_its_invariants(
    defect: Callable[[World, Patch], None], monkeypatch: Patch
) -> None:
    world = World()
    defect(world, monkeypatch)
    found = world.audit.sweep()
    assert {violation.name for violation in found} == set(DEFECTS[defect].split()), found
