"""What each package is given to do in one turn. Everything prepared here is outside the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import khqr
from khqr.nbc import decode_flat

from .floor import cut_at_known_offsets, cutters, read_at_the_floor
from .payloads import CLOCK, Item, sdk_input
from .peers import peer_module
from .rounds import LEAD_IN, PARTS, Turn, turn_of, turn_over
from .sdk import Sdk

Texts = Sequence[str]
KhqrGiven = tuple[Callable[..., khqr.Individual | khqr.Merchant], Mapping[str, Any]]
KonthainaGiven = tuple[Any, list[tuple[Any, object]]]


def sdk_turn(sdk: Sdk, task: str) -> Turn:
    """Return the turn of the official SDK: Node takes its own time."""

    def turn(number: int) -> float:
        taken: float = sdk.ask(part=number, task=task)["ns"]
        return taken

    return turn


def sdk_agreement(sdk: Sdk, items: Sequence[Item]) -> tuple[bool, list[str]]:
    """Give the SDK its work; return whether it agrees with khqr on all of it, and the counts."""
    texts = [item.payload for item in items]
    inputs = [_sdk_fields(item) for item in items]
    sdk.ask(load={"payloads": texts, "inputs": inputs, "parts": PARTS, "lead": LEAD_IN})
    found = sdk.ask(check=True)
    flat = [decode_flat(text) for text in texts]
    written = zip(found["generated"], texts, strict=True)
    counts = {
        "verifies as true": found["verified"],
        "decodes to what khqr.nbc.decode_flat gives": sum(
            ours == theirs for ours, theirs in zip(flat, found["decoded"], strict=True)
        ),
        "generates, payload and MD5, from the same fields": sum(
            theirs == {"qr": text, "md5": khqr.md5(text)} for theirs, text in written
        ),
    }
    notes = [f"the official SDK {what}: {count} of {len(items)}" for what, count in counts.items()]
    whole = sum(khqr.encode(khqr.decode(text)) == text for text in texts)
    notes.append(f"khqr.encode(khqr.decode(payload)) == payload: {whole} of {len(items)}")
    return {*counts.values(), whole} == {len(items)}, notes


def _sdk_fields(item: Item) -> dict[str, Any]:
    """Return an item as the SDK's documentation gives its inputs: numbers for numbers."""
    numbers: dict[str, Any] = {"currency": 116 if item.fields["currency"] == "KHR" else 840}
    if "amount" in item.fields:
        numbers["amount"] = float(item.fields["amount"])
    return sdk_input({**item.fields, **numbers})


def floor_turns(texts: Texts) -> dict[str, Turn]:
    """Return the turns of the two floors."""
    pairs = list(zip(texts, cutters(texts), strict=True))
    return {
        "floor": turn_of(texts, read_at_the_floor),
        "known offsets": turn_of(pairs, cut_at_known_offsets),
    }


def khqr_writing(items: Sequence[Item]) -> Turn:
    """Return the turn that builds the value from plain fields, encodes it and takes the MD5."""
    encode, md5 = khqr.encode, khqr.md5

    def write(given: KhqrGiven) -> str:
        kind, fields = given
        return md5(encode(kind(**fields), at=CLOCK))

    kinds = (khqr.Individual, khqr.Merchant)
    return turn_over([(kinds[item.is_merchant], item.fields) for item in items], write)


def vietnam_qr_pay(texts: Texts, missing: dict[str, str]) -> tuple[Turn, str]:
    """Return the turn of vietnam-qr-pay, and how many payloads it finds valid."""
    qr_pay = peer_module("vietnam-qr-pay", "vietnam_qr_pay", missing).QRPay
    valid = sum(qr_pay(text).is_valid for text in texts)
    note = (
        f"vietnam-qr-pay finds {valid} of {len(texts)} payloads valid; "
        "it does less: it drops objects 15, 29, 30 and 64, and leaves 99 as text"
    )
    return turn_over(texts, qr_pay), note


