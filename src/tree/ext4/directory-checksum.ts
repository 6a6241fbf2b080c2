import { crc32c, crc32cOfNumber } from './crc.ts';
import type { Block } from './directory-blocks.ts';

const TAIL = 12;
const TAIL_TYPE = 0xde;
/** Where the table of an index begins: in its root, and in the nodes below. */
const ROOT_TABLE = 32;
const NODE_TABLE = 8;

/**
 * What is wrong with the checksum of a directory's block, or undefined.
 *
 * A leaf ends in a record that holds the checksum; a node of the index has it after its table.
 *
 * @param seed Where the directory's checksums begin.
 * @param isIndexed Whether the directory has an index, whose root is its first block.
 */
export function checksumFault(
  block: Block,
  seed: number,
  isIndexed: boolean,
  isFirst: boolean,
): string | undefined {
  if (isIndexed && isFirst) return nodeFault(block, seed, ROOT_TABLE);
  return isIndexed && isNode(block) ? nodeFault(block, seed, NODE_TABLE) : leafFault(block, seed);
}

/** To a reader without indexes, a node is one unused record over the whole block. */
function isNode({ bytes, start, end }: Block): boolean {
  const length = bytes.readUInt16LE(start + 4);
  return (
    bytes.readUInt32LE(start) === 0 && (length === 0 || length >= Math.min(end - start, 0xffff))
  );
}

function leafFault({ bytes, start, end }: Block, seed: number): string | undefined {
  const tail = end - TAIL;
  const isTail = bytes.readUInt32LE(tail) === 0 && bytes[tail + 7] === TAIL_TYPE;
  return isTail
    ? difference(crc32c(seed, bytes, start, tail), bytes.readUInt32LE(tail + 8))
    : 'a block has no checksum';
}

/** Source: `ext4_dx_csum` in fs/ext4/namei.c. */
function nodeFault({ bytes, start, end }: Block, seed: number, at: number): string | undefined {
  const limit = bytes.readUInt16LE(start + at);
  const used = bytes.readUInt16LE(start + at + 2);
  const tail = start + at + limit * 8;
  if (used > limit || tail + 8 > end) return `an index of ${used} of ${limit} records`;
  const records = crc32c(seed, bytes, start, start + at + used * 8);
  const reserved = crc32c(records, bytes, tail, tail + 4);
  return difference(crc32cOfNumber(reserved, 0), bytes.readUInt32LE(tail + 4));
}

function difference(found: number, stored: number): string | undefined {
  return found === stored ? undefined : `checksum of a block is ${found}, stored is ${stored}`;
}
