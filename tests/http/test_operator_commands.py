# SPDX-License-Identifier: MIT
"""What an operator runs beside or instead of the server: secrets from files, migrate, backup."""

import re
import secrets
import time

import pytest
from harness import PASSWORD_MARK, run_program
from marks import postgres_only, sqlite_only
from people import Api
from test_durability import IN_FLIGHT, Callers
from test_mlservice import HOUSE

KEY = PASSWORD_MARK + secrets.token_hex(24)


def told(ended):
    """The one line for people; nothing secret is in it."""
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1 and lines[0].startswith("inferkeep: "), ended
    assert PASSWORD_MARK not in ended.stderr + ended.stdout
    return lines[0]


def run_on(server, *arguments, **settings):
    """A command with the server's own settings."""
    return run_program("--mode", server.mode, *arguments, **{**server.settings, **settings})


# ---- secrets from files ------------------------------------------------------------------------------


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    file.chmod(0o400)
    return file


def check_config(tmp_path, **settings):
    return run_program("--mode", "prod", "check-config", SQL_URL=f"sqlite:///{tmp_path}/test.db", **settings)


def test_a_key_may_come_from_a_file(tmp_path, key_file):
    assert check_config(tmp_path, SECRET_KEY_FILE=key_file, HOST="127.0.0.1").returncode == 0


def test_tokens_outlive_the_move_of_the_key_into_a_file(start_server, key_file):
    server = start_server(SECRET_KEY=KEY)
    person = Api(server).user()
    server.stop()
    del server.settings["SECRET_KEY"]
    server.restart(SECRET_KEY_FILE=key_file)
    assert person.get("/user").status_code == 200


def test_a_key_in_both_ways_is_refused(tmp_path, key_file):
    ended = check_config(tmp_path, SECRET_KEY=KEY, SECRET_KEY_FILE=key_file)
    assert ended.returncode == 78
    assert "SECRET_KEY_FILE" in told(ended)


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o620, 0o601], ids=oct)
def test_a_key_file_that_others_may_touch_is_refused(tmp_path, key_file, mode):
    key_file.chmod(mode)
    ended = check_config(tmp_path, SECRET_KEY_FILE=key_file)
    assert ended.returncode == 78
    assert "SECRET_KEY_FILE" in told(ended)


@pytest.mark.parametrize(
    "content", [None, "", "\n" + KEY, "short"], ids=["absent", "empty", "blank", "short"]
)
def test_an_unfit_key_file_is_refused(tmp_path, key_file, content):
    key_file.unlink()
    if content is not None:
        key_file.write_text(content)
        key_file.chmod(0o400)
    ended = check_config(tmp_path, SECRET_KEY_FILE=key_file)
    assert ended.returncode == 78
    assert "SECRET_KEY" in told(ended)


# ---- migrate -----------------------------------------------------------------------------------------


def test_migrations_are_seen_taken_back_and_applied_again(start_server):
    server = start_server()
    person = Api(server).user(grants=["v2"])
    assert person.post("/mlservice/v2/predict", json=HOUSE).status_code == 200
    server.stop()
    applied = run_on(server, "migrate", "status")
    assert applied.returncode == 0
    assert re.fullmatch(r"(\d+ [a-z_0-9]+ \d{4}-\d\d-\d\dT[0-9:.]+Z\n)+", applied.stdout)
    assert run_on(server, "migrate", "up").stdout == "nothing to apply\n"

    down = run_on(server, "migrate", "down", "0", "--yes")
    assert down.returncode == 0, down
    numbers = [line.split()[0] for line in applied.stdout.splitlines()]
    assert [line.split()[2] for line in down.stdout.splitlines()] == numbers[::-1]
    assert run_on(server, "migrate", "down", "0").stdout == "nothing to take back\n"
    pending = run_on(server, "migrate", "status").stdout.splitlines()
    assert pending and all(line.endswith(" pending") for line in pending)

    up = run_on(server, "migrate", "up")
    assert up.returncode == 0 and up.stdout.startswith("applied 1 ")
    again = Api(server.restart()).user(grants=["v2"])
    assert again.post("/mlservice/v2/predict", json=HOUSE).headers["X-Service-Call-Id"] == "1"


def test_a_server_that_brings_the_schema_up_names_each_step_in_its_log(start_server):
    server = start_server()
    server.stop()
    steps = run_on(server, "migrate", "status").stdout.splitlines()
    told = [line["migration"] for line in server.logged("migrate.applied", count=len(steps))]
    assert told == [step.rsplit(" ", 1)[0] for step in steps]


def test_a_way_back_names_what_it_loses_and_waits_for_consent(start_server):
    server = start_server()
    person = Api(server).user(grants=["v2"])
    assert person.post("/mlservice/v2/predict", json=HOUSE).status_code == 200
    server.stop()
    ended = run_on(server, "migrate", "down", "0")
    assert ended.returncode == 64
    said = told(ended)
    assert "--yes" in said and "service_calls 1" in said and "model_logs_v2 1" in said
    assert server.sql("SELECT count(*) AS n FROM service_calls") == [{"n": 1}]


