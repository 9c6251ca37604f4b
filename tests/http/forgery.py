# SPDX-License-Identifier: MIT
"""Tokens made by hand with the published test key, so that each is wrong in exactly one way."""

import base64
import hashlib
import hmac
import json
import time

from harness import TEST_KEY



def key_id(key):
    """The name of a key, as the program gives it in a token's kid."""
    return hashlib.sha256(b"inferkeep key id:" + key.encode()).hexdigest()[:8]


HEADER = {"alg": "HS256", "kid": key_id(TEST_KEY), "typ": "JWT"}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def as_json(value):
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def sign(header, payload, key=TEST_KEY, digest=hashlib.sha256):
    """A token over these parts, each a value or bytes as they are to stand."""
    text = encode(as_json(header)) + "." + encode(as_json(payload))
    return text + "." + encode(hmac.new(key.encode(), text.encode(), digest).digest())


def claims_of(token):
    return json.loads(decode(token.split(".")[1]))


def altered(token, **changes):
    """The live token's claims with some changed, or left out where None, and soundly signed."""
    claims = {**claims_of(token), **changes}
    return sign(HEADER, {name: value for name, value in claims.items() if value is not ...})


def with_header(token, **changes):
    header = {name: value for name, value in {**HEADER, **changes}.items() if value is not ...}
    return sign(header, claims_of(token))


def with_payload_text(token, old, new):
    """The payload's JSON changed as text: what no dict can hold."""
    text = as_json(claims_of(token))
    assert old in text
    return sign(HEADER, text.replace(old, new, 1))


def swap_part(token, index, text):
    parts = token.split(".")
    parts[index] = text
    return ".".join(parts)


