# SPDX-License-Identifier: MIT
"""Every resource has a ceiling and every wait an end (docs/security.md, H8 to H11 and Q1 to Q4)."""

import contextlib
import resource
import select
import socket
import time

import pytest
from exposition import scraped
from harness import SLACK, wait_until
from test_http_framing import (
    CHUNKED,
    assert_refused,
    assert_shape,
    connect,
    get,
    post,
    read_answers,
    read_until_close,
    request,
)

AUTH_LIMIT = 16 * 1024
OTHER_LIMIT = 1024 * 1024


def head_of_size(size):
    return get("X: " + "y" * (size - len(get("X: "))))


def many_headers(count):
    return get(*["X: y"] * (count - 1))


def target_of_size(size):
    return request("GET /" + "a" * (size - 1) + " HTTP/1.1")


def status_of(server, raw, method="GET", timeout=10):
    answers, _ = read_answers(server.raw(raw, timeout=timeout), [method])
    return answers[0].status


def closing(raw):
    """The same request with Connection: close, so that reading to the end is quick."""
    return raw.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)


# ---- sizes ---------------------------------------------------------------------------------------

TOO_MUCH = [
    ("H8 head of 8 KiB and a byte", head_of_size(8 * 1024 + 1), 431, "head_too_large"),
    ("H8 head that never ends", b"GET / HTTP/1.1\r\nX: " + b"y" * 20000, 431, "head_too_large"),
    ("H8 101 headers", many_headers(101), 431, "head_too_large"),
    ("H8 1,000 headers", many_headers(1000), 431, "head_too_large"),
    ("H8 target of 4 KiB and a byte", target_of_size(4 * 1024 + 1), 414, "uri_too_long"),
    ("H8 target that never ends", b"GET /" + b"a" * 20000, 414, "uri_too_long"),
    ("H8 method of 5,000 letters", request("A" * 5000 + " / HTTP/1.1"), 501, "unsupported_method"),
    ("H8 method that never ends", b"A" * 20000, 501, "unsupported_method"),
    ("H8 get", request("get /healthcheck HTTP/1.1"), 501, "unsupported_method"),
    ("H8 PROPFIND", request("PROPFIND / HTTP/1.1"), 501, "unsupported_method"),
    ("H9 2 GiB announced", post("Content-Length: 2147483648"), 413, "too_large"),
    ("H9 2^64-1 announced", post("Content-Length: 18446744073709551615"), 413, "too_large"),
    ("H9 a byte over, on auth", post(f"Content-Length: {AUTH_LIMIT + 1}"), 413, "too_large"),
    ("H9 a byte over, elsewhere", request("POST /x HTTP/1.1", f"Content-Length: {OTHER_LIMIT + 1}"), 413, "too_large"),
    ("H9 a chunk over", post(CHUNKED, body=b"4001\r\n"), 413, "too_large"),
    ("H9 chunks over", post(CHUNKED, body=b"1000\r\n" + b"x" * 4096 + b"\r\n3001\r\n"), 413, "too_large"),
    ("H9 a chunk past 64 bits", post(CHUNKED, body=b"10000000000000005\r\nhello\r\n0\r\n\r\n"), 413, "too_large"),
    ("H9 a large body of GET", request("GET /healthcheck HTTP/1.1", "Content-Length: 2147483648"), 413, "too_large"),
]


@pytest.mark.parametrize("raw,status,code", [row[1:] for row in TOO_MUCH], ids=[row[0] for row in TOO_MUCH])
def test_too_much_is_refused(server, raw, status, code):
    assert_refused(server, raw, status, code)


def test_just_enough_is_served(server):
    assert status_of(server, closing(head_of_size(8 * 1024 - len("Connection: close\r\n")))) == 200
    assert status_of(server, closing(many_headers(99))) == 200
    assert status_of(server, closing(target_of_size(4 * 1024))) == 404
    full = post("Connection: close", f"Content-Length: {AUTH_LIMIT}", body=b"x" * AUTH_LIMIT)
    assert status_of(server, full, "POST") != 413
    full = request("POST /x HTTP/1.1", "Connection: close", f"Content-Length: {OTHER_LIMIT}", body=b"x" * OTHER_LIMIT)
    assert status_of(server, full, "POST") == 404


def test_sizes_follow_the_settings(start_server):
    server = start_server(HTTP_HEAD_SIZE=1024, HTTP_HEAD_COUNT=5, HTTP_TARGET_SIZE=64)
    assert_refused(server, head_of_size(1025), 431, "head_too_large")
    assert_refused(server, many_headers(6), 431, "head_too_large")
    assert_refused(server, target_of_size(65), 414, "uri_too_long")
    assert status_of(server, closing(many_headers(4))) == 200


