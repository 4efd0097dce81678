"""What holds for any text whatever: the one statement that fuzzing tries to break.

A reader gives a value or a `khqr.KhqrError`, never another exception; and the readers agree.
"""

from __future__ import annotations

import base64

import khqr
from khqr.codec.decoder import decode_by_tree
from khqr.codec.fast import decode_fast
from khqr.emv import cpm as consumer
from khqr.errors import Severity

__all__ = ["TARGETS", "check", "cpm", "decode", "parse"]


def decode(data: bytes) -> None:
    """What is decoded has a right CRC, the same meaning by both paths, and can be checked."""
    text = data.decode("utf-8", "surrogatepass") if _is_utf8(data) else data.decode("latin-1")
    value, refusal = _decoded(text)
    if refusal is not None:
        assert refusal.findings
        assert decode_fast(text) is None
        return
    assert khqr.verify(text)
    assert value == decode_by_tree(text)
    fast = decode_fast(text)
    assert fast is None or fast == value
    assert khqr.md5(text)


def _decoded(
    text: str,
) -> tuple[khqr.Individual | khqr.Merchant | None, khqr.DecodeError | None]:
    try:
        return khqr.decode(text), None
    except khqr.DecodeError as refusal:
        return None, refusal


def parse(data: bytes) -> None:
    """What is parsed keeps its text, and recovery keeps it where parsing fails."""
    try:
        payload = khqr.parse(data)
    except khqr.DecodeError:
        try:
            payload = khqr.parse(data, recover=True)
        except khqr.DecodeError:
            return
        assert payload.findings
    assert str(payload).encode() == data
    for item in payload:
        assert str(payload)[item.offset : item.end].endswith(item.value)


def check(data: bytes) -> None:
    """Every text has a report, in order; one without errors has a right CRC and can be parsed."""
    for profile in ("auto", "emvco", "khqr"):
        for lenient in (False, True):
            report = khqr.check(data, profile=profile, lenient=lenient)
            offsets = [finding.offset for finding in report]
            assert offsets == sorted(offsets)
            assert str(report)
            if report.ok and not lenient:
                assert khqr.verify(data)
    if khqr.check(data, profile="emvco").ok:
        assert str(khqr.parse(data)).encode() == data


def cpm(data: bytes) -> None:
    """A consumer-presented code that is accepted keeps its text; data is wrapped if it must be."""
    for text in (data, base64.b64encode(data)):
        for lenient in (False, True):
            findings = consumer.check(text, lenient=lenient)
            if all(item.severity is Severity.WARNING for item in findings):
                code = consumer.decode(text, lenient=lenient)
                assert repr(code)
                assert consumer.encode(code).encode() == b"".join(text.split())


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


TARGETS = {"decode": decode, "parse": parse, "check": check, "cpm": cpm}
