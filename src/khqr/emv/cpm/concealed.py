"""What may be shown of card data: enough to tell two cards apart, never enough to use one."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Concealed", "shown_bytes", "shown_text"]

_LAST = 4
"""How many digits of a number are shown, at its end, as receipts show them."""

_LONG_RUN = re.compile(r"[0-9]{9,}")


@dataclass(frozen=True, slots=True, repr=False)
class Concealed:
    """A text that is card data: ``repr``, ``str`` and formatting show it masked.

    >>> number = Concealed("1234567890123458", last=True)
    >>> number, f"{number}", number.reveal()
    (<************3458>, '************3458', '1234567890123458')
    >>> Concealed("DEMO/CARDHOLDER")
    <***************>
    """

    _text: str
    last: bool = False

    def reveal(self) -> str:
        """Return the text in clear; whoever calls this keeps it out of logs."""
        return self._text

    def __str__(self) -> str:
        shown = self._text[-_LAST:] if self.last and len(self._text) >= 2 * _LAST else ""
        return "*" * (len(self._text) - len(shown)) + shown

    def __repr__(self) -> str:
        return f"<{self}>"

    def __len__(self) -> int:
        return len(self._text)


def shown_bytes(value: bytes) -> str:
    """Return bytes that are no card data as EMV writes them.

    >>> shown_bytes(bytes.fromhex("A0000000555555"))
    'A0 00 00 00 55 55 55'
    """
    return value.hex(" ").upper()


def shown_text(text: str) -> str:
    """Return a text that should be no card data, and that anybody may have written.

    A run of digits that is long enough to be a number of a card is masked.

    >>> shown_text("Product1"), shown_text("No. 1234567890123458")
    ('Product1', 'No. ************3458')
    """
    return _LONG_RUN.sub(lambda run: str(Concealed(run[0], last=True)), text)
