-- People, their rights and sign-ins, the calls they make, and the record of who changed what.
--
-- Times are text in UTC with microseconds, "2026-01-31T09:05:00.000125Z": they sort as they follow one another.
-- AUTOINCREMENT: an id is never given twice, not even after the newest row has gone.

CREATE TABLE users (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  username        TEXT NOT NULL CHECK (length(username) <= 127),
  username_key    TEXT NOT NULL CHECK (length(username_key) <= 255),
  first_name      TEXT NOT NULL CHECK (length(first_name) <= 255),
  last_name       TEXT NOT NULL CHECK (length(last_name) <= 255),
  country         TEXT CHECK (length(country) <= 127),
  hashed_password TEXT NOT NULL CHECK (length(hashed_password) <= 255),
  is_active       INTEGER NOT NULL DEFAULT 0 CHECK (is_active IN (0, 1)),
  role            TEXT NOT NULL CHECK (role IN ('user', 'admin')),
  created_at      TEXT NOT NULL,
  deleted_at      TEXT,
  -- A deleted person leaves an empty shell, so that their calls still refer to a row. A living one has a name.
  CHECK (CASE WHEN deleted_at IS NULL
              THEN username <> '' AND username_key <> ''
              ELSE username = '' AND username_key = '' AND first_name = '' AND last_name = '' AND country IS NULL
                   AND hashed_password = '' AND is_active = 0
         END)
) STRICT;

CREATE UNIQUE INDEX users_living_name ON users (username_key) WHERE deleted_at IS NULL;
CREATE INDEX users_living_admin ON users (id) WHERE role = 'admin' AND is_active = 1 AND deleted_at IS NULL;

CREATE TABLE service_access (
  user_id INTEGER NOT NULL REFERENCES users (id),
  service TEXT NOT NULL CHECK (length(service) BETWEEN 1 AND 127),
  PRIMARY KEY (user_id, service)
) STRICT, WITHOUT ROWID;

-- The table as people know it who look with a database tool: rights as columns, deleted people left out.
CREATE VIEW users_with_access AS
SELECT id, username, first_name, last_name, country, hashed_password, is_active, role,
       EXISTS (SELECT 1 FROM service_access a WHERE a.user_id = users.id AND a.service = 'v1') AS has_access_v1,
       EXISTS (SELECT 1 FROM service_access a WHERE a.user_id = users.id AND a.service = 'v2') AS has_access_v2
FROM users
WHERE deleted_at IS NULL;

CREATE TABLE sign_ins (
  id         TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 127),
  user_id    INTEGER NOT NULL REFERENCES users (id),
  started_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  ended_at   TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_ins_of_user ON sign_ins (user_id) WHERE ended_at IS NULL;
CREATE INDEX sign_ins_expiry ON sign_ins (expires_at);

CREATE TABLE service_calls (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  service_version TEXT NOT NULL CHECK (length(service_version) BETWEEN 1 AND 127),
  success         INTEGER NOT NULL CHECK (success = (outcome = 'success')),
  owner_id        INTEGER NOT NULL REFERENCES users (id),
  request_time    TEXT NOT NULL,
  completion_time TEXT NOT NULL,
  duration        REAL NOT NULL,
  outcome         TEXT NOT NULL CHECK (outcome IN ('success', 'invalid_input', 'model_error', 'timeout', 'cancelled')),
  items           INTEGER NOT NULL CHECK (items >= 0),
  request_id      TEXT NOT NULL CHECK (length(request_id) <= 255),
  model_sha256    TEXT NOT NULL CHECK (length(model_sha256) <= 64)
) STRICT;

-- Each index ends in the row's id, so a page "newest first, below this id" is one walk along it.
CREATE INDEX service_calls_of_owner ON service_calls (owner_id);
CREATE INDEX service_calls_of_service ON service_calls (service_version);
CREATE INDEX service_calls_by_outcome ON service_calls (outcome);
CREATE INDEX service_calls_by_time ON service_calls (request_time);

-- Who did what to whom. before and after are JSON without secrets and without personal data.
CREATE TABLE audit_events (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  at         TEXT NOT NULL,
  actor_id   INTEGER REFERENCES users (id),  -- null: the program itself
  action     TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 127),
  subject_id INTEGER REFERENCES users (id),
  before     TEXT,
  after      TEXT,
  request_id TEXT NOT NULL CHECK (length(request_id) <= 255)
) STRICT;
