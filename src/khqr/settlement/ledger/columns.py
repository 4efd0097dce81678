"""The journal as a Parquet file in columns, to be queried as it is, and back to the same chain.

A choice of this library. Every row has the first eight bytes of the chain after it, so that the
first row that somebody changed is known; the whole chain after the last row stands in the file's
metadata. Nothing is compressed beyond dictionaries and differences, so that what a file claims to
hold can never be larger than the file, and the reader refuses a file that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ...errors import MissingDependency, quote
from ..errors import SettlementError
from .fields import Fields, Reader, expect, fields_of
from .footer import codecs
from .instructions import Refused
from .journal import GENESIS
from .ledger import Ledger
from .rows import Kind
from .view import View
from .writer import Clock

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

__all__ = ["COLUMNS", "GROUP", "read_parquet", "require_pyarrow", "write_parquet"]

GROUP = 65_536
"""Rows that are kept in memory and written at a time."""

_PIECE = 4_096
_CHAIN = 8
_FOOTER = 1 << 20

COLUMNS: dict[str, str] = {
    "row": "number",
    "kind": "name",
    "time": "time",
    "continued": "truth",
    "id": "text",
    "id_number": "number",
    "debit_book": "name",
    "debit": "name",
    "credit_book": "name",
    "credit": "name",
    "currency": "name",
    "amount": "number",
    "book": "name",
    "account": "name",
    "side": "name",
    "guarded": "truth",
    "tokens": "name",
    "settles": "truth",
    "hold": "number",
    "expires_at": "time",
    "original": "number",
    "reason": "name",
    "digest_high": "number",
    "digest_low": "number",
    "chain": "chain",
}
"""Column to what is in it. ``debit`` and ``credit`` are of rows that post, and ``amount`` is in
minor units; ``book`` and ``account`` are of rows that open an account or hold an amount in it."""

_REQUIRED = frozenset({"row", "kind", "time", "continued", "chain"})

_LISTS = {
    "account": ("book", "account", "currency"),
    "debit": ("debit_book", "debit", "currency"),
    "credit": ("credit_book", "credit", "currency"),
    "digest": ("digest_high", "digest_low"),
}
"""Fields that are lists, to the columns of their items."""

_MARK, _ROWS, _WHOLE = b"khqr.journal", b"khqr.rows", b"khqr.chain"
_VERSION = b"khqr settlement, version 1"


def require_pyarrow() -> None:
    """Refuse to go on without pyarrow.

    Raises:
        MissingDependency: if pyarrow is not installed.
    """
    _pyarrow()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError:
        raise MissingDependency("pyarrow", "Parquet files", "parquet") from None
    return pa, parquet


def _schema(arrow: Any) -> pa.Schema:
    types = {
        "number": arrow.int64(),
        "name": arrow.dictionary(arrow.int32(), arrow.string()),
        "text": arrow.string(),
        "time": arrow.timestamp("ms", tz="UTC"),
        "truth": arrow.bool_(),
        "chain": arrow.binary(_CHAIN),
    }
    made: pa.Schema = arrow.schema(
        [arrow.field(name, types[kind], name not in _REQUIRED) for name, kind in COLUMNS.items()]
    )
    return made


def write_parquet(ledger: View, file: str | Path | IO[bytes]) -> None:
    """Write the journal of a ledger as a Parquet file; the memory used does not grow with it.

    The same journal gives the same bytes, with the same version of pyarrow. What is written into
    the journal meanwhile is not in the file.

    Args:
        ledger: whose journal it is.
        file: where it goes: a path, or a file that is open for bytes.

    Raises:
        MissingDependency: if pyarrow is not installed.
        SettlementError: ``JOURNAL_BROKEN`` if a row posts from one currency to another.

    >>> from io import BytesIO
    >>> from khqr.settlement import Ledger, Side
    >>> ledger = Ledger(clock=lambda: 1_750_000_000_000)
    >>> cash = ledger.open("devb", "cash", "KHR", side=Side.DEBIT)
    >>> file = BytesIO()
    >>> write_parquet(ledger, file)
    >>> read_parquet(file, clock=lambda: 0).chain == ledger.chain
    True
    """
    arrow, pq = _pyarrow()
    with _opened(file, "wb") as opened:
        _write(ledger, opened, arrow, pq)


@contextmanager
def _opened(file: str | Path | IO[bytes], mode: str) -> Iterator[IO[bytes]]:
    """Give a file that is open for bytes, and close it if it was a path."""
    if isinstance(file, str | Path):
        with Path(file).open(mode) as opened:
            yield opened
    elif hasattr(file, "seek"):
        yield file
    else:
        raise TypeError(f"a file is a path or open for bytes, not {type(file).__name__}")


def _write(ledger: View, file: IO[bytes], arrow: Any, pq: Any) -> None:
    schema, rows = _schema(arrow), len(ledger.journal)
    names = [name for name, kind in COLUMNS.items() if kind in {"name", "text"}]
    differences = {
        name: "DELTA_BINARY_PACKED" for name, kind in COLUMNS.items() if kind in {"number", "time"}
    }
    sha, text = sha256(GENESIS), 0
    with pq.ParquetWriter(
        file,
        schema,
        compression="none",
        use_dictionary=names,
        column_encoding=differences,
        write_statistics=True,
    ) as writer:
        for start in range(0, rows, GROUP):
            columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
            for row in ledger.journal.rows(start, min(start + GROUP, rows)):
                text = ledger.journal.feed(sha, row.number, row.number + 1, text)
                cells = _cells(fields_of(row, ledger.state))
                cells["chain"] = sha.digest()[:_CHAIN]
                for name, column in columns.items():
                    column.append(cells.get(name))
            arrays = [_array(columns[field.name], field.type, arrow) for field in schema]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema), GROUP)
        chain = sha.hexdigest().encode()
        writer.add_key_value_metadata({_MARK: _VERSION, _ROWS: b"%d" % rows, _WHOLE: chain})


def _array(values: Sequence[Any], kind: Any, arrow: Any) -> Any:
    if arrow.types.is_timestamp(kind):  # from the number, as a date would end with the year 9999
        return arrow.array(values, arrow.int64()).view(kind)
    return arrow.array(values, kind)


def _cells(fields: Fields) -> dict[str, Any]:
    """Return the fields of a row by column."""
    cells: dict[str, Any] = {"continued": False}
    for name, value in fields.items():
        if name in _LISTS:
            for column, item in zip(_LISTS[name], value, strict=True):
                same = cells.setdefault(column, item) == item
                expect(same, f"row {fields['row']}", "it posts in one currency")
        elif name == "id" and isinstance(value, int):
            cells["id_number"] = value
        else:
            cells[name] = value
    return cells


def read_parquet(
    file: str | Path | IO[bytes],
    *,
    clock: Clock,
    refused: Refused | str = Refused.BURN,
    rising_ids: bool = False,
) -> Ledger:
    """Return the ledger whose journal is in a Parquet file of `write_parquet`.

    Args:
        file: a path, or a file that is open for bytes and can be searched.
        clock: the clock of the new ledger, which goes on from the last row.
        refused: what becomes of a refused instruction id, as in the ledger that was written.
        rising_ids: as in the ledger that was written.

    Raises:
        MissingDependency: if pyarrow is not installed.
        SettlementError: ``JOURNAL_BROKEN`` with the first row that is not what was written, or if
            the file is none of `write_parquet`, or if the rows break a rule of the ledger.
    """
    arrow, pq = _pyarrow()
    reader = Reader(clock, refused, rising_ids=rising_ids)
    with _opened(file, "rb") as opened:
        _read(opened, reader, arrow, pq)
    return reader.ledger(f"row {len(reader.journal)}")


def _read(file: IO[bytes], reader: Reader, arrow: Any, pq: Any) -> None:
    with _refusing(arrow):
        # Before pyarrow looks at it, which would allocate whatever a compressed page claims.
        expect(not any(codecs(file)), "the file", "write_parquet made it, which compresses nothing")
        file.seek(0)
        opened = pq.ParquetFile(
            file, thrift_string_size_limit=_FOOTER, thrift_container_size_limit=_FOOTER
        )
        said = opened.metadata.metadata or {}
        _check_form(opened, said, _schema(arrow))
        for batch in opened.iter_batches(batch_size=_PIECE):
            _take(batch, reader, arrow)
    rows = b"%d" % len(reader.journal)
    expect(said.get(_ROWS) == rows, "the end", f"there are {rows.decode()} rows")
    chain = reader.journal.chain.encode()
    expect(said.get(_WHOLE) == chain, "the end", "the chain of the metadata is that of the rows")


@contextmanager
def _refusing(arrow: Any) -> Iterator[None]:
    """Let what pyarrow says of a file that it cannot read be a refusal."""
    try:
        yield
    except SettlementError:
        raise
    except (arrow.ArrowException, OSError, ValueError, MemoryError) as problem:
        said = quote(str(problem), 120)
        raise SettlementError("JOURNAL_BROKEN", f"the file cannot be read: {said}") from None


def _check_form(file: parquet.ParquetFile, said: dict[bytes, bytes], schema: pa.Schema) -> None:
    expect(said.get(_MARK) == _VERSION, "the metadata", f"they say {_VERSION.decode()}")
    found = file.schema_arrow
    same = found.names == schema.names and found.types == schema.types
    expect(same, "the schema", f"the columns are {', '.join(COLUMNS)}, each with its type")


def _take(batch: pa.RecordBatch, reader: Reader, arrow: Any) -> None:
    columns = []
    for column in batch.columns:
        numbers = column.view(arrow.int64()) if arrow.types.is_timestamp(column.type) else column
        columns.append(numbers.to_pylist())
    for values in zip(*columns, strict=True):
        where = f"row {len(reader.journal)}"
        cells = dict(zip(COLUMNS, values, strict=True))
        chain = cells.pop("chain")
        reader.take(_fields(cells, where), where)
        expect(chain == reader.journal.sha.digest()[:_CHAIN], where, "the chain leads to it")


def _fields(cells: dict[str, Any], where: str) -> Fields:
    """Return the columns of a row as its fields; a column that no field needs stays, as one."""
    fields: Fields = {name: value for name, value in cells.items() if value is not None}
    expect(fields.get("continued") is not None, where, "it says whether it is continued")
    if not fields["continued"]:
        del fields["continued"]
    if "id" not in fields and "id_number" in fields:
        fields["id"] = fields.pop("id_number")
    if fields.get("kind") == Kind.HOLD.name.lower():
        fields.setdefault("expires_at", None)
    lists = {
        name: [cells[column] for column in columns]
        for name, columns in _LISTS.items()
        if any(cells[column] is not None for column in columns if column != "currency")
    }
    for columns in (_LISTS[name] for name in lists):
        for column in columns:
            fields.pop(column, None)
    return {**fields, **lists}
