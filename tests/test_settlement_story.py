"""The story: what it tells is what the journal says."""

from __future__ import annotations

from collections import defaultdict

import pytest

from khqr.settlement import (
    INVARIANTS,
    Audit,
    Money,
    journal_lines,
    payment_invariants,
    read_code,
)
from khqr.settlement.clearing import clearing_invariants
from khqr.settlement.ledger.chart import TOKEN_LEDGER
from khqr.settlement.links import link_invariants
from khqr.settlement.report.words import clock_text
from khqr.settlement.story import Scene, Story, tell, worded
from khqr.settlement.story.chapters import CHAPTERS, Chapter
from khqr.settlement.story.saying import Listener
from khqr.settlement.story.stage import PARTICIPANTS, Stage
from khqr.settlement.story.words import about_book

STORY = tell()
LEDGER = STORY.simulation.ledger


def scene(title: str) -> Scene:
    return next(one for one in STORY.scenes if title in one.title)


def facts(title: str) -> dict[str, str]:
    return dict(scene(title).facts)


def test_every_chapter_is_told_in_order() -> None:
    assert [one.title for one in STORY.scenes] == [one.title for one in CHAPTERS]
    assert [one.number for one in STORY.scenes] == list(range(1, len(CHAPTERS) + 1))
    times = [one.time for one in STORY.scenes]
    assert times == sorted(times)
    assert len({one.part for one in STORY.scenes}) == 5
    assert all(40 < len(one.text) < 500 and one.facts for one in STORY.scenes)


def test_it_is_the_same_story_every_time() -> None:
    again = tell()
    assert again.scenes == STORY.scenes
    assert list(journal_lines(again.simulation.ledger)) == list(journal_lines(LEDGER))


def test_the_pages_are_the_journal_and_nothing_else() -> None:
    told = [
        (page.book, line.account, (line.debit or line.credit), line.debit is not None)
        for one in STORY.scenes
        for page in one.pages
        for line in page.lines
    ]
    posted = [
        side
        for row in LEDGER.journal.rows()
        for debit, credit in LEDGER.state.pairs(row)
        for side in (
            (LEDGER.account(debit), row.amount, True),
            (LEDGER.account(credit), row.amount, False),
        )
    ]
    written = [
        (account.book, account.name, Money(account.currency, amount), is_debit)
        for account, amount, is_debit in posted
    ]
    assert sorted(told, key=str) == sorted(written, key=str)
    assert len(told) > 100


def test_running_balances_end_where_the_ledger_does() -> None:
    last: dict[tuple[str, str, str], int] = {}
    for one in STORY.scenes:
        for page in one.pages:
            for line in page.lines:
                last[page.book, line.account, line.balance.currency] = line.balance.units
    for number, account in enumerate(LEDGER.state.accounts.rows):
        assert last.get(account[:3], 0) == LEDGER.balance(number)
    assert last["deva", "wallet:dara", "KHR"] == 200_000 - 50_000 - 41_000


def test_every_page_balances() -> None:
    for one in STORY.scenes:
        for page in one.pages:
            sums: dict[str, int] = defaultdict(int)
            for line in page.lines:
                assert (line.debit is None) is not (line.credit is None)
                for money, sign in ((line.debit, 1), (line.credit, -1)):
                    if money is not None:
                        sums[money.currency] += sign * money.units
            assert set(sums.values()) == {0}
            assert page.about == about_book(page.book) != ""


def test_tokens_are_those_of_the_register() -> None:
    for one in STORY.scenes:
        register = [page for page in one.pages if page.book == TOKEN_LEDGER]
        assert len(one.tokens) == sum(len(page.lines) for page in register) // 2
    assert scene("hops").tokens == (("dara@deva", "khqr@devb", Money("KHR", 50_000)),)
    assert len(scene("Three banks").tokens) == 3


def test_what_the_payment_at_home_says() -> None:
    assert facts("confirms") == {
        "state of the payment": "held",
        "balance of the wallet": "200,000 riel",
        "of it set aside": "50,000 riel",
        "left to spend": "150,000 riel",
    }
    assert facts("hops")["state of the payment"] == "received"
    asked = facts("asks whether")
    assert (asked["responseCode"], asked["amount"], asked["trackingStatus"]) == (
        "0", "50000", "RECEIVE_AT_RECEIVER_BANK",
    )  # fmt: skip
    assert facts("came yesterday")["state of Dara's payment"] == "acknowledged"
    assert facts("came yesterday")["state of the visitor's payment"] == "acknowledged"
    assert scene("shows a code").pages == ()


