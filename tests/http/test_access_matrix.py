# SPDX-License-Identifier: MIT
"""Who may call what: every route of the program against every kind of caller.

The routes come from the program itself (`inferkeep routes`), so that none can be forgotten: one without an
example below fails test_every_route_has_an_example.
"""

import json

import pytest
from answers import assert_error, assert_headers
from forgery import HEADER, altered, claims_of, now, sign
from harness import run_program
from people import new_password
from services import NAMES, example, example_truth

ROUTES = [json.loads(line) for line in run_program("routes").stdout.splitlines()]
RIGHTS = {"is_active": True, "has_access_v1": True, "has_access_v2": True}

# For each route what makes it succeed: path parameters, status, and the request's other arguments. Each is
# made anew for each cell, as it may use up what it is given.
EXAMPLES = {
    "GET /": lambda api: ({}, 200, {}),
    "GET /docs": lambda api: ({}, 200, {}),
    "GET /docs/{file}": lambda api: ({"file": "swagger-ui.css"}, 200, {}),
    "GET /healthcheck": lambda api: ({}, 200, {}),
    "GET /readiness": lambda api: ({}, 200, {}),
    "GET /openapi.json": lambda api: ({}, 200, {}),
    # As from elsewhere: from this machine it is open, as test_metrics.py has it.
    "GET /metrics": lambda api: ({}, 200, {"headers": {"X-Forwarded-For": "203.0.113.9"}}),
    "POST /auth/create": lambda api: ({}, 201, {"json": api.body()}),
    "POST /auth/token": lambda api: ({}, 200, {"data": credentials(api.register())}),
    "POST /auth/logout": lambda api: ({}, 204, {}),
    "GET /user": lambda api: ({}, 200, {}),
    "GET /user/": lambda api: ({}, 200, {}),
    "PUT /user/password": lambda api: (
        {},
        204,
        {"json": {"password": PASSWORD, "new_password": new_password()}},
    ),
    "GET /user/service_calls": lambda api: ({}, 200, {}),
    "GET /user/service_calls/export": lambda api: ({}, 200, {}),
    "GET /user/service_calls/{call_id}": lambda api: (
        {"call_id": 2**62},
        404,
        {},
    ),  # nobody's: 404 is being let in
    "GET /admin/users": lambda api: ({}, 200, {}),
    "POST /admin/create": lambda api: ({}, 201, {"json": api.body()}),
    "PUT /admin/users/{user_id}": lambda api: ({"user_id": api.user().id}, 204, {"json": RIGHTS}),
    "DELETE /admin/users/{user_id}": lambda api: ({"user_id": api.user().id}, 204, {}),
    "GET /admin/service_calls": lambda api: ({}, 200, {}),
    "GET /admin/service_calls/export": lambda api: ({}, 200, {}),
    "GET /admin/activity": lambda api: ({}, 200, {}),
    "GET /mlservice": lambda api: ({}, 200, {}),
    **{f"GET /mlservice/{name}/healthcheck": lambda api: ({}, 200, {}) for name in NAMES},
    **{
        f"POST /mlservice/{name}/predict": lambda api, name=name: ({}, 200, {"json": example(name)})
        for name in NAMES
    },
    **{
        f"POST /mlservice/{name}/predict/batch": lambda api, name=name: (
            {},
            200,
            {"json": {"inputs": [example(name)]}},
        )
        for name in NAMES
    },
    # Of a call that nobody has made: 404 is being let in.
    **{
        f"PUT /mlservice/{name}/truth/{{call_id}}": lambda api, name=name: (
            {"call_id": 2**62},
            404,
            {"json": {"target_true": example_truth(name)}},
        )
        for name in NAMES
    },
    **{
        f"POST /mlservice/{name}/truth": lambda api, name=name: (
            {},
            404,
            {"json": {"truths": [{"service_call_id": 2**62, "target_true": example_truth(name)}]}},
        )
        for name in NAMES
    },
    **{f"GET /mlservice/{name}/quality": lambda api: ({}, 200, {}) for name in NAMES},
}

PASSWORD = new_password()


def credentials(person):
    return {"username": person.username, "password": person.password}


# ---- callers -------------------------------------------------------------------------------------


def person(api, role="user", grants=()):
    """Somebody fresh, with the password that the examples know."""
    return api.create(role, grants, password=PASSWORD)


def nobody(api):
    return api.nobody()


def without_exp(api):
    return api.with_token(altered(person(api, "admin", ["v1", "v2"]).token, exp=...))


def forged(api):
    token = person(api, "admin", ["v1", "v2"]).token
    return api.with_token(sign(HEADER, claims_of(token), key="x" * 40))


def expired(api):
    return api.with_token(altered(person(api, "admin", ["v1", "v2"]).token, iat=now() - 100, exp=now() - 1))


