"""Authentication attempts, valid and invalid ones of every kind, through nginx, byte for byte as a client may send them."""

import hashlib
import json
import socket
import time

import pytest

from processes import remove, temporary_directory
from stack import PROXY_KEY, Deployment, environment
from tokens import AUDIENCE, ISSUER, SigningKey, claims, compact, encode, hs256, key_set, token

KEY = PROXY_KEY.encode()
ANN = "gpk_" + "a1" * 32
OLD = "gpk_" + "b2" * 32
REVOKED = "gpk_" + "c3" * 32

RSA, ES256, ES384, ED = (
    SigningKey("rsa", "RS256"),
    SigningKey("p256", "ES256"),
    SigningKey("p384", "ES384"),
    SigningKey("ed", "EdDSA"),
)
RS384, RS512 = SigningKey("rsa384", "RS384"), SigningKey("rsa512", "RS512")
STRANGER = SigningKey("rsa", "RS256")
PUBLISHED = [RSA, RS384, RS512, ES256, ES384, ED]


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


@pytest.fixture(scope="module")
def port(binaries, the_simulator):
    """The port of nginx in front of a responder that accepts a shared key, callers' keys and tokens."""
    directory = temporary_directory()
    (directory / "keys").write_text(f"ann sha256:{digest(ANN)}\nold sha256:{digest(OLD)} expires=2020-01-01\n")
    (directory / "jwks").write_text(key_set(*PUBLISHED))
    settings = environment(
        the_simulator.base,
        PROXY_KEYS_FILE=str(directory / "keys"),
        JWT_JWKS_FILE=str(directory / "jwks"),
        JWT_ISSUER=ISSUER,
        JWT_AUDIENCE=AUDIENCE,
    )
    deployment = Deployment(binaries, settings)
    yield deployment.nginx.port
    deployment.stop()
    remove(directory)


def key(value):
    return [(b"X-API-KEY", value if isinstance(value, bytes) else value.encode())]


def bearer(value):
    return [(b"Authorization", b"Bearer " + (value if isinstance(value, bytes) else value.encode()))]


def authorization(value):
    return [(b"Authorization", value)]


def now(offset):
    return int(time.time()) + offset


def without_signature(algorithm):
    return compact({"alg": algorithm, "typ": "JWT", "kid": "rsa"}, claims(), lambda message: b"")


def changed(text, part):
    """A valid token with one part replaced, under the old signature."""
    parts = text.split(".")
    parts[part] = encode({"alg": "RS256", "kid": "rsa"} if part == 0 else claims(sub="root"))
    return ".".join(parts)


GOOD = {
    "the shared key": key(PROXY_KEY),
    "the shared key as a bearer": bearer(PROXY_KEY),
    "the scheme in lower case": authorization(b"bearer " + KEY),
    "the scheme in upper case": authorization(b"BEARER " + KEY),
    "the header's name in another case": [(b"x-Api-kEy", KEY)],
    "white space around the key": key(b"  " + KEY + b"  "),
    "both headers with the same key": key(PROXY_KEY) + bearer(PROXY_KEY),
    "Azure's header": [(b"api-key", KEY)],
    "all headers with the same key": key(PROXY_KEY) + bearer(PROXY_KEY) + [(b"api-key", KEY)],
    "a caller's own key": key(ANN),
    "a caller's own key as a bearer": bearer(ANN),
    "a token by RS256": bearer(token(RSA)),
    "a token by RS384": bearer(token(RS384)),
    "a token by RS512": bearer(token(RS512)),
    "a token by ES256": bearer(token(ES256)),
    "a token by ES384": bearer(token(ES384)),
    "a token by EdDSA": bearer(token(ED)),
    "a token in X-API-KEY": key(token(RSA)),
    "a token for several audiences": bearer(token(RSA, claims(aud=["account", AUDIENCE]))),
    "a token with a time that is not a whole number": bearer(token(RSA, claims(exp=now(3600) + 0.5))),
    "a token with the URL of its key": bearer(token(RSA, jku="https://evil.example/keys", x5u="https://evil.example/x")),
}

