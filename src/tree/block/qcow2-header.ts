import { corrupt, unsupported } from './faults.ts';
import type { BlockSource } from './source.ts';

/** What a qcow2 file says of itself. Source: docs/interop/qcow2.txt of QEMU. */
export interface Qcow2Header {
  /** In bytes, as the guest sees it. */
  readonly size: number;
  readonly clusterBits: number;
  readonly tableOffset: number;
  /** Entries of the first table. */
  readonly tableLength: number;
  /** The file below, as written in the header. */
  readonly backing?: string;
  readonly backingFormat?: string;
}

const MAGIC = 0x514649fb;
const LONGEST_HEADER = 112;
const V2_LENGTH = 72;
const LONGEST_BACKING = 1_023;
const BACKING_FORMAT = 0xe2792aca;
const MOST_EXTENSIONS = 64;
const LARGEST_TABLE = 32 * 2 ** 20;

/** Incompatible features by bit; that refcounts may be dirty does not matter to a reader. */
const REFUSED = ['', 'corrupt', 'external data file', 'compression type', 'extended L2 entries'];

export function isQcow2(start: Buffer): boolean {
  return start.length >= 4 && start.readUInt32BE(0) === MAGIC;
}

/** @throws {TreeError} `IMAGE_CORRUPT`, or `IMAGE_UNSUPPORTED` with the feature's name. */
export function readQcow2Header(file: BlockSource): Qcow2Header {
  const bytes = Buffer.alloc(LONGEST_HEADER);
  file.read(bytes.subarray(0, Math.min(LONGEST_HEADER, file.size)), 0);
  const version = bytes.readUInt32BE(4);
  checkFeatures(file.name, bytes, version);
  const header = {
    size: Number(bytes.readBigUInt64BE(24)),
    clusterBits: bytes.readUInt32BE(20),
    tableOffset: Number(bytes.readBigUInt64BE(40)),
    tableLength: bytes.readUInt32BE(36),
  };
  const fault = findFault(header);
  if (fault !== undefined) throw corrupt(file.name, `qcow2 header: ${fault}`);
  return { ...header, ...readBacking(file, bytes, version) };
}

function checkFeatures(name: string, bytes: Buffer, version: number): void {
  const hint = 'Convert it first: qemu-img convert -O raw.';
  if (version !== 2 && version !== 3) throw unsupported(name, `qcow2 version ${version}`, hint);
  if (bytes.readUInt32BE(32) !== 0) throw unsupported(name, 'qcow2 encryption', hint);
  if (version === 2) return;
  const bits = bytes.readBigUInt64BE(72);
  for (let bit = 1; bit < 64; bit += 1) {
    if ((bits >> BigInt(bit)) % 2n === 0n) continue;
    throw unsupported(name, `qcow2 feature "${REFUSED[bit] ?? `bit ${bit}`}"`, hint);
  }
}

function findFault({ size, clusterBits, tableOffset, tableLength }: Qcow2Header) {
  if (clusterBits < 9 || clusterBits > 21) return `clusters of 2^${clusterBits} bytes`;
  if (!Number.isSafeInteger(size)) return `a disk of ${size} bytes`;
  if (!Number.isSafeInteger(tableOffset)) return `a table at ${tableOffset}`;
  const covered = 2 ** (2 * clusterBits - 3);
  if (tableLength * 8 > LARGEST_TABLE || tableLength < Math.ceil(size / covered)) {
    return `a table of ${tableLength} entries for ${size} bytes`;
  }
  return undefined;
}

function readBacking(file: BlockSource, bytes: Buffer, version: number) {
  const offset = Number(bytes.readBigUInt64BE(8));
  const length = bytes.readUInt32BE(16);
  if (offset === 0) return {};
  if (length > LONGEST_BACKING || offset + length > file.size) {
    throw corrupt(file.name, `qcow2 header: a backing file name of ${length} bytes at ${offset}`);
  }
  const name = Buffer.alloc(length);
  file.read(name, offset);
  const format = readFormat(file, version === 2 ? V2_LENGTH : bytes.readUInt32BE(100));
  return {
    backing: name.toString('utf8'),
    ...(format === undefined ? {} : { backingFormat: format }),
  };
}

/** Goes through the header's extensions, each a type, a length and data padded to eight bytes. */
function readFormat(file: BlockSource, start: number): string | undefined {
  const head = Buffer.alloc(8);
  for (let at = start, i = 0; i < MOST_EXTENSIONS && at + 8 <= file.size; i += 1) {
    file.read(head, at);
    const type = head.readUInt32BE(0);
    const length = head.readUInt32BE(4);
    if (type === 0 || at + 8 + length > file.size) return undefined;
    if (type === BACKING_FORMAT && length <= LONGEST_BACKING) {
      const format = Buffer.alloc(length);
      file.read(format, at + 8);
      return format.toString('latin1');
    }
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return undefined;
}
