# SPDX-License-Identifier: MIT
"""Nobody fills a queue that all share: a person has two reports, and INFERENCE_SHARE inputs, under way at once."""

import datetime
import os
import signal

from exposition import scraped
from harness import SLOWNESS, wait_until
from people import Api
from test_http_framing import get, read_answers, read_until_close

MANY = 500_000  # calls: a report over them takes far longer than the arrival of the next request
FILL = f"""
WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {MANY})
INSERT INTO service_calls (service_version, success, owner_id, request_time, completion_time, duration, outcome,
                           items, request_id, model_sha256)
SELECT 'v2', TRUE, :owner, :now, :now, 0.001 * i, 'success', 1, '', '' FROM numbers"""


def ask_at_once(server, requests):
    """Lets the program see all of these requests, each of a connection of its own, in one moment."""
    connections = [server.connect() for _ in requests]
    for connection in connections:  # accepted, and waiting for a request
        connection.sendall(get())
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    os.kill(server.pid, signal.SIGSTOP)
    for connection, request in zip(connections, requests):
        connection.sendall(request)
    os.kill(server.pid, signal.SIGCONT)
    answers = [read_answers(read_until_close(connection))[0][0] for connection in connections]
    for connection in connections:
        connection.close()
    return answers


def test_a_third_report_at_once_is_refused(start_server):
    server = start_server(IO_THREADS=1)
    api = Api(server)
    first, second = api.admin(), api.admin()
    owner = first.id
    server.stop()
    now = datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    server.change_offline(FILL, owner=owner, now=now)
    server.restart()

    def report_for(person):
        head = f"GET /admin/activity HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {person.token}\r\n"
        return (head + "Connection: close\r\n\r\n").encode()

    answers = ask_at_once(server, [report_for(first)] * 3 + [report_for(second)])
    refused = [answer for answer in answers if answer.status == 429]
    assert [answer.status for answer in answers].count(200) == 3 and len(refused) == 1
    assert refused[0].json["code"] == "too_many_requests" and refused[0].header("retry-after") == "1"
    assert answers[3].status == 200, "others are not in their way"
    (again,) = ask_at_once(server, [report_for(first)])
    assert again.status == 200
    assert again.json[0]["calls"] == MANY


def predict_by(person, path="predict", body=b'{"text": "fine"}'):
    head = f"POST /mlservice/v1/{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {person.token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def test_a_prediction_beside_a_full_share_is_refused(start_server):
    server = start_server(INFERENCE_SHARE=2, DATABASE_BUSY_TIMEOUT_MS=20_000)
    api = Api(server)
    ada, eve = api.user(grants=["v1"]), api.user(grants=["v1"])
    three = predict_by(ada, "predict/batch", b'{"inputs": [{"text": "a"}, {"text": "b"}, {"text": "c"}]}')
    with server.connect() as first, server.connect() as other:
        with server.store.kept_from_writers("service_calls"):  # a call is under way until it is on record
            first.sendall(three)
            wait_for_the_ledger(server, 4)  # the call and its items
            (refused,), _ = read_answers(server.raw(predict_by(ada)), ["POST"])
            other.sendall(predict_by(eve))
            wait_for_the_ledger(server, 6)
        answers = [read_answers(read_until_close(connection))[0][0].status for connection in (first, other)]
    assert refused.status == 429
    assert answers == [200, 200], "more than the share at once is served, and others are not in its way"
    assert refused.json["code"] == "too_many_requests" and refused.header("retry-after") == "1"
    assert refused.header("x-service-call-id") is None
    assert len(ada.get("/user/service_calls").json()) == 1, "what was refused has no row"
    assert read_answers(server.raw(predict_by(ada)), ["POST"])[0][0].status == 200, "given back"


def wait_for_the_ledger(server, length):
    """Until so many calls and items wait there for their rows."""

    def is_there():
        return scraped(server).value("inferkeep_queue_length", queue="ledger") >= length

    wait_until(is_there, "the calls do not come to the ledger", within=10 * SLOWNESS)
