# SPDX-License-Identifier: MIT
"""The faulty way to PostgreSQL, tried with a client that is not the program."""

import threading
import time

import psycopg2
import pytest
from fault_proxy import AFTER_REPLY, AT_ONCE, HOLD, PASS, REFUSE, RESET, FaultProxy
from stores import PostgresStore


@pytest.fixture(scope="module")
def store():
    store = PostgresStore()
    connection = psycopg2.connect(store.url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (a text)")
    connection.close()
    yield store
    store.close()


@pytest.fixture
def proxy(store):
    with FaultProxy(store.server.port) as proxy:
        yield proxy


@pytest.fixture
def connection(proxy, store):
    connection = psycopg2.connect(proxy.url(store.url))
    yield connection
    connection.close()


def insert(connection, text):
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (%s)", (text,))


def rows(store, text):
    return len(store.read("SELECT a FROM t WHERE a = ?", text))


def test_it_passes_everything_on(connection, store):
    insert(connection, "x" * 500000)
    assert rows(store, "x" * 500000) == 1


def test_what_is_held_comes_later(connection, store, proxy):
    proxy.set(HOLD)
    inserting = threading.Thread(target=insert, args=(connection, "held"))
    inserting.start()
    time.sleep(0.3)
    assert inserting.is_alive() and rows(store, "held") == 0
    proxy.set(PASS)
    inserting.join(10)
    assert rows(store, "held") == 1


@pytest.mark.parametrize("mode", [RESET, REFUSE])
def test_connections_are_reset_and_come_back(connection, store, proxy, mode):
    proxy.set(mode)
    with pytest.raises(psycopg2.Error):
        insert(connection, mode)
    with pytest.raises(psycopg2.Error):
        psycopg2.connect(proxy.url(store.url))
    proxy.set(PASS)
    psycopg2.connect(proxy.url(store.url)).close()
    assert rows(store, mode) == 0


def test_a_commit_cut_after_its_reply_was_carried_out(connection, store, proxy):
    proxy.cut_commits(1, AFTER_REPLY)
    with pytest.raises(psycopg2.Error):
        insert(connection, "replied")
    assert rows(store, "replied") == 1 and proxy.cuts == 1


def test_a_commit_cut_at_once_may_be_carried_out(connection, store, proxy):
    proxy.cut_commits(1, AT_ONCE)
    with pytest.raises(psycopg2.Error):
        insert(connection, "cut")
    assert rows(store, "cut") in (0, 1) and proxy.cuts == 1


def test_a_stopped_server_is_a_reset(connection, store, proxy):
    store.server.stop()
    with pytest.raises(psycopg2.Error):
        insert(connection, "stopped")
    with pytest.raises(psycopg2.Error):
        psycopg2.connect(proxy.url(store.url))
    store.server.start()
    psycopg2.connect(proxy.url(store.url)).close()
