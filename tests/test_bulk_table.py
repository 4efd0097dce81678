"""A CSV file gives its rows with their lines, whatever it holds and wherever it comes from."""

from __future__ import annotations

import csv
import io
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khqr.bulk import Row, Table, TableError, read_csv
from khqr.bulk.table import MAX_LINE, MAX_ROW_LINES

HEADER = b"bakong_account_id,merchant_name\n"


def table(data: bytes, delimiter: str | None = None) -> Table:
    """Return the table that a stream of ``data`` holds."""
    return read_csv(io.BytesIO(data), delimiter=delimiter)


def rows(data: bytes) -> list[Row]:
    """Return the rows of a table."""
    return list(table(data))


def problems(data: bytes) -> list[tuple[int, str]]:
    """Return the line and the code of every row; an empty code is a good one."""
    return [(row.line, row.problems[0].code if row.problems else "") for row in rows(data)]


def test_rows_have_lines_and_columns() -> None:
    found = rows(HEADER + "a@devb,ហាងសាកល្បង\r\nb@devb,Demo".encode())
    assert [(row.line, dict(row.cells)) for row in found] == [
        (2, {"bakong_account_id": "a@devb", "merchant_name": "ហាងសាកល្បង"}),
        (3, {"bakong_account_id": "b@devb", "merchant_name": "Demo"}),
    ]
    assert found[1].raw == ("b@devb", "Demo")


def test_a_path_is_read_as_often_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(HEADER + b"a@devb,A\n\n,\nb@devb,B\n")
    found = read_csv(path)
    assert [row.line for row in found] == [2, 5] == [row.line for row in found]
    assert (found.count(), table(HEADER).count()) == (2, None)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_way_that_spreadsheets_export(mark: bytes, end: bytes, delimiter: str) -> None:
    lines = [
        b"bakong_account_id,merchant_name,bill_number",
        b"a@devb,Demo,1",
        b"b@devb,Shop,2",
    ]
    data = mark + end.join(line.replace(b",", delimiter.encode()) for line in lines)
    found = table(data)
    assert found.delimiter == delimiter
    assert found.columns == ("bakong_account_id", "merchant_name", "bill_number")
    assert [(row.line, row.cells["merchant_name"]) for row in found] == [(2, "Demo"), (3, "Shop")]


def test_known_columns_decide_the_delimiter() -> None:
    assert table(b"merchant_name;a,b,c,d;amount\n").delimiter == ";"
    assert table(b"merchant_name;amount\n", ",").columns == ("merchant_name;amount",)
    assert table(b"  payload  \n").columns == ("payload",)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n", "is no CSV"),
        (b",,\n", "is no CSV"),
        (b'"a', "is no CSV"),
        (b"a,,b\n", "column 2 has no name"),
        (b"a,b, a\n", "'a' stands twice"),
        ("merchant_name".encode("utf-16"), "is in UTF-16"),
        ("merchant_name".encode("utf-16-be"), "holds NUL"),
        (b"PK\x03\x04\x00\x00", "is it a spreadsheet"),
        ("merchant_name,caf\xe9\n".encode("cp1252"), "is no readable text"),
        (b"x" * (MAX_LINE + 1), f"more than {MAX_LINE} bytes"),
        (b",".join(b"c%d" % n for n in range(1001)) + b"\n", "names 1001 columns"),
    ],
)
def test_what_is_no_table(data: bytes, why: str) -> None:
    with pytest.raises(TableError, match=why):
        table(data)


def test_a_missing_file_and_a_strange_delimiter(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"none\.csv' cannot be opened: No such file"):
        read_csv(tmp_path / ("folder" * 20) / "none.csv")
    with pytest.raises(TableError, match="cannot be opened"):
        read_csv("\0")
    with pytest.raises(TableError, match="cannot be opened: Is a directory"):
        read_csv(tmp_path)
    with pytest.raises(TableError, match="expected a comma"):
        table(HEADER, "|")


