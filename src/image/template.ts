import { constants } from 'node:fs';
import { access, copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../base/errno.ts';
import { ImageError } from './errors.ts';

/** The projects that one can begin with; each is a directory of that name. */
export const TEMPLATES = ['c', 'python', 'r', 'mpi'] as const;

/**
 * Copies a project to a directory, which is made when missing.
 *
 * @param template The directory that holds the project.
 * @returns the names of its files.
 * @throws {ImageError} `PROJECT_EXISTS` before anything is written, `PROJECT_UNWRITABLE`
 */
export async function beginProject(
  template: string,
  directory: string,
): Promise<readonly string[]> {
  const files = (await readdir(template)).toSorted((a, b) => (a < b ? -1 : 1));
  const there = await present(directory, files);
  if (there.length > 0) throw exists(directory, there);
  try {
    await mkdir(directory, { recursive: true });
    for (const file of files) {
      await copyFile(join(template, file), join(directory, file), constants.COPYFILE_EXCL);
    }
  } catch (cause) {
    throw unwritable(directory, cause);
  }
  return files;
}

async function present(directory: string, files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map((file) =>
      access(join(directory, file)).then(
        () => [file],
        () => [],
      ),
    ),
  );
  return found.flat();
}

function exists(directory: string, files: readonly string[]): ImageError {
  return new ImageError(`Cannot begin a project in "${directory}": it has ${files.join(', ')}`, {
    kind: 'conflict',
    code: 'PROJECT_EXISTS',
    hint: 'Name another directory: apppot init c DIRECTORY',
  });
}

function unwritable(directory: string, cause: unknown): ImageError {
  return new ImageError(`Cannot begin a project in "${directory}": ${explain(cause)}`, {
    kind: 'conflict',
    code: 'PROJECT_UNWRITABLE',
    hint: 'Name a directory that you may write to: apppot init c DIRECTORY',
    cause,
  });
}
