/**
 * New COW files of User-Mode Linux, version 3.
 *
 * Source: the kernel's `arch/um/drivers/cow_user.c`.
 *
 * @module
 */

import { closeSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';

const MAGIC = 0x4f_4f_4f_4d;
const VERSION = 3;
const SECTOR = 512;
const ALIGNMENT = 4_096;
const BACKING_OFFSET = 32;
const BACKING_LENGTH = 4_096;

/** Where things are in a COW file, in bytes. */
export interface CowLayout {
  readonly bitmap: number;
  readonly data: number;
  readonly end: number;
}

/** @param size Of the base image, in bytes. */
export function cowLayout(size: number): CowLayout {
  const bitmap = roundUp(BACKING_OFFSET + BACKING_LENGTH);
  const data = roundUp(bitmap + Math.ceil(Math.ceil(size / SECTOR) / 8));
  return { bitmap, data, end: data + size };
}

/**
 * Makes an empty COW file over a base image; sparse, so that it takes almost no space.
 *
 * @throws the system's error, `EEXIST` when there is such a file.
 */
export function createCow(path: string, image: string): void {
  const base = statSync(image);
  const header = Buffer.alloc(BACKING_OFFSET + BACKING_LENGTH);
  header.writeUInt32BE(MAGIC, 0);
  header.writeUInt32BE(VERSION, 4);
  header.writeUInt32BE(Math.floor(base.mtimeMs / 1_000), 8);
  header.writeBigUInt64BE(BigInt(base.size), 12);
  header.writeUInt32BE(SECTOR, 20);
  header.writeUInt32BE(ALIGNMENT, 24);
  header.write(image, BACKING_OFFSET, BACKING_LENGTH - 1, 'utf8');
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, header);
    ftruncateSync(file, cowLayout(base.size).end);
  } finally {
    closeSync(file);
  }
}

function roundUp(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
