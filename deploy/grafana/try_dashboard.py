#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""try_dashboard.py [--picture FILE]: asks a real Prometheus for every figure of dashboard.json while a server is under a little
load, and fails where Prometheus does not understand one or has no value for it. The picture is drawn by Chromium from those
answers: a stand-in for Grafana, which is not needed here. Needs a release build, and prometheus and chromium on PATH."""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from picture import draw  # noqa: E402

PROJECT = Path(__file__).resolve().parents[2]
LOAD_SECONDS, RATE_INTERVAL = 60, "10s"
HOUSE = {"age": 12, "surface": 140, "has_attic": False, "garden_surface": 600, "address": "7 Elm Street, Ames"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(base, path, body=None, token=None, kind="application/json"):
    """(status, document); refusals are answers as well."""
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(base + path, data, headers), timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, None


def sign_in(base, password):
    form = urllib.parse.urlencode({"username": "superuser@example.com", "password": password}).encode()
    return call(base, "/auth/token", form, kind="application/x-www-form-urlencoded")


def start_server(folder: Path, port: int):
    environment = {**os.environ, "SQL_URL": f"sqlite:///{folder}/try.db", "PORT": str(port), "CREATE_SUPERUSER": "true",
                   "LOG_LEVEL": "error"}
    return subprocess.Popen([PROJECT / "build/release/inferkeep", "--mode", "test"], cwd=PROJECT, env=environment,
                            stdout=subprocess.DEVNULL)


def start_prometheus(folder: Path, port: int, target: int):
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: inferkeep, static_configs: [{{targets: ['127.0.0.1:{target}']}}]}}]\n")
    return subprocess.Popen(
        ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
         f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])


def wait_for(what: str, ready):
    for _ in range(300):
        try:
            if ready():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{what} is not there after 30 s")


def press(base: str, until: float):
    """What people do: mostly predictions, now and then something wrong."""
    token = sign_in(base, "8888")[1]["access_token"]
    turn = 0
    while time.monotonic() < until:
        turn += 1
        call(base, "/mlservice/v2/predict", HOUSE, token)
        call(base, "/mlservice/v1/predict", {"text": f"I love it {turn}"}, token)
        if turn % 5 == 0:
            call(base, "/mlservice/v1/predict/batch", {"inputs": [{"text": "fine"}] * 20}, token)
        if turn % 10 == 0:
            call(base, "/mlservice/v2/predict", {**HOUSE, "age": -1}, token)
            call(base, "/nothing")
            call(base, "/user/service_calls", token=token)
        if turn % 50 == 0:
            sign_in(base, secrets.token_hex(4))
        time.sleep(0.05)


def expressions(panel):
    """(PromQL, legend) of each of its figures, with Grafana's variables filled in."""
    for target in panel.get("targets", []):
        text = target["expr"].replace("$job", "inferkeep").replace("$instance", ".*").replace("$__rate_interval", RATE_INTERVAL)
        yield text, target.get("legendFormat", "")


def ask(prometheus: str, expression: str, begin: float, end: float):
    query = urllib.parse.urlencode({"query": expression, "start": begin, "end": end, "step": 1})
    with urllib.request.urlopen(f"{prometheus}/api/v1/query_range?{query}", timeout=30) as answer:
        return json.load(answer)["data"]["result"]


def named(legend: str, labels: dict) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), legend)


def read_panels(prometheus: str, begin: float, end: float):
    """The dashboard's panels with `series`: name and points. Exits where a figure has none."""
    panels = json.loads((PROJECT / "deploy/grafana/dashboard.json").read_text())["panels"]
    empty, figures = [], 0
    for panel in panels:
        panel["series"] = []
        for expression, legend in expressions(panel):
            figures += 1
            found = ask(prometheus, expression, begin, end)
            if not any(value != "NaN" for series in found for _, value in series["values"]):
                empty.append(f"{panel['title']}: {expression}")
            panel["series"] += [(named(legend, series["metric"]), [(float(at), float(value)) for at, value in series["values"]])
                                for series in found]
    if empty:
        sys.exit("try_dashboard: no value for\n  " + "\n  ".join(empty))
    print(f"try_dashboard: Prometheus has values for all {figures} figures of {len(panels)} panels and rows")
    return panels


def watch(folder: Path):
    """Serves, presses, scrapes; returns the panels."""
    port, prometheus_port = free_port(), free_port()
    base, prometheus = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{prometheus_port}"
    processes = [start_server(folder, port), start_prometheus(folder, prometheus_port, port)]
    try:
        wait_for("the server", lambda: call(base, "/readiness")[0] == 200)
        wait_for("Prometheus", lambda: urllib.request.urlopen(f"{prometheus}/-/ready").status == 200)
        begin = time.time() + 12  # the first rates need some scrapes
        people = [threading.Thread(target=press, args=(base, time.monotonic() + LOAD_SECONDS)) for _ in range(3)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        return read_panels(prometheus, begin, time.time())
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, help="a PNG to write")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        panels = watch(folder)
        if arguments.picture:
            draw(panels, folder / "page.html", arguments.picture.resolve())
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
