"""Runs the examples of README.md and docs/ as tests: Python, and console sessions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

collect_ignore = ["docs/conf.py", "docs/_build"]

_COMMAND = re.compile(
    r"^\$ (?P<command>(?:.*\\\n)*.*)\n(?P<printed>(?:(?!\$ ).*\n)*)", re.MULTILINE
)


def _run_session(example: Example) -> str | None:
    """Run the lines behind ``$`` in a shell, and compare what they print."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for step in _COMMAND.finditer(example.parsed):
        run = subprocess.run(  # noqa: S603 - the commands are those of this documentation
            ["/bin/sh", "-c", step["command"]],
            env={**os.environ, "PATH": path, "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        if run.stdout != step["printed"]:
            return f"$ {step['command']}\nexpected:\n{step['printed']}\nprinted:\n{run.stdout}"
    return None


def _enter_empty_folder(namespace: dict[str, Any]) -> None:
    """Let a page write files without touching the source tree."""
    folder = tempfile.TemporaryDirectory(prefix="khqr-docs-")
    namespace["_left_behind"] = folder, Path.cwd()
    os.chdir(folder.name)


def _leave_folder(namespace: dict[str, Any]) -> None:
    folder, home = namespace["_left_behind"]
    os.chdir(home)
    folder.cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser("console", _run_session)],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    excludes=["tests/*/*.md"],
    setup=_enter_empty_folder,
    teardown=_leave_folder,
).pytest()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the examples of a page on one worker, in their order; spread all other tests."""
    scheduler: Any = import_module("xdist.scheduler").LoadScopeScheduling(config, log)
    scheduler._split_scope = _page_or_test
    return scheduler


def _page_or_test(nodeid: str) -> str:
    page = nodeid.partition("::")[0]
    return page if page.endswith(".md") else nodeid
