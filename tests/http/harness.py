# SPDX-License-Identifier: MIT
"""A running Inferkeep: its process, its socket, its database and its log."""

import json
import os
import pathlib
import re
import resource
import select
import signal
import socket
import ssl
import subprocess
import time

import requests

import databases

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("INFERKEEP_BINARY", ROOT / "build/dev/inferkeep")).absolute()
TEST_KEY = re.search(r"SECRET_KEY=(.+)", (ROOT / ".environment/.env.test").read_text()).group(1)
SUPERUSER = ("superuser@example.com", "8888")


def is_sanitized():
    program = BINARY.read_bytes()
    return any(mark in program for mark in (b"__asan_init", b"__tsan_init", b"__ubsan_handle"))


SANITIZED = is_sanitized()
SLOWNESS = 5 if SANITIZED else 1  # how much longer everything may take
SLACK = float(os.environ.get("INFERKEEP_TEST_SLACK", 1))  # seconds that a busy machine may add to any wait
READY_WITHIN = 60 if SANITIZED else 15
ALIVE_WITHIN = 1 * SLOWNESS + 2 * SLACK
STOPS_WITHIN = 15 * SLOWNESS

# Every password of these tests begins with this, and every token with "eyJ": one look finds any of them.
PASSWORD_MARK = "kept-Secret-"
NEVER_LOGGED = [PASSWORD_MARK, "eyJ", TEST_KEY, "$2b$", "$2y$"]
SANITIZER_REPORT = re.compile(
    r"ERROR: AddressSanitizer|runtime error:|ThreadSanitizer|LeakSanitizer|MemorySanitizer"
)


def environment(settings):
    """What a server is started with: nothing of the caller's own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
    }
    kept.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
    kept.update({name: str(value) for name, value in settings.items()})
    return kept


def run_program(*arguments, timeout=60, typed=None, **settings):
    """Runs the program to its end, with this text on its standard input."""
    return subprocess.run(
        [BINARY, *arguments],
        cwd=ROOT,
        env=environment(settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def wait_until(holds, what, within=10):
    """Asks again and again, for so many seconds; `what` is said where it does not come true."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


class Server:
    """One process on a free port of 127.0.0.1, with a database of its own in `folder`, or another's `store`."""

    def __init__(self, folder, mode="test", store=None, **settings):
        self.folder = pathlib.Path(folder)
        self.mode = mode
        self.host = "127.0.0.1"
        self.store = store or databases.new_database(self.folder)
        self.settings = {
            "SQL_URL": self.store.url,
            "PORT": 0,
            "HOST": self.host,
            "LOG_LEVEL": "debug",
            "CREATE_SUPERUSER": "true",
        }
        self.settings.update(settings)
        self.log_file = self.folder / "log.jsonl"
        self.process = None
        self.has_ended = False  # as it was told to
        self.session = None

    def start(self):
        self.has_ended = False
        log = open(self.log_file, "ab")
        self.process = subprocess.Popen(
            [BINARY, "--mode", self.mode],
            cwd=ROOT,
            env=environment(self.settings),
            stdout=subprocess.PIPE,
            stderr=log,
        )
        log.close()
        deadline = time.monotonic() + READY_WITHIN
        scheme, self.port = self._announced_address(deadline)
        self.base = f"{scheme}://{self.host}:{self.port}"
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, no .netrc
        self.session.verify = str(self.settings.get("TLS_CERTIFICATE_FILE", True))
        self.session.mount(
            f"{scheme}://", requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=64)
        )
        while self.probe("/readiness") != 200:
            assert time.monotonic() < deadline, "the server does not become ready"
            time.sleep(0.02)
        return self

    def _announced_address(self, deadline):
        said = b""
        while b"  docs " not in said:
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            assert more, f"the server did not start; it logged\n{self.log_text()[-2000:]}"
            said += more
        scheme, port = re.search(rb"  address +(https?)://\S+:(\d+)", said).groups()
        return scheme.decode(), int(port)

    @property
    def database(self):
        """SQLite's file."""
        return self.store.path

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def probe(self, path, timeout=READY_WITHIN):
        """The status of one request on a connection that is not kept, nor counted against the tests'."""
        host = self.settings.get("ALLOWED_HOSTS", "localhost").split(",")[0]
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        answer = self.raw(request.encode(), timeout)
        return int(answer.split(b" ", 2)[1]) if answer else None

    def alive(self):
        """The same process still answers, and soon."""
        assert (
            self.is_running()
        ), f"the server has ended with {self.process.poll()}\n{self.log_text()[-4000:]}"
        assert self.probe("/healthcheck", ALIVE_WITHIN) == 200
        return True

    def end(self, sign):
        """Sends the signal and waits; the exit code."""
        self.process.send_signal(sign)
        code = self.process.wait(timeout=STOPS_WITHIN)
        self.has_ended = True
        self.process.stdout.close()
        self.session.close()
        return code

    def stop(self, sign=signal.SIGTERM):
        """A stop in good order, with a clean log behind it."""
        if self.process is None or self.has_ended:
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

    def connect(self, timeout=10, source="127.0.0.1"):
        """A connection of its own, under TLS where the server speaks it; its certificate must be good."""
        connection = socket.create_connection((self.host, self.port), timeout, (source, 0))
        if not self.base.startswith("https:"):
            return connection
        trust = ssl.create_default_context(cafile=self.settings["TLS_CERTIFICATE_FILE"])
        return trust.wrap_socket(connection, server_hostname=self.host)

    def raw(self, data, timeout=5, source="127.0.0.1"):
        """Sends these bytes and reads until the server closes or the time is over."""
        received = b""
        with self.connect(timeout, source) as connection:
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
        """Rows as the database has them, read through a connection of the test's own."""
        return self.store.rows(query, parameters)

    def change_offline(self, statement, *parameters, **named):
        """Changes the database behind a stopped server's back."""
        assert not self.is_running()
        self.store.change(statement, named or parameters)

    def change_offline_many(self, statement, rows):
        """The same, once for each of these rows."""
        assert not self.is_running()
        self.store.change_many(statement, rows)

    def log_text(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log_lines(self):
        """Whole ones: the last may be on its way."""
        return [line for line in self.log_text().splitlines(keepends=True) if line.endswith("\n")]

    def logged(self, event, count=1, **members):
        """The event's lines with these members. Waits for `count` of them: the log is written behind."""
        deadline = time.monotonic() + 5
        while True:
            lines = [json.loads(line) for line in self.log_lines() if f'"event":"{event}"' in line]
            lines = [line for line in lines if members.items() <= line.items()]
            if len(lines) >= count or time.monotonic() > deadline:
                return lines
            time.sleep(0.01)

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def limit(self, name, value):
        resource.prlimit(self.pid, name, value)


def assert_clean_log(text):
    """No sanitizer has spoken, and no secret has been written down."""
    report = SANITIZER_REPORT.search(text)
    assert not report, text[report.start() : report.start() + 4000]
    for secret in NEVER_LOGGED:
        at = text.find(secret)
        assert at < 0, f"the log holds a secret: {text[max(0, at - 300):at + 60]}"
