# SPDX-License-Identifier: MIT
"""The import commands beside a server, alone, and with arguments that are wrong."""

import contextlib
import sqlite3
import subprocess

import pytest
from harness import BINARY, ROOT, environment, run_program
from importing import FIELDS, ROW, call, imported, refused, run_import, training_rows
from marks import sqlite_only
from people import Api


COMMANDS = ["import-truth", "import-training"]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_service_is_refused_with_those_that_there_are(server, write, command):
    (said,) = refused(run_import(server, command, "v9", write("")), code=64)
    assert said == "inferkeep: there is no service v9; there are v1, v2"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_not_there_is_refused(server, tmp_path, command):
    (said,) = refused(run_import(server, command, "v2", tmp_path / "none.csv"), code=66)
    assert said == f"inferkeep: {tmp_path}/none.csv cannot be opened"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_in_the_files_place_is_refused(server, tmp_path, command):
    assert str(tmp_path) in refused(run_import(server, command, "v2", tmp_path), code=66)[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_file_must_be_named(server, command):
    assert run_import(server, command, "v2").returncode == 64
    assert run_import(server, command, "--help").returncode == 0


@contextlib.contextmanager
def held_import(server):
    """An import that has read some rows and waits for more; killed at the end."""
    held = subprocess.Popen(
        [BINARY, "--mode", server.mode, "import-training", "v2", "-"],
        cwd=ROOT,
        env=environment(server.settings),
        stdin=subprocess.PIPE,
    )
    try:
        held.stdin.write(f"{FIELDS},price\n".encode() + f"{ROW},170000\n".encode() * 5000)
        held.stdin.flush()  # more than a pipe holds: it has read some when this returns
        yield held
    finally:
        held.kill()
        held.wait()
        with contextlib.suppress(BrokenPipeError):
            held.stdin.close()


@sqlite_only
def test_a_server_is_refused_while_an_import_has_the_database_alone(start_server):
    server = start_server()
    server.stop()
    with held_import(server):
        assert run_program("--mode", server.mode, **server.settings).returncode == 75
    server.start()


def test_an_import_that_is_killed_leaves_nothing(start_server, write):
    server = start_server()
    with held_import(server):
        call(Api(server).user(grants=["v2"]))  # the server goes on meanwhile
    assert training_rows(server) == []
    imported(run_import(server, "import-training", "v2", write(f"{FIELDS},price\n{ROW},170000\n")))
    assert len(training_rows(server)) == 1


@sqlite_only
@pytest.mark.parametrize("command", COMMANDS)
def test_the_schema_of_a_running_server_is_not_changed(start_server, write, command):
    server = start_server()
    with sqlite3.connect(server.database) as connection:  # as if the server were of an earlier release
        connection.execute(
            "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)"
        )
    connection.close()
    (said,) = refused(run_import(server, command, "v2", write("x\n")), code=78)
    assert "older than this program" in said
    assert server.alive()
