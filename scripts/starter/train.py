# SPDX-License-Identifier: MIT
"""Trains @NAME@; README.md says what is inside."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import scikit_learn  # before numpy

import numpy as np
from sklearn.linear_model import LinearRegression

FOLDER = pathlib.Path(__file__).resolve().parent

# Put your own training here: a table whose columns are named as the fields of @FILE@.hpp, in their order, and any
# estimator or pipeline of scikit-learn. This starter learns y = 2x + 1 from made-up numbers, so that there is a model to
# serve before there is a training.
numbers = np.arange(20, dtype=float)
table = scikit_learn.Table(
    fields=["x"],
    features=numbers.reshape(-1, 1),
    output="y",
    answers=2 * numbers + 1,
    source="the starter's made-up numbers",
)

if __name__ == "__main__":
    scikit_learn.run("@NAME@", FOLDER, table, LinearRegression())
