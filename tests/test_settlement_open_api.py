"""The Open API of a simulation: paths, envelopes and statuses, also for what nobody should send."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

import khqr
from khqr.model import moment_at
from khqr.settlement import Money, OpenApi, Simulation
from khqr.settlement.payments.open_api import MOST_IN_LIST, TOKEN_LIFE

START = 1_750_000_000_000
LIST = "/v1/check_transaction_by_md5_list"


class Till:
    """A shop that was paid once, and the API that it asks."""

    def __init__(self) -> None:
        self.time, numbers = START, count(1)
        self.sim = Simulation(["A", "B"], clock=lambda: self.time, ids=lambda: str(next(numbers)))
        for bank in "AB":
            self.sim.fund_bank(bank, Money("USD", 100_000))
        for name, bank in (("u", "A"), ("m", "B")):
            self.sim.add_customer(name, bank)
        self.sim.fund("u@A", Money("USD", 5_000))
        at = moment_at(self.time)
        code = khqr.Merchant(
            bakong_account_id="khqr@B",
            merchant_name="Demo Shop",
            merchant_id="m",
            acquiring_bank="Demo Bank",
            currency="USD",
            amount="12.50",
            expires_at=at + timedelta(minutes=10),
        )
        self.code = khqr.encode(code, at=at)
        self.md5 = khqr.md5(self.code)
        self.payment = self.sim.pay(self.code, payer="u@A", instruction="x1")
        self.api = OpenApi(self.sim)
        self.token = self.api.new_token()

    def ask(self, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        return self.api.post(f"/v1/{path}", body, token=self.token)[:2]


@pytest.fixture
def till() -> Till:
    return Till()


def test_every_path_finds_the_payment(till: Till) -> None:
    bodies = {
        "check_transaction_by_md5": {"md5": till.md5},
        "check_transaction_by_hash": {"hash": till.payment.hash},
        "check_transaction_by_short_hash": {
            "hash": till.payment.hash[:8], "amount": Decimal("12.5"), "currency": "USD",
        },
        "check_transaction_by_instruction_ref": {"instructionRef": "A/x1"},
    }  # fmt: skip
    answers = [till.ask(path, body) for path, body in bodies.items()]
    assert answers == [answers[0]] * 4
    status, document = answers[0]
    assert (status, document["responseCode"], document["errorCode"]) == (200, 0, None)
    assert document["data"]["hash"] == till.payment.hash
    assert document["data"]["amount"] == Decimal("12.5")


def test_json_is_read_with_its_amounts_exact(till: Till) -> None:
    body = f'{{"hash": "{till.payment.hash[:8]}", "amount": 12.5, "currency": "USD"}}'
    for text in (body, body.encode()):
        assert till.ask("check_transaction_by_short_hash", text)[1]["responseCode"] == 0
    near = body.replace("12.5", "12.500000000000000001")
    assert till.ask("check_transaction_by_short_hash", near)[1]["errorCode"] == 1


def test_accounts_need_no_token(till: Till) -> None:
    for account, code in (("m@B", None), ("nobody@B", 11), ("nobody", 12)):
        reply = till.api.post("/v1/check_bakong_account", {"accountId": account})
        assert (reply.status, reply.document["errorCode"]) == (200, code)
        assert reply.document["data"] is None


def test_a_token_is_good_for_ninety_days(till: Till) -> None:
    asked = "check_transaction_by_md5", {"md5": till.md5}
    till.time += TOKEN_LIFE
    assert till.ask(*asked)[0] == 200
    till.time += 1
    status, document = till.ask(*asked)
    assert (status, document["errorCode"]) == (401, 6)
    for token in (None, "", "wrong"):
        assert till.api.post(LIST, [], token=token).status == 401


def test_lists_are_answered_in_their_order(till: Till) -> None:
    keys = ["0" * 32, till.md5, "1" * 32]
    status, document = till.ask("check_transaction_by_md5_list", keys)
    assert (status, document["responseCode"]) == (200, 0)
    assert [item["md5"] for item in document["data"]] == keys
    assert [item["status"] for item in document["data"]] == ["NOT_FOUND", "SUCCESS", "NOT_FOUND"]
    assert document["data"][1]["data"]["hash"] == till.payment.hash
    listed = till.ask("check_transaction_by_hash_list", [till.payment.hash])[1]["data"]
    assert listed[0]["hash"] == till.payment.hash
    assert till.ask("check_transaction_by_md5_list", keys[:1] * MOST_IN_LIST)[0] == 200
    many = till.api.post(LIST, keys[:1] * (MOST_IN_LIST + 1), token=till.token)
    assert (many.status, many.refusal, many.document["errorCode"]) == (400, "BATCH_TOO_LARGE", None)


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[" * 60_000, "9" * 70_000, b"\xff", "null", "1", "[]", "{}", {}, [], [1], [""],
        {"md5": None}, {"md5": 1}, {"md5": ""}, {"md5": "x" * 256}, {"hash": "x"}, ["x" * 256],
        {"hash": "x" * 8, "amount": True, "currency": "USD"}, '{"md5": NaN}',
    ],
)  # fmt: skip
def test_bodies_that_say_nothing(till: Till, body: Any) -> None:
    for path in ("by_md5", "by_short_hash", "by_md5_list", "by_instruction_ref"):
        status, document = till.ask(f"check_transaction_{path}", body)
        assert (status, document["responseCode"], document["errorCode"]) == (400, 1, 5)
        assert document["data"] is None
        json.dumps(document)


def test_paths_and_types_that_there_are_not(till: Till) -> None:
    assert till.ask("nonsense", {})[0] == 404
    assert till.api.post("x" * 10_000, {}).status == 404
    with pytest.raises(TypeError, match="a body is JSON"):
        till.ask("check_transaction_by_md5", None)
    odd_calls: list[tuple[Any, Any]] = [(None, None), (["x"], None), (LIST, 5), (LIST, ["x"])]
    for path, token in odd_calls:
        with pytest.raises(TypeError, match="is str, not"):
            till.api.post(path, [], token=token)
    odd = {"hash": "0" * 8, "amount": "1e999999", "currency": "USD"}
    assert till.ask("check_transaction_by_short_hash", odd)[1]["errorCode"] == 1
    odd["currency"] = "XYZ"
    assert till.ask("check_transaction_by_short_hash", odd)[1]["errorCode"] == 1


def test_a_number_that_no_decimal_can_hold_is_no_json(till: Till) -> None:
    """JSON bounds no exponent, `Decimal` does, and raises what is no `ValueError`."""
    body = '{"hash": "aaaaaaaa", "amount": 1e99999999999999999999, "currency": "KHR"}'
    reply = till.api.post("/v1/check_transaction_by_short_hash", body, token=till.token)
    assert (reply.status, reply.refusal) == (400, "MISSING_FIELDS")
