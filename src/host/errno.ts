import { getSystemErrorMap } from 'node:util';
import { errnoOf } from '../base/errors.ts';

/** What the system says of a failed call, in words: `no such file or directory`. */
export function explain(error: unknown): string {
  const name = errnoOf(error);
  if (name === undefined) return error instanceof Error ? error.message : String(error);
  for (const [code, words] of getSystemErrorMap().values()) if (code === name) return words;
  return name;
}
