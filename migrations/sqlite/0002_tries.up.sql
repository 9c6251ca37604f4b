-- Tries that are bounded: guesses of passwords, registrations of an address. Counted here where several programs serve
-- the database, which is PostgreSQL then; here for equal steps. The key is a digest, so that neither names nor
-- addresses are kept.

CREATE TABLE tries (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  key        TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 127),
  expires_at TEXT NOT NULL  -- when it counts no longer
) STRICT;

CREATE INDEX tries_of_key ON tries (key, expires_at);
CREATE INDEX tries_expiry ON tries (expires_at);
