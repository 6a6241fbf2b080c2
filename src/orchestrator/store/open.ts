import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'libsql';
import { errnoOf } from '../../base/errors.ts';
import { foreign, unusable } from './refuse.ts';
import { APPLICATION, SCHEMA, VERSION } from './schema.ts';

/** How long one process waits for another's transaction. */
const BUSY_MS = 10_000;
const OWNER_ONLY = 0o600;

/** Opens a store's file, and makes it when there is none. What is committed survives a power cut. */
export function openDatabase(path: string, controller: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    if (path !== ':memory:') reserve(path);
    database = new Database(path);
    database.pragma(`busy_timeout = ${BUSY_MS}`);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    prepare(database, path, controller);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof Database.SqliteError || errnoOf(error)?.startsWith('E') === true
      ? unusable(path, error)
      : error;
  }
}

/** It holds digests of tokens, and whom they are of. SQLite gives its other files the same mode. */
function reserve(path: string): void {
  closeSync(openSync(path, 'a', OWNER_ONLY));
  chmodSync(path, OWNER_ONLY);
}

function prepare(database: Database.Database, path: string, controller: string): void {
  const create = database.transaction(() => {
    const version = pragma(database, 'user_version');
    const application = pragma(database, 'application_id');
    if (version === 0 && application === 0 && isEmpty(database)) return make(database, controller);
    if (application !== APPLICATION) throw foreign(path, 'of another program', 'its own');
    if (version !== VERSION) throw foreign(path, `version ${version}`, `version ${VERSION}`);
    return undefined;
  });
  create.immediate();
}

function make(database: Database.Database, controller: string): void {
  database.exec(SCHEMA);
  database.prepare('INSERT INTO meta VALUES (?, ?)').run('controller', controller);
  database.pragma(`user_version = ${VERSION}`);
  database.pragma(`application_id = ${APPLICATION}`);
}

function isEmpty(database: Database.Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

function pragma(database: Database.Database, name: string): number {
  const [row] = database.pragma(name) as Record<string, number>[];
  return row?.[name] ?? 0;
}
