"""Which kind of code a text is, as wallets of Alipay+ meet them, and what stands in it.

Only shapes that are documented, or that the caller knows by its own domains, get a name. Every
other text stays what it is: opaque.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from ..codec import decode, verify
from ..codec.decoder import complete_tree
from ..emv.limits import MAX_PAYLOAD
from ..errors import KhqrError, quote

__all__ = [
    "MAX_CODE",
    "MAX_CODE_VALUE",
    "Code",
    "CodeKind",
    "CodeUrl",
    "GenericObject",
    "PaymentCode",
    "classify_code",
]

MAX_CODE = 8192
"""The longest text that a wallet asks about, in characters (Alipay+, identifyCode)."""

MAX_CODE_VALUE = 512
"""The longest ``codeValue`` of a message, in characters (Alipay+, userInitiatedPay)."""


class CodeKind(StrEnum):
    """What a text is.

    ``ENTRY_CODE`` and ``ORDER_CODE`` have no documented shape and are given only for domains that
    the caller named.

    >>> CodeKind("khqr") is CodeKind.KHQR
    True
    """

    KHQR = "khqr"
    EMVCO = "emvco"
    PAYMENT_CODE = "payment-code"
    ENTRY_CODE = "entry-code"
    ORDER_CODE = "order-code"
    PRIVATE_ORDER_CODE = "private-order-code"
    MPM_GENERIC = "mpm-generic"
    ALIPAY_URL = "alipay-url"
    URL = "url"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CodeUrl:
    """An HTTPS URL that is a code, and the number at the start of its path where it has one.

    Attributes:
        host: in lower case.
        path: as written, with its slash.
        cii: code issuer identifier, six digits ``281ddd``, or empty.
        bti: business type identifier, two digits behind it: ``04`` is a private order code.
        rest: what follows them in the path.
    """

    host: str
    path: str
    cii: str = ""
    bti: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """A code of digits that a user shows once; whoever holds it can charge, so it prints masked.

    Attributes:
        digits: all of it.
        form: ``main`` for 24 digits, ``legacy`` for the older 17 to 19, ``reserved`` for lengths
            that are kept for later, ``undocumented`` for the rest.
        cii: the first six digits of the main form, or empty.
        bti: two digits behind them, ``02`` for a code that a user presents.
        uin: the last 16 digits of the main form.
        agreement: the third digit, the agreement id of the routing view.
        routing: the three digits behind it, the routing number.

    >>> classify_code("251001020123456789012345").payment
    PaymentCode('251001…', 24 digits, form='main')
    """

    digits: str
    form: str
    cii: str = ""
    bti: str = ""
    uin: str = ""
    agreement: str = ""
    routing: str = ""

    def __repr__(self) -> str:
        shown = f"{self.digits[:6]}…"
        return f"PaymentCode({shown!r}, {len(self.digits)} digits, form={self.form!r})"


@dataclass(frozen=True, slots=True)
class GenericObject:
    """One object of the older generic URL: four characters of id, and its value."""

    id: str
    value: str


@dataclass(frozen=True, slots=True)
class Code:
    """A text, what it is, and what stands in it.

    Attributes:
        text: as it was given.
        kind: what it is.
        payment: the parts of a payment code, else None.
        url: the parts of a URL, else None.
        objects: the objects of an older generic URL, as far as it keeps to its standard.
        remarks: what is odd about it, in words; none of it changes the kind.
    """

    text: str = field(repr=False)
    kind: CodeKind
    payment: PaymentCode | None = None
    url: CodeUrl | None = None
    objects: tuple[GenericObject, ...] = ()
    remarks: tuple[str, ...] = ()


_PAYMENT_CODE = re.compile("(?:2[5-9]|30)[0-9]{14,30}")
_LEGACY = tuple(
    map(
        re.compile,
        (
            "28[0-9]{15}",
            "28[0-9]{16}",
            "28[0-8][0-9]{16}",
            "289[0-9]{10}[0-57-9][0-9]{5}",
            "289[0-9]{10}6[0-9]{5}",
        ),
    )
)
"""The older forms of a payment code, 17 to 19 digits (Alipay+)."""

_RESERVED = frozenset({*range(20, 24), *range(25, 33)})
_NUMBERED = re.compile("/(281[0-9]{3})([0-9]{2})(.*)")
_PRIVATE_ORDER = re.compile("281[0-9]{3}04[0-9]{4}")
_GENERIC = "/MPM/3/"
_ALIPAY_HOST = "qr.alipay.com"
_MAX_HOST = 253
_HOST = re.compile("[a-z0-9-]+(?:\\.[a-z0-9-]+)*")
_URL_TEXT = re.compile("[!-~]+")


def classify_code(text: str, *, domains: Mapping[str, CodeKind] | None = None) -> Code:
    """Say which kind of code a text is; it never raises on content, and never guesses.

    Args:
        text: what was scanned or sent, at most 8192 characters; a longer one is unknown.
        domains: kinds of codes on domains that the caller knows, by host name in lower case: its
            own entry codes, or the fixed domains of private order codes.

    Returns:
        The first that matches: an EMVCo payload with a right CRC, which is a KHQR if object 29 or
        30 holds an account; 16 to 32 digits that begin with 25 to 30; an HTTPS URL, by the
        caller's domains, by the number in its path, by ``/MPM/3/`` or by Alipay's host; unknown.

    Raises:
        KhqrError: if ``domains`` give the host of the text no kind of code.
        TypeError: for anything but text.

    Source: Alipay+ developer documentation for the shapes; the order is this library's choice.

    >>> classify_code("https://qr.example.com/281000041234567890123456").kind.value
    'private-order-code'
    >>> known = {"qr.example.com": CodeKind.ENTRY_CODE}
    >>> classify_code("https://qr.example.com/s/1", domains=known).kind.value
    'entry-code'
    >>> classify_code("WIFI:S:guest;;").kind.value
    'unknown'
    """
    if not isinstance(text, str):
        raise TypeError(f"a code is text, not {type(text).__name__}")
    if len(text) > MAX_CODE:
        return Code(text, CodeKind.UNKNOWN, remarks=(f"longer than {MAX_CODE} characters",))
    return (
        _emvco(text) or _payment(text) or _web(text, domains or {}) or Code(text, CodeKind.UNKNOWN)
    )


def _emvco(text: str) -> Code | None:
    if not text.startswith("0002") or len(text) > MAX_PAYLOAD or not verify(text):
        return None
    kind = CodeKind.EMVCO
    remarks = []
    if _has_bakong_account(text):
        kind = CodeKind.KHQR
        try:
            decode(text)
        except KhqrError as problem:
            remarks.append(f"not to be paid: {str(problem).partition(chr(10))[0]}")
    if len(text) > MAX_CODE_VALUE:
        remarks.append(f"longer than the {MAX_CODE_VALUE} characters of a codeValue")
    return Code(text, kind, remarks=tuple(remarks))


def _has_bakong_account(text: str) -> bool:
    tree = complete_tree(text)
    assert tree is not None, "its CRC was found right, so it can be read to its end"
    return any(
        child.id == "00" and "@" in child.value
        for item in tree.objects
        if item.id in {"29", "30"}
        for child in item.objects
    )


def _payment(text: str) -> Code | None:
    if not _PAYMENT_CODE.fullmatch(text):
        return None
    remarks = []
    form, parts = "undocumented", {}
    if len(text) == 24:
        form = "main"
        parts = {"cii": text[:6], "bti": text[6:8], "uin": text[8:]}
        if parts["bti"] != "02":
            remarks.append(f"BTI is {parts['bti']}, 02 is that of a code a user presents")
    elif any(pattern.fullmatch(text) for pattern in _LEGACY):
        form = "legacy"
    elif len(text) in _RESERVED:
        form = "reserved"
        remarks.append(f"{len(text)} digits are reserved; codes have 17, 18, 19 or 24")
    else:
        remarks.append(f"{len(text)} digits beginning with {text[:2]} are no documented form")
    found = PaymentCode(text, form, agreement=text[2], routing=text[3:6], **parts)
    return Code(text, CodeKind.PAYMENT_CODE, payment=found, remarks=tuple(remarks))


def _web(text: str, domains: Mapping[str, CodeKind]) -> Code | None:
    parts = _split(text)
    if parts is None:
        return None
    host, path = parts.netloc.lower().partition(":")[0], parts.path
    numbered = _NUMBERED.fullmatch(path)
    url = CodeUrl(host, path, *(numbered.groups() if numbered else ()))
    if host in domains:
        return Code(text, _kind(domains[host]), url=url)
    if _PRIVATE_ORDER.match(path, 1):
        return Code(text, CodeKind.PRIVATE_ORDER_CODE, url=url)
    if path.startswith(_GENERIC):
        objects = _generic_objects(path.removeprefix(_GENERIC))
        remarks = () if objects else ("what follows /MPM/3/ is not of the GPLD standard",)
        return Code(text, CodeKind.MPM_GENERIC, url=url, objects=objects, remarks=remarks)
    kind = CodeKind.ALIPAY_URL if host == _ALIPAY_HOST else CodeKind.URL
    return Code(text, kind, url=url)


def _kind(given: CodeKind) -> CodeKind:
    try:
        return CodeKind(given)
    except ValueError:
        raise KhqrError(f"domains name {quote(str(given))}, which is no CodeKind") from None


def _split(text: str) -> SplitResult | None:
    """Return the parts of a plain HTTPS URL: printable ASCII, a host name, no user before it."""
    if text[:8].lower() != "https://" or not _URL_TEXT.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        plain = parts.port is None or parts.port > 0
    except ValueError:
        return None
    host = parts.netloc.lower().partition(":")[0]
    plain = plain and "@" not in parts.netloc and "\\" not in text
    return parts if plain and len(host) <= _MAX_HOST and _HOST.fullmatch(host) else None


def _generic_objects(tail: str) -> tuple[GenericObject, ...]:
    """Return the objects behind ``GPLD`` and three digits of length, or none if it is not so."""
    data = unquote_to_bytes(tail)
    try:
        text = base64.b64decode(data + b"=" * (-len(data) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ()
    length, body = text[4:7], text[7:]
    if text[:4] != "GPLD" or not re.fullmatch("[0-9]{3}", length) or int(length) != len(body):
        return ()
    objects = []
    while body:
        if len(body) < 7 or not re.fullmatch("[0-9]{3}", body[4:7]):
            return ()
        end = 7 + int(body[4:7])
        if end > len(body):
            return ()
        objects.append(GenericObject(body[:4], body[7:end]))
        body = body[end:]
    return tuple(objects)
