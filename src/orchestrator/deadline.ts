import type { Clock, Seconds } from '../base/clock.ts';
import { OrchestratorError } from './errors.ts';

/**
 * Gives a call so much time, and no more, whether it obeys its signal or not.
 *
 * @throws {OrchestratorError} `DEADLINE_PASSED`: what it has done is unknown.
 */
export async function within<T>(
  clock: Clock,
  length: Seconds,
  call: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const stop = new AbortController();
  const passOn = () => stop.abort();
  signal?.addEventListener('abort', passOn, { once: true });
  const end = new AbortController();
  try {
    const late = clock.sleep(length, end.signal).then(() => LATE);
    const first = await Promise.race([call(stop.signal), late]);
    if (first === LATE) throw passed(length);
    return first as T;
  } finally {
    signal?.removeEventListener('abort', passOn);
    // A reason of its own costs a stack trace each time.
    end.abort(OVER);
    stop.abort(OVER);
  }
}

const LATE = Symbol('late');
const OVER = 'the call is over';

function passed(length: Seconds): OrchestratorError {
  return new OrchestratorError(`no answer in ${length} s`, {
    kind: 'remote',
    code: 'DEADLINE_PASSED',
  });
}
