import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/**
 * Finds an executable file.
 *
 * @param names Names in order of preference; one with a slash is a path.
 * @param path Directories to search, as in `$PATH`; an administrator's directories follow by
 * themselves, because ordinary users' paths lack them.
 * @returns the absolute path of the first hit, or undefined.
 */
export function findProgram(names: readonly string[], path: string): string | undefined {
  const directories = [...path.split(delimiter).filter(Boolean), '/usr/sbin', '/sbin'];
  for (const name of names) {
    const candidates = name.includes('/')
      ? [resolve(name)]
      : directories.map((directory) => resolve(join(directory, name)));
    const found = candidates.find(isExecutable);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
