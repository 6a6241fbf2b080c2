import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SandboxFile } from './arc-request.ts';

/** All files that travel, by name; a link stands for what it points to. */
export function travellingFiles(sandbox: string, directory = sandbox): readonly SandboxFile[] {
  return readdirSync(directory)
    .toSorted()
    .flatMap((name) => {
      const path = join(directory, name);
      const found = statSync(path);
      if (found.isDirectory()) return travellingFiles(sandbox, path);
      return [{ name: relative(sandbox, path), isExecutable: (found.mode & 0o100) !== 0 }];
    });
}
