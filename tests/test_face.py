"""The names that users import, and what importing them costs in modules."""

from __future__ import annotations

import subprocess
import sys

import pytest

import khqr

FACE = {
    "Individual", "Merchant", "KHR", "USD", "Currency", "encode", "decode", "verify", "check",
    "Finding", "parse", "amend", "anonymise", "md5", "KhqrError", "DecodeError", "EncodeError",
    "ScanError", "MissingDependency", "Payload", "Network", "identify", "DataObject", "Report",
    "Severity",
}  # fmt: skip


def run(program: str) -> str:
    """Run a program in a fresh interpreter and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_face_is_whole() -> None:
    assert set(khqr.__all__) == FACE
    for name in FACE:
        assert getattr(khqr, name) is getattr(khqr, name)
        assert name in dir(khqr)
    assert khqr.__all__ == sorted(
        khqr.__all__, key=lambda name: (not name.isupper(), name.islower(), name)
    )
    with pytest.raises(AttributeError, match="module 'khqr' has no attribute 'nonsense'"):
        khqr.nonsense  # noqa: B018 # type: ignore[attr-defined] # the refusal is the test


def test_import_loads_nothing_until_a_name_is_used() -> None:
    printed = run("import sys, khqr; print(sorted(m for m in sys.modules if m.startswith('khqr')))")
    assert printed == "['khqr']"


def test_no_name_loads_anything_outside_the_standard_library() -> None:
    program = (
        "import sys, khqr\n"
        "[getattr(khqr, name) for name in khqr.__all__]\n"
        "import khqr.nbc\n"
        "outside = {m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names\n"
        "print(sorted(m for m in outside if not m.startswith(('_', 'khqr', 'sitecustomize'))))"
    )
    assert run(program) == "[]"


def test_images_load_their_libraries_when_used() -> None:
    program = (
        "import sys, khqr.image, khqr.testing\n"
        "print(sorted({'segno', 'PIL', 'zxingcpp', 'pyzbar', 'hypothesis'} & set(sys.modules)))"
    )
    assert run(program) == "[]"
