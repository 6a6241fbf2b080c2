import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../src/host/host.ts';
import { until } from './until.ts';

/** An orchestrator that runs on the head node of a test's cluster, as its administrator starts it. */
export interface Head {
  /** Starts it; it works until it is ended. */
  start(): Promise<void>;
  /** Ends it as a crash does. */
  crash(): Promise<void>;
  /** Ends it as Ctrl-C does. @returns its exit status. */
  interrupt(): Promise<number | null>;
  /** Runs `apppot WORDS… -c FILE`. @returns its stdout, as JSON. */
  ask<T>(...words: readonly string[]): Promise<T>;
  log(): string;
}

export interface HeadOptions {
  /** The words that come before a program's own, to run it on the head node. */
  readonly words: readonly string[];
  readonly host: Host;
  /** Where `apppot` is installed. */
  readonly bin: string;
  /** The orchestrator's file, in a directory for logs. */
  readonly file: string;
  readonly directory: string;
}

export function head({ words, host, bin, file, directory }: HeadOptions): Head {
  // Guests of other tests have other numbers of processes there: each would take the other's for dead.
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary, { recursive: true });
  chmodSync(temporary, 0o1777);
  const surroundings = ['HOME=/root', `TMPDIR=${temporary}`];
  const apppot = ['env', `PATH=${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, ...surroundings, 'apppot'];
  const logFile = join(directory, 'orchestrator.log');
  const pidFile = join(directory, 'orchestrator.pid');
  let child: ChildProcess | undefined;
  const end = async (signal: string): Promise<number | null> => {
    const ended = child;
    child = undefined;
    if (ended === undefined || ended.exitCode !== null) return ended?.exitCode ?? null;
    const exit = new Promise<number | null>((resolve) => ended.once('exit', resolve));
    await host.run(['kill', `-${signal}`, readFileSync(pidFile, 'utf8').trim()]);
    return exit;
  };
  const log = (): string => readFileSync(logFile, 'utf8');
  return {
    start: async () => {
      // nsenter(1) stays in front of what it starts: its own number says nothing.
      const run = `echo $$ >${pidFile} && exec "$@"`;
      const argv = [...words, 'sh', '-c', run, 'head', ...apppot, 'orchestrate', '-c', file];
      const [program = '', ...args] = argv;
      const output = createWriteStream(logFile, { flags: 'a' });
      child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout?.pipe(output);
      child.stderr?.pipe(output);
      const started = child;
      started.once('exit', (status) => output.write(`ended with status ${status}\n`));
      await until(
        'the orchestrator listens',
        () => started.exitCode !== null || isUp(pidFile),
        log,
      );
    },
    crash: async () => void (await end('KILL')),
    interrupt: () => end('INT'),
    ask: async (...asked) => {
      const { stdout } = await host.run([...apppot, ...asked, '--json', '-c', file]);
      return JSON.parse(stdout);
    },
    log,
  };
}

function isUp(pidFile: string): boolean {
  try {
    return readFileSync(pidFile, 'utf8') !== '';
  } catch {
    return false;
  }
}
