# SPDX-License-Identifier: MIT
"""A disk that fails: an error is answered, nothing acknowledged is missing, and all is well afterwards."""

import json
import os
import sqlite3
import subprocess
import time

import figures
import pytest
from answers import assert_error
from books import compare
from harness import SLACK, SLOWNESS
from load import Load, read_notes
from operations import OPERATIONS, Prediction, Registration, Scene
from tracing import Strace, failing

SYNC = "fdatasync,fsync"
WRITE = "pwrite64"
READ = "pread64"
REFUSED_WITHIN = 2.5 * SLOWNESS + SLACK  # seconds: DATABASE_BUSY_TIMEOUT_MS, and SQLite looks every tenth of one
BACK_WITHIN = 5 * SLOWNESS + SLACK
HANGS_FOR = 3.0 * SLOWNESS  # seconds
MOST = 500  # no operation makes so many calls
WRITES = [(operation, error) for operation in OPERATIONS for error in ("EIO", "ENOSPC")]
SOME_WRITES = [(Prediction, "EIO"), (Registration, "ENOSPC")]


def pytest_generate_tests(metafunc):
    if "failing_write" in metafunc.fixturenames:
        writes = WRITES if metafunc.config.getoption("--full") else SOME_WRITES
        metafunc.parametrize("failing_write", writes, ids=lambda pair: f"{pair[0].__name__}-{pair[1]}")


@pytest.fixture(scope="module")
def scene(new_store, start_server):
    return Scene(new_store(), start_server)


def tries(full, calls):
    """Which of the calls fail: each in its turn; of the many writes the short tier takes some."""
    if full or calls == SYNC:
        return range(1, MOST)
    return (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)


def is_refusal(answer):
    assert_error(answer, 503, "db_unavailable")
    return True


def fail_once(scene, operation, calls, error, n, output):
    """Does it while the n-th call fails, dies, and looks. Whether a call failed at all."""
    operation.ready()
    scene.server.restart()  # a clean stop takes SQLite's log away, so its making is tried as well
    with failing(scene.server.pid, output, calls, error, n) as tracing:
        answer = operation.do()
    assert scene.server.alive()
    acknowledged = answer.status_code == operation.success
    assert acknowledged or is_refusal(answer)
    scene.server.kill9()
    scene.server.start()
    assert scene.store.integrity() == ""
    assert not acknowledged or operation.is_kept(answer)
    # 409: what was refused may have been written all the same.
    assert operation.do().status_code in (operation.success, 409)
    return tracing.injected > 0


def fail_each(scene, full, operation, calls, error, output):
    for n in tries(full, calls):
        if not fail_once(scene, operation(scene), calls, error, n, output):
            return
        figures.count(f"disk: {error} injected into {calls}, one at a time")
    assert not full, "there was no end of it"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_fsync_that_fails_is_never_a_success(scene, full, tmp_path, operation):
    fail_each(scene, full, operation, SYNC, "EIO", tmp_path / "trace")


def test_a_write_that_fails_is_never_a_success(scene, full, tmp_path, failing_write):
    operation, error = failing_write
    fail_each(scene, full, operation, WRITE, error, tmp_path / "trace")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_while_no_fsync_succeeds_nothing_does_that_writes(scene, tmp_path, operation):
    acts = [operation(scene) for _ in range(3)]
    for act in acts:
        act.ready()
    with failing(scene.server.pid, tmp_path / "trace", SYNC, "EIO", "1+"):
        for act in acts:
            assert is_refusal(act.do())
        assert scene.caller.get("/user").status_code == 200
        assert scene.server.probe("/healthcheck") == 200
    pid = scene.server.pid
    again = operation(scene)
    again.ready()
    answer = again.do()
    assert answer.status_code == operation.success and again.is_kept(answer)
    assert scene.server.pid == pid


@pytest.mark.parametrize("error", ["EMFILE", "EACCES", "EROFS"])
def test_a_reopening_that_fails_is_tried_again(new_store, start_server, tmp_path, error):
    """Behind a failed fsync the file is opened anew; that open fails as well, once."""
    scene = Scene(new_store(), start_server)
    calls = f"{SYNC},openat"
    also = ["-e", f"inject=openat:error={error}:when=1"]
    with failing(scene.server.pid, tmp_path / "trace", SYNC, "EIO", "1", calls, *also) as tracing:
        assert [is_refusal(scene.predict()) for _ in range(2)]
    assert tracing.injected == 2
    deadline = time.monotonic() + BACK_WITHIN
    while scene.predict().status_code != 200:
        assert time.monotonic() < deadline, "it stays refused"
        time.sleep(0.05)


@pytest.mark.parametrize("calls", [SYNC, WRITE, READ])
def test_faults_under_load_lose_nothing(full, new_store, start_server, tmp_path, calls):
    """Many callers share a commit: if it fails, it fails for each of them."""
    scene = Scene(new_store(), start_server)
    before = scene.store.newest_call()
    with Load(scene.server, scene.caller.token, tmp_path / "notes", persistent=True) as load:
        time.sleep(0.3)
        with failing(scene.server.pid, tmp_path / "trace", calls, "EIO", "3+5") as tracing:
            time.sleep(30 if full else 3)
        time.sleep(0.3)
    assert scene.server.alive()
    assert tracing.injected > 10
    assert len(load.acknowledged) > 100 and len(load.refused) > 10
    assert {(answer.status, answer.code) for answer in load.refused} == {(503, "db_unavailable")}
    assert load.cut == []
    refused = {answer.request_id for answer in load.refused}
    assert not refused & {row["request_id"] for row in scene.store.calls(before)}
    scene.server.kill9()
    scene.server.start()
    findings = compare(scene.store, read_notes(tmp_path / "notes"), before)
    assert (findings.lost, findings.doubled, findings.unlogged, findings.half) == ([], [], [], [])
    assert scene.store.integrity() == ""
    figures.count(f"disk: EIO injected into {calls} under load", tracing.injected)


