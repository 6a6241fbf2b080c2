import type { Pace } from '../base/pace.ts';
import { recordBase } from '../snap/base.ts';
import type { Change, Difference } from '../snap/change.ts';
import { type ImageFiles, openStates } from '../snap/offline.ts';
import { changesBetween, changesSince } from '../snap/ways.ts';
import { showPath } from '../tree/byte-path.ts';
import { liveTree } from '../tree/live.ts';
import { openManifest } from '../tree/manifest.ts';
import type { Tree } from '../tree/tree.ts';
import { imageSource } from './snap-image-source.ts';
import { exclusionOf, manifestPath, type TreeFlags } from './snap-options.ts';
import { outsideOf } from './snap-outputs.ts';

export interface SourceFlags extends TreeFlags, ImageFiles {
  readonly allowUnexplained: boolean;
  /** Name of a running guest whose disk is read. */
  readonly live?: string;
}

export interface SourceOptions {
  readonly warn: (text: string) => void;
  readonly pace: Pace;
  /** Directory with indexes of base images. */
  readonly cache: string;
  /** The thread that helps to walk large directories. */
  readonly helper?: URL | undefined;
}

/** What changed, found the way that the flags ask for. */
export interface Source {
  readonly difference: Difference;
  /** The later tree. */
  readonly tree: Tree;
  /** What the changes are bound to. */
  readonly base: string;
  readonly name: string;
  /** To be called when nothing is read from the tree any more. */
  close(): void;
}

/**
 * @param outputs Our own files, which are no part of a directory's tree.
 * @throws {SnapError} @throws {TreeError}
 */
export async function findChanges(
  flags: SourceFlags,
  outputs: readonly string[],
  options: SourceOptions,
): Promise<Source> {
  const { image, cow } = flags;
  if (image === undefined && cow === undefined) return directorySource(flags, outputs, options);
  const states = openStates(flags);
  try {
    return { ...(await imageSource(states, flags, options)), close: states.close };
  } catch (error) {
    states.close();
    throw error;
  }
}

async function directorySource(
  flags: SourceFlags,
  outputs: readonly string[],
  options: SourceOptions,
): Promise<Source> {
  const { warn, pace, helper } = options;
  const { root, against } = flags;
  const manifest = manifestPath(flags);
  const skip = outsideOf(root, [...outputs, manifest], exclusionOf(flags));
  const tree = liveTree(root, { skip, warn, helper });
  if (against !== undefined) {
    const before = liveTree(against, { skip, warn, helper });
    const time = Date.now() / 1_000;
    const { digest } = await recordBase(before, { name: against, time, skip, pace });
    const difference = await changesBetween(before, tree, { skip, pace });
    return { difference, tree, base: digest, name: against, close: tree.close };
  }
  const base = openManifest(manifest);
  const difference = await changesSince(base, tree, { skip, ...options });
  return { difference, tree, base: base.digest, name: base.name, close: tree.close };
}

const MARKS = { add: 'A', modify: 'M', delete: 'D' } as const;

/** `A /path`, as `git status` has it. */
export function renderChange({ kind, path }: Change): string {
  return `${MARKS[kind]} /${showPath(path)}`;
}
