# SPDX-License-Identifier: MIT
"""Rows by the million, made by the database itself: a long history of two people, and what their calls left behind."""

import databases

# The two take turns, over 30 days; durations of some milliseconds, a hundredth of them of seconds.
CALLS = {
    "sqlite": """
WITH RECURSIVE n (i, micros, took) AS (
  SELECT 0, 0, 1000
  UNION ALL
  SELECT i + 1, (i + 1) * (2592000000000 / :rows),
         CASE abs(random()) % 100 WHEN 0 THEN abs(random()) % 10000000 ELSE 500 + abs(random()) % 8000 END
  FROM n WHERE i + 1 < :rows)
INSERT INTO service_calls (service_version, success, owner_id, request_time, completion_time, duration, outcome,
                           items, request_id, model_sha256)
SELECT CASE i % 4 WHEN 0 THEN 'v1' ELSE 'v2' END, i % 50 <> 0, CASE i % 2 WHEN 0 THEN :ada ELSE :eve END,
       strftime('%Y-%m-%dT%H:%M:%S', 1767225600 + micros / 1000000, 'unixepoch')
         || printf('.%06dZ', micros % 1000000),
       strftime('%Y-%m-%dT%H:%M:%S', 1767225600 + (micros + took) / 1000000, 'unixepoch')
         || printf('.%06dZ', (micros + took) % 1000000),
       took / 1e6, CASE i % 50 WHEN 0 THEN 'timeout' ELSE 'success' END, 1, printf('%032x', i), ''
FROM n""",
    "postgres": """
INSERT INTO service_calls (service_version, success, owner_id, request_time, completion_time, duration, outcome,
                           items, request_id, model_sha256)
SELECT CASE i % 4 WHEN 0 THEN 'v1' ELSE 'v2' END, i % 50 <> 0, CASE i % 2 WHEN 0 THEN :ada ELSE :eve END,
       asked, asked + took * interval '1 microsecond', took / 1e6, CASE i % 50 WHEN 0 THEN 'timeout' ELSE 'success' END,
       1, md5(i::text), ''
FROM (SELECT i, to_timestamp(1767225600) + i * (2592000000000 / :rows) * interval '1 microsecond' AS asked,
             floor(CASE WHEN random() < 0.01 THEN random() * 1e7 ELSE 500 + random() * 8000 END) AS took
      FROM generate_series(0, :rows - 1) AS i) AS n""",
}

# A log row for each call; numbers that spread, addresses of some neighbourhoods, texts of a hundred letters.
HOUSES = """
INSERT INTO model_logs_v2 (service_call_id, is_train_data, target_pred, target_true, feature_age, feature_surface,
                           feature_has_attic, feature_garden_surface, feature_address)
SELECT id, FALSE, 180000 + id % 7919 * 10.5, 180000 + id % 6997 * 11.5, {numbers}
FROM service_calls"""
REVIEWS = """
INSERT INTO model_logs_v1 (service_call_id, is_train_data, target_pred, target_true, feature_text)
SELECT id, FALSE, CASE id % 3 WHEN 0 THEN 'other' ELSE 'great' END, CASE id % 4 WHEN 0 THEN 'other' ELSE 'great' END,
       {noise} || substr('a text that is long enough to be a review of some food or other, and ends', 1, {length})
FROM service_calls"""
LOGS = {
    "sqlite": {
        "v2": HOUSES.format(
            numbers="""abs(random()) % 120, 50 + abs(random()) % 200000 / 1000.0, abs(random()) % 5 = 0,
       abs(random()) % 3000000 / 1000.0, 'Neighbourhood ' || abs(random()) % 28 || ', Ames, Iowa'"""
        ),
        "v1": REVIEWS.format(noise="printf('%032x', random())", length="20 + id % 50"),
    },
    "postgres": {
        "v2": HOUSES.format(
            numbers="""floor(random() * 120), 50 + random() * 200, random() < 0.2, random() * 3000,
       'Neighbourhood ' || floor(random() * 28) || ', Ames, Iowa'"""
        ),
        "v1": REVIEWS.format(noise="md5(random()::text)", length="20 + (id % 50)::int"),
    },
}

TRAINING = """
INSERT INTO model_logs_{0} ({1}) SELECT {2} FROM model_logs_{0} WHERE id % (SELECT 1 + count(*) / 2344
FROM model_logs_{0}) = 0"""


def fill_calls(server, rows, ada, eve):
    """Of a server that is stopped."""
    server.change_offline(CALLS[databases.KIND], rows=rows, ada=ada, eve=eve)
    analyze(server)


def fill_logs(server, service):
    """A row for each call, and some 2,344 of training that look alike."""
    server.change_offline(LOGS[databases.KIND][service])
    kept = [name for name in server.store.columns(f"model_logs_{service}") if name.startswith(("feature_", "target_"))]
    server.change_offline(
        TRAINING.format(service, ", ".join(["is_train_data", *kept]), ", ".join(["TRUE", *kept]))
    )
    analyze(server)


def analyze(server):
    """PostgreSQL does it by itself, some time after."""
    if databases.KIND == "postgres":
        server.change_offline("ANALYZE")
