import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Seconds } from '../base/clock.ts';
import {
  BASE_DIGEST,
  BASE_MANIFEST,
  type Base,
  type BaseOptions,
  recordBase,
  STATE_DIRECTORY,
} from '../snap/base.ts';
import { exclusion, parseExcludeList } from '../snap/exclude.ts';
import { openImage } from '../tree/ext4/image.ts';
import type { Tree } from '../tree/tree.ts';
import type { BuildContext } from './context.ts';
import { changeImage, readImageFile } from './debugfs.ts';
import type { BuildPlan } from './plan.ts';
import { clampRequests } from './timestamps.ts';
import { withWorkDirectory } from './work.ts';

const MANIFEST = basename(BASE_MANIFEST);
const DIGEST = basename(BASE_DIGEST);

/** The list of what is in no base and no changes bundle; guests read the same file. */
const EXCLUDE_LIST = '/etc/apppot/exclude';

/** Between the times of files and the time of the recording: what is as young may still change. */
const SETTLED: Seconds = 1;

/**
 * Writes the base manifest into the image that it describes; the directory that it goes to is in no
 * manifest. A build with an epoch gets its times clamped first.
 *
 * @returns the base's digest.
 */
export async function sealBase(
  image: string,
  { recipe, epoch }: BuildPlan,
  { host, cache, tools, now, signal }: BuildContext,
): Promise<string> {
  return withWorkDirectory(cache.directory, async (work) => {
    const change = (requests: readonly string[]): Promise<void> =>
      changeImage(host, image, requests, {
        debugfs: tools.debugfs,
        work,
        epoch,
        ...(signal !== undefined && { signal }),
      });
    if (epoch !== undefined) await change(await clampImage(image, epoch));
    const time = epoch === undefined ? now() : epoch + SETTLED;
    const excluded = await readImageFile(host, tools.debugfs, image, EXCLUDE_LIST);
    const { manifest, digest } = await baseOf(image, { name: recipe.name, time }, excluded);
    await writeFile(join(work, MANIFEST), manifest);
    await writeFile(join(work, DIGEST), `${digest}\n`);
    await change([`cd /${STATE_DIRECTORY}`, ...put(MANIFEST), ...put(DIGEST)]);
    return digest;
  });
}

function clampImage(image: string, epoch: number): Promise<readonly string[]> {
  return within(image, async (tree) => clampRequests(tree.entries(), epoch));
}

function baseOf(
  image: string,
  head: Pick<BaseOptions, 'name' | 'time'>,
  excluded: string,
): Promise<Base> {
  const skip = exclusion(parseExcludeList(excluded));
  return within(image, (tree) => recordBase(tree, { ...head, skip }));
}

async function within<T>(image: string, read: (tree: Tree) => Promise<T>): Promise<T> {
  const tree = openImage(image);
  try {
    return await read(tree);
  } finally {
    tree.close();
  }
}

function put(name: string): string[] {
  return [
    `write ${name} ${name}`,
    `sif ${name} mode 0100644`,
    `sif ${name} uid 0`,
    `sif ${name} gid 0`,
  ];
}
