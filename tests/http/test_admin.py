# SPDX-License-Identifier: MIT
"""What admins do to others: /admin."""

import json

import pytest
from answers import assert_error, assert_ok, violations
from people import Api, new_password

RIGHTS = {"is_active": True, "has_access_v1": True, "has_access_v2": False}
ABSENT = 2**62


def rights_of(api, person):
    profile = next(row for row in api.superuser().get("/admin/users").json() if row["id"] == person.id)
    return {name: profile[name] for name in RIGHTS}


def everything(server):
    """All that an admin's act may change."""
    tables = ("users", "service_access", "audit_events")
    return {table: server.sql(f"SELECT * FROM {table}") for table in tables}


def audits(server, action, subject):
    return server.sql("SELECT * FROM audit_events WHERE action = ? AND subject_id = ?", action, subject)


# ---- Z4: the list --------------------------------------------------------------------------------


def test_the_list_has_all_people_by_id_and_no_secret(api, superuser):
    people = [api.user(), api.admin(grants=["v1"]), api.user(grants=["v2"])]
    answer = assert_ok(superuser.get("/admin/users"))
    rows = answer.json()
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    for person in people:
        assert person.get("/user").json() in rows
    assert "$2b$" not in answer.text and "hash" not in answer.text and "password" not in answer.text


def test_the_list_pages_by_links(api, superuser):
    for _ in range(3):
        api.register()
    whole = [row["id"] for row in superuser.get("/admin/users").json()]
    seen, path = [], "/admin/users?limit=2"
    while path:
        answer = assert_ok(superuser.get(path))
        page = [row["id"] for row in answer.json()]
        assert 1 <= len(page) <= 2
        seen += page
        path = answer.links["next"]["url"] if "next" in answer.links else None
    assert seen == whole
    assert "Link" not in superuser.get(f"/admin/users?limit={min(1000, len(whole))}").headers


@pytest.mark.parametrize(
    "query, expected",
    [
        ("limit=0", ("greater_than_equal", "limit")),
        ("limit=1001", ("less_than_equal", "limit")),
        ("after=-1", ("greater_than_equal", "after")),
        ("after=x", ("int_parsing", "after")),
        ("limit=1&limit=2", ("multiple_values", "limit")),
        ("offset=3", ("extra_forbidden", "offset")),
    ],
)
def test_a_query_with_a_fault_is_refused(superuser, query, expected):
    assert violations(superuser.get("/admin/users?" + query)) == [(expected[0], ("query", expected[1]))]


def test_a_deleted_person_is_not_listed(api, superuser):
    person = api.user()
    assert_ok(superuser.delete(f"/admin/users/{person.id}"), 204)
    assert person.id not in [row["id"] for row in superuser.get("/admin/users").json()]


# ---- create --------------------------------------------------------------------------------------


def test_an_account_is_an_active_admins_with_all_access_by_default(api, superuser):
    body = api.body()
    assert_ok(superuser.post("/admin/create", json=body), 201, None)
    profile = api.login(body["username"], body["password"]).get("/user").json()
    assert (profile["role"], profile["is_active"]) == ("admin", True)
    assert (profile["has_access_v1"], profile["has_access_v2"]) == (True, True)


def test_an_account_is_made_as_described(api, superuser):
    body = api.body(role="user", is_active=False, has_access_v1=False, has_access_v2=True, country="Chile")
    assert_ok(superuser.post("/admin/create", json=body), 201, None)
    assert_error(api.try_login(body["username"], body["password"]), 401, "bad_credentials")
    profile = next(row for row in superuser.get("/admin/users").json() if row["username"] == body["username"])
    assert {name: profile[name] for name in body if name != "password"} == {
        name: value for name, value in body.items() if name != "password"
    }


def test_a_taken_name_is_refused_and_not_audited(server, api, superuser):
    body = api.body(username=api.register().username)
    before = everything(server)
    assert_error(superuser.post("/admin/create", json=body), 409, "username_taken")
    assert everything(server) == before


@pytest.mark.parametrize(
    "field, kind",
    [
        ({"role": "root"}, "enum"),
        ({"role": None}, "enum"),
        ({"is_active": 1}, "bool_type"),
        ({"is_active": "true"}, "bool_type"),
        ({"has_access_v1": None}, "bool_type"),
        ({"has_access_none": True}, "extra_forbidden"),
        ({"has_access_": True}, "extra_forbidden"),
        ({"id": 5}, "extra_forbidden"),
        ({"password": "abc"}, "string_too_short"),
        ({"username": "ada"}, "value_error"),
    ],
    ids=str,
)
def test_an_account_with_a_fault_is_not_made(server, api, superuser, field, kind):
    before = everything(server)
    answer = superuser.post("/admin/create", json=api.body(**field))
    code = "weak_password" if "password" in field else "invalid_field"
    assert violations(answer, code) == [(kind, ("body", next(iter(field))))]
    assert everything(server) == before


