import { Writable } from 'node:stream';
import type { Seconds } from '../base/clock.ts';
import type { StartPlan } from '../launch/launch.ts';
import { runStart } from '../launch/run.ts';

/** How a guest did that was started to see how it does. */
export interface Trial {
  /** Of its program; undefined when it was killed at the time limit. */
  readonly status?: number;
  readonly stdout: string;
  readonly took: Seconds;
}

const SIGTERM = 15;

/**
 * Starts a guest and ends it at the limit or by the signal, whatever it does.
 *
 * @throws {LaunchError} when it could not be started.
 */
export async function tryGuest(
  plan: StartPlan,
  limit: Seconds,
  signal?: AbortSignal,
): Promise<Trial> {
  const before = performance.now();
  let stdout = '';
  let timer: NodeJS.Timeout | undefined;
  let overdue = false;
  let giveUp = (): void => undefined;
  const killLater = (stop: (signal: number) => void): void => {
    giveUp = () => {
      overdue = true;
      stop(SIGTERM);
      stop(SIGTERM);
    };
    timer = setTimeout(giveUp, limit * 1_000);
    signal?.addEventListener('abort', giveUp);
  };
  const keep = stream((text) => {
    stdout += text;
  });
  try {
    const streams = { stdout: keep, stderr: stream(() => undefined) };
    const { status } = await runStart(plan, streams, { onStop: killLater });
    const took = (performance.now() - before) / 1_000;
    return { ...(overdue ? {} : { status }), stdout, took };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

function stream(take: (text: string) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk.toString('latin1'));
      done();
    },
  });
}
