#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A PostgreSQL server of a test's own: fresh data in a temporary folder, a free port and a Unix socket.

    with PostgresServer() as server:
        url = server.create_database("calls")

As a program it serves tests that are not written in Python: it prints the URL of an empty database, and stays
until its standard input is closed.

    tests/postgres_server.py [--ready-file FILE] [--database NAME] [--socket]

It is as durable as one in production: fsync and synchronous_commit are on. Whoever can reach the socket or
the port (of 127.0.0.1) may do everything, so it is for tests alone. PostgreSQL refuses to run as root; root's
servers run as the user `postgres` of Debian's package.
"""

import argparse
import glob
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

READY_WITHIN = 60  # seconds, as everywhere here; it takes a tenth of one
STOPS_WITHIN = 60
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
SERVER_USER = "postgres"


class Unavailable(Exception):
    """There is no PostgreSQL here, or it does not start; the text says what to do."""


class PostgresServer:
    """Not thread-safe. The server dies with the thread that started it: a killed test leaves none behind."""

    def __init__(self, **settings):
        """Settings as in postgresql.conf, beside those of `_settings`."""
        self._more_settings = settings
        self.programs = find_programs()
        self._user = SERVER_USER if os.geteuid() == 0 else None
        # Not in a folder of the test's: those are closed to other users, and a socket's path must be short.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="inferkeep-postgres-"))
        self.data = self.folder / "data"
        self.log_file = self.folder / "log"
        self.port = free_port()
        self.process = None
        self._frozen = []
        try:
            self._make_cluster()
        except BaseException:
            self.remove()
            raise

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop("immediate")
        self.remove()

    def remove(self):
        """Takes the data away, of a server that is stopped."""
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- life ------------------------------------------------------------------------------------------

    def start(self):
        """Returns when it takes connections; after a crash that is when it has recovered."""
        assert not self.is_running()
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                self._as_user("--pdeathsig", "QUIT") + ["postgres", "-D", self.data, *self._settings()],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        self._wait_until_ready()
        return self

    def stop(self, mode="fast"):
        """smart waits for the clients, fast sends them away, immediate is a crash, which start recovers."""
        self.thaw()
        if not self.is_running():
            return
        self.process.send_signal(STOP_SIGNALS[mode])
        self.process.wait(STOPS_WITHIN)

    def freeze(self):
        """Halts all its processes where they are (SIGSTOP): connections stay open, and nobody answers."""
        # The parent first: it makes no more children then.
        os.kill(self.process.pid, signal.SIGSTOP)
        self._frozen = [self.process.pid, *children_of(self.process.pid)]
        for pid in self._frozen[1:]:
            send_if_there(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in reversed(self._frozen):
            send_if_there(pid, signal.SIGCONT)
        self._frozen = []

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    # ---- databases -------------------------------------------------------------------------------------

    def create_database(self, name, over_socket=False):
        """An empty database; its URL."""
        self._run("createdb", *self._where(), "-T", "template0", "-E", "UTF8", name)
        return self.url(name, over_socket)

    def drop_database(self, name):
        """Whoever is connected with it is sent away."""
        self._run("dropdb", *self._where(), "--force", name)

    def url(self, name, over_socket=False):
        if over_socket:
            return f"postgresql://{SERVER_USER}@/{name}?host={self.folder}&port={self.port}"
        return f"postgresql://{SERVER_USER}@127.0.0.1:{self.port}/{name}"

    def log_text(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    # ---- how -------------------------------------------------------------------------------------------

    def _where(self):
        return ["-h", self.folder, "-p", str(self.port), "-U", SERVER_USER]

    def _make_cluster(self):
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        # Nothing is lost if the machine stops here, so this one step need not wait for the disk.
        how = ["-U", SERVER_USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", "-D", self.data, *how)

    def _settings(self):
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "shared_buffers": "32MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self._more_settings,
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _as_user(self, *options):
        who = ["--reuid", self._user, "--regid", self._user, "--init-groups"] if self._user else []
        return ["setpriv", *options, *who, "--"] if options or who else []

    def _environment(self):
        """PostgreSQL's own programs before others of their name, and none of the caller's PG settings."""
        foreign = ("PG", "LC_", "LANG")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        path = f"{self.programs}:{kept.get('PATH', '/usr/bin:/bin')}"
        return {**kept, "PATH": path, "LC_ALL": "C.UTF-8"}

    def _run(self, program, *arguments):
        done = subprocess.run(
            self._as_user() + [program, *arguments],
            env=self._environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=READY_WITHIN,
        )
        if done.returncode != 0:
            raise Unavailable(f"{program} failed: {done.stderr.strip()}")

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_WITHIN
        while not self._says_ready():
            if not self.is_running() or time.monotonic() > deadline:
                self.stop("immediate")
                raise Unavailable(f"PostgreSQL does not start; its log ends with\n{self.log_text()[-2000:]}")
            time.sleep(0.01)

    def _says_ready(self):
        """As pg_ctl sees it: the pid file's first line is this process, its eighth the state."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"


def find_programs():
    """The folder of the newest PostgreSQL: Debian keeps the server's programs off the PATH."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb") or [shutil.which("initdb") or ""]
    newest = max(found, key=lambda path: int("".join(filter(str.isdigit, path)) or 0))
    if not newest:
        raise Unavailable("no PostgreSQL server is installed: apt-get install postgresql")
    return os.path.dirname(newest)


def free_port():
    """One that the kernel gives to no client: who calls a stopped server again and again on such a port is in
    the end connected with himself."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as range_file:
        first_of_clients = int(range_file.read().split()[0])
    while True:
        port = random.randrange(min(10000, first_of_clients - 1000), first_of_clients)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def children_of(pid):
    found = []
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            # The name stands in parentheses and may hold anything; behind it come the state and the parent.
            fields = pathlib.Path(stat).read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[1]) == pid:
            found.append(int(stat.split("/")[2]))
    return found


def send_if_there(pid, sign):
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        pass


def write_whole(path, text):
    """So that nobody reads half of it."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text)
    unfinished.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ready-file", type=pathlib.Path, help="write the URL there as well")
    parser.add_argument("--database", default="inferkeep", help="name of the empty database")
    parser.add_argument("--socket", action="store_true", help="the URL of the Unix socket, not of the port")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # by the way of the context manager
    try:
        with PostgresServer() as server:
            url = server.create_database(arguments.database, arguments.socket)
            print(url, flush=True)
            if arguments.ready_file:
                write_whole(arguments.ready_file, url + "\n")
            sys.stdin.read()
    except Unavailable as fault:
        sys.exit(f"postgres_server: {fault}")


if __name__ == "__main__":
    main()
