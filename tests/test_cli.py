"""The console command: what it prints, where, and with which exit code."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import khqr
from khqr import codec
from khqr.cli import main
from khqr.cli.app import khqr as command
from khqr.cli.explain import explained, rows
from khqr.cli.page import html, page_of
from khqr.codec import Amendments
from khqr.emv.crc import checksum
from khqr.errors import MissingDependency
from khqr.image import engines, symbol

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KHMER = "ហាងសាកល្បង"

PERSON = khqr.encode(khqr.Individual(bakong_account_id="demo_user@devb", merchant_name="Demo Shop"))
SHOP = khqr.encode(
    khqr.Merchant(
        bakong_account_id="khqr@devb",
        merchant_name="Demo Coffee",
        merchant_id="000123",
        acquiring_bank="Dev Bank",
        amount=4100,
        bill_number="INV-1021",
        language_preference="km",
        merchant_name_alternate_language=KHMER,
        merchant_city_alternate_language="ភ្នំពេញ",
    ),
    at=AT,
    expires_in=timedelta(minutes=10),
)
DOLLAR = khqr.encode(
    khqr.Individual(
        bakong_account_id="demo_user@devb",
        merchant_name=KHMER,
        currency="USD",
        amount="1.50",
        account_information="012345678",
        acquiring_bank="Dev Bank",
        terminal_label="POS-1",
    ),
    at=AT,
    expires_in=timedelta(minutes=10),
)
CODES = [PERSON, SHOP, DOLLAR]
CONSUMER = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8="
WRONG_CRC = PERSON[:-4] + "0000"
COMMANDS = [
    "encode", "decode", "check", "verify", "amend", "anonymise", "explain", "identify", "render",
    "card", "scan", "batch", "alipay", "simulate",
]  # fmt: skip

PIPED: dict[str, str | None] = dict.fromkeys(
    ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM")
)
TERMINAL = PIPED | {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "120"}


@pytest.fixture(autouse=True)
def _a_plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PIPED:
        monkeypatch.delenv(name, raising=False)


def run(
    *args: str | Path, stdin: str | bytes | None = None, env: dict[str, str | None] | None = None
) -> Result:
    """Run the command as from a pipe; whatever it does, it never shows a traceback."""
    runner = CliRunner(env=PIPED if env is None else env)
    result = runner.invoke(command, [str(arg) for arg in args], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code in {0, 1, 2}
    return result


def good(*args: str | Path, stdin: str | bytes | None = None) -> str:
    """Return what a run that must succeed prints, in full."""
    result = run(*args, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def refused(code: int, *args: str | Path, stdin: str | bytes | None = None) -> str:
    """Return what a run that must fail says on standard error; it prints nothing else."""
    result = run(*args, stdin=stdin)
    assert (result.exit_code, result.stdout) == (code, ""), result.output
    return result.stderr


def document(*args: str | Path, code: int = 0, stdin: str | bytes | None = None) -> Any:
    """Return the JSON document that a run prints."""
    result = run(*args, "--json", stdin=stdin)
    assert (result.exit_code, result.stderr) == (code, ""), result.output
    return json.loads(result.stdout)


def sealed(text: str) -> str:
    """Return ``text`` with an object 63 that is right."""
    return text + "6304" + checksum(text + "6304")


# The group


def test_help_of_the_group() -> None:
    text = " ".join(good("--help").split())
    assert "Not affiliated with the National Bank of Cambodia or Bakong." in text
    assert 'eval "$(_KHQR_COMPLETE=bash_source khqr)"' in text
    assert all(f" {name} " in text for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_has_an_example(name: str) -> None:
    text = good(name, "--help")
    assert f"Examples:\n    khqr {name} " in text
    assert "\b" not in text


def test_every_command_is_tested_here() -> None:
    assert sorted(command.commands) == sorted(COMMANDS)


def test_version() -> None:
    assert good("--version") == f"khqr {khqr.__version__}\n"


def test_completion_is_clicks() -> None:
    env: dict[str, str | None] = {"COMP_WORDS": "khqr ver", "COMP_CWORD": "1"}
    env["_KHQR_COMPLETE"] = "bash_complete"
    result = CliRunner(env=env).invoke(command, [], prog_name="khqr")
    assert (result.exit_code, result.stdout) == (0, "plain,verify\n")


@pytest.mark.parametrize("args", [["--nonsense"], ["nonsense"], []])
def test_wrong_usage_of_the_group(args: list[str]) -> None:
    assert "Usage: khqr" in refused(2, *args)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option(name: str) -> None:
    assert "No such option" in refused(2, name, "--nonsense")


def test_a_payload_without_quotes_is_wrong_usage() -> None:
    assert "unexpected extra argument" in refused(2, "decode", *PERSON.split())


# Where the payload comes from


@pytest.mark.parametrize("dash", [[], ["-"]])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_standard_input_loses_one_line_end(dash: list[str], end: str) -> None:
    assert good("verify", *dash, stdin=PERSON + end) == "the CRC is right\n"


@pytest.mark.parametrize("end", ["\n\n", "\r", " \n", "\n\r\n", "\r\r\n"])
def test_all_else_around_a_payload_is_judged(end: str) -> None:
    assert run("verify", stdin=PERSON + end).exit_code == 1
    assert run("check", "--lenient", stdin=PERSON + end).exit_code == 0


def test_a_line_end_in_an_argument_is_judged() -> None:
    assert run("verify", PERSON + "\n").exit_code == 1


@pytest.mark.parametrize("args", [["decode"], ["decode", ""], ["decode", "-"]])
def test_an_empty_payload(args: list[str]) -> None:
    assert "payload.empty" in refused(1, *args, stdin="")


def test_bytes_that_are_not_utf8() -> None:
    assert "payload.not-utf8" in refused(1, "decode", stdin=b"000201\xff")
    assert "payload.not-utf8" in refused(1, "decode", "000201\udcff")
    assert [item["code"] for item in document("check", code=1, stdin=b"\xff")["findings"]] == [
        "payload.not-utf8"
    ]


def test_endless_input_is_not_read_to_its_end() -> None:
    assert "payload.over-limit" in refused(1, "decode", stdin="0" * 1_000_000)


# encode


def test_encode_an_individual() -> None:
    args = ("--bakong-account-id", "demo_user@devb", "--merchant-name", "Demo Shop")
    assert good("encode", *args) == PERSON + "\n"


ENCODE_SHOP = (
    *("encode", "--bakong-account-id", "khqr@devb", "--merchant-name", "Demo Coffee"),
    *("--merchant-id", "000123", "--acquiring-bank", "Dev Bank", "--amount", "4100"),
    *("--bill-number", "INV-1021", "--language-preference", "km"),
    *("--merchant-name-alternate-language", KHMER),
    *("--merchant-city-alternate-language", "ភ្នំពេញ", "--at", "2026-11-22T16:30:00+07:00"),
)


def test_encode_a_merchant_with_all_kinds_of_options() -> None:
    assert good(*ENCODE_SHOP, "--expires-in", "10m") == SHOP + "\n"
    assert good(*ENCODE_SHOP, "--expires-at", "2026-11-22T09:40:00Z") == SHOP + "\n"
    assert good(*ENCODE_SHOP, "--expires-in", "600s", "--md5").split("\n") == [
        SHOP,
        khqr.md5(SHOP),
        "",
    ]
    assert document(*ENCODE_SHOP, "--expires-in", "0h10m0s") == {
        "payload": SHOP,
        "md5": khqr.md5(SHOP),
        "warnings": [],
    }


def test_encode_has_an_option_for_every_field() -> None:
    names = {field.name for cls in (khqr.Individual, khqr.Merchant) for field in fields(cls)}
    assert names - {"created_at"} <= {option.name for option in command.commands["encode"].params}
    names = set(Amendments.__annotations__)
    assert names <= {option.name for option in command.commands["amend"].params}


def test_encode_says_everything_that_is_wrong_at_once() -> None:
    text = refused(1, "encode", "--bakong-account-id", "demo", "--amount", "1,000")
    for said in (
        "Error: the code cannot be encoded",
        "khqr.bakong-account-id.format [NBC 3]",
        "khqr.merchant-name.missing",
        "'1,000'",
        "give --expires-in 10m, or --expires-at",
    ):
        assert said in text
    assert "timedelta" not in text


def test_encode_takes_money_as_text_only() -> None:
    base = ("encode", "--bakong-account-id", "demo_user@devb", "--merchant-name", "Demo Shop")
    times = ("--currency", "USD", "--expires-in", "10m")
    payload = good(*base, *times, "--amount", "0.10").strip()
    assert khqr.parse(payload)["54"] == "0.10"
    for amount in ("1e3", "nan", "-5", "0x10", "១០"):
        assert "khqr.amount.format" in refused(1, *base, *times, "--amount", amount)


def test_an_empty_merchant_id_never_becomes_an_individual() -> None:
    text = refused(
        1, "encode", "--bakong-account-id", "khqr@devb", "--merchant-name", "x", "--merchant-id", ""
    )
    assert "khqr.merchant-id.missing" in text


def test_a_merchant_has_no_account_information() -> None:
    text = refused(1, "encode", "--merchant-id", "1", "--account-information", "2")
    assert text == "Error: a merchant's code has no account_information\n"


def test_encode_warns_beside_the_payload() -> None:
    result = run(*ENCODE_SHOP, "--expires-in", "1h")
    assert result.exit_code == 0
    assert khqr.verify(result.stdout.strip())
    assert result.stderr.startswith("warning 99.01 @0  khqr.expires-at.far: the code lives 1:00:00")
    shape = document(*ENCODE_SHOP, "--expires-in", "1h")
    assert [item["code"] for item in shape["warnings"]] == ["khqr.expires-at.far"]


def test_encode_strictly() -> None:
    args = ("encode", "--bakong-account-id", "demo_user@devb", "--merchant-name", " x")
    assert run(*args).exit_code == 0
    assert "khqr.merchant-name.edge-space" in refused(1, *args, "--strict")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--expires-in", "10"], "is not a duration such as 10m"),
        (["--expires-in", ""], "is not a duration"),
        (["--expires-in", "1m1h"], "is not a duration"),
        (["--expires-in", "១m"], "is not a duration"),
        (["--expires-at", "2026-11-22T10:00:00"], "has no zone"),
        (["--expires-at", "tomorrow"], "is not a time such as"),
        (["--at", "0001-01-01T00:00:00+14:00"], "is not a time such as"),
        (["--at", "9999-12-31T23:59:59Z", "--expires-in", "1h"], "beyond the year 9999"),
        (["--expires-in", "1m", "--expires-at", "now"], "exclude each other"),
        (["--from-json", "no-such-file.json"], "No such file"),
    ],
)
def test_encode_wrong_usage(args: list[str], said: str) -> None:
    assert said in refused(2, "encode", *args)


# decode, and the way back


@pytest.mark.parametrize("payload", CODES)
def test_decode_and_encode_are_a_round_trip(payload: str) -> None:
    shape = good("decode", "--json", payload)
    result = run("encode", "--from-json", "-", stdin=shape)
    assert (result.exit_code, result.stdout) == (0, payload + "\n")


def test_decode_from_a_file_and_options_that_go_before_it(tmp_path: Path) -> None:
    file = tmp_path / "code.json"
    file.write_text(good("decode", "--json", PERSON), encoding="utf-8")
    payload = good("encode", "--from-json", file, "--merchant-name", "Other Shop").strip()
    assert khqr.decode(payload).merchant_name == "Other Shop"


def test_a_code_from_json_can_be_made_anew_for_now() -> None:
    shape = good("decode", "--json", SHOP)
    args = ("encode", "--from-json", "-", "--expires-in", "5m")
    assert khqr.decode(good(*args, stdin=shape).strip()).expires_at == AT + timedelta(minutes=5)
    moment = "2026-12-01T00:00:00Z"
    code = khqr.decode(good(*args, "--at", moment, stdin=shape).strip())
    assert code.created_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert code.expires_at == datetime(2026, 12, 1, 0, 5, tzinfo=UTC)


def test_a_merchant_id_makes_a_merchant_of_an_individual() -> None:
    shape = good("decode", "--json", PERSON)
    args = ("encode", "--from-json", "-", "--merchant-id", "000123", "--acquiring-bank", "Dev Bank")
    assert isinstance(khqr.decode(good(*args, stdin=shape).strip()), khqr.Merchant)


def test_decode_as_json() -> None:
    shape = document("decode", SHOP)
    assert list(shape) == ["type", *(field.name for field in fields(khqr.Merchant))]
    assert shape["type"] == "merchant"
    assert shape["amount"] == "4100"
    assert shape["currency"] == "KHR"
    assert shape["merchant_name_alternate_language"] == KHMER
    assert shape["mobile_number"] is None
    assert shape["created_at"] == "2026-11-22T09:30:00.000+00:00"
    assert KHMER in run("decode", "--json", SHOP).stdout
    assert document("decode", DOLLAR)["amount"] == "1.50"


def test_decode_for_people() -> None:
    lines = good("decode", DOLLAR).splitlines()
    assert lines[0].split() == ["type", "individual"]
    assert ["amount", "1.50"] in [line.split() for line in lines]
    assert ["merchant_name", KHMER] in [line.split() for line in lines]
    assert not any("None" in line or "mobile_number" in line for line in lines)


def test_decode_an_amount_that_is_no_number() -> None:
    payload = str(khqr.parse(SHOP).replace("54", "4,100"))
    shape = good("decode", "--json", payload)
    assert json.loads(shape)["amount"] == "4,100"
    assert "'4,100'" in refused(1, "encode", "--from-json", "-", stdin=shape)


def test_decode_refuses_a_wrong_crc() -> None:
    text = refused(1, "decode", WRONG_CRC)
    assert "Error: the text is not a KHQR that may be acted on" in text
    assert f"crc.mismatch: CRC is 0000, expected {PERSON[-4:]}" in text


def test_a_refusal_as_json_goes_to_standard_error() -> None:
    error = json.loads(refused(1, "decode", "--json", WRONG_CRC))["error"]
    assert error["type"] == "DecodeError"
    (finding,) = error["findings"]
    assert finding == {
        "code": "crc.mismatch",
        "severity": "error",
        "path": "63",
        "offset": len(PERSON) - 4,
        "byte_offset": len(PERSON) - 4,
        "message": f"CRC is 0000, expected {PERSON[-4:]}",
        "clause": finding["clause"],
        "hint": finding["hint"],
        "nbc_code": finding["nbc_code"],
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a JSON document"),
        ("{", "not a JSON document"),
        (b"\xff", "not a JSON document"),
        ("[" * 60_000, "not a flat JSON object"),
        ("[]", "not a JSON object"),
        ('"x"', "not a JSON object"),
        ('{"merchant_nam": "x"}', "'merchant_nam' is not a field"),
        ('{"merchant_name": 5}', "merchant_name is the number '5', expected a text"),
        ('{"merchant_name": ["x"]}', "merchant_name is not a text"),
        ('{"merchant_name": true}', "merchant_name is not a text"),
        ('{"type": "person"}', "type is 'person', expected one of individual, merchant"),
        ('{"type": {}}', "type is not a text"),
        ('{"expires_at": "soon"}', "expires_at is 'soon'"),
        ('{"expires_at": "2026-11-22T10:00:00"}', "end it with Z or +07:00"),
        ('{"amount": 1, "amount": 2}', "'amount' stands more than once"),
        ('{"type": "individual", "merchant_id": "1"}', "an individual's code has no merchant_id"),
        ('{"merchant_name": "\\ud800"}', "khqr.text.beyond-bmp"),
        ('{"amount": NaN}', "amount is 'NaN'"),
        ('{"amount": 1e3}', "amount is '1e3'"),
        ('{"amount": ' + "9" * 5000 + "}", "khqr.amount.format"),
        (" " * 70_000, "more than 65536 bytes"),
    ],
)
def test_json_that_is_no_code(text: str | bytes, said: str) -> None:
    assert said in refused(1, "encode", "--from-json", "-", stdin=text)


def test_every_wrong_field_of_a_json_object_is_named() -> None:
    text = refused(1, "encode", "--from-json", "-", stdin='{"a": 1, "merchant_city": 2}')
    assert text.splitlines()[1:] == [
        "  'a' is not a field of a code",
        "  merchant_city is the number '2', expected a text in quotes",
    ]


def test_a_json_number_stays_exact() -> None:
    fields = {"bakong_account_id": "demo_user@devb", "merchant_name": "x", "currency": "USD"}
    text = json.dumps(fields)[:-1] + ', "amount": 123456789.10}'
    payload = good("encode", "--from-json", "-", "--expires-in", "1m", stdin=text).strip()
    assert khqr.parse(payload)["54"] == "123456789.10"


# check and verify


def test_check_a_good_code() -> None:
    assert good("check", PERSON) == "no findings (profile khqr)\n"
    assert document("check", PERSON) == {"ok": True, "profile": "khqr", "findings": []}


def test_check_a_wrong_crc() -> None:
    result = run("check", WRONG_CRC)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("1 error(s), 0 warning(s) (profile khqr)\n  error   63 @")
    shape = document("check", WRONG_CRC, code=1)
    assert shape["ok"] is False
    assert [item["code"] for item in shape["findings"]] == ["crc.mismatch"]


def test_check_with_a_profile() -> None:
    assert document("check", "--profile", "emvco", PERSON)["profile"] == "emvco"
    assert "'emvco'" in refused(2, "check", "--profile", "nonsense", PERSON)


def test_check_expiry() -> None:
    assert good("check", "--at", "2026-11-22T09:35:00Z", SHOP)
    shape = document("check", "--at", "2026-11-22T09:41:00Z", SHOP, code=1)
    assert [item["code"] for item in shape["findings"]] == ["khqr.expires-at.past"]
    assert run("check", "--at", "now", SHOP).exit_code in {0, 1}


def test_check_leniently() -> None:
    text = run("check", f"  {PERSON}\n").stdout
    assert "khqr check --lenient forgives it" in text
    text = good("check", "--lenient", f"  {PERSON}\n")
    assert "forgiven by --lenient" in text
    assert "lenient=True" not in text


def test_a_warning_alone_is_good() -> None:
    text = good("check", PERSON[:-4] + PERSON[-4:].lower())
    assert text.startswith("0 error(s), 1 warning(s)")


def test_verify() -> None:
    assert good("verify", PERSON) == "the CRC is right\n"
    result = run("verify", WRONG_CRC)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "the CRC is wrong\n", "")
    assert document("verify", PERSON) == {"verified": True}
    assert document("verify", WRONG_CRC, code=1) == {"verified": False}


# amend


def test_amend_as_a_till_does() -> None:
    args = ("amend", PERSON, "--amount", "4100", "--bill-number", "INV-7")
    times = ("--expires-in", "10m", "--at", "2026-11-22T09:30:00Z")
    wanted = khqr.amend(
        PERSON, amount=4100, bill_number="INV-7", at=AT, expires_in=timedelta(minutes=10)
    )
    assert good(*args, *times) == wanted + "\n"
    assert good(*args, *times, "--md5") == f"{wanted}\n{khqr.md5(wanted)}\n"
    assert document(*args, *times) == {
        "payload": wanted,
        "md5": khqr.md5(wanted),
        "warnings": [],
    }
    until = ("--expires-at", "2026-11-22T09:40:00Z", "--created-at", "2026-11-22T09:30:00Z")
    assert good(*args, *until) == wanted + "\n"


def test_amend_removes() -> None:
    payload = good("amend", "--remove", "amount", "--remove", "bill-number", stdin=SHOP).strip()
    assert {"54", "62", "99"}.isdisjoint(item.id for item in khqr.parse(payload))
    assert khqr.verify(payload)


def test_amend_warns_only_of_what_it_brought() -> None:
    result = run("amend", PERSON, "--merchant-name", KHMER)
    assert result.exit_code == 0
    assert result.stderr.startswith("warning 59 @")
    payload = result.stdout.strip()
    assert good("amend", payload, "--merchant-city", "Kampot")


def test_amend_refuses() -> None:
    assert "khqr.expires-at.missing" in refused(1, "amend", PERSON, "--amount", "5")
    assert "crc.mismatch" in refused(1, "amend", WRONG_CRC, "--bill-number", "1")
    assert "khqr.bill-number.too-long" in refused(1, "amend", PERSON, "--bill-number", "1" * 26)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--bakong-account-id", "other@devb"], "No such option"),
        (["--remove", "merchant-name"], "'merchant-name' is not one of"),
        (["--remove", "amount", "--amount", "5"], "--remove amount excludes a new value"),
        (["--remove", "expires-at", "--expires-in", "5m"], "--remove expires-at excludes"),
        (["--expires-at", "now", "--expires-in", "5m"], "exclude each other"),
        (["--at", "now"], "--at goes with"),
    ],
)
def test_amend_wrong_usage(args: list[str], said: str) -> None:
    assert said in refused(2, "amend", PERSON, *args)


# explain


def test_explain_names_what_a_scheme_names() -> None:
    bill = (
        "00020101021230640016A00000067701011201150000000000000000210DEMOREF0010307INV0001"
        "53037645406120.005802TH5909DEMO CAFE6304B166"
    )
    lines = {line.split()[0]: line for line in good("explain", bill).splitlines() if line}
    assert "Merchant Account Information Template: Thai QR bill payment" in lines["30"]
    assert "  Biller ID  " in lines["30.01"]
    assert "  Reference 1  " in lines["30.02"]
    assert "  Merchant Name  " in lines["59"]


def test_explain_opens_what_its_scheme_alone_opens() -> None:
    vietqr = (
        "00020101021138560010A0000007270126000699999901120000000000010208QRIBFTTA"
        "53037045802VN6304A185"
    )
    lines = {line.split()[0]: line.split() for line in good("explain", vietqr).splitlines() if line}
    assert lines["38.01"][1:] == ["30:60", "Network", "Specific", "Data"]
    assert lines["38.01.00"][1:] == ["34:44", "Bank", "bin", "999999"]
    assert lines["38.01.01"][1:] == ["44:60", "Account", "000000000001"]
    closed = vietqr[:34] + "hello".ljust(26) + vietqr[60:-4]
    text = run("explain", closed + khqr.emv.crc.checksum(closed)).stdout
    assert "\n38.01.0" not in text
    assert "hello" in text


def test_explain_a_slip_by_its_own_names() -> None:
    slip = "0039000600000101030000218DEMO202601010000015102TH91043805"
    lines = {line.split()[0]: line for line in good("explain", slip).splitlines() if line}
    assert lines["00.01"].split()[1:] == ["14:21", "Sending", "bank", "000"]
    assert "Country Code" in lines["51"]
    assert lines["91"].split()[2:] == ["CRC", "3805", "(right)"]
    assert "(wrong)" in run("explain", slip[:-4] + "0000").stdout


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("upi://pay?pa=a@b&pn=A%20B", {"pa": ("10:16", "a@b"), "pn": ("17:25", "A B")}),
        (
            "|000000000000000\rDEMO\r\r12000",
            {
                "biller_id": ("1:16", "000000000000000"),
                "reference_1": ("17:21", "DEMO"),
                "reference_2": ("22:22", ""),
                "amount": ("23:28", "12000"),
            },
        ),
        ("wxp://demo", {"link": ("0:10", "wxp://demo")}),
    ],
)
def test_explain_links_and_barcodes(text: str, found: dict[str, tuple[str, str]]) -> None:
    listed = explained(text).rows
    assert {row.path: (row.span, row.value) for row in listed} == found
    assert page_of(explained(text)).count(">Unread text<") > 0


def test_explain_to_a_pipe() -> None:
    text = good("explain", SHOP)
    line = next(line for line in text.splitlines() if line.startswith("30.00 "))
    assert [part.strip() for part in line.split("  ") if part] == [
        "30.00", "16:29", "Bakong account ID", "khqr@devb",
    ]  # fmt: skip
    assert SHOP[16:29] == "0009khqr@devb"
    assert f" {KHMER}\n" in text
    assert text.endswith("\n\nno findings (profile khqr)\n")
    assert "\x1b" not in text


def test_explain_as_a_tree() -> None:
    text = run("explain", SHOP, env=TERMINAL).stdout
    assert "├── " in text
    assert "\x1b[36m30.00\x1b[0m" in text
    plain = run("explain", SHOP, "--no-color", env=TERMINAL).stdout
    assert "├── 30.00  16:29  Bakong account ID  khqr@devb\n" in plain
    assert "\x1b" not in plain


def test_explain_as_json_has_spans() -> None:
    shape = document("explain", SHOP)
    assert (shape["ok"], shape["findings"]) == (True, [])
    assert "".join(SHOP[item["offset"] : item["end"]] for item in shape["objects"]) == SHOP
    template = shape["objects"][2]
    assert template["path"] == "30"
    first, *_, last = template["objects"]
    assert (first["path"], first["value"], first["objects"]) == ("30.00", "khqr@devb", [])
    assert last["end"] == template["end"]
    assert shape["objects"][-1]["meaning"] == "right"


def test_explain_what_can_be_read_of_a_broken_payload() -> None:
    result = run("explain", PERSON[:40])
    assert (result.exit_code, result.stderr) == (1, "")
    assert "demo_user@devb" in result.stdout
    assert "tlv." in result.stdout
    shape = document("explain", PERSON[:40], code=1)
    assert [item["path"] for item in shape["objects"]] == ["00", "01", "29"]
    assert shape["findings"][0]["code"].startswith("tlv.")


def test_explain_what_is_no_payload() -> None:
    result = run("explain", "Demo Shop")
    assert result.exit_code == 1
    assert result.stdout.startswith("1 error(s)")
    assert document("explain", "Demo Shop", code=1)["objects"] == []


def test_explain_marks_the_object_that_is_wrong() -> None:
    shape = document("explain", WRONG_CRC, code=1)
    crc = shape["objects"][-1]
    assert (crc["meaning"], crc["problem"]) == ("wrong", "error")
    assert "\x1b[31m63\x1b[0m" in run("explain", WRONG_CRC, env=TERMINAL).stdout


def test_explain_what_is_wrong_with_one_object_at_its_gravest() -> None:
    payload = sealed(PERSON[:-8] + "99070003abc")
    assert [row.meaning for row in rows(payload) if row.path == "99.00"] == ["not a time"]
    twice = sealed(PERSON[: PERSON.index("5909")] + "5930" + KHMER * 3 + "6010Phnom Penh")
    assert [row.problem for row in rows(twice) if row.path == "59"] == ["error"]


def test_explain_counts_as_the_code_was_written() -> None:
    name = "Demo 😀"
    utf16 = sealed(PERSON[: PERSON.index("5909")] + f"5907{name}6010Phnom Penh")
    assert [row.value for row in rows(utf16) if row.path == "59"] == [name]
    points = sealed(PERSON[: PERSON.index("5909")] + f"5906{name}6010Phnom Penh")
    assert [row.value for row in rows(khqr.parse(points)) if row.path == "59"] == [name]


def test_explain_on_a_page(tmp_path: Path) -> None:
    page = tmp_path / "code.html"
    assert good("explain", SHOP, "--html", page) == ""
    assert page.read_text("utf-8") == html(SHOP)
    assert "\r" not in page.read_bytes().decode()
    result = run("explain", "Demo Shop", "--html", page, "--profile", "emvco")
    assert (result.exit_code, result.output) == (1, "")
    assert page.read_text("utf-8") == html("Demo Shop", profile="emvco")
    assert "cannot be written" in run("explain", SHOP, "--html", tmp_path / "no" / "p").stderr


def test_explain_a_consumer_presented_code() -> None:
    text = good("explain", CONSUMER)
    assert "61.57" in text
    assert "************3458" in text
    assert "no findings (profile consumer)" in text
    shape = document("explain", CONSUMER)
    assert [item["path"] for item in shape["objects"]] == ["85", "61"]
    for extra in ([], ["--json"]):
        assert CONSUMER[12:] not in run("explain", CONSUMER, *extra).output
        assert "123456789" not in run("explain", CONSUMER, *extra).output
    broken = run("explain", CONSUMER[:-4])
    assert (broken.exit_code, broken.stdout.partition("\n")[0]) == (
        1, "1 error(s), 0 warning(s) (profile consumer)",
    )  # fmt: skip


# render and scan


@pytest.mark.parametrize("payload", CODES)
@pytest.mark.parametrize("engine", ["zxing", "pyzbar", "auto"])
def test_render_and_scan_are_a_round_trip(payload: str, engine: str, tmp_path: Path) -> None:
    file = tmp_path / "code.png"
    assert good("render", payload, "--out", file) == ""
    assert good("scan", "--engine", engine, file) == payload + "\n"


def test_render_by_ending_and_format(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.svg", "b.PNG", "c.txt")]
    assert good("render", PERSON, "--out", files[0]) == ""
    assert good("render", PERSON, "--out", files[1], "--scale", "2", "--error", "H") == ""
    assert good("render", PERSON, "--out", files[2], "--format", "terminal") == ""
    assert files[0].read_text(encoding="utf-8") == symbol.svg(PERSON)
    assert files[1].read_bytes() == symbol.png(PERSON, scale=2, error="H")
    assert files[2].read_text(encoding="utf-8") == symbol.terminal(PERSON)


def test_render_for_print(tmp_path: Path) -> None:
    code = symbol.make(PERSON)
    options = ["--size-mm", "40", "--quiet-zone", "6"]
    for name, wanted in (
        ("a.pdf", code.pdf(size_mm=40, quiet_zone=6)),
        ("b.eps", code.eps(size_mm=40, quiet_zone=6).encode()),
        ("c.svg", code.svg(size_mm=40, quiet_zone=6).encode()),
        ("d.png", code.png(size_mm=40, quiet_zone=6)),
    ):
        assert good("render", PERSON, "--out", tmp_path / name, *options) == ""
        assert (tmp_path / name).read_bytes() == wanted
    options = ["--module-mm", "0.6", "--dpi", "600", "--segments", "mixed", "--force"]
    assert good("render", PERSON, "--out", tmp_path / "d.png", *options) == ""
    mixed = symbol.make(PERSON, segments="mixed")
    assert (tmp_path / "d.png").read_bytes() == mixed.png(module_mm=0.6, dpi=600)


def test_render_warns_of_small_print(tmp_path: Path) -> None:
    file = tmp_path / "code.svg"
    result = run("render", PERSON, "--out", file, "--size-mm", "15")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("Warning: the symbol is 15.0 mm wide, under 20 mm, and its")
    assert result.stderr.endswith("draw it at --size-mm 20.0 or more\n")
    assert 'mm"' in file.read_text(encoding="utf-8")


def test_render_asks_before_a_narrow_quiet_zone() -> None:
    said = refused(1, "render", PERSON, "--quiet-zone", "2")
    assert "quiet_zone is 2" in said
    assert "give --allow-narrow" in said
    assert "size_mm is nan" in refused(1, "render", PERSON, "--size-mm", "nan", "--format", "svg")
    drawn = good("render", PERSON, "--quiet-zone", "2", "--allow-narrow")
    assert drawn == symbol.terminal(PERSON, quiet_zone=2, allow_narrow=True)


def test_render_for_a_light_terminal() -> None:
    inverted = symbol.terminal(PERSON, invert=True)
    assert good("render", PERSON, "--invert") == inverted
    assert run("render", PERSON, "--invert", env=TERMINAL).stdout == inverted


def test_render_to_standard_output() -> None:
    assert good("render", PERSON) == symbol.terminal(PERSON)
    assert good("render", PERSON, "--out", "-") == symbol.terminal(PERSON)
    assert good("render", PERSON, "--format", "svg", "--scale", "2") == symbol.svg(PERSON, scale=2)
    png = run("render", "--format", "png", stdin=PERSON).stdout_bytes
    assert png == symbol.png(PERSON)
    assert good("scan", "-", stdin=png) == PERSON + "\n"


def test_render_in_a_terminal_is_white_on_black_whatever_its_colours() -> None:
    text = run("render", PERSON, env=TERMINAL | {"COLORTERM": "truecolor"}).stdout
    assert text.startswith("\x1b[38;2;255;255;255;48;2;0;0;0m█")
    assert run("render", PERSON, "--no-color", env=TERMINAL).stdout == symbol.terminal(PERSON)


def test_render_overwrites_only_by_force(tmp_path: Path) -> None:
    file = tmp_path / "code.svg"
    file.write_text("precious", encoding="utf-8")
    assert "--force overwrites it" in refused(2, "render", PERSON, "--out", file)
    assert file.read_text(encoding="utf-8") == "precious"
    assert good("render", PERSON, "--out", file, "--force") == ""
    assert file.read_text(encoding="utf-8") == symbol.svg(PERSON)


def test_render_refuses_what_nobody_could_pay(tmp_path: Path) -> None:
    file = tmp_path / "code.svg"
    text = refused(1, "render", WRONG_CRC, "--out", file)
    assert "its symbol could not be paid" in text
    assert "crc.mismatch" in text
    assert not file.exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--out", "code.gif"], "give --format"),
        (["--out", "code"], "ends with none of .svg, .png, .pdf, .eps; give --format"),
        (["--scale", "2"], "--scale is for svg, png, pdf, eps"),
        (["--size-mm", "40"], "--size-mm is for svg, png, pdf, eps"),
        (["--dpi", "300", "--format", "svg"], "--dpi is for png"),
        (["--invert", "--format", "svg"], "--invert is for terminal"),
        (["--size-mm", "40", "--scale", "2", "--format", "svg"], "--scale and --size-mm are given"),
        (["--size-mm", "0", "--format", "svg"], "not in the range"),
        (["--quiet-zone", "-1"], "not in the range"),
        (["--segments", "kanji"], "'kanji' is not one of"),
        (["--scale", "2.5", "--format", "svg"], "not a valid integer"),
        (["--scale", "0", "--format", "svg"], "not in the range"),
        (["--error", "X"], "'X' is not one of"),
        (["--out", "no-such-folder/code.svg"], "cannot be written"),
    ],
)
def test_render_wrong_usage(args: list[str], said: str) -> None:
    assert said in refused(2, "render", PERSON, *args)


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_binary_file_does_not_go_into_a_terminal(kind: str) -> None:
    result = run("render", PERSON, "--format", kind, env=TERMINAL)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "give --out FILE" in result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a code, a symbol of another kind, both in one image, none, and no image."""
    from PIL import Image

    (tmp_path / "code.png").write_bytes(symbol.png(PERSON, scale=4))
    link = symbol.make("https://example.com", check_crc=False)
    link.save(tmp_path / "link.png", scale=4)
    parts = [Image.open(tmp_path / name).convert("L") for name in ("code.png", "link.png")]
    for name, drawn in (("both.png", parts), ("twice.png", [parts[0], parts[0]])):
        sheet = Image.new("L", (sum(part.width for part in drawn), 400), "white")
        left = 0
        for part in drawn:
            sheet.paste(part, (left, 0))
            left += part.width
        sheet.save(tmp_path / name)
    Image.new("L", (50, 50), "white").save(tmp_path / "blank.png")
    (tmp_path / "text.txt").write_text("no image", encoding="utf-8")
    return tmp_path


