# SPDX-License-Identifier: MIT
"""Nobody fills a queue that all share: a person has two reports, and INFERENCE_SHARE inputs, under way at once."""

import datetime
import os
import signal

from people import Api
from test_http_framing import read_answers, read_until_close

MANY = 60_000  # calls: a report over them takes far longer than the arrival of the next request
FILL = """
INSERT INTO service_calls (service_version, success, owner_id, request_time, completion_time, duration, outcome,
                           items, request_id, model_sha256)
VALUES ('v2', TRUE, ?, ?, ?, ?, 'success', 1, '', '')"""


def ask_at_once(server, requests):
    """Lets the program see all of these requests, each of a connection of its own, in one moment."""
    connections = [server.connect() for _ in requests]
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
    server.change_offline_many(FILL, ((owner, now, now, i * 0.001) for i in range(MANY)))
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


def test_a_prediction_beside_a_full_share_is_refused(start_server):
    server = start_server(IO_THREADS=1, INFERENCE_SHARE=2)
    api = Api(server)
    ada, eve = api.user(grants=["v1"]), api.user(grants=["v1"])

    def predict_by(person, path="predict", body=b'{"text": "fine"}'):
        head = f"POST /mlservice/v1/{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {person.token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return head.encode() + body

    three = predict_by(ada, "predict/batch", b'{"inputs": [{"text": "a"}, {"text": "b"}, {"text": "c"}]}')
    answers = ask_at_once(server, [three, predict_by(ada), predict_by(eve)])
    assert [answer.status for answer in answers] == [200, 429, 200]
    assert answers[1].json["code"] == "too_many_requests" and answers[1].header("retry-after") == "1"
    assert answers[1].header("x-service-call-id") is None
    assert len(ada.get("/user/service_calls").json()) == 1, "what was refused has no row"
    assert ask_at_once(server, [predict_by(ada)])[0].status == 200
