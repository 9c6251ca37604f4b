# SPDX-License-Identifier: MIT
"""Fresh Debian 12 systems in folders, and programs in them.

All that is mounted is mounted in a mount namespace of the trial's own, and all that is started lives in a PID namespace of its
own: both end with the trial, however it ends, and then the folder can be deleted without reaching into /proc, /sys or /dev."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

MARK = "INFERKEEP_CLEAN_ROOT"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def in_own_namespaces(main) -> int:
    """Runs `main(folder)` in namespaces of its own, with a temporary folder that is gone afterwards."""
    if MARK in os.environ:
        return main(Path(os.environ.pop(MARK)))
    if os.geteuid() != 0:
        sys.exit("try_in_clean_root: chroot and mounts need root")
    folder = tempfile.mkdtemp(prefix="inferkeep-roots-", dir="/var/tmp")
    try:
        os.chmod(folder, 0o755)
        inner = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc",
                 sys.executable, *sys.argv]
        return subprocess.run(inner, env={**os.environ, MARK: folder}).returncode
    finally:
        shutil.rmtree(folder)


def machine_sources() -> str:
    """apt's sources for Debian 12 as this machine itself has them: a mirror nearby, or the only one that it reaches."""
    lines = subprocess.run(
        ["apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
         "Created-By: Packages", "Origin: Debian"], check=True, capture_output=True, text=True).stdout
    lines = sorted({line for line in lines.splitlines() if " bookworm" in line and line.endswith(" main")})
    if not lines:
        sys.exit("try_in_clean_root: apt knows no Debian 12 archive here; run apt-get update")
    return "".join(f"{line}\n" for line in lines)


def bootstrap(folder: Path) -> "Root":
    """The smallest Debian 12 that has apt, about what the image debian:12-slim is."""
    sources = machine_sources()
    archive = next(line.split()[1] for line in sources.splitlines() if line.split()[2] == "bookworm")
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", folder, archive], check=True,
                   stdout=subprocess.DEVNULL)
    root = Root(folder)
    (folder / "etc/apt/sources.list").write_text(sources)
    root.adopt_network()
    root.mount_kernel_folders()
    root.run(["apt-get", "-q", "update"])
    root.run(["apt-get", "-qy", "upgrade"])
    root.run(["apt-get", "clean"])
    root.unmount_kernel_folders()
    return root


class Root:
    """One system in a folder."""

    def __init__(self, path: Path):
        self.path = path
        self.log = path.with_suffix(".log")

    def copy(self, path: Path) -> "Root":
        """A system like this one, ready to run programs."""
        subprocess.run(["cp", "-a", "--reflink=auto", self.path, path], check=True)
        root = Root(path)
        root.mount_kernel_folders()
        return root

    def adopt_network(self):
        """Names and certificates as this machine has them: it may reach its registries through a proxy of its own."""
        for name in ("resolv.conf", "hosts"):
            shutil.copy(f"/etc/{name}", self.path / "etc" / name)
        shutil.copytree("/usr/local/share/ca-certificates", self.path / "usr/local/share/ca-certificates",
                        dirs_exist_ok=True)

    def mount_kernel_folders(self):
        for source, name in (("proc", "proc"), ("sysfs", "sys")):
            subprocess.run(["mount", "-t", source, source, self.path / name], check=True)
        subprocess.run(["mount", "--rbind", "/dev", self.path / "dev"], check=True)

    def unmount_kernel_folders(self):
        for name in ("proc", "sys", "dev"):
            subprocess.run(["umount", "--recursive", self.path / name], check=True)

    def mount(self, source: Path, at: str):
        """Binds a folder of this machine, read-only."""
        place = self.path / at.lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "--bind", source, place], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)

    @contextmanager
    def read_only(self, *writable: str):
        """The whole system, but for /tmp (fresh, in memory) and the named folders."""
        subprocess.run(["mount", "--rbind", self.path, self.path], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", self.path], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.path / "tmp"], check=True)
        for name in writable:
            place = self.path / name.lstrip("/")
            subprocess.run(["mount", "--bind", place, place], check=True)
            subprocess.run(["mount", "-o", "remount,bind,rw", place], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--recursive", self.path], check=True)

    def command(self, words, environment, folder, user):
        """As a container starts a process: no new privileges, no capability but root's own."""
        become = []
        if user not in ("0:0", "root"):
            uid, gid = user.split(":")
            become = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs",
                      "--bounding-set=-all", "--inh-caps=-all"]
        variables = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **environment}
        return ["chroot", self.path, "env", "-i", "-C", folder, *(f"{name}={value}" for name, value in variables.items()),
                *become, *words]

    def run(self, words, environment=MappingProxyType({}), folder="/", user="0:0", given=""):
        """Runs to the end, and returns what was printed. A failure shows the log's end and raises."""
        done = subprocess.run(self.command(words, environment, folder, user), input=given, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with open(self.log, "a") as log:
            log.write(f"$ {' '.join(map(str, words))}\n{done.stdout}")
        if done.returncode != 0:
            print(done.stdout[-4000:], file=sys.stderr)
            raise RuntimeError(f"exit {done.returncode}: {' '.join(map(str, words))[:200]}")
        return done.stdout

    def start(self, words, environment=MappingProxyType({}), folder="/", user="0:0"):
        """A process that goes on; its standard output is a pipe, its errors go to the log."""
        return subprocess.Popen(self.command(words, environment, folder, user), text=True, stdout=subprocess.PIPE,
                                stdin=subprocess.DEVNULL, stderr=open(self.log, "a"))

    def figures(self) -> str:
        """Its size and its packages."""
        size = subprocess.run(["du", "-sxm", "--exclude=./proc", "--exclude=./sys", "--exclude=./dev", "."],
                              cwd=self.path, check=True, capture_output=True, text=True).stdout.split()[0]
        packages = subprocess.run(["dpkg-query", f"--admindir={self.path}/var/lib/dpkg", "-W"],
                                  check=True, capture_output=True, text=True).stdout.count("\n")
        return f"{size} MB, {packages} packages"
