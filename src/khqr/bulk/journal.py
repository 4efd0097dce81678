"""What a run has done already, so that a second one goes on where the first was stopped.

The journal is a file of lines that only grows. A line is written when its picture stands in the
folder under its final name, so what it says is true after any interruption; at worst a picture
is there that it does not name, and is made again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import get_ident

from ..errors import quote
from .problems import OutputError

__all__ = ["JOURNAL", "Journal", "fingerprint", "replaced", "writing"]

JOURNAL = ".khqr-batch.jsonl"
"""The name of the journal in the folder of the pictures."""

_MAX_LINE = 4_096


def fingerprint(*parts: object) -> str:
    """Return a hash over everything that decides what a picture looks like.

    >>> fingerprint("svg", {"merchant_name": "Demo"}) == fingerprint("svg", {"merchant_name": "D"})
    False
    """
    text = json.dumps(parts, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


class Journal:
    """The journal of one folder.

    Args:
        folder: where the pictures are.
        resume: believe what earlier runs wrote.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> journal = Journal(folder, resume=True)
    >>> _ = (folder / "a.txt").write_bytes(b"1234")
    >>> journal.add("a.txt", "key", 4)
    >>> journal.close()
    >>> later = Journal(folder, resume=True)
    >>> later.has("a.txt", "key"), later.has("a.txt", "another key")
    (True, False)
    >>> later.close()
    """

    def __init__(self, folder: Path, *, resume: bool) -> None:
        self._folder = folder
        path = folder / JOURNAL
        self._done = dict(_entries(path)) if resume else {}
        with writing(path):
            self._file = path.open("ab" if resume else "wb")
            if resume and path.stat().st_size and not _ends_with_line(path):
                self._file.write(b"\n")
                self._file.flush()

    def has(self, name: str, key: str) -> bool:
        """Whether the file ``name`` was made from ``key`` last, and still has its size."""
        said = self._done.get(name)
        if said is None:
            return False
        size, _, made_from = said.partition(" ")
        try:
            return made_from == key and (self._folder / name).stat().st_size == int(size)
        except OSError:
            return False

    def add(self, name: str, key: str, size: int) -> None:
        """Say that the file ``name`` of ``size`` bytes was made from ``key``."""
        line = json.dumps({"file": name, "bytes": size, "key": key}, ensure_ascii=False)
        with writing(self._folder / JOURNAL):
            self._file.write(line.encode() + b"\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what can be read; a line that cannot means only that its picture is made again."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    except OSError as problem:
        raise _output_error(path, problem) from None
    with file:
        while line := file.readline(_MAX_LINE):
            try:
                entry = json.loads(line)
                yield str(entry["file"]), f"{int(entry['bytes'])} {entry['key']}"
            except (ValueError, TypeError, KeyError, RecursionError):
                continue


def _ends_with_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says against writing ``path`` into an `OutputError`.

    >>> with writing(Path("stands")):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    khqr.bulk.problems.OutputError: 'stands' cannot be written: No space left on device
    """
    try:
        yield
    except OSError as problem:
        raise _output_error(path, problem) from None


def _output_error(path: Path, problem: OSError) -> OutputError:
    shown = quote(str(path), 1000)
    return OutputError(f"{shown} cannot be written: {problem.strerror or problem}")


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a name to write to, which becomes ``path`` only when everything is written.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with replaced(path) as fresh:
    ...     _ = fresh.write_text("whole")
    >>> path.read_text(), len(list(path.parent.iterdir()))
    ('whole', 1)
    """
    fresh = path.with_name(f".{os.getpid()}-{get_ident()}.tmp")
    with writing(path):
        try:
            yield fresh
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
