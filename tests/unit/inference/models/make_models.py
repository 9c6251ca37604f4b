#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the tiny models beside this file that the tests load. Needs the Python package onnx:
python3 -m venv /tmp/onnx && /tmp/onnx/bin/pip install onnx && /tmp/onnx/bin/python make_models.py
"""
import pathlib

import onnx
from onnx import TensorProto as T
from onnx import helper as h

HERE = pathlib.Path(__file__).parent
COLUMN = ["N", 1]
ROWS = ["N"]


def port(name, element=T.DOUBLE, shape=COLUMN):
    return h.make_tensor_value_info(name, element, shape)


def constant(name, element, values, shape):
    return h.make_tensor(name, element, shape, values)


def save(name, nodes, inputs, outputs, initializers=(), domains=(), check=True):
    graph = h.make_graph(nodes, name, inputs, outputs, list(initializers))
    opsets = [h.make_opsetid("", 20), *(h.make_opsetid(d, 1) for d in domains)]
    model = h.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="inferkeep tests")
    if check:
        onnx.checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())


def identity(name, x, y, kind="Identity"):
    """A graph of one node from x to y, to vary what its ports look like."""
    save(name, [h.make_node(kind, [x.name], [y.name])], [x], [y])


def affine():
    numbers = [constant("two", T.DOUBLE, [2], []), constant("one", T.DOUBLE, [1], [])]
    nodes = [h.make_node("Mul", ["x", "two"], ["twice"]), h.make_node("Add", ["twice", "one"], ["y"])]
    save("affine", nodes, [port("x")], [port("y")], numbers)


def all_kinds():
    """Gives back what it gets, in every element type and both shapes."""
    kinds = {
        "flag": (T.BOOL, COLUMN), "small": (T.INT32, ROWS), "big": (T.INT64, COLUMN), "crossed": (T.INT64, ROWS),
        "narrow": (T.INT32, COLUMN), "number": (T.DOUBLE, ROWS), "single": (T.FLOAT, COLUMN),
        "text": (T.STRING, ROWS), "mood": (T.STRING, COLUMN)}
    # An output may not be called as an input is, so the outputs' struct calls them otherwise.
    save("all_kinds", [h.make_node("Identity", [n], [n + "_out"]) for n in kinds],
         [port(n, *k) for n, k in kinds.items()], [port(n + "_out", *k) for n, k in kinds.items()])


def strings():
    save("shout", [h.make_node("StringConcat", ["text", "mark"], ["loud"])], [port("text", T.STRING)],
         [port("loud", T.STRING)], [constant("mark", T.STRING, [b"!"], [1])])
    choice = [h.make_node("GreaterOrEqual", ["x", "zero"], ["known"]),
              h.make_node("Where", ["known", "good", "odd"], ["mood"])]
    save("words", choice, [port("x")], [port("mood", T.STRING)],
         [constant("zero", T.DOUBLE, [0], []), constant("good", T.STRING, [b"good"], []),
          constant("odd", T.STRING, [b"odd"], [])])


def tables():
    """What exporters of tables make: one matrix, its answer first, and outputs that no field is for."""
    weights = constant("weights", T.FLOAT, [100, 10, 1], [3, 1])
    nodes = [h.make_node("MatMul", ["X", "weights"], ["label"]), h.make_node("Neg", ["X"], ["probabilities"])]
    save("matrix", nodes, [port("X", T.FLOAT, ["N", 3])],
         [port("label", T.FLOAT), port("probabilities", T.FLOAT, ["N", 3])], [weights])
    largest = [h.make_node("ReduceMax", ["X", "columns"], ["y"])]
    save("free_width", largest, [port("X", T.FLOAT, ["N", "F"])], [port("y", T.FLOAT)],
         [constant("columns", T.INT64, [1], [1])])
    joined = [h.make_node("Gather", ["X", "first"], ["a"], axis=1),
              h.make_node("Gather", ["X", "second"], ["b"], axis=1), h.make_node("StringConcat", ["a", "b"], ["both"])]
    save("text_matrix", joined, [port("X", T.STRING, ["N", 2])], [port("both", T.STRING)],
         [constant("first", T.INT64, [0], [1]), constant("second", T.INT64, [1], [1])])


def house_by_surface():
    """Fits the description of v2, and knows of nothing but the surface."""
    fields = {"age": T.INT64, "surface": T.DOUBLE, "has_attic": T.BOOL, "garden_surface": T.DOUBLE,
              "address": T.STRING}
    save("house_by_surface", [h.make_node("Mul", ["surface", "thousand"], ["price"])],
         [port(*field) for field in fields.items()], [port("price")], [constant("thousand", T.DOUBLE, [1000], [])])


def breaking():
    """Fails as a whole when one row is out of range."""
    nodes = [h.make_node("Cast", ["x"], ["index"], to=T.INT64), h.make_node("Gather", ["table", "index"], ["y"])]
    save("gather", nodes, [port("x")], [port("y")], [constant("table", T.DOUBLE, [10, 20, 30], [3])])
    dropped = [h.make_node("GreaterOrEqual", ["x", "zero"], ["keep"]),
               h.make_node("Reshape", ["keep", "flat"], ["keep_flat"]),
               h.make_node("Compress", ["x", "keep_flat"], ["y"], axis=0)]
    save("drops_rows", dropped, [port("x")], [port("y")],
         [constant("zero", T.DOUBLE, [0], []), constant("flat", T.INT64, [-1], [1])])


def loop_body():
    """Counts on and never asks to stop."""
    return h.make_graph(
        [h.make_node("Identity", ["go_in"], ["go_out"]), h.make_node("Add", ["sum_in", "step"], ["sum_out"])],
        "body", [port("i", T.INT64, []), port("go_in", T.BOOL, []), port("sum_in", T.DOUBLE, [])],
        [port("go_out", T.BOOL, []), port("sum_out", T.DOUBLE, [])], [constant("step", T.DOUBLE, [1], [])])


def loop(name, condition, least):
    """Runs for ever where a row is `condition` `least`."""
    nodes = [h.make_node("ReduceMax", ["x"], ["most"], keepdims=0),
             h.make_node(condition, ["most", "least"], ["go"]),
             h.make_node("Loop", ["", "go", "start"], ["sum"], body=loop_body()),
             h.make_node("Add", ["x", "sum"], ["y"])]
    save(name, nodes, [port("x")], [port("y")],
         [constant("least", T.DOUBLE, [least], []), constant("start", T.DOUBLE, [0], [])])


def constant_loop():
    """An endless loop that depends on no input: an optimiser that runs constant parts would hang."""
    nodes = [h.make_node("Loop", ["", "go", "start"], ["sum"], body=loop_body()),
             h.make_node("Add", ["x", "sum"], ["y"])]
    save("constant_loop", nodes, [port("x")], [port("y")],
         [constant("go", T.BOOL, [True], []), constant("start", T.DOUBLE, [0], [])])


def elsewhere(location):
    """A weight that lies in another file."""
    weight = onnx.TensorProto(name="weight", data_type=T.DOUBLE, dims=[1], data_location=T.EXTERNAL)
    weight.external_data.add(key="location", value=location)
    weight.external_data.add(key="length", value="8")
    return weight


def external(name, location):
    save(name, [h.make_node("Add", ["x", "weight"], ["y"])], [port("x")], [port("y")], [elsewhere(location)],
         check=False)


def external_within():
    """The same, hidden in a branch of an operator."""
    constant_node = h.make_node("Constant", [], ["weight"], value=elsewhere("secret.bin"))
    branch = h.make_graph([constant_node], "branch", [], [port("weight", shape=[1])])
    nodes = [h.make_node("If", ["yes"], ["chosen"], then_branch=branch, else_branch=branch),
             h.make_node("Add", ["x", "chosen"], ["y"])]
    save("external_within", nodes, [port("x")], [port("y")], [constant("yes", T.BOOL, [True], [])], check=False)


def hostile():
    save("unknown_domain", [h.make_node("Mystery", ["x"], ["y"], domain="example.unknown")], [port("x")],
         [port("y")], domains=["example.unknown"], check=False)
    huge = [h.make_node("ConstantOfShape", ["shape"], ["zeros"]),
            h.make_node("ReduceSum", ["zeros"], ["sum"], keepdims=0),
            h.make_node("Cast", ["sum"], ["double"], to=T.DOUBLE), h.make_node("Add", ["x", "double"], ["y"])]
    save("huge_constant", huge, [port("x")], [port("y")], [constant("shape", T.INT64, [1 << 40], [1])])
    external("external_parent", "../secret.bin")
    external("external_absolute", "/etc/hostname")
    external("external_plain", "secret.bin")
    external_within()


def main():
    affine()
    all_kinds()
    strings()
    tables()
    house_by_surface()
    breaking()
    loop("loop", "Greater", 0)
    loop("loop_at_once", "GreaterOrEqual", 0)
    constant_loop()
    hostile()
    identity("nan", port("x"), port("y"), "Log")
    identity("other_input", port("z"), port("y"))
    identity("other_output", port("x"), port("z"))
    identity("wrong_shape", port("x", shape=["N", 2]), port("y", shape=["N", 2]))
    identity("fixed_rows", port("x", shape=[1, 1]), port("y", shape=[1, 1]))
    identity("wrong_type", port("x", T.STRING), port("y", T.STRING))
    identity("integer_output", port("n", T.DOUBLE), port("m", T.DOUBLE))
    identity("integer_as_float", port("n", T.FLOAT), port("y", T.FLOAT))
    save("two_inputs", [h.make_node("Add", ["x", "w"], ["y"])], [port("x"), port("w")], [port("y")])
    save("two_outputs", [h.make_node("Identity", ["x"], ["y"]), h.make_node("Neg", ["x"], ["w"])], [port("x")],
         [port("y"), port("w")])


if __name__ == "__main__":
    main()