def test_the_amounts_come_out_of_the_rates() -> None:
    """By hand: 20,000 / 4,100 is 4.878, times 7.1 it is 34.648; of 4.88 a hundredth is 0.0488."""
    assert facts("scans the shop")["20,000 riel / 4100, rounded up"] == "4.88 US dollars"
    assert facts("scans the shop")["4.88 US dollars x 7.1, rounded up"] == "34.65 yuan"
    assert facts("scans the shop")["the hub keeps 100 of 10,000, rounded down"] == "0.04 US dollars"
    assert facts("scans a code")["10.00 US dollars x 4100"] == "41,000 riel"
    assert facts("scans a code")["the hub keeps 100 of 10,000"] == "0.10 US dollars"
    assert facts("everybody posts")["the visitor's wallet"] == "465.35 yuan"
    rates = facts("Two rates")
    assert rates["story-1, of ALP"] == "1 USD is 7.1 CNY, until 2026-03-02 10:45"
    assert rates["story-2, of devs"] == "1 USD is 4100 KHR, until 2026-03-02 10:45"


def test_every_message_is_told_once_and_in_order() -> None:
    told = [said for one in STORY.scenes for said in one.messages]
    sent = [said for payment in STORY.links.payments.values() for said in payment.messages]
    assert [(one.sender, one.receiver, one.kind) for one in told] == [
        (one.sender, one.receiver, type(one.message).__name__) for one in sent
    ]
    assert all(said.members for said in told)
    assert len(told) == 14


def test_the_text_of_a_code_is_shown_once() -> None:
    values = [
        value
        for one in STORY.scenes
        for said in one.messages
        for name, value in said.members
        if name == "codeValue"
    ]
    assert [value[:6] for value in values] == ["000201", "the sa", "the sa", "https:"]
    shown = Listener()
    assert [one.kind for one in shown.spoken(STORY.links.payments)][:2] == [
        "MppUserInitiatedPayRequest", "UserInitiatedPayRequest",
    ]  # fmt: skip
    assert shown.spoken(STORY.links.payments) == ()


def test_what_messages_say() -> None:
    asked, answered = scene("scans the shop").messages[0], scene("scans the shop").messages[-1]
    assert (asked.sender, asked.receiver) == ("MPP", "ALP")
    assert dict(answered.members) == {
        "paymentAmount": "2000000 KHR, that is 20,000 riel",
        "payToAmount": "3465 CNY, that is 34.65 yuan",
        "quoteCurrencyPair": "USD/CNY",
        "quotePrice": "7.1",
    }
    code = read_code(asked.members[0][1])
    assert (code.units, code.account_id) == (20_000, "khqr@devb")


def test_a_message_without_a_member_and_one_of_another_kind() -> None:
    """A refund has no table of members, and a payment in dollars by dollars no rate."""
    stage = Stage()
    for chapter in CHAPTERS[:7]:
        chapter.call(stage)
    stage.simulation.fund("dara@deva", Money("USD", 10_00), "account")
    stage.simulation.fund_bank("deva", Money("USD", 10_00))
    code = "https://qr.example.com/281000041234567890123456"
    stage.links.add_order("alipayplus", code, "ACQ", "cafe1", Money("USD", 5_00))
    payment = stage.links.pay(code, "alipayplus", "outbound", payer="dara@deva", source="account")
    stage.links.refund(payment.id)
    told = {said.kind: dict(said.members) for said in Listener().spoken(stage.links.payments)}
    assert told["MppUserInitiatedPayResponse"] == dict.fromkeys(
        ("paymentAmount", "payToAmount"), "500 USD, that is 5.00 US dollars"
    )
    assert told["RefundRequest"] == {}


def test_no_answer_is_neither_yes_nor_no() -> None:
    assert facts("no answer")["state of the payment"] == "unknown"
    assert facts("no answer")["waits at devs"] == "41,000 riel"
    assert facts("They ask")["state of the payment"] == "committed"
    (payment,) = (one for one in STORY.links.payments.values() if one.id == "deva/o1")
    rows = dict(STORY.links.transactions(payment.id))
    assert rows["hop"] < rows["posted"]


