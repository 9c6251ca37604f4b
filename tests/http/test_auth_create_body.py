# SPDX-License-Identifier: MIT
"""What POST /auth/create says of a body that is wrong as a whole."""

import json

import pytest
from answers import assert_error, assert_ok, violations


MALFORMED = [
    ("nothing", b""),
    ("cut", b'{"username": "ada@exam'),
    ("bytes behind it", b"{} {}"),
    ("byte order mark", b"\xef\xbb\xbf{}"),
    ("not UTF-8", b'{"username": "\xff"}'),
    ("lone surrogate", b'{"username": "\\ud800"}'),
    ("the same member twice", b'{"username": "a", "username": "b"}'),
    ("single quotes", b"{'username': 'a'}"),
    ("comment", b"{} // mine"),
    ("trailing comma", b'{"username": "a",}'),
    ("NaN", b'{"username": NaN}'),
    ("33 deep", b"[" * 33 + b"]" * 33),
    ("5,000 deep", b"[" * 5000),
]


@pytest.mark.parametrize("body", [row[1] for row in MALFORMED], ids=[row[0] for row in MALFORMED])
def test_what_is_no_json_is_refused(nobody, body):
    answer = nobody.send_json("POST", "/auth/create", body)
    assert_error(answer, 422, "json_invalid")
    violation = answer.json()["detail"][0]
    assert (violation["type"], violation["msg"]) == ("json_invalid", "JSON decode error")
    assert violation["loc"][0] == "body" and isinstance(violation["loc"][1], int)


@pytest.mark.parametrize("body", ["[]", "null", "1", '"text"', "true"])
def test_json_that_is_no_object_is_refused(nobody, body):
    answer = nobody.send_json("POST", "/auth/create", body)
    assert violations(answer) == [("model_attributes_type", ("body",))]
    words = "Input should be a valid dictionary or object to extract fields from"
    assert answer.json()["detail"][0]["msg"] == words


def test_all_missing_fields_are_named_at_once(nobody):
    answer = nobody.post("/auth/create", json={})
    required = ("username", "first_name", "last_name", "password")
    assert violations(answer) == [("missing", ("body", field)) for field in required]
    assert all(violation["msg"] == "Field required" for violation in answer.json()["detail"])


def test_several_errors_come_as_one_list_in_pydantics_shape(nobody):
    body = {"username": "ada", "first_name": 1, "password": "abc", "country": "x" * 128, "role": "admin"}
    answer = assert_error(nobody.post("/auth/create", json=body), 422, "invalid_field")
    shown = {name: value for name, value in body.items() if name in ("username", "first_name", "country")}
    assert answer.json()["detail"] == [
        {
            "type": "value_error",
            "loc": ["body", "username"],
            "input": "ada",
            "msg": "value is not a valid email address: An email address must have an @-sign.",
            "ctx": {"reason": "An email address must have an @-sign."},
        },
        {
            "type": "string_type",
            "loc": ["body", "first_name"],
            "msg": "Input should be a valid string",
            "input": 1,
        },
        {"type": "missing", "loc": ["body", "last_name"], "msg": "Field required", "input": shown},
        {
            "type": "string_too_short",
            "loc": ["body", "password"],
            "msg": "String should have at least 4 characters",
            "ctx": {"min_length": 4},
        },
        {
            "type": "string_too_long",
            "loc": ["body", "country"],
            "input": "x" * 128,
            "msg": "String should have at most 127 characters",
            "ctx": {"max_length": 127},
        },
        # An unknown member beside a secret may be that secret, so it is not echoed.
        {"type": "extra_forbidden", "loc": ["body", "role"], "msg": "Extra inputs are not permitted"},
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
    ids=str,
)
def test_only_json_in_utf8_is_read(nobody, headers):
    answer = nobody.request("POST", "/auth/create", data=b"{}", headers=headers)
    assert_error(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type", ["application/json", "APPLICATION/JSON", "application/json; charset=UTF-8"]
)
def test_json_may_be_named_in_any_case(api, nobody, content_type):
    answer = nobody.post("/auth/create", data=json.dumps(api.body()), headers={"Content-Type": content_type})
    assert_ok(answer, 201)


def test_a_body_over_16_kib_is_refused(api, nobody):
    assert_error(nobody.post("/auth/create", json=api.body(first_name="x" * 17000)), 413, "too_large")
