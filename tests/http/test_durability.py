# SPDX-License-Identifier: MIT
"""No record, no answer: what was answered is on disk, whatever happens next."""

import random
import signal
import threading
import time

import pytest
import requests
from answers import assert_ok
from harness import SLOWNESS, wait_until
from people import Api
from test_mlservice import HOUSE

ROUNDS = 5
IN_FLIGHT = 16


class Callers:
    """Threads that call until the server is gone, and remember each answer."""

    def __init__(self, server, person):
        self.acknowledged = []  # (call id, request id); appending is atomic
        self.faults = []
        self.threads = [threading.Thread(target=self._call, args=(server, person)) for _ in range(IN_FLIGHT)]

    def _call(self, server, person):
        url = server.base + "/mlservice/v2/predict"
        session = requests.Session()
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {person.token}"
        while True:
            try:
                answer = session.post(url, json=HOUSE, timeout=10)
            except requests.RequestException:
                return  # killed
            if answer.status_code != 200:
                self.faults.append(answer.text)
                return
            self.acknowledged.append(
                (int(answer.headers["X-Service-Call-Id"]), answer.headers["X-Request-Id"])
            )

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()


def test_no_acknowledged_call_is_lost_or_doubled_by_a_kill(start_server):
    server = start_server()
    person = Api(server).user(grants=["v2"])
    acknowledged = []
    chance = random.Random(7)
    for _ in range(ROUNDS):
        with Callers(server, person) as callers:
            time.sleep(chance.uniform(0.1, 0.7))
            server.kill9()
        assert callers.faults == []
        acknowledged += callers.acknowledged
        begin = time.monotonic()
        server.restart()
        assert time.monotonic() - begin < 10 * SLOWNESS  # two seconds on a machine that has time
        server.store.check()
    rows = server.sql("SELECT id, request_id, outcome, owner_id FROM service_calls")
    recorded = {row["id"]: row["request_id"] for row in rows}
    assert len(acknowledged) > IN_FLIGHT
    assert len({id for id, _ in acknowledged}) == len(acknowledged)
    assert [id for id, request_id in acknowledged if recorded.get(id) != request_id] == []
    assert len({row["request_id"] for row in rows}) == len(rows)
    assert {(row["outcome"], row["owner_id"]) for row in rows} == {("success", person.id)}
    assert len(rows) <= len(acknowledged) + ROUNDS * IN_FLIGHT


def test_what_a_person_was_told_is_kept_by_a_kill(start_server):
    """Registrations, rights and deletions, each answered just before the process dies."""
    server = start_server()
    for _ in range(3):
        api = Api(server)
        gone, granted = api.user(), api.user()
        assert_ok(api.superuser().delete(f"/admin/users/{gone.id}"), 204)
        api.set_rights(granted, grants=["v1"])
        registered = api.register()
        server.kill9()
        server.restart()
        assert_ok(Api(server).try_login(registered.username, registered.password))
        assert assert_ok(granted.get("/user")).json()["has_access_v1"]
        assert gone.get("/user").status_code == 401
        acts = server.sql(
            "SELECT action, subject_id FROM audit_events WHERE action LIKE 'admin.%' ORDER BY id"
        )
        acts = [(row["action"], row["subject_id"]) for row in acts]
        assert acts.count(("admin.user_deleted", gone.id)) == 1
        assert acts.count(("admin.rights_changed", granted.id)) == 1


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT], ids=lambda sign: sign.name)
def test_a_stop_under_load_loses_nothing(start_server, sign):
    server = start_server()
    person = Api(server).user(grants=["v2"])
    with Callers(server, person) as callers:
        wait_until(lambda: len(callers.acknowledged) > 2 * IN_FLIGHT, callers.faults, within=10 * SLOWNESS)
        server.stop(sign)
    assert [fault for fault in callers.faults if "draining" not in fault and "unavailable" not in fault] == []
    recorded = {row["id"] for row in server.sql("SELECT id FROM service_calls")}
    assert {id for id, _ in callers.acknowledged} == recorded
