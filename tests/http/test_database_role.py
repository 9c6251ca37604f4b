# SPDX-License-Identifier: MIT
"""A server whose role at PostgreSQL does not own the tables, by `migrate up --server-role`: it serves in full, and the database
itself keeps it from touching what is recorded."""

import base64
import hashlib
import hmac
import itertools
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from answers import assert_ok
from databases import postgres_server
from harness import ROOT, run_program
from importing import call, imported, run_import, truth_of
from marks import postgres_only
from people import Api, Client, new_password
from test_mlservice import predict
from test_operator_commands import told
from test_retention import days_ago

pytestmark = postgres_only

MAKE_ROLE = ROOT / "deploy/container/server_role.sh"
REFUSED = 78  # docs/operations.md, exit codes

numbers = itertools.count(1)


def migrate_up(store, *words, **settings):
    return run_program("--mode", "test", "migrate", "up", *words, SQL_URL=store.url, **settings)


def told_nothing(ended):
    return all(line.startswith("{") for line in ended.stderr.splitlines())


class Role:
    """One that may log in and nothing more."""

    def __init__(self, store):
        self.owner = store
        self.name = f"server_{os.getpid()}_{next(numbers)}"
        self.url = store.url.replace("//postgres@", f"//{self.name}@")
        store.change(f"CREATE ROLE {self.name} LOGIN", ())

    def grant(self, **settings):
        """As the owner does it; what is said."""
        ended = migrate_up(self.owner, "--server-role", self.name, **settings)
        assert ended.returncode == 0 and told_nothing(ended), ended
        return ended.stdout.splitlines()

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
    assert migrate_up(server.store).returncode == 0
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
    assert "`inferkeep migrate up --server-role " in said
    assert made.role.grant() == ["nothing to apply", f"{made.role.name} has the rights of a server"]
    made.start()


def test_both_roles_of_a_database_that_is_empty_yet(made_server):
    server = made_server()
    role = Role(server.store)
    assert role.grant()[-1] == f"{role.name} has the rights of a server"
    server.settings["SQL_URL"] = role.url
    call(Api(server.start()).user(grants=["v2"]))


def test_a_running_server_keeps_its_rights_while_they_are_given_again(modest):
    person = Api(modest).user(grants=["v2"])
    with ThreadPoolExecutor(1) as pool:
        given = pool.submit(lambda: [modest.role.grant() for _ in range(5)])
        while not given.done():
            call(person)
        given.result()
    assert "db.denied" not in modest.log_text()


