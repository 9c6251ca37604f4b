# SPDX-License-Identifier: MIT
"""Only our own, live token opens a door, and it ends at once when it must."""

import socket
import threading

import pytest
from answers import assert_error, assert_ok
from forgery import FORGERIES, HEADER, altered, claims_of, sign, with_header
from people import Api, Client, new_password


def assert_refused(person):
    """No route serves a row to this token."""
    for method, path in (
        ("GET", "/user"),
        ("GET", "/mlservice"),
        ("GET", "/user/service_calls"),
        ("POST", "/auth/logout"),
    ):
        assert_error(person.request(method, path), 401, "invalid_token")


# ---- T1 to T5: forgeries -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def live(server):
    """An admin's live token, so that a forgery that passes would open every door."""
    return Api(server).admin(grants=["v1", "v2"])


@pytest.mark.parametrize("forge", [row[1] for row in FORGERIES], ids=[row[0] for row in FORGERIES])
def test_a_forged_token_is_refused(api, live, forge):
    forged = forge(live.token)
    assert forged != live.token
    assert_error(api.with_token(forged).get("/admin/users"), 401, "invalid_token")


def test_the_forger_can_make_good_tokens_too(api, live):
    """Else the forgeries would prove nothing: the same hand, with nothing changed, is let in."""
    assert_ok(api.with_token(sign(HEADER, claims_of(live.token))).get("/admin/users"))
    assert_ok(api.with_token(altered(live.token, exp=claims_of(live.token)["exp"] - 1)).get("/admin/users"))
    assert_ok(api.with_token(with_header(live.token)).get("/admin/users"))


def test_every_byte_of_a_token_counts(api, live):
    for at in range(len(live.token)):
        other = "B" if live.token[at] == "A" else "A"
        changed = live.token[:at] + other + live.token[at + 1 :]
        assert_error(api.with_token(changed).get("/user"), 401, "invalid_token")


def test_the_reason_is_in_the_log_and_not_in_the_answer(server, api, live):
    answer = api.with_token(altered(live.token, iss="somebody-else")).get("/user")
    (line,) = server.logged("token.rejected", request_id=answer.headers["X-Request-Id"])
    assert line["reason"] == "claim: iss"
    assert "iss" not in answer.text


def test_claims_about_rights_are_not_believed(api):
    """The person is known, but what they may do is what the database says."""
    plain = api.user()
    boasting = api.with_token(altered(plain.token, role="admin", has_access_v1=True, has_access_v2=True))
    assert_ok(boasting.get("/user"))
    assert_error(boasting.get("/admin/users"), 401, "admin_only")
    assert_error(boasting.get("/mlservice/v1/healthcheck"), 401, "no_access")


# ---- T6: where a token may stand -------------------------------------------------------------------


def test_a_token_past_the_header_limit_is_refused_unread(api):
    assert_error(api.with_token("a" * 9000).get("/user"), 431, "head_too_large")


@pytest.mark.parametrize("where", ["params", "data"])
def test_a_token_in_query_or_form_is_none(api, live, where):
    fields = {"access_token": live.token, "token": live.token}
    answer = api.nobody().request("GET", "/user", **{where: fields})
    assert_error(answer, 401, "not_authenticated")


def test_two_authorization_lines_are_refused(server, live):
    line = f"Authorization: Bearer {live.token}\r\n"
    answer = server.raw(f"GET /user HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{line}{line}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400 ") and b'"code":"invalid_request"' in answer


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_named_in_any_case(api, live, scheme):
    assert_ok(api.nobody().get("/user", headers={"Authorization": f"{scheme} {live.token}"}))


@pytest.mark.parametrize("value", ["", "Bearer", "Basic YTpi", "Token {}", "{}", "Bearer{}", "Negotiate {}"])
def test_anything_but_a_bearer_token_is_no_authentication(api, live, value):
    answer = api.nobody().get("/user", headers={"Authorization": value.format(live.token)})
    assert_error(answer, 401, "not_authenticated")


# ---- T7, T8: the end of a token ------------------------------------------------------------------


def test_a_token_is_dead_after_logout_and_cannot_log_out_again(api):
    person = api.user()
    assert_ok(person.post("/auth/logout"), 204)
    assert_refused(person)


def test_the_use_of_a_token_after_its_logout_is_told_from_a_forgery(server, api):
    person = api.user()
    assert_ok(person.post("/auth/logout"), 204)
    for method, path in (("GET", "/user"), ("POST", "/auth/logout")):
        answer = assert_error(person.request(method, path), 401, "invalid_token")
        assert server.logged("token.revoked_use", request_id=answer.headers["X-Request-Id"], peer="127.0.0.1")


def test_logout_ends_one_sign_in_only(api):
    first = api.user()
    second = first.login()
    assert_ok(first.post("/auth/logout"), 204)
    assert_ok(second.get("/user"))


