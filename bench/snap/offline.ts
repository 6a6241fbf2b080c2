/** Writes the changes of an image that a COW file holds: IMAGE COW BUNDLE. */

import { writeBundle } from '../../src/snap/bundle.ts';
import { sameContents } from '../../src/snap/compare.ts';
import { DEFAULT_EXCLUDES } from '../../src/snap/default-exclude.ts';
import { differenceAmong } from '../../src/snap/diff.ts';
import { exclusion } from '../../src/snap/exclude.ts';
import { offlineChanges } from '../../src/tree/ext4/changed.ts';
import { openImage } from '../../src/tree/ext4/image.ts';

const [image = '', cow = '', bundle = ''] = process.argv.slice(2);
const before = openImage(image);
const after = openImage(image, { cow });
const found = offlineChanges(before, after);
if (found.unexplained.length > 0) throw new Error(`unexplained blocks: ${found.unexplained}`);
const difference = await differenceAmong(found.pairs, sameContents(before, after), {
  lookup: after.lookup,
  skip: exclusion(DEFAULT_EXCLUDES),
});
const head = { base: `sha256:${'0'.repeat(64)}`, name: 'bench', time: 0, tool: 'bench' };
const written = await writeBundle(bundle, after, difference, head);
process.stdout.write(`${JSON.stringify(written)}\n`);
