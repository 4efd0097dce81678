"""The official SDK's inputs and outputs: what it writes, refuses, accepts by mistake, and says."""

from __future__ import annotations

from collections import Counter

import pytest

import khqr
from khqr.codec.decoder import decode_by_tree
from khqr.codec.fast import decode_fast
from khqr.nbc import decode_flat, verify_full
from material import CLOCK, load, sdk_value

ENCODE = load("nbc_encode.json.gz")
REFUSE = load("nbc_refuse.json")
DEFECTS = load("nbc_sdk_defects.json")
MUTATIONS = load("nbc_mutations.json.gz")

STRICTER = {"account_not_exactly_one_at"}
"""The only flag for which the default refuses what the SDK writes."""


def test_payload_and_md5_are_the_sdks() -> None:
    seen: Counter[str] = Counter()
    for case in ENCODE:
        if STRICTER & set(case.get("strict_flags", ())):
            continue
        payload = khqr.encode(sdk_value(case["input"]), at=CLOCK)
        assert payload == case["payload"]
        assert khqr.md5(payload) == case["md5"]
        seen["strict" if case.get("strict_flags") else "plain"] += 1
    assert seen == {"plain": 887, "strict": 512}


def test_accounts_without_exactly_one_at_are_refused() -> None:
    cases = [case for case in ENCODE if STRICTER & set(case.get("strict_flags", ()))]
    assert len(cases) == 126
    for case in cases:
        with pytest.raises(khqr.EncodeError) as refusal:
            khqr.encode(sdk_value(case["input"]), at=CLOCK)
        assert 3 in {finding.nbc_code for finding in refusal.value.findings}


def test_flat_decode_is_the_sdks_key_by_key() -> None:
    for case in ENCODE:
        assert list(decode_flat(case["payload"]).items()) == list(case["decoded"].items())


def test_what_the_sdk_wrote_reads_back_and_writes_again() -> None:
    for case in ENCODE:
        payload = case["payload"]
        code = khqr.decode(payload)
        assert decode_fast(payload) == decode_by_tree(payload) == code
        assert khqr.verify(payload)
        assert str(khqr.parse(payload)) == payload
        if not STRICTER & set(case.get("strict_flags", ())):
            assert khqr.encode(code) == payload


def test_what_the_sdk_wrote_has_no_error_but_the_account() -> None:
    for case in ENCODE:
        codes = {finding.code for finding in khqr.check(case["payload"]).errors}
        allowed = {"khqr.bakong-account-id.format"}
        if "mcc_not_4_digits" in case.get("strict_flags", ()):
            allowed.add("mcc.format")
        assert codes <= allowed, case["payload"]


@pytest.mark.parametrize("number", sorted({case["error_code"] for case in REFUSE}))
def test_what_the_sdk_refuses_is_refused_with_its_number(number: int) -> None:
    for case in REFUSE:
        if case["error_code"] != number:
            continue
        code = sdk_value(case["input"])
        if case["input"].get("optional", {}).get("currency") in {"KHR", "USD"}:
            # The SDK knows numbers only; here a letter code is a currency as well.
            assert khqr.encode(code, at=CLOCK)
            continue
        with pytest.raises(khqr.EncodeError) as refusal:
            khqr.encode(code, at=CLOCK)
        assert number in {finding.nbc_code for finding in refusal.value.findings}, case["input"]


@pytest.mark.parametrize("case", DEFECTS, ids=range(len(DEFECTS)))
def test_what_the_sdk_accepts_by_mistake_is_refused(case: dict[str, object]) -> None:
    given = case["input"]
    assert isinstance(given, dict)
    with pytest.raises((khqr.EncodeError, TypeError)) as refusal:
        khqr.encode(sdk_value(given), at=CLOCK)
    if isinstance(refusal.value, khqr.EncodeError):
        assert refusal.value.findings
    else:
        assert ", not " in str(refusal.value)


def test_verdict_on_mutations_is_the_sdks() -> None:
    for case in MUTATIONS:
        verdict = verify_full(case["payload"], at=CLOCK, sdk_compatible=True)
        assert verdict.valid is (case["verify"] is True), case["payload"]
        if case["verify_errorCode"]:
            assert verdict.code == case["verify_errorCode"], case["payload"]


def test_the_default_verdict_is_never_milder() -> None:
    for case in MUTATIONS:
        if verify_full(case["payload"], at=CLOCK).valid:
            assert case["verify"] is True


def test_flat_decode_of_mutations_is_the_sdks_or_refused() -> None:
    polluted = {"sub_overrun", "dup_adjacent", "bitflip"}
    for case in MUTATIONS:
        try:
            flat = decode_flat(case["payload"])
        except khqr.DecodeError:
            assert case["mutation"] not in {"shuffle", "unknown_top", "unknown_sub62", "set_ccy"}
            continue
        if isinstance(case["decode"], dict) and case["mutation"] not in polluted:
            sdk = {key: value for key, value in case["decode"].items() if not key.isdigit()}
            assert flat == sdk, case["payload"]


def _is_decoded(payload: str) -> bool:
    try:
        khqr.decode(payload)
    except khqr.DecodeError:
        return False
    return True


def test_mutations_no_wrong_crc_is_decoded_and_no_duplicate_passes() -> None:
    for case in MUTATIONS:
        payload = case["payload"]
        report = khqr.check(payload, profile="khqr")
        decoded = _is_decoded(payload)
        assert not (decoded and not case["crc_ok"])
        assert not (case["mutation"].startswith("dup") and (decoded or report.ok))
        if case["crc_ok"] is False:
            assert not report.ok
            assert not khqr.verify(payload)


def test_mutations_whatever_the_sdk_refuses_has_an_error() -> None:
    for case in MUTATIONS:
        if case["verify"] is False:
            assert not khqr.check(case["payload"], profile="khqr", at=CLOCK).ok, case["payload"]
