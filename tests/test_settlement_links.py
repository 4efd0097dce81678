"""Payments over links: the running example, messages, refusals, and answers that come or do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest

import khqr
from khqr.alipayplus.results import RESULT_CODES
from khqr.settlement import Money, PaymentState, major_units
from khqr.settlement.books.example import example_books, run_example
from khqr.settlement.ledger.state import State
from khqr.settlement.links import CROSS_MOVES, CrossEvent, CrossPayment, CrossState, PartnerAnswer
from links_world import DAY, START, STEPS, World, refused
from test_settlement_example import table

S, F, U = PartnerAnswer.SUCCESS, PartnerAnswer.FAILURE, PartnerAnswer.UNKNOWN
SECOND = "https://qr.example.com/281000041234567890120000"


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.check()


def row_of(world: World, instruction: str) -> int:
    outcome = world.sim.ledger.outcome(instruction)
    assert outcome is not None
    return outcome.row


def through_links() -> tuple[World, dict[str, int | None]]:
    """Run the example; what crosses the border goes through links. Return the row of each step."""
    world = World(funded=False)
    world.run("F0", "F1a", "F1b", "F2", "F3a", "F3b", "F4", "F5")
    books, rows = world.sim.books, dict[str, int | None]()
    for step in ("F6a", "F6b", "F6c", "F6d", "F6e", "F7a", "F7b", "F7c"):
        rows[step] = books.run_all(STEPS[step])
    inbound = world.pay_in(world.shop("41000"))
    rows["F8a"], rows["F8b"] = inbound.row, row_of(world, f"credit/{inbound.id}")
    paid = world.pay_out(world.order(), number="o1")
    rows["F9a"], rows["F9b"] = paid.hop, paid.row
    world.answers = [F]
    failed = world.pay_out(world.order(Money("USD", 10_00), SECOND), number="o2")
    rows["F9c"], rows["F9d"] = failed.hop, failed.back
    out = world.corridor("vietnam", "outbound", world.vietqr(62_500), "6.25", number="v1")
    rows["F10a"], rows["F10b"] = out.hop, out.row
    rows["F10c"] = world.corridor("vietnam", "inbound", world.shop("20000"), "6.25").row
    # The shop of F10c is credited here; the example leaves that in suspense.
    rows["extra"] = row_of(world, "credit/" + list(world.links.payments)[-1])
    for step, original in (("F11a", "F6a"), ("F11b", "F6c"), ("F11c", "F7a")):
        rows[step] = books.run_all(STEPS[step], reference=rows[original])
    rows["F11d"] = world.links.refund(inbound.id, 20_500).row
    # What F6e and F7c left in suspense.
    world.by_hand = {"A", "B"}
    return world, rows


def test_the_running_example_through_links() -> None:
    world, rows = through_links()
    expected = table()
    for step in ("F8a", "F8b", "F9a", "F9b", "F9c", "F9d", "F10a", "F10b", "F10c", "F11d"):
        found = Counter(
            (book, debit, credit, currency, major_units(units, currency))
            for book, debit, credit, currency, units in world.postings(rows[step])
        )
        assert found == Counter(expected[step]), step
    for step in ("F9d", "F11d"):
        row = rows[step]
        assert row is not None
        parts = list(world.sim.ledger.journal.transaction(row))
        assert {"F9d": rows["F9c"], "F11d": rows["F8a"]}[step] in {part.amount for part in parts}
    world.check()


def test_the_balances_of_the_running_example_through_links() -> None:
    world, _ = through_links()
    world.run("F13a", "F13b", "F14a", "F14b", "F14c", "F14d")
    books = example_books(clock=lambda: START)
    run_example(books)

    def balances(state: State) -> dict[tuple[str, str, str], int]:
        pairs = zip(state.accounts.rows, state.posted, strict=True)
        return {(one.book, one.name, one.currency): units for one, units in pairs if units}

    found, wanted = balances(world.sim.ledger.state), balances(books.ledger.state)
    moved = found.pop(("B", "casa:m", "KHR")), found.pop(("B", "susp_in", "KHR"))
    other = wanted.pop(("B", "casa:m", "KHR")), wanted.pop(("B", "susp_in", "KHR"))
    assert found == wanted
    assert moved == (other[0] + 20_000, other[1] - 20_000)
    assert not any(name.startswith("due_") for _, name, _ in found)
    assert world.broken() == set()


def test_the_same_calls_give_the_same_journal() -> None:
    one, other = through_links()[0], through_links()[0]
    assert one.sim.ledger.chain == other.sim.ledger.chain
    assert one.links.payments == other.links.payments


def test_the_transactions_of_a_payment_are_told_in_order() -> None:
    world, rows = through_links()
    told = {key: dict(world.links.transactions(key)) for key in world.links.payments}
    inbound, paid, failed, out, into = told.values()
    assert list(inbound) == ["posted", "credited", "refunded"]
    assert list(inbound.values()) == [rows["F8a"], rows["F8b"], rows["F11d"]]
    assert paid == {"hop": rows["F9a"], "posted": rows["F9b"]}
    assert failed == {"hop": rows["F9c"], "sent back": rows["F9d"]}
    assert list(out) == ["hop", "posted"]
    assert list(into) == ["posted", "credited"]
    refused("NOT_FOUND", lambda: world.links.transactions("none"))


# Inbound.


def kinds(payment: CrossPayment) -> list[str]:
    return [type(said.message).__name__ for said in payment.messages]


def test_an_inbound_payment_says_what_alipay_plus_says_in_its_order(world: World) -> None:
    held = world.pay_in(world.shop("41000"), hold=True)
    assert kinds(held) == [
        "MppUserInitiatedPayRequest",
        "UserInitiatedPayRequest",
        "UserInitiatedPayResponse",
        "MppUserInitiatedPayResponse",
    ]
    bsa = world.sim.books.account("S", "bsa", "KHR")
    assert world.sim.ledger.held(bsa) == 41_000
    told = held.messages[-1].message.to_document()
    assert told["paymentAmount"] == {"currency": "KHR", "value": "4100000"}
    assert told["payToAmount"] == {"currency": "CNY", "value": "7100"}
    quote = told["paymentQuote"]
    assert isinstance(quote, dict)
    assert (quote["quoteCurrencyPair"], quote["quotePrice"]) == ("USD/CNY", "7.1")
    paid = world.links.send(held.id)
    assert kinds(paid)[4:] == [
        "MppNotifyPaymentRequest",
        "PushPaymentRequest",
        "Acknowledgement",
        "NotifyPushPaymentRequest",
    ]
    assert [(one.sender, one.receiver) for one in paid.messages] == [
        ("MPP", "ALP"), ("ALP", "S"), ("S", "ALP"), ("ALP", "MPP"),
        ("MPP", "ALP"), ("ALP", "S"), ("S", "ALP"), ("S", "ALP"),
    ]  # fmt: skip
    assert world.sim.ledger.held(bsa) == 0
    world.links.refund(paid.id, 10_000)
    assert kinds(world.links.find(paid.id))[8:] == ["RefundRequest", "RefundResponse"]


@pytest.mark.parametrize("days", [0, 1, 2])
def test_a_shop_is_credited_by_the_suspense_account_that_there_is(world: World, days: int) -> None:
    world.sim.add_customer("m", "B", credit_days=days)
    payment = world.pay_in(world.shop("41000"))
    assert payment.state is CrossState.COMMITTED
    assert world.balance("B susp_in KHR") == (41_000 if days else 0)
    world.time += 3 * DAY
    world.sim.credit_due()
    assert world.balance("B casa:m KHR") == 41_000
    assert world.sim.find(payment.id).state is PaymentState.ACKNOWLEDGED


def test_nobody_to_credit_gives_the_customer_abroad_everything_back(world: World) -> None:
    payment = world.pay_in(world.shop("41000", merchant_id="nobody"))
    assert payment.state is CrossState.REFUNDED
    assert (payment.refunded, payment.returned) == (41_000, 71_00)
    assert world.balance("MPP wallet:p CNY") == 1000_00
    assert world.balance("S fee_expense USD") == 10
    assert world.balance("B susp_in KHR") == 0


def test_a_wallet_code_is_credited_in_one_step(world: World) -> None:
    code = khqr.encode(khqr.Individual(bakong_account_id="w@B", merchant_name="Demo User"))
    payment = world.pay_in(code, amount=4_100)
    assert world.postings(payment.row)[-1] == ("TOK", "khqr@S", "w@B", "KHR", 4_100)
    assert world.balance("B wallet:w KHR") == 4_100


def test_a_shop_at_the_bank_of_the_link_needs_no_hop_and_no_hold(world: World) -> None:
    payment = world.pay_in(world.shop("41000", account="khqr@S", merchant_id="s"))
    assert payment.hold is None
    assert world.balance("S casa:s KHR") == 41_000
    assert not [one for one in world.postings(payment.row) if one[0] == "NBC"]
    back = world.links.refund(payment.id, 41_000)
    assert back.credited == Money("CNY", 71_00)


def test_codes_in_dollars_are_a_policy(world: World) -> None:
    from khqr.settlement.links import alipayplus

    code = world.shop("10.00", "USD")
    refused("CURRENCY_NOT_SUPPORTED", lambda: world.pay_in(code))
    open_ = World([alipayplus(dollar_codes=True, fee=100)])
    payment = open_.pay_in(code)
    assert (payment.gross, payment.debited) == (Money("USD", 10_00), Money("CNY", 71_00))
    assert open_.balance("B casa:m USD") == 10_00
    open_.check()


def test_a_code_is_paid_once_from_here_or_from_abroad(world: World) -> None:
    code, other = world.shop("41000"), world.shop("42000")
    world.pay_in(code)
    refused("QR_CONSUMED", lambda: world.sim.pay(code, payer="u@A"))
    refused("QR_CONSUMED", lambda: world.pay_in(code))
    world.sim.pay(other, payer="u@A")
    refused("QR_CONSUMED", lambda: world.pay_in(other))
    third = world.shop("43000")
    held = world.pay_in(third, hold=True)
    refused("QR_LOCKED", lambda: world.sim.pay(third, payer="u@A"))
    refused("QR_LOCKED", lambda: world.pay_in(third))
    world.links.void(held.id)
    world.sim.pay(third, payer="u@A")


def test_a_code_expires_between_confirmation_and_answer(world: World) -> None:
    code = world.shop("41000")
    world.time += 599_990
    held = world.pay_in(code, hold=True)
    world.time += 20
    refused("QR_EXPIRED", lambda: world.links.send(held.id))
    assert world.links.find(held.id).state is CrossState.FAILED
    assert world.links.find(held.id).result_code == "EXPIRED_CODE"
    refused("QR_EXPIRED", lambda: world.pay_in(code))


def test_a_look_up_by_md5_finds_a_payment_from_abroad(world: World) -> None:
    code = world.shop("41000")
    held = world.pay_in(code, hold=True)
    assert world.sim.status_by_md5(khqr.md5(code))["errorCode"] == 1
    world.links.send(held.id)
    answer = world.sim.status_by_md5(khqr.md5(code))
    data = answer["data"]
    assert isinstance(data, dict)
    assert (data["fromAccountId"], data["amount"], data["trackingStatus"]) == (
        "khqr@S", 41_000, "ACKNOWLEDGED_BY_FI",
    )  # fmt: skip
    assert world.sim.status_by_hash(str(data["hash"])) == answer
    static = world.shop()
    world.pay_in(static, amount=4_100)
    assert world.sim.status_by_md5(khqr.md5(static))["errorCode"] == 2


def test_a_guest_without_money_is_refused_and_nothing_is_held(world: World) -> None:
    code = world.shop("4100000")
    refused("INSUFFICIENT_FUNDS", lambda: world.pay_in(code, number="x"))
    payment = world.links.find("MPP/x")
    assert (payment.state, payment.result_code) == (CrossState.FAILED, "USER_BALANCE_NOT_ENOUGH")
    assert kinds(payment)[-1] == "NotifyPushPaymentRequest"
    again = partial(world.links.confirm, code, "alipayplus", "inbound", payer="p@MPP")
    refused("ALREADY_REFUSED", lambda: again(quotes=payment.quotes, instruction="x"))
    world.sim.pay(world.shop("4100"), payer="u@A")


def test_the_bank_of_the_link_without_settlement_balance_refuses(world: World) -> None:
    world.sim.books.run("redeem", {"bank": "S"}, {"amount": Money("KHR", 499_990_000)})
    refused("INSUFFICIENT_SETTLEMENT_BALANCE", lambda: world.pay_in(world.shop("41000")))
    assert world.balance("MPP wallet:p CNY") == 1000_00


# Answers that do not come.


def test_unknown_then_inquired(world: World) -> None:
    world.answers = [U, U, S]
    payment = world.pay_in(world.shop("41000"), number="x")
    assert payment.state is CrossState.UNKNOWN
    refused("RESULT_UNKNOWN", lambda: world.links.void(payment.id))
    assert world.links.send(payment.id) == payment
    world.time += 180_000
    assert world.links.inquire(payment.id).state is CrossState.UNKNOWN
    found = world.links.inquire(payment.id)
    assert found.state is CrossState.COMMITTED
    assert world.asked == [CrossState.WAITING, CrossState.UNKNOWN, CrossState.UNKNOWN]
    assert "InquiryPaymentResponse" in kinds(found)
    assert world.links.inquire(payment.id) == found
    assert world.links.notify(payment.id, S) == found  # once more, and too late for an F
    assert world.links.notify(payment.id, F) == found
    assert world.balance("B casa:m KHR") == 41_000


def test_an_inquiry_may_find_a_refusal(world: World) -> None:
    world.answers = [U, F]
    payment = world.pay_in(world.shop("41000"))
    found = world.links.inquire(payment.id)
    assert (found.state, found.refusal) == (CrossState.FAILED, "PARTNER_DECLINED")
    refused("HOLD_ALREADY_VOIDED", lambda: world.links.send(payment.id))
    refused("ORIGINAL_NOT_COMMITTED", lambda: world.links.cancel(payment.id))
    refused("ORIGINAL_NOT_COMMITTED", lambda: world.links.refund(payment.id))


def test_unknown_then_cancelled_until_it_succeeds_and_a_late_success_loses(world: World) -> None:
    world.answers = [U, U, F, S]
    code = world.shop("41000")
    payment = world.pay_in(code)
    first = world.links.cancel(payment.id)
    assert (first.state, first.cancel_tries) == (CrossState.CANCELLING, 1)
    assert world.links.notify(payment.id, S) == first
    assert world.links.inquire(payment.id) == first
    world.links.cancel(payment.id)
    refused("RESULT_UNKNOWN", lambda: world.links.void(payment.id))
    done = world.links.cancel(payment.id)
    assert (done.state, done.cancel_tries, done.row) == (CrossState.CANCELLED, 3, None)
    assert world.links.notify(payment.id, "S") == done
    assert world.links.cancel(payment.id) == done
    assert world.balance("B casa:m KHR") == 0
    world.pay_in(code)
    assert world.balance("B casa:m KHR") == 41_000


@pytest.mark.parametrize("late", [False, True])
def test_the_time_to_cancel_ends_at_a_quarter_past_midnight_utc_plus_8(
    world: World, *, late: bool
) -> None:
    midnight = (START + 8 * 3_600_000) // DAY * DAY + DAY - 8 * 3_600_000
    world.answers = [U, S]
    payment = world.pay_out(world.order())
    world.time = midnight + 15 * 60_000 + late
    if late:
        refused("CANCEL_WINDOW_CLOSED", lambda: world.links.cancel(payment.id))
        assert world.links.inquire(payment.id).state is CrossState.COMMITTED
    else:
        assert world.links.cancel(payment.id).state is CrossState.CANCELLED


def test_a_cancel_that_was_sent_in_time_is_repeated_after_it(world: World) -> None:
    world.answers = [U, U]
    payment = world.pay_out(world.order())
    world.links.cancel(payment.id)
    world.time += 30 * DAY
    assert world.links.cancel(payment.id).state is CrossState.CANCELLED


def test_what_nobody_answers_in_that_time_comes_to_nothing(world: World) -> None:
    code = world.shop("41000")
    world.answers = [U, U]
    one = world.pay_in(code)
    other = world.pay_in(world.shop("42000"))
    world.links.cancel(other.id)
    world.time += 2 * DAY
    assert world.links.notify(one.id, S).state is CrossState.FAILED
    assert world.links.find(one.id).refusal == "HOLD_EXPIRED"
    assert world.links.find(other.id).state is CrossState.CANCELLED
    assert world.balance("B casa:m KHR") == 0


def test_a_shop_at_the_bank_of_the_link_has_no_hold_that_expires_and_still_ends(
    world: World,
) -> None:
    world.answers = [U]
    payment = world.pay_in(world.shop("41000", account="khqr@S", merchant_id="s"))
    world.time += 2 * DAY
    assert world.links.inquire(payment.id).state is CrossState.FAILED


def test_a_hold_that_nobody_sends_ends_after_a_minute(world: World) -> None:
    code, order = world.shop("41000"), world.order()
    one, other = world.pay_in(code, hold=True), world.pay_out(order, hold=True)
    world.time += 60_001
    refused("HOLD_EXPIRED", lambda: world.links.send(one.id))
    refused("HOLD_EXPIRED", lambda: world.links.send(other.id))
    refused("HOLD_EXPIRED", lambda: world.links.void(one.id))
    world.pay_in(code)
    world.pay_out(order)


def test_asking_that_breaks_off_leaves_a_payment_without_an_answer(world: World) -> None:
    def broken(_: CrossPayment) -> PartnerAnswer:
        raise RuntimeError("the line is cut")

    world.links.ask = broken
    ids = []
    pays: list[Callable[[], CrossPayment]] = [
        lambda: world.pay_in(world.shop("41000")),
        lambda: world.pay_out(world.order()),
    ]
    for pay in pays:
        with pytest.raises(RuntimeError, match="cut"):
            pay()
        ids.append(list(world.links.payments)[-1])
    assert {world.links.find(one).state for one in ids} == {CrossState.WAITING}
    refused("RESULT_UNKNOWN", lambda: world.links.void(ids[0]))
    world.links.ask = world.answer
    assert {world.links.inquire(one).state for one in ids} == {CrossState.COMMITTED}


@pytest.mark.parametrize(
    "pay",
    [
        lambda world: world.pay_in(world.shop("41000")),
        lambda world: world.pay_out(world.order()),
        lambda world: world.corridor("malaysia", "inbound", world.shop("30000"), "0.00105"),
        lambda world: world.corridor("malaysia", "outbound", world.duitnow("9.50"), "0.00105"),
    ],
)
def test_a_paid_one_is_cancelled_at_no_cost(
    world: World, pay: Callable[[World], CrossPayment]
) -> None:
    before = dict(
        zip(world.sim.ledger.state.accounts.rows, world.sim.ledger.state.posted, strict=True)
    )
    payment = pay(world)
    world.answers = [U]
    asked = world.links.cancel(payment.id)
    assert asked.state is CrossState.CANCELLING
    refused("IN_FLIGHT", partial(world.links.refund, payment.id, 1))
    done = world.links.cancel(payment.id)
    assert (done.state, done.refunded) == (
        CrossState.CANCELLED,
        done.money and done.money.units,
    )
    state = world.sim.ledger.state
    for account, units in zip(state.accounts.rows, state.posted, strict=True):
        if not account.name.startswith("due_"):
            assert before.get(account, 0) == units, account
    refused("REFUND_EXCEEDS_ORIGINAL", partial(world.links.refund, payment.id))


def test_a_code_that_was_paid_and_cancelled_is_not_paid_again(world: World) -> None:
    code, order = world.shop("41000"), world.order()
    pays: list[Callable[[], CrossPayment]] = [
        lambda: world.pay_in(code),
        lambda: world.pay_out(order),
    ]
    for pay in pays:
        world.links.cancel(pay().id)
        refused("QR_CONSUMED", pay)


def test_a_cancel_that_finds_no_money_is_sent_again(world: World) -> None:
    inbound, outbound = (
        world.pay_in(world.shop("41000")),
        world.corridor("vietnam", "outbound", world.vietqr(62_500), "6.25"),
    )
    world.sim.books.run("load", {"bank": "B", "customer": "m"}, {"amount": Money("KHR", 41_000)})
    taken = {"foreign_bank": "F", "payer": "casa:fm", "partner": "X", "sponsor": "S",
             "payee_bank": "B", "payee": "susp_in"}  # fmt: skip
    amounts = {"paid": Money("VND", 62_500), "settled": Money("KHR", 10_000)}
    world.sim.books.run("corridor.in", taken, amounts)
    world.by_hand = {"B"}
    for payment in (inbound, outbound):
        refused("INSUFFICIENT_FUNDS", partial(world.links.cancel, payment.id))
        assert world.links.find(payment.id).state is CrossState.CANCELLING
    world.sim.books.run("unload", {"bank": "B", "customer": "m"}, {"amount": Money("KHR", 41_000)})
    world.links.fund("fm@F", Money("VND", 62_500), "account")
    for payment in (inbound, outbound):
        assert world.links.cancel(payment.id).state is CrossState.CANCELLED


def test_a_refunded_one_is_not_cancelled(world: World) -> None:
    payment = world.pay_in(world.shop("41000"))
    world.links.refund(payment.id, 41)
    refused("REFUND_EXCEEDS_ORIGINAL", lambda: world.links.cancel(payment.id))


# Outbound.


def test_an_outbound_payment_waits_at_the_bank_of_the_link(world: World) -> None:
    world.answers = [U]
    before = world.balance("A wallet:u KHR")
    payment = world.pay_out(world.order(), number="o1")
    assert payment.state is CrossState.UNKNOWN
    assert world.balance("S out_hold:o1 KHR") == 82_000
    assert world.balance("A wallet:u KHR") == before - 82_000
    world.check()
    done = world.links.notify(payment.id, S)
    assert kinds(done) == [
        "MppUserInitiatedPayRequest",
        "MppUserInitiatedPayResponse",
        "MppNotifyPaymentRequest",
        "Acknowledgement",
    ]
    assert world.balance("ACQ payable:am USD") == 19_80


def test_a_declined_one_comes_back_and_its_order_is_free(world: World) -> None:
    order, before = world.order(), world.balance("A wallet:u KHR")
    for answers, end in (([F], None), ([U, F], "inquire"), ([U, S], "cancel")):
        world.answers = answers
        payment = world.pay_out(order)
        if end:
            refused("QR_LOCKED", lambda: world.pay_out(order))
            payment = getattr(world.links, end)(payment.id)
        assert payment.state in {CrossState.FAILED, CrossState.CANCELLED}
        assert world.balance("A wallet:u KHR") == before
        assert world.links.send(payment.id) == payment
    paid = world.pay_out(order)
    refused("QR_CONSUMED", lambda: world.pay_out(order))
    assert paid.result_code == "SUCCESS"


def test_the_way_back_waits_for_settlement_balance(world: World) -> None:
    world.answers = [U, F, F]
    payment = world.pay_out(world.order())
    left = world.balance("S bsa KHR")
    world.sim.books.run("redeem", {"bank": "S"}, {"amount": Money("KHR", left - 1)})
    refused("INSUFFICIENT_SETTLEMENT_BALANCE", lambda: world.links.inquire(payment.id))
    assert world.links.find(payment.id).state is CrossState.UNKNOWN
    world.sim.fund_bank("S", Money("KHR", left))
    assert world.links.inquire(payment.id).state is CrossState.FAILED


def test_the_hop_may_be_refused(world: World) -> None:
    left = world.balance("TOK khqr@A KHR") - 1000
    world.sim.books.run("redeem", {"bank": "A"}, {"amount": Money("KHR", left)})
    code = world.vietqr(62_500)
    pay = partial(world.corridor, "vietnam", "outbound", code, "6.25")
    refused("INSUFFICIENT_SETTLEMENT_BALANCE", lambda: pay(number="x"))
    assert world.links.find("A/x").state is CrossState.FAILED
    refused("HOLD_ALREADY_VOIDED", lambda: world.links.send("A/x"))
    world.sim.fund_bank("A", Money("KHR", left))
    pay()


def test_an_order_in_a_third_currency_takes_two_rates(world: World) -> None:
    code = world.order(Money("CNY", 71_00))
    quotes = world.rates("alipayplus", ("KHR", "USD", "4100", "USD"), ("USD", "CNY", "7.1", "USD"))
    pay = partial(world.links.pay, code, "alipayplus", "outbound", payer="u@A")
    payment = pay(quotes=quotes)
    assert (payment.gross, payment.debited) == (Money("USD", 10_00), Money("KHR", 41_000))
    refund = world.links.refund(payment.id, "35.50")
    assert refund.credited == Money("KHR", 20_500)


def test_an_entry_code_takes_the_amount_of_the_payer(world: World) -> None:
    code = world.order("USD", "https://shops.example.com/s/1")
    refused("QR_AMOUNT_MISMATCH", lambda: world.pay_out(code))
    for _ in range(2):
        assert world.pay_out(code, amount="1.50").debited == Money("KHR", 6_150)


def test_payers_in_dollars_where_the_link_takes_them(world: World) -> None:
    pay = partial(world.links.pay, payer="u@A", source="account")
    payment = pay(world.order(), "alipayplus", "outbound")
    assert payment.debited == Money("USD", 20_00)
    quotes = world.rates("vietnam", ("USD", "VND", "25000", "USD"))
    code = world.vietqr(25_000)
    refused("CURRENCY_NOT_SUPPORTED", lambda: pay(code, "vietnam", "outbound", quotes=quotes))


@pytest.mark.parametrize("bill", [False, True])
def test_a_thai_code_is_paid_in_riel(world: World, *, bill: bool) -> None:
    payment = world.corridor("thailand", "outbound", world.thaiqr("120.00", bill=bill), "0.008")
    assert payment.debited == Money("KHR", 15_000)
    assert payment.messages == ()
    account = "casa:biller" if bill else "casa:friend"
    assert world.balance(f"F {account} THB") == 120_00


def test_corridors_take_their_fee_as_a_posting(world: World) -> None:
    out = world.corridor("malaysia", "outbound", world.duitnow(), "0.00105", amount="10")
    assert (out.debited, out.fee) == (Money("KHR", 9_524), 5)
    assert world.balance("F casa:kedai MYR") == 9_95
    into = world.corridor("malaysia", "inbound", world.shop("20000"), "0.00105")
    assert (into.debited, into.fee) == (Money("MYR", 21_00), 10)
    assert world.balance("X fee_income MYR") == 15
    assert world.balance("S fee_expense MYR") == 10
    assert world.balance("B casa:m KHR") == 20_000


# What takes effect once, and who may pay how much.


def test_an_instruction_takes_effect_once(world: World) -> None:
    code, order = world.shop(), world.order("USD", "https://shops.example.com/s/1")
    for payer, text, way, pair in (
        ("p@MPP", code, "inbound", ("CNY", "KHR")),
        ("u@A", order, "outbound", ("KHR", "USD")),
    ):
        rates = {
            "inbound": [("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD")],
            "outbound": [("KHR", "USD", "4100", "USD")],
        }[way]
        quotes = world.rates("alipayplus", *rates)
        pay = partial(
            world.links.pay, text, "alipayplus", way, payer=payer, quotes=quotes, instruction="x"
        )
        first = pay(amount=100)
        rows = len(world.sim.ledger.journal)
        assert pay(amount=100) == first
        assert len(world.sim.ledger.journal) == rows
        refused("IDEMPOTENCY_MISMATCH", partial(pay, amount=101))
        refund = world.links.refund(first.id, 50, instruction="r")
        rows = len(world.sim.ledger.journal)
        assert world.links.refund(first.id, 50, instruction="r") == refund
        assert len(world.sim.ledger.journal) == rows
        refused("IDEMPOTENCY_MISMATCH", partial(world.links.refund, first.id, 51, instruction="r"))
        assert kinds(world.links.find(first.id)).count("RefundRequest") == 1
        assert first.debited is not None and first.debited.currency == pair[0]  # noqa: PT018 - one fact


def test_a_payment_in_flight_is_not_sent_twice(world: World) -> None:
    world.answers = [U]
    code = world.shop("41000")
    quotes = world.rates("alipayplus", ("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD"))
    pay = partial(world.links.pay, code, "alipayplus", "inbound", payer="p@MPP", quotes=quotes)
    pay(instruction="x")
    refused("IN_FLIGHT", lambda: pay(instruction="x"))


def test_limits_count_what_goes_out_and_what_fails_gives_back(world: World) -> None:
    world.sim.add_customer("u", "A", tier="basic")
    world.sim.fund("u@A", Money("KHR", 3_000_000))
    held = world.pay_out(world.order(Money("USD", 400_00), SECOND), hold=True)
    refused("LIMIT_PER_DAY", lambda: world.pay_out(world.order(Money("USD", 100_00))))
    world.links.void(held.id)
    world.check()
    world.answers = [F]
    world.pay_out(world.order(Money("USD", 400_00), f"{SECOND}1"))
    world.check()
    paid = world.pay_out(world.order(Money("USD", 400_00), f"{SECOND}2"))
    world.links.refund(paid.id)
    refused("LIMIT_PER_DAY", lambda: world.pay_out(world.order(Money("USD", 100_00))))
    refused("LIMIT_PER_DAY", lambda: world.sim.pay(world.shop("400000"), payer="u@A"))
    world.time += DAY
    world.pay_out(world.order(Money("USD", 100_00)))


def test_caps_of_a_link_count_on_both_sides(world: World) -> None:
    world.sim.fund("u@A", Money("KHR", 9_000_000), "account")
    code = world.thaiqr()
    out = partial(world.corridor, "thailand", "outbound", code, "0.008")
    refused("LIMIT_PER_TX", lambda: out(amount="40000.01"))
    assert out(amount="40000").debited == Money("KHR", 5_000_000)
    shop = world.shop("5000001")
    refused("LIMIT_PER_TX", lambda: world.corridor("thailand", "inbound", shop, "0.0001"))


# Rates.


def test_rates_are_locked_used_once_and_end(world: World) -> None:
    links, order = world.links, world.order("USD", "https://shops.example.com/s/1")

    def pay(*quotes: str, hold: bool = False) -> CrossPayment:
        call = links.confirm if hold else links.pay
        return call(order, "alipayplus", "outbound", payer="u@A", amount=1, quotes=quotes)

    (one,) = world.rates("alipayplus", ("KHR", "USD", "4100", "USD"))
    held = pay(one, hold=True)
    refused("QUOTE_USED", lambda: pay(one))
    links.send(held.id)
    refused("QUOTE_USED", lambda: pay(one))
    (late,) = world.rates("alipayplus", ("KHR", "USD", "4100", "USD"), life=1000)
    world.time += 1000
    held = pay(late, hold=True)
    world.time += 1
    refused("QUOTE_EXPIRED", lambda: links.send(held.id))
    assert links.find(held.id).state is CrossState.FAILED
    (gone,) = world.rates("alipayplus", ("KHR", "USD", "4100", "USD"), life=1000)
    world.time += 1001
    refused("QUOTE_EXPIRED", lambda: pay(gone))
    (other,) = world.rates("alipayplus", ("KHR", "CNY", "570", "CNY"))
    refused("QUOTE_PAIR_MISMATCH", lambda: pay(other))
    refused("INSUFFICIENT_FUNDS", pay)  # without a rate the payer gives dollars
    two = world.rates("alipayplus", *[("KHR", "USD", "4100", "USD")] * 2)
    refused("QUOTE_PAIR_MISMATCH", lambda: pay(*two))
    refused("QUOTE_USED", lambda: pay(two[0], two[0]))
    refused("NOT_FOUND", lambda: pay("no such"))
    (strange,) = world.rates("vietnam", ("KHR", "VND", "6.25", "KHR"))
    refused("NOT_FOUND", lambda: pay(strange))
    assert links.quote(one).owner == "S"


def test_rates_expire_between_lock_and_answer_inbound(world: World) -> None:
    held = world.pay_in(world.shop("41000"), hold=True)
    world.time += 60_000
    assert world.links.send(held.id).state is CrossState.COMMITTED
    quotes = world.rates(
        "alipayplus", ("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD"), life=10
    )
    late = world.links.confirm(
        world.shop("42000"), "alipayplus", "inbound", payer="p@MPP", quotes=quotes
    )
    world.time += 11
    refused("QUOTE_EXPIRED", lambda: world.links.send(late.id))


# Money back.


PAYMENTS: dict[str, tuple[Callable[[World], CrossPayment], str]] = {
    "inbound": (lambda world: world.pay_in(world.shop("41000")), "41"),
    "outbound": (lambda world: world.pay_out(world.order()), "0.10"),
    "corridor in": (
        lambda world: world.corridor("vietnam", "inbound", world.shop("20000"), "6.25"), "20",
    ),
    "corridor out": (
        lambda world: world.corridor("vietnam", "outbound", world.vietqr(62_500), "6.25"), "50",
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", PAYMENTS)
def test_refunds_stop_at_the_payment(world: World, which: str) -> None:
    pay, unit = PAYMENTS[which]
    payment = pay(world)
    refund = partial(world.links.refund, payment.id)
    refund(unit)
    assert world.links.find(payment.id).state is CrossState.PARTIALLY_REFUNDED
    refused("REFUND_EXCEEDS_ORIGINAL", partial(refund, 62_500))
    world.time += 365 * DAY
    refund()
    found = world.links.find(payment.id)
    assert found.state is CrossState.REFUNDED
    assert payment.debited == (payment.debited and (payment.debited.currency, found.returned))
    refused("REFUND_EXCEEDS_ORIGINAL", refund)


@pytest.mark.parametrize("which", PAYMENTS)
def test_refunds_stop_at_their_time(world: World, which: str) -> None:
    pay, unit = PAYMENTS[which]
    payment = pay(world)
    refund = partial(world.links.refund, payment.id, unit)
    world.time += 365 * DAY
    refund()
    world.time += 1
    refused("REFUND_WINDOW", refund)
    refused("NOT_FOUND", lambda: world.links.refund("MPP/none"))


def test_a_refund_that_the_desk_gives_is_known_to_the_link(world: World) -> None:
    payment = world.pay_in(world.shop("41000"))
    world.sim.refund(payment.id, 20_500)
    assert world.links.find(payment.id).state is CrossState.PARTIALLY_REFUNDED
    assert world.balance("MPP wallet:p CNY") == 1000_00 - 35_50
    world.answers = [U]
    other = world.pay_in(world.shop("42000"))
    refused("NOT_FOUND", lambda: world.sim.refund(other.id))
    refused("ORIGINAL_NOT_COMMITTED", lambda: world.links.refund(other.id))


def test_a_part_before_the_credit_waits(world: World) -> None:
    world.sim.add_customer("m", "B", credit_days=1)
    payment = world.pay_in(world.shop("41000"))
    refused("IN_FLIGHT", lambda: world.links.refund(payment.id, 41))
    assert world.links.refund(payment.id).credited == Money("CNY", 71_00)
    assert world.links.find(payment.id).state is CrossState.REFUNDED


def test_a_part_of_which_nothing_arrives_is_refused(world: World) -> None:
    payment = world.pay_in(world.shop("41000"))
    refused("AMOUNT_NOT_POSITIVE", lambda: world.links.refund(payment.id, 1))


# The machine, and what is answered.


@pytest.mark.parametrize("state", list(CrossState))
def test_what_is_not_in_the_table_cannot_happen(world: World, state: CrossState) -> None:
    payment = world.pay_in(world.shop("41000"))._replace(state=state)
    for event in CrossEvent:
        if (state, event) in CROSS_MOVES:
            assert payment.after(event).state is CROSS_MOVES[state, event]
        else:
            refused("NOT_FOUND", partial(payment.after, event))


def test_every_state_and_event_of_the_table_is_used() -> None:
    assert {state for state, _ in CROSS_MOVES} | set(CROSS_MOVES.values()) == set(CrossState)
    assert {event for _, event in CROSS_MOVES} == set(CrossEvent)


def test_result_codes_are_those_of_alipay_plus() -> None:
    from khqr.settlement import REFUSALS

    for row in REFUSALS.values():
        assert {*row.alipayplus, *row.alipayplus_reported} <= set(RESULT_CODES)