def test_a_lock_that_another_program_holds_is_an_answer_and_passes(scene):
    other = sqlite3.connect(scene.store.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    before = scene.store.newest_call()
    for operation in (Prediction(scene), Registration(scene)):
        begun = time.monotonic()
        assert is_refusal(operation.do())
        took = time.monotonic() - begun
        figures.slowest("slowest refusal while another program holds the lock", took)
        assert took < REFUSED_WITHIN
    assert scene.caller.get("/user/service_calls").status_code == 200
    assert scene.store.newest_call() == before
    other.execute("ROLLBACK")
    other.close()
    assert scene.predict().status_code == 200


def test_a_disk_that_hangs_holds_up_those_alone_who_need_it(new_store, start_server, tmp_path):
    scene = Scene(new_store(), start_server)
    assert scene.predict().status_code == 200
    hang = f"inject={SYNC}:delay_enter={int(HANGS_FOR * 1e6)}:when=3"
    with Load(scene.server, scene.caller.token, tmp_path / "notes") as load:
        with Strace([scene.server.pid], tmp_path / "trace", SYNC, "-e", hang):
            time.sleep(HANGS_FOR / 6)  # now it hangs
            for _ in range(3):
                assert scene.server.alive()
                assert scene.caller.get("/user").status_code == 200
                assert scene.caller.get("/user/service_calls").status_code == 200
                time.sleep(HANGS_FOR / 6)
            time.sleep(HANGS_FOR)
    assert load.refused == [] and load.cut == []
    assert max(answer.seconds for answer in load.answers) > HANGS_FOR / 2


# ---- no space left -----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MiB, in a mount namespace that ends with this run."""
    if "FAULTS_MAY_MOUNT" not in os.environ:
        pytest.skip("a disk is mounted only in a mount namespace of its own: tests/faults/run.sh, as root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", disk]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk):
    """Leaves no byte free; what takes the space."""
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return filler


def call_until_refused(scene):
    """SQLite's log may still have room in its file; the first refusal."""
    for _ in range(200):
        answer = scene.predict()
        if answer.status_code != 200:
            return answer
    raise AssertionError("the disk is not full")


def test_a_full_disk_is_an_answer_and_passes(small_disk, new_store, start_server):
    scene = Scene(new_store(small_disk), start_server)
    pid = scene.server.pid
    for _ in range(3):
        filler = fill(small_disk)
        assert is_refusal(call_until_refused(scene))
        for operation in (Registration(scene), Prediction(scene)):
            assert is_refusal(operation.do())
        assert scene.caller.get("/user").status_code == 200
        assert scene.caller.get("/user/service_calls").status_code == 200
        filler.unlink()
        assert scene.predict().status_code == 200
    assert scene.server.pid == pid and scene.server.alive()
    assert scene.server.logged("db.full")
    scene.server.kill9()
    scene.server.start()
    assert scene.store.integrity() == ""


def test_a_disk_that_fills_under_load_loses_nothing(small_disk, new_store, start_server, tmp_path):
    scene = Scene(new_store(small_disk), start_server)
    before = scene.store.newest_call()
    with Load(scene.server, scene.caller.token, tmp_path / "notes", persistent=True) as load:
        for _ in range(5):
            filler = fill(small_disk)
            time.sleep(0.3)
            filler.unlink()
            time.sleep(0.2)
    assert scene.server.alive()
    assert {(answer.status, answer.code) for answer in load.refused} <= {(503, "db_unavailable")}
    assert load.acknowledged
    scene.server.kill9()
    scene.server.start()
    findings = compare(scene.store, read_notes(tmp_path / "notes"), before)
    assert (findings.lost, findings.doubled, findings.unlogged, findings.half) == ([], [], [], [])
    assert scene.store.integrity() == ""


def test_a_full_disk_beneath_the_log_stops_nobody(small_disk, new_store, start_server, tmp_path):
    scene = Scene(new_store(), start_server, folder=small_disk, LOG_LEVEL="debug")
    filler = fill(small_disk)
    with Load(scene.server, scene.caller.token, tmp_path / "notes", persistent=True) as load:
        time.sleep(1)
    assert load.acknowledged and load.refused == [] and load.cut == []
    assert scene.server.alive()
    filler.unlink()
    # The line that met the end of the disk is there by half, and the next one stands behind it.
    scene.predict()
    after = scene.predict().headers["X-Request-Id"]
    deadline = time.monotonic() + BACK_WITHIN
    while not any(after in line and is_json(line) for line in scene.server.log_text().splitlines()):
        assert time.monotonic() < deadline, "it is not written on"
        time.sleep(0.05)


def is_json(line):
    try:
        return bool(json.loads(line))
    except ValueError:
        return False
