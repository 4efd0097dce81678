"""The rule list that a wallet downloads, and what it says of a scanned text.

What the rules look like is not public. This library takes each for a regular expression that the
whole text must match. A downloaded expression is hostile until shown harmless: it runs in RE2,
whose time grows with the text and not faster, and in bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ..errors import MissingDependency, quote
from ..model import aware_moment
from .codes import MAX_CODE, classify_code
from .results import MessageError

__all__ = ["CodeAction", "CodeRule", "CodeRules"]

_MAX_RULES = 256
_MAX_PATTERN = 1024
_MAX_MEMORY = 256 * 1024
"""What one expression may take in RE2, in bytes."""

_MAX_VERSION = 16
_REFRESH = timedelta(days=1)


class CodeAction(StrEnum):
    """What a wallet does with a text that it scanned.

    >>> CodeAction.DECODE.value
    'DECODE'
    """

    DECODE = "DECODE"
    OPEN_URL = "OPEN_URL"


@dataclass(frozen=True, slots=True)
class CodeRule:
    """One rule: an expression for whole texts, in the syntax of RE2, and what to do with them."""

    pattern: str
    action: CodeAction = CodeAction.DECODE


@dataclass(frozen=True, slots=True)
class CodeRules:
    """A versioned list of rules, which decides on the first that matches.

    Args:
        version: as ``inquiryCodeRules`` gave it, 1 to 16 characters.
        rules: `CodeRule` values, or plain expressions, which mean ``DECODE``; at most 256, each
            of at most 1024 characters. The list is taken whole or refused.
        fetched_at: when it was downloaded, an aware `datetime`.
        local: the wallet's own rules, which go before the downloaded ones.

    Raises:
        MessageError: with everything that is wrong with the list; keep the old one then.
        EncodeError: if ``fetched_at`` has no time zone.
        MissingDependency: if google-re2 is not installed.

    Source: Alipay+ developer documentation for the list, its version and the daily refresh; the
    reading of a rule as an expression is this library's choice.

    >>> from datetime import UTC
    >>> rules = CodeRules("7", ["https://qr[.]example[.]com/.*"], datetime(2026, 11, 1, tzinfo=UTC))
    >>> rules.decide("https://qr.example.com/281000041234"), rules.decide("https://example.com/")
    (<CodeAction.DECODE: 'DECODE'>, None)
    """

    version: str
    rules: Iterable[CodeRule | str]
    fetched_at: datetime
    local: Iterable[CodeRule | str] = ()
    _compiled: tuple[tuple[Any, CodeAction], ...] = field(
        default=(), init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.fetched_at is None:
            raise TypeError("fetched_at is an aware datetime, not None")
        listed, local = _rules("rules", self.rules), _rules("local", self.local)
        problems = []
        if not isinstance(self.version, str) or not 0 < len(self.version) <= _MAX_VERSION:
            problems.append(f"version is not 1 to {_MAX_VERSION} characters")
        aware_moment("fetched_at", self.fetched_at)
        if len(listed) + len(local) > _MAX_RULES:
            problems.append(f"{len(listed) + len(local)} rules, at most {_MAX_RULES} are taken")
        compiled = [] if problems else [_compile(rule, problems) for rule in (*local, *listed)]
        if problems:
            raise MessageError(problems)
        object.__setattr__(self, "rules", listed)
        object.__setattr__(self, "local", local)
        object.__setattr__(self, "_compiled", tuple(compiled))

    def decide(self, text: str) -> CodeAction | None:
        """Return what to do with a text, or None if no rule knows it.

        ``OPEN_URL`` is given for plain HTTPS URLs alone, whatever a rule says.

        Args:
            text: what was scanned; one of more than 8192 characters is unknown.
        """
        if not isinstance(text, str):
            raise TypeError(f"a code is text, not {type(text).__name__}")
        if len(text) > MAX_CODE:
            return None
        try:
            data = text.encode()
        except UnicodeEncodeError:
            return None
        for expression, action in self._compiled:
            if expression.fullmatch(data):
                opens = action is CodeAction.OPEN_URL
                return None if opens and not _is_url(text) else action
        return None

    def is_stale(self, at: datetime) -> bool:
        """Whether the list is to be asked for again: after a day, as the documentation says.

        >>> from datetime import UTC
        >>> day = datetime(2026, 11, 1, tzinfo=UTC)
        >>> CodeRules("7", [], day).is_stale(day + timedelta(days=1))
        True
        """
        aware_moment("at", at)
        return at - self.fetched_at >= _REFRESH


def _rules(name: str, given: Iterable[CodeRule | str]) -> tuple[CodeRule, ...]:
    if isinstance(given, (str, bytes)):
        raise TypeError(f"{name} is a list of rules, not one {type(given).__name__}")
    return tuple(map(_rule, given))


def _rule(rule: CodeRule | str) -> CodeRule:
    if isinstance(rule, str):
        rule = CodeRule(rule)
    if not isinstance(rule, CodeRule) or not isinstance(rule.pattern, str):
        raise TypeError(f"a rule is a CodeRule or a text, not {type(rule).__name__}")
    return rule


def _is_url(text: str) -> bool:
    return classify_code(text).url is not None


def _compile(rule: CodeRule, problems: list[str]) -> tuple[Any, CodeAction]:
    try:
        import re2
    except ImportError:
        raise MissingDependency(
            "google-re2", needed_for="downloaded code rules", extra="alipayplus"
        ) from None
    if rule.action not in set(CodeAction):
        problems.append(f"action {quote(str(rule.action))} is not DECODE or OPEN_URL")
        return None, CodeAction.DECODE
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    if not 0 < len(rule.pattern) <= _MAX_PATTERN:
        problems.append(f"rule {quote(rule.pattern)} is not 1 to {_MAX_PATTERN} characters")
        return None, rule.action
    try:
        return re2.compile(rule.pattern.encode(), options), CodeAction(rule.action)
    except (re2.error, UnicodeEncodeError) as problem:
        problems.append(f"rule {quote(rule.pattern)} is no expression of RE2: {problem}")
        return None, rule.action
