# SPDX-License-Identifier: MIT
"""What the calls amount to: GET /admin/activity."""

import datetime
import random
import statistics

import pytest
from answers import assert_error, assert_ok, violations
from harness import Server
from people import Api

PATH = "/admin/activity"
MEMBERS = ["bucket", "calls", "failures", "mean_duration", "p50_duration", "p95_duration", "p99_duration"]
BEGIN = datetime.datetime(2026, 3, 1, 22, 30)
HOURS = 30  # of calls; some of them hold none
OUTCOMES = ["success", "success", "success", "timeout", "invalid_input", "model_error"]


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def made_calls(owners):
    """Calls at random moments, and of random durations, that are the same in each run."""
    chance = random.Random(20260301)
    for _ in range(3000):
        hour = chance.choice([hour for hour in range(HOURS) if hour % 7])
        asked = BEGIN + datetime.timedelta(hours=hour, microseconds=chance.randrange(3600 * 10**6))
        took = chance.choice([chance.randrange(2000), chance.randrange(10**7)])
        yield {
            "service": chance.choice(["v1", "v2"]),
            "owner": chance.choice(owners),
            "asked": asked,
            "took": took,
            "outcome": chance.choice(OUTCOMES),
        }


INSERT = """
INSERT INTO service_calls (service_version, success, owner_id, request_time, completion_time, duration, outcome,
                           items, request_id, model_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, 1, '', '')"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    one = Server(tmp_path_factory.mktemp("server")).start()
    owners = [Api(one).user().id for _ in range(2)]
    one.stop()
    one.calls = list(made_calls(owners))
    one.owners = owners
    one.change_offline_many(
        INSERT,
        [
            (
                call["service"],
                call["outcome"] == "success",
                call["owner"],
                iso(call["asked"]),
                iso(call["asked"] + datetime.timedelta(microseconds=call["took"])),
                call["took"] / 1e6,
                call["outcome"],
            )
            for call in one.calls
        ],
    )
    yield one.start()
    one.stop()


def summed_up(calls, letters):
    """The answer as Python's own statistics have it; `letters` of a time name its period."""
    periods = {}
    for call in calls:
        periods.setdefault(iso(call["asked"])[:letters], []).append(call)
    for period, members in sorted(periods.items()):
        durations = [call["took"] / 1e6 for call in members]
        hundredths = statistics.quantiles(durations, n=100, method="inclusive")
        yield {
            "bucket": period + ":00:00Z" if letters == 13 else period + "T00:00:00Z",
            "calls": len(members),
            "failures": sum(call["outcome"] != "success" for call in members),
            "mean_duration": statistics.fmean(durations),
            **{f"p{p}_duration": hundredths[p - 1] for p in (50, 95, 99)},
        }


def asked(server, query, since=BEGIN, until=BEGIN + datetime.timedelta(days=10)):
    answer = Api(server).superuser().get(f"{PATH}?{query}&since={iso(since)}&until={iso(until)}")
    return assert_ok(answer).json()


def assert_same(found, expected):
    expected = list(expected)
    assert [row["bucket"] for row in found] == [row["bucket"] for row in expected]
    for one, other in zip(found, expected):
        assert list(one) == MEMBERS
        assert one == {
            name: pytest.approx(value, rel=1e-9) if name.endswith("duration") else value
            for name, value in other.items()
        }


@pytest.mark.parametrize("by, letters", [("hour", 13), ("day", 10)])
def test_periods_are_what_their_rows_amount_to(filled, by, letters):
    assert_same(asked(filled, f"by={by}"), summed_up(filled.calls, letters))


def test_each_filter_restricts(filled):
    owner = filled.owners[0]
    of_service = [call for call in filled.calls if call["service"] == "v2"]
    assert_same(asked(filled, "service=v2"), summed_up(of_service, 13))
    of_user = [call for call in filled.calls if call["owner"] == owner]
    assert_same(asked(filled, f"user={owner}"), summed_up(of_user, 13))
    of_both = [call for call in of_user if call["service"] == "v2"]
    assert_same(asked(filled, f"by=day&user={owner}&service=v2"), summed_up(of_both, 10))


def test_times_bound_exactly(filled):
    times = sorted(call["asked"] for call in filled.calls)
    since, until = times[200], times[1900]
    within = [call for call in filled.calls if since <= call["asked"] < until]
    assert_same(asked(filled, "by=hour", since, until), summed_up(within, 13))


def test_what_holds_no_calls_is_empty(filled):
    assert asked(filled, "service=v9") == []
    assert asked(filled, "by=day", BEGIN - datetime.timedelta(days=9), BEGIN) == []
    assert asked(filled, "by=day", BEGIN + datetime.timedelta(days=1), BEGIN) == [], "no span at all"


def test_without_times_it_is_the_last_day_by_the_hour(api, superuser):
    person = api.user(grants=["v1"])
    person.post("/mlservice/v1/predict", json={"text": "x"})
    person.post("/mlservice/v1/predict", json={})
    rows = superuser.get("/admin/service_calls?limit=2").json()
    for by, letters in (("", 13), ("&by=day", 10)):
        found = assert_ok(superuser.get(f"{PATH}?user={person.id}{by}")).json()
        assert sum(bucket["calls"] for bucket in found) == 2
        assert sum(bucket["failures"] for bucket in found) == 1
        assert {bucket["bucket"][:letters] for bucket in found} == {
            row["request_time"][:letters] for row in rows
        }


@pytest.mark.parametrize(
    "query",
    [
        "since=2016-01-01T00:00:00Z&until=2016-02-11T16:00:00Z",  # 1,000 hours
        "by=day&since=2014-01-01T00:00:00Z&until=2016-09-27T00:00:00Z",  # 1,000 days
        "until=0001-01-01T00:00:00Z",
    ],
)
def test_a_thousand_buckets_are_given(superuser, query):
    assert_ok(superuser.get(f"{PATH}?{query}"), 200, [])


@pytest.mark.parametrize(
    "query",
    [
        "since=2016-01-01T00:00:00Z&until=2016-02-11T16:00:00.000001Z",
        "since=2016-01-01T00:59:59Z&until=2016-02-11T16:00:01Z",  # the hours that it touches count
        "by=day&since=2014-01-01T00:00:00Z&until=2016-09-27T00:00:01Z",
        "since=0001-01-01T00:00:00Z",
        "since=0000-01-01T00:00:00Z&until=9999-12-31T23:59:59Z",
    ],
)
def test_more_are_refused(superuser, query):
    answer = superuser.get(f"{PATH}?{query}")
    assert violations(answer) == [("value_error", ("query", "since"))]
    (violation,) = answer.json()["detail"]
    assert "at most 1000 are given at once" in violation["msg"]
    assert violation["input"] == query.split("since=")[1].split("&")[0]


@pytest.mark.parametrize(
    "query, expected",
    [
        ("by=week", ("enum", "by")),
        ("by=", ("enum", "by")),
        ("user=0", ("greater_than_equal", "user")),
        ("service=V2", ("string_pattern_mismatch", "service")),
        ("since=yesterday", ("value_error", "since")),
        ("until=2016-01-01", ("value_error", "until")),
        ("outcome=success", ("extra_forbidden", "outcome")),
    ],
)
def test_a_query_with_a_fault_is_refused(superuser, query, expected):
    assert violations(superuser.get(f"{PATH}?{query}")) == [(expected[0], ("query", expected[1]))]


def test_only_admins_see_it(api):
    assert_error(api.user(grants=["v2"]).get(PATH), 401, "admin_only")
    assert_error(api.nobody().get(PATH + "?by=x"), 401, "not_authenticated")
