# SPDX-License-Identifier: MIT
"""The services: who may call them, and the row that every call leaves."""

import datetime
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from answers import assert_error, assert_ok, violations
from harness import ROOT
from people import Api
from services import NAMES

HOUSE = {"age": 36, "surface": 113.34, "has_attic": False, "garden_surface": 1094.49, "address": "Ames, Iowa"}
TEXT = {"text": "Great flavor, we go through a ton of this sauce!"}
INPUTS = {"v1": TEXT, "v2": HOUSE}
FOLDERS = {"v1": "v1_text_category", "v2": "v2_house_price"}


def predict(person, service, **changes):
    return person.post(f"/mlservice/{service}/predict", json={**INPUTS[service], **changes})


def count_calls(server):
    return server.sql("SELECT COUNT(*) AS n FROM service_calls")[0]["n"]


def row_of(server, answer):
    """The row of the call that this answer names."""
    rows = server.sql("SELECT * FROM service_calls WHERE id = ?", int(answer.headers["X-Service-Call-Id"]))
    assert len(rows) == 1
    return rows[0]


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)


@pytest.fixture(scope="module")
def caller(server):
    return Api(server).user(grants=["v1", "v2"])


# ---- the list ------------------------------------------------------------------------------------


def test_the_list_tells_of_every_service_and_my_access(api):
    person = api.user(grants=["v2"])
    services = {row["name"]: row for row in assert_ok(person.get("/mlservice")).json()}
    assert list(services) == NAMES and NAMES[:2] == ["v1", "v2"]
    assert (services["v1"]["title"], services["v2"]["title"]) == ("Text category", "House price")
    assert (services["v1"]["has_access"], services["v2"]["has_access"]) == (False, True)
    assert services["v2"]["status"] == "ready"


def test_the_list_holds_whole_schemas(caller):
    for row in assert_ok(caller.get("/mlservice")).json():
        for side in ("input", "output"):
            name = row[side]["$ref"].removeprefix("#/components/schemas/")
            assert row[side]["components"]["schemas"][name]["type"] == "object"


def test_the_list_is_for_people(nobody):
    assert_error(nobody.get("/mlservice"), 401, "not_authenticated")


# ---- healthcheck ---------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["v1", "v2"])
def test_a_service_is_healthy(caller, service):
    assert_ok(caller.get(f"/mlservice/{service}/healthcheck"), 200, {"status": "healthy"})


# ---- predict -------------------------------------------------------------------------------------


def test_v1_answers_with_a_category(caller):
    answer = assert_ok(predict(caller, "v1"))
    assert list(answer.json()) == ["category"]
    assert answer.json()["category"] in ("great", "other")


def test_v2_answers_with_a_price(caller):
    answer = assert_ok(predict(caller, "v2"))
    assert list(answer.json()) == ["price"]
    assert isinstance(answer.json()["price"], float)


@pytest.mark.parametrize("service", ["v1", "v2"])
def test_the_same_input_has_the_same_answer(caller, service):
    assert len({predict(caller, service).text for _ in range(5)}) == 1


@pytest.mark.parametrize("service", ["v1", "v2"])
def test_a_prediction_is_on_record_before_it_is_answered(server, caller, service):
    began = datetime.datetime.now(datetime.timezone.utc)
    answer = assert_ok(predict(caller, service))
    row = row_of(server, answer)
    manifest = json.loads((ROOT / "services" / FOLDERS[service] / "model.json").read_text())
    assert row["model_sha256"] == manifest["sha256"]
    assert (row["service_version"], row["success"], row["outcome"]) == (service, 1, "success")
    assert (row["owner_id"], row["items"]) == (caller.id, 1)
    assert row["request_id"] == answer.headers["X-Request-Id"]
    start, end = moment(row["request_time"]), moment(row["completion_time"])
    assert began <= start <= end <= datetime.datetime.now(datetime.timezone.utc)
    assert row["duration"] == pytest.approx((end - start).total_seconds(), abs=2e-6)


def test_a_request_id_of_the_clients_own_is_recorded(server, caller):
    answer = caller.request(
        "POST", "/mlservice/v2/predict", json=HOUSE, headers={"X-Request-Id": "mine-17_a.b"}
    )
    assert answer.headers["X-Request-Id"] == "mine-17_a.b"
    assert row_of(server, answer)["request_id"] == "mine-17_a.b"


@pytest.mark.parametrize("service", ["v1", "v2"])
def test_a_refused_input_is_on_record_as_well(server, caller, service):
    before = count_calls(server)
    answer = caller.post(f"/mlservice/{service}/predict", json={})
    assert_error(answer, 422, "invalid_field")
    row = row_of(server, answer)
    assert (row["success"], row["outcome"], row["model_sha256"]) == (0, "invalid_input", "")
    assert row["request_id"] == answer.json()["request_id"]
    assert count_calls(server) == before + 1