def test_scan_several_images(folder: Path) -> None:
    files = [folder / "code.png", folder / "both.png"]
    assert good("scan", *files) == f"{PERSON}\n{PERSON}\n"


def test_scan_every_symbol(folder: Path) -> None:
    text = good("scan", "--all", folder / "both.png")
    assert sorted(text.splitlines()) == [PERSON, "https://example.com"]
    assert good("scan", "--all", folder / "twice.png") == f"{PERSON}\n{PERSON}\n"


def test_scan_decodes(folder: Path) -> None:
    file = folder / "code.png"
    lines = good("scan", "--decode", file).splitlines()
    assert lines[0].split() == ["image", *str(file).split()]
    assert [line.split()[0] for line in lines[1:4]] == [
        "type",
        "bakong_account_id",
        "merchant_name",
    ]
    result = run("scan", "--decode", "--all", folder / "both.png")
    assert result.exit_code == 1
    assert "demo_user@devb" in result.stdout
    assert "both.png: the text is not a KHQR" in result.stderr


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("blank.png", "no-symbol"),
        ("link.png", "not-khqr"),
        ("twice.png", "several"),
        ("text.txt", "unreadable-image"),
    ],
)
def test_scan_without_exactly_one_code(folder: Path, name: str, reason: str) -> None:
    assert f"{name}: " in refused(1, "scan", folder / name)
    (image,) = document("scan", folder / name, code=1)["images"]
    assert image["symbols"] == []
    assert image["error"]["reason"] == reason


