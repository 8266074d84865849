/** Forward migrations of `netlab.db`: each leads to the next schema version. There is no way back. */
import type Database from "better-sqlite3";

/** `schemaSql` is data/schema.sql, what version 1 is. */
export type Migration = (sql: Database.Database, schemaSql: () => string) => void;

export const migrations: readonly Migration[] = [
  (sql, schemaSql) => void sql.exec(schemaSql()),
  numberOn,
  keepFacts,
  keepVerdicts,
  keepChecks,
  keepAudit,
  keepClass,
  keepLogPosition,
  keepOwn,
];

/** Version 2: numbers that go on over restarts, and the ids of lab files' entries. */
function numberOn(sql: Database.Database): void {
  sql.exec(`
    -- The next number of each kind: of connections, of senders, of each role's instances.
    CREATE TABLE numbers (
      name  TEXT    NOT NULL PRIMARY KEY,
      next  INTEGER NOT NULL
    ) STRICT;

    -- Which instance an entry of a lab file is; digest is a hash of what the entry says.
    CREATE TABLE lab_entries (
      lab     TEXT    NOT NULL,
      place   INTEGER NOT NULL,
      role    TEXT    NOT NULL,
      name    TEXT,
      digest  TEXT    NOT NULL,
      id      TEXT    NOT NULL,
      PRIMARY KEY (lab, place)
    ) STRICT;`);
  const insert = sql.prepare("INSERT INTO numbers (name, next) VALUES (?, ?)");
  for (const [name, kind] of [
    ["connection", "c"],
    ["sender", "u"],
  ] as const) {
    const last = lastNumber(sql, kind);
    if (last !== null) insert.run(name, last + 1);
  }
}

/** The highest number that a journal of version 1 tells of. A journal that cannot be read is no reason not to start. */
function lastNumber(sql: Database.Database, kind: "c" | "u"): number | null {
  try {
    return sql
      .prepare<[string, string], number | null>(
        `SELECT max(CAST(substr(connection, instr(connection, ?) + 2) AS INTEGER)) FROM journal
         WHERE instr(connection, ?) > 0`,
      )
      .pluck()
      .get(`/${kind}`, `/${kind}`) as number | null;
  } catch {
    return null;
  }
}

/** Version 3: journal rows that say facts, beside the words. Rows from before have none. */
function keepFacts(sql: Database.Database): void {
  sql.exec(`
    -- The entry's number in its story; microseconds since the story opened; what it says, as JSON.
    ALTER TABLE journal ADD COLUMN entry INTEGER;
    ALTER TABLE journal ADD COLUMN at_us INTEGER;
    ALTER TABLE journal ADD COLUMN facts TEXT;

    -- Whom the journal tells of, and how it stood when last written; version is that of the form of subject, summary and facts.
    CREATE TABLE stories (
      id         TEXT    NOT NULL PRIMARY KEY,
      short      TEXT    NOT NULL,
      version    INTEGER NOT NULL,
      opened_at  REAL    NOT NULL,
      subject    TEXT    NOT NULL CHECK (json_valid(subject)),
      summary    TEXT    NOT NULL CHECK (json_valid(summary))
    ) STRICT;
    CREATE INDEX stories_short ON stories (short);`);
}

/** Version 4: what was judged of the journal's stories. */
function keepVerdicts(sql: Database.Database): void {
  sql.exec(`
    -- Of a story that has ended, once it was judged; cards: ids such as D17, the root cause first, with blanks between them.
    ALTER TABLE stories ADD COLUMN verdict TEXT;
    ALTER TABLE stories ADD COLUMN cards TEXT;`);
}

/** Version 5: what checks came to. Rows are added and never changed, so that a later version of the checker rewrites nothing. */
function keepChecks(sql: Database.Database): void {
  sql.exec(`
    -- A row a case; run counts the reports; version is the checker's; at is when the check began.
    CREATE TABLE checks (
      id       INTEGER PRIMARY KEY,
      run      INTEGER NOT NULL,
      at       INTEGER NOT NULL,
      version  TEXT    NOT NULL,
      seed     INTEGER NOT NULL,
      role     TEXT    NOT NULL,
      side     TEXT    NOT NULL CHECK (side IN ('server', 'client')),
      target   TEXT    NOT NULL,
      "case"   TEXT    NOT NULL,
      status   TEXT    NOT NULL,
      grade    TEXT    NOT NULL,
      weight   REAL    NOT NULL,
      message  TEXT    NOT NULL
    ) STRICT;
    CREATE TRIGGER checks_are_not_changed BEFORE UPDATE ON checks
    BEGIN SELECT raise(ABORT, 'results of checks are not changed'); END;
    CREATE TRIGGER checks_are_not_removed BEFORE DELETE ON checks
    BEGIN SELECT raise(ABORT, 'results of checks are not removed'); END;`);
}

