import { join } from 'node:path';
import { inject } from 'vitest';
import type { ArcCe } from './arc-ce.ts';
import { type Finished, PEOPLE, run } from './guest-run.ts';

/** Runs `apppot` as an ordinary user of a grid, whose files are in one directory. */
export function gridUser(ce: ArcCe, directory: string) {
  const env = {
    HOME: directory,
    XDG_STATE_HOME: join(directory, 'state'),
    X509_USER_CERT: ce.certificate,
    X509_USER_KEY: ce.key,
    X509_CERT_DIR: ce.authorities,
  };
  return (
    words: readonly string[],
    own: Readonly<Record<string, string>> = {},
  ): Promise<Finished> =>
    run([join(inject('installed').bin, 'apppot'), ...words], {
      ...(PEOPLE[0] && { as: PEOPLE.at(-1) ?? 'user' }),
      cwd: directory,
      env: { ...env, ...own },
    });
}
