"""The tables, and how an older file becomes a newer one."""

from __future__ import annotations

import sqlite3

_FIRST = """
CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  account_key TEXT NOT NULL,
  user_key TEXT NOT NULL
);
CREATE TABLE reading (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  at INTEGER NOT NULL,
  origin TEXT NOT NULL,
  plan TEXT,
  usable INTEGER,
  limit_reached INTEGER,
  credits TEXT,
  reset_credits INTEGER,
  error TEXT,
  UNIQUE (account, at)
);
CREATE TABLE window (
  reading INTEGER NOT NULL REFERENCES reading ON DELETE CASCADE,
  place INTEGER NOT NULL,
  limit_name TEXT NOT NULL,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  used REAL,
  length INTEGER,
  resets_at INTEGER,
  started INTEGER,
  PRIMARY KEY (reading, place)
) WITHOUT ROWID;
CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_SECOND = """
ALTER TABLE account ADD COLUMN thinned INTEGER;
ALTER TABLE account ADD COLUMN thinned_by TEXT;
CREATE TABLE session_file (name TEXT PRIMARY KEY, size INTEGER NOT NULL, done INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO note VALUES ('identity', lower(hex(randomblob(16))));
"""
MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND)
"""Entry *n* brings a file from version *n* to version *n* + 1; ``PRAGMA user_version`` tells a file's version."""


def migrate(connection: sqlite3.Connection, migrations: tuple[str, ...] = MIGRATIONS) -> bool:
    """Bring the file to the last version, in one transaction each; False when a later program wrote it."""
    while (version := connection.execute("PRAGMA user_version").fetchone()[0]) < len(migrations):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # another process may have done it while this one waited
            if connection.execute("PRAGMA user_version").fetchone()[0] == version:
                for statement in filter(str.strip, migrations[version].split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return bool(version == len(migrations))
