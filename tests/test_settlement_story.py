"""The story: what it tells is what the journal says."""

from __future__ import annotations

from collections import defaultdict

import pytest

from khqr.settlement import Money, journal_lines
from khqr.settlement.ledger.chart import TOKEN_LEDGER
from khqr.settlement.story import Scene, tell, worded
from khqr.settlement.story.chapters import CHAPTERS, Chapter
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
    assert facts("came from Dara")["state of the payment"] == "acknowledged"
    assert scene("shows a code").pages == ()


def test_across_the_border_all_is_settled() -> None:
    counted = facts("count what they owe")
    assert counted["all nets together"] == "0.00 US dollars"
    assert counted["net of devs"] == "-5.05 US dollars"
    assert facts("set off") == {"set off": "4.95 US dollars"}
    assert facts("rest is paid") == {
        "MPP pays ALP": "5.00 US dollars",
        "devs pays ALP": "5.05 US dollars",
        "ALP pays ACQ": "9.90 US dollars",
    }
    for account in LEDGER.state.accounts.rows:
        if account.name.startswith(("due_", "out_hold", "susp_in")):
            assert LEDGER.balance(LEDGER.find(*account[:3])) == 0


def test_at_the_end_everything_holds() -> None:
    assert STORY.simulation.audit().sweep() == []
    last = facts("Nothing is left")
    count = len(STORY.simulation.audit().invariants)
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
    count = len(STORY.simulation.audit().invariants)
    assert dict(broken.scenes[-1].facts)["invariants that hold"] == f"{count - 1} of {count}"


@pytest.mark.parametrize(
    ("money", "said"),
    [(Money("KHR", 1), "1 riel"), (Money("CNY", 3_550), "35.50 yuan"), (Money("JPY", 5), "5 JPY")],
)
def test_words(money: Money, said: str) -> None:
    assert worded(money) == said
    assert about_book("nobody") == ""
    assert all(about_book(book) for book in PARTICIPANTS)
