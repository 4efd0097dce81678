"""The journal as Parquet: out, back, queried as it is, and what becomes of a changed file."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khqr.errors import MissingDependency
from khqr.settlement import (
    INVARIANTS,
    Audit,
    Ledger,
    Posting,
    SettlementError,
    Side,
    journal_lines,
)
from khqr.settlement.ledger import columns as columns_module
from khqr.settlement.ledger.columns import COLUMNS, read_parquet, write_parquet
from khqr.settlement.ledger.footer import codecs
from khqr.settlement.ledger.rows import Kind
from material import EXAMPLES
from test_settlement_lines import NOW, ledger_of_everything

EVERYTHING = ledger_of_everything()


def written(ledger: Ledger) -> bytes:
    file = BytesIO()
    write_parquet(ledger, file)
    return file.getvalue()


WRITTEN = written(EVERYTHING)


def read(raw: bytes, **options: Any) -> Ledger:
    return read_parquet(BytesIO(raw), clock=lambda: NOW, **options)


def said_in(raw: bytes) -> dict[bytes | str, bytes | str]:
    """Return the metadata of a file, but for pyarrow's own."""
    found = pq.ParquetFile(BytesIO(raw)).metadata.metadata
    assert found is not None
    return {name: value for name, value in found.items() if name != b"ARROW:schema"}


def refused(raw: bytes) -> str:
    with pytest.raises(SettlementError) as refusal:
        read(raw)
    assert refusal.value.name == "JOURNAL_BROKEN"
    assert len(str(refusal.value)) < 600
    return str(refusal.value)


def rewritten(
    change: Callable[[list[dict[str, Any]]], object] = lambda _: None,
    *,
    raw: bytes = WRITTEN,
    metadata: dict[bytes | str, bytes | str] | None = None,
    schema: Callable[[pa.Schema], pa.Schema] = lambda schema: schema,
    **options: Any,
) -> bytes:
    """Return a file with its rows changed, written as anybody could write it."""
    table = pq.read_table(BytesIO(raw))
    said = {**said_in(raw), **(metadata or {})}
    rows = table.to_pylist()
    change(rows)
    made = schema(pa.schema([field.with_nullable(True) for field in table.schema], metadata=said))
    file = BytesIO()
    options.setdefault("compression", "none")
    pq.write_table(pa.Table.from_pylist(rows, schema=made), file, **options)
    return file.getvalue()


# There and back.


def test_a_journal_goes_out_and_comes_back(tmp_path: Path) -> None:
    for path in (tmp_path / "journal.parquet", str(tmp_path / "again.parquet")):
        write_parquet(EVERYTHING, path)
        again = read_parquet(path, clock=lambda: NOW)
        assert Path(path).read_bytes() == WRITTEN
    assert {row.kind for row in again.journal.rows()} == set(Kind) - {Kind.NONE}
    assert again.chain == EVERYTHING.chain
    assert again.state.posted == EVERYTHING.state.posted
    assert again.state.all_holds() == EVERYTHING.state.all_holds()
    assert again.state.ids == EVERYTHING.state.ids
    assert list(journal_lines(again)) == list(journal_lines(EVERYTHING))
    assert Audit(again, INVARIANTS).sweep() == []
    assert written(again) == WRITTEN


def test_a_journal_that_was_read_goes_on() -> None:
    again = read_parquet(BytesIO(WRITTEN), clock=lambda: NOW + 5)
    with pytest.raises(SettlementError, match="ALREADY_REFUSED"):
        again.begin("A/1", b"body")
    u, m = again.find("A", "casa:u", "KHR"), again.find("A", "casa:m", "KHR")
    assert again.journal.row(again.post(u, m, 1)).time == NOW + 5


def test_it_can_be_rewritten_as_long_as_it_says_the_same() -> None:
    assert read(rewritten()).chain == EVERYTHING.chain
    assert read(rewritten(row_group_size=7)).chain == EVERYTHING.chain
    assert read(rewritten(use_dictionary=False)).chain == EVERYTHING.chain


