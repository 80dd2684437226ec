"""An issuer of tokens: keys, the set that it publishes, and tokens of every form, including forged ones."""

import base64
import hashlib
import hmac
import json
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

ISSUER = "https://login.example.com/realms/main"
AUDIENCE = "gpt-proxy"

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def encode(data):
    """Base64url without padding, of bytes or of a value for JSON."""
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_number(number, length=None):
    return encode(number.to_bytes(length or (number.bit_length() + 7) // 8, "big"))


def hs256(secret, message):
    return hmac.new(secret, message, hashlib.sha256).digest()


class SigningKey:
    """A private key with the key ID and the algorithm that its set lists."""

    def __init__(self, kid, algorithm, size=2048):
        self.kid, self.algorithm = kid, algorithm
        match algorithm:
            case "ES256":
                self.private = ec.generate_private_key(ec.SECP256R1())
            case "ES384":
                self.private = ec.generate_private_key(ec.SECP384R1())
            case "EdDSA":
                self.private = ed25519.Ed25519PrivateKey.generate()
            case _:
                self.private = rsa.generate_private_key(65537, size)

    @property
    def pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def jwk(self, **members):
        """The public key as listed in its set; a member of None is left out."""
        key = {"kid": self.kid, "alg": self.algorithm, "use": "sig", **self._numbers(), **members}
        return {name: value for name, value in key.items() if value is not None}

    def _numbers(self):
        public = self.private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}
        numbers = public.public_numbers()
        if isinstance(public, rsa.RSAPublicKey):
            return {"kty": "RSA", "n": encode_number(numbers.n), "e": encode_number(numbers.e)}
        length = public.key_size // 8
        return {
            "kty": "EC",
            "crv": f"P-{public.key_size}",
            "x": encode_number(numbers.x, length),
            "y": encode_number(numbers.y, length),
        }

    def sign(self, message, algorithm=None):
        algorithm = algorithm or self.algorithm
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(message)
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            signature = self.private.sign(message, ec.ECDSA(HASHES[algorithm[2:]]))
            length = self.private.key_size // 8
            return b"".join(part.to_bytes(length, "big") for part in utils.decode_dss_signature(signature))
        if algorithm.startswith("PS"):
            kind = padding.PSS(padding.MGF1(HASHES[algorithm[2:]]), padding.PSS.DIGEST_LENGTH)
        else:
            kind = padding.PKCS1v15()
        return self.private.sign(message, kind, HASHES[algorithm[2:]])


def claims(**changes):
    """The claims of a valid token; a claim of None is left out."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 3600, **changes}
    return {name: value for name, value in good.items() if value is not None}


def compact(header, payload, sign):
    """A token made of a header, a payload and a function that signs the message."""
    message = f"{encode(header)}.{encode(payload)}"
    return f"{message}.{encode(sign(message.encode()))}"


def token(key, payload=None, **header):
    """A token signed by a key; header fields can be changed, or left out with None."""
    fields = {"alg": key.algorithm, "typ": "JWT", "kid": key.kid, **header}
    fields = {name: value for name, value in fields.items() if value is not None}
    return compact(fields, claims() if payload is None else payload, lambda message: key.sign(message))


def key_set(*keys):
    """The text of a set of keys."""
    return json.dumps({"keys": [key.jwk() if isinstance(key, SigningKey) else key for key in keys]})
