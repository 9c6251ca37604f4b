# SPDX-License-Identifier: MIT
"""A running Inferkeep, the people who use it, and what every answer and every log must look like."""

import http.client
import itertools
import json
import os
import pathlib
import re
import resource
import select
import signal
import socket
import sqlite3
import subprocess
import time
import uuid

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("INFERKEEP_BINARY", ROOT / "build/dev/inferkeep")).absolute()
TEST_KEY = re.search(r"SECRET_KEY=(.+)", (ROOT / ".environment/.env.test").read_text()).group(1)
SUPERUSER = ("superuser@example.com", "8888")


def is_sanitized():
    program = BINARY.read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


SANITIZED = is_sanitized()
READY_WITHIN = 60 if SANITIZED else 15
ALIVE_WITHIN = 5 if SANITIZED else 1
STOPS_WITHIN = 60 if SANITIZED else 15

# Every password of these tests begins with this, and every token with "eyJ": one look through a log finds any of them.
PASSWORD_MARK = "kept-Secret-"
NEVER_LOGGED = [PASSWORD_MARK, "eyJ", TEST_KEY, "$2b$", "$2y$"]
SANITIZER_REPORT = re.compile(r"ERROR: AddressSanitizer|runtime error:|ThreadSanitizer|LeakSanitizer|MemorySanitizer")


