# SPDX-License-Identifier: MIT
"""One byte stream, one reading (docs/security.md, H1 to H7 and H12 to H17).

Requests go over raw sockets, byte for byte. Every answer is read by h11, a second reader that was not written with the
server, and behind every bad request stands a hidden one that must never be answered.
"""

import json
import socket
import struct
import time

import h11
import pytest
from harness import SLACK

MARK = b"hidden-request-7"
HIDDEN = b"GET /healthcheck HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + MARK + b"\r\n\r\n"
CLOSES_WITHIN = 1 + SLACK


class Answer:
    """One answer as h11 reads it."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        """The only header of that name, or None."""
        values = [value.decode("latin-1") for key, value in self.headers if key == name.encode()]
        assert len(values) <= 1, f"{name} stands {len(values)} times"
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)


def read_answers(data, methods=("GET",)):
    """Reads the answers to requests of these methods; says how many bytes stay behind them."""
    answers = []
    for method in methods:
        if not data:
            break
        reader = h11.Connection(h11.CLIENT)
        reader.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
        reader.send(h11.EndOfMessage())
        reader.receive_data(data)
        body = b""
        event = reader.next_event()
        while isinstance(event, h11.InformationalResponse):
            event = reader.next_event()
        assert isinstance(event, h11.Response), f"no answer in {data[:200]!r}"
        status, headers = event.status_code, event.headers
        event = reader.next_event()
        while isinstance(event, h11.Data):
            body += bytes(event.data)
            event = reader.next_event()
        assert isinstance(event, h11.EndOfMessage), f"the answer is cut: {event}"
        answers.append(Answer(status, headers, body))
        data = reader.trailing_data[0]
    return answers, data


def assert_shape(answer, code=None):
    """An error as docs/contract.md has it, with the headers that every answer has."""
    assert answer.header("content-type") == "application/json"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("server") is None
    assert set(answer.json) == {"detail", "code", "request_id"}
    assert answer.json["request_id"] == answer.header("x-request-id")
    if code:
        assert answer.json["code"] == code


def assert_refused(server, raw, status, code=None, method="GET", within=CLOSES_WITHIN):
    """The bad request alone is answered, with that status, and the connection closes."""
    begin = time.monotonic()
    data = server.raw(raw + HIDDEN, timeout=within + 5)
    assert time.monotonic() - begin < within, "the connection stays open"
    assert MARK not in data, "the hidden request was answered"
    answers, rest = read_answers(data, [method])
    assert rest == b"", "something behind the refusal was answered"
    assert len(answers) == 1, "closed without an answer"
    assert answers[0].status == status
    assert answers[0].header("connection") == "close"
    assert_shape(answers[0], code)
    assert server.alive()


def connect(server, timeout=10):
    client = socket.create_connection((server.host, server.port), timeout=timeout)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def read_until_close(client):
    data = b""
    try:
        while piece := client.recv(65536):
            data += piece
    except (ConnectionResetError, socket.timeout):
        pass
    return data


def reset(client):
    """Closes with a TCP reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def request(line, *headers, host="a", body=b""):
    lines = [line] + ([f"Host: {host}"] if host is not None else []) + list(headers)
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def post(*headers, body=b""):
    return request("POST /auth/create HTTP/1.1", *headers, body=body)


def get(*headers):
    return request("GET /healthcheck HTTP/1.1", *headers)


CHUNKED = "Transfer-Encoding: chunked"

