/**
 * Damages images at random and reads them: each must give a tree or one `TreeError`, soon.
 *
 * Usage: npx esbuild bench/fuzz.ts --bundle --platform=node --format=esm --outfile=/tmp/fuzz.mjs
 *        node /tmp/fuzz.mjs [MUTATIONS [SEED]]
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { imageTree } from '../src/tree/ext4/image.ts';
import {
  metadataOffsets,
  mutate,
  type Outcome,
  randomBelow,
  readDamaged,
} from '../test/kit/fuzz.ts';
import { fuzzImages } from '../test/kit/fuzz-images.ts';
import { imageLab } from '../test/kit/image-lab.ts';
import { memorySource } from '../test/kit/memory-source.ts';

const SLOW_MS = 2_000;

const mutations = Number(process.argv[2] ?? 10_000);
const firstSeed = Number(process.argv[3] ?? 1);
const lab = imageLab();
try {
  const images = fuzzImages(lab);
  const counts = new Map<Outcome | 'slow', number>();
  let slowest = 0;
  for (const [i, path] of images.entries()) {
    const image = readFileSync(path);
    const sound = imageTree(memorySource(Buffer.from(image), 'sound'));
    const used = metadataOffsets(image);
    for (let round = i; round < mutations; round += images.length) {
      const undo = mutate(image, used, randomBelow(firstSeed + round));
      const start = performance.now();
      const outcome = readDamaged(image, sound);
      const took = performance.now() - start;
      slowest = Math.max(slowest, took);
      if (took > SLOW_MS)
        process.stdout.write(`seed ${firstSeed + round}: ${took.toFixed(0)} ms\n`);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      undo();
    }
  }
  process.stdout.write(
    `${mutations} mutations of ${images.length} images: ${JSON.stringify(Object.fromEntries(counts))}, ` +
      `slowest ${slowest.toFixed(0)} ms, ` +
      `peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`,
  );
} finally {
  lab.end();
}