/** Version 6: what operators did. */
function keepAudit(sql: Database.Database): void {
  sql.exec(`
    -- A row a command that changed something, showed a secret, or was refused; operator is the name that the client gave.
    CREATE TABLE audit (
      id        INTEGER PRIMARY KEY,
      at        INTEGER NOT NULL,
      operator  TEXT    NOT NULL,
      level     TEXT    NOT NULL,
      node      TEXT,
      line      TEXT    NOT NULL,
      exit      INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX audit_at ON audit (at);
    CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit is not changed'); END;
    CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'nothing of the audit is removed'); END;`);
}

/** Version 7: a class, and whose checks are whose. */
function keepClass(sql: Database.Database): void {
  sql.exec(`
    -- id as in the roster; slot decides the ports and is never given twice; left_at: no longer in the roster.
    CREATE TABLE students (
      id         TEXT    NOT NULL PRIMARY KEY,
      slot       INTEGER NOT NULL UNIQUE,
      pseudonym  TEXT    NOT NULL UNIQUE,
      name       TEXT    NOT NULL,
      "group"    TEXT,
      email      TEXT,
      added_at   INTEGER NOT NULL,
      left_at    INTEGER
    ) STRICT;
    CREATE TABLE class_groups (
      name  TEXT    NOT NULL PRIMARY KEY,
      slot  INTEGER NOT NULL UNIQUE
    ) STRICT;

    -- The furthest rule that a student kept with a role of a lab, and when all of the role was kept.
    CREATE TABLE class_progress (
      lab      TEXT    NOT NULL,
      student  TEXT    NOT NULL,
      role     TEXT    NOT NULL,
      rule     TEXT,
      done_at  INTEGER,
      PRIMARY KEY (lab, student, role)
    ) STRICT;

    -- Cards that the instructor sent to students.
    CREATE TABLE class_hints (
      id       INTEGER PRIMARY KEY,
      student  TEXT    NOT NULL,
      card     TEXT    NOT NULL,
      text     TEXT    NOT NULL,
      at       INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX class_hints_student ON class_hints (student);

    CREATE TABLE class_settings (
      name   TEXT NOT NULL PRIMARY KEY,
      value  TEXT NOT NULL
    ) STRICT;

    -- The student whose program was checked; null: no student's.
    ALTER TABLE checks ADD COLUMN student TEXT;`);
}

/** Version 8: a daemon of several that share a lab. */
function keepLogPosition(sql: Database.Database): void {
  sql.exec(`
    -- Up to which entry of the cluster's log the rows are, its key where that is known, and which log that is.
    CREATE TABLE log_position (
      id        INTEGER PRIMARY KEY CHECK (id = 1),
      identity  TEXT    NOT NULL,
      applied   INTEGER NOT NULL,
      key       TEXT
    ) STRICT;

    -- Rows that were changed here, which the log may not have yet; cause: why one is gone; batch: those of one import.
    CREATE TABLE log_unsent (
      store    TEXT    NOT NULL,
      name     TEXT    NOT NULL,
      version  INTEGER NOT NULL,
      cause    TEXT    CHECK (cause IN ('expired')),
      batch    TEXT,
      PRIMARY KEY (store, name)
    ) STRICT;`);
}

/** Version 9: registries that are a student's or a group's, and the card that stands with a student. */
function keepOwn(sql: Database.Database): void {
  sql.exec(`
    -- As registrations; label: whose registry it is.
    CREATE TABLE own_registrations (
      id             INTEGER PRIMARY KEY,
      label          TEXT    NOT NULL,
      ip             TEXT    NOT NULL,
      port           INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
      service        TEXT    NOT NULL,
      token          TEXT    NOT NULL,
      registered_at  INTEGER NOT NULL,
      last_seen_at   INTEGER NOT NULL,
      expires_at     INTEGER,
      UNIQUE (label, ip, port)
    ) STRICT;

    -- JSON: the card, and which conversation decided it.
    ALTER TABLE class_progress ADD COLUMN stood TEXT CHECK (stood IS NULL OR json_valid(stood));`);
}
