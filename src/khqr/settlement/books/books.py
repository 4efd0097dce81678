"""The books of the model: participants, their accounts by the chart, and flows between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ...errors import quote
from ..errors import SettlementError, one_of
from ..ledger.accounts import Account
from ..ledger.chart import CENTRAL_BANK, TOKEN_LEDGER, BookKind, chart_line
from ..ledger.ledger import Ledger
from ..ledger.steps import Movement, Posting
from ..money import BAKONG, Money
from .flows import FLOWS, Pay, Post

__all__ = ["Books", "FlowCall"]


class FlowCall(NamedTuple):
    """One use of a flow: its name, and who and how much stand in for the names in it."""

    flow: str
    parties: Mapping[str, str]
    monies: Mapping[str, Money]


class Books:
    """The books of participants on a ledger; accounts open when they are first named.

    The central bank's book ``NBC`` and the token ledger ``TOK`` are always there.

    Args:
        ledger: where everything is posted.
        participants: the code of each book to its kind.

    >>> books = Books(Ledger(clock=lambda: 0), {"A": BookKind.INSTITUTION})
    >>> thousand = {"amount": Money("KHR", 1000)}
    >>> for flow in ("reserve", "issue"):
    ...     row = books.run(flow, {"bank": "A"}, thousand)
    >>> books.balance("NBC", "bsa:A", "KHR"), books.balance("TOK", "khqr@A", "KHR")
    (1000, 1000)
    """

    def __init__(self, ledger: Ledger, participants: Mapping[str, BookKind]) -> None:
        self.ledger = ledger
        self.kinds = {CENTRAL_BANK: BookKind.CENTRAL_BANK, TOKEN_LEDGER: BookKind.TOKENS}
        self._numbers: dict[tuple[str, str, str], int] = {}
        for code, kind in participants.items():
            if not isinstance(code, str):
                raise TypeError(f"the code of a book is str, not {type(code).__name__}")
            if code in self.kinds or not code.isalnum() or len(code) > 16:
                raise SettlementError(
                    "ACCOUNT_ID_INVALID",
                    f"{quote(code)} is not a new code of 1 to 16 letters and digits",
                )
            self.kinds[code] = one_of(BookKind, kind)

    def account(self, book: str, name: str, currency: str) -> int:
        """Return the number of an account, which is opened by the chart if it is new.

        What stands behind it (settlement account, its mirror at the central bank, the holder of
        its tokens) is opened before it.

        Raises:
            SettlementError: ``UNKNOWN_ACCOUNT`` for a book or account that the model does not have;
                ``ACCOUNT_ID_INVALID``; ``CURRENCY_NOT_SUPPORTED`` for an account of Bakong in
                another currency than riel and dollar.
        """
        number = self._numbers.get((book, name, currency))
        if number is None:
            number = self._numbers[book, name, currency] = self._open(book, name, currency)
        return number

    def _open(self, book: str, name: str, currency: str) -> int:
        kind = self.kinds.get(book)
        if kind is None:
            raise SettlementError(
                "UNKNOWN_ACCOUNT", f"no book {quote(book)}; there are {', '.join(self.kinds)}"
            )
        line = chart_line(kind, name)
        on_bakong = kind in {BookKind.CENTRAL_BANK, BookKind.TOKENS} or line.settles
        if on_bakong and currency not in BAKONG:
            raise SettlementError(
                "CURRENCY_NOT_SUPPORTED", f"{name} of {book} is in riel or dollar, not {currency!r}"
            )
        tokens = line.tokens if currency in BAKONG else ""
        account = Account(book, name, currency, line.side, line.guarded, tokens, line.settles)
        if account.holder:
            self.account(book, "bsa", currency)
            self.account(CENTRAL_BANK, f"bsa:{book}", currency)
            self.account(TOKEN_LEDGER, account.holder, currency)
        return self.ledger.open(
            book,
            name,
            currency,
            side=line.side,
            guarded=line.guarded,
            tokens=tokens,
            settles=line.settles,
        )

    def balance(self, book: str, name: str, currency: str) -> int:
        """Return the balance of an account, which is zero if it was never used."""
        number = self.ledger.state.accounts.find(book, name, currency)
        return 0 if number is None else self.ledger.balance(number)

    def steps(
        self, flow: str, parties: Mapping[str, str], monies: Mapping[str, Money]
    ) -> list[Posting | Movement]:
        """Return what a flow posts for these parties and amounts.

        Raises:
            SettlementError: ``MISSING_FIELDS`` if a party or an amount is not given, and
                ``NOT_FOUND`` for a flow that `FLOWS` does not have.
        """
        template = FLOWS.get(flow)
        if template is None:
            raise SettlementError("NOT_FOUND", f"no flow {quote(flow)}; see FLOWS")
        return [
            self._step(part, parties, monies[part.money])
            for part in template
            if _is_given(part.money, monies, optional=part.optional)
        ]

    def _step(
        self, part: Post | Pay, parties: Mapping[str, str], money: Money
    ) -> Posting | Movement:
        if not isinstance(money, Money):
            raise TypeError(f"an amount is Money, not {type(money).__name__}")
        currency, units = money
        if isinstance(part, Pay):
            names = part.payer_book, part.payer, part.payee_book, part.payee
        else:
            names = part.book, part.debit, part.book, part.credit
        try:
            book, name, other_book, other = (text.format_map(parties) for text in names)
        except KeyError as missing:
            raise SettlementError("MISSING_FIELDS", f"the party {missing} is not given") from None
        one = self.account(book, name, currency)
        two = self.account(other_book, other, currency)
        return Movement(one, two, units) if isinstance(part, Pay) else Posting(one, two, units)

    def run(
        self,
        flow: str,
        parties: Mapping[str, str],
        monies: Mapping[str, Money],
        instruction: int | str | None = None,
        *,
        hold: int | None = None,
        reference: int | None = None,
    ) -> int:
        """Post a flow as one transaction; see `khqr.settlement.Ledger.transact`."""
        steps = self.steps(flow, parties, monies)
        return self.ledger.transact(steps, instruction, hold=hold, reference=reference)

    def run_all(
        self,
        calls: Iterable[FlowCall],
        instruction: int | str | None = None,
        *,
        reference: int | None = None,
    ) -> int:
        """Post several flows as one transaction."""
        steps = [step for call in calls for step in self.steps(*call)]
        return self.ledger.transact(steps, instruction, reference=reference)


def _is_given(money: str, monies: Mapping[str, Money], *, optional: bool) -> bool:
    if money in monies or optional:
        return money in monies
    raise SettlementError("MISSING_FIELDS", f"the amount {money!r} is not given")
