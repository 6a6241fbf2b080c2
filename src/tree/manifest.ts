/**
 * A recorded tree: attributes of every entry, no contents. Written by `manifest-write.ts`; the format
 * is `docs/formats/manifest.md`.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { readRow } from './manifest-row.ts';
import {
  BLOCK_HEADER,
  BLOCK_TAG,
  CHECKSUM_BYTES,
  MANIFEST_MAGIC,
  type ManifestHead,
  type ManifestSummary,
  type Seals,
} from './manifest-write.ts';
import { comparePaths, type Entry, type Tree, TreeError } from './tree.ts';

export interface ManifestTree extends Tree, ManifestHead {
  readonly name: string;
  readonly identity?: string;
  /** {@link ManifestSummary.digest} */
  readonly digest: string;
  /** How many entries there are. */
  readonly count: number;
  /** Of entries that changed so late before the recording that their times prove nothing. */
  readonly seals: Seals;
}

/** @throws {TreeError} `TREE_UNREADABLE` (kind `missing` when there is none), `MANIFEST_MALFORMED` */
export function openManifest(file: string): ManifestTree {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new TreeError(`Cannot read manifest "${file}": ${explain(cause)}`, {
      kind: errnoOf(cause) === 'ENOENT' ? 'missing' : 'conflict',
      code: 'TREE_UNREADABLE',
      hint: 'Record it with "apppot-snap base", or name another with --base.',
      cause,
    });
  }
  return parseManifest(bytes, file);
}

/** @throws {TreeError} `MANIFEST_MALFORMED` */
export function parseManifest(bytes: Buffer, file: string): ManifestTree {
  try {
    return fromBlocks(splitBlocks(verified(bytes)), file);
  } catch (cause) {
    throw malformed(file, cause);
  }
}

/** The bytes before the checksum. */
function verified(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 0, MANIFEST_MAGIC.length) !== MANIFEST_MAGIC) {
    throw new RangeError(`it does not start with "${MANIFEST_MAGIC.trimEnd()}"`);
  }
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const checksum = createHash('sha256').update(body).digest();
  if (!checksum.equals(bytes.subarray(body.length))) throw new RangeError('its checksum is wrong');
  return body;
}

interface Block {
  readonly tag: number;
  readonly rawLength: number;
  /** Header included. */
  readonly bytes: Buffer;
}

function splitBlocks(bytes: Buffer): readonly Block[] {
  const blocks: Block[] = [];
  let at = MANIFEST_MAGIC.length;
  while (at < bytes.length) {
    const end = at + BLOCK_HEADER + bytes.readUInt32LE(at + 5);
    if (end > bytes.length) throw new RangeError('it ends inside a block');
    const tag = bytes.readUInt8(at);
    blocks.push({ tag, rawLength: bytes.readUInt32LE(at + 1), bytes: bytes.subarray(at, end) });
    at = end;
  }
  return blocks;
}

function fromBlocks(blocks: readonly Block[], file: string): ManifestTree {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first?.tag !== BLOCK_TAG.head || last?.tag !== BLOCK_TAG.end) {
    throw new RangeError('its first or last block is missing');
  }
  const { digest, entries } = json<ManifestSummary>(last);
  return {
    ...json<ManifestHead>(first),
    digest,
    count: entries,
    seals: sealsOf(blocks),
    entries: () => entriesOf(blocks, file),
    contents: () => noContent(file),
    xattrs: () => noContent(file),
    close: () => undefined,
  };
}

function sealsOf(blocks: readonly Block[]): Seals {
  const block = blocks.find(({ tag }) => tag === BLOCK_TAG.seals);
  const seals = block === undefined ? {} : json<Record<string, string>>(block);
  return new Map(Object.entries(seals).map(([path, hex]) => [path, Buffer.from(hex, 'hex')]));
}

function* entriesOf(blocks: readonly Block[], file: string): Generator<Entry> {
  let before: Entry | undefined;
  for (const block of blocks.filter(({ tag }) => tag === BLOCK_TAG.rows)) {
    for (const entry of rows(block, file)) {
      if (before !== undefined && comparePaths(before.path, entry.path) >= 0) {
        throw malformed(file, new RangeError('its entries are out of order'));
      }
      yield entry;
      before = entry;
    }
  }
}

function* rows(block: Block, file: string): Generator<Entry> {
  try {
    const from = { bytes: inflate(block), at: 0 };
    let previous = '';
    while (from.at < from.bytes.length) {
      const entry = readRow(from, previous);
      previous = entry.path;
      yield entry;
    }
  } catch (cause) {
    throw cause instanceof RangeError ? malformed(file, cause) : cause;
  }
}

function inflate({ bytes, rawLength }: Block): Buffer {
  return inflateRawSync(bytes.subarray(BLOCK_HEADER), { maxOutputLength: Math.max(1, rawLength) });
}

function json<T>(block: Block): T {
  return JSON.parse(inflate(block).toString('utf8')) as T;
}

function noContent(file: string): never {
  throw new TreeError(`Cannot read contents from manifest "${file}": it holds attributes only`, {
    kind: 'usage',
    code: 'TREE_NO_CONTENT',
  });
}

function malformed(file: string, cause: unknown): TreeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TreeError(`Cannot read manifest "${file}": ${reason}`, {
    kind: 'conflict',
    code: 'MANIFEST_MALFORMED',
    hint: 'Record the base again, or take its manifest from a copy.',
    cause,
  });
}
