# SPDX-License-Identifier: MIT
"""What turned out to be true of recorded calls, one by one and in bulk."""

import json

import pytest
from answers import assert_error, assert_ok, violations
from harness import ROOT
from people import Api
from test_mlservice import HOUSE, TEXT, predict

NOBODYS = 2**62


@pytest.fixture(scope="module")
def caller(server):
    return Api(server).user(grants=["v1", "v2"])


def called(person, service="v2"):
    """The id of a fresh call."""
    return int(assert_ok(predict(person, service)).headers["X-Service-Call-Id"])


def called_in_batch(person, count):
    answer = person.post("/mlservice/v2/predict/batch", json={"inputs": [HOUSE] * count})
    return int(assert_ok(answer).headers["X-Service-Call-Id"])


def tell(person, call, value, service="v2", **more):
    return person.put(f"/mlservice/{service}/truth/{call}", json={"target_true": value, **more})


def tell_all(person, truths, service="v2"):
    named = [dict(zip(("service_call_id", "target_true", "item"), truth)) for truth in truths]
    return person.post(f"/mlservice/{service}/truth", json={"truths": named})


def logged(server, call, service="v2"):
    return server.sql(
        f"SELECT * FROM model_logs_{service} WHERE service_call_id = ? ORDER BY item", call
    )


def truths_of(server, call, service="v2"):
    return [row["target_true"] for row in logged(server, call, service)]


# ---- one call ------------------------------------------------------------------------------------


def test_a_truth_stands_beside_its_prediction(server, caller):
    call = called(caller)
    assert truths_of(server, call) == [None]
    assert tell(caller, call, 214500).status_code == 204
    assert truths_of(server, call) == [214500.0]


def test_my_call_shows_what_was_asked_answered_and_true(caller):
    call = called(caller)
    tell(caller, call, 214500)
    (item,) = assert_ok(caller.get(f"/user/service_calls/{call}")).json()["model_logs"]
    assert item["features"] == HOUSE
    assert item["target_true"] == 214500
    assert isinstance(item["target_pred"], float) and item["item"] == 0


def test_a_class_is_told_by_its_word(server, caller):
    call = called(caller, "v1")
    assert tell(caller, call, "great", "v1").status_code == 204
    assert truths_of(server, call, "v1") == ["great"]
    answer = tell(caller, call, "excellent", "v1")
    assert violations(answer)[0][0] == "enum"


def test_the_same_truth_twice_is_one_truth(server, caller):
    call = called(caller)
    assert [tell(caller, call, 5).status_code for _ in range(2)] == [204, 204]
    assert truths_of(server, call) == [5]


def test_another_truth_is_a_conflict(server, caller):
    call = called(caller)
    tell(caller, call, 5)
    assert_error(tell(caller, call, 6), 409, "truth_conflict")
    assert truths_of(server, call) == [5]


def test_an_admin_may_correct_a_truth_and_that_is_audited(server, api, caller):
    call = called(caller)
    tell(caller, call, 5)
    admin = api.admin()
    answer = tell(admin, call, 6)
    assert answer.status_code == 204
    assert truths_of(server, call) == [6]
    (event,) = server.sql(
        "SELECT * FROM audit_events WHERE request_id = ?", answer.headers["X-Request-Id"]
    )
    assert (event["action"], event["actor_id"], event["subject_id"]) == (
        "truth.overwritten",
        admin.id,
        caller.id,
    )
    assert json.loads(event["after"]) == {"service": "v2", "service_call_id": call, "item": 0}


def test_an_item_of_a_batch_is_told_by_its_place(server, caller):
    call = called_in_batch(caller, 3)
    assert tell(caller, call, 7, item=1).status_code == 204
    assert truths_of(server, call) == [None, 7, None]


def test_a_batch_needs_the_place(caller):
    answer = tell(caller, called_in_batch(caller, 3), 7)
    assert violations(answer) == [("missing", ("body", "item"))]


def test_an_item_that_the_call_does_not_have_is_absent(caller):
    assert_error(tell(caller, called_in_batch(caller, 3), 7, item=3), 404, "not_found")
    assert_error(tell(caller, called(caller), 7, item=1), 404, "not_found")


def test_anothers_call_is_as_absent_as_one_that_nobody_made(api, caller):
    other = api.user(grants=["v2"])
    answers = [tell(other, call, 5) for call in (called(caller), NOBODYS)]
    for answer in answers:
        assert_error(answer, 404, "not_found")
    assert len({answer.json()["detail"] for answer in answers}) == 1


def test_a_bad_body_tells_nothing_of_whose_call_it_is(api, caller):
    other = api.user(grants=["v2"])
    answers = [tell(other, call, "x") for call in (called(caller), NOBODYS)]
    assert {answer.status_code for answer in answers} == {404}


def test_a_call_of_another_service_is_absent(caller):
    assert_error(tell(caller, called(caller, "v1"), 5), 404, "not_found")


def test_an_admin_tells_of_anybodys_call_without_a_grant(server, api, caller):
    call = called(caller)
    assert tell(api.admin(), call, 9).status_code == 204
    assert truths_of(server, call) == [9]


def test_a_failed_call_has_no_truth(caller):
    failed = predict(caller, "v2", age=-1)
    call = int(failed.headers["X-Service-Call-Id"])
    assert_error(tell(caller, call, 5), 409, "no_prediction")


@pytest.mark.parametrize("body", ["{", '{"inputs": [{}, {}, {}]}'], ids=["broken", "invalid"])
def test_a_failed_batch_has_no_truth_wherever_it_is_told(caller, body):
    failed = caller.send_json("POST", "/mlservice/v2/predict/batch", body)
    assert failed.status_code == 422
    call = int(failed.headers["X-Service-Call-Id"])
    for place in ({}, {"item": 0}, {"item": 7}):
        assert_error(tell(caller, call, 5, **place), 409, "no_prediction")


