import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A directory for one test file, removed after its tests; readable by all users. */
export function temporaryDirectory(): { readonly path: string } {
  const directory = { path: '' };
  beforeAll(() => {
    directory.path = mkdtempSync(join(tmpdir(), 'apppot-test-'));
  });
  afterAll(() => {
    rmSync(directory.path, { recursive: true, force: true });
  });
  return directory;
}
