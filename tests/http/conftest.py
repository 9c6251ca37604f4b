# SPDX-License-Identifier: MIT
"""Fixtures of the black-box suite: /usr/bin/python3 -m pytest tests/http

INFERKEEP_BINARY names another build of the program.
"""

import sys

sys.dont_write_bytecode = True

import pytest  # noqa: E402

pytest.register_assert_rewrite("harness", "people", "answers", "services")

import harness  # noqa: E402
import people  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests that do not need their own; its end is a test too."""
    # Guessing is throttled per name, and every test has names of its own.
    one = harness.Server(tmp_path_factory.mktemp("server")).start()
    pid = one.pid
    yield one
    assert one.pid == pid
    one.stop()


@pytest.fixture
def made_server(tmp_path_factory):
    """Makes servers with settings of their own; each that was started is stopped, and its log looked through, at
    the end."""
    servers = []

    def make(folder=None, **settings):
        servers.append(harness.Server(folder or tmp_path_factory.mktemp("server"), **settings))
        return servers[-1]

    yield make
    faults = []
    for one in servers:
        try:
            one.stop()
        except Exception as fault:  # the others must be stopped all the same
            faults.append(fault)
            if one.is_running():
                one.process.kill()
    assert not faults, faults


@pytest.fixture
def start_server(made_server):
    """Makes a server with settings of its own and starts it."""
    return lambda *arguments, **settings: made_server(*arguments, **settings).start()


@pytest.fixture
def stopped(start_server):
    """A server's database and settings, without the server."""
    server = start_server(CREATE_SUPERUSER="false")
    server.stop()
    return server


@pytest.fixture
def write(tmp_path):
    """Writes a file to import."""

    def write_file(content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.fixture(autouse=True)
def survives(request):
    """No test may end the shared server: the one that does is the one that fails."""
    yield
    if "server" in request.fixturenames:
        request.getfixturevalue("server").alive()


@pytest.fixture
def api(server):
    return people.Api(server)


@pytest.fixture
def nobody(api):
    return api.nobody()


@pytest.fixture
def superuser(api):
    return api.superuser()


def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.stats.get("passed", [])
    cells = [report for report in passed if "test_access_matrix.py::test_cell" in report.nodeid]
    if cells:
        terminalreporter.write_line(f"access matrix: {len(cells)} cells hold")
    for name, value in (figure for report in passed for figure in report.user_properties):
        terminalreporter.write_line(f"{name}: {value}")