@pytest.mark.parametrize(
    "words",
    [(), ("down",), ("down", "-1"), ("down", "one"), ("down", "7", "--yes"), ("sideways",)],
    ids=" ".join,
)
def test_migrate_needs_to_be_told_what(tmp_path, words):
    ended = run_program("--mode", "test", "migrate", *words, SQL_URL=f"sqlite:///{tmp_path}/test.db")
    assert ended.returncode == 64


@sqlite_only
def test_a_file_has_no_roles(tmp_path):
    file = tmp_path / "test.db"
    ended = run_program("--mode", "test", "migrate", "up", "--server-role", "ada", SQL_URL=f"sqlite:///{file}")
    assert ended.returncode == 64
    assert "SQLite has no roles" in told(ended)
    assert not file.exists()


@sqlite_only
@pytest.mark.parametrize("words", [("status",), ("up",), ("down", "0", "--yes")], ids=" ".join)
def test_migrate_leaves_a_servers_database_alone(start_server, words):
    server = start_server()
    ended = run_on(server, "migrate", *words)
    assert ended.returncode == 75
    told(ended)


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO schema_migrations VALUES (9999, 'later', 'x', '2026-01-31T09:05:00Z')",
        "UPDATE schema_migrations SET sha256 = 'another' WHERE number = 1",
    ],
    ids=["newer", "altered"],
)
def test_migrate_leaves_a_schema_that_it_does_not_know_alone(start_server, change):
    server = start_server()
    server.stop()
    server.change_offline(change)
    for words in (("status",), ("up",), ("down", "0", "--yes")):
        assert run_on(server, "migrate", *words).returncode == 78
    assert server.sql("SELECT count(*) AS n FROM service_calls") == [{"n": 0}]


# ---- backup ------------------------------------------------------------------------------------------


@sqlite_only
def test_a_backup_under_load_is_whole_and_can_be_served(start_server, tmp_path):
    server = start_server()
    person = Api(server).user(grants=["v2"])
    with Callers(server, person) as callers:
        try:
            while len(callers.acknowledged) < 10 * IN_FLIGHT:
                time.sleep(0.01)
            acknowledged = list(callers.acknowledged)
            ended = run_on(server, "backup", str(tmp_path / "test.db"))
            during = len(callers.acknowledged) - len(acknowledged)
        finally:
            server.stop()  # which is what the callers wait for
    assert ended.returncode == 0, ended
    assert (tmp_path / "test.db").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["test.db"]
    assert during > 0, "nobody was served meanwhile"

    restored = start_server(tmp_path)
    recorded = {
        row["id"]: row["request_id"] for row in restored.sql("SELECT id, request_id FROM service_calls")
    }
    assert [id for id, request_id in acknowledged if recorded.get(id) != request_id] == []
    assert f" {len(recorded)} of service_calls" in ended.stdout
    assert restored.sql("SELECT count(*) AS n FROM model_logs_v2") == [{"n": len(recorded)}]
    answer = Api(restored).login(person.username, person.password).post("/mlservice/v2/predict", json=HOUSE)
    assert int(answer.headers["X-Service-Call-Id"]) == max(recorded) + 1


@sqlite_only
def test_a_stopped_servers_database_is_backed_up_and_left_as_it_was(stopped, tmp_path):
    before = stopped.database.read_bytes()
    ended = run_on(stopped, "backup", str(tmp_path / "copy.db"))
    assert ended.returncode == 0, ended
    assert ended.stdout == f"{tmp_path}/copy.db: 0 rows of users, 0 of service_calls\n"
    assert stopped.database.read_bytes() == before
    log = stopped.folder / "test.db-wal"
    assert not log.exists() or log.stat().st_size == 0


@sqlite_only
def test_a_backup_overwrites_nothing(stopped, tmp_path):
    file = tmp_path / "copy.db"
    file.write_text("dear to somebody")
    ended = run_on(stopped, "backup", str(file))
    assert ended.returncode == 73
    assert "copy.db" in told(ended)
    assert file.read_text() == "dear to somebody"


@sqlite_only
def test_a_backup_that_cannot_be_made_is_told_apart(stopped, tmp_path):
    assert run_on(stopped, "backup", str(tmp_path / "missing" / "copy.db")).returncode == 73
    assert run_on(stopped, "backup").returncode == 64


def test_there_is_no_backup_of_a_database_that_is_not_there(tmp_path):
    url = f"sqlite:///{tmp_path}/missing.db"
    ended = run_program("--mode", "test", "backup", str(tmp_path / "copy.db"), SQL_URL=url)
    assert ended.returncode == 78
    told(ended)
    assert list(tmp_path.iterdir()) == []


@postgres_only
def test_a_backup_of_postgresql_is_left_to_its_own_tools(stopped, tmp_path):
    ended = run_on(stopped, "backup", str(tmp_path / "copy"))
    assert ended.returncode == 78
    assert "pg_dump" in ended.stderr
    assert not (tmp_path / "copy").exists()
