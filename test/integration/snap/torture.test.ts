import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle } from '../../../src/snap/bundle.ts';
import type { Difference } from '../../../src/snap/change.ts';
import { mergeBundle } from '../../../src/snap/merge.ts';
import { showPath } from '../../../src/tree/byte-path.ts';
import { fullListing } from '../../kit/full-listing.ts';
import { shell } from '../../kit/shell.ts';
import { tempDirectory } from '../../kit/temp.ts';
import { ATTRIBUTES } from '../../kit/torture/attributes.ts';
import type { Case } from '../../kit/torture/case.ts';
import { CONTENTS } from '../../kit/torture/contents.ts';
import { guestThroughCow, imageAgainstImage } from '../../kit/torture/image-ways.ts';
import { LINKS } from '../../kit/torture/links.ts';
import { NAMES } from '../../kit/torture/names.ts';
import { type Found, LIVE_WAYS } from '../../kit/torture/ways.ts';
import { WHOLE } from '../../kit/torture/whole.ts';

const CASES = [...CONTENTS, ...ATTRIBUTES, ...LINKS, ...NAMES, ...WHOLE];
const GUEST_MERGE = new URL('../../../image/guest/apppot-merge', import.meta.url).pathname;

const WAYS = [...LIVE_WAYS, imageAgainstImage, guestThroughCow];

describe.each(WAYS)('$name', (way) => {
  beforeAll(() => way.prepare?.(CASES), 1_100_000);
  afterAll(() => way.end?.());

  it.each(CASES)('$title', { timeout: 300_000 }, async (wanted: Case) => {
    const { changes, exclude = [] } = wanted;
    const directory = tempDirectory();
    const found = await way.find(directory, wanted);
    if (changes !== undefined) expect(render(found.difference, changes)).toEqual(changes);
    await keepAndMerge(directory, found, exclude);
  });
});

/** Directories count where they are expected: being written to changes their mtime. */
function render({ changes }: Difference, expected: readonly string[]): string[] {
  const marks = { add: 'A', modify: 'M', delete: 'D' } as const;
  return changes
    .map((change) => ({ change, text: `${marks[change.kind]} ${showPath(change.path)}` }))
    .filter(({ change, text }) => !isMereDirectory(change) || expected.includes(text))
    .map(({ text }) => text);
}

function isMereDirectory(change: Difference['changes'][number]): boolean {
  return change.kind === 'modify' && change.after.type === 'directory';
}

/** The bundle, merged onto copies of the base by host and guest, gives the changed tree. */
async function keepAndMerge(
  directory: string,
  { difference, tree, base }: Found,
  exclude: readonly string[],
) {
  const bundle = `${directory}/changes.tar.gz`;
  await writeBundle(bundle, tree, difference, { base, name: 'b', time: 1, tool: 't' });
  shell(directory, 'cp -a --sparse=always base guest');
  mkdirSync(`${directory}/guest/var/lib/apppot`, { recursive: true });
  writeFileSync(`${directory}/guest/var/lib/apppot/base.digest`, `${base}\n`);
  shell(directory, 'touch -r base guest');
  await mergeBundle(bundle, `${directory}/base`);
  shell(directory, `${GUEST_MERGE} changes.tar.gz guest; rm -r guest/var; touch -r now guest`);
  const wanted = listing(`${directory}/now`, exclude);
  expect(listing(`${directory}/base`, exclude)).toEqual(wanted);
  expect(listing(`${directory}/guest`, exclude)).toEqual(wanted);
}

function listing(root: string, exclude: readonly string[]): Readonly<Record<string, string>> {
  if (exclude.length > 0) shell(root, 'rm -rf tmp/* src/*.o cache; touch -d @1 tmp src .');
  return fullListing(root);
}
