"""What can be wrong with a code, and how it is said.

Everything that leaves the library on bad input is a `KhqrError`; what exactly
is wrong stands in its `Finding` values, which `khqr.check` also returns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "DecodeError",
    "EncodeError",
    "Finding",
    "KhqrError",
    "MissingDependency",
    "ObjectMissing",
    "ScanError",
    "Severity",
    "quote",
]


class Severity(StrEnum):
    """How grave a finding is: an error breaks a rule, a warning only departs from good practice.

    >>> Severity.ERROR == "error"
    True
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a rule has to say about a code.

    Attributes:
        code: stable identifier of the rule, such as ``crc.mismatch``.
        severity: `Severity.ERROR` or `Severity.WARNING`.
        path: dotted path of the data object (``62.01``), empty for the payload as a whole.
        offset: 0-based position in characters, counted from the start of the text that was given.
        byte_offset: the same position in UTF-8 bytes.
        message: what was found, and what was expected.
        clause: where the rule stands, such as ``EMVCo MPM 1.0 §4.7.3.1``.
        hint: what to do about it, or an empty text.
        nbc_code: the error number of the official SDK, or None where it has none.

    >>> print(Finding(code="crc.mismatch", severity=Severity.ERROR, path="63", offset=70,
    ...               message="CRC is 0000, expected 119A"))
    error   63 @70  crc.mismatch: CRC is 0000, expected 119A
    """

    code: str
    severity: Severity
    path: str
    offset: int
    message: str
    byte_offset: int = 0
    clause: str = ""
    hint: str = ""
    nbc_code: int | None = None

    def __str__(self) -> str:
        number = "" if self.nbc_code is None else f" [NBC {self.nbc_code}]"
        hint = f" ({self.hint})" if self.hint else ""
        where = self.path or "payload"
        return (
            f"{self.severity.value:7} {where} @{self.offset}  "
            f"{self.code}{number}: {self.message}{hint}"
        )


class KhqrError(ValueError):
    """The root of every exception that the library raises on bad input.

    >>> issubclass(DecodeError, KhqrError) and issubclass(KhqrError, ValueError)
    True
    """


_SHOWN = 20
"""How many findings the message of an exception lists."""


class _FindingsError(KhqrError):
    """An error that knows every finding behind it."""

    findings: tuple[Finding, ...]

    def __init__(self, summary: str, findings: Iterable[Finding] = ()) -> None:
        self.summary = summary
        self.findings = tuple(findings)
        shown = [str(finding) for finding in self.findings[:_SHOWN]]
        if len(self.findings) > _SHOWN:
            shown.append(f"and {len(self.findings) - _SHOWN} more, all in .findings")
        super().__init__("\n  ".join([summary, *shown]))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.summary, self.findings)


class DecodeError(_FindingsError):
    """A text is not a payload, or not one that may be acted on; see ``findings``.

    >>> DecodeError("the payload is empty").findings
    ()
    """


class EncodeError(_FindingsError):
    """A value cannot be written as a payload; ``findings`` holds every reason at once.

    >>> str(EncodeError("the code cannot be encoded"))
    'the code cannot be encoded'
    """


class ObjectMissing(KhqrError, KeyError):  # noqa: N818 - says what it is, as the others do
    """A payload has no object at the path that was asked for; also a `KeyError`.

    >>> str(ObjectMissing("the payload has no object 62.01"))
    'the payload has no object 62.01'
    """

    __str__ = Exception.__str__


class ScanError(KhqrError):
    """An image does not give exactly what was asked for.

    ``reason`` is one of ``no-symbol``, ``not-khqr``, ``several``, ``unreadable-image``
    and ``too-large``.

    >>> ScanError("no-symbol", "no QR symbol was found").reason
    'no-symbol'
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.reason, str(self))


class MissingDependency(KhqrError):  # noqa: N818 - the name is part of the public face
    """A part of the library needs a package or a system library that is not installed.

    ``install`` is the command that cures it.

    >>> error = MissingDependency("segno", needed_for="QR symbols", extra="image")
    >>> print(error)
    segno is needed for QR symbols and is not installed; run: pip install "khqr[image]"
    """

    def __init__(self, name: str, needed_for: str, extra: str, install: str | None = None) -> None:
        self.name = name
        self.needed_for = needed_for
        self.extra = extra
        self.install = install or f'pip install "khqr[{extra}]"'
        super().__init__(
            f"{name} is needed for {needed_for} and is not installed; run: {self.install}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.name, self.needed_for, self.extra, self.install)


def quote(text: str, limit: int = 40) -> str:
    r"""Return text for a message: printable, and never longer than a line.

    >>> quote("a\tb"), quote("x" * 50, limit=8)
    ("'a\\tb'", "'xxxxxxxx…'")
    """
    shown = text if len(text) <= limit else text[:limit] + "…"
    return repr(shown)
