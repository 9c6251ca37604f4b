#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Feeds 2,000 house sales and 2,000 reviews through the API, with what turned out to be true of them, and compares the
quality answers with what scikit-learn, scipy and numpy say of the rows that the database then holds.

Needs .ci/quality_requirements.txt and tests/unit/statistics/requirements.txt; starts the release build on a database of its own. The exit
code is 1 where a figure differs by more than 1e-9 of itself.
"""

import math
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("INFERKEEP_BINARY", str(ROOT / "build/release/inferkeep"))
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests/http"), str(ROOT / "tests/unit/statistics")]

from harness import Server, run_program  # noqa: E402
from make_reference import DATA, HOUSES, REVIEWS, number_figures, texts  # noqa: E402
from people import Api  # noqa: E402
from sklearn import metrics  # noqa: E402

SERVED = 2000
NUMBERS = {"v1": (), "v2": ("age", "surface", "garden_surface")}
TEXTS = {"v1": ("text",), "v2": ("has_attic", "address")}
TRUTH = {"v1": "category", "v2": "price"}
FILES = {"v1": "food_reviews.csv", "v2": "house_prices.csv"}


def house(row):
    return {
        "age": int(row["age"]),
        "surface": float(row["surface"]),
        "has_attic": row["has_attic"] == "True",
        "garden_surface": float(row["garden_surface"]),
        "address": row["address"],
    }


# The newest houses and the longest reviews, so that there is a drift to be found.
SERVED_ROWS = {
    "v1": [({"text": row["text"]}, row["category"]) for row in sorted(REVIEWS, key=lambda row: -len(row["text"]))],
    "v2": [(house(row), float(row["price"])) for row in sorted(HOUSES, key=lambda row: int(row["age"]))],
}


def feed(person, service):
    """Predicts in batches of 500, then tells all truths at once; the seconds that each took."""
    rows, truths = SERVED_ROWS[service][:SERVED], []
    began = time.perf_counter()
    for start in range(0, SERVED, 500):
        batch = rows[start : start + 500]
        inputs = {"inputs": [features for features, _ in batch]}
        answer = person.post(f"/mlservice/{service}/predict/batch", json=inputs)
        assert answer.status_code == 200, answer.text
        call = int(answer.headers["X-Service-Call-Id"])
        truths += [
            {"service_call_id": call, "item": item, "target_true": truth} for item, (_, truth) in enumerate(batch)
        ]
    predicted = time.perf_counter()
    answer = person.post(f"/mlservice/{service}/truth", json={"truths": truths})
    assert answer.json() == {"recorded": SERVED, "unchanged": 0}, answer.text
    return predicted - began, time.perf_counter() - predicted


def logged(server, service, training):
    return server.sql(f"SELECT * FROM model_logs_{service} WHERE is_train_data = ? ORDER BY id", training)


def columns(rows, *names):
    return [[row[name] for row in rows] for name in names]


def regression(rows):
    true, pred = columns(rows, "target_true", "target_pred")
    return {
        "n": len(rows),
        "mae": metrics.mean_absolute_error(true, pred),
        "rmse": math.sqrt(metrics.mean_squared_error(true, pred)),
        "r2": metrics.r2_score(true, pred),
        "mean_error": sum(pred) / len(pred) - sum(true) / len(true),
    }


def classification(rows):
    true, pred = columns(rows, "target_true", "target_pred")
    labels = sorted({*true, *pred})
    scores = zip(*metrics.precision_recall_fscore_support(true, pred, labels=labels, zero_division=0))
    return {
        "n": len(rows),
        "accuracy": metrics.accuracy_score(true, pred),
        "macro_f1": metrics.f1_score(true, pred, average="macro"),
        "classes": [
            dict(zip(("label", "precision", "recall", "f1", "support"), (label, *map(float, score))))
            for label, score in zip(labels, scores)
        ],
        "confusion": {
            "labels": labels,
            "counts": metrics.confusion_matrix(true, pred, labels=labels).tolist(),
            "other": 0,
        },
    }


def drift(service, training, served):
    expected = {}
    for field in NUMBERS[service]:
        values = [[float(row[f"feature_{field}"]) for row in rows] for rows in (training, served)]
        expected[field] = {"basis": "number", **number_figures(*values, (0, 0))}
    for field in TEXTS[service]:
        values = [[str(row[f"feature_{field}"]) for row in rows] for rows in (training, served)]
        expected[field] = texts(field, *values)["expected"]
    return expected


def differences(expected, actual, where):
    """Walks what is expected; what the answer says beyond it is not looked at."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            yield from differences(value, actual[name], f"{where}.{name}")
    elif isinstance(expected, list) and len(expected) == len(actual):
        for i, value in enumerate(expected):
            yield from differences(value, actual[i], f"{where}[{i}]")
    elif isinstance(expected, float):
        if not math.isclose(expected, actual, rel_tol=1e-9, abs_tol=1e-12):
            yield f"{where}: {actual!r} where {expected!r} is expected"
    elif expected != actual:
        yield f"{where}: {actual!r} where {expected!r} is expected"


def check(server, person, service):
    answer = person.get(f"/mlservice/{service}/quality").json()
    judge = classification if service == "v1" else regression
    training, served = (logged(server, service, training) for training in (True, False))
    expected = {**judge(served), "training": judge(training)}
    faults = list(differences(expected, answer, service))
    fields = {told["field"]: told for told in answer["drift"]}
    faults += differences(drift(service, training, served), fields, f"{service}.drift")
    shown = {name: value for name, value in expected.items() if isinstance(value, (int, float))}
    print(f"quality of {service}: {shown}")
    for field, told in fields.items():
        ks = "" if told["ks"] is None else f", KS {told['ks']:.4f}"
        print(f"  drift of {field} by {told['basis']}: PSI {told['psi']:.4f}{ks}")
    return faults


def main():
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, LOG_LEVEL="error").start()
        try:
            person = Api(server).user(grants=["v1", "v2"])
            for service, file in FILES.items():
                done = run_program("--mode", "test", "import-training", service, DATA / file, **server.settings)
                assert done.returncode == 0, done.stderr
                predicting, telling = feed(person, service)
                print(f"{service}: {done.stdout.strip()}; predicted {predicting:.2f} s, truths {telling:.2f} s")
                faults += check(server, person, service)
        finally:
            server.stop()
    print("\n".join(faults) if faults else "quality: all figures are those of scikit-learn, scipy and numpy")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