def logged_out(api):
    caller = person(api, "admin", ["v1", "v2"])
    assert caller.post("/auth/logout").status_code == 204
    return caller


def deactivated(api):
    caller = person(api, "admin", ["v1", "v2"])
    api.set_rights(caller, is_active=False, grants=["v1", "v2"])
    return caller


def deleted(api):
    caller = person(api, "admin", ["v1", "v2"])
    assert api.superuser().delete(f"/admin/users/{caller.id}").status_code == 204
    return caller


def old_password(api):
    caller = person(api, "admin", ["v1", "v2"])
    change = {"password": PASSWORD, "new_password": new_password()}
    assert caller.login().put("/user/password", json=change).status_code == 204
    return caller


def user(api):
    return person(api)


def user_with_v1(api):
    return person(api, "user", ["v1"])


def user_with_v2(api):
    return person(api, "user", ["v2"])


def admin_without_grants(api):
    return person(api, "admin")


def demoted_admin(api):
    """A token that still says admin, of somebody who is none (test_tokens.py demotes a real one)."""
    caller = person(api)
    return caller.with_token(altered(caller.token, role="admin", has_access_v1=True, has_access_v2=True))


def admin(api):
    return person(api, "admin", ["v1", "v2"])


# For each caller the code with which a protected route turns them away, or what they may do once known.
CALLERS = {
    nobody: "not_authenticated",
    **{
        bad: "invalid_token"
        for bad in (without_exp, forged, expired, logged_out, deactivated, deleted, old_password)
    },
    user: {"user"},
    user_with_v1: {"user", "v1"},
    user_with_v2: {"user", "v2"},
    admin_without_grants: {"user", "admin"},
    demoted_admin: {"user"},
    admin: {"user", "admin", "v1", "v2"},
}


def expected_refusal(route, may):
    """The code of the refusal, or None where the caller passes."""
    level = route["access"]
    if level == "open":
        return None
    if isinstance(may, str):
        return may
    if level == "grant":
        return None if route["service"] in may else "no_access"
    if level == "grant_or_admin":
        return None if route["service"] in may or "admin" in may else "no_access"
    admin_only = None if "admin" in may else "admin_only"
    return {"user": None, "admin": admin_only, "local_or_admin": admin_only}[level]


def name_of(route):
    return f"{route['method']} {route['path']}"


CELLS = [(route, caller) for route in ROUTES for caller in CALLERS]


@pytest.mark.parametrize("route, caller", CELLS, ids=[f"{name_of(r)} {c.__name__}" for r, c in CELLS])
def test_cell(api, route, caller):
    parameters, status, arguments = EXAMPLES[name_of(route)](api)
    path = route["path"].format(**parameters)
    refusal = expected_refusal(route, CALLERS[caller])
    answer = caller(api).request(route["method"], path, **arguments)
    if refusal:
        assert_error(answer, 401, refusal)
    else:
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_head_and_options_open_nothing(api, route):
    """HEAD is guarded as GET is; OPTIONS say no more to one than to another."""
    path = route["path"].format(file="swagger-ui.css", user_id=1, call_id=1)
    told = {caller.request("OPTIONS", path).headers["Allow"] for caller in (api.nobody(), api.superuser())}
    assert len(told) == 1 and route["method"] in told.pop()
    if route["method"] == "GET":
        answer = api.nobody().request("HEAD", path)
        assert answer.status_code == (200 if route["access"] in ("open", "local_or_admin") else 401)
        assert answer.content == b""
    answer = api.nobody().request("PATCH", path)
    assert_headers(answer)
    assert answer.status_code == 405


def test_every_route_has_an_example():
    assert {name_of(route) for route in ROUTES} == set(EXAMPLES)


def test_only_known_routes_are_open():
    """A new open route is a decision: it is made here as well."""
    opened = {name_of(route) for route in ROUTES if route["access"] == "open"}
    assert opened == {
        *(
            "GET /",
            "GET /docs",
            "GET /docs/{file}",
            "GET /healthcheck",
            "GET /readiness",
            "GET /openapi.json",
        ),
        *("POST /auth/create", "POST /auth/token"),
    }


def test_only_known_routes_are_open_to_this_machine():
    assert [name_of(route) for route in ROUTES if route["access"] == "local_or_admin"] == ["GET /metrics"]


def test_every_documented_operation_is_a_route_and_says_who_may(api):
    document = api.nobody().get("/openapi.json").json()
    documented = {
        (f"{method.upper()} {path}", operation["x-access"]["level"], operation["x-access"].get("service", ""))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    routes = {(name_of(route), route["access"], route["service"]) for route in ROUTES}
    assert documented <= routes
    unlisted = {name for name, _, _ in routes - documented}
    assert unlisted == {"GET /docs", "GET /docs/{file}", "GET /user", "GET /openapi.json"}