@settings(max_examples=min(EXAMPLES, 25), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 2**62), st.none() | st.integers(0, 9) |
                  st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=9)),
        max_size=30,
    ),
    st.sampled_from(["burn", "retry"]),
)  # fmt: skip
def test_any_journal_goes_out_and_comes_back(calls: list[Any], mode: str) -> None:
    time = NOW
    ledger = Ledger(clock=lambda: time, refused=mode)
    cash = ledger.open("ធ", "cash", "KHR", side=Side.DEBIT)
    u, m = (ledger.open("A", n, "USD", side=Side.CREDIT, guarded=True) for n in ("u", "m"))
    nostro = ledger.open("A", "nostro", "USD", side=Side.DEBIT)
    v = ledger.open("ធ", "v", "KHR", side=Side.CREDIT)
    holds: list[int] = []
    for what, units, key in calls:
        time += units % 3
        try:
            if what == 0:
                ledger.post(cash, v, units, key)
            elif what == 1:
                ledger.post(nostro, u, units % 1000 + 1, key)
            elif what == 2:
                ledger.transact([Posting(u, m, 3), Posting(m, u, 1)], key, reference=0)
            elif what == 3:
                holds.append(ledger.hold(u, units % 5 + 1, expires_at=time + units % 2))
            elif what == 4:
                holds.append(ledger.hold(m, 1, expires_at=2**54))
            elif what == 5 and holds:
                ledger.void(holds.pop())
            elif what == 6 and key is not None:
                ledger.begin(key, b"body")
            elif what == 7 and key is not None:
                ledger.refuse(key, "QR_EXPIRED")
            elif what == 8 and holds:
                ledger.transact([Posting(u, m, 1)], key, hold=holds[-1])
            else:
                ledger.post(u, m, 5, key)
        except SettlementError:
            continue
    raw = written(ledger)
    assert raw == written(ledger)
    again = read(raw, refused=mode)
    assert again.chain == ledger.chain
    assert again.state.posted == ledger.state.posted
    assert list(journal_lines(again)) == list(journal_lines(ledger))


def test_nothing_is_a_journal_too() -> None:
    assert len(read(written(Ledger(clock=lambda: 0))).journal) == 0


def test_it_can_be_queried_as_it_is() -> None:
    table = pq.read_table(BytesIO(WRITTEN))
    assert table.column_names == list(COLUMNS)
    posted = [row for row in table.to_pylist() if row["id_number"] == 17]
    assert len(posted) == 1
    row = {name: value for name, value in posted[0].items() if value is not None}
    time, chain = row.pop("time"), row.pop("chain")
    assert (time.isoformat(), len(chain)) == ("2025-06-15T15:06:40.001000+00:00", 8)
    assert row == {
        "row": row["row"], "kind": "post", "continued": False, "id_number": 17,
        "debit_book": "A", "debit": "casa:u", "credit_book": "A", "credit": "casa:m",
        "currency": "KHR", "amount": 2,
    }  # fmt: skip
    sums = table.group_by(["kind"]).aggregate([("amount", "sum")]).to_pylist()
    assert {row["kind"] for row in sums} == {kind.name.lower() for kind in Kind} - {"none"}
    assert pa.types.is_dictionary(table.schema.field("debit").type)
    said = said_in(WRITTEN)
    assert said[b"khqr.chain"] == EVERYTHING.chain.encode()
    assert int(said[b"khqr.rows"]) == len(EVERYTHING.journal)


def test_times_beyond_the_year_9999() -> None:
    ledger = Ledger(clock=lambda: 2**54)
    a, b = (ledger.open("A", name, "KHR", side=Side.CREDIT, guarded=True) for name in "ab")
    nostro = ledger.open("A", "nostro", "KHR", side=Side.DEBIT)
    ledger.post(nostro, a, 2**63 - 1, 2**63 - 1)
    ledger.hold(a, 1, expires_at=2**54)
    assert b == 1
    assert read(written(ledger)).chain == ledger.chain


def test_rows_are_written_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns_module, "GROUP", 50)
    raw = written(EVERYTHING)
    groups = pq.ParquetFile(BytesIO(raw)).metadata.num_row_groups
    assert groups == -(-len(EVERYTHING.journal) // 50)
    assert read(raw).chain == EVERYTHING.chain


def test_writing_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns_module, "GROUP", 500)
    ledger = Ledger(clock=lambda: NOW)
    cash = ledger.open("A", "cash", "KHR", side=Side.DEBIT)
    u = ledger.open("A", "casa:u", "KHR", side=Side.CREDIT)

    def peak(path: str) -> int:
        write_parquet(ledger, path)  # what is imported at the first time is no part of it
        tracemalloc.start()
        write_parquet(ledger, path)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    ledger.post_many([(cash, u, 1, None)] * 2_000)
    small = peak("/dev/null")
    ledger.post_many([(cash, u, 1, None)] * 4_000)
    assert peak("/dev/null") < small * 1.3


