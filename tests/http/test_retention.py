# SPDX-License-Identifier: MIT
"""RETENTION_DAYS: old calls go by themselves, with their rows; nothing else does."""

import datetime

import pytest
from answers import assert_ok, ask
from exposition import Scrape
from people import Api
from test_mlservice import predict

NOW = datetime.datetime.now(datetime.timezone.utc)


def days_ago(days):
    return (NOW - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.fixture
def aged(start_server):
    """A stopped server with three calls of one person: of 40 days before, of 31, and of 29."""
    server = start_server()
    person = Api(server).user(grants=["v2"])
    for days in (40, 31, 29):
        call = int(assert_ok(predict(person, "v2")).headers["X-Service-Call-Id"])
    server.stop()
    for id, days in zip(range(call - 2, call + 1), (40, 31, 29)):
        server.change_offline("UPDATE service_calls SET request_time = ? WHERE id = ?", days_ago(days), id)
    server.person, server.newest = person, call
    return server


def kept(server):
    calls = [row["id"] for row in server.sql("SELECT id FROM service_calls ORDER BY id")]
    rows = [row["service_call_id"] for row in server.sql("SELECT * FROM model_logs_v2 ORDER BY id")]
    assert calls == rows
    return calls


def test_old_calls_go_with_their_rows(aged):
    server = aged.restart(RETENTION_DAYS=30)
    (line,) = server.logged("retention.removed")
    assert (line["calls"], line["rows"]) == (2, 2)
    assert kept(server) == [server.newest]


def test_what_is_removed_is_counted(aged):
    server = aged.restart(RETENTION_DAYS=30)
    assert server.logged("retention.removed")
    figures = Scrape(ask(server, "GET", "/metrics").text)
    assert figures.value("inferkeep_retention_calls_total") == 2


def test_their_person_sees_what_is_left(aged):
    server = aged.restart(RETENTION_DAYS=30)
    assert server.logged("retention.removed")
    person = Api(server).login(aged.person.username, aged.person.password)
    assert [call["id"] for call in person.get("/user/service_calls").json()] == [aged.newest]
    assert person.get(f"/user/service_calls/{aged.newest - 1}").status_code == 404


def test_no_id_is_used_again_when_all_calls_have_gone(aged):
    server = aged.restart(RETENTION_DAYS=1)
    (line,) = server.logged("retention.removed")
    assert line["calls"] == 3
    person = Api(server).login(aged.person.username, aged.person.password)
    assert int(assert_ok(predict(person, "v2")).headers["X-Service-Call-Id"]) > aged.newest


def test_without_the_setting_everything_stays(aged):
    server = aged.restart()
    assert len(kept(server)) == 3
    server.stop()
    assert len(kept(server)) == 3
