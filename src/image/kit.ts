import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../base/errno.ts';
import type { Recipe } from '../config/recipe.ts';
import { ImageError } from './errors.ts';
import type { GuestKit } from './guest.ts';

/**
 * Reads what the program brings into images built from a recipe.
 *
 * @param root Directory of the program's package, with `image` and `dist` in it.
 * @throws {ImageError} `GUEST_FILE_MISSING`
 */
export async function loadKit(root: string, { packages }: Recipe): Promise<GuestKit> {
  const [init, rsh, merge, service, exclude, snap] = await Promise.all([
    read(join(root, 'dist/guest/apppot-init')),
    read(join(root, 'dist/guest/apppot-rsh')),
    read(join(root, 'image/guest/apppot-merge')),
    read(join(root, 'image/guest/apppot.service')),
    read(join(root, 'image/guest/exclude')),
    packages.includes('nodejs') ? read(join(root, 'dist/guest/apppot-snap')) : undefined,
  ]);
  return { init, rsh, merge, service, exclude, snap };
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new ImageError(`Cannot read the guest file "${path}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'GUEST_FILE_MISSING',
      hint: 'Build the guest files first: npm run build',
      cause,
    });
  });
}
