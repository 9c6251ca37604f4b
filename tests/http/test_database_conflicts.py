# SPDX-License-Identifier: MIT
"""Another client of the database takes its locks in the opposite order, and PostgreSQL ends the deadlock at the server's
cost: whoever asked does not notice."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from answers import assert_ok
from harness import SLACK, SLOWNESS, wait_until
from importing import call, truth_of
from marks import postgres_only
from people import Api
from test_mlservice import count_calls, predict

pytestmark = postgres_only

WAITS_WITHIN = 10 * SLOWNESS


@pytest.fixture
def patient(made_server):
    """One that waits long enough for PostgreSQL to find its deadlock, three seconds after it began to wait."""
    server = made_server(DATABASE_BUSY_TIMEOUT_MS=20_000)
    (name,) = server.sql("SELECT current_database() AS name")
    server.change_offline(f"ALTER DATABASE {name['name']} SET deadlock_timeout = '3s'")
    return server.start()


class Rival:
    """A client with a transaction of its own. PostgreSQL gives up whose patience ends first: never this one's."""

    def __init__(self, server):
        self.connection = server.store.connected()
        self.run("SET deadlock_timeout = '1min'")

    def run(self, statement):
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def wait_until_the_server_waits(self, table):
        wait_until(lambda: self.is_waited_for(table), f"nobody waits for {table}", WAITS_WITHIN)

    def is_waited_for(self, table):
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass")
            return cursor.fetchone() is not None

    def end(self):
        self.connection.commit()
        self.connection.close()


def met_by_a_deadlock(server, act, held, wanted):
    """What `act` returns that needs a table which the rival holds, and has what the rival wants then."""
    rival = Rival(server)
    rival.run(f"LOCK TABLE {held} IN EXCLUSIVE MODE")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(act)
        rival.wait_until_the_server_waits(held)
        rival.run(wanted)  # had when the server's transaction has been given up
        assert server.logged("db.retry")
        rival.end()
        return answer.result()


def test_a_change_of_rights_is_made_once(patient):
    person = Api(patient).user()
    audited = "SELECT count(*) AS n FROM audit_events WHERE action = 'admin.rights_changed'"
    before = patient.sql(audited)[0]["n"]
    met_by_a_deadlock(
        patient,
        lambda: Api(patient).set_rights(person, grants=["v2"]),
        held="audit_events",
        wanted=f"UPDATE users SET country = country WHERE id = {person.id}",
    )
    assert_ok(predict(person, "v2"))
    assert patient.sql(audited)[0]["n"] == before + 1


def test_a_stop_does_not_wait_for_what_a_truth_waits_for(start_server):
    server = start_server()
    person = Api(server).user(grants=["v2"])
    asked = call(person)
    rival = Rival(server)
    rival.run("LOCK TABLE model_logs_v2 IN EXCLUSIVE MODE")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(person.put, f"/mlservice/v2/truth/{asked}", json={"target_true": 200_000})
        rival.wait_until_the_server_waits("model_logs_v2")
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 10 * SLOWNESS + SLACK
        with contextlib.suppress(requests.ConnectionError):  # the connection may have been cut
            assert answer.result().status_code == 503
    rival.end()
    assert truth_of(server, asked) is None


def test_a_prediction_is_recorded_once(patient):
    person = Api(patient).user(grants=["v2"])
    answer = met_by_a_deadlock(
        patient,
        lambda: predict(person, "v2"),
        held="model_logs_v2",
        wanted="LOCK TABLE service_calls IN EXCLUSIVE MODE",
    )
    assert_ok(answer)
    assert count_calls(patient) == 1
    assert patient.sql("SELECT count(*) AS n FROM model_logs_v2 WHERE service_call_id IS NOT NULL")[0]["n"] == 1
