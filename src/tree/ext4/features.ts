/** The feature bits of an ext superblock. Source: Documentation/filesystems/ext4/super.rst. */

export const COMPAT = {
  hasJournal: 0x4,
  resizeInode: 0x10,
  sparseSuper2: 0x200,
  fastCommit: 0x400,
  orphanFile: 0x1000,
} as const;

export const INCOMPAT = {
  filetype: 0x2,
  recover: 0x4,
  metaBg: 0x10,
  extents: 0x40,
  bit64: 0x80,
  mmp: 0x100,
  flexBg: 0x200,
  eaInode: 0x400,
  csumSeed: 0x2000,
  largeDir: 0x4000,
  inlineData: 0x8000,
} as const;

export const RO_COMPAT = {
  sparseSuper: 0x1,
  gdtCsum: 0x10,
  quota: 0x100,
  bigalloc: 0x200,
  metadataCsum: 0x400,
  project: 0x2000,
} as const;

/** Features that change what the bytes mean and that this reader does not know, by name. */
const REFUSED: Readonly<Record<number, string>> = {
  1: 'compression',
  8: 'journal_dev',
  4096: 'dirdata',
  65536: 'encrypt',
  131072: 'casefold',
};

const KNOWN = Object.values(INCOMPAT).reduce((all, bit) => all | bit, 0);

/** Names of the set bits that forbid reading, such as `encrypt` or `0x80000000`. */
export function refusedFeatures(incompat: number): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit += 1) {
    const mask = (1 << bit) >>> 0;
    if ((incompat & mask) === 0 || (KNOWN & mask) !== 0) continue;
    names.push(REFUSED[mask] ?? `0x${mask.toString(16)}`);
  }
  return names;
}
