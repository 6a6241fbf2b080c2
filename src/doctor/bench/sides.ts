import type { Seconds } from '../../base/clock.ts';
import type { StartPlan } from '../../launch/launch.ts';
import { answerOf, gauge, type Place } from '../place.ts';
import { tryGuest } from '../trial.ts';
import { parseSamples, type Sample } from './compare.ts';
import { BenchError } from './errors.ts';

/** For all measurements of one side. */
const LIMIT: Seconds = 120;

/** A side of the comparison: measures once, and says how long its start took. */
export type Side = () => Promise<readonly Sample[]>;

export function nativeSide(place: Place, words: readonly string[]): Side {
  return async () => {
    place.signal?.throwIfAborted();
    const measured = await gauge(place, ['measure', ...words], LIMIT);
    place.signal?.throwIfAborted();
    if (measured.status !== 0) throw failed('this machine', answerOf(measured));
    return parseSamples(measured.stdout);
  };
}

/** @param program The gauge's path in the guest. */
export function guestSide(
  place: Place,
  plan: StartPlan,
  program: string,
  words: readonly string[],
): Side {
  return async () => {
    place.signal?.throwIfAborted();
    const measured = await tryGuest(
      { ...plan, command: [program, 'measure', ...words] },
      LIMIT,
      place.signal,
    );
    place.signal?.throwIfAborted();
    if (measured.status !== 0) {
      throw failed(
        'the guest',
        measured.status === undefined ? 'no end' : `status ${measured.status}`,
      );
    }
    return parseSamples(measured.stdout);
  };
}

function failed(side: string, reason: string): BenchError {
  return new BenchError(`Cannot measure ${side}: ${reason}`, {
    kind: 'remote',
    code: 'MEASURE_FAILED',
    hint: 'See what is wrong here: apppot doctor',
  });
}