def qriskit(texts: Texts, missing: dict[str, str]) -> tuple[Turn, Turn, str]:
    """Return the turns of qriskit, reading and checking the CRC, and what it finds."""
    parse = peer_module("qriskit", "qriskit.model", missing).parse_payload
    rules = peer_module("qriskit", "qriskit.validate", missing)
    validate, crc_issues = rules.validate, rules.crc_issues
    right = sum(not crc_issues(parse(text)) for text in texts)
    whole = sum(parse(text).dumps() == text for text in texts)
    note = (
        f"qriskit finds the CRC of {right} of {len(texts)} payloads right and gives {whole} back "
        "unchanged; its rules are Indonesia's, so it reports currency and country of each"
    )
    read = turn_over(texts, lambda text: validate(parse(text)))
    return read, turn_over(texts, lambda text: crc_issues(parse(text))), note


_KONTHAINA_SETTERS = {
    "bakong_account_id": "set_bakong_account_id",
    "merchant_name": "set_merchant_name",
    "merchant_city": "set_merchant_city",
    "currency": "set_currency",
    "account_information": "set_account_information",
    "acquiring_bank": "set_acquiring_bank",
    "merchant_id": "set_merchant_id",
    "unionpay_account": "set_upi_account_information",
    "bill_number": "set_bill_number",
    "mobile_number": "set_mobile_number",
    "store_label": "set_store_label",
    "terminal_label": "set_terminal_label",
    "purpose_of_transaction": "set_purpose_of_transaction",
    "language_preference": "set_language_preference",
    "merchant_name_alternate_language": "set_merchant_name_alternate",
    "merchant_city_alternate_language": "set_merchant_city_alternate",
}


def konthaina(items: Sequence[Item], missing: dict[str, str]) -> tuple[Turn, str]:
    """Return the turn of konthaina-khqr, and on how many codes it agrees."""
    package = peer_module("konthaina-khqr", "konthaina_khqr", missing)
    generator, kinds = package.KHQRGenerator, package.MerchantType

    def given(item: Item) -> KonthainaGiven:
        steps = [
            (getattr(generator, setter), item.fields[name])
            for name, setter in _KONTHAINA_SETTERS.items()
            if name in item.fields
        ]
        if "amount" in item.fields:
            steps.append((generator.set_amount, float(item.fields["amount"])))
        return kinds.MERCHANT if item.is_merchant else kinds.INDIVIDUAL, steps

    def write(given: KonthainaGiven) -> Any:
        kind, steps = given
        code = generator(kind)
        for setter, value in steps:
            setter(code, value)
        return code.generate()

    prepared = [given(item) for item in items]
    made = [write(each).qr for each in prepared]
    note = (
        f"konthaina-khqr writes {_compared(made, items)}; it knows no expiry and no category code"
    )
    return turn_over(prepared, write), note


_BAKONG_PYPI_NAMES = {
    "bakong_account_id": "account_id",
    "merchant_name": "merchant_name",
    "merchant_city": "merchant_city",
    "currency": "currency",
    "bill_number": "bill_number",
    "mobile_number": "phone_number",
    "store_label": "store_label",
    "terminal_label": "terminal_label",
}


def bakong_pypi(items: Sequence[Item], missing: dict[str, str]) -> tuple[Turn, str]:
    """Return the turn of PyPI's bakong-khqr, and on how many codes it agrees."""
    create = peer_module("bakong-khqr", "bakong_khqr", missing).KHQR().create_qr

    def given(item: Item) -> dict[str, Any]:
        names = _BAKONG_PYPI_NAMES
        known = {names[name]: value for name, value in item.fields.items() if name in names}
        return {**known, "amount": float(item.fields.get("amount", 0))}

    def write(arguments: dict[str, Any]) -> Any:
        return create(**arguments)

    prepared = [given(item) for item in items]
    made = [str(write(arguments)) for arguments in prepared]
    note = (
        f"bakong-khqr (PyPI) writes {_compared(made, items)}; it is given less to write: "
        "no category code, no object 15, 29.01, 29.02, 30, 62.08 or 64, expiry in whole days"
    )
    return turn_over(prepared, write), note


def _compared(made: Sequence[str], items: Sequence[Item]) -> str:
    right = sum(map(khqr.verify, made))
    same = sum(text == item.payload for text, item in zip(made, items, strict=True))
    return f"{right} of {len(items)} payloads with a right CRC, {same} as the official SDK does"
