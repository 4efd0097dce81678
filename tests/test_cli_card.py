"""The command card: the same files as the library draws, and errors that tell what to do."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

import khqr
from khqr.cli.app import khqr as command
from khqr.image import card, scan, scan_all
from material import FULL, STATIC

DOLLARS = khqr.encode(replace(khqr.decode(STATIC), currency=khqr.USD))


def ran(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(command, ["card", *args], stdin)


@pytest.mark.parametrize("ending", ["png", "jpg", "jpeg", "svg", "pdf"])
def test_a_file_of_each_kind(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"card.{ending}"
    result = ran(STATIC, "--out", str(out))
    assert (result.exit_code, result.output) == (0, "")
    drawn = card.make(STATIC)
    other = {"png": drawn.png, "svg": lambda: drawn.svg().encode(), "pdf": drawn.pdf}
    assert out.read_bytes() == (other[ending]() if ending in other else drawn.jpeg())
    again = ran(STATIC, "--out", str(out))
    assert (again.exit_code, "exists; --force overwrites it" in again.stderr) == (2, True)
    assert ran(STATIC, "--out", str(out), "--force").exit_code == 0


def test_options_are_those_of_the_library(tmp_path: Path) -> None:
    art = tmp_path / "art.png"
    Image.new("RGB", (40, 40), "navy").save(art)
    out = tmp_path / "card.png"
    chosen = ["--theme", "dark", "--language", "km", "--badge", str(art), "--logo", str(art)]
    result = ran(FULL, *chosen, "--error", "H", "--width", "800", "--verify", "--out", str(out))
    assert result.exit_code == 0, result.output
    drawn = card.make(FULL, theme="dark", language="km", badge=art, logo=art, error="H")
    assert out.read_bytes() == drawn.png(800)
    assert scan(out).text == FULL


def test_two_payloads_standard_streams_and_a_stand(tmp_path: Path) -> None:
    both = ran(STATIC, DOLLARS, "--format", "png")
    assert {item.text for item in scan_all(both.stdout_bytes, expected=2)} == {STATIC, DOLLARS}
    piped = ran("--format", "svg", "--badge", "none", stdin=STATIC + "\n")
    assert piped.stdout == card.make(STATIC, badge=None).svg()
    out = tmp_path / "stand.pdf"
    assert ran(STATIC, "--style", "stand", "--width-mm", "105", "--out", str(out)).exit_code == 0
    assert out.read_bytes() == card.make(STATIC, style=card.StandStyle()).pdf(105)


def test_warnings_are_said_and_the_card_is_drawn() -> None:
    result = ran(STATIC, "--format", "png", "--width", "150")
    assert result.exit_code == 0
    assert "readers begin to fail" in result.stderr
    assert Image.open(io.BytesIO(result.stdout_bytes)).width == 150
    assert "are printed small" in ran(STATIC, "--format", "pdf", "--width-mm", "20").stderr


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        ([STATIC], 2, "no file is named; give --format"),
        ([STATIC, "--out", "card.gif"], 2, "ends with none of .png, .jpeg, .svg, .pdf"),
        ([STATIC, "--format", "pdf", "--width", "600"], 2, "--width is for png, jpeg and svg"),
        ([STATIC, "--format", "png", "--width-mm", "60"], 2, "--width-mm for pdf"),
        ([STATIC, "--format", "png", "--width", "9"], 1, "width is 9, expected 100 to 5000"),
        ([STATIC[:-4] + "0000", "--format", "png"], 1, "CRC is 0000, expected 119A"),
        ([STATIC, STATIC, "--format", "png"], 1, "a card with two symbols is for two currencies"),
        ([STATIC] * 3 + ["--format", "png"], 1, "a card has one symbol or two, not 3"),
        ([STATIC, "--format", "png", "--badge", "absent.png"], 1, "absent.png"),
    ],
)
def test_what_cannot_be_drawn(args: list[str], code: int, message: str) -> None:
    result = ran(*args)
    assert result.exit_code == code, result.output
    assert message in result.stderr
