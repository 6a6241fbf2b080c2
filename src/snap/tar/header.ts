export const BLOCK = 512;

/** One 512-byte ustar header; what does not fit must have gone into a pax header before it. */
export interface Header {
  /** Bytes as Latin-1 characters, like every text here. */
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes that follow, padding not counted. */
  readonly size: number;
  /** Whole seconds. */
  readonly mtime: number;
  /** Type flag: one character. */
  readonly flag: string;
  readonly linkname: string;
  readonly major: number;
  readonly minor: number;
}

const NAME_BYTES = 100;
const MAX_OCTAL_7 = 0o7777777;
const MAX_OCTAL_11 = 0o77777777777;

/** Whether the field of a ustar header can hold it. */
export const fits = {
  text: (text: string): boolean => text.length <= NAME_BYTES && !/\P{ASCII}/u.test(text),
  id: (id: number): boolean => id <= MAX_OCTAL_7,
  number: (value: number): boolean => value >= 0 && value <= MAX_OCTAL_11,
};

/** Texts too long are cut, numbers too large become 0: their pax records rule. */
export function encodeHeader(header: Header): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(header.name.slice(0, NAME_BYTES), 0, 'latin1');
  octal(block, 100, 8, header.mode);
  octal(block, 108, 8, header.uid);
  octal(block, 116, 8, header.gid);
  octal(block, 124, 12, header.size);
  octal(block, 136, 12, header.mtime);
  block.write('        ', 148, 'latin1');
  block.write(header.flag, 156, 'latin1');
  block.write(header.linkname.slice(0, NAME_BYTES), 157, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  octal(block, 329, 8, header.major);
  octal(block, 337, 8, header.minor);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return block;
}

/** @throws {RangeError} when it is no header. */
export function decodeHeader(block: Buffer): Header {
  const stored = number(block, 148, 8);
  const blanked = Buffer.from(block);
  blanked.fill(0x20, 148, 156);
  if (stored !== checksum(blanked)) throw new RangeError('a header has a wrong checksum');
  const prefix = text(block, 345, 155);
  const name = text(block, 0, NAME_BYTES);
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  return {
    name: isUstar && prefix !== '' ? `${prefix}/${name}` : name,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    flag: text(block, 156, 1) || '0',
    linkname: text(block, 157, NAME_BYTES),
    major: number(block, 329, 8),
    minor: number(block, 337, 8),
  };
}

function octal(block: Buffer, at: number, width: number, value: number): void {
  const digits = (value < 0 ? 0 : value).toString(8).padStart(width - 1, '0');
  block.write(digits.length < width ? digits : '0'.repeat(width - 1), at, 'latin1');
}

function checksum(block: Buffer): number {
  return block.reduce((sum, byte) => sum + byte, 0);
}

function text(block: Buffer, at: number, width: number): string {
  return block.toString('latin1', at, at + width).split('\0', 1)[0] ?? '';
}

function number(block: Buffer, at: number, width: number): number {
  const digits = text(block, at, width).trim();
  if (!/^[0-7]*$/.test(digits)) throw new RangeError('a number in a header is not octal');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}
