"""The journal: packed rows of one size, which only grow, under a chain of hashes.

The rows lie in one block of memory, laid out as `khqr.settlement.ledger.rows` says. One transaction
is one row or several, each but the last marked as continued.

After every row the chain is the SHA-256 of everything that was written up to it, in order, so it
holds the chain before the row and the row itself: whoever keeps one value of the chain has proof
of all rows before it. Nothing else is stored for it. All of it is a choice of this library.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

from ..errors import SettlementError
from .rows import CONTINUED, KINDS, LAYOUT, NO_ID, NUMBER_ID, PACK, ROW_SIZE, TEXT_ID, Kind, Row

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["GENESIS", "Journal"]

GENESIS = b"khqr settlement journal, version 1\n"
"""What the chain starts from."""

_PIECE = 4096
"""Rows that are read or hashed at a time."""


class Journal:
    """Rows that can be added and read, and never changed; times and ids come from outside.

    Attributes:
        packed: the rows as one block, 32 bytes each, to be read only.
        sha: the chain, as an object that goes on; to be read only.

    >>> journal = Journal()
    >>> before = journal.chain
    >>> journal.append(0, 1, 500, journal.stamp(Kind.POST, 1_750_000_000_000), NO_ID)
    0
    >>> len(journal), journal.row(0).amount, journal.chain == before
    (1, 500, False)
    >>> journal.chain == journal.recomputed()
    True
    """

    __slots__ = ("_text_numbers", "_texts", "_texts_at", "packed", "sha")

    def __init__(self) -> None:
        self.packed = bytearray()
        self._texts: list[str] = []
        self._texts_at = array("q")
        self._text_numbers: dict[str, int] = {}
        self.sha = sha256(GENESIS)

    def __len__(self) -> int:
        return len(self.packed) // ROW_SIZE

    @staticmethod
    def stamp(kind: Kind, time: int, *, continued: bool = False) -> int:
        """Return time and kind as a row stores them."""
        return time << 8 | kind | (CONTINUED if continued else 0)

    def append(self, debit: int, credit: int, amount: int, stamp: int, ref: int) -> int:
        """Add a row, to the chain as well, and return its number."""
        number, row = len(self), PACK(debit, credit, amount, stamp, ref)
        self.packed += row
        self.sha.update(row)
        return number

    def extend(self, rows: bytes | memoryview) -> int:
        """Add many packed rows at once, to the chain as well; return the number of the first.

        The chain is the same as if they had been added one by one.

        >>> one, many = Journal(), Journal()
        >>> for ref in (1, 2):
        ...     row = one.append(0, 1, 500, one.stamp(Kind.POST, 0), ref)
        >>> many.extend(bytes(one.packed)), many.chain == one.chain
        (0, True)
        """
        if len(rows) % ROW_SIZE:
            raise SettlementError(
                "JOURNAL_BROKEN", f"{len(rows)} bytes are no whole rows of {ROW_SIZE}"
            )
        number = len(self)
        self.packed += rows
        self.sha.update(rows)
        return number

    def number_of(self, text: str) -> int:
        """Return the number of a text; one that is new goes into the chain at this place."""
        number = self._text_numbers.get(text)
        if number is None:
            number = len(self._texts)
            self._texts.append(text)
            self._texts_at.append(len(self))
            self._text_numbers[text] = number
            self.sha.update(_framed(text))
        return number

    def text(self, number: int) -> str:
        """Return the text of a number, or an empty one where a damaged row names none."""
        return self._texts[number] if 0 <= number < len(self._texts) else ""

    def reference(self, instruction: int | str | None) -> tuple[int, int]:
        """Return the flag and the ``ref`` under which rows store an instruction id."""
        if instruction is None:
            return 0, NO_ID
        if isinstance(instruction, int):
            return NUMBER_ID, instruction
        return TEXT_ID, self.number_of(instruction)

    @property
    def chain(self) -> str:
        """The chain after the last row: 64 hexadecimal digits."""
        return self.sha.hexdigest()

    def row(self, number: int) -> Row:
        """Return one row; negative numbers count from the end."""
        place = range(len(self))[number]
        return self._read(place, *LAYOUT.unpack_from(self.packed, place * ROW_SIZE))

    def kind(self, number: int) -> Kind:
        """Return the kind of a row."""
        return self.row(number).kind

    def rows(self, start: int = 0, stop: int | None = None) -> Iterator[Row]:
        """Yield the rows from ``start`` up to ``stop``, or up to the last one there is now."""
        stop = len(self) if stop is None else min(stop, len(self))
        read = self._read
        for first in range(start, stop, _PIECE):
            part = self.packed[first * ROW_SIZE : min(first + _PIECE, stop) * ROW_SIZE]
            for number, columns in enumerate(LAYOUT.iter_unpack(part), first):
                yield read(number, *columns)

    def _read(self, number: int, debit: int, credit: int, amount: int, stamp: int, ref: int) -> Row:
        kind = KINDS.get(stamp & 0x0F, Kind.NONE)
        key: int | str | None = ref if stamp & NUMBER_ID else None
        if stamp & TEXT_ID and 0 <= ref < len(self._texts):
            key = self._texts[ref]
        continued = bool(stamp & CONTINUED)
        return Row(number, kind, continued, stamp >> 8, debit, credit, amount, key, ref)

    def transaction(self, number: int) -> Iterator[Row]:
        """Yield the rows of the transaction from the row ``number`` to its last one."""
        for place in range(number, len(self)):
            row = self.row(place)
            yield row
            if not row.continued:
                return

    @property
    def is_torn(self) -> bool:
        """Whether the last row says that its transaction goes on."""
        return len(self) > 0 and self.row(-1).continued

    def drop_torn(self) -> int:
        """Take out the rows at the end whose transaction is not whole, and return how many.

        It is the one exception to a journal that only grows, for the ledger that wrote the rows and
        was stopped in the midst of them: nobody has seen them, and no balance has them. Their texts
        go too, and the chain is that of the whole transactions.

        >>> journal = Journal()
        >>> before = journal.chain
        >>> stamp = journal.stamp(Kind.POST, 1_750_000_000_000, continued=True)
        >>> row = journal.append(0, 1, 500, stamp, NO_ID)
        >>> journal.is_torn, journal.drop_torn(), journal.chain == before
        (True, 1, True)
        """
        if not self.is_torn:
            return 0
        keep = len(self) - 1
        while keep and self.row(keep - 1).continued:
            keep -= 1
        dropped = len(self) - keep
        del self.packed[keep * ROW_SIZE :]
        # a text is entered right before the first row that names it
        while self._texts_at and self._texts_at[-1] >= keep:
            self._texts_at.pop()
            del self._text_numbers[self._texts.pop()]
        self.sha = sha256(GENESIS)
        self.feed(self.sha, 0, keep)
        return dropped

    def copy(self) -> Journal:
        """Return a journal of the same rows, whose chain is worked out again from them."""
        copied = Journal()
        copied.packed = self.packed[:]
        copied._texts = self._texts[:]
        copied._texts_at = self._texts_at[:]
        copied._text_numbers = {text: number for number, text in enumerate(copied._texts)}
        copied.feed(copied.sha, 0, len(copied))
        return copied

    def recomputed(self, stop: int | None = None) -> str:
        """Return the chain after the first ``stop`` rows, worked out again from the rows."""
        sha = sha256(GENESIS)
        self.feed(sha, 0, len(self) if stop is None else stop)
        return sha.hexdigest()

    def feed(self, sha: _Hash, start: int, stop: int, text: int = 0) -> int:
        """Hash the rows from ``start`` to ``stop`` into ``sha``, and the texts from ``text`` on.

        Returns:
            The number of the first text that belongs behind ``stop``.
        """
        until = text
        ends = stop == len(self)
        while until < len(self._texts) and self._texts_at[until] < stop + ends:
            until += 1
        places = [start, *self._texts_at[text:until], stop]
        for number, (first, last) in enumerate(pairwise(places), text):
            _hash_part(sha, self.packed, first * ROW_SIZE, last * ROW_SIZE)
            if number < until:
                sha.update(_framed(self._texts[number]))
        return until

    def row_hash(self, number: int) -> str:
        """Return the SHA-256 of one row and its place: the hash by which a payment is known.

        >>> journal = Journal()
        >>> one = journal.append(0, 1, 500, journal.stamp(Kind.POST, 0), NO_ID)
        >>> two = journal.append(0, 1, 500, journal.stamp(Kind.POST, 0), NO_ID)
        >>> journal.row_hash(one) == journal.row_hash(two)
        False
        """
        row = self.row(number)
        start = row.number * ROW_SIZE
        sha = sha256(GENESIS + row.number.to_bytes(8, "little"))
        sha.update(self.packed[start : start + ROW_SIZE])
        if isinstance(row.instruction, str):
            sha.update(_framed(row.instruction))
        return sha.hexdigest()


def _hash_part(sha: _Hash, packed: bytearray, start: int, end: int) -> None:
    for piece in range(start, end, _PIECE * ROW_SIZE):
        sha.update(packed[piece : min(piece + _PIECE * ROW_SIZE, end)])


def _framed(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(4, "little") + raw