def test_the_words_of_an_unknown_role(api, superuser):
    answer = superuser.post("/admin/create", json=api.body(role="root"))
    assert answer.json()["detail"] == [
        {
            **{"type": "enum", "loc": ["body", "role"], "msg": "Input should be 'user' or 'admin'"},
            **{"input": "root", "ctx": {"expected": "'user' or 'admin'"}},
        }
    ]


# ---- rights --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rights",
    [
        {"is_active": True, "has_access_v1": True, "has_access_v2": True},
        {"is_active": True, "has_access_v1": False, "has_access_v2": True},
        {"is_active": False, "has_access_v1": True, "has_access_v2": False},
        {"is_active": False, "has_access_v1": False, "has_access_v2": False},
    ],
    ids=lambda rights: "".join(str(int(value)) for value in rights.values()),
)
def test_rights_become_what_the_admin_says(server, api, superuser, rights):
    person = api.user(grants=["v1"])
    answer = superuser.put(f"/admin/users/{person.id}", json=rights)
    assert_ok(answer, 204)
    assert rights_of(api, person) == rights
    event = audits(server, "admin.rights_changed", person.id)
    assert len(event) == 1
    assert event[0]["actor_id"] == superuser.id
    assert event[0]["request_id"] == answer.headers["X-Request-Id"]
    assert json.loads(event[0]["before"]) != json.loads(event[0]["after"]) or rights == rights_of(api, person)


BAD_RIGHTS = [
    ("nothing", {}, [("missing", "is_active"), ("missing", "has_access_v1"), ("missing", "has_access_v2")]),
    ("one missing", {"is_active": True, "has_access_v1": True}, [("missing", "has_access_v2")]),
    ("one number", {**RIGHTS, "has_access_v2": 1}, [("bool_type", "has_access_v2")]),
    ("one text", {**RIGHTS, "is_active": "false"}, [("bool_type", "is_active")]),
    ("one null", {**RIGHTS, "has_access_v1": None}, [("bool_type", "has_access_v1")]),
    ("unknown service", {**RIGHTS, "has_access_v9": True}, [("extra_forbidden", "has_access_v9")]),
    ("role", {**RIGHTS, "role": "admin"}, [("extra_forbidden", "role")]),
    ("name", {**RIGHTS, "username": "a@b.example"}, [("extra_forbidden", "username")]),
]


@pytest.mark.parametrize(
    "rights, expected", [row[1:] for row in BAD_RIGHTS], ids=[row[0] for row in BAD_RIGHTS]
)
def test_rights_with_a_fault_change_nothing(server, api, superuser, rights, expected):
    person = api.user(grants=["v2"])
    before = everything(server)
    answer = superuser.put(f"/admin/users/{person.id}", json=rights)
    assert violations(answer) == [(kind, ("body", field)) for kind, field in expected]
    assert everything(server) == before


# ---- Z6 and the order of checks --------------------------------------------------------------------


@pytest.mark.parametrize("id", [ABSENT, 2**63 - 1])
def test_whom_nobody_knows_is_not_found(server, superuser, id):
    before = everything(server)
    assert_error(superuser.put(f"/admin/users/{id}", json=RIGHTS), 404, "not_found", "User not found")
    assert_error(superuser.delete(f"/admin/users/{id}"), 404, "not_found", "User not found")
    assert everything(server) == before


def test_a_person_is_deleted_once(api, superuser):
    person = api.user()
    path = f"/admin/users/{person.id}"
    assert_ok(superuser.delete(path), 204)
    assert_error(superuser.delete(path), 404, "not_found", "User not found")
    assert_error(superuser.put(path, json=RIGHTS), 404, "not_found", "User not found")


@pytest.mark.parametrize(
    "id, kind",
    [("0", "greater_than"), ("-1", "greater_than"), ("1e3", "int_parsing"), (2**63, "int_parsing")],
)
def test_an_id_is_a_positive_whole_number(superuser, id, kind):
    for answer in (superuser.put(f"/admin/users/{id}", json=RIGHTS), superuser.delete(f"/admin/users/{id}")):
        assert violations(answer) == [(kind, ("path", "user_id"))]


def test_checks_come_in_order(api, superuser):
    """Who, then the right, then existence, then the body: no earlier answer tells of a later one."""
    user = api.user()
    for id in (user.id, ABSENT, 0):
        path = f"/admin/users/{id}"
        assert_error(api.nobody().send_json("PUT", path, "no json"), 401, "not_authenticated")
        assert_error(api.with_token("x").send_json("PUT", path, "no json"), 401, "invalid_token")
        assert_error(user.send_json("PUT", path, "no json"), 401, "admin_only")
    assert_error(superuser.send_json("PUT", f"/admin/users/{ABSENT}", "no json"), 404, "not_found")
    assert_error(superuser.put(f"/admin/users/{ABSENT}", data=b"x"), 404, "not_found")
    assert_error(superuser.send_json("PUT", f"/admin/users/{user.id}", "no json"), 422, "json_invalid")
    assert_error(superuser.put(f"/admin/users/{user.id}", data=b"x"), 415, "unsupported_media_type")


