import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { crossCheck } from './cross-check.ts';
import { resolvePaths } from './paths.ts';
import { type OrchestratorConfig, orchestratorSchema, toConfig } from './schema.ts';

/** What is right of a file with mistakes. */
export interface Usable {
  /** Sections that are wrong have a stand-in, wrong pools are left out. */
  readonly config: OrchestratorConfig;
  /** Sections that have one. */
  readonly standIns: ReadonlySet<string>;
}

/** Nothing is to be done with these. */
const STAND_INS: Readonly<Record<string, unknown>> = {
  batch: { kind: 'random', slots: 1 },
  seats: { hosts: 'x1', from: '192.0.2.1', network: '192.0.2.0/24' },
  policies: ['bin-pack'],
  pools: [{ name: 'x', provider: { kind: 'dummy' }, memory: 1, 'max-nodes': 1 }],
};

/** More mistakes than this are not looked behind. */
const ROUNDS = 5;

/** @returns undefined when nothing of it can be used: no YAML, or a program. */
export async function usableParts(path: string): Promise<Usable | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  let said = attempt(() => parse(text) as unknown);
  const standIns = new Set<string>();
  for (let round = 0; round < ROUNDS && isRow(said); round += 1) {
    const checked = orchestratorSchema.safeParse(said);
    const paths = [...(checked.error?.issues ?? []), ...crossCheck(said)].flatMap(pathsOf);
    if (checked.success && paths.length === 0) {
      return { config: resolvePaths(toConfig(checked.data), dirname(resolve(path))), standIns };
    }
    said = without(said, paths, standIns);
  }
  return undefined;
}

type Path = readonly PropertyKey[];

/** Of keys that nobody knows, those themselves. */
function pathsOf(issue: {
  readonly path: Path;
  readonly keys?: readonly string[];
}): readonly Path[] {
  return issue.keys === undefined ? [issue.path] : issue.keys.map((key) => [...issue.path, key]);
}

function without(said: Row, paths: readonly Path[], standIns: Set<string>): Row {
  const kept: Row = { ...said };
  const wrong = new Set(paths.filter(([first]) => first === 'pools').map(([, index]) => index));
  if (Array.isArray(kept.pools)) kept.pools = kept.pools.filter((_, index) => !wrong.has(index));
  const isEmpty = !Array.isArray(kept.pools) || kept.pools.length === 0;
  const sections = paths.map(([first]) => String(first)).filter((name) => name !== 'pools');
  for (const name of [...sections, ...(isEmpty ? ['pools'] : [])]) {
    standIns.add(name);
    if (name in STAND_INS) kept[name] = STAND_INS[name];
    else delete kept[name];
  }
  return kept;
}

type Row = Record<string, unknown>;

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
