# SPDX-License-Identifier: MIT
"""A root whose own systemd runs, as on a machine of its own but for kernel and network, which are those of this one."""

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from .roots import PATH, Root

NAMESPACES = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--cgroup", "--ipc", "--uts"]


class Booted:
    """Runs commands beside the root's systemd."""

    def __init__(self, pid: int):
        self.pid = pid

    def try_run(self, *words, given=""):
        return subprocess.run(["nsenter", f"--target={self.pid}", "--all", "env", "-i", f"PATH={PATH}", *words], input=given,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, *words, given="") -> str:
        done = self.try_run(*words, given=given)
        if done.returncode != 0:
            journal = self.try_run("journalctl", "--no-pager", "--lines=30").stdout
            raise RuntimeError(f"exit {done.returncode}: {' '.join(words)}\n{done.stdout}\n{journal}")
        return done.stdout

    def property(self, unit: str, name: str) -> str:
        return self.run("systemctl", "show", "--property", name, "--value", unit).strip()


@contextmanager
def boot(root: Root):
    """Until the block is left. The root's kernel folders must not be mounted yet."""
    group = control_group()
    group.mkdir(exist_ok=True)
    command = ["unshare", *NAMESPACES, Path(__file__).with_name("boot.sh"), root.path]
    unshare = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(root.log, "a"),
                               preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())))
    try:
        system = Booted(first_child(unshare.pid))
        wait_for_systemd(system)
        yield system
    finally:
        unshare.kill()
        unshare.wait()
        remove_control_groups(group)


def control_group() -> Path:
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    return Path(next(words[1] for words in mounts if words[2] == "cgroup2")) / f"inferkeep-trial-{os.getpid()}"


def remove_control_groups(group: Path):
    """Its processes may take a moment to be gone."""
    for _ in range(50):
        try:
            for folder, _, _ in os.walk(group, topdown=False):
                os.rmdir(folder)
            return
        except OSError:
            time.sleep(0.1)


def first_child(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for _ in range(100):
        if words := children.read_text().split():
            return int(words[0])
        time.sleep(0.05)
    raise RuntimeError("unshare has started nothing")


def wait_for_systemd(system: Booted):
    """Until nothing is left to start; a unit that fails for want of hardware is none of ours."""
    for _ in range(300):
        if system.try_run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"):
            return
        time.sleep(0.1)
    raise RuntimeError("systemd does not come up")
