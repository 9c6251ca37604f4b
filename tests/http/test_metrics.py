# SPDX-License-Identifier: MIT
"""GET /metrics: what is counted when, who may read it, and what never stands in it."""

import shutil
import socket
import subprocess
import time
import uuid

import pytest
from answers import ask, assert_error
from exposition import Scrape
from harness import NEVER_LOGGED, ROOT, SUPERUSER
from people import new_name
from services import NAMES, example

ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}
REQUESTS = "inferkeep_http_requests_total"
REFUSALS = "inferkeep_refusals_total"
PREDICTIONS = "inferkeep_predictions_total"


@pytest.fixture
def scrape(server):
    return lambda: Scrape(ask(server, "GET", "/metrics").text)


@pytest.fixture
def moves(scrape):
    """Does something and says by how much a series has moved meanwhile."""

    def measure(act, name, **labels):
        before = scrape().value(name, **labels)
        act()
        return scrape().value(name, **labels) - before

    return measure


def from_another_address(server):
    """A scrape that takes no part in the counts of 127.0.0.1."""
    request = b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    head, body = server.raw(request, source="127.0.0.2").split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 200 ")
    return Scrape(body.decode())


# ---- what is counted -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, path, route, status",
    [
        ("GET", "/healthcheck", "/healthcheck", 200),
        ("HEAD", "/healthcheck", "/healthcheck", 200),
        ("GET", "/user", "/user", 401),
        ("GET", "/docs/swagger-ui.css", "/docs/{file}", 200),
        ("DELETE", "/admin/users/12345", "/admin/users/{user_id}", 401),
        ("GET", "/nothing", "none", 404),
        ("PATCH", "/user", "none", 405),
        ("OPTIONS", "/user", "none", 204),
    ],
)
def test_a_request_counts_under_its_route_and_status(server, moves, method, path, route, status):
    def act():
        assert ask(server, method, path).status_code == status

    labels = {"method": method, "route": route}
    assert moves(act, REQUESTS, status=str(status), **labels) == 1
    assert moves(act, "inferkeep_http_request_duration_seconds_count", **labels) == 1


