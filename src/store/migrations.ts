import type { Database } from './database.ts'

/** Marks a database file as ours ("Kith"), beside the version in `user_version`. */
export const APPLICATION_ID = 0x4b697468

// Ids of conversations and authors recur in every row, so rows hold a short number instead (`identifier`). A line keeps
// its author's whole key because lines of the same time are ordered by it.
const FIRST = `
  CREATE TABLE record (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (space, key)
  ) STRICT, WITHOUT ROWID;

  -- The space of secrets: parts of values, and the slots that hold their bytes (see secrets.ts).
  CREATE TABLE secret (
    key TEXT NOT NULL,
    part INTEGER NOT NULL,
    number INTEGER NOT NULL,
    length INTEGER NOT NULL,
    PRIMARY KEY (key, part)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE slot (
    number INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
  ) STRICT;

  CREATE TABLE identifier (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    conversation INTEGER NOT NULL,
    author INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    target BLOB,
    bytes BLOB NOT NULL,
    content BLOB
  ) STRICT;
  CREATE INDEX event_chain ON event (conversation, author, seq);
  CREATE INDEX event_target ON event (target, id) WHERE target IS NOT NULL;

  CREATE TABLE line (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    id ANY NOT NULL,
    time INTEGER NOT NULL,
    author BLOB NOT NULL,
    seq INTEGER NOT NULL,
    counts INTEGER NOT NULL,
    text TEXT,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX line_id ON line (conversation, id);
  CREATE INDEX line_order ON line (conversation, time, author, seq, counts);

  -- The words of line number rowid, folded by words.ts and parted by spaces: the ascii tokenizer splits at nothing else
  -- in them. Positions are not kept (detail=none), which halves the index; no search asks for phrases.
  CREATE VIRTUAL TABLE line_words USING fts5 (
    words, content='', contentless_delete=1, detail=none, tokenize='ascii', prefix='1 2 3'
  );
`

// Ids come into their indexes together (id-index.ts), so the indexes are tables of their own.
const SECOND = `
  ALTER TABLE event RENAME TO event_before;
  CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    conversation INTEGER NOT NULL,
    author INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    target BLOB,
    bytes BLOB NOT NULL,
    content BLOB
  ) STRICT;
  INSERT INTO event SELECT * FROM event_before;
  DROP TABLE event_before;
  CREATE INDEX event_chain ON event (conversation, author, seq);
  CREATE INDEX event_target ON event (target, id) WHERE target IS NOT NULL;
  CREATE TABLE event_id (
    id BLOB PRIMARY KEY,
    number INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO event_id SELECT id, number FROM event ORDER BY id;

  DROP INDEX line_id;
  CREATE TABLE line_id (
    conversation INTEGER NOT NULL,
    id ANY NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (conversation, id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO line_id SELECT conversation, id, number FROM line ORDER BY conversation, id;

  -- The greatest number up to which every row is in the index.
  CREATE TABLE indexed (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO indexed SELECT 'event_id', coalesce(max(number), 0) FROM event;
  INSERT INTO indexed SELECT 'line_id', coalesce(max(number), 0) FROM line;
`

/** Step n brings a database of version n - 1 to version n. Steps that were published never change. */
export const STEPS: readonly string[] = [FIRST, SECOND]

/** The newest version that this program writes; it reads all before it. */
export const VERSION_KNOWN: number = STEPS.length

/** Brings the database to the newest version, each step in a transaction of its own. Throws what SQLite throws. */
export const migrate = (database: Database, steps: readonly string[] = STEPS): void => {
  for (let version = versionOf(database) + 1; version <= steps.length; version++) {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(steps[version - 1] ?? '')
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}; COMMIT`)
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}

export const versionOf = (database: Database): number => pragma(database, 'user_version')

/** Whether this is a database of ours, or one in which nothing was ever written. */
export const isOurs = (database: Database): boolean => {
  const application = pragma(database, 'application_id')
  if (application !== 0) return application === APPLICATION_ID
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
}

const pragma = (database: Database, name: 'user_version' | 'application_id'): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
