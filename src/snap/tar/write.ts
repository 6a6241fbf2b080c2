import type { BytePath, Contents, Entry, Xattrs } from '../../tree/tree.ts';
import { ACL_KEYS, aclText } from './acl.ts';
import { type Body, fileBody, NO_BODY, padding } from './body.ts';
import { BLOCK, encodeHeader, fits, type Header } from './header.ts';
import { encodePax, encodeTime, type PaxRecords } from './pax.ts';

/** What goes into an archive beside the entry itself. */
export interface MemberOptions {
  /** Its name in the archive; directories get a trailing slash by themselves. */
  readonly name: BytePath;
  readonly xattrs?: Xattrs;
  /** Of a file: its bytes. */
  readonly contents?: Contents | undefined;
  /** Makes it a hard link to the member of that name, without contents. */
  readonly link?: BytePath | undefined;
}

const FLAGS = {
  file: '0',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
  socket: '0',
} as const;

const NS = 1_000_000_000n;

/**
 * One member: pax header where needed, header, contents and padding. Each chunk is valid until the
 * next is asked for.
 */
export function* encodeMember(entry: Entry, options: MemberOptions): Generator<Buffer> {
  const body = bodyOf(entry, options);
  yield* encodeHead(entry, options, body);
  yield* body.chunks;
  yield padding(body.size);
}

/** What comes before a member's body. */
export function* encodeHead(
  entry: Entry,
  { name, link, xattrs }: Omit<MemberOptions, 'contents'>,
  { records: own, size }: Pick<Body, 'records' | 'size'>,
): Generator<Buffer> {
  const slashed = entry.type === 'directory' ? `${name}/` : name;
  const linkname = link ?? entry.target ?? '';
  const records = [
    ...own,
    ...needed(entry, slashed, linkname, size),
    ...(link === undefined ? xattrRecords(xattrs) : []),
  ];
  if (records.length > 0) yield* encodeExtended(records);
  const flag = link === undefined ? FLAGS[entry.type] : '1';
  yield encodeHeader(toHeader(entry, slashed, linkname, flag, size));
}

function bodyOf(entry: Entry, { name, contents, link }: MemberOptions): Body {
  if (link !== undefined || contents === undefined) return NO_BODY;
  return fileBody(name, entry.size, contents);
}

function* encodeExtended(records: PaxRecords): Generator<Buffer> {
  const body = encodePax(records);
  const name = 'PaxHeaders/member';
  yield encodeHeader({ ...PLAIN, name, flag: 'x', size: body.length });
  yield body;
  yield padding(body.length);
}

/** A small file made of nothing but a name and bytes. */
export function* encodePlainFile(name: string, mtime: number, body: Buffer): Generator<Buffer> {
  yield* encodeLongName(name);
  yield encodeHeader({ ...PLAIN, name, mtime, size: body.length });
  yield body;
  yield padding(body.length);
}

export function encodeEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

const PLAIN: Header = {
  ...{ name: '', mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0 },
  ...{ flag: '0', linkname: '', major: 0, minor: 0 },
};

function* encodeLongName(name: string): Generator<Buffer> {
  if (!fits.text(name)) yield* encodeExtended(textRecords({ path: name }));
}

/** Each field by name: copies of objects leave 1 kB of garbage each to V8's old space. */
function toHeader(
  entry: Entry,
  name: string,
  linkname: string,
  flag: string,
  size: number,
): Header {
  return {
    name,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size,
    mtime: Number(entry.mtime / NS),
    flag,
    linkname,
    major: entry.major ?? 0,
    minor: entry.minor ?? 0,
  };
}

function needed(entry: Entry, name: string, linkname: string, size: number): PaxRecords {
  const seconds = Number(entry.mtime / NS);
  return [
    ...textRecords({
      ...(!fits.text(name) && { path: name }),
      ...(!fits.text(linkname) && { linkpath: linkname }),
    }),
    ...(fits.number(size) ? [] : [['size', String(size)] as const]),
    ...(fits.id(entry.uid) ? [] : [['uid', String(entry.uid)] as const]),
    ...(fits.id(entry.gid) ? [] : [['gid', String(entry.gid)] as const]),
    ...(entry.mtime % NS === 0n && fits.number(seconds)
      ? []
      : [['mtime', encodeTime(entry.mtime)] as const]),
  ];
}

/** Texts that are no UTF-8 are told so: bsdtar would drop them, GNU tar does not mind. */
function textRecords(texts: Readonly<Record<string, string>>): PaxRecords {
  const records = Object.entries(texts);
  const binary = records.some(([, text]) => !isUtf8(text));
  return binary ? [['hdrcharset', 'BINARY'], ...records] : records;
}

function isUtf8(bytes: string): boolean {
  const buffer = Buffer.from(bytes, 'latin1');
  return Buffer.from(buffer.toString('utf8'), 'utf8').equals(buffer);
}

/** As GNU tar does, for a key ends at the first `=`. */
function escapeKey(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('=', '%3D');
}

/** ACLs twice: as the kernel has them for layer tools, as text for tar programs. */
function xattrRecords(xattrs: Xattrs = new Map()): PaxRecords {
  return [...xattrs]
    .flatMap(([name, value]) => [rawRecord(name, value), ...aclRecords(name, value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function rawRecord(name: string, value: Uint8Array): PaxRecords[number] {
  return [`SCHILY.xattr.${escapeKey(name)}`, Buffer.from(value).toString('latin1')];
}

function aclRecords(name: string, value: Uint8Array): PaxRecords {
  const key = ACL_KEYS[name];
  const text = key === undefined ? undefined : aclText(value);
  return key === undefined || text === undefined ? [] : [[key, text]];
}
