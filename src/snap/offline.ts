/**
 * Changes of a system that is not running: found in its image and COW file, from outside.
 *
 * @module
 */

import { NO_PACE, type Pace } from '../base/pace.ts';
import type { Bytes } from '../base/units.ts';
import { findingChanges, type OfflineChanges } from '../tree/ext4/changed.ts';
import { type ImageTree, openImage } from '../tree/ext4/image.ts';
import type { NamesIndex } from '../tree/ext4/names-index.ts';
import { type BytePath, type Segment, TreeError } from '../tree/tree.ts';
import type { Difference } from './change.ts';
import { sameContents } from './compare.ts';
import { differenceAmong } from './diff.ts';
import { SnapError } from './errors.ts';
import type { Exclusion } from './exclude.ts';

/** Which files make the two states of an image; at least one is given. */
export interface ImageFiles {
  /** The image; when missing, the one that the COW file names. */
  readonly image?: string;
  /** A UML COW file or qcow2 overlay of the image: the later state. */
  readonly cow?: string;
  /** The earlier state, when it is another image. */
  readonly against?: string;
  /** Number of the partition with the filesystem. Default: the only one that has one. */
  readonly partition?: number;
}

export interface ImageStates {
  /** The earlier one; undefined when one image is all that there is. */
  readonly before?: ImageTree;
  readonly after: ImageTree;
  close(): void;
}

/** @throws {TreeError} as {@link openImage} */
export function openStates({ image, cow, against, partition }: ImageFiles): ImageStates {
  const part = partition === undefined ? {} : { partition };
  const after = openImage(image ?? cow ?? '', {
    ...part,
    ...(image !== undefined && cow !== undefined && { cow }),
  });
  try {
    const earlier = against ?? (cow === undefined ? undefined : (image ?? below(after)));
    if (earlier === undefined) return { after, close: after.close };
    const before = openImage(earlier, part);
    const close = (): void => {
      after.close();
      before.close();
    };
    return { before, after, close };
  } catch (error) {
    after.close();
    throw error;
  }
}

/** Name of the file that an overlay lies over. */
function below({ name, filesystem }: ImageTree): string {
  const { overlay } = filesystem.image;
  if (overlay !== undefined) return overlay.base.name;
  throw new TreeError(`Cannot find the base image of "${name}": it is no overlay`, {
    kind: 'usage',
    code: 'TREE_UNREADABLE',
    hint: 'Name the COW file that was made of the base image.',
  });
}

export interface OfflineOptions {
  readonly skip?: Exclusion;
  /** Receives a sentence about what no file accounts for, which else is an error. */
  readonly onUnexplained?: (text: string) => void;
  readonly pace?: Pace;
  /** Of the earlier state. */
  readonly index?: NamesIndex | undefined;
}

/**
 * Finds what became of an image; everything that changed in it must be accounted for.
 *
 * @throws {SnapError} `CHANGES_UNEXPLAINED`
 * @throws {TreeError} `IMAGE_CORRUPT`, `IMAGE_UNSUPPORTED`
 */
export async function changesOffline(
  before: ImageTree,
  after: ImageTree,
  { skip, onUnexplained, pace = NO_PACE, index }: OfflineOptions = {},
): Promise<Difference> {
  const steps = findingChanges(before, after, index);
  const { pairs, passed, unexplained, outside } = await found(steps, pace);
  const strange = describe(unexplained, outside);
  if (strange !== undefined) {
    if (onUnexplained === undefined) throw notExplained(after.name, strange);
    onUnexplained(`no file accounts for ${strange} of "${after.name}", which changed`);
  }
  const lookup = (path: BytePath) => passed.get(path) ?? after.lookup(path);
  pace.begin({ doing: 'comparing' });
  return differenceAmong(pairs, sameContents(before, after), { skip, lookup, pace });
}

async function found(steps: Generator<Bytes, OfflineChanges>, pace: Pace): Promise<OfflineChanges> {
  pace.begin({ doing: 'comparing blocks' });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (pace.step(0, step.value)) await pace.rest();
  }
}

function notExplained(image: string, strange: string): SnapError {
  return new SnapError(
    `Cannot find all changes in "${image}": no file accounts for ${strange}, which changed`,
    {
      kind: 'conflict',
      code: 'CHANGES_UNEXPLAINED',
      hint: 'Let e2fsck -f look at it, or take what is found with --allow-unexplained.',
    },
  );
}

/** So many runs are named. */
const NAMED = 8;

function describe(unexplained: readonly number[], outside: readonly Segment[]): string | undefined {
  const parts = [
    ...named('block', runs(unexplained)),
    ...named(
      'byte',
      outside.map(({ offset, length }) => [offset, offset + length - 1]),
    ).map((bytes) => `${bytes} outside of the filesystem`),
  ];
  return parts.length === 0 ? undefined : parts.join(' and ');
}

type Run = readonly [first: number, last: number];

function runs(numbers: readonly number[]): readonly Run[] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found;
}

/** `blocks 3, 7-9 and 2 runs more`, as the only element. */
function named(unit: string, found: readonly Run[]): readonly string[] {
  if (found.length === 0) return [];
  const shown = found
    .slice(0, NAMED)
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const isOne = found.length === 1 && found[0]?.[0] === found[0]?.[1];
  const more = found.length > NAMED ? ` and ${found.length - NAMED} runs more` : '';
  return [`${unit}${isOne ? '' : 's'} ${shown.join(', ')}${more}`];
}
