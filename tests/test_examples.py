"""The example programs do what they say, and the rules page holds what the catalogues hold."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import khqr
from khqr.emv.catalogue import CATALOGUE
from khqr.fields import FIELDS_BY_PATH
from khqr.findings import KHQR_CATALOGUE
from material import STATIC, load

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*.py"))
RULES_PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run an example in a folder of its own, and return what it prints."""

    def runs(name: str, *arguments: str) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
        return capsys.readouterr().out

    return runs


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_runs(run: Run, name: str) -> None:
    assert run(name)


def test_shop_codes_are_files_and_a_bad_shop_is_named(run: Run, tmp_path: Path) -> None:
    printed = run("print_shop_codes.py", str(tmp_path / "stands"))
    files = sorted(path.name for path in (tmp_path / "stands").iterdir())
    assert files == ["000101-POS-1.svg", "000101-POS-2.svg", "000102-POS-1.svg"]
    assert "000103-POS-1: no code\n    59: merchant_name has 35 characters" in printed


def test_till_shows_the_amount_and_keeps_the_key(run: Run) -> None:
    printed = run("till_amount.py", "7.25", "INV-9")
    shown = re.search("show: (.+)", printed)
    assert shown is not None
    code = khqr.decode(shown[1])
    assert (str(code.amount), code.bill_number) == ("7.25", "INV-9")
    assert f"keep: {khqr.md5(shown[1])}" in printed


def test_till_refuses_what_is_no_amount(run: Run) -> None:
    with pytest.raises(SystemExit, match=r"khqr\.amount\.format"):
        run("till_amount.py", "7,25")


def test_refusal_is_explained_and_a_good_code_is_let_pass(run: Run) -> None:
    assert "number 45 of the NBC" in run("why_refused.py")
    assert run("why_refused.py", STATIC) == "nothing speaks against it, 0 warning(s)\n"


def test_photo_is_read_by_both_readers(run: Run) -> None:
    printed = run("read_photo.py")
    assert "drawn and turned: Demo User (demo_user@devb)" in printed
    assert "a white sheet: no-symbol" in printed


def test_sdk_takes_a_repeated_currency_and_the_stricter_verdict_does_not(run: Run) -> None:
    printed = run("compare_sdk_view.py").partition("a currency that stands twice")[2]
    assert "verify         True" in printed
    assert "stricter       False, 8 KHQR_INVALID" in printed


def test_inbound_is_paid_once_and_a_replay_is_refused(run: Run) -> None:
    printed = run("alipay_inbound.py")
    assert printed.count("Bakong: 10000 KHR to khqr@devb") == 1
    assert printed.count('"resultCode":"INVALID_SIGNATURE"') == 1
    assert printed.count('"resultCode":"INVALID_CODE"') == 1


def test_outbound_asks_only_about_codes_of_its_rules(run: Run) -> None:
    printed = run("alipay_outbound.py")
    assert printed.count("debit 10000 KHR") == 1
    assert "url: not for us" in printed


def test_a_till_sees_its_payment_and_its_time_out(run: Run) -> None:
    assert run("till_against_simulator.py").splitlines() == [
        "INV-1: paid 2.50 USD after 8 s",
        "INV-2: timed out after 602 s",
        "paid too late: QR_EXPIRED",
        "the shop has 250 cents, broken invariants: 0",
    ]


def _rows(*, columns: int) -> Iterator[list[str]]:
    """Yield the cells of every table row of the rules page that has so many columns."""
    for line in RULES_PAGE.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        if line.startswith("|") and len(cells) == columns:
            yield cells


def test_rules_page_holds_the_catalogue_of_emvco() -> None:
    listed = {
        code: (number, severity, clause)
        for number, severity, code, _, clause in _rows(columns=5)
        if re.fullmatch(r"R\d+", number)
    }
    assert listed == {
        code: (rule.number, rule.severity.value, rule.clause.removeprefix("EMVCo MPM 1.0 "))
        for code, rule in CATALOGUE.items()
    }


def test_rules_page_holds_the_catalogue_of_khqr() -> None:
    listed = {}
    for first, second, third, fourth, fifth in _rows(columns=5):
        if first.startswith("khqr."):
            listed[first] = (second, third)
            assert KHQR_CATALOGUE[first].clause == fifth
        elif first in FIELDS_BY_PATH:
            for code, number in ((second, third), (fourth, fifth)):
                if code == "-":
                    continue
                assert code.startswith(FIELDS_BY_PATH[first].finding)
                listed.setdefault(code, ("error", number))
    assert listed == {
        code: (rule.severity.value, str(rule.nbc_code or "-"))
        for code, rule in KHQR_CATALOGUE.items()
    }


def test_rules_page_maps_every_label_of_the_vectors() -> None:
    section = RULES_PAGE.partition("## The labels of the test vectors")[2]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    families = {name for row in rows for name in re.findall("`([^`]+)`", row.split(" | ")[0])}
    codes = {name for row in rows for name in re.findall("`([^`]+)`", row.split(" | ")[1])}
    assert codes <= set(CATALOGUE)
    labels = {
        label["code"]
        for case in load("emvco.json")
        if case["mode"] == "MPM"
        for label in (*case["errors"], *case["warnings"])
    }
    labels |= {label for case in load("khqr_one_fault.json") for label in case["why"]}
    assert {re.sub(r"missing\.[0-9]{2}$", "missing.NN", label) for label in labels} <= families


def test_what_was_scanned_is_named(run: Run) -> None:
    printed = run("what_was_scanned.py")
    assert "KHQR: Bakong account demo_user@devb" in printed
    assert "VietQR: account 000000000001 at bank 999999" in printed
    assert "Thai transfer slip: proves a payment, cannot be paid" in printed
    assert "not a code to pay" in printed
    damaged = run("what_was_scanned.py", STATIC[:-4] + "0000")
    assert "crc.mismatch" in damaged
