#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the quality answer costs over a million served rows with a truth, beside 2,344 training rows: one run, the
server's threads on one core.

Starts the release build on a database of its own (INFERKEEP_TEST_DATABASE=postgres: of that kind). Ratios of one run are to be compared; times are this machine's.
"""

import os
import tempfile

from history import ROWS, SPAN, Watch, memory, people
from fill import fill_calls, fill_logs
from harness import Server

SERVICES = ("v2", "v1")


def measure(server, admin, service, query):
    with Watch(server) as watch:
        told = admin.get(f"/mlservice/{service}/quality?{query}").json()
    print(
        f"/mlservice/{service}/quality?{query}: {told['n']:,} rows with a truth in {len(told['days'])} days, "
        f"{watch.seconds:.2f} s, memory +{watch.peak - watch.before:.1f} MiB"
    )


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, LOG_LEVEL="error").start()
        api = people.Api(server)
        ada, eve = api.user().id, api.user().id
        server.stop()
        fill_calls(server, ROWS, ada, eve)
        for service in SERVICES:
            fill_logs(server, service)
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(cores)})  # which the server inherits
        server.start()
        os.sched_setaffinity(0, {max(cores)})
        print(f"idle: {memory(server):.1f} MiB")
        admin = api.superuser()
        try:
            for service in SERVICES:
                for query in ("", "drift=false", SPAN, f"user={ada}", "since=2026-01-30T00:00:00Z"):
                    measure(server, admin, service, query)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
