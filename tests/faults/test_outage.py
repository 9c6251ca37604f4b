# SPDX-License-Identifier: MIT
"""A PostgreSQL that is away, hangs or dies: 503 and soon, nobody is a stranger, and it comes back."""

import contextlib
import os
import re
import time

import figures
import pytest
from answers import assert_error
from books import compare
from fault_proxy import AFTER_REPLY, AT_ONCE, HOLD, PASS, REFUSE, RESET, FaultProxy
from harness import SLACK, SLOWNESS, SUPERUSER
from load import HOUSE, Load, read_notes
from operations import Registration, Scene
from people import Api

ANSWERED_WITHIN = 2.1 * SLOWNESS + SLACK  # seconds
NOTICED_WITHIN = 3 * SLOWNESS + SLACK  # by /readiness
BACK_WITHIN = 5 * SLOWNESS + SLACK
MORE_MEMORY = 16 << 20  # bytes that an outage may leave behind
OUTAGES = ["stopped", "crashed", "frozen", "held", "reset", "refused"]


@pytest.fixture(scope="module")
def store(new_store):
    return new_store()


@pytest.fixture(scope="module")
def proxy(store):
    with FaultProxy(store.server.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def scene(store, proxy, start_server):
    return Scene(store, start_server, SQL_URL=proxy.url(store.url))


@contextlib.contextmanager
def outage(kind, store, proxy):
    if kind in ("stopped", "crashed"):
        store.server.stop("fast" if kind == "stopped" else "immediate")
        yield
        store.server.start()
    elif kind == "frozen":
        store.server.freeze()
        yield
        store.server.thaw()
    else:
        proxy.set({"held": HOLD, "reset": RESET, "refused": REFUSE}[kind])
        yield
        proxy.set(PASS)


def memory(server):
    """Bytes that are resident."""
    status = open(f"/proc/{server.pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10


def threads(server):
    return len(os.listdir(f"/proc/{server.pid}/task"))


def settled(count):
    """Waits until it stays the same: the callers of the load have gone, and the server sees that one by one."""
    while count() != (time.sleep(0.1) or count()):
        pass


def wait_for(condition, seconds):
    """How long it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)
    return time.monotonic() - begun


def refused_soon(act):
    begun = time.monotonic()
    answer = act()
    took = time.monotonic() - begun
    assert_error(answer, 503, "db_unavailable")
    figures.slowest("slowest refusal without a database", took)
    assert took < ANSWERED_WITHIN


def assert_all_refused(scene):
    """Whoever asks for what is in the database."""
    api = Api(scene.server)
    for act in (
        scene.predict,
        lambda: api.try_login(scene.caller.username, scene.caller.password),
        lambda: api.try_login("nobody@example.com", "kept-Secret-1"),
        lambda: api.try_login(*SUPERUSER),
        lambda: scene.caller.get("/user/service_calls"),
        Registration(scene).do,
    ):
        refused_soon(act)
    assert scene.server.probe("/healthcheck") == 200


def warm_up(scene, notes):
    """All sessions are open and all pools are filled, as after some time of work."""
    with Load(scene.server, scene.caller.token, notes) as load:
        time.sleep(1)
    assert load.refused == []


@pytest.mark.parametrize("kind_of_outage", OUTAGES)
def test_an_outage_is_answered_and_passes(scene, store, proxy, full, tmp_path, kind_of_outage):
    server = scene.server
    warm_up(scene, tmp_path / "warm")
    settled(server.open_files)
    held_before = memory(server), threads(server), server.open_files()
    pid = server.pid
    with outage(kind_of_outage, store, proxy):
        noticed = wait_for(lambda: server.probe("/readiness") == 503, NOTICED_WITHIN)
        for _ in range(10 if full else 1):
            assert_all_refused(scene)
    back = wait_for(lambda: scene.predict().status_code == 200, BACK_WITHIN)
    wait_for(lambda: server.probe("/readiness") == 200, BACK_WITHIN)
    for _ in range(50):
        assert scene.predict().status_code == 200
        assert scene.caller.get("/user/service_calls").status_code == 200
    figures.slowest("slowest to notice an outage", noticed)
    figures.slowest("slowest to be back", back)
    assert server.pid == pid
    assert memory(server) - held_before[0] < MORE_MEMORY
    assert abs(threads(server) - held_before[1]) <= 1
    assert abs(server.open_files() - held_before[2]) <= 2


@pytest.mark.parametrize("kind_of_outage", OUTAGES)
def test_an_outage_under_load_loses_nothing(scene, store, proxy, full, tmp_path, kind_of_outage):
    before = store.newest_call()
    with Load(scene.server, scene.caller.token, tmp_path / "notes", persistent=True) as load:
        time.sleep(0.5)
        with outage(kind_of_outage, store, proxy):
            time.sleep(60 if full else 4)
        wait_for(lambda: scene.predict().status_code == 200, BACK_WITHIN)
        time.sleep(0.5)
    assert {(answer.status, answer.code) for answer in load.refused} == {(503, "db_unavailable")}
    assert all(answer.retry_after for answer in load.refused)
    assert load.cut == []
    slowest = max(answer.seconds for answer in load.answers)
    figures.slowest("slowest answer in an outage under load", slowest)
    assert slowest < ANSWERED_WITHIN
    wait_for(lambda: not open_transactions(store), BACK_WITHIN)
    findings = compare(store, read_notes(tmp_path / "notes"), before)
    assert (findings.lost, findings.doubled, findings.unlogged, findings.half) == ([], [], [], [])


def open_transactions(store):
    """What a thawed server still has to do for connections that are gone."""
    busy = "SELECT pid FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid()"
    return store.read(busy + " AND backend_type = 'client backend'")


def test_crashes_under_load_lose_nothing(scene, store, full, tmp_path):
    before = store.newest_call()
    crashes = 50 if full else 5
    with Load(scene.server, scene.caller.token, tmp_path / "notes", persistent=True) as load:
        for _ in range(crashes):
            time.sleep(0.5)
            store.server.stop("immediate")
            store.server.start()
            wait_for(lambda: scene.predict().status_code == 200, BACK_WITHIN)
    findings = compare(store, read_notes(tmp_path / "notes"), before)
    assert (findings.lost, findings.doubled, findings.unlogged, findings.half) == ([], [], [], [])
    assert {(answer.status, answer.code) for answer in load.refused} <= {(503, "db_unavailable")}
    assert store.integrity() == ""
    figures.count("PostgreSQL crashed under load", crashes)
    figures.count("calls acknowledged around these crashes", len(load.acknowledged))


# ---- cut between COMMIT and its reply: nobody can know, and nobody may be told wrong --------------------


@pytest.mark.parametrize("when", [AT_ONCE, AFTER_REPLY])
def test_a_call_whose_commit_was_cut_is_recorded_once_at_most(scene, store, proxy, full, when):
    for number in range(100 if full else 10):
        request_id = f"cut-{when.replace(' ', '-')}-{number}-{time.time_ns()}."
        cuts = proxy.cuts
        proxy.cut_commits(1, when)
        answer = scene.caller.post("/mlservice/v2/predict", json=HOUSE, headers={"X-Request-Id": request_id})
        assert proxy.cuts == cuts + 1
        rows = store.read("SELECT id FROM service_calls WHERE request_id = ?", request_id)
        if answer.status_code == 200:
            assert rows == [{"id": int(answer.headers["X-Service-Call-Id"])}]
        else:
            assert_error(answer, 503, "db_unavailable")
            assert len(rows) <= 1
        figures.count("commits cut, call by call")


@pytest.mark.parametrize("when", [AT_ONCE, AFTER_REPLY])
def test_a_registration_whose_commit_was_cut_is_no_conflict(scene, store, proxy, when):
    registration = Registration(scene)
    proxy.cut_commits(1, when)
    answer = registration.do()
    rows = store.read("SELECT id FROM users WHERE username = ?", registration.body["username"])
    if answer.status_code == 201:
        assert len(rows) == 1
    else:
        assert_error(answer, 503, "db_unavailable")
        assert len(rows) <= 1


@pytest.mark.parametrize("when", [AT_ONCE, AFTER_REPLY])
def test_cuts_under_load_lose_and_double_nothing(scene, store, proxy, full, tmp_path, when):
    before, cuts = store.newest_call(), proxy.cuts
    with Load(scene.server, scene.caller.token, tmp_path / "notes", persistent=True) as load:
        for _ in range(200 if full else 20):
            proxy.cut_commits(1, when)
            time.sleep(0.1)
    wait_for(lambda: not open_transactions(store), BACK_WITHIN)
    findings = compare(store, read_notes(tmp_path / "notes"), before)
    assert (findings.lost, findings.doubled, findings.unlogged, findings.half) == ([], [], [], [])
    assert {(answer.status, answer.code) for answer in load.refused} <= {(503, "db_unavailable")}
    assert len(load.acknowledged) > 100
    figures.count("commits cut under load", proxy.cuts - cuts)
