import { corrupt } from '../block/faults.ts';
import type { Xattrs } from '../tree.ts';
import { toKernelAcl } from './acl.ts';
import { fileContents } from './contents.ts';
import { crc32c, crc32cOfNumber } from './crc.ts';
import { hasFlag, INODE_FLAG, type Inode, lengthOf, xattrBlockOf } from './inode.ts';
import type { InodeTable } from './inode-table.ts';
import type { Volume } from './volume.ts';
import {
  brokenXattrs,
  isInlineData,
  slotRegion,
  XATTR_MAGIC,
  type XattrRecord,
  type XattrRegion,
  xattrRecords,
} from './xattr-region.ts';

const BLOCK_HEADER = 32;
const CHECKSUM_AT = 0x10;
/** The longest value that Linux takes. Source: XATTR_SIZE_MAX in include/uapi/linux/limits.h. */
const LONGEST_VALUE = 65_536;
/** An attribute inode keeps the hash of its value where others keep the access time. */
const VALUE_HASH_AT = 0x08;

const ACL_ACCESS = 2;
const ACL_DEFAULT = 3;

/** By index. Linux shows no attribute with another one. */
const PREFIXES: Readonly<Record<number, string>> = {
  1: 'user.',
  [ACL_ACCESS]: 'system.posix_acl_access',
  [ACL_DEFAULT]: 'system.posix_acl_default',
  4: 'trusted.',
  6: 'security.',
  7: 'system.',
};

/**
 * The extended attributes that programs see, sorted by name, access control lists in the form in
 * which the kernel gives them out.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function readXattrs(volume: Volume, inode: Inode, table: InodeTable): Xattrs {
  const found: [string, Uint8Array][] = [];
  for (const region of [slotRegion(inode), blockRegion(volume, inode)]) {
    if (region === undefined) continue;
    for (const record of xattrRecords(volume, inode, region)) {
      const prefix = PREFIXES[record.index];
      if (prefix === undefined || isInlineData(record)) continue;
      found.push([prefix + record.name, loadValue(volume, inode, record, table)]);
    }
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function blockRegion(volume: Volume, inode: Inode): XattrRegion | undefined {
  const block = xattrBlockOf(inode);
  if (block === 0) return undefined;
  const bytes = volume.block(block);
  if (bytes.readUInt32LE(0) !== XATTR_MAGIC) {
    throw brokenXattrs(volume, inode, `block ${block} has no magic number`);
  }
  verifyBlock(volume, block, bytes);
  return { bytes, first: BLOCK_HEADER, end: bytes.length, origin: 0 };
}

/** Source: `ext4_xattr_block_csum` in fs/ext4/xattr.c. */
function verifyBlock(volume: Volume, block: number, bytes: Buffer): void {
  if (!volume.hasChecksums) return;
  const low = crc32cOfNumber(volume.superblock.seed, block % 2 ** 32);
  const start = crc32cOfNumber(low, Math.floor(block / 2 ** 32));
  const head = crc32cOfNumber(crc32c(start, bytes, 0, CHECKSUM_AT), 0);
  const found = crc32c(head, bytes, CHECKSUM_AT + 4);
  const stored = bytes.readUInt32LE(CHECKSUM_AT);
  if (found !== stored) {
    throw corrupt(
      volume.name,
      `checksum of attribute block ${block} is ${found}, stored is ${stored}`,
    );
  }
}

function loadValue(
  volume: Volume,
  inode: Inode,
  { index, valueInode, size, value }: XattrRecord,
  table: InodeTable,
): Uint8Array {
  if (valueInode !== 0) return inodeValue(volume, table.inode(valueInode), size);
  if (index !== ACL_ACCESS && index !== ACL_DEFAULT) return value;
  const acl = toKernelAcl(value);
  if (acl === undefined) throw brokenXattrs(volume, inode, 'a malformed access control list');
  return acl;
}

/** Reads a value that has an inode of its own (feature `ea_inode`), and verifies its hash. */
function inodeValue(volume: Volume, inode: Inode, size: number): Uint8Array {
  const { name, superblock } = volume;
  if (!hasFlag(inode, INODE_FLAG.eaInode) || lengthOf(inode) !== size || size > LONGEST_VALUE) {
    throw corrupt(name, `inode ${inode.ino} holds no attribute value of ${size} bytes`);
  }
  const value = new Uint8Array(size);
  fileContents(volume, inode).read(value, 0);
  const found = crc32c(superblock.seed, value);
  const stored = inode.bytes.readUInt32LE(inode.at + VALUE_HASH_AT);
  if (volume.hasChecksums && found !== stored) {
    throw corrupt(name, `inode ${inode.ino}: hash of its value is ${found}, stored is ${stored}`);
  }
  return value;
}
