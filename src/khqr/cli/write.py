"""The commands that write a payload: `encode` and `amend`."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import chain
from types import NoneType
from typing import Any, BinaryIO, cast, get_args, get_type_hints

import click

from .. import codec
from ..checks import check
from ..codec import Amendments
from ..codec.problems import problems
from ..errors import Finding, KhqrError, Severity
from ..model import DEFAULTS, Individual, Merchant
from .console import Output
from .options import (
    examples,
    expires_in_option,
    expiry,
    face,
    field_options,
    moment_option,
    option_name,
    payload_argument,
    payload_examples,
    payload_from,
)
from .shapes import code_from, fields_from_json, finding_shape

__all__ = ["amend", "encode"]

_MAX_JSON = 65_536
"""The largest JSON document that is read, in bytes; the fields of a code take one or two KiB."""

_HINTS = get_type_hints(Individual) | get_type_hints(Merchant)
_FIELDS = {
    field.name: _HINTS[field.name]
    for field in chain.from_iterable(zip(fields(Individual), fields(Merchant), strict=True))
    if field.name != "created_at"  # that is --at
}
_DEFAULTS = DEFAULTS | {"currency": "KHR", "amount": "the payer chooses"}
_AMENDMENTS = get_type_hints(Amendments)
_REMOVABLE = [
    option_name(name)[2:] for name, kind in _AMENDMENTS.items() if NoneType in get_args(kind)
]

_md5 = click.option("--md5", is_flag=True, help="Print also the MD5 to look the payment up by.")


@click.command(
    epilog=examples(
        'khqr encode --bakong-account-id demo_user@devb --merchant-name "Demo Shop" \\',
        "    --amount 4100 --expires-in 10m",
    )
)
@field_options(_FIELDS, _DEFAULTS)
@expires_in_option
@moment_option("--at", show_default="now", help="When the code is made.")
@click.option("--strict", is_flag=True, help="Refuse also what a strict reader may not like.")
@_md5
@click.option(
    "--from-json",
    "source",
    type=click.File("rb"),
    help="Read the fields from a JSON object; options go before it, and - is standard input.",
)
@face
def encode(
    output: Output,
    *,
    expires_in: timedelta | None,
    at: datetime | None,
    strict: bool,
    md5: bool,
    source: BinaryIO | None,
    **options: Any,
) -> None:
    """Write the payload of a code.

    A code with --merchant-id is a merchant's (object 30), any other an individual's (object 29).
    One with an amount must expire. The JSON of --from-json has the fields under the names of the
    options, with underscores; `khqr decode --json` prints it.
    """
    if options["expires_at"] and expires_in is not None:
        raise click.UsageError("--expires-at and --expires-in exclude each other.")
    values = {} if source is None else _json_fields(source)
    given = {name: value for name, value in options.items() if value is not None}
    if "merchant_id" in given:
        values.pop("type", None)
    values |= given
    values["created_at"] = at or values.get("created_at") or datetime.now(UTC)
    if expires_in is not None:
        values["expires_at"] = expiry(values["created_at"], expires_in)
    code = code_from(values)
    payload = codec.encode(code, strict=strict)
    found = problems(code, code.created_at, code.expires_at)
    _print(output, payload, md5, [item for item in found if item.severity is Severity.WARNING])


def _json_fields(source: BinaryIO) -> dict[str, Any]:
    data = source.read(_MAX_JSON + 1)
    if len(data) > _MAX_JSON:
        raise KhqrError(f"the JSON document has more than {_MAX_JSON} bytes, which no code needs")
    return fields_from_json(data)


def _print(output: Output, payload: str, md5: bool, warnings: list[Finding]) -> None:
    key = codec.md5(payload)
    if output.as_json:
        listed = [finding_shape(warning) for warning in warnings]
        output.document({"payload": payload, "md5": key, "warnings": listed})
        return
    output.line(payload)
    if md5:
        output.line(key)
    output.warn(warnings)


@click.command(
    epilog=payload_examples(
        'khqr amend --amount 4100 --expires-in 10m --bill-number INV-7 "PAYLOAD"'
    )
)
@payload_argument
@field_options(_AMENDMENTS)
@expires_in_option
@moment_option("--at", show_default="now", help="Creation, beside a new expiry.")
@click.option(
    "--remove",
    multiple=True,
    type=click.Choice(_REMOVABLE),
    metavar="FIELD",
    help=f"Remove an object; can be repeated. One of {', '.join(_REMOVABLE)}.",
)
@_md5
@face
def amend(
    output: Output,
    payload: str | None,
    *,
    expires_in: timedelta | None,
    at: datetime | None,
    remove: tuple[str, ...],
    md5: bool,
    **options: Any,
) -> None:
    """Change a code that somebody else made.

    Only what is named and the CRC change, as when a till puts an amount into a bank's static code.
    Who is paid and the currency cannot be changed.
    """
    changes = {name: value for name, value in options.items() if value is not None}
    if "expires_at" in changes and expires_in is not None:
        raise click.UsageError("--expires-at and --expires-in exclude each other.")
    if at is not None and expires_in is None and "expires_at" not in changes:
        raise click.UsageError("--at goes with --expires-in or --expires-at.")
    if expires_in is not None:
        at = changes.get("created_at") or at or datetime.now(UTC)
        changes["expires_at"] = expiry(at, expires_in)
    for field in remove:
        name = field.replace("-", "_")
        if name in changes:
            raise click.UsageError(f"--remove {field} excludes a new value for it.")
        changes[name] = None
    source = payload_from(payload)
    amended = codec.amend(source, at=at, **cast("Amendments", changes))
    before = {(finding.code, finding.path) for finding in check(source)}
    brought = [item for item in check(amended).warnings if (item.code, item.path) not in before]
    _print(output, amended, md5, brought)
