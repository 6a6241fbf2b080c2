import { dirname, resolve } from 'node:path';
import { cowSource } from './cow.ts';
import { isCow, readCowHeader } from './cow-header.ts';
import { corrupt, unsupported } from './faults.ts';
import { type FileSource, fileSource } from './file.ts';
import { qcow2Source } from './qcow2.ts';
import { isQcow2, readQcow2Header } from './qcow2-header.ts';
import type { BlockSource } from './source.ts';

export interface OpenOptions {
  /** Read in place of the base image or backing file that an overlay names. */
  readonly base?: string;
}

/** How many backing files may lie below one another. */
const DEEPEST = 16;
const START = 512;

/**
 * Opens an image file by what it begins with: a raw image, a UML COW file or a qcow2 file, the
 * latter two with the files below them.
 *
 * @throws {TreeError}
 */
export function openSource(path: string, { base }: OpenOptions = {}): BlockSource {
  return openLayer(path, base, DEEPEST);
}

function openLayer(path: string, base: string | undefined, depth: number): BlockSource {
  const file = fileSource(path);
  try {
    if (depth === 0) throw corrupt(path, `more than ${DEEPEST} backing files`);
    const start = Buffer.alloc(Math.min(START, file.size));
    file.read(start, 0);
    if (isCow(start)) return openCow(file, base);
    if (isQcow2(start)) return openQcow2(file, base, depth);
    if (base !== undefined) throw notAnOverlay(path);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function openCow(file: FileSource, base: string | undefined): BlockSource {
  const { backing } = readCowHeader(file);
  return closingOnError(fileSource(base ?? resolve(dirname(file.name), backing)), (below) =>
    cowSource(file, below),
  );
}

function openQcow2(file: FileSource, base: string | undefined, depth: number): BlockSource {
  const header = readQcow2Header(file);
  const path = base ?? backingPath(file.name, header.backing);
  if (path === undefined) return qcow2Source(file, header, undefined);
  const isRaw = header.backingFormat === 'raw' && base === undefined;
  const below = isRaw ? fileSource(path) : openLayer(path, undefined, depth - 1);
  return closingOnError(below, () => qcow2Source(file, header, below));
}

/** QEMU takes protocols here as well, such as `nbd:` and `json:`. */
function backingPath(overlay: string, backing: string | undefined): string | undefined {
  if (backing === undefined) return undefined;
  const hint = 'Name the file below as the base image.';
  if (/^[a-z0-9+-]+:/i.test(backing)) throw unsupported(overlay, `it lies over "${backing}"`, hint);
  return resolve(dirname(overlay), backing);
}

function closingOnError<T extends BlockSource>(
  below: T,
  make: (below: T) => BlockSource,
): BlockSource {
  try {
    return make(below);
  } catch (error) {
    below.close();
    throw error;
  }
}

function notAnOverlay(path: string): Error {
  return unsupported(
    path,
    'it is no overlay: neither a UML COW file nor a qcow2 file',
    'Name the COW file that was made of the base image.',
  );
}
