# SPDX-License-Identifier: MIT
"""The header traceparent (W3C Trace Context): its trace-id joins a request's log line with the caller's trace."""

import pytest
from answers import ask

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SOUND = f"00-{TRACE}-00f067aa0ba902b7-01"


def logged_line(server, headers):
    answer = ask(server, "GET", "/healthcheck", headers)
    assert answer.status_code == 200
    assert TRACE not in str(answer.headers)
    (line,) = server.logged("request", request_id=answer.headers["X-Request-Id"])
    return line


def test_the_trace_id_stands_in_the_log(server):
    assert logged_line(server, [("traceparent", SOUND)])["trace_id"] == TRACE
    assert logged_line(server, [("TraceParent", SOUND)])["trace_id"] == TRACE


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("traceparent", SOUND.upper())],
        [("traceparent", SOUND[:-1])],
        [("traceparent", SOUND + "-more")],
        [("traceparent", "ff" + SOUND[2:])],
        [("traceparent", f"00-{'0' * 32}-00f067aa0ba902b7-01")],
        [("traceparent", f"00-{TRACE}-{'0' * 16}-01")],
        [("traceparent", SOUND), ("traceparent", SOUND)],
    ],
)
def test_a_malformed_one_is_ignored(server, headers):
    assert "trace_id" not in logged_line(server, headers)
