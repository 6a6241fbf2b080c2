import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { type RowWriter, writeRow } from './manifest-row.ts';
import type { BytePath, Entry } from './tree.ts';

export const MANIFEST_MAGIC = 'APPPOT-MANIFEST 1\n';

/** Tags of blocks: one byte, a letter. */
export const BLOCK_TAG = { head: 0x48, rows: 0x52, seals: 0x53, end: 0x45 } as const;

/** Tag (1), length before (4) and after compression (4), little-endian. */
export const BLOCK_HEADER = 9;

/** The file ends in the SHA-256 of all before it. */
export const CHECKSUM_BYTES = 32;

/** Raw bytes after which a block of rows ends; part of the format, for the digest depends on it. */
const BLOCK_BYTES = 256 * 1024;
/** A path and a target are below 4 kB each, the rest of a row below 100 bytes. */
const ROW_ROOM = 64 * 1024;

export interface ManifestHead {
  /** What the base is called. */
  readonly name: string;
  /** When it was recorded: whole seconds since 1970. */
  readonly time: number;
  /** {@link Tree.identity} of what was recorded. */
  readonly identity?: string;
}

/** SHA-256 of an entry's attributes and contents that its times cannot vouch for. */
export type Seals = ReadonlyMap<BytePath, Buffer>;

export interface ManifestSummary {
  /** `sha256:` and 64 hexadecimal digits, of all rows. */
  readonly digest: string;
  readonly entries: number;
}

/**
 * A manifest's bytes, piece by piece.
 *
 * @param seals Called after the last entry was taken.
 */
export function* encodeManifest(
  head: ManifestHead,
  entries: Iterable<Entry>,
  seals: () => Seals,
): Generator<Buffer, ManifestSummary> {
  const checksum = createHash('sha256');
  const digest = createHash('sha256');
  let count = 0;
  function counted(entry: Entry): Entry {
    count += 1;
    return entry;
  }
  function summed(bytes: Buffer): Buffer {
    checksum.update(bytes);
    return bytes;
  }
  function block(tag: number, raw: Buffer): Buffer {
    return summed(encodeBlock(tag, raw));
  }
  yield summed(Buffer.from(MANIFEST_MAGIC, 'latin1'));
  yield block(BLOCK_TAG.head, json(head));
  for (const rows of rowBlocks(entries, counted)) {
    digest.update(rows);
    yield block(BLOCK_TAG.rows, rows);
  }
  const sealed = Object.fromEntries(
    [...seals()].map(([path, seal]) => [path, seal.toString('hex')]),
  );
  yield block(BLOCK_TAG.seals, json(sealed));
  const summary = { digest: `sha256:${digest.digest('hex')}`, entries: count };
  yield block(BLOCK_TAG.end, json(summary));
  yield checksum.digest();
  return summary;
}

function* rowBlocks(entries: Iterable<Entry>, seen: (entry: Entry) => Entry): Generator<Buffer> {
  const out: RowWriter = { bytes: Buffer.allocUnsafe(BLOCK_BYTES + ROW_ROOM), at: 0 };
  let previous = '';
  for (const entry of entries) {
    writeRow(out, previous, seen(entry));
    previous = entry.path;
    if (out.at < BLOCK_BYTES) continue;
    yield out.bytes.subarray(0, out.at);
    out.at = 0;
    previous = '';
  }
  if (out.at > 0) yield out.bytes.subarray(0, out.at);
}

function encodeBlock(tag: number, raw: Buffer): Buffer {
  const stored = deflateRawSync(raw, { level: 1 });
  const header = Buffer.alloc(BLOCK_HEADER);
  header[0] = tag;
  header.writeUInt32LE(raw.length, 1);
  header.writeUInt32LE(stored.length, 5);
  return Buffer.concat([header, stored]);
}

/** JSON whose strings are bytes as Latin-1 characters; stored as UTF-8. */
function json(data: unknown): Buffer {
  return Buffer.from(JSON.stringify(data), 'utf8');
}
