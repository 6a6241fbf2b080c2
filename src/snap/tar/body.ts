import type { Contents, Segment } from '../../tree/tree.ts';
import { BLOCK } from './header.ts';
import type { PaxRecords } from './pax.ts';
import { encodeMap, sparseRecords, sum, trimmed } from './sparse.ts';

/** What follows a member's header, and what the headers must say of it. */
export interface Body {
  readonly records: PaxRecords;
  /** Bytes, padding not counted. */
  readonly size: number;
  /** Each is valid until the next is asked for. */
  readonly chunks: Iterable<Buffer>;
}

export const NO_BODY: Body = { records: [], size: 0, chunks: [] };

const CHUNK = 2 ** 18;

/** @param size The file's length: what it grew since is left out, what it lost reads as zeros. */
export function fileBody(name: string, size: number, contents: Contents): Body {
  const segments = trimmed(contents.segments(), size);
  const data = sum(segments);
  if (data === size) return { records: [], size, chunks: plain(contents, size) };
  const map = encodeMap(segments, size);
  return {
    records: sparseRecords(name, size),
    size: map.length + data,
    chunks: sparse(contents, map, segments),
  };
}

export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

function* plain(contents: Contents, size: number): Generator<Buffer> {
  yield* bytesOf(contents, { offset: 0, length: size });
}

function* sparse(contents: Contents, map: Buffer, segments: readonly Segment[]): Generator<Buffer> {
  yield map;
  for (const segment of segments) yield* bytesOf(contents, segment);
}

function* bytesOf(contents: Contents, { offset, length }: Segment): Generator<Buffer> {
  const room = Buffer.allocUnsafe(Math.min(CHUNK, length));
  for (let done = 0; done < length; done += CHUNK) {
    const chunk = room.subarray(0, Math.min(CHUNK, length - done));
    const got = contents.read(chunk, offset + done);
    yield chunk.fill(0, got);
  }
}
