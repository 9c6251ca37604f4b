# SPDX-License-Identifier: MIT
"""How good a service's recorded predictions were. That the figures equal scikit-learn's and scipy's is shown by
tests/unit/statistics and, over the wire on real rows, by .ci/check_quality.py."""

import math
import statistics

import pytest
from answers import assert_error, assert_ok
from people import Api
from test_mlservice import HOUSE, TEXT, violations

FIGURES = ("mae", "rmse", "r2", "mean_error")


def houses(count):
    return [{**HOUSE, "age": 3 * age, "surface": 80.0 + 7 * age} for age in range(count)]


def served(person, inputs, truths, service="v2"):
    """Predictions of one batch, each with its truth where that is not None."""
    answer = assert_ok(person.post(f"/mlservice/{service}/predict/batch", json={"inputs": inputs}))
    call = int(answer.headers["X-Service-Call-Id"])
    told = [
        {"service_call_id": call, "item": item, "target_true": truth}
        for item, truth in enumerate(truths)
        if truth is not None
    ]
    assert_ok(person.post(f"/mlservice/{service}/truth", json={"truths": told}))
    return [next(iter(output.values())) for output in answer.json()["outputs"]]


def quality(person, service="v2", **query):
    return assert_ok(person.get(f"/mlservice/{service}/quality", params=query)).json()


def regression(predicted, true):
    errors = [p - t for p, t in zip(predicted, true)]
    squares = math.fsum(error**2 for error in errors)
    mean = statistics.fmean(true)
    return {
        "mae": statistics.fmean(map(abs, errors)),
        "rmse": math.sqrt(squares / len(errors)),
        "r2": 1 - squares / math.fsum((t - mean) ** 2 for t in true),
        "mean_error": statistics.fmean(errors),
    }


def figures(answer):
    return {name: answer[name] for name in FIGURES}


def close(expected):
    return pytest.approx(expected, rel=1e-9)


@pytest.fixture
def fresh(start_server):
    """A server whose log tables are empty."""
    return start_server()


@pytest.fixture
def caller(fresh):
    return Api(fresh).user(grants=["v1", "v2"])


def test_over_no_rows_there_are_no_figures(caller):
    told = quality(caller)
    assert (told["rows"], told["n"], figures(told)) == (0, 0, dict.fromkeys(FIGURES))
    assert (told["days"], told["drift"]) == ([], [])
    assert (told["training"]["n"], told["training"]["r2"]) == (0, None)
    told = quality(caller, "v1")
    assert (told["n"], told["accuracy"], told["macro_f1"], told["classes"]) == (0, None, None, [])
    assert told["confusion"] == {"labels": [], "counts": [], "other": 0}


def test_figures_are_of_the_rows_with_a_truth(caller):
    truths = [150000.0, None, 99999.5, 310000.0]
    predicted = served(caller, houses(4), truths)
    told = quality(caller)
    assert (told["service"], told["task"], told["rows"], told["n"]) == ("v2", "regression", 4, 3)
    pairs = [(p, t) for p, t in zip(predicted, truths) if t is not None]
    assert figures(told) == close(regression(*zip(*pairs)))


def test_one_row_has_errors_but_no_r2(caller):
    (predicted,) = served(caller, houses(1), [100000.0])
    told = quality(caller)
    assert (told["mae"], told["r2"]) == (close(abs(predicted - 100000)), None)


def test_classes_have_scores_and_a_confusion_matrix(caller):
    predicted = served(caller, [TEXT] * 6, [None] * 5 + ["great"], "v1")
    word = predicted[0]
    other = {"great": "other", "other": "great"}[word]
    served(caller, [TEXT] * 4, [word, word, word, other], "v1")
    told = quality(caller, "v1")
    right = 3 + (word == "great")
    assert (told["rows"], told["n"], told["accuracy"]) == (10, 5, close(right / 5))
    assert told["confusion"]["labels"] == ["great", "other"]
    assert sum(map(sum, told["confusion"]["counts"])) == 5
    scores = {row["label"]: row for row in told["classes"]}
    assert scores[word]["precision"] == close(right / 5)
    assert scores[word]["recall"] == close(1)
    assert (scores[other]["precision"], scores[other]["recall"], scores[other]["f1"]) == (0, 0, 0)
    assert told["macro_f1"] == close((scores["great"]["f1"] + scores["other"]["f1"]) / 2)


