/**
 * A first root for a kernel, with one program in it, as an uncompressed cpio archive.
 *
 * Source: the kernel's `driver-api/early-userspace/buffer-format.rst`.
 *
 * @module
 */

interface Member {
  readonly name: string;
  /** Type and permissions. */
  readonly mode: number;
  readonly data?: Uint8Array;
  /** Major and minor number of a device. */
  readonly device?: readonly [number, number];
}

/** @param program A static one, which becomes process 1. */
export function initrd(program: Uint8Array): Buffer {
  const members: readonly Member[] = [
    { name: 'dev', mode: 0o040755 },
    { name: 'dev/console', mode: 0o020600, device: [5, 1] },
    { name: 'init', mode: 0o100755, data: program },
    { name: 'TRAILER!!!', mode: 0 },
  ];
  return Buffer.concat(members.flatMap(encode));
}

function encode(
  { name, mode, data = new Uint8Array(), device = [0, 0] }: Member,
  ino: number,
): Buffer[] {
  const links = 1;
  const numbers = [ino + 1, mode, 0, 0, links, 0, data.length, 0, 0, ...device, name.length + 1, 0];
  const head = numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  return [padded(Buffer.from(`070701${head}${name}\0`, 'latin1')), padded(data)];
}

const ALIGNMENT = 4;

function padded(data: Uint8Array): Buffer {
  const rest = (ALIGNMENT - (data.length % ALIGNMENT)) % ALIGNMENT;
  return Buffer.concat([data, Buffer.alloc(rest)]);
}
