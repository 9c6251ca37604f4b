# SPDX-License-Identifier: MIT
"""What the training of every service shares: data, the ONNX file, its manifest and the checks on both.

A service's train.py describes itself as a `Service` and calls `run`. Import this module before numpy: it sets the
number of threads.
"""

import os

# Sums of floats depend on how they are split between threads; one thread makes a training repeatable.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import csv
import dataclasses
import hashlib
import json
import pathlib
import re
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
BATCH = 64
DTYPES = {
    TensorProto.INT64: np.int64,
    TensorProto.DOUBLE: np.float64,
    TensorProto.BOOL: np.bool_,
    TensorProto.STRING: object,
}
MATRIX_DTYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int64)": np.int64}

Row = dict[str, Any]


class Model(Protocol):
    """A trained model, in numpy and as a graph."""

    def predict(self, rows: list[Row]) -> np.ndarray: ...

    def graph(self) -> onnx.ModelProto: ...


class Data(Protocol):
    """What a model is trained on. A row has the input's fields and whatever else the training needs."""

    def rows(self) -> list[Row]: ...

    def origin(self) -> Row: ...  # for the manifest: tells this data from any other


@dataclasses.dataclass(frozen=True)
class CsvFile:
    """A file in data/."""

    name: str
    parse: Callable[[Row], Row]  # a row of the file, with its texts turned into the fields' types

    def rows(self) -> list[Row]:
        with open(DATA / self.name, encoding="utf-8", newline="") as file:
            return [self.parse(row) for row in csv.DictReader(file)]

    def origin(self) -> Row:
        return {"file": self.name, "rows": len(self.rows()), "sha256": sha256(DATA / self.name)}


@dataclasses.dataclass(frozen=True)
class Service:
    name: str
    folder: pathlib.Path
    data: Data
    inputs: dict[str, int]  # field: ONNX element type
    output: str
    train: Callable[[list[Row]], Model]
    cross_validate: Callable[[list[Row]], dict[str, Any]]
    agree: Callable[[np.ndarray, np.ndarray], np.ndarray]  # which of two models' answers count as the same
    examples: list[Row]  # odd inputs that reference.json keeps beside some rows of the data
    same: Callable[[np.ndarray, np.ndarray], np.ndarray] = np.equal  # which of one model's, alone and in a batch


def sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lower(text: str) -> str:
    """As `Graph.words` does it: A to Z, and no other letters."""
    return re.sub("[A-Z]+", lambda match: match[0].lower(), text)


def mean_and_deviation(values: list[float], digits: int) -> dict[str, float]:
    return {"mean": round(float(np.mean(values)), digits), "std": round(float(np.std(values)), digits)}


class Graph:
    """Collects nodes and constants; each method call adds one node and gives its output's name."""

    def __init__(self, inputs: dict[str, int]):
        self.inputs = inputs
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, array: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(onnx.numpy_helper.from_array(np.asarray(array), name))
        return name

    def add(self, operator: str, *inputs: str, outputs: int = 0, **attributes: Any) -> Any:
        """With `outputs`, a list of that many names."""
        number = len(self.nodes)
        names = [f"n{number}_{i}" for i in range(outputs)] or [f"n{number}"]
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names if outputs else names[0]

    def words(self, text: str, pattern: str) -> str:
        """The matches of the pattern in each row's text in lower case, string [N, longest]. Needs no locale but C."""
        flat = self.add("Reshape", text, self.constant(np.array([-1])))
        small = self.add("StringNormalizer", flat, case_change_action="LOWER", is_case_sensitive=1, locale="C")
        options = {"mark": 0, "mincharnum": 1, "pad_value": "#", "tokenexp": pattern}
        return self.add("Tokenizer", small, domain="com.microsoft", **options)

    def model(self, result: str, output: tuple[str, int]) -> onnx.ModelProto:
        self.nodes.append(helper.make_node("Identity", [result], [output[0]]))
        graph = helper.make_graph(
            self.nodes,
            "model",
            [helper.make_tensor_value_info(name, kind, ["N", 1]) for name, kind in self.inputs.items()],
            [helper.make_tensor_value_info(*output, ["N", 1])],
            self.constants,
        )
        versions = [("", 20), ("ai.onnx.ml", 3), ("com.microsoft", 1)]
        opsets = [helper.make_opsetid(*version) for version in versions]
        model = helper.make_model(graph, producer_name="inferkeep", opset_imports=opsets, ir_version=9)
        onnx.checker.check_model(model)
        return model


