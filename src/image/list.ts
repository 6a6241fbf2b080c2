import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../base/errno.ts';
import { AppPotError } from '../base/errors.ts';
import { type Bytes, formatSize } from '../base/units.ts';
import { ImageError } from './errors.ts';
import { readRecord } from './record.ts';

/** One image of a list; with a problem instead of its record's fields when that cannot be read. */
export type ListedImage =
  | {
      readonly path: string;
      readonly name: string;
      readonly suite: string;
      readonly arch: string;
      readonly created: string;
      readonly size: Bytes;
      readonly allocated: Bytes;
      readonly digest: string;
    }
  | { readonly path: string; readonly problem: string };

/**
 * Lists the images that have a record beside them, by name.
 *
 * @throws {ImageError} `RECORD_MISSING` when the directory cannot be read.
 */
export async function listImages(directory: string): Promise<readonly ListedImage[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new ImageError(`Cannot list "${directory}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'RECORD_MISSING',
      cause,
    });
  });
  const images = names.filter((name) => names.includes(`${name}.json`)).toSorted();
  const found = await Promise.all(images.map((name) => listImage(join(directory, name))));
  return found.filter((image) => image !== undefined);
}

async function listImage(path: string): Promise<ListedImage | undefined> {
  try {
    await access(path);
    const { name, suite, arch, created, size, allocated, digest } = await readRecord(path);
    return { path, name, suite, arch, created, size, allocated, digest };
  } catch (error) {
    if (error instanceof AppPotError) return { path, problem: error.message };
    throw error;
  }
}

export function renderList(images: readonly ListedImage[]): string {
  if (images.length === 0) return 'no images';
  return images
    .map((image) =>
      'problem' in image
        ? `${image.path}\t${image.problem}`
        : [
            image.path,
            image.name,
            `${image.suite} ${image.arch}`,
            `${formatSize(image.size)} (${formatSize(image.allocated)})`,
            image.created,
          ].join('\t'),
    )
    .join('\n');
}
