# SPDX-License-Identifier: MIT
"""Who the client is: behind proxies that are trusted, behind those that are not, and over IPv6."""

import socket

import pytest
from answers import ask, assert_error, assert_ok
from harness import Server
from people import Api, Client, new_password
from test_http_limits import served

TRUSTED = "127.0.0.0/8, ::1"


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """A server that trusts this machine as its proxy."""
    one = Server(tmp_path_factory.mktemp("behind"), TRUSTED_PROXIES=TRUSTED, HTTP_CONNECTIONS_PER_PEER=2).start()
    yield one
    one.stop()


def peer_of(server, headers):
    """The client's address as the log of the request has it."""
    answer = ask(server, "GET", "/healthcheck", headers)
    (line,) = server.logged("request", request_id=answer.headers["X-Request-Id"])
    return line["peer"]


def forwarded(*values):
    return [("X-Forwarded-For", value) for value in values]


LISTS = [
    (forwarded("192.0.2.1"), "192.0.2.1"),
    (forwarded("198.51.100.66, 192.0.2.1, 127.0.0.9"), "192.0.2.1"),
    (forwarded("198.51.100.66", "192.0.2.1"), "192.0.2.1"),
    (forwarded("192.0.2.1, unknown"), "127.0.0.1"),
    (forwarded("192.0.2.1, unknown, 127.0.0.9"), "127.0.0.9"),
    (forwarded("2001:db8::7"), "2001:db8::7"),
    (forwarded("[2001:db8::7]:4711"), "2001:db8::7"),
    (forwarded("192.0.2.1\t,\t127.0.0.9"), "192.0.2.1"),
    (forwarded(""), "127.0.0.1"),
    (forwarded("," * 4000), "127.0.0.1"),
    ([("Forwarded", "for=192.0.2.1")], "127.0.0.1"),
    ([("X-Real-IP", "192.0.2.1")], "127.0.0.1"),
    ([], "127.0.0.1"),
]


@pytest.mark.parametrize("headers, peer", LISTS, ids=[str(headers)[:50] for headers, _ in LISTS])
def test_a_trusted_proxy_says_who_its_client_is(behind, headers, peer):
    assert peer_of(behind, headers) == peer


def test_each_request_of_a_connection_may_be_anothers(behind):
    for address in ("192.0.2.1", "192.0.2.2"):
        answer = Client(behind).get("/healthcheck", headers={"X-Forwarded-For": address})
        (line,) = behind.logged("request", request_id=answer.headers["X-Request-Id"])
        assert line["peer"] == address


def test_a_proxy_that_is_not_trusted_says_nothing(start_server):
    server = start_server(TRUSTED_PROXIES="10.0.0.0/8")
    assert peer_of(server, forwarded("192.0.2.1")) == "127.0.0.1"