def test_parallel_predictions_have_a_row_each(server, api):
    people = [api.user(grants=["v1", "v2"]) for _ in range(4)]

    def call(number):
        person, service = people[number % 4], ("v1", "v2")[number % 2]
        answer = assert_ok(predict(person, service))
        row = row_of(server, answer)
        assert (row["owner_id"], row["service_version"]) == (person.id, service)
        assert row["request_id"] == answer.headers["X-Request-Id"]
        return row["id"], answer.text, service

    before = count_calls(server)
    assert all(person.id for person in people)
    with ThreadPoolExecutor(32) as callers:
        done = list(callers.map(call, range(32)))
    assert len({id for id, _, _ in done}) == 32
    assert count_calls(server) == before + 32
    # Joined into one run or not, everybody has the answer to their own input.
    assert {(service, text) for _, text, service in done} == {
        (service, predict(people[0], service).text) for service in ("v1", "v2")
    }


def test_batched_predictions_are_not_mixed_up(caller):
    ages = range(0, 64, 2)
    alone = {age: predict(caller, "v2", age=age).json() for age in ages}
    with ThreadPoolExecutor(32) as callers:
        together = dict(zip(ages, callers.map(lambda age: predict(caller, "v2", age=age).json(), ages)))
    for age in ages:
        assert together[age]["price"] == pytest.approx(alone[age]["price"], rel=1e-5)


# ---- refused at the door: no row -------------------------------------------------------------------


def test_without_a_grant_nothing_is_read_nor_recorded(server, api):
    before = count_calls(server)
    for body in (json.dumps(HOUSE), "no json"):
        assert_error(api.nobody().send_json("POST", "/mlservice/v2/predict", body), 401, "not_authenticated")
        assert_error(
            api.with_token("x.y.z").send_json("POST", "/mlservice/v2/predict", body), 401, "invalid_token"
        )
        assert_error(
            api.user(grants=["v1"]).send_json("POST", "/mlservice/v2/predict", body), 401, "no_access"
        )
        assert_error(api.admin().send_json("POST", "/mlservice/v2/predict", body), 401, "no_access")
    assert count_calls(server) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/jsonx"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "br"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
    ids=str,
)
def test_only_json_in_utf8_is_read(server, caller, headers):
    before = count_calls(server)
    answer = caller.request("POST", "/mlservice/v2/predict", data=json.dumps(HOUSE), headers=headers)
    assert_error(answer, 415, "unsupported_media_type")
    assert count_calls(server) == before


def test_a_body_over_a_mebibyte_is_refused(server, caller):
    before = count_calls(server)
    assert_error(caller.send_json("POST", "/mlservice/v1/predict", b" " * ((1 << 20) + 1)), 413, "too_large")
    assert count_calls(server) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
def test_predict_is_posted(server, caller, method):
    before = count_calls(server)
    answer = caller.request(method, "/mlservice/v2/predict")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST, OPTIONS"
    if method != "HEAD":
        assert_error(answer, 405, "method_not_allowed")
    assert count_calls(server) == before


def test_options_tell_the_methods_and_need_no_token(nobody):
    assert (
        assert_ok(nobody.request("OPTIONS", "/mlservice/v2/predict"), 204).headers["Allow"] == "POST, OPTIONS"
    )
    allowed = assert_ok(nobody.request("OPTIONS", "/mlservice/v2/healthcheck"), 204).headers["Allow"]
    assert allowed == "GET, HEAD, OPTIONS"


def test_head_is_guarded_as_get(caller, nobody):
    head, get = caller.request("HEAD", "/mlservice/v2/healthcheck"), caller.get("/mlservice/v2/healthcheck")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    refused = nobody.request("HEAD", "/mlservice/v2/healthcheck")
    assert refused.status_code == 401 and refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("name", ["nope", "V1", "v1%00", "..%2fv1", "v1/", "x" * 300, "%76%31x", "*"])
def test_an_unknown_service_is_not_found(caller, name):
    assert_error(caller.post(f"/mlservice/{name}/predict", json=HOUSE), 404, "not_found")


def test_the_words_of_several_faults(caller):
    answer = caller.post(
        "/mlservice/v2/predict", json={"age": -1, "surface": "x", "address": "a" * 201, "b": [1]}
    )
    sent = {"age": -1, "surface": "x", "address": "a" * 201, "b": [1]}
    assert violations(answer) and answer.json()["detail"] == [
        {
            **{"type": "greater_than_equal", "loc": ["body", "age"], "input": -1, "ctx": {"ge": 0}},
            **{"msg": "Input should be greater than or equal to 0"},
        },
        {
            "type": "float_type",
            "loc": ["body", "surface"],
            "msg": "Input should be a valid number",
            "input": "x",
        },
        {"type": "missing", "loc": ["body", "has_attic"], "msg": "Field required", "input": sent},
        {"type": "missing", "loc": ["body", "garden_surface"], "msg": "Field required", "input": sent},
        {
            **{
                "type": "string_too_long",
                "loc": ["body", "address"],
                "input": "a" * 201,
                "ctx": {"max_length": 200},
            },
            **{"msg": "String should have at most 200 characters"},
        },
        {
            "type": "extra_forbidden",
            "loc": ["body", "b"],
            "msg": "Extra inputs are not permitted",
            "input": [1],
        },
    ]
