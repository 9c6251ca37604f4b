# SPDX-License-Identifier: MIT
"""kill -9 at any moment under load: what was acknowledged is there, once, and what was ended stays ended."""

import dataclasses
import random
import threading
import time

import figures
import pytest
import requests
from books import Findings, compare
from harness import SLACK, SLOWNESS
from load import HOUSE, Load, read_notes
from people import Api

KILL_AFTER = (0.05, 1.5)  # seconds of load
REVOKING_BEGINS = (0.0, 0.05)  # seconds before the kill: it falls among the revocations, or just behind
KILLS_OF_ONE_DATABASE = 50  # so that looking it through stays cheap
READY_WITHIN = 2 * SLOWNESS + SLACK


def predict(person):
    return person.post("/mlservice/v2/predict", json=HOUSE)


class Revocations:
    """People who lose a right while calls are under way, each in a way of their own."""

    def __init__(self, api):
        self.api = api
        self.admin = api.superuser()
        self.people = [api.user(grants=["v2"]) for _ in range(4)]
        for person in self.people:
            assert person.id
        self.noted = []  # (person, the path that must be 401, why)
        self._thread = threading.Thread(target=self._revoke_all)

    def _revoke_all(self):
        ungranted, signed_out, deactivated, deleted = self.people
        acts = [
            ("grant revoked", ungranted, lambda: self._set_rights(ungranted, True)),
            ("signed out", signed_out, lambda: signed_out.post("/auth/logout")),
            ("deactivated", deactivated, lambda: self._set_rights(deactivated, False)),
            ("deleted", deleted, lambda: self.admin.delete(f"/admin/users/{deleted.id}")),
        ]
        for why, person, act in acts:
            try:
                answer = act()
            except requests.RequestException:
                return  # killed
            if answer.status_code == 204:
                self.noted.append((why, person))

    def _set_rights(self, person, is_active):
        rights = {"is_active": is_active, "has_access_v1": False, "has_access_v2": False}
        return self.admin.put(f"/admin/users/{person.id}", json=rights)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join()

    def undone(self):
        """Who may call again although somebody was told that they may not."""
        return [(why, person.username) for why, person in self.noted if predict(person).status_code != 401]


@dataclasses.dataclass
class Outcome:
    findings: Findings = dataclasses.field(default_factory=Findings)
    kills: int = 0
    acknowledged: int = 0
    unexpected: list = dataclasses.field(default_factory=list)  # answers that are no 200
    damages: list = dataclasses.field(default_factory=list)
    revocations: int = 0
    undone: list = dataclasses.field(default_factory=list)
    slowest_restart: float = 0.0


def live_and_die(server, person, notes, chance):
    """One life under load; the load and the revocations that it ended with."""
    revocations = Revocations(Api(server))
    after = chance.uniform(*KILL_AFTER)
    revoking = min(after, chance.uniform(*REVOKING_BEGINS))
    with Load(server, person.token, notes) as load:
        time.sleep(after - revoking)
        with revocations:
            time.sleep(revoking)
            server.kill9()
    return load, revocations


def kill_once(server, store, person, notes, chance, outcome):
    """A life, a death, and what is found after it."""
    before = store.newest_call()
    load, revocations = live_and_die(server, person, notes, chance)
    begun = time.monotonic()
    server.start()
    outcome.slowest_restart = max(outcome.slowest_restart, time.monotonic() - begun)
    outcome.kills += 1
    outcome.acknowledged += len(load.acknowledged)
    outcome.unexpected += load.refused
    outcome.findings.add(compare(store, read_notes(notes), before))
    outcome.damages += [found for found in [store.integrity()] if found]
    outcome.revocations += len(revocations.noted)
    outcome.undone += revocations.undone()


@pytest.fixture(scope="module")
def outcome(request, full, new_store, start_server, tmp_path_factory):
    """All the kills, and what came of them; each test below looks at one side of it."""
    kills = request.config.getoption("--kills") or (500 if full else 60)
    chance = random.Random()
    outcome = Outcome()
    while outcome.kills < kills:
        store = new_store()
        server = start_server(store)
        person = Api(server).user(grants=["v2"])
        notes = tmp_path_factory.mktemp("notes") / "acknowledged"
        for _ in range(min(KILLS_OF_ONE_DATABASE, kills - outcome.kills)):
            kill_once(server, store, person, notes, chance, outcome)
        outcome.findings.add(compare(store, read_notes(notes)))  # nor is anything lost by a later kill
        server.stop()
        store.close()
    report(store.kind, outcome)
    return outcome


def report(kind, outcome):
    figures.count(f"{kind}: kills under load", outcome.kills)
    figures.count(f"{kind}: acknowledged calls", outcome.acknowledged)
    figures.count(f"{kind}: of them lost", len(outcome.findings.lost))
    figures.count(f"{kind}: of them doubled", len(outcome.findings.doubled))
    figures.count(f"{kind}: revocations acknowledged", outcome.revocations)
    figures.count(f"{kind}: of them undone", len(outcome.undone))
    figures.slowest(f"{kind}: slowest restart after a kill", outcome.slowest_restart)


def test_there_was_load(outcome):
    assert outcome.unexpected == []
    assert outcome.acknowledged > 32 * outcome.kills
    assert outcome.revocations > outcome.kills / 2


def test_no_acknowledged_call_is_lost(outcome):
    assert outcome.findings.lost == []


def test_no_request_is_recorded_twice(outcome):
    assert outcome.findings.doubled == []


def test_the_log_rows_say_what_was_answered(outcome):
    assert outcome.findings.unlogged == []


def test_no_call_is_recorded_by_half(outcome):
    assert outcome.findings.half == []


def test_no_revocation_is_undone(outcome):
    assert outcome.undone == []


def test_the_database_is_sound_after_each_kill(outcome):
    assert outcome.damages == []


def test_it_is_ready_again_soon(outcome):
    assert outcome.slowest_restart < READY_WITHIN
