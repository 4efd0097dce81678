"""What the library says, to the letter: every message, hint, clause and number in one file.

A message is what a user sees of a rule, so none changes unnoticed. After a change that is meant,
write the file anew with ``python tests/test_messages.py`` and read its difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import khqr
import test_check
import test_rules
from khqr.codec.problems import problems
from khqr.model import moment_at
from material import CLOCK, FULL, P0, STATIC, changed, inserted, load, sdk_value

GOLDEN = Path(__file__).parent / "golden" / "messages.txt"

DEMO = khqr.Individual(bakong_account_id="demo_user@devb", merchant_name="Demo User")
SHOP = khqr.Merchant(
    bakong_account_id="khqr@devb", merchant_name="Demo", merchant_id="1", acquiring_bank="B"
)
LATER = moment_at(1750000300000)

CODES: dict[str, dict[str, Any]] = {
    "account": {"bakong_account_id": "demo@@devb"},
    "category letters": {"merchant_category_code": "59x9"},
    "category short": {"merchant_category_code": "42"},
    "edge space": {"merchant_name": " Demo "},
    "khmer": {"merchant_name": "ហាង", "bill_number": "វិក្កយបត្រ"},
    "control": {"merchant_name": "De\tmo", "merchant_city": "\x9b"},
    "beyond": {"merchant_name": "Demo 😀", "store_label": "\udfff"},
    "unionpay": {"unionpay_account": "1" * 32, "currency": "USD"},
    "currencies": {"currency": "THB"},
    "currency text": {"currency": "riel"},
    "language": {"language_preference": "k"},
    "language absent": {"merchant_name_alternate_language": "ហាង"},
    "city alone": {"merchant_city_alternate_language": "ភ្នំពេញ"},
    "template": {"bill_number": "b" * 25, "mobile_number": "m" * 25, "store_label": "s" * 25,
                 "terminal_label": "t" * 25},
    "long": {"purpose_of_transaction": "p" * 26, "merchant_city": "c" * 16},
    "ignored": {"expires_at": LATER},
    "no expiry": {"amount": 5},
    "early": {"amount": 5, "expires_at": moment_at(1749999999999)},
    "short time": {"amount": 5, "expires_at": moment_at(12345)},
    "far": {"amount": 5, "expires_at": CLOCK + timedelta(hours=1)},
    "old creation": {"amount": 5, "expires_at": LATER, "created_at": moment_at(1)},
}  # fmt: skip

AMOUNTS: list[tuple[Any, str]] = [
    ("1,5", "USD"), ("0.5", "KHR"), (Decimal("1.005"), "USD"), (Decimal("-1"), "KHR"),
    (Decimal("NaN"), "USD"), (Decimal(10) ** 13, "KHR"), (Decimal("99999999999.99"), "USD"),
    (Decimal("1" * 31 + ".5"), "USD"), (Decimal("0." + "1" * 31), "USD"),
    (Decimal("12345678901.5"), "USD"), (Decimal("9999999999.999"), "USD"),
]  # fmt: skip

REFUSED_PAYLOADS = [
    inserted("6199AB")[:-4] + "0000",
    "", " ", "hello", "0002", "000201", STATIC[:-4] + "0000", STATIC[:-8], STATIC + "x",
    STATIC[:-4] + "ZZZZ", STATIC[:-8] + "63051190A", inserted("5303840", STATIC),
    inserted("30270008mer@devb0103MID0204BANK", STATIC), inserted("62060101x0", STATIC),
    P0, "x" * 5000,
]  # fmt: skip

CALLS: dict[str, Callable[[], object]] = {
    "encode wrong type": lambda: khqr.encode(5),  # type: ignore[arg-type] # the message is the test
    "encode at": lambda: khqr.encode(DEMO, at=CLOCK.replace(tzinfo=None)),
    "encode expires_in": lambda: khqr.encode(changed(DEMO, amount=1), expires_in=timedelta.max),
    "encode": lambda: khqr.encode(changed(DEMO, merchant_name="")),
    "parse type": lambda: khqr.parse(5),  # type: ignore[arg-type] # as above
    "parse bytes": lambda: khqr.parse(b"0002\xff"),
    "parse break": lambda: khqr.parse("0002016199AB"),
    "parse limit": lambda: khqr.parse("x" * 11, max_length=10),
    "parse limit bytes": lambda: khqr.parse(b"x" * 41, max_length=10),
    "find": lambda: khqr.parse(inserted("5903ABC")).find("59"),
    "absent": lambda: khqr.parse(P0)["61"],
    "remove": lambda: khqr.parse(P0).remove("61"),
    "replace type": lambda: khqr.parse(P0).replace("54", 5),  # type: ignore[arg-type] # as above
    "replace id": lambda: khqr.parse(P0).replace("5x", "5"),
    "replace empty": lambda: khqr.parse(P0).replace("54", ""),
    "replace long": lambda: khqr.parse(P0).replace("62.08", "x" * 99),
    "replace broken": lambda: khqr.parse(inserted("80050099x")).replace("80.01", "x"),
    "amend": lambda: khqr.amend(STATIC, amount=5),
    "amend amount": lambda: khqr.amend(STATIC, amount="x", expires_in=timedelta(minutes=1)),
    "amend name": lambda: khqr.amend(STATIC, bakong_account_id="x", crc="x"),  # type: ignore[call-arg] # as above
    "amend type": lambda: khqr.amend(STATIC, bill_number=5),  # type: ignore[arg-type] # as above
    "amend times": lambda: khqr.amend(STATIC, created_at=moment_at(1), expires_at=moment_at(2)),
    "amend long": lambda: khqr.amend(FULL, bill_number="b" * 26, store_label="s" * 26),
    "md5": lambda: khqr.md5("ab\ud800"),
    "profile": lambda: khqr.check(STATIC, profile="thai"),
    "amount": lambda: changed(DEMO, amount=1.5),
    "naive": lambda: changed(DEMO, created_at=CLOCK.replace(tzinfo=None)),
    "duplicates": lambda: khqr.decode(inserted("5303840" * 30, STATIC)),
}


def _said(findings: Any) -> Iterator[str]:
    for finding in findings:
        yield f"    {finding}  [{finding.clause}] byte {finding.byte_offset}"


def messages() -> Iterator[str]:
    """Yield all that is said about a fixed set of inputs."""
    for name, (payload, _) in test_rules.CASES.items():
        yield f"emvco {name}"
        yield from _said(khqr.check(payload, profile="emvco"))
    for name, (payload, _) in test_check.CASES.items():
        yield f"khqr {name}"
        yield from _said(khqr.check(payload, profile="khqr", at=CLOCK + timedelta(days=9)))
    for name, payload in {**test_rules.NO_FINDING, **test_rules.MIXED}.items():
        yield f"emvco {name}"
        yield from _said(khqr.check(payload, profile="emvco"))
    for text in ("\ufeff" + STATIC + " \n", " " + STATIC):
        yield f"lenient {text!r:.12}"
        yield from _said(khqr.check(text, lenient=True))
    for kind, base in (("individual", DEMO), ("merchant", SHOP)):
        for name, changes in CODES.items():
            code = changed(base, **changes)
            yield f"code {kind} {name}"
            created = code.created_at or CLOCK
            yield from _said(problems(code, created, code.expires_at))
            yield "  strict"
            yield from _said(problems(code, created, code.expires_at, strict=True))
    for case in {case["error_code"]: case for case in load("nbc_refuse.json")}.values():
        code = sdk_value(case["input"])
        yield f"refused by the SDK with {case['error_code']}"
        yield from _said(problems(code, CLOCK, code.expires_at))
    for amount, currency in AMOUNTS:
        yield f"amount {amount} {currency}"
        code = changed(DEMO, amount=amount, currency=currency, expires_at=LATER)
        yield from _said(problems(code, CLOCK, LATER))
    for payload in REFUSED_PAYLOADS:
        yield f"decode {payload[-24:]!r}"
        yield f"    {_raised(lambda payload=payload: khqr.decode(payload))}"  # type: ignore[misc] # a default binds the loop variable
    for name, call in CALLS.items():
        yield f"call {name}"
        yield f"    {_raised(call)}"


def _raised(call: Callable[[], object]) -> str:
    try:
        call()
    except (khqr.KhqrError, TypeError) as problem:
        return f"{type(problem).__name__}: {problem}".replace("\n", "\n    ")
    raise AssertionError("nothing was raised")


def test_messages_are_the_written_ones() -> None:
    written = GOLDEN.read_text("utf-8").splitlines()
    assert (
        "\n".join(messages()).encode("utf-8", "backslashreplace").decode().splitlines() == written
    )


if __name__ == "__main__":
    text = "\n".join(messages()) + "\n"
    GOLDEN.write_bytes(text.encode("utf-8", "backslashreplace"))
