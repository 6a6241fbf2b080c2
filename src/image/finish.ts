import { stat } from 'node:fs/promises';
import { writeAtomically } from '../host/atomic.ts';
import type { BuildContext } from './context.ts';
import { readImageFile } from './debugfs.ts';
import { digestOfFile } from './digest.ts';
import { parseDpkgStatus } from './packages.ts';
import type { BuildPlan } from './plan.ts';
import { FORMAT, type ImageRecord, recordPath, renderRecord } from './record.ts';
import { runTool } from './run-tool.ts';

/** Unit of stat(2)'s `st_blocks`. */
const BLOCK_BYTES = 512;

/**
 * Checks an image and writes its record, just before the image itself gets its name.
 *
 * @param base Digest of the base manifest inside.
 * @param image The image under its temporary name.
 * @param output The image's name to be.
 * @throws {ImageError} `IMAGE_BROKEN`
 */
export async function finish(
  plan: BuildPlan,
  base: string,
  image: string,
  output: string,
  context: BuildContext,
): Promise<ImageRecord> {
  const { host, tools, now, signal } = context;
  await runTool(host, [tools.e2fsck, '-fn', image], {
    goal: 'finish the image',
    code: 'IMAGE_BROKEN',
    ...(signal !== undefined && { signal }),
  });
  const { size, blocks } = await stat(image);
  const status = await readImageFile(host, tools.debugfs, image, '/var/lib/dpkg/status');
  const record: ImageRecord = {
    format: FORMAT,
    name: plan.recipe.name,
    suite: plan.suite,
    arch: plan.arch,
    created: new Date((plan.epoch ?? Math.floor(now())) * 1_000).toISOString(),
    digest: await digestOfFile(image, signal),
    base,
    recipe: plan.recipe.digest,
    size,
    allocated: blocks * BLOCK_BYTES,
    packages: parseDpkgStatus(status),
    kernels: [],
  };
  await writeAtomically(recordPath(output), (file) => file.writeFile(renderRecord(record)));
  return record;
}
