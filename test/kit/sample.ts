import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a real program printed. @param path Below `test/fixtures`. */
export function sample(path: string): string {
  return readFileSync(join(import.meta.dirname, '../fixtures', path), 'utf8');
}
