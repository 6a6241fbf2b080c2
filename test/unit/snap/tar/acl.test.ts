import { expect, it } from 'vitest';
import { aclText } from '../../../../src/snap/tar/acl.ts';

const KERNEL =
  '02000000 01000600ffffffff 02000700d2040000 04000400ffffffff 10000700ffffffff 20000400ffffffff';

it('aclText() writes the kernel’s form as tar programs have it', () => {
  const bytes = Buffer.from(KERNEL.replaceAll(' ', ''), 'hex');
  expect(aclText(bytes)).toBe('user::rw-,user:1234:rwx,group::r--,mask::rwx,other::r--');
});

it.each(['', '02000000', '03000000010006000000ffff', '0200000063000600ffffffff', '020000000100'])(
  'aclText() makes nothing of %j',
  (hex) => {
    expect(aclText(Buffer.from(hex, 'hex'))).toBeUndefined();
  },
);
