"""Signatures on the requests and responses of Alipay+, over the exact bytes that travel.

What is signed is ``METHOD path``, a line feed, and ``Client-Id.time.body``. Times come from the
caller, and so does the memory of what was seen. Source: Ant's SDK for Java, global-open-sdk-java
2.2.8, for text, value and header; Alipay+ developer documentation for the names of headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Protocol

from ..errors import quote
from ..model import aware_moment
from .messages import APIS, moment, moment_text
from .results import InvalidClient
from .signature_header import (
    BodyChanged,
    ClockSkew,
    MalformedSignature,
    Replayed,
    SignatureHeader,
    UnknownKey,
    WrongKey,
    WrongPath,
    parse_signature,
    signed_text,
)

__all__ = [
    "BodyChanged",
    "ClockSkew",
    "MalformedSignature",
    "Replayed",
    "Seen",
    "SeenInMemory",
    "SignatureHeader",
    "Signer",
    "UnknownKey",
    "Verifier",
    "WrongKey",
    "WrongPath",
    "parse_signature",
    "sign_request",
    "sign_response",
    "signed_text",
    "verify_request",
    "verify_response",
]

MAX_SKEW = timedelta(minutes=5)
"""How far the clock of the other side may be off; the documents say nothing of it."""

_PATHS = tuple(dict.fromkeys(api.path for api in APIS if api.path))


class Signer(Protocol):
    """What signs: a `khqr.alipayplus.keys.PrivateKey`, or a hardware module behind this face."""

    def sign(self, data: bytes, /) -> bytes:
        """Return the signature of ``data``."""


class Verifier(Protocol):
    """What checks: a `khqr.alipayplus.keys.PublicKey`, or anything with this face."""

    def verify(self, data: bytes, signature: bytes, /) -> bool:
        """Whether ``signature`` is one of ``data``."""

    def signed_digest(self, signature: bytes, /) -> bytes | None:
        """Return the SHA-256 that was signed, or None if another key signed."""


class Seen(Protocol):
    """The memory of signed messages; shared by all processes that answer under one client id."""

    def first_time(self, key: str, until: datetime, /) -> bool:
        """Remember ``key`` until a moment; False if it is remembered already. Must be atomic."""


class SeenInMemory:
    """A `Seen` for tests and single processes; what has run out is forgotten.

    Args:
        most: how many keys it holds; when it is full, every new one counts as seen.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._until: dict[str, datetime] = {}
        self._most = most

    def first_time(self, key: str, until: datetime) -> bool:
        """Remember ``key`` until a moment; False if it is remembered already, or if it is full."""
        if key in self._until or len(self._until) >= self._most:
            return False
        self._until[key] = until
        return True

    def forget(self, at: datetime) -> None:
        """Forget what need not be remembered at a moment."""
        self._until = {key: until for key, until in self._until.items() if until >= at}


def sign_request(
    key: Signer,
    *,
    path: str,
    client_id: str,
    body: bytes,
    at: datetime,
    method: str = "POST",
    key_version: int = 1,
) -> dict[str, str]:
    """Return the headers of a request, signed over the exact bytes of its body.

    Args:
        key: what signs.
        path: of the URL, without host.
        client_id: one's own.
        body: exactly as it will travel.
        at: now, an aware `datetime`.
        method: of the request.
        key_version: of the key.
    """
    time = moment_text(_aware(at))
    text = signed_text(method, path, client_id, time, body)
    return {
        "Content-Type": "application/json; charset=UTF-8",
        "Client-Id": client_id,
        "Request-Time": time,
        "Signature": str(SignatureHeader(key.sign(text), key_version)),
    }


def sign_response(
    key: Signer,
    *,
    path: str,
    client_id: str,
    body: bytes,
    at: datetime,
    method: str = "POST",
    key_version: int = 1,
) -> dict[str, str]:
    """Return the headers of a response; arguments as for `sign_request`, of its request."""
    request = sign_request(
        key,
        path=path,
        client_id=client_id,
        body=body,
        at=at,
        method=method,
        key_version=key_version,
    )
    return {"Response-Time" if name == "Request-Time" else name: it for name, it in request.items()}


