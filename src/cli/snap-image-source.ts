import { findIndex } from '../snap/base-index.ts';
import { exclusion } from '../snap/exclude.ts';
import { changesOffline, type ImageStates } from '../snap/offline.ts';
import { excludesOf, imageBase, recordedManifest } from '../snap/recorded.ts';
import { changesSince } from '../snap/ways.ts';
import type { ImageTree } from '../tree/ext4/image.ts';
import { openManifest } from '../tree/manifest.ts';
import { excludesFrom } from './snap-options.ts';
import type { Source, SourceFlags, SourceOptions } from './snap-source.ts';

type Found = Omit<Source, 'close'>;

/** Changes from one state of an image to another, or since its base was recorded inside it. */
export async function imageSource(
  { before, after }: ImageStates,
  flags: SourceFlags,
  options: SourceOptions,
): Promise<Found> {
  const { warn, pace, cache } = options;
  const skip = exclusion(excludesFrom(flags, excludesOf(after)));
  if (before === undefined) return sinceRecorded(after, flags, skip, options);
  const { digest, name, isRecorded } = imageBase(before);
  if (!isRecorded) warn(`"${before.name}" holds no recorded base: guests will refuse the bundle`);
  const difference = await changesOffline(before, after, {
    ...{ skip, pace, index: findIndex(cache, before) },
    ...(flags.allowUnexplained && { onUnexplained: warn }),
  });
  return { difference, tree: after, base: digest, name };
}

async function sinceRecorded(
  tree: ImageTree,
  { base: file }: SourceFlags,
  skip: (path: string) => boolean,
  options: SourceOptions,
): Promise<Found> {
  const base = file === undefined ? recordedManifest(tree) : openManifest(file);
  const difference = await changesSince(base, tree, { skip, ...options });
  return { difference, tree, base: base.digest, name: base.name };
}
