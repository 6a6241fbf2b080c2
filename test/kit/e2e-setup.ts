/**
 * What the e2e tests run on: the package as npm would install it, where every user can read it, and
 * a base image that its own `apppot image build` made.
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';

export interface Installed {
  /** Where `apppot`, `apppot-start` and `apppot-snap` are, with the `node` of this test run. */
  readonly bin: string;
  /** A base image from the recipe `minimal`. */
  readonly image: string;
  /** A base image from the recipe `develop`. */
  readonly develop: string;
  /** A directory that any user may write to, removed at the end. */
  readonly directory: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    installed: Installed;
  }
}

const ROOT = join(import.meta.dirname, '../..');

export default function setup(project: TestProject): () => void {
  const directory = mkdtempSync('/var/tmp/apppot-test-');
  process.env.APPPOT_TEST_DIRECTORY = directory;
  try {
    project.provide('installed', install(directory));
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  return () => rmSync(directory, { recursive: true, force: true });
}

function install(directory: string): Installed {
  const run = (program: string, args: readonly string[]): void => {
    const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
    execFileSync(program, args, {
      cwd: ROOT,
      env: { ...process.env, PATH },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  chmodSync(directory, 0o755);
  run('npm', ['pack', '--silent', '--pack-destination', directory]);
  const archive = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '';
  const options = [
    '--silent',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--prefix',
    directory,
  ];
  run('npm', ['install', ...options, join(directory, archive)]);
  const bin = join(directory, 'node_modules/.bin');
  copyFileSync(process.execPath, join(bin, 'node'));
  const build = (recipe: string): string => {
    const image = join(directory, `${recipe}.img`);
    run(join(bin, 'apppot'), ['image', 'build', recipe, '-q', '-o', image]);
    return image;
  };
  const scratch = join(directory, 'scratch');
  mkdirSync(scratch);
  chmodSync(scratch, 0o1777);
  return { bin, image: build('minimal'), develop: build('develop'), directory: scratch };
}
