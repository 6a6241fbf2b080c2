import type { Command } from 'commander';
import type { Setting } from '../../config/settings.ts';
import type { SettingsFile } from '../../config/settings-files.ts';
import type { Deps } from '../deps.ts';
import { pathOf } from '../help.ts';
import { applySettings } from './apply.ts';
import { loadSettings } from './load.ts';

/** Commands that nothing is set for. */
const WITHOUT: ReadonlySet<string> = new Set(['completion', 'config', 'init']);

/**
 * Lets settings files and environment fill in what the command line left out.
 *
 * @param command The one that is about to run.
 * @throws {ConfigError}
 */
export async function useSettings(
  command: Command,
  names: readonly string[],
  deps: Pick<Deps, 'env' | 'output'>,
): Promise<void> {
  const chain = chainOf(command);
  const [program] = chain;
  if (program === undefined || WITHOUT.has(pathOf(command).split(' ')[0] ?? '')) return;
  const { files, settings } = await loadSettings(program, names, deps.env);
  const { note, warn } = deps.output();
  for (const file of files.filter(({ distrust }) => distrust !== undefined)) {
    warn(renderDistrust(file));
  }
  const used = chain.flatMap((one) => applySettings(one, settings));
  if (command.optsWithGlobals<{ dryRun?: boolean }>().dryRun === true) {
    for (const setting of used) note(`set: ${renderSetting(setting)}, by ${setting.from}`);
  }
}

function renderDistrust({ path, distrust }: SettingsFile): string {
  return `not using "${path}": ${distrust}. To use it: APPPOT_CONFIG=${path}`;
}

/** As one would write it on the command line. */
export function renderSetting({ name, value }: Pick<Setting, 'name' | 'value'>): string {
  if (typeof value === 'boolean') return value ? `--${name}` : `--no-${name}`;
  return value.map((word) => `--${name} ${word}`).join(' ');
}

/** The program, then the commands down to this one. */
function chainOf(command: Command): readonly Command[] {
  return command.parent === null ? [command] : [...chainOf(command.parent), command];
}
