"""A consumer-presented code as it was written, and what its applications say.

Card data is masked in every ``repr`` and ``str``; `Concealed.reveal`, `BerObject.value` and
`khqr.emv.cpm.encode` give it in clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...errors import Finding, KhqrError, Severity
from .ber import BerObject
from .concealed import Concealed, shown_bytes
from .dictionary import COMMON_TEMPLATE, fits, shown, track2_fields

__all__ = ["Application", "ConsumerCode", "Track2"]


@dataclass(frozen=True, slots=True)
class Track2:
    """Track 2 of a card (Table 6.2): what a magnetic stripe says.

    Attributes:
        pan: the number of the card.
        expiry: the last month in which the card is good, as YYMM.
        service_code: three digits.
        discretionary: what the issuer put behind them.
    """

    pan: Concealed
    expiry: Concealed
    service_code: Concealed
    discretionary: Concealed


@dataclass(frozen=True, slots=True, repr=False)
class Application:
    """One way to pay that the code offers: an application template and what is common to all.

    Attributes:
        template: the object 61.
        common: the objects inside 62, which belong to every application.
        findings: what is wrong with this application; one with an error cannot be chosen.
    """

    template: BerObject
    common: tuple[BerObject, ...] = ()
    findings: tuple[Finding, ...] = ()

    def find(self, tag: str) -> bytes | None:
        """Return the value of ``tag``, in clear, from 61 or else from 62; None where it is not."""
        for item in (*self.template.objects, *self.common):
            if item.tag == tag:
                return item.value
        return None

    @property
    def ok(self) -> bool:
        """Whether the application can be chosen."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def adf_name(self) -> bytes:
        """The name of the application on the card, which begins with its AID."""
        return self.find("4F") or b""

    @property
    def label(self) -> str | None:
        """The name of the application for people."""
        return self._text("50")

    @property
    def pan(self) -> Concealed | None:
        """The number of the card: object 5A, or else the one in track 2 (Table 6.1)."""
        value = self.find("5A")
        if value is not None:
            digits = value.hex().upper().rstrip("F")
            return Concealed(digits, last=True) if fits("5A", value) else None
        return self.track2.pan if self.track2 else None

    @property
    def track2(self) -> Track2 | None:
        """Object 57, or None where it is absent or not as Table 6.2 asks."""
        value = self.find("57")
        fields = None if value is None or not fits("57", value) else track2_fields(value)
        if fields is None:
            return None
        pan, *others = fields
        return Track2(Concealed(pan, last=True), *map(Concealed, others))

    @property
    def cardholder_name(self) -> Concealed | None:
        """The name of the cardholder."""
        text = self._text("5F20")
        return None if text is None else Concealed(text)

    @property
    def payment_account_reference(self) -> Concealed | None:
        """The reference that stands for the account, whatever the number of the card."""
        text = self._text("9F24")
        return None if text is None else Concealed(text)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the consumer, the dearest first, as two letters each."""
        text = self._text("5F2D") or ""
        return tuple(text[index : index + 2] for index in range(0, len(text), 2))

    @property
    def issuer_url(self) -> str | None:
        """Where the issuer is reached: ``tel:`` or ``mailto:``."""
        return self._text("5F50")

    @property
    def version(self) -> bytes:
        """The version of the application, ``00 10`` where nothing is said (Table 6.1)."""
        return self.find("9F08") or b"\x00\x10"

    @property
    def last_four(self) -> str | None:
        """The last four digits of the number that the consumer knows."""
        return self._digits("9F25")

    @property
    def token_requestor_id(self) -> str | None:
        """Who asked for the token that stands in place of the number."""
        return self._digits("9F19")

    def _text(self, tag: str) -> str | None:
        value = self.find(tag)
        return None if value is None or not fits(tag, value) else value.decode("ascii")

    def _digits(self, tag: str) -> str | None:
        value = self.find(tag)
        return None if value is None or not fits(tag, value) else value.hex()

    def matches(self, aid: bytes) -> bool:
        """Whether ``aid`` is the ADF name or begins it (§5.1.1.4)."""
        return bool(aid) and self.adf_name.startswith(aid)

    def __repr__(self) -> str:
        said = [f"adf_name='{shown_bytes(self.adf_name)}'"]
        for name, tag in _SAID.items():
            value = self.find(tag)
            if value is not None:
                said.append(f"{name}={shown(tag, value)!r}")
        return f"Application({', '.join(said)})"


_SAID = {"label": "50", "pan": "5A", "track2": "57", "cardholder_name": "5F20"}


@dataclass(frozen=True, slots=True, repr=False)
class ConsumerCode:
    """A consumer-presented code: every object in its order, known or not.

    Attributes:
        objects: the objects under the root.
        applications: the applications that a terminal may look at, in their order; an object 61
            without a right ADF name is none (§5.1.1.4).
        findings: what departs from good practice.

    >>> ConsumerCode((BerObject("85", b"CPV01"),))
    ConsumerCode(objects=85, applications=[])
    """

    objects: tuple[BerObject, ...]
    applications: tuple[Application, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[BerObject]:
        return iter(self.objects)

    @property
    def common(self) -> tuple[BerObject, ...]:
        """The objects inside the common data template 62."""
        found = (item for item in self.objects if item.tag == COMMON_TEMPLATE)
        return tuple(child for item in found for child in item.objects)

    def matching(self, aids: Iterable[bytes]) -> tuple[Application, ...]:
        """Return the applications that a terminal with these AIDs supports, in their order.

        With more than one, the setting of the merchant decides (§5.1.1.6).

        Args:
            aids: AIDs of 5 to 16 bytes; one that begins an ADF name matches it.
        """
        known = tuple(aids)
        if not all(isinstance(aid, bytes) for aid in known):
            raise TypeError("an AID is bytes, such as bytes.fromhex('A0000000555555')")
        if not all(5 <= len(aid) <= 16 for aid in known):
            raise KhqrError("an AID has 5 to 16 bytes")
        return tuple(
            application
            for application in self.applications
            if application.ok and any(map(application.matches, known))
        )

    def __repr__(self) -> str:
        tags = " ".join(item.tag for item in self.objects)
        return f"ConsumerCode(objects={tags}, applications={list(self.applications)!r})"
