# SPDX-License-Identifier: MIT
"""Several copies of the program on one PostgreSQL: what is done at one holds at all, and soon."""

import pathlib
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from answers import assert_error, assert_ok
from databases import postgres_server
from harness import READY_WITHIN, ROOT, SLACK, SLOWNESS, Server, run_program
from marks import postgres_only
from people import Api, Client, access, new_name, new_password
from services import example
from test_last_admin import lock_out, remove

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests" / "faults"))

from fault_proxy import HOLD, PASS, FaultProxy  # noqa: E402
from postgres_server import free_port  # noqa: E402

pytestmark = postgres_only

HEARD_WITHIN = 1 * SLOWNESS  # seconds, on a machine that has time
BACK_WITHIN = 2 * SLOWNESS + SLACK
OUTAGE = 3
NO_LONGER_NEW = 2.1  # a token of this age is not waited for
ROUNDS = 5
HAPROXY = pathlib.Path("/usr/sbin/haproxy")
GUARDED = "/mlservice/v2/healthcheck"

# In dev and test each copy would make the superuser anew, or take it away from the others.
SETTINGS = {"CREATE_SUPERUSER": "false", "TRUSTED_PROXIES": "127.0.0.0/8"}


def make_admin(server):
    """Who acts in the place of the superuser."""
    name, password = new_name(), new_password()
    made = run_program(
        "--mode", "test", "create-admin", name, typed=password + "\n", SQL_URL=server.store.url
    )
    assert made.returncode == 0, made.stderr
    server.superuser = (server.pid, Api(server).login(name, password))


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """Three of one database."""
    first = Server(tmp_path_factory.mktemp("first"), **SETTINGS)
    others = [Server(tmp_path_factory.mktemp(name), store=first.store, **SETTINGS) for name in ("second", "third")]
    started = [server.start() for server in (first, *others)]
    make_admin(first)
    yield started
    for server in started:
        server.stop()


@pytest.fixture
def api(copies):
    """At the first copy."""
    return Api(copies[0])


@pytest.fixture
def far(copies, tmp_path_factory):
    """One more copy, whose way to the database can be held."""
    with FaultProxy(postgres_server().port) as way:
        url = way.url(copies[0].store.url) + "?application_name=far"
        server = Server(tmp_path_factory.mktemp("far"), store=copies[0].store, **SETTINGS, SQL_URL=url)
        server.way = way
        yield server.start()
        server.stop()


def at(copy, person):
    return Client(copy, person.username, person.password, person.token)


def ask(copy, person, path):
    """The moment of the question, and what was said: "ok", or the code of the refusal."""
    begun = time.monotonic()
    answer = at(copy, person).get(path)
    return begun, "ok" if answer.status_code == 200 else answer.json()["code"]


def await_word(copy, person, path, expected, since):
    """How long after `since` the first question was asked that was answered so."""
    while True:
        begun, said = ask(copy, person, path)
        if said == expected:
            break
        assert begun - since < HEARD_WITHIN + SLACK, f"{said} after {begun - since:.3f} s"
    assert ask(copy, person, path)[1] == expected, "what was heard stays"
    return begun - since


# ---- what holds at all copies ------------------------------------------------------------------------


def sign_out(api, person):
    return person.post("/auth/logout")


def change_password_elsewhere(api, person):
    passwords = {"password": person.password, "new_password": new_password()}
    return person.login().put("/user/password", json=passwords)


def take_grants(api, person):
    return api.superuser().put(f"/admin/users/{person.id}", json={"is_active": True, **access([])})


def give_grant(api, person):
    return api.superuser().put(f"/admin/users/{person.id}", json={"is_active": True, **access(["v2"])})


def lock_out_by_another(api, person):
    return lock_out(api.superuser(), person)


def remove_by_another(api, person):
    return remove(api.superuser(), person)


