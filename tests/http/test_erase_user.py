# SPDX-License-Identifier: MIT
"""erase-user: what is left of a person who asked to be forgotten, and who is not."""

import pytest
from answers import assert_ok
from marks import postgres_only, sqlite_only
from people import Api
from test_mlservice import HOUSE, predict
from test_operator_commands import run_on, told

ENTERED = "SELECT count(feature_address) AS entered, count(target_pred) AS predicted FROM model_logs_v2"


@pytest.fixture
def left(start_server):
    """A stopped server, and a person who had called v2 once."""
    server = start_server()
    person = Api(server).user(grants=["v2"])
    assert_ok(predict(person, "v2"))
    person.user_id = person.id
    server.stop()
    return server, person


def erase(server, *words, **settings):
    return run_on(server, "erase-user", *map(str, words), **settings)


def briefly(server, *words):
    """Without a long wait for calls that other copies of the server may have taken on."""
    return erase(server, *words, PREDICTION_TIMEOUT_MS=1, DATABASE_BUSY_TIMEOUT_MS=1000)


def test_a_person_is_erased_by_name(left):
    server, person = left
    ended = briefly(server, person.username.upper(), "--yes")
    assert ended.returncode == 0, ended
    assert ended.stdout == f"deleted the account {person.user_id}\nwiped what was entered: 1 row of 1 call\n"
    assert server.sql(ENTERED) == [{"entered": 0, "predicted": 1}]
    (shell,) = server.sql("SELECT * FROM users WHERE id = ?", person.user_id)
    assert (shell["username"], shell["first_name"], shell["hashed_password"]) == ("", "", "")
    api = Api(server.restart())
    assert api.try_login(person.username, person.password).status_code == 401


def test_a_deleted_person_is_erased_by_id(start_server):
    server = start_server()
    api = Api(server)
    person = api.user(grants=["v2"])
    assert_ok(predict(person, "v2"))
    user = person.id
    api.superuser().delete(f"/admin/users/{user}")
    server.stop()
    ended = briefly(server, user, "--yes")
    assert ended.returncode == 0, ended
    assert ended.stdout.startswith("the account had been deleted before: ")
    assert server.sql(ENTERED)[0]["entered"] == 0


def test_calls_and_their_request_ids_stay_and_are_shown(left):
    server, person = left
    before = server.sql("SELECT * FROM service_calls")
    assert briefly(server, person.user_id, "--yes").returncode == 0
    assert server.sql("SELECT * FROM service_calls") == before
    listed = Api(server.restart()).superuser().get("/admin/service_calls").json()
    assert [call["owner_id"] for call in listed] == [person.user_id]


def test_without_consent_it_says_what_it_would_do(left):
    server, person = left
    ended = erase(server, person.username)
    assert ended.returncode == 64
    said = told(ended)
    assert f"account {person.user_id}" in said and "1 call (1 item)" in said and "--yes" in said
    assert server.sql(ENTERED)[0]["entered"] == 1


@pytest.mark.parametrize("person", ["nobody@example.com", "12345", "0", "no name"])
def test_nobody_is_not_erased(stopped, person):
    ended = erase(stopped, person, "--yes")
    assert ended.returncode == 65
    assert "no user" in told(ended)


def test_the_last_admin_is_not_erased(start_server):
    server = start_server()
    chief = Api(server).admin()
    server.stop()
    ended = erase(server, chief.username, "--yes")
    assert ended.returncode == 65
    assert "last active admin" in told(ended)


def test_it_is_audited_without_the_name(left):
    server, person = left
    assert briefly(server, person.username, "--yes").returncode == 0
    acts = server.sql("SELECT * FROM audit_events WHERE action = 'admin.user_erased' ORDER BY id")
    assert [act["subject_id"] for act in acts] == [person.user_id, person.user_id]
    assert acts[-1]["after"] == '{"calls":1,"rows_wiped":1}'
    assert person.username not in str(acts)


@sqlite_only
def test_nobody_is_erased_beside_a_server_with_sqlite(start_server):
    server = start_server()
    ended = erase(server, "1", "--yes")
    assert ended.returncode == 75
    told(ended)


@postgres_only
def test_a_person_is_erased_beside_a_server_which_knows_it_at_once(start_server):
    server = start_server()
    person = Api(server).user(grants=["v2"])
    assert_ok(predict(person, "v2"))
    ended = briefly(server, person.username, "--yes")
    assert ended.returncode == 0, ended
    assert person.get("/user").status_code == 401
    assert server.sql(ENTERED)[0]["entered"] == 0


@sqlite_only
def test_nothing_of_it_is_left_in_the_file(left):
    server, person = left
    address = HOUSE["address"].encode()
    assert address in server.database.read_bytes()
    assert briefly(server, person.username, "--yes").returncode == 0
    content = server.database.read_bytes()
    assert address not in content and person.username.encode() not in content
