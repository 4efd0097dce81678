"""A row says which code is meant; what cannot be meant is refused with its column and a reason."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import khqr
from khqr.bulk import (
    Failure,
    OutputError,
    Problem,
    RowError,
    TableError,
    WorkersLost,
    decode_many,
    encode_many,
)
from khqr.bulk.columns import (
    COLUMNS,
    ORDER,
    Reading,
    cells_of,
    duration,
    payload_of,
    refuse_incomplete,
    refuse_unknown,
)
from khqr.testing import strategies
from material import CLOCK, DYNAMIC, FULL, FULL_FIELDS, STATIC

PERSON: dict[str, Any] = {"bakong_account_id": "demo_user@devb", "merchant_name": "Demo User"}
SHOP = PERSON | {"merchant_id": "000123", "acquiring_bank": "Dev Bank"}


def payload(cells: dict[str, Any], **how: Any) -> str:
    """Return the payload of a row."""
    return payload_of(cells, Reading(**how))[0]


def refused(cells: dict[str, Any], **how: Any) -> list[tuple[str, str]]:
    """Return field and code of everything that is wrong with a row."""
    with pytest.raises(RowError) as caught:
        payload_of(cells, Reading(**how))
    return [(problem.field, problem.code) for problem in caught.value.problems]


def message(cells: dict[str, Any]) -> str:
    """Return what is said about a row that has one fault."""
    with pytest.raises(RowError) as caught:
        payload_of(cells, Reading())
    (problem,) = caught.value.problems
    return problem.message


def as_texts(code: khqr.Individual | khqr.Merchant) -> dict[str, str]:
    """Return a code as the texts of a CSV file."""
    cells = cells_of(code)
    moments = ("created_at", "expires_at")
    return {
        name: value.isoformat() if name in moments else str(value)
        for name, value in cells.items()
        if value is not None
    }


def test_the_columns_are_the_fields() -> None:
    assert set(ORDER) == COLUMNS
    assert set(FULL_FIELDS) < COLUMNS


def test_texts_give_the_code_that_values_give() -> None:
    code = khqr.Merchant(**FULL_FIELDS)
    assert payload(as_texts(code)) == payload(FULL_FIELDS) == payload(dict(cells_of(code))) == FULL


@given(st.one_of(strategies.individuals(), strategies.merchants()))
def test_every_code_comes_back_from_its_texts(code: Any) -> None:
    texts = as_texts(code).values()
    assume(not any(text.startswith("#") or "e+" in text.lower() for text in texts))
    assert payload(as_texts(code)) == khqr.encode(code)
    assert payload(dict(cells_of(code))) == khqr.encode(code)


def test_a_number_makes_a_merchant_and_type_decides() -> None:
    assert payload(PERSON) == payload(PERSON | {"type": "Individual", "merchant_id": ""}) == STATIC
    assert isinstance(khqr.decode(payload(SHOP)), khqr.Merchant)
    assert refused(SHOP | {"type": "individual"}) == [("merchant_id", "row.kind")]
    assert refused(SHOP | {"type": "merchant", "account_information": "1"}) == [
        ("account_information", "row.kind")
    ]
    assert refused(PERSON | {"type": "shop"}) == [("type", "row.kind")]
    assert refused(PERSON | {"type": "merchant"}) == [
        ("merchant_id", "khqr.merchant-id.missing"),
        ("acquiring_bank", "khqr.acquiring-bank.missing"),
    ]


def test_a_merchant_who_lost_the_number_is_not_paid_as_a_person() -> None:
    lost = SHOP | {"merchant_id": ""}
    assert refused(lost) == [("merchant_id", "row.kind")]
    assert "say individual in a column type" in message(lost)
    account = khqr.decode(payload(lost | {"account_information": "000123"}))
    assert isinstance(account, khqr.Individual)
    assert khqr.decode(payload(lost | {"type": "individual"})).acquiring_bank == "Dev Bank"


def test_what_encode_refuses_is_said_with_its_columns() -> None:
    assert refused({}) == [
        ("bakong_account_id", "khqr.bakong-account-id.missing"),
        ("merchant_name", "khqr.merchant-name.missing"),
    ]
    assert refused(PERSON | {"currency": "usd"}) == [("currency", "khqr.currency.unsupported")]
    assert refused(PERSON | {"amount": "1,000", "expires_in": "5m"}) == [
        ("amount", "khqr.amount.format")
    ]
    long = PERSON | dict.fromkeys(("store_label", "bill_number", "mobile_number"), "x" * 25)
    ((field, code),) = refused(long | {"terminal_label": "x" * 25})
    assert (field.split()[0], code) == ("bill_number", "khqr.template.too-long")
    assert "column expires_in" in message(PERSON | {"amount": "5"})
    assert "language_preference" in message(PERSON | {"merchant_name_alternate_language": "ហាង"})
    padded = PERSON | {"merchant_name": "Demo "}
    assert payload(padded)
    assert refused(padded, strict=True) == [("merchant_name", "khqr.merchant-name.edge-space")]


def test_times_of_a_code_with_an_amount() -> None:
    cells = PERSON | {"amount": "10000", "merchant_city": "Siem Reap"}
    five = timedelta(minutes=5)
    for given_so in (
        payload(cells | {"expires_in": "5m"}, at=CLOCK),
        payload(cells | {"expires_in": "5m"}, at=CLOCK, expires_in=timedelta(minutes=9)),
        payload(cells, at=CLOCK, expires_in=five),
        payload(cells | {"created_at": CLOCK.isoformat()}, expires_in=five),
        payload(cells | {"expires_at": "2025-06-15T22:11:40+07:00"}, at=CLOCK),
        payload(cells | {"expires_at": CLOCK + five}, at=CLOCK, expires_in=timedelta(minutes=9)),
    ):
        assert given_so == DYNAMIC
    assert payload(PERSON, at=CLOCK, expires_in=five) == STATIC
    assert payload(PERSON | {"expires_in": "5m"}) == STATIC
    assert payload(PERSON | {"amount": "0"}, expires_in=five) == STATIC


@pytest.mark.parametrize("column", ["created_at", "expires_at"])
@pytest.mark.parametrize(
    "value",
    ["tomorrow", "2026-11-22T09:30:00", "15/06/2025 22:11", datetime(2026, 1, 1)],  # noqa: DTZ001 - without a zone, which is the fault
)
def test_a_time_that_is_none_or_has_no_zone(column: str, value: object) -> None:
    cells = PERSON | {"amount": 5, "expires_in": "5m" if column == "created_at" else ""}
    assert refused(cells | {column: value}) == [(column, "row.time")]


def test_two_expiries_and_durations() -> None:
    both = PERSON | {"amount": 5, "expires_in": "5m", "expires_at": CLOCK}
    assert refused(both) == [("expires_in", "row.time")]
    for text in ("5", "m", "-5m", "5 m", "1d", "5m1h", "0s", "0h00m"):
        assert refused(PERSON | {"expires_in": text}) == [("expires_in", "row.time")], text
    priced = PERSON | {"amount": 5, "expires_in": "0m"}
    assert refused(priced, expires_in=timedelta(minutes=9)) == [("expires_in", "row.time")]
    assert refused(PERSON | {"amount": 5, "expires_in": timedelta.max}) == [("", "row.refused")]
    assert refused(PERSON | {"expires_in": 5}) == [("expires_in", "row.type")]
    assert duration("1h2m3s") == timedelta(hours=1, minutes=2, seconds=3)


@pytest.mark.parametrize("value", ["8.55E+10", "1,03E+29", "5E+04", "#N/A", "#REF!"])
@pytest.mark.parametrize("column", ["mobile_number", "bill_number", "amount", "unionpay_account"])
def test_what_a_spreadsheet_spoiled(column: str, value: str) -> None:
    assert refused(PERSON | {column: value}) == [(column, "row.spreadsheet")]


def test_what_only_looks_like_it() -> None:
    for text in ("E+10", "8.55", "A1E+10", "#1", "8E10"):
        assert payload(PERSON | {"bill_number": text})


def test_a_category_that_lost_its_zero() -> None:
    assert refused(PERSON | {"merchant_category_code": "742"}) == [
        ("merchant_category_code", "row.leading-zero")
    ]
    assert "it was 0742" in message(PERSON | {"merchant_category_code": "742"})
    assert payload(PERSON | {"merchant_category_code": "0742"})


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"amount": 1.5}, "amount"),
        ({"amount": True}, "amount"),
        ({"merchant_name": 7}, "merchant_name"),
        ({"currency": 1.5}, "currency"),
        ({"expires_at": 5}, "expires_at"),
    ],
)
def test_a_wrong_type_is_a_fault_of_its_row(cells: dict[str, Any], field: str) -> None:
    assert refused(PERSON | cells) == [(field, "row.type")]


def test_exact_types_are_taken() -> None:
    five = timedelta(minutes=5)
    cells = PERSON | {"merchant_city": "Siem Reap", "expires_in": five}
    for amount in (10_000, "10000", Decimal("10000.0")):
        assert payload(cells | {"amount": amount}, at=CLOCK) == DYNAMIC


def test_a_payload_is_taken_as_it_is() -> None:
    for text in (STATIC, DYNAMIC, FULL, FULL.encode()):
        found, code = payload_of({"payload": text, "amount": ""}, Reading())
        assert (found, code) == (text if isinstance(text, str) else FULL, khqr.decode(text))
    assert refused({"payload": STATIC, "amount": "5"}) == [("payload", "row.payload-and-fields")]
    assert refused({"payload": STATIC[:-1] + "0"}) == [("payload", "crc.mismatch")]
    assert refused({"payload": "https://example.com"})[0][0] == "payload"
    assert refused({"payload": 5}) == [("payload", "row.refused")]
    assert refused({"payload": "x" * 5000})[0][0] == "payload"
    assert payload({"payload": STATIC, "branch": "x"}, ignore_unknown=True) == STATIC


def test_unknown_columns_are_refused_with_a_guess() -> None:
    with pytest.raises(TableError, match=r"'Merchant Name' \(did you mean merchant_name.*'zzz'"):
        refuse_unknown(["bakong_account_id", "Merchant Name", "zzz"])
    refuse_unknown(["zzz"], ignore=True)
    refuse_unknown(COLUMNS)
    assert refused(PERSON | {"ammount": "5"}) == [("", "row.unknown-column")]
    assert payload(PERSON | {"ammount": ""}) == STATIC
    assert payload(PERSON | {"ammount": "5"}, ignore_unknown=True) == STATIC


def test_a_header_that_can_give_no_code() -> None:
    for columns in (["amount"], ["merchant_name"], []):
        with pytest.raises(TableError, match="needs the columns bakong_account_id and"):
            refuse_incomplete(columns)
    with pytest.raises(TableError, match="has payload and amount, type"):
        refuse_incomplete(["payload", "type", "amount", "branch"])
    refuse_incomplete(["payload", "branch"])
    refuse_incomplete(["bakong_account_id", "merchant_name"])


def test_many_codes_give_a_value_or_an_error_each() -> None:
    found = list(encode_many([PERSON, {}, khqr.decode(FULL)]))
    assert [outcome.value for outcome in found] == [STATIC, None, FULL]
    assert isinstance(found[1].error, RowError)
    assert found[0].error is found[2].error is None
    dynamic = PERSON | {"amount": "10000", "merchant_city": "Siem Reap"}
    made = encode_many([dynamic], at=CLOCK, expires_in=timedelta(minutes=5), strict=True)
    assert next(made).value == DYNAMIC
    with pytest.raises(TypeError, match="a row is a mapping or a code, not int"):
        list(encode_many([5]))  # type: ignore[list-item] # what is refused


def test_many_payloads_give_a_value_or_an_error_each() -> None:
    found = list(decode_many([STATIC, STATIC[:-1], None, FULL.encode()]))
    assert [outcome.value for outcome in found] == [
        khqr.decode(STATIC),
        None,
        None,
        khqr.decode(FULL),
    ]
    assert [type(outcome.error) for outcome in found] == [
        type(None),
        khqr.DecodeError,
        khqr.DecodeError,
        type(None),
    ]
    with pytest.raises(TypeError):
        list(decode_many([1.5]))


def test_the_empty_cell_of_pandas_is_no_payload_and_no_amount() -> None:
    (outcome,) = decode_many([float("nan")])
    assert str(outcome.error) == "there is no payload"
    assert refused(PERSON | {"amount": float("nan")}) == [("amount", "row.type")]


def test_many_is_lazy() -> None:
    def endless() -> Any:
        while True:
            yield PERSON

    assert next(encode_many(endless())).value == STATIC


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(sorted(COLUMNS)), st.text(max_size=5)),
        st.one_of(
            st.none(),
            st.text(max_size=40),
            st.integers(),
            st.floats(),
            st.decimals(),
            st.datetimes(timezones=st.one_of(st.none(), st.just(UTC))),
            st.timedeltas(),
            st.binary(max_size=5),
            st.booleans(),
            st.just([]),
        ),
    ),
    st.booleans(),
)
def test_no_row_brings_another_exception(cells: dict[str, Any], complete: bool) -> None:
    (outcome,) = encode_many([(SHOP if complete else {}) | cells], expires_in=timedelta(minutes=5))
    assert (outcome.value is None) != (outcome.error is None)
    if outcome.value is not None:
        assert khqr.verify(outcome.value)


def test_exceptions_travel_between_processes() -> None:
    problem = Problem("amount", "row.type", "money is never a float")
    row: RowError = pickle.loads(pickle.dumps(RowError([problem])))
    assert row.problems == (problem,)
    for error in (TableError("a"), OutputError("b")):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert "run it again" in str(pickle.loads(pickle.dumps(WorkersLost())))
    assert str(Failure(3, (problem, problem))).count("line 3, amount: row.type") == 2
