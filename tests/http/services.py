# SPDX-License-Identifier: MIT
"""The services that the program mounts, each with its folder in services/."""

import dataclasses
import json
import pathlib

from harness import ROOT, run_program

NAMES = [
    route["service"]
    for route in map(json.loads, run_program("routes").stdout.splitlines())
    if route["path"].endswith("/predict")
]


@dataclasses.dataclass(frozen=True)
class Folder:
    path: pathlib.Path

    @property
    def manifest(self):
        return json.loads((self.path / "model.json").read_text())

    @property
    def service(self):
        return self.manifest["service"]

    @property
    def cases(self):
        """Inputs with the answers that the training has kept: [{"input": {…}, "output": {…}}, …]."""
        return json.loads((self.path / "reference.json").read_text())

    @property
    def headers(self):
        return sorted(self.path.glob("*.hpp"))


FOLDERS = [Folder(file.parent) for file in sorted((ROOT / "services").glob("*/model.json"))]


def case(service):
    return next(folder for folder in FOLDERS if folder.service == service).cases[0]


def example(service):
    """An input that the service takes."""
    return case(service)["input"]


def example_truth(service):
    """What could turn out to be true of it."""
    output = case(service)["output"]
    return next(iter(output.values())) if len(output) == 1 else output
