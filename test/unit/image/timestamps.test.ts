import { expect, it } from 'vitest';
import { clampRequests } from '../../../src/image/timestamps.ts';
import type { Entry } from '../../../src/tree/tree.ts';

const SECOND = 1_000_000_000n;

function entry(ino: number, mtime: bigint): Entry {
  const owner = { uid: 0, gid: 0 };
  return {
    path: `${ino}`,
    type: 'file',
    mode: 0,
    ...owner,
    size: 0,
    mtime,
    ctime: 0n,
    ino,
    nlink: 1,
  };
}

it('clampRequests() sets what programs cannot, and only those mtimes that are too young', () => {
  const entries = [entry(12, 5n * SECOND), entry(13, 10n * SECOND + 1n), entry(12, 5n * SECOND)];
  expect(clampRequests(entries, 10)).toEqual([
    'sif <12> atime @10',
    'sif <12> ctime @10',
    'sif <12> crtime @10',
    'sif <13> atime @10',
    'sif <13> ctime @10',
    'sif <13> crtime @10',
    'sif <13> mtime @10',
  ]);
});
