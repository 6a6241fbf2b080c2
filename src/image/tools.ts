import { existsSync } from 'node:fs';
import { findProgram } from '../host/programs.ts';
import { ImageError } from './errors.ts';

/** Absolute paths of the programs that a build runs. */
export interface Tools {
  readonly mmdebstrap: string;
  readonly mke2fs: string;
  readonly debugfs: string;
  readonly e2fsck: string;
  /** Words before a command that must see root's ownership of files; none when we are root. */
  readonly asRoot: readonly string[];
  /** Spares images a perl that would only prove that /bin is a link to /usr/bin. */
  readonly mergedUsrHook: string | undefined;
}

const MERGED_USR_HOOK = '/usr/share/mmdebstrap/hooks/maybe-merged-usr';

const PACKAGES: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  debugfs: 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  fakeroot: 'fakeroot',
};

/**
 * @param path Directories to search, as in `$PATH`.
 * @param isRoot Whether this process may own files as it likes.
 * @throws {ImageError} `PROGRAM_MISSING` naming all that are missing.
 */
export function findTools(path: string, isRoot: boolean): Tools {
  const missing: string[] = [];
  const find = (name: string): string => {
    const found = findProgram([name], path);
    if (found === undefined) missing.push(name);
    return found ?? name;
  };
  const tools = {
    mmdebstrap: find('mmdebstrap'),
    mke2fs: find('mke2fs'),
    debugfs: find('debugfs'),
    e2fsck: find('e2fsck'),
    asRoot: isRoot ? [] : [find('fakeroot'), '--'],
    mergedUsrHook: existsSync(MERGED_USR_HOOK) ? MERGED_USR_HOOK : undefined,
  };
  if (missing.length > 0) throw missingPrograms(missing);
  return tools;
}

function missingPrograms(names: readonly string[]): ImageError {
  const packages = new Set(names.map((name) => PACKAGES[name] ?? name));
  return new ImageError(`Cannot build an image: ${names.join(', ')} not found`, {
    kind: 'missing',
    code: 'PROGRAM_MISSING',
    hint: `Install what is missing: apt-get install ${[...packages].join(' ')}`,
  });
}
