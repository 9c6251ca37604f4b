# SPDX-License-Identifier: MIT
"""What the program tells the service manager that has started it, by the protocol of sd_notify(3)."""

import signal
import socket
import time

import pytest
from harness import READY_WITHIN, SLOWNESS


class Manager:
    """The manager's end: a datagram socket, at a path or, with @, at a name outside of the file system."""

    def __init__(self, name):
        self.name = str(name)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name.replace("@", "\0", 1) if self.name.startswith("@") else self.name)

    def hear(self, within=READY_WITHIN):
        """The next message, as its variables."""
        self.socket.settimeout(within)
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())


@pytest.fixture
def manager(tmp_path):
    one = Manager(tmp_path / "notify")
    yield one
    one.socket.close()


def test_it_says_when_it_is_ready_and_when_it_stops(start_server, manager):
    server = start_server(NOTIFY_SOCKET=manager.name)
    assert manager.hear() == {"READY": "1"}
    assert server.probe("/readiness") == 200
    server.stop()
    assert manager.hear() == {"STOPPING": "1"}


def test_ready_is_said_when_the_models_are_loaded(start_server, manager):
    server = start_server(NOTIFY_SOCKET=manager.name)
    manager.hear()
    assert len(server.logged("model.loaded", count=2)) == 2


def test_a_name_outside_of_the_file_system_will_do(start_server):
    manager = Manager(f"@inferkeep-test-{time.monotonic_ns()}")
    start_server(NOTIFY_SOCKET=manager.name)
    assert manager.hear() == {"READY": "1"}
    manager.socket.close()


def test_a_reload_has_a_beginning_and_an_end(start_server, manager):
    server = start_server(NOTIFY_SOCKET=manager.name)
    manager.hear()
    before = time.monotonic_ns() // 1000
    server.process.send_signal(signal.SIGHUP)
    said = manager.hear()
    assert said["RELOADING"] == "1"
    assert before <= int(said["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
    assert manager.hear() == {"READY": "1"}


def test_a_watchdog_is_fed(start_server, manager):
    start_server(NOTIFY_SOCKET=manager.name, WATCHDOG_USEC=200_000 * SLOWNESS)
    said = [manager.hear() for _ in range(20)]
    assert said.count({"READY": "1"}) == 1
    assert said.count({"WATCHDOG": "1"}) == 19


def test_the_watchdog_of_another_process_is_not(start_server, manager):
    server = start_server(NOTIFY_SOCKET=manager.name, WATCHDOG_USEC=1000, WATCHDOG_PID=1)
    assert manager.hear() == {"READY": "1"}
    server.stop()
    assert manager.hear() == {"STOPPING": "1"}


@pytest.mark.parametrize("name", ["/no/such/socket", "relative", "@", "/" + "x" * 300])
def test_a_manager_that_cannot_be_reached_is_none(start_server, name):
    start_server(NOTIFY_SOCKET=name).alive()
