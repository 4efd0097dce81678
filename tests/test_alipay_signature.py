"""Signatures agree with OpenSSL both ways, and fail with any byte that changes."""

from __future__ import annotations

import base64
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

import khqr
from khqr.alipayplus import keys, signature
from khqr.alipayplus.messages import APIS
from khqr.alipayplus.results import InvalidClient, InvalidSignature
from khqr.alipayplus.signature import (
    BodyChanged,
    ClockSkew,
    MalformedSignature,
    Replayed,
    SeenInMemory,
    SignatureHeader,
    UnknownKey,
    WrongKey,
    WrongPath,
    parse_signature,
    sign_request,
    sign_response,
    signed_text,
    verify_request,
    verify_response,
)

AT = datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)
PATH = "/aps/api/v1/payments/userInitiatedPay"
BODY = '{"codeValue":"ហាង"}'.encode()


@cache
def pem(name: str, bits: int = 2048) -> bytes:
    """Return a private key that is made anew for each run; the name tells keys apart."""
    key = rsa.generate_private_key(65537, bits)
    pkcs8 = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption())


@cache
def private(name: str = "one") -> keys.PrivateKey:
    return keys.load_private_key(pem(name))


def public_pem(name: str = "one") -> bytes:
    key = serialization.load_pem_private_key(pem(name), None)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def signed(**changes: Any) -> dict[str, str]:
    options: dict[str, Any] = {"path": PATH, "client_id": "DEMO_CLIENT", "body": BODY, "at": AT}
    return sign_request(private(), **(options | changes))


def verified(headers: Any, **changes: Any) -> datetime:
    options: dict[str, Any] = {
        "path": PATH,
        "client_id": "DEMO_CLIENT",
        "headers": headers,
        "body": BODY,
        "at": AT,
        "seen": None,
    }
    options |= changes
    known = options.pop("keys", {1: private().public_key()})
    return verify_request(known, **options)


def refused(headers: Any, **changes: Any) -> InvalidSignature:
    with pytest.raises(InvalidSignature) as refusal:
        verified(headers, **changes)
    assert (refusal.value.result_code, refusal.value.result_status) == ("INVALID_SIGNATURE", "F")
    return refusal.value


# An independent implementation


def openssl(folder: Path, *args: str) -> bytes:
    done = subprocess.run(["openssl", *args], cwd=folder, capture_output=True, check=False)
    return done.stdout


@pytest.mark.parametrize("body", [b"", b"{}", BODY, bytes(range(256)) * 40])
def test_openssl_accepts_what_is_signed_here(tmp_path: Path, body: bytes) -> None:
    headers = signed(body=body)
    (tmp_path / "key.pem").write_bytes(public_pem())
    time = headers["Request-Time"]
    text = f"POST {PATH}\nDEMO_CLIENT.{time}.".encode() + body
    (tmp_path / "text").write_bytes(text)
    value = headers["Signature"].rpartition("signature=")[2]
    (tmp_path / "sig").write_bytes(base64.b64decode(unquote(value)))
    check = ("dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "text")
    assert openssl(tmp_path, *check) == b"Verified OK\n"
    (tmp_path / "text").write_bytes(text + b" ")
    assert b"Verified OK" not in openssl(tmp_path, *check)


@pytest.mark.parametrize("spelling", ["quoted", "bare", "small", "unpadded"])
def test_what_openssl_signs_is_accepted_here(tmp_path: Path, spelling: str) -> None:
    (tmp_path / "key.pem").write_bytes(pem("one"))
    (tmp_path / "text").write_bytes(
        f"POST {PATH}\nDEMO_CLIENT.2025-06-15T22:06:40+07:00.".encode() + BODY
    )
    made = openssl(tmp_path, "dgst", "-sha256", "-sign", "key.pem", "text")
    value = base64.b64encode(made).decode()
    spelled = {
        "quoted": value.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
        "bare": value,
        "small": value.replace("+", "%2b").replace("/", "%2f").replace("=", "%3d"),
        "unpadded": value.rstrip("="),
    }[spelling]
    headers = {
        "client-id": "DEMO_CLIENT",
        "REQUEST-TIME": "2025-06-15T22:06:40+07:00",
        "signature": f"algorithm=RSA256,keyVersion=1,signature={spelled}",
    }
    assert verified(headers) == AT


# What is signed


def test_the_documented_text() -> None:
    text = signed_text(
        "POST", PATH, "DEMO_CLIENT", "2025-06-15T22:06:40+07:00", b'{"codeValue":"..."}'
    )
    assert text.split(b"\n") == [
        b"POST /aps/api/v1/payments/userInitiatedPay",
        b'DEMO_CLIENT.2025-06-15T22:06:40+07:00.{"codeValue":"..."}',
    ]


def test_headers_of_a_request_and_a_response() -> None:
    headers = signed()
    assert list(headers) == ["Content-Type", "Client-Id", "Request-Time", "Signature"]
    assert headers["Content-Type"] == "application/json; charset=UTF-8"
    assert headers["Request-Time"] == "2025-06-15T22:06:40+07:00"
    assert re.fullmatch(
        "algorithm=RSA256, keyVersion=1, signature=[A-Za-z0-9%]+", headers["Signature"]
    )
    options: Any = {"path": PATH, "client_id": "DEMO_CLIENT", "body": BODY, "at": AT}
    response = sign_response(private(), **options)
    assert list(response) == ["Content-Type", "Client-Id", "Response-Time", "Signature"]
    known = {1: private().public_key()}
    assert verify_response(known, headers=response, **options) == AT
    with pytest.raises(MalformedSignature, match="Response-Time is missing"):
        verify_response(known, headers=headers, **options)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "post"},
        {"method": "POST "},
        {"path": "aps"},
        {"path": "/a\nb"},
        {"path": "/a b"},
        {"client_id": ""},
        {"client_id": "a\nb"},
        {"client_id": "é"},
        {"client_id": "x" * 129},
    ],
)
def test_what_could_be_read_in_two_ways_is_not_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedSignature, match="not of its form"):
        signed(**changes)


