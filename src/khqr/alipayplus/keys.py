"""RSA keys for the signatures of Alipay+: 2048 bits or more, and never printed.

The only place where the package ``cryptography`` enters, from the extra ``alipayplus``.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from ..errors import KhqrError, MissingDependency

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["PrivateKey", "PublicKey", "load_private_key", "load_public_key"]

_LEAST_BITS = 2048
_MAX_KEY = 16_384
"""The largest key that is read, in bytes of PEM or base64."""


class PublicKey:
    """The key of the other side, which tells whether it signed something.

    >>> import khqr.alipayplus.keys as keys
    >>> keys.load_public_key(b"no key")
    Traceback (most recent call last):
    khqr.errors.KhqrError: the public key cannot be read: it is neither PEM nor base64 of DER
    """

    __slots__ = ("_key",)

    def __init__(self, key: rsa.RSAPublicKey) -> None:
        self._key = key

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether ``signature`` was made over ``data`` with the private key of this one."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(signature, data, *_scheme())
        except InvalidSignature:
            return False
        return True

    def signed_digest(self, signature: bytes) -> bytes | None:
        """Return the SHA-256 that was signed, or None if another key signed."""
        from cryptography.exceptions import InvalidSignature

        try:
            return self._key.recover_data_from_signature(signature, *_scheme())
        except InvalidSignature:
            return None

    def __repr__(self) -> str:
        return f"PublicKey({self._key.key_size} bits)"


class PrivateKey:
    """One's own key, which signs; its repr shows nothing of it, and it cannot be pickled."""

    __slots__ = ("_key",)

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data``: RSASSA-PKCS1-v1_5 with SHA-256."""
        return self._key.sign(data, *_scheme())

    def public_key(self) -> PublicKey:
        """Return the key that the other side needs."""
        return PublicKey(self._key.public_key())

    def __repr__(self) -> str:
        return f"PrivateKey({self._key.key_size} bits)"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a private key is not pickled")


def _scheme() -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.hashes import SHA256

    return padding.PKCS1v15(), SHA256()


def load_private_key(data: bytes | str, *, password: bytes | None = None) -> PrivateKey:
    """Return the private key of a PEM file, or of the bare base64 of its DER.

    Args:
        data: PKCS#8 or PKCS#1; what Ant's console shows is PKCS#8 in base64.
        password: for a key that is encrypted.

    Raises:
        KhqrError: if it is no RSA key of 2048 bits or more. Nothing of the key is said.
        MissingDependency: if cryptography is not installed.
        TypeError: for a wrong Python type.
    """
    serialization, rsa = _library()
    key = _loaded(
        data,
        "private",
        lambda pem: serialization.load_pem_private_key(pem, password),
        lambda der: serialization.load_der_private_key(der, password),
    )
    _refuse_weak(key, rsa.RSAPrivateKey, "private")
    return PrivateKey(key)


def load_public_key(data: bytes | str) -> PublicKey:
    """Return the public key of a PEM file, or of the bare base64 of its DER.

    Raises:
        KhqrError: if it is no RSA key of 2048 bits or more.
        MissingDependency: if cryptography is not installed.
        TypeError: for a wrong Python type.
    """
    serialization, rsa = _library()
    key = _loaded(
        data, "public", serialization.load_pem_public_key, serialization.load_der_public_key
    )
    _refuse_weak(key, rsa.RSAPublicKey, "public")
    return PublicKey(key)


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
    except ImportError:
        raise MissingDependency(
            "cryptography", needed_for="signatures of Alipay+", extra="alipayplus"
        ) from None
    return serialization, rsa


def _loaded(data: bytes | str, kind: str, from_pem: Any, from_der: Any) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm

    if not isinstance(data, (bytes, str)):
        raise TypeError(f"a key is bytes or str, not {type(data).__name__}")
    raw = data.encode() if isinstance(data, str) else data
    problem = "it is neither PEM nor base64 of DER"
    try:
        if len(raw) <= _MAX_KEY and b"-----BEGIN" in raw:
            return from_pem(raw)
        if len(raw) <= _MAX_KEY:
            return from_der(base64.b64decode(b"".join(raw.split()), validate=True))
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        pass  # said below, without the text of the library, which may hold parts of the key
    raise KhqrError(f"the {kind} key cannot be read: {problem}") from None


def _refuse_weak(key: Any, expected: type[Any], kind: str) -> None:
    if not isinstance(key, expected):
        raise KhqrError(f"the {kind} key is {type(key).__name__.lstrip('_')}, expected RSA")
    if key.key_size < _LEAST_BITS:
        raise KhqrError(f"the {kind} key has {key.key_size} bits, at least {_LEAST_BITS} are asked")
