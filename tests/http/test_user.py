# SPDX-License-Identifier: MIT
"""A person's own profile, password and calls: /user."""

import re

import pytest
from answers import ask, assert_error, assert_ok, violations
from harness import PASSWORD_MARK
from people import access, new_password
from services import NAMES

PROFILE = [
    *("username", "first_name", "last_name", "role", "country"),
    *("id", "is_active", *access(NAMES)),
]

CALL = [
    *("id", "service_version", "success", "owner_id", "request_time", "completion_time"),
    *("duration", "outcome", "items", "request_id"),
]

UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def change(person, old, new):
    return person.put("/user/password", json={"password": old, "new_password": new})


def calls_of(person, count):
    """Leaves that many rows, newest first: a body that is refused is a call as well, and needs no model."""
    ids = []
    for _ in range(count):
        answer = person.send_json("POST", "/mlservice/v2/predict", "{}")
        ids.insert(0, int(answer.headers["X-Service-Call-Id"]))
    return ids


def ids_of(answer):
    return [row["id"] for row in assert_ok(answer).json()]


def walk(person, path):
    """All pages behind the first, by their links."""
    pages = []
    while path:
        answer = assert_ok(person.get(path))
        pages.append([row["id"] for row in answer.json()])
        path = answer.links["next"]["url"] if "next" in answer.links else None
    return pages


# ---- profile -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/user", "/user/"])
def test_the_profile_has_its_members_in_the_templates_order(api, path):
    person = api.user(grants=["v2"])
    profile = assert_ok(person.get(path)).json()
    assert list(profile) == PROFILE
    assert profile == {
        **{"username": person.username, "first_name": "Ada", "last_name": "Lovelace", "role": "user"},
        **{
            "country": None,
            "id": person.id,
            "is_active": True,
            **access(["v2"]),
        },
    }


def test_the_profile_is_of_whoever_asks(api):
    for person in (api.user(), api.admin(), api.superuser()):
        assert person.get("/user").json()["username"] == person.username


def test_nobody_has_no_profile(nobody):
    assert_error(nobody.get("/user"), 401, "not_authenticated")


def test_the_query_is_of_no_account_on_the_profile(api):
    person, other = api.user(), api.user()
    assert assert_ok(person.get(f"/user?id={other.id}&user_id={other.id}")).json()["id"] == person.id


# ---- Z9: password --------------------------------------------------------------------------------


def test_a_new_password_replaces_the_old_one(server, api):
    person = api.user()
    new = new_password()
    assert_ok(change(person, person.password, new), 204)
    assert_error(api.try_login(person.username, person.password), 401, "bad_credentials")
    assert_ok(api.try_login(person.username, new))
    audit = server.sql(
        "SELECT * FROM audit_events WHERE subject_id = ? AND action = 'user.password_changed'", person.id
    )
    assert len(audit) == 1 and audit[0]["actor_id"] == person.id
    assert "$2b$" not in str(audit)


def test_a_wrong_old_password_changes_nothing(server, api):
    person = api.user()
    other = person.login()
    assert_error(change(person, new_password(), new_password()), 401, "wrong_password")
    assert_ok(other.get("/user"))
    assert_ok(api.try_login(person.username, person.password))
    assert server.logged("password.failed", user_id=person.id, peer="127.0.0.1")


def test_the_sixth_wrong_old_password_must_wait(server, api):
    person = api.user()
    for _ in range(5):
        assert_error(change(person, new_password(), new_password()), 401, "wrong_password")
    for old in (new_password(), person.password):
        assert_error(change(person, old, new_password()), 429, "rate_limited")
    assert len(server.logged("password.locked", user_id=person.id, peer="127.0.0.1")) == 1
    assert_ok(person.get("/user"))
    assert_ok(api.try_login(person.username, person.password))


def test_the_new_password_must_be_new(api):
    person = api.user()
    assert violations(change(person, person.password, person.password), "weak_password") == [
        ("value_error", ("body", "new_password"))
    ]


@pytest.mark.parametrize(
    "weak, kind, code",
    [
        ("abc", "string_too_short", "weak_password"),
        ("password", "value_error", "weak_password"),
        ("inferkeep", "value_error", "weak_password"),
        (PASSWORD_MARK + "x" * 61, "string_too_long", "password_too_long"),
        (5, "string_type", "invalid_field"),
    ],
    ids=["short", "blocked", "product", "73 bytes", "number"],
)
def test_a_weak_new_password_is_refused(api, weak, kind, code):
    person = api.user()
    answer = change(person, person.password, weak)
    assert violations(answer, code) == [(kind, ("body", "new_password"))]
    assert "input" not in answer.json()["detail"][0]
    assert_ok(api.try_login(person.username, person.password))


@pytest.mark.parametrize("whole", [True, False])
def test_the_new_password_is_not_the_name(api, whole):
    person = api.user()
    name = person.username if whole else person.username.split("@")[0]
    assert violations(change(person, person.password, name), "weak_password")


def test_both_passwords_are_required_and_neither_is_echoed(api):
    person = api.user()
    answer = person.put("/user/password", json={"new_passwort": new_password()})
    assert violations(answer) == [
        ("missing", ("body", "password")),
        ("missing", ("body", "new_password")),
        ("extra_forbidden", ("body", "new_passwort")),
    ]
    assert PASSWORD_MARK not in answer.text


def test_nobody_changes_a_password(nobody):
    assert_error(nobody.put("/user/password", data=b"no json"), 401, "not_authenticated")


# ---- own calls -----------------------------------------------------------------------------------


def test_without_calls_the_list_is_empty(api):
    answer = assert_ok(api.user().get("/user/service_calls"), 200, [])
    assert "Link" not in answer.headers


