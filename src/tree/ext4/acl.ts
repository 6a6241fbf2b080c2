const DISK_VERSION = 1;
const KERNEL_VERSION = 2;
const HEADER = 4;
/** Tags of named users and groups, then those of owner, owning group, mask and others. */
const NAMED_TAGS: readonly number[] = [0x02, 0x08];
const UNNAMED_TAGS: readonly number[] = [0x01, 0x04, 0x10, 0x20];
const NAMED = 8;
const UNNAMED = 4;
const NO_ID = 0xffffffff;

/**
 * Turns an access control list as ext4 stores it into the value of `system.posix_acl_access`.
 *
 * On disk only named users and groups have an id. Sources: fs/ext4/acl.h,
 * include/uapi/linux/posix_acl_xattr.h.
 *
 * @returns undefined when the list is malformed.
 */
export function toKernelAcl(disk: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(disk.buffer, disk.byteOffset, disk.length);
  if (bytes.length < HEADER || bytes.readUInt32LE(0) !== DISK_VERSION) return undefined;
  const parts: Buffer[] = [word(KERNEL_VERSION)];
  let at = HEADER;
  while (at < bytes.length) {
    const length = entryLength(bytes, at);
    if (length === undefined || at + length > bytes.length) return undefined;
    parts.push(bytes.subarray(at, at + length));
    if (length === UNNAMED) parts.push(word(NO_ID));
    at += length;
  }
  return new Uint8Array(Buffer.concat(parts));
}

function entryLength(bytes: Buffer, at: number): number | undefined {
  const tag = at + 2 <= bytes.length ? bytes.readUInt16LE(at) : 0;
  if (NAMED_TAGS.includes(tag)) return NAMED;
  return UNNAMED_TAGS.includes(tag) ? UNNAMED : undefined;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
