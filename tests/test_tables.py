"""The tables that are computed on import are what their sources say."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

import khqr
from khqr.codec import fast, writer
from khqr.emv import catalogue, dictionary, values
from khqr.emv.dictionary import Dictionary, Entry, numbers
from khqr.errors import Severity
from khqr.fields import ADDITIONAL
from khqr.model.values import field_names


def test_headers_of_the_fast_path() -> None:
    root = fast._root()
    assert root == fast._ROOT
    assert root["5909"] == (fast._NAME, 9, None)
    assert root["6304"] == (fast._CRC, 4, None)
    assert "6305" not in root
    assert "5900" not in root
    assert "4001" not in root
    place, length, inside = root["2999"]
    assert (place, length) == (29, 99)
    assert inside is not None
    assert inside["0032"] == (fast._ACCOUNT, 32, None)
    assert fast._headers({"07": 3})["0799"] == (3, 99, None)
    assert len(fast._headers({"07": 3})) == 99
    assert fast._inside(ADDITIONAL)["0825"][0] == fast._POSITION["purpose_of_transaction"]
    assert sorted({header[:2] for header in root}) == [
        "00", "01", "15", "29", "30", "52", "53", "54", "58", "59", "60", "62", "63", "64", "99",
    ]  # fmt: skip


def test_numbers() -> None:
    assert list(numbers(0, 2)) == ["00", "01", "02"]
    assert list(numbers(98, 99)) == ["98", "99"]
    assert list(numbers(5, 4)) == []


def test_a_dictionary() -> None:
    entry, other = Entry("Name", "ans", required=True), Entry("Other", "S")
    made = Dictionary({"07": entry}, other=other, missing_code="x.missing")
    assert made.entry("07") is entry
    assert made.entry("08") is other
    assert made.required == ("07",)
    assert made.missing_code == "x.missing"
    assert Dictionary({}, other=other).missing_code == ""
    assert dictionary.GUID_TEMPLATE.missing_code == "guid.missing"


def test_the_catalogue() -> None:
    assert catalogue._mpm("§1") == "EMVCo MPM 1.0 §1"
    assert catalogue.error("R1", "x") == ("R1", Severity.ERROR, "x")
    assert catalogue.warning("R2", "y") == ("R2", Severity.WARNING, "y")
    numbered = {rule.number for rule in catalogue.CATALOGUE.values()}
    silent = {"R12", "R45", "R48", "R49", "R52", "R67", "R70", "R71"}
    same = {"R57": "R47", "R63": "R47"}
    every = {f"R{n}" for n in range(1, 72)}
    assert numbered | silent | set(same) == every


def test_headers_of_the_writer() -> None:
    assert writer._headers("59", 2) == ("5900", "5901", "5902")
    assert writer._headers("29")[99] == "2999"
    assert len(writer._headers("29")) == 100
    assert writer._H["62.08"][25] == "0825"
    assert len(writer._H["62.08"]) == 26
    assert writer._H["29.00"] == writer._ACCOUNT
    assert writer._H["29.01"] == writer._SECOND
    assert writer._H["29.02"] == writer._BANK


@pytest.mark.parametrize(
    ("kind", "detail"), [(khqr.Individual, "account_information"), (khqr.Merchant, "merchant_id")]
)
def test_a_value_lives_in_the_memory_of_its_base(kind: Any, detail: str) -> None:
    names = field_names(detail)
    assert tuple(field.name for field in fields(kind)) == names
    assert kind.__slots__ == ()
    assert kind.__bases__[0].__slots__ == names


def test_a_rule_about_one_value() -> None:
    judge = values._exactly("x.value", "11", "12")
    assert list(judge("11")) == []
    assert list(judge("13")) == [("x.value", "value is '13', expected 11 or 12")]
