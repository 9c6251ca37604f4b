# SPDX-License-Identifier: MIT
"""Calls as a file: GET /user/service_calls/export and GET /admin/service_calls/export."""

import contextlib
import csv
import datetime
import io
import json
import pathlib
import socket
import time

import pytest
from answers import assert_error, violations
from harness import SANITIZED, SLOWNESS, Server
from people import Api

OWN, ALL = "/user/service_calls/export", "/admin/service_calls/export"
COLUMNS = (
    "id,service_version,success,owner_id,request_time,completion_time,duration,outcome,items,request_id"
)
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
# Many calls of one person, a second apart, the later half of another service.
MANY = 50_000
INSERT = """
INSERT INTO service_calls (service_version, success, owner_id, request_time, completion_time, duration, outcome,
                           items, request_id, model_sha256) VALUES (?, ?, ?, ?, ?, 0.0015, 'success', 1, ?, '')"""


def many_calls(owner):
    for i in range(1, MANY + 1):
        asked = datetime.datetime.fromtimestamp(1_700_000_000 + i, datetime.timezone.utc)
        times = [f"{asked:%Y-%m-%dT%H:%M:%S}.{part}Z" for part in ("000000", "001500")]
        yield ("v1" if i <= MANY / 2 else "v2", True, owner, *times, f"request-{i}")



@pytest.fixture
def caller(api):
    """Somebody with four refused calls, two of v2 and two of v1."""
    person = api.user(grants=["v1", "v2"])
    for service in ("v2", "v2", "v1", "v1"):
        assert person.post(f"/mlservice/{service}/predict", json={}).status_code == 422
    return person