# Act, role, grants before, what is asked, its answers before and after.
ACTS = [
    ("logout", sign_out, "user", [], "/user", "ok", "invalid_token"),
    ("password change", change_password_elsewhere, "user", [], "/user", "ok", "invalid_token"),
    ("grant taken", take_grants, "user", ["v2"], GUARDED, "ok", "no_access"),
    ("grant given", give_grant, "user", [], GUARDED, "no_access", "ok"),
    ("deactivation", lock_out_by_another, "user", [], "/user", "ok", "invalid_token"),
    ("deletion", remove_by_another, "user", [], "/user", "ok", "invalid_token"),
    ("admin locked out", lock_out_by_another, "admin", [], "/admin/users", "ok", "invalid_token"),
]


@pytest.mark.parametrize("name, act, role, grants, path, before, after", ACTS, ids=[row[0] for row in ACTS])
def test_what_is_done_at_one_copy_holds_at_the_others(
    copies, api, record_property, name, act, role, grants, path, before, after
):
    people = [api.create(role, grants) for _ in range(ROUNDS)]
    for person in people:
        assert person.id and [ask(copy, person, path)[1] for copy in copies] == [before] * 3
    time.sleep(NO_LONGER_NEW)
    delays = []
    with ThreadPoolExecutor(2) as both:
        for person in people:
            assert_ok(act(api, person), 204)
            since = time.monotonic()
            waiting = [both.submit(await_word, copy, person, path, after, since) for copy in copies[1:]]
            delays += [one.result() for one in waiting]
    in_ms = [delay * 1000 for delay in delays]
    figure = f"median {statistics.median(in_ms):.1f} ms, slowest {max(in_ms):.1f} ms of {len(in_ms)}"
    record_property(f"{name}, heard at other copies", figure)


# ---- new sign-ins ------------------------------------------------------------------------------------


class Front:
    """HAProxy before the copies: each request goes to the next one."""

    def __init__(self, folder, copies):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.session = requests.Session()
        self.session.trust_env = False
        servers = "\n".join(f"  server copy{n} 127.0.0.1:{copy.port}" for n, copy in enumerate(copies))
        (folder / "haproxy.cfg").write_text(
            f"""
defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen front
  bind 127.0.0.1:{self.port}
  balance roundrobin
{servers}
"""
        )
        self.process = subprocess.Popen([HAPROXY, "-db", "-f", folder / "haproxy.cfg"], stderr=subprocess.DEVNULL)

    def await_ready(self):
        deadline = time.monotonic() + READY_WITHIN
        while True:
            try:
                return self.session.get(self.base + "/readiness")
            except requests.ConnectionError:
                assert self.process.poll() is None and time.monotonic() < deadline
                time.sleep(0.02)

    def stop(self):
        self.session.close()
        self.process.terminate()
        self.process.wait(READY_WITHIN)


@pytest.fixture(scope="module")
def front(copies, tmp_path_factory):
    if not HAPROXY.exists():
        pytest.skip("no HAProxy here")
    proxy = Front(tmp_path_factory.mktemp("front"), copies)
    proxy.await_ready()
    yield proxy
    proxy.stop()


def test_a_new_token_is_good_wherever_the_proxy_sends_it(front, api, copies):
    person = api.register()
    for _ in range(50):
        token = Api(front).login(person.username, person.password).token
        assert [Client(front, token=token).get("/user").status_code for _ in copies] == [200] * 3


def test_a_new_person_is_known_wherever_the_proxy_sends_them(front, copies):
    for _ in range(10):
        person = Api(front).register()
        token = Api(front).login(person.username, person.password).token
        assert [Client(front, token=token).get("/user").status_code for _ in copies] == [200] * 3


def test_many_who_sign_in_at_once_are_known_at_all_copies(copies, api):
    people = [api.register() for _ in range(12)]

    def come(number):
        person = people[number]
        here, *others = copies[number % 3 :] + copies[: number % 3]
        token = Api(here).login(person.username, person.password).token
        return [Client(copy, token=token).get("/user").status_code for copy in others]

    with ThreadPoolExecutor(len(people)) as together:
        assert list(together.map(come, range(len(people)))) == [[200, 200]] * len(people)


