#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Follows docs/add-a-service.md word by word in a clean temporary clone, and fails where the page is wrong.

What the page's fenced blocks mean:

  ```console          each "$ " line is run; output that is shown must be the very same, but for times and random ids
  ```console fails    the command must fail, and each line shown must be in what it writes
  ```console server   the command serves until the page ends
  ```cpp title=FILE   (or any other language) is written to FILE

Only the port is another than on the page: a free one.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/add-a-service.md"
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARYING = {
    r"\d{4}-\d\d-\d\dT[\d:.]+Z": "TIME",
    r"\b[0-9a-f]{32}\b": "ID",
    r'"duration":[\d.e-]+': '"duration":SECONDS',
}
STARTS_WITHIN = 1800  # run.sh builds first
READY_MARK = "FOLLOWED"


def fail(what):
    sys.exit(f"{PAGE.name}: {what}")


def masked(text):
    for pattern, word in VARYING.items():
        text = re.sub(pattern, word, text)
    return text.strip()


def commands_of(block):
    """(command, what it shows) pairs."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [tuple(part.split("\n", 1)) for part in parts]


class Shell:
    """One bash for the whole page: variables live from block to block."""

    def __init__(self, folder, environment):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            ["bash"], cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )

    def run(self, command):
        """The exit code and all that was written."""
        print(f"$ {command}", flush=True)
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n{READY_MARK} %s\\n' $?\n")
        self.process.stdin.flush()
        written = []
        for line in self.process.stdout:
            if line.startswith(READY_MARK):
                text = "".join(written).strip()
                print(text, flush=True)
                return int(line.split()[1]), text
            written.append(line)
        fail(f"the shell ended at: {command}")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Walk:
    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(self.port)}
        self.shell = Shell(folder, self.environment)
        self.server = None
        self.last = ""

    def follow(self, language, info, block):
        title = re.search(r"title=(\S+)", info)
        if title:
            (self.folder / title[1]).write_text(block)
        elif language == "console":
            for command, shown in commands_of(block.replace("localhost:8080", f"localhost:{self.port}")):
                self.do(command, shown, info.split())

    def do(self, command, shown, words):
        if "server" in words:
            return self.serve(command)
        code, self.last = self.shell.run(command)
        if (code != 0) != ("fails" in words):
            fail(f"exit code {code}: {command}")
        if "fails" in words:
            missing = [line for line in shown.splitlines() if line.strip() and line not in self.last]
            if missing:
                fail(f"not said by {command}: {missing}")
        elif shown.strip() and masked(shown) != masked(self.last):
            fail(f"{command}\nthe page shows\n{shown}\nand it was\n{self.last}")

    def serve(self, command):
        print(f"$ {command} &", flush=True)
        self.server = subprocess.Popen(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, start_new_session=True
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self.is_ready():
            if self.server.poll() is not None or time.monotonic() > deadline:
                fail(f"did not get ready: {command}")
            time.sleep(0.2)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readiness", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def end(self):
        self.shell.end()
        if self.server and self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGTERM)
            self.server.wait(timeout=60)


def clean_clone(folder):
    """The last commit, with what setup.sh has installed here, so that nothing is downloaded again."""
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    for installed in (".deps", "web/node_modules", "web/dist"):
        if (ROOT / installed).exists():
            shutil.copytree(ROOT / installed, folder / installed, symlinks=True)


def main():
    blocks = BLOCK.findall(PAGE.read_text())
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "inferkeep"
        clean_clone(folder)
        walk, began = Walk(folder), time.monotonic()
        try:
            for block in blocks:
                walk.follow(*block)
            minutes = (time.monotonic() - began) / 60
        finally:
            walk.end()
        if '"service_version":"v3","success":true' not in walk.last:
            fail("it must end with the recorded call")
    lines = sum(len(block.splitlines()) for language, _, block in blocks if language == "cpp")
    print(f"{PAGE.name}: {minutes:.1f} minutes from the first command to the recorded call, {lines} lines of C++")


if __name__ == "__main__":
    main()