def test_one_bad_image_does_not_hide_the_others(folder: Path) -> None:
    result = run("scan", folder / "blank.png", folder / "code.png")
    assert (result.exit_code, result.stdout) == (1, PERSON + "\n")
    assert "--all gives them all" in run("scan", folder / "twice.png").stderr
    assert "no QR symbol was found" in refused(1, "scan", "--all", folder / "blank.png")


def test_scan_as_json(folder: Path) -> None:
    file = str(folder / "both.png")
    (image,) = document("scan", "--all", "--engine", "zxing", file)["images"]
    assert (image["image"], image["error"]) == (file, None)
    codes = {item["text"]: item["code"] for item in image["symbols"]}
    assert codes["https://example.com"] is None
    assert codes[PERSON] == document("decode", PERSON)
    assert all(len(item["corners"]) == 4 for item in image["symbols"])
    assert {item["engine"] for item in image["symbols"]} == {"zxing"}


def test_a_text_of_several_lines_stays_one_line(tmp_path: Path) -> None:
    file = tmp_path / "lines.png"
    symbol.make("first\nsecond", check_crc=False).save(file, scale=4)
    assert good("scan", "--all", file) == "first\\nsecond\n"
    assert document("scan", "--all", file)["images"][0]["symbols"][0]["text"] == "first\nsecond"


