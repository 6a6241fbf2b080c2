import type Database from 'libsql';

const TEXT = {
  meta: 'SELECT value FROM meta WHERE key = ?',
  putMeta: 'INSERT OR REPLACE INTO meta VALUES (?, ?)',
  node: 'SELECT doc FROM nodes WHERE id = ?',
  live: 'SELECT doc FROM nodes WHERE over_at IS NULL',
  find: 'SELECT doc FROM nodes WHERE name = ?1 OR id = ?1',
  all: 'SELECT doc FROM nodes ORDER BY created DESC, id',
  over: 'SELECT doc FROM nodes WHERE over_at > ?',
  nameOf: 'SELECT node FROM names WHERE name = ?',
  putName: 'INSERT OR IGNORE INTO names VALUES (?, ?)',
  putNode: `INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    phase = excluded.phase, host = excluded.host, instance = excluded.instance,
    reserved = excluded.reserved, over_at = excluded.over_at, doc = excluded.doc`,
  allHealth: 'SELECT doc FROM health',
  health: 'SELECT doc FROM health WHERE pool = ?',
  putHealth: 'INSERT OR REPLACE INTO health VALUES (?, ?)',
  strays: 'SELECT doc FROM strays',
  putStray: 'INSERT OR REPLACE INTO strays VALUES (?, ?)',
  dropStray: 'DELETE FROM strays WHERE key = ?',
  requests: 'SELECT id, doc FROM requests WHERE answer IS NULL ORDER BY id',
  request: 'INSERT INTO requests (at, doc) VALUES (?, ?)',
  finishRequest: 'UPDATE requests SET answer = ? WHERE id = ?',
  answer: 'SELECT answer FROM requests WHERE id = ?',
  tell: `INSERT INTO journal (at, kind, node, pool, text, look, policy, doc)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  tellJob: 'INSERT OR IGNORE INTO journal_jobs VALUES (?, ?)',
  record: 'INSERT OR REPLACE INTO recorded VALUES (?, ?, ?, ?)',
  forgetRecorded: `DELETE FROM recorded WHERE digest NOT IN
    (SELECT digest FROM recorded ORDER BY at DESC LIMIT ?)`,
  recorded: 'SELECT digest, at, policy, text FROM recorded ORDER BY at DESC',
  recordedOne: 'SELECT digest, at, policy, text FROM recorded WHERE digest = ?',
  journal: `SELECT seq, doc FROM journal WHERE (?1 IS NULL OR node = ?1) AND at >= ?2
    ORDER BY seq DESC LIMIT ?3`,
  journalOfJob: `SELECT journal.seq, doc FROM journal_jobs JOIN journal USING (seq)
    WHERE job = ?1 AND (?2 IS NULL OR node = ?2) AND at >= ?3 ORDER BY journal.seq DESC LIMIT ?4`,
} as const;

/** Each is given the time before which all is forgotten. */
const PRUNE = [
  'DELETE FROM nodes WHERE over_at < ?',
  'DELETE FROM journal_jobs WHERE seq IN (SELECT seq FROM journal WHERE at < ?)',
  'DELETE FROM journal WHERE at < ?',
  'DELETE FROM requests WHERE answer IS NOT NULL AND at < ?',
];

export type Statements = Readonly<Record<keyof typeof TEXT, Database.Statement>> & {
  readonly prune: readonly Database.Statement[];
};

export function statementsOf(database: Database.Database): Statements {
  const entries = Object.entries(TEXT).map(([name, text]) => [name, database.prepare(text)]);
  return { ...Object.fromEntries(entries), prune: PRUNE.map((text) => database.prepare(text)) };
}
