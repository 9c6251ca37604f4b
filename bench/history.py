#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a long history costs: pages, reports and exports over a million calls, all in one run.

Starts the release build on a database of its own (INFERKEEP_TEST_DATABASE=postgres: of that kind). Ratios of one run are to be compared; times are this machine's.
"""

import os
import pathlib
import statistics
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("INFERKEEP_BINARY", str(ROOT / "build/release/inferkeep"))
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/http"))

import people  # noqa: E402
from fill import fill_calls  # noqa: E402
from harness import Server  # noqa: E402

ROWS = int(os.environ.get("ROWS", 1_000_000))
SPAN = "since=2026-01-01T00:00:00Z&until=2026-01-31T00:00:00Z"


def memory(server):
    """What the process holds now, in MiB."""
    with open(f"/proc/{server.pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


class Watch:
    """The most that the process holds while something runs."""

    def __init__(self, server):
        self.server, self.peak, self.before, self.done = server, 0, memory(server), False
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.done:
            self.peak = max(self.peak, memory(self.server))
            time.sleep(0.01)

    def __enter__(self):
        self.thread.start()
        self.began = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self.began
        self.done = True
        self.thread.join()


def seconds(person, path, rounds=200):
    """The median of a request."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        assert person.get(path).status_code == 200
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def measure_pages(person, path, limit):
    newest = seconds(person, f"{path}?limit={limit}&before={ROWS + 1}")
    oldest = seconds(person, f"{path}?limit={limit}&before=101")  # what 100 rows of the file are left for
    print(
        f"{path}: page 1 {newest * 1e3:.2f} ms, page {ROWS // 100:,} {oldest * 1e3:.2f} ms, "
        f"ratio {oldest / newest:.2f}"
    )


def measure_activity(server, admin):
    other = people.Api(server).user()
    idle = seconds(other, "/user")
    for query in (f"by=hour&{SPAN}", f"by=day&{SPAN}", f"by=day&{SPAN}&user={server.ada}"):
        meanwhile = []
        with Watch(server) as watch:
            reader = threading.Thread(target=lambda: meanwhile.append(seconds(other, "/user", 50)))
            reader.start()
            buckets = admin.get(f"/admin/activity?{query}").json()
        reader.join()
        calls = sum(bucket["calls"] for bucket in buckets)
        print(
            f"/admin/activity?{query}: {calls:,} calls in {len(buckets)} buckets, {watch.seconds:.2f} s, "
            f"memory +{watch.peak - watch.before:.1f} MiB; GET /user meanwhile {meanwhile[0] / idle:.1f} times idle"
        )


def measure_export(server, admin, query):
    size = 0
    with Watch(server) as watch:
        with admin.get(f"/admin/service_calls/export?{query}", stream=True) as answer:
            for piece in answer.iter_content(1 << 18):
                size += len(piece)
    print(
        f"/admin/service_calls/export?{query}: {size / 2**20:.0f} MiB in {watch.seconds:.1f} s, "
        f"{ROWS / watch.seconds:,.0f} rows/s, memory +{watch.peak - watch.before:.1f} MiB"
    )


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, LOG_LEVEL="error").start()
        api = people.Api(server)
        ada = api.user()
        server.ada, eve = ada.id, api.user().id
        server.stop()
        fill_calls(server, ROWS, server.ada, eve)
        server.start()
        admin = api.superuser()
        try:
            measure_pages(admin, "/admin/service_calls", 100)
            measure_pages(ada.login(), "/user/service_calls", 50)  # every second row is Ada's
            measure_activity(server, admin)
            for query in ("format=csv", "format=jsonl", f"format=csv&{SPAN}"):
                measure_export(server, admin, query)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