def test_the_till_finds_what_came_from_abroad() -> None:
    asked = facts("till asks again")
    assert (asked["responseCode"], asked["fromAccountId"], asked["amount"]) == (
        "0", "khqr@devs", "20000",
    )  # fmt: skip


def test_across_the_border_all_is_settled() -> None:
    counted = scene("day of the link").grid
    assert counted is not None
    assert {row[0]: row[1:] for row in counted.rows} == {
        "ACQ": ("9.90", "0.00", "9.90"),
        "MPP": ("-4.84", "-0.04", "-4.88"),
        "devs": ("-5.06", "-0.10", "-5.16"),
        "ALP": ("0.00", "0.14", "0.14"),
        "all": ("0.00", "0.00", "0.00"),
    }
    assert facts("set off") == {
        "devs and the hub set off": "4.84 US dollars",
        "then MPP owes ALP": "4.88 US dollars",
        "then devs owes ALP": "5.16 US dollars",
        "then ALP owes ACQ": "9.90 US dollars",
        "state of the batch": "cleared",
        "value date": "2026-03-04",
    }
    assert facts("rest is paid") == {
        "MPP pays ALP": "4.88 US dollars",
        "devs pays ALP": "5.16 US dollars",
        "ALP pays ACQ": "9.90 US dollars",
        "state of the batch": "settled",
    }
    assert clock_text(scene("rest is paid").time).startswith("2026-03-04")
    for account in LEDGER.state.accounts.rows:
        if account.name.startswith(("due_", "out_hold", "susp_in")):
            assert LEDGER.balance(LEDGER.find(*account[:3])) == 0
    assert STORY.simulation.books.balance("ALP", "nostro", "USD") == 100_014


def _audit(story: Story) -> Audit:
    simulation, links = story.simulation, story.links
    return Audit(
        simulation.ledger,
        (
            *INVARIANTS,
            *payment_invariants(simulation),
            *link_invariants(links),
            *clearing_invariants(story.clearing),
        ),
    )


def test_at_the_end_everything_holds() -> None:
    audit = _audit(STORY)
    assert audit.sweep() == []
    last, grid = facts("Nothing is left"), scene("Nothing is left").grid
    assert grid is not None
    assert [row[1:] for row in grid.rows] == [
        (rule.name, rule.statement, "held") for rule in audit.invariants
    ]
    assert list(dict.fromkeys(row[0] for row in grid.rows)) == [
        "ledger", "payments", "links", "clearing",
    ]  # fmt: skip
    count = len(audit.invariants)
    assert last["invariants that hold"] == f"{count} of {count}"
    assert last["still owed across the border"] == "0.00 US dollars"
    assert last["chain of the journal"] == LEDGER.chain


def test_an_audit_that_finds_something_says_so() -> None:
    def damage(stage: Stage) -> list[tuple[str, str]]:
        ledger = stage.simulation.ledger
        wallet, account = (ledger.find("deva", f"{n}:dara", "KHR") for n in ("wallet", "casa"))
        ledger.post(wallet, account, 1)
        return []

    broken = tell((*CHAPTERS[:2], Chapter("p", "t", "x", damage), CHAPTERS[-1]))
    count, end = len(_audit(STORY).invariants), broken.scenes[-1]
    assert dict(end.facts)["invariants that hold"] == f"{count - 1} of {count}"
    assert end.grid is not None
    assert [row[:2] for row in end.grid.rows if row[-1] != "held"] == [("ledger", "I4")]


def test_an_open_debt_is_counted() -> None:
    early = tell((*CHAPTERS[:10], CHAPTERS[-1])).scenes[-1]
    assert dict(early.facts)["still owed across the border"] == "9.72 US dollars"


@pytest.mark.parametrize(
    ("money", "said"),
    [(Money("KHR", 1), "1 riel"), (Money("CNY", 3_550), "35.50 yuan"), (Money("JPY", 5), "5 JPY")],
)
def test_words(money: Money, said: str) -> None:
    assert worded(money) == said
    assert about_book("nobody") == ""
    assert all(about_book(book) for book in PARTICIPANTS)
