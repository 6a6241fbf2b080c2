import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigError } from '../config/errors.ts';
import { type Origin, readSettings, type SectionSpec } from '../config/settings.ts';
import { PROJECT_FILE } from '../config/settings-files.ts';
import type { Deps } from './deps.ts';
import { homeOf } from './home.ts';
import { programSpec, settingsFiles } from './settings/load.ts';

interface Checked {
  readonly path: string;
  readonly settings: number;
  readonly error?: ConfigError;
}

/** @throws {ConfigError} `FILE_UNREADABLE`, `FILE_MALFORMED` */
export async function configCheck(
  named: readonly string[],
  { json }: { readonly json?: boolean },
  deps: Deps,
  program: Command,
): Promise<void> {
  const spec = programSpec(program, []);
  const paths = named.length > 0 ? named.map((path) => resolve(path)) : found(deps);
  const home = homeOf(deps.env);
  const all = await Promise.all(
    paths.map((path) => check({ path, home, isProject: basename(path) === PROJECT_FILE }, spec)),
  );
  const errors = all.flatMap(({ error }) => error ?? []);
  if (errors.length > 0) throw together(errors);
  const lines = all.map(({ path, settings }) => `${path}: ${settings} settings, no mistakes`);
  deps.output(json).result(all, lines.join('\n') || 'no settings files');
}

/** The files that count here; those that are there, and not used, are named. */
function found(deps: Deps): readonly string[] {
  const files = settingsFiles(deps.env).filter(({ isThere }) => isThere);
  for (const { path, distrust } of files) {
    if (distrust !== undefined) deps.output().warn(`"${path}" is not used: ${distrust}`);
  }
  return files.map(({ path }) => path);
}

async function check(origin: Origin, spec: SectionSpec): Promise<Checked> {
  const { path } = origin;
  try {
    return { path, settings: (await readSettings(origin, spec)).length };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { path, settings: 0, error };
  }
}

function together(errors: readonly ConfigError[]): ConfigError {
  const [first] = errors;
  if (errors.length === 1 && first) return first;
  return new ConfigError(errors.map(({ message }) => message).join('\n'), {
    kind: 'usage',
    code: 'FILE_MALFORMED',
  });
}
