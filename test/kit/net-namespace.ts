import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import type { Host } from '../../src/host/host.ts';
import { localHost } from '../../src/host/local.ts';

/** A network of a test's own, with nothing but a loopback: unshare(1) needs root. */
export interface NetNamespace {
  /** Runs programs in it. */
  readonly host: Host;
  /** The words that come before a program's own. */
  readonly words: readonly string[];
  run(...argv: readonly string[]): string;
  end(): void;
}

/** Ends with this process, too: its first process waits for the end of its stdin. */
export async function netNamespace(): Promise<NetNamespace> {
  const child = spawn(
    'unshare',
    ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec cat >/dev/null'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await said(child);
  const words = ['nsenter', '-t', String(child.pid), '-n', '--'];
  return {
    words,
    host: hostAmong('namespace', words),
    run: (...argv) => {
      const [program = '', ...args] = [...words, ...argv];
      return execFileSync(program, args, { encoding: 'utf8' });
    },
    end: () => void child.kill('SIGKILL'),
  };
}

/** This machine, but for what these words change. */
export function hostAmong(name: string, words: readonly string[]): Host {
  return {
    name,
    run: (argv, options) => localHost.run([...words, ...argv], options),
    stream: (argv, options) => localHost.stream([...words, ...argv], options),
  };
}

function said(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error('no network namespace')));
  });
}
