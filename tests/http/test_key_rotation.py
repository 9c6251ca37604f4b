# SPDX-License-Identifier: MIT
"""A new signing key: tokens of the one before live on while it is kept, and die with it."""

import json
import secrets

import pytest
from answers import assert_error, assert_ok
from forgery import HEADER, claims_of, decode, key_id, sign
from harness import PASSWORD_MARK, TEST_KEY, run_program
from people import Api


def make_key():
    return PASSWORD_MARK + secrets.token_hex(32)  # marked, so that a log that holds it is found


def kid_of(token):
    return json.loads(decode(token.split(".")[0]))["kid"]


@pytest.fixture
def rotated(start_server):
    """A server with a new key that keeps the one before; a person with a token of each, and the new key."""
    server = start_server()
    person = Api(server).admin()
    key = make_key()
    server.restart(SECRET_KEY=key, SECRET_KEY_PREVIOUS=TEST_KEY)
    return server, person, person.login(), key


def test_tokens_of_the_previous_key_live_on(rotated):
    server, before, after, key = rotated
    assert kid_of(before.token) == key_id(TEST_KEY)
    assert kid_of(after.token) == key_id(key)
    assert_ok(before.get("/user"))
    assert_ok(after.get("/user"))


def test_without_the_previous_key_its_tokens_are_dead(rotated):
    server, before, after, key = rotated
    server.settings.pop("SECRET_KEY_PREVIOUS")
    server.restart()
    assert_error(before.get("/user"), 401, "invalid_token")
    assert_ok(after.get("/user"))


def test_a_token_of_the_previous_key_can_be_ended(rotated):
    server, before, after, key = rotated
    assert_ok(before.post("/auth/logout"), 204)
    assert_error(before.get("/user"), 401, "invalid_token")
    assert_ok(after.get("/user"))


def test_the_kid_must_be_that_of_the_key_that_signed(rotated):
    server, before, after, key = rotated
    api = Api(server)
    claims = claims_of(before.token)
    assert_ok(api.with_token(sign(HEADER, claims)).get("/user"))
    for kid, by in ((key_id(key), TEST_KEY), (key_id(TEST_KEY), key), (key_id("another"), key)):
        forged = sign({**HEADER, "kid": kid}, claims, key=by)
        assert_error(api.with_token(forged).get("/user"), 401, "invalid_token")


def test_the_log_names_the_keys_in_force(rotated):
    server, before, after, key = rotated
    (first,), (second,) = server.logged("token.keys"), server.logged("key.rotated")
    assert first["signing"] == key_id(TEST_KEY)
    assert (second["signing"], second["previous"]) == (key_id(key), key_id(TEST_KEY))


@pytest.mark.parametrize("previous", ["", "short", "abcdefg" * 9])
def test_a_previous_key_is_held_to_the_same_rules(tmp_path, previous):
    settings = {"SQL_URL": f"sqlite:///{tmp_path}/test.db", "SECRET_KEY_PREVIOUS": previous}
    ended = run_program("--mode", "test", "check-config", **settings)
    assert ended.returncode == (78 if previous else 0)
    assert previous == "" or "SECRET_KEY_PREVIOUS" in ended.stderr


def test_a_previous_key_may_come_from_a_file(start_server, tmp_path):
    file = tmp_path / "previous"
    file.write_text(TEST_KEY + "\n")
    file.chmod(0o400)
    server = start_server()
    person = Api(server).user()
    server.restart(SECRET_KEY=make_key(), SECRET_KEY_PREVIOUS_FILE=file)
    assert_ok(person.get("/user"))
