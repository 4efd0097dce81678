"""A run makes each picture once, goes on where it was stopped, and says what failed."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import khqr
from khqr.bulk import (
    FORMATS,
    Options,
    OutputError,
    Result,
    Row,
    Summary,
    TableError,
    read_csv,
    render,
    render_each,
)
from khqr.bulk import options as options_module
from khqr.bulk.formats import Format, Style
from khqr.bulk.journal import JOURNAL
from khqr.bulk.workers import MOST_JOBS
from khqr.emv.crc import checksum
from khqr.image import card, scan, scan_all, symbol
from material import CLOCK, FULL, STATIC

PERSON: dict[str, Any] = {"bakong_account_id": "demo_user@devb", "merchant_name": "Demo User"}


def shops(count: int) -> list[dict[str, Any]]:
    """Return the rows of so many shops, each another."""
    return [PERSON | {"terminal_label": f"POS-{number}"} for number in range(count)]


def table(path: Path, count: int) -> Path:
    """Write a table of so many shops."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["bakong_account_id", "merchant_name", "terminal_label"])
        writer.writeheader()
        writer.writerows(shops(count))
    return path


def pictures(folder: Path) -> dict[str, bytes]:
    """Return the files of a run; nothing else may be there but the journal and the errors."""
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.name not in {JOURNAL, "errors.csv"}
    }


def statuses(rows: Any, out: Path | None, **options: Any) -> list[str]:
    """Return what became of each row."""
    return [result.status for result in render_each(rows, out, **options)]


class Stopped(BaseException):
    """Stands for Ctrl-C, at a moment that a test chooses."""


def stopped_after(rows: Any, out: Path, number: int, **options: Any) -> None:
    """Run, and stop after so many rows."""

    def progress(done: int, total: int | None, result: Result) -> None:
        if done == number:
            raise Stopped

    with pytest.raises(Stopped):
        render(rows, out, progress=progress, **options)


# The pictures


def test_each_row_is_a_picture(tmp_path: Path) -> None:
    results = list(render_each(shops(3), tmp_path / "a" / "b"))
    assert [(result.line, result.status) for result in results] == [
        (1, "made"),
        (2, "made"),
        (3, "made"),
    ]
    found = pictures(tmp_path / "a" / "b")
    assert len(found) == 3
    for result in results:
        assert result.path is not None
        assert result.payload is not None
        assert result.path.name == f"{result.line:06d}-demo_user@devb.svg"
        assert found[result.path.name].decode() == symbol.svg(result.payload)
        assert khqr.decode(result.payload).terminal_label == f"POS-{result.line - 1}"


def test_every_format_is_drawn_as_asked(tmp_path: Path) -> None:
    rows = [{"payload": FULL}]
    for name, kind in FORMATS.items():
        asked: tuple[Any, Any] = ({}, {"error": "H"} | ({"scale": 3} if kind.is_scaled else {}))
        for options in asked:
            render(rows, tmp_path / name, format=name, **options)
            (data,) = pictures(tmp_path / name).values()
            if name == "txt":
                assert data.decode() == FULL
            elif name == "png":
                assert data == symbol.png(FULL, **({"scale": 8} | options))
                assert scan(data).text == FULL
            elif name == "svg":
                assert data.decode() == symbol.svg(FULL, **({"scale": 4} | options))
            elif name == "card":
                assert data == card.png(FULL, **options)
            elif name == "sheet":
                assert data == card.sheet([FULL], **options)
            else:
                assert name == "pdf"
                assert data == symbol.pdf(FULL, **({"scale": 4} | options))


def test_pictures_are_the_same_each_time(tmp_path: Path) -> None:
    for name in FORMATS:
        for again in "ab":
            render(shops(2), tmp_path / again / name, format=name)
        assert pictures(tmp_path / "a" / name) == pictures(tmp_path / "b" / name)


