/**
 * Runs a start plan on this machine, with Node.js; `script.ts` prints the same as a shell script.
 *
 * @module
 */

import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { explain } from '../base/errno.ts';
import { noteOf } from './base-note.ts';
import { readReport, writeControl } from './control.ts';
import { createCow, rebaseCow } from './cow.ts';
import { type Guest, type Streams, startGuest } from './guest.ts';
import { type Instance, openInstance } from './instance.ts';
import { LaunchError, type StartPlan } from './launch.ts';
import { openLine } from './line.ts';
import { keepLogShort } from './log.ts';
import { openNetworks } from './net/open.ts';
import { type Killed, outcome } from './outcome.ts';
import { writeRecord } from './record.ts';
import { makeScratch } from './scratch.ts';
import { feed } from './stdin.ts';
import { supervise } from './supervise.ts';
import { diskLinks, hasOwnMemory, type InstancePaths } from './words.ts';

export interface RunOptions {
  /** A file for all that kernel and console said. */
  readonly consoleLog?: string;
  /**
   * Is given the function that asks the job to end, with a signal's number; asked a second time it
   * kills the guest.
   */
  readonly onStop?: (stop: (signal: number) => void) => void;
  /**
   * Leads the plan's `relays` into the guest until the signal; when it fails, so does the guest.
   */
  readonly relay?: (plan: StartPlan, paths: InstancePaths, signal: AbortSignal) => Promise<void>;
  /** Is waited for when the guest has ended and its networks are still there, for those who use them. */
  readonly onEnded?: () => Promise<void>;
  /** Variables for programs that networks need, such as ssh. */
  readonly helperEnvironment?: Readonly<Record<string, string>>;
}

export interface RunResult {
  /** The job's exit status, or ours: 124 after the time limit, 128 and the signal after a kill. */
  readonly status: number;
  readonly timedOut: boolean;
}

/**
 * Starts the guest, waits for its end and leaves nothing behind.
 *
 * @throws {LaunchError} when the guest could not be started or did not get to a status.
 */
export async function runStart(
  plan: StartPlan,
  streams: Streams,
  options: RunOptions = {},
): Promise<RunResult> {
  const instance = openInstance(plan.temporary, plan.name, plan.caller.uid);
  try {
    writeControl(instance.paths.control, plan, {
      ...(streams.terminal === undefined ? {} : { terminal: streams.terminal }),
      stdin: streams.stdin !== undefined,
      stderr: streams.stderr !== undefined,
    });
    writeRecord(instance.paths.record, plan);
    prepareDisk(plan, instance);
    if (plan.scratch !== undefined) makeScratch(plan.scratch, instance.paths.scratch);
    if (hasOwnMemory(plan)) instance.makeMemory(plan.memoryPlace);
    return await runIn(instance, plan, streams, options);
  } finally {
    keepLog(instance, options.consoleLog);
    instance.remove();
  }
}

async function runIn(
  instance: Instance,
  plan: StartPlan,
  streams: Streams,
  options: RunOptions,
): Promise<RunResult> {
  const { paths } = instance;
  const [network, line] = await bothOrNone(
    openNetworks(plan, paths, {
      record: instance.record,
      ...(options.helperEnvironment && { environment: options.helperEnvironment }),
    }),
    openLine(paths.line),
  );
  const ending = new AbortController();
  try {
    const guest = startGuest(plan, instance, streams, line);
    const supervision = supervise(guest, plan, paths, streams.terminal);
    options.onStop?.(supervision.stop);
    keepLogShort(paths.log, ending.signal);
    feedGuest(guest, streams, paths.control, ending.signal);
    let broken: unknown;
    const fail = (error: unknown): void => {
      broken ??= error;
      guest.kill();
    };
    const published = Promise.all([
      network.publish(ending.signal).catch(fail),
      options.relay?.(plan, paths, ending.signal).catch(fail),
    ]);
    const end = await guest.ended;
    const ours = supervision.finish();
    const killed = existsSync(paths.killed) ? KILLED : ours;
    ending.abort();
    await published;
    if (broken !== undefined) throw broken;
    const report = readReport(paths.control);
    const status = outcome(report, { ...end, log: readLog(paths.log) }, killed);
    return { status, timedOut: report.timedOut || killed?.kind === 'time limit' };
  } finally {
    ending.abort();
    await options.onEnded?.();
    network.close();
    line.close();
  }
}

interface Closable {
  close(): void;
}

/** Waits for both, also when one fails: nothing must still be opening when the instance is removed. */
async function bothOrNone<A extends Closable, B extends Closable>(
  first: Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  const results = await Promise.allSettled([first, second]);
  const [a, b] = results;
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  for (const result of results) if (result.status === 'fulfilled') result.value.close();
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason;
}

/** By somebody else, who says so in the instance directory. */
const KILLED: Killed = { kind: 'command' };

/** What cannot be read ends the job's stdin, as for any program. */
function feedGuest(guest: Guest, { stdin }: Streams, control: string, signal: AbortSignal): void {
  if (stdin === undefined) return;
  feed(stdin, control, guest.tell, signal).catch(() => undefined);
}

function prepareDisk(plan: StartPlan, { paths }: Instance): void {
  const { disk, image } = plan;
  try {
    if (disk.kind === 'temporary') createCow(paths.cow, image);
    if (disk.kind === 'cow' && !disk.exists) createCow(disk.path, image, noteOf(image));
    if (disk.kind === 'cow' && disk.moved) rebaseCow(disk.path, image);
    for (const [path, link] of diskLinks(plan, paths)) symlinkSync(path, link);
  } catch (cause) {
    const path = disk.kind === 'cow' ? disk.path : paths.cow;
    throw new LaunchError(`Cannot make the COW file "${path}": ${explain(cause)}`, {
      kind: 'conflict',
      code: 'COW_UNUSABLE',
      hint: 'Choose a place for it with --cow, where you may write.',
      cause,
    });
  }
}

function readLog(path: string): string {
  return readFileSync(path, 'latin1');
}

function keepLog({ paths }: Instance, wanted: string | undefined): void {
  if (wanted === undefined) return;
  try {
    copyFileSync(paths.log, wanted);
  } catch (cause) {
    throw new LaunchError(`Cannot write the console log "${wanted}": ${explain(cause)}`, {
      kind: 'conflict',
      code: 'LOG_UNWRITABLE',
      cause,
    });
  }
}