# What was changed.


OTHER: dict[str, list[Any]] = {
    "number": [0, 1, -1, 2**62],
    "name": ["A", "post", "hold", "", "x" * 200, "KHR"],
    "text": ["A/1", "new", "", "x" * 1_000, "a\nb"],
    "time": [0, 1, NOW, -1],
    "truth": [True, False],
    "chain": [b"\0" * 8],
}


@settings(max_examples=min(EXAMPLES, 40), deadline=None)
@given(st.data())
def test_a_changed_cell_is_in_the_row_that_is_named(data: st.DataObject) -> None:
    rows = pq.read_table(BytesIO(WRITTEN)).to_pylist()
    number = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(list(COLUMNS)))
    old = rows[number][column]
    new = data.draw(st.sampled_from([None, *OTHER[COLUMNS[column]]]))
    if new == old or (isinstance(new, int) and COLUMNS[column] == "time" and old is not None
                      and new == int(old.timestamp() * 1000)):  # fmt: skip
        return

    def change(rows: list[dict[str, Any]]) -> None:
        rows[number][column] = new

    assert f"row {number}:" in refused(rewritten(change))


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_is_held_against_the_journal(column: str) -> None:
    """Where a column says something it cannot be emptied, where it is empty nothing can be put."""
    rows = pq.read_table(BytesIO(WRITTEN)).to_pylist()
    full = next(n for n, row in enumerate(rows) if row[column] not in {None, False})
    empty = next((n for n, row in enumerate(rows) if row[column] is None), None)

    def emptied(rows: list[dict[str, Any]]) -> None:
        rows[full][column] = None

    assert f"row {full}:" in refused(rewritten(emptied))
    if empty is not None:

        def filled(rows: list[dict[str, Any]]) -> None:
            rows[empty][column] = rows[full][column]

        assert f"row {empty}:" in refused(rewritten(filled))


def test_both_kinds_of_id_at_once() -> None:
    def change(rows: list[dict[str, Any]]) -> None:
        next(row for row in rows if row["id_number"] == 17)["id"] = "more"

    assert "expected that it says what its row says, and no more" in refused(rewritten(change))


def test_rows_that_are_missing_swapped_or_more() -> None:
    assert "row 4:" in refused(rewritten(lambda rows: rows.pop(4)))
    assert "row 4:" in refused(rewritten(lambda rows: rows.insert(4, rows[3])))
    assert "row 4:" in refused(rewritten(lambda rows: rows.insert(4, rows.pop(5))))
    last = len(EVERYTHING.journal) - 1
    assert f"the end: expected that there are {last} rows" in refused(
        rewritten(lambda rows: rows.pop())
    )
    assert "the end: expected that there are 0 rows" in refused(
        rewritten(lambda rows: rows.clear())
    )


def test_the_metadata_are_held_against_the_rows() -> None:
    assert "the chain of the metadata is that of the rows" in refused(
        rewritten(metadata={b"khqr.chain": b"0" * 64})
    )
    assert "there are" in refused(rewritten(metadata={b"khqr.rows": b"9" * 50}))
    assert "the metadata: expected that they say" in refused(
        rewritten(metadata={b"khqr.journal": b"khqr settlement, version 2"})
    )


def test_an_unfinished_transaction() -> None:
    ledger = Ledger(clock=lambda: NOW)
    a, b = (ledger.open("A", name, "KHR", side=Side.CREDIT) for name in "ab")
    ledger._engine.journal.append(a, b, 1, ledger.journal.stamp(Kind.POST, NOW, continued=True), -1)
    assert "the last transaction has an end" in refused(written(ledger))


def test_a_right_chain_is_no_licence() -> None:
    ledger = Ledger(clock=lambda: NOW)
    cash = ledger.open("A", "cash", "KHR", side=Side.DEBIT)
    u = ledger.open("A", "casa:u", "KHR", side=Side.CREDIT, guarded=True)
    ledger.post(cash, u, 5, "A/1")
    ledger._engine.write((Kind.POST, u, cash, 6))
    assert "the rows break a rule: I5" in refused(written(ledger))


def test_a_row_between_two_currencies_is_not_written() -> None:
    ledger = Ledger(clock=lambda: NOW)
    a, b = (ledger.open("A", "a", code, side=Side.CREDIT) for code in ("KHR", "USD"))
    ledger._engine.write((Kind.POST, a, b, 6))
    with pytest.raises(SettlementError, match=r"row 2: .* it posts in one currency"):
        written(ledger)


