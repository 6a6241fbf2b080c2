import type { Bytes } from '../base/units.ts';

const MIB = 2 ** 20;
const LEAST_AUTO: Bytes = 512 * MIB;
const AUTO_STEP: Bytes = 128 * MIB;
const LEAST_INODES = 65_536;
const BYTES_PER_INODE = 16_384;
const JOURNAL_MIB = 8;

/** Name of every image's filesystem, by which any kernel can find it. */
const LABEL = 'apppot';

/** Bytes of an image whose recipe leaves the size open: twice the contents and 256 MiB, rounded up. */
export function autoSize(contents: Bytes): Bytes {
  const wanted = 2 * contents + 256 * MIB;
  return Math.max(LEAST_AUTO, Math.ceil(wanted / AUTO_STEP) * AUTO_STEP);
}

/**
 * The command that makes an ext4 filesystem in a file, filled from a directory.
 *
 * The identity comes from the stage's key, so that equal inputs give equal filesystems. The journal
 * is small, because all of it is written again for each copy-on-write start. Features that
 * Debian 12's kernel and tools do not all know are off.
 *
 * @param key SHA-256 in hex.
 */
export function mkfsCommand(
  mke2fs: string,
  { root, image, size, key }: { root: string; image: string; size: Bytes; key: string },
): readonly string[] {
  const uuid = uuidOf(key);
  const inodes = Math.max(LEAST_INODES, Math.ceil(size / BYTES_PER_INODE));
  return [
    ...[mke2fs, '-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '0', '-N', String(inodes)],
    ...['-L', LABEL, '-U', uuid, '-J', `size=${JOURNAL_MIB}`],
    ...['-O', '^orphan_file,^metadata_csum_seed'],
    ...['-E', `hash_seed=${uuid},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0`],
    ...['-d', root, image, `${Math.floor(size / 1_024)}k`],
  ];
}

/** A UUID of version 8 (RFC 9562: vendor's own) out of a digest. */
function uuidOf(digest: string): string {
  const hex = `${digest.slice(0, 12)}8${digest.slice(13, 16)}8${digest.slice(17, 32)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
