/**
 * The control directory: what the guest's process 1 reads and writes. Format: `docs/formats/control.md`.
 *
 * @module
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { readPlainText } from '../host/plain-file.ts';
import type { Caller, StartPlan } from './launch.ts';
import { interfaces } from './net/interfaces.ts';
import { instancePaths } from './words.ts';

/** How the job's streams are connected; known only when the guest is started. */
export interface StreamChoice {
  /** The job's stdin and stdout are the caller's terminal, of this size. */
  readonly terminal?: { readonly rows: number; readonly columns: number };
  /** Stdin comes in pieces. */
  readonly stdin: boolean;
  /** Stderr does not go to the terminal. */
  readonly stderr: boolean;
}

/** What the guest left behind. */
export interface Report {
  /** The job's exit status; undefined when the guest did not live to tell it. */
  readonly status?: number;
  /** Why the guest's process 1 gave up. */
  readonly error?: string;
  /** The time limit ended the job. */
  readonly timedOut: boolean;
  /** The job failed after the guest had run out of memory; `error` says so. */
  readonly isExhausted?: true;
}

/** Bytes kept for the report, so that it can be written when the host's disk is full. */
const REPORT_ROOM = 4_096;
export const ANSWER_ROOM = 32;

export function writeControl(directory: string, plan: StartPlan, streams: StreamChoice): void {
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(`${directory}/settings`, words(settings(plan, streams)));
  if (plan.command.length > 0) writeFileSync(`${directory}/command`, words(plan.command));
  if (plan.binds.length > 0) writeFileSync(`${directory}/binds`, words(bindWords(plan)));
  writeFileSync(`${directory}/report`, ' '.repeat(REPORT_ROOM));
  writeFileSync(`${directory}/alive`, ' '.repeat(ANSWER_ROOM));
  if (plan.machines !== undefined) writeFileSync(`${directory}/machines`, plan.machines);
  writeFileSync(`${directory}/environment`, words(assignments(plan.environment)));
}

export function readReport(directory: string): Report {
  const [first = '', error = ''] = readPlainText(`${directory}/report`, REPORT_ROOM).split('\n');
  const [status = '', note] = first.trim().split(' ');
  return {
    ...(status === '' ? {} : { status: Number(status) }),
    ...(error.trim() === '' ? {} : { error: error.trim() }),
    timedOut: note === 'timed-out',
    ...(note === 'out-of-memory' && { isExhausted: true }),
  };
}

/** `name=value` words: those that do not change from one start of the plan to the next first. */
export function settings(plan: StartPlan, streams: StreamChoice): readonly string[] {
  return [...planSettings(plan), ...callerSettings(plan), ...streamSettings(streams)];
}

export function planSettings(plan: StartPlan): readonly string[] {
  return assignments({
    jobdir: plan.jobdir,
    scratch: plan.scratch && '/dev/ubdb',
    changes: plan.changes,
    grace: String(plan.grace),
    timeout: plan.timeout === undefined ? undefined : String(Math.ceil(plan.timeout)),
    ...networkSettings(plan),
  });
}

/** Three words for each: host, guest, `ro` or `rw`; outer places of the guest first. */
export function bindWords({ binds }: StartPlan): readonly string[] {
  return [...binds]
    .sort((one, other) => one.guest.length - other.guest.length)
    .flatMap(({ host, guest, isReadOnly }) => [host, guest, isReadOnly ? 'ro' : 'rw']);
}

function networkSettings(plan: StartPlan): Record<string, string | undefined> {
  const found: Record<string, string | undefined> = {
    hostname: plan.hostname,
    hosts: plan.hosts,
    gateway: plan.gateway,
    nameserver: plan.nameserver,
  };
  let number = 0;
  for (const { name, mtu, address, prefix } of interfaces(plan, instancePaths(''))) {
    if (address === undefined) Object.assign(found, { interface: name, mtu: String(mtu) });
    else found[`segment.${++number}`] = `${name} ${address}/${prefix} ${mtu}`;
  }
  return found;
}

const ROOT: Caller = { uid: 0, gid: 0, user: 'root', group: 'root', umask: 0o022 };

function callerSettings(plan: StartPlan): readonly string[] {
  const caller = plan.asRoot ? ROOT : plan.caller;
  return assignments({
    uid: String(caller.uid),
    gid: String(caller.gid),
    user: caller.user,
    group: caller.group,
    umask: caller.umask.toString(8),
  });
}

function streamSettings({ terminal, stdin, stderr }: StreamChoice): readonly string[] {
  return assignments({
    terminal: terminal && '1',
    rows: terminal && String(terminal.rows),
    columns: terminal && String(terminal.columns),
    stdin: stdin ? '1' : undefined,
    stderr: stderr ? '1' : undefined,
  });
}

export function assignments(values: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
}

/** Each word ended by NUL, the one byte that no word holds. */
export function words(list: readonly string[]): string {
  return list.map((word) => `${word}\0`).join('');
}