# Hostile files.


def other_table(**arrays: Any) -> bytes:
    file = BytesIO()
    pq.write_table(pa.table(arrays), file, compression="none")
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "cannot be read"),
        (b"PAR1", "cannot be read"),
        (b"PAR1" * 100, "cannot be read"),
        (b"{}\n", "cannot be read"),
        (WRITTEN[:-1], "cannot be read"),
        (WRITTEN[: len(WRITTEN) // 2], "cannot be read"),
        (WRITTEN[4:], "cannot be read"),
        (WRITTEN[:-8] + b"\xff\xff\xff\x7fPAR1", "cannot be read"),
        (other_table(row=[1, 2]), "the metadata"),
        (rewritten(schema=lambda schema: schema.remove(3)), "the schema"),
        (rewritten(schema=lambda schema: schema.append(pa.field("x", pa.int8()))), "the schema"),
        (
            rewritten(schema=lambda schema: schema.set(0, pa.field("row", pa.int32()))),
            "the schema",
        ),
        (rewritten(compression="zstd"), "the file: expected that write_parquet made it"),
    ],
)
def test_what_is_no_journal(raw: bytes, said: str) -> None:
    assert said in refused(raw)


@settings(max_examples=min(EXAMPLES, 100), deadline=None)
@given(st.integers(0, len(WRITTEN) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_refused_or_says_nothing(place: int, mask: int) -> None:
    raw = bytearray(WRITTEN)
    raw[place] ^= mask
    try:
        again = read(bytes(raw))
    except SettlementError as refusal:
        assert refusal.name == "JOURNAL_BROKEN"  # noqa: PT017 - some bytes are of no account
    else:
        assert again.chain == EVERYTHING.chain


def test_a_million_rows_that_are_claimed_are_not_read() -> None:
    """A few bytes may claim any number of equal rows: the first that is wrong ends it."""
    first = pq.read_table(BytesIO(WRITTEN)).slice(0, 1)
    schema = pa.schema([field.with_nullable(True) for field in first.schema])
    schema = schema.with_metadata(said_in(WRITTEN))
    many = pa.concat_tables([first.cast(schema)] * 500).combine_chunks()
    many = pa.concat_tables([many] * 1_000).combine_chunks()
    file = BytesIO()
    pq.write_table(many, file, compression="none")
    tracemalloc.start()
    assert "row 1:" in refused(file.getvalue())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 30_000_000


def footed(raw: bytes) -> bytes:
    return b"PAR1" + raw + len(raw).to_bytes(4, "little") + b"PAR1"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x1c" * 40, "nested too deep"),
        (b"\x15" + b"\xff" * 12, "has no end"),
        (b"\x18\x7fab", "cut off"),
        (b"\x17\0\0", "cut off"),
        (b"\x1b\0", "a value of the kind 11"),
        (b"\x1f\0", "a value of the kind 15"),
        (b"\x19\xf5\xff\xff\xff\xff\x07", "cut off"),
        (b"\x11\x12\x13\x01\x19\x21\1\1", "cut off"),
    ],
)
def test_footers_that_lead_nowhere(raw: bytes, said: str) -> None:
    assert said in refused(footed(raw))


def test_a_codec_is_found_however_it_is_written() -> None:
    # lists of structures: row groups, columns, metadata; then the codec, by step or by number
    way = b"\x49\x1c\x19\x1c\x3c"
    end = b"\0" * 4
    for codec in (
        b"\x45\x02",
        b"\x05\x08\x02",
        b"\x05\x88\x80\x08\x02",
        b"\x46\x02",
        b"\x35\x02\x15\x02",
    ):
        assert list(codecs(BytesIO(footed(way + codec + end)))) == [1]
    assert list(codecs(BytesIO(footed(way + b"\x45\0" + end)))) == [0]
    assert list(codecs(BytesIO(footed(b"\x45\x02\0")))) == []


@pytest.mark.parametrize("file", [5, None, b"PAR1"])
def test_what_is_no_file(file: Any) -> None:
    with pytest.raises(TypeError, match="a file is a path or open for bytes, not"):
        read_parquet(file, clock=lambda: NOW)
    with pytest.raises(TypeError, match="a file is a path or open for bytes, not"):
        write_parquet(EVERYTHING, file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_parquet(tmp_path / "none.parquet", clock=lambda: NOW)


def test_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependency, match=r'pyarrow .* pip install "khqr\[parquet\]"'):
        write_parquet(EVERYTHING, BytesIO())
