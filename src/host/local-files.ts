import { constants } from 'node:fs';
import { cp, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { errnoOf } from '../base/errors.ts';
import { writeAtomically } from './atomic.ts';
import type { Files } from './files.ts';

/** Files of the machine that this process runs on. */
export const localFiles: Files = {
  list: async (path) => {
    const found = await readdir(path, { withFileTypes: true }).catch(undefinedIfMissing);
    return found?.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  },
  readText: (path) => readFile(path, 'utf8').catch(undefinedIfMissing),
  read: async (path) => (await open(path).catch(undefinedIfMissing))?.createReadStream(),
  writeText: (path, text, mode) => writeAtomically(path, (file) => file.writeFile(text), mode),
  makeDirectory: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  copyIn: (local, to) => cp(local, to, COPY),
  move: async (from, to) => {
    try {
      await rename(from, to);
      return true;
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
      return false;
    }
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
};

/** Blocks are shared where the filesystem can. */
const COPY = { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE } as const;

function undefinedIfMissing(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
}
