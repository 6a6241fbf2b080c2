/**
 * Processes that outlive a call: started apart from our own group, known again by number and start
 * time, ended by group.
 *
 * @module
 */

import { type ChildProcess, execFile, type StdioOptions, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Seconds } from '../base/clock.ts';

/** A process that still is the one it was: numbers are used again, start times are not. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of `/proc/PID/stat`: proc_pid_stat(5). */
  readonly started: string;
}

/** A started program. */
export type Daemon = ChildProcess;

export interface DaemonOptions {
  /** Descriptors from 0 on. */
  readonly stdio: StdioOptions;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a program in a session of its own, so that a terminal's Ctrl-C does not reach it.
 *
 * @throws nothing: a program that cannot be run emits `error` on the returned child.
 */
export function startDaemon(argv: readonly string[], options: DaemonOptions): Daemon {
  const [program = '', ...args] = argv;
  return spawn(program, args, { detached: true, stdio: options.stdio, env: { ...options.env } });
}

/** Whether a program can be run and ends with status 0 within a time: for trying what works here. */
export function succeeds(argv: readonly string[], timeout: Seconds): Promise<boolean> {
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    execFile(program, args, { timeout: timeout * 1_000, killSignal: 'SIGKILL' }, (error) => {
      resolve(error === null);
    }).stdin?.destroy();
  });
}

/** What a program prints; undefined when it cannot be run, fails or takes longer. */
export function outputOf(argv: readonly string[], timeout: Seconds): Promise<string | undefined> {
  const [program = '', ...args] = argv;
  const options = { timeout: timeout * 1_000, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    }).stdin?.destroy();
  });
}

/** The identity of a running process; undefined when there is none of that number. */
export function identify(pid: number): ProcessId | undefined {
  const started = statFields(pid)?.[19];
  return started === undefined ? undefined : { pid, started };
}

export function isAlive(process: ProcessId): boolean {
  const fields = statFields(process.pid);
  return fields !== undefined && fields[19] === process.started && fields[0] !== 'Z';
}

/** The PID namespace of a process, such as `pid:[4026531836]`; undefined when it cannot be seen. */
export function pidSpace(pid: number | 'self' = 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** From the initial namespace all processes can be seen. Source: PROC_PID_INIT_INO of the kernel's proc_ns.h. */
const INITIAL_SPACE = 'pid:[4026531836]';

/** Whether another PID namespace has certainly no process any more. */
export function isDeadSpace(space: string): boolean {
  if (pidSpace() !== INITIAL_SPACE) return false;
  return !processTable().some(({ pid }) => pidSpace(pid) === space);
}

/** One row of the table of processes. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** A letter, such as `T` when it is stopped: proc_pid_stat(5). */
  readonly state: string;
}

/** All processes of this machine that we can see. */
export function processTable(): ProcessRow[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    const fields = Number.isInteger(pid) ? statFields(pid) : undefined;
    return fields === undefined ? [] : [{ pid, state: fields[0] ?? '', parent: Number(fields[1]) }];
  });
}

/**
 * Kills the process group that a process leads, also after the leader itself has ended.
 *
 * @returns whether there was anything to kill.
 */
export function killGroup(leader: number): boolean {
  try {
    process.kill(-leader, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** The fields after the program's name, which may itself hold blanks and brackets. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
