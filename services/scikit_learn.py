# SPDX-License-Identifier: MIT
"""Training of a service whose model is a scikit-learn estimator on a table of numbers.

A service's train.py gives its table and its estimator to `run`, which scores it by cross-validation, exports it to
ONNX, compares the graph with the estimator on every row, and writes model.onnx, model.json and reference.json. Import
this module before numpy and scikit-learn: it sets the number of threads.
"""

import dataclasses
import hashlib
import pathlib
from typing import Any

import training  # before numpy

import numpy as np
import onnx
from onnx import TensorProto
from skl2onnx import to_onnx
from sklearn.base import clone, is_classifier
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

FOLDS, SEED = 10, 11
CLOSE = 1e-4  # relative: an estimator may count in 64 bits, its graph counts in 32
OPSETS = {"": 20, "ai.onnx.ml": 3}


@dataclasses.dataclass(frozen=True)
class Table(training.Data):
    """Features as columns named as the service's fields, and the right answer to each row."""

    fields: list[str]
    features: np.ndarray
    output: str
    answers: np.ndarray
    source: str  # where it is from, for people

    def rows(self) -> list[training.Row]:
        values = zip(self.features.tolist(), self.answers.tolist(), strict=True)
        return [{**dict(zip(self.fields, row, strict=True)), self.output: answer} for row, answer in values]

    def origin(self) -> training.Row:
        digest = hashlib.sha256(repr((self.features.tolist(), self.answers.tolist())).encode()).hexdigest()
        return {"data": self.source, "rows": len(self.features), "sha256": digest}


class Fitted:
    """An estimator that has learnt from rows, as `training` wants a model."""

    def __init__(self, estimator: Any, table: Table, rows: list[training.Row]):
        self.table = table
        answers = np.array([row[table.output] for row in rows])
        self.estimator = clone(estimator).fit(self._features(rows), answers)

    def _features(self, rows: list[training.Row]) -> np.ndarray:
        return np.array([[row[name] for name in self.table.fields] for row in rows], dtype=np.float32)

    def predict(self, rows: list[training.Row]) -> np.ndarray:
        return self.estimator.predict(self._features(rows))

    def graph(self) -> onnx.ModelProto:
        """One input, the fields as its columns. A classifier's probabilities are a second output, which serving leaves."""
        options = {"zipmap": False} if is_classifier(self.estimator) else None
        one_row = np.zeros((1, len(self.table.fields)), dtype=np.float32)
        return to_onnx(self.estimator, one_row, target_opset=OPSETS, options=options)


def cross_validate(estimator: Any, table: Table) -> training.Row:
    """In the 32 bits that it is trained and served with."""
    classifies = is_classifier(estimator)
    folds = (StratifiedKFold if classifies else KFold)(FOLDS, shuffle=True, random_state=SEED)
    scores = cross_val_score(estimator, table.features.astype(np.float32), table.answers, cv=folds)
    name = "accuracy" if classifies else "r2"
    return {"method": f"{FOLDS}-fold cross-validation", name: training.mean_and_deviation(scores, 4)}


def agree(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    return np.isclose(actual, expected, rtol=CLOSE) if expected.dtype.kind == "f" else actual == expected


def run(service: str, folder: pathlib.Path, table: Table, estimator: Any) -> None:
    """The command line of a train.py: trains and writes; with --check, compares with what is committed."""
    training.run(
        training.Service(
            name=service,
            folder=folder,
            data=table,
            inputs=dict.fromkeys(table.fields, TensorProto.DOUBLE),
            output=table.output,
            train=lambda rows: Fitted(estimator, table, rows),
            cross_validate=lambda rows: cross_validate(estimator, table),
            agree=agree,
            examples=[],
            same=agree,
        )
    )
