import { extraSizeOf, type Inode } from './inode.ts';

const NS = 1_000_000_000;
const halves = new Int32Array(2);
const signed = new BigInt64Array(halves.buffer);
/** For times after 2262, which need the topmost bit. */
const unsigned = new BigUint64Array(halves.buffer);

/** When the contents changed, in nanoseconds since 1970. */
export function mtimeOf(inode: Inode): bigint {
  return timeAt(inode, 0x10, 0x88);
}

/** When contents or attributes changed. */
export function ctimeOf(inode: Inode): bigint {
  return timeAt(inode, 0x0c, 0x84);
}

/** When the inode was made; 0 where the slot has no room for it. */
export function crtimeOf(inode: Inode): bigint {
  return extraSizeOf(inode) >= 0x94 - 0x80 ? timeAt(inode, 0x90, 0x94) : 0n;
}

/**
 * Signed seconds, and where the slot has them two more bits of seconds and thirty of nanoseconds.
 * Source: ext4/inodes.rst, "Inode Timestamps".
 */
function timeAt(inode: Inode, low: number, extra: number): bigint {
  const seconds = inode.bytes.readInt32LE(inode.at + low);
  if (extraSizeOf(inode) < extra + 4 - 0x80) return toNanoseconds(seconds, 0);
  const more = inode.bytes.readUInt32LE(inode.at + extra);
  return toNanoseconds(seconds + (more & 3) * 2 ** 32, more >>> 2);
}

/** Puts the 64 bits together from two halves: much faster than arithmetic on bigints. */
function toNanoseconds(seconds: number, nanoseconds: number): bigint {
  const high = Math.floor(seconds / 2 ** 20) * NS;
  const low = (seconds - Math.floor(seconds / 2 ** 20) * 2 ** 20) * NS + nanoseconds;
  const upper = Math.floor(high / 2 ** 12);
  const lower = (high - upper * 2 ** 12) * 2 ** 20 + low;
  halves[LOW] = lower % 2 ** 32;
  halves[1 - LOW] = upper + Math.floor(lower / 2 ** 32);
  return (seconds < 0 ? signed : unsigned)[0] as bigint;
}

/** Which half comes first in this machine's memory. */
const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
