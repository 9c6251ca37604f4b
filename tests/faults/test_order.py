# SPDX-License-Identifier: MIT
"""No answer leaves before its row is on disk, seen from outside: by the system calls in their order."""

import time

import figures
import pytest
from load import Load
from operations import Scene
from order import PostgresLog, Proof, SqliteLog
from postgres_server import children_of
from tracing import Strace

ANSWERS = 1000
ANSWERS_FULL = 10000


def log_of(store):
    return {"sqlite": SqliteLog, "postgres": PostgresLog}[store.kind]


def processes(store, server):
    if store.kind == "sqlite":
        return [server.pid]
    postmaster = store.server.process.pid
    return [server.pid, postmaster, *children_of(postmaster)]


@pytest.fixture(scope="module")
def answered(full, new_store, start_server, tmp_path_factory):
    """(the answers of 200 under load, the trace of it, how to read that)"""
    folder = tmp_path_factory.mktemp("order")
    store = new_store()
    scene = Scene(store, start_server)
    log = log_of(store)
    enough = ANSWERS_FULL if full else ANSWERS
    strings = ["-y", "-s", "70000"]  # the files' names, and every byte
    with Strace(processes(store, scene.server), folder / "trace", log.trace, *strings) as tracing:
        with Load(scene.server, scene.caller.token, folder / "notes") as load:
            deadline = time.monotonic() + enough / 10
            while len(load.answers) < enough and time.monotonic() < deadline:
                time.sleep(0.05)
    assert load.refused == [] and load.cut == []
    return load.acknowledged, tracing.lines, log


def test_no_answer_leaves_before_its_row_is_on_disk(answered, full):
    acknowledged, lines, log = answered
    ids = {answer.request_id for answer in acknowledged}
    proof = Proof(ids, log).follow(lines)
    figures.count("answers traced", len(proof.proven) + len(proof.early))
    figures.count("of them sent before their row was on disk", len(proof.early))
    assert proof.early == []
    assert sorted(proof.proven) == sorted(ids)
    assert len(ids) >= (ANSWERS_FULL if full else ANSWERS)


def test_the_proof_fails_where_no_sync_succeeds(answered):
    """So it is the syncs that prove it, and not that the script cannot see."""
    acknowledged, lines, log = answered
    ids = {answer.request_id for answer in acknowledged}
    unsynced = [line for line in lines if "sync" not in line.split("(")[0]]
    assert Proof(ids, log).follow(unsynced).proven == []


# ---- the script itself -------------------------------------------------------------------------------

COMMITS = r'"\0\0\0\3\0\0\0\7", 24, 32'
GOES_ON = r'"\0\0\0\2\0\0\0\0", 24, 32'
WROTE = 'pwrite64(9</x/test.db-wal>, "..id-1..", 4096, 56) = 4096'
SENT = r'sendmsg(5<socket:[7]>, {msg_iov=[{iov_base="HTTP/1.1 200 OK\r\nX-Request-Id: id-1\r\n"}]}, 0) = 9'


def frame(header):
    return f"pwrite64(9</x/test.db-wal>, {header}) = 24"


def proven(*lines):
    return Proof({"id-1"}, SqliteLog).follow(lines).proven == ["id-1"]


def test_an_answer_behind_write_commit_and_sync_is_proven():
    assert proven(f"1 {frame(COMMITS)}", f"1 {WROTE}", "1 fdatasync(9</x/test.db-wal>) = 0", f"2 {SENT}")


def test_a_sync_of_a_transaction_without_its_end_proves_nothing():
    assert not proven(f"1 {frame(GOES_ON)}", f"1 {WROTE}", "1 fdatasync(9</x/test.db-wal>) = 0", f"2 {SENT}")


@pytest.mark.parametrize(
    "sync",
    [
        "1 fdatasync(9</x/test.db-wal>) = -1 EIO (Input/output error) (INJECTED)",
        "1 fdatasync(9</x/test.db>) = 0",
        "1 fdatasync(9</x/test.db-wal> <unfinished ...>",
    ],
)
def test_a_sync_that_fails_is_of_another_file_or_under_way_proves_nothing(sync):
    assert not proven(f"1 {frame(COMMITS)}", f"1 {WROTE}", sync, f"2 {SENT}")


def test_a_sync_that_began_before_the_write_proves_nothing():
    begins, ends = "3 fdatasync(9</x/test.db-wal> <unfinished ...>", "3 <... fdatasync resumed>) = 0"
    assert not proven(begins, f"1 {frame(COMMITS)}", f"1 {WROTE}", ends, f"2 {SENT}")


def test_an_overlapped_sync_proves_what_was_written_before_it():
    begins, ends = "1 fdatasync(9</x/test.db-wal> <unfinished ...>", "1 <... fdatasync resumed>)      = 0"
    assert proven(f"1 {frame(COMMITS)}", f"1 {WROTE}", begins, "2 --- SIGALRM ---", ends, f"2 {SENT}")
    assert not proven(f"1 {frame(COMMITS)}", f"1 {WROTE}", begins, f"2 {SENT}", ends)
