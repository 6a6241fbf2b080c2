import { describe, expect, it } from 'vitest';
import { toKernelAcl } from '../../../../src/tree/ext4/acl.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('toKernelAcl()', () => {
  it('gives every entry an id, and keeps those of named users and groups', () => {
    const disk = '01000000 01000600 02000400 e8030000 04000400 08000700 64000000 10000700 20000400';
    const kernel =
      '02000000 01000600ffffffff 02000400e8030000 04000400ffffffff 0800070064000000 ' +
      '10000700ffffffff 20000400ffffffff';
    expect(toKernelAcl(hex(disk))).toEqual(hex(kernel));
  });

  it.for([
    ['too short for a version', '0100'],
    ['another version', '02000000'],
    ['an unknown tag', '01000000 03000600'],
    ['half an entry', '01000000 0100'],
    ['a name without its id', '01000000 02000600'],
  ] as const)('refuses %s', ([, bytes]) => {
    expect(toKernelAcl(hex(bytes))).toBeUndefined();
  });
});
