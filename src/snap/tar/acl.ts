/** Extended attributes that hold POSIX ACLs, and the pax keys under which tar programs keep them as text. */
export const ACL_KEYS: Readonly<Record<string, string>> = {
  'system.posix_acl_access': 'SCHILY.acl.access',
  'system.posix_acl_default': 'SCHILY.acl.default',
};

const TAGS: Readonly<Record<number, string>> = {
  1: 'user',
  2: 'user',
  4: 'group',
  8: 'group',
  16: 'mask',
  32: 'other',
};
const VERSION = 2;
const HEADER_BYTES = 4;
const ENTRY_BYTES = 8;
const NO_ID = 0xffffffff;

/**
 * `user::rw-,user:1234:rwx,…`, from the kernel's form: linux/posix_acl_xattr.h.
 *
 * @returns undefined for what is not in that form.
 */
export function aclText(value: Uint8Array): string | undefined {
  const bytes = Buffer.from(value);
  const count = (bytes.length - HEADER_BYTES) / ENTRY_BYTES;
  if (!Number.isInteger(count) || count < 1 || bytes.readUInt32LE(0) !== VERSION) return undefined;
  const entries = Array.from({ length: count }, (_, i) => {
    const at = HEADER_BYTES + i * ENTRY_BYTES;
    const tag = TAGS[bytes.readUInt16LE(at)] ?? '';
    const id = bytes.readUInt32LE(at + 4);
    return tag && `${tag}:${id === NO_ID ? '' : id}:${permissions(bytes.readUInt16LE(at + 2))}`;
  });
  return entries.includes('') ? undefined : entries.join(',');
}

function permissions(bits: number): string {
  return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
}
