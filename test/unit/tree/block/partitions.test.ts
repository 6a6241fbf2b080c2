import { describe, expect, it } from 'vitest';
import { readPartitions } from '../../../../src/tree/block/partitions.ts';
import { gptDisk, msdosDisk } from '../../../kit/disk.ts';
import { memorySource } from '../../../kit/memory-source.ts';

const part = (start: number, sectors: number, sector = 512) => ({
  start,
  content: new Uint8Array(sectors * sector),
});

describe('readPartitions()', () => {
  it('finds none where there is no table', () => {
    expect(readPartitions(memorySource(Buffer.alloc(4_096)))).toEqual([]);
    expect(readPartitions(memorySource(Buffer.alloc(100)))).toEqual([]);
  });

  it('counts primary partitions from 1 and logical ones from 5', () => {
    const disk = msdosDisk(100, [part(2, 8), part(10, 4)], [part(21, 9), part(41, 3)]);
    expect(readPartitions(memorySource(disk))).toEqual([
      { number: 1, offset: 1_024, size: 4_096 },
      { number: 2, offset: 5_120, size: 2_048 },
      { number: 5, offset: 10_752, size: 4_608 },
      { number: 6, offset: 20_992, size: 1_536 },
    ]);
  });

  it('does not follow a chain of logical partitions for ever', () => {
    const disk = msdosDisk(100, [], [part(21, 9), part(41, 3)]);
    disk[40 * 512 + 446 + 16 + 4] = 0x05;
    disk.writeUInt32LE(20, 40 * 512 + 446 + 16 + 8);
    expect(() => readPartitions(memorySource(disk))).toThrow('more than 128 logical partitions');
  });

  it.for([512, 4_096])('reads a GUID table with sectors of %s bytes', (sector) => {
    const disk = gptDisk(100, [part(40, 8, sector), undefined, part(50, 2, sector)], sector);
    expect(readPartitions(memorySource(disk))).toEqual([
      { number: 1, offset: 40 * sector, size: 8 * sector },
      { number: 3, offset: 50 * sector, size: 2 * sector },
    ]);
  });

  it('refuses a GUID table that is damaged or missing', () => {
    const damaged = gptDisk(100, [part(40, 8)]);
    damaged[1_024 + 33] = 1;
    const missing = gptDisk(100, [part(40, 8)]);
    missing.fill(0, 512, 1_024);
    expect(() => readPartitions(memorySource(damaged))).toThrow('checksum');
    expect(() => readPartitions(memorySource(missing))).toThrow('no GUID partition table');
  });
});
