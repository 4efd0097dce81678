"""Many codes at once: a table of merchants as pictures in a folder, and whole columns of payloads.

Rows are read and drawn one after the other, so that a table may be longer than the memory is. A
row that is wrong is reported and the others go on; a run that was stopped is taken up again.
Symbols are drawn by `khqr.image.symbol`'s fast engine, which needs no other package.
"""

from __future__ import annotations

from .formats import FORMATS
from .many import Outcome, decode_many, encode_many
from .options import Options
from .problems import Failure, OutputError, Problem, RowError, TableError, WorkersLost
from .report import Result, Summary
from .run import Progress, Rows, render, render_each
from .table import Row, Table, read_csv

__all__ = [
    "FORMATS",
    "Failure",
    "Options",
    "Outcome",
    "OutputError",
    "Problem",
    "Progress",
    "Result",
    "Row",
    "RowError",
    "Rows",
    "Summary",
    "Table",
    "TableError",
    "WorkersLost",
    "decode_many",
    "encode_many",
    "read_csv",
    "render",
    "render_each",
]
