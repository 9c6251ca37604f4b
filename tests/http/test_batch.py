# SPDX-License-Identifier: MIT
"""Batches: one call of many inputs, served whole or not at all."""

import pytest
from answers import assert_error, assert_ok, violations
from people import Api
from test_mlservice import HOUSE, TEXT, row_of


@pytest.fixture(scope="module")
def caller(server):
    return Api(server).user(grants=["v1", "v2"])


def predict_batch(person, inputs, service="v2"):
    return person.post(f"/mlservice/{service}/predict/batch", json={"inputs": inputs})


def houses(count):
    return [{**HOUSE, "age": age} for age in range(count)]


def logged(server, answer, service="v2"):
    """What the log table says of the call that this answer names."""
    return server.sql(
        f"SELECT * FROM model_logs_{service} WHERE service_call_id = ? ORDER BY item",
        int(answer.headers["X-Service-Call-Id"]),
    )


def test_a_batch_is_answered_in_order_as_its_inputs_alone(caller):
    inputs = houses(3)
    alone = [assert_ok(caller.post("/mlservice/v2/predict", json=house)).json() for house in inputs]
    assert assert_ok(predict_batch(caller, inputs)).json() == {"outputs": alone}


def test_a_batch_is_one_call_with_a_log_row_for_each_item(server, caller):
    answer = assert_ok(predict_batch(caller, houses(3)))
    row = row_of(server, answer)
    assert (row["items"], row["outcome"], row["success"]) == (3, "success", 1)
    rows = logged(server, answer)
    assert [row["item"] for row in rows] == [0, 1, 2]
    assert [row["feature_age"] for row in rows] == [0, 1, 2]
    assert [row["target_pred"] for row in rows] == [output["price"] for output in answer.json()["outputs"]]
    assert {row["is_train_data"] for row in rows} == {0}


def test_a_batch_may_be_larger_than_one_run_of_the_model(server, caller):
    answer = assert_ok(predict_batch(caller, houses(100)))
    assert len(answer.json()["outputs"]) == len(logged(server, answer)) == 100


def test_texts_come_in_batches_too(server, caller):
    answer = assert_ok(predict_batch(caller, [TEXT, {"text": "awful, never again"}], "v1"))
    assert {output["category"] for output in answer.json()["outputs"]} <= {"great", "other"}
    assert [row["feature_text"] for row in logged(server, answer, "v1")][1] == "awful, never again"


def test_one_bad_input_and_none_is_served(server, caller):
    answer = predict_batch(caller, [HOUSE, {**HOUSE, "age": -1}, "a house"])
    assert violations(answer) == [
        ("greater_than_equal", ("body", "inputs", 1, "age")),
        ("model_attributes_type", ("body", "inputs", 2)),
    ]
    row = row_of(server, answer)
    assert (row["outcome"], row["items"]) == ("invalid_input", 0)
    assert logged(server, answer) == []


@pytest.mark.parametrize(
    "body, kind, loc",
    [
        ("[]", "model_attributes_type", ("body",)),  # not an object
        ("{}", "missing", ("body", "inputs")),
        ('{"inputs": {}}', "list_type", ("body", "inputs")),
        ('{"inputs": []}', "too_short", ("body", "inputs")),
        ('{"inputs": null}', "list_type", ("body", "inputs")),
    ],
)
def test_a_malformed_batch_says_what_is_wrong(caller, body, kind, loc):
    answer = caller.send_json("POST", "/mlservice/v2/predict/batch", body)
    assert violations(answer) == [(kind, loc)]


def test_a_batch_that_is_no_json_says_where(caller):
    answer = caller.send_json("POST", "/mlservice/v2/predict/batch", '{"inputs": [')
    assert violations(answer, "json_invalid") == [("json_invalid", ("body", 12))]


def test_unknown_members_beside_the_inputs_are_refused(caller):
    body = {"inputs": [HOUSE], "labels": [1]}
    answer = caller.post("/mlservice/v2/predict/batch", json=body)
    assert violations(answer) == [("extra_forbidden", ("body", "labels"))]


def test_a_batch_of_more_inputs_than_allowed_is_refused(start_server):
    server = start_server(BATCH_INPUTS=5)
    caller = Api(server).user(grants=["v2"])
    assert_ok(predict_batch(caller, houses(5)))
    answer = predict_batch(caller, houses(6))
    assert violations(answer) == [("too_long", ("body", "inputs"))]
    document = server.session.get(server.base + "/openapi.json").json()
    schema = document["components"]["schemas"]["HousePriceInputBatch"]
    assert schema["properties"]["inputs"]["maxItems"] == 5


def test_a_hundred_faults_are_listed_and_the_rest_counted(caller):
    answer = predict_batch(caller, [{**HOUSE, "age": -1}] * 150)
    found = violations(answer)
    assert len(found) == 101
    assert found[-1][0] == "too_many_errors"


def test_without_a_grant_no_batch(server, api):
    before = server.sql("SELECT COUNT(*) AS n FROM service_calls")
    assert_error(predict_batch(api.user(grants=["v1"]), [HOUSE]), 401, "no_access")
    assert server.sql("SELECT COUNT(*) AS n FROM service_calls") == before
