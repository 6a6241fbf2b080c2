import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stageCache } from '../../../src/image/cache.ts';

const KEY = 'a'.repeat(64);
const DAY = 86_400;
const NOW = 1_700_000_000;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cache-test-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(name: string, ageInDays: number): string {
  const path = join(directory, name);
  const time = NOW - ageInDays * DAY;
  writeFileSync(path, name);
  utimesSync(path, time, time);
  return path;
}

describe('stageCache()', () => {
  it('finds what it keeps, by stage and key, and makes it read-only', async () => {
    const cache = stageCache(directory);
    const kept = await cache.keep('run', KEY, write('result', 0));
    expect([
      await cache.find('run', KEY),
      await cache.find('assemble', KEY),
      await cache.find('run', 'b'.repeat(64)),
      readFileSync(kept, 'utf8'),
      statSync(kept).mode & 0o777,
    ]).toEqual([
      join(directory, `run-${'a'.repeat(32)}.img`),
      undefined,
      undefined,
      'result',
      0o444,
    ]);
  });

  it('forgets results that were not used for two weeks, and touches nothing else', async () => {
    const name = (letter: string): string => `assemble-${letter.repeat(32)}.img`;
    write(name('a'), 15);
    write(name('b'), 13);
    write(name('c'), 30);
    write('notes.txt', 30);
    const cache = stageCache(directory);
    await cache.use('assemble', 'c'.repeat(64), NOW);
    await cache.use('run', 'd'.repeat(64), NOW);
    await cache.prepare(NOW);
    expect(readdirSync(directory).toSorted()).toEqual([name('b'), name('c'), 'notes.txt']);
  });
});
