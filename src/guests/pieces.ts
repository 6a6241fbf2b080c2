/**
 * What a session says: numbered files that the guest makes, each put in its place when it is whole.
 *
 * The guest may be hostile: nothing but plain files of a bounded size is read, and no link followed.
 *
 * @module
 */

import { unlinkSync, watch } from 'node:fs';
import type { Bytes } from '../base/units.ts';
import { readPlainFile } from '../host/plain-file.ts';
import { GuestError } from './errors.ts';

export interface Piece {
  readonly kind: 'out' | 'err' | 'end';
  readonly data: Buffer;
}

const KINDS = ['out', 'err', 'end'] as const;
const LARGEST: Bytes = 2 ** 20;
/** Looks again without being told, lest a guest that is gone be waited for. */
const LOOK_MS = 250;
/** Where nobody tells: inotify(7) has its limits. */
const SHORT_LOOK_MS = 20;

/**
 * The pieces in their order, until the one that ends them.
 *
 * @param directory Of the session.
 * @param check Called now and then while nothing comes; what it throws ends the wait.
 * @throws {GuestError} `SESSION_BROKEN` when a piece is no plain file.
 */
export async function* readPieces(
  directory: string,
  check: () => void,
): AsyncGenerator<Piece & { readonly number: number }> {
  const news = await watchFor(directory);
  try {
    for (let number = 0; ; ) {
      const piece = take(directory, number);
      if (piece === undefined) {
        await news.wait();
        if (!news.came()) check();
        continue;
      }
      yield { ...piece, number };
      if (piece.kind === 'end') return;
      number += 1;
    }
  } finally {
    news.close();
  }
}

function take(directory: string, number: number): Piece | undefined {
  for (const kind of KINDS) {
    const data = read(`${directory}/${number}.${kind}`);
    if (data !== undefined) return { kind, data };
  }
  return undefined;
}

function read(path: string): Buffer | undefined {
  try {
    const data = readPlainFile(path, LARGEST);
    if (data !== undefined) unlinkSync(path);
    return data;
  } catch (cause) {
    throw broken(path, cause);
  }
}

function broken(path: string, cause: unknown): GuestError {
  return new GuestError(`Cannot trust the guest: it made "${path}", which is no piece of output`, {
    kind: 'remote',
    code: 'SESSION_BROKEN',
    cause,
  });
}

interface News {
  /** Resolves at the next change of the directory, or after a while. */
  wait(): Promise<void>;
  /** Whether the last wait ended by a change. */
  came(): boolean;
  close(): void;
}

async function watchFor(directory: string): Promise<News> {
  let wake = (_came: boolean): void => undefined;
  let [pending, didCome, pause] = [false, false, LOOK_MS];
  const watcher = watchOrNot(directory, () => {
    pending = true;
    wake(true);
  });
  if (watcher === undefined) pause = SHORT_LOOK_MS;
  return {
    async wait() {
      let timer: NodeJS.Timeout | undefined;
      didCome = await new Promise<boolean>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, pause, false);
        if (pending) resolve(true);
      });
      pending = false;
      clearTimeout(timer);
    },
    came: () => didCome,
    close: () => watcher?.close(),
  };
}

function watchOrNot(directory: string, onChange: () => void) {
  try {
    return watch(directory, onChange).on('error', onChange);
  } catch {
    return undefined;
  }
}
