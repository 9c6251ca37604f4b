# SPDX-License-Identifier: MIT
"""What a service is sent: all that is no sound input is a 422 with one row, and never harms."""

import json
import time

import pytest
from answers import assert_ok, violations
from harness import SLACK, SLOWNESS
from people import Api
from test_mlservice import HOUSE, TEXT, count_calls, row_of


@pytest.fixture(scope="module")
def caller(server):
    return Api(server).user(grants=["v1", "v2"])


def assert_refused(server, caller, service, body, expected, code="invalid_field"):
    """A 422 that says just this, and one row that says invalid_input."""
    before = count_calls(server)
    answer = caller.send_json("POST", f"/mlservice/{service}/predict", body)
    assert violations(answer, code) == expected
    assert row_of(server, answer)["outcome"] == "invalid_input"
    assert count_calls(server) == before + 1
    return answer


# ---- I1, I2: what is no JSON -----------------------------------------------------------------------

NO_JSON = [
    ("nothing", b""),
    ("blanks", b" \n"),
    ("cut in an object", b'{"text": "a"'),
    ("cut in a text", b'{"text": "a'),
    ("bytes behind it", b'{"text": "a"} x'),
    ("two values", b'{"text": "a"}{"text": "b"}'),
    ("byte order mark", b'\xef\xbb\xbf{"text": "a"}'),
    ("UTF-16", '{"text": "a"}'.encode("utf-16")),
    ("not UTF-8", b'{"text": "\xff\xfe"}'),
    ("overlong UTF-8", b'{"text": "\xc0\xaf"}'),
    ("surrogate in UTF-8", b'{"text": "\xed\xa0\x80"}'),
    ("half a pair", b'{"text": "\\ud83d"}'),
    ("pair the wrong way round", b'{"text": "\\ude00\\ud83d"}'),
    ("U+0000", b'{"text": "a\\u0000b"}'),
    ("raw NUL", b'{"text": "a\x00b"}'),
    ("raw line break in a text", b'{"text": "a\nb"}'),
    ("the same member twice", b'{"text": "a", "text": "a"}'),
    ("the same member twice, escaped", b'{"text": "a", "\\u0074ext": "b"}'),
    ("single quotes", b"{'text': 'a'}"),
    ("no quotes", b"{text: 1}"),
    ("trailing comma", b'{"text": "a",}'),
    ("comment", b'{"text": "a"} /* b */'),
    ("NaN", b'{"text": NaN}'),
    ("Infinity", b'{"text": -Infinity}'),
    ("hexadecimal", b'{"text": 0x10}'),
    ("leading zero", b'{"text": 01}'),
    ("leading plus", b'{"text": +1}'),
    ("no digit behind the point", b'{"text": 1.}'),
    ("1e999", b'{"text": 1e999}'),
    ("-1e999", b'{"text": -1e999}'),
    ("33 arrays deep", b'{"text": ' + b"[" * 33 + b"]" * 33 + b"}"),
    ("1,000 objects deep", b'{"a":' * 1000 + b"1" + b"}" * 1000),
    ("100,000 arrays deep", b"[" * 100_000 + b"]" * 100_000),
    ("500,000 arrays deep, never closed", b"[" * 500_000),
]


@pytest.mark.parametrize("body", [row[1] for row in NO_JSON], ids=[row[0] for row in NO_JSON])
@pytest.mark.parametrize("service", ["v1", "v2"])
def test_what_is_no_json_is_refused(server, caller, service, body):
    before = count_calls(server)
    answer = caller.send_json("POST", f"/mlservice/{service}/predict", body)
    assert violations(answer, "json_invalid")[0][0] == "json_invalid"
    assert row_of(server, answer)["outcome"] == "invalid_input"
    assert count_calls(server) == before + 1
    assert len(answer.content) < 1000


@pytest.mark.parametrize("body", ["[]", "null", "0", "false", '"text"', json.dumps([TEXT])])
@pytest.mark.parametrize("service", ["v1", "v2"])
def test_json_that_is_no_object_is_refused(server, caller, service, body):
    assert_refused(server, caller, service, body, [("model_attributes_type", ("body",))])