def test_scan_pages_of_a_pdf(folder: Path) -> None:
    from PIL import Image

    sheets = [Image.open(folder / name).convert("RGB") for name in ("link.png", "code.png")]
    file = folder / "bill.pdf"
    sheets[0].save(file, save_all=True, append_images=sheets[1:], resolution=100)
    assert good("scan", file) == PERSON + "\n"
    assert good("scan", "--page", "2", file) == PERSON + "\n"
    assert "the symbol is no KHQR" in refused(1, "scan", "--page", "1", file)
    assert "has 2 pages, page 3" in refused(1, "scan", "--page", "3", file)
    assert "x>=1" in refused(2, "scan", "--page", "0", file)
    (image,) = document("scan", "--all", file)["images"]
    assert [symbol["page"] for symbol in image["symbols"]] == [1, 2]
    sheets[0].save(file, save_all=True, append_images=sheets[:1] * 20)
    assert "name one with --page" in refused(1, "scan", file)


def test_scan_with_and_without_retries(folder: Path) -> None:
    from PIL import Image, ImageFilter

    file = folder / "blurred.png"
    Image.open(folder / "code.png").convert("L").filter(ImageFilter.GaussianBlur(2.4)).save(file)
    assert "no QR symbol was found" in refused(1, "scan", "--no-retries", file)
    (image,) = document("scan", file)["images"]
    assert image["symbols"][0]["text"] == PERSON
    assert image["symbols"][0]["attempt"] != "as is"