REFUSED = [
    # H1: two framings. A proxy before us may obey the one that we would not.
    ("H1 length, chunked", post("Content-Length: 4", CHUNKED, body=b"0\r\n\r\n"), 400, "bad_framing"),
    ("H1 chunked, length", post(CHUNKED, "Content-Length: 4", body=b"0\r\n\r\n"), 400, "bad_framing"),
    ("H1 gzip, length", post("Transfer-Encoding: gzip", "Content-Length: 4", body=b"abcd"), 400, "bad_framing"),
    ("H1 identity, length", post("Transfer-Encoding: identity", "Content-Length: 4", body=b"abcd"), 400, "bad_framing"),
    ("H1 xchunked, length", post("Transfer-Encoding: xchunked", "Content-Length: 4", body=b"abcd"), 400, "bad_framing"),
    ("H1 length 0, chunked", post("Content-Length: 0", CHUNKED, body=b"0\r\n\r\n"), 400, "bad_framing"),
    # H2: codings other than "chunked" alone.
    ("H2 gzip", post("Transfer-Encoding: gzip"), 501, "unsupported_coding"),
    ("H2 identity", post("Transfer-Encoding: identity"), 501, "unsupported_coding"),
    ("H2 xchunked", post("Transfer-Encoding: xchunked"), 501, "unsupported_coding"),
    ("H2 chunked, chunked", post("Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), 501, "unsupported_coding"),
    ("H2 chunked in two lines", post(CHUNKED, CHUNKED, body=b"0\r\n\r\n"), 501, "unsupported_coding"),
    ("H2 chunked, gzip", post("Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n"), 501, "unsupported_coding"),
    ("H2 gzip, chunked", post("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 501, "unsupported_coding"),
    ("H2 empty", post("Transfer-Encoding:"), 400, "bad_framing"),
    ("H2 vertical tab", post("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"), 400, "bad_framing"),
    ("H2 comma behind", post("Transfer-Encoding: chunked,", body=b"0\r\n\r\n"), 400, "bad_framing"),
    # H3: HTTP/1.0 has no codings.
    ("H3 chunked in 1.0", request("POST /auth/create HTTP/1.0", CHUNKED, body=b"0\r\n\r\n"), 400, "bad_framing"),
    # H4: a length is digits, once.
    ("H4 twice", post("Content-Length: 5", "Content-Length: 5", body=b"hello"), 400, "bad_framing"),
    ("H4 list", post("Content-Length: 5, 5", body=b"hello"), 400, "bad_framing"),
    ("H4 unequal", post("Content-Length: 5", "Content-Length: 6", body=b"hello"), 400, "bad_framing"),
    ("H4 plus", post("Content-Length: +5", body=b"hello"), 400, "bad_framing"),
    ("H4 minus", post("Content-Length: -5", body=b"hello"), 400, "bad_framing"),
    ("H4 hexadecimal", post("Content-Length: 0x5", body=b"hello"), 400, "bad_framing"),
    ("H4 blank inside", post("Content-Length: 5 5", body=b"hello"), 400, "bad_framing"),
    ("H4 empty", post("Content-Length:"), 400, "bad_framing"),
    ("H4 2^64", post("Content-Length: 18446744073709551616"), 400, "bad_framing"),
    # H5: lines that one reader joins or splits and another does not.
    ("H5 folded", get("X: a\r\n b"), 400, "bad_framing"),
    ("H5 folded length", post("Content-Length:\r\n 5", body=b"hello"), 400, "bad_framing"),
    ("H5 space before colon", post("Content-Length : 5", body=b"hello"), 400, "bad_framing"),
    ("H5 no colon", get("X"), 400, "bad_framing"),
    ("H5 bare LF", b"GET /healthcheck HTTP/1.1\nHost: a\n\n", 400, "bad_framing"),
    ("H5 bare LF in a header", get("X: a\nContent-Length: 40"), 400, "bad_framing"),
    ("H5 bare CR", get("X: a\rContent-Length: 40"), 400, "bad_framing"),
    ("H5 NUL", get("X: a\0b"), 400, "bad_framing"),
    ("H5 DEL", get("X: a\x7f"), 400, "bad_framing"),
    ("H5 non-ASCII target", request("GET /healthcheck\xe9 HTTP/1.1"), 400, "bad_framing"),
    ("H5 NUL in target", request("GET /healthcheck\0 HTTP/1.1"), 400, "bad_framing"),
    ("H5 space in target", request("GET /health check HTTP/1.1"), 400, "bad_framing"),
    # H6: one Host.
    ("H6 none", request("GET /healthcheck HTTP/1.1", host=None), 400, "bad_framing"),
    ("H6 two", get("Host: a"), 400, "bad_framing"),
    ("H6 two, unequal", get("Host: b"), 400, "bad_framing"),
    ("H6 empty", request("GET /healthcheck HTTP/1.1", host=""), 400, "bad_framing"),
    ("H6 malformed", request("GET /healthcheck HTTP/1.1", host="a/b"), 400, "bad_framing"),
    ("H6 with a user", request("GET /healthcheck HTTP/1.1", host="u@a"), 400, "bad_framing"),
    # H7: the forms of a target.
    ("H7 other host", request("GET http://b/healthcheck HTTP/1.1"), 400, "bad_framing"),
    ("H7 no slash", request("GET healthcheck HTTP/1.1"), 400, "bad_framing"),
    ("H7 * on GET", request("GET * HTTP/1.1"), 400, "bad_framing"),
    ("H7 CONNECT", request("CONNECT b:443 HTTP/1.1", host="b:443"), 405, "method_not_allowed"),
    # H12: the only expectation there is.
    ("H12 other", post("Expect: 200-ok", "Content-Length: 5", body=b"hello"), 417, "expectation_failed"),
    # H13: other versions and protocols.
    ("H13 preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"),
    ("H13 HTTP/0.9", b"GET /healthcheck\r\n", 400, "bad_framing"),
    ("H13 1.2", request("GET /healthcheck HTTP/1.2"), 505, "unsupported_version"),
    ("H13 9.9", request("GET /healthcheck HTTP/9.9"), 505, "unsupported_version"),
    ("H13 TLS hello", b"\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03", 400, "bad_framing"),
    ("H13 lower case", request("GET /healthcheck http/1.1"), 400, "bad_framing"),
    # H10 and its neighbours: malformed chunks.
    ("H10 LF in an extension", post(CHUNKED, body=b"5;a\nb\r\nhello\r\n0\r\n\r\n"), 400, "bad_framing"),
    ("H10 size 0x5", post(CHUNKED, body=b"0x5\r\nhello\r\n0\r\n\r\n"), 400, "bad_framing"),
    ("H10 size +5", post(CHUNKED, body=b"+5\r\nhello\r\n0\r\n\r\n"), 400, "bad_framing"),
    ("H10 size with a blank", post(CHUNKED, body=b"5 \r\nhello\r\n0\r\n\r\n"), 400, "bad_framing"),
    ("H10 chunk too long", post(CHUNKED, body=b"5\r\nhello!\r\n0\r\n\r\n"), 400, "bad_framing"),
    ("H10 chunk too short", post(CHUNKED, body=b"5\r\nhell\r\n0\r\n\r\n"), 400, "bad_framing"),
    ("H10 folded trailer", post(CHUNKED, body=b"0\r\nX: a\r\n b\r\n\r\n"), 400, "bad_framing"),
]


@pytest.mark.parametrize("raw,status,code", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_bad_framing_is_refused_and_the_hidden_request_never_answered(server, raw, status, code):
    assert_refused(server, raw, status, code)


SERVED = [
    ("H2 chunked in any letters", request("GET /healthcheck HTTP/1.1", "transfer-encoding: CHUNKED", body=b"0\r\n\r\n")),
    ("H5 one empty line before", b"\r\n" + get()),
    ("H6 port", request("GET /healthcheck HTTP/1.1", host="localhost:8080")),
    ("H6 IPv6", request("GET /healthcheck HTTP/1.1", host="[::1]:8080")),
    ("H7 absolute form of the own host", request("GET http://a/healthcheck HTTP/1.1")),
    ("H13 upgrade to h2c is ignored", get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA")),
    ("H14 body of GET, by length", request("GET /healthcheck HTTP/1.1", "Content-Length: 5", body=b"hello")),
    ("H14 body of GET, in chunks", request("GET /healthcheck HTTP/1.1", CHUNKED, body=b"5\r\nhello\r\n0\r\n\r\n")),
]


@pytest.mark.parametrize("raw", [row[1] for row in SERVED], ids=[row[0] for row in SERVED])
def test_odd_but_clear_requests_are_served_and_leave_nothing_behind(server, raw):
    last = request("GET /healthcheck HTTP/1.1", "Connection: close")
    answers, rest = read_answers(server.raw(raw + last), ["GET", "GET"])
    assert [answer.status for answer in answers] == [200, 200]
    assert [answer.json for answer in answers] == [{"status": "healthy"}] * 2
    assert rest == b""


def test_foreign_hosts_where_a_list_is_set(start_server):
    server = start_server(ALLOWED_HOSTS="a,b.example:8443")
    assert_refused(server, request("GET /healthcheck HTTP/1.1", host="evil.example"), 421, "misdirected")
    assert_refused(server, request("GET /healthcheck HTTP/1.1", host="b.example"), 421, "misdirected")
    assert_refused(server, request("GET http://evil.example/healthcheck HTTP/1.1"), 400, "bad_framing")
    for host in ("a", "A:99", "b.example:8443"):
        data = server.raw(request("GET /healthcheck HTTP/1.1", "Connection: close", host=host))
        assert read_answers(data)[0][0].status == 200


def test_metrics_are_asked_for_by_address_where_a_list_is_set(start_server):
    server = start_server(ALLOWED_HOSTS="models.example.org")
    asked = request("GET /metrics HTTP/1.1", "Connection: close", host=f"127.0.0.1:{server.port}")
    assert read_answers(server.raw(asked))[0][0].status == 200
    assert_refused(server, request("GET /metrics/ HTTP/1.1", host="127.0.0.1"), 421, "misdirected")


def test_options_star_and_trace(server):
    data = server.raw(request("OPTIONS * HTTP/1.1", "Connection: close"))
    assert read_answers(data, ["OPTIONS"])[0][0].status in (200, 204, 404)
    data = server.raw(request("TRACE /healthcheck HTTP/1.1", "Connection: close", "X-Secret: never echoed"))
    assert read_answers(data, ["TRACE"])[0][0].status == 405
    assert b"never echoed" not in data


def test_continue_is_said_before_a_welcome_body(server):
    with connect(server) as client:
        client.sendall(post("Content-Length: 2", "Expect: 100-continue", "Connection: close"))
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        answers, _ = read_answers(read_until_close(client), ["POST"])
        assert len(answers) == 1


def test_continue_is_not_said_before_a_body_that_is_too_large(server):
    data = server.raw(post("Content-Length: 2000000", "Expect: 100-continue"))
    assert b"100 Continue" not in data
    assert read_answers(data, ["POST"])[0][0].status == 413


def test_post_without_length_has_no_body(server):
    """What follows is another request, and here a bad one."""
    data = server.raw(post() + b"left over bytes\r\n\r\n" + HIDDEN)
    answers, rest = read_answers(data, ["POST", "GET"])
    assert answers[-1].status == 400
    assert answers[-1].header("connection") == "close"
    assert rest == b"" and MARK not in data


def test_trailers_are_no_headers(server):
    body = b"0\r\nAuthorization: Bearer x\r\nX-Request-Id: " + MARK + b"\r\n\r\n"
    data = server.raw(request("GET /user HTTP/1.1", CHUNKED, "Connection: close", body=body))
    answer = read_answers(data)[0][0]
    assert answer.status == 401
    assert "error=" not in answer.header("www-authenticate"), "no token was sent"
    assert answer.header("x-request-id") != MARK.decode()


def test_pipelined_requests_are_answered_in_order_each_by_its_own_right(start_server):
    """A thousand on one connection, then it closes; the thousand-and-first is not answered."""
    server = start_server(HTTP_REQUESTS_PER_CONNECTION=1000)
    open_one = b"GET /healthcheck HTTP/1.1\r\nHost: a\r\nX-Request-Id: n%d\r\n\r\n"
    closed_one = b"GET /user HTTP/1.1\r\nHost: a\r\nX-Request-Id: n%d\r\n\r\n"
    raw = b"".join((closed_one if n % 3 == 0 else open_one) % n for n in range(1000))
    answers, rest = read_answers(server.raw(raw + HIDDEN, timeout=30), ["GET"] * 1000)
    assert len(answers) == 1000 and rest == b""
    for n, answer in enumerate(answers):
        assert answer.header("x-request-id") == f"n{n}"
        assert answer.status == (401 if n % 3 == 0 else 200)
    assert answers[-1].header("connection") == "close"
    assert server.alive()


@pytest.mark.parametrize("odd", ["a b", "<script>", "a;b", "", "x" * 65, "\xe9", "a\tb"])
def test_odd_request_ids_are_replaced(server, odd):
    data = server.raw(get("X-Request-Id: " + odd, "Connection: close"))
    made = read_answers(data)[0][0].header("x-request-id")
    assert len(made) == 32 and set(made) <= set("0123456789abcdef")


def test_plain_request_ids_are_kept(server):
    data = server.raw(get("X-Request-Id: My-id_1.2", "Connection: close"))
    assert read_answers(data)[0][0].header("x-request-id") == "My-id_1.2"


def test_nothing_reflected_begins_a_header_line(server):
    for path in ("/%0d%0aSet-Cookie:%20x=1", "/healthcheck?a=%0d%0aSet-Cookie:%20x=1", "/user/%0aX-Injected:1"):
        answer = read_answers(server.raw(request(f"GET {path} HTTP/1.1", "Connection: close")))[0][0]
        assert answer.header("set-cookie") is None
        assert answer.header("x-injected") is None


def test_head_is_get_without_body(server):
    data = server.raw(request("HEAD /healthcheck HTTP/1.1", "Connection: close"))
    answers, rest = read_answers(data, ["HEAD"])
    assert answers[0].status == 200 and answers[0].body == b"" and rest == b""
    assert answers[0].header("content-length") == str(len(b'{"status":"healthy"}'))


BROKEN_OFF = [
    ("before a byte", b""),
    ("mid-head", b"GET /healthcheck HT"),
    ("mid-body", post("Content-Length: 10000", body=b"{")),
    ("mid-chunk", post(CHUNKED, body=b"FF\r\n{")),
    ("mid-answer", get() * 500),
]


@pytest.mark.parametrize("raw", [row[1] for row in BROKEN_OFF], ids=[row[0] for row in BROKEN_OFF])
def test_resets_harm_nobody(server, raw):
    for _ in range(20):
        client = connect(server)
        client.sendall(raw)
        reset(client)
    assert server.alive()


@pytest.mark.parametrize("raw", [b"GET /healthcheck HT", post("Content-Length: 10", body=b"{"), post(CHUNKED, body=b"5\r\n{")])
def test_requests_that_end_too_early_are_refused(server, raw):
    with connect(server) as client:
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        answers, rest = read_answers(read_until_close(client))
    assert [answer.status for answer in answers] == [400] and rest == b""
    assert_shape(answers[0], "bad_framing")