def verify_request(
    keys: Mapping[int, Verifier],
    *,
    path: str,
    client_id: str,
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
    seen: Seen | None,
    method: str = "POST",
    max_skew: timedelta = MAX_SKEW,
    other_paths: Iterable[str] = (),
) -> datetime:
    """Check a request, and return the time that it was signed with.

    Args:
        keys: the keys of the other side, by their versions.
        path: at which the request arrived, without host.
        client_id: of the other side, as it is expected.
        headers: all of them; names in any case.
        body: exactly as it came.
        at: now, an aware `datetime`.
        seen: the memory of what came before, or None where repetitions are stopped elsewhere.
        method: by which the request came.
        max_skew: how far its time may be from now.
        other_paths: further paths of one's own, to tell a wrong path from a changed body.

    Raises:
        InvalidClient: for another client id.
        InvalidSignature: one of its subclasses, which says why; all are answered alike.
        TypeError: for a wrong Python type.
    """
    signed_at, digest = _checked(
        keys,
        "Request-Time",
        path=path,
        client_id=client_id,
        headers=headers,
        body=body,
        method=method,
        at=at,
        max_skew=max_skew,
        other_paths=other_paths,
    )
    if seen is not None and not seen.first_time(digest, signed_at + max_skew):
        raise Replayed("the very same request came before; a retry is signed anew")
    return signed_at


def verify_response(
    keys: Mapping[int, Verifier],
    *,
    path: str,
    client_id: str,
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
    method: str = "POST",
    max_skew: timedelta = MAX_SKEW,
) -> datetime:
    """Check the response to one's own request; arguments and refusals as for `verify_request`."""
    return _checked(
        keys,
        "Response-Time",
        path=path,
        client_id=client_id,
        headers=headers,
        body=body,
        method=method,
        at=at,
        max_skew=max_skew,
    )[0]


def _checked(
    keys: Mapping[int, Verifier],
    time_header: str,
    *,
    path: str,
    client_id: str,
    headers: Mapping[str, str],
    body: bytes,
    method: str,
    at: datetime,
    max_skew: timedelta,
    other_paths: Iterable[str] = (),
) -> tuple[datetime, str]:
    """Return the time of a message that holds, and the name to remember it by."""
    values = _headers(headers, ("Client-Id", time_header, "Signature"))
    if not _same(values["client-id"], client_id):
        raise InvalidClient(f"the Client-Id is {quote(values['client-id'])}, which is not expected")
    time = values[time_header.lower()]
    text = signed_text(method, path, client_id, time, body)
    header = parse_signature(values["signature"])
    key = keys.get(header.key_version)
    if key is None:
        raise UnknownKey(f"keyVersion is {header.key_version}, which is not known here")
    if not key.verify(text, header.signature):
        paths = [other for other in (*_PATHS, *other_paths) if other != path]
        _explain(key, header.signature, (method, client_id, time, body), paths)
    signed_at, now = moment(time), _aware(at)
    if abs(signed_at - now) > max_skew:
        raise ClockSkew(f"the time is {time}, more than {max_skew} from {now.isoformat()}")
    return signed_at, sha256(text).hexdigest()


def _same(text: str, other: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    data = [item.encode(errors="surrogatepass") for item in (text, other)]
    return compare_digest(*data)


def _headers(headers: Mapping[str, str], needed: tuple[str, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in headers.items():
        if name.lower() in values and name.lower() in {item.lower() for item in needed}:
            raise MalformedSignature(f"the header {name} is there twice")
        values[name.lower()] = value
    for name in needed:
        if not isinstance(values.get(name.lower(), ""), str):
            raise TypeError(f"the header {name} is not str")
        if name.lower() not in values:
            raise MalformedSignature(f"the header {name} is missing")
    return values


def _explain(
    key: Verifier, signature: bytes, rest: tuple[str, str, str, bytes], paths: list[str]
) -> None:
    """Raise for a signature that does not hold, with the reason as far as it can be told."""
    digest = key.signed_digest(signature)
    if digest is None:
        raise WrongKey("the signature was made with another key; compare the public keys")
    method, client_id, time, body = rest
    for path in paths:
        text = signed_text(method, path, client_id, time, body)
        if compare_digest(sha256(text).digest(), digest):
            raise WrongPath(f"the signature is for {path}")
    raise BodyChanged("body, time, method or path are not what was signed; check the raw bytes")


def _aware(at: datetime) -> datetime:
    moment_in_utc = aware_moment("at", at)
    if moment_in_utc is None:
        raise TypeError("at is an aware datetime, not None")
    return moment_in_utc
