import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Host } from '../../src/host/host.ts';
import { localHost } from '../../src/host/local.ts';
import { localMachine } from '../../src/host/local-machine.ts';
import type { Machine } from '../../src/host/machine.ts';
import { afterOurEnd } from './after-our-end.ts';
import type { Inside } from './sshd.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/fixtures/gridengine.sh');
const START_LIMIT_MS = 240_000;

/** A real Grid Engine in namespaces of its own; only root can make one. Several may run side by side. */
export interface GridEngine {
  /** Runs programs on `master` (10.8.0.1) as root, a manager of the cluster. */
  readonly enter: Host;
  /** Runs programs on `master` as `ada`, whose jobs may run, in her home. */
  readonly user: Host;
  /** Process 1 of `master`, as seen from outside. */
  readonly pid: number;
  /** Where all of it is, on the outer machine, too; ada's home is `home/ada` in it. */
  readonly directory: string;
  /** Makes the machine `node00N` (10.8.0.100+N), and says its name. Its execution daemon is started unless told otherwise. */
  node(number: number, options?: { readonly daemon?: boolean }): Promise<string>;
  /** Runs programs on such a machine as root. */
  on(name: string): Host;
  startDaemon(name: string): Promise<void>;
  /** Kills such a machine, without a word to anybody. */
  lose(number: number): Promise<void>;
  /** What its daemons and queue master have logged. */
  log(): string;
  /** Ends it with all that runs in it, and removes all it left. */
  stop(): Promise<void>;
}

/** @param slots Of `master` itself, for jobs that run there. */
export async function startGridEngine({ slots = 2 } = {}): Promise<GridEngine> {
  const directory = mkdtempSync('/tmp/apppot-ge-');
  const script = (...words: readonly string[]) =>
    promisify(execFile)('bash', [SCRIPT, words[0] ?? '', directory, ...words.slice(1)], {
      timeout: START_LIMIT_MS,
      env: { ...process.env, SLOTS: String(slots) },
    });
  const log = (): string => logs(directory);
  const callOff = afterOurEnd(['bash', SCRIPT, 'stop', directory]);
  const stop = async (): Promise<void> => {
    callOff();
    await script('stop');
  };
  try {
    await script('start');
  } catch (error) {
    const text = log();
    await stop();
    throw new Error(`Cannot start Grid Engine: ${error}\n${text}`);
  }
  const startDaemon = async (name: string): Promise<void> => void (await script('execd', name));
  return {
    enter: machine('gridengine', ['nsenter', ...spaces(directory, 'master'), '--wdns=/', '--']),
    user: machine('gridengine as ada', [
      ...['nsenter', ...spaces(directory, 'master'), '--wdns=/home/ada', '--'],
      ...['setpriv', '--reuid=2001', '--regid=2001', '--clear-groups'],
      ...['env', 'HOME=/home/ada', 'USER=ada', 'LOGNAME=ada'],
    ]),
    pid: Number(readFileSync(join(directory, 'pid'), 'utf8')),
    directory,
    node: async (number, { daemon = true } = {}) => {
      const name = `node${String(number).padStart(3, '0')}`;
      await script('node', String(number));
      if (daemon) await startDaemon(name);
      return name;
    },
    on: (name) => machine(name, ['nsenter', ...spaces(directory, name), '--wdns=/', '--']),
    startDaemon,
    lose: async (number) => void (await script('lose', String(number))),
    log,
    stop,
  };
}

/** Programs run as `ada`, and what this process puts into the cluster's directory becomes hers. */
export function adasMachine({ user, directory }: GridEngine): Machine {
  // Files of running jobs may go meanwhile; those are hers.
  const give = (): Promise<unknown> =>
    promisify(execFile)('sh', [
      ...['-c', 'chown -R 2001:2001 "$1" 2>/dev/null || :'],
      ...['sh', join(directory, 'gridengine')],
    ]);
  return {
    ...localMachine(user, directory),
    run: async (argv, options) => {
      if (existsSync(join(directory, 'gridengine'))) await give();
      return user.run(argv, options);
    },
  };
}

/** How `ada` logs in to `master`, for an sshd in there. */
export function loginOfAda({ directory }: GridEngine): Inside {
  const words = ['nsenter', ...spaces(directory, 'master'), '--wdns=/', '--'];
  return { words, user: 'ada', account: '/home/ada' };
}

function machine(name: string, words: readonly string[]): Host {
  return {
    name,
    run: (argv, options) => localHost.run([...words, ...argv], options),
    stream: (argv, options) => localHost.stream([...words, ...argv], options),
  };
}

function spaces(directory: string, name: string): string[] {
  const place = name === 'master' ? directory : join(directory, 'nodes', name);
  return ['-t', readFileSync(join(place, 'pid'), 'utf8').trim(), '-n', '-u', '-m', '-p'];
}

/** Of the queue master, and of each execution daemon, the last lines. */
function logs(directory: string): string {
  const spools = [join(directory, 'spool/qmaster'), ...spoolsOf(join(directory, 'spool/execd'))];
  const nodes = join(directory, 'nodes');
  for (const node of existsSync(nodes) ? readdirSync(nodes) : []) {
    spools.push(...spoolsOf(join(nodes, node, 'spool/execd')));
  }
  return [join(directory, 'configure.log'), ...spools.map((spool) => join(spool, 'messages'))]
    .filter((file) => existsSync(file))
    .map((file) => `${file}\n${readFileSync(file, 'utf8').split('\n').slice(-30).join('\n')}`)
    .join('\n');
}

function spoolsOf(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
}
