import type { Entry, EntryType } from './tree.ts';

/**
 * One entry as bytes, and back; the layout is `docs/formats/manifest.md`.
 *
 * @module
 */

/** Order is the format's: a type's number never changes. */
const TYPES: readonly EntryType[] = [
  'file',
  'directory',
  'symlink',
  'char',
  'block',
  'fifo',
  'socket',
];
/** Flags of most rows, which end with their times. */
const PLAIN_FILE = 0;
const PLAIN_DIRECTORY = 1;
const TYPE_MASK = 0x0f;
const MOUNTED = 0x10;
const WIDE_TIMES = 0x20;

/** Times are kept as unsigned 64-bit nanoseconds since 1900, which reaches into 2484. */
const EPOCH = 2_208_988_800_000_000_000n;
const MAX_TIME = 2n ** 64n;

/** Where rows are put; grows as needed. */
export interface RowWriter {
  readonly bytes: Buffer;
  at: number;
}

/** @param previous Path of the row before it in the same block, `''` for the first. */
export function writeRow(out: RowWriter, previous: string, entry: Entry): void {
  const { mtime, ctime } = entry;
  const wide = !fits(mtime) || !fits(ctime);
  out.bytes[out.at] =
    TYPES.indexOf(entry.type) | (entry.mounted ? MOUNTED : 0) | (wide ? WIDE_TIMES : 0);
  out.at += 1;
  const shared = sharedLength(previous, entry.path);
  writeVarint(out, shared);
  writeText(out, entry.path.slice(shared));
  writeVarint(out, entry.mode);
  writeVarint(out, entry.uid);
  writeVarint(out, entry.gid);
  writeVarint(out, entry.size);
  writeVarint(out, entry.ino);
  writeVarint(out, entry.nlink);
  writeTime(out, mtime, wide);
  writeTime(out, ctime, wide);
  if (entry.type === 'symlink') writeText(out, entry.target ?? '');
  if (isDevice(entry.type)) {
    writeVarint(out, entry.major ?? 0);
    writeVarint(out, entry.minor ?? 0);
  }
}

/** Where rows are taken from. */
export interface RowReader {
  readonly bytes: Buffer;
  at: number;
}

/** @throws {RangeError} when the bytes are not a row; the caller names the file. */
export function readRow(from: RowReader, previous: string): Entry {
  const flags = readByte(from);
  const type = TYPES[flags & TYPE_MASK];
  if (type === undefined) throw new RangeError(`type ${flags & TYPE_MASK}`);
  const shared = readVarint(from);
  const path = previous.slice(0, shared) + readText(from);
  const mode = readVarint(from);
  const uid = readVarint(from);
  const gid = readVarint(from);
  const size = readVarint(from);
  const ino = readVarint(from);
  const nlink = readVarint(from);
  const wide = (flags & WIDE_TIMES) !== 0;
  const mtime = readTime(from, wide);
  const ctime = readTime(from, wide);
  const entry = { path, type, mode, uid, gid, size, mtime, ctime, ino, nlink };
  if (flags === PLAIN_FILE || flags === PLAIN_DIRECTORY) return entry;
  return {
    ...entry,
    ...(type === 'symlink' && { target: readText(from) }),
    ...(isDevice(type) && { major: readVarint(from), minor: readVarint(from) }),
    ...((flags & MOUNTED) !== 0 && { mounted: true as const }),
  };
}

function isDevice(type: EntryType): boolean {
  return type === 'char' || type === 'block';
}

function fits(time: bigint): boolean {
  return time >= -EPOCH && time < MAX_TIME - EPOCH;
}

function sharedLength(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  return i;
}

/** LEB128, up to 2^53. */
export function writeVarint(out: RowWriter, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.bytes[out.at] = (rest % 0x80) | 0x80;
    out.at += 1;
    rest = Math.floor(rest / 0x80);
  }
  out.bytes[out.at] = rest;
  out.at += 1;
}

export function readVarint(from: RowReader): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = readByte(from);
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 0x80;
    if (factor > Number.MAX_SAFE_INTEGER) throw new RangeError('a number too large');
  }
}

function readByte(from: RowReader): number {
  const byte = from.bytes[from.at];
  if (byte === undefined) throw new RangeError('an end inside a row');
  from.at += 1;
  return byte;
}

function writeText(out: RowWriter, text: string): void {
  writeVarint(out, text.length);
  out.at += out.bytes.write(text, out.at, 'latin1');
}

function readText(from: RowReader): string {
  const length = readVarint(from);
  if (from.at + length > from.bytes.length) throw new RangeError('an end inside a row');
  const text = from.bytes.toString('latin1', from.at, from.at + length);
  from.at += length;
  return text;
}

function writeTime(out: RowWriter, time: bigint, wide: boolean): void {
  if (wide) writeText(out, String(time));
  else out.at = out.bytes.writeBigUInt64LE(time + EPOCH, out.at);
}

function readTime(from: RowReader, wide: boolean): bigint {
  if (wide) return BigInt(readText(from));
  const time = from.bytes.readBigUInt64LE(from.at) - EPOCH;
  from.at += 8;
  return time;
}
