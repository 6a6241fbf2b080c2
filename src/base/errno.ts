import { getSystemErrorMap } from 'node:util';
import { errnoOf } from './errors.ts';

/** EDQUOT, which Node.js has no name for. */
const QUOTA = -122;

/** What the system says of a failed call, in words: `no such file or directory`. */
export function explain(error: unknown): string {
  const name = errnoOf(error);
  if (name === undefined) return error instanceof Error ? error.message : String(error);
  if (error instanceof Error && 'errno' in error && error.errno === QUOTA)
    return 'disk quota exceeded';
  for (const [code, words] of getSystemErrorMap().values()) if (code === name) return words;
  return name;
}
