#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes reference.json beside this file: inputs, and what numpy, scipy and scikit-learn say of them.

python3 -m venv /tmp/reference && /tmp/reference/bin/pip install -r requirements.txt
/tmp/reference/bin/python make_reference.py [--check]

With --check, nothing is written: the committed file is compared with what is computed anew, and the exit code is 1
where they differ. The real rows are those of data/; their "predictions" are made by the fixed rules below, so that
nothing has to be trained.
"""
import argparse
import collections
import csv
import importlib.metadata
import json
import math
import pathlib
import sys
import warnings

import numpy as np
import scipy.stats
from sklearn import metrics

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent.parent / "data"
REFERENCE = HERE / "reference.json"
MILLION = 1_000_000


def rows_of(name):
    with open(DATA / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


HOUSES = rows_of("house_prices.csv")
REVIEWS = rows_of("food_reviews.csv")


def column(name, houses):
    return [float(house[name]) for house in houses]


def guess_price(house):
    return 20_000 + 1_200 * float(house["surface"]) - 500 * int(house["age"]) + 2 * float(house["garden_surface"])


def guess_category(review):
    text = review["text"].lower()
    return "great" if any(word in text for word in ("great", "love", "best")) else "other"


def band(price):
    """A price as one of seven words."""
    return ("a gift", "cheap", "fair", "good", "dear", "very dear", "château")[min(6, max(0, int(price // 60_000)))]


# Regression


def regression(name, prediction, truth, inputs=True):
    p, t = np.array(prediction, dtype=float), np.array(truth, dtype=float)
    expected = {"n": len(t), "mae": None, "rmse": None, "mean_error": None, "r2": None}
    if len(t) > 0:
        expected["mae"] = metrics.mean_absolute_error(t, p)
        expected["rmse"] = metrics.root_mean_squared_error(t, p)
        expected["mean_error"] = math.fsum(p - t) / len(t)
    if len(t) > 1:
        expected["r2"] = metrics.r2_score(t, p, force_finite=True)
    rows = {"prediction": p.tolist(), "truth": t.tolist()} if inputs else {}
    return {"name": name, **rows, "expected": expected}


def million_rows():
    """A large common offset. The C++ test makes the same rows by the same rule, so they are not in the file."""
    i = np.arange(MILLION)
    truth = 1.7e9 + (i * 7919 % 2001 - 1000)
    return truth + (i * 7907 % 211 - 100) * 4, truth


def regressions():
    some = HOUSES[::5]
    steps = np.arange(400)
    skewed = np.exp(steps % 37 / 3.0)
    return [
        regression("no row", [], []),
        regression("one row", [3], [4]),
        regression("house prices", list(map(guess_price, some)), column("price", some)),
        regression("constant truth, all exact", [2, 2, 2], [2, 2, 2]),
        regression("constant truth, not exact", [2, 3, 2], [2, 2, 2]),
        regression("constant prediction", [5] * 4, [1, 2, 3, 4]),
        regression("worse than the mean", [4, 3, 2, 1], [1, 2, 3, 4]),
        regression("skew", skewed * (1 + (steps % 11 - 5) / 50), skewed),
        regression("tiny", [1e-9, 2e-9, 4e-9], [1.5e-9, 2e-9, 3e-9]),
        regression("a million rows at 1.7e9", *million_rows(), inputs=False),
    ]


# Confusion


def confusion(name, predicted, truth):
    labels = sorted(set(predicted) | set(truth))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, predicted, labels=labels, zero_division=0)
    expected = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "macro_f1": metrics.f1_score(truth, predicted, average="macro", zero_division=0),
        "labels": labels,
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "matrix": metrics.confusion_matrix(truth, predicted, labels=labels).tolist(),
    }
    return {"name": name, "predicted": predicted, "truth": truth, "expected": expected}


def confusions():
    some = REVIEWS[::7]
    houses = HOUSES[::6]
    return [
        confusion("food reviews", list(map(guess_category, some)), [review["category"] for review in some]),
        confusion("price bands", [band(guess_price(house)) for house in houses],
                  [band(price) for price in column("price", houses)]),
        confusion("a label never predicted", ["a", "a", "b"], ["a", "b", "c"]),
        confusion("a label never true", ["a", "b", "d"], ["a", "b", "b"]),
        confusion("none right", ["a", "b"], ["b", "a"]),
        confusion("one label", ["a"] * 3, ["a"] * 3),
    ]


# Drift


def psi(training, served):
    """Of two lists of counts. A bin that is empty in both is no bin; the others have half a row more."""
    kept = [(e, a) for e, a in zip(training, served) if e + a > 0]
    if sum(training) == 0 or sum(served) == 0:
        return None
    e, a = (np.array(column) + 0.5 for column in zip(*kept))
    return scipy.stats.entropy(a, e) + scipy.stats.entropy(e, a)


def number_figures(training, served, missing):
    """`missing` rows of (training, served)."""
    cuts = np.unique(np.quantile(training, [i / 10 for i in range(1, 10)])) if training else np.array([])
    counts = [np.bincount(np.searchsorted(cuts, values, side="left"), minlength=len(cuts) + 1).tolist() + [lost]
              for values, lost in zip((training, served), missing)]
    ks = scipy.stats.ks_2samp(training, served, method="exact").statistic if training and served else None
    return {"psi": psi(*counts), "ks": ks}


def numbers(name, training, served, missing=(0, 0)):
    training, served = [np.array(values, dtype=float).tolist() for values in (training, served)]
    return {"name": name, "training": training, "served": served, "missing": list(missing),
            "expected": number_figures(training, served, missing)}


def number_drifts():
    old = [house for house in HOUSES if int(house["age"]) > 40]
    steps = np.arange(300)
    return [
        numbers("houses against houses", column("surface", HOUSES[::8]), column("surface", HOUSES[3::8])),
        numbers("houses against old houses", column("surface", HOUSES[::8]), column("surface", old[::6])),
        numbers("age, with many ties", column("age", HOUSES[::8]), column("age", old[::6]), (4, 9)),
        numbers("garden, skewed", column("garden_surface", HOUSES[::9]), column("garden_surface", HOUSES[1::11])),
        numbers("equal samples", [1, 2, 3, 4], [1, 2, 3, 4]),
        numbers("apart", [1, 2, 3], [7, 8, 9]),
        numbers("apart the other way", [7, 8, 9], [1, 2, 3]),
        numbers("one row each", [1], [1]),
        numbers("constant training", [5] * 20, [4, 5, 5, 6]),
        numbers("constant on both sides", [5] * 3, [5] * 8),
        numbers("deciles between the numbers", [0, 1], [0, 0.1, 0.5, 0.9, 1]),
        numbers("served ones on the deciles", np.arange(11), np.arange(1, 10)),
        numbers("a huge offset", 1.7e9 + steps % 50, 1.7e9 + steps % 61),
        numbers("zeros of both signs", [-0.0, 0.0, 1.0], [0.0, -0.0, -1.0]),
        numbers("fractions that are not exact", steps % 10 / 10, steps % 7 / 10),
        numbers("missing in training alone", [1, 2, 3], [1, 2, 3], (2, 0)),
        numbers("nothing served", [1, 2, 3], []),
        numbers("nothing but missing served", [1, 2, 3], [], (0, 4)),
        numbers("nothing but missing in training", [], [1, 2, 3], (4, 0)),
    ]


def categories(training, served):
    counts = collections.Counter(training)
    bins = [text for text, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:20]]

    def count(values):
        known = [values.count(text) for text in bins]
        return [*known, len(values) - sum(known)]

    return count(training), count(served)


def texts(name, training, served):
    """A missing text is None."""
    there = [[text for text in values if text is not None] for values in (training, served)]
    missing = [values.count(None) for values in (training, served)]
    counted = categories(*there)
    if counted[0][-1] > len(there[0]) / 2:
        lengths = [[len(text) for text in values] for values in there]
        expected = {"basis": "length", **number_figures(*lengths, missing)}
    else:
        figure = psi(*(counts + [lost] for counts, lost in zip(counted, missing)))
        expected = {"basis": "category", "psi": figure, "ks": None}
    return {"name": name, "training": training, "served": served, "expected": expected}


def text_drifts():
    old = [house for house in HOUSES if int(house["age"]) > 40]
    great, other = [[review["text"] for review in REVIEWS if review["category"] == category]
                    for category in ("great", "other")]
    return [
        texts("neighbourhoods", [house["address"] for house in HOUSES[::9]], [house["address"] for house in old[::9]]),
        texts("reviews by their lengths", great[::50], other[::50]),
        texts("characters, not bytes", ["é" * i for i in range(1, 60)], ["e" * i for i in range(1, 60, 2)]),
        texts("half of the rows in the rest", [*"abcdefghijklmnopqrst" * 2, *map(str, range(40))], ["a", "7"]),
        texts("a text that is new", ["a", "b", None], ["a", "c", None, None]),
    ]


def reference():
    packages = ("numpy", "scipy", "scikit-learn")
    return {
        "made_with": {package: importlib.metadata.version(package) for package in packages},
        "regression": regressions(),
        "confusion": confusions(),
        "numbers": number_drifts(),
        "texts": text_drifts(),
    }


def same(left, right):
    """Equal, floats to what another processor may round otherwise."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-15)
    return left == right


def check(computed):
    committed = json.loads(REFERENCE.read_text(encoding="utf-8"))
    parts = [part for part in computed if not same(computed[part], committed.get(part))]
    print(f"reference: differs in {', '.join(parts)}" if parts else "reference: as committed")
    return 1 if parts else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed file instead of writing it")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message="A single label was found")
    computed = json.loads(json.dumps(reference(), allow_nan=False))
    if arguments.check:
        return check(computed)
    REFERENCE.write_text(json.dumps(computed, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
