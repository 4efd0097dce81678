"""The command batch: what it makes, prints and returns, and how it is stopped."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import khqr
from khqr.bulk import TableError, read_csv, render
from khqr.bulk.journal import JOURNAL
from khqr.cli import batch as batch_module
from khqr.cli.app import khqr as command
from khqr.cli.console import Output
from material import STATIC

HEADER = "bakong_account_id,merchant_name,terminal_label\n"
PLAIN: dict[str, str | None] = dict.fromkeys(
    ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM")
)
RUN = "import sys; from khqr.cli import main; sys.exit(main())"


def shops(path: Path, count: int, more: str = "") -> Path:
    """Write a table of so many shops, and what more there is."""
    lines = [f"demo_user@devb,Demo User,POS-{number}\n" for number in range(count)]
    path.write_text(HEADER + "".join(lines) + more, encoding="utf-8")
    return path


def run(*args: str | Path, stdin: str | None = None) -> Result:
    """Run the command; whatever it does, it never shows a traceback."""
    result = CliRunner(env=PLAIN).invoke(
        command, ["batch", *(str(arg) for arg in args)], input=stdin
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def files(folder: Path) -> dict[str, bytes]:
    """Return the pictures in a folder."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.name not in {JOURNAL, "errors.csv"}
    }


def test_a_table_becomes_a_folder(tmp_path: Path) -> None:
    path, out = shops(tmp_path / "m.csv", 3), tmp_path / "out"
    first = run(path, "--out", out, "--format", "txt", "--jobs", "1")
    assert (first.exit_code, first.stderr) == (0, "")
    lines = first.stdout.splitlines()
    assert lines[:3] == ["rows     3", "made     3", "failed   0"]
    assert lines[3].startswith("seconds  ")
    assert sorted(files(out)) == [f"00000{n}-demo_user@devb.txt" for n in (2, 3, 4)]
    again = run(path, "--out", out, "--format", "txt")
    assert again.stdout.splitlines()[1] == "kept     3"
    anew = run(path, "--out", out, "--format", "txt", "--no-resume")
    assert anew.stdout.splitlines()[1] == "made     3"


def test_it_is_the_library(tmp_path: Path) -> None:
    path = shops(tmp_path / "m.csv", 2)
    args = ("--format", "svg", "--name", "{terminal_label}", "--error", "Q", "--scale", "2")
    assert run(path, "--out", tmp_path / "a", *args).exit_code == 0
    render(
        read_csv(path), tmp_path / "b", format="svg", name="{terminal_label}", error="Q", scale=2
    )
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert set(files(tmp_path / "a")) == {"POS-0.svg", "POS-1.svg"}


def test_bad_rows_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = "demo,\x1b[2JDemo,\ndemo_user@devb,Demo User\n"
    path, out = shops(tmp_path / "m.csv", 2, bad), tmp_path / "out"
    result = run(path, "--out", out, "--format", "txt")
    assert result.exit_code == 1
    assert "failed   2" in result.stdout
    assert f"errors   {out / 'errors.csv'}" in result.stdout
    said = result.stderr.splitlines()
    assert said[0].startswith("line 4, bakong_account_id: khqr.bakong-account-id.format: ")
    assert said[1].startswith("line 4, merchant_name: khqr.text.control: ")
    assert said[2].startswith("line 5, row.cells: the row has 2 cells, the header has 3")
    assert "\x1b" not in result.stderr
    assert len(files(out)) == 2
    with (out / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["4", "5"]


def test_what_a_card_leaves_out_is_named_by_its_line(tmp_path: Path) -> None:
    path = shops(tmp_path / "m.csv", 1, "demo_user@devb,Demo \u2615,\n")
    result = run(path, "--out", tmp_path / "out", "--format", "card", "--jobs", "1")
    assert result.exit_code == 0
    (said,) = result.stderr.splitlines()
    assert said.startswith("line 3, note: the card leaves out characters")


def test_only_the_first_bad_rows_are_named(tmp_path: Path) -> None:
    path = shops(tmp_path / "m.csv", 0, "demo,Demo,\n" * 30)
    result = run(path, "--dry-run")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 21
    assert "more rows failed" in result.stderr


def test_json(tmp_path: Path) -> None:
    path, out = shops(tmp_path / "m.csv", 1, "demo,Demo,\n"), tmp_path / "out"
    result = run(path, "--out", out, "--format", "txt", "--json")
    assert result.exit_code == 1
    shape = json.loads(result.stdout)
    (failure,) = shape.pop("failures")
    assert shape == {
        "rows": 2,
        "made": 1,
        "kept": 0,
        "checked": 0,
        "failed": 1,
        "errors": str(out / "errors.csv"),
    }
    assert failure["line"] == 3
    assert failure["problems"][0]["code"] == "khqr.bakong-account-id.format"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    path = shops(tmp_path / "m.csv", 3, "demo,Demo,\n")
    result = run(path, "--out", tmp_path / "out", "--dry-run")
    assert result.stdout.splitlines()[:3] == ["rows     4", "checked  3", "failed   1"]
    assert list(tmp_path.iterdir()) == [path]
    listed = run(path, "--dry-run", "--errors", tmp_path / "list.csv")
    assert listed.exit_code == 1
    assert (tmp_path / "list.csv").exists()


def test_standard_input_and_limit(tmp_path: Path) -> None:
    text = shops(tmp_path / "m.csv", 5).read_text(encoding="utf-8")
    result = run("-", "--out", tmp_path / "out", "--format", "txt", "--limit", "2", stdin=text)
    assert (result.exit_code, len(files(tmp_path / "out"))) == (0, 2)


def test_a_pipe_with_a_name_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = shops(tmp_path / "m.csv", 3)
    with subprocess.Popen(["/bin/sh", "-c", f"cat '{text}' > '{pipe}'"]):
        result = run(pipe, "--dry-run")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "rows     3")


