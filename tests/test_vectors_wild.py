"""KHQR as banks really print them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import khqr
from khqr.codec.decoder import decode_by_tree
from material import load

WILD = load("khqr_in_the_wild.json")


@pytest.mark.parametrize("case", WILD, ids=range(len(WILD)))
def test_every_code_decodes_and_keeps_its_text(case: dict[str, Any]) -> None:
    payload = case["payload"]
    assert khqr.verify(payload) is case["crc_ok"] is True
    code = khqr.decode(payload)
    assert code == decode_by_tree(payload)
    assert str(khqr.parse(payload)) == payload
    parsed = khqr.parse(payload)
    assert code.merchant_name == parsed.get("59", "")
    assert code.amount == (Decimal(parsed["54"]) if "54" in parsed else None)


@pytest.mark.parametrize("case", WILD, ids=range(len(WILD)))
def test_check_agrees_with_the_official_verdict(case: dict[str, Any]) -> None:
    report = khqr.check(case["payload"])
    assert report.profile == "khqr"
    if case["sdk_verify_at_creation"]:
        assert report.ok, str(report)
    else:
        number = int(case["sdk_reason"].split()[0])
        assert number in {finding.nbc_code for finding in report.errors}, str(report)


def test_what_is_unknown_stays_reachable() -> None:
    payload = khqr.parse(WILD[0]["payload"])
    assert payload["62.68.00"] == "PAYWAY@ABA"
    assert payload["99.68"] == "mmp"


def test_the_two_codes_without_29_and_30_name_another_payee() -> None:
    others = [
        khqr.decode(case["payload"])
        for case in WILD
        if not {"29", "30"} & {item.id for item in khqr.parse(case["payload"])}
    ]
    assert [(code.bakong_account_id, bool(code.unionpay_account)) for code in others] == [
        ("coffeeklang@pras", False),
        ("", True),
    ]
    assert all(isinstance(code, khqr.Individual) for code in others)
