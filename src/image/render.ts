import { formatSize } from '../base/units.ts';
import type { StageCache } from './cache.ts';
import type { GuestEntry } from './entry.ts';
import type { BuildPlan } from './plan.ts';
import type { ImageRecord } from './record.ts';

const SHORT = 12;

/** A plan as its reader sees it, and as `--dry-run --json` prints it. */
export interface PlanView {
  readonly recipe: string;
  readonly stages: readonly StageView[];
}

interface StageView {
  readonly name: string;
  readonly key: string;
  readonly cached: boolean;
  readonly does: readonly string[];
}

export async function viewPlan(plan: BuildPlan, cache: StageCache): Promise<PlanView> {
  const { bootstrap, assemble, runs } = plan;
  const isCached = async (name: 'bootstrap' | 'assemble' | 'run', key: string): Promise<boolean> =>
    (await cache.find(name, key)) !== undefined;
  return {
    recipe: plan.recipe.name,
    stages: [
      {
        name: 'bootstrap',
        key: bootstrap.key,
        cached: await isCached('bootstrap', bootstrap.key),
        does: [
          `suite ${bootstrap.suite} for ${bootstrap.arch}, components ${bootstrap.components.join(' ')}`,
          `from ${bootstrap.mirrors.length > 0 ? bootstrap.mirrors.join(', ') : "mmdebstrap's own archives"}`,
          `packages ${bootstrap.packages.join(' ')}`,
        ],
      },
      {
        name: 'assemble',
        key: assemble.key,
        cached: await isCached('assemble', assemble.key),
        does: [
          `size ${assemble.size === 'auto' ? 'auto' : formatSize(assemble.size)}`,
          ...assemble.entries.map(renderEntry),
        ],
      },
      ...(await Promise.all(
        runs.map(async ({ key, script }) => ({
          name: 'run',
          key,
          cached: await isCached('run', key),
          does: script.trimEnd().split('\n'),
        })),
      )),
    ],
  };
}

export function renderPlan({ recipe, stages }: PlanView): string {
  const blocks = stages.map(({ name, key, cached, does }) => {
    const head = `${name} ${key.slice(0, SHORT)}${cached ? ' (cached)' : ''}`;
    return [head, ...does.map((line) => `  ${line}`)].join('\n');
  });
  return [`recipe ${recipe}`, ...blocks, 'record the base manifest', 'finish'].join('\n');
}

/** A record for people. */
export function renderImage(path: string, record: ImageRecord): string {
  const { name, suite, arch, created, size, allocated, packages } = record;
  return [
    `image     ${path}`,
    `recipe    ${name} (${record.recipe.slice(0, SHORT)})`,
    `system    ${suite} ${arch}, ${packages.length} packages`,
    `size      ${formatSize(size)}, ${formatSize(allocated)} on the disk`,
    `created   ${created}`,
    `digest    ${record.digest}`,
    `base      ${record.base}`,
    `kernels   ${record.kernels.length > 0 ? record.kernels.join(', ') : 'none tested'}`,
  ].join('\n');
}

function renderEntry(entry: GuestEntry): string {
  if (entry.type === 'symlink') return `link ${entry.path} -> ${entry.target}`;
  const mode = entry.mode.toString(8).padStart(4, '0');
  return `${entry.type} ${entry.path} ${mode} ${entry.uid}:${entry.gid}`;
}
