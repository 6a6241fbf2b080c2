/**
 * The two checksums of ext4 metadata: CRC-32C (Castagnoli, as RFC 3720 section 12.1) and the older
 * CRC-16 of group descriptors. Both run on without the usual inversions, as the kernel's do.
 */

const CASTAGNOLI = 0x82f63b78;
const CRC16_POLYNOMIAL = 0xa001;
/** Zeros are skipped in runs of this many bytes: most of the metadata is zeros. */
const RUN = 32;
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const CRC16_TABLE = tableOf(CRC16_POLYNOMIAL);
/** Eight tables of 256: entry `t * 256 + b` is byte `b` followed by `t` zero bytes. */
const TABLES = castagnoliTables();
/** Likewise for byte `t` of a value that `RUN` zero bytes follow. */
const RUN_TABLES = runTables();

/**
 * Continues a CRC-32C over `bytes[start, end)`.
 *
 * @param crc The value so far; `0xffffffff` to begin.
 * @returns an unsigned 32-bit number.
 */
export function crc32c(crc: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
  if (end - start < RUN || !IS_LITTLE_ENDIAN) return overBytes(crc | 0, bytes, start, end) >>> 0;
  const first = start + (-(bytes.byteOffset + start) & 3);
  const count = (end - first) >>> 2;
  const head = overBytes(crc | 0, bytes, start, first);
  const middle = overWords(head, wordsOf(bytes), (bytes.byteOffset + first) >>> 2, count);
  return overBytes(middle, bytes, first + count * 4, end) >>> 0;
}

/** Continues a CRC-32C over a 32-bit number in little-endian order. */
export function crc32cOfNumber(crc: number, value: number): number {
  return step(TABLES, crc ^ value) >>> 0;
}

let wordsBuffer: ArrayBufferLike = new ArrayBuffer(0);
let words: Int32Array = new Int32Array(wordsBuffer);

/** All whole words of the memory that `bytes` is a part of: the last view is kept, to make few. */
function wordsOf({ buffer }: Uint8Array): Int32Array {
  if (buffer !== wordsBuffer) {
    wordsBuffer = buffer;
    words = new Int32Array(buffer, 0, buffer.byteLength >>> 2);
  }
  return words;
}

function overBytes(crc: number, bytes: Uint8Array, start: number, end: number): number {
  let value = crc;
  for (let at = start; at < end; at += 1) {
    value = at32(TABLES, (value ^ (bytes[at] as number)) & 255) ^ (value >>> 8);
  }
  return value;
}

function overWords(crc: number, data: Int32Array, start: number, count: number): number {
  let value = crc;
  let at = start;
  const end = start + count;
  while (at < end) {
    if (at + RUN / 4 <= end && isZeroRun(data, at)) {
      value = step(RUN_TABLES, value);
      at += RUN / 4;
      continue;
    }
    const stop = Math.min(end, at + RUN / 4);
    for (; at + 1 < stop; at += 2) {
      value = stepTwo(TABLES, value ^ at32(data, at), at32(data, at + 1));
    }
    if (at < stop) {
      value = step(TABLES, value ^ at32(data, at));
      at += 1;
    }
  }
  return value;
}

function isZeroRun(data: Int32Array, at: number): boolean {
  for (let i = at; i < at + RUN / 4; i += 1) if (data[i] !== 0) return false;
  return true;
}

/** Two words at once: their look-ups do not wait for each other. */
function stepTwo(tables: Int32Array, first: number, second: number): number {
  return (
    at32(tables, 1792 + (first & 255)) ^
    at32(tables, 1536 + ((first >>> 8) & 255)) ^
    at32(tables, 1280 + ((first >>> 16) & 255)) ^
    at32(tables, 1024 + (first >>> 24)) ^
    step(tables, second)
  );
}

function step(tables: Int32Array, value: number): number {
  return (
    at32(tables, 768 + (value & 255)) ^
    at32(tables, 512 + ((value >>> 8) & 255)) ^
    at32(tables, 256 + ((value >>> 16) & 255)) ^
    at32(tables, value >>> 24)
  );
}

/** Continues a CRC-16 (polynomial 0x8005, reflected) over `bytes`. */
export function crc16(crc: number, bytes: Uint8Array): number {
  let value = crc;
  for (const one of bytes) value = at32(CRC16_TABLE, (value ^ one) & 255) ^ (value >>> 8);
  return value & 0xffff;
}

function castagnoliTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  tables.set(tableOf(CASTAGNOLI));
  for (let i = 256; i < tables.length; i += 1) {
    const before = at32(tables, i - 256);
    tables[i] = at32(tables, before & 255) ^ (before >>> 8);
  }
  return tables;
}

function runTables(): Int32Array {
  const zeros = new Uint8Array(RUN);
  return Int32Array.from({ length: 4 * 256 }, (_, i) => {
    const byte = 3 - (i >>> 8);
    return overBytes((i & 255) << (8 * byte), zeros, 0, RUN);
  });
}

function tableOf(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? polynomial : 0);
    return value;
  });
}

function at32(table: Int32Array, at: number): number {
  return table[at] as number;
}
