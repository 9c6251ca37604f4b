# SPDX-License-Identifier: MIT
"""The log tables are made from the services' descriptions, and grow with them without losing anything."""

import databases
import pytest
from answers import assert_ok
from harness import run_program
from people import Api
from test_mlservice import HOUSE, predict


def columns(server, table):
    return server.store.columns(table)


@pytest.fixture
def stopped(start_server):
    """A server that has served one prediction of v2, and is stopped."""
    server = start_server()
    assert_ok(predict(Api(server).user(grants=["v2"]), "v2"))
    server.stop()
    return server


def refused_start(server):
    answer = run_program("--mode", "test", **server.settings)
    assert answer.returncode == 78, answer.stderr
    return answer.stderr


def test_a_column_for_each_field(server):
    assert columns(server, "model_logs_v2") == {
        "id": server.store.ID_TYPE,
        "service_call_id": "BIGINT",
        "item": "BIGINT",
        "is_train_data": "BOOLEAN",
        "r_2": "DOUBLE PRECISION",
        "mae": "DOUBLE PRECISION",
        "target_pred": "DOUBLE PRECISION",
        "target_true": "DOUBLE PRECISION",
        "feature_age": "BIGINT",
        "feature_surface": "DOUBLE PRECISION",
        "feature_has_attic": "BOOLEAN",
        "feature_garden_surface": "DOUBLE PRECISION",
        "feature_address": "TEXT",
    }
    found = columns(server, "model_logs_v1")
    assert found["accuracy"] == "DOUBLE PRECISION" and "mae" not in found
    assert found["target_pred"] == found["target_true"] == found["feature_text"] == "TEXT"


def test_a_row_says_what_was_asked(server, api):
    call = int(assert_ok(predict(api.user(grants=["v2"]), "v2")).headers["X-Service-Call-Id"])
    (row,) = server.sql("SELECT * FROM model_logs_v2 WHERE service_call_id = ?", call)
    assert {name.removeprefix("feature_"): row[name] for name in row if name.startswith("feature_")} == HOUSE
    assert (row["item"], row["is_train_data"], row["target_true"]) == (0, 0, None)


def test_a_new_field_gets_a_column_and_old_rows_stay(stopped):
    stopped.change_offline("ALTER TABLE model_logs_v2 DROP COLUMN feature_garden_surface")
    stopped.start()
    person = Api(stopped).user(grants=["v2"])
    assert_ok(predict(person, "v2"))
    rows = stopped.sql("SELECT feature_garden_surface AS garden, feature_age AS age FROM model_logs_v2")
    assert [(row["garden"], row["age"]) for row in rows] == [(None, 36), (HOUSE["garden_surface"], 36)]


def test_a_field_that_is_gone_keeps_its_column(stopped):
    stopped.change_offline("ALTER TABLE model_logs_v2 ADD COLUMN feature_cellar BOOLEAN")
    stopped.change_offline("UPDATE model_logs_v2 SET feature_cellar = TRUE")
    stopped.start()
    assert_ok(predict(Api(stopped).user(grants=["v2"]), "v2"))
    rows = stopped.sql("SELECT feature_cellar FROM model_logs_v2 ORDER BY id")
    assert [row["feature_cellar"] for row in rows] == [1, None]


def test_whole_numbers_may_become_numbers(stopped):
    stopped.change_offline("ALTER TABLE model_logs_v2 DROP COLUMN feature_surface")
    stopped.change_offline("ALTER TABLE model_logs_v2 ADD COLUMN feature_surface BIGINT")
    stopped.change_offline("UPDATE model_logs_v2 SET feature_surface = 113")
    stopped.start()
    assert_ok(predict(Api(stopped).user(grants=["v2"]), "v2"))
    rows = stopped.sql("SELECT feature_surface AS surface FROM model_logs_v2 ORDER BY id")
    assert [row["surface"] for row in rows] == [113, HOUSE["surface"]]


def test_another_type_stops_the_start_and_says_how_to_go_on(stopped):
    stopped.change_offline("ALTER TABLE model_logs_v2 DROP COLUMN feature_surface")
    stopped.change_offline("ALTER TABLE model_logs_v2 ADD COLUMN feature_surface TEXT")
    said = refused_start(stopped)
    assert 'The field "surface" of service v2 holds numbers now' in said
    rename = "ALTER TABLE model_logs_v2 RENAME COLUMN feature_surface TO feature_surface_old"
    assert rename in said
    stopped.change_offline(rename)
    stopped.start()
    assert_ok(predict(Api(stopped).user(grants=["v2"]), "v2"))
    assert {"feature_surface", "feature_surface_old"} <= set(columns(stopped, "model_logs_v2"))


def test_a_refused_start_changes_nothing(stopped):
    stopped.change_offline("ALTER TABLE model_logs_v2 DROP COLUMN feature_garden_surface")
    stopped.change_offline("ALTER TABLE model_logs_v2 DROP COLUMN feature_surface")
    stopped.change_offline("ALTER TABLE model_logs_v2 ADD COLUMN feature_surface TEXT")
    before = columns(stopped, "model_logs_v2")
    refused_start(stopped)
    assert columns(stopped, "model_logs_v2") == before


def test_a_log_row_goes_with_its_call_or_not_at_all(stopped):
    """Rows whose log cannot be written are refused as a whole."""
    stopped.store.refuse_rows("model_logs_v2")
    stopped.start()
    person = Api(stopped).user(grants=["v1", "v2"])
    answer = predict(person, "v2")
    assert answer.status_code == 503 and "X-Service-Call-Id" not in answer.headers
    assert_ok(predict(person, "v1"))
    calls = stopped.sql("SELECT service_version AS service FROM service_calls ORDER BY id")
    assert [row["service"] for row in calls] == ["v2", "v1"]


def test_a_second_training_row_needs_no_call(stopped):
    """The table itself keeps served rows and training rows apart."""
    with pytest.raises(databases.broken_rule()):
        stopped.change_offline("INSERT INTO model_logs_v2 (is_train_data) VALUES (FALSE)")
    stopped.change_offline("INSERT INTO model_logs_v2 (is_train_data) VALUES (TRUE)")
