import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seconds } from '../base/clock.ts';
import { openImage } from '../tree/ext4/image.ts';
import type { BuildContext } from './context.ts';
import { changeImage } from './debugfs.ts';
import type { BuildPlan } from './plan.ts';
import { clampRequests } from './timestamps.ts';
import { withWorkDirectory } from './work.ts';

/** A manifest of all that an image holds, as it is stored, and the digest that names it. */
export interface BaseManifest {
  readonly bytes: Uint8Array;
  /** SHA-256 in lower-case hex. */
  readonly digest: string;
}

/**
 * Lists what an image file holds, without mounting it.
 *
 * @param name What the base is called.
 * @param time When it is recorded: seconds since 1970.
 */
export type ReadBase = (image: string, name: string, time: number) => Promise<BaseManifest>;

const DIRECTORY = '/var/lib/apppot';

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
  { host, cache, readBase, tools, now, signal }: BuildContext,
): Promise<string> {
  return withWorkDirectory(cache.directory, async (work) => {
    const change = (requests: readonly string[]): Promise<void> =>
      changeImage(host, image, requests, {
        debugfs: tools.debugfs,
        work,
        epoch,
        ...(signal !== undefined && { signal }),
      });
    if (epoch !== undefined) await change(clampImage(image, epoch));
    const time = epoch === undefined ? now() : epoch + SETTLED;
    const { bytes, digest } = await readBase(image, recipe.name, time);
    await writeFile(join(work, 'base.manifest'), bytes);
    await writeFile(join(work, 'base.digest'), `${digest}\n`);
    await change([`cd ${DIRECTORY}`, ...put('base.manifest'), ...put('base.digest')]);
    return digest;
  });
}

function clampImage(image: string, epoch: number): readonly string[] {
  const tree = openImage(image);
  try {
    return clampRequests(tree.entries(), epoch);
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
