import { expect, it } from 'vitest';
import { initrd } from '../../../src/doctor/bench/initrd.ts';

it('initrd() has a console and the program, each at a multiple of four bytes', () => {
  const archive = initrd(Buffer.from('program')).toString('latin1');
  const heads = [...archive.matchAll(/070701[0-9a-f]{104}/g)];
  expect(heads.map(({ index }) => index % 4)).toEqual([0, 0, 0, 0]);
  expect(heads.map(([head]) => Number.parseInt(head.slice(14, 22), 16).toString(8))).toEqual([
    '40755',
    '20600',
    '100755',
    '0',
  ]);
  expect(archive).toMatch(/init\0+program\0/);
  expect(archive).toMatch(/TRAILER!!!\0+$/);
});