# Each way to fail


@pytest.mark.parametrize("separator", ["\ud800", "\n", " ", "\xa0", "\u17b6"])
def test_a_time_of_odd_characters(separator: str) -> None:
    time = signed()["Request-Time"].replace("T", separator)
    assert type(refused(signed() | {"Request-Time": time})) is MalformedSignature


def test_a_good_request() -> None:
    assert verified(signed()) == AT
    assert verified({name.upper(): value for name, value in signed().items()}) == AT
    assert verified(signed(key_version=7), keys={7: private().public_key()}) == AT


def test_another_key() -> None:
    other = {1: private("two").public_key()}
    assert type(refused(signed(), keys=other)) is WrongKey
    assert type(refused(signed(), keys={2: private().public_key()})) is UnknownKey
    assert type(refused(signed(), keys={})) is UnknownKey


@pytest.mark.parametrize("path", sorted({api.path for api in APIS if api.path} - {PATH}))
def test_another_path(path: str) -> None:
    error = refused(signed(), path=path)
    assert type(error) is WrongPath
    assert PATH in str(error)


def test_a_path_of_ones_own() -> None:
    headers = signed(path="/acq/pushPayment")
    error = refused(headers, path="/acq/notifyPayment", other_paths=["/acq/pushPayment"])
    assert type(error) is WrongPath
    assert type(refused(headers, path="/acq/notifyPayment")) is BodyChanged


def test_another_method() -> None:
    assert type(refused(signed(), method="GET")) is BodyChanged


def test_any_changed_byte_of_the_body() -> None:
    headers = signed()
    for index in range(len(BODY)):
        for bit in (1, 0x20, 0x80):
            changed = BODY[:index] + bytes([BODY[index] ^ bit]) + BODY[index + 1 :]
            assert type(refused(headers, body=changed)) is BodyChanged
    for changed in (BODY + b" ", BODY[:-1], b"", BODY.replace(b":", b": ")):
        assert type(refused(headers, body=changed)) is BodyChanged


def test_any_changed_byte_of_the_signature() -> None:
    headers = signed()
    value = parse_signature(headers["Signature"]).signature
    for index in range(len(value)):
        changed = value[:index] + bytes([value[index] ^ 1]) + value[index + 1 :]
        error = refused(headers | {"Signature": str(SignatureHeader(changed))})
        assert type(error) is WrongKey


def _others(text: str) -> Iterator[str]:
    """Yield ``text`` with each of its characters replaced by a few others."""
    for index, character in enumerate(text):
        for other in "A0=+/":
            if other != character:
                yield text[:index] + other + text[index + 1 :]


def test_any_changed_character_of_bare_base64() -> None:
    headers = signed()
    value = base64.b64encode(parse_signature(headers["Signature"]).signature).decode()
    unpadded = value.rstrip("=")
    for changed in _others(value):
        if changed == unpadded:
            continue
        refused(headers | {"Signature": f"algorithm=RSA256,keyVersion=1,signature={changed}"})


