# SPDX-License-Identifier: MIT
"""probe: whether the server of these settings is ready, as an exit code."""

import socket
import threading

import pytest
from certificates import Certificate
from harness import run_program
from test_operator_commands import run_on, told


def probe(server, **settings):
    return run_on(server, "probe", PORT=server.port, **settings)


def assert_not_ready(ended):
    assert (ended.returncode, ended.stdout) == (69, ""), ended
    return told(ended)


@pytest.fixture
def strange(tmp_path):
    """Whoever connects is sent this, and nothing more; gives the settings of a program that would listen there."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections = []

    def answer(text):
        def serve():
            connections.append(listener.accept()[0])
            connections[-1].sendall(text)

        threading.Thread(target=serve, daemon=True).start()
        url = f"sqlite:///{tmp_path}/test.db"
        return {"SQL_URL": url, "HOST": "127.0.0.1", "PORT": listener.getsockname()[1]}

    yield answer
    for connection in [*connections, listener]:
        connection.close()


def test_a_ready_server_is_told(server):
    ended = probe(server)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "ready\n", "")


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])
def test_it_is_asked_on_its_own_machine(server, host):
    assert probe(server, HOST=host).returncode == 0


def test_it_is_asked_by_a_name_that_it_answers_to(start_server):
    server = start_server(ALLOWED_HOSTS="models.example.org,127.0.0.1")
    assert probe(server).returncode == 0


def test_it_is_asked_over_tls_whoever_signed_the_certificate(start_server, tmp_path):
    server = start_server(**Certificate(tmp_path).settings)
    assert probe(server).returncode == 0


def test_a_server_that_does_not_run_is_not_ready(stopped):
    assert "does not answer" in assert_not_ready(probe(stopped))


def test_a_server_that_says_so_is_not_ready(strange):
    settings = strange(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
    assert "503" in assert_not_ready(run_program("--mode", "test", "probe", **settings))


@pytest.mark.parametrize("text", [b"", b"HTTP/1.1 ", b"SSH-2.0-x\r\n", b"HTTP/1.1 yes\r\n"], ids=repr)
def test_what_is_no_answer_is_not_ready(strange, text):
    assert_not_ready(run_program("--mode", "test", "probe", timeout=20, **strange(text)))


def test_a_free_port_cannot_be_asked(server):
    ended = run_on(server, "probe", PORT=0)
    assert ended.returncode == 78
    assert "PORT" in told(ended)