def test_revocation_goes_by_sign_in_and_not_by_text(api):
    """Another text of the same sign-in, soundly signed, is as dead as the first."""
    person = api.user()
    twin = api.with_token(altered(person.token, exp=claims_of(person.token)["exp"] - 5))
    assert_ok(twin.get("/user"))
    assert_ok(person.post("/auth/logout"), 204)
    assert_refused(twin)


def test_a_deactivated_person_is_refused_at_once_and_for_good(api):
    person = api.user(grants=["v2"])
    api.set_rights(person, is_active=False, grants=["v2"])
    assert_refused(person)
    assert_error(api.try_login(person.username, person.password), 401, "bad_credentials")
    api.set_rights(person, is_active=True, grants=["v2"])
    assert_refused(person)  # a token that was taken from them does not come back to life
    assert_ok(person.login().get("/user"))


def test_a_deleted_person_is_refused_at_once(api, superuser):
    person = api.user(grants=["v2"])
    assert_ok(superuser.delete(f"/admin/users/{person.id}"), 204)
    assert_refused(person)
    assert_error(api.try_login(person.username, person.password), 401, "bad_credentials")


def test_a_revoked_grant_is_gone_at_once(api):
    person = api.user(grants=["v1", "v2"])
    assert person.get("/mlservice/v2/healthcheck").status_code != 401
    api.set_rights(person, grants=["v1"])
    assert_error(person.get("/mlservice/v2/healthcheck"), 401, "no_access")
    assert_error(person.send_json("POST", "/mlservice/v2/predict", "{}"), 401, "no_access")
    assert person.get("/mlservice/v1/healthcheck").status_code != 401


def test_a_new_grant_holds_at_once_for_the_old_token(api):
    person = api.user()
    api.set_rights(person, grants=["v2"])
    assert person.get("/mlservice/v2/healthcheck").status_code != 401


def test_a_password_change_ends_the_other_sign_ins(api):
    person = api.user()
    others = [person.login() for _ in range(3)]
    change = {"password": person.password, "new_password": new_password()}
    assert_ok(person.put("/user/password", json=change), 204)
    for other in others:
        assert_refused(other)
    assert_ok(person.get("/user"))  # the one who changed it stays in


def test_a_demoted_admin_is_a_user(start_server):
    server = start_server()
    admin = Api(server).admin()
    assert_ok(admin.get("/admin/users"))
    server.stop()
    server.change_offline("UPDATE users SET role = 'user' WHERE username = ?", admin.username)
    server.restart()
    assert claims_of(admin.token)["role"] == "admin"
    assert_error(admin.get("/admin/users"), 401, "admin_only")
    assert_ok(admin.get("/user"))


def test_no_call_passes_behind_a_revocation(api):
    """The revocation is answered on one connection; the very next request on another is refused."""
    for _ in range(50):
        person = api.user()
        connection = socket.create_connection((api.server.host, api.server.port), 5)
        ready = threading.Event()
        answers = []

        def call():
            ready.wait()
            connection.sendall(
                f"GET /user HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {person.token}\r\n\r\n".encode()
            )
            answers.append(connection.recv(4096))

        caller = threading.Thread(target=call)
        caller.start()
        assert_ok(person.post("/auth/logout"), 204)
        ready.set()
        caller.join()
        connection.close()
        assert answers[0].startswith(b"HTTP/1.1 401 ")


# ---- T9, T10: what lasts -------------------------------------------------------------------------


def test_a_logout_outlives_a_kill(start_server):
    server = start_server()
    people = [Api(server).user() for _ in range(5)]
    kept = Api(server).user()
    for person in people:
        assert_ok(person.post("/auth/logout"), 204)
    server.kill9()
    server.restart()
    for person in people:
        assert_refused(Client(server, token=person.token))
    assert_ok(kept.get("/user"))  # and a token that was not ended lives on


def test_a_deactivation_outlives_a_kill(start_server):
    server = start_server()
    person = Api(server).user()
    Api(server).set_rights(person, is_active=False)
    server.kill9()
    server.restart()
    assert_refused(person)


def test_the_id_of_a_deleted_person_is_never_given_again(api, superuser):
    newest = api.user()
    old_id, old_token = newest.id, newest.token
    assert_ok(superuser.delete(f"/admin/users/{old_id}"), 204)
    successor = api.register().login()
    assert successor.id > old_id
    assert_refused(api.with_token(old_token))


def test_the_id_is_not_reused_after_a_restart(start_server):
    server = start_server()
    api = Api(server)
    newest = api.user()
    old_id = newest.id
    assert_ok(api.superuser().delete(f"/admin/users/{old_id}"), 204)
    server.restart()
    successor = Api(server).register().login()
    assert successor.id > old_id
    assert_refused(newest)
