/**
 * Which files the guest's disk is made of.
 *
 * @module
 */

import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { chooseCow } from './backing.ts';
import { lookAtImage } from './image.ts';
import { type Disk, LaunchError } from './launch.ts';

export interface DiskChoice {
  readonly image: string;
  readonly disk: Disk;
  readonly partition?: number;
}

/**
 * @param image An image, a COW file that names its image, or the two as `COW:IMAGE` or `COW,IMAGE`.
 * @param cow The COW file, when it is named apart.
 * @param rebase Takes a COW file whose base image has another time: see `checkRebase`.
 * @throws {LaunchError} what {@link lookAtImage} and {@link chooseCow} throw; `COW_DANGLING` when a
 *   COW file names an image that is not there.
 */
export function chooseDisk(image: string, cow?: string, rebase = false): DiskChoice {
  const [cowPart, imagePart] = splitImage(image);
  const path = cow ?? cowPart;
  const look = lookAtImage(imagePart);
  if (look.cow !== undefined) {
    if (path !== undefined) throw stacked(path, imagePart);
    return chooseDisk(findBacking(imagePart, look.cow.backing), imagePart, rebase);
  }
  return {
    // A sandbox shows files, and binds nothing over a link.
    image: realpathSync(imagePart),
    disk: path === undefined ? withoutCow(imagePart) : chooseCow(path, imagePart, rebase),
    ...(look.partition === undefined ? {} : { partition: look.partition }),
  };
}

/** Unless a file has that very name. */
function splitImage(image: string): [cow: string | undefined, image: string] {
  const cut = image.search(/[:,]/);
  if (cut < 0 || existsSync(image)) return [undefined, image];
  return [image.slice(0, cut), image.slice(cut + 1)];
}

/** A relative name counts from the COW file, so that both can be moved together; else from here. */
function findBacking(cow: string, backing: string): string {
  const places = isAbsolute(backing)
    ? [backing]
    : [resolve(dirname(cow), backing), resolve(backing)];
  const found = places.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new LaunchError(
    `Cannot use the COW file "${cow}": its base image "${backing}" is not there`,
    {
      kind: 'missing',
      code: 'COW_DANGLING',
      hint: `Name the place where it is now: --image ${cow}:IMAGE`,
    },
  );
}

function stacked(cow: string, image: string): LaunchError {
  return new LaunchError(`Cannot use the COW file "${cow}": "${image}" is a COW file, too`, {
    kind: 'conflict',
    code: 'COW_MISMATCH',
    hint: `Merge that into its base image first: uml_moo ${image} NEW`,
  });
}

function withoutCow(image: string): Disk {
  return { kind: isReadOnly(image) ? 'temporary' : 'image' };
}

/** A file without any write permission is read-only for root, too: that is how a base is marked. */
function isReadOnly(path: string): boolean {
  if ((statSync(path).mode & 0o222) === 0) return true;
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}