def test_values_codes_and_tables_are_rows(tmp_path: Path) -> None:
    code = khqr.Individual(**PERSON)
    path = tmp_path / "m.csv"
    path.write_text("payload\n" + STATIC + "\n")
    for rows in ([PERSON], [code], read_csv(path), [Row(7, PERSON)], iter([PERSON])):
        (result,) = render_each(rows, None)
        assert (result.status, result.payload) == ("checked", STATIC)


def test_names_are_asked_for(tmp_path: Path) -> None:
    rows = [PERSON | {"branch": "Old/Market", "merchant_id": "7", "acquiring_bank": "Dev Bank"}]
    name = "{merchant_id}-{branch}-{currency}-{amount}-{line}"
    (result,) = render_each(rows, tmp_path, name=name, ignore_unknown=True, format="txt")
    assert result.path is not None
    assert result.path.name.startswith("7-Old_Market-KHR--1~")
    (result,) = render_each([{"payload": FULL}], tmp_path, name="{md5}-{store_label}", format="txt")
    assert result.path is not None
    assert result.path.name == f"{khqr.md5(FULL)}-Main.txt"
    with pytest.raises(khqr.KhqrError, match="name asks for 'payload'"):
        render_each([{"payload": FULL}], tmp_path, name="{payload}")


def test_a_name_that_another_row_has_is_refused(tmp_path: Path) -> None:
    rows = [PERSON, {**PERSON, "bakong_account_id": "DEMO_USER@devb"}, *shops(1)]
    summary = render(rows, tmp_path, name="{bakong_account_id}", format="txt")
    assert (summary.made, summary.failed) == (1, 2)
    assert {failure.problems[0].code for failure in summary.failures} == {"row.duplicate-name"}
    assert "the file of line 1" in str(summary.failures[0])
    assert [Path(name).stem for name in pictures(tmp_path)] == ["demo_user@devb"]


def test_lines_that_come_twice_do_not_overwrite_each_other(tmp_path: Path) -> None:
    summary = render([Row(5, PERSON), Row(5, PERSON | {"bill_number": "1"})], tmp_path)
    assert (summary.made, summary.failed) == (1, 1)
    assert "the file of line 5 has the same name" in str(summary.failures[0])
    assert len(pictures(tmp_path)) == 1


def test_dynamic_codes_take_the_clock_that_is_given(tmp_path: Path) -> None:
    rows = [PERSON | {"amount": "4100"}]
    (result,) = render_each(rows, None, at=CLOCK, expires_in=timedelta(minutes=5))
    assert result.payload is not None
    code = khqr.decode(result.payload)
    assert (code.created_at, code.expires_at) == (CLOCK, CLOCK + timedelta(minutes=5))


# Going on


def test_a_second_run_keeps_what_the_first_made(tmp_path: Path) -> None:
    rows = shops(5)
    assert statuses(rows, tmp_path, format="txt") == ["made"] * 5
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert statuses(rows, tmp_path, format="txt") == ["kept"] * 5
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert statuses(rows, tmp_path, format="txt", resume=False) == ["made"] * 5


def test_what_changed_is_made_again(tmp_path: Path) -> None:
    rows = shops(4)
    render(rows, tmp_path, format="txt")
    rows[1] = rows[1] | {"terminal_label": "POS-X"}
    (tmp_path / "000003-demo_user@devb.txt").unlink()
    (tmp_path / "000004-demo_user@devb.txt").write_bytes(b"short")
    assert statuses(rows, tmp_path, format="txt") == ["kept", "made", "made", "made"]
    assert statuses(rows, tmp_path, format="txt") == ["kept"] * 4
    found = pictures(tmp_path)
    assert khqr.decode(found["000002-demo_user@devb.txt"]).terminal_label == "POS-X"
    assert khqr.decode(found["000004-demo_user@devb.txt"]).terminal_label == "POS-3"


