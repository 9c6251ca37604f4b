# SPDX-License-Identifier: MIT
"""What every answer must look like, and how one is had byte for byte."""

import http.client
import re

import requests


def ask(server, method, target, headers=(), body=b""):
    """A request whose target goes out byte for byte: no client library tidies it up."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    connection.putrequest(method, target)
    for name, value in headers:
        connection.putheader(name, value)
    if body or method in ("POST", "PUT"):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    received = connection.getresponse()
    answer = requests.Response()
    answer.status_code = received.status
    answer.headers = requests.structures.CaseInsensitiveDict(received.getheaders())
    answer._content = received.read()
    connection.close()
    return answer


CHALLENGES = {
    "not_authenticated": "Bearer",
    "bad_credentials": "Bearer",
    "wrong_password": "Bearer",
    "invalid_token": 'Bearer error="invalid_token"',
    "no_access": 'Bearer error="insufficient_scope"',
    "admin_only": 'Bearer error="insufficient_scope"',
}

DETAILS = {
    "not_authenticated": "Not authenticated",
    "bad_credentials": "Could not validate user",
    "wrong_password": "Error on password change",
    "invalid_token": "Could not validate user",
    "no_access": "User does not have access to the service",
    "admin_only": "Unauthorized",
    "method_not_allowed": "Method Not Allowed",
}


def assert_headers(answer):
    """What every answer of the API carries, whatever it says."""
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["X-Request-Id"])
    assert "Server" not in answer.headers
    if answer.status_code == 204:
        assert "Content-Length" not in answer.headers and answer.content == b""
    else:
        assert int(answer.headers["Content-Length"]) == len(answer.content)


def assert_ok(answer, status=200, body=...):
    """A success in JSON, or an empty 204."""
    assert answer.status_code == status, answer.text
    assert_headers(answer)
    assert "WWW-Authenticate" not in answer.headers
    if status != 204:
        assert answer.headers["Content-Type"] == "application/json"
    if body is not ...:
        assert answer.json() == body
    return answer


def assert_error(answer, status, code, detail=None):
    """An error as docs/contract.md has it: body, headers and challenge."""
    assert answer.status_code == status, answer.text
    assert_headers(answer)
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert list(body) == ["detail", "code", "request_id"], body
    assert body["code"] == code, body
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["detail"] == (DETAILS.get(code, body["detail"]) if detail is None else detail)
    assert answer.headers.get("WWW-Authenticate") == (CHALLENGES[code] if status == 401 else None)
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 1
    if status == 405:
        assert "OPTIONS" in answer.headers["Allow"]
    if status == 422:
        assert_violations(body["detail"])
    return answer


def assert_violations(violations):
    assert isinstance(violations, list) and violations
    for violation in violations:
        assert {"type", "loc", "msg"} <= set(violation) <= {"type", "loc", "msg", "input", "ctx"}, violation
        assert violation["loc"][0] in ("body", "path", "query")


def violations(answer, code="invalid_field"):
    """What a 422 says, as (type, loc) pairs."""
    assert_error(answer, 422, code)
    return [(violation["type"], tuple(violation["loc"])) for violation in answer.json()["detail"]]
