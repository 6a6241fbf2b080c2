import { mkdirSync } from 'node:fs';
import { recordBase } from '../../../src/snap/base.ts';
import type { Difference } from '../../../src/snap/change.ts';
import { type Exclusion, exclusion } from '../../../src/snap/exclude.ts';
import { changesBetween, changesSince } from '../../../src/snap/ways.ts';
import { liveTree } from '../../../src/tree/live.ts';
import { parseManifest } from '../../../src/tree/manifest.ts';
import type { Tree } from '../../../src/tree/tree.ts';
import { shell } from '../shell.ts';
import type { Case } from './case.ts';

export interface Found {
  readonly difference: Difference;
  /** The later tree. */
  readonly tree: Tree;
  readonly base: string;
}

/** A way of finding changes; each must pass every case. */
export interface Way {
  readonly name: string;
  /** Called once, before the first case; `end` after the last. */
  prepare?(cases: readonly Case[]): Promise<void>;
  /**
   * Makes a tree by one script and changes it by another.
   *
   * @param directory Where: `base` is to hold the tree as it was, `now` as it became.
   */
  find(directory: string, wanted: Case): Promise<Found>;
  end?(): void;
}

export const DIGEST: string = `sha256:${'0'.repeat(64)}`;

const live: Way = {
  name: 'live directory against a manifest',
  async find(directory, { before, after, exclude }) {
    const skip = prepare(directory, before, exclude);
    const now = `${directory}/now`;
    const { manifest } = await recordBase(liveTree(now), {
      name: 'b',
      time: Date.now() / 1_000,
      skip,
    });
    shell(now, after);
    const base = parseManifest(manifest, 'manifest');
    const tree = liveTree(now, { skip });
    return { difference: await changesSince(base, tree, { skip }), tree, base: base.digest };
  },
};

const treeAgainstTree: Way = {
  name: 'tree against tree',
  async find(directory, { before, after, exclude }) {
    const skip = prepare(directory, before, exclude);
    shell(`${directory}/now`, after);
    const tree = liveTree(`${directory}/now`, { skip });
    const difference = await changesBetween(liveTree(`${directory}/base`, { skip }), tree, {
      skip,
    });
    return { difference, tree, base: DIGEST };
  },
};

const copiedBase: Way = {
  name: 'copied tree against the manifest of the original',
  async find(directory, { before, after, exclude }) {
    const skip = prepare(directory, before, exclude);
    const recorded = liveTree(`${directory}/base`);
    const { manifest } = await recordBase(recorded, { name: 'b', time: 0, skip });
    shell(`${directory}/now`, after);
    const base = parseManifest(manifest, 'manifest');
    const tree = liveTree(`${directory}/now`, { skip });
    return { difference: await changesSince(base, tree, { skip }), tree, base: base.digest };
  },
};

export const LIVE_WAYS: readonly Way[] = [live, treeAgainstTree, copiedBase];

function prepare(directory: string, before = ':', exclude: readonly string[] = []): Exclusion {
  mkdirSync(`${directory}/now`);
  shell(`${directory}/now`, before);
  shell(directory, 'cp -a --sparse=always now base');
  return exclusion(exclude);
}
