# SPDX-License-Identifier: MIT
"""What a disk may hold after a power cut, made from a trace of what was written and synced.

Until its file is synced, a write is a wish: the disk may have it, not have it, or have some of its sectors,
and a later one may be there without an earlier one. A sync that has ended makes all of them certain that were
there when it began. To cut a file (ftruncate) is a write in this respect.
"""

import dataclasses
import re

from order import SYNCS

SECTOR = 512
WRITE = re.compile(r'pwrite64\(\d+<([^>]*)>, "((?:[^"\\]|\\.)*)", (\d+), (\d+)', re.DOTALL)
CUT = re.compile(r"ftruncate\(\d+<([^>]*)>, (\d+)")
SYNCED_FILE = re.compile(r"\w+\(\d+<([^>]*)>")
TRACE = "pwrite64,ftruncate,fdatasync,fsync,sendmsg,sendto,writev"


@dataclasses.dataclass(frozen=True, eq=False)
class Write:
    at: int
    data: bytes

    def apply(self, content):
        content.extend(bytes(max(0, self.at - len(content))))
        content[self.at : self.at + len(self.data)] = self.data

    def sectors(self):
        """The same write in pieces that the disk writes whole or not at all."""
        edges = [self.at, *range(self.at // SECTOR * SECTOR + SECTOR, self.at + len(self.data), SECTOR)]
        ends = edges[1:] + [self.at + len(self.data)]
        return [Write(a, self.data[a - self.at : b - self.at]) for a, b in zip(edges, ends)]


@dataclasses.dataclass(frozen=True, eq=False)
class Cut:
    size: int

    def apply(self, content):
        content.extend(bytes(max(0, self.size - len(content))))
        del content[self.size :]

    def sectors(self):
        return [self]


def dropped(pending, chance):
    """Nothing of it is there."""
    return []


def torn(pending, chance):
    """It is there up to some sector."""
    sectors = [sector for wish in pending for sector in wish.sectors()]
    return sectors[: chance.randrange(len(sectors) + 1)]


def reordered(pending, chance):
    """Any of its sectors are there, and others are not."""
    return [sector for wish in pending for sector in wish.sectors() if chance.random() < 0.5]


LOSSES = [dropped, torn, reordered]


class Disk:
    """Follows a trace. `files` is what they held when it began, by path: {"/x/test.db": b"…"}."""

    def __init__(self, files):
        self._synced = {path: bytearray(content) for path, content in files.items()}
        self._pending = {path: [] for path in files}
        self._syncing = {}  # by thread: what the sync under way makes certain

    def take(self, step):
        if step.name in SYNCS:
            self._sync(step)
        elif step.is_entry and (found := WRITE.match(step.text)):
            path, text, size, at = found.groups()
            data = text.encode("latin1").decode("unicode_escape").encode("latin1")
            assert len(data) == int(size), "the trace has cut the text short"
            self._wish(path, Write(int(at), data))
        elif step.is_entry and (found := CUT.match(step.text)):
            self._wish(found[1], Cut(int(found[2])))

    def _wish(self, path, wish):
        if path in self._pending:
            self._pending[path].append(wish)

    def _sync(self, step):
        path = SYNCED_FILE.match(step.text)[1]
        if path not in self._pending:
            return
        if step.is_entry:
            self._syncing[step.thread] = list(self._pending[path])
        if step.succeeded:
            for wish in self._syncing.pop(step.thread):
                if wish in self._pending[path]:
                    self._pending[path].remove(wish)
                    wish.apply(self._synced[path])

    def after_cut(self, loss, chance):
        """What the files hold if the power goes now: {path: bytes}."""
        found = {}
        for path, content in self._synced.items():
            found[path] = bytearray(content)
            for wish in loss(self._pending[path], chance):
                wish.apply(found[path])
        return found
