"""EMVCo payloads: verdict, codes, paths and offsets against the labels."""

from __future__ import annotations

from typing import Any

import pytest

import khqr
from khqr.emv.catalogue import CATALOGUE
from material import load

EMVCO = [case for case in load("emvco.json") if case["mode"] == "MPM"]
ONE_FAULT = load("khqr_one_fault.json")
MALFORMED = load("malformed.json")

_LENGTHS = (
    "crc.length mcc.format currency.format amount.too-long tip.format fee-fixed.too-long "
    "fee-percent.too-long name.too-long city.too-long postal-code.too-long guid.too-long "
    "additional.too-long tax-id.too-long channel.length language.too-long poi.value "
    "country.format consumer-data.value language.code"
)
FAMILIES = {
    family: set(codes.split())
    for family, codes in {
        "empty": "payload.empty",
        "tlv.truncated_header": "tlv.header-truncated",
        "tlv.bad_id": "tlv.id-not-digits template.not-tlv",
        "tlv.bad_length": "tlv.length-not-digits",
        "tlv.zero_length": "tlv.length-zero",
        "tlv.length_overrun": "tlv.length-overrun",
        "payload.trailing-data": "payload.trailing-data",
        "payload.leading-data": "payload.leading-data",
        "payload.too_long": "payload.too-long",
        "duplicate_id": "tlv.duplicate-id",
        "pfi.not_first": "pfi.not-first",
        "pfi.value": "pfi.value",
        "poi.value": "poi.value",
        "crc.missing": "crc.missing",
        "crc.not_last": "crc.not-last",
        "crc.format": "crc.not-hex",
        "crc.mismatch": "crc.mismatch",
        "crc.lowercase": "crc.lower-case",
        "length.range": _LENGTHS,
        "country.format": "country.format",
        "currency.unknown": "currency.unknown",
        "amount.format": "amount.not-numeric fee-fixed.not-numeric",
        "amount.zero": "amount.zero fee-fixed.zero",
        "amount.no_integer_digit": "amount.no-integer-digit",
        "amount.exponent": "amount.too-many-decimals",
        "tip.value": "tip.value",
        "tip.56_missing": "fee-fixed.missing",
        "tip.56_unexpected": "fee-fixed.unexpected",
        "tip.57_missing": "fee-percent.missing",
        "tip.57_unexpected": "fee-percent.unexpected",
        "percent.range": "fee-percent.range",
        "percent.format": "fee-percent.not-numeric",
        "template.guid_missing": "guid.missing",
        "consumer_data_request": "consumer-data.value",
        "rfu.62": "additional.rfu",
        "rfu.62.00_unallocated": "additional.unallocated",
        "language.code": "language.code",
        "rfu.64": "language.rfu",
        "rfu.root": "root.rfu",
        "format.N": "charset.not-numeric",
        "format.ans": "charset.not-ans",
        "format.S.not_precomposed": "charset.not-nfc",
        "root.missing.merchant_account": "merchant-account.missing",
    }.items()
}
"""What the labeller's families of findings are called here."""

UNLABELLED = {"mcc.unknown", "poi.static-with-amount", "poi.dynamic-without-amount"}
"""Findings that the labels leave out."""

OTHERWISE = {
    ("dart-emv-code-002", "62.50"): "template.not-tlv",
    ("dart-emv-code-002", "62.51"): "template.not-tlv",
}
"""Labels of another code than ours; the decision record on the labels argues each."""

ABSENT = {("c-tip-03-no57", "57"), ("c-lang-no-00", "64.00")}
"""Labels that place an absent object elsewhere than at the end of its container."""


def _codes(family: str) -> set[str]:
    if family in FAMILIES:
        return FAMILIES[family]
    stem = family.rpartition(".")[0]
    return {"root.missing": {"root.missing"}, "language.missing": {"language.missing"}}[stem]


@pytest.mark.parametrize("case", EMVCO, ids=[case["name"] for case in EMVCO])
def test_findings_are_the_labelled_ones(case: dict[str, Any]) -> None:
    report = khqr.check(case["payload"], profile="emvco")
    assert report.ok is case["valid"], str(report)
    unlabelled = [finding for finding in report if finding.code not in UNLABELLED]
    for severity in ("error", "warning"):
        for label in case[f"{severity}s"]:
            path = (label["path"] or "").rstrip(".")
            wanted = {OTHERWISE.get((case["name"], path), "")} - {""} or _codes(label["code"])
            found = [f for f in report if f.code in wanted and f.path == path]
            assert found, (label, str(report))
            assert {finding.severity.value for finding in found} == {severity}
            if label["offset"] is not None and (case["name"], path) not in ABSENT:
                assert label["offset"] in {finding.offset for finding in found}, str(report)
            unlabelled = [finding for finding in unlabelled if finding not in found]
    assert not unlabelled


@pytest.mark.parametrize("case", EMVCO, ids=[case["name"] for case in EMVCO])
def test_what_can_be_walked_keeps_its_text(case: dict[str, Any]) -> None:
    walkable = not any(
        finding.code.startswith(("tlv.", "payload.")) and "." not in finding.path
        for finding in khqr.check(case["payload"], profile="emvco").errors
        if finding.code not in {"tlv.length-zero", "tlv.duplicate-id"}
    )
    if walkable:
        assert str(khqr.parse(case["payload"])) == case["payload"]
    else:
        with pytest.raises(khqr.DecodeError):
            khqr.parse(case["payload"])


@pytest.mark.parametrize("case", ONE_FAULT, ids=[case["name"] for case in ONE_FAULT])
def test_one_fault_is_found_and_named(case: dict[str, Any]) -> None:
    report = khqr.check(case["payload"], profile="emvco")
    assert report.ok is case["valid"], str(report)
    for family in case["why"]:
        assert _codes(family) & {finding.code for finding in report.errors}


def _verdict(report: khqr.Report) -> str:
    return "ok" if not report else "error" if not report.ok else "warning" if len(report) else "ok"


@pytest.mark.parametrize(
    "case", MALFORMED, ids=[f"{case['base']}-{case['id']}" for case in MALFORMED]
)
@pytest.mark.parametrize("mode", ["strict", "lenient"])
def test_malformed_variants(case: dict[str, Any], mode: str) -> None:
    expect = case["expect"]
    if expect[mode] == "TypeError":
        for call in (khqr.check, khqr.parse, khqr.decode, khqr.verify, khqr.md5):
            with pytest.raises(TypeError):
                call(case["val"])
        return
    report = khqr.check(case["val"], profile="emvco", lenient=mode == "lenient")
    assert _verdict(report) == expect[mode], str(report)
    if mode == "strict" and expect["rules"] == ["cap:E"]:
        assert [finding.code for finding in report] == ["payload.over-limit"]
    elif mode == "strict":
        rules = {f"{CATALOGUE[f.code].number}:{f.severity.value[0].upper()}" for f in report}
        assert rules == set(expect["rules"])
    if str(case["id"]) in {"00", "31", "38", "39", "40"}:
        assert str(khqr.parse(case["val"])) == case["val"]
        assert khqr.verify(case["val"])
