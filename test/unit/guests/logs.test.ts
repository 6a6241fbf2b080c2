import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/guests/logs.ts';
import { instancePaths } from '../../../src/launch/words.ts';
import { tempDirectory } from '../../kit/temp.ts';

describe('readLog()', () => {
  it.for([
    [undefined, 'one\ntwo\nthree\n'],
    [0, ''],
    [1, 'three\n'],
    [2, 'two\nthree\n'],
    [9, 'one\ntwo\nthree\n'],
  ] as const)('shows the last lines: %s', async ([lines, expected]) => {
    const paths = instancePaths(join(tempDirectory(), 'g'));
    mkdirSync(paths.directory);
    writeFileSync(paths.log, 'one\ntwo\nthree\n');
    const pieces: Uint8Array[] = [];
    const options = lines === undefined ? {} : { lines };
    for await (const piece of readLog(paths, options)) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe(expected);
  });

  it('says that a guest without a log has ended', async () => {
    const paths = instancePaths(join(tempDirectory(), 'g'));
    await expect(readLog(paths).next()).rejects.toMatchObject({
      message: 'Cannot read the log of the guest "g": it has ended',
      code: 'LOG_MISSING',
    });
  });
});
