"""The command simulate: what it runs, prints and returns, and how it is stopped."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from khqr.cli.app import khqr as command
from khqr.cli.simulate import simulate
from khqr.cli.simulate.progress import memory
from khqr.settlement import Violation, read_journal
from khqr.settlement.ledger import lines
from khqr.settlement.load import replay
from khqr.settlement.load.audit import JournalAudit
from khqr.settlement.load.plan import Plan

PLAIN: dict[str, str | None] = dict.fromkeys(
    ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM")
)


def run(*args: str | Path, env: dict[str, str | None] | None = None) -> Result:
    """Run the command; whatever it does, it never shows a traceback."""
    result = CliRunner(env={**PLAIN, **(env or {})}).invoke(
        command, ["simulate", *(str(arg) for arg in args)]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def test_a_run_is_printed_for_people() -> None:
    result = run("--payments", "600", "--days", "2", "--banks", "3", "--texts", "10")
    assert result.exit_code == 0
    assert result.stderr == ""
    for said in (
        "600 payments over 2 days",
        "rate",
        "GiB",
        "bank03",
        "LIMIT_PER_DAY",
        "I12",
        "net",
    ):
        assert said in result.stdout


def test_a_run_is_a_document_for_programs() -> None:
    result = run("--payments", "600", "--days", "2", "--banks", "3", "--json")
    shape = json.loads(result.stdout)
    assert result.exit_code == 0
    assert shape["broken"] == []
    assert {row["name"] for row in shape["invariants"]} >= {"I1", "I7", "I13"}
    for row in shape["banks"]:
        assert row["net"] == row["value_in"] - row["value_out"]
    again = json.loads(run("--payments", "600", "--days", "2", "--banks", "3", "--json").stdout)
    assert again["chain"] == shape["chain"]
    other = run("--payments", "600", "--days", "2", "--banks", "3", "--json", "--seed", "2")
    assert json.loads(other.stdout)["chain"] != shape["chain"]


def test_the_half_year_is_a_plan_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Plan] = []

    real = replay.run

    def small(plan: Plan, **options: Any) -> replay.Run:
        plans.append(plan)
        return real(Plan(payments=200, days=2, payers=40, shops=10, banks=3), **options)

    monkeypatch.setattr(replay, "run", small)
    result = run("--half-year-2023", "--texts", "all")
    assert result.exit_code == 0
    assert "The volume of the first half of 2023" in result.stdout
    assert [(plan.payments, plan.days, plan.banks, plan.texts) for plan in plans] == [
        (35_400_000, 181, 20, 1)
    ]


def test_texts_are_all_some_or_none() -> None:
    def texts(value: str) -> int:
        result = run("--payments", "300", "--days", "1", "--texts", value, "--json")
        return int(json.loads(result.stdout)["texts"])

    assert texts("none") == texts("0") == 0
    assert 0 < texts("7") < texts("all")
    assert texts("all") == texts("1")


@pytest.mark.parametrize("value", ["-1", "1.5", "", "many", "٣", "9999999999"])
def test_other_texts_are_wrong_usage(value: str) -> None:
    result = run("--texts", value)
    assert result.exit_code == 2
    assert "is not a number, all or none" in result.stderr


@pytest.mark.parametrize(
    "args", [("--payments", "0"), ("--banks", "1"), ("--days", "367"), ("--seed", "-1")]
)
def test_impossible_sizes_are_wrong_usage(args: tuple[str, str]) -> None:
    assert run(*args).exit_code == 2


def test_a_report_is_written(tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    assert run("--payments", "100", "--days", "1", "--report", path).exit_code == 0
    page = path.read_text(encoding="utf-8")
    assert "<h1>100 payments over 1 day</h1>" in page
    assert "All 13 invariants hold" in page


def test_the_journal_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    shape = json.loads(run("--payments", "100", "--days", "1", "--journal", path, "--json").stdout)
    with path.open(encoding="utf-8") as file:
        again = read_journal(file, clock=lambda: 0, rising_ids=True)
    assert (again.chain, len(again.journal)) == (shape["chain"], shape["rows"])


@pytest.mark.parametrize("problem", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_journal_that_is_stopped_halfway_is_not_left_behind(
    problem: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: object) -> Iterator[str]:
        yield "half\n"
        raise problem

    monkeypatch.setattr(lines, "journal_lines", stopped)
    path = tmp_path / "run.jsonl"
    path.write_text("what was there")
    result = CliRunner().invoke(command, ["simulate", "--payments", "9", "--journal", str(path)])
    assert result.exit_code != 0
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("run.jsonl", "what was there")
    ]


def test_a_journal_goes_through_a_link_and_into_a_device(tmp_path: Path) -> None:
    link, path = tmp_path / "link.jsonl", tmp_path / "run.jsonl"
    path.write_text("old")
    link.symlink_to(path)
    assert run("--payments", "9", "--journal", link).exit_code == 0
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8").startswith('{"journal":')
    link.unlink()
    link.symlink_to(os.devnull)
    assert run("--payments", "9", "--journal", link).exit_code == 0
    assert {file.name for file in tmp_path.iterdir()} == {"link.jsonl", "run.jsonl"}


@pytest.fixture
def never_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was run")

    monkeypatch.setattr(replay, "run", never)


@pytest.mark.usefixtures("never_run")
@pytest.mark.parametrize("option", ["--report", "--journal"])
def test_a_file_that_cannot_be_is_refused_before_anything_is_paid(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder.jsonl"
    folder.mkdir()
    for path, said in ((tmp_path / "nowhere" / "run.jsonl", "there is no folder"), (folder, "")):
        result = run(option, path)
        assert result.exit_code == 2
        assert said in result.stderr
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path)  # root may write all
    result = run(option, tmp_path / "run.jsonl")
    assert result.exit_code == 2
    assert "no file can be made in the folder" in result.stderr


@pytest.mark.usefixtures("never_run")
def test_an_empty_name_is_refused_before_anything_is_paid() -> None:
    result = run("--report", "")
    assert result.exit_code == 2
    assert "'.' is a folder" in result.stderr


@pytest.mark.usefixtures("never_run")
@pytest.mark.parametrize("more", [(), ("demo",)])
def test_report_and_journal_are_two_files(more: tuple[str, ...], tmp_path: Path) -> None:
    one, same = tmp_path / "run.jsonl", tmp_path / "." / "run.jsonl"
    result = run(*more, "--report", one, "--journal", same)
    assert result.exit_code == 2
    assert "are one file" in result.stderr
    assert not one.exists()


@pytest.mark.usefixtures("never_run")
@pytest.mark.parametrize(
    ("module", "option", "extra"),
    [
        ("vl_convert", ("--report", "run.html"), "simulate"),
        ("pyarrow", ("--journal", "run.parquet"), "parquet"),
    ],
)
def test_what_a_file_needs_is_looked_for_before_anything_is_paid(
    module: str,
    option: tuple[str, str],
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    result = run(option[0], tmp_path / option[1])
    assert result.exit_code == 2
    assert f'pip install "khqr[{extra}]"' in result.stderr


def test_options_of_the_demo_stand_behind_its_name(tmp_path: Path) -> None:
    result = run("--report", tmp_path / "demo.html", "demo")
    assert result.exit_code == 2
    assert "stand behind its name: khqr simulate demo" in result.stderr


def test_a_broken_invariant_is_said_and_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(JournalAudit):
        def sweep(self) -> list[Violation]:
            return [*super().sweep(), Violation("I2", "a riel too much")]

    monkeypatch.setattr(replay, "JournalAudit", Broken)
    result = run("--payments", "100", "--days", "1")
    assert result.exit_code == 1
    assert "I2: a riel too much" in result.stdout
    shown = json.loads(run("--payments", "100", "--days", "1", "--json").stdout)
    assert shown["broken"] == ["I2: a riel too much"]


def test_ctrl_c_ends_it_cleanly(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(replay, "begin_day", stop)
    result = run("--payments", "100")
    assert result.exit_code == 130
    assert result.stderr == "stopped; nothing of the run is kept\n"
    assert result.stdout == ""


def test_without_numpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    result = run("--payments", "100")
    assert result.exit_code == 2
    assert 'pip install "khqr[simulate]"' in result.stderr


def test_a_bar_is_shown_on_a_terminal() -> None:
    env: dict[str, str | None] = {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "1", "COLUMNS": "120"}
    result = run("--payments", "400", "--days", "2", env=env)
    assert result.exit_code == 0
    assert "400/400" in result.stderr
    assert "MiB" in result.stderr


def test_memory_is_0_where_nobody_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert memory() > 2**20
    monkeypatch.setattr(sys, "platform", "darwin")
    on_a_mac = memory()
    monkeypatch.setitem(sys.modules, "resource", None)
    assert memory() == 0 < on_a_mac


def test_a_subcommand_runs_in_place_of_payments() -> None:
    @simulate.command("probe")
    def probe() -> None:
        print("probed")

    try:
        result = run("probe")
    finally:
        simulate.commands.pop("probe")
    assert (result.exit_code, result.stdout) == (0, "probed\n")
