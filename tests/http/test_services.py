# SPDX-License-Identifier: MIT
"""What holds for every service: each folder in services/ is tested without a line of its author's own."""

import hashlib
import json
import re

import pytest
from answers import assert_ok
from harness import ROOT
from people import Api
from services import FOLDERS, NAMES

STARTER = ROOT / "scripts/starter"
NEAR = 1e-3  # relative: a training may count in more digits than its graph

for_every_service = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.path.name)


@pytest.fixture(scope="module")
def document(server):
    return server.session.get(server.base + "/openapi.json", timeout=10).json()


@pytest.fixture(scope="module")
def caller(server):
    return Api(server).user(grants=NAMES)


def schema_of(document, service, side):
    operation = document["paths"][f"/mlservice/{service}/predict"]["post"]
    part = operation["requestBody"] if side == "input" else operation["responses"]["200"]
    name = part["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    return document["components"]["schemas"][name]


def assert_near(actual, expected):
    assert list(actual) == list(expected)
    for name, value in expected.items():
        assert actual[name] == (pytest.approx(value, rel=NEAR) if isinstance(value, float) else value), name


def test_every_folder_is_mounted():
    assert {folder.service for folder in FOLDERS} <= set(NAMES), "mount it in src/app/main.cpp"


def test_every_service_has_a_folder():
    """By whose model.json the tests below find it, and whose reference.json has inputs to call it with."""
    assert set(NAMES) <= {folder.service for folder in FOLDERS}


@for_every_service
def test_the_manifest_is_of_this_model(folder):
    model = (folder.path / folder.manifest["file"]).read_bytes()
    assert hashlib.sha256(model).hexdigest() == folder.manifest["sha256"]


@for_every_service
def test_the_model_fits_its_description(server, caller, folder):
    rows = {row["name"]: row for row in assert_ok(caller.get("/mlservice")).json()}
    reasons = [line["reason"] for line in server.logged("model.rejected", count=0)]
    assert rows[folder.service]["status"] == "ready", reasons


@for_every_service
def test_the_service_answers_as_its_training_did(caller, folder):
    assert folder.cases
    for case in folder.cases:
        answer = assert_ok(caller.post(f"/mlservice/{folder.service}/predict", json=case["input"]))
        assert_near(answer.json(), case["output"])


@for_every_service
def test_a_call_is_on_record_with_the_model_that_answered(server, caller, folder):
    answer = assert_ok(
        caller.post(f"/mlservice/{folder.service}/predict", json=folder.cases[0]["input"])
    )
    call = int(answer.headers["X-Service-Call-Id"])
    (row,) = server.sql("SELECT * FROM service_calls WHERE id = ?", call)
    assert (row["service_version"], row["outcome"]) == (folder.service, "success")
    assert row["model_sha256"] == folder.manifest["sha256"]


@for_every_service
def test_every_field_is_documented_with_an_example(document, folder):
    for side in ("input", "output"):
        for name, field in schema_of(document, folder.service, side)["properties"].items():
            missing = f"{folder.service}: the {side}'s field {name} has no"
            assert field.get("description"), f"{missing} .doc(…)"
            assert side == "output" or field.get("examples"), f"{missing} .example(…)"


@for_every_service
def test_the_examples_are_accepted(document, caller, folder):
    """What /docs offers to try is an input as it stands."""
    fields = schema_of(document, folder.service, "input")["properties"]
    example = {name: field["examples"][0] for name, field in fields.items()}
    assert_ok(caller.post(f"/mlservice/{folder.service}/predict", json=example))


# ---- what a new service's author has yet to do -------------------------------------------------------


def shown(file):
    return file.relative_to(ROOT)


def unfinished(what_to_do):
    pytest.fail(what_to_do, pytrace=False)


@for_every_service
def test_the_description_is_no_starter_any_more(folder):
    starters = re.findall(r'\.doc\("[^"]+"\)', (STARTER / "service.hpp.in").read_text())
    assert starters
    for header in folder.headers:
        left = [words for words in starters if words in header.read_text()]
        if left:
            unfinished(f"{shown(header)} still has the starter's description: describe your model's fields")


@for_every_service
def test_the_model_is_no_starter_any_more(folder):
    starter = json.loads((STARTER / "model.json").read_text())
    if any(folder.manifest.get(member) == starter[member] for member in ("sha256", "trained_on")):
        model = shown(folder.path / folder.manifest["file"])
        unfinished(f"{model} is the starter's model: put your training into train.py and run it")
