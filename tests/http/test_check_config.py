# SPDX-License-Identifier: MIT
"""What check-config tells of the settings in force, and what it never does."""

import secrets

import pytest
from certificates import Certificate
from forgery import key_id
from harness import PASSWORD_MARK, run_program

KEY = PASSWORD_MARK + secrets.token_hex(24)


def check(tmp_path, mode="prod", **settings):
    """What it prints: the settings by name, and the warnings."""
    settings = {"SQL_URL": f"sqlite:///{tmp_path}/test.db", "HOST": "127.0.0.1", **settings}
    if mode == "prod":
        settings = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "a", "PASSWORD_MIN_LENGTH": 15, **settings}
    ended = run_program("--mode", mode, "check-config", **settings)
    assert ended.returncode == 0 and KEY not in ended.stdout + ended.stderr
    first, *lines, last = ended.stdout.splitlines()
    assert first.startswith(f"mode {mode};") and last == "the settings are sound"
    told = dict(line.split(None, 1) for line in lines if line.startswith("  "))
    return told, [line for line in lines if line.startswith("warning: ")]


def test_it_tells_what_is_set_and_what_is_not_left_at_its_default(tmp_path):
    told, warnings = check(tmp_path, LOGIN_FAILURES=7, PORT=8080)
    assert told["LOGIN_FAILURES"] == "7"
    assert told["ALLOWED_HOSTS"] == "a"
    assert "PORT" not in told and "LOG_LEVEL" not in told
    assert warnings == []


def test_a_secret_is_told_by_its_public_name(tmp_path):
    told, _ = check(tmp_path, SECRET_KEY_PREVIOUS=KEY[::-1])
    assert told["SECRET_KEY"] == f"(secret; tokens call it {key_id(KEY)})"
    assert told["SECRET_KEY_PREVIOUS"] == f"(secret; tokens call it {key_id(KEY[::-1])})"


@pytest.mark.parametrize(
    "settings, word",
    [
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"PASSWORD_MIN_LENGTH": 8}, "PASSWORD_MIN_LENGTH"),
        ({"HOST": "0.0.0.0", "ALLOW_PLAIN_HTTP": "true", "TRUSTED_PROXIES": "10.0.0.1"}, "ALLOW_PLAIN_HTTP"),
        ({"ALLOW_PLAIN_HTTP": "true"}, "TRUSTED_PROXIES"),
        ({"SECRET_KEY_PREVIOUS": KEY[::-1]}, "SECRET_KEY_PREVIOUS"),
        ({"SQL_URL": "postgresql://inferkeep@db.example.org/inferkeep"}, "sslmode"),
        ({"SQL_URL": "postgresql://inferkeep@10.0.0.7/inferkeep?sslmode=require"}, "sslmode"),
        ({"SQL_URL": "postgresql://inferkeep@127.0.0.1,db.example.org/inferkeep"}, "sslmode"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_unwise_is_a_warning(tmp_path, settings, word):
    _, warnings = check(tmp_path, **settings)
    assert len(warnings) == 1 and word in warnings[0]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///inferkeep?host=/var/run/postgresql",
        "postgresql://inferkeep@127.0.0.1:5433/inferkeep",
        "postgresql://inferkeep@db.example.org/inferkeep?sslmode=verify-full&sslrootcert=/etc/ca.pem",
    ],
)
def test_a_database_of_this_machine_or_one_that_is_verified_is_none(tmp_path, url):
    assert check(tmp_path, SQL_URL=url)[1] == []


def test_services_without_a_folder_are_warned_of(tmp_path):
    _, warnings = check(tmp_path, SERVICES_DIR=tmp_path)
    assert len(warnings) == 2 and all("no folder" in warning for warning in warnings)


@pytest.mark.parametrize(
    "settings, word",
    [
        ({"SQL_URL": "mysql://a/b"}, "SQL_URL"),
        ({"SQL_URL": "sqlite:///"}, "SQL_URL"),
        ({"SQL_URL": "postgresql://a@h/b?sslmod=require"}, "SQL_URL"),
        ({"WEB_DIR": "/usr"}, "blocked_passwords.txt"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_start_would_refuse_is_refused(tmp_path, settings, word):
    settings = {"SQL_URL": f"sqlite:///{tmp_path}/test.db", "SECRET_KEY": KEY, "HOST": "127.0.0.1", **settings}
    ended = run_program("--mode", "prod", "check-config", **settings)
    assert ended.returncode == 78 and word in ended.stderr, ended


def test_a_published_key_is_a_warning_where_others_may_come(tmp_path):
    assert check(tmp_path, mode="dev")[1] == []
    assert "published" in check(tmp_path, mode="dev", HOST="0.0.0.0")[1][0]


def test_a_certificate_that_ends_soon_is_a_warning(tmp_path):
    _, warnings = check(tmp_path, **Certificate(tmp_path, days=3).settings)
    assert "two weeks" in warnings[0]
