"""The running example: what it posts, and where it ends, worked out from its table by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from khqr.settlement import INVARIANTS, Audit, Books, Ledger, SettlementError, major_units
from khqr.settlement.books.example import PARTICIPANTS, example_books, example_steps, run_example
from khqr.settlement.ledger.chart import CHART, BookKind, Nature, Party, Side, chart_line
from khqr.settlement.money import Money

TABLE = Path(__file__).parent / "vectors" / "settlement" / "example.tsv"
CLOCK = 1_750_000_000_000

Line = tuple[str, str, str, str, Decimal]


def table() -> dict[str, list[Line]]:
    """Return the postings of each step: book, debit, credit, currency, amount."""
    steps: dict[str, list[Line]] = defaultdict(list)
    for text in TABLE.read_text().splitlines():
        if text.startswith("#"):
            continue
        step, currency, amount, postings = text.split("\t")
        for posting in postings.split("; "):
            for bank in "ABS" if "{f}" in posting else "-":
                book, debit, slash, credit = posting.replace("{f}", bank).split(" ")
                assert slash == "/"
                steps[step].append((book, debit, credit, currency, Decimal(amount)))
    return steps


def posted(books: Books, row: int) -> list[Line]:
    return [
        (
            entry.debit.book,
            entry.debit.name,
            entry.credit.name,
            entry.debit.currency,
            major_units(entry.amount, entry.debit.currency),
        )
        for entry in books.ledger.postings(row)
    ]


def example() -> tuple[Books, dict[str, int]]:
    books = example_books(clock=lambda: CLOCK)
    return books, run_example(books)


def test_every_step_posts_what_the_table_says() -> None:
    books, rows = example()
    expected = table()
    assert list(rows) == list(expected)
    for step, row in rows.items():
        assert Counter(posted(books, row)) == Counter(expected[step]), step


def test_the_closing_balances_are_those_of_the_table_added_up_by_hand() -> None:
    books, _ = example()
    totals: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for lines in table().values():
        for book, debit, credit, currency, amount in lines:
            totals[book, debit, currency] -= amount
            totals[book, credit, currency] += amount
    state = books.ledger.state
    ours = {
        account[:3]: major_units(posted, account.currency)
        for account, posted in zip(state.accounts.rows, state.posted, strict=True)
    }
    assert ours == totals


CLOSING = """
TOK supply KHR 1499990000
TOK supply USD 150000.00
A bsa KHR 499812000
B bsa KHR 500126500
S bsa KHR 500051500
A wallet:u KHR 783000
A casa:u KHR 4052500
A casa:u USD 489.95
B casa:m KHR 50500
B casa:m USD 0
A susp_in KHR 7000
B susp_in KHR 61000
S fxpos KHR 51500
S fxpos USD -15.00
S fxpos VND 62500
S nostro USD 9984.90
S nostro VND 62500
MPP wallet:p CNY 964.50
"""


@pytest.mark.parametrize("line", CLOSING.split("\n")[1:-1])
def test_the_closing_balances_that_the_example_promises(line: str) -> None:
    books, _ = example()
    book, name, currency, amount = line.split()
    balance = books.balance(book, name, currency)
    assert major_units(balance, currency) == Decimal(amount)


def test_everything_due_is_settled() -> None:
    books, _ = example()
    due = [
        number
        for number, account in enumerate(books.ledger.state.accounts.rows)
        if account.name.startswith("due_")
    ]
    assert due
    assert {books.ledger.balance(number) for number in due} == {0}


def test_the_domestic_report() -> None:
    """In and out of each settlement account by payments, and how many, in riel."""
    books, rows = example()
    into, out = Counter[str](), Counter[str]()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows.values():
        for entry in books.ledger.postings(row):
            names = entry.debit.name, entry.credit.name
            if entry.debit.book != "NBC" or entry.debit.currency != "KHR":
                continue
            if all(name.startswith("bsa:") for name in names):
                payer, payee = (name[4:] for name in names)
                out[payer] += entry.amount
                into[payee] += entry.amount
                counts[payee][0] += 1
                counts[payer][1] += 1
    found = {bank: (into[bank], counts[bank][0], out[bank], counts[bank][1]) for bank in "ABS"}
    assert found == {
        "A": (91_000, 3, 279_000, 8),
        "B": (207_000, 7, 70_500, 3),
        "S": (153_500, 4, 102_000, 3),
    }
    net = {bank: into[bank] - out[bank] for bank in "ABS"}
    assert net == {"A": -188_000, "B": 136_500, "S": 51_500}
    for bank, change in net.items():
        redeemed = 10_000 if bank == "B" else 0
        assert books.balance(bank, "bsa", "KHR") == 500_000_000 - redeemed + change


def test_the_net_positions_before_netting() -> None:
    books = example_books(clock=lambda: CLOCK)
    for name, calls in example_steps():
        if name.startswith("F13"):
            break
        books.run_all(calls)

    def position(hub: str, party: str, currency: str) -> int:
        owed = books.balance(hub, f"due_to:{party}", currency)
        return owed - books.balance(hub, f"due_from:{party}", currency)

    alipay = {party: position("ALP", party, "USD") for party in ("S", "MPP", "ACQ")}
    fees = books.balance("ALP", "fee_income", "USD")
    assert alipay == {"S": -1510, "MPP": -500, "ACQ": 1980}
    assert fees == 30
    assert sum(alipay.values()) + fees == 0
    corridor = {party: position("X", party, "VND") for party in ("S", "F")}
    assert corridor == {"S": 62_500, "F": -62_500}


def test_no_step_breaks_an_invariant() -> None:
    books = example_books(clock=lambda: CLOCK)
    audit = Audit(books.ledger, INVARIANTS)
    for name, calls in example_steps():
        books.run_all(calls, name)
        assert audit.sweep() == [], name
    assert Audit(books.ledger.replay(), INVARIANTS).sweep() == []


def test_running_the_example_twice_posts_it_once() -> None:
    books, rows = example()
    chain = books.ledger.chain
    assert run_example(books) == rows
    assert books.ledger.chain == chain


def test_refunds_name_their_originals() -> None:
    books, rows = example()
    for refund, original in {"F9d": "F9c", "F11a": "F6a", "F11d": "F8a"}.items():
        first = books.ledger.journal.row(rows[refund])
        assert first.amount == rows[original]
        assert first.instruction == f"example/{refund}"


def test_the_chart_shows_who_owes_the_tokens() -> None:
    wallet = CHART[BookKind.INSTITUTION]["wallet"]
    assert wallet.nature is Nature.LIABILITY
    assert wallet.party is Party.CUSTOMER
    central = CHART[BookKind.CENTRAL_BANK].values()
    assert {line.party for line in central} <= {Party.NONE, Party.INSTITUTION}
    assert {line.nature for line in CHART[BookKind.TOKENS].values()} == {Nature.REGISTER}
    guarded = {line.name for lines in CHART.values() for line in lines.values() if line.guarded}
    assert guarded == {
        "casa", "wallet", "holder", "bsa", "current", "nbc_current", "susp_in", "out_hold",
        "nostro",
    }  # fmt: skip


def test_assets_stand_in_debit_and_liabilities_in_credit() -> None:
    sides = {
        Nature.ASSET: {Side.DEBIT},
        Nature.EXPENSE: {Side.DEBIT},
        Nature.LIABILITY: {Side.CREDIT},
        Nature.EQUITY: {Side.CREDIT},
        Nature.INCOME: {Side.CREDIT},
        Nature.POSITION: {Side.CREDIT},
        Nature.REGISTER: {Side.DEBIT, Side.CREDIT},
    }
    for lines in CHART.values():
        for line in lines.values():
            assert line.side in sides[line.nature], line


@pytest.mark.parametrize(
    ("kind", "account", "name"),
    [
        (BookKind.INSTITUTION, "nonsense", "UNKNOWN_ACCOUNT"),
        (BookKind.INSTITUTION, "casa", "UNKNOWN_ACCOUNT"),
        (BookKind.INSTITUTION, "bsa:A", "UNKNOWN_ACCOUNT"),
        (BookKind.FOREIGN, "susp_in", "UNKNOWN_ACCOUNT"),
        (BookKind.HUB, "casa:u", "UNKNOWN_ACCOUNT"),
        (BookKind.TOKENS, "u", "UNKNOWN_ACCOUNT"),
        (BookKind.INSTITUTION, "casa:", "ACCOUNT_ID_INVALID"),
        (BookKind.INSTITUTION, "casa:a b", "ACCOUNT_ID_INVALID"),
        (BookKind.INSTITUTION, "casa:ហាង", "ACCOUNT_ID_INVALID"),
        (BookKind.INSTITUTION, "wallet:khqr", "ACCOUNT_ID_INVALID"),
        (BookKind.INSTITUTION, "wallet:merchant", "ACCOUNT_ID_INVALID"),
        (BookKind.INSTITUTION, "wallet:" + "x" * 33, "ACCOUNT_ID_INVALID"),
        (BookKind.TOKENS, "u@a@b", "ACCOUNT_ID_INVALID"),
        (BookKind.TOKENS, "@b", "ACCOUNT_ID_INVALID"),
        (BookKind.TOKENS, "x" * 30 + "@bb", "ACCOUNT_ID_INVALID"),
    ],
)
def test_accounts_that_the_chart_refuses(kind: BookKind, account: str, name: str) -> None:
    with pytest.raises(SettlementError) as refusal:
        chart_line(kind, account)
    assert refusal.value.name == name


def books_of_a() -> Books:
    return Books(Ledger(clock=lambda: 0), PARTICIPANTS)


@pytest.mark.parametrize("code", ["NBC", "TOK", "", "a b", "x" * 17, "a@b"])
def test_codes_of_participants_that_are_refused(code: str) -> None:
    with pytest.raises(SettlementError, match="ACCOUNT_ID_INVALID"):
        Books(Ledger(clock=lambda: 0), {code: BookKind.INSTITUTION})


def test_books_refuse_what_they_do_not_have() -> None:
    books = books_of_a()
    riel = {"amount": Money("KHR", 1)}
    for call, name in [
        (("nonsense", {}, riel), "NOT_FOUND"),
        (("issue", {}, riel), "MISSING_FIELDS"),
        (("issue", {"bank": "A"}, {}), "MISSING_FIELDS"),
        (("issue", {"bank": "Z"}, riel), "UNKNOWN_ACCOUNT"),
        (("issue", {"bank": "ALP"}, riel), "UNKNOWN_ACCOUNT"),
        (("issue", {"bank": "A"}, {"amount": Money("CNY", 1)}), "CURRENCY_NOT_SUPPORTED"),
        (("issue", {"bank": "A"}, {"amount": Money("KHR", 0)}), "AMOUNT_NOT_POSITIVE"),
        (("issue", {"bank": "A"}, riel), "INSUFFICIENT_FUNDS"),
    ]:
        with pytest.raises(SettlementError) as refusal:
            books.run(*call)
        assert refusal.value.name == name


def test_interchange_moves_a_fee_from_the_payees_bank_to_the_payers() -> None:
    books, _ = example()
    before = books.balance("A", "bsa", "KHR")
    books.run("interchange", {"payer_bank": "A", "payee_bank": "B"}, {"amount": Money("KHR", 500)})
    assert books.balance("A", "bsa", "KHR") == before + 500
    assert books.balance("A", "fee_income", "KHR") == 500
    assert books.balance("B", "fee_expense", "KHR") == 500
    assert Audit(books.ledger, INVARIANTS).sweep() == []
