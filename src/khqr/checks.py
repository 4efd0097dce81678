"""Every finding about a payload at once: `check`, and the profile of KHQR."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import overload

from .emv.profile import EMVCO
from .emv.rules import Reading, examine, read
from .emv.source import payload_text
from .errors import DecodeError, Finding, KhqrError, Severity, quote
from .model import aware_moment
from .numbers import numbered
from .rules import KHQR_PROFILE, khqr_findings, names_an_account

__all__ = ["Report", "check", "profile_names"]

_OWN = frozenset({"auto", EMVCO.name, KHQR_PROFILE.name})
"""What is judged without the tables of the schemes, which are loaded on first use."""


def profile_names() -> tuple[str, ...]:
    """Return the profiles that `check` can be given: EMVCo's, KHQR's, one for each scheme.

    >>> profile_names()[:3]
    ('emvco', 'khqr', 'thaiqr')
    """
    from .schemes.registry import BY_NAME

    return tuple(dict.fromkeys((EMVCO.name, KHQR_PROFILE.name, *BY_NAME)))


class Report(Sequence[Finding]):
    """Every finding about a payload, in payload order.

    >>> report = check("000201")
    >>> report.ok, len(report.errors), report.errors[0].code
    (False, 7, 'root.missing')
    """

    __slots__ = ("findings", "profile")

    def __init__(self, findings: Sequence[Finding], profile: str) -> None:
        self.findings = tuple(findings)
        self.profile = profile

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that break a rule."""
        return tuple(item for item in self.findings if item.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that only depart from good practice."""
        return tuple(item for item in self.findings if item.severity is Severity.WARNING)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        """Always true, as ``if report:`` could mean its opposite; ask for ``report.ok``."""
        return True

    def __repr__(self) -> str:
        return f"Report({list(self.findings)!r}, profile={self.profile!r})"

    def __str__(self) -> str:
        if not self.findings:
            return f"no findings (profile {self.profile})"
        count = f"{len(self.errors)} error(s), {len(self.warnings)} warning(s)"
        lines = [f"{count} (profile {self.profile})", *(f"  {item}" for item in self.findings)]
        return "\n".join(lines)


def check(
    payload: str | bytes,
    *,
    profile: str = "auto",
    lenient: bool = False,
    at: datetime | None = None,
) -> Report:
    """Return every finding about a payload, errors and warnings, in payload order.

    Args:
        payload: the text of a code, or its UTF-8 bytes; any content is judged, none raises.
        profile: ``emvco`` for EMVCo MPM 1.0 to the letter, ``khqr`` for what Cambodia's readers
            ask for, the name of another scheme of `khqr.schemes` for what that one asks for,
            ``auto`` to choose by the code.
        lenient: forgive white space and a BOM around the payload, with a warning.
        at: the moment at which expiry is judged, an aware `datetime`; by default it is not.

    Raises:
        TypeError: for anything but text and bytes.
        KhqrError: for an unknown profile.

    Source: EMVCo MPM 1.0; bakong-khqr 1.0.20 for the numbers in ``nbc_code``.

    >>> print(check("00020101021129180014demo_user@devb5204599953031165802KH"
    ...             "5909Demo User6010Phnom Penh6304119a"))
    0 error(s), 1 warning(s) (profile khqr)
      warning 63 @86  crc.lower-case: CRC is 119a, usually written 119A
    """
    if profile not in _OWN and profile not in profile_names():
        known = ", ".join(["auto", *profile_names()])
        raise KhqrError(f"profile is {quote(profile)}, expected one of {known}")
    moment = aware_moment("at", at)
    try:
        text = payload_text(payload)
    except DecodeError as error:
        return Report(error.findings, EMVCO.name if profile == "auto" else profile)
    reading = read(text, KHQR_PROFILE, lenient=lenient)
    name = _profile_of(reading) if profile == "auto" else profile
    if name == KHQR_PROFILE.name:
        findings = _khqr_findings(reading, moment)
    elif name == EMVCO.name:
        findings = _emvco_findings(read(text, EMVCO, lenient=lenient))
    else:
        findings = _scheme_findings(text, name, lenient=lenient)
    findings.sort(key=lambda finding: finding.offset)
    return Report(findings, name)


def _profile_of(reading: Reading) -> str:
    """Return the profile by which a code asks to be judged: that of whoever it belongs to."""
    if names_an_account(reading):
        return KHQR_PROFILE.name
    from .schemes.recognise import host_of, recognise, recognised_text

    link = recognised_text(reading.text[reading.start : reading.stop])
    if link is not None:
        return link[0].name
    country = reading.value("58")
    host = host_of(recognise(reading.tree.objects), country)
    if host is not None:
        return host.name
    return KHQR_PROFILE.name if country == "KH" else EMVCO.name


def _scheme_findings(text: str, name: str, *, lenient: bool) -> list[Finding]:
    from .schemes.judge import judge
    from .schemes.registry import BY_NAME

    return judge(text, BY_NAME[name], lenient=lenient)


def _emvco_findings(reading: Reading) -> list[Finding]:
    return _slip(reading) or list(examine(reading, EMVCO))


def _khqr_findings(reading: Reading, moment: datetime | None) -> list[Finding]:
    slip = _slip(reading)
    if slip:
        return slip
    findings = [numbered(finding, reading) for finding in examine(reading, KHQR_PROFILE)]
    return [*findings, *khqr_findings(reading, moment)]


def _slip(reading: Reading) -> list[Finding]:
    """Return the only finding about a text that is no code to pay, or none."""
    objects = reading.tree.objects
    if not objects or objects[-1].id != "91":
        return []
    from .schemes.judge import not_a_payment
    from .schemes.thai_slip import is_slip

    return [not_a_payment(reading)] if is_slip(objects) else []
