# SPDX-License-Identifier: MIT
"""SIGTERM under load: what was admitted is answered, and the exit is clean and soon."""

import signal
import time

import figures
import pytest
from books import compare
from harness import SLOWNESS, wait_until
from load import IN_FLIGHT, Load, read_notes
from operations import Scene

STOPS = 10
STOPS_FULL = 100
STOPS_WITHIN = 10 * SLOWNESS


@pytest.fixture(scope="module")
def scene(new_store, start_server):
    return Scene(new_store(), start_server)


def stop_once(scene, notes):
    """(how long it took, the load) of one stop; what holds for each is asserted here."""
    before = scene.store.newest_call()
    with Load(scene.server, scene.caller.token, notes) as load:
        wait_until(lambda: len(load.acknowledged) > 2 * IN_FLIGHT, "nobody is answered", within=10 * SLOWNESS)
        begun = time.monotonic()
        code = scene.server.end(signal.SIGTERM)
        took = time.monotonic() - begun
    assert code == 0
    assert {(answer.status, answer.code) for answer in load.refused} <= {(503, "draining")}
    recorded = {row["request_id"] for row in scene.store.calls(before)}
    # A request that meets the closing of its connection is cut, and was not admitted: it has left no row.
    assert not recorded & {request_id for request_id, _ in load.cut}
    assert recorded == {answer.request_id for answer in load.acknowledged}
    findings = compare(scene.store, read_notes(notes), before)
    assert (findings.lost, findings.doubled, findings.unlogged, findings.half) == ([], [], [], [])
    return took, load


def test_a_stop_under_load_answers_all_that_it_admitted(scene, full, tmp_path):
    slowest = 0.0
    for number in range(STOPS_FULL if full else STOPS):
        took, load = stop_once(scene, tmp_path / f"notes{number}")
        slowest = max(slowest, took)
        figures.count("stopped under load")
        figures.count("calls answered around a stop", len(load.acknowledged))
        scene.server.start()
    figures.slowest("slowest stop under load", slowest)
    assert slowest < STOPS_WITHIN
    assert scene.store.integrity() == ""
