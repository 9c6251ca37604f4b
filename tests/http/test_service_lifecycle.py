# SPDX-License-Identifier: MIT
"""One broken model harms its own service alone; a model may wait for its first call."""

import json
import os
import shutil
import threading

import pytest
from answers import assert_error, assert_ok
from harness import ROOT
from people import Api
from test_fair_shares import ask_at_once, predict_by
from test_mlservice import FOLDERS, predict


def services_with(folder, service, spoil):
    """A copy of services/ in which `spoil` has had its way with one service's folder."""
    shutil.copytree(ROOT / "services", folder / "services", ignore=shutil.ignore_patterns("data", "*.csv"))
    spoil(folder / "services" / FOLDERS[service])
    return folder / "services"


def status_of(person):
    """Of the two services that these tests are about."""
    rows = person.get("/mlservice").json()
    return {row["name"]: row["status"] for row in rows if row["name"] in FOLDERS}


def model_file(folder):
    return folder / json.loads((folder / "model.json").read_text())["file"]


def change_bytes(folder):
    file = model_file(folder)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def cut(folder):
    model_file(folder).write_bytes(b"\x08")


def empty(folder):
    model_file(folder).write_bytes(b"")


def no_model(folder):
    model_file(folder).unlink()


def no_manifest(folder):
    (folder / "model.json").unlink()


def broken_manifest(folder):
    (folder / "model.json").write_text("{")


def model_elsewhere(folder):
    manifest = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**manifest, "file": "../../model.onnx"}))


def symlink(folder):
    file = model_file(folder)
    file.rename(folder.parent / "outside.onnx")
    file.symlink_to(folder.parent / "outside.onnx")


def fifo(folder):
    model_file(folder).unlink()
    os.mkfifo(folder / "model.onnx")


def other_model(folder):
    """A sound model, rightly signed for, but of another service: its tensors fit no field."""
    (other,) = [f for f in FOLDERS.values() if f != folder.name]
    shutil.copy(model_file(folder.parent / other), model_file(folder))
    manifest = json.loads((folder / "model.json").read_text())
    manifest["sha256"] = json.loads((folder.parent / other / "model.json").read_text())["sha256"]
    (folder / "model.json").write_text(json.dumps(manifest))


SPOILERS = [
    *(change_bytes, cut, empty, no_model, no_manifest, broken_manifest),
    *(model_elsewhere, symlink, fifo, other_model),
]


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("broken, sound", [("v1", "v2"), ("v2", "v1")])
def test_a_broken_model_breaks_its_own_service_only(start_server, tmp_path, spoil, broken, sound):
    server = start_server(SERVICES_DIR=services_with(tmp_path, broken, spoil))
    person = Api(server).user(grants=["v1", "v2"])
    assert_error(predict(person, broken), 503, "service_unavailable")
    health = assert_error(person.get(f"/mlservice/{broken}/healthcheck"), 503, "service_unavailable")
    assert str(tmp_path) not in health.text and "onnx" not in health.text.lower()
    assert "X-Service-Call-Id" not in predict(person, broken).headers
    answer = assert_ok(predict(person, sound))
    assert_ok(person.get("/readiness"))
    assert status_of(person) == {broken: "broken", sound: "ready"}
    rows = server.sql("SELECT id, service_version FROM service_calls")
    assert [(row["id"], row["service_version"]) for row in rows] == [
        (int(answer.headers["X-Service-Call-Id"]), sound)
    ]
    assert [line["service"] for line in server.logged("model.rejected")] == [broken]


def test_a_broken_service_tells_strangers_nothing(start_server, tmp_path):
    api = Api(start_server(SERVICES_DIR=services_with(tmp_path, "v1", cut)))
    assert_error(predict(api.nobody(), "v1"), 401, "not_authenticated")
    assert_error(predict(api.user(grants=["v2"]), "v1"), 401, "no_access")


def test_a_model_may_wait_for_its_first_call(start_server):
    server = start_server(LOAD_MODELS_AT_START="false")
    person = Api(server).user(grants=["v1", "v2"])

    assert_ok(person.get("/readiness"))
    assert status_of(person) == {"v1": "unloaded", "v2": "unloaded"}
    assert_ok(person.get("/mlservice/v2/healthcheck"), 200, {"status": "healthy"})
    assert status_of(person)["v2"] == "unloaded", "to look at a service does not load it"
    assert_ok(predict(person, "v2"))
    assert status_of(person) == {"v1": "unloaded", "v2": "ready"}
    assert_ok(predict(person, "v1"))
    assert status_of(person) == {"v1": "ready", "v2": "ready"}


def test_many_first_calls_load_a_model_once(start_server):
    server = start_server(LOAD_MODELS_AT_START="false")
    person = Api(server).user(grants=["v1"])
    answers = []
    callers = [threading.Thread(target=lambda: answers.append(predict(person, "v1"))) for _ in range(16)]
    for caller in callers:
        caller.start()
    while any(caller.is_alive() for caller in callers):
        assert server.probe("/readiness") == 200, "a first call is nobody else's wait"
    for caller in callers:
        caller.join()
    assert [answer.status_code for answer in answers] == [200] * 16
    assert len({answer.text for answer in answers}) == 1
    assert len(server.sql("SELECT id FROM service_calls")) == 16


def test_a_prediction_past_its_deadline_is_a_timeout_on_record(start_server):
    """A millisecond is no time for a first call that must load its model."""
    server = start_server(LOAD_MODELS_AT_START="false", PREDICTION_TIMEOUT_MS=1)
    person = Api(server).user(grants=["v1"])
    answer = assert_error(predict(person, "v1"), 504, "timeout")
    row = server.sql("SELECT * FROM service_calls WHERE id = ?", int(answer.headers["X-Service-Call-Id"]))[0]
    assert (row["outcome"], row["success"]) == ("timeout", 0)
    assert server.logged("call.timeout")


def test_a_full_queue_sheds_without_a_row(start_server):
    server = start_server(INFERENCE_QUEUE=1, LOAD_MODELS_AT_START="false")
    api = Api(server)
    people = [api.user(grants=["v1"]) for _ in range(12)]  # one person's own share would be full before
    answers = ask_at_once(server, [predict_by(person) for person in people])
    shed = [answer for answer in answers if answer.status != 200]
    assert shed, "12 calls at once found room in a queue of one"
    for answer in shed:
        assert answer.status == 503 and answer.json["code"] == "busy"
        assert answer.header("x-service-call-id") is None
    assert len(server.sql("SELECT id FROM service_calls")) == len(answers) - len(shed)
