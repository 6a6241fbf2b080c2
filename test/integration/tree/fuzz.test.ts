import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../../src/tree/block/open.ts';
import { imageTree } from '../../../src/tree/ext4/image.ts';
import { TreeError } from '../../../src/tree/tree.ts';
import { writeCow } from '../../kit/cow-file.ts';
import { gptDisk } from '../../kit/disk.ts';
import {
  metadataOffsets,
  mutate,
  type Outcome,
  randomBelow,
  readAll,
  readDamaged,
} from '../../kit/fuzz.ts';
import { fuzzImages } from '../../kit/fuzz-images.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { memorySource } from '../../kit/memory-source.ts';
import { writeQcow2 } from '../../kit/qcow2-file.ts';

const ROUNDS = 100;
const ANSWERS: readonly Outcome[] = ['read', 'IMAGE_CORRUPT', 'IMAGE_UNSUPPORTED'];

describe('a damaged image', () => {
  let lab: ImageLab;
  let images: string[];

  beforeAll(() => {
    lab = imageLab();
    images = fuzzImages(lab);
  });
  afterAll(() => lab.end());

  it('gives a tree or one error, whatever was damaged', () => {
    for (const [i, path] of images.entries()) {
      const image = readFileSync(path);
      const sound = imageTree(memorySource(Buffer.from(image), 'sound'));
      const offsets = metadataOffsets(image);
      const outcomes = new Set<Outcome>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const undo = mutate(image, offsets, randomBelow(i * ROUNDS + round));
        outcomes.add(readDamaged(image, sound));
        undo();
      }
      expect(ANSWERS).toEqual(expect.arrayContaining([...outcomes]));
      expect(outcomes).toContain('IMAGE_CORRUPT');
      expect(readDamaged(image, sound)).toBe('read');
    }
  });

  it('gives bytes or one error, where the layers around it were damaged', () => {
    const [base = '', next = ''] = images;
    const disk = lab.path('disk');
    writeFileSync(disk, gptDisk(10_000, [{ start: 100, content: readFileSync(base) }]));
    const layers = [
      writeCow(lab.path('cow'), base, next),
      writeQcow2(lab.path('plain'), base, next, { backing: 'ext4', clusterBits: 16 }),
      writeQcow2(lab.path('packed'), undefined, next, { isCompressed: true }),
      disk,
    ];
    for (const path of layers) {
      const file = readFileSync(path);
      for (let round = 0; round < ROUNDS; round += 1) {
        const undo = mutate(
          file,
          [0, 16, 64, 96, 448, 512, 576, 1_024, 4_096, 8_192],
          randomBelow(round),
        );
        writeFileSync(lab.path('damaged'), file);
        undo();
        expect(failureOf(lab.path('damaged'))).toBeOneOf([undefined, ...CODES]);
      }
    }
  });
});

const CODES = ['IMAGE_CORRUPT', 'IMAGE_UNSUPPORTED', 'COW_MISMATCH', 'TREE_UNREADABLE'];

function failureOf(path: string): string | undefined {
  try {
    const source = openSource(path);
    try {
      expect([...(source.overlay?.segments() ?? [])]).toBeDefined();
      readAll(imageTree(source));
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof TreeError) return error.code;
    throw error;
  }
  return undefined;
}