# ---- I3, I4: members and values --------------------------------------------------------------------


def house(**changes):
    return {name: value for name, value in {**HOUSE, **changes}.items() if value is not ...}


BAD_HOUSES = [
    ("no age", house(age=...), "missing", "age"),
    ("no address", house(address=...), "missing", "address"),
    ("age null", house(age=None), "int_type", "age"),
    ("age a text", house(age="36"), "int_type", "age"),
    ("age true", house(age=True), "int_type", "age"),
    ("age a list", house(age=[36]), "int_type", "age"),
    ("age an object", house(age={}), "int_type", "age"),
    ("age with a fraction", house(age=1.5), "int_from_float", "age"),
    ("age nearly whole", house(age=36.0000001), "int_from_float", "age"),
    ("age -1", house(age=-1), "greater_than_equal", "age"),
    ("age 401", house(age=401), "less_than_equal", "age"),
    ("age 2^31", house(age=2**31), "less_than_equal", "age"),
    ("age 2^32 and a bit", house(age=2**32 + 36), "less_than_equal", "age"),
    ("age 2^53 + 1", house(age=2**53 + 1), "less_than_equal", "age"),
    ("age 2^63", house(age=2**63), "less_than_equal", "age"),
    ("age 2^64", house(age=2**64), "less_than_equal", "age"),
    ("age 1e300", house(age=1e300), "less_than_equal", "age"),
    ("age -2^63", house(age=-(2**63)), "greater_than_equal", "age"),
    ("surface a text", house(surface="113.34"), "float_type", "surface"),
    ("surface true", house(surface=True), "float_type", "surface"),
    ("surface null", house(surface=None), "float_type", "surface"),
    ("surface just under", house(surface=4.999), "greater_than_equal", "surface"),
    ("surface just over", house(surface=2000.001), "less_than_equal", "surface"),
    ("surface 1e308", house(surface=1e308), "less_than_equal", "surface"),
    ("surface tiny", house(surface=5e-324), "greater_than_equal", "surface"),
    ("surface 2^53 + 1, which no double holds", house(surface=2**53 + 1), "float_type", "surface"),
    ("has_attic 1", house(has_attic=1), "bool_type", "has_attic"),
    ("has_attic 0", house(has_attic=0), "bool_type", "has_attic"),
    ("has_attic a text", house(has_attic="true"), "bool_type", "has_attic"),
    ("has_attic null", house(has_attic=None), "bool_type", "has_attic"),
    ("garden negative", house(garden_surface=-0.1), "greater_than_equal", "garden_surface"),
    ("garden too large", house(garden_surface=200_001), "less_than_equal", "garden_surface"),
    ("address a number", house(address=7), "string_type", "address"),
    ("address null", house(address=None), "string_type", "address"),
    ("address of 201 characters", house(address="é" * 201), "string_too_long", "address"),
    ("unknown member", house(rooms=4), "extra_forbidden", "rooms"),
    ("member in capitals", house(Age=36), "extra_forbidden", "Age"),
    ("empty member", house(**{"": 1}), "extra_forbidden", ""),
    ("__proto__", house(__proto__={"admin": True}), "extra_forbidden", "__proto__"),
]


@pytest.mark.parametrize(
    "body, kind, field", [row[1:] for row in BAD_HOUSES], ids=[row[0] for row in BAD_HOUSES]
)
def test_v2_refuses_what_is_no_house(server, caller, body, kind, field):
    assert_refused(server, caller, "v2", json.dumps(body), [(kind, ("body", field))])


BAD_TEXTS = [
    ("no text", {}, "missing", "text"),
    ("null", {"text": None}, "string_type", "text"),
    ("a number", {"text": 1}, "string_type", "text"),
    ("a list", {"text": ["a"]}, "string_type", "text"),
    ("true", {"text": True}, "string_type", "text"),
    ("20,001 characters", {"text": "x" * 20_001}, "string_too_long", "text"),
    ("20,001 characters of four bytes", {"text": "😀" * 20_001}, "string_too_long", "text"),
    ("unknown member", {"text": "a", "texts": []}, "extra_forbidden", "texts"),
]


