# SPDX-License-Identifier: MIT
"""The first minutes of an installed program: an admin is made, the server comes up, tells that it is ready, signs the admin in,
predicts, shows the record of it, and stops in good order."""

import json
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

from .roots import Root

ADMIN, PASSWORD = "ada@example.com", "a fine engine of brass"
HOUSE = {"age": 12, "surface": 140, "has_attic": False, "garden_surface": 600, "address": "7 Elm Street, Ames"}


@dataclass
class Program:
    """How the program is called in its root: `commands` and `server` are words; commands are run as `admin`."""

    root: Root
    server: list
    commands: list
    user: str
    admin: str
    folder: str = "/"
    environment: dict = field(default_factory=dict)
    healthcheck: list = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    def __init__(self, port: int):
        self.base, self.headers = f"http://127.0.0.1:{port}", {}

    def get(self, path, body=None, kind="application/json"):
        headers = {**self.headers, "Content-Type": kind} if body is not None else self.headers
        with urllib.request.urlopen(urllib.request.Request(self.base + path, body, headers), timeout=30) as answer:
            return json.load(answer)

    def sign_in(self):
        form = urllib.parse.urlencode({"username": ADMIN, "password": PASSWORD}).encode()
        token = self.get("/auth/token", form, "application/x-www-form-urlencoded")["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}


def wait_until_ready(client: Client, ended=lambda: None):
    for _ in range(300):
        if (code := ended()) is not None:
            raise RuntimeError(f"the server ended with {code}")
        try:
            return client.get("/readiness")
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server is not ready after 30 s")


def make_calls(client: Client):
    """What the v2 service said."""
    client.sign_in()
    price = client.get("/mlservice/v2/predict", json.dumps(HOUSE).encode())
    newest = client.get("/user/service_calls")[0]
    expect("the record", (newest["service_version"], newest["outcome"]), ("v2", "success"))
    return price


def expect(what: str, found, wanted):
    if found != wanted:
        raise RuntimeError(f"{what}: {found!r} instead of {wanted!r}")


def expect_read_only(root: Root):
    tried = subprocess.run(root.command(["touch", "/usr/written"], {}, "/", "0:0"), capture_output=True)
    expect("writing to the root fails", tried.returncode != 0, True)


def try_program(program: Program, say):
    """Raises where a step does not do what it should."""
    port = free_port()
    environment = {**program.environment, "PORT": str(port)}
    root = program.root
    expect_read_only(root)
    root.run([*program.commands, "migrate", "up"], environment, program.folder, program.admin)
    made = root.run([*program.commands, "create-admin", ADMIN], environment, program.folder, program.admin, f"{PASSWORD}\n")
    say(made.strip())
    process = root.start(program.server, environment, program.folder, program.user)
    try:
        client = Client(port)
        expect("readiness", wait_until_ready(client, process.poll), {"status": "ready"})
        if program.healthcheck:
            root.run(program.healthcheck, environment, program.folder, program.user)
        price = make_calls(client)
        process.terminate()
        expect("the exit code after SIGTERM", process.wait(30), 0)
    finally:
        process.kill()
    say(f"ready, signed in, predicted {price}, found the record, exit 0 after SIGTERM")