def environment(settings):
    """What a server is started with: nothing of the caller's own settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")}
    kept.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
    kept.update({name: str(value) for name, value in settings.items()})
    return kept


def run_program(*arguments, timeout=60, **settings):
    """Runs the program to its end."""
    return subprocess.run([BINARY, *arguments], cwd=ROOT, env=environment(settings), capture_output=True, text=True,
                          timeout=timeout)


class Server:
    """One process on a free port of 127.0.0.1, with a database of its own in `folder`."""

    def __init__(self, folder, mode="test", **settings):
        self.folder = pathlib.Path(folder)
        self.mode = mode
        self.host = "127.0.0.1"
        self.database = self.folder / "test.db"
        self.settings = {"SQL_URL": f"sqlite:///{self.database}", "PORT": 0, "HOST": self.host, "LOG_LEVEL": "debug",
                         "CREATE_SUPERUSER": "true"}
        self.settings.update(settings)
        self.log_file = self.folder / "log.jsonl"
        self.process = None
        self.session = None

    def start(self):
        log = open(self.log_file, "ab")
        self.process = subprocess.Popen([BINARY, "--mode", self.mode], cwd=ROOT, env=environment(self.settings),
                                        stdout=subprocess.PIPE, stderr=log)
        log.close()
        deadline = time.monotonic() + READY_WITHIN
        self.port = self._announced_port(deadline)
        self.base = f"http://{self.host}:{self.port}"
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, no .netrc
        self.session.mount("http://", requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=64))
        while self.session.get(self.base + "/readiness", timeout=READY_WITHIN).status_code != 200:
            assert time.monotonic() < deadline, "the server does not become ready"
            time.sleep(0.02)
        return self

    def _announced_port(self, deadline):
        said = b""
        while b"  docs " not in said:
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            assert more, f"the server did not start; it logged\n{self.log_text()[-2000:]}"
            said += more
        return int(re.search(rb"  address +http://127\.0\.0\.1:(\d+)", said).group(1))

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def alive(self):
        """The same process still answers, and soon."""
        assert self.is_running(), f"the server has ended with {self.process.poll()}\n{self.log_text()[-4000:]}"
        begin = time.monotonic()
        assert requests.get(self.base + "/healthcheck", timeout=ALIVE_WITHIN).status_code == 200
        assert time.monotonic() - begin < ALIVE_WITHIN
        return True

    def end(self, sign):
        """Sends the signal and waits; the exit code."""
        self.process.send_signal(sign)
        code = self.process.wait(timeout=STOPS_WITHIN)
        self.process.stdout.close()
        self.session.close()
        return code

    def stop(self, sign=signal.SIGTERM):
        """A stop in good order, with a clean log behind it."""
        if self.process is None or self.process.poll() == -signal.SIGKILL:
            return
        assert self.is_running(), f"the server has ended by itself with {self.process.poll()}"
        assert self.end(sign) == 0
        assert_clean_log(self.log_text())

    def kill9(self):
        assert self.end(signal.SIGKILL) == -signal.SIGKILL

    def restart(self, **settings):
        """Starts again on the same database."""
        if self.is_running():
            self.stop()
        self.settings.update(settings)
        return self.start()

    def raw(self, data, timeout=5):
        """Sends these bytes and reads until the server closes or nothing more comes in time."""
        received = b""
        with socket.create_connection((self.host, self.port), timeout=timeout) as connection:
            deadline = time.monotonic() + timeout
            try:
                connection.sendall(data)
                while time.monotonic() < deadline:
                    connection.settimeout(max(0.01, deadline - time.monotonic()))
                    more = connection.recv(65536)
                    if not more:
                        break
                    received += more
            except (socket.timeout, ConnectionResetError, BrokenPipeError):
                pass
        return received

    def sql(self, query, *parameters):
        """Rows as the file has them, read through a second connection."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10) as connection:
            connection.row_factory = sqlite3.Row
            rows = [dict(row) for row in connection.execute(query, parameters)]
        connection.close()
        return rows

    def change_offline(self, statement, *parameters):
        """Changes the file behind a stopped server's back."""
        assert not self.is_running()
        with sqlite3.connect(self.database) as connection:
            connection.execute(statement, parameters)
        connection.close()

    def log_text(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log_lines(self, event=None):
        """The log's lines, read; those of one event only, where given."""
        lines = [json.loads(line) for line in self.log_text().splitlines() if line.startswith("{")]
        return [line for line in lines if event is None or line["event"] == event]

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def limit(self, name, value):
        resource.prlimit(self.pid, name, value)


def assert_clean_log(text):
    """No sanitizer has spoken, and no secret has been written down."""
    report = SANITIZER_REPORT.search(text)
    assert not report, text[report.start():report.start() + 4000]
    for secret in NEVER_LOGGED:
        at = text.find(secret)
        assert at < 0, f"the log holds a secret: {text[max(0, at - 300):at + 60]}"


# ---- people --------------------------------------------------------------------------------------

serial = itertools.count(1)


def new_name():
    return f"person-{next(serial)}-{uuid.uuid4().hex[:8]}@example.com"


def new_password():
    return PASSWORD_MARK + uuid.uuid4().hex


class Client:
    """Somebody who speaks to the server, with a token or without."""

    def __init__(self, server, username=None, password=None, token=None):
        self.server = server
        self.username = username
        self.password = password
        self.token = token
        self._id = None

    def request(self, method, path, **arguments):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers.update(arguments.pop("headers", {}))
        arguments.setdefault("timeout", 30)
        arguments.setdefault("allow_redirects", False)
        return self.server.session.request(method, self.server.base + path, headers=headers, **arguments)

    def get(self, path, **arguments):
        return self.request("GET", path, **arguments)

    def post(self, path, **arguments):
        return self.request("POST", path, **arguments)

    def put(self, path, **arguments):
        return self.request("PUT", path, **arguments)

    def delete(self, path, **arguments):
        return self.request("DELETE", path, **arguments)

    def send_json(self, method, path, text):
        """A JSON body byte for byte."""
        body = text if isinstance(text, bytes) else text.encode()
        return self.request(method, path, data=body, headers={"Content-Type": "application/json"})

    def with_token(self, token):
        return Client(self.server, self.username, self.password, token)

    def login(self):
        """The same person with a new token."""
        return Api(self.server).login(self.username, self.password)

    @property
    def id(self):
        if self._id is None:
            answer = self.get("/user")
            assert answer.status_code == 200, answer.text
            self._id = answer.json()["id"]
        return self._id


class Api:
    """Makes people; each of a name of its own, so that tests do not meet."""

    def __init__(self, server):
        self.server = server

    def body(self, **fields):
        """A sound body for /auth/create."""
        body = {"username": new_name(), "first_name": "Ada", "last_name": "Lovelace", "password": new_password()}
        body.update(fields)
        return body

    def nobody(self):
        return Client(self.server)

    def with_token(self, token):
        return Client(self.server, token=token)

    def register(self, **fields):
        """Somebody with an account who has not signed in yet."""
        body = self.body(**fields)
        answer = self.nobody().post("/auth/create", json=body)
        assert answer.status_code == 201, answer.text
        return Client(self.server, body["username"], body["password"])

    def try_login(self, username, password, **fields):
        form = {"username": username, "password": password, **fields}
        return self.nobody().post("/auth/token", data=form)

    def login(self, username, password):
        answer = self.try_login(username, password)
        assert answer.status_code == 200, answer.text
        return Client(self.server, username, password, answer.json()["access_token"])

    def superuser(self):
        """The admin who was made at start; one sign-in for each life of the server."""
        known = getattr(self.server, "superuser", None)
        if known is None or known[0] != self.server.pid:
            self.server.superuser = (self.server.pid, self.login(*SUPERUSER))
        return self.server.superuser[1]

    def create(self, role, grants=(), **fields):
        """Somebody whom the superuser makes, signed in."""
        rights = {f"has_access_{service}": service in grants for service in ("v1", "v2")}
        body = self.body(role=role, **rights, **fields)
        answer = self.superuser().post("/admin/create", json=body)
        assert answer.status_code == 201, answer.text
        return self.login(body["username"], body["password"])

    def user(self, grants=()):
        return self.create("user", grants)

    def admin(self, grants=()):
        return self.create("admin", grants)

    def set_rights(self, person, is_active=True, grants=()):
        rights = {"is_active": is_active, "has_access_v1": "v1" in grants, "has_access_v2": "v2" in grants}
        answer = self.superuser().put(f"/admin/users/{person.id}", json=rights)
        assert answer.status_code == 204, answer.text


def ask(server, method, target, headers=(), body=b""):
    """A request whose target goes out byte for byte: no client library tidies it up."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    connection.putrequest(method, target)
    for name, value in headers:
        connection.putheader(name, value)
    if body or method in ("POST", "PUT"):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    received = connection.getresponse()
    answer = requests.Response()
    answer.status_code = received.status
    answer.headers = requests.structures.CaseInsensitiveDict(received.getheaders())
    answer._content = received.read()
    connection.close()
    return answer


# ---- answers -------------------------------------------------------------------------------------

CHALLENGES = {
    "not_authenticated": "Bearer",
    "bad_credentials": "Bearer",
    "wrong_password": "Bearer",
    "invalid_token": 'Bearer error="invalid_token"',
    "no_access": 'Bearer error="insufficient_scope"',
    "admin_only": 'Bearer error="insufficient_scope"',
}

DETAILS = {
    "not_authenticated": "Not authenticated",
    "bad_credentials": "Could not validate user",
    "wrong_password": "Error on password change",
    "invalid_token": "Could not validate user",
    "no_access": "User does not have access to the service",
    "admin_only": "Unauthorized",
    "method_not_allowed": "Method Not Allowed",
}


def assert_headers(answer):
    """What every answer of the API carries, whatever it says."""
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["X-Request-Id"])
    assert "Server" not in answer.headers
    if answer.status_code == 204:
        assert "Content-Length" not in answer.headers and answer.content == b""
    else:
        assert int(answer.headers["Content-Length"]) == len(answer.content)


def assert_ok(answer, status=200, body=...):
    """A success in JSON, or an empty 204."""
    assert answer.status_code == status, answer.text
    assert_headers(answer)
    assert "WWW-Authenticate" not in answer.headers
    if status != 204:
        assert answer.headers["Content-Type"] == "application/json"
    if body is not ...:
        assert answer.json() == body
    return answer


def assert_error(answer, status, code, detail=None):
    """An error as docs/contract.md has it: body, headers and challenge."""
    assert answer.status_code == status, answer.text
    assert_headers(answer)
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert list(body) == ["detail", "code", "request_id"], body
    assert body["code"] == code, body
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["detail"] == (DETAILS.get(code, body["detail"]) if detail is None else detail)
    assert answer.headers.get("WWW-Authenticate") == (CHALLENGES[code] if status == 401 else None)
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 1
    if status == 405:
        assert "OPTIONS" in answer.headers["Allow"]
    if status == 422:
        assert_violations(body["detail"])
    return answer


def assert_violations(violations):
    assert isinstance(violations, list) and violations
    for violation in violations:
        assert {"type", "loc", "msg"} <= set(violation) <= {"type", "loc", "msg", "input", "ctx"}, violation
        assert violation["loc"][0] in ("body", "path", "query")


def violations(answer, code="invalid_field"):
    """What a 422 says, as (type, loc) pairs."""
    assert_error(answer, 422, code)
    return [(violation["type"], tuple(violation["loc"])) for violation in answer.json()["detail"]]
