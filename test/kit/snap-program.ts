import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { buildSync } from 'esbuild';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `apppot-snap` as it is inside a guest: one file, run by Node alone. */
export interface SnapProgram {
  run(argv: readonly string[], options?: { cwd?: string; env?: Record<string, string> }): Ran;
  /** In a process group of its own, for its helpers to be killed along. */
  start(argv: readonly string[], env?: Record<string, string>): ChildProcess;
}

export function snapProgram(directory: string): SnapProgram {
  const outfile = `${directory}/apppot-snap.cjs`;
  const entry = new URL('../../src/cli/snap-main.ts', import.meta.url).pathname;
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', target: 'node18' });
  return {
    run(argv, { cwd = directory, env = {} } = {}) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [outfile, ...argv], {
        cwd,
        encoding: 'utf8',
        env: { ...process.env, ...env },
      });
      return { status, stdout, stderr };
    },
    start: (argv, env = {}) =>
      spawn(process.execPath, [outfile, ...argv], {
        stdio: 'ignore',
        detached: true,
        env: { ...process.env, ...env },
      }),
  };
}
