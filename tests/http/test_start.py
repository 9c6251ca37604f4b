# SPDX-License-Identifier: MIT
"""Start and stop: what is refused and how, the superuser's life, signals, and two copies at once."""

import json
import pathlib
import re
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import time

import databases
import pytest
from answers import assert_ok
from harness import (
    BINARY,
    PASSWORD_MARK,
    ROOT,
    SLOWNESS,
    SUPERUSER,
    TEST_KEY,
    assert_clean_log,
    environment,
    run_program,
)
from marks import postgres_only, sqlite_only
from people import Api

GOOD_KEY = (
    PASSWORD_MARK + secrets.token_hex(24)
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
    ("TRUSTED_PROXIES", "proxy.example"),
    ("ALLOWED_HOSTS", "https://a.example.org"),
    ("METRICS_NETWORKS", "prometheus.example"),
    ("RETENTION_DAYS", "-1"),
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("TRUSTED_PROXIES", "0.0.0.0/0"),
    ("ALLOW_PLAIN_HTTP", "yes"),
    ("REGISTRATIONS", "0"),
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


def test_a_file_of_settings_that_cannot_be_read_is_refused(tmp_path):
    folder = environment_folder(tmp_path / "env")
    (folder / ".env.test").unlink()
    (folder / ".env.test").mkdir()
    said = refused(tmp_path, env_dir=folder)
    assert f"{folder}/.env.test cannot be read" in said and "let the program's user read it" in said


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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "localhost.example"])
def test_prod_does_not_listen_in_the_open_unasked(tmp_path, host):
    said = refused(tmp_path, mode="prod", SECRET_KEY=GOOD_KEY, HOST=host)
    assert host in said and "ALLOW_PLAIN_HTTP=true" in said


@pytest.mark.parametrize("settings", [{"HOST": "127.0.0.1"}, {"HOST": "0.0.0.0", "ALLOW_PLAIN_HTTP": "true"}])
def test_prod_starts_where_its_wire_is_safe(made_server, settings):
    settings |= {"CREATE_SUPERUSER": "false", "SECRET_KEY": GOOD_KEY}
    server = made_server(mode="prod", **settings)
    made = run_program("--mode", "prod", "migrate", "up", **server.settings)
    assert made.returncode == 0, made.stderr
    assert server.start().alive()


COMMANDS = pytest.mark.parametrize("command", [[], ["create-admin", "ada@example.com"]], ids=["serve", "create-admin"])


def in_prod(server, *command):
    """What a command has to say that is refused."""
    ended = run_program("--mode", "prod", *command, typed=PASSWORD_MARK, **server.settings)
    assert ended.returncode == 78, ended
    return ended.stderr


@COMMANDS
def test_prod_refuses_a_schema_that_is_not_its_own_and_says_what_mends_it(made_server, command):
    """A migration is an act of an operator's, at a moment of their choosing."""
    server = made_server(mode="prod", CREATE_SUPERUSER="false", SECRET_KEY=GOOD_KEY)
    for words in (("up",), ("down", "1", "--yes")):
        assert run_program("--mode", "prod", "migrate", *words, **server.settings).returncode == 0
    said = in_prod(server, *command)
    assert "older than this program" in said and "`inferkeep --mode prod migrate up`" in said


@COMMANDS
@postgres_only
def test_prod_asks_whether_an_empty_database_is_meant(made_server, command):
    server = made_server(mode="prod", CREATE_SUPERUSER="false", SECRET_KEY=GOOD_KEY)
    said = in_prod(server, *command)
    assert "no tables yet" in said and "`inferkeep --mode prod migrate up`" in said


@COMMANDS
@sqlite_only
def test_prod_makes_no_database_where_there_is_none(made_server, tmp_path, command):
    """So a slip in a path does not look like a new start."""
    server = made_server(mode="prod", CREATE_SUPERUSER="false", SECRET_KEY=GOOD_KEY)
    server.settings["SQL_URL"] = f"sqlite:///{tmp_path}/slip/of/the/pen.db"
    said = in_prod(server, *command)
    assert f"There is no database {tmp_path}/slip/of/the/pen.db" in said and "migrate up" in said
    assert list(tmp_path.iterdir()) == []


