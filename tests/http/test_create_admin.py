# SPDX-License-Identifier: MIT
"""create-admin: the first admin of a database, with a password from a line or from a terminal."""

import os
import pty
import select
import signal
import subprocess
import termios

import pytest
from harness import BINARY, PASSWORD_MARK, ROOT, environment, run_program
from marks import sqlite_only
from people import Api, new_name, new_password
from test_operator_commands import run_on, told


def create_admin(server, name, typed, *options):
    return run_on(server, "create-admin", name, *options, typed=typed)


def test_an_admin_is_created_while_no_server_runs(stopped):
    name, password = new_name(), new_password()
    ended = create_admin(stopped, name, password + "\n", "--first-name", "Ada", "--last-name", "Lovelace")
    assert ended.returncode == 0, ended
    assert name in ended.stdout and PASSWORD_MARK not in ended.stdout + ended.stderr
    api = Api(stopped.restart())
    profile = api.login(name, password).get("/user").json()
    assert (profile["first_name"], profile["last_name"], profile["role"]) == ("Ada", "Lovelace", "admin")
    assert profile["is_active"] and profile["has_access_v1"] and profile["has_access_v2"]
    assert api.login(name, password).get("/admin/users").status_code == 200
    (act,) = stopped.sql("SELECT actor_id, subject_id, before, after FROM audit_events")
    assert (act["actor_id"], act["subject_id"], act["before"]) == (None, profile["id"], None)
    assert '"role":"admin"' in act["after"]


def test_an_admin_is_created_in_a_new_database(tmp_path):
    url = f"sqlite:///{tmp_path}/new.db"
    ended = run_program("--mode", "test", "create-admin", new_name(), typed=new_password(), SQL_URL=url)
    assert ended.returncode == 0
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600


def test_a_name_that_is_taken_is_refused(stopped):
    name = new_name()
    assert create_admin(stopped, name, new_password()).returncode == 0
    ended = create_admin(stopped, name.upper(), new_password())
    assert ended.returncode == 65
    assert "already" in told(ended)


@pytest.mark.parametrize(
    "name, password, options, named",
    [
        ("nobody", None, (), "username"),
        ("a@b", None, (), "username"),
        ("ada@example.com", "abc", (), "password"),
        ("ada@example.com", "x" * 73, (), "password"),
        ("ada@example.com", "password123", (), "password"),
        ("ada@example.com", "Ada@Example.com", (), "password"),
        ("ada@example.com", "", (), "password"),
        ("ada@example.com", "\n" + PASSWORD_MARK, (), "password"),
        ("ada@example.com", None, ("--first-name", ""), "first_name"),
        ("ada@example.com", None, ("--last-name", "a\u202eb"), "last_name"),
    ],
    ids=["no e-mail", "no dot", "short", "long", "blocked", "own name", "none", "blank", "first", "last"],
)
def test_the_rules_for_accounts_hold(stopped, name, password, options, named):
    ended = create_admin(stopped, name, new_password() if password is None else password, *options)
    assert ended.returncode == 65, ended
    assert named in told(ended)
    assert stopped.sql("SELECT id FROM users") == []


@sqlite_only
def test_no_admin_is_created_beside_a_server(start_server):
    server = start_server()
    ended = create_admin(server, new_name(), new_password())
    assert ended.returncode == 75
    told(ended)


class Terminal:
    """The program at a terminal of its own; `screen` is all that the terminal has shown."""

    def __init__(self, server, *arguments):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.screen = ""
        self.process = subprocess.Popen(
            [BINARY, "--mode", server.mode, *arguments],
            cwd=ROOT,
            env=environment(server.settings),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            # A shell that runs these tests in the background has its children ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def wait_for(self, text):
        while text not in self.screen:
            readable, _, _ = select.select([self.master], [], [], 30)
            assert readable, self.screen
            self.screen += os.read(self.master, 4096).decode()

    def answer(self, question, line):
        self.wait_for(question)
        os.write(self.master, line.encode() + b"\n")

    def shows(self):
        """Whether what is typed is shown."""
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def close(self):
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(stopped):
    one = Terminal(stopped, "create-admin", new_name())
    yield one
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()
    one.close()


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(terminal):
    password = new_password()
    terminal.answer("Password: ", password)
    terminal.answer("Once more: ", password)
    terminal.wait_for("created the admin")
    assert terminal.process.wait(30) == 0
    assert PASSWORD_MARK not in terminal.screen
    assert terminal.shows()


def test_two_different_passwords_are_refused(terminal):
    terminal.answer("Password: ", new_password())
    terminal.answer("Once more: ", new_password())
    terminal.wait_for("differ")
    assert terminal.process.wait(30) == 65


def test_an_interrupted_question_leaves_the_terminal_as_it_was(terminal):
    terminal.wait_for("Password: ")
    assert not terminal.shows()
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.process.wait(30) == -signal.SIGINT
    assert terminal.shows()
