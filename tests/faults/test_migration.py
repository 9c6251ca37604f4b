# SPDX-License-Identifier: MIT
"""Killed in a start, a migration or a command: the same again completes it, and does nothing twice."""

import os
import select
import signal
import subprocess
import time

import figures
import pytest
from harness import BINARY, ROOT, SLOWNESS, SUPERUSER, environment, run_program
from people import Api, new_password
from postgres_server import children_of, send_if_there

MOST = 2000  # nothing here makes so many calls
STARTS_WITHIN = 60 * SLOWNESS
PASSWORD = new_password()
ADMIN = "ada@example.com"

# How the program reaches its database: at the n-th of these calls it dies, or the call fails so.
CALLS = {"sqlite": ["pwrite64", "fdatasync"], "postgres": ["sendto"]}
ERRORS = {"pwrite64": "ENOSPC", "fdatasync": "EIO", "recvfrom": "ECONNRESET"}
REFUSALS = (69, 78)  # docs/operations.md, exit codes


def pytest_generate_tests(metafunc):
    if "calls" in metafunc.fixturenames:
        metafunc.parametrize("calls", CALLS[metafunc.config.getoption("--store")])


@pytest.fixture(scope="module")
def store(new_store):
    return new_store()


@pytest.fixture
def tries(full, kind):
    """Which n are tried; a fresh database takes PostgreSQL longer."""
    step = 1 if full else {"sqlite": 3, "postgres": 7}[kind]
    return [1, 2, 3, *range(4, MOST, step)]


def traced(fault, calls, n, store, *arguments, **settings):
    """The program under strace, with its n-th call prepared."""
    strace = ["strace", "-f", "-q", "-o", "/dev/null", "-e", f"trace={calls}"]
    prepared = ["-e", f"inject={calls}:{fault}:when={n}"]
    return subprocess.Popen(
        [*strace, *prepared, BINARY, "--mode", "test", *arguments],
        cwd=ROOT,
        env=environment({"SQL_URL": store.url, **settings}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def is_killed(calls, n, store, *arguments, typed=b""):
    """Whether the n-th call came before the program's end. Otherwise it must have succeeded."""
    process = traced("signal=KILL", calls, n, store, *arguments)
    _, errors = process.communicate(typed, timeout=STARTS_WITHIN)
    assert process.returncode in (0, -signal.SIGKILL), errors
    figures.count("killed in the middle of a command", process.returncode != 0)
    return process.returncode != 0


def run(store, *arguments, typed=None):
    return run_program("--mode", "test", *arguments, SQL_URL=store.url, typed=typed)


def applied(store):
    """The numbers of the migrations that are in force, as `migrate status` says."""
    status = run(store, "migrate", "status")
    assert status.returncode == 0, status.stderr
    return [int(line.split()[0]) for line in status.stdout.splitlines() if "pending" not in line]


@pytest.fixture(scope="module")
def migrated(store):
    """The schema after a migration that nothing disturbed."""
    store.renew()
    assert run(store, "migrate", "up").returncode == 0
    return store.schema()


def complete(store, migrated):
    """The next migration brings it where one that nothing disturbed would have."""
    assert run(store, "migrate", "up").returncode == 0
    assert store.schema() == migrated
    assert store.integrity() == ""


def test_a_migration_killed_at_any_call_is_completed_by_the_next(store, migrated, calls, tries):
    for n in tries:
        store.renew()
        killed = is_killed(calls, n, store, "migrate", "up")
        before = applied(store)
        assert before == list(range(1, len(before) + 1))
        complete(store, migrated)
        if not killed:
            return
    raise AssertionError("there was no end of it")


def test_a_way_back_killed_at_any_call_is_completed_by_the_next(store, migrated, calls, tries):
    for n in tries:
        store.renew()
        assert run(store, "migrate", "up").returncode == 0
        killed = is_killed(calls, n, store, "migrate", "down", "0", "--yes")
        assert run(store, "migrate", "down", "0", "--yes").returncode == 0
        assert applied(store) == []
        complete(store, migrated)
        if not killed:
            return
    raise AssertionError("there was no end of it")


def test_a_migration_that_meets_an_error_says_so_and_is_completed_by_the_next(store, migrated, calls, tries):
    """One error for each n: until the program no longer minds, since what fails at its end does no harm."""
    # A connection is lost where it is read: after a failed send libpq waits for the server's own word on it.
    failing = {"sendto": "recvfrom"}.get(calls, calls)
    passed = 0
    for n in tries:
        store.renew()
        process = traced(f"error={ERRORS[failing]}", failing, n, store, "migrate", "up")
        said = process.communicate(timeout=STARTS_WITHIN)[1].decode()
        if process.returncode != 0:
            lines = [line for line in said.splitlines() if not line.startswith("{")]
            assert process.returncode in REFUSALS and len(lines) == 1 and lines[0].startswith("inferkeep: ")
            figures.count("errors in the middle of a migration")
        complete(store, migrated)
        passed = passed + 1 if process.returncode == 0 else 0
        if passed == 3:
            return
    raise AssertionError("there was no end of it")


def create_admin():
    return ["create-admin", ADMIN, "--first-name", "Ada", "--last-name", "Lovelace"]


def test_the_first_admin_is_made_once_however_often_it_is_tried(store, migrated, calls, tries):
    for n in tries:
        store.renew()
        killed = is_killed(calls, n, store, *create_admin(), typed=f"{PASSWORD}\n".encode())
        again = run(store, *create_admin(), typed=f"{PASSWORD}\n")
        assert again.returncode in ((0, 65) if killed else (65,)), again.stderr
        admins = store.read("SELECT username FROM users WHERE role = 'admin'")
        assert admins == [{"username": ADMIN}]
        assert len(store.read("SELECT user_id FROM service_access")) >= 2
        if not killed:
            return
    raise AssertionError("there was no end of it")


def first_start_is_killed(calls, n, store):
    process = traced("signal=KILL", calls, n, store, CREATE_SUPERUSER="true", HOST="127.0.0.1", PORT="0")
    said, deadline = b"", time.monotonic() + STARTS_WITHIN
    while b"  docs " not in said:
        readable, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        more = os.read(process.stdout.fileno(), 4096) if readable else b""
        if not more:
            break
        said += more
    is_up = b"  docs " in said
    for pid in children_of(process.pid):
        send_if_there(pid, signal.SIGKILL)
    process.communicate(timeout=STARTS_WITHIN)
    return not is_up


def test_a_first_start_killed_at_any_call_is_completed_by_the_next(store, start_server, full, calls, tries):
    for n in tries[:: 1 if full else 2]:
        store.renew()
        killed = first_start_is_killed(calls, n, store)
        figures.count("killed in a first start", killed)
        server = start_server(store)
        assert Api(server).superuser().get("/admin/users").status_code == 200
        living = store.read("SELECT username FROM users WHERE deleted_at IS NULL")
        assert living == [{"username": SUPERUSER[0]}]
        assert store.integrity() == ""
        server.stop()
        if not killed:
            return
    raise AssertionError("there was no end of it")
