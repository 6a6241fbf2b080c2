import Database from 'libsql';
import { held } from './refuse.ts';

export interface Lock {
  release(): void;
}

/**
 * Keeps a second process away: a lock on a file beside the store, which the kernel takes back when its holder
 * ends, however it ends.
 *
 * @throws {OrchestratorError} `STORE_HELD`
 */
export function lockFor(path: string): Lock {
  if (path === ':memory:') return { release: () => undefined };
  const database = new Database(`${path}.lock`);
  try {
    database.pragma('busy_timeout = 0');
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error instanceof Database.SqliteError ? held(path) : error;
  }
  const release = () => {
    // Closing alone may leave it to the garbage collector.
    database.exec('ROLLBACK');
    database.close();
  };
  return { release };
}
