"""File names that are safe everywhere, the same each time, and never the same for two rows.

A merchant chooses its name, so a name is hostile: it may hold a path, a name that Windows keeps
for a device, or 300 characters. What cannot stand in a file name is replaced, and the name then
ends with a hash of what it was, so that two names which become alike stay apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from hashlib import blake2b

from ..errors import KhqrError, quote

__all__ = ["DEFAULT_NAME", "Naming", "safe_name"]

DEFAULT_NAME = "{line:06d}-{bakong_account_id}"

MAX_NAME = 120
"""The longest name without its suffix, in UTF-8 bytes; file systems take 143 and more."""

_PART = re.compile(r"\{(?P<name>[^{}:]*)(?::(?P<width>0?[0-9]{1,2})d?)?\}")
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?=$|[ .])", re.I)
_KEPT = frozenset(" -._@+,=()&'")
_MARK = "~"


def safe_name(text: str) -> str:
    """Return ``text`` as the name of a file, without a suffix.

    Letters, marks and digits of every script stay, and a space and ``-._@+,=()&'`` between them.
    The rest becomes an underscore. A name that had to be changed ends with a hash of its text.

    >>> safe_name("000012-demo_user@devb"), safe_name("ហាងសាកល្បង")
    ('000012-demo_user@devb', 'ហាងសាកល្បង')
    >>> safe_name("../../etc/passwd"), safe_name("aux")
    ('_._.._etc_passwd~3fe5b8a45dc8', '_aux~162b52284ad4')
    """
    name = "".join(
        character if character in _KEPT or unicodedata.category(character)[0] in "LMN" else "_"
        for character in unicodedata.normalize("NFC", text)
    )
    if not name or name[0] in " .-":
        name = "_" + name[1:]
    if name[-1] in " .":
        name = name[:-1] + "_"
    if _DEVICES.match(name):
        name = "_" + name
    if len(name.encode()) <= MAX_NAME and name == text:
        return name
    mark = _MARK + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return name.encode()[: MAX_NAME - len(mark)].decode(errors="ignore") + mark


class Naming:
    """The names of the files of one run, from a template.

    Args:
        template: text with ``{line}`` or ``{line:06d}``, ``{md5}``, and columns in braces, such
            as ``{merchant_id}``.
        columns: the columns there are.

    Raises:
        KhqrError: for a template that asks for anything else.

    >>> naming = Naming("{merchant_id}-{line:03d}", {"merchant_id"})
    >>> naming.of(7, {"merchant_id": "000123"}.get), naming.of(8, {}.get)
    ('000123-007', '-008')
    """

    def __init__(self, template: str, columns: Collection[str]) -> None:
        self._template = template
        rest = _PART.sub("", template)
        if "{" in rest or "}" in rest:
            raise KhqrError(
                f"name is {quote(template, 80)}, expected pairs of braces as in {{line}}"
            )
        if "/" in rest or "\\" in rest:
            raise KhqrError(f"name is {quote(template, 80)}; it names files, and no folders")
        for part in _PART.finditer(template):
            self._check(part["name"], part["width"], columns)
        self._seen: dict[bytes, int] = {}

    def _check(self, name: str, width: str | None, columns: Collection[str]) -> None:
        if name not in columns and name not in {"line", "md5"}:
            listed = ", ".join(sorted({*columns, "line", "md5"}))
            raise KhqrError(f"name asks for {quote(name)}, expected one of {listed}")
        if width is not None and name != "line":
            raise KhqrError(f"name gives {name} a width, which only line can have")

    def of(self, line: int, values: Callable[[str], object]) -> str:
        """Return the name for a row, not yet safe.

        Args:
            line: its line.
            values: gives the value of a column, or None.
        """

        def filled(part: re.Match[str]) -> str:
            if part["name"] == "line":
                return format(line, f"{part['width'] or ''}d")
            value = values(part["name"])
            return "" if value is None else str(value)

        return _PART.sub(filled, self._template)

    def taken_by(self, name: str, line: int) -> int | None:
        """Return the line of an earlier row with the same file, or None, and keep the name.

        Files are the same where a file system does not tell capitals from small letters.
        """
        folded = unicodedata.normalize("NFKC", name).casefold().encode()
        key = blake2b(folded, digest_size=16).digest()
        first = self._seen.get(key)
        if first is None:
            self._seen[key] = line
        return first