def test_one_callers_rows_are_told_apart(fresh, caller):
    api = Api(fresh)
    other = api.user(grants=["v2"])
    served(caller, houses(3), [1e5, 2e5, 3e5])
    predicted = served(other, houses(2), [1e5, 2e5])
    told = quality(api.superuser(), user=other.id)
    assert (told["user"], told["n"]) == (other.id, 2)
    assert figures(told) == close(regression(predicted, [1e5, 2e5]))
    assert quality(api.superuser())["n"] == 5
    assert quality(other, user=other.id) == quality(other)
    assert_error(caller.get(f"/mlservice/v2/quality?user={other.id}"), 401, "admin_only")
    assert quality(api.superuser(), user=2**60)["n"] == 0


def test_a_short_span_shows_nobody_elses_call(fresh, caller):
    served(caller, houses(1), [123456.0])
    other = Api(fresh).user(grants=["v2"])
    (call,) = fresh.sql("SELECT request_time FROM service_calls")
    told = quality(other, since=call["request_time"])
    assert (told["user"], told["rows"], told["days"]) == (other.id, 0, [])


def test_a_span_of_time_and_each_day_of_it(fresh, caller):
    served(caller, houses(2), [1e5, 2e5])
    served(caller, houses(3), [1e5, 2e5, 3e5])
    fresh.stop()
    first, second = (row["id"] for row in fresh.sql("SELECT id FROM service_calls ORDER BY id"))
    for call, time in ((first, "2026-03-01T10:00:00.000000Z"), (second, "2026-03-02T23:59:59.999999Z")):
        fresh.change_offline("UPDATE service_calls SET request_time = ? WHERE id = ?", time, call)
    fresh.start()
    admin = Api(fresh).superuser()
    told = quality(admin)
    assert [(day["day"], day["n"]) for day in told["days"]] == [("2026-03-01", 2), ("2026-03-02", 3)]
    assert told["n"] == 5
    second_day = quality(admin, since="2026-03-02T00:00:00Z", until="2026-03-03T00:00:00Z")
    assert (second_day["since"], second_day["n"]) == ("2026-03-02T00:00:00.000000Z", 3)
    assert figures(second_day) == figures(told["days"][1]) == figures(second_day["days"][0])
    assert quality(admin, until="2026-03-02T23:59:59.999999Z")["n"] == 2  # the end does not belong to it
    assert quality(admin, since="2027-01-01T00:00:00Z")["n"] == 0
    assert quality(admin, since="2026-03-03T00:00:00Z", until="2026-03-01T00:00:00Z")["n"] == 0


@pytest.mark.parametrize(
    "query, loc",
    [
        ("since=yesterday", "since"),
        ("until=2026-13-01T00:00:00Z", "until"),
        ("user=0", "user"),
        ("user=me", "user"),
        ("drift=maybe", "drift"),
        ("days=3", "days"),
    ],
)
def test_a_malformed_question_is_refused(api, query, loc):
    answer = api.superuser().get(f"/mlservice/v2/quality?{query}")
    assert [place for _, place in violations(answer)] == [("query", loc)]


def test_without_a_grant_only_an_admin_may_ask(api):
    assert_error(api.user(grants=["v1"]).get("/mlservice/v2/quality"), 401, "no_access")
    assert_ok(api.admin().get("/mlservice/v2/quality"))


def test_failed_calls_are_no_rows(caller):
    caller.post("/mlservice/v2/predict", json={**HOUSE, "age": -1})
    assert quality(caller)["rows"] == 0
