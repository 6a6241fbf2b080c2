import { expect, it } from 'vitest';
import { crc32Be } from '../../../../src/tree/ext4/crc32-be.ts';

it('crc32Be() gives the check value of CRC-32/MPEG-2', () => {
  expect(crc32Be(0xffffffff, Buffer.from('123456789'))).toBe(0x0376e6e7);
});