@pytest.mark.parametrize(
    "body, kind, field", [row[1:] for row in BAD_TEXTS], ids=[row[0] for row in BAD_TEXTS]
)
def test_v1_refuses_what_is_no_text(server, caller, body, kind, field):
    assert_refused(server, caller, "v1", json.dumps(body), [(kind, ("body", field))])


GOOD_HOUSES = [
    ("least", house(age=0, surface=5, garden_surface=0)),
    ("most", house(age=400, surface=2000, garden_surface=200_000)),
    ("whole numbers for fractions", house(surface=100, garden_surface=500)),
    ("a fraction that is whole", house(age=36.0)),
    ("an exponent", '{"age":1e1,"surface":1.2E2,"has_attic":true,"garden_surface":0e0,"address":""}'),
    ("minus zero", house(garden_surface=-0.0, age=0)),
    ("200 characters", house(address="é" * 200)),
    ("other order", dict(reversed(list(HOUSE.items())))),
    ("blanks between", json.dumps(HOUSE, indent=8) + "\n" * 100),
]


@pytest.mark.parametrize("body", [row[1] for row in GOOD_HOUSES], ids=[row[0] for row in GOOD_HOUSES])
def test_v2_takes_every_house(server, caller, body):
    text = body if isinstance(body, str) else json.dumps(body)
    answer = assert_ok(caller.send_json("POST", "/mlservice/v2/predict", text))
    assert row_of(server, answer)["outcome"] == "success"


# ---- I9: a text is only text -----------------------------------------------------------------------

PAYLOADS = [
    *(
        "'; DROP TABLE users; --",
        '" OR ""="',
        "1) UNION SELECT hashed_password FROM users --",
        "$(reboot)",
        "`id`",
    ),
    *(
        "{{7*7}} ${7*7} #{7*7}",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "%s%n%x%d",
        "\\",
        '\\" \\u0041',
        "\t\r\n",
    ),
    *(
        "",
        " ",
        "😀 漢字 \u202e\u200f",
        "\ufeff",
        "\u2028\u2029",
        "\x7f\x01",
        "x" * 200,
        "null",
        "NaN",
        "-1e999",
        "𝒳" * 100,
    ),
]


@pytest.mark.parametrize("text", PAYLOADS, ids=ascii)
def test_every_text_is_only_text(server, caller, text):
    for service, body in (("v1", {"text": text}), ("v2", {**HOUSE, "address": text})):
        answer = caller.post(f"/mlservice/{service}/predict", json=body)
        assert_ok(answer)
        assert row_of(server, answer)["outcome"] == "success"
    assert server.sql("SELECT COUNT(*) AS n FROM users")[0]["n"] > 0


def test_a_long_text_is_read_whole(caller):
    assert_ok(caller.post("/mlservice/v1/predict", json={"text": "great " * 3333}))


# ---- I10: much in little ---------------------------------------------------------------------------


def test_ninety_thousand_members_cost_little(server, caller):
    body = "{" + ",".join(f'"{number:x}":1' for number in range(90_000)) + "}"
    assert len(body) <= 1 << 20
    begin = time.monotonic()
    answer = caller.send_json("POST", "/mlservice/v2/predict", body)
    assert time.monotonic() - begin < 2 * SLOWNESS + SLACK  # tenths of a second on a machine that has time
    assert answer.status_code == 422
    assert len(answer.content) < 1 << 20
    assert row_of(server, answer)["outcome"] == "invalid_input"


def test_members_whose_hashes_might_collide_cost_little(caller):
    body = "{" + ",".join(f'"{"Aa" * (n % 7)}{"BB" * (n // 7 % 9)}{n}":0' for n in range(30_000)) + "}"
    begin = time.monotonic()
    assert caller.send_json("POST", "/mlservice/v2/predict", body).status_code == 422
    assert time.monotonic() - begin < 2 * SLOWNESS + SLACK
