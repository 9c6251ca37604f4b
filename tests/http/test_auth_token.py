# SPDX-License-Identifier: MIT
"""Signing in: POST /auth/token."""

import base64
import json
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from answers import assert_error, assert_ok, violations
from harness import PASSWORD_MARK
from people import Api, access, new_name, new_password
from services import NAMES

FORM = "application/x-www-form-urlencoded"


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def send(nobody, body, content_type=FORM):
    return nobody.request("POST", "/auth/token", data=body, headers={"Content-Type": content_type})


# ---- L9: success ---------------------------------------------------------------------------------


def test_a_token_is_a_bearer_of_twenty_minutes_that_no_cache_keeps(api):
    person = api.register()
    answer = assert_ok(api.try_login(person.username, person.password))
    assert list(answer.json()) == ["access_token", "token_type", "expires_in"]
    assert answer.json()["token_type"] == "bearer"
    assert answer.json()["expires_in"] == 20 * 60
    assert answer.headers["Pragma"] == "no-cache"


def test_the_claims_are_the_templates_and_the_registered_ones(api):
    person = api.user(grants=["v2"])
    claims = claims_of(person.token)
    assert set(claims) == {
        *("username", "user_id", "role", *access(NAMES), "exp"),
        *("sub", "iat", "jti", "iss", "aud"),
    }
    assert (claims["username"], claims["user_id"], claims["role"]) == (person.username, person.id, "user")
    assert (claims["has_access_v1"], claims["has_access_v2"]) == (False, True)
    assert claims["sub"] == str(person.id)
    assert claims["exp"] - claims["iat"] == 20 * 60


def test_every_sign_in_has_a_token_of_its_own(api):
    person = api.register()
    first, second = person.login(), person.login()
    assert claims_of(first.token)["jti"] != claims_of(second.token)["jti"]
    assert_ok(first.get("/user"))
    assert_ok(second.get("/user"))


def test_the_name_is_found_in_any_case(api):
    person = api.register()
    assert_ok(api.try_login(person.username.upper(), person.password))


@pytest.mark.parametrize(
    "extra",
    [
        {"grant_type": "password"},
        {"grant_type": ""},
        {"scope": "", "client_id": "", "client_secret": ""},
        {"grant_type": "password", "scope": "a b", "client_id": "x", "client_secret": "y"},
        {"resource": "urn:a"},
    ],
    ids=str,
)
def test_the_other_fields_of_the_form_are_accepted(api, extra):
    person = api.register()
    assert_ok(api.try_login(person.username, person.password, **extra))


def test_a_multipart_form_is_accepted(api, nobody):
    person = api.register()
    form = {"username": (None, person.username), "password": (None, person.password), "scope": (None, "")}
    assert_ok(nobody.post("/auth/token", files=form))


# ---- L1: one answer for all who may not --------------------------------------------------------------


def test_four_reasons_one_answer(server, api):
    wrong, deactivated = api.register(), api.user()
    api.set_rights(deactivated, is_active=False)
    answers = [
        api.try_login(wrong.username, new_password()),
        api.try_login(new_name(), new_password()),
        api.try_login(deactivated.username, deactivated.password),
        api.try_login("no address at all", new_password()),
    ]
    bodies = set()
    for answer in answers:
        body = assert_error(answer, 401, "bad_credentials", "Could not validate user").json()
        body.pop("request_id")
        bodies.add(json.dumps(body))
    assert len(bodies) == 1
    for answer in answers:
        assert server.logged("login.failed", request_id=answer.headers["X-Request-Id"])


# L8: what stands in the column may be anything; only a hash of ours opens the door.
WELL_FORMED = "$2b$04$" + "." * 53  # the hash of a password that nobody knows
UNUSABLE_HASHES = ["", "*0", "!", "$2b$04$", "abJnggxhB/yWI", WELL_FORMED, "$1$salt$", "plain"]


