import { constants } from 'node:os';
import type { Deps } from './deps.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs work that stops, and takes back what it began, when the user or the system asks for it; the
 * exit status is then 128 + the signal's number.
 *
 * @param stopped What is so then.
 */
export async function interruptible(
  deps: Pick<Deps, 'output' | 'setStatus'>,
  work: (signal: AbortSignal) => Promise<void>,
  stopped = 'nothing is left behind',
): Promise<void> {
  const abort = new AbortController();
  let asked: (typeof SIGNALS)[number] | undefined;
  const onSignal = (signal: (typeof SIGNALS)[number]): void => {
    asked ??= signal;
    abort.abort(signal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await work(abort.signal);
  } catch (error) {
    if (asked === undefined) throw error;
    deps.output().note(`stopped by ${asked}: ${stopped}`);
    deps.setStatus(128 + constants.signals[asked]);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
