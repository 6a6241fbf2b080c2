/**
 * Runs `apppot doctor` where something is broken for real.
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, inject } from 'vitest';
import type { Line } from '../../src/doctor/examine.ts';
import { type RunOptions, run, USER_ID } from './guest-run.ts';

export interface Answer {
  readonly status: number | string | null;
  /** Verdict, finding and remedy of a line; undefined when there is no such line. */
  readonly line: (id: string) => Record<string, string> | undefined;
  /** The ids of all lines of a verdict. */
  readonly all: (verdict: Line['verdict']) => readonly string[];
}

export interface DoctorOptions extends RunOptions {
  /** Words before the command: a program that runs it in some other way. */
  readonly by?: readonly string[];
}

/** Runs it as an ordinary user, unless told otherwise. */
export async function doctor(
  words: readonly string[],
  { by = [], ...options }: DoctorOptions = {},
): Promise<Answer> {
  const argv = [...by, join(inject('installed').bin, 'apppot'), 'doctor', '--json', ...words];
  const { status, stdout, stderr } = await run(argv, { as: 'user', ...options });
  expect(stderr).toBe('');
  const { lines, usable } = JSON.parse(stdout.toString()) as { lines: Line[]; usable: boolean };
  expect(status).toBe(usable ? 0 : 7);
  return { status, line: (id) => findingOf(lines, id), all: (verdict) => idsOf(lines, verdict) };
}

function findingOf(lines: readonly Line[], wanted: string): Record<string, string> | undefined {
  const line = lines.find(({ id }) => id === wanted);
  if (line === undefined) return undefined;
  const { verdict, found } = line;
  return { verdict, found, ...('remedy' in line && { remedy: line.remedy }) };
}

function idsOf(lines: readonly Line[], wanted: Line['verdict']): string[] {
  return lines.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);
}

/** Runs a command after shell commands that hold for it alone. */
export function afterCommands(commands: string): DoctorOptions {
  return { by: ['bash', '-ec', `${commands}; exec "$@"`, 'bash'] };
}

/** Runs a command as an ordinary user after root has changed what is mounted, for it alone. */
export function afterMounts(commands: string): DoctorOptions {
  const user = `setpriv --reuid ${USER_ID} --regid ${USER_ID} --clear-groups`;
  const shell = ['sh', '-ec', `${commands}; exec ${user} "$@"`, 'sh'];
  return { as: 'root', by: ['unshare', '--mount', ...shell] };
}

/** Makes a directory for PATH, with links to node and these programs. */
export function programs(directory: string, ...paths: readonly string[]): string {
  mkdirSync(directory);
  for (const path of [join(inject('installed').bin, 'node'), ...paths]) {
    symlinkSync(path, join(directory, basename(path)));
  }
  return directory;
}

export function shellScript(path: string, text: string): string {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

export function compiled(path: string, source: string): string {
  writeFileSync(`${path}.c`, source);
  execFileSync('cc', ['-static', '-o', path, `${path}.c`]);
  return path;
}

/** A program that runs another one without a system call: `deny NUMBER PROGRAM…`. */
export function denier(path: string): string {
  return compiled(path, readFileSync(join(import.meta.dirname, 'deny.c'), 'utf8'));
}
