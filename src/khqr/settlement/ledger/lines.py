"""The journal as JSON Lines, one row each, and back to the same chain.

A choice of this library. Every line carries the chain after its row, so that a reader knows at once
which line is the first that somebody changed. The chain is no signature: whoever can write the
whole file can also write a chain. So what is read is also held against the rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256

from ...errors import quote
from ..errors import SettlementError
from .fields import Fields, Reader, expect, fields_of
from .instructions import Refused
from .journal import GENESIS
from .ledger import Ledger
from .view import View
from .writer import Clock

__all__ = ["journal_lines", "read_journal"]

HEADER = {"journal": "khqr settlement", "version": 1}
LONGEST_LINE = 16_384
"""Characters; a line that is written has less than 1,500."""


def journal_lines(ledger: View) -> Iterator[str]:
    r"""Yield the journal line by line, each with its end; the memory used does not grow.

    The first line says what it is. What is written while lines are taken is not among them.

    >>> from khqr.settlement import Ledger, Side
    >>> ledger = Ledger(clock=lambda: 0)
    >>> cash = ledger.open("devb", "cash", "KHR", side=Side.DEBIT)
    >>> lines = list(journal_lines(ledger))
    >>> lines[0]
    '{"journal":"khqr settlement","version":1}\n'
    >>> read_journal(lines, clock=lambda: 0).chain == ledger.chain
    True
    """
    journal, sha, text = ledger.journal, sha256(GENESIS), 0
    yield _dumped(HEADER)
    for row in journal.rows(0, len(journal)):
        text = journal.feed(sha, row.number, row.number + 1, text)
        yield _dumped({**fields_of(row, ledger.state), "chain": sha.hexdigest()})


def _dumped(fields: Fields) -> str:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False) + "\n"


def read_journal(
    lines: Iterable[str],
    *,
    clock: Clock,
    refused: Refused | str = Refused.BURN,
    rising_ids: bool = False,
) -> Ledger:
    """Return the ledger whose journal the lines are.

    Args:
        lines: what `journal_lines` gave, such as an open file; read one by one.
        clock: the clock of the new ledger, which goes on from the last row.
        refused: what becomes of a refused instruction id, as in the ledger that was written.
        rising_ids: as in the ledger that was written.

    Raises:
        SettlementError: ``JOURNAL_BROKEN`` with the first line that is not what was written, or
            if the rows break a rule of the ledger.
    """
    reader = Reader(clock, refused, rising_ids=rising_ids)
    number = 0
    for number, line in enumerate(lines, start=1):
        where, fields = f"line {number}", _parsed(line, number)
        if number == 1:
            first = _dumped(HEADER)
            expect(_dumped(fields) == first, where, f"the first line is {first.strip()}")
            continue
        chain = fields.pop("chain", None)
        reader.take(fields, where)
        expect(chain == reader.journal.chain, where, "the chain leads to it")
    return reader.ledger(f"line {number}")


def _parsed(line: str, number: int) -> Fields:
    if not isinstance(line, str):
        raise TypeError(f"a line is str, not {type(line).__name__}; open the file as text")
    expect(len(line) <= LONGEST_LINE, f"line {number}", f"it has at most {LONGEST_LINE} characters")
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise SettlementError("JOURNAL_BROKEN", f"line {number}: {quote(line)} is no JSON object")
    return fields