def exported(person, path, format):
    """The whole file, with its head checked."""
    mark = "&" if "?" in path else "?"
    answer = person.get(f"{path}{mark}format={format}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == TYPES[format]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="service_calls.{format}"'
    assert answer.headers["Transfer-Encoding"] == "chunked" and "Content-Length" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.content.decode()


def listed(person, path, **parsers):
    """All rows of a listing, page by page."""
    rows = []
    while path:
        answer = person.get(path)
        rows += answer.json(**parsers)
        path = answer.links["next"]["url"] if "next" in answer.links else None
    return rows


def as_cells(row):
    """A listed row, its numbers as they were written, as CSV has it."""
    return {name: json.dumps(value) if isinstance(value, bool) else value for name, value in row.items()}


def test_csv_has_the_rows_of_the_listing(caller):
    text = exported(caller, OWN, "csv")
    assert text.startswith(COLUMNS + "\r\n") and text.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    as_written = {"parse_int": str, "parse_float": str}
    assert rows == [as_cells(row) for row in listed(caller, "/user/service_calls?limit=1", **as_written)]
    assert len(rows) == 4


def test_json_lines_are_the_objects_of_the_listing(caller):
    lines = exported(caller, OWN, "jsonl").splitlines()
    whole = caller.get("/user/service_calls").text
    assert "[" + ",".join(lines) + "]" == whole, "byte for byte"


def test_csv_is_the_default(caller):
    assert caller.get(OWN).text == exported(caller, OWN, "csv")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "service=v1",
        "outcome=invalid_input&service=v2",
        "outcome=success",
        "since=2020-01-01T00:00:00Z",
        "until=2020-01-01T00:00:00Z",
        "since=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z&service=v1",
    ],
)
def test_an_export_takes_the_filters_of_the_listing(superuser, caller, query):
    query = f"user={caller.id}&{query}".rstrip("&")
    lines = exported(superuser, f"{ALL}?{query}", "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == listed(superuser, f"/admin/service_calls?limit=2&{query}")


def test_everybody_exports_their_own_calls_only(api, caller):
    other = api.user(grants=["v1"])
    other.post("/mlservice/v1/predict", json={})
    (line,) = exported(other, OWN, "jsonl").splitlines()
    assert json.loads(line)["owner_id"] == other.id
    assert len(exported(caller, f"{OWN}?service=v1", "jsonl").splitlines()) == 2


def test_without_calls_there_are_the_names_alone(api):
    person = api.user()
    assert exported(person, OWN, "csv") == COLUMNS + "\r\n"
    assert exported(person, OWN, "jsonl") == ""


def test_a_cell_that_begins_as_a_formula_is_defused(api):
    """Of all texts of a call a client chooses the request's id alone; of what begins a formula it may begin
    with "-"."""
    person = api.user(grants=["v1"])
    headers = {"X-Request-Id": "-2-3.cmd"}
    person.post("/mlservice/v1/predict", json={}, headers=headers)
    assert exported(person, OWN, "csv").endswith(",\"'-2-3.cmd\"\r\n")
    assert json.loads(exported(person, OWN, "jsonl"))["request_id"] == "-2-3.cmd"
    person.post("/mlservice/v1/predict", json={}, headers={"X-Request-Id": "=cmd"})
    assert "=cmd" not in exported(person, OWN, "csv"), "it got an id of the server's"


def test_an_export_is_guarded_as_the_listing_is(api):
    assert_error(api.user(grants=["v1"]).get(ALL), 401, "admin_only")
    assert_error(api.nobody().get(ALL + "?format=x"), 401, "not_authenticated")
    assert_error(api.nobody().get(OWN), 401, "not_authenticated")


@pytest.mark.parametrize(
    "path, query, expected",
    [
        (OWN, "format=xlsx", ("enum", "format")),
        (OWN, "format=CSV", ("enum", "format")),
        (OWN, "limit=5", ("extra_forbidden", "limit")),
        (OWN, "service=V1", ("string_pattern_mismatch", "service")),
        (OWN, "user=1", ("extra_forbidden", "user")),
        (ALL, "format=", ("enum", "format")),
        (ALL, "before=5", ("extra_forbidden", "before")),
        (ALL, "user=0", ("greater_than_equal", "user")),
        (ALL, "outcome=good", ("enum", "outcome")),
        (ALL, "since=yesterday", ("value_error", "since")),
        (ALL, "until=2026-01-01", ("value_error", "until")),
    ],
)
def test_a_query_with_a_fault_is_refused(superuser, path, query, expected):
    assert violations(superuser.get(f"{path}?{query}")) == [(expected[0], ("query", expected[1]))]


def test_head_has_the_head_alone(superuser):
    answer = superuser.request("HEAD", OWN)
    assert answer.status_code == 200 and answer.content == b""
    assert answer.headers["Content-Type"] == TYPES["csv"]


# ---- many calls ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A server with many calls of one person."""
    one = Server(tmp_path_factory.mktemp("server")).start()
    person = Api(one).user()
    id = person.id
    one.stop()
    one.change_offline_many(INSERT, many_calls(id))
    one.start()
    one.caller = person.login()
    yield one
    one.stop()


def peak_memory(server):
    """The most that the process has ever held, in bytes."""
    with open(f"/proc/{server.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def open_sockets(server):
    """The server's ends of connections to it; not those of its own to a database."""
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    established = "01"
    return sum(
        line.split()[1].endswith(f":{server.port:04X}") and line.split()[3] == established for line in lines
    )


def ids_of(lines):
    return [json.loads(line)["id"] for line in lines]


def test_all_rows_come_once_and_newest_first(filled):
    ids = ids_of(exported(filled.caller, OWN, "jsonl").splitlines())
    assert len(ids) == MANY and ids == sorted(set(ids), reverse=True)


def test_a_span_of_time_is_exact_over_many_pages(filled):
    query = "since=2023-11-14T23:00:00Z&until=2023-11-15T06:00:00Z"
    lines = exported(Api(filled).superuser(), f"{ALL}?{query}", "jsonl").splitlines()
    times = [json.loads(line)["request_time"] for line in lines]
    assert len(times) == 7 * 3600
    assert (times[-1], times[0]) == ("2023-11-14T23:00:00.000000Z", "2023-11-15T05:59:59.000000Z")


def test_memory_does_not_grow_with_the_rows(filled):
    """Half of the rows and all of them have the same peak, but for what SQLite keeps of the file."""
    filled.restart()
    for format in ("csv", "jsonl", "csv", "jsonl"):
        exported(filled.caller, f"{OWN}?service=v1", format)
    before = peak_memory(filled)
    for format in ("csv", "jsonl"):
        assert len(exported(filled.caller, OWN, format)) > 5_000_000
    if not SANITIZED:
        assert peak_memory(filled) - before < 3 << 20


def test_a_client_that_hangs_up_in_the_middle_is_forgotten(filled):
    filled.session.get(filled.base + "/healthcheck")  # the tests' own connection is there
    before = open_sockets(filled)
    request = f"GET {OWN} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {filled.caller.token}\r\n\r\n"
    for _ in range(20):
        with socket.create_connection((filled.host, filled.port), 10) as connection:
            connection.sendall(request.encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert filled.alive()
    assert len(exported(filled.caller, OWN, "jsonl").splitlines()) == MANY
    deadline = time.monotonic() + 10 * SLOWNESS
    while open_sockets(filled) > before:
        assert time.monotonic() < deadline, "connections are left"
        time.sleep(0.02)


def test_http_1_0_has_the_rows_until_the_end(filled):
    request = f"GET {OWN} HTTP/1.0\r\nAuthorization: Bearer {filled.caller.token}\r\n\r\n"
    head, _, body = filled.raw(request.encode(), timeout=30).partition(b"\r\n\r\n")
    assert b"Connection: close" in head and b"Transfer-Encoding" not in head
    assert body.decode() == exported(filled.caller, OWN, "csv")


def test_an_export_goes_on_while_others_are_served(filled):
    """A reader who stops holds no session."""
    request = f"GET {OWN} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {filled.caller.token}\r\n\r\n"
    readers = [socket.create_connection((filled.host, filled.port), 10) for _ in range(10)]
    for reader in readers:
        reader.sendall(request.encode())
        assert reader.recv(1000).startswith(b"HTTP/1.1 200")
    assert filled.caller.get("/user").status_code == 200
    assert len(filled.caller.get("/user/service_calls").json()) == 100
    for reader in readers:
        reader.close()


def test_a_stop_does_not_wait_for_a_reader_who_stopped(filled):
    filled.restart(DRAIN_TIMEOUT_MS=200)
    path, token = f"{OWN}?format=jsonl", filled.caller.token
    request = f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n"
    with socket.create_connection((filled.host, filled.port), 10) as reader:
        reader.sendall(request.encode())
        assert reader.recv(1000).startswith(b"HTTP/1.1 200")
        filled.stop()  # in good order, within the time that any stop has
        received = b"more"
        with contextlib.suppress(ConnectionResetError):
            while more := reader.recv(1 << 20):
                received = more
        assert not received.endswith(b"\r\n0\r\n\r\n"), "the part does not look like the whole"
    filled.start()