def test_a_refused_setting_is_a_line_of_the_log_too(tmp_path):
    ended = run_program("--mode", "prod", SQL_URL=f"sqlite:///{tmp_path}/test.db", SECRET_KEY="short")
    (line,) = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    assert (line["event"], line["level"]) == ("config.refused", "error")
    assert line["reason"].startswith("SECRET_KEY ")


def test_a_slip_in_the_environment_is_refused(tmp_path):
    said = refused(tmp_path, ALLOW_PLAN_HTTP="true")
    assert "ALLOW_PLAN_HTTP" in said and "ALLOW_PLAIN_HTTP" in said


def test_a_folder_of_settings_that_is_not_there_is_refused(tmp_path):
    assert run_program("--env-dir", str(tmp_path / "none"), "check-config").returncode == 64


def handles(process, sign):
    """Whether it does something else at the signal than end."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    caught = int(re.search(r"^SigCgt:\s*(\w+)$", status, re.M)[1], 16)
    return bool(caught >> (sign - 1) & 1)


def test_a_second_signal_ends_a_start_that_takes_long():
    """Of a server whose database says nothing."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(30)
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none?connect_timeout=60"
        process = subprocess.Popen(
            [BINARY, "--mode", "test"],
            cwd=ROOT,
            env=environment({"SQL_URL": url, "PORT": 0}),
            stderr=subprocess.DEVNULL,
        )
        try:
            connection, _ = silent.accept()
            process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + 10 * SLOWNESS
            while handles(process, signal.SIGTERM):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10 * SLOWNESS) == -signal.SIGTERM
        finally:
            process.kill()
            process.wait()
        connection.close()


def test_prod_refuses_a_key_that_others_may_read(tmp_path):
    folder = environment_folder(tmp_path / "env", prod=f"SECRET_KEY={GOOD_KEY}")
    (folder / ".env.prod").chmod(0o640)
    said = refused(tmp_path, mode="prod", env_dir=folder)
    assert "SECRET_KEY" in said and ".env.prod" in said and "chmod 600" in said
    (folder / ".env.prod").chmod(0o600)
    url = f"sqlite:///{tmp_path}/test.db"
    arguments = ["--mode", "prod", "--env-dir", str(folder), "check-config"]
    assert run_program(*arguments, SQL_URL=url, HOST="127.0.0.1").returncode == 0


@pytest.mark.parametrize("mode", ["dev", "prod"])
def test_cheap_hashes_are_for_tests(tmp_path, mode):
    assert "BCRYPT_COST" in refused(tmp_path, mode=mode, SECRET_KEY=GOOD_KEY, BCRYPT_COST=9)


@pytest.mark.parametrize("mode", ["dev", "prod"])
def test_one_address_must_be_able_to_send_the_largest_body(tmp_path, mode):
    said = refused(tmp_path, mode=mode, SECRET_KEY=GOOD_KEY, HTTP_BODIES_IN_FLIGHT=8_388_608)
    assert "HTTP_BODIES_IN_FLIGHT must be at least 16777216" in said


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


def test_what_nobody_has_foreseen_is_told_and_leaves_no_core(tmp_path):
    """As where the machine has no file descriptors left for the start."""
    ended = subprocess.run(
        [BINARY, "--mode", "test"],
        cwd=ROOT,
        env=environment({"SQL_URL": f"sqlite:///{tmp_path}/test.db", "PORT": 0}),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (6, 6)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 70, ended
    line, said = ended.stderr.splitlines()
    assert json.loads(line)["event"] == "program.exception" and json.loads(line)["level"] == "error"
    assert said.startswith("inferkeep: an unexpected fault: ") and "Too many open files" in said


# ---- the address and the database ------------------------------------------------------------------


def test_an_address_in_use_is_refused(start_server, tmp_path):
    taken = start_server().port
    database = f"sqlite:///{tmp_path}/other.db"
    ended = run_program(
        "--mode", "test", SQL_URL=database, HOST="127.0.0.1", PORT=taken, CREATE_SUPERUSER="true"
    )
    assert ended.returncode == 69
    assert "inferkeep: " in ended.stderr
    assert "model.rejected" not in ended.stderr, "the models have done nothing wrong"
    other = databases.SqliteFile(tmp_path, "other.db")
    names = [row["username"] for row in other.rows("SELECT username FROM users WHERE deleted_at IS NULL", ())]
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


@sqlite_only
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
