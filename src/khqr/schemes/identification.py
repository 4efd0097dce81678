"""From a code to the networks in it: `identify`."""

from __future__ import annotations

from ..codec.decoder import complete_tree
from ..emv.payload import Payload, parse
from ..emv.source import payload_text
from .network import Network, Unknown
from .recognise import recognise, recognised_text

__all__ = ["identify"]


def identify(payload: str | bytes | Payload) -> tuple[Network, ...]:
    """Return every network in a code, in payload order, each scheme once.

    Networks are known by their identifiers, in any template of 26 to 51 and 80 to 99 and in
    either case, and never by the number of a template; 02 to 16 are those networks to which EMVCo
    gives the numbers. An identifier that no scheme has comes back as `Unknown`. Links (``upi://``)
    and barcodes that are no EMVCo codes are recognised, too; a Thai slip is, with ``pays`` false.

    It says what a code claims to be. Whether the claim holds, the CRC included, `khqr.check` says.

    Args:
        payload: the text of a code, at most 4,096 characters, its UTF-8 bytes, or what
            `khqr.parse` gave.

    Raises:
        DecodeError: for a text that is neither an EMVCo code that can be walked nor a known link.
        TypeError: for anything else.

    Source: each module of `khqr.schemes` names its own.

    >>> identify("00020101021129370016A0000006770101110113006600000000153037645802TH6304A6DB")
    (Network(scheme='thaiqr', country='TH', object_path='29'),)
    """
    if not isinstance(payload, Payload):
        text = payload_text(payload)
        if not "0" <= text[:1] <= "9":
            found = recognised_text(text)
            if found is not None:
                return (Network(found[0], "", "", (), found[1]),)
        payload = _payload(text)
    return tuple(
        Unknown(identifier, path, payload)
        if scheme is None
        else Network(scheme, identifier, path, own, payload)
        for scheme, identifier, path, own in recognise(payload.objects)
    )


def _payload(text: str) -> Payload:
    """Return the tree of a text; beyond ASCII its lengths may count what a KHQR's do."""
    if not text.isascii():
        whole = complete_tree(text)
        if whole is not None:
            return Payload(text, whole)
    return parse(text)
