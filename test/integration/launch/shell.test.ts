import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printWords, quote } from '../../../src/launch/shell.ts';

const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[ %\\'"$`*\n\t]{0,9}$/));

describe('printWords()', () => {
  it('prints any words, as dash reads them', () => {
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const printed = execFileSync('dash', ['-c', printWords(words).join('\n') || ':']);
        expect(printed.toString()).toBe(words.map((one) => `${one}\0`).join(''));
      }),
      { numRuns: 100 },
    );
  });

  it.for(['-x', '--', '%', '\\'])('prints a word that begins with %s', (text) => {
    const printed = execFileSync('dash', { input: printWords([text]).join('\n') });
    expect(printed.toString()).toBe(`${text}\0`);
  });

  it('prints a word of 100 kB', () => {
    const long = 'x%'.repeat(50_000);
    expect(execFileSync('dash', { input: printWords([long]).join('\n') }).toString()).toBe(
      `${long}\0`,
    );
  });
});

describe('quote()', () => {
  it.for(['~', '~root', '-n', ''])('keeps %s as it is', (text) => {
    expect(execFileSync('dash', ['-c', `printf %s ${quote(text)}`]).toString()).toBe(text);
  });

  it('makes any text one word, unchanged', () => {
    fc.assert(
      fc.property(word, (text) => {
        const printed = execFileSync('dash', ['-c', `printf %s ${quote(text)}`]);
        expect(printed.toString()).toBe(text);
      }),
      { numRuns: 100 },
    );
  });
});
