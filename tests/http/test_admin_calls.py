# SPDX-License-Identifier: MIT
"""Everybody's calls: GET /admin/service_calls."""

import pytest
from answers import assert_error, assert_ok, violations

PATH = "/admin/service_calls"
HOUSE = {"age": 36, "surface": 113.34, "has_attic": False, "garden_surface": 1094.49, "address": "Ames"}


@pytest.fixture
def caller(api):
    """Somebody with two refused calls of v2, a good one and a refused one of v1, in this order."""
    person = api.user(grants=["v1", "v2"])
    answers = [
        person.post("/mlservice/v2/predict", json={}),
        person.post("/mlservice/v2/predict", json={}),
        person.post("/mlservice/v2/predict", json=HOUSE),
        person.post("/mlservice/v1/predict", json={}),
    ]
    person.calls = [int(answer.headers["X-Service-Call-Id"]) for answer in answers]
    return person


def found(superuser, query):
    return [row["id"] for row in assert_ok(superuser.get(f"{PATH}?{query}")).json()]


def test_calls_of_everybody_come_newest_first(api, superuser, caller):
    other = api.user(grants=["v2"])
    newest = int(other.post("/mlservice/v2/predict", json={}).headers["X-Service-Call-Id"])
    assert found(superuser, "limit=5") == [newest, *reversed(caller.calls)]


@pytest.mark.parametrize(
    "query, expected",
    [
        ("service=v1", [3]),
        ("service=v2", [2, 1, 0]),
        ("outcome=success", [2]),
        ("outcome=invalid_input", [3, 1, 0]),
        ("outcome=invalid_input&service=v2", [1, 0]),
        ("outcome=timeout", []),
        ("since=2020-01-01T00:00:00Z", [3, 2, 1, 0]),
        ("until=2020-01-01T00:00:00Z", []),
        ("since=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z&service=v1", [3]),
    ],
)
def test_a_filter_finds_what_it_says(superuser, caller, query, expected):
    assert found(superuser, f"user={caller.id}&{query}") == [caller.calls[index] for index in expected]


def test_times_bound_exactly(superuser, caller):
    rows = superuser.get(f"{PATH}?user={caller.id}").json()
    times = [row["request_time"] for row in rows]
    assert found(superuser, f"user={caller.id}&since={times[1]}") == [row["id"] for row in rows[:2]]


@pytest.mark.parametrize(
    "query", ["", "&service=v2", "&outcome=invalid_input", "&since=2020-01-01T00:00:00Z"]
)
def test_pages_hold_the_same_as_the_whole(superuser, caller, query):
    whole = found(superuser, f"user={caller.id}{query}")
    seen, path = [], f"{PATH}?user={caller.id}&limit=1{query}"
    while path:
        answer = assert_ok(superuser.get(path))
        seen += [row["id"] for row in answer.json()]
        path = answer.links["next"]["url"] if "next" in answer.links else None
    assert seen == whole


@pytest.mark.parametrize(
    "query, expected",
    [
        ("limit=0", ("greater_than_equal", "limit")),
        ("limit=1001", ("less_than_equal", "limit")),
        ("user=0", ("greater_than_equal", "user")),
        ("user=ada", ("int_parsing", "user")),
        ("outcome=good", ("enum", "outcome")),
        ("since=yesterday", ("value_error", "since")),
        ("since=2026-02-30T00:00:00Z", ("value_error", "since")),
        ("until=2026-01-01T00:00:00%2B01:00", ("value_error", "until")),
        ("until=2026-01-01", ("value_error", "until")),
        ("service=V2", ("string_pattern_mismatch", "service")),
        ("owner=1", ("extra_forbidden", "owner")),
    ],
)
def test_a_query_with_a_fault_is_refused(superuser, query, expected):
    assert violations(superuser.get(f"{PATH}?{query}")) == [(expected[0], ("query", expected[1]))]


def test_only_admins_see_the_calls_of_others(api):
    assert_error(api.user(grants=["v2"]).get(PATH), 401, "admin_only")
    assert_error(api.nobody().get(PATH + "?limit=x"), 401, "not_authenticated")