def with_trailing_bits(token):
    """The same bytes, spelt with bits that mean nothing: another text for the same token."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def now():
    return int(time.time())


def nested(depth):
    return b'{"a":' * depth + b"1" + b"}" * depth


CLAIMS = ("username", "user_id", "role", "exp", "sub", "iat", "jti", "iss", "aud")

# Each row: what it is, and how it is made from a live token.
FORGERIES = [
    # T1: the algorithm is ours to say.
    *(
        (f"alg {alg!r}", lambda t, alg=alg: with_header(t, alg=alg))
        for alg in (
            "none",
            "None",
            "nOnE",
            "NONE",
            "",
            "hs256",
            "HS384",
            "HS512",
            "RS256",
            "ES256",
            256,
            None,
            ["HS256"],
        )
    ),
    ("alg none, no signature", lambda t: sign({"alg": "none"}, claims_of(t)).rsplit(".", 1)[0] + "."),
    ("no alg", lambda t: with_header(t, alg=...)),
    ("really HS384", lambda t: sign({**HEADER, "alg": "HS384"}, claims_of(t), digest=hashlib.sha384)),
    ("really HS512", lambda t: sign({**HEADER, "alg": "HS512"}, claims_of(t), digest=hashlib.sha512)),
    ("SHA-512 under the name HS256", lambda t: sign(HEADER, claims_of(t), digest=hashlib.sha512)),
    ("no signature", lambda t: swap_part(t, 2, "")),
    ("signature cut", lambda t: t[:-4]),
    ("signature longer", lambda t: t + "AAAA"),
    (
        "one bit of the signature",
        lambda t: swap_part(t, 2, ("A" if t.split(".")[2][0] != "A" else "B") + t.split(".")[2][1:]),
    ),
    ("two parts", lambda t: t.rsplit(".", 1)[0]),
    ("one part", lambda t: t.split(".")[0]),
    # T2: signed by somebody else, or changed after it was signed.
    ("claims changed", lambda t: swap_part(t, 1, encode(as_json({**claims_of(t), "has_access_v1": 1})))),
    ("header changed", lambda t: swap_part(t, 0, encode(b'{"typ":"JWT","alg":"HS256"}'))),
    ("signed with nothing", lambda t: sign(HEADER, claims_of(t), key="")),
    ("signed with a sample key", lambda t: sign(HEADER, claims_of(t), key="your-256-bit-secret")),
    ("signed with a key of 31 bytes", lambda t: sign(HEADER, claims_of(t), key=TEST_KEY[:31])),
    ("signed with the key and a byte", lambda t: sign(HEADER, claims_of(t), key=TEST_KEY + " ")),
    ("signed with the user's name", lambda t: sign(HEADER, claims_of(t), key=claims_of(t)["username"])),
    # T3: time.
    ("exp past by 1 s", lambda t: altered(t, exp=now() - 1, iat=now() - 100)),
    ("exp long past", lambda t: altered(t, exp=1, iat=1)),
    ("exp as text", lambda t: altered(t, exp=str(now() + 600))),
    ("exp with a fraction", lambda t: altered(t, exp=now() + 600.5)),
    ("exp 1e999", lambda t: with_payload_text(t, b'"exp":%d' % claims_of(t)["exp"], b'"exp":1e999')),
    ("exp negative", lambda t: altered(t, exp=-1)),
    ("exp null", lambda t: altered(t, exp=None)),
    ("exp true", lambda t: altered(t, exp=True)),
    ("exp beyond 64 bits", lambda t: altered(t, exp=2**70)),
    ("exp in a year", lambda t: altered(t, exp=now() + 365 * 86400)),
    ("exp a minute past the longest life", lambda t: altered(t, exp=claims_of(t)["iat"] + 21 * 60)),
    ("iat in the future", lambda t: altered(t, iat=now() + 300, exp=now() + 600)),
    ("iat negative", lambda t: altered(t, iat=-5)),
    ("iat behind exp", lambda t: altered(t, iat=now() + 10, exp=now() + 5)),
    # T4: claims and headers.
    *((f"no {claim}", lambda t, claim=claim: altered(t, **{claim: ...})) for claim in CLAIMS),
    ("other issuer", lambda t: altered(t, iss="somebody-else")),
    ("other audience", lambda t: altered(t, aud="another-service")),
    ("audience a list", lambda t: altered(t, aud=["inferkeep"])),
    ("sub of another", lambda t: altered(t, sub=str(claims_of(t)["user_id"] + 1))),
    ("sub a number", lambda t: altered(t, sub=claims_of(t)["user_id"])),
    ("user_id of another", lambda t: altered(t, user_id=1, sub="1")),
    ("user_id 0", lambda t: altered(t, user_id=0, sub="0")),
    ("user_id as text", lambda t: altered(t, user_id=str(claims_of(t)["user_id"]))),
    ("unknown jti", lambda t: altered(t, jti="0" * 32)),
    ("empty jti", lambda t: altered(t, jti="")),
    ("jti a number", lambda t: altered(t, jti=7)),
    ("jti with SQL", lambda t: altered(t, jti="' OR '1'='1")),
    ("unknown claim", lambda t: altered(t, nbf=now())),
    ("typ at+jwt", lambda t: with_header(t, typ="at+jwt")),
    ("no typ", lambda t: with_header(t, typ=...)),
    ("exp twice", lambda t: with_payload_text(t, b'{"', b'{"exp":%d,"' % (now() + 600))),
    ("alg twice", lambda t: sign(b'{"alg":"none","alg":"HS256","typ":"JWT"}', claims_of(t))),
    ("crit", lambda t: with_header(t, crit=["exp"])),
    ("jku", lambda t: with_header(t, jku="http://127.0.0.1:1/keys")),
    ("x5u", lambda t: with_header(t, x5u="http://127.0.0.1:1/certificate")),
    ("jwk", lambda t: with_header(t, jwk={"kty": "oct", "k": "AAAA"})),
    ("zip", lambda t: with_header(t, zip="DEF")),
    ("b64", lambda t: with_header(t, b64=False)),
    ("no kid", lambda t: with_header(t, kid=...)),
    ("kid of another key", lambda t: with_header(t, kid=key_id("x" * 40))),
    ("kid a number", lambda t: with_header(t, kid=7)),
    ("kid a file", lambda t: with_header(t, kid="file:///etc/hostname")),
    ("kid a URL", lambda t: with_header(t, kid="http://127.0.0.1:1/keys")),
    ("members in another order", lambda t: sign(dict(reversed(HEADER.items())), claims_of(t))),
    ("kid that climbs", lambda t: with_header(t, kid="../../../../dev/null")),
    ("kid with SQL", lambda t: with_header(t, kid="x' UNION SELECT 'key'")),
    ("cty of a token in a token", lambda t: with_header(t, cty="JWT")),
    # T5: spelling.
    ("padding", lambda t: t + "="),
    ("padding in the header", lambda t: swap_part(t, 0, t.split(".")[0] + "==")),
    ("trailing bits", with_trailing_bits),
    ("standard alphabet", lambda t: swap_part(t, 2, "+/" + t.split(".")[2][2:])),
    ("a space inside", lambda t: t.replace(".", ". ", 1)),
    ("a tab inside", lambda t: t.replace(".", ".\t", 1)),
    ("four parts", lambda t: t + ".AAAA"),
    ("five parts", lambda t: "a.b." + t),
    ("dots alone", lambda t: ".."),
    ("quotes around", lambda t: f'"{t}"'),
    ("two tokens", lambda t: f"{t},{t}"),
    ("header not JSON", lambda t: sign(b"HS256", claims_of(t))),
    ("header not UTF-8", lambda t: sign(b'{"alg":"HS256","typ":"\xff"}', claims_of(t))),
    ("header a list", lambda t: sign([HEADER], claims_of(t))),
    ("payload not JSON", lambda t: sign(HEADER, b"{")),
    ("payload not UTF-8", lambda t: sign(HEADER, b'{"iss":"\xff"}')),
    ("payload empty", lambda t: sign(HEADER, b"")),
    ("payload {}", lambda t: sign(HEADER, {})),
    ("payload a list", lambda t: sign(HEADER, [claims_of(t)])),
    ("payload null", lambda t: sign(HEADER, b"null")),
    ("payload with bytes behind", lambda t: sign(HEADER, as_json(claims_of(t)) + b"{}")),
    ("payload 400 deep", lambda t: sign(HEADER, nested(400))),
    ("no token at all, only text", lambda t: "token"),
    ("4 KiB and more", lambda t: altered(t, username="a" * 3200)),
]