def test_an_unusable_hash_opens_nothing(start_server):
    server = start_server()
    people = [Api(server).register() for _ in UNUSABLE_HASHES]
    server.stop()
    for person, text in zip(people, UNUSABLE_HASHES):
        server.change_offline(
            "UPDATE users SET hashed_password = ? WHERE username = ?", text, person.username
        )
    api = Api(server.restart())
    for person in people:
        assert_error(api.try_login(person.username, person.password), 401, "bad_credentials")
    assert_error(api.try_login(people[4].username, "password"), 401, "bad_credentials")
    unusable = [server.sql("SELECT id FROM users WHERE username = ?", person.username)[0]["id"] for person in people]
    unusable.pop(UNUSABLE_HASHES.index(WELL_FORMED))
    lines = server.logged("auth.hash_invalid", count=len(unusable) + 1)
    assert sorted({line["user_id"] for line in lines}) == sorted(unusable)
    assert {line["peer"] for line in lines} == {"127.0.0.1"}


def test_a_cheaper_hash_is_made_dearer_at_sign_in(start_server):
    server = start_server(BCRYPT_COST=4)
    person = Api(server).register()
    server.restart(BCRYPT_COST=5)
    assert_ok(Api(server).try_login(person.username, person.password))
    stored = server.sql("SELECT hashed_password FROM users WHERE username = ?", person.username)
    assert stored[0]["hashed_password"].startswith("$2b$05$")
    assert_ok(Api(server).try_login(person.username, person.password))
    assert len(server.logged("auth.rehash")) == 1


# ---- L5 to L7: forms -----------------------------------------------------------------------------

BAD_FORMS = [
    ("nothing", "", [("missing", "username"), ("missing", "password")]),
    ("no username", "password=x", [("missing", "username")]),
    ("no password", "username=a%40b.example", [("missing", "password")]),
    ("username twice", "username=a&username=b&password=x", [("multiple_values", "username")]),
    ("password twice", "username=a&password=x&password=x", [("multiple_values", "password")]),
    ("other grant", "grant_type=client_credentials&username=a&password=x", [("value_error", "grant_type")]),
    ("username too long", "username=" + "a" * 1025 + "&password=x", [("string_too_long", "username")]),
]


@pytest.mark.parametrize("body, expected", [row[1:] for row in BAD_FORMS], ids=[row[0] for row in BAD_FORMS])
def test_a_form_with_a_fault_is_refused(nobody, body, expected):
    assert violations(send(nobody, body)) == [(kind, ("body", field)) for kind, field in expected]


@pytest.mark.parametrize(
    "body", ["username=%", "username=%zz", "username=%ff&password=x", "username=a%00b&password=x"]
)
def test_a_form_that_is_no_form_is_refused(nobody, body):
    assert_error(send(nobody, body), 422, "invalid_field")


def test_a_refused_form_never_echoes_the_password(nobody):
    answer = send(nobody, f"grant_type=other&password={PASSWORD_MARK}hidden")
    assert_error(answer, 422, "invalid_field")
    assert PASSWORD_MARK not in answer.text


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded; charset=utf-16"]
)
def test_credentials_come_in_a_form_only(nobody, content_type):
    answer = send(nobody, json.dumps({"username": "a", "password": "b"}), content_type)
    assert_error(answer, 415, "unsupported_media_type")


def test_credentials_in_the_query_are_as_if_absent_and_never_logged(server, api, nobody):
    person = api.register()
    query = {"username": person.username, "password": person.password}
    answer = nobody.request("POST", "/auth/token", params=query, headers={"Content-Type": FORM})
    assert violations(answer) == [("missing", ("body", "username")), ("missing", ("body", "password"))]
    assert PASSWORD_MARK not in server.log_text()


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "--x\r\n\r\n",
        "--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
        '--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nada',
    ],
    ids=["no part", "no name, no end", "no name", "no end"],
)
def test_a_broken_multipart_form_is_refused(nobody, body):
    assert_error(send(nobody, body, "multipart/form-data; boundary=x"), 422, "invalid_field")


def test_a_body_over_16_kib_is_refused(nobody):
    assert_error(send(nobody, "username=a&password=" + "x" * (1 << 20)), 413, "too_large")