@pytest.mark.parametrize(
    "options",
    [
        {"format": "txt"},
        {"error": "Q"},
        {"scale": 9},
        {"at": CLOCK},
        {"expires_in": timedelta(minutes=9)},
        {"strict": True},
        {"format": "png"},
    ],
)
def test_another_option_is_not_taken_for_done(tmp_path: Path, options: Any) -> None:
    render(shops(1), tmp_path)
    assert statuses(shops(1), tmp_path, **options) == ["made"]
    assert statuses(shops(1), tmp_path, **options) == ["kept"]


def test_going_back_to_an_older_option_makes_it_again(tmp_path: Path) -> None:
    for scale in (3, 4, 3):
        assert statuses(shops(1), tmp_path, scale=scale) == ["made"]
    assert pictures(tmp_path).popitem()[1].decode() == symbol.svg(
        khqr.encode(khqr.Individual(**shops(1)[0])), scale=3
    )


def test_the_order_of_columns_and_empty_cells_change_nothing(tmp_path: Path) -> None:
    render([PERSON | {"branch": "1"}], tmp_path, format="txt", ignore_unknown=True)
    other = {name: PERSON[name] for name in reversed(PERSON)} | {"amount": "", "branch": "2"}
    assert statuses([other], tmp_path, format="txt", ignore_unknown=True) == ["kept"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-10],
        lambda data: data[: len(data) // 2] + b"\xff\0{]" + data[len(data) // 2 :],
        lambda data: data + b'{"file": "000001-demo',
        lambda data: data + b'{"file": 1}\n[]\n5\n' + b"[" * 100_000,
        lambda data: data.replace(b"\n", b"\n\n"),
    ],
)
def test_a_spoiled_journal_costs_work_and_nothing_else(tmp_path: Path, spoil: Any) -> None:
    render(shops(5), tmp_path, format="txt")
    whole = pictures(tmp_path)
    journal = tmp_path / JOURNAL
    journal.write_bytes(spoil(journal.read_bytes()))
    again = statuses(shops(5), tmp_path, format="txt")
    assert again.count("kept") >= 3
    assert pictures(tmp_path) == whole
    assert statuses(shops(5), tmp_path, format="txt") == ["kept"] * 5


def test_a_journal_cannot_point_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "victim.txt").write_bytes(b"mine")
    entry = {"file": "../victim.txt", "bytes": 4, "key": "x"}
    (tmp_path / "out" / JOURNAL).write_text(json.dumps(entry) + "\n")
    assert statuses(shops(1), tmp_path / "out", format="txt") == ["made"]
    assert (tmp_path / "victim.txt").read_bytes() == b"mine"


@pytest.mark.parametrize("jobs", [1, 2])
def test_two_thousand_stands_stopped_and_taken_up(tmp_path: Path, jobs: int) -> None:
    rows = read_csv(table(tmp_path / "m.csv", 2_000))
    whole = render(rows, tmp_path / "whole", jobs=jobs)
    assert (whole.rows, whole.made, whole.ok) == (2_000, 2_000, True)
    for stop in (1, 700, 1_300):
        stopped_after(rows, tmp_path / "parts", stop, jobs=jobs)
    rest = render(rows, tmp_path / "parts", jobs=jobs)
    assert (rest.rows, rest.failed, rest.made + rest.kept) == (2_000, 0, 2_000)
    assert rest.kept >= 1_300
    assert pictures(tmp_path / "parts") == pictures(tmp_path / "whole")


# What failed


def test_bad_rows_are_listed_and_the_others_are_made(tmp_path: Path) -> None:
    rows = [PERSON, PERSON | {"merchant_name": "x" * 26}, {}, PERSON | {"amount": 1.5}]
    summary = render(rows, tmp_path, format="txt")
    assert (summary.rows, summary.made, summary.failed, summary.ok) == (4, 1, 3, False)
    assert [failure.line for failure in summary.failures] == [2, 3, 4]
    assert summary.errors == tmp_path / "errors.csv"
    with summary.errors.open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [(row["line"], row["field"], row["code"]) for row in listed] == [
        ("2", "merchant_name", "khqr.merchant-name.too-long"),
        (
            "3",
            "bakong_account_id merchant_name",
            "khqr.bakong-account-id.missing khqr.merchant-name.missing",
        ),
        ("4", "amount", "row.type"),
    ]
    assert listed[0]["merchant_name"] == "x" * 26
    assert "at most 25 fit" in listed[0]["message"]
    assert listed[2]["amount"] == "1.5"


