/**
 * What a COW file says of its base image beyond size and time: enough to know a copy of it again.
 *
 * The time is the header's: a note that another program left standing under a new header counts no more.
 * The digest comes from the record beside the image, for reading the whole image would take seconds
 * at each start. The superblock, which every mount for writing changes, binds it to that image.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { CowHeader } from '../tree/block/cow-header.ts';
import { cowTime, NOTE } from './cow.ts';

interface BaseNote {
  readonly mtime: number;
  /** SHA-256 of the image file, in hexadecimal. */
  readonly digest: string;
  /** SHA-256 of its first 4096 bytes, which hold the superblock. */
  readonly head: string;
}

const HEAD_LENGTH = 4_096;
const PATTERN =
  /^apppot-base-1 mtime:(?<mtime>\d+) sha256:(?<digest>[0-9a-f]{64}) head:(?<head>[0-9a-f]{64})\n/;

/** @returns the note for a new COW file on an image; empty when it has no record that fits. */
export function noteOf(image: string): string {
  const digest = recordedDigest(image);
  if (digest === undefined) return '';
  const mtime = cowTime(statSync(image).mtimeMs);
  return `apppot-base-1 mtime:${mtime} sha256:${digest} head:${headOf(image)}\n`;
}

/** A record that is older than its image, or counts other bytes, is of another one. */
function recordedDigest(image: string): string | undefined {
  try {
    const record = `${image}.json`;
    const { digest, size } = JSON.parse(readFileSync(record, 'utf8'));
    const found = statSync(image);
    const fits = found.size === size && found.mtimeMs <= statSync(record).mtimeMs;
    return fits && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Why it is not proven that an image has the contents that a COW file was made on; undefined when it
 * is. Reads the whole image.
 */
export async function baseFault(
  cow: string,
  { mtime }: CowHeader,
  image: string,
): Promise<string | undefined> {
  const note = readNote(cow);
  if (note?.mtime !== mtime) return 'it does not say what its base image held';
  const holdsSame = headOf(image) === note.head && (await digestOf(image)) === note.digest;
  return holdsSame ? undefined : `"${image}" does not hold what its base image held`;
}

function readNote(cow: string): BaseNote | undefined {
  const text = readBytes(cow, NOTE.offset, NOTE.length).toString('latin1');
  const found = PATTERN.exec(text)?.groups;
  if (found === undefined) return undefined;
  return { mtime: Number(found.mtime), digest: found.digest ?? '', head: found.head ?? '' };
}

function headOf(image: string): string {
  return createHash('sha256')
    .update(readBytes(image, 0, HEAD_LENGTH))
    .digest('hex');
}

async function digestOf(image: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(image, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}

function readBytes(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  } finally {
    closeSync(file);
  }
}
