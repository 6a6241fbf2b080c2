import { toBytePath } from '../tree/byte-path.ts';
import type { BytePath } from '../tree/tree.ts';
import { SnapError } from './errors.ts';

/** Whether a path, and with it all below it, is left out. */
export type Exclusion = (path: BytePath) => boolean;

/**
 * Reads an exclude list: one pattern a line; blank lines and lines starting with `#` are ignored.
 *
 * @returns the patterns, trimmed at the end only.
 */
export function parseExcludeList(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/**
 * Patterns as in `docs/formats/changes.md`: one with a leading `/` starts at the tree's root, any
 * other matches at every depth; `*`, `?` and `[…]` match within one name, `**` across names.
 *
 * @throws {SnapError} `EXCLUDE_MALFORMED`
 */
export function exclusion(patterns: readonly string[]): Exclusion {
  if (patterns.length === 0) return () => false;
  const sources = patterns.map((pattern) => toSource(pattern));
  const any = new RegExp(`^(?:${sources.join('|')})$`, 's');
  return (path) => any.test(path);
}

function toSource(pattern: string): string {
  const anchored = pattern.startsWith('/');
  const bytes = toBytePath(pattern).replace(/^\/+|\/+$/g, '');
  if (bytes === '') throw malformed(pattern, 'it would exclude everything');
  const source = bytes.replace(TOKEN, (token) => translate(token, pattern));
  return anchored ? source : `(?:.*/)?${source}`;
}

/** `**`, `*`, `?`, a bracket expression, an escaped character, or any other single character. */
const TOKEN = /\*\*\/?|[*?]|\[[!^]?\]?[^\]]*\]|\\.|./gs;

function translate(token: string, pattern: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token === '**') return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.length > 1 && token.startsWith('[')) return bracket(token);
  if (token === '[') throw malformed(pattern, 'its "[" is never closed');
  return literal(token.length > 1 ? token.slice(1) : token);
}

function bracket(token: string): string {
  const body = token
    .slice(1, -1)
    .replace(/^!/, '^')
    .replace(/[\\[\]]/g, '\\$&');
  return `(?!/)[${body}]`;
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function malformed(pattern: string, reason: string): SnapError {
  return new SnapError(`Cannot read exclude pattern "${pattern}": ${reason}`, {
    kind: 'usage',
    code: 'EXCLUDE_MALFORMED',
    hint: 'Write something like /var/cache/apt/*.bin or *.o, one pattern a line.',
  });
}