# ---- chunks (H10) --------------------------------------------------------------------------------


def one_byte_chunks(count):
    return request("POST /x HTTP/1.1", CHUNKED, "Connection: close", body=b"1\r\na\r\n" * count + b"0\r\n\r\n")


def test_a_million_one_byte_chunks_take_linear_time(server):
    def seconds(count):
        begin = time.monotonic()
        assert status_of(server, one_byte_chunks(count), "POST", timeout=30) == 404
        return time.monotonic() - begin

    seconds(1000)
    small, large = seconds(100_000), seconds(1_000_000)
    assert large < 10
    assert large < 30 * max(small, 0.05) + SLACK, "ten times the chunks, about ten times the time"


def test_framing_may_not_outweigh_the_body(server):
    """16 MiB of chunk extensions round 2,000 bytes."""
    chunk = b"1;" + b"x" * 8190 + b"\r\na\r\n"
    with connect(server) as client, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        client.sendall(request("POST /x HTTP/1.1", CHUNKED))
        for _ in range(2000):
            client.sendall(chunk)
    with connect(server) as client:
        client.sendall(request("POST /x HTTP/1.1", CHUNKED) + chunk * 20)
        answers, rest = read_answers(read_until_close(client), ["POST"])
    assert [answer.status for answer in answers] == [413] and rest == b""
    assert_shape(answers[0], "too_large")
    assert server.alive()


def test_a_body_sent_whole_does_not_hide_the_refusal(server):
    """The client reads only when it has sent everything; the answer must not be lost to a reset."""
    body = b"x" * 4_000_000
    with connect(server) as client:
        client.sendall(post(f"Content-Length: {len(body)}"))
        client.sendall(body)
        answers, _ = read_answers(read_until_close(client), ["POST"])
    assert [answer.status for answer in answers] == [413]


# ---- time (H11, Q1) ------------------------------------------------------------------------------


@pytest.fixture
def hasty(start_server):
    """A server with short deadlines."""
    return start_server(
        HTTP_HEAD_TIMEOUT_MS=600,
        HTTP_BODY_TIMEOUT_MS=900,
        HTTP_WRITE_TIMEOUT_MS=600,
        HTTP_IDLE_TIMEOUT_MS=800,
    )