class Runner:
    """A graph as serving runs it: an input per field, or one input with the fields as its columns."""

    def __init__(self, path: pathlib.Path, service: Service):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.inputs = service.inputs
        ports = self.session.get_inputs()
        self.matrix = ports[0] if len(ports) == 1 and ports[0].name not in service.inputs else None
        outputs = self.session.get_outputs()
        self.output = next((port for port in outputs if port.name == service.output), outputs[0])

    def feed(self, rows: list[Row]) -> dict[str, np.ndarray]:
        if self.matrix:
            table = np.array([[row[name] for name in self.inputs] for row in rows])
            return {self.matrix.name: table.astype(MATRIX_DTYPES[self.matrix.type])}
        return {name: np.array([[row[name]] for row in rows], dtype=DTYPES[kind]) for name, kind in self.inputs.items()}

    def predict(self, rows: list[Row], batch: int = BATCH) -> np.ndarray:
        parts = [self.run(rows[i : i + batch]) for i in range(0, len(rows), batch)]
        return np.concatenate(parts)

    def run(self, rows: list[Row]) -> np.ndarray:
        (answers,) = self.session.run([self.output.name], self.feed(rows))
        return answers.reshape(len(rows))

    def microseconds(self, row: Row, runs: int = 300) -> float:
        """The median time of a run with this one row."""
        feed, times = self.feed([row]), []
        for _ in range(runs):
            start = time.perf_counter()
            self.session.run([self.output.name], feed)
            times.append(time.perf_counter() - start)
        return float(np.median(times)) * 1e6


def require(agreed: np.ndarray, what: str) -> None:
    print(f"{what}: {agreed.sum()} of {len(agreed)} rows agree")
    if not agreed.all():
        sys.exit(f"error: {what} differ, first in row {np.flatnonzero(~agreed)[0]}")


def check_graph(service: Service, runner: Runner, model: Model, rows: list[Row]) -> None:
    answers = runner.predict(rows)
    require(service.agree(model.predict(rows), answers), "graph and numpy")
    require(service.same(runner.predict(rows, batch=1), answers), "rows alone and in batches")


def reference(service: Service, model: Model, rows: list[Row]) -> list[Row]:
    """Inputs with the answers that serving must give."""
    picked = [{name: row[name] for name in service.inputs} for row in rows[:: len(rows) // 9][:9]] + service.examples
    name, answers = service.output, model.predict(picked).tolist()
    return [{"input": row, "output": {name: answer}} for row, answer in zip(picked, answers, strict=True)]


def port(found: Any) -> Row:
    kind = found.type.removeprefix("tensor(").removesuffix(")")
    return {"name": found.name, "type": kind, "shape": ["N", *found.shape[1:]]}


def manifest(service: Service, path: pathlib.Path, quality: dict[str, Any]) -> Row:
    runner = Runner(path, service)
    return {
        "service": service.name,
        "file": path.name,
        "sha256": sha256(path),
        "inputs": [port(found) for found in runner.session.get_inputs()],
        "outputs": [port(runner.output)],
        "quality": quality,
        "trained_on": service.data.origin(),
    }


def write_json(path: pathlib.Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_model(service: Service, folder: pathlib.Path, rows: list[Row]) -> tuple[pathlib.Path, Model]:
    model = service.train(rows)
    path = folder / "model.onnx"
    path.write_bytes(model.graph().SerializeToString(deterministic=True))
    check_graph(service, Runner(path, service), model, rows)
    return path, model


def train(service: Service) -> None:
    rows = service.data.rows()
    quality = service.cross_validate(rows)
    print("cross-validated:", json.dumps(quality, indent=2))
    path, model = write_model(service, service.folder, rows)
    write_json(service.folder / "model.json", manifest(service, path, quality))
    write_json(service.folder / "reference.json", reference(service, model, rows))
    duration = Runner(path, service).microseconds(rows[0])
    print(f"{path.name}: {path.stat().st_size:,} bytes, {duration:.0f} µs for one row")


def check(service: Service) -> None:
    """Trains anew and compares with the committed files."""
    rows = service.data.rows()
    committed = service.folder / "model.onnx"
    stated = json.loads((service.folder / "model.json").read_text(encoding="utf-8"))
    if stated["sha256"] != sha256(committed):
        sys.exit("error: model.json is of another model.onnx")
    if stated["trained_on"] != service.data.origin():
        sys.exit("error: model.json is of other data")
    runner, name = Runner(committed, service), service.output
    with tempfile.TemporaryDirectory() as folder:
        path, _ = write_model(service, pathlib.Path(folder), rows)
        require(service.agree(Runner(path, service).predict(rows), runner.predict(rows)), "trained anew and committed")
        print("bytes are equal" if sha256(path) == stated["sha256"] else "bytes differ")
    cases = json.loads((service.folder / "reference.json").read_text(encoding="utf-8"))
    expected = np.array([case["output"][name] for case in cases])
    require(service.agree(expected, runner.predict([case["input"] for case in cases])), "reference.json and committed")


def run(service: Service) -> None:
    parser = argparse.ArgumentParser(description=f"Trains the model of {service.name}.")
    help_text = "train to a temporary folder and compare with the committed model"
    parser.add_argument("--check", action="store_true", help=help_text)
    (check if parser.parse_args().check else train)(service)
