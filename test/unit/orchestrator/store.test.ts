import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../src/orchestrator/store/memory.ts';
import { sqliteStore } from '../../../src/orchestrator/store/sqlite.ts';
import { nodeRow } from '../../kit/rows.ts';
import { storeContract } from '../../kit/store-contract.ts';
import { tempDirectory } from '../../kit/temp.ts';

const controller = '6f1d2c3b-0000-4000-8000-000000000001';

describe('memoryStore()', () => storeContract(() => memoryStore(controller)));

describe('sqliteStore()', () => {
  storeContract(() => sqliteStore(':memory:', { controller }));

  it('keeps all in a file that only its owner reads', () => {
    const path = join(tempDirectory(), 'store.db');
    const store = sqliteStore(path, { controller });
    const epoch = store.claim();
    store.step(epoch, (step) => step.putNode(nodeRow('a')));
    const modes = readdirSync(join(path, '..')).map((name) => {
      const mode = statSync(join(path, '..', name)).mode & 0o777;
      return `${name} ${mode.toString(8)}`;
    });
    expect(modes.filter((mode) => !mode.includes('.lock'))).toEqual([
      'store.db 600',
      'store.db-shm 600',
      'store.db-wal 600',
    ]);
    store.close();
    const again = sqliteStore(path, { controller: 'another' });
    expect([again.controller, again.all()]).toEqual([controller, [nodeRow('a')]]);
    expect(again.claim()).toBe(epoch + 1);
    again.close();
  });

  it('refuses a file of another program, and one that is no database', () => {
    const path = join(tempDirectory(), 'other.db');
    writeFileSync(path, 'no database at all, but long enough for a header of SQLite; '.repeat(20));
    expect(() => sqliteStore(path, { controller })).toThrow(
      expect.objectContaining({ code: 'STORE_UNUSABLE' }),
    );
  });

  it('names a directory that is not there', () => {
    const path = join(tempDirectory(), 'no', 'store.db');
    expect(() => sqliteStore(path, { controller })).toThrow(
      expect.objectContaining({
        code: 'STORE_UNUSABLE',
        message: expect.stringContaining(`Cannot use the store "${path}"`),
      }),
    );
  });
});
