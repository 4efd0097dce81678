"""The chapters: a text, and the call that makes it come true.

No posting stands here. What a chapter posts is read back from the journal after its call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from . import abroad, home
from .stage import Fact, Stage

__all__ = ["CHAPTERS", "Chapter"]


class Chapter(NamedTuple):
    """A step of the story.

    Attributes:
        part: which part of the story it belongs to.
        title: what happens.
        text: the explanation.
        call: makes it happen, and returns what can be read of it apart from the postings.
        wait: minutes that pass before it.
    """

    part: str
    title: str
    text: str
    call: Callable[[Stage], Sequence[Fact]]
    wait: int = 1


_BEFORE, _HOME = "Before the first payment", "A payment at home"
_IN, _OUT = "A visitor pays here", "Dara pays abroad"
_END = "The end of the day, and the next morning"

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
        "devs is the bank in Cambodia that stands for the link. For the evening they all keep "
        "dollars with banks they trust, in nostro accounts.",
        abroad.visit,
        wait=60,
    ),
    Chapter(
        _IN,
        "The visitor scans the shop's code",
        "In this model the wallet abroad does not read Cambodia's codes itself: it sends the "
        "whole text to the hub. The hub asks the side of devs what it says: whom to pay, and "
        "how much.",
        abroad.scan_here,
    ),
    Chapter(
        _IN,
        "Everybody posts, all or nothing",
        "The rates were fixed before the visitor said yes. MPP takes yuan from the visitor and "
        "owes the hub dollars. The hub owes devs the same less its fee. devs pays the shop's "
        "bank in riel at once, from its own settlement account, and waits for its dollars. Each "
        "bank that changes money has both currencies in its position, fxpos.",
        abroad.pay_here,
    ),
    Chapter(
        _IN,
        "The shop is credited",
        "To the shop it is a payment in riel like any other: out of suspense, into its account.",
        abroad.credit_here,
    ),
    Chapter(
        _OUT,
        "Dara scans a code abroad",
        "Dara's riel move first, to devs, by the same hop as at home. devs keeps them apart "
        "until the hub says whether the shop abroad was paid. If it says no, the same movement "
        "goes back as a new one; nothing is ever erased.",
        abroad.scan_abroad,
        wait=120,
    ),
    Chapter(
        _OUT,
        "The shop abroad is paid",
        "The hub says yes. devs takes the riel into its position and owes the hub dollars; the "
        "hub keeps its fee and owes the rest to the acquirer, which owes it to the shop.",
        abroad.pay_abroad,
    ),
    Chapter(
        _END,
        "They count what they owe",
        "At home nothing is open: each payment was settled when it was made. Abroad only "
        "promises were posted. For each party all that it is owed less all that it owes is its "
        "net. What one has too much, others have too little, so all nets add up to zero.",
        abroad.count_owed,
        wait=600,
    ),
    Chapter(
        _END,
        "What goes both ways is set off",
        "devs owes the hub, and the hub owes devs. The smaller of both falls away on both sides.",
        abroad.set_off,
    ),
    Chapter(
        _END,
        "The rest is paid",
        "On the value date each debtor pays its creditor in dollars, from nostro to nostro.",
        abroad.settle,
        wait=720,
    ),
    Chapter(
        _END,
        "The shop's bank credits what came from Dara",
        "This shop agreed with its bank to be credited on the next day. Only now do the fifty "
        "thousand riel leave suspense. For Bakong the payment was final yesterday.",
        home.credit,
    ),
    Chapter(
        _END,
        "Nothing is left over",
        "An audit reads the journal from its first row: debits equal credits in every book, "
        "each bank's tokens equal its settlement account, what one book owes is what another is "
        "due.",
        home.look_back,
    ),
)
"""The story in its order. Names, rates and fees are invented; what is documented of them is said in
the guide."""