BAD = {
    "nothing": [],
    "a token and a key of the same name": bearer(token(RSA)) + key(ANN),
    "an empty key": key(""),
    "an empty bearer": authorization(b"Bearer "),
    "no bearer": authorization(b"Bearer"),
    "a wrong key": key("wrong"),
    "a wrong bearer": bearer("wrong"),
    "a beginning of the key": key(KEY[:-1]),
    "more than the key": key(KEY + b"x"),
    "another first byte": key(b"X" + KEY[1:]),
    "another last byte": key(KEY[:-1] + b"X"),
    "twice the key": key(KEY * 2),
    "the key in upper case": key(KEY.upper()),
    "the key in quotes": key(b'"' + KEY + b'"'),
    "the key percent-encoded": key(KEY.replace(b"-", b"%2D")),
    "the key's digest": key(digest(PROXY_KEY)),
    "the digest as it is written in the file": key("sha256:" + digest(ANN)),
    "the key with a look-alike letter": key(PROXY_KEY.replace("a", "\u0430")),
    "the key with a soft hyphen": key(PROXY_KEY.replace("-", "\u00ad")),
    "the key with a zero-width space": key(PROXY_KEY + "\u200b"),
    "the key in full-width letters": key("".join(chr(ord(letter) + 0xFEE0) for letter in PROXY_KEY)),
    "the key with a byte that is not UTF-8": key(KEY + b"\xff"),
    "a caller's label": key("ann"),
    "an expired key": key(OLD),
    "a revoked key": key(REVOKED),
    "a wildcard": key("*"),
    "a pattern": key(".*"),
    "a query": key("' OR '1'='1"),
    "the word null": key("null"),
    "16 thousand bytes in 7 headers": [(b"X-API-KEY", b"x" * 2300)] * 7,
    "7 KB": key(b"x" * 7000),
    "two keys, both right": key(PROXY_KEY) + key(PROXY_KEY),
    "two keys, the first wrong": key("wrong") + key(PROXY_KEY),
    "two keys, the last wrong": key(PROXY_KEY) + key("wrong"),
    "two keys, joined": key(KEY + b", " + KEY),
    "two keys, joined without a space": key(KEY + b"," + KEY),
    "two bearers, joined": bearer(KEY + b", Bearer " + KEY),
    "two tokens in one": bearer(KEY + b" " + KEY),
    "the scheme twice": bearer(b"Bearer " + KEY),
    "another scheme": authorization(b"Basic " + KEY),
    "no scheme": authorization(KEY),
    "a scheme with the same beginning": authorization(b"BearerX " + KEY),
    "a tab behind the scheme": authorization(b"Bearer\t" + KEY),
    "a right key and a wrong bearer": key(PROXY_KEY) + bearer("wrong"),
    "a wrong key and a right bearer": key("wrong") + bearer(PROXY_KEY),
    "two callers in two headers": key(PROXY_KEY) + bearer(ANN),
    "two callers, one in Azure's header": key(PROXY_KEY) + [(b"api-key", ANN.encode())],
    "two callers, one of three headers": bearer(PROXY_KEY) + key(PROXY_KEY) + [(b"api-key", ANN.encode())],
    "a caller's key and another's token": key(ANN) + bearer(token(RSA, claims(sub="bob"))),
    "a right key and an invalid token": key(ANN) + bearer("a.b.c"),
    "a right key and another scheme": key(PROXY_KEY) + authorization(b"Basic YTpi"),
    "a header of another name": [(b"X-KEY", KEY)],
    "a header similar to Azure's": [(b"Api-Key-X", KEY)],
    "a cookie": [(b"Cookie", b"x-api-key=" + KEY)],
    "a user name in a header": [(b"Remote-User", b"ann")],
    "a variable in a header": [(b"GPT-PROXY-CALLER", b"ann")],
    "a token that expired": bearer(token(RSA, claims(exp=now(-120)))),
    "a token that is valid from tomorrow": bearer(token(RSA, claims(nbf=now(86400)))),
    "a token without an expiry": bearer(token(RSA, claims(exp=None))),
    "a token with an expiry that is text": bearer(token(RSA, claims(exp=str(now(300))))),
    "a token with an expiry beyond the range of numbers": bearer(
        token(RSA, json.dumps(claims(exp=12345)).replace("12345", "1e999").encode())
    ),
    "a token of another issuer": bearer(token(RSA, claims(iss="https://evil.example"))),
    "a token of an issuer with an added slash": bearer(token(RSA, claims(iss=ISSUER + "/"))),
    "a token of several issuers": bearer(token(RSA, claims(iss=[ISSUER]))),
    "a token without an issuer": bearer(token(RSA, claims(iss=None))),
    "a token for another audience": bearer(token(RSA, claims(aud="account"))),
    "a token for other audiences only": bearer(token(RSA, claims(aud=["account", "other"]))),
    "a token for an audience with the same beginning": bearer(token(RSA, claims(aud=AUDIENCE + "2"))),
    "a token without an audience": bearer(token(RSA, claims(aud=None))),
    "a token with an empty list of audiences": bearer(token(RSA, claims(aud=[]))),
    "a token without a subject": bearer(token(RSA, claims(sub=None))),
    "a token with an empty subject": bearer(token(RSA, claims(sub=""))),
    "a token whose subject is a number": bearer(token(RSA, claims(sub=7))),
    "a token with invalid models": bearer(token(RSA, claims(models=7))),
    "a token of an unknown key under a known key ID": bearer(token(STRANGER)),
    "a token of an unknown key": bearer(token(STRANGER, kid="stranger")),
    "a token that contains its key": bearer(token(STRANGER, jwk=STRANGER.jwk())),
    "a token that contains its key, without a key ID": bearer(token(STRANGER, kid=None, jwk=STRANGER.jwk())),
    "a token of an unknown key with the key's URL": bearer(token(STRANGER, kid="x", jku="https://evil.example/")),
    "a token whose key ID is a path": bearer(token(STRANGER, kid="../../../../dev/null")),
    "a token whose key ID is an SQL query": bearer(token(STRANGER, kid="' UNION SELECT 'secret")),
    "a token whose key ID is a number": bearer(token(RSA, kid=7)),
    "a token with no algorithm": bearer(token(RSA, alg=None)),
    "an unsigned token": bearer(without_signature("none")),
    "an unsigned token, None": bearer(without_signature("None")),
    "an unsigned token, nOnE": bearer(without_signature("nOnE")),
    "an unsigned token, empty": bearer(without_signature("")),
    "an unsigned token, RS256": bearer(without_signature("RS256")),
    "an unsigned token by HS256": bearer(without_signature("HS256")),
    "a valid signature with the algorithm none": bearer(token(RSA, alg="none")),
    "an algorithm in lower case": bearer(token(RSA, alg="rs256")),
    "the public key as a secret": bearer(
        compact({"alg": "HS256", "kid": "rsa"}, claims(), lambda message: hs256(RSA.pem, message))
    ),
    "the public key's numbers as a secret": bearer(
        compact({"alg": "HS256", "kid": "rsa"}, claims(), lambda message: hs256(RSA.jwk()["n"].encode(), message))
    ),
    "an empty secret": bearer(compact({"alg": "HS256"}, claims(), lambda message: hs256(b"", message))),
    "another hash than the key's": bearer(
        compact({"alg": "RS512", "kid": "rsa"}, claims(), lambda message: RSA.sign(message, "RS512"))
    ),
    "another padding than the key's": bearer(
        compact({"alg": "PS256", "kid": "rsa"}, claims(), lambda message: RSA.sign(message, "PS256"))
    ),
    "a curve's signature of zeros": bearer(compact({"alg": "ES256", "kid": "p256"}, claims(), lambda message: bytes(64))),
    "a curve's signature, too short": bearer(compact({"alg": "ES256", "kid": "p256"}, claims(), lambda message: b"x")),
    "a token with other claims": bearer(changed(token(RSA), 1)),
    "a token with another header": bearer(changed(token(ES256), 0)),
    "a token with a truncated signature": bearer(token(RSA)[:-4]),
    "a token followed by another character": bearer(token(RSA) + "A"),
    "a token with padding": bearer(token(RSA) + "=="),
    "a token in another alphabet": bearer(token(RSA)[:-2] + "+/"),
    "a token of two parts": bearer(token(RSA).rsplit(".", 1)[0]),
    "a token of four parts": bearer(token(RSA) + ".AAAA"),
    "an encrypted token": bearer("eyJhbGciOiJSU0EtT0FFUCJ9.AAAA.AAAA.AAAA.AAAA"),
    "a token with an extension that must be understood": bearer(token(RSA, crit=["b64"], b64=False)),
    "a token with a duplicate claim": bearer(
        token(RSA, (json.dumps(claims())[:-1] + ', "sub": "root"}').encode())
    ),
    "a token whose claims are a list": bearer(token(RSA, [claims()])),
    "a token whose claims are not JSON": bearer(token(RSA, b"{")),
    "a token of dots": bearer(".."),
    "a token in quotes": bearer('"' + token(RSA) + '"'),
}

