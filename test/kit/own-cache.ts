import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The cache directory of unit and integration tests. */
export const TEST_CACHE: string = join(tmpdir(), `apppot-test-cache-${process.pid}`);

export function teardown(): void {
  rmSync(TEST_CACHE, { recursive: true, force: true });
}
