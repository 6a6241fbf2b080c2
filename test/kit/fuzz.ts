import { offlineChanges } from '../../src/tree/ext4/changed.ts';
import { type ImageTree, imageTree } from '../../src/tree/ext4/image.ts';
import { type Tree, TreeError } from '../../src/tree/tree.ts';
import { memorySource } from './memory-source.ts';

/** What reading a damaged image came to. */
export type Outcome = 'read' | TreeError['code'];

/** Random numbers below a limit: the same ones for the same seed (mulberry32). */
export function randomBelow(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}

const UNIT = 16;
const LETTERS = /^[a-z]*$/;

/** Offsets of all units of sixteen bytes that are neither zeros nor letters, as contents of files are. */
export function metadataOffsets(image: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = 0; at < image.length; at += UNIT) {
    const unit = image.subarray(at, at + UNIT);
    const isZero = unit.every((byte) => byte === 0);
    if (!isZero && !LETTERS.test(unit.toString('latin1'))) offsets.push(at);
  }
  return offsets;
}

const TELLING = [0, 1, 2, 4, 0x7f, 0x80, 0xff];

/** Changes up to eight places of an image; returns how to undo it. */
export function mutate(
  image: Buffer,
  used: readonly number[],
  below: (limit: number) => number,
): () => void {
  const undo: (() => void)[] = [];
  for (let count = 1 + below(8); count > 0; count -= 1) {
    const at = (used[below(used.length)] ?? 0) + below(UNIT);
    const length = Math.min(1 + below(4), image.length - at);
    const old = Buffer.from(image.subarray(at, at + length));
    undo.push(() => old.copy(image, at));
    for (let i = at; i < at + length; i += 1) image[i] = damaged(image[i] ?? 0, below);
  }
  return () => {
    for (const step of undo.reverse()) step();
  };
}

function damaged(byte: number, below: (limit: number) => number): number {
  const how = below(3);
  if (how === 0) return TELLING[below(TELLING.length)] ?? 0;
  return how === 1 ? below(256) : byte ^ (1 << below(8));
}

/**
 * Reads all of an image, and compares it with the sound one.
 *
 * @throws whatever is no `TreeError`.
 */
export function readDamaged(damaged: Buffer, sound: ImageTree): Outcome {
  try {
    const tree = imageTree(memorySource(damaged, 'damaged'));
    readAll(tree);
    const { changes } = offlineChanges(sound, tree);
    for (const change of changes) if (change.path.length > 1e6) throw new Error('a path too long');
    return 'read';
  } catch (error) {
    if (error instanceof TreeError) return error.code;
    throw error;
  }
}

/** Reads every entry, its attributes and parts of its contents. */
export function readAll(tree: Tree): void {
  const target = Buffer.alloc(4_096);
  for (const entry of tree.entries()) {
    tree.xattrs(entry);
    if (entry.type !== 'file') continue;
    const contents = tree.contents(entry);
    for (const { offset } of contents.segments().slice(0, 64)) contents.read(target, offset);
    contents.read(target, Math.max(0, entry.size - 100));
    contents.close();
  }
}
