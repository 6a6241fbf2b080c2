import { join } from 'node:path';
import type { Command } from 'commander';
import type { SectionSpec, Setting } from '../../config/settings.ts';
import { recallSettings } from '../../config/settings-cache.ts';
import { findSettings, type SettingsFile } from '../../config/settings-files.ts';
import { cacheDirectory } from '../cache-directory.ts';
import { configDirectory } from '../config-directory.ts';
import type { Deps } from '../deps.ts';
import { homeOf } from '../home.ts';
import { environmentSettings } from './environment.ts';
import { sectionSpec } from './spec.ts';

export interface Loaded {
  readonly files: readonly SettingsFile[];
  /** The weakest first. */
  readonly settings: readonly Setting[];
}

/**
 * What files and environment say of the commands that are loaded.
 *
 * @param names All commands that there are: sections of those that are not loaded stay unread.
 * @throws {ConfigError}
 */
export async function loadSettings(
  program: Command,
  names: readonly string[],
  env: Deps['env'],
): Promise<Loaded> {
  const files = settingsFiles(env);
  const spec = programSpec(program, names);
  const used = files.filter(({ isThere, distrust }) => isThere && distrust === undefined);
  const cache = { directory: cacheDirectory(env), uid: process.geteuid?.() ?? 0 };
  const settings: Setting[] = [];
  for (const { path, kind } of used) {
    const origin = { path, home: homeOf(env), isProject: kind === 'project' };
    settings.push(...(await recallSettings(origin, spec, cache)));
  }
  return { files, settings: [...settings, ...environmentSettings(env)] };
}

export function settingsFiles(env: Deps['env']): readonly SettingsFile[] {
  const { APPPOT_CONFIG: named } = env;
  return findSettings({
    system: '/etc/apppot/config.yaml',
    user: join(configDirectory(env), 'config.yaml'),
    home: homeOf(env),
    cwd: process.cwd(),
    uid: process.geteuid?.() ?? 0,
    ...(named !== undefined && { named }),
  });
}

export function programSpec(program: Command, names: readonly string[]): SectionSpec {
  const unread = names.map((name): [string, SectionSpec] => [name, UNREAD]);
  const read = program.commands.map((one): [string, SectionSpec] => [one.name(), sectionSpec(one)]);
  return { settings: [], sections: Object.fromEntries([...unread, ...read]) };
}

const UNREAD: SectionSpec = { settings: [], sections: {}, isOpen: true };
