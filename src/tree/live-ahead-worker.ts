/**
 * A worker thread that lists directories from the last one of a tree towards the first, for a walk
 * that comes the other way: see `live-ahead.ts`. What fails here is left to the walk.
 *
 * @module
 */

import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { joinPath, toFsPath } from './byte-path.ts';
import { type AheadOrder, MOST_SENT, plainMode, SENT, STOPPED } from './live-ahead.ts';
import type { BytePath } from './tree.ts';

/** So many entries are sent at once. */
const BATCH = 4_096;
const DIRECTORY = 0o4;

const { root, device, mounts, port, shared } = workerData as AheadOrder;

/** What is gathered for the next batch. */
let directories: BytePath[] = [];
let names: string[] = [];
let numbers: number[] = [];
let times: bigint[] = [];

function walkBackwards(): void {
  const stack = [list('')];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const directory = top.pop();
    if (directory === undefined) stack.pop();
    else stack.push(list(directory));
    if (times.length < 2 * BATCH) continue;
    send();
    if (isStopped()) return;
  }
  send();
}

/** Gathers what a directory holds, and returns the directories among it. */
function list(directory: BytePath): BytePath[] {
  const found = namesIn(directory);
  if (found === undefined) return [];
  const prefix = directory === '' ? '' : `${directory}/`;
  directories.push(directory);
  names.push(found.join('/'));
  return found.map((name) => prefix + name).filter(isDirectory);
}

function namesIn(directory: BytePath): string[] | undefined {
  try {
    const path = toFsPath(joinPath(root, directory));
    return readdirSync(path, { encoding: 'latin1' }).sort();
  } catch {
    return undefined;
  }
}

/** Gathers what lstat(2) says of a path. */
function isDirectory(path: BytePath): boolean {
  const stats = look(path);
  const mode = stats?.dev === device ? plainMode(Number(stats.mode)) : 0;
  if (stats === undefined || mode === 0) {
    numbers.push(0, 0, 0, 0, 0, 0);
    times.push(0n, 0n);
    return false;
  }
  const { uid, gid, size, ino, nlink, mtimeNs, ctimeNs } = stats;
  numbers.push(mode, Number(uid), Number(gid), Number(size), Number(ino), Number(nlink));
  times.push(mtimeNs, ctimeNs);
  return mode >> 12 === DIRECTORY;
}

function look(path: BytePath): BigIntStats | undefined {
  const full = joinPath(root, path);
  if (mounts.has(full)) return undefined;
  try {
    return lstatSync(toFsPath(full), { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function send(): void {
  const batch = {
    ...{ directories, names },
    ...{ numbers: Float64Array.from(numbers), times: BigInt64Array.from(times) },
  };
  Atomics.add(shared, SENT, times.length / 2);
  port.postMessage(batch, [batch.numbers.buffer, batch.times.buffer]);
  [directories, names, numbers, times] = [[], [], [], []];
}

/** Waits while too much was sent that nobody took. */
function isStopped(): boolean {
  for (;;) {
    if (Atomics.load(shared, STOPPED) === 1) return true;
    const sent = Atomics.load(shared, SENT);
    if (sent < MOST_SENT) return false;
    Atomics.wait(shared, SENT, sent);
  }
}

walkBackwards();
