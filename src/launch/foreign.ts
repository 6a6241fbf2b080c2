/** What a file is that is no raw image, as its first bytes tell, and what makes one of it. */
export interface ForeignFile {
  /** `it is …`, in words. */
  readonly what: string;
  /** One command. */
  readonly hint: string;
}

/** Offset, bytes in hexadecimal, and what they mean. Source: the magic numbers of file(1). */
const FORMATS: readonly [offset: number, magic: string, what: string, remedy: string][] = [
  [0, '1f8b', 'compressed by gzip', 'gunzip -k'],
  [0, 'fd377a585a00', 'compressed by xz', 'unxz -k'],
  [0, '28b52ffd', 'compressed by zstd', 'unzstd'],
  [0, '425a68', 'compressed by bzip2', 'bunzip2 -k'],
  [0, '504b0304', 'a zip archive', 'unzip'],
  [0, '514649fb', 'a qcow2 disk', 'qemu-img convert -O raw'],
  [0, '4b444d56', 'a VMDK disk', 'qemu-img convert -O raw'],
  [64, '7f10dabe', 'a VDI disk', 'qemu-img convert -O raw'],
  [0, '7668647866696c65', 'a VHDX disk', 'qemu-img convert -O raw'],
  [0, '68737173', 'a SquashFS filesystem', 'unsquashfs'],
  [0, '58465342', 'an XFS filesystem', ''],
  [257, '7573746172', 'a tar archive', ''],
];

const OTHERWISE = 'Name a raw base image, such as one made by "apppot image build".';

export function identifyForeign(head: Buffer, path: string): ForeignFile {
  if (head.length === 0) return { what: 'it is empty', hint: OTHERWISE };
  const found = FORMATS.find(([offset, magic]) => hasBytes(head, offset, magic));
  if (found === undefined) {
    return { what: 'it holds no ext2, ext3 or ext4 filesystem', hint: OTHERWISE };
  }
  const [, , what, remedy] = found;
  const target = remedy.endsWith('raw') ? ` ${path}.raw` : '';
  return {
    what: `it is ${what}`,
    hint: remedy === '' ? OTHERWISE : `Unpack it: ${remedy} ${path}${target}`,
  };
}

function hasBytes(head: Buffer, offset: number, magic: string): boolean {
  return head.toString('hex', offset, offset + magic.length / 2) === magic;
}
