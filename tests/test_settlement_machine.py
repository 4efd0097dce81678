"""Random calls to the ledger and to the slow model beside it: the same answers and balances."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from khqr.settlement import (
    INVARIANTS,
    Audit,
    Books,
    HoldState,
    InstructionState,
    Ledger,
    Movement,
    Posting,
    SettlementError,
)
from khqr.settlement.ledger.chart import BookKind
from material import EXAMPLES
from settlement_model import OK, Model, Name, Step

NAMES: list[Name] = [
    ("A", "casa:u", "KHR"),
    ("A", "wallet:u", "KHR"),
    ("A", "wallet:v", "KHR"),
    ("A", "susp_in", "KHR"),
    ("A", "fee_income", "KHR"),
    ("A", "bsa", "KHR"),
    ("A", "nbc_current", "KHR"),
    ("A", "cash", "KHR"),
    ("A", "casa:u", "USD"),
    ("B", "wallet:w", "KHR"),
    ("B", "casa:m", "KHR"),
    ("B", "fee_expense", "KHR"),
    ("B", "susp_in", "KHR"),
    ("B", "bsa", "KHR"),
    ("NBC", "bsa:A", "KHR"),
    ("NBC", "current:A", "KHR"),
    ("TOK", "u@A", "KHR"),
]
SEEDS = [
    (("A", "cash", "KHR"), ("A", "casa:u", "KHR"), 90),
    (("A", "cash", "USD"), ("A", "casa:u", "USD"), 30),
    (("A", "nbc_current", "KHR"), ("A", "capital", "KHR"), 100),
    (("NBC", "contra", "KHR"), ("NBC", "current:A", "KHR"), 100),
    (("NBC", "current:A", "KHR"), ("NBC", "bsa:A", "KHR"), 80),
    (("A", "bsa", "KHR"), ("A", "nbc_current", "KHR"), 80),
    (("TOK", "supply", "KHR"), ("TOK", "khqr@A", "KHR"), 80),
]
REAL_KEYS = st.one_of(st.sampled_from(["A/1", "A/2", "B/1"]), st.integers(0, 4))
KEYS = st.one_of(st.none(), st.none(), REAL_KEYS)
AMOUNTS = st.integers(1, 40)
HOLDS = st.one_of(st.none(), st.none(), st.integers(0, 4))
FLOWING = [
    ("A", "casa:u", "KHR"),
    ("A", "wallet:u", "KHR"),
    ("A", "wallet:v", "KHR"),
    ("B", "wallet:w", "KHR"),
    ("B", "susp_in", "KHR"),
]
MOVES = st.builds(
    lambda pair, amount: Step(True, pair[0], pair[1], amount),
    st.permutations(FLOWING).map(lambda names: names[:2]),
    AMOUNTS,
)
STEPS = st.one_of(
    MOVES,
    MOVES,
    st.builds(Step, st.booleans(), st.sampled_from(NAMES), st.sampled_from(NAMES), AMOUNTS),
)


class Machine(RuleBasedStateMachine):
    """The ledger and the model, side by side."""

    @initialize(retry=st.booleans())
    def start(self, retry: bool) -> None:
        self.time = 1000
        self.ledger = Ledger(clock=lambda: self.time, refused="retry" if retry else "burn")
        kinds = {"A": BookKind.INSTITUTION, "B": BookKind.INSTITUTION}
        self.books = Books(self.ledger, kinds)
        self.audit = Audit(self.ledger, INVARIANTS[:1] + INVARIANTS[4:])
        self.model = Model(retry=retry)
        self.model.now = self.time
        self.rows: dict[object, int] = {}
        self.sent: list[tuple[list[Step], int | str | None, int | None]] = []
        for name in [*NAMES, *(name for seed in SEEDS for name in seed[:2])]:
            self.books.account(*name)
        for account in self.ledger.state.accounts.rows:
            self.model.open(
                account[:3],
                debit=account.side == "debit",
                guarded=account.guarded,
                holder=account.holder,
            )
        for debit, credit, amount in SEEDS:
            self.post(debit, credit, amount)
        for payee in FLOWING[1:]:
            step = Step(True, FLOWING[0], payee, 15)
            self.ledger.move(*self.real(step))
            assert self.model.request([step]) == OK

    def post(self, debit: Name, credit: Name, amount: int) -> None:
        self.ledger.post(self.books.account(*debit), self.books.account(*credit), amount)
        assert self.model.request([Step(False, debit, credit, amount)]) == OK

    def real(self, step: Step) -> Posting | Movement:
        numbers = self.books.account(*step.debit), self.books.account(*step.credit)
        return (Movement if step.move else Posting)(*numbers, step.amount)

    def both(self, key: object, ours: Callable[[], int | None], expected: str) -> None:
        """Compare an answer; the row of an id never changes once it is committed."""
        self.ledger.expire()
        before, known = self.ledger.chain, key in self.rows
        answer, row = OK, None
        try:
            row = ours()
        except SettlementError as refusal:
            answer = refusal.name
        event(answer)
        assert answer == (OK if expected == "begun" else expected)
        if key is not None and row is not None:
            assert self.rows.setdefault(key, row) == row
            again = self.ledger.outcome(key)  # type: ignore[arg-type] # ids are int or str here
            assert again is not None
            assert again.row == row
            if known:
                assert self.ledger.chain == before

    @rule(step=STEPS, key=KEYS, many=st.booleans())
    def one(self, step: Step, key: int | str | None, many: bool) -> None:
        debit, credit, amount = self.real(step)
        call = self.ledger.move if step.move else self.ledger.post

        def batch() -> int:
            run = self.ledger.move_many if step.move else self.ledger.post_many
            (result,) = run([(debit, credit, amount, key)])
            if isinstance(result, SettlementError):
                raise result
            return result

        single = lambda: call(debit, credit, amount, key)  # noqa: E731 - the counterpart of batch
        self.both(key, batch if many else single, self.model.request([step], key))

    @rule(steps=st.lists(STEPS, min_size=1, max_size=4), key=KEYS, hold=HOLDS)
    def several(self, steps: list[Step], key: int | str | None, hold: int | None) -> None:
        self.sent.append((steps, key, hold))
        real = [self.real(step) for step in steps]
        answer = self.model.request(steps, key, hold)
        self.both(key, lambda: self.ledger.transact(real, key, hold=hold), answer)

    @rule(back=st.integers(1, 6))
    def resend(self, back: int) -> None:
        if back <= len(self.sent):
            self.several(*self.sent[-back])

    @rule(data=st.data(), key=KEYS)
    def compensate(self, data: st.DataObject, key: int | str | None) -> None:
        step = data.draw(STEPS)
        known = sorted(self.rows.items(), key=repr)
        original, row = data.draw(st.sampled_from([*known, ("bad", 10**9)]))
        answer = self.model.request(
            [step], key, original=f"{original!r}" if known and original != "bad" else "bad"
        )
        self.both(key, lambda: self.ledger.transact([self.real(step)], key, reference=row), answer)

    @rule(
        name=st.sampled_from(NAMES), amount=AMOUNTS, life=st.one_of(st.none(), st.integers(-1, 5))
    )
    def hold(self, name: Name, amount: int, life: int | None) -> None:
        until = None if life is None else self.time + life
        account = self.books.account(*name)
        answer = self.model.hold(name, amount, until)
        self.both(None, lambda: self.ledger.hold(account, amount, expires_at=until), answer)

    @rule(number=st.integers(0, 6))
    def void(self, number: int) -> None:
        self.both(None, lambda: self.ledger.void(number), self.model.void(number))

    @rule(payee=st.sampled_from(FLOWING), number=st.integers(0, 9), amount=AMOUNTS, key=KEYS)
    def draw(self, payee: Name, number: int, amount: int, key: int | str | None) -> None:
        """Post a hold from the account that it is in."""
        if self.model.holds:
            hold = number % len(self.model.holds)
            account = self.model.holds[hold]["account"]
            assert isinstance(account, tuple)
            self.several([Step(True, account, payee, amount)], key, hold)

    @rule(by=st.integers(-3, 4))
    def tick(self, by: int) -> None:
        """The clock may go back, and the time of the ledger does not."""
        self.time += by
        self.model.now = max(self.model.now, self.time)
        self.time = max(self.time, 0)
        assert self.ledger.expire() == self.model.now

    @rule(key=REAL_KEYS, body=st.sampled_from([b"x", b"y"]))
    def begin(self, key: int | str, body: bytes) -> None:
        self.both(key, lambda: self.ledger.begin(key, body), self.model.begin(key, body))

    @rule(key=REAL_KEYS, step=STEPS, hold=HOLDS)
    def complete(self, key: int | str, step: Step, hold: int | None) -> None:
        answer = self.model.complete(key, [step], hold)
        if answer != "ended":
            real = [self.real(step)]
            self.both(key, lambda: self.ledger.transact(real, key, hold=hold, begun=True), answer)

    @rule(key=REAL_KEYS)
    def refuse(self, key: int | str) -> None:
        answer = self.model.refuse(key)
        self.both(None, lambda: self.ledger.refuse(key, "LIMIT_PER_DAY"), answer)

    @invariant()
    def agree(self) -> None:
        self.ledger.expire()
        for number, account in enumerate(self.ledger.state.accounts.rows):
            assert self.ledger.balance(number) == self.model.balances[account[:3]]
            if account.guarded:
                assert self.ledger.held(number) == self.model.held(account[:3])
        for number in range(len(self.model.holds)):
            state = self.ledger.find_hold(number).state
            assert state is HoldState[self.model.state_of(number).upper()]
        states = {OK: "COMMITTED", "refused": "REFUSED", "in flight": "IN_FLIGHT"}
        for key, (state_of, _) in self.model.answers.items():
            outcome = self.ledger.outcome(key)  # type: ignore[arg-type] # ids are int or str here
            assert outcome is not None
            assert outcome.state is InstructionState[states[state_of]]
        assert self.audit.sweep() == []

    def teardown(self) -> None:
        again = self.ledger.replay()
        assert again.chain == self.ledger.chain == self.ledger.journal.recomputed()
        assert again.state.posted == self.ledger.state.posted
        assert again.state.floor == self.ledger.state.floor
        assert again.state.ceiling == self.ledger.state.ceiling
        assert again.state.all_holds() == self.ledger.state.all_holds()
        assert again.state.ids == self.ledger.state.ids
        assert Audit(again, self.audit.invariants).sweep() == []


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=max(10, EXAMPLES // 20), stateful_step_count=40)