def test_a_call_is_told_as_it_was(server, api):
    person = api.user(grants=["v2"])
    (call,) = calls_of(person, 1)
    told = assert_ok(person.get(f"/user/service_calls/{call}")).json()
    assert list(told) == [*CALL, "model_logs"]
    row = server.sql("SELECT * FROM service_calls WHERE id = ?", call)[0]
    assert told.pop("model_logs") == []  # it failed, so there is no prediction
    assert told == {**{name: row[name] for name in CALL}, "success": False}
    assert (told["outcome"], told["items"], told["owner_id"]) == ("invalid_input", 1, person.id)
    assert UTC.fullmatch(told["request_time"]) and UTC.fullmatch(told["completion_time"])
    assert told["request_time"] <= told["completion_time"]
    assert assert_ok(person.get("/user/service_calls")).json() == [told]


def test_calls_come_newest_first_and_page_by_links(api):
    person = api.user(grants=["v2"])
    ids = calls_of(person, 5)
    assert ids == sorted(ids, reverse=True)
    assert walk(person, "/user/service_calls") == [ids]
    assert walk(person, "/user/service_calls?limit=2") == [ids[:2], ids[2:4], ids[4:]]
    assert walk(person, "/user/service_calls?limit=5") == [ids]
    assert ids_of(person.get(f"/user/service_calls?before={ids[2]}")) == ids[3:]


def test_the_link_keeps_the_filter(api):
    person = api.user(grants=["v1", "v2"])
    ids = calls_of(person, 3)
    other = int(person.send_json("POST", "/mlservice/v1/predict", "{}").headers["X-Service-Call-Id"])
    assert walk(person, "/user/service_calls?service=v2&limit=2") == [ids[:2], ids[2:]]
    assert walk(person, "/user/service_calls?service=v1") == [[other]]
    assert walk(person, "/user/service_calls?service=unknown") == [[]]


def test_everybody_sees_their_own_calls_only(api):
    person, other = api.user(grants=["v2"]), api.user(grants=["v2"])
    mine, theirs = calls_of(person, 2), calls_of(other, 2)
    assert ids_of(person.get("/user/service_calls")) == mine
    assert ids_of(other.get("/user/service_calls")) == theirs
    assert ids_of(person.get(f"/user/service_calls?before={max(theirs) + 1}")) == mine


def test_anothers_call_looks_exactly_like_none(api):
    person, other = api.user(grants=["v2"]), api.user(grants=["v2"])
    (call,) = calls_of(other, 1)
    bodies = []
    for asker in (person, api.superuser()):  # an admin's own calls are their own as well
        for id in (call, 2**62):
            answer = assert_error(asker.get(f"/user/service_calls/{id}"), 404, "not_found")
            bodies.append(answer.text.replace(answer.headers["X-Request-Id"], ""))
    assert len(set(bodies)) == 1


# ---- I8: numbers in paths and queries ----------------------------------------------------------------


@pytest.mark.parametrize(
    "id, kind",
    [
        ("0", "greater_than"),
        ("-1", "greater_than"),
        ("1e3", "int_parsing"),
        ("1.0", "int_parsing"),
        ("9223372036854775808", "int_parsing"),
        ("x", "int_parsing"),
        ("+1", "int_parsing"),
        ("0x1", "int_parsing"),
        ("%EF%BC%91", "int_parsing"),
        ("1%20", "int_parsing"),
        ("%20", "int_parsing"),
        ("NaN", "int_parsing"),
        ("1;x", "int_parsing"),
        ("1'--", "int_parsing"),
    ],
)
def test_an_id_is_a_positive_whole_number(server, api, id, kind):
    token = api.user().token
    answer = ask(server, "GET", f"/user/service_calls/{id}", [("Authorization", f"Bearer {token}")])
    assert violations(answer) == [(kind, ("path", "call_id"))]


@pytest.mark.parametrize(
    "query, expected",
    [
        ("limit=0", [("greater_than_equal", "limit")]),
        ("limit=-1", [("greater_than_equal", "limit")]),
        ("limit=1001", [("less_than_equal", "limit")]),
        ("limit=9223372036854775808", [("less_than_equal", "limit")]),
        ("limit=1e3", [("int_parsing", "limit")]),
        ("limit=1.0", [("int_parsing", "limit")]),
        ("limit=", [("int_parsing", "limit")]),
        ("limit=1&limit=2", [("multiple_values", "limit")]),
        ("limit=%EF%BC%91", [("int_parsing", "limit")]),
        ("before=0", [("greater_than_equal", "before")]),
        ("before=x", [("int_parsing", "before")]),
        ("service=../x", [("string_pattern_mismatch", "service")]),
        ("service=" + "x" * 32, [("string_too_long", "service")]),
        ("user=1", [("extra_forbidden", "user")]),
        (
            "limit=0&before=x&y=1",
            [("greater_than_equal", "limit"), ("int_parsing", "before"), ("extra_forbidden", "y")],
        ),
    ],
    ids=str,
)
def test_a_query_with_a_fault_is_refused(api, query, expected):
    answer = api.user().get("/user/service_calls?" + query)
    assert violations(answer) == [(kind, ("query", field)) for kind, field in expected]


@pytest.mark.parametrize("query", ["limit=%00", "limit=%", "limit=%zz", "%ff=1"])
def test_a_query_that_cannot_be_decoded_is_refused(api, server, query):
    token = api.user().token
    answer = ask(server, "GET", f"/user/service_calls?{query}", [("Authorization", f"Bearer {token}")])
    assert answer.status_code in (400, 422)
