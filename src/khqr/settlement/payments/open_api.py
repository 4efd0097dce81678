"""Bakong's Open API as a till meets it: a path and JSON in, a status and an envelope out.

No network is opened: `OpenApi.post` is to be put where a program under test calls its HTTP client.
The first four paths, the envelope, error codes and the life of a token are those of the Bakong Open
API Documentation; the last three paths and their members are seen in public clients. That a wrong
request is answered with HTTP 400, and all texts of answers but that of success, are choices of this
library. Mails, deep links and references of other systems are not modelled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ..errors import REFUSALS
from .limits import DAY
from .lookup import answered
from .simulation import Simulation

__all__ = ["MOST_IN_LIST", "TOKEN_LIFE", "OpenApi", "Reply"]

TOKEN_LIFE = 90 * DAY
"""Milliseconds for which a token is good."""

MOST_IN_LIST = 50
"""Keys that a list call may have."""

_LONGEST_BODY = 65_536
_LONGEST_KEY = 255

Body = Mapping[str, Any] | list[Any]


class Reply(NamedTuple):
    """An answer.

    Attributes:
        status: the HTTP status.
        document: the envelope.
        refusal: the name in `REFUSALS` of what was wrong with the call itself, or an empty text.

    >>> Reply(200, {"responseCode": 0}).document["responseCode"]
    0
    """

    status: int
    document: dict[str, Any]
    refusal: str = ""


class _Call(NamedTuple):
    """One path: the members that its body must have, and what answers it."""

    members: Mapping[str, Callable[[Any], bool]]
    answer: Callable[[Simulation, Mapping[str, Any]], dict[str, object]]
    token: bool = True


def _is_key(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_KEY


def _is_short_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 8


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal | str) and not isinstance(value, bool)


_CALLS: Mapping[str, _Call] = {
    "/v1/check_transaction_by_md5": _Call(
        {"md5": _is_key}, lambda bank, body: bank.status_by_md5(body["md5"])
    ),
    "/v1/check_transaction_by_hash": _Call(
        {"hash": _is_key}, lambda bank, body: bank.status_by_hash(body["hash"])
    ),
    "/v1/check_transaction_by_short_hash": _Call(
        {"hash": _is_short_hash, "amount": _is_number, "currency": _is_key},
        lambda bank, body: bank.status_by_short_hash(
            body["hash"], body["amount"], body["currency"]
        ),
    ),
    "/v1/check_bakong_account": _Call(
        {"accountId": _is_key},
        lambda bank, body: bank.check_account(body["accountId"]),
        token=False,  # the document asks for one, the SDK sends none
    ),
    "/v1/check_transaction_by_instruction_ref": _Call(
        {"instructionRef": _is_key},
        lambda bank, body: bank.status_by_instruction(body["instructionRef"]),
    ),
}
_HTTP = {"MISSING_FIELDS": 400, "BATCH_TOO_LARGE": 400, "UNAUTHORIZED": 401, "NOT_FOUND": 404}
_LISTS: Mapping[str, tuple[str, str]] = {
    "/v1/check_transaction_by_md5_list": ("md5", "/v1/check_transaction_by_md5"),
    "/v1/check_transaction_by_hash_list": ("hash", "/v1/check_transaction_by_hash"),
}
"""Path of a list call to the name of its keys and the path that answers one of them."""


class OpenApi:
    """The look-ups of a simulation, in the shape of Bakong's Open API.

    Args:
        simulation: what is asked about.

    >>> api = OpenApi(Simulation(["deva"], clock=lambda: 0, ids=lambda: "1"))
    >>> api.post("/v1/check_transaction_by_md5", {"md5": "0" * 32}).status
    401
    >>> reply = api.post("/v1/check_transaction_by_md5", {"md5": "0" * 32}, token=api.new_token())
    >>> reply.status, reply.document["errorCode"]
    (200, 1)
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._tokens: dict[str, int] = {}

    def new_token(self) -> str:
        """Return a new token, which is good for 90 days by the simulation's clock."""
        token = self._simulation.ids()
        self._tokens[token] = self._simulation.ledger.expire() + TOKEN_LIFE
        return token

    def post(self, path: str, body: str | bytes | Body, *, token: str | None = None) -> Reply:
        """Answer one call.

        Args:
            path: such as ``/v1/check_transaction_by_md5``.
            body: JSON, or what it stands for; an amount is `int`, `str` or `Decimal` there.
            token: what stands behind ``Bearer``.

        Returns:
            Status 200 for every look-up, found or not; 400 for a wrong body, 401 without a token
            that is good, 404 for a path that there is not.

        Raises:
            TypeError: for a path, body or token of another Python type.
        """
        for name, value in (("path", path), ("token", token)):
            if not isinstance(value, str) and (name == "path" or value is not None):
                raise TypeError(f"a {name} is str, not {type(value).__name__}")
        if path not in _CALLS and path not in _LISTS:
            return _refused("NOT_FOUND", f"there is no {path[:100]!r}")
        document = _read(body)
        if (path in _LISTS or _CALLS[path].token) and not self._is_good(token):
            return _refused("UNAUTHORIZED", "no token, or one whose time has passed")
        if path in _LISTS:
            return self._list(path, document)
        call = _CALLS[path]
        if not isinstance(document, Mapping):
            return _refused("MISSING_FIELDS", "the body is no JSON object")
        for name, is_right in call.members.items():
            if not is_right(document.get(name)):
                return _refused("MISSING_FIELDS", f"{name} is missing, or not what it should be")
        return Reply(200, dict(call.answer(self._simulation, document)))

    def _is_good(self, token: str | None) -> bool:
        until = self._tokens.get(token or "")
        return until is not None and self._simulation.ledger.expire() <= until

    def _list(self, path: str, keys: object) -> Reply:
        if not isinstance(keys, list) or not keys or not all(map(_is_key, keys)):
            return _refused("MISSING_FIELDS", "the body is no list of keys")
        if len(keys) > MOST_IN_LIST:
            return _refused("BATCH_TOO_LARGE", f"{len(keys)} keys; a list has {MOST_IN_LIST}")
        name, one = _LISTS[path]
        answers = (_CALLS[one].answer(self._simulation, {name: key}) for key in keys)
        items = [_item(name, key, answer) for key, answer in zip(keys, answers, strict=True)]
        return Reply(200, answered(0, "Success", None, items))


def _item(name: str, key: str, answer: Mapping[str, object]) -> dict[str, object]:
    """Return one of the answers to a list; what failed is not found to whoever asks for many."""
    found = answer["responseCode"] == 0
    status = "SUCCESS" if found else "NOT_FOUND"
    return {
        name: key,
        "status": status,
        "message": answer["responseMessage"],
        "data": answer["data"],
    }


def _refused(name: str, message: str) -> Reply:
    """Return the answer to a call that cannot be answered."""
    code = next(iter(REFUSALS[name].open_api), None)
    return Reply(_HTTP[name], answered(1, message, code, None), name)


def _read(body: str | bytes | Body) -> object:
    """Return what a body says, or None where it is no JSON that anybody would send."""
    if isinstance(body, str | bytes):
        if len(body) > _LONGEST_BODY:
            return None
        try:
            return json.loads(body, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError):  # the last but one: no Decimal has it
            return None
    if not isinstance(body, Mapping | list):
        raise TypeError(f"a body is JSON, a dict or a list, not {type(body).__name__}")
    return body
