import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withWorkDirectory } from '../../../src/image/work.ts';

/** Above the highest number that Linux gives: kernel/pid.c, PID_MAX_LIMIT. */
const NOBODYS_PID = 2 ** 22 + 1;

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'work-test-'));
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

describe('withWorkDirectory()', () => {
  it('gives an empty directory, and removes it with what is in it', async () => {
    const seen = await withWorkDirectory(parent, (directory) => {
      const before = readdirSync(directory);
      writeFileSync(join(directory, 'file'), '');
      return Promise.resolve({ directory, before });
    });
    expect([seen.before, existsSync(seen.directory)]).toEqual([[], false]);
  });

  it('removes it after a failure, too', async () => {
    await expect(withWorkDirectory(parent, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(readdirSync(parent)).toEqual([]);
  });

  it('removes what the dead left behind, and nothing else', async () => {
    const dead = `apppot-build-${NOBODYS_PID}-x`;
    const alive = `apppot-build-${process.pid}-x`;
    for (const name of [dead, alive, 'other']) mkdirSync(join(parent, name));
    await withWorkDirectory(parent, () => Promise.resolve());
    expect(readdirSync(parent).toSorted()).toEqual([alive, 'other']);
  });
});
