import { chmodSync, chownSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { ArcCe } from './arc-ce.ts';
import { type Finished, run, USER_ID } from './guest-run.ts';

/** What an ordinary user of a grid has in the environment, with all files in one directory. */
export function gridEnvironment(ce: ArcCe, directory: string): Readonly<Record<string, string>> {
  const own = (from: string, name: string): string => {
    const path = join(directory, name);
    copyFileSync(from, path);
    if (process.getuid?.() === 0) chownSync(path, USER_ID, USER_ID);
    chmodSync(path, 0o600);
    return path;
  };
  return {
    HOME: directory,
    XDG_STATE_HOME: join(directory, 'state'),
    X509_USER_CERT: own(ce.certificate, 'my-cert.pem'),
    X509_USER_KEY: own(ce.key, 'my-key.pem'),
    X509_CERT_DIR: ce.authorities,
  };
}

/** Runs `apppot` as such a user. */
export function gridUser(ce: ArcCe, directory: string) {
  const env = gridEnvironment(ce, directory);
  return (
    words: readonly string[],
    own: Readonly<Record<string, string>> = {},
  ): Promise<Finished> =>
    run([join(inject('installed').bin, 'apppot'), ...words], {
      as: 'user',
      cwd: directory,
      env: { ...env, ...own },
    });
}
