"""The command `khqr`: the group of all commands, and how a run of it ends."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import click

from .. import __version__
from .alipay import alipay
from .anonymise import anonymise
from .batch import batch
from .card import card
from .explaining import explain
from .identify import identify
from .options import examples
from .read import check, decode, verify
from .render import render
from .scan import scan
from .simulate import simulate
from .write import amend, encode

__all__ = ["khqr", "run"]

_INTERRUPTED = 130
"""What shells give a command that was ended by Ctrl-C."""


_EXAMPLES = examples(
    'khqr encode --bakong-account-id demo_user@devb --merchant-name "Demo Shop" | khqr render',
    "khqr scan photo.jpg | khqr explain",
)
_COMPLETION = """Completion in bash: eval "$(_KHQR_COMPLETE=bash_source khqr)"; zsh_source and \
fish_source are for those shells."""


@click.group(epilog=f"{_EXAMPLES}\n\n{_COMPLETION}")
@click.version_option(__version__, prog_name="khqr", message="%(prog)s %(version)s")
def khqr() -> None:
    """Write, read, check, draw and scan KHQR, the payment QR of Cambodia's Bakong.

    Not affiliated with the National Bank of Cambodia or Bakong.

    The exit code is 0 for good, 1 for a bad payload and 2 for wrong usage.
    """


for _command in (
    *(encode, decode, check, verify, amend, anonymise, explain, identify),
    *(render, card, scan, batch, alipay, simulate),
):
    khqr.add_command(_command)


def run(args: Sequence[str] | None = None) -> int:
    """Run the command on ``args`` and return its exit code."""
    _prepare_streams()
    try:
        code = khqr.main(args, prog_name="khqr", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as problem:
        problem.show()
        return 2
    except click.Abort:
        return _INTERRUPTED
    except OSError as problem:
        sys.stdout = _nowhere()  # what is left in the old one cannot be written at exit either
        if isinstance(problem, BrokenPipeError):  # as `head` does, which has seen enough
            return 1
        click.echo(f"Error: reading or writing failed: {problem.strerror}.", err=True)
        return 2
    return int(code or 0)


def _prepare_streams() -> None:
    """Make the streams fit for payloads, which are UTF-8 in every locale."""
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started the command
            setattr(sys, name, _nowhere())
        elif name != "stdin" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _nowhere() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
