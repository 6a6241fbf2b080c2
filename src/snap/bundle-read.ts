import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { explain } from '../base/errno.ts';
import { AppPotError, errnoOf } from '../base/errors.ts';
import { NO_PACE, type Pace } from '../base/pace.ts';
import { filtered } from '../host/feed.ts';
import { showPath } from '../tree/byte-path.ts';
import type { BytePath, Entry } from '../tree/tree.ts';
import { SnapError } from './errors.ts';
import { type BundleHead, decodeNote, type Note } from './head.ts';
import { memberOrder } from './member-order.ts';
import { fromMemberName, fromWhiteout, NOTE_NAME } from './names.ts';
import { type Member, readArchive } from './tar/read.ts';

/** A bundle's parts, in the order in which they come: its head, deletions, entries. */
export type BundlePart =
  | { readonly kind: 'head'; readonly head: BundleHead }
  | { readonly kind: 'delete'; readonly path: BytePath }
  | { readonly kind: 'entry'; readonly entry: Entry; readonly member: Member };

/**
 * Reads a bundle, trusting nothing in it: paths are relative and without `..`, come in order and
 * once, nothing lies below what is no directory, hard links name a file that came before.
 *
 * @param doing What it is read for, as `checking`.
 * @throws {SnapError} `BUNDLE_UNREADABLE`, `BUNDLE_MALFORMED` (also when it ends too early)
 */
export async function* readBundle(
  file: string,
  pace: Pace = NO_PACE,
  doing = 'reading',
): AsyncGenerator<BundlePart> {
  const archive = await openArchive(file, pace);
  pace.begin({ doing, bytes: (await stat(file)).size });
  try {
    yield* parts(archive, pace);
  } catch (error) {
    throw malformed(file, error);
  }
}

async function* parts(archive: AsyncIterable<Uint8Array>, pace: Pace): AsyncGenerator<BundlePart> {
  const members = readArchive(archive);
  const { head, deletions } = await firstNote(members);
  yield { kind: 'head', head };
  const order = memberOrder(deletions);
  for await (const member of members) {
    const part = toPart(member);
    order.check(part);
    if (pace.step(1)) await pace.rest();
    yield part;
  }
  order.finish();
}

/** A hundred thousand deletions take 5 MB. */
const MAX_NOTE = 2 ** 26;
const NO_BUNDLE = 'it is no bundle of changes';

async function firstNote(members: AsyncGenerator<Member>): Promise<Note> {
  const { done, value } = await members.next().catch((cause: unknown) => {
    throw cause instanceof RangeError ? new RangeError(NO_BUNDLE, { cause }) : cause;
  });
  if (done || value.entry.path !== NOTE_NAME) throw new RangeError(NO_BUNDLE);
  if (value.stored.size > MAX_NOTE) throw new RangeError('its note is too large');
  const pieces: Buffer[] = [];
  for await (const piece of value.chunks()) pieces.push(piece);
  return decodeNote(Buffer.concat(pieces));
}

type MemberPart = Exclude<BundlePart, { kind: 'head' }>;

function toPart(member: Member): MemberPart {
  const name = member.entry.path;
  const deleted = fromWhiteout(name);
  if (deleted !== undefined) return { kind: 'delete', path: safePath(deleted) };
  const path = name === '.' ? '' : safePath(fromMemberName(name));
  return { kind: 'entry', entry: { ...member.entry, path }, member };
}

function safePath(path: BytePath): BytePath {
  const safe = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (safe && !path.includes('\0')) return path;
  throw new RangeError(`the path "${showPath(path)}" is not allowed`);
}

async function openArchive(file: string, pace: Pace): Promise<AsyncIterable<Uint8Array>> {
  const magic = await firstBytes(file);
  const stream = createReadStream(file, { highWaterMark: 2 ** 18 });
  return paced(unpacked(magic, stream), stream, pace);
}

function unpacked(magic: string, stream: ReadStream): AsyncIterable<Uint8Array> {
  if (magic.startsWith(ZSTD)) return filtered(['zstd', '-dcq'], stream);
  return magic.startsWith(GZIP) ? gunzipped(stream) : (stream as AsyncIterable<Buffer>);
}

const GZIP = '1f8b';
const ZSTD = '28b52ffd';

/** Counts the bytes of the file, not those of what it unpacks to. */
async function* paced(
  archive: AsyncIterable<Uint8Array>,
  stream: ReadStream,
  pace: Pace,
): AsyncGenerator<Uint8Array> {
  let counted = 0;
  for await (const chunk of archive) {
    const more = stream.bytesRead - counted;
    counted += more;
    if (pace.step(0, more)) await pace.rest();
    yield chunk;
  }
}

function gunzipped(stream: Readable): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: 2 ** 18 });
  stream.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => stream.destroy());
  return stream.pipe(gunzip);
}

async function firstBytes(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.toString('hex', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new SnapError(`Cannot read bundle "${file}": ${explain(cause)}`, {
      kind: errnoOf(cause) === 'ENOENT' ? 'missing' : 'conflict',
      code: 'BUNDLE_UNREADABLE',
      cause,
    });
  }
}

function malformed(file: string, error: unknown): unknown {
  const isData = error instanceof RangeError || (errnoOf(error) ?? '').startsWith('Z_');
  if (!isData && !(error instanceof AppPotError && error.code === 'COMMAND_FAILED')) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new SnapError(`Cannot read bundle "${file}": ${reason}`, {
    kind: 'conflict',
    code: 'BUNDLE_MALFORMED',
    hint: 'It may have been cut off on its way: fetch it, or make it, again.',
    cause: error,
  });
}
