"""What is signed, where the signature stands, and in which ways it can fail.

Source: Ant's SDK for Java, global-open-sdk-java 2.2.8, for text, value and header.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import quote as percent_encoded
from urllib.parse import unquote_to_bytes

from ..errors import quote
from .messages import moment
from .results import InvalidSignature, MessageError

__all__ = [
    "BodyChanged",
    "ClockSkew",
    "MalformedSignature",
    "Replayed",
    "SignatureHeader",
    "UnknownKey",
    "WrongKey",
    "WrongPath",
    "parse_signature",
    "signed_text",
]

ALGORITHM = "RSA256"
_MAX_HEADER = 4096


class MalformedSignature(InvalidSignature):
    """A header is missing, is there twice, or is not of its form."""


class UnknownKey(InvalidSignature):
    """The header names a version of a key that is not known here."""


class WrongKey(InvalidSignature):
    """The signature was made with another key."""


class WrongPath(InvalidSignature):
    """The signature is good, but for another method or path."""


class BodyChanged(InvalidSignature):
    """The key is right, but body, time or client are not what was signed."""


class ClockSkew(InvalidSignature):
    """The time of the message is too far from now."""


class Replayed(InvalidSignature):
    """The very same signed message came before."""


@dataclass(frozen=True, slots=True)
class SignatureHeader:
    """The value of the header ``Signature``.

    >>> str(SignatureHeader(b"demo"))
    'algorithm=RSA256, keyVersion=1, signature=ZGVtbw%3D%3D'
    """

    signature: bytes
    key_version: int = 1

    def __str__(self) -> str:
        value = percent_encoded(base64.b64encode(self.signature), safe="")
        return f"algorithm={ALGORITHM}, keyVersion={self.key_version}, signature={value}"


def parse_signature(header: str) -> SignatureHeader:
    """Read the value of the header ``Signature``.

    Pairs are parted by a comma, with or without a space, and name and value by the first equals
    sign, so base64 may stand there bare, with its own. It is percent-decoded only if it holds a
    percent sign: a bare plus stays a plus.

    Raises:
        MalformedSignature: if it is not of that form.
        TypeError: for anything but text.

    >>> parse_signature("algorithm=RSA256,keyVersion=0,signature=ZGVtbw==").signature
    b'demo'
    """
    if not isinstance(header, str):
        raise TypeError(f"a header is str, not {type(header).__name__}")
    if len(header) > _MAX_HEADER or not header.isascii():
        raise MalformedSignature(f"the header Signature is not ASCII of at most {_MAX_HEADER}")
    pairs = [part.strip(" ").partition("=") for part in header.split(",")]
    values = {name: value for name, _, value in pairs}
    if len(pairs) != 3 or values.keys() != {"algorithm", "keyVersion", "signature"}:
        raise MalformedSignature(
            "the header Signature is not algorithm=…, keyVersion=…, signature=…"
        )
    if values["algorithm"] != ALGORITHM:
        found = quote(values["algorithm"])
        raise MalformedSignature(f"the algorithm is {found}, expected {ALGORITHM}")
    if not re.fullmatch("[0-9]{1,9}", values["keyVersion"]):
        raise MalformedSignature(f"keyVersion is {quote(values['keyVersion'])}, expected digits")
    return SignatureHeader(_decoded(values["signature"]), int(values["keyVersion"]))


def _decoded(value: str) -> bytes:
    """Return the bytes of base64 in its one right spelling, padding present or lost."""
    text = unquote_to_bytes(value) if "%" in value else value.encode()
    bare = text.rstrip(b"=")
    try:
        data = base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        data = b""
    right = base64.b64encode(data)
    if not data or text not in (right, right.rstrip(b"=")):
        raise MalformedSignature("the signature is not base64")
    return data


def signed_text(method: str, path: str, client_id: str, time: str, body: bytes) -> bytes:
    r"""Return the bytes that are signed, and checked.

    Args:
        method: such as ``POST``.
        path: of the URL, without host.
        client_id: value of the header ``Client-Id``.
        time: value of ``Request-Time``; for a response, of ``Response-Time``.
        body: exactly as it travels.

    Raises:
        MalformedSignature: for a method, path, client id or time that could be read in two ways.
        TypeError: for a body that is not bytes.

    >>> signed_text("POST", "/a", "DEMO_CLIENT", "2025-06-15T22:06:40+07:00", b"{}")
    b'POST /a\nDEMO_CLIENT.2025-06-15T22:06:40+07:00.{}'
    """
    if not isinstance(body, bytes):
        raise TypeError(f"a body is bytes, not {type(body).__name__}")
    for name, text, form in (
        ("method", method, "[A-Z]{3,7}"),
        ("path", path, "/[!-~]*"),
        ("Client-Id", client_id, "[!-~]{1,128}"),
        ("the time", time, "[!-~]{1,40}"),
    ):
        if not re.fullmatch(form, text):
            raise MalformedSignature(f"{name} is {quote(text)}, which is not of its form")
    try:
        moment(time)
    except MessageError as problem:
        raise MalformedSignature(f"the time {problem.problems[0]}") from None
    return f"{method} {path}\n{client_id}.{time}.".encode() + body
