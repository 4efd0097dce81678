"""A ``com.alipay`` merchant account template in a KHQR: put in, found, and taken out again.

An extension of this library, off unless called for: no programme is known to accept it, and none
was seen inside a KHQR. The official SDK still verifies and decodes a code that carries one. The
md5 changes with it, and with the md5 the key by which Bakong finds the payment.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from ..codec import decode, md5
from ..codec.decoder import source_tree
from ..emv.crc import checksum
from ..emv.limits import MAX_LENGTH
from ..emv.payload import Payload
from ..emv.source import payload_text
from ..emv.tlv import write_object
from ..emv.tree import DataObject
from ..errors import DecodeError, quote
from .codes import MAX_CODE_VALUE, classify_code
from .results import InvalidCode, Unmappable, because

__all__ = [
    "GUID",
    "MAX_URL",
    "TEMPLATE_TAGS",
    "AlipayTemplate",
    "Embedded",
    "Extracted",
    "embed",
    "extract",
    "find_template",
]

GUID = "com.alipay"
"""The identifier in sub-object 00; no other of Alipay's was found in any public code."""

_GUID_OBJECT = write_object("00", GUID)
MAX_URL = MAX_LENGTH - len(_GUID_OBJECT) - 4
"""The longest URL, in characters: what 99 leave beside the GUID, as an Indonesian code has it."""

_TAKEN = {"29": "KHQR", "30": "KHQR", "39": "ACLEDA", "40": "ABA"}
TEMPLATE_TAGS = frozenset(f"{number}" for number in range(26, 52)) - _TAKEN.keys()
"""Where the template may be written: 26 to 28, 31 to 38, 41 to 51."""

_READ = frozenset(f"{number}" for number in (*range(26, 52), *range(80, 99)))
"""Where it is looked for: merchant account information, and the unreserved templates."""


