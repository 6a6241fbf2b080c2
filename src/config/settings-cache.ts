import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seconds } from '../base/clock.ts';
import { VERSION } from '../base/version.ts';
import { writeAtomically } from '../host/atomic.ts';
import { type Origin, readSettings, type SectionSpec, type Setting } from './settings.ts';
import { foreign } from './settings-files.ts';
import { projectProblem } from './settings-paths.ts';

export interface SettingsCache {
  readonly directory: string;
  readonly uid: number;
}

/**
 * As {@link readSettings}, less the parsing and checking of a file that was found right before: those take about as long
 * as a guest takes to boot. What a project's paths lead to is looked at each time.
 */
export async function recallSettings(
  origin: Origin,
  spec: SectionSpec,
  cache: SettingsCache,
): Promise<readonly Setting[]> {
  const key = await keyOf(origin, spec);
  const file = join(cache.directory, `settings-${hash(origin.path)}.json`);
  const known = key === undefined ? undefined : await recall(file, key, cache.uid);
  if (known !== undefined && (!origin.isProject || mayStand(known, spec, origin))) return known;
  const settings = await readSettings(origin, spec);
  if (key !== undefined) await keep(cache.directory, file, { key, settings });
  return settings;
}

interface Kept {
  readonly key: string;
  readonly settings: readonly Setting[];
}

/** All that the settings follow from; undefined when the file cannot be read. */
async function keyOf(origin: Origin, spec: SectionSpec): Promise<string | undefined> {
  try {
    return hash(JSON.stringify([VERSION, origin, spec, await readFile(origin.path, 'utf8')]));
  } catch {
    return undefined;
  }
}

async function recall(
  file: string,
  key: string,
  uid: number,
): Promise<readonly Setting[] | undefined> {
  try {
    if (foreign(file, uid) !== undefined) return undefined;
    const kept: Kept = JSON.parse(await readFile(file, 'utf8'));
    return kept.key === key ? kept.settings : undefined;
  } catch {
    return undefined;
  }
}

function mayStand(
  settings: readonly Setting[],
  spec: SectionSpec,
  { path, home }: Origin,
): boolean {
  const place = { directory: join(path, '..'), home };
  return settings.every(({ command, name, value }) => {
    const section = command
      .split(' ')
      .reduce<SectionSpec | undefined>((found, part) => found?.sections[part], spec);
    const own = section?.settings.find((one) => one.name === name);
    const words = typeof value === 'boolean' ? [''] : value;
    return own !== undefined && words.every((word) => !projectProblem(own, word, place));
  });
}

/** Without a cache everything works, only slower. */
async function keep(directory: string, file: string, kept: Kept): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeAtomically(file, (handle) => handle.writeFile(JSON.stringify(kept)));
    await forgetOld(directory);
  } catch {
    // As where the home directory is read-only.
  }
}

const KEPT: Seconds = 14 * 86_400;
const RESULT = /^settings-[0-9a-f]{32}\.json$/;

async function forgetOld(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!RESULT.test(name)) continue;
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    if (mtimeMs < Date.now() - KEPT * 1_000) await rm(path, { force: true });
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