# Requests that nginx rejects itself.
MALFORMED = {
    "NUL in the key": key(KEY[:5] + b"\0" + KEY[5:]),
    "NUL behind the key": key(KEY + b"\0"),
    "a key of 16 KB": key(b"x" * 16384),
    "a bearer of 16 KB": bearer(b"x" * 16384),
    "two bearers": bearer(PROXY_KEY) + bearer(PROXY_KEY),
}


def attempt(port, headers):
    """Sends a request with these headers; returns the status and the body of the response."""
    lines = [b"POST /proxy HTTP/1.1", b"Host: localhost", b"Connection: close", b"Content-Length: 15"]
    lines += [name + b": " + value for name, value in headers]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + b'{"prompt":"hi"}')
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


def test_there_are_at_least_60_attempts():
    assert len(GOOD) + len(BAD) + len(MALFORMED) >= 60


@pytest.mark.parametrize("headers", GOOD.values(), ids=GOOD)
def test_known_callers_are_accepted(port, headers):
    status, _ = attempt(port, headers)
    assert status == 200


@pytest.mark.parametrize("headers", BAD.values(), ids=BAD)
def test_all_other_callers_get_the_same_401(port, simulator, headers):
    status, body = attempt(port, headers)
    assert (status, body) == (401, b'{"detail":"Invalid proxy API key"}')
    assert simulator.requests == []


@pytest.mark.parametrize("headers", MALFORMED.values(), ids=MALFORMED)
def test_invalid_http_is_rejected_by_the_web_server(port, simulator, headers):
    status, body = attempt(port, headers)
    assert status == 400
    assert KEY not in body
    assert simulator.requests == []
