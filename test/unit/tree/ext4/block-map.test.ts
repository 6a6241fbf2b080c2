import { describe, expect, it } from 'vitest';
import { blockMap, extentIndex } from '../../../../src/tree/ext4/block-map.ts';
import { volume } from '../../../../src/tree/ext4/volume.ts';
import { memorySource } from '../../../kit/memory-source.ts';

const BLOCK = 1_024;
const BLOCKS = 64;
const EXTENTS_FLAG = 0x80000;

/** An image with nothing but a superblock and one group, and the blocks given. */
function volumeWith(blocks: Readonly<Record<number, Buffer>>) {
  const image = Buffer.alloc(BLOCKS * BLOCK);
  const superblock = image.subarray(BLOCK, 2 * BLOCK);
  for (const [at, value] of [
    [0x00, 16],
    [0x04, BLOCKS],
    [0x14, 1],
    [0x20, 8 * BLOCK],
    [0x28, 16],
  ] as const) {
    superblock.writeUInt32LE(value, at);
  }
  superblock.writeUInt16LE(0xef53, 0x38);
  for (const [i, block] of [3, 4, 5].entries()) image.writeUInt32LE(block, 2 * BLOCK + 4 * i);
  for (const [block, bytes] of Object.entries(blocks)) bytes.copy(image, Number(block) * BLOCK);
  return volume(memorySource(image, 'image'));
}

type ExtentRecord = readonly [logical: number, length: number, block: number];

/** A node of an extent tree; the length does not matter where depth is not 0. */
function node(depth: number, records: readonly ExtentRecord[], size = BLOCK): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt16LE(0xf30a, 0);
  bytes.writeUInt16LE(records.length, 2);
  bytes.writeUInt16LE(Math.floor((size - 12) / 12), 4);
  bytes.writeUInt16LE(depth, 6);
  records.forEach(([logical, length, block], i) => {
    const at = 12 + i * 12;
    bytes.writeUInt32LE(logical, at);
    bytes.writeUInt32LE(block, at + (depth === 0 ? 8 : 4));
    if (depth === 0) bytes.writeUInt16LE(length, at + 4);
  });
  return bytes;
}

function inode(map: Buffer, flags: number, length = 0) {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt16LE(0x81a4, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.writeUInt32LE(flags, 0x20);
  map.copy(bytes, 0x28, 0, 60);
  return { ino: 12, bytes, at: 0, size: 128 };
}

const tree = (root: Buffer, blocks = {}) => blockMap(volumeWith(blocks), inode(root, EXTENTS_FLAG));

describe('blockMap() of a tree of extents', () => {
  it('gives them in order, and the blocks of the tree itself', () => {
    const root = node(
      1,
      [
        [0, 0, 10],
        [9, 0, 11],
      ],
      60,
    );
    const blocks = {
      10: node(0, [
        [0, 4, 20],
        [6, 32_770, 30],
      ]),
      11: node(0, [[9, 1, 40]]),
    };
    expect(tree(root, blocks)).toEqual({
      extents: [
        { logical: 0, length: 4, physical: 20, isUnwritten: false },
        { logical: 6, length: 2, physical: 30, isUnwritten: true },
        { logical: 9, length: 1, physical: 40, isUnwritten: false },
      ],
      ownBlocks: [10, 11],
    });
  });

  const loop = node(1, [[0, 0, 10]], 60);
  it.each([
    ['no magic number', Buffer.alloc(60), {}, 'a node has no magic number'],
    ['too deep', node(6, [], 60), {}, 'depth 6'],
    ['a loop', loop, { 10: node(1, [[0, 0, 10]]) }, 'depth 1'],
    [
      'a node twice',
      node(
        1,
        [
          [0, 0, 10],
          [1, 0, 10],
        ],
        60,
      ),
      { 10: node(0, []) },
      'there twice',
    ],
    ['more records than fit', Buffer.from(node(0, [], 2_000)), {}, '0 of 165 records in 60 bytes'],
    [
      'an overlap',
      node(
        0,
        [
          [0, 3, 20],
          [2, 1, 30],
        ],
        60,
      ),
      {},
      'block 2 is out of order',
    ],
    ['an empty extent', node(0, [[0, 0, 20]], 60), {}, '0 blocks at 20 of 64'],
    ['a block beyond the end', node(0, [[0, 2, 63]], 60), {}, '2 blocks at 63 of 64'],
    ['a node beyond the end', node(1, [[0, 0, 64]], 60), {}, 'block 64 of 64 is asked for'],
    [
      'the same blocks again',
      node(
        0,
        [
          [0, 40, 20],
          [40, 40, 20],
        ],
        60,
      ),
      {},
      'more than the 64',
    ],
  ])('refuses %s', (_, root, blocks, message) => {
    expect(() => tree(root, blocks)).toThrow(message);
  });
});

describe('blockMap() of ext2', () => {
  const pointers = (...numbers: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(BLOCK);
    numbers.forEach((number, i) => {
      bytes.writeUInt32LE(number, i * 4);
    });
    return bytes;
  };
  const direct = (...last: readonly number[]) => pointers(...Array(12).fill(0), ...last);
  const map = (root: Buffer, blocks: Readonly<Record<number, Buffer>>, length: number) =>
    blockMap(volumeWith(blocks), inode(root, 0, length));

  it('joins blocks that follow each other, through all levels', () => {
    const root = pointers(20, 21, 0, 23, 0, 0, 0, 0, 0, 0, 0, 0, 10, 11);
    const blocks = { 10: pointers(30, 31), 11: pointers(0, 12), 12: pointers(40) };
    expect(map(root, blocks, 2 ** 20)).toEqual({
      extents: [
        { logical: 0, length: 2, physical: 20, isUnwritten: false },
        { logical: 3, length: 1, physical: 23, isUnwritten: false },
        { logical: 12, length: 2, physical: 30, isUnwritten: false },
        { logical: 12 + 256 + 256, length: 1, physical: 40, isUnwritten: false },
      ],
      ownBlocks: [10, 11, 12],
    });
  });

  it('leaves unread what lies after the end of the file', () => {
    expect(map(direct(10), { 10: pointers(30, 31, 32) }, 13 * BLOCK).extents).toEqual([
      { logical: 12, length: 1, physical: 30, isUnwritten: false },
    ]);
  });

  it.each([
    ['a loop', direct(0, 10), { 10: pointers(10) }, 'block 10 is there twice'],
    ['a block beyond the end', pointers(64), {}, 'block 64 of 64'],
    ['blocks again and again', direct(10), { 10: pointers(...Array(256).fill(30)) }, 'more than'],
  ])('refuses %s', (_, root, blocks, message) => {
    expect(() => map(root, blocks, 2 ** 30)).toThrow(message);
  });
});

it('extentIndex() finds the first extent that ends after a block', () => {
  const extents = [
    { logical: 2, length: 3, physical: 9, isUnwritten: false },
    { logical: 8, length: 1, physical: 9, isUnwritten: false },
  ];
  const found = Array.from({ length: 10 }, (_, block) => extentIndex(extents, block));
  expect(found).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 2]);
});
