-- netlab.db, schema version 1. Migrations go forward only; what comes after this is in src/stores/migrations.ts.
-- Times are milliseconds since 1970-01-01 UTC.

-- Who serves what [BOOT-1, BOOT-3]: one row an ip and port; rowid is the order in which they came.
CREATE TABLE registrations (
  id             INTEGER PRIMARY KEY,
  ip             TEXT    NOT NULL,
  port           INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
  service        TEXT    NOT NULL,
  token          TEXT    NOT NULL,
  registered_at  INTEGER NOT NULL,
  last_seen_at   INTEGER NOT NULL,
  expires_at     INTEGER,
  UNIQUE (ip, port)
) STRICT;

-- The address book: e-mail addresses as they were given, found without regard to case and outer white space [BOOK-3].
CREATE TABLE addresses (
  email   TEXT NOT NULL PRIMARY KEY,
  name    TEXT NOT NULL,
  folded  TEXT NOT NULL
) STRICT;
CREATE INDEX addresses_folded ON addresses (folded);

-- Roles that an operator spawned; those of the lab file come from the file.
CREATE TABLE instances (
  id       TEXT    NOT NULL PRIMARY KEY,
  type     TEXT    NOT NULL,
  name     TEXT,
  options  TEXT    NOT NULL CHECK (json_valid(options)),
  wanted   TEXT    NOT NULL CHECK (wanted IN ('running', 'stopped')),
  port     INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- What the recorder saw, where it is told to write (--journal, --record full).
CREATE TABLE journal (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  connection  TEXT    NOT NULL,
  role        TEXT    NOT NULL,
  remote      TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  detail      TEXT,
  bytes       BLOB
) STRICT;
CREATE INDEX journal_connection ON journal (connection);
