import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assemble } from './assemble.ts';
import { bootstrap } from './bootstrap.ts';
import type { StageName } from './cache.ts';
import type { BuildContext } from './context.ts';
import { copyImage } from './copy.ts';
import type { BuildPlan, RunStage } from './plan.ts';
import { runStep } from './run-step.ts';
import { withWorkDirectory } from './work.ts';

/** Root of a user namespace is another user, who has to get to a directory inside. */
const PASSABLE = 0o711;

/** A stage whose result the cache keeps. */
export interface CachedStage {
  readonly name: StageName;
  readonly label: string;
  readonly key: string;
  /**
   * @param below The result of the stage before; empty for the first.
   * @param work Empty directory, removed afterwards.
   * @param target The result: a file that does not exist yet.
   */
  make(below: string, work: string, target: string): Promise<void>;
}

/** The stages of a plan, ready to be made one after the other. */
export function cachedStages(plan: BuildPlan, context: BuildContext): readonly CachedStage[] {
  return [
    bootstrapStage(plan, context),
    assembleStage(plan, context),
    ...plan.runs.map((stage, i) => runStage(stage, i + 1, context)),
  ];
}

function bootstrapStage(
  { bootstrap: stage, epoch }: BuildPlan,
  context: BuildContext,
): CachedStage {
  return {
    name: 'bootstrap',
    label: `bootstrap ${stage.suite}, ${stage.packages.length} packages asked for`,
    key: stage.key,
    make: (_below, _work, target) =>
      withWorkDirectory(context.temporary, async (temporary) => {
        await chmod(temporary, PASSABLE);
        await bootstrap(context.host, stage, target, { ...context, temporary, epoch });
      }),
  };
}

function assembleStage({ assemble: stage, epoch }: BuildPlan, context: BuildContext): CachedStage {
  return {
    name: 'assemble',
    label: 'assemble the filesystem',
    key: stage.key,
    make: (tar, work, target) =>
      assemble(context.host, stage, tar, target, { ...context, work, epoch }),
  };
}

function runStage(stage: RunStage, number: number, context: BuildContext): CachedStage {
  const { host, runInGuest, signal } = context;
  return {
    name: 'run',
    label: `run step ${number}`,
    key: stage.key,
    async make(image, _work, target) {
      await copyImage(host, image, target, signal);
      await runStep(runInGuest, target, { ...stage, number }, signal);
    },
  };
}

/**
 * Makes a stage's result, or takes it from the cache.
 *
 * @returns the path of the result; nobody may write to it.
 */
export async function makeStage(
  stage: CachedStage,
  below: string,
  { cache }: BuildContext,
): Promise<string> {
  return withWorkDirectory(cache.directory, async (directory) => {
    const work = join(directory, 'work');
    const target = join(directory, 'result');
    await mkdir(work);
    await stage.make(below, work, target);
    return cache.keep(stage.name, stage.key, target);
  });
}