def test_the_list_of_errors_is_mended_and_run_again(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    header = "branch;bakong_account_id;merchant_name;bill_number\n"
    good = "1;a@devb;ហាង;\n2;b@devb;Shop;7\n3;c@devb;Name;=1+1\n"
    path.write_text(header + good.replace("Shop", "Shop" * 7).replace("c@devb", "c"))
    summary = render(read_csv(path), tmp_path / "out", format="txt", ignore_unknown=True)
    assert (summary.made, summary.failed) == (1, 2)
    assert summary.errors is not None
    text = summary.errors.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "line,field,code,message," + header.strip().replace(";", ",")
    mended = tmp_path / "mended.csv"
    mended.write_text(text.replace("Shop" * 7, "Shop").replace(",c,", ",c@devb,"))
    again = render(read_csv(mended), tmp_path / "out", format="txt", ignore_unknown=True)
    assert (again.made, again.failed, again.errors) == (2, 0, None)
    assert not (tmp_path / "out" / "errors.csv").exists()
    path.write_text(header + good)
    render(read_csv(path), tmp_path / "whole", format="txt", ignore_unknown=True)
    assert pictures(tmp_path / "out") == pictures(tmp_path / "whole")
    last = statuses(read_csv(path), tmp_path / "out", format="txt", ignore_unknown=True)
    assert last == ["kept"] * 3


def test_our_own_cells_of_the_list_are_no_formulas(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("bakong_account_id,merchant_name,amount\n=1,@SUM(A1),+5\n-1,,\n=cmd\n")
    summary = render(read_csv(path), tmp_path / "out", format="txt")
    assert summary.errors is not None
    assert summary.failed == 3
    for row in csv.reader(io.StringIO(summary.errors.read_text(encoding="utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row[:4])


def test_rows_that_cannot_be_read_are_listed_too(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b'bakong_account_id,merchant_name\na@devb,Caf\xe9\nb,"\nc@devb\nd@devb,D\n')
    summary = render(read_csv(path), tmp_path / "out", format="txt")
    assert (summary.made, summary.failed) == (1, 3)
    assert summary.errors is not None
    listed = list(csv.reader(io.StringIO(summary.errors.read_text(encoding="utf-8-sig"))))
    assert [row[0:3] for row in listed[1:]] == [
        ["2", "merchant_name", "row.encoding"],
        ["3", "", "row.quote"],
        ["4", "", "row.cells"],
    ]
    assert listed[1][4:] == ["a@devb", "Caf\\udce9"]


def test_a_summary_holds_a_hundred_failures_and_counts_all(tmp_path: Path) -> None:
    errors = tmp_path / "list.csv"
    summary = render([{"merchant_name": "x"}] * 250, None, errors=errors)
    assert (summary.failed, len(summary.failures), summary.checked) == (250, 100, 0)
    assert summary.errors == errors
    assert len(errors.read_text(encoding="utf-8").splitlines()) == 251


def test_a_run_that_was_stopped_leaves_the_old_list(tmp_path: Path) -> None:
    render([{}], tmp_path, format="txt")
    old = (tmp_path / "errors.csv").read_bytes()
    stopped_after([{"merchant_name": "x"}, *shops(3)], tmp_path, 2, format="txt")
    assert (tmp_path / "errors.csv").read_bytes() == old
    assert len(list(tmp_path.iterdir())) == 3


def test_unknown_columns_stop_the_run_before_it_starts(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("bakong_account_id,merchant_name,ammount\na@devb,A,5\n")
    for rows in (read_csv(path), [PERSON | {"ammount": "5"}]):
        with pytest.raises(TableError, match="did you mean amount"):
            render(rows, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert statuses([PERSON, PERSON | {"ammount": "5"}], None) == ["checked", "failed"]


def test_a_payload_that_fits_no_symbol_is_a_bad_row(tmp_path: Path) -> None:
    long = "".join(f"{number}99{'x' * 99}" for number in range(65, 80))
    payload = STATIC[:-8] + long + "6304"
    rows = [{"payload": payload + checksum(payload)}, {"payload": STATIC}]
    summary = render(rows, tmp_path, error="H")
    assert (summary.made, summary.failed) == (1, 1)
    assert "a symbol of level H holds 1273" in str(summary.failures[0])


def test_a_name_that_no_font_has_leaves_its_sheet(tmp_path: Path) -> None:
    rows = [*shops(2), PERSON | {"merchant_name": "\u05d0\u05d1"}, PERSON]
    summary = render(rows, tmp_path, format="sheet")
    assert (summary.made, summary.failed) == (3, 1)
    assert "holds no character that the fonts of the card have" in str(summary.failures[0])
    (data,) = pictures(tmp_path).values()
    assert len(scan_all(data, expected=3)) == 3


def test_cards_stopped_and_taken_up(tmp_path: Path) -> None:
    for name in ("card", "sheet"):
        rows = shops(24 if name == "card" else 220)
        render(rows, tmp_path / name / "whole", format=name, jobs=2)
        stopped_after(rows, tmp_path / name / "parts", len(rows) // 2, format=name, jobs=2)
        rest = render(rows, tmp_path / name / "parts", format=name, jobs=2)
        assert rest.kept
        assert pictures(tmp_path / name / "parts") == pictures(tmp_path / name / "whole")


def test_a_scale_goes_with_symbols(tmp_path: Path) -> None:
    with pytest.raises(khqr.KhqrError, match="card has a size of its own; scale goes with svg"):
        render(shops(1), tmp_path, format="card", scale=3)
    with pytest.raises(khqr.KhqrError, match="name goes with one row a file; sheet names its own"):
        render(shops(1), tmp_path, format="sheet", name="{md5}")


def test_pictures_are_scanned_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = FORMATS["png"]
    other = Format(".png", lambda _, style: right.draw([FULL], style), is_scanned=True)
    blank = Format(".png", lambda *_: b"P5 8 8 255\n" + b"\xff" * 64, is_scanned=True)
    for kind, code in ((other, "scans as another payload"), (blank, "cannot be scanned")):
        monkeypatch.setitem(FORMATS, "png", kind)
        summary = render([PERSON], tmp_path, format="png")
        assert (summary.failed, pictures(tmp_path)) == (1, {})
        assert code in str(summary.failures[0])
        assert summary.failures[0].problems[0].code == "row.not-read-back"
    assert render([PERSON], tmp_path, format="png", verify=False).made == 1
    monkeypatch.setattr(options_module, "find_spec", lambda _: None)
    assert render(shops(1), tmp_path, format="png").made == 1
    monkeypatch.setitem(FORMATS, "png", right)
    assert render([PERSON], tmp_path, format="png", verify=True).made == 1


# Options


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"format": "gif"}, "format is 'gif', expected one of svg"),
        ({"error": "X"}, "expected L, M, Q or H"),
        ({"jobs": 0}, "jobs is 0"),
        ({"scale": 65}, "scale is 65, expected 1 to 64"),
        ({"limit": 0}, "limit is 0"),
        ({"verify": True}, "svg cannot be scanned back; verify goes with png"),
        ({"name": "{"}, "expected pairs of braces"),
        ({"at": CLOCK.replace(tzinfo=None)}, "at has no time zone"),
    ],
)
def test_options_that_make_no_sense(tmp_path: Path, options: Any, why: str) -> None:
    with pytest.raises(khqr.KhqrError, match=why):
        render_each([PERSON], tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        {"jobs": "2"},
        {"scale": 1.5},
        {"limit": True},
        {"jobs": None},
        {"nonsense": 1},
        {"at": 5},
        {"expires_in": "5m"},
    ],
)
def test_options_of_a_wrong_type(options: Any) -> None:
    with pytest.raises(TypeError):
        render_each([PERSON], None, **options)


def test_every_option_is_known() -> None:
    fields = set(options_module.Settings.__dataclass_fields__)
    assert fields == set(Options.__annotations__)


def test_progress_and_limit(tmp_path: Path) -> None:
    calls: list[tuple[int, int | None, str]] = []

    def progress(done: int, total: int | None, result: Result) -> None:
        calls.append((done, total, result.status))

    render([*shops(2), {}], None, progress=progress)
    render(iter(shops(2)), None, progress=progress, limit=1)
    render(shops(3), None, progress=progress, limit=1)
    render(iter(shops(1)), None, progress=progress, total=9)
    assert calls == [
        (1, 3, "checked"),
        (2, 3, "checked"),
        (3, 3, "failed"),
        (1, None, "checked"),
        (1, 1, "checked"),
        (1, 9, "checked"),
    ]


def test_no_rows_are_no_failure(tmp_path: Path) -> None:
    summary = render([], tmp_path)
    assert summary == Summary(0, 0, 0, 0, 0, (), None)
    assert summary.ok


def test_rows_are_taken_as_they_are_drawn(tmp_path: Path) -> None:
    taken = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for row in iter(lambda: PERSON, None):
            taken += 1
            yield row

    results = render_each(endless(), tmp_path, format="txt")
    for _ in range(5):
        assert next(results).status == "made"
    results.close()
    assert taken == 5


# Files of several rows


def _joined(payloads: Any, style: Style) -> bytes:
    if any(len(payload) > 200 for payload in payloads):
        raise khqr.EncodeError("a payload is too long for this sheet")
    return "\n".join(payloads).encode()


@pytest.fixture
def _sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "sheet", Format(".sheet", _joined, per_file=4))


@pytest.mark.usefixtures("_sheets")
def test_a_file_may_hold_several_rows(tmp_path: Path) -> None:
    rows = [*shops(5), {}, *shops(3)]
    results = list(render_each(rows, tmp_path, format="sheet"))
    assert [result.line for result in results] == list(range(1, 10))
    assert [result.status for result in results] == ["made"] * 5 + ["failed"] + ["made"] * 3
    found = pictures(tmp_path)
    assert {name: data.count(b"\n") + 1 for name, data in found.items()} == {
        "sheet-000001-000004-4.sheet": 4,
        "sheet-000005-000008-4.sheet": 3,
        "sheet-000009-000009-1.sheet": 1,
    }
    again = statuses(rows, tmp_path, format="sheet")
    assert again == ["kept"] * 5 + ["failed"] + ["kept"] * 3
    rows[5] = PERSON
    mended = statuses(rows, tmp_path, format="sheet")
    assert mended == ["kept"] * 4 + ["made"] * 4 + ["kept"]
    assert set(pictures(tmp_path)) == set(found)


@pytest.mark.usefixtures("_sheets")
def test_a_row_that_cannot_be_drawn_is_left_out_of_its_file(tmp_path: Path) -> None:
    rows = [{"payload": STATIC}, {"payload": FULL}, {"payload": STATIC}]
    for _ in range(2):
        assert statuses(rows, tmp_path, format="sheet") == ["made", "failed", "made"]
        drawn = {"sheet-000001-000003-3.sheet": f"{STATIC}\n{STATIC}".encode()}
        assert pictures(tmp_path) == drawn
    assert statuses([{"payload": FULL}] * 2, tmp_path, format="sheet") == ["failed"] * 2
    assert statuses([{}] * 2, tmp_path, format="sheet") == ["failed"] * 2


@pytest.mark.usefixtures("_sheets")
def test_the_sheet_of_mended_rows_leaves_the_sheet_of_the_good_ones(tmp_path: Path) -> None:
    good = [f"demo_user@devb,Shop {number}" for number in (1, 2)]
    lines = ["bakong_account_id,merchant_name", "broken,First", *good, "broken,Last"]
    source, out = tmp_path / "table.csv", tmp_path / "out"
    source.write_text("\n".join(lines), "utf-8")
    assert render(read_csv(source), out, format="sheet").failed == 2
    first = pictures(out)
    mended = (out / "errors.csv").read_text("utf-8-sig").replace("broken,", "demo_user@devb,")
    source.write_text(mended, "utf-8")
    assert render(read_csv(source), out, format="sheet").made == 2
    assert pictures(out).items() > first.items()
    assert sum(data.count(b"\n") + 1 for data in pictures(out).values()) == 4


@pytest.mark.parametrize("kind", ["card", "sheet"])
def test_what_a_card_leaves_out_is_said_of_its_row(kind: str, tmp_path: Path) -> None:
    rows = [PERSON, PERSON | {"merchant_name": "Demo \u2615"}, PERSON | {"merchant_name": "\u2615"}]
    results = list(render_each(rows, tmp_path, format=kind))
    assert [result.status for result in results] == ["made", "made", "failed"]
    assert [len(result.notes) for result in results] == [0, 1, 0]
    assert "U+2615" in results[1].notes[0]


# Workers and files


@contextmanager
def monkeypatched_pool() -> Iterator[list[int]]:
    """Let all pools have one process, and give how many each was asked for."""
    asked: list[int] = []

    def pool(jobs: int, *rest: Any) -> ProcessPoolExecutor:
        asked.append(jobs)
        return ProcessPoolExecutor(1, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("khqr.bulk.workers.ProcessPoolExecutor", pool)
        yield asked


def test_results_of_workers_come_in_order(tmp_path: Path) -> None:
    rows = shops(200)
    for number in (0, 40, 41, 199):
        rows[number] = {}
    alone = [(item.line, item.status) for item in render_each(rows, tmp_path / "a", format="txt")]
    lines = [
        (item.line, item.status) for item in render_each(rows, tmp_path / "b", format="txt", jobs=2)
    ]
    assert lines == alone
    assert [line for line, _ in lines] == list(range(1, 201))
    assert pictures(tmp_path / "a") == pictures(tmp_path / "b")


def test_few_rows_and_rows_that_are_kept_start_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    render(shops(100), tmp_path, format="txt")

    def refuse(*_: object) -> None:
        raise AssertionError("a worker was asked")

    monkeypatch.setattr(ProcessPoolExecutor, "submit", refuse)
    assert statuses(shops(100), tmp_path, format="txt", jobs=2) == ["kept"] * 100
    assert statuses(shops(16), tmp_path / "few", format="txt", jobs=2) == ["made"] * 16


def test_a_worker_that_is_killed_is_said_and_the_run_goes_on(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, sys\n"
        "from khqr.bulk import render, WorkersLost\n"
        "rows = [{'bakong_account_id': 'demo_user@devb', 'merchant_name': 'Demo',\n"
        "         'bill_number': str(n)} for n in range(400)]\n"
        "def progress(done, total, result):\n"
        "    if done == 50:\n"
        "        for child in multiprocessing.active_children():\n"
        "            child.kill()\n"
        "if __name__ == '__main__':\n"
        "    try:\n"
        "        render(rows, sys.argv[1], format='txt', jobs=2, progress=progress)\n"
        "    except WorkersLost as error:\n"
        "        print(error)\n"
    )
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, str(program), str(out)], capture_output=True, text=True, check=True
    )
    assert "a worker process ended without an answer" in done.stdout
    assert done.stderr == ""
    rows = [PERSON | {"merchant_name": "Demo", "bill_number": str(n)} for n in range(400)]
    assert statuses(rows, out, format="txt").count("kept") >= 50


def test_a_program_without_a_guard_is_told_what_to_do(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from khqr.bulk import render\n"
        "rows = [{'bakong_account_id': 'demo_user@devb', 'merchant_name': 'Demo'}] * 40\n"
        f"render(rows, {str(tmp_path / 'out')!r}, format='txt', jobs=2)\n"
    )
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "khqr.bulk.problems.WorkersLost: a worker process ended" in done.stderr


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, os, sys\n"
        "from khqr.bulk import render\n"
        "rows = [{'bakong_account_id': 'demo_user@devb', 'merchant_name': 'Demo'}] * 400\n"
        "def progress(done, total, result):\n"
        "    if done == 50:\n"
        "        print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "        os.kill(os.getpid(), 9)\n"
        "if __name__ == '__main__':\n"
        "    render(rows, sys.argv[1], format='txt', jobs=2, progress=progress)\n"
    )
    # The workers hold the pipe: reading it to its end is waiting for the last of them.
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "out")],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -9
    assert len(done.stdout.split()) == 2


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"cannot be written: (File exists|Not a directory)"):
        render(shops(1), tmp_path / "file")
    (tmp_path / "out" / "000001-demo_user@devb.txt").mkdir(parents=True)
    for jobs in (1, 2):
        with pytest.raises(OutputError, match=r"000001-demo_user@devb\.txt' cannot be written"):
            render(shops(40), tmp_path / "out", format="txt", jobs=jobs)
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.endswith(".tmp")]
    (tmp_path / "bad" / JOURNAL).mkdir(parents=True)
    with pytest.raises(OutputError, match=r"khqr-batch\.jsonl' cannot be written"):
        render(shops(1), tmp_path / "bad")
    with pytest.raises(OutputError, match=r"no.list\.csv' cannot be written"):
        render([{}], None, errors=tmp_path / "no" / "list.csv")