def test_late_word_of_a_sign_in_is_waited_for(far, api):
    person = api.register()
    far.way.set(HOLD)
    released = threading.Timer(0.3, far.way.set, [PASS])  # far says 503 after some 0.8 s
    released.start()
    token = api.login(person.username, person.password).token
    assert_ok(Client(far, token=token).get("/user"))
    released.join()


def test_a_new_sign_in_that_has_ended_is_refused_everywhere(copies, api):
    person = api.user()
    assert_ok(at(copies[1], person).get("/user"))
    assert_ok(at(copies[1], person).post("/auth/logout"), 204)
    for copy in copies:
        await_word(copy, person, "/user", "invalid_token", time.monotonic())


# ---- a copy that hears nothing -----------------------------------------------------------------------


def take_away(api, far, person):
    """The answers of the far copy through an outage in which the person's grant goes: (seconds since, said)."""
    assert_ok(take_grants(api, person), 204)
    since = time.monotonic()
    answers = []
    while time.monotonic() - since < OUTAGE:
        begun, said = ask(far, person, GUARDED)
        answers.append((begun - since, said))
        time.sleep(0.01)
    return answers


def assert_never_the_old_right(answers):
    assert {said for _, said in answers} <= {"ok", "no_access", "db_unavailable"}
    assert "db_unavailable" in {said for _, said in answers}
    assert "ok" not in {said for moment, said in answers if moment > HEARD_WITHIN}


def await_recovery(far, person):
    """Seconds until the far copy decides again: as things are now."""
    since = time.monotonic()
    begun, said = ask(far, person, GUARDED)
    while said == "db_unavailable":
        assert begun - since < BACK_WITHIN
        time.sleep(0.01)
        begun, said = ask(far, person, GUARDED)
    assert said == "no_access"
    return begun - since


def test_a_copy_whose_way_to_the_database_hangs_gives_503(far, api, record_property):
    person = api.user(grants=["v2"])
    assert_ok(at(far, person).get(GUARDED))
    far.way.set(HOLD)
    answers = take_away(api, far, person)
    assert_never_the_old_right(answers)
    assert_error(at(far, person).get(GUARDED), 503, "db_unavailable")
    far.way.set(PASS)
    record_property("back after a way that hung", f"{await_recovery(far, person) * 1000:.0f} ms")


def cut_listener(store, stop):
    """Ends the session on which the far copy hears, again and again."""
    connection = store.connected()
    connection.autocommit = True
    with connection.cursor() as cursor:
        while not stop.wait(0.005):
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'far' AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')"
            )
    connection.close()


def test_a_copy_whose_listening_session_ends_again_and_again_gives_503(far, api, record_property):
    person = api.user(grants=["v2"])
    assert_ok(at(far, person).get(GUARDED))
    stop = threading.Event()
    cutter = threading.Thread(target=cut_listener, args=(far.store, stop))
    cutter.start()
    answers = take_away(api, far, person)
    stop.set()
    cutter.join()
    recovery = await_recovery(far, person)
    assert_never_the_old_right(answers)
    record_property("back after a listener that was cut", f"{recovery * 1000:.0f} ms")


# ---- what is counted ---------------------------------------------------------------------------------


def guess(copy, person, password=None):
    """What is said to this password, or to a wrong one."""
    answer = Api(copy).try_login(person.username, password or new_password())
    return "ok" if answer.status_code == 200 else answer.json()["code"]


def test_guesses_at_all_copies_count_together_however_many_come_at_once(copies, api):
    person = api.register()
    with ThreadPoolExecutor(12) as together:
        said = list(together.map(lambda copy: guess(copy, person), copies * 8))
    assert (said.count("bad_credentials"), said.count("rate_limited")) == (5, 19)
    for copy in copies:
        assert guess(copy, person, person.password) == "rate_limited"


