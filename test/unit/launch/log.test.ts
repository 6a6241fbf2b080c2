import { closeSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cutLog, openLog } from '../../../src/launch/log.ts';
import { tempDirectory } from '../../kit/temp.ts';

describe('cutLog()', () => {
  it('keeps the last whole lines of a long log, and its writer goes on at the end', () => {
    const path = join(tempDirectory(), 'console.log');
    const writer = openLog(path);
    writeSync(writer, 'one\ntwo\nthree\n');
    cutLog(path, 14, 8);
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\n');
    cutLog(path, 13, 8);
    writeSync(writer, 'four\n');
    closeSync(writer);
    expect(readFileSync(path, 'utf8')).toBe('three\nfour\n');
  });
});
