import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Host } from '../../src/host/host.ts';
import { localHost } from '../../src/host/local.ts';
import { freePort } from '../../src/host/ports.ts';
import { afterOurEnd } from './after-our-end.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/fixtures/slurm.sh');

/** A real Slurm on this machine. */
export interface Slurm {
  /** Runs Slurm's commands against it. */
  readonly host: Host;
  readonly configuration: string;
  /** Starts the daemon of the dynamic node `dynN` at 127.0.9.N. */
  node(number: number): Promise<void>;
  /** Kills it with its jobs. */
  lose(number: number): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

export interface SlurmOptions {
  /** What comes before the words of its programs, to run them in another network. */
  readonly words?: readonly string[];
  /** Where nodes reach slurmctld. Default 127.0.0.1. */
  readonly address?: string;
  /** More lines of slurm.conf. */
  readonly more?: string;
}

export async function startSlurm(options: SlurmOptions = {}): Promise<Slurm> {
  const { words = [], address, more } = options;
  const directory = mkdtempSync('/tmp/apppot-slurm-');
  const script = (...given: readonly string[]) => {
    const [program = '', ...args] = [...words, 'bash', SCRIPT, ...given];
    return promisify(execFile)(program, args, {
      env: {
        ...process.env,
        ...(address !== undefined && { ADDRESS: address }),
        ...(more !== undefined && { MORE: more }),
      },
    });
  };
  const callOff = afterOurEnd([...words, 'bash', SCRIPT, 'stop', directory]);
  const stop = async (): Promise<void> => {
    callOff();
    await script('stop', directory);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await script('start', directory, String(await freePort()));
  } catch (error) {
    await stop();
    throw error;
  }
  const configuration = join(directory, 'slurm.conf');
  const env = { SLURM_CONF: configuration };
  return {
    host: {
      name: 'slurm',
      run: (argv, options) => localHost.run([...words, ...argv], { ...options, env }),
      stream: (argv, options) => localHost.stream([...words, ...argv], { ...options, env }),
    },
    configuration,
    node: async (number) => void (await script('node', directory, String(number))),
    lose: async (number) => void (await script('lose', directory, String(number))),
    log: () => logs(join(directory, 'log')),
    stop,
  };
}

function logs(directory: string): string {
  return readdirSync(directory)
    .map((name) => `${name}\n${lastLines(join(directory, name))}`)
    .join('\n');
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-30).join('\n');
}
