"""The chapters: a text, and the call that makes it come true.

No posting stands here. What a chapter posts is read back from the journal after its call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from . import abroad, closing, home
from .stage import Fact, Grid, Stage

__all__ = ["CHAPTERS", "Chapter"]


class Chapter(NamedTuple):
    """A step of the story.

    Attributes:
        part: which part of the story it belongs to.
        title: what happens.
        text: the explanation.
        call: makes it happen, and returns what can be read of it apart from messages and postings.
        wait: minutes that pass before it.
        grid: makes a table afterwards.
    """

    part: str
    title: str
    text: str
    call: Callable[[Stage], Sequence[Fact]]
    wait: int = 1
    grid: Callable[[Stage], Grid] | None = None


_BEFORE, _HOME = "Before the first payment", "A payment at home"
_IN, _OUT = "A visitor pays here", "Dara pays abroad"
_END = "The end of the day, and what comes after"

CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        _BEFORE,
        "Three banks get tokens",
        "Each bank moves money from its current account at the central bank into its Bakong "
        "settlement account. As much appears in the register as tokens of that bank. So each "
        "token has money of its bank behind it, at the central bank.",
        home.issue_tokens,
        wait=0,
    ),
    Chapter(
        _BEFORE,
        "Dara loads a wallet",
        "Dara pays cash into an account at deva, and moves it into the wallet. For the bank it "
        "is the same debt under another name: first it owes Dara an account, now a wallet. In "
        "the register the tokens go from the bank's own name to Dara's. The central bank posts "
        "nothing, for it owes Dara nothing.",
        home.load_wallet,
    ),
    Chapter(
        _HOME,
        "The shop shows a code",
        "The till writes a KHQR: who is paid, how much, until when. The code moves no money. It "
        "names the shop's bank, and the shop's number at that bank.",
        home.show_code,
        wait=30,
    ),
    Chapter(
        _HOME,
        "Dara scans it and confirms",
        "The wallet reads the code, shows name and amount, and asks. When Dara says yes, the "
        "bank sets the money aside, so that it cannot be spent twice. The balance stays as it "
        "was.",
        home.confirm,
    ),
    Chapter(
        _HOME,
        "The money hops from bank to bank",
        "Dara's bank submits one instruction, and all of this happens at once or not at all. "
        "deva owes Dara less, and has less at the central bank. The central bank takes it from "
        "deva and gives it to devb. devb has more there, and owes it to the shop, for now in "
        "suspense. The tokens go to devb in the register. This is gross and final: nobody waits "
        "for the evening.",
        home.submit,
    ),
    Chapter(
        _HOME,
        "The till asks whether it was paid",
        "The till knows its own code, and so the MD5 of the text. It asks by that until the "
        "answer is found, or the code is over.",
        home.ask,
    ),
    Chapter(
        _IN,
        "A visitor comes with a wallet from abroad",
        "The visitor has yuan in a wallet at MPP. ALP is the hub that knows both countries. "
        "devs is the bank in Cambodia that stands for the link. For the day of settlement they "
        "keep dollars with banks they trust, in nostro accounts.",
        abroad.visit,
        wait=60,
    ),
    Chapter(
        _IN,
        "Two rates are offered",
        "The link settles in dollars. So yuan become dollars by one rate, and dollars become "
        "riel by another. Each rate is for one payment, and for some minutes.",
        abroad.offer_here,
    ),
    Chapter(
        _IN,
        "The visitor scans the shop's code and says yes",
        "In this model the wallet abroad does not read Cambodia's codes: it sends the whole text "
        "to the hub, and the hub asks devs what it says. The answer comes back with both amounts, "
        "before the visitor says yes. The shop gets exactly what it asks for; what others give "
        "for that is rounded up. Messages of Alipay+ write riel with two decimals, and no point.",
        abroad.scan_here,
    ),
    Chapter(
        _IN,
        "The wallet says yes, and everybody posts",
        "All of it or nothing. MPP takes yuan from the visitor and owes the hub dollars. The "
        "hub owes devs the same less its fee. devs pays the shop's bank in riel at once, from "
        "its own settlement account, and waits for its dollars. Each bank that changes money has "
        "both currencies in its position, fxpos.",
        abroad.pay_here,
    ),
    Chapter(
        _IN,
        "The till asks again",
        "To the shop it is a payment in riel like any other, and its till asks the same "
        "question. Only the payer looks different: it is devs.",
        abroad.ask_here,
    ),
    Chapter(
        _OUT,
        "Dara scans a code abroad and says yes",
        "Such a code says nothing by itself: the hub knows the order behind it. For Dara, devs "
        "talks to the hub. The shop abroad asks for ten dollars, and one rate makes them riel. "
        "Dara's bank sets them aside.",
        abroad.scan_abroad,
        wait=120,
    ),
    Chapter(
        _OUT,
        "The riel go to devs, and no answer comes",
        "First the riel move to devs, by the same hop as at home, and wait there. devs reports "
        "the payment, and hears nothing. That is no failure and no success: nobody knows. So "
        "nothing is sent back, and nothing is paid a second time.",
        abroad.send_abroad,
    ),
    Chapter(
        _OUT,
        "They ask, and the shop abroad is paid",
        "devs asks about the same payment, and the hub says yes. devs takes the riel into its "
        "position and owes the hub dollars; the hub keeps its fee and owes the rest to the "
        "acquirer, which owes it to the shop. Had it said no, the riel would have gone back as a "
        "new movement; nothing is ever erased.",
        abroad.ask_again,
    ),
    Chapter(
        _END,
        "The day of the link is over",
        "At home nothing is open: each payment was settled when it was made. Abroad only "
        "promises were posted. The day of this link ends at midnight further east, an hour "
        "before that of Phnom Penh. All that crossed in it is one batch. What one party has "
        "too much, others have too little, so each column adds up to zero.",
        closing.cut_off,
        wait=630,
        grid=closing.positions,
    ),
    Chapter(
        _END,
        "What goes both ways is set off",
        "devs owes the hub, and the hub owes devs. The smaller of both falls away on both sides. "
        "The rest is due on the value date, which is two working days later here.",
        closing.set_off,
    ),
    Chapter(
        _END,
        "The shop's bank credits what came yesterday",
        "This shop agreed with its bank to be credited on the next day. Only now do Dara's fifty "
        "thousand riel and the visitor's twenty thousand leave suspense. For Bakong both "
        "payments were final yesterday.",
        closing.credit,
        wait=600,
    ),
    Chapter(
        _END,
        "The rest is paid",
        "On the value date each party that owes pays the hub in dollars, from nostro to nostro. "
        "Then the hub pays those that it owes. What is left with it is its fee.",
        closing.settle,
        wait=1_440,
    ),
    Chapter(
        _END,
        "Nothing is left over",
        "An audit reads the journal from its first row, and holds everything against it: the "
        "books, the payments, the link and its batches.",
        closing.look_back,
        grid=closing.audited,
    ),
)
"""The story in its order. Names, rates and fees are invented; what is documented of them is said in
the guide."""
