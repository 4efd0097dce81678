"""A slow model of the ledger, written apart from it: dictionaries, names and decimals.

It knows accounts by name and keeps every balance on its normal side. It keeps no journal: an answer
is the name of a refusal, or "ok".
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

Name = tuple[str, str, str]
"""Book, account, currency."""

OK = "ok"


class Step(NamedTuple):
    """A posting (``move`` false) or a movement, by names."""

    move: bool
    debit: Name
    credit: Name
    amount: int


class Model:
    """Balances, holds and answers."""

    def __init__(self, *, retry: bool = False) -> None:
        self.retry = retry
        self.now = 0
        self.debit_side: set[Name] = set()
        self.guarded: set[Name] = set()
        self.holder: dict[Name, str] = {}
        self.balances: dict[Name, Decimal] = {}
        self.holds: list[dict[str, object]] = []
        self.answers: dict[object, tuple[str, object]] = {}
        self.committed: list[bool] = []

    def open(self, name: Name, *, debit: bool, guarded: bool, holder: str = "") -> None:
        self.balances[name] = Decimal(0)
        if debit:
            self.debit_side.add(name)
        if guarded:
            self.guarded.add(name)
        if holder:
            self.holder[name] = holder

    # Holds.

    def state_of(self, number: int) -> str:
        hold = self.holds[number]
        until = hold["until"]
        late = isinstance(until, int) and self.now > until
        return "expired" if hold["state"] == "pending" and late else str(hold["state"])

    def held(self, name: Name) -> Decimal:
        return sum(
            (
                Decimal(str(hold["amount"]))
                for number, hold in enumerate(self.holds)
                if hold["account"] == name and self.state_of(number) == "pending"
            ),
            Decimal(0),
        )

    def hold(self, name: Name, amount: int, until: int | None) -> str:
        if name not in self.guarded or (until is not None and until < self.now):
            return "HOLD_INVALID"
        if self.balances[name] - self.held(name) < amount:
            return self.shortage(name)
        self.holds.append({"account": name, "amount": amount, "until": until, "state": "pending"})
        return OK

    def unusable(self, number: int) -> str:
        if number >= len(self.holds):
            return "NOT_FOUND"
        return {
            "pending": "",
            "posted": "HOLD_ALREADY_POSTED",
            "voided": "HOLD_ALREADY_VOIDED",
            "expired": "HOLD_EXPIRED",
        }[self.state_of(number)]

    def void(self, number: int) -> str:
        problem = self.unusable(number)
        if problem:
            return problem
        self.holds[number]["state"] = "voided"
        return OK

    # Postings.

    def shortage(self, name: Name) -> str:
        book, account, _ = name
        settles = book == "TOK" or account.partition(":")[0] == "bsa"
        return "INSUFFICIENT_SETTLEMENT_BALANCE" if settles else "INSUFFICIENT_FUNDS"

    def malformed(self, step: Step) -> str:
        move, debit, credit, _ = step
        if debit == credit:
            return "UNBALANCED"
        if move:
            if debit not in self.holder or credit not in self.holder:
                return "UNKNOWN_ACCOUNT"
        elif debit[0] != credit[0]:
            return "UNBALANCED"
        return "" if debit[2] == credit[2] else "CURRENCY_MISMATCH"

    def postings(self, step: Step) -> list[tuple[Name, Name]]:
        move, debit, credit, _ = step
        if not move:
            return [(debit, credit)]
        (payer, _, currency), (payee, _, _) = debit, credit
        made = [(debit, credit)]
        if payer != payee:
            made = [
                (debit, (payer, "bsa", currency)),
                (("NBC", f"bsa:{payer}", currency), ("NBC", f"bsa:{payee}", currency)),
                ((payee, "bsa", currency), credit),
            ]
        one, other = self.holder[debit], self.holder[credit]
        if one != other:
            made.append((("TOK", one, currency), ("TOK", other, currency)))
        return made

    def run(self, steps: list[Step], hold: int | None) -> str:
        """Carry steps out in order, or nothing."""
        after = dict(self.balances)
        held = {name: self.held(name) for name in after}
        account, reserved = None, Decimal(0)
        if hold is not None:
            problem = self.unusable(hold)
            if problem:
                return problem
            account = self.holds[hold]["account"]
            reserved = Decimal(str(self.holds[hold]["amount"]))
            held[account] -= reserved  # type: ignore[index] # it is a name
        for step in steps:
            for debit, credit in self.postings(step):
                for name, grows in (
                    (debit, debit in self.debit_side),
                    (credit, credit not in self.debit_side),
                ):
                    after[name] += step.amount if grows else -step.amount
                    if name in self.guarded and not grows and after[name] < held[name]:
                        return self.shortage(name)
        if hold is not None:
            drawn = self.balances[account] - after[account]  # type: ignore[index] # as above
            if drawn > reserved:
                return "HOLD_AMOUNT_EXCEEDED"
            if drawn <= 0:
                return "HOLD_INVALID"
            self.holds[hold]["state"] = "posted"
        self.balances = after
        return OK

    def request(
        self,
        steps: list[Step],
        key: object = None,
        hold: int | None = None,
        *,
        original: str = "",
        body: object = None,
    ) -> str:
        """Answer a request. ``original`` is empty, ``bad``, or the id that is compensated."""
        said = ("steps", tuple(steps), hold, original) if body is None else body
        if key is not None and key in self.answers:
            state, before = self.answers[key]
            if before != said:
                return "IDEMPOTENCY_MISMATCH"
            if state == OK:
                return OK
            if state == "in flight":
                return "IN_FLIGHT"
            if not self.retry:
                return "ALREADY_REFUSED"
        for step in steps:
            problem = self.malformed(step)
            if problem:
                return problem
        answer = "ORIGINAL_NOT_COMMITTED" if original == "bad" else self.run(steps, hold)
        if key is not None and (answer == OK or answer not in {"NOT_FOUND", "HOLD_INVALID"}):
            self.answers[key] = (answer if answer == OK else "refused"), said
        return answer

    # Instructions in flight.

    def begin(self, key: object, body: bytes) -> str:
        if key in self.answers:
            state, before = self.answers[key]
            if before != body:
                return "IDEMPOTENCY_MISMATCH"
            if state == OK:
                return OK
            if state == "in flight":
                return "IN_FLIGHT"
            if not self.retry:
                return "ALREADY_REFUSED"
        self.answers[key] = "in flight", body
        return "begun"

    def complete(self, key: object, steps: list[Step], hold: int | None) -> str:
        if key not in self.answers:
            return "NOT_FOUND"
        state, body = self.answers[key]
        if state != "in flight":
            return "ended"
        for step in steps:
            problem = self.malformed(step)
            if problem:
                return problem
        answer = self.run(steps, hold)
        if answer == OK:
            self.answers[key] = OK, body
        return answer

    def refuse(self, key: object) -> str:
        if key not in self.answers or self.answers[key][0] != "in flight":
            return "NOT_FOUND"
        self.answers[key] = "refused", self.answers[key][1]
        return OK