def test_a_call_is_looked_for_when_its_truth_is(superuser):
    path = f"/mlservice/v2/truth/{ABSENT}"
    assert_error(superuser.put(path, data=b"x"), 415, "unsupported_media_type")
    assert_error(superuser.put(path, json={"target_true": 1.0}), 404, "not_found")


def test_limits_come_before_authentication(api):
    assert_error(api.nobody().send_json("PUT", "/admin/users/1", " " * 17000), 413, "too_large")


# ---- Z7, Z8: what remains ------------------------------------------------------------------------


def test_every_act_of_an_admin_is_on_record_once(server, api, superuser):
    admin = api.admin()
    body = api.body(role="user")
    created = assert_ok(admin.post("/admin/create", json=body), 201)
    person = api.login(body["username"], body["password"])
    changed = assert_ok(admin.put(f"/admin/users/{person.id}", json=RIGHTS), 204)
    deleted = assert_ok(admin.delete(f"/admin/users/{person.id}"), 204)
    events = server.sql("SELECT * FROM audit_events WHERE subject_id = ? ORDER BY id", person.id)
    assert [(event["action"], event["actor_id"], event["request_id"]) for event in events] == [
        ("admin.user_created", admin.id, created.headers["X-Request-Id"]),
        ("admin.rights_changed", admin.id, changed.headers["X-Request-Id"]),
        ("admin.user_deleted", admin.id, deleted.headers["X-Request-Id"]),
    ]
    states = [(event["before"], event["after"]) for event in events]
    assert [(before is None, after is None) for before, after in states] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert states[0][1] == states[1][0] and states[1][1] == states[2][0]
    assert person.username not in str(events) and "$2b$" not in str(events)


def test_deleting_a_person_keeps_their_calls(server, api, superuser):
    person = api.user(grants=["v2"])
    call = int(person.send_json("POST", "/mlservice/v2/predict", "{}").headers["X-Service-Call-Id"])
    assert_ok(superuser.delete(f"/admin/users/{person.id}"), 204)
    rows = assert_ok(superuser.get(f"/admin/service_calls?user={person.id}")).json()
    assert [(row["id"], row["owner_id"]) for row in rows] == [(call, person.id)]
    shell = server.sql("SELECT * FROM users WHERE id = ?", person.id)[0]
    assert shell["deleted_at"] and shell["username"] == "" and shell["hashed_password"] == ""


def test_a_deleted_persons_name_is_free_again(api, superuser):
    person = api.user()
    assert_ok(superuser.delete(f"/admin/users/{person.id}"), 204)
    again = api.register(username=person.username, password=new_password()).login()
    assert again.id != person.id


def test_each_act_of_an_admin_is_a_line_of_the_log(server, api, superuser):
    person = api.user()
    api.set_rights(person, grants=["v1"])
    assert superuser.delete(f"/admin/users/{person.id}").status_code == 204
    for event in ("admin.user_created", "admin.rights_changed", "admin.user_deleted"):
        (line,) = server.logged(event, subject_id=person.id)
        assert (line["user_id"], line["peer"], line["level"]) == (superuser.id, "127.0.0.1", "warning"), event


def test_a_refused_act_of_an_admin_is_a_line_of_the_log(start_server):
    server = start_server()
    root = Api(server).superuser()
    assert root.delete(f"/admin/users/{root.id}").status_code == 409
    assert server.logged("admin.refused", subject_id=root.id, action="admin.user_deleted", reason="last_admin")
    body = Api(server).body(username=root.username)
    assert root.post("/admin/create", json=body).status_code == 409
    (line,) = server.logged("admin.refused", action="admin.user_created")
    assert (line["user_id"], line["subject_id"], line["reason"]) == (root.id, None, "username_taken")
    assert (line["peer"], line["level"]) == ("127.0.0.1", "warning")


def test_who_lacks_the_right_is_a_line_of_the_log_wherever_that_is_found_out(server, api):
    person, other = api.user(grants=["v2"]), api.user()
    for path in ("/admin/users", f"/mlservice/v2/quality?user={other.id}"):
        answer = assert_error(person.get(path), 401, "admin_only")
        (line,) = server.logged("authz.denied", request_id=answer.headers["X-Request-Id"])
        assert (line["user_id"], line["reason"], line["peer"]) == (person.id, "admin_only", "127.0.0.1")
