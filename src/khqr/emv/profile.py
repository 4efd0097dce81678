"""How strictly, and against which dictionary, a payload is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import Finding, Severity
from .dictionary import ROOT, Dictionary
from .units import LengthUnit

__all__ = ["EMVCO", "Profile"]

Relaxation = Callable[[Finding, str], Severity | None]
"""From a finding, and the value it is about, to the severity a profile gives it, None to drop it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A set of rules with a name; a scheme's profile is EMVCo's with some rules relaxed.

    Attributes:
        name: what `khqr.check` is given.
        dictionary: the objects that are known, and which of them are templates.
        units: what a length may count, in the order that is tried.
        exponents: decimals of a currency (by number) where practice departs from ISO 4217.
        severities: by finding code, what the profile makes of it.
        presence: by ID, how grave it is that an object is absent from the root, None where it
            is not; every other ID is as grave as the dictionary says (R16).
        source: where the profile departs from EMVCo, by whose word.
    """

    name: str
    dictionary: Dictionary = ROOT
    units: tuple[LengthUnit, ...] = (LengthUnit.CODE_POINT,)
    exponents: Mapping[str, int] = field(default_factory=dict)
    severities: Mapping[str, Relaxation] = field(default_factory=dict)
    presence: Mapping[str, Severity | None] = field(default_factory=dict)
    source: str = ""

    def judged(self, finding: Finding, value: str) -> Finding | None:
        """Return ``finding`` about ``value`` as this profile sees it, None where it is none."""
        relaxation = self.severities.get(finding.code)
        if relaxation is None:
            return finding
        severity = relaxation(finding, value)
        if severity is None or severity is finding.severity:
            return None if severity is None else finding
        return replace(finding, severity=severity)


EMVCO = Profile(name="emvco")
"""EMVCo MPM 1.0 to the letter, with 62.10 and 62.11 as in 1.1."""