def test_scan_bytes_that_are_no_text(folder: Path) -> None:
    import segno

    file = folder / "latin.png"
    segno.make("Café", encoding="iso-8859-1", mode="byte", micro=False).save(str(file), scale=4)
    assert "bytes that are no text: 436166e9" in refused(1, "scan", "--all", file)
    (image,) = document("scan", "--all", file)["images"]
    assert (image["symbols"][0]["text"], image["symbols"][0]["bytes"]) == (None, "436166e9")


def test_scan_wrong_usage(tmp_path: Path) -> None:
    assert "no image is given" in refused(2, "scan")
    assert "does not exist" in refused(2, "scan", tmp_path / "missing.png")
    assert "is a directory" in refused(2, "scan", tmp_path)
    assert "'nonsense' is not one of" in refused(2, "scan", "--engine", "nonsense", "-")


def test_an_image_that_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "code.png"
    file.write_bytes(b"")

    def gone(*_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "gone")

    monkeypatch.setattr(Path, "open", gone)
    assert "cannot be read: gone" in refused(2, "scan", file)


def test_an_image_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khqr.cli.scan._MAX_IMAGE", 10)
    assert "more than 10 bytes" in refused(1, "scan", "-", stdin=b"x" * 20)


def test_engines() -> None:
    assert good("scan", "--engines") == "zxing   works\npyzbar  works\n"
    assert document("scan", "--engines") == {
        "engines": [
            {"engine": "zxing", "works": True, "install": None},
            {"engine": "pyzbar", "works": True, "install": None},
        ]
    }


