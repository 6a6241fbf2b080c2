/**
 * Help for the walk of a live directory: a worker thread lists directories from the other end, until
 * the two meet. It is help only: what it did not list, or not yet, the walk lists by itself.
 *
 * @module
 */

import { availableParallelism } from 'node:os';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import type { BytePath, Entry } from './tree.ts';

/** What the worker is told. */
export interface AheadOrder {
  /** Without trailing slash; `''` is `/`. */
  readonly root: BytePath;
  /** Entries on other devices are left to the walk. */
  readonly device: bigint;
  /** Full paths that are not even looked at. */
  readonly mounts: ReadonlySet<BytePath>;
  readonly port: MessagePort;
  /** How many entries were sent and not yet taken, and whether to stop. */
  readonly shared: Int32Array;
}

export const SENT = 0;
export const STOPPED = 1;
/** More entries than this are never kept: about 100 bytes each. */
export const MOST_SENT = 2 ** 18;

/** Some directories, with what lstat(2) said of what they hold. */
export interface Batch {
  readonly directories: readonly BytePath[];
  /** Of each directory: its names in byte order, joined by `/`. */
  readonly names: readonly string[];
  /** Of each name {@link NUMBERS} numbers: {@link plainMode}, uid, gid, size, inode, links. */
  readonly numbers: Float64Array;
  /** Of each name two times: mtime and ctime, ns. */
  readonly times: BigInt64Array;
}

export const NUMBERS = 6;

/** One directory of a batch. */
export interface Listed {
  readonly names: readonly string[];
  /** The entry of a name; undefined where the walk has to look for itself. */
  entry(index: number, path: BytePath): Entry | undefined;
}

export interface Ahead {
  /** What is known of a directory, once. */
  take(directory: BytePath): Listed | undefined;
  stop(): void;
}

/** Asking for messages costs more than most directories do. */
const ASK_EVERY = 16;
/** After so many directories in a row that were known, the two have met. */
const MET = 256;

/**
 * @param worker The program of the thread, `live-ahead-worker.js`.
 * @returns undefined where there is one processor only.
 */
export function startAhead(
  worker: URL,
  order: Pick<AheadOrder, 'root' | 'device' | 'mounts'>,
): Ahead | undefined {
  if (availableParallelism() < 2) return undefined;
  const { port1: near, port2: port } = new MessageChannel();
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const workerData: AheadOrder = { ...order, port, shared };
  const thread = new Worker(worker, { workerData, transferList: [port] });
  thread.on('error', () => undefined);
  thread.unref();
  const known = new Map<BytePath, Listed>();
  let asked = 0;
  let inARow = 0;
  const stop = (): void => {
    Atomics.store(shared, STOPPED, 1);
    Atomics.notify(shared, SENT);
  };
  return {
    take(directory) {
      if (asked % ASK_EVERY === 0) receiveAll(near, known);
      asked += 1;
      const listed = known.get(directory);
      inARow = listed === undefined ? 0 : inARow + 1;
      if (inARow === MET) stop();
      if (listed === undefined) return undefined;
      known.delete(directory);
      Atomics.sub(shared, SENT, listed.names.length);
      Atomics.notify(shared, SENT);
      return listed;
    },
    stop() {
      stop();
      near.close();
      void thread.terminate();
    },
  };
}

function receiveAll(port: MessagePort, known: Map<BytePath, Listed>): void {
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
    addBatch(got.message as Batch, known);
  }
}

function addBatch({ directories, names, numbers, times }: Batch, known: Map<BytePath, Listed>) {
  let first = 0;
  for (const [i, directory] of directories.entries()) {
    const joined = names[i] ?? '';
    const own = joined === '' ? [] : joined.split('/');
    const start = first;
    known.set(directory, {
      names: own,
      entry: (index, path) => toEntry(path, numbers, times, start + index),
    });
    first += own.length;
  }
}

const FILE = 0o10;
const DIRECTORY = 0o4;

/** What travels as the mode: 0 for what is neither file nor directory, or another device's. */
export function plainMode(mode: number): number {
  const type = mode >> 12;
  return type === FILE || type === DIRECTORY ? mode : 0;
}

function toEntry(
  path: BytePath,
  numbers: Float64Array,
  times: BigInt64Array,
  index: number,
): Entry | undefined {
  const at = index * NUMBERS;
  const mode = numbers[at] as number;
  if (mode === 0) return undefined;
  const type = mode >> 12 === FILE ? 'file' : 'directory';
  return {
    path,
    type,
    mode: mode & 0o7777,
    uid: numbers[at + 1] as number,
    gid: numbers[at + 2] as number,
    size: type === 'file' ? (numbers[at + 3] as number) : 0,
    mtime: times[2 * index] as bigint,
    ctime: times[2 * index + 1] as bigint,
    ino: numbers[at + 4] as number,
    nlink: numbers[at + 5] as number,
  };
}