@dataclass(frozen=True, slots=True)
class AlipayTemplate:
    """A ``com.alipay`` template as it stands in a code.

    Attributes:
        tag: the object it stands in, two digits.
        url: sub-object 01 where it is an HTTPS URL, else None.
        flag: sub-object 01 where it is anything else, such as ``Y``, else None.
        others: the other sub-objects behind the GUID, as id and value, in their order.
        text: the whole object as written, header included.
    """

    tag: str
    url: str | None
    flag: str | None
    others: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """A KHQR with the template, and what changed with it.

    Attributes:
        payload: the new text.
        md5: the key of the new text. Whoever asks Bakong about a payment needs the md5 of the
            text that was shown.
        plain: the text before.
        plain_md5: the key of the text before.
        warning: that the md5 changed, in words.
    """

    payload: str
    md5: str
    plain: str
    plain_md5: str
    warning: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was taken out, and the code without it.

    Attributes:
        payload: the text without the template, its CRC made right.
        md5: the key of that text.
        template: what was taken out.
    """

    payload: str
    md5: str
    template: AlipayTemplate


def embed(payload: str | bytes, url: str, *, tag: str = "26") -> Embedded:
    """Put a ``com.alipay`` template into a KHQR; all the rest stays, byte for byte, but the CRC.

    Args:
        payload: a KHQR with a right CRC.
        url: an HTTPS URL in ASCII, at most 81 characters.
        tag: the object to write, 26 to 28, 31 to 38 or 41 to 51; it goes to its numeric place.

    Raises:
        InvalidCode: if `khqr.decode` refuses the payload.
        Unmappable: for a tag that is forbidden or taken, a URL that does not fit, a code that has
            such a template already, and a text that would pass 512 characters.
        TypeError: for a wrong Python type.

    Source: this library's choice; the length of the URL follows from an observed code.

    >>> plain = ("00020101021129180014demo_user@devb5204599953031165802KH"
    ...          "5909Demo User6010Phnom Penh6304119A")
    >>> embedded = embed(plain, "https://qr.example.com/1")
    >>> embedded.payload[12:58]
    '26420010com.alipay0124https://qr.example.com/1'
    >>> extract(embedded.payload).payload == plain
    True
    """
    text = _text(payload)
    source = _khqr(text)
    _refuse_place(source, tag)
    _refuse_url(url)
    changed = source.replace(tag, _GUID_OBJECT + write_object("01", url))
    result = _in_case_of(source["63"], str(changed))
    if len(result) > MAX_CODE_VALUE:
        raise Unmappable(
            f"the code would have {len(result)} characters, a codeValue holds {MAX_CODE_VALUE}; "
            "use a shorter URL"
        )
    key, plain_key = md5(result), md5(text)
    warning = (
        f"the md5 changed from {plain_key} to {key}: Bakong finds the payment by the md5 of the "
        "text that was shown"
    )
    return Embedded(result, key, text, plain_key, warning)


def extract(payload: str | bytes, *, plain_md5: str | None = None) -> Extracted:
    """Take the ``com.alipay`` template out of a code; all the rest stays, but the CRC.

    The CRC is written in the case of the letters that are there. Where there are none, it cannot
    be seen whether the code had lower-case letters before; ``plain_md5`` then tells.

    Args:
        payload: any EMVCo code with a right CRC and exactly one such template.
        plain_md5: the md5 that the code had before, if the very same text must come back.

    Raises:
        InvalidCode: if the payload cannot be read, has no such template or two, or cannot be the
            one with the given md5.
        TypeError: for a wrong Python type.
    """
    if plain_md5 is not None and not isinstance(plain_md5, str):
        raise TypeError(f"plain_md5 is str, not {type(plain_md5).__name__}")
    text = _text(payload)
    source = _readable(text)
    template = _template(source)
    if template is None:
        raise InvalidCode(f"the code has no template with the GUID {GUID}")
    plain = _in_case_of(source["63"], str(source.remove(template.tag)))
    if plain_md5 is not None:
        plain = _with_md5(plain, plain_md5.lower())
    return Extracted(plain, md5(plain), template)


def find_template(payload: str | bytes) -> AlipayTemplate | None:
    """Return the ``com.alipay`` template of any EMVCo code, or None.

    It is known by its GUID in objects 26 to 51 and 80 to 98, in any case of letters.

    Raises:
        InvalidCode: if the payload cannot be read, or has two such templates: they could name two
            payees.
        TypeError: for a wrong Python type.

    >>> find_template("0002016304AAE6") is None
    True
    """
    return _template(_readable(_text(payload)))


def _text(payload: str | bytes) -> str:
    try:
        return payload_text(payload)
    except DecodeError as problem:
        raise InvalidCode(f"the text is no payload: {because(problem)}") from problem


def _khqr(text: str) -> Payload:
    try:
        decode(text)
    except DecodeError as problem:
        raise InvalidCode(f"the text is no KHQR: {because(problem)}") from problem
    return _readable(text)


def _readable(text: str) -> Payload:
    try:
        return Payload(text, source_tree(text))
    except DecodeError as problem:
        raise InvalidCode(
            f"the text is no payload with a right CRC: {because(problem)}"
        ) from problem


def _is_alipay(item: DataObject) -> bool:
    return item.id in _READ and any(
        child.id == "00" and child.value.isascii() and child.value.lower() == GUID
        for child in item.objects
    )


def _template(source: Payload) -> AlipayTemplate | None:
    found = [item for item in source if _is_alipay(item)]
    if not found:
        return None
    tags = [item.id for item in found]
    if len(found) > 1 or sum(item.id == tags[0] for item in source) > 1:
        raise InvalidCode(f"the template {GUID} is ambiguous: it stands in {' and '.join(tags)}")
    (item,) = found
    ids = [child.id for child in item.objects]
    if item.fault is not None or ids[0] != "00" or len(set(ids)) < len(ids):
        raise InvalidCode(f"the template {GUID} in object {item.id} cannot be read in one way")
    values = {child.id: child.value for child in item.objects}
    main = values.get("01")
    url = main if main is not None and classify_code(main).url is not None else None
    return AlipayTemplate(
        tag=item.id,
        url=url,
        flag=None if url is not None else main,
        others=tuple((name, value) for name, value in values.items() if name not in {"00", "01"}),
        text=str(source)[item.offset : item.end],
    )


def _refuse_place(source: Payload, tag: str) -> None:
    if not isinstance(tag, str):
        raise TypeError(f"tag is two digits of text, not {type(tag).__name__}")
    if tag not in TEMPLATE_TAGS:
        owner = f", which is {_TAKEN[tag]}'s" if tag in _TAKEN else ""
        raise Unmappable(f"tag is {quote(tag)}{owner}; write 26 to 28, 31 to 38, or 41 to 51")
    if any(item.id == tag for item in source):
        raise Unmappable(f"object {tag} is taken; name another tag, it is never moved for you")
    held = [item.id for item in source if _is_alipay(item)]
    if held:
        raise Unmappable(f"the code has a template {GUID} in object {held[0]} already")


def _refuse_url(url: str) -> None:
    if not isinstance(url, str):
        raise TypeError(f"url is str, not {type(url).__name__}")
    if len(url) > MAX_URL:
        raise Unmappable(f"the URL has {len(url)} characters, at most {MAX_URL} fit")
    if classify_code(url).url is None:
        raise Unmappable(f"the URL is {quote(url)}, expected https:// and a host, in ASCII")


def _in_case_of(crc: str, text: str) -> str:
    """Return ``text`` with its CRC in small letters if ``crc`` has them."""
    return text[:-4] + text[-4:].lower() if crc != crc.upper() else text


def _with_md5(text: str, key: str) -> str:
    """Return ``text`` with the letters of its CRC in the case that leads to the md5 ``key``."""
    crc = checksum(text[:-4])
    for letters in product(*({letter, letter.lower()} for letter in crc)):
        candidate = text[:-4] + "".join(letters)
        if md5(candidate) == key:
            return candidate
    raise InvalidCode(f"without the template it is not the code with the md5 {quote(key)}")
