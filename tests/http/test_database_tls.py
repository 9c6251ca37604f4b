# SPDX-License-Identifier: MIT
"""TLS to PostgreSQL, as sslmode asks for it: with the right server all goes on as without it, with any other nothing does."""

import os
import pathlib
import shutil
import sys
import time

import pytest
from answers import assert_error, assert_ok
from certificates import Certificate
from harness import ROOT, SLACK, SLOWNESS, run_program
from marks import postgres_only
from people import Api
from test_mlservice import count_calls, predict
from test_operator_commands import told

sys.path.insert(0, str(ROOT / "tests"))

from postgres_server import PostgresServer  # noqa: E402

pytestmark = postgres_only

BACK_WITHIN = 5 * SLOWNESS + SLACK
REFUSED_WITHIN = 2.1 * SLOWNESS + SLACK
UNAVAILABLE = 69  # docs/operations.md, exit codes


def give(postgres, file):
    """A copy that the server of the database may read, and nobody else."""
    copy = postgres.folder / file.name
    shutil.copyfile(file, copy)
    copy.chmod(0o600)
    folder = postgres.folder.stat()
    os.chown(copy, folder.st_uid, folder.st_gid)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def postgres(certificate):
    """A server of databases that nobody reaches over TCP but by TLS."""
    server = PostgresServer(
        ssl="on", ssl_cert_file=f"../{certificate.file.name}", ssl_key_file=f"../{certificate.key.name}"
    )
    give(server, certificate.file)
    give(server, certificate.key)
    access = pathlib.Path(server.data / "pg_hba.conf")
    access.write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
    with server:
        yield server


class Database:
    """One of that server's. As the program is told to reach it, and as the tests do: by the socket."""

    def __init__(self, postgres, name):
        self.local = postgres.create_database(name, over_socket=True)
        self.plain = postgres.url(name)

    def url(self, mode, signed_by=None, **more):
        root = {"sslrootcert": signed_by} if signed_by else {}
        settings = {"sslmode": mode, **root, **more}
        return self.plain + "?" + "&".join(f"{name}={value}" for name, value in settings.items())


@pytest.fixture
def database(postgres, request):
    return Database(postgres, f"tls_{abs(hash(request.node.name))}")


@pytest.fixture
def encrypted(start_server, database, certificate):
    """A server of the program's, with all of sslmode that there is."""
    server = start_server(SQL_URL=database.url("verify-full", certificate.file))
    server.store.url = database.local
    return server


def connections(server):
    """The program's own, and which of them are encrypted."""
    return server.sql(
        "SELECT a.pid, s.ssl, s.version FROM pg_stat_activity AS a JOIN pg_stat_ssl AS s USING (pid) "
        "WHERE a.datname = current_database() AND a.application_name = 'inferkeep'"
    )


def test_every_connection_is_encrypted_and_is_kept(encrypted):
    person = Api(encrypted).user(grants=["v2"])
    assert_ok(predict(person, "v2"))
    before = {row["pid"] for row in connections(encrypted)}
    for _ in range(20):
        assert_ok(predict(person, "v2"))
        assert_ok(person.get("/user/service_calls"))
    assert count_calls(encrypted) == 21
    after = connections(encrypted)
    assert all(row["ssl"] and row["version"] in ("TLSv1.2", "TLSv1.3") for row in after)
    assert before <= {row["pid"] for row in after}


def test_a_server_that_falls_silent_is_503_in_time_and_back_when_it_speaks(encrypted, postgres):
    person = Api(encrypted).user(grants=["v2"])
    assert_ok(predict(person, "v2"))
    postgres.freeze()
    try:
        for _ in range(3):
            begun = time.monotonic()
            answer = predict(person, "v2")
            assert_error(answer, 503, "db_unavailable")
            assert time.monotonic() - begun < REFUSED_WITHIN
    finally:
        postgres.thaw()
    deadline = time.monotonic() + BACK_WITHIN
    while predict(person, "v2").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def refused(url):
    ended = run_program("--mode", "test", SQL_URL=url, PORT=0)
    assert ended.returncode == UNAVAILABLE, ended
    return told(ended)


def test_a_certificate_that_somebody_else_has_signed_is_refused(database, tmp_path):
    stranger = Certificate(tmp_path)
    assert "certificate verify failed" in refused(database.url("verify-full", stranger.file))


def test_a_certificate_of_another_name_is_refused(database, certificate):
    url = database.url("verify-full", certificate.file, hostaddr="127.0.0.1")
    assert "does not match" in refused(url.replace("@127.0.0.1", "@database.example.com"))


def test_a_server_without_tls_is_refused(start_server):
    url = start_server().store.url  # of the server that all other tests use
    assert "does not support SSL" in refused(url + "?sslmode=require")


def test_a_server_that_demands_tls_is_not_reached_without(database):
    assert "no encryption" in refused(database.url("disable"))