def drip(client, beginning, pause):
    """This, and then a byte at a time until the server has had enough of it."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        client.sendall(beginning)
        while not select.select([client], [], [], pause)[0]:
            client.sendall(b"y")


def assert_timed_out(client, begin, at_most):
    answers, rest = read_answers(read_until_close(client))
    assert time.monotonic() - begin < at_most
    assert [answer.status for answer in answers] == [408] and rest == b""
    assert answers[0].header("connection") == "close"
    assert_shape(answers[0], "timeout")


def test_slow_heads(hasty):
    with connect(hasty) as client:
        begin = time.monotonic()
        drip(client, b"GET /healthcheck HTTP/1.1\r\nX: ", 0.03)
        assert_timed_out(client, begin, 1 + SLACK)
    assert hasty.alive()


def test_slow_bodies(hasty):
    with connect(hasty) as client:
        begin = time.monotonic()
        drip(client, post("Content-Length: 1000"), 0.04)
        assert_timed_out(client, begin, 1 + SLACK)
    assert hasty.alive()


def test_chunk_lines_ended_by_lf_alone(hasty):
    with connect(hasty) as client:
        begin = time.monotonic()
        client.sendall(post(CHUNKED, body=b"5\nhello\n0\n\n"))
        assert_timed_out(client, begin, 1 + SLACK)
    assert hasty.alive()


@pytest.mark.parametrize("first", [b"", get()], ids=["silent from the start", "idle behind an answer"])
def test_silence_ends_in_a_plain_close(hasty, first):
    with connect(hasty) as client:
        client.sendall(first)
        begin = time.monotonic()
        answers, rest = read_answers(read_until_close(client))
        assert time.monotonic() - begin < 1 + SLACK
    assert [answer.status for answer in answers] == ([200] if first else []) and rest == b""
    assert hasty.logged("conn.timeout")[0]["reason"] == "no request came"


def test_readers_that_do_not_read(hasty):
    """Asks for more than all buffers between the two hold, and takes none of it: the server ends the connection."""
    long = request("GET /openapi.json HTTP/1.1")
    with connect(hasty) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(long * 300)
        assert hasty.logged("conn.timeout", reason="the answer was not read")
    assert hasty.alive()


def test_half_a_thousand_slow_clients_do_not_hurt_the_others(start_server):
    server = start_server(HTTP_CONNECTIONS_PER_PEER=1000, HTTP_HEAD_TIMEOUT_MS=60000, HTTP_BODY_TIMEOUT_MS=60000)
    slow = []
    try:
        for n in range(500):
            slow.append(connect(server))
            slow[-1].sendall(b"GET /healthcheck HTTP/1.1\r\nX" if n % 2 else post("Content-Length: 9", body=b"{"))
        begin = time.monotonic()
        assert status_of(server, closing(get())) == 200
        assert time.monotonic() - begin < 1 + SLACK
    finally:
        for client in slow:
            client.close()
    assert server.alive()


# ---- numbers (Q2, Q3, Q4) ------------------------------------------------------------------------


def test_connections_of_a_peer(start_server):
    server = start_server(HTTP_CONNECTIONS_PER_PEER=5)
    check_connection_cap(server)


def test_connections_in_all(start_server):
    server = start_server(HTTP_CONNECTIONS=5)
    check_connection_cap(server)


def served(server):
    """A connection that has a place. One that another has left comes free a moment behind."""
    deadline = time.monotonic() + 10
    while True:
        client = connect(server)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            client.sendall(get())
            if client.recv(65536).startswith(b"HTTP/1.1 200 "):
                return client
        client.close()
        assert time.monotonic() < deadline, "no place comes free"


def check_connection_cap(server):
    with contextlib.ExitStack() as stack:
        kept = [stack.enter_context(served(server)) for _ in range(5)]
        refused = stack.enter_context(connect(server))
        data = read_until_close(refused)
        if data:  # the answer is a courtesy, the close is the rule
            answers, _ = read_answers(data)
            assert answers[0].status == 503
            assert int(answers[0].header("retry-after")) >= 1
        kept[0].sendall(get())
        assert kept[0].recv(65536).startswith(b"HTTP/1.1 200 "), "the others are served"
    wait_until(lambda: server.probe("/healthcheck") == 200, "places come free")
    assert server.alive()


def test_file_descriptors_used_up(start_server):
    server = start_server()
    soft, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (64, hard))
    clients = [connect(server) for _ in range(120)]  # the kernel takes them, the program cannot
    before = cpu_seconds(server.pid)
    time.sleep(1)
    spent = cpu_seconds(server.pid) - before
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (soft, hard))
    for client in clients[:60]:
        client.close()
    begin = time.monotonic()
    clients[-1].sendall(get())
    assert clients[-1].recv(65536).startswith(b"HTTP/1.1 200 ")
    assert time.monotonic() - begin < 2 + SLACK
    assert spent < 0.2, "it waits, and does not spin"
    for client in clients:
        client.close()
    assert server.alive()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def body_of(size, announced=None):
    head = request("POST /x HTTP/1.1", f"Content-Length: {announced or size}", "Connection: close")
    return head + b"x" * size


def assert_refused_beside(server, bytes_held, second):
    """There is no room for this one once so much of another has come."""
    wait_until(lambda: scraped(server).value("inferkeep_http_body_bytes") >= bytes_held, "the first does not come")
    (refused,), _ = read_answers(server.raw(second), ["POST"])
    assert refused.status == 503 and int(refused.header("retry-after")) >= 1
    assert_shape(refused, "busy")


def test_bytes_of_all_bodies(start_server):
    server = start_server(HTTP_BODIES_IN_FLIGHT=600_000, TRUSTED_PROXIES="127.0.0.1")
    with connect(server) as holder:
        holder.sendall(body_of(490_000, announced=500_000))
        assert_refused_beside(server, 490_000, body_of(400_000))
        holder.sendall(b"x" * 10_000)
        assert read_answers(read_until_close(holder), ["POST"])[0][0].status == 404
    assert status_of(server, body_of(400_000), "POST") == 404, "given back"
    wait_until(lambda: scraped(server).value("inferkeep_http_body_bytes") == 0, "nobody holds any")
    assert server.alive()


def test_bytes_of_the_bodies_of_one_address(start_server):
    """A quarter of all: whoever holds it keeps nobody out but themselves."""
    server = start_server(HTTP_BODIES_IN_FLIGHT=2_000_000)
    second = body_of(300_000)
    with connect(server) as holder:
        holder.sendall(body_of(390_000, announced=400_000))
        assert_refused_beside(server, 390_000, second)
        (served,), _ = read_answers(server.raw(second, source="127.0.0.2"), ["POST"])
        assert served.status == 404, "others are served"
        holder.sendall(b"x" * 10_000)
        assert read_answers(read_until_close(holder), ["POST"])[0][0].status == 404
    assert status_of(server, second, "POST") == 404, "given back"
