/**
 * A command that runs beside the job of a running guest. Format: `docs/formats/control.md`.
 *
 * @module
 */

import { existsSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seconds } from '../base/clock.ts';
import { drained, type Streams } from '../launch/guest.ts';
import { deathOf } from '../launch/leftovers.ts';
import { feed } from '../launch/stdin.ts';
import { hasStarted } from '../launch/watchdog.ts';
import type { InstancePaths } from '../launch/words.ts';
import { GuestError } from './errors.ts';
import { nameOf } from './find.ts';
import { openSession, type Session, type SessionRequest } from './open-session.ts';
import { readPieces } from './pieces.ts';

export interface SessionOptions {
  /**
   * Is given the function that passes a signal's number on to the command; called a second time it
   * hangs up.
   */
  readonly onStop?: (stop: (signal: number) => void) => void;
  /** For the guest to come to its job. Default 30. */
  readonly patience?: Seconds;
}

const PATIENCE: Seconds = 30;
const LOOK_MS = 20;
const UNKNOWN = 125;
const [SIGHUP, SIGPIPE] = [1, 13];
/** The guest has at most 32 pieces waiting. */
const PIECES_A_WORD = 8;

/**
 * Runs a command in a guest, and waits for its end.
 *
 * @returns its exit status, as a shell would give it; 129 after hanging up.
 * @throws {GuestError} `GUEST_NOT_READY`, `GUEST_ENDED`, `SESSION_BROKEN`
 */
export async function runSession(
  paths: InstancePaths,
  request: SessionRequest,
  streams: Streams,
  options: SessionOptions = {},
): Promise<number> {
  await ready(paths, options.patience ?? PATIENCE);
  const session = await openSession(paths, request, streams);
  const ending = new AbortController();
  try {
    const { terminal } = streams;
    options.onStop?.(stopper(session.tell, () => ending.abort()));
    terminal?.onResize((rows, columns) => session.tell(`size ${rows} ${columns}`));
    if (streams.stdin !== undefined) {
      feed(streams.stdin, session.place, session.tell, ending.signal)
        .then(() => terminal !== undefined && ending.abort())
        .catch(() => undefined);
    }
    return await passOn(paths, session, streams, ending.signal);
  } finally {
    ending.abort();
    await session.close();
  }
}

/** Waits until the guest has come to its job, before which it does not listen. */
async function ready(paths: InstancePaths, patience: Seconds): Promise<void> {
  for (let waited = 0; !hasStarted(paths); waited += LOOK_MS) {
    checkAlive(paths);
    if (waited > patience * 1_000) throw notReady(paths, patience);
    await sleep(LOOK_MS);
  }
}

function stopper(tell: Session['tell'], hangUp: () => void): (signal: number) => void {
  let asked = false;
  return (signal) => {
    if (asked) hangUp();
    else tell(`signal ${signal}`);
    asked = true;
  };
}

/** Copies what the command says, with back-pressure, until its end. */
async function passOn(
  paths: InstancePaths,
  { place, tell }: Session,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const targets = {
    out: outlet(streams.stdout, tell),
    err: outlet(streams.stderr ?? streams.stdout, tell),
  };
  const check = (): void => {
    if (signal.aborted) throw new HungUp();
    checkAlive(paths);
  };
  try {
    for await (const { kind, data, number } of readPieces(place, check)) {
      if (kind === 'end') return parseStatus(data);
      if (signal.aborted) break;
      await targets[kind](data);
      if (number % PIECES_A_WORD === PIECES_A_WORD - 1) tell(`taken ${number + 1}`);
    }
  } catch (error) {
    if (!(error instanceof HungUp)) throw error;
  }
  return 128 + SIGHUP;
}

class HungUp extends Error {}

/** What a guest of ours never says counts as our failure. */
function parseStatus(data: Buffer): number {
  const status = /^(?<status>\d{1,3})\n/.exec(data.toString('latin1'))?.groups?.status;
  return status === undefined ? UNKNOWN : Number(status);
}

/** A reader that has gone is told to the command as to any program; what it still writes is dropped. */
function outlet(to: Writable, tell: Session['tell']): (data: Buffer) => Promise<void> {
  let isOpen = true;
  to.on('error', () => {
    if (isOpen) tell(`signal ${SIGPIPE}`);
    isOpen = false;
  });
  return async (data) => {
    if (isOpen && !to.write(data)) await drained(to);
  };
}

function checkAlive(paths: InstancePaths): void {
  const death = deathOf(paths);
  if (death === undefined && existsSync(paths.line)) return;
  throw new GuestError(`Cannot finish the command: the guest "${nameOf(paths)}" has ended`, {
    kind: 'remote',
    code: 'GUEST_ENDED',
  });
}

function notReady(paths: InstancePaths, patience: Seconds): GuestError {
  const name = nameOf(paths);
  return new GuestError(
    `Cannot reach the guest "${name}": it has not come to its job for ${patience} s`,
    {
      kind: 'remote',
      code: 'GUEST_NOT_READY',
      hint: `See what it says: apppot logs ${name}. An image of an older release has to be built anew.`,
    },
  );
}
