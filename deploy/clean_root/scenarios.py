# SPDX-License-Identifier: MIT
"""What is tried, each in systems of its own."""

import configparser
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .containerfile import Build, context
from .booted import Booted, boot
from .roots import Root
from .trial import ADMIN, PASSWORD, Client, Program, expect, free_port, make_calls, try_program, wait_until_ready


def container(project: Path, base: Root, folder: Path, say):
    folder.mkdir()
    sources = context(project, folder / "context")
    build = Build(sources, lambda name: base.copy(folder / name), say)
    image = build.run((project / "deploy/container/Containerfile").read_text())
    say(f"image: {image.root.figures()}")
    data = "/var/lib/inferkeep"
    key = image.root.path / "run/secret_key"
    write_key(key, image.user)
    environment = {**image.environment, "SQL_URL": f"sqlite:///{data}/inferkeep.db", "ALLOW_PLAIN_HTTP": "true",
                   "SECRET_KEY_FILE": "/run/secret_key"}
    with image.root.read_only(data):
        try_program(Program(image.root, image.entrypoint, image.entrypoint, image.user, image.user, image.folder,
                            environment, image.healthcheck), say)


def write_key(key: Path, user: str):
    key.write_text(os.urandom(32).hex() + "\n")
    os.chown(key, *map(int, user.split(":")))
    key.chmod(0o400)


def build_package(project: Path, into: Path) -> Path:
    """From the release build."""
    into.mkdir()
    subprocess.run(["cmake", "--build", "build/release", "--", "--quiet"], cwd=project, check=True)
    subprocess.run(["cpack", "-G", "DEB", "--config", project / "build/release/CPackConfig.cmake"], cwd=into, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return next(into.glob("*.deb"))


def deb(project: Path, base: Root, folder: Path, say):
    package = build_package(project, folder)
    root = base.copy(folder / "system")
    shutil.copy(package, root.path / "root/inferkeep.deb")
    install = ["apt-get", "-qy", "install", "--reinstall", "--no-install-recommends", "/root/inferkeep.deb"]
    root.run(["apt-get", "-q", "update"])
    root.run(install)
    say(f"{package.name}, {package.stat().st_size / 1e6:.0f} MB: installed; {root.figures()}")
    key = root.path / "etc/inferkeep/secret_key"
    first = key.read_text()
    expect("the key's mode", oct(key.stat().st_mode & 0o777), "0o400")
    root.run(install)
    expect("the key after another installation", key.read_text(), first)
    serve_as_the_unit_says(root, say)
    goes_again(root, say)


def serve_as_the_unit_says(root: Root, say):
    """Without systemd: its user, its command, its writable folder."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(root.path / "lib/systemd/system/inferkeep.service")
    service = unit["Service"]
    user = ":".join(root.run(["id", word, service["User"]]).strip() for word in ("-u", "-g"))
    data = f"/var/lib/{service['StateDirectory']}"
    with root.read_only(data):
        try_program(Program(root, service["ExecStart"].split(), ["inferkeep-admin"], user, "0:0", data), say)


def goes_again(root: Root, say):
    root.run(["apt-get", "-qy", "remove", "inferkeep"])
    expect("the settings after a removal", (root.path / "etc/inferkeep/inferkeep.env").exists(), True)
    root.run(["apt-get", "-qy", "purge", "inferkeep"])
    expect("/etc/inferkeep after a purge", (root.path / "etc/inferkeep").exists(), False)
    expect("the database after a purge", (root.path / "var/lib/inferkeep/inferkeep.db").exists(), True)
    say("removed and purged: settings and key are gone, the database is there")


def unit(project: Path, base: Root, folder: Path, say):
    package = build_package(project, folder)
    root = base.copy(folder / "system")
    shutil.copy(package, root.path / "root/inferkeep.deb")
    root.run(["apt-get", "-q", "update"])
    root.run(["apt-get", "-qy", "install", "--no-install-recommends", "systemd", "dbus", "/root/inferkeep.deb"])
    root.unmount_kernel_folders()
    port = free_port()
    write_setting(root, "PORT", port)
    with boot(root) as system:
        say(system.run("inferkeep-admin", "migrate", "up").strip())
        say(system.run("inferkeep-admin", "create-admin", ADMIN, given=f"{PASSWORD}\n").strip())
        system.run("systemctl", "enable", "--now", "inferkeep")
        client = Client(port)
        wait_until_ready(client)
        say(f"enabled and started, ready, predicted {make_calls(client)}; exposure {exposure(system)}")
        system.run("systemctl", "reload", "inferkeep")
        wait_until_ready(client)
        comes_back(system, client, say)
        wrong_setting(system, root, port, say)


def write_setting(root: Root, name: str, value):
    settings = root.path / "etc/inferkeep/inferkeep.env"
    settings.write_text(re.sub(rf"(?m)^{name}=.*", f"{name}={value}", settings.read_text()))


def exposure(system: Booted) -> str:
    said = system.run("systemd-analyze", "security", "--no-pager", "inferkeep")
    return re.search(r"exposure level.*: ([0-9.]+)", said)[1]


def comes_back(system: Booted, client: Client, say):
    system.run("systemctl", "kill", "--signal=SEGV", "inferkeep")
    while system.property("inferkeep", "NRestarts") != "1":
        time.sleep(0.1)
    wait_until_ready(client)
    say("reloaded, and ready; killed by SIGSEGV: systemd has started it again, and it is ready")


def wrong_setting(system: Booted, root: Root, port: int, say):
    system.run("systemctl", "stop", "inferkeep")
    expect("the exit code of a stop", system.property("inferkeep", "ExecMainStatus"), "0")
    write_setting(root, "PORT", 99999)
    system.try_run("systemctl", "start", "inferkeep")
    time.sleep(4)  # longer than RestartSec
    found = [system.property("inferkeep", name) for name in ("ActiveState", "ExecMainStatus", "NRestarts")]
    expect("a start with a wrong setting", found, ["failed", "78", "0"])
    say("stopped with 0; refused a wrong setting with 78, and was not started again")


def newcomer(project: Path, base: Root, folder: Path, say):
    folder.mkdir()
    root = base.copy(folder / "system")
    root.run(["apt-get", "-q", "update"])
    root.run(["apt-get", "-qy", "install", "--no-install-recommends", "git"])
    root.mount(project / ".git", "/mnt/inferkeep.git")
    root.run(["git", "-c", "safe.directory=*", "clone", "-q", "/mnt/inferkeep.git", "inferkeep"], folder="/root")
    say("cloned; ./run.sh dev superuser")
    serve_by_run_sh(root, say)
    printed = root.run(["./run_tests.sh"], folder="/root/inferkeep")
    for line in re.findall(r"^(?:100% tests passed.*|\d+ passed.*|test: all.*)$", printed, re.M):
        say(line)


def serve_by_run_sh(root: Root, say):
    process = root.start(["./run.sh", "dev", "superuser"], {"PORT": "0"}, "/root/inferkeep")
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.strip().startswith("superuser"):
            break
    else:
        raise RuntimeError("run.sh ended: " + "\n".join(lines[-20:]))
    say("serves: " + "; ".join(" ".join(line.split()) for line in lines[-3:]))
    process.send_signal(signal.SIGINT)
    expect("the exit code after Ctrl-C", process.wait(30), 0)


ALL = {"container": container, "deb": deb, "unit": unit, "newcomer": newcomer}