def test_rights_that_a_server_does_not_need_are_taken_back(made):
    made.store.change(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {made.role.name}", ())
    assert made.role.may("DELETE FROM audit_events")
    made.role.grant()
    assert not made.role.may("DELETE FROM audit_events")


def test_other_programs_tables_are_left_alone(made):
    made.store.change("CREATE TABLE others (id SERIAL)", ())
    made.store.change("CREATE TABLE model_logs_archive (target_true BIGINT)", ())
    made.store.change(f"GRANT SELECT ON others TO {made.role.name}", ())
    made.role.grant()
    assert made.role.may("SELECT * FROM others")
    assert not made.role.may("SELECT * FROM model_logs_archive")


@pytest.fixture
def owned(made_server):
    """A server that has not begun, on a database of an owner who is nothing more, where a superuser has something of
    their own as well."""
    server = made_server()
    server.role = Role(server.store)
    server.owner = Role(server.store)
    (name,) = server.sql("SELECT current_database() AS name")
    server.store.change(f"ALTER DATABASE {name['name']} OWNER TO {server.owner.name}", ())
    assert migrate_up(server.owner).returncode == 0
    server.store.change("CREATE TABLE others (id SERIAL)", ())
    return server


def test_an_owner_needs_no_more_than_the_tables(owned):
    ended = migrate_up(owned.owner, "--server-role", owned.role.name)
    assert ended.returncode == 0, ended
    owned.settings["SQL_URL"] = owned.role.url
    call(Api(owned.start()).user(grants=["v2"]))
    for table in RECORDED:
        assert not owned.role.may(f"DELETE FROM {table}")


def test_only_the_owner_gives_rights(owned):
    owned.store.change(f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {owned.role.name}", ())
    ended = migrate_up(owned.role, "--server-role", Role(owned.store).name)
    assert ended.returncode == REFUSED
    assert "run it as their owner" in told(ended)


def assert_no_server_role(store, role, word):
    ended = migrate_up(store, "--server-role", role)
    assert ended.returncode == REFUSED, ended
    assert word in told(ended)


def test_a_role_that_is_not_there_is_named(made):
    assert_no_server_role(made.store, "nobody_here", "There is no role nobody_here")


def test_no_role_is_not_a_role(made):
    assert migrate_up(made.store, "--server-role", "").returncode == 64


def test_the_database_s_owner_is_no_servers_role(owned):
    assert_no_server_role(owned.store, owned.owner.name, "own neither database nor table")


def test_a_superuser_is_no_servers_role(made):
    made.store.change(f"ALTER ROLE {made.role.name} SUPERUSER", ())
    assert_no_server_role(made.store, made.role.name, "no superuser")


@pytest.mark.parametrize(
    "change",
    [
        "GRANT pg_write_all_data TO {}",
        "GRANT postgres TO {}",
        "GRANT DELETE ON service_calls TO PUBLIC",
        "GRANT UPDATE ON model_logs_v2 TO PUBLIC",
        "ALTER TABLE audit_events OWNER TO {}",
    ],
)
def test_a_role_that_may_erase_in_another_way_is_no_servers(made, change):
    made.store.change(change.format(made.role.name), ())
    assert_no_server_role(made.store, made.role.name, "whatever is granted here")
    given = "SELECT 1 FROM information_schema.role_table_grants WHERE grantee = ? AND table_name = 'sign_ins'"
    assert made.sql(given, made.role.name) == [], "nothing was given"


def test_a_name_that_sql_would_read_otherwise_is_a_name(made):
    odd = f'{made.role.name}"; DROP TABLE users; --'
    made.store.change('CREATE ROLE "{}"'.format(odd.replace('"', '""')), ())
    assert migrate_up(made.store, "--server-role", odd).returncode == 0
    assert made.sql("SELECT count(*) AS n FROM users") == [{"n": 0}]


def is_of_password(secret, password):
    """PostgreSQL keeps SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey> (RFC 5803)."""
    kind, salted, keys = secret.split("$")
    assert kind == "SCRAM-SHA-256"
    iterations, salt = salted.split(":")
    salted_password = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    client_key = hmac.digest(salted_password, b"Client Key", "sha256")
    return base64.b64decode(keys.split(":")[0]) == hashlib.sha256(client_key).digest()


def test_the_container_of_the_database_makes_the_servers_role(made_server, tmp_path):
    """As PostgreSQL's image runs it, once, on a new database."""
    server = made_server()
    password = "it's \\ 5ecret"
    (tmp_path / "password").write_text(password)
    (name,) = server.sql("SELECT current_database() AS name")
    ended = subprocess.run(
        [MAKE_ROLE],
        env={
            "PATH": os.environ["PATH"],
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres_server().port),
            "POSTGRES_USER": "postgres",
            "POSTGRES_DB": name["name"],
            "SERVER_PASSWORD_FILE": str(tmp_path / "password"),
        },
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended
    try:
        (role,) = server.sql(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolpassword FROM pg_authid"
            " WHERE rolname = 'inferkeep_server'"
        )
        secret = role.pop("rolpassword")
        assert role == {"rolsuper": 0, "rolcreaterole": 0, "rolcreatedb": 0, "rolcanlogin": 1}
        assert is_of_password(secret, password)
        assert migrate_up(server.store, "--server-role", "inferkeep_server").returncode == 0
    finally:
        server.change_offline("DROP OWNED BY inferkeep_server")
        server.change_offline("DROP ROLE inferkeep_server")


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
    assert made.role.grant(RETENTION_DAYS=30)[-1].endswith(", and may remove calls")
    assert made.role.may("DELETE FROM service_calls")
    assert made.role.may("DELETE FROM model_logs_v2")
    assert not made.role.may("DELETE FROM audit_events")


def test_retention_that_is_not_asked_for_is_taken_back(made):
    made.role.grant(RETENTION_DAYS=30)
    made.role.grant()
    assert not made.role.may("DELETE FROM service_calls")
    assert not made.role.may("DELETE FROM model_logs_v2")


def test_old_calls_go_where_that_is_granted(made):
    made.role.grant(RETENTION_DAYS=30)
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
    role.grant()
    server.settings["SQL_URL"] = role.url
    call(Api(server.start()).user(grants=["v2"]))
    assert not role.may("DELETE FROM kept.service_calls")