def test_symbols_need_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    for name in ("svg", "pdf", "txt"):
        assert render(shops(1), tmp_path, format=name).made == 1


def test_a_missing_reader_is_said_where_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    monkeypatch.setitem(sys.modules, "pyzbar", None)
    with pytest.raises(khqr.MissingDependency, match=r'pip install "khqr\[scan\]"'):
        render(shops(1), tmp_path, format="png", verify=True)


def test_more_jobs_than_a_system_can_wait_for(tmp_path: Path) -> None:
    with monkeypatched_pool() as asked:
        render(shops(40), tmp_path, format="txt", jobs=1_000)
    assert asked == [MOST_JOBS]


def test_the_room_loads_nothing_outside_the_standard_library() -> None:
    program = (
        "import sys, khqr.bulk\n"
        "print(sorted({'segno', 'PIL', 'zxingcpp', 'rich', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


# The documentation


def test_the_guide_lists_every_problem_of_a_row() -> None:
    root = Path(__file__).parent.parent
    code = re.compile(r'"(row\.[a-z-]+)"')
    sources = [path.read_text(encoding="utf-8") for path in (root / "src/khqr/bulk").glob("*.py")]
    raised = {found for text in sources for found in code.findall(text)}
    guide = (root / "docs" / "guide" / "batch.md").read_text(encoding="utf-8")
    assert raised == set(re.findall(r"^\| `(row\.[a-z-]+)` \|", guide, re.MULTILINE))


def test_the_example_names_bad_rows_and_goes_on(tmp_path: Path) -> None:
    program = Path(__file__).parent.parent / "examples" / "print_many.py"
    for said in ("3 made, 0 kept, 2 failed", "0 made, 3 kept, 2 failed"):
        done = subprocess.run(
            [sys.executable, str(program)], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert said in done.stdout
    assert "line 4, merchant_id: row.spreadsheet: merchant_id is '1.02E+05'" in done.stdout
    names = sorted(path.name for path in (tmp_path / "demo-output" / "stands").iterdir())
    assert names == [
        JOURNAL,
        "000101-POS-1.svg",
        "000101-POS-2.svg",
        "000104-POS-1.svg",
        "errors.csv",
    ]
