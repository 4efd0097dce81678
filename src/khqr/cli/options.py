"""What the commands have in common: their options, and how a payload comes in.

The options for the fields of a code are made from the fields themselves.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, get_args

import click

from ..emv.limits import MAX_PAYLOAD
from ..errors import KhqrError, MissingDependency
from ..fields import FIELDS_BY_PATH
from ..model import aware_moment
from .console import Output

__all__ = [
    "examples",
    "expires_in_option",
    "expiry",
    "face",
    "field_options",
    "guarded",
    "moment_option",
    "option_name",
    "payload_argument",
    "payload_examples",
    "payload_from",
    "standard_input",
]

_Command = Callable[..., None]

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)

_HELP = {
    "currency": "KHR or USD.",
    "amount": "Digits with at most one point, as in 4100 or 1.50.",
    "created_at": "When the code was made: ISO 8601 with a zone, or now.",
    "expires_at": "When the code expires: ISO 8601 with a zone.",
}


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    if value is None or value == "now":
        return None if value is None else datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(value)
        if moment.utcoffset() is None:
            raise click.BadParameter(f"{value!r} has no zone; end it with Z or +07:00.", ctx, param)
        return aware_moment("it", moment)
    except ValueError:
        wanted = "a time such as 2026-11-22T16:30:00+07:00, or now"
        raise click.BadParameter(f"{value!r} is not {wanted}.", ctx, param) from None


def _duration(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    if value is None:
        return None
    found = _DURATION.fullmatch(value)
    if not value or found is None:
        wanted = "a duration such as 10m, 90s or 1h30m"
        raise click.BadParameter(f"{value!r} is not {wanted}.", ctx, param)
    hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def moment_option(name: str, **settings: Any) -> Callable[[_Command], _Command]:
    """Return an option for a time of ISO 8601 with its zone, or ``now``."""
    return click.option(name, metavar="TIME", callback=_moment, **settings)


expires_in_option = click.option(
    "--expires-in",
    metavar="DURATION",
    callback=_duration,
    help="From creation to expiry: 10m, 90s, 1h.",
)
payload_argument = click.argument("payload", required=False)


def guarded(command: _Command) -> _Command:
    """Give a command ``--no-color``, its `Output`, and its exit codes."""

    @click.option("--no-color", is_flag=True, help="Print without colours.")
    @wraps(command)
    def wrapped(*args: Any, no_color: bool = False, as_json: bool = False, **options: Any) -> None:
        output = Output(as_json=as_json, plain=no_color)
        try:
            command(output, *args, **options)
        except KhqrError as problem:
            output.refuse(problem)
            code = 2 if isinstance(problem, MissingDependency) else 1
            raise click.exceptions.Exit(code) from problem

    return wrapped


def face(command: _Command) -> _Command:
    """Give a command that prints data ``--json``, and all that `guarded` gives."""
    add = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
    return add(guarded(command))


def examples(*lines: str) -> str:
    r"""Return lines for the end of a help text, where click must not fill them up.

    >>> examples("khqr verify PAYLOAD")
    '\x08\nExamples:\n  khqr verify PAYLOAD'
    """
    return "\n  ".join(["\b\nExamples:", *lines])


def payload_examples(*lines: str) -> str:
    """Return the end of the help of a command that takes a payload."""
    how = "Quote PAYLOAD, as names hold spaces; where it is - or left out, standard input is read."
    return f"{how}\n\n{examples(*lines)}"


def option_name(attribute: str) -> str:
    """Return the option of a field.

    >>> option_name("bill_number")
    '--bill-number'
    """
    return "--" + attribute.replace("_", "-")


def field_options(
    types: Mapping[str, Any], defaults: Mapping[str, str] | None = None
) -> Callable[[_Command], _Command]:
    """Return a decorator that adds an option for every field.

    Args:
        types: the type of each field, by its name.
        defaults: what happens without an option, by the name of the field, to be shown.
    """

    def decorate(command: _Command) -> _Command:
        for attribute, kind in reversed(list(types.items())):
            option = moment_option if datetime in get_args(kind) else click.option
            add = option(
                option_name(attribute),
                show_default=(defaults or {}).get(attribute),
                help=_HELP.get(attribute) or _object_help(attribute),
            )
            command = add(command)
        return command

    return decorate


def _object_help(attribute: str) -> str:
    held = [field for field in FIELDS_BY_PATH.values() if field.attribute == attribute]
    paths = " or ".join(field.path for field in held)
    return f"Object {paths}, at most {held[0].maximum} characters."


def payload_from(argument: str | None) -> str | bytes:
    """Return the payload that an argument names; ``-`` and none mean standard input.

    Of standard input exactly one line end is taken away, as shells and files add one.
    """
    if argument is None or argument == "-":
        data = standard_input(4 * MAX_PAYLOAD + len("\r\n"))
        return data.removesuffix(b"\n").removesuffix(b"\r") if data.endswith(b"\n") else data
    try:
        argument.encode()
    except UnicodeEncodeError:  # bytes of the shell that are not UTF-8; the library says where
        return os.fsencode(argument)
    return argument


def standard_input(limit: int) -> bytes:
    """Return what comes in, and no more than tells that it is more than ``limit`` bytes."""
    if sys.stdin.isatty():
        click.echo("reading standard input; end it with Ctrl-D", err=True)
    return sys.stdin.buffer.read(limit + 1)


def expiry(created: datetime, expires_in: timedelta) -> datetime:
    """Return when a code made at ``created`` expires."""
    try:
        return created + expires_in
    except OverflowError:
        raise click.UsageError("--expires-in leads beyond the year 9999.") from None
