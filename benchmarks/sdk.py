"""The official SDK in a Node process of its own, asked over a pipe: one JSON line, one answer."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .payloads import CLOCK_MS


class SdkDied(Exception):  # noqa: N818 - says what happened
    """The Node process ended before it answered."""


class Sdk:
    """A Node process that runs ``script`` on the SDK in ``folder``, by the fixed clock."""

    def __init__(self, script: str, folder: Path) -> None:
        path = Path(__file__).resolve().parent / script
        self._process = subprocess.Popen(
            ["node", str(path), str(folder), str(CLOCK_MS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    @property
    def process(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ask(self, **message: object) -> Any:
        """Send one message and wait for its answer."""
        return self.ask_many([message])[0]

    def ask_many(self, messages: Sequence[object]) -> list[Any]:
        """Send messages together and wait for all answers.

        Raises:
            SdkDied: if the process ended.
        """
        pipes = self._process
        assert pipes.stdin is not None
        assert pipes.stdout is not None
        try:
            pipes.stdin.write(b"".join(json.dumps(each).encode() + b"\n" for each in messages))
            pipes.stdin.flush()
        except BrokenPipeError:
            raise SdkDied from None
        lines = [pipes.stdout.readline() for _ in messages]
        if not lines[-1]:
            raise SdkDied
        return [json.loads(line) for line in lines]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def node_version() -> str:
    """Return Node's version, or say that it is missing."""
    try:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "missing"
    return done.stdout.strip().removeprefix("v")