@pytest.mark.parametrize("password", ["x" * 73, "😀" * 20, "' OR 1=1--", '" OR ""="', "a\nb", " "], ids=ascii)
def test_odd_passwords_are_merely_wrong(api, password):
    person = api.register()
    assert_error(api.try_login(person.username, password), 401, "bad_credentials")


def test_sql_in_the_name_finds_nobody(api):
    person = api.register()
    for name in (f"{person.username}' --", "' OR '1'='1", "%@example.com", f'{person.username}" --'):
        assert_error(api.try_login(name, person.password), 401, "bad_credentials")


# ---- L2: guessing --------------------------------------------------------------------------------


def test_after_five_failures_even_the_right_password_must_wait(server, api):
    person = api.register().login()
    answers = [api.try_login(person.username, new_password()) for _ in range(5)]
    for answer in answers:
        assert_error(answer, 401, "bad_credentials")
    for password in (new_password(), person.password):
        answers.append(assert_error(api.try_login(person.username, password), 429, "rate_limited"))
        assert 250 <= int(answers[-1].headers["Retry-After"]) <= 300
    assert_ok(person.get("/user"))  # guessing at a name locks nobody out who is in
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert server.logged("login.locked", request_id=ids[4], peer="127.0.0.1")
    assert [line["request_id"] for line in server.logged("login.locked") if line["request_id"] in ids] == [ids[4]]


def test_the_wait_is_for_one_name_only(api):
    guessed, other = api.register(), api.register()
    for _ in range(6):
        api.try_login(guessed.username, new_password())
    assert_ok(api.try_login(other.username, other.password))


def test_another_case_of_the_name_counts_as_the_name(api):
    person = api.register()
    for attempt in range(5):
        name = person.username.upper() if attempt % 2 else person.username
        assert_error(api.try_login(name, new_password()), 401, "bad_credentials")
    assert_error(api.try_login(person.username, person.password), 429, "rate_limited")


def test_an_unknown_name_waits_as_a_known_one(api):
    name = new_name()
    for _ in range(5):
        assert_error(api.try_login(name, new_password()), 401, "bad_credentials")
    assert_error(api.try_login(name, new_password()), 429, "rate_limited")


def test_a_success_clears_the_count(api):
    person = api.register()
    for _ in range(3):
        for _ in range(4):
            assert_error(api.try_login(person.username, new_password()), 401, "bad_credentials")
        assert_ok(api.try_login(person.username, person.password))


def test_other_addresses_may_still_sign_in(server, api):
    person = api.register()
    for _ in range(6):
        api.try_login(person.username, new_password())
    form = {"username": person.username, "password": person.password}
    body = urllib.parse.urlencode(form)
    head = f"POST /auth/token HTTP/1.1\r\nHost: a\r\nContent-Type: {FORM}\r\nConnection: close\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
    assert server.raw(request, source="127.0.0.9").startswith(b"HTTP/1.1 200 ")
    assert server.raw(request).startswith(b"HTTP/1.1 429 ")


def test_the_number_of_failures_and_the_window_are_settings(start_server):
    server = start_server(LOGIN_FAILURES=2, LOGIN_WINDOW_SECONDS=3)
    api = Api(server)
    person = api.register()
    for _ in range(2):
        assert_error(api.try_login(person.username, new_password()), 401, "bad_credentials")
    refused = assert_error(api.try_login(person.username, person.password), 429, "rate_limited")
    time.sleep(int(refused.headers["Retry-After"]) + 0.1)
    assert_ok(api.try_login(person.username, person.password))


def at_once(count, act):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: act(), range(count)))


def test_guesses_made_at_once_are_no_way_around_the_throttle(start_server):
    server = start_server(LOGIN_FAILURES=5)
    api = Api(server)
    person = api.user()
    statuses = [answer.status_code for answer in at_once(40, lambda: api.try_login(person.username, "a wrong guess"))]
    assert statuses.count(401) == 5
    assert statuses.count(429) == 35


