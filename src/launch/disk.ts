/**
 * Which files the guest's disk is made of.
 *
 * @module
 */

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CowHeader } from '../tree/block/cow-header.ts';
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
 * @throws {LaunchError} what {@link lookAtImage} throws, and `COW_MISMATCH` when the COW file was
 * made on another image, or the image has changed: the kernel would mix the two silently.
 */
export function chooseDisk(image: string, cow?: string): DiskChoice {
  const [cowPart, imagePart] = splitImage(image);
  const look = lookAtImage(imagePart);
  if (look.cow !== undefined) return chooseDisk(look.cow.backing, imagePart);
  const path = cow ?? cowPart;
  return {
    image: resolve(imagePart),
    disk: path === undefined ? withoutCow(imagePart) : withCow(path, imagePart),
    ...(look.partition === undefined ? {} : { partition: look.partition }),
  };
}

/** Unless a file has that very name. */
function splitImage(image: string): [cow: string | undefined, image: string] {
  const cut = image.search(/[:,]/);
  if (cut < 0 || existsSync(image)) return [undefined, image];
  return [image.slice(0, cut), image.slice(cut + 1)];
}

function withoutCow(image: string): Disk {
  return { kind: isReadOnly(image) ? 'temporary' : 'image' };
}

function withCow(cow: string, image: string): Disk {
  const path = resolve(cow);
  if (!existsSync(cow)) return { kind: 'cow', path, exists: false };
  const header = lookAtImage(cow).cow;
  if (header === undefined) throw mismatch(cow, 'it is no COW file');
  checkBase(cow, header, image);
  return { kind: 'cow', path, exists: true };
}

function checkBase(cow: string, header: CowHeader, image: string): void {
  const { size, mtimeMs } = statSync(image);
  const mtime = Math.floor(mtimeMs / 1_000);
  if (header.size !== size) {
    throw mismatch(cow, `it was made on an image of ${header.size} bytes, "${image}" has ${size}`);
  }
  if (header.mtime !== mtime) {
    const [then, now] = [header.mtime, mtime].map((at) => new Date(at * 1_000).toISOString());
    throw mismatch(cow, `"${image}" was last changed at ${now}, its own base image at ${then}`);
  }
}

function mismatch(cow: string, reason: string): LaunchError {
  return new LaunchError(`Cannot use the COW file "${cow}": ${reason}`, {
    kind: 'conflict',
    code: 'COW_MISMATCH',
    hint: 'Name the base image that the COW file was made on, or start with a new COW file.',
  });
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
