/** Its number is in `user_version`; `application_id` says whose file it is. */
export const VERSION = 1;
export const APPLICATION = 0x76_62_75_72; // "vbur"

/**
 * `doc` is the row as JSON; the other columns are what is searched for. A name is never freed: `names` outlives the
 * tombstones.
 */
export const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE names (name TEXT PRIMARY KEY, node TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE nodes (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE REFERENCES names (name),
  pool TEXT NOT NULL,
  phase TEXT NOT NULL,
  host TEXT NOT NULL,
  instance TEXT,
  created REAL NOT NULL,
  reserved REAL NOT NULL,
  over_at REAL,
  doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX nodes_live ON nodes (id) WHERE over_at IS NULL;
CREATE INDEX nodes_over ON nodes (over_at) WHERE over_at IS NOT NULL;
CREATE TABLE health (pool TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE strays (key TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE requests (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, doc TEXT NOT NULL, answer TEXT
) STRICT;
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, node TEXT, pool TEXT,
  text TEXT NOT NULL, look TEXT, policy TEXT, doc TEXT NOT NULL
) STRICT;
CREATE INDEX journal_node ON journal (node, seq);
CREATE INDEX journal_at ON journal (at);
CREATE TABLE journal_jobs (
  job TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_jobs_seq ON journal_jobs (seq);
CREATE TABLE recorded (
  digest TEXT PRIMARY KEY, at REAL NOT NULL, policy TEXT NOT NULL, text TEXT NOT NULL
) STRICT;
`;
