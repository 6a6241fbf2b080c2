import type { BytePath, Entry, EntryType, Xattrs } from '../../tree/tree.ts';
import type { Body } from './body.ts';
import { type ByteReader, byteReader } from './bytes.ts';
import { BLOCK, decodeHeader, type Header } from './header.ts';
import { decodePax, decodeTime, type PaxRecords } from './pax.ts';

/** One member of an archive as it was read. */
export interface Member {
  /** Its `path` is the name in the archive, without trailing slash; `ctime`, `ino`, `nlink` are empty. */
  readonly entry: Entry;
  /** The member that this is a hard link to. */
  readonly link?: BytePath;
  readonly xattrs: Xattrs;
  /** What its header says of the body: {@link Body.records} when it is sparse, and stored bytes. */
  readonly stored: Pick<Body, 'records' | 'size'>;
  /** The stored bytes, once, before the next member is asked for; a sparse file's map included. */
  readonly chunks: () => AsyncGenerator<Buffer>;
}

/** Attributes of one file take 64 kB at most (xattr(7)), its name and target 4 kB. */
const MAX_EXTENDED = 2 ** 20;

/**
 * Reads an archive to its end marker.
 *
 * @throws {RangeError} when it is malformed; the caller names the file.
 */
export async function* readArchive(source: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const bytes = byteReader(source);
  try {
    yield* members(bytes);
    await bytes.finish();
  } finally {
    await bytes.close();
  }
}

async function* members(bytes: ByteReader): AsyncGenerator<Member> {
  let records: PaxRecords = [];
  for (;;) {
    const block = await bytes.take(BLOCK);
    if (block === undefined) throw new RangeError('it ends too early');
    if (block.every((byte) => byte === 0)) return;
    const header = decodeHeader(block);
    if (header.flag === 'x') {
      records = await extended(bytes, header);
    } else {
      yield* one(bytes, header, records);
      records = [];
    }
  }
}

async function extended(bytes: ByteReader, { size }: Header): Promise<PaxRecords> {
  if (size > MAX_EXTENDED) throw new RangeError(`a pax header of ${size} bytes is too large`);
  const padded = await bytes.take(Math.ceil(size / BLOCK) * BLOCK);
  return decodePax((padded ?? Buffer.alloc(0)).subarray(0, size));
}

/** What the consumer leaves of the body is skipped. */
async function* one(
  bytes: ByteReader,
  header: Header,
  records: PaxRecords,
): AsyncGenerator<Member> {
  const pax = new Map(records);
  const size = wholeNumber(pax.get('size'), header.size);
  const body = bytes.pieces(size);
  yield toMember(header, size, pax, () => body);
  for await (const _ of body);
  for await (const _ of bytes.pieces((BLOCK - (size % BLOCK)) % BLOCK));
}

const TYPES: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '1': 'file',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
};

function toMember(
  header: Header,
  size: number,
  pax: ReadonlyMap<string, string>,
  chunks: Member['chunks'],
): Member {
  const type = TYPES[header.flag];
  if (type === undefined) throw new RangeError(`a member has the unknown type "${header.flag}"`);
  const name = pax.get('GNU.sparse.name') ?? pax.get('path') ?? header.name;
  const linkname = pax.get('linkpath') ?? header.linkname;
  const sparse = [...pax].filter(([key]) => key.startsWith('GNU.sparse.'));
  const entry: Entry = {
    path: type === 'directory' ? name.replace(/\/+$/, '') : name,
    type,
    ...attributesOf(header, pax),
    size: type === 'file' ? wholeNumber(pax.get('GNU.sparse.realsize'), size) : 0,
    ...(type === 'symlink' && { target: linkname }),
    ...((type === 'char' || type === 'block') && { major: header.major, minor: header.minor }),
  };
  const link = header.flag === '1' ? { link: linkname } : {};
  return { entry, ...link, xattrs: xattrsOf(pax), stored: { records: sparse, size }, chunks };
}

function attributesOf(header: Header, pax: ReadonlyMap<string, string>) {
  const mtime = pax.get('mtime');
  return {
    mode: header.mode,
    uid: wholeNumber(pax.get('uid'), header.uid),
    gid: wholeNumber(pax.get('gid'), header.gid),
    mtime: mtime === undefined ? BigInt(header.mtime) * 1_000_000_000n : decodeTime(mtime),
    ...{ ctime: 0n, ino: 0, nlink: 1 },
  };
}

const XATTR = 'SCHILY.xattr.';

function xattrsOf(pax: ReadonlyMap<string, string>): Xattrs {
  const found = [...pax].filter(([key]) => key.startsWith(XATTR));
  return new Map(
    found.map(([key, value]) => [
      unescapeKey(key.slice(XATTR.length)),
      Buffer.from(value, 'latin1'),
    ]),
  );
}

function unescapeKey(key: string): string {
  return key.replace(/%(?:3D|25)/g, (code) => (code === '%25' ? '%' : '='));
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new RangeError(`the number "${text}" is malformed`);
  }
  return value;
}