def test_payloads_delimiters_and_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"payload\tbranch\n{STATIC}\tMain\n")
    args = ("--out", tmp_path / "out", "--format", "txt", "--name", "{branch}")
    refused = run(path, *args)
    assert refused.exit_code == 2
    assert "'branch'; rename them, or pass over them with --ignore-columns" in refused.stderr
    assert run(path, *args, "--ignore-columns", "--delimiter", "tab").exit_code == 0
    assert files(tmp_path / "out") == {"Main.txt": STATIC.encode()}
    assert run(path, *args, "--ignore-columns", "--delimiter", ",").exit_code == 2


def test_codes_with_an_amount(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("bakong_account_id,merchant_name,amount\ndemo_user@devb,Demo,4100\n")
    refused = run(path, "--dry-run")
    assert refused.exit_code == 1
    assert "fill in a column expires_in, as in 10m" in refused.stderr
    args = ("--at", "2026-11-22T09:30:00Z", "--expires-in", "10m", "--strict")
    assert run(path, "--out", tmp_path / "out", "--format", "txt", *args).exit_code == 0
    code = khqr.decode(files(tmp_path / "out").popitem()[1])
    assert code.expires_at is not None
    assert code.expires_at.isoformat() == "2026-11-22T09:40:00+00:00"


def test_pictures_are_scanned_back_where_asked(tmp_path: Path) -> None:
    path = shops(tmp_path / "m.csv", 1)
    assert run(path, "--out", tmp_path / "a", "--format", "png").exit_code == 0
    assert run(path, "--out", tmp_path / "a", "--format", "png", "--no-verify").exit_code == 0
    refused = run(path, "--out", tmp_path / "b", "--verify")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "svg cannot be scanned back" in refused.stderr


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ([], "give --out FOLDER, or --dry-run"),
        (["--out", "x", "--format", "gif"], "'gif' is not one of"),
        (["--out", "x", "--jobs", "0"], "0 is not in the range"),
        (["--out", "x", "--name", "{zzz}"], "name asks for 'zzz'"),
        (["--out", "m.csv"], "is a file"),
        (["--out", "x", "--errors", "m.csv"], "this run writes 'm.csv'; read a copy of it"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shops(tmp_path / "m.csv", 1)
    result = run("m.csv", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr
    assert not (tmp_path / "x").exists()


def test_a_table_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b"")
    for args in ([str(path)], [str(tmp_path / "none.csv")]):
        result = run(*args, "--dry-run")
        assert (result.exit_code, result.stdout) == (2, "")
    as_json = run(path, "--dry-run", "--json")
    assert json.loads(as_json.stderr)["error"]["type"] == TableError.__name__


def test_a_terminal_gets_a_bar_with_rate_and_time_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def console(self: object, *, stderr: bool = False) -> Console:
        file = sys.stderr if stderr else sys.stdout
        return Console(file=file, force_terminal=stderr, width=100, no_color=True)

    monkeypatch.setattr(Output, "console", console)
    path = shops(tmp_path / "m.csv", 5, "demo,Demo,\n")
    result = run(path, "--out", tmp_path / "out", "--format", "txt", "--jobs", "1")
    assert result.exit_code == 1
    assert "6/6" in result.stderr
    assert "/s" in result.stderr
    assert "left, 1 failed" in result.stderr
    assert "line 7, bakong_account_id" in result.stderr
    assert "\x1b" not in result.stdout


def test_a_log_gets_a_line_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "_EVERY", 0.0)
    result = run(shops(tmp_path / "m.csv", 2), "--dry-run")
    assert [line.partition(",")[0] for line in result.stderr.splitlines()] == [
        "1 of 2 rows",
        "2 of 2 rows",
    ]
    text = HEADER + "demo_user@devb,Demo User,\n"
    assert "1 of unknown rows" in run("-", "--dry-run", stdin=text).stderr


def _interrupted(path: Path, out: Path, jobs: str, how: signal.Signals) -> tuple[int, str]:
    """Start the command, stop it when some pictures are there, and return how it ended."""
    args = ["batch", str(path), "--out", str(out), "--format", "txt", "--jobs", jobs]
    with subprocess.Popen(
        [sys.executable, "-c", RUN, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        journal = out / JOURNAL
        while not (journal.exists() and journal.stat().st_size > 10_000):
            assert process.poll() is None, "the run ended before it could be stopped"
        if how is signal.SIGINT:
            os.killpg(process.pid, how)  # as a terminal does: all processes get it
        else:
            process.send_signal(how)
        said = process.communicate()[1]
    return process.returncode, said


@pytest.mark.parametrize(
    ("jobs", "how"), [("1", signal.SIGINT), ("2", signal.SIGINT), ("2", signal.SIGTERM)]
)
def test_a_run_is_stopped_and_the_same_command_goes_on(
    tmp_path: Path, jobs: str, how: signal.Signals
) -> None:
    path, out = shops(tmp_path / "m.csv", 4_000), tmp_path / "out"
    code, said = _interrupted(path, out, jobs, how)
    assert (code, said) == (130, "stopped; the same command goes on from here\n")
    lines = (out / JOURNAL).read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["bytes"] for line in lines)
    made = files(out)
    assert len(lines) <= len(made) < 4_000
    assert all(khqr.verify(data) for data in made.values())
    result = run(path, "--out", out, "--format", "txt", "--jobs", jobs, "--json")
    shape: dict[str, Any] = json.loads(result.stdout)
    assert (shape["rows"], shape["failed"], shape["kept"]) == (4_000, 0, len(lines))
    whole = tmp_path / "whole"
    render(read_csv(path), whole, format="txt")
    assert files(out) == files(whole)
