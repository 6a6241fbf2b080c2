import Database from 'libsql';
import { type Lock, lockFor } from './lock.ts';
import { openDatabase } from './open.ts';
import { queriesOn } from './queries.ts';
import { epochLost, unusable } from './refuse.ts';
import { type Statements, statementsOf } from './statements.ts';
import { stepOn } from './step.ts';
import type { Epoch, Store } from './store.ts';

export interface SqliteOptions {
  /** UUID of a new store's orchestrator. */
  readonly controller: string;
}

/**
 * A store in a file, which only its owner can read. Other processes may read it, and ask for something, while one
 * works with it. `:memory:` is one that ends with the process.
 *
 * @throws {OrchestratorError} `STORE_UNUSABLE`, `STORE_FOREIGN`
 */
export function sqliteStore(path: string, { controller }: SqliteOptions): Store {
  const database = openDatabase(path, controller);
  const sql = statementsOf(database);
  let lock: Lock | undefined;
  const guarded = <T>(work: () => T): T => guard(path, work);
  const transact = <T>(work: () => T): T => guarded(() => database.transaction(work).immediate());
  return {
    controller: guarded(() => readMeta(sql, 'controller') ?? controller),
    claim: () => {
      lock ??= lockFor(path);
      return transact(() => claim(sql));
    },
    isCurrent: (epoch) => guarded(() => epochOf(sql) === epoch),
    step: (epoch, work) =>
      transact(() => {
        demand(sql, epoch);
        return work(stepOn(sql));
      }),
    record: (epoch, { digest, at, policy, text }, keep) =>
      transact(() => {
        demand(sql, epoch);
        sql.record.run(digest, at, policy, text);
        sql.forgetRecorded.run(keep);
      }),
    prune: (epoch, before) =>
      transact(() => {
        demand(sql, epoch);
        for (const statement of sql.prune) statement.run(before);
      }),
    ...queriesOn(sql, guarded),
    close: () => {
      database.close();
      lock?.release();
    },
  };
}

function claim(sql: Statements): Epoch {
  const next = epochOf(sql) + 1;
  sql.putMeta.run('epoch', String(next));
  return next;
}

function demand(sql: Statements, epoch: Epoch): void {
  const found = epochOf(sql);
  if (found !== epoch) throw epochLost(epoch, found);
}

function epochOf(sql: Statements): Epoch {
  return Number(readMeta(sql, 'epoch') ?? 0);
}

function readMeta(sql: Statements, key: string): string | undefined {
  return (sql.meta.get(key) as { value: string } | undefined)?.value;
}

function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError) throw unusable(path, error);
    throw error;
  }
}
