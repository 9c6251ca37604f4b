# SPDX-License-Identifier: MIT
"""Start and stop: what is refused and how, the superuser's life, signals, and two copies at once."""

import shutil
import socket
import time

import pytest
from answers import assert_ok
from harness import PASSWORD_MARK, ROOT, SLOWNESS, SUPERUSER, TEST_KEY, Server, assert_clean_log, run_program
from people import Api

GOOD_KEY = (
    PASSWORD_MARK + "0123456789abcdefghijklmnopqrstuvwxyz"
)  # marked, so that a log that holds it is found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment_folder(folder, **files):
    """A copy of .environment with lines added to some of its files."""
    shutil.copytree(ROOT / ".environment", folder)
    for mode, line in files.items():
        with open(folder / f".env.{mode}", "a") as file:
            file.write(line + "\n")
    return folder


def refused(folder, mode="test", env_dir=None, **settings):
    """Starts what must not start: exit 78 within two seconds, one line, no port. Returns the line."""
    port = free_port()
    settings = {"SQL_URL": f"sqlite:///{folder}/test.db", "HOST": "127.0.0.1", "PORT": port, **settings}
    settings = {name: value for name, value in settings.items() if value is not None}
    arguments = ["--mode", mode] + (["--env-dir", str(env_dir)] if env_dir else [])
    begin = time.monotonic()
    ended = run_program(*arguments, **settings)
    assert ended.returncode == 78, ended
    assert time.monotonic() - begin < 5 * SLOWNESS  # two seconds on a machine that has time
    lines = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1 and lines[0].startswith("inferkeep: "), ended.stderr
    assert ended.stdout == ""
    assert_clean_log(ended.stderr)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    return lines[0]


# ---- S1, S2: wrong settings --------------------------------------------------------------------------

