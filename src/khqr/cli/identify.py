"""The command that names the networks of a payload: `identify`."""

from __future__ import annotations

from typing import Any

import click

from .. import schemes
from ..schemes import EmvFields, Network
from ..schemes.fields import CARDS
from .console import Output
from .options import face, payload_argument, payload_examples, payload_from

__all__ = ["identify"]

_ALWAYS = frozenset({"merchant_name", "amount", "currency"})
"""What every scheme has and everybody wants to see."""


@click.command(
    epilog=payload_examples('khqr identify "PAYLOAD"', "khqr scan photo.jpg | khqr identify")
)
@payload_argument
@face
def identify(output: Output, payload: str | None) -> None:
    """Name every network that a payload can be paid through.

    Each comes with what the payload says to it. What is read is what the payload claims; whether
    it is sound, `khqr check` says.
    """
    networks = schemes.identify(payload_from(payload))
    if output.as_json:
        output.document({"networks": [_shape(network) for network in networks]})
        return
    if not networks:
        output.text("no network is named in it")
    for network in networks:
        output.table([_headline(network), *_rows(network)])


def _shape(network: Network) -> dict[str, Any]:
    return {
        "scheme": network.scheme,
        "country": network.country,
        "object_path": network.object_path,
        "identifier": network.identifier,
        "pays": network.pays,
        "fields": dict(network.fields),
    }


def _headline(network: Network) -> tuple[str, str]:
    title = network.identifier if network.scheme == "unknown" else network.description.title
    place = f", object {network.object_path}" if network.object_path else ""
    note = "" if network.pays else "; proves a payment, cannot be paid"
    return network.scheme, f"{title}{place}{note}"


def _rows(network: Network) -> list[tuple[str, str]]:
    """Return the rows of the scheme's own table, and whom to pay how much; no card's number."""
    if network.scheme == "unknown":
        return []
    found, common = network.fields, EmvFields.rows
    return [
        (f"  {name}", text)
        for name, row in found.rows.items()
        if found.place(row.path) not in CARDS and (name in _ALWAYS or row is not common.get(name))
        for text in [found.text_of(row)]
        if text is not None
    ]
