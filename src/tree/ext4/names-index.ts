/**
 * Which directories hold the names of each inode of a base image, kept in a file: changes are then
 * found without searching for names. A hint, never trusted: where it leads is read all the same.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { visitDirectory } from './directory.ts';
import type { Filesystem } from './filesystem.ts';
import { isLive, typeOf } from './inode.ts';
import { writtenInodes } from './inode-table.ts';

export interface NamesIndex {
  /** Inode numbers of directories, each of which holds a name of that inode in the base. */
  holders(ino: number): readonly number[];
}

const MAGIC = Buffer.from('apppot-names 1\n', 'latin1');
const DIGEST_BYTES = 32;
const WORD = 4;

/**
 * Reads all directories.
 *
 * @returns what {@link openNamesIndex} reads: magic line, then as 32-bit little-endian words how many
 *   inodes there are, the first holder of each, and pairs of inode and holder for more names; then the
 *   SHA-256 of all that.
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function encodeNamesIndex({ volume, table }: Filesystem): Buffer {
  const { inodes } = volume.superblock;
  const first = new Uint32Array(inodes + 1);
  const more: number[] = [];
  for (const directory of writtenInodes(volume)) {
    const slot = table.slot(directory);
    if (!isLive(slot) || typeOf(slot) !== 'directory') continue;
    visitDirectory(volume, table.inode(directory), (ino) => {
      if (first[ino] === 0) first[ino] = directory;
      else more.push(ino, directory);
    });
  }
  first[0] = inodes;
  const body = Buffer.concat([MAGIC, bytesOf(first), bytesOf(Uint32Array.from(more))]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** @returns undefined where there is no sound index for that many inodes. */
export function openNamesIndex(file: string, inodes: number): NamesIndex | undefined {
  const words = readWords(file);
  if (words === undefined || words[0] !== inodes || words.length <= inodes) return undefined;
  const more = new Map<number, number[]>();
  for (let at = inodes + 1; at + 1 < words.length; at += 2) {
    const [ino, holder] = [words[at] as number, words[at + 1] as number];
    const known = more.get(ino);
    if (known === undefined) more.set(ino, [holder]);
    else known.push(holder);
  }
  return {
    holders(ino) {
      const holder = ino > 0 && ino <= inodes ? words[ino] : 0;
      return holder === undefined || holder === 0 ? [] : [holder, ...(more.get(ino) ?? [])];
    },
  };
}

function readWords(file: string): Uint32Array | undefined {
  const bytes = readIfThere(file);
  if (bytes === undefined || bytes.length < MAGIC.length + DIGEST_BYTES) return undefined;
  const body = bytes.subarray(0, -DIGEST_BYTES);
  const digest = createHash('sha256').update(body).digest();
  if (!digest.equals(bytes.subarray(body.length)) || body.indexOf(MAGIC) !== 0) return undefined;
  const words = body.subarray(MAGIC.length);
  const copy = new Uint8Array(words.length - (words.length % WORD));
  copy.set(words.subarray(0, copy.length));
  return new Uint32Array(copy.buffer);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
