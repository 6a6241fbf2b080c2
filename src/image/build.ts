import { sealBase } from './base.ts';
import type { BuildContext } from './context.ts';
import { copyImage } from './copy.ts';
import { finish } from './finish.ts';
import { checkOutput, writeReadOnly } from './output.ts';
import type { BuildPlan } from './plan.ts';
import type { ImageRecord } from './record.ts';
import { type CachedStage, cachedStages, makeStage } from './stages.ts';

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
  await context.cache.prepare(context.now());
  const stages = cachedStages(plan, context);
  const total = stages.length + 2;
  const result = await lastResult(stages, total, context);
  return writeReadOnly(output, async (image) => {
    const base = await timed(context, total - 1, total, 'record the base manifest', async () => {
      await copyImage(context.host, result, image, context.signal);
      return sealBase(image, plan, context);
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
  { cache, reuse, now }: BuildContext,
): Promise<{ reached: number; result: string }> {
  for (let i = reuse ? stages.length : 0; i > 0; i -= 1) {
    const stage = stages[i - 1];
    const result = stage && (await cache.find(stage.name, stage.key));
    if (result === undefined) continue;
    const used = stages.slice(0, i);
    await Promise.all(used.map(({ name, key }) => cache.use(name, key, now())));
    return { reached: i, result };
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
