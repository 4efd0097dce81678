"""The commands `khqr alipay …`: what they print, where, and with which exit code."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import khqr
from alipay_material import ANSWER, KHQR, PUSH, REQUEST
from khqr.alipayplus import embed
from khqr.cli.app import khqr as command
from material import STATIC

AT = "2025-06-15T22:06:40+07:00"
URL = "https://qr.example.com/281000041234567890123456"
MAP = ("map", "--payment-request-id", "REQ-0001", "--at", AT)


def run(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(command, ["alipay", *map(str, args)], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def good(*args: str | Path, stdin: str | bytes | None = None) -> str:
    result = run(*args, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def refused(*args: str | Path, stdin: str | bytes | None = None) -> str:
    result = run(*args, stdin=stdin)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    return result.stderr


@pytest.mark.parametrize("name", ["identify", "map", "unmap", "embed", "extract"])
def test_help_has_an_example(name: str) -> None:
    assert f"khqr alipay {name} " in good(name, "--help")


def test_map_prints_the_documented_messages() -> None:
    ids = ("--acquirer-id", "ACQ-DEMO", "--psp-id", "PSP-DEMO", "--customer-id", "CUST-DEMO")
    assert json.loads(good(*MAP, *ids, KHQR)) == {
        "request": REQUEST,
        "response": ANSWER,
        "carried": ["30.02", "99.00", "99.01 (milliseconds)"],
        "lost": [],
        "issues": [],
    }


@pytest.mark.parametrize("payload", [KHQR, STATIC])
def test_map_and_unmap_are_a_round_trip(payload: str, tmp_path: Path) -> None:
    mapped = good(*MAP, "--strict", payload)
    assert good("unmap", "--at", AT, "--strict", "-", stdin=mapped) == payload + "\n"
    file = tmp_path / "mapped.json"
    file.write_text(mapped, encoding="utf-8")
    shape = json.loads(good("unmap", "--at", AT, "--json", file))
    assert shape["payload"] == payload
    assert shape["md5"] == khqr.md5(payload)
    assert (shape["reconstructed"], shape["lost"], shape["issues"]) == (False, [], [])


def test_unmap_without_a_code_says_that_it_made_one() -> None:
    document = json.dumps({"response": ANSWER})
    result = run("unmap", "--at", AT, "--acquiring-bank", "Dev Bank", stdin=document)
    assert result.exit_code == 0
    code = khqr.decode(result.stdout.strip())
    assert isinstance(code, khqr.Merchant)
    assert result.stderr == (
        "warning the code was made anew; its md5 is not that of the code that was shown\n"
    )


def test_unmap_a_single_message() -> None:
    result = run("unmap", "--message", "PushPaymentRequest", "--at", AT, stdin=json.dumps(PUSH))
    assert (result.exit_code, result.stdout) == (0, KHQR + "\n")
    assert "warning a KHQR cannot hold paymentId\n" in result.stderr
    text = ("--message", "UserInitiatedPayResponse", "--code-value", KHQR, "--at", AT)
    assert good("unmap", *text, stdin=json.dumps(ANSWER)) == KHQR + "\n"


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        ((*MAP, KHQR[:-4] + "0000"), None, "[INVALID_CODE F]"),
        ((*MAP[:-1], "2026-01-01T00:00:00Z", KHQR), None, "[EXPIRED_CODE F]"),
        (("unmap",), "{}", "say --message what it is"),
        (("unmap",), "[", "not JSON"),
        (("unmap",), '{"response":{}}', "result is missing"),
        (("unmap",), "x" * 300_000, "more than 262144 bytes"),
        (
            ("unmap", "--at", AT, "--strict", "--message", "PushPaymentRequest"),
            json.dumps(PUSH),
            "strict: acq",
        ),
        (("embed", "--url", "http://x", STATIC), None, "expected https://"),
        (("embed", "--url", URL, "--tag", "29", STATIC), None, "which is KHQR's"),
        (("extract", STATIC), None, "has no template"),
    ],
)
def test_refusals(args: tuple[str, ...], stdin: str | None, said: str) -> None:
    assert said in refused(*args, stdin=stdin)


def test_a_refusal_as_json() -> None:
    error = json.loads(refused(*MAP, "--json", STATIC[:-4] + "0000"))["error"]
    assert error["type"] == "InvalidCode"
    assert error["message"].endswith("[INVALID_CODE F]")


def test_dollars_are_a_switch() -> None:
    args = ("--bakong-account-id", "demo_user@devb", "--merchant-name", "Demo", "--currency", "USD")
    payload = CliRunner().invoke(command, ["encode", *args]).stdout.strip()
    assert "allow_usd is off" in refused(*MAP, payload)
    mapped = good(*MAP, "--allow-usd", payload)
    assert good("unmap", "--allow-usd", stdin=mapped) == payload + "\n"


def test_embed_and_extract() -> None:
    result = run("embed", "--url", URL, "--tag", "51", STATIC)
    assert result.exit_code == 0
    assert result.stdout == embed(STATIC, URL, tag="51").payload + "\n"
    assert result.stderr.startswith("warning the md5 changed from 6495415")
    assert good("extract", "-", stdin=result.stdout) == STATIC + "\n"
    shape = json.loads(good("embed", "--url", URL, "--json", STATIC))
    assert shape["plain_md5"] == khqr.md5(STATIC)
    args = ("--plain-md5", shape["plain_md5"], "--json", shape["payload"])
    assert json.loads(good("extract", *args)) == {
        "payload": STATIC,
        "md5": khqr.md5(STATIC),
        "tag": "26",
        "url": URL,
        "flag": None,
        "others": [],
    }


def test_identify() -> None:
    assert good("identify", STATIC) == "kind  khqr\n"
    assert good("identify", URL).split() == [
        *("kind", "private-order-code", "host", "qr.example.com"),
        *("path", "/281000041234567890123456", "cii", "281000", "bti", "04"),
        *("rest", "1234567890123456"),
    ]
    shape: Any = json.loads(
        good("identify", "--json", "https://qr.example.com/MPM/3/R1BMRDAwNzAwMDEwMDA")
    )
    assert shape["objects"] == [{"id": "0001", "value": ""}]
    assert good("identify", "-", stdin=b"\xff") == "kind  unknown\n"
    assert "remark" in good("identify", "26" + "1" * 18)


def test_identify_shows_the_objects_of_an_older_url() -> None:
    content = base64.b64encode(b"GPLD0080001001\x1b").decode()
    shown = good("identify", f"https://qr.example.com/MPM/3/{content}")
    assert "object  0001 " in shown
    assert "\x1b" not in shown


def test_identify_shows_a_payment_code_in_part() -> None:
    for args in ([], ["--json"]):
        shown = good("identify", *args, "251001020123456789012345")
        assert "0123456789012345" not in shown
        assert "251001" in shown


def test_what_is_invisible_is_escaped() -> None:
    name = "Demo\u202eUser"
    payload = khqr.encode(khqr.Individual(bakong_account_id="a@devb", merchant_name=name))
    assert "\u202e" not in good(*MAP, payload)
    assert json.loads(good(*MAP, payload))["response"]["order"]["merchant"]["merchantName"] == name


def test_an_unknown_message_is_wrong_usage() -> None:
    result = run("unmap", "--message", "Nonsense", stdin="{}")
    assert result.exit_code == 2
    assert "--message is one of Acknowledgement, Cancel" in " ".join(result.stderr.split())


def test_other_commands_do_not_load_the_room() -> None:
    program = (
        "import sys, khqr.cli.app\n"
        "print([name for name in sys.modules if name.startswith('khqr.alipayplus')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
