# SPDX-License-Identifier: MIT
"""A PostgreSQL that is there, but not as it should be: ended sessions, locks, no writing, no durability."""

import contextlib
import time

import figures
import psycopg2
import pytest
from answers import assert_error
from books import compare
from harness import SLACK, SLOWNESS, run_program
from load import Load, read_notes
from operations import OPERATIONS, Prediction, Registration, Scene
from postgres_server import PostgresServer

REFUSED_WITHIN = 2.5 * SLOWNESS + SLACK
BACK_WITHIN = 5 * SLOWNESS + SLACK


@pytest.fixture(scope="module")
def store(new_store):
    return new_store()


@pytest.fixture(scope="module")
def scene(store, start_server):
    return Scene(store, start_server)


@contextlib.contextmanager
def operator(store):
    """Somebody else who may do everything."""
    connection = psycopg2.connect(store.url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def end_sessions(store):
    """As a restart, or an operator, ends them (57P01)."""
    with operator(store) as cursor:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        cursor.execute(f"SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        return [pid for pid, _ in cursor.fetchall()]


def wait_until_replaced(store, ended):
    """Until these are gone, and the program has noticed: it follows the database on a session of its own again."""
    deadline = time.monotonic() + BACK_WITHIN
    with operator(store) as cursor:
        while True:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE pid = ANY(%s)), count(*) FILTER (WHERE query = 'SELECT 1')"
                " FROM pg_stat_activity WHERE datname = current_database()",
                (ended,),
            )
            old, following = cursor.fetchone()
            if old == 0 and following > 0:
                return
            assert time.monotonic() < deadline
            time.sleep(0.02)


def refused_soon(act):
    begun = time.monotonic()
    assert_error(act(), 503, "db_unavailable")
    assert time.monotonic() - begun < REFUSED_WITHIN


def read(scene):
    return scene.caller.get("/user/service_calls")


def back_soon(act):
    """Until then it is refused: who may act is not known while no session tells of changes."""
    begun = time.monotonic()
    while (answer := act()).status_code != 200:
        assert_error(answer, 503, "db_unavailable")
        assert time.monotonic() - begun < BACK_WITHIN
        time.sleep(0.02)
    figures.slowest("slowest to be back", time.monotonic() - begun)


def test_ended_sessions_are_replaced_and_then_nobody_meets_one(scene, store):
    for _ in range(5):
        wait_until_replaced(store, end_sessions(store))
        back_soon(lambda: read(scene))
        for operation in (kind(scene) for kind in OPERATIONS):
            operation.ready()
            answer = operation.do()
            assert answer.status_code == operation.success and operation.is_kept(answer)


def test_sessions_that_end_under_load_lose_nothing(scene, store, tmp_path):
    before = store.newest_call()
    with Load(scene.server, scene.caller.token, tmp_path / "notes", persistent=True) as load:
        for _ in range(10):
            time.sleep(0.2)
            end_sessions(store)
        time.sleep(0.2)
        back_soon(scene.predict)
    findings = compare(store, read_notes(tmp_path / "notes"), before)
    assert (findings.lost, findings.doubled, findings.unlogged, findings.half) == ([], [], [], [])
    assert {(answer.status, answer.code) for answer in load.refused} <= {(503, "db_unavailable")}
    assert load.cut == []


def test_a_table_that_another_program_has_locked_is_an_answer_and_passes(scene, store):
    before = store.newest_call()
    with operator(store) as cursor:
        cursor.execute("BEGIN; LOCK TABLE service_calls, users IN EXCLUSIVE MODE")
        for act in (scene.predict, Registration(scene).do):
            refused_soon(act)
        assert read(scene).status_code == 200
        cursor.execute("ROLLBACK")
    back_soon(scene.predict)
    assert len(store.calls(before)) <= 2


def test_a_database_that_may_only_be_read_is_an_answer_and_passes(scene, store):
    """As a standby is (25006)."""
    for only_reading in (True, False):
        with operator(store) as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f"ALTER DATABASE {store.name} SET default_transaction_read_only = {only_reading}")
        wait_until_replaced(store, end_sessions(store))
        back_soon(lambda: read(scene))
        if only_reading:
            for operation in (Prediction(scene), Registration(scene)):
                refused_soon(operation.do)
            assert read(scene).status_code == 200
    back_soon(scene.predict)


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_a_server_that_may_lose_what_it_has_committed_is_refused(setting):
    with PostgresServer(**{setting: "off"}) as server:
        url = server.create_database("inferkeep")
        ended = run_program("--mode", "test", SQL_URL=url, HOST="127.0.0.1", PORT=0)
    assert ended.returncode == 78
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1 and setting in lines[0]


def test_a_server_that_is_not_there_is_refused_in_one_line():
    with PostgresServer() as server:
        url = server.create_database("inferkeep")
        server.stop()
        ended = run_program("--mode", "test", SQL_URL=url, HOST="127.0.0.1", PORT=0)
        lines = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
        assert len(lines) == 1 and lines[0].startswith("inferkeep: ")
        assert ended.returncode == 69
