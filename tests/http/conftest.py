# SPDX-License-Identifier: MIT
"""Fixtures of the black-box suite: /usr/bin/python3 -m pytest tests/http

INFERKEEP_BINARY names another build of the program.
"""

import sys

sys.dont_write_bytecode = True

import pytest  # noqa: E402

pytest.register_assert_rewrite("harness", "people", "answers")

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
def start_server(tmp_path_factory):
    """Starts a server with settings of its own; each is stopped, and its log looked through, at the end."""
    servers = []

    def start(folder=None, **settings):
        one = harness.Server(folder or tmp_path_factory.mktemp("server"), **settings)
        servers.append(one)
        return one.start()

    yield start
    faults = []
    for one in servers:
        try:
            one.stop()
        except Exception as fault:  # the others must be stopped all the same
            faults.append(fault)
            if one.is_running():
                one.process.kill()
    assert not faults, faults


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
