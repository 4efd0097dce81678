"""What links are given that they do not take: codes, names, rates, terms, answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import khqr
from khqr.emv.crc import checksum
from khqr.errors import KhqrError
from khqr.schemes import CreditTransfer, encode
from khqr.settlement import BookKind, Money, SettlementError, Simulation
from khqr.settlement.links import (
    CrossPayment,
    CrossState,
    Direction,
    Links,
    PartnerAnswer,
    Terms,
    alipayplus,
    vietnam,
)
from links_world import DAY, DOMAINS, ENTRY, MADE, ORDER, START, World, refused
from material import EXAMPLES

U, S = PartnerAnswer.UNKNOWN, PartnerAnswer.SUCCESS
SLIP = "0039000600000101030000218DEMO202601010000015102TH91043805"
STICKER = (
    "00020101021126640010com.alipay0146https://qr.example.kh/28100004123456789012345630430017"
    "dev_merchant@devb01061234560208Dev Bank5204581453031165802KH5909Dev Store6010Phnom Penh"
    "62280311Coffee Shop0709Cashier_1630498B1"
)


def resealed(text: str, old: str, new: str) -> str:
    """Return a code with one piece of text of the same length changed, and its CRC."""
    assert len(old) == len(new)
    assert old in text
    body = text.replace(old, new)[:-4]
    return f"{body}{checksum(body)}"


@pytest.fixture(autouse=True)
def every_world_ends_sound() -> Iterator[None]:
    MADE.clear()
    yield
    for world in MADE:
        world.check()


def out(world: World, link: str, code: Any, **more: Any) -> CrossPayment:
    return world.links.pay(code, link, "outbound", payer="u@A", source="account", **more)


def test_codes_that_a_corridor_does_not_pay() -> None:
    world = World()
    viet = world.vietqr(62_500)
    for link, code in [
        ("thailand", viet),
        ("vietnam", world.thaiqr("1.00")),
        ("malaysia", viet),
        ("vietnam", world.shop("41000")),
        ("vietnam", STICKER),
        ("vietnam", viet[:-4] + "0000"),
        ("thailand", SLIP),
        ("vietnam", ""),
        ("vietnam", "x" * 100_000),
        ("vietnam", "\ud800"),
        ("vietnam", b"\xff\xfe"),
        ("vietnam", "https://qr.example.com/281000041234567890123456"),
        ("vietnam", resealed(viet, "62500", "0x500")),
        ("alipayplus", viet),
        ("alipayplus", world.shop("41000")),
        ("alipayplus", "https://qr.example.com/281000049999999999999999"),
        ("alipayplus", "251001020123456789012345"),
        ("alipayplus", "https://qr.alipay.com/" + "x" * 600),
        ("alipayplus", b"\xff"),
        ("alipayplus", "https://unknown.example.org/menu"),
    ]:
        with pytest.raises(SettlementError) as refusal:
            out(world, link, code)
        assert refusal.value.name == "QR_INVALID", (link, code, refusal.value)
    assert not world.links.payments
    world.check()


def test_codes_in_a_currency_or_of_a_payee_that_nobody_knows() -> None:
    world = World()
    viet = world.vietqr(62_500)
    with pytest.raises(SettlementError, match=r"QR_INVALID|CURRENCY_NOT_SUPPORTED"):
        out(world, "vietnam", resealed(viet, "5303704", "5303840"))
    stranger = encode(CreditTransfer(mobile="0066000000002", amount=Decimal("1.00")))
    quotes = world.rates("thailand", ("KHR", "THB", "0.008", "KHR"))
    refused("UNKNOWN_ACCOUNT", lambda: out(world, "thailand", stranger, quotes=quotes))
    one_time = encode(CreditTransfer(e_wallet="000000000000001"))
    refused("UNKNOWN_ACCOUNT", lambda: out(world, "thailand", one_time, amount=1))
    nobody = "00020101021129200016A00000067701011153037645802TH6304"
    refused("UNKNOWN_ACCOUNT", lambda: out(world, "thailand", nobody + checksum(nobody), amount=1))


def test_amounts_abroad_keep_to_their_code() -> None:
    world = World()
    dynamic, static = world.vietqr(62_500), world.vietqr()
    refused("QR_AMOUNT_MISMATCH", lambda: out(world, "vietnam", dynamic, amount=62_501))
    refused("QR_AMOUNT_MISMATCH", lambda: out(world, "vietnam", static))
    refused("QR_AMOUNT_MISMATCH", lambda: out(world, "vietnam", static, amount=Money("KHR", 5)))
    refused("AMOUNT_PRECISION", lambda: out(world, "vietnam", static, amount="0.5"))
    refused("AMOUNT_NOT_POSITIVE", lambda: out(world, "vietnam", static, amount=0))
    refused("AMOUNT_NOT_POSITIVE", lambda: out(world, "vietnam", static, amount=Money("VND", -1)))
    refused("AMOUNT_TOO_LARGE", lambda: out(world, "vietnam", static, amount=99 * 10**17))
    for amount in (1.5, True, Money("VND", True), Money("VND", 1.5)):  # type: ignore[arg-type] # hostile
        with pytest.raises(TypeError):
            out(world, "vietnam", static, amount=amount)
    same = partial(world.corridor, "vietnam", "outbound", dynamic, "6.25")
    same(amount=62_500)
    refused("QR_CONSUMED", same)
    lower = dynamic[:-4] + dynamic[-4:].lower()
    with pytest.raises(SettlementError, match=r"QR_CONSUMED|QR_INVALID"):
        world.corridor("vietnam", "outbound", lower, "6.25")
    world.check()


def test_amounts_that_no_message_can_hold() -> None:
    world = World([alipayplus(dollar_codes=True, domains=DOMAINS)])
    code = world.shop()
    price = "999999999"
    quotes = world.rates(
        "alipayplus", ("CNY", "USD", price, "USD"), ("USD", "KHR", "0.000001", "USD")
    )
    pay = partial(world.links.pay, code, "alipayplus", "inbound", payer="p@MPP")
    refused("AMOUNT_TOO_LARGE", lambda: pay(amount=10**6, quotes=quotes))
    refused("AMOUNT_TOO_LARGE", lambda: pay(amount=10**12, quotes=quotes))
    entry = world.order("USD", ENTRY)
    refused("AMOUNT_TOO_LARGE", lambda: out(world, "alipayplus", entry, amount=5 * 10**16))
    world.check()


def test_a_clock_that_no_message_can_hold() -> None:
    world = World()
    code = world.shop()
    quotes = world.rates("alipayplus", ("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD"))
    known = world.links._ends.quotes._quotes
    for quote in quotes:
        known[quote] = known[quote]._replace(expires_at=10**15)
    pay = partial(world.links.pay, code, "alipayplus", "inbound", payer="p@MPP", amount=41_000)
    refused("CLOCK_INVALID", lambda: pay(quotes=quotes))
    world.check()


@pytest.mark.parametrize(
    ("payer", "name"),
    [
        ("p", "UNKNOWN_ACCOUNT"),
        ("p@", "UNKNOWN_ACCOUNT"),
        ("@MPP", "ACCOUNT_ID_INVALID"),
        ("p@ALP", "UNKNOWN_ACCOUNT"),
        ("p@A", "UNKNOWN_ACCOUNT"),
        ("p@q@MPP", "UNKNOWN_ACCOUNT"),
        ("p q@MPP", "ACCOUNT_ID_INVALID"),
        ("\ud800@MPP", "INSTRUCTION_ID_INVALID"),
        ("x" * 33 + "@MPP", "ACCOUNT_ID_INVALID"),
        ("x" * 999 + "@MPP", "INSTRUCTION_ID_INVALID"),
        ("p@M/P", "INSTRUCTION_ID_INVALID"),
    ],
)
def test_payers_abroad_that_there_are_not(payer: str, name: str) -> None:
    world = World()
    quotes = world.rates("alipayplus", ("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD"))
    code = world.shop("41000")
    pay = partial(world.links.pay, code, "alipayplus", "inbound", payer=payer, quotes=quotes)
    refused(name, pay)
    world.check()


def test_payees_of_a_khqr_that_there_are_not() -> None:
    world = World()
    refused("UNKNOWN_ACCOUNT", lambda: world.pay_in(world.shop("41000", account="khqr@Z")))
    nobody = khqr.encode(khqr.Individual(bakong_account_id="x@B", merchant_name="Demo User"))
    refused("UNKNOWN_ACCOUNT", lambda: world.pay_in(nobody, amount=41))
    pay = partial(world.links.pay, link="alipayplus", direction="inbound", payer="p@MPP")
    refused("QR_INVALID", lambda: pay(world.vietqr(62_500)))
    refused("QR_AMOUNT_MISMATCH", lambda: world.pay_in(world.shop("41000"), amount=42_000))
    code = world.shop("41000")
    early = resealed(code, f"0113{START + 600_000}", f"0113{START - 1}")
    refused("QR_EXPIRY_IN_PAST", lambda: world.pay_in(early))
    endless = code[: code.index("9934")] + "6304"
    refused("QR_EXPIRY_MISSING", lambda: world.pay_in(endless + checksum(endless)))
    tip = code[:-8] + "550201" + "6304"
    refused("QR_INVALID", lambda: world.pay_in(tip + checksum(tip)))
    world.check()


def test_payers_here_who_may_not() -> None:
    world = World()
    order = world.order()
    refused("UNKNOWN_ACCOUNT", lambda: world.pay_out(order, payer="x@A"))
    refused("INSUFFICIENT_FUNDS", lambda: world.pay_out(order, payer="v@A"))
    world.sim.freeze("v@A")
    refused("ACCOUNT_FROZEN", lambda: world.pay_out(order, payer="v@A"))
    world.sim.add_customer("v", "A", tier="none")
    refused("KYC_TIER", lambda: world.pay_out(order, payer="v@A"))
    world.check()


def test_wrong_types_are_type_errors() -> None:
    world = World()
    code, links = world.shop("41000"), world.links
    given_: list[Callable[[], object]] = [
        lambda: links.pay(code, "alipayplus", "inbound", payer=None),  # type: ignore[arg-type] # hostile
        lambda: links.pay(code, "alipayplus", "sideways", payer="p@MPP"),
        lambda: links.pay(code, "alipayplus", "inbound", payer="p@MPP", source="purse"),
        lambda: links.pay(None, "alipayplus", "inbound", payer="p@MPP"),  # type: ignore[arg-type] # hostile
        lambda: links.pay(None, "vietnam", "outbound", payer="u@A"),  # type: ignore[arg-type] # hostile
        lambda: links.pay(None, "alipayplus", "outbound", payer="u@A"),  # type: ignore[arg-type] # hostile
        lambda: links.pay(code, "alipayplus", "inbound", payer="p@MPP", quotes="n1"),
        lambda: links.pay(code, "alipayplus", "inbound", payer="p@MPP", quotes=[1]),  # type: ignore[list-item] # hostile
        lambda: links.pay(code, "alipayplus", "inbound", payer="p@MPP", instruction=1.5),  # type: ignore[arg-type] # hostile
        lambda: links.fund(None, Money("CNY", 1)),  # type: ignore[arg-type] # hostile
        lambda: world.order(Money("USD", 1.5)),  # type: ignore[arg-type] # hostile
        lambda: links.offer("vietnam", "KHR", "VND", 6.25),  # type: ignore[arg-type] # hostile
        lambda: links.offer("vietnam", "KHR", "VND", True),
        lambda: links.offer("vietnam", "KHR", "VND", 6, life=-1),
        lambda: links.offer("vietnam", "KHR", "VND", 6, life=10**30),
        lambda: links.notify("x", "maybe") if links.payments else one_refused(world),
        lambda: Terms(name="x", sponsor="S", partner="X", currency="THB", fee=10_000),
        lambda: Terms(name="x", sponsor="S", partner="X", currency="THB", fee=1.5),  # type: ignore[arg-type] # hostile
    ]
    for call in given_:
        with pytest.raises(TypeError):
            call()
    world.check()


def one_refused(world: World) -> None:
    """Give a payment an answer that is none."""
    world.links.notify(world.pay_in(world.shop("7"), hold=True).id, "maybe")


def test_an_answer_that_is_none_leaves_the_payment_without_one() -> None:
    world = World()
    world.links.ask = lambda _: "yes"  # type: ignore[assignment,return-value] # hostile
    with pytest.raises(TypeError):
        world.pay_in(world.shop("41000"), number="x")
    assert world.links.find("MPP/x").state is CrossState.WAITING
    assert world.balance("B casa:m KHR") == 0
    world.links.ask = world.answer
    assert world.links.inquire("MPP/x").state is CrossState.COMMITTED
    world.check()


BAD_PRICES: tuple[int | str | Decimal, ...] = (
    *("0", "0.0", "-1", "1e3", "NaN", "", "1/3", "9" * 10, "1." + "0" * 10, " 1", 0, 10**30),
    *map(Decimal, ("NaN", "-1", "0", "1E+999999", "1E-30")),
)


@pytest.mark.parametrize("price", BAD_PRICES)
def test_prices_that_are_none(price: int | str | Decimal) -> None:
    world = World()
    refused("AMOUNT_NOT_POSITIVE", lambda: world.links.offer("vietnam", "KHR", "VND", price))


def test_pairs_that_are_none() -> None:
    world = World()
    offer = partial(world.links.offer, "vietnam")
    for sold, bought, base in (
        ("KHR", "KHR", None), ("KHR", "XXX", None), ("XXX", "KHR", None), ("KHR", "VND", "USD"),
    ):  # fmt: skip
        refused("QUOTE_PAIR_MISMATCH", partial(offer, sold, bought, 1, base=base))
    refused("NOT_FOUND", lambda: world.links.offer("moon", "KHR", "VND", 1))
    refused("NOT_FOUND", lambda: world.links.quote("none"))
    refused("UNKNOWN_ACCOUNT", lambda: offer("KHR", "VND", 1, owner="Z"))
    world.sim.ids = lambda: "same"
    offer("KHR", "VND", 1)
    refused("IDEMPOTENCY_MISMATCH", lambda: offer("KHR", "VND", 2))


def test_links_and_directions_that_are_not_open() -> None:
    one_way = Terms(
        name="one", sponsor="S", partner="X", currency="VND", codes=("vietqr",),
        directions=frozenset({Direction.OUTBOUND}),
    )  # fmt: skip
    world = World([one_way])
    refused("NOT_FOUND", lambda: world.links.pay(world.shop("7"), "one", "inbound", payer="p@F"))
    refused("NOT_FOUND", lambda: world.links.pay("x", "two", "outbound", payer="u@A"))
    for call in (world.links.send, world.links.void, world.links.inquire, world.links.cancel):
        refused("NOT_FOUND", partial(call, "A/none"))


def test_payers_of_a_corridor_give_the_currency_of_the_link() -> None:
    world = World()
    quotes = world.rates("vietnam", ("MYR", "VND", "5000", "MYR"), ("VND", "KHR", "6.25", "KHR"))
    pay = partial(world.links.pay, world.shop("7"), "vietnam", "inbound", payer="p@F")
    refused("CURRENCY_NOT_SUPPORTED", lambda: pay(quotes=quotes))


def terms(**changed: Any) -> Terms:
    usual = {"name": "one", "sponsor": "S", "partner": "X", "currency": "VND"}
    return Terms(**{**usual, **changed})


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (lambda: [terms(sponsor="Z")], "UNKNOWN_ACCOUNT"),
        (lambda: [terms(sponsor="X")], "UNKNOWN_ACCOUNT"),
        (lambda: [terms(partner="A")], "UNKNOWN_ACCOUNT"),
        (lambda: [terms(rate_owner="Z")], "UNKNOWN_ACCOUNT"),
        (lambda: [terms(), terms()], "ACCOUNT_DIFFERS"),
        (lambda: [terms(currency="XXX")], "CURRENCY_NOT_SUPPORTED"),
        (lambda: [terms(caps={"XXX": 1})], "CURRENCY_NOT_SUPPORTED"),
    ],
)
def test_terms_that_do_not_fit(made: Callable[[], list[Terms]], name: str) -> None:
    refused(name, lambda: World(made()))


def test_a_simulation_has_one_set_of_links() -> None:
    world = World()
    refused("ACCOUNT_DIFFERS", lambda: Links(world.sim, []))


def test_directories_refuse_what_is_not_abroad() -> None:
    links = World().links
    refused("UNKNOWN_ACCOUNT", lambda: links.add_payee("vietnam", "1/2", "X", "casa:x"))
    refused("UNKNOWN_ACCOUNT", lambda: links.add_payee("vietnam", "1/2", "A", "casa:x"))
    refused("UNKNOWN_ACCOUNT", lambda: links.add_payee("vietnam", "1/2", "F", "purse:x"))
    refused("ACCOUNT_ID_INVALID", lambda: links.add_payee("vietnam", "1/2", "F", "casa:x y"))
    add = partial(links.add_order, "alipayplus")
    refused("QR_INVALID", lambda: add("https://example.org/menu", "ACQ", "am", "USD"))
    refused("QR_INVALID", lambda: add("251001020123456789012345", "ACQ", "am", "USD"))
    refused("CURRENCY_NOT_SUPPORTED", lambda: add(ENTRY, "ACQ", "am", "XXX"))
    refused("ACCOUNT_ID_INVALID", lambda: add(ENTRY, "ACQ", "a/m", "USD"))
    refused("UNKNOWN_ACCOUNT", lambda: add(ENTRY, "B", "am", "USD"))


def test_numbers_of_payments_that_make_no_name_of_an_account() -> None:
    world = World()
    world.sim.fund("v@A", Money("KHR", 900_000))
    world.sim.add_customer("w", "B")
    world.sim.fund("w@B", Money("KHR", 900_000))
    code = world.order("USD", ENTRY)
    names = set()
    numbers = ("1", "a b/c", "x" * 40, "A.2", "ខ្មែរ", "A.6", "A.7", "y z", "A.8", "B.9")
    for number, payer in (*((one, "u@A") for one in numbers), ("1", "w@B"), ("2", "v@A")):
        payment = world.pay_out(code, amount=1, number=number, payer=payer)
        assert payment.state is CrossState.COMMITTED
        assert world.links.find(payment.id) == payment
        names.add(payment.held_as)
    assert len(names) == 12
    refused("INSTRUCTION_ID_INVALID", lambda: world.pay_out(code, amount=1, number="x" * 120))
    world.check()


def test_a_customer_of_the_bank_of_the_link_needs_no_hop() -> None:
    world = World()
    world.sim.fund("s@S", Money("KHR", 900_000))
    world.answers = [U]
    payment = world.pay_out(world.order(), payer="s@S")
    assert not [one for one in world.postings(payment.hop) if one[0] == "NBC"]
    assert world.links.cancel(payment.id).state is CrossState.CANCELLED
    assert world.balance("S wallet:s KHR") == 900_000
    world.check()


def test_an_answer_that_comes_while_the_other_end_is_asked() -> None:
    """The first answer counts, and what the asking gives after it changes nothing."""
    world = World()
    said: list[CrossState] = []

    def late(payment: CrossPayment) -> PartnerAnswer:
        said.append(world.links.notify(payment.id, S).state)
        return PartnerAnswer.FAILURE

    world.links.ask = late
    for payment in (world.pay_in(world.shop("41000")), world.pay_out(world.order())):
        assert payment.state is CrossState.COMMITTED
    assert said == [CrossState.COMMITTED] * 2
    world.links.ask = lambda _: U
    unknown = world.pay_in(world.shop("42000"))
    world.links.ask = late
    assert world.links.inquire(unknown.id).state is CrossState.COMMITTED
    world.links.ask = world.answer
    world.answers = [U]
    twice = world.pay_out(world.order(text="https://qr.example.com/281000040001"))
    world.links.ask = lambda payment: again(world, payment)
    assert world.links.cancel(twice.id).state is CrossState.CANCELLED
    world.check()


def again(world: World, payment: CrossPayment) -> PartnerAnswer:
    """Cancel once more while the cancel is asked about."""
    world.links.ask = world.answer
    world.links.cancel(payment.id)
    return U


def test_threads_pay_one_code_once() -> None:
    world = World()
    code = world.shop("41000")
    found: list[str] = []

    def pay(call: Callable[[str], Any]) -> None:
        try:
            found.append(call(code).state.value)
        except SettlementError as refusal:
            found.append(refusal.name)

    calls: list[Callable[[str], Any]] = [
        world.pay_in,
        lambda text: world.sim.pay(text, payer="u@A"),
    ]
    threads = [Thread(target=pay, args=(call,)) for call in calls * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found)[:15] == ["QR_CONSUMED"] * 15
    assert world.balance("B casa:m KHR") == 41_000
    world.check()


def test_a_refused_id_may_run_again_where_that_is_agreed() -> None:
    world = World(refused="retry")
    code = world.shop()
    quotes = world.rates(
        "alipayplus", ("CNY", "USD", "7.1", "USD"), ("USD", "KHR", "4100", "USD"), life=600_000
    )
    left = world.balance("S bsa KHR")
    world.sim.books.run("redeem", {"bank": "S"}, {"amount": Money("KHR", left)})
    pay = partial(
        world.links.pay, code, "alipayplus", "inbound", payer="p@MPP", amount=41_000, quotes=quotes,
        instruction="x",
    )  # fmt: skip
    refused("INSUFFICIENT_SETTLEMENT_BALANCE", pay)
    world.sim.fund_bank("S", Money("KHR", left))
    assert pay().state is CrossState.COMMITTED
    world.check()


def test_the_hub_may_settle_in_riel_or_the_payer_in_dollars() -> None:
    world = World([alipayplus(currency="KHR", fee=100)])
    quotes = world.rates("alipayplus", ("CNY", "KHR", "577.46", "CNY"))
    payment = world.links.pay(
        world.shop("41000"), "alipayplus", "inbound", payer="p@MPP", quotes=quotes
    )
    assert (payment.gross, payment.fee) == (Money("KHR", 41_000), 410)
    world.links.refund(payment.id, 20_500)
    world.check()
    world = World()
    world.links.fund("p@MPP", Money("USD", 100_00))
    quotes = world.rates("alipayplus", ("USD", "KHR", "4100", "USD"))
    payment = world.links.pay(
        world.shop("41000"), "alipayplus", "inbound", payer="p@MPP", quotes=quotes
    )
    assert payment.debited == payment.gross == Money("USD", 10_00)
    world.check()


def test_an_audit_of_links_works_without_any_payment() -> None:
    simulation = Simulation(
        {"S": BookKind.INSTITUTION, "X": BookKind.FOREIGN}, clock=lambda: 0, ids=lambda: "1"
    )
    links = Links(simulation, [vietnam()])
    assert links.audit().sweep() == []
    assert dict(links.terms) == {"vietnam": vietnam()}


@settings(max_examples=min(EXAMPLES, 300))
@given(st.text(max_size=60) | st.binary(max_size=60), st.sampled_from(["vietnam", "alipayplus"]))
def test_any_text_is_refused_by_name(text: str | bytes, link: str) -> None:
    world = _EMPTY
    for direction, payer in (("outbound", "u@A"), ("inbound", "p@MPP")):
        with pytest.raises(KhqrError):
            world.links.pay(text, link, direction, payer=payer)
    assert not world.links.payments


_EMPTY = World()


def test_a_push_that_is_not_of_its_code_is_refused() -> None:
    world = World()
    held = world.pay_in(world.shop("41000"), hold=True)
    dialogue = world.links._ends.dialogues["alipayplus"]
    other = held._replace(money=Money("KHR", 42_000))
    refused("QR_AMOUNT_MISMATCH", lambda: dialogue.pushed(other))


def test_a_guest_of_a_corridor_without_money() -> None:
    world = World()
    code = world.shop("9000000")
    refused("INSUFFICIENT_FUNDS", lambda: world.corridor("vietnam", "inbound", code, "6.25"))
    assert next(iter(world.links.payments.values())).messages == ()
    world.check()


def test_ids_that_are_too_long_for_a_message_go_by_their_hash() -> None:
    world = World()
    assert world.links.ask == world.answer
    payment = world.pay_in(world.shop("41000"), number="x" * 70)
    refund = world.links.refund(payment.id, 41, instruction="y" * 70)
    asked, told = (one.message.to_document() for one in world.links.find(payment.id).messages[-2:])
    assert refund.id not in asked.values()
    assert told["refundAmount"] == {"currency": "KHR", "value": "4100"}
    assert all(len(str(one)) <= 64 for one in (asked["paymentId"], asked["refundRequestId"]))
    world.check()


def test_terms_and_codes_of_two_currencies_do_not_meet() -> None:
    """What a code asks for is never read in another currency than its own."""
    wrong = Terms(name="one", sponsor="S", partner="X", currency="USD", codes=("vietqr",))
    world = World([vietnam(), wrong])
    code = world.vietqr(62_500)
    refused("CURRENCY_NOT_SUPPORTED", lambda: out(world, "one", code))
    strange = Terms(name="two", sponsor="S", partner="X", currency="USD", codes=("khqr",))
    world = World([strange])
    refused("QR_INVALID", lambda: out(world, "two", world.shop("41000")))


def test_a_refused_refund_is_known_as_refused() -> None:
    world = World()
    payment = world.pay_out(world.order())
    refund = partial(world.links.refund, payment.id, instruction="r")
    refused("REFUND_EXCEEDS_ORIGINAL", lambda: refund("20.01"))
    refused("ALREADY_REFUSED", lambda: refund("20.01"))
    world.links.refund(payment.id, "0.50")
    out = world.corridor("vietnam", "outbound", world.vietqr(62_500), "6.25")
    all_ = Money("VND", 62_500)
    world.sim.books.run(
        "refund.corridor.out",
        {"foreign_bank": "F", "payee": "casa:fm", "partner": "X", "sponsor": "S",
         "payer_bank": "A", "payer": "casa:u"},
        {"taken": all_, "returned": all_, "credited": Money("KHR", 1)},
    )  # fmt: skip
    refused("INSUFFICIENT_FUNDS", lambda: world.links.cancel(out.id))
    outcome = world.sim.ledger.outcome(f"refund/cancel/{out.id}")
    assert outcome is not None
    assert (outcome.state.value, outcome.refusal) == ("refused", "INSUFFICIENT_FUNDS")


def test_time_passes_for_a_void_too() -> None:
    for pay in (World.pay_in, World.pay_out):
        world = World()
        code = world.shop("41000") if pay is World.pay_in else world.order()
        held = pay(world, code, hold=True)
        world.time += 60_001
        refused("HOLD_EXPIRED", partial(world.links.void, held.id))
        world.check()


def test_a_stranger_spends_no_id() -> None:
    world = World()
    refused("UNKNOWN_ACCOUNT", lambda: world.pay_out(world.order(), payer="x@A", number="1"))
    refused("UNKNOWN_ACCOUNT", lambda: world.links.pay(
        world.shop("7"), "alipayplus", "inbound", payer="p@B", instruction="1"))  # fmt: skip
    assert not world.links.payments
    assert world.sim.ledger.outcome("pay/A/1") is None


HUGE = 10**5000


def test_a_number_too_long_to_write_out_is_refused_as_any_other() -> None:
    world = World()
    links, sim = world.links, world.sim
    for call in (
        links.find,
        links.send,
        links.inquire,
        links.cancel,
        links.void,
        links.quote,
        links.transactions,
        sim.find,
        sim.submit,
        sim.void,
        sim.inquire,
        sim.refund,
    ):
        refused("NOT_FOUND", partial(call, HUGE))  # type: ignore[arg-type] # what is refused
    refused("UNKNOWN_ACCOUNT", partial(sim.customer, HUGE))  # type: ignore[arg-type] # what is refused
    refused("UNKNOWN_ACCOUNT", partial(sim.add_customer, "x", HUGE))  # type: ignore[arg-type] # what is refused
    refused("UNKNOWN_ACCOUNT", partial(links.add_payee, "vietnam", "1/2", HUGE, "casa:x"))  # type: ignore[arg-type] # what is refused
    refused("NOT_FOUND", partial(links.offer, HUGE, "KHR", "VND", 1))  # type: ignore[arg-type] # what is refused
    refused("QUOTE_PAIR_MISMATCH", partial(links.offer, "vietnam", HUGE, "VND", 1))  # type: ignore[arg-type] # what is refused
    refused("QUOTE_PAIR_MISMATCH", partial(sim.offer, "A", HUGE, "KHR", 1))  # type: ignore[arg-type] # what is refused
    refused("UNKNOWN_ACCOUNT", partial(links.offer, "vietnam", "KHR", "VND", 1, owner=HUGE))  # type: ignore[arg-type] # what is refused
    refused("CURRENCY_NOT_SUPPORTED", partial(Terms, name="x", sponsor="S", partner="X",
                                              currency=HUGE))  # type: ignore[arg-type] # what is refused # fmt: skip
    with pytest.raises(TypeError, match="a merchant is known by a str"):
        links.add_order("alipayplus", ORDER, "ACQ", HUGE, "USD")  # type: ignore[arg-type] # what is refused
    with pytest.raises(TypeError, match="the code of a bank is str"):
        sim.fund_bank(HUGE, Money("KHR", 1))  # type: ignore[arg-type] # what is refused
    with pytest.raises(TypeError, match="Direction is"):
        links.confirm("", "vietnam", HUGE, payer="u@A")  # type: ignore[arg-type] # what is refused
    world.check()


@pytest.mark.parametrize("wrong", ["", "KHR", b"", [], {}, (), [None], None, 5])
def test_money_is_money(wrong: Any) -> None:
    world = World()
    for call in (
        partial(world.sim.fund_bank, "A"),
        partial(world.sim.fund, "u@A"),
        partial(world.links.fund, "p@F"),
    ):
        with pytest.raises(TypeError, match="an amount is Money"):
            call(wrong)
    world.check()


def test_cash_is_paid_in_wholly_or_not() -> None:
    world = World(funded=False)
    cash = Money("KHR", 5_000)
    with pytest.raises(TypeError, match="Source is"):
        world.sim.fund("u@A", cash, "purse")
    refused(
        "INSUFFICIENT_SETTLEMENT_BALANCE", lambda: world.sim.fund("u@A", cash)
    )  # the bank has no tokens
    assert world.balance("A casa:u KHR") == 0
    world.check()


@pytest.mark.parametrize(
    "wrong",
    [
        {"caps": []},
        {"caps": {"KHR": "5"}},
        {"caps": {"KHR": True}},
        {"caps": {"KHR": 0}},
        {"hours_east": "8"},
        {"hours_east": 15},
        {"cancel_minutes": None},
        {"cancel_minutes": -1},
        {"cancel_minutes": 10**20},
    ],
)
def test_terms_that_no_payment_could_be_made_by(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Terms(name="x", sponsor="S", partner="X", currency="VND", **wrong)


@pytest.mark.parametrize(("sent_in", "late"), [(19_999, 15), (20_000, 24 * 60 + 15)])
def test_a_payment_waits_as_long_as_it_may_be_cancelled(sent_in: int, late: int) -> None:
    """Confirmed 20 s before midnight in UTC+8: the day that counts is that on which it was sent."""
    world = World()
    midnight = START - START % DAY + 16 * 3_600_000
    world.time = midnight - 20_000
    held = world.pay_in(world.shop("41000"), hold=True)
    world.time += sent_in
    world.answers = [U, U, U]
    assert world.links.send(held.id).state is CrossState.UNKNOWN
    world.time = midnight + late * 60_000
    assert world.links.inquire(held.id).state is CrossState.UNKNOWN
    world.check()
    world.time += 1
    assert world.links.inquire(held.id).state is CrossState.FAILED
    assert world.sim.ledger.available(world.sim.books.account("S", "bsa", "KHR")) == 500_000_000
    world.check()


@pytest.mark.parametrize("back", ["refund", "cancel"])
def test_recovery_keeps_what_went_back_from_abroad(back: str) -> None:
    """A payment that went out is one of the links, not of the simulation."""
    world = World()
    payment = world.pay_out(world.order())
    if back == "refund":
        first = world.links.refund(payment.id, "1.00", instruction="r")
    else:
        world.links.cancel(payment.id)
    before = dict(world.links.payments)
    refunds = dict(world.sim.refunds)
    world.sim.recover()
    assert world.links.payments == before
    assert world.sim.refunds == refunds
    if back == "refund":
        assert world.links.refund(payment.id, "1.00", instruction="r") == first
    world.check()


@pytest.mark.parametrize(
    "pay", [lambda w: w.pay_in(w.shop("41000")), lambda w: w.pay_out(w.order())]
)
def test_what_was_sent_and_not_heard_of_is_not_called_posted(
    pay: Callable[[World], object],
) -> None:
    world = World()

    def broken_off(payment: CrossPayment) -> PartnerAnswer:
        raise ConnectionError(payment.id)

    world.links.ask = broken_off
    with pytest.raises(ConnectionError):
        pay(world)
    (payment,) = world.links.payments.values()
    assert payment.state is CrossState.WAITING
    refused("RESULT_UNKNOWN", partial(world.links.void, payment.id))
    world.check()
