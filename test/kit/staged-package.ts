import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

/** What a program did. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly uid?: number;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Is given the process's id at the first line of stderr. */
  readonly onStart?: (pid: number) => void;
}

/**
 * The program in a directory that any user can read: one file, the recipes and the guest files.
 *
 * @param guest Guest files that do nothing, or the real ones, compiled here.
 * @returns a function that runs `apppot` with arguments.
 */
export async function stagePackage(
  directory: string,
  guest: 'empty' | 'real' = 'empty',
): Promise<(args: readonly string[], options: SpawnOptions) => Promise<Outcome>> {
  const program = join(directory, 'dist/cli/apppot.mjs');
  await build({
    stdin: { contents: MAIN, resolveDir: ROOT },
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: REQUIRE },
    outfile: program,
    // A native part of ssh2 that it can do without.
    external: ['cpu-features'],
    logLevel: 'error',
  });
  cpSync(join(ROOT, 'image/recipes'), join(directory, 'image/recipes'), { recursive: true });
  if (guest === 'real') stageGuest(directory);
  else stageEmptyGuest(directory);
  return (args, options) => run([program, ...args], options);
}

function stageGuest(directory: string): void {
  cpSync(join(ROOT, 'image/guest'), join(directory, 'image/guest'), { recursive: true });
  execFileSync(join(ROOT, 'scripts/build-guest.sh'), [join(directory, 'dist/guest')]);
}

function stageEmptyGuest(directory: string): void {
  mkdirSync(join(directory, 'image/guest'));
  mkdirSync(join(directory, 'dist/guest'));
  writeFileSync(join(directory, 'dist/guest/apppot-init'), 'init');
  writeFileSync(join(directory, 'dist/guest/apppot-rsh'), 'rsh');
  writeFileSync(join(directory, 'image/guest/apppot-merge'), '#!/bin/sh\n');
  writeFileSync(join(directory, 'image/guest/exclude'), 'tmp/*\n');
  writeFileSync(join(directory, 'image/guest/apppot.service'), '[Unit]\n');
}

const MAIN = `
import { realDeps } from './src/cli/deps.ts';
import { main } from './src/cli/main.ts';
await main(process.argv.slice(2), realDeps(process, 'apppot'));
`;

/** For packages in CommonJS inside of the bundle. */
const REQUIRE = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
`;

function run(argv: readonly string[], { uid, env, onStart }: SpawnOptions): Promise<Outcome> {
  const child = spawn(process.execPath, argv, {
    cwd: '/',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  child.stderr.once('data', () => onStart?.(child.pid ?? 0));
  const [stdout, stderr] = [child.stdout, child.stderr].map(collect);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) =>
      resolve({ status, stdout: stdout?.join('') ?? '', stderr: stderr?.join('') ?? '' }),
    );
  });
}

function collect(stream: NodeJS.ReadableStream): string[] {
  const chunks: string[] = [];
  stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  return chunks;
}
