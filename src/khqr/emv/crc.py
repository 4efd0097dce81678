"""The check sum in object 63: EMVCo MPM 1.0 §4.7.3, ISO/IEC 13239."""

from __future__ import annotations

from binascii import crc_hqx

__all__ = ["checksum", "crc16"]

_INITIAL = 0xFFFF


def crc16(data: bytes) -> int:
    """Return the CRC-16 of ``data``: polynomial 1021, initial FFFF, not reflected, no final XOR.

    >>> f"{crc16(b'123456789'):04X}"
    '29B1'
    """
    return crc_hqx(data, _INITIAL)


def checksum(text: str) -> str:
    """Return the value of object 63 for ``text``, which ends with ``6304``.

    The sum runs over the UTF-8 bytes. Four upper-case hexadecimal digits come back, leading
    zeros kept (EMVCo MPM 1.0 §4.7.3.2).

    >>> checksum("00020101021129180014demo_user@devb5204599953031165802KH"
    ...          "5909Demo User6010Phnom Penh6304")
    '119A'

    Raises:
        UnicodeEncodeError: for a lone surrogate, which UTF-8 cannot hold.
    """
    return f"{crc16(text.encode()):04X}"
