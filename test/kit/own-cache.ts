import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** The cache directory of unit and integration tests. */
export const TEST_CACHE: string = join(
  import.meta.dirname,
  `../../node_modules/.cache/apppot-test-${process.pid}`,
);

export function teardown(): void {
  rmSync(TEST_CACHE, { recursive: true, force: true });
}
