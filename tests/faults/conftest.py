# SPDX-License-Identifier: MIT
"""Fixtures of the fault harness: tests/faults/run.sh; README.md says what it proves."""

import pathlib
import sys

sys.dont_write_bytecode = True

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "http")]

import pytest  # noqa: E402

pytest.register_assert_rewrite("harness", "people", "answers", "books", "load")

import figures  # noqa: E402
import harness  # noqa: E402
import stores  # noqa: E402

# What is about one kind of database alone.
OF_ONE_KIND = {
    "test_disk.py": "sqlite",
    "test_power_cut.py": "sqlite",
    "test_outage.py": "postgres",
    "test_postgres.py": "postgres",
    "test_proxy_itself.py": "postgres",
}


def pytest_ignore_collect(collection_path, config):
    kind = config.getoption("--store")
    return True if OF_ONE_KIND.get(collection_path.name, kind) != kind else None


def pytest_addoption(parser):
    group = parser.getgroup("faults")
    group.addoption("--full", action="store_true", help="every n, and 500 kills: for a release")
    group.addoption("--kills", type=int, help="how often the program is killed under load (60; full: 500)")
    group.addoption("--store", choices=("sqlite", "postgres"), default="sqlite", help="what is under test")


@pytest.fixture(scope="session")
def full(request):
    return request.config.getoption("--full")


@pytest.fixture(scope="session")
def kind(request):
    return request.config.getoption("--store")


@pytest.fixture(scope="module")
def new_store(kind, tmp_path_factory):
    """Makes fresh databases of the kind under test."""
    made = []

    def make(folder=None):
        if kind == "sqlite":
            made.append(stores.SqliteStore(folder or tmp_path_factory.mktemp("store")))
        else:
            made.append(stores.PostgresStore())
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture(scope="module")
def start_server(tmp_path_factory):
    """Starts servers on stores; what still runs at the end is ended, and each log looked through."""
    servers = []

    def start(store, folder=None, **settings):
        usual = {"SQL_URL": store.url, "LOG_LEVEL": "warning", "ACCESS_TOKEN_EXPIRE_MINUTES": 600}
        servers.append(harness.Server(folder or tmp_path_factory.mktemp("server"), **{**usual, **settings}))
        return servers[-1].start()

    yield start
    for server in servers:
        if server.is_running():
            server.kill9()
        harness.assert_clean_log(server.log_text())


def pytest_terminal_summary(terminalreporter):
    for line in figures.lines():
        terminalreporter.write_line(line)