def test_changed_time_and_client() -> None:
    headers = signed()
    later = headers | {"Request-Time": "2025-06-15T22:06:41+07:00"}
    assert type(refused(later)) is BodyChanged
    same_moment = headers | {"Request-Time": "2025-06-15T15:06:40+00:00"}
    assert type(refused(same_moment)) is BodyChanged
    with pytest.raises(InvalidClient) as refusal:
        verified(headers | {"Client-Id": "OTHER"})
    assert refusal.value.result_code == "INVALID_CLIENT"
    with pytest.raises(InvalidClient):
        verified(headers | {"Client-Id": "\ud800"})
    assert type(refused(headers | {"Client-Id": "OTHER"}, client_id="OTHER")) is BodyChanged


@pytest.mark.parametrize("seconds", [0, 299, 300, -300])
def test_a_clock_that_is_a_little_off(seconds: int) -> None:
    assert verified(signed(), at=AT + timedelta(seconds=seconds)) == AT


@pytest.mark.parametrize("seconds", [301, -301, 10**6])
def test_a_clock_that_is_too_far_off(seconds: int) -> None:
    assert type(refused(signed(), at=AT + timedelta(seconds=seconds))) is ClockSkew
    assert verified(signed(), at=AT + timedelta(seconds=seconds), max_skew=timedelta(days=30)) == AT


def test_a_replayed_request() -> None:
    seen = SeenInMemory()
    assert verified(signed(), seen=seen) == AT
    assert type(refused(signed(), seen=seen)) is Replayed
    bare = signed()
    bare["Signature"] = unquote(bare["Signature"])
    assert type(refused(bare, seen=seen)) is Replayed
    again = AT + timedelta(seconds=1)
    assert verified(signed(at=again), seen=seen) == again


def test_what_does_not_hold_is_not_remembered() -> None:
    seen = SeenInMemory()
    refused(signed(), body=b"{}", seen=seen)
    refused(signed(), at=AT + timedelta(days=1), seen=seen)
    assert verified(signed(), seen=seen) == AT


def test_the_memory_is_bounded_and_forgets() -> None:
    seen = SeenInMemory(most=1)
    assert seen.first_time("a", AT)
    assert not seen.first_time("b", AT)
    seen.forget(AT)
    assert not seen.first_time("a", AT)
    seen.forget(AT + timedelta(seconds=1))
    assert seen.first_time("b", AT)


# Headers


@pytest.mark.parametrize(
    "header",
    [
        "algorithm=RSA256, keyVersion=1, signature=ZGVtbw%3D%3D",
        "algorithm=RSA256,keyVersion=1,signature=ZGVtbw==",
        "signature=ZGVtbw, keyVersion=1,algorithm=RSA256",
        "keyVersion=001,  algorithm=RSA256 ,signature=%5AGVtbw%3d%3d",
    ],
)
def test_spellings_of_a_header(header: str) -> None:
    assert parse_signature(header) == SignatureHeader(b"demo", 1)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "ZGVtbw==",
        "signature=ZGVtbw==",
        "algorithm=RSA256, keyVersion=1, signature=",
        "algorithm=RSA256, keyVersion=1, signature=Z",
        "algorithm=RSA256, keyVersion=1, signature=ZGVtbw=",
        "algorithm=RSA256, keyVersion=1, signature=ZGVtbw===",
        "algorithm=RSA256, keyVersion=1, signature=ZGVtbx==",
        "algorithm=RSA256, keyVersion=1, signature=ZGV tbw==",
        "algorithm=RSA256, keyVersion=1, signature=ZGV\ntbw==",
        "algorithm=RSA256, keyVersion=1, signature=-_-_",
        "algorithm=RSA256, keyVersion=1, signature=%",
        "algorithm=RSA256, keyVersion=1, signature=ZGVtbw%3D%3",
        "algorithm=RSA256, keyVersion=1, signature=ZGVtbw==, signature=ZGVtbw==",
        "algorithm=RSA256, keyVersion=1, signature=ZGVtbw==, extra=1",
        "algorithm=RSA1, keyVersion=1, signature=ZGVtbw==",
        "algorithm=none, keyVersion=1, signature=ZGVtbw==",
        "algorithm=RSA256, keyVersion=, signature=ZGVtbw==",
        "algorithm=RSA256, keyVersion=-1, signature=ZGVtbw==",
        "algorithm=RSA256, keyVersion=១, signature=ZGVtbw==",
        "algorithm=RSA256, keyVersion=1e3, signature=ZGVtbw==",
        "Algorithm=RSA256, keyVersion=1, signature=ZGVtbw==",
        "algorithm=RSA256, keyVersion=1, signature=" + "A" * 4096,
    ],
)
def test_headers_that_are_none(header: str) -> None:
    with pytest.raises(MalformedSignature):
        parse_signature(header)


