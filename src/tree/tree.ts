/**
 * A tree: an ordered listing of a filesystem, with attributes and contents on demand.
 *
 * Three things are trees: a live directory, a recorded manifest, and an ext4 image.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';

export type TreeCode =
  | 'TREE_UNREADABLE'
  | 'TREE_NO_CONTENT'
  | 'MANIFEST_MALFORMED'
  | 'IMAGE_CORRUPT'
  | 'IMAGE_UNSUPPORTED'
  | 'COW_MISMATCH';

export class TreeError extends AppPotError<TreeCode> {}

/**
 * A path below the tree's root, without leading or trailing slash; the root itself is `''`.
 *
 * File names are bytes, not text: each character is one byte, U+0000 to U+00FF.
 */
export type BytePath = string;

export type EntryType = 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

/** What is known of one path without reading its contents. */
export interface Entry {
  readonly path: BytePath;
  readonly type: EntryType;
  /** The twelve permission bits, set-id and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of a regular file; 0 for everything else. */
  readonly size: number;
  /** Nanoseconds since 1970, UTC; may be negative. */
  readonly mtime: bigint;
  /** Nanoseconds since 1970: the last change of contents or attributes, which no program can set. */
  readonly ctime: bigint;
  /** Inode number: entries of one tree with equal numbers are hard links of each other. */
  readonly ino: number;
  readonly nlink: number;
  /** Where a symlink points, as bytes. */
  readonly target?: BytePath;
  /** Of a character or block device. */
  readonly major?: number;
  readonly minor?: number;
  /** Another filesystem covers it: its attributes are that one's, and what lies below is unknown. */
  readonly mounted?: true;
}

/** A run of a file's bytes that may hold something else than zeros. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
}

/** The contents of one regular file, opened for reading. */
export interface Contents {
  /** The runs that hold data, in order and without overlap; what lies between reads as zeros. */
  segments(): readonly Segment[];
  /**
   * Reads into `target` from `offset`.
   *
   * @returns the bytes read: fewer than asked only at the end of the file.
   */
  read(target: Uint8Array, offset: number): number;
  close(): void;
}

/** Names, such as `security.capability` or `system.posix_acl_access`, to raw values as the kernel gives them. */
export type Xattrs = ReadonlyMap<string, Uint8Array>;

export interface Tree {
  /** How messages name it. */
  readonly name: string;
  /**
   * Inode number and birth time (ns) of the root, `INO:BIRTH`, where the filesystem keeps one: a copy
   * of the tree has another, so that inode numbers and ctimes tell nothing against it.
   */
  readonly identity?: string;
  /**
   * Every entry, in the order of {@link comparePaths}: the root first, a directory before what it
   * holds. May be asked more than once. Other filesystems mounted below are listed as the directory
   * they cover, without what is in them.
   *
   * @throws {TreeError} when the tree cannot be read or understood.
   */
  entries(): Iterable<Entry>;
  /** @throws {TreeError} `TREE_NO_CONTENT` where only the listing was recorded. */
  contents(entry: Entry): Contents;
  /** @throws {TreeError} `TREE_NO_CONTENT` where only the listing was recorded. */
  xattrs(entry: Entry): Xattrs;
  /** Announces entries whose {@link xattrs} will be asked for, where asking for many at once is cheaper. */
  prefetch?(entries: readonly Entry[]): void;
  close(): void;
}

/** Orders paths as a walk meets them: by component, byte by byte, so that `/` sorts below all. */
export function comparePaths(a: BytePath, b: BytePath): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return (x === SLASH ? -1 : x) - (y === SLASH ? -1 : y);
  }
  return a.length - b.length;
}

const SLASH = 0x2f;