def test_right_passwords_sent_at_once_wait_for_one_another_and_no_longer(start_server):
    server = start_server(LOGIN_FAILURES=2, BCRYPT_COST=11)
    api = Api(server)
    person = api.user()
    answers = at_once(10, lambda: api.try_login(person.username, person.password))
    early = [answer for answer in answers if answer.status_code != 200]
    assert 1 <= len(early) <= 8
    for answer in early:
        assert assert_error(answer, 429, "rate_limited").headers["Retry-After"] == "1"
    assert_ok(api.try_login(person.username, person.password))
    assert "login.locked" not in server.log_text()


def try_login_from(api, address, username, password):
    """Through a proxy that is trusted to say so."""
    form = {"username": username, "password": password}
    return api.nobody().post("/auth/token", data=form, headers={"X-Forwarded-For": address})


def test_an_address_that_guesses_at_many_names_must_wait(start_server):
    server = start_server(LOGIN_FAILURES_PER_ADDRESS=3, TRUSTED_PROXIES="127.0.0.1")
    api = Api(server)
    person = api.register()
    for _ in range(5):  # many honest people may share an address: what succeeds does not count
        assert_ok(try_login_from(api, "192.0.2.1", person.username, person.password))
    for _ in range(3):
        last = assert_error(try_login_from(api, "192.0.2.1", new_name(), new_password()), 401, "bad_credentials")
    answer = try_login_from(api, "192.0.2.1", person.username, person.password)
    assert 1 <= int(assert_error(answer, 429, "rate_limited").headers["Retry-After"]) <= 60
    (line,) = server.logged("throttle.login", request_id=last.headers["X-Request-Id"])
    assert (line["limit"], line["peer"]) == ("address", "192.0.2.1")
    assert_ok(try_login_from(api, "192.0.2.2", person.username, person.password))


def test_no_success_clears_the_failures_of_an_address(start_server):
    api = Api(start_server(LOGIN_FAILURES_PER_ADDRESS=3))
    person = api.register()
    for _ in range(3):
        assert_ok(api.try_login(person.username, person.password))
        assert_error(api.try_login(new_name(), new_password()), 401, "bad_credentials")
    assert_error(api.try_login(person.username, person.password), 429, "rate_limited")


def test_who_guesses_at_a_name_from_many_addresses_does_not_keep_its_owner_out(start_server):
    server = start_server(LOGIN_FAILURES_PER_ACCOUNT=3, TRUSTED_PROXIES="127.0.0.1")
    api = Api(server)
    person = api.register().login()  # from this machine
    for n in range(3):
        last = try_login_from(api, f"198.51.100.{n}", person.username, new_password())
        assert_error(last, 401, "bad_credentials")
    for password in (new_password(), person.password):
        assert_error(try_login_from(api, "198.51.100.9", person.username, password), 429, "rate_limited")
    (line,) = server.logged("throttle.login", request_id=last.headers["X-Request-Id"])
    assert (line["limit"], line["peer"]) == ("account", "198.51.100.2")
    assert_ok(person.get("/user"))
    assert_ok(api.try_login(person.username, person.password))


def test_a_success_from_a_new_address_clears_the_failures_of_the_name(start_server):
    api = Api(start_server(LOGIN_FAILURES_PER_ACCOUNT=3, TRUSTED_PROXIES="127.0.0.1"))
    person = api.register()
    for n in range(3):
        for m in range(2):
            guess = try_login_from(api, f"198.51.100.{2 * n + m}", person.username, new_password())
            assert_error(guess, 401, "bad_credentials")
        assert_ok(try_login_from(api, f"192.0.2.{n}", person.username, person.password))


def test_sign_ins_at_once_all_open_while_the_hash_is_made_costlier(start_server):
    server = start_server(BCRYPT_COST=4)
    person = Api(server).user()
    server.stop()
    server = server.restart(BCRYPT_COST=9, HASHING_THREADS=2)
    api = Api(server)
    statuses = [answer.status_code for answer in at_once(4, lambda: api.try_login(person.username, person.password))]
    assert statuses == [200] * 4


@pytest.mark.parametrize("password", ["x" * 73, "right\0", "' OR 1=1--"])
def test_a_password_that_nobody_can_have_is_wrong_as_any_other(api, password):
    person = api.user()
    assert_error(api.try_login(person.username, password), 401, "bad_credentials")