def test_each_refusal_counts_under_its_code(server, api, moves):
    user = api.user()
    refusals = {
        ("401", "not_authenticated"): lambda: api.nobody().get("/user"),
        ("401", "invalid_token"): lambda: api.with_token("x").get("/user"),
        ("401", "no_access"): lambda: user.post("/mlservice/v1/predict", json=example("v1")),
        ("401", "admin_only"): lambda: user.get("/admin/users"),
        ("404", "not_found"): lambda: api.nobody().get("/nothing"),
        ("405", "method_not_allowed"): lambda: api.nobody().request("PATCH", "/user"),
        ("415", "unsupported_media_type"): lambda: api.nobody().post("/auth/create", data=b"x"),
        ("422", "invalid_field"): lambda: api.nobody().post("/auth/create", json={}),
        ("400", "bad_framing"): lambda: server.raw(b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n"),
        ("413", "too_large"): lambda: server.raw(
            b"POST /auth/create HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"
        ),
    }
    for (status, code), act in refusals.items():
        assert moves(act, REFUSALS, status=status, code=code) == 1, code


@pytest.mark.parametrize("name", NAMES)
def test_a_prediction_counts_under_its_outcome(api, moves, scrape, name):
    caller = api.user([name])

    def succeed():
        assert caller.post(f"/mlservice/{name}/predict", json=example(name)).status_code == 200

    def fail():
        assert caller.post(f"/mlservice/{name}/predict", json={}).status_code == 422

    assert moves(succeed, PREDICTIONS, service=name, outcome="success") == 1
    assert moves(fail, PREDICTIONS, service=name, outcome="invalid_input") == 1
    for figure in ("inferkeep_prediction_duration_seconds", "inferkeep_model_run_duration_seconds"):
        assert moves(succeed, figure + "_count", service=name) == 1
    assert moves(fail, "inferkeep_model_run_duration_seconds_count", service=name) == 0


def test_a_batch_counts_its_items_and_its_rows(api, moves):
    caller = api.user(["v1"])

    def act():
        body = {"inputs": [example("v1")] * 3}
        assert caller.post("/mlservice/v1/predict/batch", json=body).status_code == 200

    assert moves(act, "inferkeep_prediction_items_sum", service="v1") == 3
    assert moves(act, "inferkeep_model_run_items_sum", service="v1") == 3
    assert moves(act, "inferkeep_ledger_group_rows_sum") == 4
    assert moves(act, "inferkeep_ledger_commit_duration_seconds_count") == 1


def test_a_call_turned_away_at_the_gate_is_no_prediction(api, moves):
    def act():
        api.user().post("/mlservice/v1/predict", json=example("v1"))

    for outcome in ("success", "invalid_input", "unrecorded"):
        assert moves(act, PREDICTIONS, service="v1", outcome=outcome) == 0


def test_sign_ins_count_by_their_result(api, moves):
    person = api.register()

    def try_with(password):
        return lambda: api.try_login(person.username, password)

    assert moves(try_with(person.password), "inferkeep_sign_ins_total", result="ok") == 1
    for _ in range(5):
        assert moves(try_with("wrong"), "inferkeep_sign_ins_total", result="failed") == 1
    assert moves(try_with(person.password), "inferkeep_sign_ins_total", result="throttled") == 1


def test_connections_are_seen(server, scrape):
    held = [socket.create_connection((server.host, server.port)) for _ in range(50)]
    deadline = time.monotonic() + 5
    while scrape().value("inferkeep_http_connections") < 51:  # and the scraper's own
        assert time.monotonic() < deadline
    for connection in held:
        connection.close()


def test_refused_connections_are_seen(start_server):
    server = start_server(HTTP_CONNECTIONS_PER_PEER=4)
    held = [socket.create_connection((server.host, server.port)) for _ in range(8)]

    def of_four():  # a connection counts as refused before its answer is on its way
        seen = from_another_address(server)
        refused = seen.value("inferkeep_http_connections_refused_total")
        return min(refused, seen.value(REFUSALS, status="503", code="busy")) >= 4

    deadline = time.monotonic() + 5
    while not of_four():
        assert time.monotonic() < deadline
    for connection in held:
        connection.close()


def test_the_state_of_parts_is_seen(scrape):
    seen = scrape()
    assert seen.value("inferkeep_database_up") == 1
    assert seen.value("inferkeep_draining") == 0
    for name in NAMES:
        assert seen.value("inferkeep_model_state", service=name, state="ready") == 1
        assert seen.value("inferkeep_model_state", service=name, state="broken") == 0
        assert seen.value("inferkeep_inference_queue_limit", service=name) == 1024
    assert seen.series("inferkeep_tls_certificate_expiry_timestamp_seconds") == set(), "it speaks plain HTTP"
    for queue in ("database", "truths", "quality", "reports", "hashing", "ledger"):
        assert seen.value("inferkeep_queue_limit", queue=queue) > 0
        assert seen.value("inferkeep_queue_length", queue=queue) == 0


def test_the_process_is_seen(server, scrape):
    seen = scrape()
    assert abs(seen.value("process_open_fds") - server.open_files()) <= 2
    assert seen.value("process_resident_memory_bytes") > 1_000_000
    assert seen.value("process_threads") > 3
    assert abs(time.time() - seen.value("process_start_time_seconds")) < 24 * 3600


# ---- what is bounded, and what is never there ----------------------------------------------------


def test_a_flood_of_unknown_paths_makes_no_series(server, scrape):
    def flood():
        for _ in range(50):
            for path in (
                f"/{uuid.uuid4().hex}",
                f"/user/service_calls/{uuid.uuid4().int}",
                f"/docs/{uuid.uuid4().hex}",
            ):
                assert ask(server, "GET", path).status_code in (401, 404)

    flood()
    before = set(scrape().samples)
    flood()
    assert set(scrape().samples) == before


def test_an_unknown_method_makes_no_series(server, scrape):
    before = scrape().series(REQUESTS)
    for _ in range(20):
        server.raw(f"{uuid.uuid4().hex.upper()} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    assert scrape().series(REQUESTS) - before <= {
        frozenset({"method": "GET", "route": "/metrics", "status": "200"}.items())
    }


def test_nothing_of_people_stands_in_it(api, scrape):
    caller = api.user(["v1"])
    answer = caller.post("/mlservice/v1/predict", json={"text": "the quick brown fox"})
    api.try_login(new_name(), "kept-Secret-guess")
    text = scrape().text
    told = [caller.username, "example.com", "@", SUPERUSER[0], "127.0.0.1", "quick brown"]
    for secret in NEVER_LOGGED + told + [answer.headers["X-Request-Id"]]:
        assert secret not in text


# ---- its format ----------------------------------------------------------------------------------


def test_the_answer_says_its_format(server):
    answer = ask(server, "GET", "/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


def promtool():
    kept = ROOT / ".deps/promtool/promtool"
    return kept if kept.exists() else shutil.which("promtool")


@pytest.mark.skipif(not promtool(), reason="promtool is not here: scripts/setup.sh --with-lint")
def test_promtool_finds_no_fault(scrape):
    checked = subprocess.run(
        [promtool(), "check", "metrics"], input=scrape().text, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


# ---- who may read it -----------------------------------------------------------------------------


def test_this_machine_may_whatever_it_sends(server):
    for headers in ([], [("Authorization", "Bearer nonsense")]):
        assert ask(server, "GET", "/metrics", headers).status_code == 200
    from_another_address(server)


@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Proto", "https"),
        ("X-Real-IP", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1"),
        ("Via", "1.1 proxy"),
    ],
    ids=lambda header: header[0],
)
def test_what_comes_through_a_proxy_is_not_from_here(server, header):
    assert_error(ask(server, "GET", "/metrics", [header]), 401, "not_authenticated")


def test_from_elsewhere_admins_may(api):
    assert_error(api.user(["v1"]).get("/metrics", headers=ELSEWHERE), 401, "admin_only")
    assert_error(api.with_token("x").get("/metrics", headers=ELSEWHERE), 401, "invalid_token")
    assert api.admin().get("/metrics", headers=ELSEWHERE).status_code == 200
