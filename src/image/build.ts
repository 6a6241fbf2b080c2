import { stat } from 'node:fs/promises';
import { writeAtomically } from '../host/atomic.ts';
import { recordBase } from './base.ts';
import type { BuildContext } from './context.ts';
import { copyImage } from './copy.ts';
import { readImageFile } from './debugfs.ts';
import { digestOfFile } from './digest.ts';
import { checkOutput, writeReadOnly } from './output.ts';
import { parseDpkgStatus } from './packages.ts';
import type { BuildPlan } from './plan.ts';
import { FORMAT, type ImageRecord, recordPath, renderRecord } from './record.ts';
import { runTool } from './run-tool.ts';
import { type CachedStage, cachedStages, makeStage } from './stages.ts';
import { withWorkDirectory } from './work.ts';

const BLOCK_BYTES = 512;

/**
 * Applies a plan: makes what the cache does not hold, and puts image and record in place.
 *
 * @param output The image; replaced when it is there.
 * @returns the record, as it stands beside the image.
 * @throws {ImageError} Nothing is left behind then, but what the cache keeps.
 * @throws the signal's reason when it was aborted.
 */
export async function buildImage(
  plan: BuildPlan,
  output: string,
  context: BuildContext,
): Promise<ImageRecord> {
  await checkOutput(output);
  await context.cache.prepare();
  const stages = cachedStages(plan, context);
  const total = stages.length + 2;
  const result = await lastResult(stages, total, context);
  return writeReadOnly(output, async (image) => {
    const base = await timed(context, total - 1, total, 'record the base manifest', async () => {
      await copyImage(context.host, result, image, context.signal);
      return recordBaseIn(image, plan, context);
    });
    return timed(context, total, total, 'finish', () => finish(plan, base, image, output, context));
  });
}

/** Goes on from the last stage that is in the cache. */
async function lastResult(
  stages: readonly CachedStage[],
  total: number,
  context: BuildContext,
): Promise<string> {
  let { reached, result } = await findLast(stages, context);
  for (const [i, stage] of stages.entries()) {
    if (i < reached) {
      context.onProgress({ stage: i + 1, stages: total, label: stage.label, event: 'cached' });
      continue;
    }
    const below = result;
    result = await timed(context, i + 1, total, stage.label, () =>
      makeStage(stage, below, context),
    );
    reached = i + 1;
  }
  return result;
}

async function findLast(
  stages: readonly CachedStage[],
  { cache, reuse }: BuildContext,
): Promise<{ reached: number; result: string }> {
  for (let i = reuse ? stages.length : 0; i > 0; i -= 1) {
    const stage = stages[i - 1];
    const result = stage && (await cache.find(stage.name, stage.key));
    if (result !== undefined) return { reached: i, result };
  }
  return { reached: 0, result: '' };
}

async function timed<T>(
  { now, onProgress, signal }: BuildContext,
  stage: number,
  stages: number,
  label: string,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const begun = now();
  onProgress({ stage, stages, label, event: 'begins' });
  const result = await work();
  onProgress({ stage, stages, label, event: 'done', seconds: now() - begun });
  return result;
}

function recordBaseIn(image: string, { epoch }: BuildPlan, context: BuildContext): Promise<string> {
  const { host, cache, readBase, tools, signal } = context;
  return withWorkDirectory(cache.directory, (work) =>
    recordBase(host, image, readBase, {
      debugfs: tools.debugfs,
      work,
      epoch,
      ...(signal !== undefined && { signal }),
    }),
  );
}

/** Checks the image and writes its record, just before the image itself gets its name. */
async function finish(
  plan: BuildPlan,
  base: string,
  image: string,
  output: string,
  { host, tools, now, signal }: BuildContext,
): Promise<ImageRecord> {
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
