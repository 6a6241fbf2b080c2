import { describe, expect, it } from 'vitest';
import { untilEscape } from '../../../src/guests/escape.ts';

async function typed(...chunks: string[]): Promise<string> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const kept: Uint8Array[] = [];
  for await (const chunk of untilEscape(source())) kept.push(chunk);
  return Buffer.concat(kept).toString();
}

describe('untilEscape()', () => {
  it.for([
    ['nothing special', ['ls\r'], 'ls\r'],
    ['the escape at the very start', ['~.rest'], ''],
    ['the escape on a new line', ['ls\r~.rest', 'more'], 'ls\r'],
    ['the escape in pieces', ['ls\n', '~', '.', 'more'], 'ls\n'],
    ['a tilde inside a line', ['ls ~.x\r'], 'ls ~.x\r'],
    ['a tilde that starts a line', ['~/bin/x\r'], '~/bin/x\r'],
    ['two tildes for one', ['~~.\r'], '~.\r'],
    ['a tilde on a line of its own', ['~\r~.'], '~\r'],
  ] as const)('passes on %s', async ([, chunks, expected]) => {
    expect(await typed(...chunks)).toBe(expected);
  });
});
