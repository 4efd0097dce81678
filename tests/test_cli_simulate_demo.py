"""`khqr simulate demo`: for people in two widths, for programs, and into files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from khqr.cli.simulate.demo import demo
from khqr.cli.simulate.files import write_journal
from khqr.settlement import read_journal
from khqr.settlement.ledger.columns import read_parquet
from khqr.settlement.story import tell

CHAIN = tell().simulation.ledger.chain


def run(*args: str, columns: int = 80) -> Result:
    return CliRunner().invoke(demo, args, env={"COLUMNS": str(columns)})


@pytest.mark.parametrize(("columns", "widest"), [(80, 80), (120, 100), (40, 40)])
def test_it_fits_the_terminal(columns: int, widest: int) -> None:
    told = run(columns=columns)
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert max(map(len, lines)) <= widest
    assert "…" not in told.stdout
    assert not any("\x1b" in line for line in lines)


def test_what_it_tells() -> None:
    told = run().stdout
    assert told.index("A PAYMENT AT HOME") < told.index("A VISITOR PAYS HERE")
    assert "5. The money hops from bank to bank  2026-03-02 09:33" in told
    rows = [line.split() for line in told.splitlines()]
    assert ["wallet:dara", "50,000", "KHR", "150,000", "KHR"] in rows
    assert ["all", "0.00", "0.00", "0.00"] in rows
    assert ["MPP", "to", "ALP", "MppUserInitiatedPayRequest"] in rows
    assert ["paymentAmount", "2000000", "KHR,", "that", "is", "20,000", "riel"] in rows
    assert next(row[:5] for row in rows if row[:2] == ["ledger", "I4"]) == [
        "ledger",
        "I4",
        "a",
        "bank's",
        "wallets",
    ]
    assert "A model and not Bakong" in told
    assert run().stdout == told


def test_for_programs() -> None:
    told = json.loads(run("--json").stdout)
    assert told["chain"] == CHAIN
    hop = told["scenes"][4]
    assert hop["books"][0] == {
        "book": "deva",
        "about": "Dara's bank",
        "lines": [
            {
                "account": "wallet:dara",
                "debit": {"currency": "KHR", "units": 50_000},
                "credit": None,
                "balance": {"currency": "KHR", "units": 150_000},
            },
            {
                "account": "bsa",
                "debit": None,
                "credit": {"currency": "KHR", "units": 50_000},
                "balance": {"currency": "KHR", "units": 4_950_000},
            },
        ],
    }
    assert hop["tokens"] == [
        {"from": "dara@deva", "to": "khqr@devb", "amount": {"currency": "KHR", "units": 50_000}}
    ]
    assert hop["facts"]["state of the payment"] == "received"
    assert (hop["messages"], hop["table"]) == ([], None)
    scan, evening = told["scenes"][8], told["scenes"][14]
    assert scan["messages"][1] == {
        "from": "ALP",
        "to": "devs",
        "kind": "UserInitiatedPayRequest",
        "members": {"codeValue": "the same text", "pspId": "MPP"},
    }
    assert evening["table"]["heads"] == ["party", "paid", "fees", "net"]
    assert evening["table"]["rows"][-1] == ["all", "0.00", "0.00", "0.00"]


def _floats(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_floats, value.values()))
    if isinstance(value, list):
        return any(map(_floats, value))
    return isinstance(value, float)


def test_no_amount_is_a_float() -> None:
    assert not _floats(json.loads(run("--json").stdout))


def test_the_journal_can_be_read_back(tmp_path: Path) -> None:
    lines, columns = tmp_path / "journal.jsonl", tmp_path / "journal.parquet"
    for path in (lines, columns):
        assert run("--journal", str(path), "--json").exit_code == 0
    with lines.open(encoding="utf-8") as file:
        assert read_journal(file, clock=lambda: 0).chain == CHAIN
    assert read_parquet(columns, clock=lambda: 0).chain == CHAIN


def test_the_report_is_written(tmp_path: Path) -> None:
    path = tmp_path / "demo.html"
    assert run("--report", str(path)).exit_code == 0
    assert "<title>A story of payments</title>" in path.read_text(encoding="utf-8")


def test_wrong_usage(tmp_path: Path) -> None:
    wrong = run("--journal", str(tmp_path / "journal.csv"))
    assert wrong.exit_code == 2
    assert "must end with .jsonl or .parquet" in wrong.stderr
    assert run("--report", str(tmp_path)).exit_code == 2


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    missing = run("--journal", str(tmp_path / "journal.parquet"))
    assert missing.exit_code == 2
    assert 'pip install "khqr[parquet]"' in missing.stderr
    write_journal(tell().simulation.ledger, tmp_path / "journal.jsonl")
    assert (tmp_path / "journal.jsonl").stat().st_size > 10_000
