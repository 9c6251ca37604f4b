# SPDX-License-Identifier: MIT
"""Registration: POST /auth/create."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from answers import assert_error, assert_ok, violations
from harness import PASSWORD_MARK
from people import new_name, new_password


def users_named(server, name):
    return server.sql("SELECT * FROM users WHERE username_key = ?", name.lower())


def test_a_person_registers_and_may_call_nothing_yet(api, nobody):
    body = api.body(country="Belgium")
    assert_ok(nobody.post("/auth/create", json=body), 201, None)
    profile = api.login(body["username"], body["password"]).get("/user").json()
    assert profile["role"] == "user" and profile["is_active"]
    assert not profile["has_access_v1"] and not profile["has_access_v2"]


def test_a_registration_is_stored_without_its_password(server, api):
    person = api.register()
    row = users_named(server, person.username)[0]
    assert row["hashed_password"].startswith("$2b$")
    assert person.password not in str(row)


@pytest.mark.parametrize("country", [{}, {"country": None}, {"country": "Côte d’Ivoire"}, {"country": ""}])
def test_the_country_may_be_left_out(api, country):
    person = api.register(**country)
    assert person.login().get("/user").json()["country"] == country.get("country")


def test_a_token_is_ignored_at_the_open_door(api):
    assert_ok(api.with_token("no.such.token").post("/auth/create", json=api.body()), 201, None)


# ---- R1, R2: one name, one person ----------------------------------------------------------------


@pytest.mark.parametrize(
    "same",
    [
        lambda name: name,
        lambda name: name.upper(),
        lambda name: name.replace("example.com", "EXAMPLE.com"),
        lambda name: name.replace("p", "ｐ", 1),  # full width: the same letter in another Unicode form
    ],
    ids=["same", "upper case", "upper case domain", "full width"],
)
def test_a_taken_name_is_refused_in_every_form(server, api, nobody, same):
    taken = api.register().username
    answer = nobody.post("/auth/create", json=api.body(username=same(taken)))
    assert_error(answer, 409, "username_taken")
    assert len(users_named(server, taken)) == 1
    assert server.logged("register.conflict", request_id=answer.headers["X-Request-Id"], peer="127.0.0.1")


def test_a_composed_and_a_decomposed_accent_are_one_name(api, nobody):
    name = new_name()
    assert_ok(nobody.post("/auth/create", json=api.body(username="ren\u00e9" + name)), 201)
    assert_error(
        nobody.post("/auth/create", json=api.body(username="rene\u0301" + name)), 409, "username_taken"
    )


def test_fifty_at_once_with_one_name_leave_one_person(server, api):
    body = api.body()
    with ThreadPoolExecutor(50) as people:
        answers = list(people.map(lambda _: api.nobody().post("/auth/create", json=body), range(50)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [409] * 49
    assert len(users_named(server, body["username"])) == 1


def test_the_domain_is_stored_in_lower_case_and_the_rest_as_written(api):
    name = new_name().replace("person", "Person").replace("example", "EXAMPLE")
    person = api.register(username=name)
    assert person.login().get("/user").json()["username"] == name.replace("EXAMPLE", "example")


# ---- R3: nobody makes themself an admin ----------------------------------------------------------


@pytest.mark.parametrize(
    "field",
    [
        {"role": "admin"},
        {"is_active": True},
        {"has_access_v1": True},
        {"has_access_v2": True},
        {"id": 1},
        {"hashed_password": "x"},
        {"Role": "admin"},
        {"anything": None},
    ],
    ids=lambda field: next(iter(field)),
)
def test_an_unknown_field_is_refused(server, api, nobody, field):
    body = api.body(**field)
    assert violations(nobody.post("/auth/create", json=body)) == [
        ("extra_forbidden", ("body", next(iter(field))))
    ]
    assert users_named(server, body["username"]) == []


# ---- R4, R5: passwords ---------------------------------------------------------------------------

MARK = PASSWORD_MARK  # 12 bytes

WEAK = [
    ("under the minimum of 4", "xyz", "string_too_short", "weak_password"),
    ("empty", "", "string_too_short", "weak_password"),
    ("tried first by everybody", "password", "value_error", "weak_password"),
    ("the same in capitals", "PASSWORD", "value_error", "weak_password"),
    ("the product's name", "inferkeep", "value_error", "weak_password"),
    ("73 bytes", MARK + "x" * 61, "string_too_long", "password_too_long"),
    ("64 characters of four bytes", "😀" * 64, "string_too_long", "password_too_long"),
    ("no text", 12345678, "string_type", "invalid_field"),
    ("null", None, "string_type", "invalid_field"),
]


@pytest.mark.parametrize("password, kind, code", [row[1:] for row in WEAK], ids=[row[0] for row in WEAK])
def test_a_weak_password_is_refused_and_never_echoed(server, api, nobody, password, kind, code):
    body = api.body(password=password)
    answer = nobody.post("/auth/create", json=body)
    assert violations(answer, code) == [(kind, ("body", "password"))]
    assert "input" not in answer.json()["detail"][0]
    assert not password or f'"{password}' not in answer.text.replace('"password"', "")
    assert users_named(server, body["username"]) == []


def test_a_short_password_is_refused_in_pydantics_words(api, nobody):
    answer = nobody.post("/auth/create", json=api.body(password="abc"))
    assert answer.json()["detail"] == [
        {
            "type": "string_too_short",
            "loc": ["body", "password"],
            "msg": "String should have at least 4 characters",
            "ctx": {"min_length": 4},
        }
    ]


@pytest.mark.parametrize("whole", [True, False], ids=["the whole name", "the part before the @"])
def test_a_password_equal_to_the_name_is_refused(api, nobody, whole):
    name = new_name()
    password = name if whole else name.split("@")[0]
    answer = nobody.post("/auth/create", json=api.body(username=name, password=password))
    assert violations(answer, "weak_password") == [("value_error", ("body", "password"))]


def test_a_password_with_nul_is_refused(api, nobody):
    answer = nobody.post("/auth/create", json=api.body(password=MARK + "a\0b"))
    assert violations(answer, "json_invalid")[0][0] == "json_invalid"


def test_a_password_of_72_bytes_counts_to_its_last(api):
    password = new_password().ljust(71, "x")
    person = api.register(password=password + "1")
    assert_ok(api.try_login(person.username, password + "1"))
    assert_error(api.try_login(person.username, password + "2"), 401, "bad_credentials")
    assert_error(api.try_login(person.username, password), 401, "bad_credentials")


# ---- R6: names -----------------------------------------------------------------------------------

BAD_NAMES = [
    "",
    " ",
    "ada",
    "ada@",
    "@example.com",
    "ada@example",
    "a b@example.com",
    "ada@@example.com",
    "ada@example.com@example.com",
    "ada@example..com",
    ".ada@example.com",
    "ada.@example.com",
    "ada@-example.com",
    "ada@example.com\r\nX: y",
    "ada\u0007@example.com",
    "ada\u202e@example.com",
    "ada\u200f@example.com",
    "Ada <ada@example.com>",
    '"ada"@example.com',
    "ada@[127.0.0.1]",
    "<script>@example.com",
    "a" * 65 + "@example.com",
    "ada@" + "d" * 64 + ".com",
    "a" * 60 + "@" + "d" * 60 + ".example",  # 128 characters
]


@pytest.mark.parametrize("username", BAD_NAMES, ids=[ascii(name)[:40] for name in BAD_NAMES])
def test_what_is_no_email_address_is_refused(server, api, nobody, username):
    answer = nobody.post("/auth/create", json=api.body(username=username))
    assert violations(answer) == [("value_error", ("body", "username"))]
    assert answer.json()["detail"][0]["msg"].startswith("value is not a valid email address: ")
    assert answer.json()["detail"][0]["input"] == username
    assert not username or users_named(server, username) == []


def test_an_email_address_of_127_characters_is_accepted(api):
    tail = "@" + "d" * 60 + "." + new_password()[-32:] + ".example"
    assert_ok(api.nobody().post("/auth/create", json=api.body(username="a" * (127 - len(tail)) + tail)), 201)


@pytest.mark.parametrize("field", ["first_name", "last_name", "country"])
@pytest.mark.parametrize(
    "value, kind",
    [
        ("x" * 128, "string_too_long"),
        ("Ada\r\nLovelace", "value_error"),
        ("Ada\x1b[31m", "value_error"),
        ("Ada\u202eevol", "value_error"),
        (7, "string_type"),
    ],
    ids=["128 characters", "line break", "escape code", "bidi mark", "number"],
)
def test_names_are_short_plain_texts(api, nobody, field, value, kind):
    answer = nobody.post("/auth/create", json=api.body(**{field: value}))
    assert violations(answer) == [(kind, ("body", field))]


# ---- R7: whatever a name holds is only text ------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        "O'Brien \"the\" D'Arcy",
        "'; DROP TABLE users; --",
        "😀 Ⅷ 漢字 ñ",
        "{{7*7}}${7*7}",
        "$(id) `id` | id",
        "=cmd|' /C calc'!A0",
        "x" * 127,
        "😀" * 127,
        "%s%n%x",
        "\\u0041\\",
        "null",
    ],
)
def test_a_name_is_kept_byte_for_byte(api, name):
    person = api.register(first_name=name, last_name=name)
    profile = person.login().get("/user").json()
    assert (profile["first_name"], profile["last_name"]) == (name, name)


@pytest.mark.parametrize("letter", ["\ufdfa", "\ufb2c"])  # each becomes several letters when forms are made one
def test_a_name_that_grows_too_long_when_normalized_is_refused(api, letter):
    answer = api.nobody().post("/auth/create", json=api.body(username=letter * 60 + "@example.com"))
    assert violations(answer) == [("value_error", ("body", "username"))]