def test_a_pipe_is_read_once_so_it_is_passed_open(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(TableError, match=r"^'.*pipe' is a pipe, which can be read once; pass it"):
        read_csv(pipe)


def test_a_header_alone_has_no_rows() -> None:
    assert rows(HEADER) == []


def test_ragged_rows_are_named_and_the_others_go_on() -> None:
    data = HEADER + b"a@devb\nb@devb,B\nc@devb,C,5,000\nd@devb,D,,\n"
    assert problems(data) == [(2, "row.cells"), (3, ""), (4, "row.cells"), (5, "")]
    bad = rows(data)[2]
    assert bad.raw == ("c@devb", "C", "5", "000")
    assert "the row has 4 cells, the header has 2" in str(bad.problems[0])


def test_a_cell_of_windows_is_named_and_the_others_go_on() -> None:
    data = HEADER + "a@devb,Caf\xe9\n".encode("cp1252") + "b@devb,Café\n".encode()
    found = rows(data)
    assert problems(data) == [(2, "row.encoding"), (3, "")]
    assert found[0].problems[0].field == "merchant_name"
    assert "perhaps Windows-1252" in found[0].problems[0].message


def test_a_quote_that_is_never_closed_costs_its_own_line() -> None:
    good = b"".join(b"s%d@devb,S\n" % n for n in range(40))
    data = HEADER + b'a@devb,"open\n' + good
    assert problems(data) == [(2, "row.quote"), *((n, "") for n in range(3, 43))]
    assert problems(HEADER + b'a@devb,"open') == [(2, "row.quote")]
    assert problems(HEADER + b'a@devb,"A"x\nb@devb,B\n') == [(2, "row.quote"), (3, "")]


def test_a_cell_may_have_several_lines() -> None:
    data = HEADER + b'a@devb,"one\ntwo ""2""\r\nthree"\nb@devb,B\n'
    assert [(row.line, row.cells["merchant_name"]) for row in rows(data)] == [
        (2, 'one\ntwo "2"\r\nthree'),
        (5, "B"),
    ]
    longest = b'a@devb,"' + b"\n" * (MAX_ROW_LINES - 1) + b'"\n'
    assert problems(HEADER + longest) == [(2, "")]
    too_long = longest.replace(b'"\n\n', b'"\n\n\n')
    assert problems(HEADER + too_long)[0] == (2, "row.quote")


class Endless(io.RawIOBase):
    """A header, and then one line that has no end, of which it counts what is taken."""

    def __init__(self, length: int) -> None:
        self.left = length
        self.start = HEADER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # all that is asked of it
        piece = self.start[: len(buffer)] or b"x" * min(len(buffer), self.left)
        if not self.start:
            self.left -= len(piece)
        self.start = self.start[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


def test_a_line_without_end_is_passed_over_in_little_memory() -> None:
    tracemalloc.start()
    try:
        found = list(read_csv(io.BufferedReader(Endless(20_000_000))))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(row.line, row.problems[0].code, row.raw) for row in found] == [(2, "row.too-long", ())]
    assert peak < 2_000_000


def test_a_line_that_is_too_long_ends_the_row_before_it() -> None:
    data = HEADER + b'a@devb,"open\n' + b"x" * (MAX_LINE + 5) + b"\nb@devb,B\n"
    assert problems(data) == [(2, "row.quote"), (3, "row.too-long"), (4, "")]


def test_nul_in_a_row_is_a_character_like_another() -> None:
    data = HEADER + b"a@devb,A\n" * 3 + b"b@devb,B\0\n"
    assert rows(data)[-1].cells["merchant_name"] == "B\0"


def test_a_list_of_errors_keeps_the_lines_of_its_table() -> None:
    data = b"line,field,code,message," + HEADER + b"17,amount,c,m,a@devb,A\nx,,,,b@devb,B\n"
    found = table(data)
    assert found.own_columns == ("bakong_account_id", "merchant_name")
    assert [(row.line, dict(row.cells), row.raw) for row in found] == [
        (17, {"bakong_account_id": "a@devb", "merchant_name": "A"}, ("a@devb", "A")),
        (3, {"bakong_account_id": "b@devb", "merchant_name": "B"}, ("b@devb", "B")),
    ]


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3,
                 max_size=3).filter(any)
    ),
    st.sampled_from((",", ";", "\t")),
)  # fmt: skip
def test_what_the_csv_module_writes_is_read_back(cells: list[list[str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["merchant_name", "amount", "bill_number"])
    writer.writerows(cells)
    found = rows(text.getvalue().encode())
    lines = [
        line.count("\n") + line.count("\r") - line.count("\r\n") for line in map("".join, cells)
    ]
    assert [list(row.cells.values()) for row in found if not row.problems] == [
        row for row, count in zip(cells, lines, strict=True) if count < MAX_ROW_LINES
    ]


@given(st.binary(max_size=400))
def test_no_bytes_bring_another_exception(data: bytes) -> None:
    try:
        found = table(data)
    except TableError:
        return
    for row in found:
        assert row.line >= 2
        assert bool(row.problems) != bool(row.cells)


@given(st.binary(max_size=400))
def test_no_rows_bring_an_exception(data: bytes) -> None:
    lines = [row.line for row in rows(HEADER + data)]
    assert lines == sorted(set(lines))
