# SPDX-License-Identifier: MIT
"""Reads from a trace of system calls whether each answer left after its row was on disk.

The proof goes by the request's own id, which stands in the row as it does in the answer's head:

    1. the id is handed on: SQLite writes the page with the row to its log, PostgreSQL receives it,
    2. the transaction is committed: SQLite's last frame says so, PostgreSQL receives COMMIT,
    3. an fsync of the database's log begins after that, and ends well,
    4. only then the answer is sent.

strace writes a line for each call. A call that others overlap has two, at its entry and at its end:
`fdatasync(9</x/test.db-wal> <unfinished ...>` and `<... fdatasync resumed>) = 0`.
"""

import dataclasses
import re

LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)", re.DOTALL)
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)", re.DOTALL)
UNFINISHED = " <unfinished ...>"
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
ANSWER = re.compile(r"HTTP/1\.1 200 .*?X-Request-Id: ([A-Za-z0-9._-]+)", re.DOTALL)
SENDS = ("sendmsg", "sendto", "writev")
SYNCS = ("fdatasync", "fsync")


@dataclasses.dataclass
class Step:
    """The entry or the end of a call, or both, with as much of its text as is known."""

    thread: str
    text: str
    is_entry: bool
    is_end: bool

    @property
    def name(self):
        return self.text.partition("(")[0]

    @property
    def succeeded(self):
        return self.is_end and re.search(r"\) += \d+$", self.text) is not None


def steps(lines):
    """What happened, in the order in which strace saw it."""
    begun = {}
    for line in lines:
        thread, rest = LINE.match(line).group("thread", "rest")
        resumed = RESUMED.match(rest)
        if resumed:
            yield Step(thread, begun.pop(thread, "") + resumed["rest"], False, True)
        elif rest.endswith(UNFINISHED):
            begun[thread] = rest.removesuffix(UNFINISHED)
            yield Step(thread, begun[thread], True, False)
        elif not rest.startswith(("+++", "---")):
            yield Step(thread, rest, True, True)


def answered(step):
    """The ids of the requests that this sending answers with 200."""
    return ANSWER.findall(step.text)


class SqliteLog:
    """The -wal file: frames of a header of 24 bytes and a page (SQLite's file format, section 4.1)."""

    trace = "pwrite64,fdatasync,fsync,sendmsg,sendto,writev"

    def __init__(self, ids):
        self._ids = ids
        self._written = set()
        self._is_committed = False

    def take(self, step):
        if step.name != "pwrite64" or not step.is_entry or "-wal>" not in step.text:
            return
        (bytes_written,) = TEXT.findall(step.text)
        if re.search(r'", 24, \d+', step.text):
            self._is_committed = is_commit(bytes_written)
        self._written.update(self._ids.findall(bytes_written))

    def syncs(self, step):
        return step.name in SYNCS and "-wal>" in step.text

    def committed(self):
        """The ids that a sync which begins now brings to disk, with the end of their transaction."""
        return set(self._written) if self._is_committed else set()


def is_commit(header):
    """A frame's header holds the size of the database if the frame ends a transaction, and else 0."""
    return header.encode("latin1").decode("unicode_escape").encode("latin1")[4:8] != b"\0\0\0\0"


class PostgresLog:
    """The server's side: what its processes receive from the program, and their syncs of pg_wal."""

    trace = "recvfrom,fdatasync,fsync,sendmsg,sendto,writev"
    longest_id = 64

    def __init__(self, ids):
        self._ids = ids
        self._received = {}
        self._tails = {}  # an id may come in two pieces
        self._committed = set()

    def take(self, step):
        if step.name != "recvfrom" or not step.is_end:
            return
        for text in TEXT.findall(step.text):
            text = self._tails.get(step.thread, "") + text
            self._tails[step.thread] = text[-self.longest_id :]
            received = self._received.setdefault(step.thread, set())
            received.update(self._ids.findall(text))
            if "COMMIT" in text:
                self._committed |= received

    def syncs(self, step):
        return step.name in SYNCS and "/pg_wal/" in step.text

    def committed(self):
        return set(self._committed)


class Proof:
    """`early` are the answers that left before their row was on disk, `proven` all others."""

    def __init__(self, ids, log):
        self._ids = set(ids)
        self._log = log(re.compile("|".join(re.escape(id) for id in sorted(ids, key=len, reverse=True))))
        self._syncing = {}  # by thread: what the sync under way will have brought to disk
        self._durable = set()
        self.proven, self.early = [], []

    def follow(self, lines):
        for step in steps(lines):
            self._log.take(step)
            if self._log.syncs(step):
                self._sync(step)
            elif step.name in SENDS and step.is_entry:
                self._send(step)
        return self

    def _sync(self, step):
        if step.is_entry:
            self._syncing[step.thread] = self._log.committed()
        if step.succeeded:
            self._durable |= self._syncing.pop(step.thread, set())

    def _send(self, step):
        for request_id in set(answered(step)) & self._ids:
            (self.proven if request_id in self._durable else self.early).append(request_id)
