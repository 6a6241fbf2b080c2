import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadRecipe } from '../config/recipe-loader.ts';
import { bootStep, checkSteps } from '../image/boot-step.ts';
import { buildImage } from '../image/build.ts';
import { type StageCache, stageCache } from '../image/cache.ts';
import type { BuildContext } from '../image/context.ts';
import { loadKit } from '../image/kit.ts';
import { hostMirrors } from '../image/mirrors.ts';
import { type BuildPlan, planBuild } from '../image/plan.ts';
import { renderProgress } from '../image/progress.ts';
import { renderImage, renderPlan, viewPlan } from '../image/render.ts';
import { findTools } from '../image/tools.ts';
import type { Surroundings } from '../launch/plan.ts';
import { cacheDirectory } from './cache-directory.ts';
import { callerOf } from './caller.ts';
import type { Deps } from './deps.ts';
import { interruptible } from './interrupt.ts';
import { PACKAGE_ROOT } from './package.ts';

interface Options {
  readonly output: string;
  readonly cache: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** @throws {ConfigError} @throws {ImageError} */
export async function imageBuild(recipe: string, options: Options, deps: Deps): Promise<void> {
  const plan = await readPlan(recipe, deps);
  const cache = stageCache(cacheDirectory(deps.env));
  const output = deps.output(options.json);
  if (options.dryRun === true) {
    const view = await viewPlan(plan, cache);
    output.result(view, renderPlan(view));
    return;
  }
  await interruptible(deps, async (signal) => {
    const around = surroundings(deps.env);
    if (plan.runs.length > 0) await checkSteps(around);
    const context = buildContext(options, cache, around, deps, signal);
    const record = await buildImage(plan, resolve(options.output), context);
    if (options.quiet === true && options.json !== true) return;
    output.result({ path: options.output, ...record }, renderImage(options.output, record));
  });
}

async function readPlan(wanted: string, { host, env }: Deps): Promise<BuildPlan> {
  const recipe = await loadRecipe(wanted, join(PACKAGE_ROOT, 'image/recipes'));
  const needsMirrors = recipe.mirrors.length === 0;
  return planBuild(recipe, {
    kit: await loadKit(PACKAGE_ROOT, recipe),
    mirrors: needsMirrors ? await hostMirrors(host, recipe.suite, recipe.components) : [],
    arch: debianArch(process.arch),
    epoch: parseEpoch(env.SOURCE_DATE_EPOCH),
  });
}

function surroundings({ PATH: path = '' }: Deps['env']): Surroundings {
  return { path, temporary: tmpdir(), caller: callerOf(process) };
}

function buildContext(
  options: Options,
  cache: StageCache,
  around: Surroundings,
  { host, output }: Deps,
  signal: AbortSignal,
): BuildContext {
  const isRoot = around.caller.uid === 0;
  const { note } = output();
  return {
    host,
    tools: findTools(around.path, isRoot),
    isRoot,
    cache,
    reuse: options.cache,
    temporary: around.temporary,
    runInGuest: bootStep(around),
    now: () => Date.now() / 1_000,
    onProgress: options.quiet === true ? () => undefined : (told) => note(renderProgress(told)),
    signal,
  };
}

function debianArch(arch: string): string {
  const names: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'i386' };
  return names[arch] ?? arch;
}

/** Seconds (reproducible-builds.org, SOURCE_DATE_EPOCH); anything but a number counts as not set. */
function parseEpoch(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