def test_a_plus_stays_a_plus() -> None:
    data = base64.b64decode("++//")
    assert parse_signature("algorithm=RSA256,keyVersion=1,signature=++//").signature == data
    assert parse_signature("algorithm=RSA256,keyVersion=1,signature=++%2F%2F").signature == data


@given(st.binary(min_size=1, max_size=300), st.integers(0, 999))
def test_a_header_comes_back(value: bytes, version: int) -> None:
    header = SignatureHeader(value, version)
    assert parse_signature(str(header)) == header


@given(st.text(max_size=80))
def test_any_header_is_read_or_refused(text: str) -> None:
    with pytest.raises(MalformedSignature):
        parse_signature(text)


def test_missing_and_repeated_headers() -> None:
    headers = signed()
    for name in ("Client-Id", "Request-Time", "Signature"):
        less = {key: value for key, value in headers.items() if key != name}
        assert f"{name} is missing" in str(refused(less))
        twice = headers | {name.lower(): headers[name]}
        assert "is there twice" in str(refused(twice))
    for time in ("", "now", "1750000000000", "2025-06-15T22:06:40"):
        assert isinstance(refused(headers | {"Request-Time": time}), MalformedSignature)


def test_wrong_types() -> None:
    headers: Any = signed() | {"Signature": 5}
    with pytest.raises(TypeError, match="Signature is not str"):
        verified(headers)
    with pytest.raises(TypeError, match="a header is str"):
        parse_signature(headers["Signature"])
    for body in ("{}", None, bytearray(b"{}")):
        with pytest.raises(TypeError, match="a body is bytes"):
            verified(signed(), body=body)
    for at in (None, "now"):
        with pytest.raises(TypeError):
            verified(signed(), at=at)
    with pytest.raises(khqr.EncodeError, match="no time zone"):
        signed(at=AT.replace(tzinfo=None))


# Keys


def test_keys_are_never_printed() -> None:
    key = private()
    assert repr(key) == "PrivateKey(2048 bits)"
    assert repr(key.public_key()) == "PublicKey(2048 bits)"
    assert not hasattr(key, "__dict__")
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(key)


def test_keys_in_every_form() -> None:
    headers = signed()
    bare = b"".join(public_pem().splitlines()[1:-1])
    for data in (public_pem(), public_pem().decode(), bare, bare.decode(), b"\n " + bare + b"\n"):
        assert verified(headers, keys={1: keys.load_public_key(data)}) == AT
    own = b"".join(pem("one").splitlines()[1:-1]).decode()
    assert keys.load_private_key(own).sign(b"x") == private().sign(b"x")
    locked = serialization.load_pem_private_key(pem("one"), None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"demo"),
    )
    assert keys.load_private_key(locked, password=b"demo").sign(b"x") == private().sign(b"x")
    for password in (None, b"wrong"):
        with pytest.raises(khqr.KhqrError, match="private key cannot be read"):
            keys.load_private_key(locked, password=password)


@pytest.mark.parametrize(
    "data", [b"", b"x", "ក", "AAAA", b"-----BEGIN PUBLIC KEY-----", b"A" * 20_000, b"\xff"]
)
def test_what_is_no_key(data: bytes | str) -> None:
    for load in (keys.load_private_key, keys.load_public_key):
        with pytest.raises(khqr.KhqrError, match="key cannot be read") as refusal:
            load(data)
        assert refusal.value.__cause__ is None


def test_weak_and_other_keys() -> None:
    with pytest.raises(khqr.KhqrError, match="1024 bits, at least 2048"):
        keys.load_private_key(pem("weak", 1024))
    curve = ec.generate_private_key(ec.SECP256R1())
    data = curve.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(khqr.KhqrError, match="expected RSA"):
        keys.load_private_key(data)
    with pytest.raises(TypeError, match="a key is bytes or str"):
        keys.load_public_key(5)  # type: ignore[arg-type] # the refusal is the test


def test_without_cryptography(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
    for load in (keys.load_private_key, keys.load_public_key):
        with pytest.raises(khqr.MissingDependency, match=r"khqr\[alipayplus\]"):
            load(b"x")


def test_the_room_loads_no_library_until_it_is_used() -> None:
    program = (
        "import sys, khqr.alipayplus.mapping, khqr.alipayplus.signature, khqr.alipayplus.keys\n"
        "print(sorted({'cryptography', 're2', 'jsonschema'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert timedelta(minutes=5) == signature.MAX_SKEW
