"""File names stand on every file system, are the same each time, and never meet."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import khqr
from khqr.bulk.names import DEFAULT_NAME, MAX_NAME, Naming, safe_name

HOSTILE = [
    "../../etc/passwd",
    "..\\..\\windows",
    "C:evil",
    "/etc/passwd",
    "~root",
    "",
    ".",
    "..",
    ".htaccess",
    "-rf",
    " x",
    "x ",
    "x.",
    "con",
    "NUL",
    "aux.svg",
    "COM1",
    "lpt9.txt",
    "com¹",
    "a\0b",
    "a\nb",
    "a\u202eb",
    "a\u200bb",
    "a:b",
    "a*b?",
    "a|b",
    '"a"',
    "<a>",
    "x" * 500,
    "ក" * 200,
    "\ud800",
    "e\u0301",
    "\u2028",
    "𝔸",
    "a\U000e0001b",
]


def stands_everywhere(name: str) -> bool:
    """Whether a name with a suffix is one file in a folder, on every system."""
    file = f"{name}.svg"
    return (
        PurePosixPath(file).name == file
        and PureWindowsPath(file).parts == (file,)
        and not PureWindowsPath(file).is_reserved()
        and not set(file) & set('<>:"/\\|?*')
        and not any(ord(character) < 32 for character in file)
        and len(file.encode()) <= MAX_NAME + 4
        and name[0] not in ".- "
        and name[-1] not in ". "
        and unicodedata.normalize("NFC", name) == name
        and all(unicodedata.category(character)[0] != "C" for character in name)
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names(text: str, tmp_path: Path) -> None:
    name = safe_name(text)
    assert stands_everywhere(name)
    (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert name == safe_name(text)


def test_hostile_names_stay_apart() -> None:
    assert len({safe_name(text).casefold() for text in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize(
    "text", ["demo_user@devb", "ហាងសាកល្បង", "Joe's Café & Co (Main)", "000012-x", "console", "東京"]
)
def test_honest_names_stay_as_they_are(text: str) -> None:
    assert safe_name(text) == text


@given(st.text())
def test_every_name_stands_everywhere(text: str) -> None:
    assert stands_everywhere(safe_name(text))


@given(st.text(max_size=6), st.text(max_size=6))
def test_two_names_never_meet(one: str, other: str) -> None:
    assume(one != other)
    assert safe_name(one) != safe_name(other)


@given(st.text(min_size=MAX_NAME))
def test_names_that_are_cut_stay_apart(text: str) -> None:
    assert safe_name(text) != safe_name(text + "x")


def test_a_name_that_looks_like_a_mended_one_is_another() -> None:
    mended = safe_name("a/b")
    assert mended.startswith("a_b~")
    assert safe_name(mended) != mended


def test_templates() -> None:
    nothing: dict[str, object] = {}
    naming = Naming("{line:04d}-{merchant_id}-{md5}-{line:3}{line}", {"merchant_id"})
    assert naming.of(7, {"merchant_id": 5, "md5": "ab"}.get) == "0007-5-ab-  77"
    assert Naming(DEFAULT_NAME, {"bakong_account_id"}).of(2, nothing.get) == "000002-"
    assert Naming("stand", set()).of(1, nothing.get) == "stand"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{nothing}", "name asks for 'nothing', expected one of line, md5, merchant_id"),
        ("{}", "name asks for ''"),
        ("{merchant_id.__class__}", "asks for 'merchant_id.__class__'"),
        ("{merchant_id[0]}", "asks for"),
        ("{merchant_id!r}", "asks for"),
        ("{line:999999999d}", "expected pairs of braces"),
        ("{line:{line}}", "expected pairs of braces"),
        ("{line", "expected pairs of braces"),
        ("line}", "expected pairs of braces"),
        ("{merchant_id:10}", "only line can have"),
        ("a/{line}", "no folders"),
        ("..\\{line}", "no folders"),
    ],
)
def test_templates_that_are_refused(template: str, why: str) -> None:
    with pytest.raises(khqr.KhqrError, match=why.replace("[", r"\[")):
        Naming(template, {"merchant_id"})


def test_a_value_with_braces_is_only_a_value() -> None:
    assert Naming("{merchant_id}", {"merchant_id"}).of(1, {"merchant_id": "{md5}"}.get) == "{md5}"


def test_the_same_file_is_found_whatever_its_capitals() -> None:
    naming = Naming("{line}", set())
    assert naming.taken_by("Demo", 2) is None
    assert naming.taken_by("demo", 3) == naming.taken_by("DEMO", 4) == 2
    assert naming.taken_by("demo-2", 5) is None
    assert naming.taken_by("ﬁ", 6) is None
    assert naming.taken_by("fi", 7) == 6
