# SPDX-License-Identifier: MIT
"""How files are imported, and what is there afterwards."""

import csv

from answers import assert_ok
from harness import ROOT, run_program
from test_mlservice import HOUSE, predict

FIELDS = "age,surface,has_attic,garden_surface,address"
ROW = '36,113.34,False,1094.49,"Ames, Iowa"'


def run_import(server, *arguments, **how):
    return run_program("--mode", server.mode, *map(str, arguments), **server.settings, **how)


def imported(ended):
    """What an import that went well has said."""
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    return ended.stdout


def refused(ended, code=65):
    """The lines of an import that brought nothing in."""
    assert (ended.returncode, ended.stdout) == (code, ""), ended
    lines = ended.stderr.splitlines()
    if code == 65:
        assert lines.pop().endswith(": nothing was imported"), ended
    return lines


def call_id(answer):
    return int(assert_ok(answer).headers["X-Service-Call-Id"])


def call(caller, service="v2"):
    return call_id(predict(caller, service))


def call_batch(caller, size):
    return call_id(caller.post("/mlservice/v2/predict/batch", json={"inputs": [HOUSE] * size}))


def truth_of(server, call, item=0, service="v2"):
    query = f"SELECT target_true FROM model_logs_{service} WHERE service_call_id = ? AND item = ?"
    return server.sql(query, call, item)[0]["target_true"]


def training_rows(server, service="v2"):
    return server.sql(f"SELECT * FROM model_logs_{service} WHERE is_train_data ORDER BY id")


def rows_of_file(name):
    with open(ROOT / "data" / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
