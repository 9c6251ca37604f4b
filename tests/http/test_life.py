# SPDX-License-Identifier: MIT
"""From start to stop: the superuser's life, signals, and what a restart keeps."""

import os
import select
import signal
import socket
import subprocess
import threading
import time

import pytest
from answers import assert_error, assert_ok
from harness import BINARY, ROOT, SUPERUSER, environment, wait_until
from people import Api
from test_start import handles

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"  # the request is under way


def superusers(server):
    return server.sql("SELECT id FROM users WHERE username = ? AND deleted_at IS NULL", SUPERUSER[0])


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT], ids=lambda sign: sign.name)
def test_the_superuser_lives_as_long_as_the_server(start_server, sign):
    server = start_server()
    profile = assert_ok(Api(server).superuser().get("/user")).json()
    assert (profile["first_name"], profile["last_name"], profile["role"]) == ("Super", "User", "admin")
    assert profile["is_active"] and profile["has_access_v1"] and profile["has_access_v2"]
    token = Api(server).superuser().token
    assert [line["user_id"] for line in server.logged("admin.bootstrap")] == [profile["id"]]
    server.stop(sign)
    assert superusers(server) == []
    api = Api(server.restart(CREATE_SUPERUSER="false"))
    assert superusers(server) == []
    assert_error(api.try_login(*SUPERUSER), 401, "bad_credentials")
    assert_error(api.with_token(token).get("/user"), 401, "invalid_token")


def test_a_superuser_left_by_a_kill_is_replaced(start_server):
    server = start_server()
    token = Api(server).superuser().token
    (left,) = superusers(server)
    server.kill9()
    server.restart()
    (made,) = superusers(server)
    assert made["id"] != left["id"]
    assert_ok(Api(server).superuser().get("/admin/users"))
    assert_error(Api(server).with_token(token).get("/user"), 401, "invalid_token")


def test_a_superuser_left_by_a_kill_is_removed_by_a_program_that_was_not_asked_for_it(start_server):
    server = start_server()
    server.kill9()
    api = Api(server.restart(CREATE_SUPERUSER="false"))
    assert superusers(server) == []
    assert_error(api.try_login(*SUPERUSER), 401, "bad_credentials")


def test_a_superuser_who_was_deleted_is_no_fault_at_stop(start_server):
    server = start_server()
    api = Api(server)
    api.admin()
    assert_ok(api.superuser().delete(f"/admin/users/{api.superuser().id}"), 204)
    server.stop()


def test_without_the_setting_there_is_no_superuser(start_server):
    api = Api(start_server(CREATE_SUPERUSER="false"))
    assert_error(api.try_login(*SUPERUSER), 401, "bad_credentials")
    assert api.server.sql("SELECT id FROM users") == []


# ---- stopping --------------------------------------------------------------------------------------


def test_people_and_tokens_outlive_a_restart(start_server):
    server = start_server()
    person = Api(server).user(grants=["v2"])
    profile = person.get("/user").json()
    server.restart()
    assert assert_ok(person.get("/user")).json() == profile


def test_a_stop_lets_the_request_under_way_end(start_server):
    server = start_server()
    body = b'{"username": "ada"}'
    head = "POST /auth/create HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection((server.host, server.port), 10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096) == CONTINUE
        connection.sendall(body[:5])
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.3)
        connection.sendall(body[5:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 422 ")
        stopping.join()


def test_a_second_signal_ends_it_at_once(start_server):
    server = start_server(DRAIN_TIMEOUT_MS=60000)
    connection = socket.create_connection((server.host, server.port), 10)
    connection.sendall(b"POST /auth/create HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\nExpect: 100-continue\r\n\r\n")
    assert connection.recv(4096) == CONTINUE
    server.process.send_signal(signal.SIGTERM)
    assert server.logged("shutdown.begin")
    wait_until(lambda: not handles(server.process, signal.SIGTERM), "the second one is not heard")
    assert server.is_running()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) == -signal.SIGTERM
    connection.close()
    server.process = None  # it has not stopped in good order, as it was told


def test_the_first_words_are_the_address(tmp_path):
    settings = {"SQL_URL": f"sqlite:///{tmp_path}/test.db", "HOST": "127.0.0.1", "PORT": 0}
    process = subprocess.Popen(
        [BINARY, "--mode", "test"],
        cwd=ROOT,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    readable, _, _ = select.select([process.stdout], [], [], 30)
    said = os.read(process.stdout.fileno(), 4096).decode() if readable else ""
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    process.communicate()
    lines = said.splitlines()
    assert lines[0].startswith("Inferkeep ") and lines[0].endswith(" (test)")
    assert lines[1].startswith("  address    http://127.0.0.1:")
    assert "superuser" not in said
