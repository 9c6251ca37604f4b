# SPDX-License-Identifier: MIT
"""strace on a running process: what it does, and system calls that fail on demand.

strace counts `when=n` for each thread apart, from the moment it attaches.
"""

import signal
import subprocess

INJECTED = "(INJECTED)"


class Strace:
    """Traces processes and their threads within a `with` block; they go on unharmed behind it."""

    def __init__(self, pids, output, trace, *options):
        self.output = output
        attach = [word for pid in pids for word in ("-p", str(pid))]
        self._words = ["strace", "-f", *attach, "-e", f"trace={trace}", "-o", str(output), *options]

    def __enter__(self):
        self._process = subprocess.Popen(self._words, stderr=subprocess.PIPE, text=True)
        for _ in range(self._words.count("-p")):
            said = self._process.stderr.readline()
            assert "attached" in said, said + self._process.stderr.read()
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)  # it lets go of the process, unlike at its death
        self._process.communicate(timeout=60)

    @property
    def lines(self):
        """What it has seen; strace writes behind, so read it after the block."""
        return self.output.read_text(errors="surrogateescape").splitlines()

    @property
    def injected(self):
        """How many calls it has made fail."""
        return sum(INJECTED in line for line in self.lines)


def failing(pid, output, calls, error, when, trace=None, *options):
    """Lets these calls fail: `when` is n (that one), n+ (from there on) or n+m (each m-th from there on)."""
    return Strace([pid], output, trace or calls, "-e", f"inject={calls}:error={error}:when={when}", *options)
