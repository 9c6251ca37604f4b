# SPDX-License-Identifier: MIT
"""The database behind a server under test, seen past the program: SQLite's file, or a database of a PostgreSQL server
that the tests start themselves. INFERKEEP_TEST_DATABASE (sqlite, postgres) says which the whole suite runs on."""

import atexit
import contextlib
import datetime
import functools
import itertools
import os
import pathlib
import re
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from postgres_server import PostgresServer  # noqa: E402

KIND = os.environ.get("INFERKEEP_TEST_DATABASE", "sqlite")
assert KIND in ("sqlite", "postgres"), KIND

numbers = itertools.count(1)


@functools.cache
def postgres_server():
    """One for the whole run. Its databases are the tests' own; none survives it."""
    server = PostgresServer(max_connections="400")
    server.start()
    atexit.register(server.remove)
    return server


class SqliteFile:
    def __init__(self, folder, name="test.db"):
        self.path = pathlib.Path(folder) / name
        self.url = f"sqlite:///{self.path}"

    ID_TYPE = "INTEGER"

    def columns(self, table):
        """Name and declared type."""
        rows = self.rows("SELECT name, type FROM pragma_table_info(?)", (table,))
        return {row["name"]: row["type"] for row in rows}

    def refuse_rows(self, table):
        """From now on no row can be written into the table."""
        self.change(f"CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END", ())

    @contextlib.contextmanager
    def kept_from_writers(self, _table):
        """Whoever writes waits meanwhile."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.rollback()

    def check(self):
        """Nothing is damaged."""
        (found,) = self.rows("PRAGMA integrity_check", ())
        assert found == {"integrity_check": "ok"}

    def rows(self, query, parameters):
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(query, parameters)]
        finally:
            connection.close()

    def change(self, statement, parameters):
        self.change_many(statement, [parameters])

    def change_many(self, statement, rows):
        with sqlite3.connect(self.path) as connection:
            connection.executemany(statement, rows)
        connection.close()


class PostgresDatabase:
    def __init__(self, _folder=None):
        self.url = postgres_server().create_database(f"test{os.getpid()}_{next(numbers)}")

    ID_TYPE = "BIGINT"

    def columns(self, table):
        rows = self.rows(
            "SELECT column_name, upper(data_type) AS type FROM information_schema.columns WHERE table_name = ?", (table,)
        )
        return {row["column_name"]: row["type"] for row in rows}

    def refuse_rows(self, table):
        self.change(f"ALTER TABLE {table} ADD CONSTRAINT no CHECK (id < 2)", ())

    @contextlib.contextmanager
    def kept_from_writers(self, table):
        """Whoever writes into the table waits meanwhile."""
        with contextlib.closing(self.connected()) as connection, connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            yield

    def check(self):
        """PostgreSQL refuses to read a page whose checksum is wrong."""
        for table in ("users", "service_calls", "sign_ins", "audit_events"):
            self.rows(f"SELECT * FROM {table}", ())

    def rows(self, query, parameters):
        from psycopg2.extras import RealDictCursor

        with self.connected() as connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(in_its_words(query), parameters)
            rows = [{name: plain(value) for name, value in row.items()} for row in cursor.fetchall()]
        connection.close()
        return rows

    def change(self, statement, parameters):
        self.change_many(statement, [parameters])

    def change_many(self, statement, rows):
        from psycopg2.extras import execute_batch

        with self.connected() as connection, connection.cursor() as cursor:
            execute_batch(cursor, in_its_words(statement), list(rows), page_size=1000)
        connection.close()

    def connected(self):
        import psycopg2  # of Debian's package, which a run on SQLite does not need

        return psycopg2.connect(self.url, options="-c timezone=UTC -c statement_timeout=60000")


def in_its_words(query):
    """Parameters as psycopg2 has them: ? and :name of the tests' queries."""
    query = query.replace("%", "%%")
    query = re.sub(r"(?<![:\w]):([a-z_]+)", r"%(\1)s", query)
    return query.replace("?", "%s")


def plain(value):
    """As SQLite gives it: numbers for truth values, texts for times."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


def broken_rule():
    """What a row raises that breaks a rule of its table."""
    if KIND == "sqlite":
        return sqlite3.IntegrityError
    import psycopg2

    return psycopg2.IntegrityError


def new_database(folder):
    return PostgresDatabase(folder) if KIND == "postgres" else SqliteFile(folder)
