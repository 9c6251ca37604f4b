# SPDX-License-Identifier: MIT
"""A server whose role at PostgreSQL does not own the tables, by deploy/postgresql/grants.sql: it serves in full, and the database
itself keeps it from touching what is recorded."""

import itertools
import os
import subprocess

import pytest
from answers import assert_ok
from harness import ROOT, run_program
from importing import call, imported, run_import, truth_of
from marks import postgres_only
from people import Api, Client, new_password
from test_mlservice import predict
from test_operator_commands import told
from test_retention import days_ago

pytestmark = postgres_only

GRANTS = ROOT / "deploy/postgresql/grants.sql"
REFUSED = 78  # docs/operations.md, exit codes

numbers = itertools.count(1)


class Role:
    """One that may log in and nothing more."""

    def __init__(self, store):
        self.owner = store
        self.name = f"server_{os.getpid()}_{next(numbers)}"
        self.url = store.url.replace("//postgres@", f"//{self.name}@")
        store.change(f"CREATE ROLE {self.name} LOGIN", ())

    def grant(self, *variables):
        """As the file says at its head."""
        settings = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--set=server={self.name}"]
        ended = subprocess.run(
            ["psql", *settings, *variables, f"--file={GRANTS}", self.owner.url], capture_output=True, text=True
        )
        assert ended.returncode == 0 and ended.stderr == "", ended

    def may(self, statement):
        """Whether the database lets it; nothing is changed."""
        import psycopg2

        connection = psycopg2.connect(self.url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
            return True
        except psycopg2.errors.InsufficientPrivilege:
            return False
        finally:
            connection.rollback()
            connection.close()


@pytest.fixture
def made(made_server):
    """A server that has not begun, on a database whose owner has made the tables."""
    server = made_server()
    assert run_program("--mode", "test", "migrate", "up", SQL_URL=server.store.url).returncode == 0
    server.role = Role(server.store)
    server.settings["SQL_URL"] = server.role.url
    return server


@pytest.fixture
def modest(made):
    made.role.grant()
    return made.start()


def test_all_that_people_do_works(modest):
    api = Api(modest)
    person = api.user(grants=["v1", "v2"])
    assert_ok(predict(person, "v2"))
    (call,) = assert_ok(person.get("/user/service_calls")).json()
    truth = {"target_true": 200_000}
    assert person.put(f"/mlservice/v2/truth/{call['id']}", json=truth).status_code == 204
    assert assert_ok(api.superuser().get("/mlservice/v2/quality")).json()["n"] == 1
    api.set_rights(person, grants=["v1"])
    assert predict(person, "v2").status_code == 401
    password = {"password": person.password, "new_password": new_password()}
    assert person.put("/user/password", json=password).status_code == 204
    assert person.post("/auth/logout").status_code == 204
    assert api.superuser().delete(f"/admin/users/{person.id}").status_code == 204
    assert not modest.logged("db.denied")


def test_guesses_are_counted(modest):
    nobody = Client(modest)
    guess = {"username": "nobody@example.com", "password": new_password()}
    answers = [nobody.post("/auth/token", data=guess).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    assert not modest.logged("db.denied")


RECORDED = ["service_calls", "audit_events", "model_logs_v1", "model_logs_v2"]


@pytest.mark.parametrize("table", RECORDED)
def test_what_is_recorded_cannot_be_removed(modest, table):
    assert not modest.role.may(f"DELETE FROM {table}")
    assert not modest.role.may(f"TRUNCATE {table}")
    assert not modest.role.may(f"DROP TABLE {table}")


@pytest.mark.parametrize("table", RECORDED)
def test_what_is_recorded_cannot_be_rewritten(modest, table):
    assert not modest.role.may(f"UPDATE {table} SET id = id + 1")


@pytest.mark.parametrize("column", ["id", "created_at", "role"])
def test_nor_can_whom_a_call_belongs_to(modest, column):
    assert not modest.role.may(f"UPDATE users SET {column} = {column}")


def test_nor_can_what_a_model_was_asked_and_said(modest):
    assert not modest.role.may("UPDATE model_logs_v2 SET target_pred = 1")
    assert not modest.role.may("UPDATE model_logs_v2 SET feature_surface = 1")


def test_a_role_without_its_rights_is_told_at_the_start(made):
    ended = run_program("--mode", "test", SQL_URL=made.role.url, PORT=0)
    assert ended.returncode != 0
    assert "permission denied" in told(ended)


def test_a_log_table_that_is_not_there_is_the_owners_to_make(made):
    made.role.grant()
    made.store.change("DROP TABLE model_logs_v2", ())
    ended = run_program("--mode", "test", SQL_URL=made.role.url, PORT=0)
    assert ended.returncode == REFUSED
    said = told(ended)
    assert "`inferkeep migrate up`" in said and "grants.sql" in said
    up = run_program("--mode", "test", "migrate", "up", SQL_URL=made.store.url)
    assert up.returncode == 0 and up.stdout == "nothing to apply\n"
    made.role.grant()
    made.start()


def test_truths_are_imported_beside_it(modest, write):
    asked = call(Api(modest).user(grants=["v2"]))
    file = write(f"service_call_id,target_true\n{asked},170000\n")
    assert imported(run_import(modest, "import-truth", "v2", file)) == "truths: 1 recorded, 0 there already\n"
    assert truth_of(modest, asked) == 170_000
    modest.alive()


def test_training_rows_are_imported_by_it_until_temporary_tables_are_refused(modest, write):
    file = write("age,surface,has_attic,garden_surface,address,target_true\n36,113,False,1094,Ames,1\n")
    imported(run_import(modest, "import-training", "v2", file))
    (name,) = modest.sql("SELECT current_database() AS name")
    modest.store.change(f"REVOKE TEMPORARY ON DATABASE {name['name']} FROM PUBLIC", ())
    assert run_import(modest, "import-training", "v2", file).returncode != 0


def test_retention_is_a_right_of_its_own(made):
    made.role.grant("--set=retention=1")
    assert made.role.may("DELETE FROM service_calls")
    assert made.role.may("DELETE FROM model_logs_v2")
    assert not made.role.may("DELETE FROM audit_events")


@pytest.mark.parametrize("variables", [["--set=retention=0"], []], ids=["0", "unset"])
def test_retention_that_is_not_asked_for_is_taken_back(made, variables):
    made.role.grant("--set=retention=1")
    made.role.grant(*variables)
    assert not made.role.may("DELETE FROM service_calls")
    assert not made.role.may("DELETE FROM model_logs_v2")


def test_old_calls_go_where_that_is_granted(made):
    made.role.grant("--set=retention=1")
    server = made.start()
    person = Api(server).user(grants=["v2"])
    old, new = call(person), call(person)
    server.stop()
    server.change_offline("UPDATE service_calls SET request_time = ? WHERE id = ?", days_ago(40), old)
    server.restart(RETENTION_DAYS=30)
    (line,) = server.logged("retention.removed")
    assert (line["calls"], line["rows"]) == (1, 1)
    assert [row["id"] for row in server.sql("SELECT id FROM service_calls")] == [new]


def test_old_calls_stay_where_it_is_not(made):
    made.role.grant()
    server = made.start()
    old = call(Api(server).user(grants=["v2"]))
    server.stop()
    server.change_offline("UPDATE service_calls SET request_time = ? WHERE id = ?", days_ago(40), old)
    server.restart(RETENTION_DAYS=30)
    assert server.logged("retention.failed")
    assert truth_of(server, old) is None


def test_another_schema_than_public_is_treated_as_well(made_server):
    server = made_server()
    role = Role(server.store)
    server.store.change("CREATE SCHEMA kept", ())
    (name,) = server.sql("SELECT current_database() AS name")
    server.store.change(f"ALTER DATABASE {name['name']} SET search_path = kept", ())
    assert run_program("--mode", "test", "migrate", "up", SQL_URL=server.store.url).returncode == 0
    role.grant()
    server.settings["SQL_URL"] = role.url
    call(Api(server.start()).user(grants=["v2"]))
    assert not role.may("DELETE FROM kept.service_calls")