WRONG = [
    ("PORT", "eighty"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("PORT", "80 "),
    ("PORT", ""),
    ("BCRYPT_COST", "3"),
    ("BCRYPT_COST", "17"),
    ("PASSWORD_MIN_LENGTH", "3"),
    ("LOGIN_FAILURES", "0"),
    ("CREATE_SUPERUSER", "yes"),
    ("LOAD_MODELS_AT_START", "1"),
    ("LOG_LEVEL", "loud"),
    ("HOST", ""),
    ("SQL_URL", ""),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", "0"),
    ("ACCESS_TOKEN_EXPIRE_MINUTES", "1e9"),
    ("HTTP_HEAD_SIZE", "1"),
    ("PREDICTION_TIMEOUT_MS", "99999999999999999999"),
    ("SERVICES_DIR", "/no/such/folder"),
    ("WEB_DIR", "/no/such/folder"),
    ("SQL_URL", "oracle://localhost/x"),
    ("SQL_URL", "test.db"),
    ("SECRET_KEY", ""),
    ("SECRET_KEY", PASSWORD_MARK + "x" * 19),
    ("SECRET_KEY", "a" * 64),
    ("SECRET_KEY", "abcdefg" * 9),
]


@pytest.mark.parametrize("name, value", WRONG, ids=[f"{name}={value}"[:40] for name, value in WRONG])
def test_a_wrong_value_is_refused_by_name(tmp_path, name, value):
    said = refused(tmp_path, **{name: value})
    assert name in said
    if name == "SECRET_KEY" and value:
        assert value not in said


@pytest.mark.parametrize("mode", ["shared", "test"])
def test_an_unknown_name_in_a_file_is_refused(tmp_path, mode):
    folder = environment_folder(tmp_path / "env", **{mode: "LOGIN_FAILURE=3"})
    said = refused(tmp_path, env_dir=folder)
    assert "LOGIN_FAILURE" in said and f".env.{mode}" in said


def test_a_line_that_is_no_setting_is_refused(tmp_path):
    folder = environment_folder(tmp_path / "env", test="LOG_LEVEL info")
    assert "LOG_LEVEL info" in refused(tmp_path, env_dir=folder)


def test_a_setting_of_the_environment_wins(tmp_path):
    folder = environment_folder(tmp_path / "env", test="LOGIN_FAILURES=3")
    ended = run_program("--mode", "test", "--env-dir", str(folder), "check-config", LOGIN_FAILURES=7)
    assert ended.returncode == 0


@pytest.mark.parametrize("mode", ["production", "PROD", "", "dev "])
def test_an_unknown_mode_is_refused(tmp_path, mode):
    assert "mode" in refused(tmp_path, mode=mode, SECRET_KEY=GOOD_KEY)


def test_prod_needs_a_key(tmp_path):
    assert "SECRET_KEY" in refused(tmp_path, mode="prod")


@pytest.mark.parametrize("mode", ["test", "dev"])
def test_prod_refuses_the_published_keys(tmp_path, mode):
    text = (ROOT / f".environment/.env.{mode}").read_text()
    key = next(
        line.removeprefix("SECRET_KEY=") for line in text.splitlines() if line.startswith("SECRET_KEY=")
    )
    said = refused(tmp_path, mode="prod", SECRET_KEY=key)
    assert "SECRET_KEY" in said and key not in said


def test_prod_refuses_the_superuser(tmp_path):
    assert "CREATE_SUPERUSER" in refused(tmp_path, mode="prod", SECRET_KEY=GOOD_KEY, CREATE_SUPERUSER="true")


@pytest.mark.parametrize("mode", ["dev", "prod"])
def test_cheap_hashes_are_for_tests(tmp_path, mode):
    assert "BCRYPT_COST" in refused(tmp_path, mode=mode, SECRET_KEY=GOOD_KEY, BCRYPT_COST=9)


def test_a_wrong_command_line_is_told_apart():
    assert run_program("--no-such-option").returncode == 64
    assert run_program("no-such-command").returncode == 64
    assert run_program("--help").returncode == 0
    assert run_program("--version").stdout.startswith("inferkeep ")


def test_every_setting_is_listed_with_its_default():
    lines = run_program("settings").stdout.splitlines()
    names = [line.split("`")[1] for line in lines[2:]]
    assert {"SQL_URL", "SECRET_KEY", "HOST", "PORT", "CREATE_SUPERUSER", "BCRYPT_COST"} <= set(names)
    assert len(names) == len(set(names))
    assert TEST_KEY not in str(lines)


# ---- the address and the database ------------------------------------------------------------------


def test_an_address_in_use_is_refused(start_server, tmp_path):
    taken = start_server().port
    database = f"sqlite:///{tmp_path}/other.db"
    ended = run_program(
        "--mode", "test", SQL_URL=database, HOST="127.0.0.1", PORT=taken, CREATE_SUPERUSER="true"
    )
    assert ended.returncode == 69
    assert "inferkeep: " in ended.stderr
    other = Server(tmp_path, SQL_URL=database)
    other.database = tmp_path / "other.db"
    names = [row["username"] for row in other.sql("SELECT username FROM users WHERE deleted_at IS NULL")]
    assert SUPERUSER[0] not in names, "a superuser with a published password is left behind"


def test_a_database_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path}/file/test.db"
    ended = run_program("--mode", "test", SQL_URL=url, HOST="127.0.0.1", PORT=0)
    assert ended.returncode == 78
    assert "inferkeep: " in ended.stderr


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    file = tmp_path / "test.db"
    file.write_bytes(b"not a database at all, but dear to somebody\n" * 100)
    before = file.read_bytes()
    ended = run_program("--mode", "test", SQL_URL=f"sqlite:///{file}", HOST="127.0.0.1", PORT=0)
    assert ended.returncode == 78
    assert file.read_bytes() == before


def test_a_second_copy_on_the_same_database_is_refused(start_server):
    server = start_server()
    person = Api(server).register()
    ended = run_program("--mode", "test", SQL_URL=server.settings["SQL_URL"], HOST="127.0.0.1", PORT=0)
    assert ended.returncode == 75
    assert "inferkeep: " in ended.stderr
    assert_ok(person.login().get("/user"))


def test_the_database_is_its_owners_alone(start_server):
    server = start_server()
    for file in server.folder.glob("test.db*"):
        assert file.stat().st_mode & 0o077 == 0, file
