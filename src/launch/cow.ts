/**
 * COW files of User-Mode Linux, version 3: made, and given another base image.
 *
 * Source: the kernel's `arch/um/drivers/cow_user.c`.
 *
 * @module
 */

import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

const MAGIC = 0x4f_4f_4f_4d;
const VERSION = 3;
const SECTOR = 512;
const ALIGNMENT = 4_096;
const MTIME_OFFSET = 8;
const BACKING_OFFSET = 32;
const BACKING_LENGTH = 4_096;
const HEADER_LENGTH = BACKING_OFFSET + BACKING_LENGTH;
/** In the space that alignment leaves between header and bitmap, which no kernel touches. */
export const NOTE = { offset: 4_608, length: 512 } as const;

/** Where things are in a COW file, in bytes. */
export interface CowLayout {
  readonly bitmap: number;
  readonly data: number;
  readonly end: number;
}

/** @param size Of the base image, in bytes. */
export function cowLayout(size: number): CowLayout {
  const bitmap = roundUp(HEADER_LENGTH);
  const data = roundUp(bitmap + Math.ceil(Math.ceil(size / SECTOR) / 8));
  return { bitmap, data, end: data + size };
}

/**
 * Makes an empty COW file over a base image; sparse, so that it takes almost no space.
 *
 * @param note What it says of its base image, see `base-note.ts`.
 * @throws the system's error, `EEXIST` when there is such a file; half a file is removed.
 */
export function createCow(path: string, image: string, note = ''): void {
  const base = statSync(image);
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt32BE(MAGIC, 0);
  header.writeUInt32BE(VERSION, 4);
  header.writeBigUInt64BE(BigInt(base.size), 12);
  header.writeUInt32BE(SECTOR, 20);
  header.writeUInt32BE(ALIGNMENT, 24);
  nameBase(header, image, base.mtimeMs);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, header);
    if (note !== '') writeSync(file, note.slice(0, NOTE.length), NOTE.offset);
    ftruncateSync(file, cowLayout(base.size).end);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * Makes a COW file name another base image, of which the caller knows that it has the same contents.
 * In one write: whoever reads meanwhile sees the old header or the new one.
 *
 * @throws the system's error
 */
export function rebaseCow(path: string, image: string): void {
  const file = openSync(path, 'r+');
  try {
    const head = Buffer.alloc(NOTE.offset + NOTE.length);
    readSync(file, head, 0, head.length, 0);
    const before = head.readUInt32BE(MTIME_OFFSET);
    nameBase(head.subarray(0, HEADER_LENGTH), image, statSync(image).mtimeMs);
    renewNote(head, before, head.readUInt32BE(MTIME_OFFSET));
    writeSync(file, head, 0, head.length, 0);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A note stays with its header. */
function renewNote(head: Buffer, before: number, after: number): void {
  const note = head.toString('latin1', NOTE.offset);
  const renewed = note.replace(` mtime:${before} `, ` mtime:${after} `);
  head.fill(0, NOTE.offset);
  head.write(renewed, NOTE.offset, 'latin1');
}

/** The time of a base image as COW files have it. */
export function cowTime(mtimeMs: number): number {
  return Math.floor(mtimeMs / 1_000) >>> 0;
}

function nameBase(header: Buffer, image: string, mtimeMs: number): void {
  header.writeUInt32BE(cowTime(mtimeMs), MTIME_OFFSET);
  header.fill(0, BACKING_OFFSET);
  header.write(image, BACKING_OFFSET, BACKING_LENGTH - 1, 'utf8');
}

function roundUp(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
