"""`khqr identify`: what it prints, and with which exit code."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

import khqr
from khqr.checks import profile_names
from khqr.cli.app import khqr as command
from material import P0, STATIC, resealed, sealed
from test_schemes import BHARAT, CASES, SLIP, THAI, VIET


def run(*arguments: str, given: str | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, list(arguments), input=given)


def test_a_network_with_its_fields() -> None:
    done = run("identify", VIET)
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "vietqr      VietQR, object 38",
        "  currency  704",
        "  bank_bin  999999",
        "  account   000000000001",
        "  service   QRIBFTTA",
    ]


def test_standard_input_and_several_networks() -> None:
    sgqr = next(case["payload"] for case in CASES if case["scheme"] == "sgqr")
    done = run("identify", given=sgqr + "\n")
    assert done.exit_code == 0
    heads = [line.split()[0] for line in done.output.splitlines() if not line.startswith(" ")]
    assert heads == [network.scheme for network in khqr.identify(sgqr)]
    assert "unknown  SG.COM.OCBC, object 28" in done.output.splitlines()


def test_json() -> None:
    done = run("identify", "--json", THAI)
    assert json.loads(done.output) == {
        "networks": [
            {
                "scheme": "thaiqr",
                "country": "TH",
                "object_path": "29",
                "identifier": "A000000677010111",
                "pays": True,
                "fields": dict(khqr.identify(THAI)[0].fields),
            }
        ]
    }
    stranger = json.loads(run("identify", "--json", P0).output)["networks"][0]
    assert (stranger["scheme"], stranger["identifier"]) == ("unknown", "com.example.pay")


def test_a_slip_is_said_to_be_no_payment() -> None:
    assert "cannot be paid" in run("identify", SLIP).output


def test_numbers_of_cards_are_not_shown() -> None:
    shown = run("identify", BHARAT).output
    assert "demo.shop@example" in shown
    assert "6000000000000000" not in shown
    card = run("identify", sealed("0002010216" + "4" * 16)).output
    assert card == "visa  Visa, object 02\n"


def test_no_network_at_all() -> None:
    done = run("identify", "000201")
    assert (done.exit_code, done.output) == (0, "no network is named in it\n")
    assert json.loads(run("identify", "--json", "000201").output) == {"networks": []}


@pytest.mark.parametrize("text", ["hello", "", "upi://pay?pa=a@b&pa=c@d"])
def test_what_is_no_code_is_an_error(text: str) -> None:
    done = run("identify", text)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")


def test_text_of_a_code_is_harmless_on_a_terminal() -> None:
    nasty = resealed(P0.replace("com.example.pay", "com.\x1b[2Jmple.pay"[:15]))
    assert "\x1b" not in run("identify", nasty).output


def test_profiles_of_check_and_explain() -> None:
    done = run("check", "--profile", "vietqr", VIET)
    assert (done.exit_code, done.output) == (0, "no findings (profile vietqr)\n")
    assert run("check", "--profile", "duitnow", STATIC).exit_code == 1
    explained = run("explain", "--profile", "thaiqr", THAI)
    assert explained.exit_code == 0
    assert "no findings (profile thaiqr)" in explained.output
    shown = run("check", "--help").output.replace("\n", "").replace(" ", "")
    assert all(name in shown for name in profile_names())