@pytest.mark.parametrize(
    "value, kind",
    [
        ('"5"', "float_type"),
        ("null", "float_type"),
        ("true", "float_type"),
        ("[5]", "float_type"),
    ],
)
def test_a_truth_that_is_no_number_is_refused(server, caller, value, kind):
    call = called(caller)
    answer = caller.send_json("PUT", f"/mlservice/v2/truth/{call}", '{"target_true": %s}' % value)
    assert violations(answer)[0][0] == kind
    assert truths_of(server, call) == [None]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999"])
def test_a_truth_that_json_does_not_know_is_refused(server, caller, value):
    call = called(caller)
    answer = caller.send_json("PUT", f"/mlservice/v2/truth/{call}", '{"target_true": %s}' % value)
    assert violations(answer, "json_invalid")
    assert truths_of(server, call) == [None]


@pytest.mark.parametrize("call", ["0", "-1", "x", "1e3", "9223372036854775808"])
def test_a_malformed_id_is_refused(caller, call):
    answer = tell(caller, call, 5)
    assert violations(answer)[0][1] == ("path", "call_id")


# ---- many calls ----------------------------------------------------------------------------------


def test_many_truths_at_once(server, caller):
    calls = [called(caller) for _ in range(3)]
    answer = assert_ok(tell_all(caller, [(call, call * 10) for call in calls]))
    assert answer.json() == {"recorded": 3, "unchanged": 0}
    assert [truths_of(server, call) for call in calls] == [[call * 10] for call in calls]
    again = assert_ok(tell_all(caller, [(call, call * 10) for call in calls]))
    assert again.json() == {"recorded": 0, "unchanged": 3}


def test_one_truth_that_cannot_be_taken_and_none_is(server, api, caller):
    mine, others = called(caller), called(api.user(grants=["v2"]))
    answer = tell_all(caller, [(mine, 1), (NOBODYS, 2), (others, 3)])
    assert_error(answer, 404, "not_found")
    assert "truths[1]" in answer.json()["detail"] and "truths[2]" in answer.json()["detail"]
    assert truths_of(server, mine) == [None]


def test_two_truths_of_one_call_must_be_the_same(server, caller):
    call = called(caller)
    assert_error(tell_all(caller, [(call, 1), (call, 2)]), 409, "truth_conflict")
    assert truths_of(server, call) == [None]


def test_bulk_faults_say_where_they_are(caller):
    answer = tell_all(caller, [(called(caller), 1), (0, "x"), (called_in_batch(caller, 2), 1)])
    assert [loc for _, loc in violations(answer)] == [
        ("body", "truths", 1, "service_call_id"),
        ("body", "truths", 1, "target_true"),
    ]
    answer = tell_all(caller, [(called_in_batch(caller, 2), 1)])
    assert [loc for _, loc in violations(answer)] == [("body", "truths", 0, "item")]


def test_ten_thousand_truths_and_no_more(server, caller):
    calls = [called_in_batch(caller, 1000) for _ in range(10)]
    truths = [(call, 1.5, item) for call in calls for item in range(1000)]
    assert assert_ok(tell_all(caller, truths)).json()["recorded"] == 10_000
    answer = tell_all(caller, [*truths, (calls[0], 1.5, 0)])
    assert violations(answer)[0][0] == "too_long"


def test_one_query_joins_person_right_call_features_prediction_and_truth(server, api):
    """It is the one that docs/feedback.md shows."""
    query = (ROOT / "docs/feedback.md").read_text().split("```sql\n")[1].split("```")[0]
    person = api.user(grants=["v2"])
    call = called(person)
    tell(person, call, 123456)
    row = server.sql(query)[0]
    assert (row["username"], row["may_call"], row["call"]) == (person.username, "v2", call)
    assert (row["age"], row["surface"], row["address"]) == (HOUSE["age"], HOUSE["surface"], HOUSE["address"])
    assert row["truth"] == 123456 and row["predicted"] > 0


# ---- figures beside the truth --------------------------------------------------------------------


def test_each_truth_carries_the_figures_of_its_moment(start_server):
    server = start_server()
    caller = Api(server).user(grants=["v2"])
    call = called_in_batch(caller, 3)
    pred = logged(server, call)[0]["target_pred"]
    for item, error in enumerate((1000, 3000, 2000)):
        tell(caller, call, pred + error, item=item)
    first, second, third = logged(server, call)
    assert (first["mae"], first["r_2"]) == (1000, None)  # R² needs two rows
    assert second["mae"] == 2000
    assert second["r_2"] == pytest.approx(1 - (1000**2 + 3000**2) / (2 * 1000**2), rel=1e-9)
    assert third["mae"] == 2000


def test_a_class_carries_accuracy(start_server):
    server = start_server()
    caller = Api(server).user(grants=["v1"])
    inputs = {"inputs": [TEXT] * 4}
    answer = assert_ok(caller.post("/mlservice/v1/predict/batch", json=inputs))
    call = int(answer.headers["X-Service-Call-Id"])
    told = logged(server, call, "v1")[0]["target_pred"]
    wrong = {"great": "other", "other": "great"}[told]
    for item, truth in enumerate((told, wrong, told, told)):
        tell(caller, call, truth, "v1", item=item)
    assert [row["accuracy"] for row in logged(server, call, "v1")] == [1, 0.5, pytest.approx(2 / 3), 0.75]