def test_a_trusted_proxy_is_not_one_person(behind):
    kept = [socket.create_connection((behind.host, behind.port)) for _ in range(8)]
    for connection in kept:
        connection.sendall(b"GET /healthcheck HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    for connection in kept:
        connection.close()


def test_all_connections_are_counted_for_a_trusted_proxy_too(start_server):
    server = start_server(TRUSTED_PROXIES=TRUSTED, HTTP_CONNECTIONS=4)
    kept = [served(server) for _ in range(4)]
    assert server.probe("/healthcheck") in (503, None)
    for connection in kept:
        connection.close()


# ---- guesses -----------------------------------------------------------------------------------------


def try_login(server, person, password, address):
    form = {"username": person.username, "password": password}
    return Client(server).post("/auth/token", data=form, headers={"X-Forwarded-For": address})


def guess_from(server, person, address, times=5):
    for _ in range(times):
        assert_error(try_login(server, person, new_password(), address), 401, "bad_credentials")


def test_guesses_count_for_the_client_and_not_for_the_proxy(behind):
    person = Api(behind).register()
    guess_from(behind, person, "192.0.2.1")
    assert_error(try_login(behind, person, person.password, "192.0.2.1"), 429, "rate_limited")
    assert_ok(try_login(behind, person, person.password, "192.0.2.2"))


def test_no_list_of_a_clients_own_is_a_way_around(behind):
    person = Api(behind).register()
    for n in range(5):
        guess_from(behind, person, f"198.51.100.{n}, 192.0.2.1", times=1)
    assert_error(try_login(behind, person, person.password, "198.51.100.9, 192.0.2.1"), 429, "rate_limited")


def test_an_ipv6_network_counts_as_one(behind):
    person = Api(behind).register()
    for n in range(5):
        guess_from(behind, person, f"2001:db8:1:2:{n:x}::1", times=1)
    assert_error(try_login(behind, person, person.password, "2001:db8:1:2:ffff::1"), 429, "rate_limited")
    assert_ok(try_login(behind, person, person.password, "2001:db8:1:3::1"))


def test_ipv4_written_as_ipv6_is_ipv4(behind):
    person = Api(behind).register()
    guess_from(behind, person, "::ffff:192.0.2.1")
    assert_error(try_login(behind, person, person.password, "192.0.2.1"), 429, "rate_limited")
    assert_ok(try_login(behind, person, person.password, "::ffff:192.0.2.2"))


# ---- registrations ---------------------------------------------------------------------------------


def register(server, address, **fields):
    body = Api(server).body(**fields)
    return Client(server).post("/auth/create", json=body, headers={"X-Forwarded-For": address})


@pytest.fixture
def strict(start_server):
    return start_server(TRUSTED_PROXIES=TRUSTED, REGISTRATIONS=3)


def test_an_address_registers_so_many_people(strict):
    for _ in range(3):
        last = assert_ok(register(strict, "192.0.2.1"), 201)
    answer = assert_error(register(strict, "192.0.2.1"), 429, "rate_limited", "Too many registrations, try again later")
    assert 3590 <= int(answer.headers["Retry-After"]) <= 3600
    (line,) = strict.logged("throttle.register", request_id=last.headers["X-Request-Id"])
    assert line["peer"] == "192.0.2.1"
    assert_ok(register(strict, "192.0.2.2"), 201)


def test_an_ipv6_network_registers_as_one(strict):
    for n in range(3):
        assert_ok(register(strict, f"2001:db8:1:2::{n}"), 201)
    assert_error(register(strict, "2001:db8:1:2:3::4"), 429, "rate_limited")
    assert_ok(register(strict, "2001:db8:1:3::"), 201)


def test_a_taken_name_counts(strict):
    taken = Api(strict).register().username
    for _ in range(3):
        assert_error(register(strict, "192.0.2.1", username=taken), 409, "username_taken")
    assert_error(register(strict, "192.0.2.1"), 429, "rate_limited")


@pytest.mark.parametrize("fault", [{"username": "nobody"}, {"password": "password"}, {"password": "x"}])
def test_what_cannot_be_an_account_does_not_count(strict, fault):
    for _ in range(5):
        answer = register(strict, "192.0.2.1", **fault)
        assert answer.status_code == 422
        (line,) = strict.logged("register.rejected", request_id=answer.headers["X-Request-Id"])
        assert (line["status"], line["peer"]) == (422, "192.0.2.1")
    assert_ok(register(strict, "192.0.2.1"), 201)


def test_an_admin_creates_as_many_as_there_are(strict):
    api = Api(strict)
    for _ in range(5):
        api.user()


def test_a_sign_in_without_a_name_is_logged(behind):
    answer = Client(behind).post("/auth/token", data={"password": new_password()})
    assert_error(answer, 422, "invalid_field")
    (line,) = behind.logged("login.bad_request", request_id=answer.headers["X-Request-Id"])
    assert line["status"] == 422


# ---- IPv6 ------------------------------------------------------------------------------------------


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
def test_ipv4_and_ipv6_are_served_side_by_side(start_server):
    server = start_server(HOST="::", HTTP_CONNECTIONS_PER_PEER=2)
    request = b"GET /healthcheck HTTP/1.1\r\nHost: [::1]\r\nX-Request-Id: six\r\n\r\n"
    kept = [socket.create_connection(("::1", server.port)) for _ in range(2)]
    for connection in kept:
        connection.sendall(request)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert {line["peer"] for line in server.logged("request", count=2, request_id="six")} == {"::1"}
    with socket.create_connection(("::1", server.port)) as third:
        third.settimeout(5)
        assert not third.recv(65536).startswith(b"HTTP/1.1 200 "), "the cap is that of the network"
    assert server.alive(), "and IPv4 has its own"
    for connection in kept:
        connection.close()
