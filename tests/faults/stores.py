# SPDX-License-Identifier: MIT
"""The databases under test, seen with distrust of the program: through clients of their own."""

import itertools
import os
import shutil
import sqlite3
import subprocess

from postgres_server import PostgresServer

serial = itertools.count(1)


class Store:
    """A fresh database. `read` sees what is committed, on a connection that is closed again."""

    kind = None
    url = None

    def read(self, query, *parameters):
        """Rows as dictionaries; `?` stands for a parameter."""
        raise NotImplementedError

    def integrity(self):
        """What is wrong with its files, in the database's own words; empty if nothing is."""
        raise NotImplementedError

    def renew(self):
        """Another fresh database in its place."""
        raise NotImplementedError

    def schema(self):
        """Everything that its migrations have made, in words that compare."""
        raise NotImplementedError

    def close(self):
        """Takes all of it away."""

    def calls(self, after=0):
        return self.read("SELECT id, request_id, outcome, items FROM service_calls WHERE id > ?", after)

    def newest_call(self):
        return self.read("SELECT coalesce(max(id), 0) AS id FROM service_calls")[0]["id"]

    def predictions(self, after=0):
        """What the log table of v2 has kept, by call: the predicted prices in the order of the items."""
        query = "SELECT service_call_id AS call, target_pred FROM model_logs_v2 WHERE service_call_id > ?"
        prices = {}
        for row in self.read(query + " ORDER BY service_call_id, item", after):
            prices.setdefault(row["call"], []).append(row["target_pred"])
        return prices


class SqliteStore(Store):
    kind = "sqlite"

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "test.db"
        self.url = f"sqlite:///{self.file}"

    def read(self, query, *parameters):
        connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=10)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, parameters)]
        finally:
            connection.close()

    def integrity(self):
        found = [row["integrity_check"] for row in self.read("PRAGMA integrity_check")]
        return "" if found == ["ok"] else "\n".join(found)

    def renew(self):
        for file in self.folder.glob("test.db*"):
            file.unlink()

    def schema(self):
        made = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        return [(row["name"], row["sql"]) for row in self.read(made)]

    def close(self):
        self.renew()


class PostgresStore(Store):
    """With a server of its own, which a test may stop, freeze and crash."""

    kind = "postgres"

    def __init__(self):
        self.server = PostgresServer().start()
        self._make()

    def renew(self):
        self.server.drop_database(self.name)
        self._make()

    def _make(self):
        self.name = f"inferkeep{next(serial)}"
        self.url = self.server.create_database(self.name)

    def schema(self):
        columns = "SELECT table_name, column_name, data_type FROM information_schema.columns"
        indexes = "SELECT tablename, indexname, indexdef FROM pg_indexes"
        rows = self.read(columns + " WHERE table_schema = 'public' ORDER BY 1, 2")
        rows += self.read(indexes + " WHERE schemaname = 'public' ORDER BY 1, 2")
        return [tuple(row.values()) for row in rows]

    def read(self, query, *parameters):
        import psycopg2  # only where it is needed: what tests SQLite alone does without
        import psycopg2.extras

        connection = psycopg2.connect(self.url, cursor_factory=psycopg2.extras.RealDictCursor)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query.replace("?", "%s"), parameters)
                return [dict(row) for row in cursor.fetchall()]
        finally:
            connection.close()

    def integrity(self):
        """Tables, and indexes against their tables, by pg_amcheck."""
        program = shutil.which("pg_amcheck", path=self.server.programs) or "pg_amcheck"
        where = ["-h", self.server.folder, "-p", str(self.server.port), "-U", "postgres", self.name]
        words = [program, "--install-missing", "--heapallindexed", "--parent-check", *where]
        none_of_ours = {"PATH": os.environ["PATH"]}
        done = subprocess.run(words, env=none_of_ours, capture_output=True, text=True, timeout=600)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def close(self):
        self.server.stop("immediate")
        self.server.remove()