def test_a_sign_in_at_one_copy_forgives_the_guesses_at_another(copies, api):
    person = api.register()
    for _ in range(2):
        assert [guess(copies[1], person) for _ in range(4)] == ["bad_credentials"] * 4
        assert guess(copies[2], person, person.password) == "ok"


def test_an_address_registers_so_many_people_at_all_copies_together(made_server):
    first = made_server(REGISTRATIONS=3, **SETTINGS).start()
    second = made_server(store=first.store, REGISTRATIONS=3, **SETTINGS).start()
    said = []
    for server in (first, second, first, second, first):
        said.append(Client(server).post("/auth/create", json=Api(server).body()).status_code)
    assert said == [201, 201, 201, 429, 429]


def test_an_address_guesses_at_all_copies_together(made_server):
    first = made_server(LOGIN_FAILURES_PER_ADDRESS=3, **SETTINGS).start()
    second = made_server(store=first.store, LOGIN_FAILURES_PER_ADDRESS=3, **SETTINGS).start()
    said = []
    for server in (first, second, first, second, first):
        said.append(Api(server).try_login(new_name(), new_password()).status_code)
    assert said == [401, 401, 401, 429, 429]


def test_nobody_guesses_while_nobody_can_count(far, api):
    person = api.register()
    far.way.set(HOLD)
    assert [guess(far, person) for _ in range(3)] == ["db_unavailable"] * 3
    far.way.set(PASS)


# ---- acts at once ------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [lock_out, remove])
def test_of_two_admins_who_turn_on_each_other_at_two_copies_one_remains(made_server, act):
    here = made_server(**SETTINGS).start()
    there = made_server(store=here.store, **SETTINGS).start()
    make_admin(here)
    first = Api(here).superuser()
    for _ in range(20):
        body = Api(here).body()
        assert_ok(first.post("/admin/create", json=body), 201)
        second = Api(there).login(body["username"], body["password"])
        assert first.id != second.id  # both ids are known before either is gone
        with ThreadPoolExecutor(2) as both:
            answers = both.map(lambda pair: act(*pair).status_code, [(at(here, first), second), (second, first)])
            statuses = list(answers)
        left = here.sql("SELECT id FROM users WHERE role = 'admin' AND is_active AND deleted_at IS NULL")
        assert len(left) == 1
        assert statuses.count(204) == 1 and set(statuses) <= {204, 401, 409}
        first = at(here, first if first.id == left[0]["id"] else second)


@pytest.mark.parametrize("superuser", ["false", "true"])
def test_copies_that_start_at_once_on_an_empty_database_all_become_ready(made_server, superuser):
    first = made_server(CREATE_SUPERUSER=superuser)
    others = [made_server(store=first.store, CREATE_SUPERUSER=superuser) for _ in range(2)]
    with ThreadPoolExecutor(3) as together:
        started = list(together.map(Server.start, [first, *others]))
    migrations = first.sql("SELECT number FROM schema_migrations ORDER BY number")
    assert migrations == [{"number": n + 1} for n in range(len(migrations))] and migrations
    person = Api(first).register()
    for copy in started:
        assert_ok(Api(copy).try_login(person.username, person.password))


def test_calls_made_at_all_copies_are_all_recorded_once(copies, api):
    person = api.user(grants=["v2"])

    def call(copy):
        answer = assert_ok(at(copy, person).post("/mlservice/v2/predict", json=example("v2")))
        return int(answer.headers["X-Service-Call-Id"]), answer.headers["X-Request-Id"]

    with ThreadPoolExecutor(12) as together:
        answered = list(together.map(call, copies * 40))
    rows = copies[0].sql("SELECT id, request_id FROM service_calls WHERE owner_id = ?", person.id)
    assert sorted((row["id"], row["request_id"]) for row in rows) == sorted(answered)
    assert len({number for number, _ in answered}) == 120
    for copy in copies:
        assert len(assert_ok(at(copy, person).get("/user/service_calls?limit=200")).json()) == 120
