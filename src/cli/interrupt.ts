import { constants } from 'node:os';
import type { Deps } from './deps.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs work that stops, and takes back what it began, when the user or the system asks for it; the
 * exit status is then 128 + the signal's number.
 */
export async function interruptible(
  deps: Pick<Deps, 'output' | 'setStatus'>,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  const onSignal = (signal: (typeof SIGNALS)[number]): void => abort.abort(signal);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await work(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted || error !== abort.signal.reason) throw error;
    const signal = error as (typeof SIGNALS)[number];
    deps.output().note(`stopped by ${signal}: nothing is left behind`);
    deps.setStatus(128 + constants.signals[signal]);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