def test_engines_that_are_missing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def missing() -> engines.Reader:
        raise MissingDependency("pyzbar", needed_for="scanning with pyzbar", extra="zbar")

    monkeypatch.setitem(engines.LOADERS, "pyzbar", missing)
    assert 'pip install "khqr[zbar]"' in good("scan", "--engines")
    text = refused(2, "scan", "--engine", "pyzbar", folder / "code.png")
    assert text.startswith("Error: pyzbar is needed for scanning with pyzbar")
    monkeypatch.setitem(engines.LOADERS, "zxing", missing)
    shape = document("scan", "--engines", code=2)
    assert [item["install"] for item in shape["engines"]] == ['pip install "khqr[zbar]"'] * 2
    error = json.loads(refused(2, "scan", "--json", folder / "code.png"))["error"]
    assert error["type"] == "MissingDependency"
    assert error["install"].startswith("pip install")


def test_drawing_without_segno(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    assert 'pip install "khqr[image]"' in refused(2, "render", PERSON)


# Colours, and what a terminal must not get

RUNS: list[Sequence[str]] = [
    ("decode", SHOP),
    ("check", WRONG_CRC),
    ("check", SHOP, "--at", "now"),
    ("verify", PERSON),
    ("explain", SHOP),
    ("decode", WRONG_CRC),
    ("encode",),
]


@pytest.mark.parametrize("args", RUNS)
def test_no_codes_in_a_pipe(args: Sequence[str]) -> None:
    assert "\x1b" not in run(*args).output


@pytest.mark.parametrize("args", RUNS)
def test_codes_in_a_terminal_unless_they_are_not_wanted(args: Sequence[str]) -> None:
    assert "\x1b[" in run(*args, env=TERMINAL).output
    assert "\x1b" not in run(*args, "--no-color", env=TERMINAL).output
    assert "\x1b" not in run(*args, env=TERMINAL | {"NO_COLOR": "1"}).output


def test_errors_are_red_and_warnings_yellow() -> None:
    assert "\x1b[31m  error\x1b[0m" in run("check", WRONG_CRC, env=TERMINAL).stdout
    lower = PERSON[:-4] + PERSON[-4:].lower()
    assert "\x1b[33m  warning\x1b[0m" in run("check", lower, env=TERMINAL).stdout


EVIL = "Shop\x1b[2J\u202e\x9b"
EVIL_CODE = sealed(PERSON[: PERSON.index("5909")] + f"5910{EVIL}6010Phnom Penh")


@pytest.mark.parametrize("env", [PIPED, TERMINAL])
@pytest.mark.parametrize("name", ["decode", "check", "explain"])
def test_a_payload_cannot_command_the_terminal(name: str, env: dict[str, str | None]) -> None:
    for extra in ([], ["--json"]):
        shown = run(name, EVIL_CODE, *extra, env=env).output
        assert "\x1b[2J" not in shown
        assert "\u202e" not in shown
        assert "\x9b" not in shown


def test_json_keeps_what_is_not_shown_as_it_is() -> None:
    assert document("decode", EVIL_CODE)["merchant_name"] == EVIL
    assert r"Shop\u001b[2J\u202e\u009b" in good("decode", EVIL_CODE)


def test_payload_lines_are_exact_in_a_pipe_and_harmless_in_a_terminal(tmp_path: Path) -> None:
    file = tmp_path / "evil.png"
    file.write_bytes(symbol.png(EVIL_CODE))
    assert good("scan", file) == EVIL_CODE + "\n"
    assert "\x1b[2J" not in run("scan", file, env=TERMINAL).stdout


# The entry point


def test_main_returns_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", PERSON]) == 0
    assert main(["verify", WRONG_CRC]) == 1
    assert main(["verify", "--nonsense"]) == 2
    assert main(["encode"]) == 1
    shown = capsys.readouterr()
    assert shown.out == "the CRC is right\nthe CRC is wrong\n"
    assert "No such option" in shown.err


@pytest.mark.parametrize("package", ["click", "rich"])
def test_without_click_or_rich(
    package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == package or name.startswith("khqr.cli."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["--help"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        f"{package} is needed for the command khqr and is not installed; "
        'run: pip install "khqr[cli]"\n'
    )


def test_another_module_that_is_missing_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "khqr.cli.app")
    monkeypatch.setitem(sys.modules, "khqr.cli.write", None)
    with pytest.raises(ModuleNotFoundError, match=r"khqr\.cli\.write"):
        main(["--help"])


def test_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(codec, "verify", interrupted)
    assert main(["verify", PERSON]) == 130


class Broken(io.StringIO):
    """A standard output that cannot take any more."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def flush(self) -> None:
        raise OSError(self.number, os.strerror(self.number))


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdout", Broken(errno.ENOSPC))
    assert main(["decode", "--json", PERSON]) == 2
    assert "reading or writing failed" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Broken(errno.EPIPE))
    assert main(["decode", "--json", PERSON]) == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
def test_closed_streams(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, name, None)
    assert main(["verify", PERSON]) == 0
    assert main(["verify", WRONG_CRC]) == 1


def test_a_terminal_is_told_what_is_awaited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Keyboard(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Keyboard(io.BytesIO(PERSON.encode() + b"\n")))
    assert main(["verify"]) == 0
    assert "reading standard input" in capsys.readouterr().err


RUN = "import sys; from khqr.cli import main; sys.exit(main())"


def test_real_pipes_carry_utf8_in_every_locale() -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    process = [sys.executable, "-c", RUN]
    decoded = subprocess.run(
        [*process, "decode", "--json"],
        input=SHOP.encode(),
        capture_output=True,
        check=True,
        env=env,
    )
    assert KHMER.encode() in decoded.stdout
    encoded = subprocess.run(
        [*process, "encode", "--from-json", "-"],
        input=decoded.stdout,
        capture_output=True,
        check=True,
        env=env,
    )
    assert encoded.stdout.decode().rstrip("\r\n") == SHOP
    assert encoded.stderr == b""


# anonymise


def test_anonymise() -> None:
    line = good("anonymise", SHOP, "--seed", "1")
    assert line == khqr.anonymise(SHOP, seed="1") + "\n"
    assert document("anonymise", SHOP, "--seed", "1") == {"payload": line[:-1]}
    assert good("anonymise", stdin=SHOP + "\n") != line
    assert khqr.verify(good("anonymise", WRONG_CRC)[:-1])
    assert not khqr.verify(good("anonymise", WRONG_CRC, "--keep-wrong-crc")[:-1])
    amount = khqr.parse(good("anonymise", DOLLAR, "--replace-amounts")[:-1])["54"]
    assert amount != khqr.parse(DOLLAR)["54"]
    assert "not a payload" in refused(1, "anonymise", "Demo Shop")
